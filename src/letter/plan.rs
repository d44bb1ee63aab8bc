//! Whether a repayment plan among an event's facts can be kept at all: said when it is told, where the officer can mend it.

use std::collections::BTreeMap;

use chrono::{Months, NaiveDate};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::Value;

use super::derive::Derivation;
use super::kind::LetterType;
use super::path::{FactPath, Values};
use super::program::Program;
use crate::case::format::Formats;
use crate::case::schedule::{Agreed, Frequency, MAX_INSTALMENTS};
use crate::case::{CaseEvent, Fault, Language, Policy, money};

/// What is wrong with the plan that a letter type spreads over an amount: instalments above it, or so small that the plan has more of
/// them, or lasts longer, than the policy allows; a first one that is due before the day `from` which the plan is. None where the facts
/// have no plan that can be read: the schema says so. Places are JSON Pointers such as `/facts/plan/instalment`.
pub(super) fn plan_faults(
    letter: &LetterType,
    data: &Value,
    programs: &BTreeMap<String, Program>,
    from: NaiveDate,
) -> Vec<Fault> {
    let program = data.pointer("/case/program").and_then(Value::as_str).and_then(|key| programs.get(key));
    let Some(policy) = program.and_then(|program| program.policy_on(from)) else { return Vec::new() };
    let facts = &data["facts"];
    let plans = letter.description.derived.values().filter_map(|derivation| match derivation {
        Derivation::Schedule { of, amount } => stated(facts, of, amount).map(|(plan, amount)| (of, plan, amount)),
        _ => None,
    });
    plans.flat_map(|(of, plan, amount)| faults_of(&of.pointer(), plan, amount, policy, from)).collect()
}

impl LetterType {
    /// Where among its facts it has a repayment plan, and the amount that the plan repays, such as `facts.plan` and `facts.balance`; none
    /// where it spreads nothing over instalments.
    pub fn plan(&self) -> Option<(&str, &str)> {
        self.description.derived.values().find_map(|derivation| match derivation {
            Derivation::Schedule { of, amount } => Some((of.as_str(), amount.as_str())),
            _ => None,
        })
    }
}

/// The day from which the plan of an event is: that of the agreement, or the one on which it was told.
pub(super) fn planned_from(event: &CaseEvent) -> NaiveDate {
    let agreed_on = event.facts()["agreed_on"].as_str().and_then(|day| day.parse().ok());
    agreed_on.unwrap_or(event.day())
}

fn stated(facts: &Value, plan: &FactPath, amount: &FactPath) -> Option<(Agreed, Decimal)> {
    let values = Values::of_facts(facts);
    let plan = Agreed::read(values.at(plan).ok()?).ok().filter(|plan| plan.instalment > Decimal::ZERO)?;
    Some((plan, values.amount(amount).ok().filter(|amount| *amount > Decimal::ZERO)?))
}

/// What is wrong with one plan, with places below that of the plan.
pub fn faults_of(place: &str, plan: Agreed, amount: Decimal, policy: &Policy, from: NaiveDate) -> Vec<Fault> {
    let mut faults = Vec::new();
    if plan.first_due < from {
        faults.push(due_before(format!("{place}/first_due"), plan.first_due, from));
    }
    let place = format!("{place}/instalment");
    if plan.instalment > amount {
        faults.push(above(place, plan.instalment, amount));
    } else if is_too_long(plan, amount, policy) {
        faults.push(too_long(place, plan, amount, policy));
    }
    faults
}

/// How many instalments repay an amount.
fn count(plan: Agreed, amount: Decimal) -> usize {
    (amount / plan.instalment).ceil().to_usize().unwrap_or(usize::MAX)
}

fn is_too_long(plan: Agreed, amount: Decimal, policy: &Policy) -> bool {
    let count = count(plan, amount);
    let last = plan.first_due.checked_add_months(Months::new(policy.plan_months_at_most));
    let ends = plan.due(count - 1);
    count > most(policy) || last.is_none_or(|last| ends.is_none_or(|ends| ends > last))
}

/// Instalments at most, whatever their frequency.
fn most(policy: &Policy) -> usize {
    MAX_INSTALMENTS.min(policy.plan_instalments_at_most as usize)
}

/// The smallest instalment with which the plan is not too long.
fn least(plan: Agreed, amount: Decimal, policy: &Policy) -> Decimal {
    let months = policy.plan_months_at_most as usize;
    let within = 1 + match plan.frequency {
        Frequency::Weekly => months * 52 / 12,
        Frequency::Biweekly => months * 26 / 12,
        Frequency::Monthly => months,
    };
    let cent = Decimal::new(1, 2);
    (amount / Decimal::from(most(policy).min(within)) / cent).ceil() * cent
}

fn dollars(amount: Decimal) -> [String; 2] {
    let plain = money::plain(amount);
    Language::BOTH.map(|language| Formats::of(language).money(&plain).unwrap_or_else(|| plain.clone()))
}

fn date(day: NaiveDate) -> [String; 2] {
    let plain = day.to_string();
    Language::BOTH.map(|language| Formats::of(language).date(&plain).unwrap_or_else(|| plain.clone()))
}

fn due_before(place: String, first_due: NaiveDate, from: NaiveDate) -> Fault {
    let ([en, fr], [from_en, from_fr]) = (date(first_due), date(from));
    Fault::new(
        "plan-first-due-past",
        place,
        format!("The first payment would be due on {en}, before {from_en}. Give a day that is to come."),
        format!("Le premier versement serait dû le {fr}, avant le {from_fr}. Donnez un jour à venir."),
    )
}

fn above(place: String, instalment: Decimal, amount: Decimal) -> Fault {
    let ([en, fr], [amount_en, amount_fr]) = (dollars(instalment), dollars(amount));
    Fault::new(
        "plan-instalment-above-debt",
        place,
        format!(
            "Each payment would be {en}, but the plan repays {amount_en} in all. Give {amount_en} for one payment, or less for several."
        ),
        format!(
            "Chaque versement serait de {fr}, mais l’entente rembourse {amount_fr} en tout. Donnez {amount_fr} pour un seul versement, ou moins pour plusieurs."
        ),
    )
}

fn too_long(place: String, plan: Agreed, amount: Decimal, policy: &Policy) -> Fault {
    let count = count(plan, amount);
    let ([en, fr], [amount_en, amount_fr]) = (dollars(plan.instalment), dollars(amount));
    let [until_en, until_fr] = match plan.due(count - 1).map(date) {
        Some([en, fr]) => [format!(", until {en}"), format!(", jusqu’au {fr}")],
        None => [String::new(), String::new()],
    };
    let ([least_en, least_fr], most, months) =
        (dollars(least(plan, amount, policy)), most(policy), policy.plan_months_at_most);
    Fault::new(
        "plan-too-long",
        place,
        format!(
            "Payments of {en} would repay {amount_en} in {count} instalments{until_en}; at most {most} are allowed, over {months} months. Give {least_en} or more."
        ),
        format!(
            "Des versements de {fr} rembourseraient {amount_fr} en {count} fois{until_fr}; on en permet {most} au plus, sur {months} mois. Donnez {least_fr} ou davantage."
        ),
    )
}
