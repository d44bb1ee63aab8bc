//! What happened in a case and what was done of it, by the days on which it happened.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;

use super::{CaseView, EntryView};
use crate::case::clock::toronto;
use crate::case::insurance::masked;
use crate::case::party::full_name_in;
use crate::case::{Day, EntryKind, Language, Stamp};
use crate::desk::{CaseRead, Desk, Fate, People};
use crate::register::StoredEvent;

/// What entries are filtered by.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, strum::IntoStaticStr, strum::EnumString, strum::VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Topic {
    /// What happened, as events told it.
    Events,
    /// How far letters came.
    Letters,
    /// What people decided, and what was proposed to them.
    Decisions,
    /// Who looked at the case or a letter.
    Looks,
}

/// One thing of a case's timeline.
#[derive(Serialize)]
pub struct HappeningView {
    /// The entry of the case file.
    #[serde(flatten)]
    pub entry: EntryView,
    /// What it is filtered by.
    pub topic: Topic,
    /// The day on which it happened: of an event its own, of all else that of the entry.
    pub day: Day,
    /// Whether it was entered on a later day.
    pub is_later: bool,
    /// Of an event: what the case makes of it where it does not count: `waits`, `set-aside`, `named-otherwise`.
    pub fate: Option<&'static str>,
    /// Of an event that counts: whom it is about.
    pub about: Option<String>,
    /// Of an event that counts: its facts, each with its label.
    pub facts: Vec<FactView>,
    /// Of a letter: its title.
    pub title: Option<String>,
}

/// A fact with its label.
#[derive(Serialize)]
pub struct FactView {
    /// The label.
    pub label: String,
    /// The value, as a page writes it.
    pub value: String,
}

impl Topic {
    fn of(kind: EntryKind) -> Topic {
        match kind {
            EntryKind::EventTaken => Topic::Events,
            EntryKind::LetterViewed | EntryKind::CaseViewed => Topic::Looks,
            EntryKind::LetterApproved
            | EntryKind::LetterWithdrawn
            | EntryKind::LetterReturned
            | EntryKind::LetterResubmitted
            | EntryKind::LetterOverridden
            | EntryKind::FollowUpProposed
            | EntryKind::FollowUpDecided => Topic::Decisions,
            EntryKind::LetterHeld
            | EntryKind::ApprovalAwaited
            | EntryKind::LetterRefused
            | EntryKind::LetterEnded
            | EntryKind::LetterCleared
            | EntryKind::LetterIssued
            | EntryKind::LetterRecalled
            | EntryKind::LetterSent
            | EntryKind::DeliveryFailed => Topic::Letters,
        }
    }
}

/// A case's timeline: its entries by when they happened, oldest first.
pub struct Timeline<'c> {
    people: People<'c>,
    events: HashMap<(&'c str, &'c str), &'c StoredEvent>,
    titles: HashMap<String, String>,
    entries: Vec<(Topic, Stamp, EntryView)>,
}

impl<'c> Timeline<'c> {
    /// That of a case that was read; it takes the view's entries.
    pub(in crate::web) fn of(desk: &Desk, case: &'c CaseRead, view: &mut CaseView) -> Timeline<'c> {
        let key = |stored: &'c StoredEvent| ((&*stored.event.source, &*stored.event.id), stored);
        let events: HashMap<(&str, &str), &StoredEvent> = case.events().map(key).collect();
        let titles = view.letters.iter().map(|letter| (letter.id.to_string(), letter.title.clone())).collect();
        let happened = |entry: EntryView| {
            let event = event_of(&events, &entry).map(|stored| Stamp::from(stored.event.time));
            (Topic::of(entry.kind), event.unwrap_or(entry.at), entry)
        };
        let mut entries: Vec<_> = std::mem::take(&mut view.entries).into_iter().map(happened).collect();
        entries.sort_by_key(|(_, at, entry)| (*at, entry.sequence));
        Timeline { people: desk.people(case), events, titles, entries }
    }

    /// How many there are of each topic.
    pub fn count(&self, topic: Topic) -> usize {
        self.entries.iter().filter(|(one, ..)| *one == topic).count()
    }

    /// Those of some topics, some of them left out, and no more than so many; and how many there are in all.
    pub fn some(
        self,
        desk: &Desk,
        language: Language,
        topics: &[Topic],
        newest_first: bool,
        (skip, take): (usize, usize),
    ) -> (Vec<HappeningView>, usize) {
        let Timeline { people, events, titles, mut entries } = self;
        entries.retain(|(topic, ..)| topics.contains(topic));
        let all = entries.len();
        if newest_first {
            entries.reverse();
        }
        let shown = entries.into_iter().skip(skip).take(take).map(|(topic, at, entry)| {
            let event = event_of(&events, &entry);
            let fate = event.map(|stored| people.fate(&stored.event));
            let counted = event.filter(|_| matches!(fate, Some(Fate::Counts | Fate::Says)));
            let day = toronto(at.instant()).date();
            HappeningView {
                topic,
                day: day.into(),
                is_later: day < toronto(entry.at.instant()).date(),
                fate: fate.and_then(|fate| match fate {
                    Fate::Counts | Fate::Says => None,
                    Fate::Waits => Some("waits"),
                    Fate::SetAside(_) => Some("set-aside"),
                    Fate::NamedOtherwise => Some("named-otherwise"),
                }),
                about: counted.map(|stored| masked(&full_name_in(&stored.event.data["party"]))),
                facts: counted.map(|stored| facts(desk, stored, language)).unwrap_or_default(),
                title: entry.letter.as_ref().and_then(|letter| titles.get(letter.as_str()).cloned()),
                entry: without_basis(entry),
            }
        });
        (shown.collect(), all)
    }
}

fn event_of<'c>(events: &HashMap<(&'c str, &'c str), &'c StoredEvent>, entry: &EntryView) -> Option<&'c StoredEvent> {
    let key = (entry.detail["source"].as_str()?, entry.detail["event"].as_str()?);
    events.get(&key).copied().filter(|_| entry.kind == EntryKind::EventTaken)
}

fn facts(desk: &Desk, stored: &StoredEvent, language: Language) -> Vec<FactView> {
    let told = desk.studio.catalogue.told(&stored.event.kind, stored.event.facts(), language);
    told.into_iter().map(|(label, value)| FactView { label, value }).collect()
}

/// An entry without the standing that a verdict rests on, which no page shows.
fn without_basis(mut entry: EntryView) -> EntryView {
    if let Some(basis) = entry.detail.get_mut("basis").and_then(Value::as_object_mut) {
        basis.retain(|name, _| name == "facts");
    }
    entry
}
