//! What somebody is writing, kept as it is typed.

use chrono::TimeDelta;

use super::ask::SOURCE;
use super::people::drawn;
use super::{Desk, DeskError};
use crate::case::{CaseRef, DraftId, LetterId, PersonId, Stamp, hex};
use crate::people::Who;
use crate::register::{DraftRow, DraftTitleRow};

/// Days after which a draft that nobody has touched is thrown away: it has personal data, and no case rests on it.
pub const DRAFT_DAYS: i64 = 90;
/// Drafts of one person that are kept; the oldest beyond them are thrown away.
pub const DRAFTS_AT_MOST: i64 = 200;

/// What somebody is writing: which letter or event, about whom, and what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its identity; that of the event which it becomes.
    pub id: DraftId,
    /// `letter` or `event`.
    pub kind: String,
    /// The letter type's key, or the event's short type.
    pub what: String,
    /// The case.
    pub case: CaseRef,
    /// The person's key; empty where it is somebody new.
    pub person: PersonId,
    /// The letter whose place it is to take.
    pub replaces: Option<LetterId>,
    /// What was typed, as JSON.
    pub typed: String,
    /// When it was kept last.
    pub saved_at: Stamp,
}

impl Draft {
    fn of(row: DraftRow) -> Draft {
        let DraftRow { id, kind, what, case_reference, person, replaces, typed, saved_at, .. } = row;
        let replaces = Some(replaces).filter(|letter| !letter.as_str().is_empty());
        Draft { id, kind, what, case: case_reference, person, replaces, typed, saved_at }
    }
}

impl Desk {
    /// An identity for something new, which nobody can guess.
    pub fn new_draft_id(&self) -> Result<DraftId, DeskError> {
        Ok(DraftId::new(hex(&drawn::<16>()?)))
    }

    /// Keeps what somebody is writing. False where it is somebody else's.
    pub async fn keep_draft(&self, by: &Who, draft: &Draft) -> Result<bool, DeskError> {
        let Draft { id, kind, what, case, person, replaces, typed, saved_at } = draft.clone();
        let replaces = replaces.unwrap_or_else(|| LetterId::new(""));
        let row =
            DraftRow { id, owner: owner(by), kind, what, case_reference: case, person, replaces, typed, saved_at };
        let mut act = self.begin(by.actor()).await?;
        let kept = act.keep_draft(&row).await?;
        act.drop_old_drafts((self.clock.now() - TimeDelta::days(DRAFT_DAYS)).into(), &row.owner, DRAFTS_AT_MOST)
            .await?;
        act.commit().await?;
        Ok(kept)
    }

    /// What somebody is writing; none where it is not theirs, or not there.
    pub async fn draft(&self, by: &Who, id: &DraftId) -> Result<Option<Draft>, DeskError> {
        let row = self.reader().draft(id, &owner(by)).await?;
        Ok(row.map(Draft::of))
    }

    /// All that somebody is writing, the newest first.
    pub async fn drafts(&self, by: &Who) -> Result<Vec<DraftTitleRow>, DeskError> {
        Ok(self.reader().drafts_of(&owner(by)).await?)
    }

    /// What became of a draft that was sent: its case, and its letter where it is one. None where it was not, or is not somebody's to see.
    pub async fn sent_draft(&self, by: &Who, id: &DraftId) -> Result<Option<(CaseRef, Option<LetterId>)>, DeskError> {
        let told = self.reader().event_by_key(SOURCE, id.as_str()).await?;
        let Some(told) = told.filter(|told| by.works_in(told.event.program())) else { return Ok(None) };
        let case = told.event.subject;
        let rows = self.reader().letters_of_case(&case).await?;
        let letter = rows.into_iter().find(|row| row.event == told.sequence).map(|row| row.id);
        Ok(Some((case, letter)))
    }

    /// Throws away what somebody was writing.
    pub async fn drop_draft(&self, by: &Who, id: &DraftId) -> Result<(), DeskError> {
        let mut act = self.begin(by.actor()).await?;
        act.drop_draft(id, &owner(by)).await?;
        act.commit().await?;
        Ok(())
    }
}

/// Whose it is: names may change, accounts do not.
fn owner(by: &Who) -> String {
    by.person().map_or_else(|| by.actor().name, |account| account.id.to_string())
}
