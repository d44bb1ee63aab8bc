//! Events as taken.

use chrono::{DateTime, Utc};

use super::{Act, Register, RegisterError, json};
use crate::case::CaseEvent;
use crate::case::clock::stamp;
use crate::case::event::sorted;
use crate::case::letter::sha256_hex;

/// What became of an event that was offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is new and has this sequence.
    New(i64),
    /// The same event was taken before, under this sequence; nothing changed.
    Repeated(i64),
    /// Another event with the same source and id was taken before; this one was not.
    Conflict(i64),
}

/// An event with its place in the register.
#[derive(Debug, Clone)]
pub struct StoredEvent {
    /// Its place in the order of taking.
    pub sequence: i64,
    /// The hash of what it said when it was taken.
    pub hash: String,
    /// The event.
    pub event: CaseEvent,
}

#[derive(sqlx::FromRow)]
struct Row {
    sequence: i64,
    source: String,
    id: String,
    kind: String,
    case_reference: String,
    happened_at: String,
    hash: String,
    data: String,
}

impl TryFrom<Row> for StoredEvent {
    type Error = RegisterError;

    fn try_from(row: Row) -> Result<StoredEvent, RegisterError> {
        let time = DateTime::parse_from_rfc3339(&row.happened_at).map_err(|error| RegisterError::Inconsistent {
            table: "events",
            row: row.id.clone(),
            problem: error.to_string(),
        })?;
        let event = CaseEvent {
            data: json(&row.data, "events", &row.id)?,
            source: row.source,
            id: row.id,
            kind: row.kind,
            subject: row.case_reference,
            time: time.to_utc(),
        };
        Ok(StoredEvent { sequence: row.sequence, hash: row.hash, event })
    }
}

/// The hash of what an event says, by which a repeat is told from a conflict.
pub fn hash(event: &CaseEvent) -> String {
    let time = stamp(event.time);
    sha256_hex(format!("{}\n{}\n{time}\n{}", event.kind, event.subject, sorted(&event.data)).as_bytes())
}

impl Act {
    /// Records an event, unless its source and id are known.
    pub async fn take(&mut self, event: &CaseEvent, now: DateTime<Utc>) -> Result<Taken, RegisterError> {
        let (data, hash) = (event.data.to_string(), hash(event));
        let inserted: Option<i64> = sqlx::query_scalar(
            "INSERT INTO events (source, id, kind, case_reference, happened_at, taken_at, hash, data, person) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (source, id) DO NOTHING RETURNING sequence",
        )
        .bind(&event.source)
        .bind(&event.id)
        .bind(&event.kind)
        .bind(&event.subject)
        .bind(stamp(event.time))
        .bind(stamp(now))
        .bind(&hash)
        .bind(&data)
        .bind(event.data["party"]["id"].as_str().unwrap_or_default())
        .fetch_optional(&mut *self.transaction)
        .await?;
        if let Some(sequence) = inserted {
            self.mark(&event.subject, sequence).await?;
            return Ok(Taken::New(sequence));
        }
        let (sequence, known): (i64, String) =
            sqlx::query_as("SELECT sequence, hash FROM events WHERE source = $1 AND id = $2")
                .bind(&event.source)
                .bind(&event.id)
                .fetch_one(&mut *self.transaction)
                .await?;
        Ok(if known == hash { Taken::Repeated(sequence) } else { Taken::Conflict(sequence) })
    }
}

impl Register {
    /// The newest event that bears on a person's letters in a case: one of the case, or one of the person's other cases.
    pub async fn newest_event(&self, case: &str, person: &str) -> Result<i64, RegisterError> {
        let sql = "SELECT max((SELECT coalesce(max(sequence), 0) FROM events WHERE case_reference = $1), \
                   (SELECT coalesce(max(sequence), 0) FROM events WHERE person = $2))";
        Ok(sqlx::query_scalar(sql).bind(case).bind(person).fetch_one(&self.reader).await?)
    }

    /// The events about a person in other cases, in the order of taking.
    pub async fn events_elsewhere(&self, case: &str, person: &str) -> Result<Vec<StoredEvent>, RegisterError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT sequence, source, id, kind, case_reference, happened_at, hash, data FROM events \
             WHERE person = $2 AND case_reference <> $1 ORDER BY sequence",
        )
        .bind(case)
        .bind(person)
        .fetch_all(&self.reader)
        .await?;
        rows.into_iter().map(StoredEvent::try_from).collect()
    }

    /// The other cases of a person.
    pub async fn other_cases(&self, case: &str, person: &str) -> Result<Vec<String>, RegisterError> {
        let sql = "SELECT DISTINCT case_reference FROM events WHERE person = $2 AND case_reference <> $1 ORDER BY 1";
        Ok(sqlx::query_scalar(sql).bind(case).bind(person).fetch_all(&self.reader).await?)
    }

    /// All events of a case, in the order of taking.
    pub async fn events_of(&self, case: &str) -> Result<Vec<StoredEvent>, RegisterError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT sequence, source, id, kind, case_reference, happened_at, hash, data FROM events \
             WHERE case_reference = $1 ORDER BY sequence",
        )
        .bind(case)
        .fetch_all(&self.reader)
        .await?;
        rows.into_iter().map(StoredEvent::try_from).collect()
    }

    /// One event by its place in the register.
    pub async fn event(&self, sequence: i64) -> Result<Option<StoredEvent>, RegisterError> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT sequence, source, id, kind, case_reference, happened_at, hash, data FROM events WHERE sequence = $1",
        )
        .bind(sequence)
        .fetch_optional(&self.reader)
        .await?;
        row.map(StoredEvent::try_from).transpose()
    }

    /// One event by its key.
    pub async fn event_by_key(&self, source: &str, id: &str) -> Result<Option<StoredEvent>, RegisterError> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT sequence, source, id, kind, case_reference, happened_at, hash, data FROM events \
             WHERE source = $1 AND id = $2",
        )
        .bind(source)
        .bind(id)
        .fetch_optional(&self.reader)
        .await?;
        row.map(StoredEvent::try_from).transpose()
    }

    /// Events after a sequence, in order: the way through all of them in pieces.
    pub async fn events_after(&self, sequence: i64, limit: i64) -> Result<Vec<StoredEvent>, RegisterError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT sequence, source, id, kind, case_reference, happened_at, hash, data FROM events \
             WHERE sequence > $1 ORDER BY sequence LIMIT $2",
        )
        .bind(sequence)
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.into_iter().map(StoredEvent::try_from).collect()
    }

    /// How many events have been taken since an instant.
    pub async fn event_count(&self, since: DateTime<Utc>) -> Result<i64, RegisterError> {
        let sql = "SELECT count(*) FROM events WHERE taken_at >= $1";
        Ok(sqlx::query_scalar(sql).bind(stamp(since)).fetch_one(&self.reader).await?)
    }
}
