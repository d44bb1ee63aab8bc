//! Following cases up: what is due is proposed to the officer, or goes by itself where the program says so.

use chrono::DateTime;
use serde_json::{Value, json};

use super::{DecideError, Desk, DeskError, Outcome};
use crate::case::letter::sha256_hex;
use crate::case::{CaseEvent, EntryKind};
use crate::intake::Offer;
use crate::register::{Act, FollowUpRow, NewEntry, NewFollowUp};
use crate::rules::{Proposal, follow_ups};

/// Cases looked at together.
const BATCH: i64 = 64;
/// The source of the events that follow-ups raise.
const SOURCE: &str = "urn:recto:follow-up";
/// Who decides what goes by itself.
const PROGRAM: &str = "program policy";
/// Follow-ups of one case that are open at the same time, at most.
const MAX_OPEN: i64 = 1_000;

/// What is due in a case, with what makes an event of it.
struct Due {
    id: String,
    person: String,
    proposal: Proposal,
    /// `{case, party}` of the person's newest event.
    data: Value,
    /// The letter type that its event calls for; the first, where it calls for several.
    letter_type: Option<String>,
    /// Whether the program lets all letters that it calls for go by themselves.
    automatic: bool,
}

impl Desk {
    /// Looks at some of the cases that were not looked at today, or have an event since. Gives how many it looked at.
    pub async fn follow_up(&self) -> Result<usize, DeskError> {
        let today = self.clock.today().to_string();
        let cases = self.register.cases_to_follow(&today, BATCH).await?;
        for (case, newest) in &cases {
            let due = self.due_in(case).await?;
            let open = self.register.follow_ups(Some("proposed"), Some(case), MAX_OPEN).await?;
            let mut act = self.register.begin().await?;
            for gone in open.iter().filter(|row| !due.iter().any(|one| one.id == row.id)) {
                if act.decide(&gone.id, "lapsed", PROGRAM, None).await? {
                    self.enter_decision(&mut act, gone, "lapsed", PROGRAM, None).await?;
                }
            }
            for one in &due {
                self.propose(&mut act, case, one).await?;
            }
            act.looked_at(case, *newest, &today).await?;
            act.commit().await?;
            for one in due.into_iter().filter(|one| one.automatic) {
                match self.accept_follow_up(&one.id, None).await {
                    Ok(_) | Err(DecideError::NotWaiting) => {}
                    // Its facts are not those that its letter type wants: it stays with the officer.
                    Err(DecideError::Faults(faults)) => {
                        tracing::warn!(follow_up = one.id, faults = faults.len(), "a follow-up could not go by itself");
                    }
                    Err(DecideError::Desk(error)) => return Err(error),
                    Err(_) => {}
                }
            }
        }
        Ok(cases.len())
    }

    /// Accepts a follow-up: raises the event that calls for its letter, with the facts of today. By one of the unit's people; by
    /// the program itself where nobody is named.
    pub async fn accept_follow_up(&self, id: &str, by: Option<&str>) -> Result<Outcome, DecideError> {
        let by = by.map(|by| self.member(by)).transpose()?.map_or(PROGRAM, |member| &member.name);
        let row = self.register.follow_up(id).await?.ok_or_else(|| DecideError::NotFound(format!("follow-up {id}")))?;
        let due = self.due_in(&row.case_reference).await?.into_iter().find(|due| due.id == id);
        let due = due.ok_or(DecideError::NotWaiting)?;
        let mut act = self.register.begin().await?;
        if !act.decide(id, "accepted", by, None).await? {
            return Err(DecideError::NotWaiting);
        }
        self.enter_decision(&mut act, &row, "accepted", by, None).await?;
        let outcome = match due.event(self.clock.now()) {
            Some(event) => {
                let offer = Offer { place: format!("follow-up {id}"), raw: Vec::new(), event: Ok(event) };
                let checked = self.check(offer).map_err(DecideError::Faults)?;
                self.record(&mut act, checked).await?
            }
            None => Outcome::Taken(Vec::new()),
        };
        act.commit().await?;
        self.wake.notify_waiters();
        Ok(outcome)
    }

    /// Declines a follow-up, with a reason: its ground is not proposed again.
    pub async fn decline_follow_up(&self, id: &str, by: &str, reason: &str) -> Result<(), DecideError> {
        let member = self.member(by)?;
        if reason.trim().is_empty() {
            return Err(DecideError::NoReason);
        }
        let row = self.register.follow_up(id).await?.ok_or_else(|| DecideError::NotFound(format!("follow-up {id}")))?;
        let mut act = self.register.begin().await?;
        if !act.decide(id, "declined", &member.name, Some(reason.trim())).await? {
            return Err(DecideError::NotWaiting);
        }
        self.enter_decision(&mut act, &row, "declined", &member.name, Some(reason.trim())).await?;
        act.commit().await?;
        Ok(())
    }

