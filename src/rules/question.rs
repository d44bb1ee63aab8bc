//! What a guard is asked, and what it reads to answer.

use std::cell::OnceCell;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Standing;
use super::found::Unread;
use super::standing::{Debt, Figures, Listed, MissedRow, Movement, Terms};
use crate::case::schedule::Agreed;
use crate::case::{Language, Place, Policy, Role, Tells, Traits, money};

/// May this letter go, to this party, on this day? Everything that the answer may rest on.
pub struct Question<'q> {
    /// The standing of the case, seen from the person whom the letter is about.
    pub standing: &'q Standing,
    /// The program's policy in force on the letter's date.
    pub policy: &'q Policy,
    /// What kind of debts the program has.
    pub traits: Traits,
    /// The letter that is asked for.
    pub letter: Asked<'q>,
    /// The letter's date: the day on which it is mailed.
    pub date: NaiveDate,
    /// The person's other cases; only where a guard of the letter needs them.
    pub other_cases: &'q [OtherCase],
    /// What is owed on its date, worked out once.
    owed: OnceCell<Option<Decimal>>,
}

/// The letter that is asked for.
#[derive(Clone, Copy)]
pub struct Asked<'q> {
    /// The letter type's key.
    pub letter_type: &'q str,
    /// What letters of its type tell.
    pub tells: &'q [Tells],
    /// Its identity; empty where there is no letter yet.
    pub id: &'q str,
    /// Its place among the register's letters; `None` where there is no letter yet.
    pub sequence: Option<i64>,
    /// When the event that calls for it happened: what its figures are true of. The end of time where they are made at this very look.
    pub asked_at: DateTime<Utc>,
    /// Its facts; none where no event has asked for it yet, so that it is judged by the standing alone.
    pub facts: Option<&'q Value>,
    /// Where among them officers have written in words.
    pub officer_texts: &'q [Place],
    /// The role of the addressee.
    pub role: Role,
    /// Whether it goes by mail.
    pub by_mail: bool,
    /// The languages in which it is to be written.
    pub languages: &'q [Language],
    /// The policy parameter that has the smallest balance that may be asked for.
    pub minimum: &'q str,
    /// Whether only a letter with the very same facts counts as the same letter.
    pub repeats: bool,
    /// The facts by which letters of its type that may repeat are told apart; all of them where none is named.
    pub told_apart_by: &'q [String],
    /// Letter types that must not go to the person on the same day.
    pub conflicts: &'q [String],
}

/// Another case of the same person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherCase {
    /// Its reference.
    pub reference: String,
    /// Whether its debts come from an undertaking; taken to where the program is not known.
    pub undertaking: bool,
    /// What is owed in it; `None` where it has a debt of which no balance is known.
    pub owed: Option<Decimal>,
    /// Whether a plan is kept in it.
    pub plan_kept: bool,
}

