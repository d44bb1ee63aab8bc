//! What an event would change, before it is told.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::explain::Eligibility;
use super::{Desk, DeskError, Told};
use crate::case::{Fault, LetterId, PersonId};
use crate::intake::Offer;
use crate::people::Who;
use crate::register::LetterRow;
use crate::rules::People;

/// What an event would change in its case.
#[derive(Debug, Clone, Default)]
pub struct EventOutlook {
    /// The letter types that it calls for.
    pub calls_for: Vec<String>,
    /// Whether it names somebody whom the case does not know, so that it counts for nothing until somebody has said who it is.
    pub waits: bool,
    /// What each person owes today, where the event moves it.
    pub owed: Vec<Moved>,
    /// Letter types that could not go any more, with the first reason, by person.
    pub stops: Vec<(String, String, Fault)>,
    /// Letter types that could go from then on, by person.
    pub allows: Vec<(String, String)>,
    /// Letters on their way that would be looked at again and stay.
    pub keeps_back: Vec<LetterId>,
}

/// What somebody owes today, without the event and with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The person's name.
    pub name: String,
    /// Without it; none where it cannot be told.
    pub before: Option<Decimal>,
    /// With it.
    pub after: Option<Decimal>,
}

/// A person's key, a letter type, and why it could not go any more.
type Stopped = (String, String, Fault);

impl Desk {
    /// What an event would change if somebody told it now; everything that is wrong with it where it would not be taken. Nothing is
    /// recorded.
    pub async fn foresee_event(&self, by: &Who, told: Told) -> Result<Result<EventOutlook, Vec<Fault>>, DeskError> {
        let event = self.told_event(by, told);
        if let Some(fault) = self.other_program(by, &event).await? {
            return Ok(Err(vec![fault]));
        }
        let offer = Offer { place: String::new(), raw: Vec::new(), event: Ok(event.clone()) };
        if let Err(faults) = self.check(offer) {
            return Ok(Err(faults));
        }
        let case = &event.subject;
        let read = self.case(case).await?;
        let before = self.explain_with(&read, |_| true, None).await?;
        let after = self.explain_with(&read, |_| true, Some(&event)).await?;
        let (people, with) = (self.people(&read), self.people_of(&read, |_| true, Some(&event)));
        let rows = self.reader().letters_of_case(case).await?;
        let called = self.studio.catalogue.called_by(&event.kind, event.program(), event.facts());
        let (stops, allows) = changes(&before, &after);
        let kept = |row: &&LetterRow| {
            row.state.is_on_its_way()
                && row.delivery.is_none_or(|delivery| delivery != crate::case::DeliveryState::Sent)
                && stops.iter().any(|(person, letter, _)| *letter == row.letter_type && *person == row.person.as_str())
        };
        let keeps_back = rows.iter().filter(kept).map(|row| row.id.clone()).collect();
        let name = |person: &str| {
            let known = after.iter().chain(&before).find(|one| one.person == person);
            known.map_or_else(|| person.to_owned(), |one| one.name.clone())
        };
        Ok(Ok(EventOutlook {
            calls_for: called.iter().map(|letter| letter.key.clone()).collect(),
            waits: !with.counts(&event),
            owed: self.moved(&read.letters, &people, &with, event.program()),
            stops: stops.into_iter().map(|(person, letter, why)| (name(&person), letter, why)).collect(),
            allows: allows.into_iter().map(|(person, letter)| (name(&person), letter)).collect(),
            keeps_back,
        }))
    }

    /// What each person owes today without an event and with it, where that is not the same.
    fn moved(
        &self,
        letters: &[crate::rules::SentLetter],
        before: &People<'_>,
        after: &People<'_>,
        program: &str,
    ) -> Vec<Moved> {
        let today = self.clock.today();
        let Some((_, policy)) = self.program_and_policy(program, today) else { return Vec::new() };
        let owed = |people: &People<'_>, person: &PersonId| {
            people
                .known()
                .contains(person)
                .then(|| people.standing(person, letters).ledger.owed(today, &policy.terms))?
        };
        let one = |person: PersonId| {
            let moved = Moved {
                name: after.standing(&person, letters).person.name,
                before: owed(before, &person),
                after: owed(after, &person),
            };
            (moved.before != moved.after).then_some(moved)
        };
        after.known().into_iter().filter_map(one).collect()
    }
}

/// The letter types that could go without an event and cannot with it, each with the first reason, and those for which it is the other way
/// round; by person and letter type.
fn changes(before: &[Eligibility], after: &[Eligibility]) -> (Vec<Stopped>, Vec<(String, String)>) {
    let key = |one: &Eligibility| (one.person.clone(), one.letter_type.clone());
    let could: BTreeMap<(String, String), bool> = before.iter().map(|one| (key(one), one.may_go)).collect();
    let (mut stops, mut allows) = (Vec::new(), Vec::new());
    for one in after {
        let (person, letter) = key(one);
        match (could.get(&key(one)).copied().unwrap_or(false), one.may_go) {
            (true, false) => stops.extend(one.reasons.first().map(|why| (person, letter, why.clone()))),
            (false, true) => allows.push((person, letter)),
            _ => {}
        }
    }
    (stops, allows)
}
