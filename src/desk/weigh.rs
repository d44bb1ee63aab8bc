//! What the rules say of a letter that somebody would ask for, before anything is recorded.

use super::assess::{Answers, Asking, asked};
use super::case_context::as_it_stands;
use super::explain::{Eligibility, Group};
use super::{Desk, DeskError, LetterRequest};
use crate::case::{CaseEvent, Fault};
use crate::letter::{Data, LetterType, OnRequest};
use crate::rules::Standing;

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
        let (events, letters) = self.events_and_letters(&event.subject).await?;
        let mut events: Vec<CaseEvent> = events.into_iter().map(|stored| stored.event).collect();
        // What tells of something that must have happened first is not borne by the request itself.
        if letter.description.called_by.on_request == OnRequest::StatingItsGrounds {
            events.push(event.clone());
        }
        let standing = self.standing(&event.subject, &event.person(), &events, &letters).await?;
        Ok(self.answers(letter, event, &standing).await?.groundless)
    }

    async fn weigh(&self, letter: &LetterType, event: &CaseEvent) -> Result<Eligibility, DeskError> {
        let mut groundless = self.missing_grounds(letter, event).await?;
        let (events, letters) = self.events_and_letters(&event.subject).await?;
        let mut events: Vec<CaseEvent> = events.into_iter().map(|stored| stored.event).collect();
        events.push(event.clone());
        let standing = self.standing(&event.subject, &event.person(), &events, &letters).await?;
        let Answers { stops, ends, notes, .. } = self.answers(letter, event, &standing).await?;
        let group =
            if groundless.is_empty() { Group::of(stops.is_empty() && ends.is_empty()) } else { Group::NoGround };
        let known = |reason: &Fault| groundless.iter().any(|one| one.code == reason.code);
        let others: Vec<Fault> = stops.into_iter().chain(ends).filter(|reason| !known(reason)).collect();
        groundless.extend(others);
        Ok(Eligibility {
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
        })
    }

    /// What the guards of a letter answer by a standing, with the facts of the event that would call for it.
    async fn answers(&self, letter: &LetterType, event: &CaseEvent, standing: &Standing) -> Result<Answers, DeskError> {
        let today = self.clock.today();
        let unreadable = |problem: String| DeskError::Unreadable { event: 0, problem };
        let data = Data::read(&as_it_stands(event, standing, today)).map_err(|error| unreadable(error.to_string()))?;
        let date = self.mailing_date(letter.channel(&data.addressee)).await?;
        let other_cases = self.other_cases(&event.subject, &event.person()).await?;
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
