//! What a guard looks at.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde_json::Value;

use super::Standing;
use super::standing::Debt;
use crate::case::format::Formats;
use crate::case::{Language, Place, Policy, Text, money};

/// May this letter go, to this party, on this day? Everything that the answer may rest on.
pub struct Question<'q> {
    /// The standing of the case, seen from the person whom the letter is about.
    pub standing: &'q Standing,
    /// The program's policy in force on the letter's date.
    pub policy: &'q Policy,
    /// The program's key.
    pub program: &'q str,
    /// The letter that is asked for.
    pub letter: Asked<'q>,
    /// The letter's date: the day on which it is mailed.
    pub date: NaiveDate,
    /// The person's other cases; only where a guard of the letter needs them.
    pub other_cases: &'q [OtherCase],
}

/// The letter that is asked for.
pub struct Asked<'q> {
    /// The letter type's key.
    pub letter_type: &'q str,
    /// Its identity; empty where there is no letter yet.
    pub id: &'q str,
    /// Its place among the register's letters; `None` where there is no letter yet.
    pub sequence: Option<i64>,
    /// When the event that calls for it happened: what its figures are true of.
    pub asked_at: DateTime<Utc>,
    /// Its facts.
    pub facts: &'q Value,
    /// Where among them officers have written in words.
    pub officer_texts: &'q [Place],
    /// The role of the addressee: `debtor`, `estate`, `trustee` …
    pub role: &'q str,
    /// Whether it goes by mail.
    pub by_mail: bool,
    /// The languages in which it is to be written.
    pub languages: &'q [Language],
    /// The policy parameter that has the smallest balance that may be asked for.
    pub minimum: &'q str,
    /// Whether only a letter with the very same facts counts as the same letter.
    pub repeats: bool,
    /// Letter types that must not go to the person on the same day.
    pub conflicts: &'q [String],
}

/// Another case of the same person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherCase {
    /// Its reference.
    pub reference: String,
    /// Its program's key.
    pub program: String,
    /// What is owed in it; `None` where it has a debt of which no balance is known.
    pub owed: Option<Decimal>,
    /// Whether a plan is kept in it.
    pub plan_kept: bool,
}

impl Question<'_> {
    /// An amount among the letter's facts.
    pub(super) fn amount(&self, name: &str) -> Option<Decimal> {
        self.letter.facts[name].as_str().and_then(money::parse)
    }

    /// A date among the letter's facts.
    pub(super) fn day(&self, name: &str) -> Option<NaiveDate> {
        self.letter.facts[name].as_str().and_then(|day| day.parse().ok())
    }

    /// The debts that the letter is about.
    pub(super) fn debts(&self) -> Vec<&Debt> {
        self.standing.ledger.concerned(self.letter.facts)
    }

    /// What is owed on those debts on a day, as far as Recto knows.
    pub(super) fn owed(&self, on: NaiveDate) -> Option<Decimal> {
        let mut debts = self.debts();
        debts.retain(|debt| debt.written_off.is_none());
        let balances = debts.iter().map(|debt| self.standing.ledger.balance(debt, on, &self.policy.interest));
        if debts.is_empty() { None } else { balances.sum() }
    }

    /// Whether the letter says that nothing is owed.
    pub(super) fn asks_for_nothing(&self) -> bool {
        self.amount("balance") == Some(Decimal::ZERO)
    }

    /// The number of the debt that the letter is about; empty for all of the case.
    pub(super) fn debt_number(&self) -> &str {
        self.letter.facts["debt_number"].as_str().unwrap_or_default()
    }

    /// What is missing of the instalments that were due, after all that came; nothing is known without a plan.
    pub(super) fn arrears(&self) -> Option<Decimal> {
        let plan = self.standing.plan().filter(|plan| !plan.instalments.is_empty())?;
        let received = self.standing.ledger.received_since(plan.counts_from?, plan.told, self.date);
        Some(plan.behind(received, self.date).iter().map(|missed| missed.amount).sum())
    }

    /// Whether what the letter calls missing has come: by the plan, or, where none is on file, by what was received since it was due.
    pub(super) fn is_cured(&self) -> bool {
        if let Some(arrears) = self.arrears() {
            return arrears <= Decimal::ZERO;
        }
        let missed = self.letter.facts["missed"].as_array().map(Vec::as_slice).unwrap_or_default();
        let due = missed.iter().filter_map(|row| row["due"].as_str()?.parse::<NaiveDate>().ok()).min();
        let amounts = missed.iter().filter_map(|row| row["amount"].as_str().and_then(money::parse));
        let came = due.map(|due| self.standing.ledger.received_since(due, self.letter.asked_at, self.date));
        came.is_some_and(|came| came >= amounts.sum())
    }

    /// Whether so many days of the policy, and the time of the mail, have gone by since a mailing.
    pub(super) fn is_over(&self, mailed: NaiveDate, days: &str) -> bool {
        self.is_over_on(self.date, mailed, days)
    }

    /// Whether they had gone by on a day.
    pub(super) fn is_over_on(&self, day: NaiveDate, mailed: NaiveDate, days: &str) -> bool {
        self.policy.days(days).is_some_and(|days| self.policy.is_over(mailed, days, day))
    }
}

/// Particulars of a finding: none.
pub(super) fn plainly(stops: bool) -> Option<Text> {
    stops.then(|| Text::new("", ""))
}

/// Particulars of a finding: a sentence with one date in each language, its place marked `{}`.
pub(super) fn dated(day: NaiveDate, en: &str, fr: &str) -> Text {
    let written = |language| Formats::of(language).date(&day.to_string()).unwrap_or_default();
    Text::new(en.replace("{}", &written(Language::En)), fr.replace("{}", &written(Language::Fr)))
}

/// Particulars of a finding: a sentence with amounts in each language, their places marked `{0}` and `{1}`.
pub(super) fn priced(amounts: &[Decimal], en: &str, fr: &str) -> Text {
    let filled = |language, sentence: &str| {
        amounts.iter().enumerate().fold(sentence.to_owned(), |text, (place, amount)| {
            let written = Formats::of(language).money(&money::plain(*amount)).unwrap_or_default();
            text.replace(&format!("{{{place}}}"), &written)
        })
    };
    Text::new(filled(Language::En, en), filled(Language::Fr, fr))
}
