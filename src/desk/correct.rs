//! Correcting a letter that has not left: another one takes its place, and what asked for it is taken back.

use super::ask::{LetterRequest, Requested, SOURCE};
use super::decide::not_waiting;
use super::returns::Returned;
use super::{CaseRead, DecideError, Desk, DeskError, Foreseen, Look, Outcome};
use crate::case::{CaseEvent, DeliveryState, Entry, Fault, LetterId, LetterState, entry};
use crate::intake::Offer;
use crate::people::Who;
use crate::register::{LetterRow, Subject};

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
        let is_open = !is_out(&letter) && !matches!(letter.state, LetterState::Withdrawn | LetterState::Ended);
        let event = asked.event;
        let has_siblings_out = self.siblings(&letter).await?.iter().any(is_out);
        let program = self.reader().program_of(&letter.case_reference).await?.unwrap_or_default();
        let may = is_open && !has_siblings_out && event.source == SOURCE && by.works_in(&program);
        Ok(may.then_some(Correctable { letter, event }))
    }

    /// The other letters that the same event has called for.
    async fn siblings(&self, letter: &LetterRow) -> Result<Vec<LetterRow>, DeskError> {
        let mut rows = self.reader().letters_of_case(&letter.case_reference).await?;
        rows.retain(|row| row.event == letter.event && row.id != letter.id);
        Ok(rows)
    }

    /// The letter that would take the place of another one, as if that had never been asked for.
    pub async fn preview_correction(
        &self,
        by: &Who,
        replaces: &LetterId,
        request: LetterRequest,
        look: Option<Look>,
    ) -> Result<Result<Foreseen, Vec<Fault>>, DeskError> {
        let Some(old) = self.correctable(by, replaces).await? else { return Ok(Err(vec![has_left(replaces)])) };
        let (letter, event) = match self.request_of(by, request).and_then(|request| self.event_for(&request)) {
            Ok(called) => called,
            Err(faults) => return Ok(Err(faults)),
        };
        if event.subject != old.event.subject {
            return Ok(Err(vec![has_left(replaces)]));
        }
        if let Some(fault) = self.other_program(by, &event).await? {
            return Ok(Err(vec![fault]));
        }
        let mut case = self.case(&event.subject).await?;
        case.leave_out(&old.letter);
        self.foresee(letter, &event, &case, look).await
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
        if let Some(fault) = self.other_program(by, &event).await? {
            return Ok(Requested::Refused(vec![fault]));
        }
        let mut case = self.case(&event.subject).await?;
        case.leave_out(&old.letter);
        let missing = self.missing_grounds(letter, &event, &case).await?;
        if !missing.is_empty() || event.subject != old.event.subject {
            return Ok(Requested::Refused(missing));
        }
        let new = LetterId::derive(SOURCE, &key, &letter_type, &event.person());
        let taken_back = self.taken_back(by, &case, &old.event, ("", &corrects(&key)));
        let offers = [self.told_event(by, taken_back), event];
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
        let siblings = self.siblings(&old.letter).await?;
        let siblings = siblings.iter().filter(|row| row.state != LetterState::Withdrawn);
        let was_returned = Returned::of(&self.reader().entries_of_letter(replaces).await?).once;
        let mut act = self.begin(by.actor()).await?;
        for row in std::iter::once(&old.letter).chain(siblings) {
            self.take_out_by(&mut act, row, role.clone(), corrected(&new)).await?;
        }
        let mut letters = Vec::new();
        for one in checked {
            match self.record(&mut act, one).await? {
                Outcome::Taken(called) | Outcome::Repeated(called) => letters.extend(called),
                Outcome::Refused(faults) => return Ok(Requested::Refused(faults)),
                Outcome::Untouched => {}
            }
        }
        if was_returned {
            // What was sent back once needs an approval for good, under whatever number.
            let subject = Subject { case: &old.letter.case_reference, event: None, letter: Some(&new) };
            let resubmitted = entry::Resubmitted { role, answer: corrected(&new) };
            act.enter(subject, &Entry::LetterResubmitted(resubmitted)).await?;
        }
        act.commit().await?;
        self.wake();
        let called = self.called(&letters, &letter_type).await?;
        called.map(Requested::Called).ok_or_else(|| not_waiting(&old.letter))
    }
}

impl CaseRead {
    /// Leaves out a letter and what asked for it, as if neither had been.
    fn leave_out(&mut self, letter: &LetterRow) {
        self.forget(letter.event);
        self.letters.retain(|one| one.id != letter.id.as_str());
    }
}

/// The key of the event that takes back what asked for the letter in whose place another one was asked for.
pub(super) fn corrects(key: &str) -> String {
    format!("{key}-corrects")
}

/// Whether a letter is out, and cannot be taken back.
fn is_out(letter: &LetterRow) -> bool {
    letter.state == LetterState::Issued && letter.delivery != Some(DeliveryState::Waiting)
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
