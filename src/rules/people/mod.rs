//! Who is who: which events of a case count for whom, before any of them says anything of its standing.
//!
//! Two mistakes send a letter to a stranger. A wrong *case number* puts somebody's event into another person's case; so only an
//! event whose schema says that it brings a person (`x-brings-person`: a debt is referred, somebody acts for somebody) makes a
//! new person known to a case, or the first event of a case that nobody was referred to. What names anybody else **waits**: it
//! counts for nothing until an officer has said who it is. A wrong *person number* puts two people under one key; so what is told
//! under a [`Name`] that does not agree with the one by which the case knows the person counts for nothing, and the person's
//! letters are held until an officer has said whether that is one person or two.
//!
//! What officers say is an event as well (`person.identified`), so that the answer rests on events alone, in whatever order they
//! come.

mod doubt;
mod name;
mod said;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

pub use doubt::{About, Doubt, WhoIsIt};
pub use name::Name;
pub use said::Answer;
use said::{Identified, Relation, Verdicts};

use super::{Reach, SentLetter, Standing};
use crate::case::{CaseEvent, CaseRef, PersonId};

/// The event by which an officer says who somebody is.
pub const IDENTIFIED: &str = "person.identified";

/// What becomes of an event of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is about a person of the case.
    Counts,
    /// It names somebody whom the case does not know: somebody must say who it is.
    Waits,
    /// Somebody has said that it is not what it seemed: it counts for nothing.
    SetAside(Answer),
    /// It is about a person of the case, by another name: it counts for nothing.
    NamedOtherwise,
    /// It says who somebody is.
    Says,
}

/// The people of a case, by its events and those of the cases that it shares people with.
pub struct People<'e> {
    case: &'e CaseRef,
    /// In the order in which they happened.
    events: Vec<Told<'e>>,
    /// By which name the case knows each person.
    names: BTreeMap<PersonId, Name>,
}

/// An event with what is made of it.
struct Told<'e> {
    event: &'e CaseEvent,
    person: PersonId,
    name: Name,
    /// What its own case makes of it.
    fate: Fate,
    /// How its name stands to the one by which the case knows the person; none where the case does not know the person.
    relation: Option<Relation>,
}

impl Told<'_> {
    /// Whether it names its person by the name by which the case knows the person.
    fn is_by_name(&self) -> bool {
        self.relation.is_none_or(|relation| relation == Relation::Same)
    }
}

impl<'e> People<'e> {
    /// The people of a case. `events` are those of the case and of every case that shares a person with it, in the order of taking;
    /// `brings` tells by its short type whether an event brings a person.
    pub fn of(
        case: &'e CaseRef,
        events: impl IntoIterator<Item = &'e CaseEvent>,
        brings: impl Fn(&str) -> bool,
    ) -> People<'e> {
        let mut ordered: Vec<&CaseEvent> = events.into_iter().collect();
        // Of two that happened at one instant, the later is the one that was taken later.
        ordered.sort_by_key(|event| event.time);
        let said: Vec<(&CaseEvent, Identified)> = ordered.iter().filter_map(|event| Identified::read(event)).collect();
        let mut verdicts = BTreeMap::<PersonId, Verdicts>::new();
        for (event, identified) in &said {
            verdicts.entry(event.person()).or_default().hear(identified);
        }
        let subjects: BTreeSet<&CaseRef> = ordered.iter().map(|event| &event.subject).collect();
        let mut known = BTreeMap::new();
        for subject in subjects {
            let own: Vec<&CaseEvent> = ordered.iter().copied().filter(|event| event.subject == *subject).collect();
            known.insert(subject, known_people(&own, &said, &brings));
        }
        let mut written = Vec::new();
        let told = |event: &'e CaseEvent| Told {
            event,
            person: event.person(),
            name: name_of(event, &mut written),
            fate: fate(event, &said, &known[&event.subject]),
            relation: None,
        };
        let mut events: Vec<Told<'_>> = ordered.into_iter().map(told).collect();
        let names = names(case, &events, &said, &brings);
        let none = Verdicts::default();
        for told in &mut events {
            let verdicts = verdicts.get(&told.person).unwrap_or(&none);
            told.relation = names.get(&told.person).map(|known| verdicts.relation(known, &told.name));
        }
        People { case, events, names }
    }

    /// The case.
    pub fn case(&self) -> &'e CaseRef {
        self.case
    }

    /// The case's own events.
    fn own(&self) -> impl Iterator<Item = &Told<'e>> {
        self.events.iter().filter(|told| told.event.subject == *self.case)
    }

    /// Those whom the case knows.
    pub fn known(&self) -> Vec<PersonId> {
        let counted = self.own().filter(|told| told.fate == Fate::Counts).map(|told| told.person.clone());
        counted.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The case's own events that count.
    pub fn own_events(&self) -> impl Iterator<Item = &'e CaseEvent> {
        self.own().filter(|told| told.fate == Fate::Counts && told.is_by_name()).map(|told| told.event)
    }

    /// Whether one of the case's events counts.
    pub fn counts(&self, event: &CaseEvent) -> bool {
        self.fate(event) == Fate::Counts
    }

    /// What the case makes of one of its events.
    pub fn fate(&self, event: &CaseEvent) -> Fate {
        match self.told(event) {
            Some(told) if told.fate == Fate::Counts && !told.is_by_name() => Fate::NamedOtherwise,
            Some(told) => told.fate,
            None => Fate::Waits,
        }
    }

    fn told(&self, event: &CaseEvent) -> Option<&Told<'e>> {
        self.events.iter().find(|told| (&told.event.id, &told.event.source) == (&event.id, &event.source))
    }

    /// The other cases that know a person, by a name that is not somebody else's.
    pub fn other_cases(&self, person: &PersonId) -> BTreeSet<CaseRef> {
        let elsewhere = self.events.iter().filter(|told| told.event.subject != *self.case && told.person == *person);
        let counted = elsewhere.filter(|told| told.fate == Fate::Counts && told.is_by_name());
        counted.map(|told| told.event.subject.clone()).collect()
    }

    /// The person's newest event of the case that counts.
    pub fn newest(&self, person: &PersonId) -> Option<&'e CaseEvent> {
        self.own_events().filter(|event| event.person() == *person).last()
    }

    /// The standing of the case for one of its people: from the events that count, with what counts of the person's other cases.
    pub fn standing(&self, person: &PersonId, letters: &[SentLetter]) -> Standing {
        let concerns = |told: &&Told<'e>| told.event.subject == *self.case || told.person == *person;
        let counts = |told: &&Told<'e>| told.fate == Fate::Counts && told.is_by_name();
        let events = self.events.iter().filter(concerns).filter(counts).map(|told| told.event);
        let strangers = self.strangers();
        Standing { strangers, ..Standing::of(self.case, person, events, letters) }
    }

    /// How somebody is reached to whom an event has a letter addressed, by the newest word on each of it: as the party or the addressee
    /// of the case's events, and of those about the same person.
    pub fn addressee(&self, calling: &CaseEvent) -> Reach {
        let (addressee, person) = (&calling.data["addressee"], calling.person());
        let (id, name) = (&addressee["id"], Name::of(addressee));
        let mut reach = Reach::default();
        if addressee.is_null() {
            return reach;
        }
        let concerns = |told: &&Told<'e>| told.event.subject == *self.case || told.person == person;
        let counts = |told: &&Told<'e>| told.fate == Fate::Counts && told.is_by_name();
        for event in self.events.iter().filter(concerns).filter(counts).map(|told| told.event) {
            let named = ["party", "addressee"].map(|who| &event.data[who]);
            let these = named.into_iter().filter(|who| who["id"] == *id && Name::of(who).agrees(&name));
            these.for_each(|who| reach.hear(event.time, who, |_| true));
        }
        reach
    }
}

