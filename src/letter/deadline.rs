//! The deadlines of a letter.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::catalogue::Catalogue;
use super::kind::LetterType;
use super::path::{Condition, FactPath, Values};
use crate::case::format::Formats;
use crate::case::{Fault, Given, Language, Policy, SpentBy, Text, Trait, Traits, calendar};

/// A deadline: so many days after a date, moved to the next business day. The letter is held where the deadline has passed when
/// it is dated, or, for one that must have passed, where it has not; an officer is asked where it will be over on the day on which
/// the letter counts as received.
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
    /// Works it out only for programs whose debts have this trait.
    #[serde(default)]
    pub when_trait: Option<Trait>,
    /// Whether it must have passed: the letter says that it has.
    #[serde(default)]
    pub passed: bool,
    /// Whether it is the unit that is to act by it, and not the reader.
    #[serde(default)]
    pub ours: bool,
    /// What the person may do that leaves nothing to wait for: until then, nothing goes further before the day is over.
    #[serde(default)]
    pub spent_by: Vec<SpentBy>,
    /// What the officer is told that it is a deadline for.
    pub label: Text,
    /// Whether the policy's `deemed_receipt_days` are added: the days count from receipt, not from mailing.
    #[serde(default)]
    pub deemed_receipt: bool,
    /// Whether the days are business days, as those of the service standards are.
    #[serde(default)]
    pub business: bool,
}

/// What deadlines are counted by.
pub(super) struct Counting<'c> {
    pub policy: &'c Policy,
    pub traits: Traits,
    pub program: &'c str,
    /// The letter's date.
    pub date: NaiveDate,
    pub facts: &'c Value,
}

impl Deadline {
    /// Whether it is always worked out, whatever the facts and the program.
    pub(super) fn is_unconditional(&self) -> bool {
        self.when.is_none() && self.when_trait.is_none()
    }

    fn applies(&self, counting: &Counting<'_>) -> bool {
        self.when.as_ref().is_none_or(|when| when.holds(counting.facts))
            && self.when_trait.is_none_or(|one| counting.traits.have(one))
    }

    /// Its day, or what is missing to tell it.
    fn day(&self, name: &str, counting: &Counting<'_>) -> Result<NaiveDate, Fault> {
        let from = match &self.from {
            Some(path) => {
                let day = Values::of_facts(counting.facts).at(path).ok().and_then(Value::as_str);
                day.and_then(|day| day.parse().ok()).ok_or_else(|| no_day(name, path))?
            }
            None => counting.date,
        };
        let policy = counting.policy;
        let receipt = if self.deemed_receipt { policy.deemed_receipt_days } else { 0 };
        let days = policy.days(&self.days).ok_or_else(|| no_days(name, &self.days, counting.program))? + receipt;
        Ok(match self.business {
            true => calendar::business_days_after(from, days),
            false => calendar::deadline(from, days),
        })
    }
}

/// The deadlines of a letter, worked out.
#[derive(Default)]
pub(super) struct Deadlines {
    /// By name, as ISO dates.
    pub set: Map<String, Value>,
    /// Those that have passed on its date, or should have: they hold it.
    pub stops: Vec<Fault>,
    /// Those that will be over when it is received: an officer looks at it first.
    pub notes: Vec<Fault>,
}

/// The deadlines of a letter. `received` is the day on which it counts as received.
pub(super) fn set_deadlines(
    deadlines: &BTreeMap<String, Deadline>,
    counting: &Counting<'_>,
    received: NaiveDate,
) -> Result<Deadlines, Vec<Fault>> {
    let (mut all, mut faults) = (Deadlines::default(), Vec::new());
    for (name, deadline) in deadlines.iter().filter(|(_, deadline)| deadline.applies(counting)) {
        let day = match deadline.day(name, counting) {
            Ok(day) => day,
            Err(fault) => {
                faults.push(fault);
                continue;
            }
        };
        let has_passed = day < counting.date;
        if has_passed != deadline.passed {
            all.stops.push(deadline_stops(name, deadline, day, counting.date));
        } else if !has_passed && day < received {
            let place = format!("/deadlines/{name}");
            all.notes.push(over_when_received(&place, &deadline.label, day, counting.date, received));
        }
        all.set.insert(name.clone(), json!(day.to_string()));
    }
    if faults.is_empty() { Ok(all) } else { Err(faults) }
}

/// The times that a letter gives its reader: the days of its deadlines that can be told from its facts, those of the unit's own acts
/// and those that are over by what it says left out. `amount` is what it asks for.
pub(super) fn times_given(
    deadlines: &BTreeMap<String, Deadline>,
    counting: &Counting<'_>,
    amount: Option<Decimal>,
) -> Vec<Given> {
    let own = deadlines.iter().filter(|(_, one)| !one.ours && !one.passed && one.applies(counting));
    let given = |(name, deadline): (&String, &Deadline)| {
        let amount = amount.filter(|_| deadline.spent_by.contains(&SpentBy::Payment));
        let until = deadline.day(name, counting).ok()?;
        Some(Given { name: name.clone(), until, spent_by: deadline.spent_by.clone(), amount })
    };
    own.filter_map(given).collect()
}

impl Catalogue {
    /// The times that a letter of a type gave, as far as they can be told from its program, its date and its facts: those of letters
    /// with which they were not recorded, and of letters that went out by other means.
    pub fn times(&self, letter_type: &str, program: &str, date: NaiveDate, facts: &Value) -> Vec<Given> {
        let of = |letter: &LetterType| {
            let program = self.program(program).ok()?;
            let policy = program.policy_on(date)?;
            let counting = Counting { policy, traits: program.traits, program: &program.key, date, facts };
            Some(times_given(&letter.description.deadlines, &counting, None))
        };
        self.types.get(letter_type).and_then(of).unwrap_or_default()
    }
}

/// A day by which the reader may act, and which will be over when the letter is received.
pub(super) fn over_when_received(
    place: &str,
    label: &Text,
    day: NaiveDate,
    date: NaiveDate,
    received: NaiveDate,
) -> Fault {
    let written = |day: NaiveDate| {
        Language::BOTH.map(|language| Formats::of(language).date(&day.to_string()).unwrap_or_else(|| day.to_string()))
    };
    let ([day_en, day_fr], [date_en, date_fr], [received_en, received_fr]) =
        (written(day), written(date), written(received));
    Fault::new(
        "deadline-over-on-receipt",
        place,
        format!(
            "The letter says that the last day {} is {day_en}. Mailed on {date_en}, it counts as received on {received_en}, when that day is over. Let it go as it is, or correct the facts so that it says so.",
            label.en
        ),
        format!(
            "La lettre dit que le dernier jour {} est le {day_fr}. Envoyée le {date_fr}, elle est réputée reçue le {received_fr}, quand ce jour sera passé. Laissez-la partir telle quelle ou corrigez les faits pour qu’elle le dise.",
            label.fr
        ),
    )
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
