//! Events as taken.

use chrono::{DateTime, Utc};

use super::{Act, Reader, RegisterError, json};
use crate::case::event::sorted;
use crate::case::{CaseEvent, CaseRef, PersonId, Sha256, Stamp};

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
    pub hash: Sha256,
    /// When it was taken.
    pub taken_at: Stamp,
    /// The person whom it is about, as the register's index has it.
    pub person: PersonId,
    /// The event.
    pub event: CaseEvent,
}

#[derive(sqlx::FromRow)]
struct Row {
    sequence: i64,
    source: String,
    id: String,
    kind: String,
    case_reference: CaseRef,
    happened_at: Stamp,
    taken_at: Stamp,
    person: PersonId,
    hash: Sha256,
    data: String,
}

impl TryFrom<Row> for StoredEvent {
    type Error = RegisterError;

    fn try_from(row: Row) -> Result<StoredEvent, RegisterError> {
        let event = CaseEvent {
            data: json(&row.data, "events", &row.id)?,
            source: row.source,
            id: row.id,
            kind: row.kind,
            subject: row.case_reference,
            time: row.happened_at.instant(),
        };
        Ok(StoredEvent { sequence: row.sequence, hash: row.hash, taken_at: row.taken_at, person: row.person, event })
    }
}

/// The hash of what an event says, by which a repeat is told from a conflict.
pub fn hash(event: &CaseEvent) -> Sha256 {
    let time = Stamp::from(event.time);
    Sha256::of(format!("{}\n{}\n{time}\n{}", event.kind, event.subject, sorted(&event.data)).as_bytes())
}

macro_rules! select_events {
    ($rest:literal) => {
        concat!(
            "SELECT sequence, source, id, kind, case_reference, happened_at, taken_at, person, hash, data FROM events ",
            $rest
        )
    };
}

impl Act {
    /// Records an event, unless its source and id are known.
    pub async fn take(&mut self, event: &CaseEvent) -> Result<Taken, RegisterError> {
        let (data, hash, person) = (event.data.to_string(), hash(event), event.person());
        let inserted: Option<i64> = sqlx::query_scalar(
            "INSERT INTO events (source, id, kind, case_reference, happened_at, taken_at, hash, data, person) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (source, id) DO NOTHING RETURNING sequence",
        )
        .bind(&event.source)
        .bind(&event.id)
        .bind(&event.kind)
        .bind(&event.subject)
        .bind(Stamp::from(event.time))
        .bind(self.now())
        .bind(&hash)
        .bind(&data)
        .bind(&person)
        .fetch_optional(&mut *self.transaction)
        .await?;
        if let Some(sequence) = inserted {
            self.touch(&event.subject, event.program(), &person).await?;
            return Ok(Taken::New(sequence));
        }
        let (sequence, known): (i64, Sha256) =
            sqlx::query_as("SELECT sequence, hash FROM events WHERE source = $1 AND id = $2")
                .bind(&event.source)
                .bind(&event.id)
                .fetch_one(&mut *self.transaction)
                .await?;
        Ok(if known == hash { Taken::Repeated(sequence) } else { Taken::Conflict(sequence) })
    }
}

impl Reader {
    /// All events of a case and of the cases that it shares people with, in the order of taking.
    pub async fn events_around(&self, case: &CaseRef) -> Result<Vec<StoredEvent>, RegisterError> {
        let sql = select_events!(
            "WHERE case_reference IN (SELECT case_reference FROM events WHERE person IN \
             (SELECT person FROM events WHERE case_reference = $1)) ORDER BY sequence"
        );
        let rows: Vec<Row> = sqlx::query_as(sql).bind(case).fetch_all(&self.pool).await?;
        rows.into_iter().map(StoredEvent::try_from).collect()
    }

    /// One event by its place in the register.
    pub async fn event(&self, sequence: i64) -> Result<Option<StoredEvent>, RegisterError> {
        let sql = select_events!("WHERE sequence = $1");
        let row: Option<Row> = sqlx::query_as(sql).bind(sequence).fetch_optional(&self.pool).await?;
        row.map(StoredEvent::try_from).transpose()
    }

    /// One event by its key.
    pub async fn event_by_key(&self, source: &str, id: &str) -> Result<Option<StoredEvent>, RegisterError> {
        let sql = select_events!("WHERE source = $1 AND id = $2");
        let row: Option<Row> = sqlx::query_as(sql).bind(source).bind(id).fetch_optional(&self.pool).await?;
        row.map(StoredEvent::try_from).transpose()
    }

    /// The events about a person, in the order of taking: of which case each is, and its key.
    pub async fn events_about(&self, person: &PersonId) -> Result<Vec<(CaseRef, String, String)>, RegisterError> {
        let sql = "SELECT case_reference, source, id FROM events WHERE person = $1 ORDER BY sequence";
        Ok(sqlx::query_as(sql).bind(person).fetch_all(&self.pool).await?)
    }

    /// Events after a sequence, in order: the way through all of them in pieces.
    pub async fn events_after(&self, sequence: i64, limit: i64) -> Result<Vec<StoredEvent>, RegisterError> {
        let sql = select_events!("WHERE sequence > $1 ORDER BY sequence LIMIT $2");
        let rows: Vec<Row> = sqlx::query_as(sql).bind(sequence).bind(limit).fetch_all(&self.pool).await?;
        rows.into_iter().map(StoredEvent::try_from).collect()
    }

    /// How many events have been taken since an instant.
    pub async fn event_count(&self, since: DateTime<Utc>) -> Result<i64, RegisterError> {
        let sql = "SELECT count(*) FROM events WHERE taken_at >= $1";
        Ok(sqlx::query_scalar(sql).bind(Stamp::from(since)).fetch_one(&self.pool).await?)
    }
}
