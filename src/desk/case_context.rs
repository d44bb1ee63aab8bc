//! What the desk reads of a case before it assesses a letter.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::case_read::not_there;
use super::renew::Ground;
use super::send::UNMAILABLE;
use super::{Desk, DeskError};
use crate::case::entry::Basis;
use crate::case::{CaseEvent, Channel, Entry, Fault, FiledEntry, PersonId, Role, Stamp};
use crate::letter::Data;
use crate::register::{LetterRow, Seen};
use crate::rules::{Found, Name, OtherCase, People, Reach, Standing, reads_other_cases};

/// A letter's case as it stands.
pub(super) struct CaseContext {
    /// The letter's data, with what later events change in it.
    pub data: Data,
    pub standing: Standing,
    /// How much of the case was seen.
    pub seen: Seen,
    /// When the event that calls for the letter happened; the end of time where its figures are those of this very look.
    pub asked_at: DateTime<Utc>,
    /// The facts that it has today in place of those of its event, which was Recto's own.
    pub renewed: Option<Value>,
    /// That the ground of Recto's own event is gone.
    pub gone: Option<Fault>,
    pub other_cases: Vec<OtherCase>,
    /// What a manager has let pass for this letter, exactly as it was found.
    pub overridden: Vec<Found>,
    /// What keeps it back or ends it before any rule is asked.
    pub who: Who,
}

/// What is said of whom a letter is about.
#[derive(Debug, Clone, Default)]
pub(super) struct Who {
    /// Nobody has said who it is yet.
    pub holds: Vec<Fault>,
    /// Somebody has said that it is not who it seemed to be.
    pub ends: Vec<Fault>,
}

impl CaseContext {
    /// What a verdict rests on that no rule was asked for.
    pub fn basis(&self, date: NaiveDate) -> Basis {
        let (overridden, standing, seen) = (Vec::new(), json!(self.standing), json!(self.seen));
        let facts = self.renewed.clone();
        Basis { guards: Vec::new(), overridden, facts, standing, seen, policy_on: date.into() }
    }
}

impl Desk {
    /// A letter's data as it stands today, and the case's standing.
    pub(super) async fn read_case(&self, letter: &LetterRow) -> Result<CaseContext, DeskError> {
        let (reference, person) = (&letter.case_reference, &letter.person);
        // Before the events are read, so that one that comes meanwhile is not taken for seen.
        let seen = self.reader().versions(reference, person).await?;
        let unreadable = |problem: String| DeskError::Unreadable { event: letter.event, problem };
        let case = self.case(reference).await?;
        let mut calling = case.called(letter.event).ok_or_else(|| not_there(letter.event))?.clone();
        let people = self.people(&case);
        let Ground { told, facts: renewed, gone } = self.ground(letter, &calling, &case).await?;
        if let Some(facts) = &renewed {
            calling.data["facts"] = facts.clone();
        }
        let standing = people.standing(person, &case.letters);
        let who =
            Who { holds: people.holds(person, Some(&calling)), ends: people.ends(&calling).into_iter().collect() };
        let entries = self.reader().entries_of_letter(&letter.id).await?;
        let letter_type = self.studio.catalogue.types.get(&letter.letter_type);
        let addressee = people.addressee(&calling);
        let mut json = as_it_stands(&calling, &standing, &addressee);
        let mut data = Data::read(&json).map_err(|error| unreadable(error.to_string()))?;
        let mut channel = letter_type.map_or(letter.channel, |letter_type| letter_type.channel(&data.addressee));
        let reach = if calling.data.get("addressee").is_some() { &addressee } else { &standing.person.reach };
        if channel == Channel::Email && is_unmailable(&entries, reach) {
            channel = Channel::Print;
        }
        address_to_representative(&mut json, &standing, self.mailing_date(channel).await?);
        data = Data::read(&json).map_err(|error| unreadable(error.to_string()))?;
        data.addressee.channel = channel;
        let reads = |guards: &Vec<String>| reads_other_cases(guards);
        let other_cases = match letter_type.is_some_and(|one| reads(&one.description.rules.guards)) {
            true => self.other_cases(&people, person).await?,
            false => Vec::new(),
        };
        let overridden = overridden(entries);
        Ok(CaseContext { data, standing, seen, asked_at: told, renewed, gone, other_cases, overridden, who })
    }

