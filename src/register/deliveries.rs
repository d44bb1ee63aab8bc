//! How issuances travel. Issued and sent are two facts: a delivery moves on, what was issued does not change.

use chrono::{DateTime, Utc};

use super::{Act, Issuance, Register, RegisterError};
use crate::case::clock::stamp;

/// An issuance on its way.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Delivery {
    /// The letter.
    pub letter: String,
    /// The issuance's number.
    pub number: i64,
    /// The case reference.
    pub case_reference: String,
    /// How often sending was tried.
    pub attempts: i64,
    /// SHA-256 of the PDF.
    pub sha256: String,
    /// The mailing date.
    pub date: String,
    /// Whether the case has events that the letter's verdict has not seen.
    pub unseen: bool,
}

/// A delivery as the register holds it.
#[derive(Debug, Clone, serde::Serialize, sqlx::FromRow)]
pub struct DeliveryRow {
    /// The letter.
    pub letter: String,
    /// The issuance's number.
    pub number: i64,
    /// `print` or `email`.
    pub channel: String,
    /// The mailing date.
    pub date: String,
    /// `waiting`, `sent`, `failed` or `recalled`.
    pub state: String,
    /// How often sending was tried.
    pub attempts: i64,
    /// The print run.
    pub run: Option<String>,
    /// The e-mail's Message-ID.
    pub message_id: Option<String>,
    /// Why it was not sent, or not yet.
    pub problem: Option<String>,
    /// When it was sent, UTC.
    pub sent_at: Option<String>,
}

macro_rules! select_deliveries {
    ($rest:literal) => {
        concat!(
            "SELECT d.letter, d.number, l.case_reference, d.attempts, i.sha256, d.date, EXISTS ",
            "(SELECT 1 FROM events e WHERE (e.case_reference = l.case_reference OR e.person = l.party) AND e.sequence > l.considered) AS unseen ",
            "FROM deliveries d JOIN letters l ON l.id = d.letter ",
            "JOIN issuances i ON i.letter = d.letter AND i.number = d.number ",
            $rest
        )
    };
}

impl Act {
    /// Sets an issuance on its way, due at an instant.
    pub async fn post(&mut self, issuance: &Issuance, channel: &str, due: DateTime<Utc>) -> Result<(), RegisterError> {
        sqlx::query(
            "INSERT INTO deliveries (letter, number, channel, date, state, due_at) VALUES ($1, $2, $3, $4, 'waiting', $5)",
        )
        .bind(&issuance.letter)
        .bind(issuance.number)
        .bind(channel)
        .bind(&issuance.date)
        .bind(stamp(due))
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Counts an attempt at sending, before it is made. False, and nothing is counted, where the delivery no longer waits or
    /// the case has events that the letter's verdict has not seen.
    pub async fn count_delivery(&mut self, delivery: &Delivery) -> Result<bool, RegisterError> {
        let counted = sqlx::query(
            "UPDATE deliveries SET attempts = attempts + 1 \
             WHERE letter = $1 AND number = $2 AND state = 'waiting' AND NOT EXISTS \
             (SELECT 1 FROM letters l JOIN events e ON e.case_reference = l.case_reference OR e.person = l.party \
              WHERE l.id = $1 AND e.sequence > l.considered)",
        )
        .bind(&delivery.letter)
        .bind(delivery.number)
        .execute(&mut *self.transaction)
        .await?;
        Ok(counted.rows_affected() == 1)
    }

    /// The delivery was handed over as this message. False where it was no longer waiting.
    pub async fn mailed(
        &mut self,
        delivery: &Delivery,
        message_id: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, RegisterError> {
        let sent = sqlx::query(
            "UPDATE deliveries SET state = 'sent', message_id = $3, sent_at = $4, problem = NULL \
             WHERE letter = $1 AND number = $2 AND state = 'waiting'",
        )
        .bind(&delivery.letter)
        .bind(delivery.number)
        .bind(message_id)
        .bind(stamp(now))
        .execute(&mut *self.transaction)
        .await?;
        Ok(sent.rows_affected() == 1)
    }

    /// The delivery is tried again at an instant.
    pub async fn postpone(
        &mut self,
        delivery: &Delivery,
        due: DateTime<Utc>,
        problem: &str,
    ) -> Result<(), RegisterError> {
        sqlx::query(
            "UPDATE deliveries SET due_at = $3, problem = $4 WHERE letter = $1 AND number = $2 AND state = 'waiting'",
        )
        .bind(&delivery.letter)
        .bind(delivery.number)
        .bind(stamp(due))
        .bind(problem)
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// The delivery ends without being sent: `failed`, or `recalled` with its letter. False where it was no longer waiting, or
    /// belongs to a print run by now.
    pub async fn end_delivery(
        &mut self,
        delivery: &Delivery,
        state: &'static str,
        problem: &str,
    ) -> Result<bool, RegisterError> {
        let ended = sqlx::query(
            "UPDATE deliveries SET state = $3, problem = $4 \
             WHERE letter = $1 AND number = $2 AND state = 'waiting' AND run IS NULL",
        )
        .bind(&delivery.letter)
        .bind(delivery.number)
        .bind(state)
        .bind(problem)
        .execute(&mut *self.transaction)
        .await?;
        Ok(ended.rows_affected() == 1)
    }
}

impl Register {
    /// The delivery of a letter that waits, if one does and no closing run holds it.
    pub async fn waiting_delivery(&self, letter: &str) -> Result<Option<Delivery>, RegisterError> {
        let sql = select_deliveries!("WHERE d.letter = $1 AND d.state = 'waiting' AND d.run IS NULL");
        Ok(sqlx::query_as(sql).bind(letter).fetch_optional(&self.reader).await?)
    }

    /// The deliveries of one letter, oldest first.
    pub async fn deliveries_of(&self, letter: &str) -> Result<Vec<DeliveryRow>, RegisterError> {
        Ok(sqlx::query_as(
            "SELECT letter, number, channel, date, state, attempts, run, message_id, problem, sent_at FROM deliveries \
             WHERE letter = $1 ORDER BY number",
        )
        .bind(letter)
        .fetch_all(&self.reader)
        .await?)
    }

    /// E-mails whose time has come.
    pub async fn due_emails(&self, now: DateTime<Utc>, limit: i64) -> Result<Vec<Delivery>, RegisterError> {
        let sql = select_deliveries!(
            "WHERE d.state = 'waiting' AND d.channel = 'email' AND d.due_at <= $1 ORDER BY d.due_at, d.letter LIMIT $2"
        );
        Ok(sqlx::query_as(sql).bind(stamp(now)).bind(limit).fetch_all(&self.reader).await?)
    }

    /// Printed letters that wait for no run yet, and either have missed their date, which is before `today`, or are promised to
    /// the run's date and have unseen events.
    pub async fn doubtful_pieces(&self, date: &str, today: &str) -> Result<Vec<Delivery>, RegisterError> {
        let sql = select_deliveries!(
            "WHERE d.state = 'waiting' AND d.channel = 'print' AND d.run IS NULL AND (d.date < $2 OR (d.date = $1 AND \
             EXISTS (SELECT 1 FROM events e WHERE (e.case_reference = l.case_reference OR e.person = l.party) AND e.sequence > l.considered))) \
             ORDER BY d.letter"
        );
        Ok(sqlx::query_as(sql).bind(date).bind(today).fetch_all(&self.reader).await?)
    }
}
