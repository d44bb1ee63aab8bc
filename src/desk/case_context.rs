//! What the desk reads of a case before it assesses a letter.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Value, json};

use super::renew::Ground;
use super::{Desk, DeskError};
use crate::case::{CaseEvent, CaseRef, Channel, DeliveryState, Entry, Fault, LetterState, PersonId, Role, Times};
use crate::letter::{Catalogue, Data};
use crate::register::{LetterRow, Seen, StoredEvent};
use crate::rules::{ByOtherMeans, DisputeKind, Found, OtherCase, SentLetter, Standing, facts_hash, reads_other_cases};

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
}

impl Desk {
    /// A letter's data as it stands today, and the case's standing.
    pub(super) async fn read_case(&self, letter: &LetterRow) -> Result<CaseContext, DeskError> {
        let (case, person) = (&letter.case_reference, &letter.person);
        // Before the events are read, so that one that comes meanwhile is not taken for seen.
        let seen = self.reader().versions(case, person).await?;
        let unreadable = |problem: String| DeskError::Unreadable { event: letter.event, problem };
        let (events, letters) = self.events_and_letters(case).await?;
        let calling = events.iter().find(|event| event.sequence == letter.event);
        let mut calling = calling.cloned().ok_or_else(|| not_there(letter.event))?.event;
        let Ground { told, facts: renewed, gone } = self.ground(letter, &calling, &events, &letters).await?;
        if let Some(facts) = &renewed {
            calling.data["facts"] = facts.clone();
        }
        let events: Vec<_> = events.into_iter().map(|stored| stored.event).collect();
        let standing = self.standing(case, person, &events, &letters).await?;
        let json = as_it_stands(&calling, &standing, self.mailing_date(letter.channel).await?);
        let mut data = Data::read(&json).map_err(|error| unreadable(error.to_string()))?;
        data.addressee.channel = letter.channel;
        let guards = self
            .studio
            .catalogue
            .types
            .get(&letter.letter_type)
            .map(|letter_type| &letter_type.description.rules.guards);
        let other_cases = match guards.is_some_and(|guards| reads_other_cases(guards)) {
            true => self.other_cases(case, person).await?,
            false => Vec::new(),
        };
        let overridden = self.overridden(letter).await?;
        Ok(CaseContext { data, standing, seen, asked_at: told, renewed, gone, other_cases, overridden })
    }

    /// The events of a case, and its letters that are on their way or gone.
    pub(super) async fn events_and_letters(
        &self,
        case: &CaseRef,
    ) -> Result<(Vec<StoredEvent>, Vec<SentLetter>), DeskError> {
        let events = self.reader().events_of(case).await?;
        let mut letters: Vec<SentLetter> =
            events.iter().filter_map(|stored| by_other_means(&self.studio.catalogue, &stored.event)).collect();
        for row in self.reader().letters_of_case(case).await?.into_iter().filter(|row| row.state.is_on_its_way()) {
            let calling = events.iter().find(|event| event.sequence == row.event);
            let calling = &calling.ok_or_else(|| not_there(row.event))?.event;
            let facts = calling.facts();
            let date = row.date.filter(|_| row.state == LetterState::Issued).map(|day| day.date());
            // What was issued before times were kept gave those that its type gives.
            let of_type = |date| self.studio.catalogue.times(&row.letter_type, calling.program(), date, facts);
            letters.push(SentLetter {
                // A letter that names no debt is about all of them.
                debt: facts["debt_number"].as_str().unwrap_or_default().to_owned(),
                facts_hash: facts_hash(facts, self.told_apart_by(&row.letter_type)),
                times: row.times.or_else(|| Some(Times(of_type(date?)))).unwrap_or_default(),
                event: calling.key(),
                answers: DisputeKind::deserialize(&facts["kind"]).ok(),
                date,
                by_mail: row.channel == Channel::Print,
                sent: date.is_some() && row.delivery == Some(DeliveryState::Sent),
                returned: false,
                sequence: Some(row.sequence),
                id: row.id.to_string(),
                tells: self.studio.catalogue.tells(&row.letter_type).to_vec(),
                letter_type: row.letter_type,
                person: row.person.to_string(),
            });
        }
        Ok((events, letters))
    }

    /// The facts that tell letters of a type apart.
    fn told_apart_by(&self, letter_type: &str) -> &[String] {
        let letter = self.studio.catalogue.types.get(letter_type);
        letter.map_or(&[], |letter| &letter.description.rules.told_apart_by)
    }

    /// The standing of a case for one of its people, with what the person's other cases say of the person.
    pub async fn standing(
        &self,
        case: &CaseRef,
        person: &PersonId,
        events: &[CaseEvent],
        letters: &[SentLetter],
    ) -> Result<Standing, DeskError> {
        let elsewhere = self.reader().events_elsewhere(case, person).await?;
        let all = events.iter().chain(elsewhere.iter().map(|stored| &stored.event));
        Ok(Standing::of(case, person, all, letters))
    }

    /// What a person owes in other cases. What was written off is owed all the same.
    pub(super) async fn other_cases(&self, case: &CaseRef, person: &PersonId) -> Result<Vec<OtherCase>, DeskError> {
        let today = self.clock.today();
        let mut cases = Vec::new();
        for reference in self.reader().other_cases(case, person).await? {
            let events: Vec<_> =
                self.reader().events_of(&reference).await?.into_iter().map(|stored| stored.event).collect();
            let standing = Standing::of(&reference, person, &events, &[]);
            let newest = events.last();
            let program = newest.and_then(|event| self.studio.catalogue.program(event.program()).ok());
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

/// The letter of a `letter.sent`, with what the letter types say of it.
fn by_other_means(catalogue: &Catalogue, event: &CaseEvent) -> Option<SentLetter> {
    SentLetter::by_other_means(event, |letter, mailed| ByOtherMeans {
        tells: catalogue.tells(letter).to_vec(),
        times: catalogue.times(letter, event.program(), mailed, event.facts()),
    })
}

/// A letter without its event in the case: the register was altered.
fn not_there(event: i64) -> DeskError {
    DeskError::Unreadable { event, problem: "it is not among those of its letter's case".to_owned() }
}

/// An event's data with what is known since: a new address, a preference of language or format, somebody who acts for the
/// person. A letter to somebody else (an addressee) goes as it was asked for.
pub(super) fn as_it_stands(calling: &CaseEvent, standing: &Standing, date: NaiveDate) -> Value {
    let mut data = calling.data.clone();
    let mut people = std::iter::once(&standing.person).chain(&standing.others);
    // Where somebody is not safe, no letter says which office the case came from.
    if let Some(case) = data["case"].as_object_mut().filter(|_| people.any(|person| !person.flags.is_empty())) {
        case.shift_remove("office");
    }
    if data.get("addressee").is_some() {
        return data;
    }
    if let Some(address) = standing.address_since(calling.time) {
        data["party"]["address"] = json!(address);
    }
    if let Some(preferences) = standing.person.preferences.filter(|preferences| preferences.told > calling.time) {
        data["party"]["language"] = json!(preferences.language);
        data["party"]["format"] = json!(preferences.format);
    }
    let by_mail = data["party"]["channel"] == "print" && data["party"]["role"] != Role::Estate.as_str();
    let representative = standing.person.represented_by(date).filter(|_| by_mail);
    if let Some((name, mut address)) = representative.map(|person| (&person.name, person.address.clone())) {
        let french = data["party"]["language"] == "fr";
        address.attention = Some(format!("{} {name}", if french { "A/S" } else { "C/O" }));
        data["party"]["address"] = json!(address);
    }
    data
}
