//! What people are writing.

use super::{Act, Reader, RegisterError};
use crate::case::{CaseRef, DraftId, LetterId, PersonId, Stamp};

/// A letter that nobody has asked for yet, or an event that nobody has told yet.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DraftRow {
    /// Its identity.
    pub id: DraftId,
    /// Whose: an account's id, or the name of who is no person.
    pub owner: String,
    /// `letter` or `event`.
    pub kind: String,
    /// The letter type's key, or the event's short type.
    pub what: String,
    /// The case.
    pub case_reference: CaseRef,
    /// The person's key; empty where nobody is chosen yet.
    pub person: PersonId,
    /// The letter whose place it is to take; empty where it is none.
    pub replaces: LetterId,
    /// What was typed, as JSON.
    pub typed: String,
    /// When it was kept last.
    pub saved_at: Stamp,
}

/// A draft as a list has it: without what was typed.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DraftTitleRow {
    /// Its identity.
    pub id: DraftId,
    /// `letter` or `event`.
    pub kind: String,
    /// The letter type's key, or the event's short type.
    pub what: String,
    /// The case.
    pub case_reference: CaseRef,
    /// When it was kept last.
    pub saved_at: Stamp,
}

impl Act {
    /// Keeps what somebody is writing, in place of what was kept of it. False where it is somebody else's.
    pub async fn keep_draft(&mut self, draft: &DraftRow) -> Result<bool, RegisterError> {
        let kept = sqlx::query(
            "INSERT INTO drafts (id, owner, kind, what, case_reference, person, replaces, typed, saved_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
             ON CONFLICT (id) DO UPDATE SET typed = excluded.typed, saved_at = excluded.saved_at WHERE drafts.owner = excluded.owner",
        )
        .bind(&draft.id)
        .bind(&draft.owner)
        .bind(&draft.kind)
        .bind(&draft.what)
        .bind(&draft.case_reference)
        .bind(&draft.person)
        .bind(&draft.replaces)
        .bind(&draft.typed)
        .bind(self.now())
        .execute(&mut *self.transaction)
        .await?;
        Ok(kept.rows_affected() == 1)
    }

    /// Throws away what was kept last before an instant, and what somebody is writing beyond so many, the oldest first.
    pub async fn drop_old_drafts(&mut self, before: Stamp, owner: &str, most: i64) -> Result<(), RegisterError> {
        sqlx::query("DELETE FROM drafts WHERE saved_at < $1").bind(before).execute(&mut *self.transaction).await?;
        let sql = "DELETE FROM drafts WHERE owner = $1 AND id NOT IN \
                   (SELECT d.id FROM drafts d WHERE d.owner = $1 ORDER BY d.saved_at DESC LIMIT $2)";
        sqlx::query(sql).bind(owner).bind(most).execute(&mut *self.transaction).await?;
        Ok(())
    }

    /// Throws away what somebody was writing.
    pub async fn drop_draft(&mut self, id: &DraftId, owner: &str) -> Result<(), RegisterError> {
        let query = sqlx::query("DELETE FROM drafts WHERE id = $1 AND owner = $2").bind(id).bind(owner);
        query.execute(&mut *self.transaction).await?;
        Ok(())
    }
}

impl Reader {
    /// What somebody is writing, by its id.
    pub async fn draft(&self, id: &DraftId, owner: &str) -> Result<Option<DraftRow>, RegisterError> {
        Ok(sqlx::query_as(
            "SELECT id, owner, kind, what, case_reference, person, replaces, typed, saved_at FROM drafts WHERE id = $1 AND owner = $2",
        )
        .bind(id)
        .bind(owner)
        .fetch_optional(&self.pool)
        .await?)
    }

    /// All that somebody is writing, the newest first.
    pub async fn drafts_of(&self, owner: &str) -> Result<Vec<DraftTitleRow>, RegisterError> {
        let sql = "SELECT id, kind, what, case_reference, saved_at FROM drafts WHERE owner = $1 ORDER BY saved_at DESC";
        Ok(sqlx::query_as(sql).bind(owner).fetch_all(&self.pool).await?)
    }
}
