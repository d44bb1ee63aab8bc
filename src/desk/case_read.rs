//! Reading a case: its events with those of the cases that it shares people with, who is who in them, and its letters.

use serde::Deserialize;

use super::{Desk, DeskError};
use crate::case::clock::toronto;
use crate::case::{CaseEvent, CaseRef, Channel, DeliveryState, LetterState, Times};
use crate::letter::Catalogue;
use crate::register::StoredEvent;
use crate::rules::{ByOtherMeans, DisputeKind, People, SentLetter, facts_hash};

/// A case as it was read: its events with those of the cases that it shares people with, and its letters.
pub struct CaseRead {
    reference: CaseRef,
    stored: Vec<StoredEvent>,
    /// Its letters that are on their way or gone.
    pub letters: Vec<SentLetter>,
}

impl CaseRead {
    /// The case.
    pub fn reference(&self) -> &CaseRef {
        &self.reference
    }

    /// Its own events, in the order of taking.
    pub fn events(&self) -> impl Iterator<Item = &StoredEvent> {
        self.own()
    }

    /// The program's key, by its newest event; none where no event of it was taken.
    pub fn program(&self) -> Option<String> {
        self.own().last().map(|stored| stored.event.program().to_owned())
    }

    /// The program's key, by its newest event but one: where that one counts for nothing, the case stays where the others have it.
    pub fn program_without(&self, event: &CaseEvent) -> Option<String> {
        let others = self.own().map(|stored| &stored.event).filter(|one| one.key() != event.key());
        others.last().or(Some(event)).map(|one| one.program().to_owned())
    }

    /// One of its events, by its key.
    pub fn event(&self, source: &str, id: &str) -> Option<&CaseEvent> {
        self.own().map(|stored| &stored.event).find(|event| event.source == source && event.id == id)
    }

    /// Leaves one of its events out, by its place in the register.
    pub(super) fn forget(&mut self, sequence: i64) {
        self.stored.retain(|stored| stored.sequence != sequence);
    }

    /// One of its events, by its place in the register.
    pub(super) fn called(&self, sequence: i64) -> Option<&CaseEvent> {
        self.own().find(|stored| stored.sequence == sequence).map(|stored| &stored.event)
    }

    /// Its own events that count.
    pub(super) fn counted(&self, people: &People<'_>) -> Vec<&StoredEvent> {
        self.own().filter(|stored| people.counts(&stored.event)).collect()
    }

    fn own(&self) -> impl Iterator<Item = &StoredEvent> {
        self.stored.iter().filter(|stored| stored.event.subject == self.reference)
    }
}

impl Desk {
    /// Reads a case: its events with those of the cases that it shares people with, and its letters that are on their way or gone.
    pub async fn case(&self, reference: &CaseRef) -> Result<CaseRead, DeskError> {
        let stored = self.reader().events_around(reference).await?;
        let mut case = CaseRead { reference: reference.clone(), stored, letters: Vec::new() };
        let catalogue = &self.studio.catalogue;
        let mut letters: Vec<SentLetter> =
            self.people(&case).own_events().filter_map(|event| by_other_means(catalogue, event)).collect();
        for row in self.reader().letters_of_case(reference).await?.into_iter().filter(|row| row.state.is_on_its_way()) {
            let calling = case.called(row.event).ok_or_else(|| not_there(row.event))?;
            let facts = calling.facts();
            let date = row.date.filter(|_| row.state == LetterState::Issued).map(|day| day.date());
            // What was issued before times were kept gave those that its type gives.
            let of_type = |date| catalogue.times(&row.letter_type, calling.program(), date, facts);
            letters.push(SentLetter {
                // A letter that names no debt is about all of them.
                debt: facts["debt_number"].as_str().unwrap_or_default().to_owned(),
                facts_hash: facts_hash(facts, self.told_apart_by(&row.letter_type)),
                times: row.times.or_else(|| Some(Times(of_type(date?)))).unwrap_or_default(),
                event: calling.key(),
                asked: Some(toronto(calling.time).date()),
                answers: DisputeKind::deserialize(&facts["kind"]).ok(),
                date,
                by_mail: row.channel == Channel::Print,
                sent: date.is_some() && row.delivery == Some(DeliveryState::Sent),
                returned: false,
                sequence: Some(row.sequence),
                id: row.id.to_string(),
                tells: catalogue.tells(&row.letter_type).to_vec(),
                letter_type: row.letter_type,
                person: row.person.to_string(),
            });
        }
        case.letters = letters;
        Ok(case)
    }

    /// Who is who in a case.
    pub fn people<'c>(&self, case: &'c CaseRead) -> People<'c> {
        self.people_of(case, |_| true, None)
    }

    /// Who would be who in it without some of its events, or with one more.
    pub(super) fn people_of<'c>(
        &self,
        case: &'c CaseRead,
        kept: impl Fn(&StoredEvent) -> bool,
        more: Option<&'c CaseEvent>,
    ) -> People<'c> {
        let events = case.stored.iter().filter(|stored| kept(stored)).map(|stored| &stored.event).chain(more);
        People::of(&case.reference, events, |kind| self.studio.catalogue.brings_person(kind))
    }

    /// The facts that tell letters of a type apart.
    fn told_apart_by(&self, letter_type: &str) -> &[String] {
        let letter = self.studio.catalogue.types.get(letter_type);
        letter.map_or(&[], |letter| &letter.description.rules.told_apart_by)
    }
}

/// The letter of a `letter.sent`, with what the letter types say of it.
fn by_other_means(catalogue: &Catalogue, event: &CaseEvent) -> Option<SentLetter> {
    SentLetter::by_other_means(event, |letter, mailed| ByOtherMeans {
        tells: catalogue.tells(letter).to_vec(),
        times: catalogue.times(letter, event.program(), mailed, event.facts()),
    })
}

/// A letter without its event in the case: the register was altered.
pub(super) fn not_there(event: i64) -> DeskError {
    DeskError::Unreadable { event, problem: "it is not among those of its letter's case".to_owned() }
}
