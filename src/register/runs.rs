//! Print runs: one a mailing date.

use chrono::{DateTime, Utc};

use super::{Act, Register, RegisterError};
use crate::case::clock::stamp;

/// A print run.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct RunRow {
    /// Its mailing date, which is its key.
    pub date: String,
    /// `closing` while its files are made, then `closed`.
    pub state: String,
    /// When it was closed, UTC.
    pub closed_at: Option<String>,
    /// Its control totals as JSON.
    pub totals: Option<String>,
}

/// A letter in a print run.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Piece {
    /// The letter.
    pub letter: String,
    /// The issuance's number.
    pub number: i64,
    /// The case reference.
    pub case_reference: String,
    /// The letter type's key.
    pub letter_type: String,
    /// `en`, `fr` or `unknown`.
    pub language: String,
    /// SHA-256 of the PDF.
    pub sha256: String,
    /// Pages of the PDF.
    pub pages: i64,
    /// The mailing date.
    pub date: String,
}

impl Act {
    /// Opens the run of a date and gives it every waiting piece of that date, once. False where a piece has events that its
    /// verdict has not seen: then nothing is done.
    pub async fn open_run(&mut self, date: &str, now: DateTime<Utc>) -> Result<bool, RegisterError> {
        let unseen: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM deliveries d JOIN letters l ON l.id = d.letter \
             WHERE d.state = 'waiting' AND d.channel = 'print' AND d.run IS NULL AND d.date = $1 AND EXISTS \
             (SELECT 1 FROM events e WHERE (e.case_reference = l.case_reference OR e.person = l.party) AND e.sequence > l.considered)",
        )
        .bind(date)
        .fetch_one(&mut *self.transaction)
        .await?;
        if unseen > 0 {
            return Ok(false);
        }
        let opened = sqlx::query(
            "INSERT INTO runs (date, state, opened_at) VALUES ($1, 'closing', $2) ON CONFLICT (date) DO NOTHING",
        )
        .bind(date)
        .bind(stamp(now))
        .execute(&mut *self.transaction)
        .await?;
        if opened.rows_affected() == 1 {
            sqlx::query(
                "UPDATE deliveries SET run = $1 \
                 WHERE state = 'waiting' AND channel = 'print' AND run IS NULL AND date = $1",
            )
            .bind(date)
            .execute(&mut *self.transaction)
            .await?;
        }
        Ok(true)
    }

    /// Whether a date's run has been opened, so that nothing more can join it.
    pub async fn run_is_open_or_closed(&mut self, date: &str) -> Result<bool, RegisterError> {
        let found: i64 = sqlx::query_scalar("SELECT count(*) FROM runs WHERE date = $1")
            .bind(date)
            .fetch_one(&mut *self.transaction)
            .await?;
        Ok(found > 0)
    }

    /// Opens again what an interrupted closing had gathered: its letters wait once more, and the run is as if never begun.
    pub async fn release_run(&mut self, date: &str) -> Result<(), RegisterError> {
        sqlx::query("UPDATE deliveries SET run = NULL WHERE run = $1 AND state = 'waiting'")
            .bind(date)
            .execute(&mut *self.transaction)
            .await?;
        sqlx::query("DELETE FROM runs WHERE date = $1 AND state = 'closing'")
            .bind(date)
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }

    /// Closes a run and marks its pieces as sent. False where it was closed before.
    pub async fn close_run(&mut self, date: &str, totals: &str, now: DateTime<Utc>) -> Result<bool, RegisterError> {
        let closed = sqlx::query(
            "UPDATE runs SET state = 'closed', closed_at = $2, totals = $3 WHERE date = $1 AND state = 'closing'",
        )
        .bind(date)
        .bind(stamp(now))
        .bind(totals)
        .execute(&mut *self.transaction)
        .await?;
        if closed.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query("UPDATE deliveries SET state = 'sent', sent_at = $2 WHERE run = $1 AND state = 'waiting'")
            .bind(date)
            .bind(stamp(now))
            .execute(&mut *self.transaction)
            .await?;
        Ok(true)
    }
}

impl Register {
    /// The run of a date.
    pub async fn run(&self, date: &str) -> Result<Option<RunRow>, RegisterError> {
        Ok(sqlx::query_as("SELECT date, state, closed_at, totals FROM runs WHERE date = $1")
            .bind(date)
            .fetch_optional(&self.reader)
            .await?)
    }

    /// All runs, newest first.
    pub async fn runs(&self, limit: i64) -> Result<Vec<RunRow>, RegisterError> {
        Ok(sqlx::query_as("SELECT date, state, closed_at, totals FROM runs ORDER BY date DESC LIMIT $1")
            .bind(limit)
            .fetch_all(&self.reader)
            .await?)
    }

    /// The pieces of a run, in the order in which they are printed.
    pub async fn pieces(&self, date: &str) -> Result<Vec<Piece>, RegisterError> {
        Ok(sqlx::query_as(
            "SELECT d.letter, d.number, l.case_reference, l.letter_type, l.language, i.sha256, i.pages, d.date \
             FROM deliveries d JOIN letters l ON l.id = d.letter \
             JOIN issuances i ON i.letter = d.letter AND i.number = d.number WHERE d.run = $1 \
             AND d.state IN ('waiting', 'sent') ORDER BY d.letter",
        )
        .bind(date)
        .fetch_all(&self.reader)
        .await?)
    }
}
