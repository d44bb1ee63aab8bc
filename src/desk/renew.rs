//! Letters that Recto itself proposed: their facts are worked out again at every look, for as long as their ground stands.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::follow::{SOURCE, identity};
use super::{CaseRead, Desk};
use crate::case::{CaseEvent, Fault};
use crate::register::LetterRow;
use crate::rules::{SentLetter, grounds};

/// What a letter's figures are true of, and whether what it was proposed for is still so.
pub(super) struct Ground {
    /// When its figures were told; the end of time where they are those of this very look.
    pub told: DateTime<Utc>,
    /// The facts as they are today, in place of those of its event; none for a letter that somebody else asked for.
    pub facts: Option<Value>,
    /// That its ground is gone.
    pub gone: Option<Fault>,
}

impl Desk {
    /// What a letter rests on today. One that was proposed by Recto is judged as if it had not been accepted yet: by the case without
    /// its event and without the letters that its event called for.
    pub(super) fn ground(&self, letter: &LetterRow, calling: &CaseEvent, case: &CaseRead) -> Ground {
        let asked = Ground { told: calling.time, facts: None, gone: None };
        if calling.source != SOURCE {
            return asked;
        }
        let today = self.clock.today();
        let program = self.studio.catalogue.program(calling.program()).ok();
        let Some(policy) = program.and_then(|program| program.policy_on(today)) else { return asked };
        let (reference, person) = (&letter.case_reference, &letter.person);
        let own = calling.key();
        let others: Vec<SentLetter> = case.letters.iter().filter(|one| one.event != own).cloned().collect();
        let before = self.people_of(case, |stored| stored.sequence != letter.event, None);
        let standing = before.standing(person, &others);
        let same = grounds(&standing, policy, today)
            .into_iter()
            .find(|proposal| identity(reference, person, proposal).as_str() == calling.id);
        let Some(renewed) = same.and_then(|proposal| proposal.letter) else {
            return Ground { gone: Some(ground_gone()), ..asked };
        };
        let mut facts = renewed.facts;
        // What its event says has happened, happened when it was accepted.
        if let Some(name) = renewed.happens {
            facts[name] = json!(calling.facts()[name]);
        }
        Ground { told: DateTime::<Utc>::MAX_UTC, facts: Some(facts), gone: None }
    }
}

fn ground_gone() -> Fault {
    Fault::new(
        "ground-gone",
        "",
        "What Recto had proposed this letter for is no longer so, as when a payment came back. It comes back if that is so again; what is due \
         now is proposed anew.",
        "Ce pour quoi Recto avait proposé cette lettre n’est plus, comme lorsqu’un paiement est revenu. Elle revient si cela redevient \
         vrai; ce qui est à faire maintenant est proposé de nouveau.",
    )
}
