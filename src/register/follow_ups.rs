//! What Recto itself noticed to be due, and what was decided of it.

use serde::Serialize;

use super::{Act, Register, RegisterError, json};
use crate::case::Text;

/// A follow-up.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct FollowUpRow {
    /// Its identity, made from its ground: the same ground is noticed once.
    pub id: String,
    /// The case reference.
    pub case_reference: String,
    /// The person's key.
    pub person: String,
    /// What is due: `plan-reminder`, `answer-due` …
    pub kind: String,
    /// The letter that would go; none where it is work for a person.
    pub letter_type: Option<String>,
    /// Since when it is due.
    pub due: String,
    says: String,
    /// `proposed`, `accepted`, `declined` or `lapsed`.
    pub state: String,
    /// Who decided.
    pub decided_by: Option<String>,
    /// Why it was declined.
    pub reason: Option<String>,
}

impl FollowUpRow {
    /// What the officer is told.
    pub fn says(&self) -> Result<Text, RegisterError> {
        json(&self.says, "follow_ups", &self.id)
    }
}

/// A follow-up to be recorded.
pub struct NewFollowUp<'f> {
    /// Its identity.
    pub id: &'f str,
    /// The case reference.
    pub case: &'f str,
    /// The person's key.
    pub person: &'f str,
    /// What is due.
    pub kind: &'f str,
    /// The letter that would go.
    pub letter_type: Option<&'f str>,
    /// Since when it is due.
    pub due: String,
    /// What the officer is told.
    pub says: &'f Text,
}

impl Act {
    /// Records a follow-up as proposed, anew where it had lapsed. False where its ground was decided or waits already.
    pub async fn propose(&mut self, new: &NewFollowUp<'_>) -> Result<bool, RegisterError> {
        let inserted = sqlx::query(
            "INSERT INTO follow_ups (id, case_reference, person, kind, letter_type, due, says, state) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, 'proposed') \
             ON CONFLICT (id) DO UPDATE SET state = 'proposed', due = excluded.due, decided_by = NULL \
             WHERE follow_ups.state = 'lapsed'",
        )
        .bind(new.id)
        .bind(new.case)
        .bind(new.person)
        .bind(new.kind)
        .bind(new.letter_type)
        .bind(&new.due)
        .bind(serde_json::to_string(new.says).unwrap_or_default())
        .execute(&mut *self.transaction)
        .await?;
        Ok(inserted.rows_affected() == 1)
    }

    /// Moves a proposed follow-up on. False where it is no longer proposed.
    pub async fn decide(
        &mut self,
        id: &str,
        state: &str,
        by: &str,
        reason: Option<&str>,
    ) -> Result<bool, RegisterError> {
        let sql = "UPDATE follow_ups SET state = $2, decided_by = $3, reason = $4 WHERE id = $1 AND state = 'proposed'";
        let moved = sqlx::query(sql).bind(id).bind(state).bind(by).bind(reason).execute(&mut *self.transaction).await?;
        Ok(moved.rows_affected() == 1)
    }

    /// Marks a case to be looked at again, since this event.
    pub(super) async fn mark(&mut self, case: &str, newest: i64) -> Result<(), RegisterError> {
        sqlx::query(
            "INSERT INTO follow_up_looks (case_reference, newest, day) VALUES ($1, $2, '') \
             ON CONFLICT (case_reference) DO UPDATE SET newest = excluded.newest, day = ''",
        )
        .bind(case)
        .bind(newest)
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Notes that a case was looked at on a day, unless it has an event since.
    pub async fn looked_at(&mut self, case: &str, newest: i64, day: &str) -> Result<(), RegisterError> {
        sqlx::query("UPDATE follow_up_looks SET day = $3 WHERE case_reference = $1 AND newest = $2")
            .bind(case)
            .bind(newest)
            .bind(day)
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }
}

impl Register {
    /// Cases that were not looked at on this day, or have an event since, with their newest event.
    pub async fn cases_to_follow(&self, day: &str, limit: i64) -> Result<Vec<(String, i64)>, RegisterError> {
        let sql =
            "SELECT case_reference, newest FROM follow_up_looks WHERE day < $1 ORDER BY day, case_reference LIMIT $2";
        Ok(sqlx::query_as(sql).bind(day).bind(limit).fetch_all(&self.reader).await?)
    }

    /// Follow-ups in a state, the oldest due first; of one case where it is given.
    pub async fn follow_ups(
        &self,
        state: Option<&str>,
        case: Option<&str>,
        limit: i64,
    ) -> Result<Vec<FollowUpRow>, RegisterError> {
        Ok(sqlx::query_as(
            "SELECT * FROM follow_ups WHERE ($1 IS NULL OR state = $1) AND ($2 IS NULL OR case_reference = $2) \
             ORDER BY due, id LIMIT $3",
        )
        .bind(state)
        .bind(case)
        .bind(limit)
        .fetch_all(&self.reader)
        .await?)
    }

    /// One follow-up.
    pub async fn follow_up(&self, id: &str) -> Result<Option<FollowUpRow>, RegisterError> {
        Ok(sqlx::query_as("SELECT * FROM follow_ups WHERE id = $1").bind(id).fetch_optional(&self.reader).await?)
    }
}
