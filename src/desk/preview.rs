//! Seeing a letter before it is asked for: its pages with the date that it would bear, and what would become of it.

use chrono::NaiveDate;
use serde_json::Value;

use super::case_context::Draftable;
use super::{CaseRead, Desk, DeskError, LetterRequest};
use crate::case::{CaseEvent, Channel, DeliveryState, Fault, Language, LetterState};
use crate::letter::LetterType;
use crate::people::Who;
use crate::register::LetterRow;
use crate::studio::Preview;

/// A letter that nobody has asked for yet.
pub struct Foreseen {
    /// Its pages, and what its own arithmetic, deadlines and words have against it.
    pub set: Preview,
    /// The mailing date that it would bear if it were asked for now.
    pub date: NaiveDate,
    /// How it would travel.
    pub channel: Channel,
    /// Minutes in which it could be taken back if it goes by e-mail.
    pub email_window: u32,
    /// Whether it would go without waiting for anything but an approval.
    pub may_go: bool,
    /// Whether somebody would have to approve it.
    pub needs_approval: bool,
    /// What would hold or end it.
    pub reasons: Vec<Fault>,
    /// What an approver would be shown.
    pub notes: Vec<Fault>,
    /// The letter as it would be in a language in which it does not go, where somebody looks at it in that; or why it cannot be shown so.
    pub look: Option<Result<Preview, Vec<Fault>>>,
}

/// A look at a letter in a language in which it does not go. It changes nothing of what is sent.
#[derive(Debug, Clone)]
pub struct Look {
    /// The language.
    pub language: Language,
    /// Its facts, with what officers wrote by language.
    pub facts: Value,
}

impl Desk {
    /// Sets a letter as it would be if it were asked for now, with the verdict of the rules by the case as it stands. Nothing is
    /// recorded.
    pub async fn preview(
        &self,
        by: &Who,
        letter_type: &str,
        data: &Value,
        look: Option<Look>,
    ) -> Result<Result<Foreseen, Vec<Fault>>, DeskError> {
        let request = LetterRequest { letter_type: letter_type.to_owned(), data: data.clone(), key: String::new() };
        let request = match self.request_of(by, request) {
            Ok(request) => request,
            Err(faults) => return Ok(Err(faults)),
        };
        let (letter, event) = match self.event_for(&request) {
            Ok(called) => called,
            Err(faults) => return Ok(Err(faults)),
        };
        if let Some(fault) = self.other_program(by, &event).await? {
            return Ok(Err(vec![fault]));
        }
        let case = self.case(&event.subject).await?;
        self.foresee(letter, &event, &case, look).await
    }

    /// The same of a row of a sheet: who prepared it, the sheet says.
    pub async fn preview_row(
        &self,
        letter_type: &str,
        data: &Value,
    ) -> Result<Result<Foreseen, Vec<Fault>>, DeskError> {
        let request = LetterRequest { letter_type: letter_type.to_owned(), data: data.clone(), key: String::new() };
        match self.event_for(&request) {
            Ok((letter, event)) => self.foresee(letter, &event, &self.case(&event.subject).await?, None).await,
            Err(faults) => Ok(Err(faults)),
        }
    }

    pub(super) async fn foresee(
        &self,
        letter: &LetterType,
        event: &CaseEvent,
        case: &CaseRead,
        look: Option<Look>,
    ) -> Result<Result<Foreseen, Vec<Fault>>, DeskError> {
        // What has changed since, such as an address, stands on the page as it would on the letter.
        let (verdict, Draftable { data, date }) = self.weigh(letter, event, case).await?;
        let below = |faults: Vec<Fault>| faults.into_iter().map(|fault| fault.below("/data")).collect();
        // Both at a time: whoever looks waits no longer for it.
        let set = self.studio.preview(&letter.key, &data.json, date);
        let (set, look) = tokio::join!(set, self.looked_at_in(look, &letter.key, &data.json, date));
        let set = match set {
            Ok(set) => set,
            Err(faults) => return Ok(Err(below(faults))),
        };
        let reasons: Vec<Fault> = set.stops.iter().cloned().chain(verdict.reasons).collect();
        let notes: Vec<Fault> = set.notes.iter().cloned().chain(verdict.notes).collect();
        let channel = data.addressee.channel;
        let policy = self.program_and_policy(event.program(), self.clock.today()).map(|(_, policy)| policy);
        let email_window = policy.map_or(0, |policy| policy.email_window_minutes);
        let (may_go, needs_approval) = (reasons.is_empty(), verdict.needs_approval || !notes.is_empty());
        Ok(Ok(Foreseen { set, date, channel, email_window, may_go, needs_approval, reasons, notes, look }))
    }

    /// A letter of this data in a language in which it does not go.
    async fn looked_at_in(
        &self,
        look: Option<Look>,
        letter_type: &str,
        data: &Value,
        date: NaiveDate,
    ) -> Option<Result<Preview, Vec<Fault>>> {
        let Look { language, facts } = look?;
        let mut data = data.clone();
        if let (Some(has), Value::Object(facts)) = (data["facts"].as_object_mut(), facts) {
            has.extend(facts);
        }
        Some(self.studio.preview_in(language, letter_type, &data, date).await)
    }

    /// The day on which a letter goes if nothing stops it: while it is to be worked, the one that it would be promised to now; once
    /// issued, its own. None where it has gone, or is stopped.
    pub async fn goes_on(&self, letter: &LetterRow) -> Result<Option<NaiveDate>, DeskError> {
        match (letter.state, letter.delivery) {
            (LetterState::Due | LetterState::Recalled, _) => Ok(Some(self.mailing_date(letter.channel).await?)),
            (LetterState::Issued, Some(DeliveryState::Waiting)) => Ok(letter.date.map(|day| day.date())),
            _ => Ok(None),
        }
    }
}
