//! For every letter type: may it go to this person of this case today, and if not, why not?

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use super::assess::{Answers, Asking, asked};
use super::case_context::{address_to_representative, as_it_stands};
use super::{DecideError, Desk, DeskError};
use crate::case::{CaseEvent, CaseRef, DeliveryState, Fault, LetterState};
use crate::letter::{Data, LetterType};
use crate::register::LetterRow;
use crate::rules::{Asked, OtherCase, Reach, SentLetter, Standing};

/// Whether a letter of one type may go to one person today.
#[derive(Debug, Clone, Serialize)]
pub struct Eligibility {
    /// The letter type's key.
    pub letter_type: String,
    /// The person's key.
    pub person: String,
    /// The person's name.
    pub name: String,
    /// Whether it may go today.
    pub may_go: bool,
    /// Whether somebody must approve it first.
    pub needs_approval: bool,
    /// What stands against it.
    pub reasons: Vec<Fault>,
    /// What an approver is to look at.
    pub notes: Vec<Fault>,
    /// The event whose facts it was judged by, where one called for it; without one, by the standing alone.
    pub event: Option<String>,
}

impl Eligibility {
    /// The answer where somebody must say first who the person is.
    fn held_for(self, holds: &[Fault]) -> Eligibility {
        let reasons = holds.iter().cloned().chain(self.reasons).collect();
        Eligibility { may_go: self.may_go && holds.is_empty(), reasons, ..self }
    }
}

impl Desk {
    /// Every letter type of the case's program for every person of the case; of one type where it is named. Empty where no event
    /// of the case was taken.
    pub async fn explain(&self, case: &CaseRef, letter_type: Option<&str>) -> Result<Vec<Eligibility>, DeskError> {
        let case = self.case(case).await?;
        let people = self.people(&case);
        let rows = self.reader().letters_of_case(people.case()).await?;
        let events: Vec<&CaseEvent> = people.own_events().collect();
        let mut answers = Vec::new();
        for person in &people.known() {
            let other_cases = self.other_cases(&people, person).await?;
            let standing = people.standing(person, &case.letters);
            let holds = people.holds(person, None);
            let types = self.studio.catalogue.types.values();
            for letter in types.filter(|letter| letter_type.is_none_or(|wanted| wanted == letter.key)) {
                let Some(answer) = self.eligibility(letter, &events, &case.letters, &standing, &other_cases) else {
                    continue;
                };
                let answer = answer.held_for(&holds);
                answers.push(self.as_called_for(answer, &rows).await?);
            }
        }
        Ok(answers)
    }

    /// The answer for a letter that an event has called for and that has not left: assessed as the work assesses it, with its
    /// arithmetic, its deadlines and what a manager let pass.
    async fn as_called_for(&self, answer: Eligibility, rows: &[LetterRow]) -> Result<Eligibility, DeskError> {
        let of_answer =
            |row: &&LetterRow| row.letter_type == answer.letter_type && row.person == answer.person.as_str();
        let Some(row) = rows.iter().rev().find(of_answer) else { return Ok(answer) };
        if row.state == LetterState::Withdrawn || row.delivery == Some(DeliveryState::Sent) {
            return Ok(answer);
        }
        Ok(match self.assessed(&row.id).await {
            Ok((_, assessed)) => {
                let Answers { stops, ends, notes, .. } = assessed.answers;
                let reasons: Vec<Fault> = stops.into_iter().chain(ends).collect();
                let (may_go, needs_approval) = (reasons.is_empty(), assessed.needs_approval);
                Eligibility { may_go, needs_approval, reasons, notes, ..answer }
            }
            // Its words cannot be written: the reasons are those that it was refused for.
            Err(DecideError::Desk(error)) => return Err(error),
            Err(_) => Eligibility { may_go: false, reasons: row.reasons.to_vec(), ..answer },
        })
    }

    fn eligibility(
        &self,
        letter: &LetterType,
        events: &[&CaseEvent],
        letters: &[SentLetter],
        standing: &Standing,
        other_cases: &[OtherCase],
    ) -> Option<Eligibility> {
        let today = self.clock.today();
        let about_person = |event: &&&CaseEvent| event.person() == standing.person.id.as_str();
        let calls = |event: &&&CaseEvent| letter.is_called_by(&event.kind, event.program(), event.facts());
        let called_by = events.iter().filter(about_person).filter(calls).max_by_key(|event| event.time).copied();
        let newest = events.iter().filter(about_person).max_by_key(|event| event.time).copied()?;
        let programs = &letter.description.called_by.programs;
        if !programs.is_empty() && !programs.iter().any(|program| program == newest.program()) {
            return None;
        }
        let mut json = as_it_stands(called_by.unwrap_or(newest), standing, &Reach::default());
        address_to_representative(&mut json, standing, today);
        let mut data = Data::read(&json).ok()?;
        if called_by.is_none() {
            data.facts = Value::Object(serde_json::Map::new());
        }
        let program = self.studio.catalogue.program(&data.case.program).ok()?;
        let policy = program.policy_on(today)?;
        let rules = &letter.description.rules;
        let asked_at: DateTime<Utc> = called_by.map_or(self.clock.now(), |event| event.time);
        // The letter that its event called for does not stand in its own way.
        let own_letter = letters.iter().find(|called| {
            called.letter_type == letter.key
                && called.person == standing.person.id
                && !called.sent
                && called.sequence.is_some()
        });
        let asked = Asked {
            id: own_letter.map_or("", |called| &called.id),
            sequence: own_letter.and_then(|called| called.sequence),
            facts: called_by.map(|_| &data.facts),
            ..asked(letter, &data, asked_at)
        };
        let traits = program.traits;
        let asking = Asking { letter: asked, standing, policy, traits, other_cases, overridden: &[], date: today };
        let Answers { stops, ends, notes, .. } = asking.answers(&rules.guards);
        let reasons: Vec<Fault> = stops.into_iter().chain(ends).collect();
        Some(Eligibility {
            letter_type: letter.key.clone(),
            person: standing.person.id.clone(),
            name: standing.person.name.clone(),
            may_go: reasons.is_empty(),
            needs_approval: letter.needs_approval() || !notes.is_empty(),
            reasons,
            notes,
            event: called_by.map(|event| event.id.clone()),
        })
    }
}
