//! What the unit proposes or offers: a repayment plan, a settlement. The person has not answered yet.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::Serialize;

use super::Terms;
use super::happened::{PlanProposed, SettlementOffered, Told};

/// A plan that was proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proposed {
    /// To whom.
    pub person: String,
    /// When it was told.
    pub told: DateTime<Utc>,
    /// The plan.
    #[serde(flatten)]
    pub terms: Terms,
}

/// A settlement that was offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Offer {
    /// To whom.
    pub person: String,
    /// When it was told.
    pub told: DateTime<Utc>,
    /// The day of that.
    pub on: NaiveDate,
    /// The number of the debt; empty for the only one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub debt: String,
    /// What would be paid, in dollars.
    pub amount: Decimal,
    /// What would not be collected, in dollars.
    pub forgone: Decimal,
}

impl Proposed {
    pub(super) fn of(told: &Told<'_>, facts: &PlanProposed) -> Proposed {
        let terms = Terms { plan: facts.plan, balance: facts.balance };
        Proposed { person: told.person.to_owned(), told: told.event.time, terms }
    }
}

impl Offer {
    pub(super) fn of(told: &Told<'_>, facts: &SettlementOffered) -> Offer {
        Offer {
            person: told.person.to_owned(),
            told: told.event.time,
            on: told.event.day(),
            debt: told.figures.debt_number.clone(),
            amount: facts.offer,
            forgone: facts.forgone,
        }
    }
}
