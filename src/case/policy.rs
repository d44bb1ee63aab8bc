//! A program's policy as it is in force on a day.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::calendar;
use super::interest::{Method, Terms};
use super::language::Text;

/// The parameters in force from a day until the next policy's, and who may approve what: a `[[policy]]` of a program's file.
///
/// What rules rest on has a field and a kind, and must be there. What letter types alone count by is in `deadlines`, what templates
/// alone ask is in `words`; each of those must be used by one.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The first day on which it is in force.
    #[serde(skip_serializing)]
    pub effective: NaiveDate,
    /// Days to ask for an internal review, from receipt of the decision.
    pub review_days: u32,
    /// A mailed letter counts as received after so many days.
    pub deemed_receipt_days: u32,
    /// Days between the notice of intention and a referral to the CRA, from receipt.
    pub notice_days: u32,
    /// Days to explain one's circumstances, from receipt.
    pub explain_days: u32,
    /// Days to pay a missed instalment, from receipt of the reminder.
    pub cure_days: u32,
    /// How old a balance may be, in days.
    pub figures_days: u32,
    /// The same letter does not go twice within so many days.
    pub duplicate_days: u32,
    /// Letters of a mail merge that one person may confirm alone.
    pub merge_alone_at_most: u32,
    /// Minutes that an e-mail waits after it was asked for: until then it can be withdrawn, or corrected.
    pub email_window_minutes: u32,
    /// Days until a payment counts as cleared.
    pub clearing_days: u32,
    /// Days that a missed instalment may still be in the mail before a reminder is proposed.
    pub grace_days: u32,
    /// A letter or e-mail is acknowledged within so many business days.
    pub acknowledge_business_days: u32,
    /// And answered within so many.
    pub answer_business_days: u32,
    /// A call is acknowledged within so many business days.
    pub telephone_business_days: u32,
    /// Dollars; nothing is demanded at or below it.
    pub minimum_balance: Decimal,
    /// Dollars; nothing at or below it is referred to the CRA.
    pub set_off_minimum: Decimal,
    /// Per cent of the balance that a plan's instalments of a month come to, at least.
    pub plan_minimum_percent: Decimal,
    /// Dollars a month that they come to, at least.
    pub plan_minimum_amount: Decimal,
    /// Instalments of a plan, at most.
    pub plan_instalments_at_most: u32,
    /// Months from the first instalment of a plan to its last, at most.
    pub plan_months_at_most: u32,
    /// Whether a plan in good standing keeps a debt from the CRA.
    pub plan_excludes_set_off: bool,
    /// Whether a letter goes to print whose mailbox the mail server cannot take; if not, a person is told.
    pub unmailable_to_print: bool,
    /// How interest is charged.
    pub interest: Method,
    /// At how many per cent a year.
    pub interest_percent: Decimal,
    /// Days by name that deadlines of letter types count by, and no rule does.
    #[serde(default, skip_serializing)]
    pub deadlines: BTreeMap<String, u32>,
    /// Parameters that templates alone ask for.
    #[serde(default, skip_serializing)]
    pub words: Map<String, Value>,
    /// The source of each parameter, or `unsourced default`.
    #[serde(skip_serializing)]
    pub sources: BTreeMap<String, String>,
    /// Who may approve what.
    #[serde(skip_serializing)]
    pub delegation: Vec<Delegation>,
    /// Roles that may let a letter pass a rule that allows it.
    #[serde(skip_serializing)]
    pub override_roles: Vec<String>,
    /// Letters that a follow-up sends by itself; all others go to the officer's queue.
    #[serde(skip_serializing)]
    pub automatic: Vec<String>,
    /// Terms of interest of all times, oldest first: those of this policy and of all others of its program.
    #[serde(skip)]
    pub terms: Vec<Terms>,
    /// What guards rest on where that is the program's own law, by guard: the same for all policies of its program.
    #[serde(skip)]
    pub bases: BTreeMap<String, Text>,
}