impl<'q> Question<'q> {
    /// Asks for a letter on a date.
    pub fn new(
        standing: &'q Standing,
        policy: &'q Policy,
        traits: Traits,
        letter: Asked<'q>,
        date: NaiveDate,
        other_cases: &'q [OtherCase],
    ) -> Question<'q> {
        Question { standing, policy, traits, letter, date, other_cases, owed: OnceCell::new() }
    }

    /// The same question for a letter of another date.
    pub fn on(&self, date: NaiveDate) -> Question<'q> {
        Question::new(self.standing, self.policy, self.traits, self.letter, date, self.other_cases)
    }

    /// One of the letter's facts, which must be there.
    pub(super) fn fact(&self, name: &'static str) -> Result<&'q Value, Unread> {
        self.letter.facts.ok_or(Unread::NothingAsked)?.get(name).ok_or(Unread::Fact(name))
    }

    /// One of the letter's facts, where it has it.
    pub(super) fn fact_if_there(&self, name: &str) -> Option<&'q Value> {
        self.letter.facts?.get(name)
    }

    /// An amount among the letter's facts.
    pub(super) fn amount(&self, name: &'static str) -> Result<Decimal, Unread> {
        self.fact(name)?.as_str().and_then(money::parse_signed).ok_or(Unread::Fact(name))
    }

    /// A date among the letter's facts.
    pub(super) fn day(&self, name: &'static str) -> Result<NaiveDate, Unread> {
        NaiveDate::deserialize(self.fact(name)?).map_err(|_| Unread::Fact(name))
    }

    /// A list among the letter's facts; empty where nothing has asked for the letter yet.
    pub(super) fn list<T: DeserializeOwned>(&self, name: &'static str) -> Result<Vec<T>, Unread> {
        match self.fact(name) {
            Err(Unread::NothingAsked) => Ok(Vec::new()),
            Err(unread) => Err(unread),
            Ok(list) => Vec::deserialize(list).map_err(|_| Unread::Fact(name)),
        }
    }

    /// A list among the letter's facts; empty where it has none.
    pub(super) fn list_if_there<T: DeserializeOwned>(&self, name: &'static str) -> Result<Vec<T>, Unread> {
        if self.fact_if_there(name).is_some() { self.list(name) } else { Ok(Vec::new()) }
    }

    /// The debts that the letter is about.
    pub(super) fn debts(&self) -> Vec<&'q Debt> {
        self.standing.ledger.concerned(self.debt_number())
    }

    /// The movements on those debts that the letter's figures do not have, up to its date.
    pub(super) fn moved(&self) -> Result<Vec<&'q Movement>, Unread> {
        let (as_of, ledger) = (self.day("as_of")?, &self.standing.ledger);
        let listed = self.letter.facts.map(Listed::of).unwrap_or_default();
        let figures = Figures { as_of, told: self.letter.asked_at, listed: &listed };
        Ok(self.debts().into_iter().flat_map(|debt| ledger.moved_since(debt, figures, self.date)).collect())
    }

    /// Whether nothing is owed any more on any of those debts, written off or not.
    pub(super) fn is_paid(&self) -> bool {
        let debts = self.debts();
        !debts.is_empty() && debts.into_iter().all(|debt| self.is_debt_paid(debt))
    }

    /// Whether nothing is owed any more on a debt of the case.
    pub(super) fn is_debt_paid(&self, debt: &Debt) -> bool {
        self.balance(debt).is_some_and(|owed| owed <= Decimal::ZERO)
    }

    /// What is owed on a debt of the case on the letter's date; below zero where more came than was owed.
    pub(super) fn balance(&self, debt: &Debt) -> Option<Decimal> {
        self.standing.ledger.balance(debt, self.date, &self.policy.terms)
    }

    /// What is owed on those debts on the letter's date, as far as Recto knows.
    pub(super) fn owed(&self) -> Option<Decimal> {
        *self.owed.get_or_init(|| self.owed_on(self.date))
    }

    /// What is owed on them on a day.
    pub(super) fn owed_on(&self, on: NaiveDate) -> Option<Decimal> {
        let mut debts = self.debts();
        debts.retain(|debt| debt.written_off.is_none());
        let balances = debts.iter().map(|debt| self.standing.ledger.balance(debt, on, &self.policy.terms));
        if debts.is_empty() { None } else { balances.sum() }
    }

    /// Whether the letter says that nothing is owed. Not every letter states a balance; one that is none stops it.
    pub(super) fn asks_for_nothing(&self) -> Result<bool, Unread> {
        match self.fact_if_there("balance") {
            None => Ok(false),
            Some(_) => Ok(self.amount("balance")? <= Decimal::ZERO),
        }
    }

    /// The number of the debt that the letter is about; empty for all of the case.
    pub(super) fn debt_number(&self) -> &'q str {
        self.fact_if_there("debt_number").and_then(Value::as_str).unwrap_or_default()
    }

    /// What is missing of the instalments that were due, after all that came; nothing is known without a plan.
    pub(super) fn arrears(&self) -> Option<Decimal> {
        let plan = self.standing.plan().filter(|plan| !plan.instalments.is_empty())?;
        let received = self.standing.ledger.received_since(plan.counts_from?, plan.told, self.date);
        Some(plan.behind(received, self.date).iter().map(|missed| missed.amount).sum())
    }

    /// Whether what the letter calls missing has come: by the plan, or, where none is on file, by what was received since it was due.
    pub(super) fn is_cured(&self, missed: &[MissedRow]) -> bool {
        if let Some(arrears) = self.arrears() {
            return arrears <= Decimal::ZERO;
        }
        let due = missed.iter().map(|row| row.due).min();
        let came = due.map(|due| self.standing.ledger.received_since(due, self.letter.asked_at, self.date));
        came.is_some_and(|came| came >= missed.iter().map(|row| row.amount).sum())
    }

    /// The plan that the letter states, with what it repays; none where it states no plan that can be read.
    pub(super) fn terms(&self) -> Option<Terms> {
        let plan = Agreed::read(self.fact_if_there("plan")?).ok()?;
        Some(Terms { plan, balance: self.amount("balance").ok()? })
    }

    /// Whether so many days, and the time of the mail, have gone by since a mailing.
    pub(super) fn is_over(&self, mailed: NaiveDate, days: u32) -> bool {
        self.policy.is_over(mailed, days, self.date)
    }
}
