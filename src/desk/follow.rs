//! Following cases up: what is due is proposed to the officer, or goes by itself where the program says so.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::decide::given;
use super::{CaseRead, DecideError, Desk, DeskError, Outcome, Stand};
use crate::case::{Actor, CaseEvent, CaseRef, Entry, FollowUpId, FollowUpState, PersonId, Sha256, entry};
use crate::intake::Offer;
use crate::people::Who;
use crate::register::{Act, FollowUpRow, NewFollowUp, Subject};
use crate::rules::{Proposal, ProposalKind, WhoIsIt, follow_ups};

/// Cases followed up together.
const BATCH: i64 = 64;
/// The source of the events that follow-ups raise.
pub(super) const SOURCE: &str = "urn:recto:follow-up";
/// Follow-ups of one case that are open at the same time, at most.
const MAX_OPEN: i64 = 1_000;

/// What is due in a case, with what makes an event of it.
pub(super) struct Due {
    pub id: FollowUpId,
    case: CaseRef,
    pub person: PersonId,
    pub proposal: Proposal,
    /// `{case, party}` of the person's newest event.
    data: Value,
    /// The letter types that its event calls for.
    pub letters: Vec<String>,
    /// Whether the program lets all letters that it calls for go by themselves.
    automatic: bool,
}

impl Desk {
    /// Follows up some of the cases that were not followed up today, or have an event since. Gives how many.
    pub async fn follow_up(&self) -> Result<usize, DeskError> {
        let today = self.today();
        let cases = self.reader().cases_to_follow(today, BATCH).await?;
        for followed in &cases {
            let case = &followed.case;
            let due = self.due_in(&self.case(case).await?);
            let open = self.reader().follow_ups(Some(FollowUpState::Proposed), Some(case), &[], MAX_OPEN).await?;
            let mut act = self.begin(Actor::program()).await?;
            for gone in open.iter().filter(|row| !due.iter().any(|due| due.id == row.id)) {
                decide(&mut act, gone, FollowUpState::Lapsed, None).await?;
            }
            for due in &due {
                propose(&mut act, case, due).await?;
            }
            act.set_followed(followed, today).await?;
            act.commit().await?;
            for due in due.into_iter().filter(|due| due.automatic) {
                self.let_go(&due.id).await?;
            }
        }
        Ok(cases.len())
    }

    /// Accepts a follow-up on the program's behalf. One whose facts are not those that its letter type wants stays with the officer.
    async fn let_go(&self, id: &FollowUpId) -> Result<(), DeskError> {
        match self.accept(id, Actor::program()).await {
            Ok(_) | Err(DecideError::NotWaiting(_)) => Ok(()),
            Err(DecideError::Desk(error)) => Err(error),
            Err(error) => {
                tracing::warn!(follow_up = id.as_str(), %error, "a follow-up could not go by itself");
                Ok(())
            }
        }
    }

    /// Accepts a follow-up, for somebody: raises the event that calls for its letter, with the facts of today.
    pub async fn accept_follow_up(&self, id: &FollowUpId, by: &Who) -> Result<Outcome, DecideError> {
        self.accept(id, by.actor()).await
    }

    async fn accept(&self, id: &FollowUpId, actor: Actor) -> Result<Outcome, DecideError> {
        let row = self.follow_up_to_decide(id).await?;
        let due = self.due_in(&self.case(&row.case_reference).await?).into_iter().find(|due| due.id == *id);
        let due = due.ok_or(DecideError::NotWaiting(Stand::FollowUp(row.state)))?;
        if due.proposal.kind == ProposalKind::WhoIsIt {
            return Err(DecideError::WhoIsIt);
        }
        let mut act = self.begin(actor).await?;
        if !decide(&mut act, &row, FollowUpState::Accepted, None).await? {
            return Err(DecideError::NotWaiting(Stand::FollowUp(row.state)));
        }
        let outcome = match due.event(self.clock.now()) {
            Some(event) => {
                let offer = Offer { place: format!("follow-up {id}"), raw: Vec::new(), event: Ok(event) };
                let checked = self.check(offer).map_err(DecideError::Faults)?;
                self.record(&mut act, checked).await?
            }
            None => Outcome::Taken(Vec::new()),
        };
        act.commit().await?;
        self.wake();
        Ok(outcome)
    }

    /// Declines a follow-up, with a reason: its cause is not proposed again.
    pub async fn decline_follow_up(&self, id: &FollowUpId, by: &Who, reason: &str) -> Result<(), DecideError> {
        let reason = given(reason)?;
        let row = self.follow_up_to_decide(id).await?;
        if row.kind == ProposalKind::WhoIsIt.as_str() {
            return Err(DecideError::WhoIsIt);
        }
        let mut act = self.begin(by.actor()).await?;
        if !decide(&mut act, &row, FollowUpState::Declined, Some(reason)).await? {
            return Err(DecideError::NotWaiting(Stand::FollowUp(row.state)));
        }
        act.commit().await?;
        Ok(())
    }

    pub(super) async fn follow_up_to_decide(&self, id: &FollowUpId) -> Result<FollowUpRow, DecideError> {
        let row = self.reader().follow_up(id).await?;
        row.ok_or_else(|| DecideError::NotFound(format!("follow-up {id}")))
    }

