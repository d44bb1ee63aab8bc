//! Where the service stands: what waits for the work, what has given up, and who is signed in.

use super::{Act, Reader, RegisterError, SessionRow};
use crate::case::fault::Reasons;
use crate::case::{Channel, DeliveryState, LetterId, LetterState, Stamp};

/// How much waits for the work.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Queue {
    /// Letters that are to be worked.
    pub letters: i64,
    /// When the oldest of them was called for.
    pub oldest: Option<Stamp>,
    /// How many of them a worker has died of.
    pub tried: i64,
}

/// A letter that cannot be made.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct UnmadeRow {
    /// Its identity.
    pub id: LetterId,
    /// The letter type's key.
    pub letter_type: String,
    /// When it was called for.
    pub called_at: Stamp,
    /// Why.
    pub reasons: Reasons,
}

/// A delivery that fails, or has given up.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct TroubledDelivery {
    /// The letter.
    pub letter: LetterId,
    /// How it travels.
    pub channel: Channel,
    /// How far it has come.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: i64,
    /// When it is tried next, while it waits.
    pub due_at: Stamp,
    /// Why it did not go.
    pub problem: Option<String>,
}

impl Act {
    /// Keeps when the register was verified, and how many differences were found.
    pub async fn note_verified(&mut self, differences: usize) -> Result<(), RegisterError> {
        let sql = "INSERT INTO settings (name, value) VALUES ('verified', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        let said = format!("{} {differences}", self.now());
        sqlx::query(sql).bind(said).execute(&mut *self.transaction).await?;
        Ok(())
    }
}

impl Reader {
    /// How much waits for the work.
    pub async fn queue(&self) -> Result<Queue, RegisterError> {
        let sql = "SELECT count(*) AS letters, min(called_at) AS oldest, count(CASE WHEN attempts > 0 THEN 1 END) AS tried \
                   FROM letters WHERE wanted > worked";
        Ok(sqlx::query_as(sql).fetch_one(&self.pool).await?)
    }

    /// Letters that cannot be made, the oldest first.
    pub async fn unmade(&self, limit: i64) -> Result<Vec<UnmadeRow>, RegisterError> {
        let sql = "SELECT id, letter_type, called_at, reasons FROM letters WHERE state = $1 ORDER BY sequence LIMIT $2";
        Ok(sqlx::query_as(sql).bind(LetterState::Refused).bind(limit).fetch_all(&self.pool).await?)
    }

    /// Deliveries of a state that were tried and did not go, the next attempt first. One that was taken back since is none.
    pub async fn troubled(&self, state: DeliveryState, limit: i64) -> Result<Vec<TroubledDelivery>, RegisterError> {
        let sql = "SELECT d.letter, d.channel, d.state, d.attempts, d.due_at, d.problem FROM deliveries d \
                   JOIN letters l ON l.id = d.letter AND l.issuance = d.number \
                   WHERE d.state = $1 AND (d.attempts > 0 OR d.state = $2) ORDER BY d.due_at, d.letter LIMIT $3";
        let query = sqlx::query_as(sql).bind(state).bind(DeliveryState::Failed).bind(limit);
        Ok(query.fetch_all(&self.pool).await?)
    }

    /// The sessions of all people, the last seen first.
    pub async fn all_sessions(&self, limit: i64) -> Result<Vec<SessionRow>, RegisterError> {
        let sql = "SELECT secret_hash, account, made_at, seen_at, browser FROM sessions ORDER BY seen_at DESC LIMIT $1";
        Ok(sqlx::query_as(sql).bind(limit).fetch_all(&self.pool).await?)
    }

    /// When the register was verified last and how many differences were found, as [`Act::note_verified`] keeps it.
    pub async fn verified(&self) -> Result<Option<(Stamp, i64)>, RegisterError> {
        let query = sqlx::query_scalar("SELECT value FROM settings WHERE name = 'verified'");
        let said: Option<String> = query.fetch_optional(&self.pool).await?;
        let read = |said: String| {
            let (at, count) = said.split_once(' ')?;
            Some((at.parse().ok()?, count.parse().ok()?))
        };
        Ok(said.and_then(read))
    }
}
