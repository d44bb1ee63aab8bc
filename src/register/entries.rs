//! Reading the case file.

use serde_json::Value;

use super::{Register, RegisterError, json};
use crate::case::{Entry, EntryKind};

#[derive(sqlx::FromRow)]
struct Row {
    sequence: i64,
    at: String,
    kind: String,
    letter: Option<String>,
    detail: String,
}

impl TryFrom<Row> for Entry {
    type Error = RegisterError;

    fn try_from(row: Row) -> Result<Entry, RegisterError> {
        let kind = EntryKind::parse(&row.kind).ok_or_else(|| RegisterError::Inconsistent {
            table: "entries",
            row: row.sequence.to_string(),
            problem: format!("“{}” is not a kind of entry", row.kind),
        })?;
        let detail: Value = json(&row.detail, "entries", &row.sequence.to_string())?;
        Ok(Entry { sequence: row.sequence, at: row.at, kind, letter: row.letter, detail })
    }
}

/// An entry with all that its chain is made of, for verification.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ChainedEntry {
    /// Its place in the order of all entries.
    pub sequence: i64,
    /// The case reference.
    pub case_reference: String,
    /// When, in UTC.
    pub at: String,
    /// The kind as stored.
    pub kind: String,
    /// The event that it concerns.
    pub event: Option<i64>,
    /// The letter that it concerns.
    pub letter: Option<String>,
    /// The detail as stored.
    pub detail: String,
    /// The chain as stored.
    pub chain: String,
}

impl Register {
    /// Entries after a sequence, in order: the way through all of them in pieces.
    pub async fn entries_after(&self, sequence: i64, limit: i64) -> Result<Vec<ChainedEntry>, RegisterError> {
        Ok(sqlx::query_as(
            "SELECT sequence, case_reference, at, kind, event, letter, detail, chain FROM entries \
             WHERE sequence > $1 ORDER BY sequence LIMIT $2",
        )
        .bind(sequence)
        .bind(limit)
        .fetch_all(&self.reader)
        .await?)
    }

    /// The entries of a case, in the order in which things were done.
    pub async fn entries_of_case(&self, case: &str) -> Result<Vec<Entry>, RegisterError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT sequence, at, kind, letter, detail FROM entries WHERE case_reference = $1 ORDER BY sequence",
        )
        .bind(case)
        .fetch_all(&self.reader)
        .await?;
        rows.into_iter().map(Entry::try_from).collect()
    }

    /// The entries that concern one letter.
    pub async fn entries_of_letter(&self, letter: &str) -> Result<Vec<Entry>, RegisterError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT sequence, at, kind, letter, detail FROM entries WHERE letter = $1 ORDER BY sequence",
        )
        .bind(letter)
        .fetch_all(&self.reader)
        .await?;
        rows.into_iter().map(Entry::try_from).collect()
    }
}
