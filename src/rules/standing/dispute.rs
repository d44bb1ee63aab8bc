//! Disputes, internal reviews, appeals and sponsors' submissions.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::happened::{DisputeDecided, DisputeReceived, Told};
use super::{SentLetter, same_debt};
use crate::case::Tells;

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
    /// When the person was told of it: the day on which the letter that says so left. What is decided and not told is not answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told: Option<NaiveDate>,
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

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// When.
    pub on: NaiveDate,
    /// How.
    pub outcome: Outcome,
    /// The event that says so, by source and id.
    #[serde(skip)]
    event: String,
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
            told: None,
        }
    }

    /// Decides the one that is answered: of the kind that is named, or of any kind.
    pub(super) fn decide(disputes: &mut [Dispute], told: &Told<'_>, facts: &DisputeDecided) {
        if let Some(place) = Dispute::answered_by(disputes, told, facts.kind) {
            let event = told.event.key();
            disputes[place].answer = Some(Answer { on: facts.decided, outcome: facts.outcome, event });
        }
    }

    /// Whether the person waits for an answer of the unit: nothing was decided, or nobody has told them. Of an appeal, the Tribunal
    /// tells both.
    pub fn is_open(&self) -> bool {
        self.answer.is_none() || (self.told.is_none() && self.kind != DisputeKind::Appeal)
    }

    /// Takes note of the letters that told of decisions: of the one that called for the letter, or else, as where it went out by other
    /// means, of any of before.
    pub(super) fn tell(disputes: &mut [Dispute], letters: &[SentLetter]) {
        let telling = |letter: &&SentLetter| letter.has_come() && letter.tells(&[Tells::Answer]);
        for letter in letters.iter().filter(telling) {
            let own = |answer: &Answer| !letter.event.is_empty() && answer.event == letter.event;
            let is_named = disputes.iter().any(|dispute| dispute.answer.as_ref().is_some_and(own));
            for dispute in disputes.iter_mut().filter(|dispute| dispute.person == letter.person) {
                let Some(answer) = &dispute.answer else { continue };
                let about = same_debt(&letter.debt, &dispute.debt);
                let kind = letter.answers.is_none_or(|kind| kind == dispute.kind);
                let tells = if is_named { own(answer) } else { about && kind && letter.date >= Some(answer.on) };
                // The first that came through: what was told once is told.
                let days = [letter.date.filter(|_| tells), dispute.told];
                dispute.told = days.into_iter().flatten().min();
            }
        }
    }

    /// The one that an answer to the person is to: the oldest undecided one about the very debt that the answer names, or else the
    /// oldest that may be about it.
    pub(super) fn answered_by(disputes: &[Dispute], told: &Told<'_>, kind: Option<DisputeKind>) -> Option<usize> {
        let debt = &told.figures.debt_number;
        let open = |one: &Dispute| {
            let about = one.person == told.person && same_debt(&one.debt, debt);
            one.answer.is_none() && about && kind.is_none_or(|kind| one.kind == kind)
        };
        let open = disputes.iter().enumerate().filter(|(_, one)| open(one));
        open.min_by_key(|(_, one)| !debt.is_empty() && one.debt != *debt).map(|(place, _)| place)
    }
}
