//! What somebody must say before it counts: whom an event is about, or whether two names are one person's.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Serialize;

use super::{Answer, Fate, Name, People, Relation, Told};
use crate::case::{CaseEvent, CaseRef, Fault, PersonId, Text};
use crate::rules::found::dated;
use crate::rules::standing::Person;

/// Two names under the key of one person of the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Doubt {
    /// The name by which the case knows the person.
    pub name: String,
    /// The other one.
    pub other: String,
    /// The cases that have the other one.
    pub cases: BTreeSet<String>,
    /// The day of the first event that has it.
    pub since: NaiveDate,
}

/// A question to the officer.
#[derive(Debug, Clone, PartialEq)]
pub struct WhoIsIt {
    /// The person's key.
    pub person: PersonId,
    /// What it is about.
    pub about: About,
    /// Its cause: the same cause is asked once.
    pub cause: String,
    /// Since when it waits.
    pub since: NaiveDate,
    /// What the officer is told.
    pub says: Text,
}

/// What a question to the officer is about.
#[derive(Debug, Clone, PartialEq)]
pub enum About {
    /// An event that names somebody whom the case does not know.
    Event(Box<CaseEvent>),
    /// Two names under one key.
    Names(Doubt),
}

impl About {
    /// Whether this answers it.
    pub fn is_answered_by(&self, answer: Answer) -> bool {
        matches!(self, About::Names(_)) == answer.is_about_names()
    }
}

impl People<'_> {
    /// The names under a person's key of which nobody has said whether they are the person's, in whatever case they were told.
    pub fn doubts(&self, person: &PersonId) -> Vec<Doubt> {
        let Some(known) = self.names.get(person) else { return Vec::new() };
        let mut doubts = Vec::<(Name, Doubt)>::new();
        let unclear = |told: &&Told<'_>| {
            let asked = matches!(told.fate, Fate::Counts | Fate::Waits);
            asked && told.person == *person && told.relation == Some(Relation::Unclear)
        };
        for Told { event, name, .. } in self.events.iter().filter(unclear) {
            let place = doubts.iter().position(|(other, _)| other.is(name)).unwrap_or_else(|| {
                let (other, name_here) = (name.shown.clone(), known.shown.clone());
                let doubt = Doubt { name: name_here, other, cases: BTreeSet::new(), since: event.day() };
                doubts.push((name.clone(), doubt));
                doubts.len() - 1
            });
            doubts[place].1.cases.insert(event.subject.to_string());
        }
        doubts.into_iter().map(|(_, doubt)| doubt).collect()
    }

    /// What somebody must say in this case.
    pub fn questions(&self) -> Vec<WhoIsIt> {
        let waiting = self.own().filter(|told| told.fate == Fate::Waits);
        let mut questions: Vec<WhoIsIt> = waiting.map(|told| WhoIsIt::of_event(told.event)).collect();
        for person in self.known() {
            let doubts = self.doubts(&person).into_iter();
            questions.extend(doubts.map(|doubt| WhoIsIt::of_names(self.case, &person, doubt)));
        }
        questions
    }

    /// Those whom the case does not know, but of whom something was told in it, or under the key of one of its people: no letter may
    /// have anything of theirs. Each is named once by what is told of them.
    pub(super) fn strangers(&self) -> Vec<Person> {
        let is_none_of_ours = |told: &&Told<'_>| match told.fate {
            Fate::Counts => !told.is_by_name(),
            // Another person's by mistake may well be one of ours.
            Fate::SetAside(Answer::KnownPerson) | Fate::NamedOtherwise | Fate::Says => false,
            Fate::Waits | Fate::SetAside(_) => true,
        };
        // The very name of a person of the case may be in a letter.
        let known = self.known();
        let names: Vec<&Name> = known.iter().filter_map(|person| self.names.get(person)).collect();
        let strange = self.own().filter(is_none_of_ours).filter(|told| !names.iter().any(|name| name.is(&told.name)));
        let mut strangers = Vec::<Person>::new();
        for stranger in strange.map(|told| Person::named_by(told.event)) {
            if !strangers.iter().any(|one| one.shows_the_same(&stranger)) {
                strangers.push(stranger);
            }
        }
        strangers
    }

    /// What keeps a letter of a person back that an event of the case calls for, as long as nobody has said who it is.
    pub fn holds(&self, person: &PersonId, calling: Option<&CaseEvent>) -> Vec<Fault> {
        let waits = calling.filter(|event| self.fate(event) == Fate::Waits).map(person_unknown);
        let doubts = self.doubts(person);
        waits.into_iter().chain(doubts.iter().map(|doubt| names_differ(self.case, person, doubt))).collect()
    }

    /// What is said to who tells an event: that it waits for somebody to say who it is about, or that its name is not that of the person.
    pub fn notices(&self, event: &CaseEvent) -> Vec<Fault> {
        let (name, person) = (Name::of(&event.data["party"]).shown, event.person());
        let waits = (self.fate(event) == Fate::Waits).then(|| person_unknown(event));
        let doubts = self.doubts(&person).into_iter().filter(|doubt| [&doubt.name, &doubt.other].contains(&&name));
        waits.into_iter().chain(doubts.map(|doubt| names_differ(self.case, &person, &doubt))).collect()
    }

    /// What ends a letter that an event of the case calls for: it counts for nothing, and somebody has said so.
    pub fn ends(&self, calling: &CaseEvent) -> Option<Fault> {
        let is_said = || self.told(calling).is_some_and(|told| told.relation == Some(Relation::Different));
        match self.fate(calling) {
            Fate::SetAside(answer) => Some(set_aside(answer)),
            Fate::NamedOtherwise if is_said() => Some(somebody_else(calling)),
            _ => None,
        }
    }
}

