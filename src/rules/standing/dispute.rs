//! Disputes, internal reviews, appeals and sponsors' submissions.

use chrono::NaiveDate;
use serde::Serialize;

use super::{day, text};
use crate::case::CaseEvent;

/// Something that the person wrote and that the unit must answer before it goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dispute {
    /// Who wrote.
    #[serde(skip)]
    pub person: String,
    /// When it came.
    pub received: Option<NaiveDate>,
    /// `dispute`, `review`, `appeal` or `submission`; a dispute where it is not said.
    pub kind: String,
    /// The number of the debt that it is about; empty where it is about all.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub debt: String,
    /// When it was answered and how: `upheld`, `allowed` or `partly`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided: Option<(Option<NaiveDate>, String)>,
}

impl Dispute {
    pub(super) fn received(event: &CaseEvent) -> Dispute {
        let facts = &event.data["facts"];
        let kind = facts["kind"].as_str().unwrap_or("dispute").to_owned();
        Dispute {
            person: text(&event.data["party"], "id"),
            received: day(facts, "received"),
            kind,
            debt: text(facts, "debt_number"),
            decided: None,
        }
    }

    /// The same event with the kind of what it answers, where it does not say it itself.
    pub(super) fn told(disputes: &[Dispute], event: &CaseEvent) -> Option<CaseEvent> {
        if event.kind != "dispute.decided" || event.data["facts"]["kind"].is_string() {
            return None;
        }
        let oldest = disputes.iter().find(|dispute| dispute.is_answered_by(event))?;
        let mut told = event.clone();
        told.data["facts"]["kind"] = oldest.kind.clone().into();
        Some(told)
    }

    /// Closes the oldest open one of the kind that is named, or of any kind.
    pub(super) fn decide(disputes: &mut [Dispute], event: &CaseEvent) {
        let facts = &event.data["facts"];
        let kind = facts["kind"].as_str();
        let open =
            |dispute: &&mut Dispute| dispute.is_answered_by(event) && kind.is_none_or(|kind| dispute.kind == kind);
        if let Some(dispute) = disputes.iter_mut().find(open) {
            dispute.decided = Some((day(facts, "decided"), text(facts, "outcome")));
        }
    }

    /// Whether it is open and an answer may be to it: to the same person, and about the same debt or about all.
    fn is_answered_by(&self, event: &CaseEvent) -> bool {
        let debt = text(&event.data["facts"], "debt_number");
        let same = event.data["party"]["id"] == self.person.as_str();
        self.decided.is_none() && same && (debt.is_empty() || debt == self.debt)
    }
}
