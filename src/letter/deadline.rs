//! The deadlines of a letter.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::path::{Condition, FactPath, Values};
use crate::case::format::Formats;
use crate::case::{Fault, Language, Policy, Text, calendar};

/// A deadline: so many days after a date, moved to the next business day. The letter is held where the deadline has passed when
/// it is dated, or, for one that must have passed, where it has not.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Deadline {
    /// The program's policy parameter that has the days.
    pub days: String,
    /// The fact that has the date from which they count, such as `facts.decision.date`; the letter's date when absent.
    #[serde(default)]
    pub from: Option<FactPath>,
    /// Works the deadline out only where this is so.
    #[serde(default)]
    pub when: Option<Condition>,
    /// Whether it must have passed: the letter says that it has.
    #[serde(default)]
    pub passed: bool,
    /// What the officer is told that it is a deadline for.
    pub label: Text,
    /// Whether the policy's `deemed_receipt_days` are added: the days count from receipt, not from mailing.
    #[serde(default)]
    pub deemed_receipt: bool,
    /// Whether the days are business days, as those of the service standards are.
    #[serde(default)]
    pub business: bool,
}

impl Deadline {
    /// Its day, counted from a date. `None` where the policy has no days of this name.
    fn day(&self, from: NaiveDate, policy: &Policy) -> Option<NaiveDate> {
        let receipt = if self.deemed_receipt { policy.deemed_receipt_days } else { 0 };
        let days = policy.days(&self.days)? + receipt;
        Some(match self.business {
            true => calendar::business_days_after(from, days),
            false => calendar::deadline(from, days),
        })
    }
}

/// Deadlines by name, and a fault for each of them that has passed.
type Deadlines = (Map<String, Value>, Vec<Fault>);

/// The deadlines of a letter, and those of them that have passed on its date.
pub(super) fn set_deadlines(
    deadlines: &BTreeMap<String, Deadline>,
    policy: &Policy,
    program: &str,
    date: NaiveDate,
    facts: &Value,
) -> Result<Deadlines, Vec<Fault>> {
    let (mut set, mut passed, mut faults) = (Map::new(), Vec::new(), Vec::new());
    for (name, deadline) in deadlines {
        if deadline.when.as_ref().is_some_and(|when| !when.holds(facts)) {
            continue;
        }
        let from = match &deadline.from {
            Some(path) => {
                Values::of_facts(facts).at(path).ok().and_then(Value::as_str).and_then(|day| day.parse().ok())
            }
            None => Some(date),
        };
        let Some(from) = from else {
            faults.extend(deadline.from.as_ref().map(|path| no_day(name, path)));
            continue;
        };
        let Some(day) = deadline.day(from, policy) else {
            faults.push(no_days(name, &deadline.days, program));
            continue;
        };
        let has_passed = day < date;
        passed.extend((has_passed != deadline.passed).then(|| deadline_stops(name, deadline, day, date)));
        set.insert(name.clone(), json!(day.to_string()));
    }
    if faults.is_empty() { Ok((set, passed)) } else { Err(faults) }
}

fn deadline_stops(name: &str, deadline: &Deadline, day: NaiveDate, date: NaiveDate) -> Fault {
    let written = |language| Formats::of(language).date(&day.to_string()).unwrap_or_else(|| day.to_string());
    let ([en, fr], label) = (Language::BOTH.map(written), &deadline.label);
    let place = format!("/deadlines/{name}");
    if day < date {
        return Fault::new(
            "deadline-passed",
            place,
            format!(
                "The deadline {} was {en}, before the letter's date. Correct the facts: the person can no longer act by it.",
                label.en
            ),
            format!(
                "L’échéance {} était le {fr}, avant la date de la lettre. Corrigez les faits : la personne ne peut plus la respecter.",
                label.fr
            ),
        );
    }
    Fault::new(
        "deadline-open",
        place,
        format!("The facts say that the time {} has passed, but it runs until {en}. Correct the facts.", label.en),
        format!(
            "Les faits disent que le délai {} est passé, mais il court jusqu’au {fr}. Corrigez les faits.",
            label.fr
        ),
    )
}

/// A deadline whose days a program's policy does not have.
fn no_days(name: &str, parameter: &str, program: &str) -> Fault {
    Fault::new(
        "deadline-without-days",
        format!("_programs/{program}.toml"),
        format!(
            "The deadline “{name}” wants “{parameter}”, but the policy of “{program}” has no such number of days. Correct the name, or add it there."
        ),
        format!(
            "L’échéance « {name} » demande « {parameter} », mais la politique de « {program} » n’a pas ce nombre de jours. Corrigez le nom ou ajoutez-le là."
        ),
    )
}

fn no_day(name: &str, from: &FactPath) -> Fault {
    Fault::new(
        "deadline-without-date",
        from.pointer(),
        format!("The deadline “{name}” counts from “{from}”, and the facts do not have it. Add it."),
        format!("L’échéance « {name} » se compte à partir de « {from} », qui manque dans les faits. Ajoutez-le."),
    )
}
