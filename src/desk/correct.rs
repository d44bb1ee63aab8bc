//! Correcting a letter that has not left: another one takes its place, and what asked for it is taken back.

use serde_json::json;

use super::ask::{LetterRequest, Requested, SOURCE};
use super::decide::not_waiting;
use super::{CaseRead, DecideError, Desk, DeskError, Foreseen, Outcome};
use crate::case::{CaseEvent, DeliveryState, Fault, LetterId, LetterState};
use crate::intake::Offer;
use crate::people::Who;
use crate::register::LetterRow;
use crate::rules::IDENTIFIED;

/// A letter that is to be corrected, with what asked for it.
pub struct Correctable {
    /// The letter.
    pub letter: LetterRow,
    /// What asked for it.
    pub event: CaseEvent,
}

impl Desk {
    /// A letter that somebody may correct: one that was asked for here, and has not left. What a case system has asked for, it corrects
    /// itself.
    pub async fn correctable(&self, by: &Who, letter: &LetterId) -> Result<Option<Correctable>, DeskError> {
        let Some(letter) = self.reader().letter(letter).await? else { return Ok(None) };
        let Some(asked) = self.reader().event(letter.event).await? else { return Ok(None) };
        let has_left = letter.state == LetterState::Issued && letter.delivery != Some(DeliveryState::Waiting);
        let is_open = !has_left && !matches!(letter.state, LetterState::Withdrawn | LetterState::Ended);
        let event = asked.event;
        let may = is_open && event.source == SOURCE && by.works_in(event.program());
        Ok(may.then_some(Correctable { letter, event }))
    }

    /// The letter that would take the place of another one, as if that had never been asked for.
    pub async fn preview_correction(
        &self,
        by: &Who,
        replaces: &LetterId,
        request: LetterRequest,
    ) -> Result<Result<Foreseen, Vec<Fault>>, DeskError> {
        let Some(old) = self.correctable(by, replaces).await? else { return Ok(Err(vec![has_left(replaces)])) };
        let (letter, event) = match self.request_of(by, request).and_then(|request| self.event_for(&request)) {
            Ok(called) => called,
            Err(faults) => return Ok(Err(faults)),
        };
        if event.subject != old.event.subject {
            return Ok(Err(vec![has_left(replaces)]));
        }
        let mut case = self.case(&event.subject).await?;
        case.leave_out(&old.letter);
        self.foresee(letter, &event, &case).await
    }

    /// Puts a letter in the place of one that has not left, in one act: the old one is withdrawn, what asked for it is taken back, and the
    /// new one is asked for.
    pub async fn correct(
        &self,
        by: &Who,
        replaces: &LetterId,
        request: LetterRequest,
    ) -> Result<Requested, DecideError> {
        let letter_type = request.letter_type.clone();
        // Done before, by another click.
        if self.reader().event_by_key(SOURCE, &request.key).await?.is_some() {
            return Ok(self.ask_for(by, request).await?);
        }
        let Some(old) = self.correctable(by, replaces).await? else {
            return Ok(Requested::Refused(vec![has_left(replaces)]));
        };
        let key = request.key.clone();
        let (letter, event) = match self.request_of(by, request).and_then(|request| self.event_for(&request)) {
            Ok(called) => called,
            Err(faults) => return Ok(Requested::Refused(faults)),
        };
        let mut case = self.case(&event.subject).await?;
        case.leave_out(&old.letter);
        let missing = self.missing_grounds(letter, &event, &case).await?;
        if !missing.is_empty() || event.subject != old.event.subject {
            return Ok(Requested::Refused(missing));
        }
        let new = LetterId::derive(SOURCE, &key, &letter_type, &event.person());
        let offers = [taken_back(&old.event, by, &key, self.clock.today()), event];
        let mut checked = Vec::new();
        for event in offers {
            let time = self.clock.now();
            let event = CaseEvent { time, ..event };
            match self.check(Offer { place: String::new(), raw: Vec::new(), event: Ok(event) }) {
                Ok(one) => checked.push(one),
                Err(faults) => return Ok(Requested::Refused(faults)),
            }
        }
        let role = self.office_of(&by.actor()).await?;
        let mut act = self.begin(by.actor()).await?;
        self.take_out_by(&mut act, &old.letter, role, corrected(&new)).await?;
        let mut letters = Vec::new();
        for one in checked {
            match self.record(&mut act, one).await? {
                Outcome::Taken(called) | Outcome::Repeated(called) => letters.extend(called),
                Outcome::Refused(faults) => return Ok(Requested::Refused(faults)),
                Outcome::Untouched => {}
            }
        }
        act.commit().await?;
        self.wake();
        for id in &letters {
            let row = self.reader().letter(id).await?;
            if let Some(row) = row.filter(|row| row.letter_type == letter_type) {
                return Ok(Requested::Called(Box::new(row)));
            }
        }
        Err(not_waiting(&old.letter))
    }
}

impl CaseRead {
    /// Leaves out a letter and what asked for it, as if neither had been.
    fn leave_out(&mut self, letter: &LetterRow) {
        self.forget(letter.event);
        self.letters.retain(|one| one.id != letter.id.as_str());
    }
}

/// The event that says that another one was told in error.
fn taken_back(event: &CaseEvent, by: &Who, key: &str, today: chrono::NaiveDate) -> CaseEvent {
    let mut data = event.data.clone();
    data["facts"] = json!({
        "identified": today,
        "answer": "mistake",
        "event_source": event.source,
        "event_id": event.id,
        "decided_by": by.actor().name,
    });
    data.as_object_mut().map(|data| data.shift_remove("addressee"));
    CaseEvent { id: format!("{key}-corrects"), kind: IDENTIFIED.to_owned(), data, ..event.clone() }
}

/// Why the old letter is withdrawn, for the case file.
fn corrected(new: &LetterId) -> String {
    format!("{new} takes its place. / {new} la remplace.")
}

fn has_left(letter: &LetterId) -> Fault {
    Fault::new(
        "letter-not-correctable",
        "",
        format!(
            "The letter {letter} cannot be corrected any more: it has left, was withdrawn, or was not asked for here. If it has left, send a correction."
        ),
        format!(
            "La lettre {letter} ne peut plus être corrigée : elle est partie, a été retirée ou n’a pas été demandée ici. Si elle est partie, envoyez une lettre de correction."
        ),
    )
}
