//! What calls for a letter now: an event that asks for it, a follow-up that is due, or something on file that no letter tells of yet.

use chrono::NaiveDate;
use serde::Serialize;

use super::follow::Due;
use crate::case::format::Formats;
use crate::case::{CaseEvent, Channel, DeliveryState, Language, LetterId, LetterState, Text};
use crate::letter::LetterType;
use crate::register::{LetterRow, StoredEvent};
use crate::rules::SentLetter;

/// One thing that calls for a letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Call {
    /// What it is.
    pub by: CalledBy,
    /// The id of the event or of the follow-up.
    pub id: String,
    /// Since when; of a follow-up, the day on which it is due.
    pub since: NaiveDate,
    /// What the officer is told.
    pub says: Text,
    /// The letter that was made of it, where there is one.
    pub letter: Option<LetterId>,
}

/// What calls for a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, strum::IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum CalledBy {
    /// An event asked for it, and it has not left.
    Event,
    /// A follow-up is due.
    FollowUp,
    /// It happened, nobody asked for the letter, and none has told of it.
    Standing,
}

impl CalledBy {
    /// As the API writes it.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// What is on file of one person that a letter may be called for by.
pub(super) struct OnFile<'f> {
    pub person: &'f str,
    pub events: &'f [&'f StoredEvent],
    pub letters: &'f [SentLetter],
    pub rows: &'f [LetterRow],
    pub due: &'f [Due],
}

impl<'f> OnFile<'f> {
    fn own(&self) -> impl Iterator<Item = &'f StoredEvent> {
        let person = self.person;
        self.events.iter().copied().filter(move |stored| stored.event.person().as_str() == person)
    }

    /// The newest event that asks for a letter of a type, with the letter that was made of it.
    pub fn asking(&self, letter: &LetterType) -> Option<(&'f StoredEvent, Option<&'f LetterRow>)> {
        let asks = |stored: &&StoredEvent| {
            letter.is_called_by(&stored.event.kind, stored.event.program(), stored.event.facts())
        };
        let event = self.own().filter(asks).max_by_key(|stored| stored.event.time)?;
        Some((event, self.own_rows(letter).find(|row| row.event == event.sequence)))
    }

    fn own_rows(&self, letter: &LetterType) -> impl Iterator<Item = &'f LetterRow> {
        let (person, key) = (self.person, letter.key.clone());
        self.rows.iter().filter(move |row| row.letter_type == key && row.person.as_str() == person)
    }

    /// The follow-ups that are due and that a letter of a type settles.
    pub fn due(&self, letter: &LetterType) -> impl Iterator<Item = &'f Due> {
        let (person, key, kinds) = (self.person, letter.key.clone(), letter.description.called_by.follow_ups.clone());
        self.due.iter().filter(move |due| {
            let settles = due.letters.contains(&key) || kinds.iter().any(|kind| kind == due.proposal.kind.as_str());
            due.person.as_str() == person && settles
        })
    }

    /// The newest event of the kind that a letter of a type tells of, where it did not ask for the letter and none told of it since.
    pub fn untold(&self, letter: &LetterType) -> Option<&'f StoredEvent> {
        let by = &letter.description.called_by;
        by.when.as_ref()?;
        let event = self.own().filter(|stored| stored.event.kind == by.event).max_by_key(|stored| stored.event.time)?;
        let asked = letter.is_called_by(&event.event.kind, event.event.program(), event.event.facts());
        let told = |one: &SentLetter| {
            one.person == self.person
                && one.letter_type == letter.key
                && one.date.is_none_or(|day| day >= event.event.day())
        };
        let later = self.own_rows(letter).any(|row| row.event >= event.sequence);
        (!asked && !later && !self.letters.iter().any(told)).then_some(event)
    }
}

/// Whether a letter has left, was filed, or was taken back for ever: its event calls for nothing more.
pub(super) fn is_settled(row: &LetterRow) -> bool {
    let gone = row.delivery == Some(DeliveryState::Sent);
    let filed = row.channel == Channel::File && row.state == LetterState::Issued;
    row.state == LetterState::Withdrawn || gone || filed
}

impl Call {
    pub(super) fn of_event(event: &CaseEvent, happened: &Text, row: Option<&LetterRow>) -> Call {
        Call { letter: row.map(|row| row.id.clone()), ..Call::of(CalledBy::Event, event, happened) }
    }

    pub(super) fn of_standing(event: &CaseEvent, happened: &Text) -> Call {
        Call::of(CalledBy::Standing, event, happened)
    }

    fn of(by: CalledBy, event: &CaseEvent, happened: &Text) -> Call {
        let day = event.day();
        let (en, fr) = (&happened.en, &happened.fr);
        let written = |language| Formats::of(language).date(&day.to_string()).unwrap_or_else(|| day.to_string());
        let says = match by {
            CalledBy::Standing => Text::new(
                format!(
                    "What happened on {} asked for no letter, and none has told of it: {en}",
                    written(Language::En)
                ),
                format!(
                    "Ce qui est arrivé le {} n’a demandé aucune lettre, et aucune ne l’a annoncé : {fr}",
                    written(Language::Fr)
                ),
            ),
            CalledBy::Event | CalledBy::FollowUp => Text::new(
                format!("The event of {} asks for it: {en}", written(Language::En)),
                format!("L’événement du {} la demande : {fr}", written(Language::Fr)),
            ),
        };
        Call { by, id: event.id.clone(), since: day, says, letter: None }
    }

    pub(super) fn of_follow_up(due: &Due) -> Call {
        let (since, says) = (due.proposal.due, due.proposal.says.clone());
        Call { by: CalledBy::FollowUp, id: due.id.to_string(), since, says, letter: None }
    }
}