    /// What a person owes in other cases that know the person under the same name. What was written off is owed all the same.
    pub(super) async fn other_cases(
        &self,
        people: &People<'_>,
        person: &PersonId,
    ) -> Result<Vec<OtherCase>, DeskError> {
        let today = self.clock.today();
        let mut cases = Vec::new();
        for reference in people.other_cases(person) {
            let case = self.case(&reference).await?;
            let people = self.people(&case);
            let standing = people.standing(person, &[]);
            let program = people.newest(person).and_then(|event| self.studio.catalogue.program(event.program()).ok());
            let policy = program.and_then(|program| program.policy_on(today));
            let none = standing.ledger.debts.is_empty().then_some(Decimal::ZERO);
            let owed = standing.ledger.owed(today, policy.map_or(&[], |policy| &policy.terms)).or(none);
            let undertaking = program.is_none_or(|program| program.traits.undertaking);
            let plan_kept = standing.kept_plan().is_some();
            cases.push(OtherCase { reference: reference.to_string(), undertaking, owed, plan_kept });
        }
        Ok(cases)
    }
}

/// What a manager has let pass for a letter. The case file has it, and nothing else.
fn overridden(entries: Vec<FiledEntry>) -> Vec<Found> {
    let findings = entries.into_iter().filter_map(|filed| match filed.entry {
        Entry::LetterOverridden(overridden) => Some(overridden.finding),
        _ => None,
    });
    // A finding of before findings were data lets nothing pass: the rule holds the letter again, to be decided anew.
    findings.filter_map(|finding| serde_json::from_value(finding).ok()).collect()
}

/// Whether the mailbox that is the newest word is the one that the mail server could not take.
fn is_unmailable(entries: &[FiledEntry], reach: &Reach) -> bool {
    let recalled = |filed: &&FiledEntry| match &filed.entry {
        Entry::LetterRecalled(recalled) => recalled.reasons.iter().any(|reason| reason.code == UNMAILABLE),
        _ => false,
    };
    let at = entries.iter().rev().find(recalled).map(|filed| filed.at);
    at.is_some_and(|at| reach.email.as_ref().is_none_or(|word| Stamp::from(word.told) <= at))
}

/// An event's data with the newest words on how the person, or the addressee, is reached. A letter to somebody else (an addressee)
/// goes to whom it was asked for.
pub(super) fn as_it_stands(calling: &CaseEvent, standing: &Standing, addressee: &Reach) -> Value {
    let mut data = calling.data.clone();
    let mut people = std::iter::once(&standing.person).chain(&standing.others);
    // Where somebody is not safe, no letter says which office the case came from.
    if let Some(case) = data["case"].as_object_mut().filter(|_| people.any(|person| !person.flags.is_empty())) {
        case.shift_remove("office");
    }
    if data.get("addressee").is_none() {
        standing.person.reach.as_it_stands(&mut data["party"]);
        return data;
    }
    let to = &mut data["addressee"];
    addressee.as_it_stands(to);
    // Where somebody who acts for the person is written to, the newest word may be that of who named them.
    let newest = addressee.address.as_ref().map_or(calling.time, |word| word.told);
    let representative = standing.person.representative.as_ref();
    let names_them = |name: &str| Name::whole(name).agrees(&Name::of(to));
    if let Some(one) = representative.filter(|one| one.told > newest && names_them(&one.name)) {
        data["addressee"]["address"] = json!(one.address);
    }
    data
}

/// Addresses a letter that goes to the person by mail to who acts for the person on a day.
pub(super) fn address_to_representative(data: &mut Value, standing: &Standing, date: NaiveDate) {
    let by_mail = data["party"]["channel"] == "print" && data["party"]["role"] != Role::Estate.as_str();
    let acts = standing.person.represented_by(date).filter(|_| by_mail && data.get("addressee").is_none());
    if let Some((name, mut address)) = acts.map(|person| (&person.name, person.address.clone())) {
        let french = data["party"]["language"] == "fr";
        address.attention = Some(format!("{} {name}", if french { "A/S" } else { "C/O" }));
        data["party"]["address"] = json!(address);
    }
}