    /// What is due in a case today and nobody has decided on.
    pub(super) async fn undecided(&self, case: &CaseRead) -> Result<Vec<Due>, DeskError> {
        let mut open = Vec::new();
        for due in self.due_in(case) {
            let known = self.reader().follow_up(&due.id).await?;
            if known.is_none_or(|row| matches!(row.state, FollowUpState::Proposed | FollowUpState::Lapsed)) {
                open.push(due);
            }
        }
        Ok(open)
    }

    /// What is due in a case today, for each of its people.
    fn due_in(&self, read: &CaseRead) -> Vec<Due> {
        let today = self.clock.today();
        let (case, people) = (read.reference(), self.people(read));
        let mut due: Vec<Due> = people.questions().into_iter().map(|question| Due::question(case, question)).collect();
        for person in people.known() {
            let Some(newest) = people.newest(&person) else { continue };
            let program = newest.program();
            let policy = self.studio.catalogue.program(program).ok().and_then(|program| program.policy_on(today));
            let Some(policy) = policy else { continue };
            let standing = people.standing(&person, &read.letters);
            let mut data = json!({"case": newest.data["case"], "party": newest.data["party"]});
            standing.person.reach.as_it_stands(&mut data["party"]);
            due.extend(follow_ups(&standing, policy, today).into_iter().map(|proposal| {
                let called = proposal.letter.iter();
                let called =
                    called.flat_map(|letter| self.studio.catalogue.called_by(letter.event, program, &letter.facts));
                let letters: Vec<String> = called.map(|letter| letter.key.clone()).collect();
                let by_itself = |letter: &String| policy.automatic.contains(letter);
                Due {
                    id: identity(case, &person, &proposal),
                    case: case.clone(),
                    automatic: !letters.is_empty() && letters.iter().all(by_itself),
                    letters,
                    person: person.clone(),
                    proposal,
                    data: data.clone(),
                }
            }));
        }
        due
    }
}

/// Records what is due, and enters it where its cause is new.
async fn propose(act: &mut Act, case: &CaseRef, due: &Due) -> Result<(), DeskError> {
    let Proposal { kind, due: day, says, cause, .. } = &due.proposal;
    let (kind, letter_type, day) = (kind.as_str(), due.letter_type(), (*day).into());
    let new = NewFollowUp { id: &due.id, case, person: &due.person, kind, letter_type, due: day, says };
    if act.propose(&new).await? {
        let proposed = entry::Proposed {
            follow_up: due.id.clone(),
            kind: kind.to_owned(),
            letter: due.letter_type().map(str::to_owned),
            due: day,
            cause: cause.clone(),
            says: says.clone(),
        };
        act.enter(Subject::case(case), &Entry::FollowUpProposed(proposed)).await?;
    }
    Ok(())
}

/// Decides a follow-up and enters it. False where it no longer waits.
pub(super) async fn decide(
    act: &mut Act,
    row: &FollowUpRow,
    decision: FollowUpState,
    reason: Option<String>,
) -> Result<bool, DeskError> {
    if !act.set_decided(&row.id, decision, reason.as_deref()).await? {
        return Ok(false);
    }
    let decided = entry::Decided { follow_up: row.id.clone(), kind: row.kind.clone(), decision, reason };
    act.enter(Subject::case(&row.case_reference), &Entry::FollowUpDecided(decided)).await?;
    Ok(true)
}

impl Due {
    /// A question to the officer: work for a person, whose answer is an event of its own.
    fn question(case: &CaseRef, question: WhoIsIt) -> Due {
        let WhoIsIt { person, cause, since, says, .. } = question;
        let proposal = Proposal { kind: ProposalKind::WhoIsIt, cause, due: since, says, letter: None };
        let id = identity(case, &person, &proposal);
        Due { id, case: case.clone(), person, proposal, data: Value::Null, letters: Vec::new(), automatic: false }
    }

    /// The letter type that its event calls for; the first, where it calls for several.
    fn letter_type(&self) -> Option<&str> {
        self.letters.first().map(String::as_str)
    }

    /// The event that calls for its letter; none where it is work for a person.
    pub fn event(&self, now: DateTime<Utc>) -> Option<CaseEvent> {
        let letter = self.proposal.letter.as_ref()?;
        let mut data = self.data.clone();
        data["facts"] = letter.facts.clone();
        Some(CaseEvent {
            source: SOURCE.to_owned(),
            id: self.id.to_string(),
            kind: letter.event.to_owned(),
            subject: self.case.clone(),
            time: now,
            data,
        })
    }
}

/// The identity of the follow-up that asks a question.
pub(super) fn identity_of_question(case: &CaseRef, question: &WhoIsIt) -> FollowUpId {
    Due::question(case, question.clone()).id
}

/// Made from the cause, so that the same cause is one follow-up.
pub(super) fn identity(case: &CaseRef, person: &PersonId, proposal: &Proposal) -> FollowUpId {
    let parts = [case.as_str(), person, proposal.kind.as_str(), &proposal.cause];
    let text = parts.map(|part| format!("{}:{part}", part.len())).concat();
    FollowUpId::new(&Sha256::of(text.as_bytes())[..16])
}
