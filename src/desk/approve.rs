//! Approving a letter.

use serde_json::json;

use super::{Desk, DeskError};
use crate::case::EntryKind;
use crate::register::NewEntry;

/// Why a letter was not approved.
#[derive(Debug, thiserror::Error)]
pub enum ApproveError {
    /// There is no such letter.
    #[error("there is no letter {0}")]
    NotFound(String),
    /// It is not waiting for approval, or it has changed since it was seen.
    #[error("the letter does not wait for the approval of these words: look at it again")]
    NotWaiting,
    /// The approver prepared it.
    #[error("{0} prepared this letter and cannot approve it; somebody else must")]
    Preparer(String),
    /// Something else.
    #[error(transparent)]
    Desk(#[from] DeskError),
}

impl Desk {
    /// Approves the words with this hash. The approver must not be who prepared the facts (`facts.prepared_by`); any change
    /// of the letter after this makes the approval void, because it is bound to the hash.
    pub async fn approve(&self, letter: &str, content_hash: &str, by: &str) -> Result<(), ApproveError> {
        let row = self.register.letter(letter).await.map_err(DeskError::from)?;
        let row = row.ok_or_else(|| ApproveError::NotFound(letter.to_owned()))?;
        let data = self.look(&row).await?.data;
        let today = self.content_hash_today(&row, data.clone()).await?;
        let folded = crate::register::folded;
        if data.facts["prepared_by"].as_str().is_some_and(|preparer| folded(preparer) == folded(by.trim())) {
            return Err(ApproveError::Preparer(by.to_owned()));
        }
        if row.content_hash.as_deref() == Some(content_hash) && today.as_deref() != Some(content_hash) {
            // What was seen is not what would go today: a new date makes new words. It is drafted again, to be seen again.
            let mut act = self.register.begin().await.map_err(DeskError::from)?;
            act.reconsider(&row.case_reference).await.map_err(DeskError::from)?;
            act.commit().await.map_err(DeskError::from)?;
            self.wake.notify_waiters();
            return Err(ApproveError::NotWaiting);
        }
        let mut act = self.register.begin().await.map_err(DeskError::from)?;
        if !act.approve(letter, content_hash, by).await.map_err(DeskError::from)? {
            return Err(ApproveError::NotWaiting);
        }
        let entry = NewEntry {
            case: &row.case_reference,
            kind: EntryKind::LetterApproved,
            event: Some(row.event),
            letter: Some(letter),
            detail: json!({"by": by, "content_hash": content_hash}),
        };
        act.enter(self.clock.now(), entry).await.map_err(DeskError::from)?;
        act.commit().await.map_err(DeskError::from)?;
        self.wake.notify_waiters();
        Ok(())
    }
}
