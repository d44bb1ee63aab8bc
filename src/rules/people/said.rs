//! What officers have said of who somebody is.

use serde::{Deserialize, Serialize};

use super::{IDENTIFIED, Name};
use crate::case::CaseEvent;

/// An officer's answer.
#[derive(
    schemars::JsonSchema,
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::VariantArray,
    utoipa::ToSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Answer {
    /// Two names are one person's, as after a marriage.
    OnePerson,
    /// Two names are two people's: what is told under the other one counts for nothing here.
    TwoPeople,
    /// The event is about somebody who is new to the case.
    NewPerson,
    /// It is about a person whom the case knows.
    KnownPerson,
    /// It belongs to another case.
    OtherCase,
    /// It was a mistake.
    Mistake,
}

impl Answer {
    /// The answer as events write it.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether the event that it is about counts for nothing by it: another one takes its place, or none.
    pub(super) fn sets_aside(self) -> bool {
        matches!(self, Answer::KnownPerson | Answer::OtherCase | Answer::Mistake)
    }

    /// Whether it is about names, and not about an event.
    pub fn is_about_names(self) -> bool {
        matches!(self, Answer::OnePerson | Answer::TwoPeople)
    }
}

/// What one event has said of who somebody is.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Identified {
    pub answer: Answer,
    /// Of two names: the one that is right in the case …
    name: Option<String>,
    /// … and the other.
    other_name: Option<String>,
    /// The event that it is about.
    event_source: Option<String>,
    event_id: Option<String>,
}

impl Identified {
    /// Reads the event, with itself; none where it is another one. One that cannot be read says nothing.
    pub fn read<'e>(event: &&'e CaseEvent) -> Option<(&'e CaseEvent, Identified)> {
        let facts = (event.kind == IDENTIFIED).then(|| event.facts())?;
        Some((event, Identified::deserialize(facts).ok()?))
    }

    /// Whether it is about this event.
    pub fn is_about(&self, event: &CaseEvent) -> bool {
        self.event_source.as_ref() == Some(&event.source) && self.event_id.as_ref() == Some(&event.id)
    }

    /// The name that is right in the case, where the other one is somebody else's.
    pub fn right_name(&self) -> Option<Name> {
        self.name.as_deref().filter(|_| self.answer == Answer::TwoPeople).map(Name::whole)
    }
}

/// How two names under one key stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    /// They are one person's.
    Same,
    /// They are two people's.
    Different,
    /// Somebody must say.
    Unclear,
}

/// What was said of the names of one person, oldest first.
#[derive(Debug, Default)]
pub(super) struct Verdicts(Vec<(Name, Name, Relation)>);

impl Verdicts {
    /// Takes in what was said.
    pub fn hear(&mut self, identified: &Identified) {
        let relation = match identified.answer {
            Answer::OnePerson => Relation::Same,
            Answer::TwoPeople => Relation::Different,
            _ => return,
        };
        if let (Some(name), Some(other)) = (&identified.name, &identified.other_name) {
            self.0.push((Name::whole(name), Name::whole(other), relation));
        }
    }

    /// How two names stand to each other. What was said of a name holds for those that agree with it; a name that agrees with both of
    /// two that are two people's is for somebody to say.
    pub fn relation(&self, one: &Name, other: &Name) -> Relation {
        if one.is(other) {
            return Relation::Same;
        }
        if let Some(said) = self.said(one, other) {
            return said;
        }
        // Whom else each of them was said to be, or not to be, by the names that agree with the other.
        let implied = |a: &Name, b: &Name, wanted: Relation| {
            self.0.iter().flat_map(|(x, y, _)| [x, y]).any(|z| self.said(a, z) == Some(wanted) && z.agrees(b))
        };
        let either = |wanted| implied(one, other, wanted) || implied(other, one, wanted);
        match (one.agrees(other), either(Relation::Same), either(Relation::Different)) {
            (true, _, false) | (false, true, false) => Relation::Same,
            (false, false, true) => Relation::Different,
            _ => Relation::Unclear,
        }
    }

    /// What was last said of two names themselves.
    fn said(&self, one: &Name, other: &Name) -> Option<Relation> {
        let these = |(x, y, _): &&(Name, Name, Relation)| (x.is(one) && y.is(other)) || (x.is(other) && y.is(one));
        self.0.iter().rev().find(these).map(|(.., relation)| *relation)
    }
}
