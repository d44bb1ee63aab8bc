//! A merge that is confirmed: made once, however often it is confirmed and wherever it was interrupted; and stopped.

use serde_json::Value;

use super::check::{MergeCheck, MergeRequest};
use crate::case::fault::Reasons;
use crate::case::{CaseEvent, CaseRef, Fault, LetterId, MergeId, MergeState, PersonId, Sha256};
use crate::desk::take::Outcome;
use crate::desk::{DecideError, Desk, DeskError};
use crate::intake::Offer;
use crate::letter::LetterType;
use crate::people::{Permission, Who};
use crate::register::{MergeRecord, MergeRowRecord, NewMerge};

/// The source of events that are rows of sheets.
pub(in crate::desk) const SOURCE: &str = "urn:recto:merge";
/// Rows whose events are taken in one transaction.
const TOGETHER: i64 = 200;

/// What became of a confirmation.
#[derive(Debug)]
pub enum Merged {
    /// The merge is recorded, now or before.
    Recorded(Box<MergeRecord>),
    /// What was seen is not what would be made now: it is to be looked at anew.
    Changed(Box<MergeCheck>),
}

impl Desk {
    /// Confirms a merge as it was seen: the one with this hash. A repeat changes nothing; that of a second person confirms what is too
    /// large for one. The events are taken by [`Desk::make_merges`].
    pub async fn confirm_merge(
        &self,
        by: &Who,
        request: &MergeRequest,
        name: &str,
        hash: &Sha256,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Merged, DecideError> {
        if let Some(record) = self.reader().merge_of(hash).await? {
            return Ok(Merged::Recorded(Box::new(self.second(by, record).await?)));
        }
        let check = self.check_merge(request, progress).await?;
        if check.confirm.as_ref() != Some(hash) {
            return Ok(Merged::Changed(Box::new(check)));
        }
        if let Some(program) = check.totals.programs.keys().find(|program| !by.works_in(program)) {
            return Err(DecideError::OtherProgram(program.clone()));
        }
        let id = MergeId::new(&hash.as_str()[..12]);
        let state = if self.needs_second(&check) { MergeState::AwaitingSecond } else { MergeState::Taking };
        let of_form = check.mapping.of_form();
        let new = NewMerge {
            id: &id,
            name: if name.trim().is_empty() { &request.file_name } else { name.trim() },
            letter_type: &request.letter_type,
            file_name: &request.file_name,
            sheet: &request.sheet,
            mapping: &check.mapping,
            form: (&check.form, &of_form),
            confirmed: hash,
            state,
        };
        let mut act = self.begin(by.actor()).await?;
        // Somebody may have confirmed the same meanwhile.
        if act.confirm_merge(&new).await? {
            for row in &check.rows {
                let good = row.faults.is_empty();
                let data: Value = serde_json::from_str(&row.data).unwrap_or_default();
                let record = MergeRowRecord {
                    merge: id.clone(),
                    row: row.number as i64,
                    content: row.content.clone(),
                    event_id: row.event.clone(),
                    case_reference: data["case"]["reference"].as_str().unwrap_or_default().to_owned(),
                    data: if good { row.data.clone() } else { String::new() },
                    faults: Reasons(row.faults.clone()),
                    letter: None,
                };
                act.add_merge_row(&record, data["case"]["program"].as_str().unwrap_or_default()).await?;
            }
            act.commit().await?;
        }
        self.wake();
        let record = self.reader().merge_of(hash).await?;
        Ok(Merged::Recorded(Box::new(record.ok_or_else(|| DecideError::NotFound(format!("merge {id}")))?)))
    }

    /// Whether a merge is too large for one person to confirm, by the program that lets the fewest letters pass.
    pub fn needs_second(&self, check: &MergeCheck) -> bool {
        let policies =
            check.totals.programs.keys().filter_map(|program| self.program_and_policy(program, self.clock.today()));
        let alone = policies.map(|(_, policy)| policy.merge_alone_at_most as usize).min();
        check.totals.letters > alone.unwrap_or_default()
    }

    /// Confirms as the second person: who may decide, and is not who confirmed first.
    async fn second(&self, by: &Who, record: MergeRecord) -> Result<MergeRecord, DecideError> {
        let actor = by.actor();
        let is_second = by.may(Permission::Decide) && !record.confirmed_by()?.is_same(&actor);
        if record.state != MergeState::AwaitingSecond || !is_second {
            return Ok(record);
        }
        let mut act = self.begin(actor).await?;
        act.second_merge(&record.id).await?;
        act.commit().await?;
        self.wake();
        Ok(self.reader().merge(&record.id).await?.unwrap_or(record))
    }

    /// Confirms a merge that waits for a second person.
    pub async fn second_merge(&self, id: &MergeId, by: &Who) -> Result<MergeRecord, DecideError> {
        let account = by.person().ok_or(DecideError::NotAPerson)?;
        let record = self.merge_record(id).await?;
        if record.state == MergeState::AwaitingSecond && record.confirmed_by()?.is_same(&by.actor()) {
            return Err(DecideError::Preparer(account.is.name.clone()));
        }
        self.second(by, record).await
    }

    /// A merge, which must be there.
    pub async fn merge_record(&self, id: &MergeId) -> Result<MergeRecord, DecideError> {
        self.reader().merge(id).await?.ok_or_else(|| DecideError::NotFound(format!("merge {id}")))
    }

    /// Takes the events of some rows of the merges that are confirmed, and takes back the letters of those that were stopped. Gives how
    /// many.
    pub async fn make_merges(&self) -> Result<usize, DeskError> {
        let mut made = 0;
        for record in self.reader().merges(Some(MergeState::Taking), &[], 10).await? {
            made += self.take_rows(&record).await?;
        }
        Ok(made + self.take_back_stopped().await?)
    }

    /// Takes the events of the next rows of a merge; when none is left, it is made.
    async fn take_rows(&self, record: &MergeRecord) -> Result<usize, DeskError> {
        let actor = record.seconded_by()?.map_or_else(|| record.confirmed_by(), Ok)?;
        let rows = self.reader().merge_rows_to_take(&record.id, TOGETHER).await?;
        let letter = self.studio.catalogue.types.get(&record.letter_type);
        let mut act = self.begin(actor).await?;
        // Stopped meanwhile.
        if !act.set_merge_state(&record.id, MergeState::Taking, MergeState::Taking).await? {
            return Ok(0);
        }
        for row in &rows {
            let event = event_of(record, row, letter);
            let person = event.person();
            let offer = Offer { place: String::new(), raw: Vec::new(), event: Ok(event) };
            let outcome = match self.check(offer) {
                Ok(checked) => self.record(&mut act, checked).await?,
                Err(faults) => Outcome::Refused(faults),
            };
            let (letter, faults) = match outcome {
                Outcome::Taken(_) | Outcome::Repeated(_) => (Some(letter_of(record, row, &person)), Reasons::default()),
                Outcome::Refused(faults) => (None, Reasons(faults)),
                Outcome::Untouched => (None, Reasons::default()),
            };
            act.set_merge_row(&record.id, row.row, letter.as_ref(), &faults).await?;
        }
        if rows.is_empty() {
            act.set_merge_state(&record.id, MergeState::Taking, MergeState::Made).await?;
        }
        act.commit().await?;
        self.wake();
        Ok(rows.len())
    }

    /// Stops a merge: no further row is taken, and every letter that has not left is withdrawn, with this reason.
    pub async fn stop_merge(&self, id: &MergeId, reason: &str, by: &Who) -> Result<MergeRecord, DecideError> {
        let reason = crate::desk::decide::given(reason)?;
        self.merge_record(id).await?;
        let mut act = self.begin(by.actor()).await?;
        act.stop_merge(id, &reason).await?;
        act.commit().await?;
        while self.take_back_stopped().await? > 0 {}
        self.merge_record(id).await
    }

    /// Withdraws letters of stopped merges that have not left.
    async fn take_back_stopped(&self) -> Result<usize, DeskError> {
        let letters = self.reader().letters_of_stopped_merges(TOGETHER).await?;
        let mut withdrawn = 0;
        for (letter, merge) in letters {
            let Some(record) = self.reader().merge(&merge).await? else { continue };
            let Some(actor) = record.stopped_by()? else { continue };
            match self.take_out(&letter, actor, record.stop_reason.unwrap_or_default()).await {
                Ok(()) => withdrawn += 1,
                Err(DecideError::NotWaiting(_)) => {}
                Err(DecideError::Desk(error)) => return Err(error),
                Err(error) => tracing::warn!(%letter, %error, "a letter of a stopped merge was not withdrawn"),
            }
        }
        Ok(withdrawn)
    }
}

/// The event of a row.
fn event_of(record: &MergeRecord, row: &MergeRowRecord, letter: Option<&LetterType>) -> CaseEvent {
    CaseEvent {
        source: SOURCE.to_owned(),
        id: row.event_id.clone(),
        kind: letter.map_or_else(String::new, |letter| letter.description.called_by.event.clone()),
        subject: CaseRef::new(&row.case_reference),
        time: record.confirmed_at.instant(),
        data: serde_json::from_str(&row.data).unwrap_or_default(),
    }
}

fn letter_of(record: &MergeRecord, row: &MergeRowRecord, person: &PersonId) -> LetterId {
    LetterId::derive(SOURCE, &row.event_id, &record.letter_type, person)
}

/// That nothing was confirmed under a hash.
pub fn changed() -> Fault {
    Fault::new(
        "merge-changed",
        "",
        "This is not what was seen: the sheet, its mapping, the letter types, the register or the day has changed since. Look at it anew, and confirm what you see then.",
        "Ce n’est pas ce qui a été vu : la feuille, son affectation, les types de lettres, le registre ou le jour a changé depuis. Examinez-le de nouveau, et confirmez ce que vous voyez alors.",
    )
}
