//! Who has looked at what: a look at a letter or a case is an entry of its case file; one at a merge, which is of many cases, a line of the
//! audit trail.

use chrono::TimeDelta;
use serde_json::json;

use super::{Desk, DeskError};
use crate::case::entry::{View, Viewed};
use crate::case::insurance::masked;
use crate::case::{AuditKind, CaseRef, Entry, EntryKind, FiledEntry, MergeId, Sha256, Stamp};
use crate::people::Who;
use crate::register::{LetterRow, Subject};

/// A page that is loaded again within this time, by the same person, is the same look.
const SAME_LOOK: TimeDelta = TimeDelta::minutes(5);
/// People come back to the page of a case or a merge after each thing that they do there: within this time it is the same visit.
const SAME_VISIT: TimeDelta = TimeDelta::hours(1);
/// The same of a program, which may ask again and again.
const SAME_VISIT_OF_PROGRAM: TimeDelta = TimeDelta::days(1);

impl Desk {
    /// Notes that somebody has fetched the letters that a search finds, as a file.
    pub async fn exported(&self, by: &Who, search: &str) -> Result<(), DeskError> {
        let mut act = self.begin(by.actor()).await?;
        act.audit(AuditKind::ListFetched, "letters", &json!({"search": masked(search)})).await?;
        Ok(act.commit().await?)
    }

    /// Notes that somebody has looked at what is on file in a case, where there is one that is theirs to see.
    pub async fn looked_at_case(&self, by: &Who, case: &CaseRef, way: View) -> Result<(), DeskError> {
        let program = self.reader().program_of(case).await?;
        let actor = by.actor();
        let last = self.reader().case_viewed(case, &actor).await?;
        if program.is_none_or(|program| !by.works_in(&program)) || self.is_same_visit(by, last) {
            return Ok(());
        }
        let mut act = self.begin(actor).await?;
        act.enter(Subject::case(case), &Entry::CaseViewed(Viewed { way, seal: None })).await?;
        Ok(act.commit().await?)
    }

    /// Notes that somebody has handed in a sheet of cases, and is shown what is on file of them.
    pub async fn checked_sheet(&self, by: &Who, letter_type: &str, file: &str, sheet: &[u8]) -> Result<(), DeskError> {
        let mut act = self.begin(by.actor()).await?;
        let detail = json!({"file": masked(file), "sha256": Sha256::of(sheet)});
        act.audit(AuditKind::SheetChecked, letter_type, &detail).await?;
        Ok(act.commit().await?)
    }

    /// Notes that somebody has looked at the rows of a merge.
    pub async fn looked_at_merge(&self, by: &Who, merge: &MergeId) -> Result<(), DeskError> {
        let last = self.reader().audited(AuditKind::MergeViewed, merge, &by.actor()).await?;
        if self.is_same_visit(by, last) { Ok(()) } else { self.note_of_merge(by, AuditKind::MergeViewed, merge).await }
    }

    /// Notes that somebody has fetched the sheet of a merge, with what became of each row.
    pub async fn fetched_merge(&self, by: &Who, merge: &MergeId) -> Result<(), DeskError> {
        self.note_of_merge(by, AuditKind::MergeFetched, merge).await
    }

    async fn note_of_merge(&self, by: &Who, kind: AuditKind, merge: &MergeId) -> Result<(), DeskError> {
        let Some(record) = self.reader().merge(merge).await? else { return Ok(()) };
        let mut act = self.begin(by.actor()).await?;
        act.audit(kind, merge, &json!({"name": masked(&record.name)})).await?;
        Ok(act.commit().await?)
    }

    fn is_same_visit(&self, by: &Who, last: Option<Stamp>) -> bool {
        let same = if by.person().is_some() { SAME_VISIT } else { SAME_VISIT_OF_PROGRAM };
        last.is_some_and(|last| self.clock.now() - last.instant() < same)
    }

    /// Notes that somebody has looked at a letter, or has fetched it.
    pub async fn looked_at(&self, by: &Who, letter: &LetterRow, way: View) -> Result<(), DeskError> {
        self.opened_at(by, letter, way, None).await
    }

    /// Notes that somebody has looked at a letter; where it waits for an approval, at what that would be bound to.
    pub async fn opened_at(
        &self,
        by: &Who,
        letter: &LetterRow,
        way: View,
        seal: Option<Sha256>,
    ) -> Result<(), DeskError> {
        let actor = by.actor();
        let kinds = [EntryKind::LetterViewed, EntryKind::LetterReturned];
        let entries = self.reader().entries_of_kinds(&letter.id, kinds).await?;
        // A picture of the page that is open is of the same look, whatever it would be bound to.
        let is_same = |one: &&FiledEntry| match &one.entry {
            Entry::LetterViewed(viewed) => viewed.way == way && (seal.is_none() || viewed.seal == seal),
            _ => false,
        };
        let last =
            entries.iter().rev().filter(|one| one.actor.as_ref().is_some_and(|one| one.is_same(&actor))).find(is_same);
        let entry = Entry::LetterViewed(Viewed { way, seal: seal.clone() });
        if last.is_some_and(|last| self.clock.now() - last.at.instant() < SAME_LOOK) {
            return Ok(());
        }
        let mut act = self.begin(actor).await?;
        act.enter(letter.subject(), &entry).await?;
        act.commit().await?;
        Ok(())
    }
}
