//! One act of the desk: one transaction.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{Sqlite, Transaction};

use super::RegisterError;
use crate::case::EntryKind;
use crate::case::clock::stamp;
use crate::case::letter::sha256_hex;

/// A transaction. What is written through it happens when it is committed, all of it, or not at all.
pub struct Act {
    pub(super) transaction: Transaction<'static, Sqlite>,
    /// The chain up to the newest entry, once it has been read.
    chain: Option<String>,
}

/// An entry to be written into the case file.
pub struct NewEntry<'e> {
    /// The case reference.
    pub case: &'e str,
    /// What was done.
    pub kind: EntryKind,
    /// The event that it concerns, by its place in the register.
    pub event: Option<i64>,
    /// The letter that it concerns.
    pub letter: Option<&'e str>,
    /// What belongs to it.
    pub detail: Value,
}

/// The chain after an entry: SHA-256 over the chain before it and all that the entry says.
pub fn chained(before: &str, at: &str, entry: &NewEntry<'_>) -> String {
    let event = entry.event.map(|event| event.to_string()).unwrap_or_default();
    let letter = entry.letter.unwrap_or_default();
    let parts = [before, entry.case, at, entry.kind.as_str(), &event, letter, &entry.detail.to_string()];
    sha256_hex(parts.map(|part| format!("{}:{part}", part.len())).concat().as_bytes())
}

impl Act {
    pub(super) fn new(transaction: Transaction<'static, Sqlite>) -> Act {
        Act { transaction, chain: None }
    }

    /// Makes what was written last.
    pub async fn commit(self) -> Result<(), RegisterError> {
        Ok(self.transaction.commit().await?)
    }

    /// Writes an entry into the case file.
    pub async fn enter(&mut self, now: DateTime<Utc>, entry: NewEntry<'_>) -> Result<(), RegisterError> {
        let before = match self.chain.take() {
            Some(chain) => chain,
            None => sqlx::query_scalar("SELECT chain FROM entries ORDER BY sequence DESC LIMIT 1")
                .fetch_optional(&mut *self.transaction)
                .await?
                .unwrap_or_default(),
        };
        let at = stamp(now);
        let chain = chained(&before, &at, &entry);
        sqlx::query(
            "INSERT INTO entries (case_reference, at, kind, event, letter, detail, chain) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(entry.case)
        .bind(at)
        .bind(entry.kind.as_str())
        .bind(entry.event)
        .bind(entry.letter)
        .bind(entry.detail.to_string())
        .bind(&chain)
        .execute(&mut *self.transaction)
        .await?;
        self.chain = Some(chain);
        Ok(())
    }
}