impl WhoIsIt {
    fn of_event(event: &CaseEvent) -> WhoIsIt {
        let fault = person_unknown(event);
        WhoIsIt {
            person: event.person(),
            about: About::Event(Box::new(event.clone())),
            cause: format!("event {} {}", event.source, event.id),
            since: event.day(),
            says: fault.message,
        }
    }

    fn of_names(case: &CaseRef, person: &PersonId, doubt: Doubt) -> WhoIsIt {
        let fault = names_differ(case, person, &doubt);
        let [name, other] = [&doubt.name, &doubt.other].map(|name| Name::whole(name).key());
        WhoIsIt {
            person: person.clone(),
            cause: format!("names {name} / {other}"),
            since: doubt.since,
            says: fault.message,
            about: About::Names(doubt),
        }
    }
}

fn person_unknown(event: &CaseEvent) -> Fault {
    let (name, person, case) = (Name::of(&event.data["party"]).shown, event.person(), &event.subject);
    let day = dated(event.day(), "{}", "{}");
    Fault::new(
        "person-unknown-to-case",
        "B11",
        format!(
            "The event {} of {} names {name} ({person}), whom the case {case} does not know. It counts for nothing until somebody \
             has said who it is: a new person of this case, a person whom it knows, somebody of another case, or a mistake.",
            event.id, day.en
        ),
        format!(
            "L’événement {} du {} nomme {name} ({person}), que le dossier {case} ne connaît pas. Il ne compte pas tant que personne \
             n’a dit de qui il s’agit : une nouvelle personne de ce dossier, une personne qu’il connaît, quelqu’un d’un autre dossier ou une erreur.",
            event.id, day.fr
        ),
    )
}

fn names_differ(case: &CaseRef, person: &PersonId, doubt: &Doubt) -> Fault {
    let Doubt { name, other, cases, .. } = doubt;
    let cases = cases.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    Fault::new(
        "names-differ",
        "B11",
        format!(
            "{person} is {name} in the case {case}, and {other} in {cases}. The two names share neither surname nor given name, or may be \
             either of two people: somebody must say whether they are one person or two."
        ),
        format!(
            "{person} est {name} dans le dossier {case}, et {other} dans {cases}. Les deux noms n’ont ni nom de famille ni prénom en commun, ou \
             peuvent être ceux de l’une ou l’autre de deux personnes : il faut dire s’il s’agit d’une seule personne ou de deux."
        ),
    )
}

fn set_aside(answer: Answer) -> Fault {
    let (en, fr) = match answer {
        Answer::OtherCase => (
            "Somebody has said that the event belongs to another case, and it was taken there.",
            "Quelqu’un a dit que l’événement appartient à un autre dossier, et il y a été versé.",
        ),
        Answer::KnownPerson => (
            "Somebody has said that the event is about another person of the case, for whom it was taken.",
            "Quelqu’un a dit que l’événement concerne une autre personne du dossier, pour qui il a été reçu.",
        ),
        _ => (
            "Somebody has said that the event was a mistake. Send it again, with the right case and person, if it was not.",
            "Quelqu’un a dit que l’événement était une erreur. Renvoyez-le, avec le bon dossier et la bonne personne, s’il n’en était pas une.",
        ),
    };
    Fault::new("event-set-aside", "B11", en, fr)
}

fn somebody_else(event: &CaseEvent) -> Fault {
    let (name, person) = (Name::of(&event.data["party"]).shown, event.person());
    Fault::new(
        "event-set-aside",
        "B11",
        format!(
            "Somebody has said that {name} is not the person {person} of this case. Send the event again with the number of {name}."
        ),
        format!(
            "Quelqu’un a dit que {name} n’est pas la personne {person} de ce dossier. Renvoyez l’événement avec le numéro de {name}."
        ),
    )
}
