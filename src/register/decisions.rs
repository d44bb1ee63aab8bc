//! What waits for a decision, and what is sent back to its officer.

use super::cases::listed;
use super::letters::select_letters;
use super::{Act, LetterRow, Reader, RegisterError};
use crate::case::fault::Reasons;
use crate::case::{EntryKind, LetterId, LetterState, Sha256};

impl Act {
    /// Sends what waits for approval back: it is held with these reasons until it is sent for approval again, and has no approval any
    /// more. False where nothing of that seal waits, or it is approved.
    pub async fn set_returned(
        &mut self,
        letter: &LetterId,
        seal: &Sha256,
        reasons: &Reasons,
    ) -> Result<bool, RegisterError> {
        let returned = sqlx::query(
            "UPDATE letters SET state = $3, reasons = $4, returned_at = $5, seal = NULL, amount = NULL, awaited_since = NULL, \
             approved_seal = NULL, approved_by = NULL, wanted = wanted + 1, attempts = 0 \
             WHERE id = $1 AND state = $6 AND seal = $2 AND (approved_seal IS NULL OR approved_seal <> $2)",
        )
        .bind(letter)
        .bind(seal)
        .bind(LetterState::Held)
        .bind(reasons)
        .bind(self.now())
        .bind(LetterState::AwaitingApproval)
        .execute(&mut *self.transaction)
        .await?;
        Ok(returned.rows_affected() == 1)
    }

    /// Has a letter that was sent back worked again. False where it was not, or was sent for approval again already.
    pub async fn set_resubmitted(&mut self, letter: &LetterId) -> Result<bool, RegisterError> {
        let sql = "UPDATE letters SET returned_at = NULL, wanted = wanted + 1, attempts = 0 WHERE id = $1 AND returned_at IS NOT NULL";
        Ok(sqlx::query(sql).bind(letter).execute(&mut *self.transaction).await?.rows_affected() == 1)
    }
}

impl Reader {
    /// Letters that wait for an approval, the one that has waited longest first, or the one of the largest amount.
    pub async fn awaiting(
        &self,
        largest_first: bool,
        programs: &[String],
        limit: i64,
    ) -> Result<Vec<LetterRow>, RegisterError> {
        let oldest = select_letters!(
            "WHERE l.state = $1 AND ($2 IS NULL OR EXISTS (SELECT 1 FROM cases c WHERE c.reference = l.case_reference \
             AND $2 LIKE '%,' || c.program || ',%')) ORDER BY l.awaited_since, l.sequence LIMIT $3"
        );
        let largest = select_letters!(
            "WHERE l.state = $1 AND ($2 IS NULL OR EXISTS (SELECT 1 FROM cases c WHERE c.reference = l.case_reference \
             AND $2 LIKE '%,' || c.program || ',%')) ORDER BY l.amount IS NULL, CAST(l.amount AS NUMERIC) DESC, l.awaited_since, l.sequence LIMIT $3"
        );
        let query = if largest_first { sqlx::query_as(largest) } else { sqlx::query_as(oldest) };
        let query = query.bind(LetterState::AwaitingApproval).bind(listed(programs)).bind(limit);
        Ok(query.fetch_all(&self.pool).await?)
    }

    /// How many letters are in a state.
    pub async fn letter_count(&self, state: LetterState, programs: &[String]) -> Result<i64, RegisterError> {
        let sql = "SELECT count(*) FROM letters l WHERE l.state = $1 AND ($2 IS NULL OR EXISTS (SELECT 1 FROM cases c \
                   WHERE c.reference = l.case_reference AND $2 LIKE '%,' || c.program || ',%'))";
        Ok(sqlx::query_scalar(sql).bind(state).bind(listed(programs)).fetch_one(&self.pool).await?)
    }

    /// Letters that were sent back and are still to be corrected, the oldest first.
    pub async fn returned(&self, programs: &[String], limit: i64) -> Result<Vec<LetterRow>, RegisterError> {
        let sql = select_letters!(
            "WHERE l.returned_at IS NOT NULL AND l.state IN ($1, $2) \
             AND ($3 IS NULL OR EXISTS (SELECT 1 FROM cases c WHERE c.reference = l.case_reference \
             AND $3 LIKE '%,' || c.program || ',%')) ORDER BY l.returned_at, l.sequence LIMIT $4"
        );
        let query = sqlx::query_as(sql).bind(LetterState::Held).bind(LetterState::Refused);
        Ok(query.bind(listed(programs)).bind(limit).fetch_all(&self.pool).await?)
    }

    /// The entries of two kinds that concern a letter, in order.
    pub async fn entries_of_kinds(
        &self,
        letter: &LetterId,
        kinds: [EntryKind; 2],
    ) -> Result<Vec<crate::case::FiledEntry>, RegisterError> {
        let sql = super::entries::select_entries!("WHERE letter = $1 AND kind IN ($2, $3) ORDER BY number");
        let query = sqlx::query_as(sql).bind(letter).bind(kinds[0]).bind(kinds[1]);
        let rows: Vec<super::ChainedEntry> = query.fetch_all(&self.pool).await?;
        rows.iter().map(super::ChainedEntry::read).collect()
    }
}