/// The name in an event; most events of a case have the same one.
fn name_of<'e>(event: &'e CaseEvent, written: &mut Vec<(&'e Value, Name)>) -> Name {
    let party = &event.data["party"];
    let parts = ["given_name", "surname", "latin_name", "organization", "role"];
    let same = |(other, _): &&(&Value, Name)| parts.iter().all(|part| other[*part] == party[*part]);
    if let Some((_, name)) = written.iter().find(same) {
        return name.clone();
    }
    written.push((party, Name::of(party)));
    written[written.len() - 1].1.clone()
}

/// The people of one case, by its own events in the order in which they happened.
///
/// Where somebody was referred to the case, its first event brings nobody: a payment may have come under a number that was given
/// to somebody else's case afterwards.
fn known_people(
    own: &[&CaseEvent],
    said: &[(&CaseEvent, Identified)],
    brings: &impl Fn(&str) -> bool,
) -> BTreeSet<PersonId> {
    let answer = |event: &CaseEvent| answer_to(event, said);
    let stands = |event: &&&CaseEvent| event.kind != IDENTIFIED && !answer(event).is_some_and(Answer::sets_aside);
    let brought = own.iter().filter(stands).filter(|event| brings(&event.kind));
    let mut known: BTreeSet<PersonId> = brought.map(|event| event.person()).collect();
    if known.is_empty() {
        known.extend(own.iter().find(stands).map(|event| event.person()));
    }
    known.extend(own.iter().filter(|event| answer(event) == Some(Answer::NewPerson)).map(|event| event.person()));
    known
}

fn fate(event: &CaseEvent, said: &[(&CaseEvent, Identified)], known: &BTreeSet<PersonId>) -> Fate {
    match answer_to(event, said) {
        _ if event.kind == IDENTIFIED => Fate::Says,
        Some(answer) if answer.sets_aside() => Fate::SetAside(answer),
        _ if known.contains(&event.person()) => Fate::Counts,
        _ => Fate::Waits,
    }
}

/// The newest answer to whom an event is about.
fn answer_to(event: &CaseEvent, said: &[(&CaseEvent, Identified)]) -> Option<Answer> {
    let about = |(told, one): &&(&CaseEvent, Identified)| told.subject == event.subject && one.is_about(event);
    said.iter().rev().find(about).map(|(_, one)| one.answer)
}

/// By which name a case knows each of its people: the one that an officer has said is right here, or else the one under which the
/// person was referred to it, or else that of its first event about the person.
fn names(
    case: &CaseRef,
    events: &[Told<'_>],
    said: &[(&CaseEvent, Identified)],
    brings: &impl Fn(&str) -> bool,
) -> BTreeMap<PersonId, Name> {
    let mut names = BTreeMap::new();
    let counts = |told: &&Told<'_>| told.event.subject == *case && matches!(told.fate, Fate::Counts | Fate::Waits);
    let own = || events.iter().filter(counts);
    for told in own().filter(|told| brings(&told.event.kind)).chain(own()) {
        names.entry(told.person.clone()).or_insert_with(|| told.name.clone());
    }
    for (event, identified) in said.iter().filter(|(event, _)| event.subject == *case) {
        if let Some(right) = identified.right_name() {
            names.insert(event.person(), right);
        }
    }
    names
}
