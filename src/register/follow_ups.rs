//! What Recto itself noticed to be due, and what was decided of it.

use serde::Serialize;

use super::cases::listed;
use super::{Act, Reader, RegisterError, json, json_text};
use crate::case::{CaseRef, Day, FollowUpId, FollowUpState, PersonId, Text};

/// A follow-up.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct FollowUpRow {
    /// Its identity.
    pub id: FollowUpId,
    /// The case.
    pub case_reference: CaseRef,
    /// Whom it is about.
    pub person: PersonId,
    /// What is due: `plan-reminder`, `answer-due` …
    pub kind: String,
    /// The letter that would go; none where it is work for a person.
    pub letter_type: Option<String>,
    /// Since when it is due.
    pub due: Day,
    says: String,
    /// What became of it.
    pub state: FollowUpState,
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

/// Which kind of follow-ups is looked for.
#[derive(Debug, Clone, Copy)]
pub enum Kind<'k> {
    /// This one.
    Is(&'k str),
    /// All but this one.
    IsNot(&'k str),
}

impl<'k> Kind<'k> {
    fn bound(self) -> (&'k str, bool) {
        match self {
            Kind::Is(kind) => (kind, true),
            Kind::IsNot(kind) => (kind, false),
        }
    }
}

/// A follow-up to be recorded.
pub struct NewFollowUp<'f> {
    /// Its identity.
    pub id: &'f FollowUpId,
    /// The case.
    pub case: &'f CaseRef,
    /// Whom it is about.
    pub person: &'f PersonId,
    /// What is due.
    pub kind: &'f str,
    /// The letter that would go.
    pub letter_type: Option<&'f str>,
    /// Since when it is due.
    pub due: Day,
    /// What the officer is told.
    pub says: &'f Text,
}

impl Act {
    /// Records a follow-up as proposed, anew where it had lapsed. False where its cause was decided or waits already.
    pub async fn propose(&mut self, new: &NewFollowUp<'_>) -> Result<bool, RegisterError> {
        let inserted = sqlx::query(
            "INSERT INTO follow_ups (id, case_reference, person, kind, letter_type, due, says, state) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
             ON CONFLICT (id) DO UPDATE SET state = excluded.state, letter_type = excluded.letter_type, due = excluded.due, \
             says = excluded.says, decided_by = NULL, reason = NULL \
             WHERE follow_ups.state = $9",
        )
        .bind(new.id)
        .bind(new.case)
        .bind(new.person)
        .bind(new.kind)
        .bind(new.letter_type)
        .bind(new.due)
        .bind(json_text(new.says, "follow_ups", new.id)?)
        .bind(FollowUpState::Proposed)
        .bind(FollowUpState::Lapsed)
        .execute(&mut *self.transaction)
        .await?;
        Ok(inserted.rows_affected() == 1)
    }

    /// Decides a proposed follow-up. False where it is no longer proposed.
    pub async fn set_decided(
        &mut self,
        id: &FollowUpId,
        state: FollowUpState,
        reason: Option<&str>,
    ) -> Result<bool, RegisterError> {
        let by = self.actor().name.clone();
        let sql = "UPDATE follow_ups SET state = $2, decided_by = $3, reason = $4 WHERE id = $1 AND state = $5";
        let query = sqlx::query(sql).bind(id).bind(state).bind(by).bind(reason).bind(FollowUpState::Proposed);
        Ok(query.execute(&mut *self.transaction).await?.rows_affected() == 1)
    }
}

macro_rules! select_follow_ups {
    ($rest:literal) => {
        concat!(
            "SELECT id, case_reference, person, kind, letter_type, due, says, state, decided_by, reason FROM follow_ups ",
            $rest
        )
    };
}

impl Reader {
    /// Follow-ups in a state, the oldest due first; of one case where it is given.
    pub async fn follow_ups(
        &self,
        state: Option<FollowUpState>,
        case: Option<&CaseRef>,
        programs: &[String],
        limit: i64,
    ) -> Result<Vec<FollowUpRow>, RegisterError> {
        let sql = select_follow_ups!(
            "WHERE ($1 IS NULL OR state = $1) AND ($2 IS NULL OR case_reference = $2) \
             AND ($3 IS NULL OR EXISTS (SELECT 1 FROM cases c WHERE c.reference = follow_ups.case_reference \
             AND $3 LIKE '%,' || c.program || ',%')) ORDER BY due, id LIMIT $4"
        );
        Ok(sqlx::query_as(sql).bind(state).bind(case).bind(listed(programs)).bind(limit).fetch_all(&self.pool).await?)
    }

    /// Proposed follow-ups of one kind, or of all others; the oldest due first, of one case where it is given.
    pub async fn proposed(
        &self,
        kind: Kind<'_>,
        case: Option<&CaseRef>,
        programs: &[String],
        limit: i64,
    ) -> Result<Vec<FollowUpRow>, RegisterError> {
        let (kind, is_it) = kind.bound();
        let sql = select_follow_ups!(
            "WHERE state = $1 AND (kind = $2) = $3 AND ($4 IS NULL OR case_reference = $4) \
             AND ($5 IS NULL OR EXISTS (SELECT 1 FROM cases c WHERE c.reference = follow_ups.case_reference \
             AND $5 LIKE '%,' || c.program || ',%')) ORDER BY due, id LIMIT $6"
        );
        let query = sqlx::query_as(sql).bind(FollowUpState::Proposed).bind(kind).bind(is_it);
        Ok(query.bind(case).bind(listed(programs)).bind(limit).fetch_all(&self.pool).await?)
    }

    /// How many of them there are.
    pub async fn proposed_count(&self, kind: Kind<'_>, programs: &[String]) -> Result<i64, RegisterError> {
        let (kind, is_it) = kind.bound();
        let sql = "SELECT count(*) FROM follow_ups WHERE state = $1 AND (kind = $2) = $3 \
                   AND ($4 IS NULL OR EXISTS (SELECT 1 FROM cases c WHERE c.reference = follow_ups.case_reference \
                   AND $4 LIKE '%,' || c.program || ',%'))";
        let query = sqlx::query_scalar(sql).bind(FollowUpState::Proposed).bind(kind).bind(is_it);
        Ok(query.bind(listed(programs)).fetch_one(&self.pool).await?)
    }

    /// Follow-ups after an identity, in order: the way through all of them in pieces.
    pub async fn follow_ups_after(&self, id: &str, limit: i64) -> Result<Vec<FollowUpRow>, RegisterError> {
        let sql = select_follow_ups!("WHERE id > $1 ORDER BY id LIMIT $2");
        Ok(sqlx::query_as(sql).bind(id).bind(limit).fetch_all(&self.pool).await?)
    }

    /// One follow-up.
    pub async fn follow_up(&self, id: &FollowUpId) -> Result<Option<FollowUpRow>, RegisterError> {
        let sql = select_follow_ups!("WHERE id = $1");
        Ok(sqlx::query_as(sql).bind(id).fetch_optional(&self.pool).await?)
    }
}
