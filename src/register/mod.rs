//! The database: events, letters, issuances, deliveries, print runs and the entries of the case file.
//!
//! SQLite in the data folder is the system of record: write-ahead log, `synchronous=FULL`, foreign keys, one writer and
//! several readers. The SQL is written so that PostgreSQL reads it too (`$1`, text ids, `RETURNING`, `ON CONFLICT`), and no rule
//! rests on there being one writer: what has changed is told by versions, who works on what by claims. Reading is on [`Reader`];
//! writing is on [`Act`], one transaction with its actor, so that an act happens wholly or not at all and is somebody's.

mod accounts;
mod act;
mod audit;
mod carry_over;
mod cases;
mod claims;
mod decisions;
mod deliveries;
mod drafts;
mod entries;
mod events;
mod few;
mod follow_ups;
mod health;
mod identities;
mod in_hand;
mod issuances;
mod letters;
mod marks;
mod merges;
mod runs;
mod says;
mod search;
mod sessions;
mod sources;
mod tally;
mod verdicts;
mod wordings;

use std::path::Path;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use crate::case::Actor;
pub use accounts::{AccountRow, AccountSays, LinkRow};
pub use act::{Act, Subject};
pub use audit::{AuditFilter, AuditRow};
pub use cases::{CaseRow, CaseToFollow, Seen};
pub use claims::{Claim, Claimed};
pub use deliveries::{Delivery, DeliveryRow};
pub use drafts::{DraftRow, DraftTitleRow};
pub use entries::{ChainedEntry, Link};
pub use events::{StoredEvent, Taken, hash as event_hash};
pub use follow_ups::{FollowUpRow, Kind, NewFollowUp};
pub use health::{Queue, TroubledDelivery, UnmadeRow};
pub use identities::IdentityRow;
pub use in_hand::{ClockRow, InHandRow};
pub use issuances::{Issuance, Tally};
pub use letters::{LetterRow, NewLetter};
pub use marks::{SHORTEST_PART, folded_number};
pub use merges::{MadeRow, MergeRecord, MergeRowRecord, NewMerge};
pub use runs::{NewPiece, PieceRow, RunRow};
pub use search::{Filter, Found, Order};
pub use sessions::{SessionRow, TokenRow};
pub use sources::{Kept, KeptSource};
pub use tally::LetterTally;
pub use verdicts::{LetterVerdict, Way};

/// What can go wrong with the register.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// The database said no.
    #[error("the register's database: {0}")]
    Database(#[from] sqlx::Error),
    /// The database could not be brought to this version's form.
    #[error("the register's database could not be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A row does not say what it must.
    #[error("inconsistent row in {table}, {row}: {problem}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The row's key.
        row: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The data folder belongs to the other environment.
    #[error(
        "this data folder was made in the environment “{found}” and cannot be used in “{wanted}”: \
         choose another folder with --dir, or set the environment back"
    )]
    OtherEnvironment {
        /// What the folder was made in.
        found: String,
        /// What is asked for now.
        wanted: String,
    },
}

/// The register of one data folder.
#[derive(Clone)]
pub struct Register {
    writer: SqlitePool,
    reader: Reader,
}

/// Reads the register, and can do nothing else.
#[derive(Clone)]
pub struct Reader {
    pool: SqlitePool,
}

impl Register {
    /// Opens the register in a data folder, making it where there is none. A folder belongs to one environment for ever, so
    /// that nothing made as a specimen is ever sent as a letter.
    pub async fn open(folder: &Path, environment: &str) -> Result<Register, RegisterError> {
        let options = SqliteConnectOptions::from_str("sqlite:")?
            .filename(folder.join("recto.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(std::time::Duration::from_secs(30));
        let writer = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
        sqlx::migrate!("src/register/migrations").run(&writer).await?;
        carry_over::carry_over(&writer).await?;
        let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await?;
        sqlx::query("INSERT INTO settings (name, value) VALUES ('environment', $1) ON CONFLICT (name) DO NOTHING")
            .bind(environment)
            .execute(&writer)
            .await?;
        let found: String =
            sqlx::query_scalar("SELECT value FROM settings WHERE name = 'environment'").fetch_one(&pool).await?;
        if found != environment {
            return Err(RegisterError::OtherEnvironment { found, wanted: environment.to_owned() });
        }
        Ok(Register { writer, reader: Reader { pool } })
    }

    /// Begins an act of somebody at an instant: a transaction that holds the one writer until it is committed or dropped.
    pub async fn begin(&self, actor: Actor, now: DateTime<Utc>) -> Result<Act, RegisterError> {
        Ok(Act::new(self.writer.begin_with("BEGIN IMMEDIATE").await?, actor, now))
    }

    /// What reads it.
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Closes all connections, so that the write-ahead log is folded into the database.
    pub async fn close(&self) {
        self.reader.pool.close().await;
        self.writer.close().await;
    }
}

impl Reader {
    /// Whether the database answers.
    pub async fn ready(&self) -> Result<(), RegisterError> {
        sqlx::query_scalar::<_, i64>("SELECT 1").fetch_one(&self.pool).await?;
        Ok(())
    }
}

/// Reads JSON that a row holds.
fn json<T: serde::de::DeserializeOwned>(text: &str, table: &'static str, row: &str) -> Result<T, RegisterError> {
    serde_json::from_str(text).map_err(|error| inconsistent(table, row, error.to_string()))
}

/// Writes JSON that a row is to hold.
fn json_text<T: serde::Serialize>(value: &T, table: &'static str, row: &str) -> Result<String, RegisterError> {
    serde_json::to_string(value).map_err(|error| inconsistent(table, row, error.to_string()))
}

fn inconsistent(table: &'static str, row: &str, problem: impl Into<String>) -> RegisterError {
    RegisterError::Inconsistent { table, row: row.to_owned(), problem: problem.into() }
}

/// An act that must change one row and did not: the register is not as the act supposes.
fn expect_one(done: &sqlx::sqlite::SqliteQueryResult, table: &'static str, row: &str) -> Result<(), RegisterError> {
    match done.rows_affected() {
        1 => Ok(()),
        count => Err(inconsistent(table, row, format!("{count} rows were changed where one was to be"))),
    }
}
