//! Disputes, internal reviews, appeals and sponsors' submissions.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::happened::{DisputeDecided, DisputeReceived, Told};

/// Something that the person wrote and that the unit must answer before it goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dispute {
    /// Who wrote.
    #[serde(skip)]
    pub person: String,
    /// When it came.
    pub received: NaiveDate,
    /// What it is.
    pub kind: DisputeKind,
    /// The number of the debt that it is about; empty where it is about all.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub debt: String,
    /// Its answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
}

/// What the person asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum DisputeKind {
    /// They do not agree; so it is taken where nothing else is said.
    #[default]
    Dispute,
    /// An internal review.
    Review,
    /// An appeal to the Social Benefits Tribunal.
    Appeal,
    /// A sponsor's account of their circumstances.
    Submission,
}

/// How the unit answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// When.
    pub on: NaiveDate,
    /// How.
    pub outcome: Outcome,
}

/// What becomes of what was disputed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The debt stands.
    Upheld,
    /// It does not; of a submission: the unit waits.
    Allowed,
    /// It stands in part.
    Partly,
}

impl Dispute {
    pub(super) fn received(told: &Told<'_>, facts: &DisputeReceived) -> Dispute {
        Dispute {
            person: told.person.to_owned(),
            received: facts.received,
            kind: facts.kind,
            debt: told.figures.debt_number.clone(),
            answer: None,
        }
    }

    /// Closes the oldest open one of the kind that is named, or of any kind.
    pub(super) fn decide(disputes: &mut [Dispute], told: &Told<'_>, facts: &DisputeDecided) {
        let open =
            |dispute: &&mut Dispute| dispute.is_answered_by(told) && facts.kind.is_none_or(|kind| dispute.kind == kind);
        if let Some(dispute) = disputes.iter_mut().find(open) {
            dispute.answer = Some(Answer { on: facts.decided, outcome: facts.outcome });
        }
    }

    /// Whether it is open and an answer may be to it: to the same person, and about the same debt or about all.
    pub(super) fn is_answered_by(&self, told: &Told<'_>) -> bool {
        let debt = &told.figures.debt_number;
        self.answer.is_none() && told.person == self.person && (debt.is_empty() || *debt == self.debt)
    }
}