/// One line of the delegation table: a role may approve these letters up to an amount.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Delegation {
    /// The role, as the unit names it.
    pub role: String,
    /// Letter types.
    pub letters: Vec<String>,
    /// Dollars at most; no limit where absent.
    #[serde(default)]
    pub up_to: Option<Decimal>,
}

impl Delegation {
    /// What stands for every letter type.
    pub const ALL: &'static str = "*";
}

impl Policy {
    /// The parameters that have a field, by name.
    pub fn parameters(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(map)) => map,
            other => unreachable!("numbers, switches and texts are JSON: {other:?}"),
        }
    }

    /// All parameters by name, as templates see them.
    pub fn view(&self) -> Map<String, Value> {
        let deadlines = self.deadlines.iter().map(|(name, days)| (name.clone(), Value::from(*days)));
        let words = self.words.iter().map(|(name, word)| (name.clone(), word.clone()));
        self.parameters().into_iter().chain(deadlines).chain(words).collect()
    }

    /// A number of days by the name that letter types call it by.
    pub fn days(&self, name: &str) -> Option<u32> {
        let own = || self.parameters().get(name).and_then(Value::as_u64).and_then(|days| u32::try_from(days).ok());
        self.deadlines.get(name).copied().or_else(own)
    }

    /// An amount in dollars by the name that letter types call it by.
    pub fn amount(&self, name: &str) -> Option<Decimal> {
        self.amounts().into_iter().find(|(known, _)| *known == name).map(|(_, amount)| amount)
    }

    /// The amounts in dollars by name.
    pub fn amounts(&self) -> [(&'static str, Decimal); 3] {
        [
            ("minimum_balance", self.minimum_balance),
            ("set_off_minimum", self.set_off_minimum),
            ("plan_minimum_amount", self.plan_minimum_amount),
        ]
    }

    /// Dollars that the instalments of a plan come to in a month, at least, without an approval. A debt smaller than that is paid at
    /// once.
    pub fn plan_minimum(&self, balance: Decimal) -> Decimal {
        let share = self.plan_minimum_percent * balance / Decimal::ONE_HUNDRED;
        share.max(self.plan_minimum_amount).min(balance)
    }

    /// Whether a role may approve a letter of this type for this amount.
    pub fn may_approve(&self, role: &str, letter_type: &str, amount: Decimal) -> bool {
        self.delegation.iter().any(|line| {
            line.role == role
                && line.letters.iter().any(|letter| letter == letter_type || letter == Delegation::ALL)
                && line.up_to.is_none_or(|limit| amount <= limit)
        })
    }

    /// The roles that may, for those who are told to ask somebody else.
    pub fn approvers(&self, letter_type: &str, amount: Decimal) -> Vec<&str> {
        let mut roles: Vec<&str> = self.delegation.iter().map(|line| line.role.as_str()).collect();
        roles.sort_unstable();
        roles.dedup();
        roles.retain(|role| self.may_approve(role, letter_type, amount));
        roles
    }

    /// The day on which a letter that leaves on a day counts as received: an e-mail on the same day.
    pub fn received(&self, leaves: NaiveDate, by_mail: bool) -> NaiveDate {
        if by_mail { leaves + Days::new(self.deemed_receipt_days.into()) } else { leaves }
    }

    /// The last day of so many days from receipt of what was mailed on a day.
    ///
    /// Deemed receipt is `deemed_receipt_days` after mailing. A deadline that would fall on a day on which nobody works moves to
    /// the next one.
    pub fn deadline(&self, mailed: NaiveDate, days: u32) -> NaiveDate {
        calendar::deadline(mailed, self.deemed_receipt_days + days)
    }

    /// Whether that deadline is over when `today` begins: it is only on the day after.
    pub fn is_over(&self, mailed: NaiveDate, days: u32, today: NaiveDate) -> bool {
        self.deadline(mailed, days) < today
    }
}
