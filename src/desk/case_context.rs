//! What the desk reads of a case before it assesses a letter.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::case_read::not_there;
use super::release::verdict_before;
use super::renew::Ground;
use super::returns::Returned;
use super::send::UNMAILABLE;
use super::{CaseRead, Desk, DeskError};
use crate::case::entry::Basis;
use crate::case::insurance::masked_in;
use crate::case::{CaseEvent, Channel, Entry, EntryKind, Fault, FiledEntry, LetterId, PersonId, Role, Sha256, Stamp};
use crate::letter::{Data, LetterType};
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
    /// The verdict on its newest issuance, and the hash of what that rests on.
    pub before: Option<(EntryKind, Sha256)>,
    /// What a manager has let pass for this letter, exactly as it was found.
    pub overridden: Vec<Found>,
    /// What keeps it back or ends it before any rule is asked.
    pub who: Who,
    /// Whether it was sent back to its officer.
    pub returned: Returned,
}

/// What is said of whom a letter is about.
#[derive(Debug, Clone, Default)]
pub(super) struct Who {
    /// Nobody has said who it is yet.
    pub holds: Vec<Fault>,
    /// Somebody has said that it is not who it seemed to be.
    pub ends: Vec<Fault>,
}

/// A letter as it would be written.
pub(super) struct Draftable {
    /// Its data, with what later events change in it.
    pub data: Data,
    /// The mailing date that it would be promised to now.
    pub date: NaiveDate,
}

impl CaseContext {
    /// What a verdict on a letter rests on, with the rules that were asked for it.
    pub fn basis(&self, letter: &LetterId, guards: &[String], date: NaiveDate) -> Basis {
        Basis {
            guards: guards.to_vec(),
            overridden: self.overridden.iter().map(|found| json!(found)).collect(),
            standing: masked_in(&without(letter, json!(self.standing))),
            seen: json!(self.seen),
            policy_on: date.into(),
            facts: self.renewed.clone(),
        }
    }
}

impl Desk {
    /// A letter's data as it stands today, and the case's standing.
    pub(super) async fn read_case(&self, letter: &LetterRow) -> Result<CaseContext, DeskError> {
        let (reference, person) = (&letter.case_reference, &letter.person);
        // Before the events are read, so that one that comes meanwhile is not taken for seen.
        let seen = self.reader().versions(reference, person).await?;
        self.context_in(letter, &self.case(reference).await?, seen).await
    }

    /// The same by a case that was read.
    pub(super) async fn context_in(
        &self,
        letter: &LetterRow,
        case: &CaseRead,
        seen: Seen,
    ) -> Result<CaseContext, DeskError> {
        let person = &letter.person;
        let mut calling = case.called(letter.event).ok_or_else(|| not_there(letter.event))?.clone();
        let people = self.people(case);
        let Ground { told, facts: renewed, gone } = self.ground(letter, &calling, case);
        if let Some(facts) = &renewed {
            calling.data["facts"] = facts.clone();
        }
        let standing = people.standing(person, &case.letters);
        let who =
            Who { holds: people.holds(person, Some(&calling)), ends: people.ends(&calling).into_iter().collect() };
        let entries = self.reader().entries_of_letter(&letter.id).await?;
        let letter_type = self.studio.catalogue.types.get(&letter.letter_type);
        let draftable = self.draftable(letter_type, (letter.event, &calling), &people, &standing, &entries).await?;
        let data = draftable.data;
        let other_cases = self.other_cases(letter_type, &people, person).await?;
        let before = verdict_before(&entries, letter.issuance);
        let (returned, overridden) = (Returned::of(&entries), overridden(entries));
        let asked_at = told;
        Ok(CaseContext {
            data,
            standing,
            seen,
            asked_at,
            renewed,
            gone,
            other_cases,
            before,
            overridden,
            who,
            returned,
        })
    }

    /// The letter that an event of a case calls for as it would be written now: how it goes, on which day, and to whom. `entries` are
    /// those of the letter, where there is one. The one place that settles it, for a letter that is worked as for one that is only
    /// thought of.
    pub(super) async fn draftable(
        &self,
        letter_type: Option<&LetterType>,
        (sequence, calling): (i64, &CaseEvent),
        people: &People<'_>,
        standing: &Standing,
        entries: &[FiledEntry],
    ) -> Result<Draftable, DeskError> {
        let unreadable =
            |error: serde_json::Error| DeskError::Unreadable { event: sequence, problem: error.to_string() };
        let addressee = people.addressee(calling);
        let mut json = as_it_stands(calling, standing, &addressee);
        let to = Data::read(&json).map_err(unreadable)?.addressee;
        let to_party = json.get("addressee").is_none();
        let reach = if to_party { &standing.person.reach } else { &addressee };
        let mut channel = letter_type.map_or(to.channel, |letter_type| letter_type.channel(&to));
        if channel == Channel::Email && is_unmailable(entries, reach) {
            channel = Channel::Print;
            if to_party {
                json["party"]["channel"] = json!(channel);
            }
        }
        let date = self.mailing_date(channel).await?;
        address_to_representative(&mut json, standing, date);
        let mut data = Data::read(&json).map_err(unreadable)?;
        data.addressee.channel = channel;
        Ok(Draftable { data, date })
    }

    /// What a person owes in other cases that know the person under the same name, where a letter of the type asks for it. What was
    /// written off is owed all the same.
    pub(super) async fn other_cases(
        &self,
        letter_type: Option<&LetterType>,
        people: &People<'_>,
        person: &PersonId,
    ) -> Result<Vec<OtherCase>, DeskError> {
        if !letter_type.is_some_and(|one| reads_other_cases(&one.description.rules.guards)) {
            return Ok(Vec::new());
        }
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

/// A standing without one of its letters: how far a letter has come is nothing that the verdict on it rests on.
fn without(letter: &LetterId, mut standing: Value) -> Value {
    if let Some(letters) = standing["letters"].as_array_mut() {
        letters.retain(|one| one["id"] != letter.as_str());
    }
    standing
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
    at.is_some_and(|at| reach.email.as_ref().is_none_or(|word| Stamp::from(word.since) <= at))
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
