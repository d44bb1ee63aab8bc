//! A repayment plan and how it is kept.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::Serialize;

use super::{amount, day, text};
use crate::case::CaseEvent;
use crate::case::schedule::schedule;

/// The newest plan of a case.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// Who agreed to it.
    pub person: String,
    /// When it was proposed or agreed on, as the event says.
    pub told: DateTime<Utc>,
    /// The day of the agreement; none while it is only proposed.
    pub agreed_on: Option<NaiveDate>,
    /// When it defaulted.
    pub defaulted: Option<NaiveDate>,
    /// Instalments by due date.
    #[serde(skip)]
    pub instalments: Vec<(NaiveDate, Decimal)>,
    /// Instalments that were told to be missed, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missed: Vec<Missed>,
    /// Since when its payments count: the day of its balance.
    #[serde(skip)]
    pub counts_from: Option<NaiveDate>,
}

/// An instalment that did not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Missed {
    /// When it was due.
    pub due: NaiveDate,
    /// What is missing of it.
    pub amount: Decimal,
}

impl Plan {
    pub(super) fn of(event: &CaseEvent) -> Option<Plan> {
        let facts = &event.data["facts"];
        let instalments = schedule(&facts["plan"], amount(facts, "balance")?).ok()?;
        let agreed_on = day(facts, "agreed_on").or(Some(event.time.date_naive()));
        Some(Plan {
            agreed_on: agreed_on.filter(|_| event.kind == "plan.agreed"),
            counts_from: day(facts, "as_of"),
            instalments: instalments.into_iter().map(|one| (one.due, one.amount)).collect(),
            ..Plan::unknown(event)
        })
    }

    /// A plan of which nothing is known but that something is told of it.
    pub(super) fn unknown(event: &CaseEvent) -> Plan {
        let (person, told) = (text(&event.data["party"], "id"), event.time);
        let (agreed_on, defaulted, counts_from) = (None, None, None);
        Plan { person, told, agreed_on, defaulted, instalments: Vec::new(), missed: Vec::new(), counts_from }
    }

    pub(super) fn apply(&mut self, event: &CaseEvent) {
        let facts = &event.data["facts"];
        let told = facts["missed"].as_array().into_iter().flatten().filter_map(|row| {
            let paid = amount(row, "paid").unwrap_or_default();
            Some(Missed { due: day(row, "due")?, amount: amount(row, "amount")? - paid })
        });
        self.missed.extend(told);
        self.missed.sort_by_key(|missed| missed.due);
        self.missed.dedup_by_key(|missed| missed.due);
        if event.kind == "plan.defaulted" {
            self.defaulted = day(facts, "defaulted").or(Some(event.time.date_naive()));
        }
    }

    /// Agreed on and not defaulted.
    pub fn is_kept(&self) -> bool {
        self.agreed_on.is_some() && self.defaulted.is_none()
    }

    /// The instalments due before a day that what was `received` since does not cover, each with what is missing of it.
    pub fn behind(&self, received: Decimal, day: NaiveDate) -> Vec<Missed> {
        let mut left = received;
        let due = self.instalments.iter().filter(|(due, _)| *due < day);
        let missing = due.map(|(due, amount)| {
            let covered = left.min(*amount);
            left -= covered;
            Missed { due: *due, amount: amount - covered }
        });
        missing.filter(|missed| missed.amount > Decimal::ZERO).collect()
    }
}
