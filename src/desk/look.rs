//! What the desk sees when it looks at a letter's case.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{Desk, DeskError};
use crate::case::{CaseEvent, Channel, EntryKind, LetterState, Role};
use crate::letter::Data;
use crate::register::{LetterRow, StoredEvent};
use crate::rules::{Found, OtherCase, SentLetter, Standing, facts_hash, looks_at_other_cases};

/// A letter's case as it stands.
pub(super) struct Looked {
    /// The letter's data, with what later events change in it.
    pub data: Data,
    pub standing: Standing,
    /// The newest event that was seen.
    pub considered: i64,
    /// When the event that calls for the letter happened.
    pub asked_at: DateTime<Utc>,
    pub other_cases: Vec<OtherCase>,
    /// What a manager has let pass for this letter, exactly as it was found.
    pub overridden: Vec<Found>,
}

impl Desk {
    /// A letter's data as it stands today, and the case's standing.
    pub(super) async fn look(&self, letter: &LetterRow) -> Result<Looked, DeskError> {
        // Before the events are read, so that one that comes meanwhile is not taken for seen.
        let considered = self.register.newest_event(&letter.case_reference, &letter.party).await?;
        let unreadable = |problem: String| DeskError::Unreadable { event: letter.event, problem };
        let (events, letters) = self.course_of(&letter.case_reference).await?;
        let own = events.iter().find(|event| event.sequence == letter.event);
        let own = own.cloned().ok_or_else(|| unreadable("it is not there".into()))?.event;
        let events: Vec<_> = events.into_iter().map(|stored| stored.event).collect();
        let standing = self.standing(&letter.case_reference, &letter.party, &events, &letters).await?;
        let channel = Channel::parse(&letter.channel).ok_or_else(|| unreadable("its channel is none".into()))?;
        let json = as_it_stands(&own, &standing, self.mailing_date(channel).await?);
        let mut data = Data::read(&json).map_err(|error| unreadable(error.to_string()))?;
        data.addressee.channel = channel;
        let guards = self.studio.catalogue.types.get(&letter.letter_type).map(|one| &one.description.rules.guards);
        let across = guards.is_some_and(|guards| looks_at_other_cases(guards));
        let other_cases = match across {
            true => self.other_cases(&letter.case_reference, &letter.party).await?,
            false => Vec::new(),
        };
        let overridden = self.overridden(letter).await?;
        Ok(Looked { data, standing, considered, asked_at: own.time, other_cases, overridden })
    }

    /// The events of a case, and its letters that are on their way or gone.
    pub(super) async fn course_of(&self, case: &str) -> Result<(Vec<StoredEvent>, Vec<SentLetter>), DeskError> {
        let events = self.register.events_of(case).await?;
        let by_other_means = |stored: &StoredEvent| {
            SentLetter::by_other_means(&stored.event, |letter| self.studio.catalogue.tells(letter).to_vec())
        };
        let mut letters: Vec<SentLetter> = events.iter().filter_map(by_other_means).collect();
        for row in self.register.letters_of_case(case).await? {
            let state = row.state()?;
            let stopped_before = state == LetterState::Due && !row.reasons()?.is_empty();
            let on_its_way = [LetterState::Due, LetterState::AwaitingApproval, LetterState::Issued].contains(&state);
            if stopped_before || !on_its_way {
                continue;
            }
            let facts = events.iter().find(|event| event.sequence == row.event).map(|one| &one.event.data["facts"]);
            let facts = facts.cloned().unwrap_or_default();
            let issued = state == LetterState::Issued;
            letters.push(SentLetter {
                debt: facts["debt_number"].as_str().unwrap_or_default().to_owned(),
                facts_hash: facts_hash(&facts),
                date: row.date.as_deref().filter(|_| issued).and_then(|date| date.parse().ok()),
                by_mail: row.channel == Channel::Print.as_str(),
                sent: issued && row.delivery.as_deref() == Some("sent"),
                returned: false,
                sequence: Some(row.sequence),
                id: row.id,
                tells: self.studio.catalogue.tells(&row.letter_type).to_vec(),
                letter_type: row.letter_type,
                person: row.party,
            });
        }
        Ok((events, letters))
    }

    /// The standing of a case for one of its people, with what the person's other cases say of the person.
    pub async fn standing(
        &self,
        case: &str,
        person: &str,
        events: &[CaseEvent],
        letters: &[SentLetter],
    ) -> Result<Standing, DeskError> {
        let elsewhere = self.register.events_elsewhere(case, person).await?;
        let all = events.iter().chain(elsewhere.iter().map(|stored| &stored.event));
        Ok(Standing::of(case, person, all, letters))
    }

    /// What a person owes in other cases. What was written off is owed all the same.
    pub(super) async fn other_cases(&self, case: &str, person: &str) -> Result<Vec<OtherCase>, DeskError> {
        let today = self.clock.today();
        let mut cases = Vec::new();
        for reference in self.register.other_cases(case, person).await? {
            let events: Vec<_> = self.register.events_of(&reference).await?.into_iter().map(|one| one.event).collect();
            let standing = Standing::of(&reference, person, &events, &[]);
            let program = events.last().and_then(|event| event.data["case"]["program"].as_str()).unwrap_or_default();
            let program = self.studio.catalogue.program(program).ok();
            let policy = program.and_then(|program| program.policy_on(today));
            let none = standing.ledger.debts.is_empty().then_some(Decimal::ZERO);
            let owed = standing.ledger.owed(today, policy.map_or(&[], |policy| &policy.terms)).or(none);
            let undertaking = program.is_none_or(|program| program.traits.undertaking);
            let plan_kept = standing.kept_plan().is_some();
            cases.push(OtherCase { reference, undertaking, owed, plan_kept });
        }
        Ok(cases)
    }

    /// What a manager has let pass for a letter. The case file has it, and nothing else.
    async fn overridden(&self, letter: &LetterRow) -> Result<Vec<Found>, DeskError> {
        let entries = self.register.entries_of_letter(&letter.id).await?;
        let overrides = entries.into_iter().filter(|entry| entry.kind == EntryKind::LetterOverridden);
        Ok(overrides.filter_map(|entry| serde_json::from_value(entry.detail["ground"].clone()).ok()).collect())
    }
}

/// An event's data with what is known since: a new address, a preference of language or format, somebody who acts for the
/// person. A letter to somebody else (an addressee) goes as it was asked for.
pub(super) fn as_it_stands(own: &CaseEvent, standing: &Standing, date: NaiveDate) -> Value {
    let mut data = own.data.clone();
    let mut people = std::iter::once(&standing.person).chain(&standing.others);
    // Where somebody is not safe, no letter says which office the case came from.
    if let Some(case) = data["case"].as_object_mut().filter(|_| people.any(|person| !person.flags.is_empty())) {
        case.shift_remove("office");
    }
    if data.get("addressee").is_some() {
        return data;
    }
    if let Some(address) = standing.address_since(own.time) {
        data["party"]["address"] = json!(address);
    }
    if let Some(told) = standing.person.preferences.filter(|preferences| preferences.told > own.time) {
        data["party"]["language"] = json!(told.language);
        data["party"]["format"] = json!(told.format);
    }
    let by_mail = data["party"]["channel"] == "print" && data["party"]["role"] != Role::Estate.as_str();
    let representative = standing.person.represented_by(date).filter(|_| by_mail);
    if let Some((name, mut address)) = representative.map(|one| (&one.name, one.address.clone())) {
        let french = data["party"]["language"] == "fr";
        address.attention = Some(format!("{} {name}", if french { "A/S" } else { "C/O" }));
        data["party"]["address"] = json!(address);
    }
    data
}
