//! Claims: who is at work on what. A claim has an owner and an end, so that several workers share one register and a dead one
//! holds nothing up.

use super::{Act, Reader, RegisterError};
use crate::case::{LetterId, Stamp, WorkerId};

/// A letter that is claimed by a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The letter.
    pub letter: LetterId,
    /// Who works on it.
    pub worker: WorkerId,
    /// How often the letter had been wanted when the work began: what is wanted later is wanted again.
    pub wanted: i64,
}

impl Act {
    /// Claims a subject for a worker until an instant. False where somebody else has it.
    pub async fn claim(
        &mut self,
        subject: &str,
        worker: &WorkerId,
        until: Stamp,
        wanted: i64,
    ) -> Result<bool, RegisterError> {
        let claimed = sqlx::query(
            "INSERT INTO claims (subject, worker, until, wanted) VALUES ($1, $2, $3, $4) ON CONFLICT (subject) DO NOTHING",
        )
        .bind(subject)
        .bind(worker)
        .bind(until)
        .bind(wanted)
        .execute(&mut *self.transaction)
        .await?;
        Ok(claimed.rows_affected() == 1)
    }

    /// Ends a worker's claim. False where it is not the worker's any more: then what was worked does not count.
    pub async fn end_claim(&mut self, subject: &str, worker: &WorkerId) -> Result<bool, RegisterError> {
        let ended = sqlx::query("DELETE FROM claims WHERE subject = $1 AND worker = $2")
            .bind(subject)
            .bind(worker)
            .execute(&mut *self.transaction)
            .await?;
        Ok(ended.rows_affected() == 1)
    }

    /// Ends the claims of a worker that is gone. Each counts as an attempt at its letter: it may be what the worker died of.
    pub async fn bury(&mut self, worker: &WorkerId) -> Result<(), RegisterError> {
        sqlx::query(
            "UPDATE letters SET attempts = attempts + 1 WHERE id IN (SELECT subject FROM claims WHERE worker = $1) \
             AND wanted > worked",
        )
        .bind(worker)
        .execute(&mut *self.transaction)
        .await?;
        sqlx::query("DELETE FROM claims WHERE worker = $1").bind(worker).execute(&mut *self.transaction).await?;
        Ok(())
    }
}

impl Reader {
    /// The workers that have claims, each with the last end of them.
    pub async fn workers(&self) -> Result<Vec<(WorkerId, Stamp)>, RegisterError> {
        let sql = "SELECT worker, max(until) FROM claims GROUP BY worker ORDER BY worker";
        Ok(sqlx::query_as(sql).fetch_all(&self.pool).await?)
    }

    /// How many subjects workers other than this one have claimed.
    pub async fn claimed_by_others(&self, worker: &WorkerId) -> Result<i64, RegisterError> {
        let sql = "SELECT count(*) FROM claims WHERE worker <> $1";
        Ok(sqlx::query_scalar(sql).bind(worker).fetch_one(&self.pool).await?)
    }
}
