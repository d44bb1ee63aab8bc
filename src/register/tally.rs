//! Counting letters.

use super::{Reader, RegisterError};
use crate::case::{Channel, DeliveryState, LetterState};

/// How many letters of one type are in one state, and travel in one way.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct LetterTally {
    /// The letter type's key.
    pub letter_type: String,
    /// The state.
    pub state: LetterState,
    /// How they reach their addressees.
    pub channel: Channel,
    /// How their newest issuances travel.
    pub delivery: Option<DeliveryState>,
    /// How many.
    pub count: i64,
}

impl Reader {
    /// How many letters of each type are in a state.
    pub async fn count_by_type(&self, state: LetterState) -> Result<Vec<(String, i64)>, RegisterError> {
        let sql = "SELECT letter_type, count(*) FROM letters WHERE state = $1 GROUP BY letter_type";
        Ok(sqlx::query_as(sql).bind(state).fetch_all(&self.pool).await?)
    }

    /// How many letters of each type are in each state, with the channel and how they travel.
    pub async fn tally(&self) -> Result<Vec<LetterTally>, RegisterError> {
        Ok(sqlx::query_as(
            "SELECT l.letter_type, l.state, l.channel, d.state AS delivery, count(*) AS count FROM letters l \
             LEFT JOIN deliveries d ON d.letter = l.id AND d.number = l.issuance \
             GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
        )
        .fetch_all(&self.pool)
        .await?)
    }
}
