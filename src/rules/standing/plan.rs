//! A repayment plan and how it is kept.

use chrono::{DateTime, Days, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::Serialize;

use super::happened::{MissedRow, PlanAgreed, Told};
use crate::case::schedule::{Agreed, Instalment};

/// The newest plan of a case.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// Who agreed to it.
    pub person: String,
    /// When it was told.
    pub told: DateTime<Utc>,
    /// The day of the agreement; none where something else is told of it first.
    pub agreed_on: Option<NaiveDate>,
    /// When it defaulted.
    pub defaulted: Option<NaiveDate>,
    /// What was agreed on, and what it repays; none where something else is told of it first.
    pub terms: Option<Terms>,
    /// Instalments by due date.
    #[serde(skip)]
    pub instalments: Vec<Instalment>,
    /// Instalments that were told to be missed, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missed: Vec<Missed>,
    /// Since when its payments count: the day of its balance.
    #[serde(skip)]
    pub counts_from: Option<NaiveDate>,
}

/// What a plan says: two plans with the same terms are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Terms {
    /// Its instalments.
    #[serde(flatten)]
    pub plan: Agreed,
    /// What they repay, in dollars.
    pub balance: Decimal,
}

/// An instalment that did not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Missed {
    /// When it was due.
    pub due: NaiveDate,
    /// What is missing of it.
    pub amount: Decimal,
}

/// An instalment, and how it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanRow {
    /// The instalment.
    pub instalment: Instalment,
    /// What has come of it.
    pub paid: Decimal,
    /// How it is kept.
    pub state: RowState,
}

/// How an instalment is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, strum::IntoStaticStr, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum RowState {
    /// All of it has come.
    Kept,
    /// It was due and has not come, or not all of it.
    Missed,
    /// It was due and has not come, or not all of it; it may still be in the mail.
    Late,
    /// It is the next one.
    Next,
    /// It is to come.
    ToCome,
}

impl Plan {
    pub(super) fn of(told: &Told<'_>, facts: &PlanAgreed) -> Plan {
        Plan {
            agreed_on: Some(facts.agreed_on),
            counts_from: Some(facts.as_of),
            terms: Some(Terms { plan: facts.plan, balance: facts.balance }),
            // A plan that cannot be spread is kept until somebody says otherwise.
            instalments: facts.plan.spread(facts.balance).unwrap_or_else(|_| Vec::new()),
            ..Plan::unknown(told)
        }
    }

    /// A plan of which nothing is known but that something is told of it.
    pub(super) fn unknown(told: &Told<'_>) -> Plan {
        let (agreed_on, defaulted, counts_from) = (None, None, None);
        Plan {
            person: told.person.to_owned(),
            told: told.event.time,
            agreed_on,
            defaulted,
            instalments: Vec::new(),
            missed: Vec::new(),
            counts_from,
            terms: None,
        }
    }

    /// Takes in what was told to be missed.
    pub(super) fn miss(&mut self, rows: &[MissedRow]) {
        let missed = |row: &MissedRow| Missed { due: row.due, amount: row.amount - row.paid.unwrap_or(Decimal::ZERO) };
        self.missed.extend(rows.iter().map(missed));
        self.missed.sort_by_key(|missed| missed.due);
        self.missed.dedup_by_key(|missed| missed.due);
    }

    /// Agreed on and not defaulted.
    pub fn is_kept(&self) -> bool {
        self.agreed_on.is_some() && self.defaulted.is_none()
    }

    /// The instalments due before a day that what was `received` since does not cover, each with what is missing of it.
    pub fn behind(&self, received: Decimal, day: NaiveDate) -> Vec<Missed> {
        let mut left = received;
        let due = self.instalments.iter().filter(|one| one.due < day);
        let missing = due.map(|one| {
            let covered = left.min(one.amount);
            left -= covered;
            Missed { due: one.due, amount: one.amount - covered }
        });
        missing.filter(|missed| missed.amount > Decimal::ZERO).collect()
    }

    /// Its instalments, each with what of what was `received` since is for it: the oldest first.
    pub(super) fn rows(&self, received: Decimal, today: NaiveDate, grace_days: u32) -> Vec<PlanRow> {
        let (mut left, mut has_next) = (received.max(Decimal::ZERO), false);
        let row = |instalment: &Instalment| {
            let paid = left.min(instalment.amount);
            left -= paid;
            let state = if paid == instalment.amount {
                RowState::Kept
            } else if instalment.due + Days::new(grace_days.into()) < today {
                RowState::Missed
            } else if instalment.due < today {
                RowState::Late
            } else if std::mem::replace(&mut has_next, true) {
                RowState::ToCome
            } else {
                RowState::Next
            };
            PlanRow { instalment: *instalment, paid, state }
        };
        self.instalments.iter().map(row).collect()
    }
}
