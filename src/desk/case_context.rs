//! What the desk reads of a case before it assesses a letter.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{Desk, DeskError};
use crate::case::entry::Basis;
use crate::case::{CaseEvent, CaseRef, Channel, DeliveryState, Entry, Fault, LetterState, PersonId, Role};
use crate::letter::Data;
use crate::register::{LetterRow, Seen, StoredEvent};
use crate::rules::{Found, Name, OtherCase, People, Reach, SentLetter, Standing, facts_hash, reads_other_cases};

/// A letter's case as it stands.
pub(super) struct CaseContext {
    /// The letter's data, with what later events change in it.
    pub data: Data,
    pub standing: Standing,
    /// How much of the case was seen.
    pub seen: Seen,
    /// When the event that calls for the letter happened.
    pub asked_at: DateTime<Utc>,
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

/// A case as it was read: its events with those of the cases that it shares people with, and its letters.
pub struct CaseRead {
    reference: CaseRef,
    stored: Vec<StoredEvent>,
    /// Its letters that are on their way or gone.
    pub letters: Vec<SentLetter>,
}

impl CaseRead {
    /// The program's key, by its newest event; none where no event of it was taken.
    pub fn program(&self) -> Option<String> {
        let own = self.stored.iter().rev().find(|stored| stored.event.subject == self.reference);
        own.map(|stored| stored.event.program().to_owned())
    }

    /// One of its events, by its key.
    pub fn event(&self, source: &str, id: &str) -> Option<&CaseEvent> {
        let events = self.stored.iter().map(|stored| &stored.event);
        events.filter(|event| event.subject == self.reference).find(|event| event.source == source && event.id == id)
    }
}

impl CaseContext {
    /// What a verdict rests on that no rule was asked for.
    pub fn basis(&self, date: NaiveDate) -> Basis {
        let (overridden, standing, seen) = (Vec::new(), json!(self.standing), json!(self.seen));
        Basis { guards: Vec::new(), overridden, standing, seen, policy_on: date.into() }
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
        let calling = case.stored.iter().find(|stored| stored.sequence == letter.event);
        let calling = &calling.ok_or_else(|| not_there(letter.event))?.event;
        let people = self.people(&case);
        let standing = people.standing(person, &case.letters);
        let who = Who { holds: people.holds(person, Some(calling)), ends: people.ends(calling).into_iter().collect() };
        let letter_type = self.studio.catalogue.types.get(&letter.letter_type);
        let mut json = as_it_stands(calling, &standing, &people.addressee(calling));
        let mut data = Data::read(&json).map_err(|error| unreadable(error.to_string()))?;
        let channel = letter_type.map_or(letter.channel, |letter_type| letter_type.channel(&data.addressee));
        address_to_representative(&mut json, &standing, self.mailing_date(channel).await?);
        data = Data::read(&json).map_err(|error| unreadable(error.to_string()))?;
        data.addressee.channel = channel;
        let reads = |guards: &Vec<String>| reads_other_cases(guards);
        let other_cases = match letter_type.is_some_and(|one| reads(&one.description.rules.guards)) {
            true => self.other_cases(&people, person).await?,
            false => Vec::new(),
        };
        let overridden = self.overridden(letter).await?;
        Ok(CaseContext { data, standing, seen, asked_at: calling.time, other_cases, overridden, who })
    }

    /// Reads a case: its events with those of the cases that it shares people with, and its letters that are on their way or gone.
    pub async fn case(&self, reference: &CaseRef) -> Result<CaseRead, DeskError> {
        let stored = self.reader().events_around(reference).await?;
        let mut case = CaseRead { reference: reference.clone(), stored, letters: Vec::new() };
        let tells = |letter: &str| self.studio.catalogue.tells(letter).to_vec();
        let mut letters: Vec<SentLetter> =
            self.people(&case).own_events().filter_map(|event| SentLetter::by_other_means(event, tells)).collect();
        for row in self.reader().letters_of_case(reference).await?.into_iter().filter(|row| row.state.is_on_its_way()) {
            let calling = case.stored.iter().find(|event| event.sequence == row.event);
            let facts = calling.ok_or_else(|| not_there(row.event))?.event.facts().clone();
            let issued = row.state == LetterState::Issued;
            letters.push(SentLetter {
                // A letter that names no debt is about all of them.
                debt: facts["debt_number"].as_str().unwrap_or_default().to_owned(),
                facts_hash: facts_hash(&facts),
                date: row.date.filter(|_| issued).map(|day| day.date()),
                by_mail: row.channel == Channel::Print,
                sent: issued && row.delivery == Some(DeliveryState::Sent),
                returned: false,
                sequence: Some(row.sequence),
                id: row.id.to_string(),
                tells: tells(&row.letter_type),
                letter_type: row.letter_type,
                person: row.person.to_string(),
            });
        }
        case.letters = letters;
        Ok(case)
    }

    /// Who is who in a case.
    pub fn people<'c>(&self, case: &'c CaseRead) -> People<'c> {
        let events = case.stored.iter().map(|stored| &stored.event);
        People::of(&case.reference, events, |kind| self.studio.catalogue.brings_person(kind))
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

    /// What a manager has let pass for a letter. The case file has it, and nothing else.
    async fn overridden(&self, letter: &LetterRow) -> Result<Vec<Found>, DeskError> {
        let entries = self.reader().entries_of_letter(&letter.id).await?;
        let findings = entries.into_iter().filter_map(|filed| match filed.entry {
            Entry::LetterOverridden(overridden) => Some(overridden.finding),
            _ => None,
        });
        // A finding of before findings were data lets nothing pass: the rule holds the letter again, to be decided anew.
        Ok(findings.filter_map(|finding| serde_json::from_value(finding).ok()).collect())
    }
}

/// A letter without its event in the case: the register was altered.
fn not_there(event: i64) -> DeskError {
    DeskError::Unreadable { event, problem: "it is not among those of its letter's case".to_owned() }
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
