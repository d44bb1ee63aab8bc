//! What a guard finds: data first, from which its words are made.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::case::format::Formats;
use crate::case::{Both, Fault, Language, Policy, Text, money};

/// What was found against a letter, as the case file keeps it: what is compared where somebody has let it pass, whatever its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The guard's key.
    pub guard: String,
    /// What it found; empty where there is nothing to say beyond the rule.
    pub particulars: Vec<Particular>,
}

/// One of the things that a guard found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Particular {
    /// Which, among those that the guard can find.
    pub what: String,
    /// Its days, amounts and cases.
    pub details: Vec<Detail>,
}

/// A value of what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Detail {
    /// A day.
    Day(NaiveDate),
    /// Dollars.
    Amount(Decimal),
    /// The reference of another case.
    Case(String),
    /// The name of one of the letter's facts.
    Fact(String),
}

/// One of the things that a guard found, with what it says: `{0}`, `{1}` stand for its details.
pub(super) struct Note {
    pub what: &'static str,
    pub says: Both,
    pub details: Vec<Detail>,
}

/// What a guard answers: nothing where the letter may pass, notes (or none) where it may not.
pub(super) type Answer = Result<Option<Vec<Note>>, Unread>;

/// Why a guard cannot answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// No event has asked for the letter yet: it has no facts, and is judged by the standing alone.
    NothingAsked,
    /// A fact that the guard reads is not there, or is not what it must be. That stops the letter.
    Fact(&'static str),
}

impl Note {
    pub fn new(what: &'static str, details: impl Into<Vec<Detail>>, en: &'static str, fr: &'static str) -> Note {
        Note { what, says: Both { en, fr }, details: details.into() }
    }

    /// As data.
    pub fn particular(&self) -> Particular {
        Particular { what: self.what.to_owned(), details: self.details.clone() }
    }

    fn words(&self, language: Language) -> String {
        filled(self.says.get(language), &self.details, language)
    }
}

/// A sentence with its details.
fn filled(sentence: &str, details: &[Detail], language: Language) -> String {
    let fill = |text: String, (place, detail): (usize, &Detail)| {
        text.replace(&format!("{{{place}}}"), &detail.words(language))
    };
    details.iter().enumerate().fold(sentence.to_owned(), fill)
}

impl Detail {
    /// As a letter writes it.
    fn words(&self, language: Language) -> String {
        let formats = Formats::of(language);
        let written = match self {
            Detail::Day(day) => formats.date(&day.to_string()),
            Detail::Amount(amount) => formats.money(&money::plain(*amount)),
            Detail::Case(text) | Detail::Fact(text) => Some(text.clone()),
        };
        written.unwrap_or_else(|| format!("{self:?}"))
    }
}

/// A finding's words for the officer: what the guard says, what it found, and the law or policy that it rests on.
pub(super) fn reason(key: &str, rule: &str, says: Both, notes: &[Note], basis: [String; 2]) -> Fault {
    let sentence = |language| {
        let found = notes.iter().map(|note| note.words(language)).collect::<Vec<_>>().join("; ");
        let found = if found.is_empty() { found } else { format!(" {found}.") };
        format!("{}{found} ({})", says.get(language), basis[language as usize])
    };
    Fault::new(key, rule, sentence(Language::En), sentence(Language::Fr))
}

/// A basis with the policy's values in it: an officer reads thirty days, and not the name of a parameter.
pub(super) fn with_values(basis: &str, policy: &Policy, language: Language) -> String {
    let formats = Formats::of(language);
    let money = |amount: Decimal| formats.money(&money::plain(amount)).unwrap_or_default();
    let values = [
        ("{notice_days}", policy.notice_days.to_string()),
        ("{explain_days}", policy.explain_days.to_string()),
        ("{cure_days}", policy.cure_days.to_string()),
        ("{duplicate_days}", policy.duplicate_days.to_string()),
        ("{figures_days}", policy.figures_days.to_string()),
        ("{plan_minimum_percent}", formats.percent(&policy.plan_minimum_percent.to_string()).unwrap_or_default()),
        ("{plan_minimum_amount}", money(policy.plan_minimum_amount)),
    ];
    values.iter().fold(basis.to_owned(), |basis, (name, value)| basis.replace(name, value))
}

/// A finding with nothing to say beyond the rule.
pub(super) fn plainly(stops: bool) -> Answer {
    Ok(stops.then(Vec::new))
}

/// A finding of one thing.
pub(super) fn found(note: Note) -> Answer {
    Ok(Some(vec![note]))
}

/// A sentence with one date in each language, its place marked `{}`.
pub(super) fn dated(day: NaiveDate, en: &str, fr: &str) -> Text {
    let written = |language| Detail::Day(day).words(language);
    Text::new(en.replace("{}", &written(Language::En)), fr.replace("{}", &written(Language::Fr)))
}

/// A sentence in each language: `{0}`, `{1}` stand for its details.
pub(super) fn written(details: &[Detail], en: &str, fr: &str) -> Text {
    Text::new(filled(en, details, Language::En), filled(fr, details, Language::Fr))
}