    async fn propose(&self, act: &mut Act, case: &str, due: &Due) -> Result<(), DeskError> {
        let Proposal { kind, due: day, says, ground, .. } = &due.proposal;
        let (kind, letter_type) = (kind.as_str(), due.letter_type.as_deref());
        let new = NewFollowUp { id: &due.id, case, person: &due.person, kind, letter_type, due: day.to_string(), says };
        if act.propose(&new).await? {
            let detail = json!({
                "follow_up": due.id, "kind": kind, "letter": letter_type, "due": day.to_string(), "ground": ground, "says": says,
            });
            let entry = NewEntry { case, kind: EntryKind::FollowUpProposed, event: None, letter: None, detail };
            act.enter(self.clock.now(), entry).await?;
        }
        Ok(())
    }

    async fn enter_decision(
        &self,
        act: &mut Act,
        row: &FollowUpRow,
        state: &str,
        by: &str,
        reason: Option<&str>,
    ) -> Result<(), DeskError> {
        let detail = json!({"follow_up": row.id, "kind": row.kind, "decision": state, "by": by, "reason": reason});
        let case = &row.case_reference;
        let entry = NewEntry { case, kind: EntryKind::FollowUpDecided, event: None, letter: None, detail };
        Ok(act.enter(self.clock.now(), entry).await?)
    }

    /// What is due in a case today, for each of its people.
    async fn due_in(&self, case: &str) -> Result<Vec<Due>, DeskError> {
        let today = self.clock.today();
        let (events, letters) = self.course_of(case).await?;
        let mut events: Vec<CaseEvent> = events.into_iter().map(|stored| stored.event).collect();
        events.sort_by_key(|event| event.time);
        let mut people: Vec<String> = events.iter().map(person_of).collect();
        people.sort_unstable();
        people.dedup();
        let mut due = Vec::new();
        for person in people {
            let Some(newest) = events.iter().rev().find(|event| person_of(event) == person) else { continue };
            let program = newest.data["case"]["program"].as_str().unwrap_or_default();
            let policy = self.studio.catalogue.program(program).ok().and_then(|program| program.policy_on(today));
            let Some(policy) = policy else { continue };
            let standing = self.standing(case, &person, &events, &letters).await?;
            let mut data = json!({"case": newest.data["case"], "party": newest.data["party"]});
            if let Some(address) = &standing.person.mail_to {
                data["party"]["address"] = json!(address);
            }
            due.extend(follow_ups(&standing, policy, today).into_iter().map(|proposal| {
                let called = proposal.letter.iter();
                let called = called.flat_map(|one| self.studio.catalogue.called_by(one.event, program, &one.facts));
                let letters: Vec<&str> = called.map(|letter| letter.key.as_str()).collect();
                let by_itself = |letter: &&str| policy.automatic.iter().any(|one| one == letter);
                Due {
                    id: identity(case, &person, &proposal),
                    letter_type: letters.first().map(|letter| (*letter).to_owned()),
                    automatic: !letters.is_empty() && letters.iter().all(by_itself),
                    person: person.clone(),
                    proposal,
                    data: data.clone(),
                }
            }));
        }
        Ok(due)
    }
}

impl Due {
    /// The event that calls for its letter; none where it is work for a person.
    fn event(&self, now: DateTime<chrono::Utc>) -> Option<CaseEvent> {
        let letter = self.proposal.letter.as_ref()?;
        let mut data = self.data.clone();
        data["facts"] = letter.facts.clone();
        Some(CaseEvent {
            source: SOURCE.to_owned(),
            id: self.id.clone(),
            kind: letter.event.to_owned(),
            subject: data["case"]["reference"].as_str().unwrap_or_default().to_owned(),
            time: now,
            data,
        })
    }
}

fn person_of(event: &CaseEvent) -> String {
    event.data["party"]["id"].as_str().unwrap_or_default().to_owned()
}

/// Made from the ground, so that the same ground is one follow-up.
fn identity(case: &str, person: &str, proposal: &Proposal) -> String {
    let text =
        [case, person, proposal.kind.as_str(), &proposal.ground].map(|part| format!("{}:{part}", part.len())).concat();
    sha256_hex(text.as_bytes())[..16].to_owned()
}
