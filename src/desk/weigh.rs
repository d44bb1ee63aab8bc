//! What the rules say of a letter that somebody would ask for, before anything is recorded.

use super::assess::{Answers, Asking, asked};
use super::case_context::Draftable;
use super::explain::{Eligibility, answered};
use super::{CaseRead, Desk, DeskError};
use crate::case::{CaseEvent, Fault};
use crate::letter::{LetterType, OnRequest};
use crate::rules::{People, Standing};

impl Desk {
    /// Which grounds of a letter that somebody asks for are not on file.
    pub(super) async fn missing_grounds(
        &self,
        letter: &LetterType,
        event: &CaseEvent,
        case: &CaseRead,
    ) -> Result<Vec<Fault>, DeskError> {
        let people = self.people_of(case, |_| true, Some(event).filter(|_| states_its_grounds(letter)));
        let standing = people.standing(&event.person(), &case.letters);
        let draftable = self.draftable(Some(letter), (0, event), &people, &standing, &[]).await?;
        Ok(self.answers(letter, event, &people, &standing, &draftable).await?.groundless)
    }

    /// What the rules say of a letter that an event would call for, and the letter as it would be written.
    pub(super) async fn weigh(
        &self,
        letter: &LetterType,
        event: &CaseEvent,
        case: &CaseRead,
    ) -> Result<(Eligibility, Draftable), DeskError> {
        let people = self.people_of(case, |_| true, Some(event));
        let standing = people.standing(&event.person(), &case.letters);
        let draftable = self.draftable(Some(letter), (0, event), &people, &standing, &[]).await?;
        let mut answers = self.answers(letter, event, &people, &standing, &draftable).await?;
        if !states_its_grounds(letter) {
            answers.groundless = self.missing_grounds(letter, event, case).await?;
        }
        let needs_approval = letter.needs_approval() || !answers.notes.is_empty();
        let holds = people.holds(&event.person(), Some(event));
        let answer = answered(letter, &standing, Vec::new(), answers, needs_approval, None).held_for(&holds);
        Ok((answer, draftable))
    }

    /// What the guards of a letter answer by a standing, with the facts of the event that would call for it.
    async fn answers(
        &self,
        letter: &LetterType,
        event: &CaseEvent,
        people: &People<'_>,
        standing: &Standing,
        Draftable { data, date }: &Draftable,
    ) -> Result<Answers, DeskError> {
        let other_cases = self.other_cases(Some(letter), people, &event.person()).await?;
        let Some((program, policy)) = self.program_and_policy(event.program(), *date) else {
            return Ok(Answers::default());
        };
        let asking = Asking {
            letter: asked(letter, data, event.time),
            standing,
            policy,
            traits: program.traits,
            other_cases: &other_cases,
            overridden: &[],
            date: *date,
        };
        Ok(asking.answers(&letter.description.rules.guards))
    }
}

/// Whether a request of the letter bears its grounds itself. What tells of something that must have happened first is not borne so.
fn states_its_grounds(letter: &LetterType) -> bool {
    letter.description.called_by.on_request == OnRequest::StatingItsGrounds
}
