//! What the rules say of a letter that somebody would ask for, before anything is recorded.

use super::assess::{Answers, Asking, asked};
use super::case_context::{address_to_representative, as_it_stands};
use super::explain::{Eligibility, Group};
use super::{Desk, DeskError, LetterRequest};
use crate::case::{CaseEvent, Fault};
use crate::letter::{Data, LetterType, OnRequest};
use crate::rules::{People, Standing};

impl Desk {
    /// What becomes of a letter if it is asked for now with these facts: whether it may go, and what stands against it. Nothing is
    /// recorded. The error has everything that is wrong with the request itself.
    pub async fn foresee(&self, request: &LetterRequest) -> Result<Result<Eligibility, Vec<Fault>>, DeskError> {
        let (letter, event) = match self.event_for(request) {
            Ok(called) => called,
            Err(faults) => return Ok(Err(faults)),
        };
        self.weigh(letter, &event).await.map(Ok)
    }

    /// Which grounds of a letter that somebody asks for are not on file.
    pub(super) async fn missing_grounds(
        &self,
        letter: &LetterType,
        event: &CaseEvent,
    ) -> Result<Vec<Fault>, DeskError> {
        let case = self.case(&event.subject).await?;
        // What tells of something that must have happened first is not borne by the request itself.
        let states_them = letter.description.called_by.on_request == OnRequest::StatingItsGrounds;
        let people = self.people_of(&case, |_| true, Some(event).filter(|_| states_them));
        let standing = people.standing(&event.person(), &case.letters);
        Ok(self.answers(letter, event, &people, &standing).await?.groundless)
    }

    /// What the rules say of a letter that an event would call for.
    pub(super) async fn weigh(&self, letter: &LetterType, event: &CaseEvent) -> Result<Eligibility, DeskError> {
        let mut groundless = self.missing_grounds(letter, event).await?;
        let case = self.case(&event.subject).await?;
        let people = self.people_of(&case, |_| true, Some(event));
        let standing = people.standing(&event.person(), &case.letters);
        let holds = people.holds(&event.person(), Some(event));
        let Answers { stops, ends, notes, .. } = self.answers(letter, event, &people, &standing).await?;
        let group =
            if groundless.is_empty() { Group::of(stops.is_empty() && ends.is_empty()) } else { Group::NoGround };
        let known = |reason: &Fault| groundless.iter().any(|one| one.code == reason.code);
        let others: Vec<Fault> = stops.into_iter().chain(ends).filter(|reason| !known(reason)).collect();
        groundless.extend(others);
        let answer = Eligibility {
            letter_type: letter.key.clone(),
            person: standing.person.id.clone(),
            name: standing.person.name.clone(),
            group,
            called_for: Vec::new(),
            may_go: groundless.is_empty(),
            needs_approval: letter.needs_approval() || !notes.is_empty(),
            reasons: groundless,
            notes,
            event: None,
        };
        Ok(answer.held_for(&holds))
    }

    /// What the guards of a letter answer by a standing, with the facts of the event that would call for it.
    async fn answers(
        &self,
        letter: &LetterType,
        event: &CaseEvent,
        people: &People<'_>,
        standing: &Standing,
    ) -> Result<Answers, DeskError> {
        let today = self.clock.today();
        let unreadable = |problem: String| DeskError::Unreadable { event: 0, problem };
        let mut json = as_it_stands(event, standing, &people.addressee(event));
        address_to_representative(&mut json, standing, today);
        let data = Data::read(&json).map_err(|error| unreadable(error.to_string()))?;
        let date = self.mailing_date(letter.channel(&data.addressee)).await?;
        let other_cases = self.other_cases(people, &event.person()).await?;
        let Some((program, policy)) = self.program_and_policy(event.program(), date) else {
            return Ok(Answers::default());
        };
        let asking = Asking {
            letter: asked(letter, &data, event.time),
            standing,
            policy,
            traits: program.traits,
            other_cases: &other_cases,
            overridden: &[],
            date,
        };
        Ok(asking.answers(&letter.description.rules.guards))
    }
}
