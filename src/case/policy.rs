//! A program's policy as it is in force on a day.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::interest::Terms;

/// The parameters in force on a day, the terms of interest of all times, and who may approve what.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Parameters by name, as templates see them.
    pub parameters: Map<String, Value>,
    /// Terms of interest, oldest first.
    pub interest: Vec<Terms>,
    /// Who may approve what.
    pub delegation: Vec<Delegation>,
    /// Roles that may let a letter pass a rule that allows it.
    pub override_roles: Vec<String>,
    /// Letters that a follow-up sends by itself; all others go to the officer's queue.
    pub automatic: Vec<String>,
}

/// One line of the delegation table: a role may approve these letters up to an amount.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
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

impl Policy {
    /// A number of days.
    pub fn days(&self, name: &str) -> Option<u32> {
        self.parameters.get(name).and_then(Value::as_u64).and_then(|days| u32::try_from(days).ok())
    }

    /// An amount or a percentage.
    pub fn decimal(&self, name: &str) -> Option<Decimal> {
        self.parameters.get(name).and_then(Value::as_str).and_then(|text| text.parse().ok())
    }

    /// A switch; off where it is absent.
    pub fn is_on(&self, name: &str) -> bool {
        self.parameters.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    /// Whether a role may approve a letter of this type for this amount.
    pub fn may_approve(&self, role: &str, letter_type: &str, amount: Decimal) -> bool {
        self.delegation.iter().any(|line| {
            line.role == role
                && line.letters.iter().any(|letter| letter == letter_type || letter == "*")
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

    /// Whether a letter mailed on a day is taken as received, and `days` more have gone by, when `today` begins.
    ///
    /// Deemed receipt is `deemed_receipt_days` after mailing. A deadline that would fall on a day on which nobody works moves to
    /// the next one, and it is over only on the day after.
    pub fn is_over(&self, mailed: NaiveDate, days: u32, today: NaiveDate) -> bool {
        let receipt = self.days("deemed_receipt_days").unwrap_or_default();
        super::calendar::deadline(mailed, receipt + days) < today
    }
}
