//! How issuances travel. Issued and sent are two facts: a delivery moves on, what was issued does not change.

use super::cases::unseen;
use super::{Act, Issuance, Reader, RegisterError};
use crate::case::{CaseRef, Channel, Day, DeliveryState, LetterId, RunId, Sha256, Stamp};

/// An issuance on its way.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Delivery {
    /// The letter.
    pub letter: LetterId,
    /// The issuance's number.
    pub number: i64,
    /// The case.
    pub case_reference: CaseRef,
    /// How often sending was tried.
    pub attempts: i64,
    /// The hash of the PDF.
    pub sha256: Sha256,
    /// The mailing date.
    pub date: Day,
    /// Whether the case or the person has events that the letter's verdict has not seen.
    pub unseen: bool,
}

/// A delivery as the register holds it.
#[derive(Debug, Clone, serde::Serialize, sqlx::FromRow)]
pub struct DeliveryRow {
    /// The letter.
    pub letter: LetterId,
    /// The issuance's number.
    pub number: i64,
    /// How.
    pub channel: Channel,
    /// The mailing date.
    pub date: Day,
    /// How far it has come.
    pub state: DeliveryState,
    /// How often sending was tried.
    pub attempts: i64,
    /// The print run.
    pub run: Option<RunId>,
    /// Its piece in the run.
    pub piece: Option<i64>,
    /// The e-mail's Message-ID.
    pub message_id: Option<String>,
    /// Why it was not sent, or not yet.
    pub problem: Option<String>,
    /// When it leaves at the earliest.
    pub due_at: Stamp,
    /// When it was sent.
    pub sent_at: Option<Stamp>,
}

macro_rules! select_deliveries {
    ($($rest:tt)+) => {
        concat!(
            "SELECT d.letter, d.number, l.case_reference, d.attempts, i.sha256, d.date, ",
            unseen!(),
            " AS unseen FROM deliveries d JOIN letters l ON l.id = d.letter ",
            "JOIN issuances i ON i.letter = d.letter AND i.number = d.number ",
            $($rest)+
        )
    };
}

/// That no print run has the delivery.
macro_rules! in_no_run {
    () => {
        "NOT EXISTS (SELECT 1 FROM pieces p WHERE p.letter = d.letter AND p.issuance = d.number)"
    };
}
pub(super) use in_no_run;

impl Act {
    /// Sets an issuance on its way, due at an instant.
    pub async fn post(&mut self, issuance: &Issuance, channel: Channel, due_at: Stamp) -> Result<(), RegisterError> {
        sqlx::query(
            "INSERT INTO deliveries (letter, number, channel, date, state, due_at) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&issuance.letter)
        .bind(issuance.number)
        .bind(channel)
        .bind(issuance.date)
        .bind(DeliveryState::Waiting)
        .bind(due_at)
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Counts an attempt at sending, before it is made. False, and nothing is counted, where the delivery no longer waits or the
    /// letter's verdict has not seen everything.
    pub async fn count_attempt(&mut self, delivery: &Delivery) -> Result<bool, RegisterError> {
        let counted = sqlx::query(concat!(
            "UPDATE deliveries SET attempts = attempts + 1 WHERE letter = $1 AND number = $2 AND state = $3 AND NOT EXISTS \
             (SELECT 1 FROM letters l WHERE l.id = $1 AND ",
            unseen!(),
            ")"
        ))
        .bind(&delivery.letter)
        .bind(delivery.number)
        .bind(DeliveryState::Waiting)
        .execute(&mut *self.transaction)
        .await?;
        Ok(counted.rows_affected() == 1)
    }

    /// The delivery was handed over as this message. False where it was no longer waiting.
    pub async fn set_mailed(&mut self, delivery: &Delivery, message_id: &str) -> Result<bool, RegisterError> {
        let sent = sqlx::query(
            "UPDATE deliveries SET state = $3, message_id = $4, sent_at = $5, problem = NULL \
             WHERE letter = $1 AND number = $2 AND state = $6",
        )
        .bind(&delivery.letter)
        .bind(delivery.number)
        .bind(DeliveryState::Sent)
        .bind(message_id)
        .bind(self.now())
        .bind(DeliveryState::Waiting)
        .execute(&mut *self.transaction)
        .await?;
        Ok(sent.rows_affected() == 1)
    }

    /// The delivery is tried again at an instant. False where it was no longer waiting.
    pub async fn postpone(&mut self, delivery: &Delivery, due: Stamp, problem: &str) -> Result<bool, RegisterError> {
        let postponed = sqlx::query(
            "UPDATE deliveries SET due_at = $3, problem = $4 WHERE letter = $1 AND number = $2 AND state = $5",
        )
        .bind(&delivery.letter)
        .bind(delivery.number)
        .bind(due)
        .bind(problem)
        .bind(DeliveryState::Waiting)
        .execute(&mut *self.transaction)
        .await?;
        Ok(postponed.rows_affected() == 1)
    }

    /// The delivery ends without being sent: failed, or recalled with its letter. False where it was no longer waiting, or belongs
    /// to a print run by now.
    pub async fn end_delivery(
        &mut self,
        delivery: &Delivery,
        state: DeliveryState,
        problem: &str,
    ) -> Result<bool, RegisterError> {
        let ended = sqlx::query(
            "UPDATE deliveries SET state = $3, problem = $4 WHERE letter = $1 AND number = $2 AND state = $5 \
             AND NOT EXISTS (SELECT 1 FROM pieces p WHERE p.letter = $1 AND p.issuance = $2)",
        )
        .bind(&delivery.letter)
        .bind(delivery.number)
        .bind(state)
        .bind(problem)
        .bind(DeliveryState::Waiting)
        .execute(&mut *self.transaction)
        .await?;
        Ok(ended.rows_affected() == 1)
    }
}

impl Reader {
    /// The delivery of a letter that waits, if one does and no closing run holds it.
    pub async fn waiting_delivery(&self, letter: &LetterId) -> Result<Option<Delivery>, RegisterError> {
        let sql = select_deliveries!("WHERE d.letter = $1 AND d.state = $2 AND ", in_no_run!());
        Ok(sqlx::query_as(sql).bind(letter).bind(DeliveryState::Waiting).fetch_optional(&self.pool).await?)
    }

    /// The deliveries of one letter, oldest first.
    pub async fn deliveries_of(&self, letter: &LetterId) -> Result<Vec<DeliveryRow>, RegisterError> {
        Ok(sqlx::query_as(
            "SELECT d.letter, d.number, d.channel, d.date, d.state, d.attempts, p.run, p.number AS piece, d.message_id, \
             d.problem, d.due_at, d.sent_at FROM deliveries d LEFT JOIN pieces p ON p.letter = d.letter AND p.issuance = d.number \
             WHERE d.letter = $1 ORDER BY d.number",
        )
        .bind(letter)
        .fetch_all(&self.pool)
        .await?)
    }

    /// E-mails whose time has come and that nobody is sending.
    pub async fn due_emails(&self, now: Stamp, limit: i64) -> Result<Vec<Delivery>, RegisterError> {
        let sql = select_deliveries!(
            "WHERE d.state = $1 AND d.channel = $2 AND d.due_at <= $3 \
             AND NOT EXISTS (SELECT 1 FROM claims WHERE subject = 'mail/' || d.letter) ORDER BY d.due_at, d.letter LIMIT $4"
        );
        let query = sqlx::query_as(sql).bind(DeliveryState::Waiting).bind(Channel::Email).bind(now).bind(limit);
        Ok(query.fetch_all(&self.pool).await?)
    }

    /// Printed letters that wait for no run yet, have unseen events and are not being worked.
    pub async fn unseen_pieces(&self, limit: i64) -> Result<Vec<Delivery>, RegisterError> {
        let sql = select_deliveries!(
            "WHERE d.state = $1 AND d.channel = $2 AND ",
            in_no_run!(),
            " AND ",
            unseen!(),
            " ORDER BY d.letter LIMIT $3"
        );
        let query = sqlx::query_as(sql).bind(DeliveryState::Waiting).bind(Channel::Print).bind(limit);
        Ok(query.fetch_all(&self.pool).await?)
    }

    /// Printed letters that wait for no run yet, and either have missed their date, which is before `today`, or are promised to
    /// the run's date.
    pub async fn waiting_pieces(&self, date: Day, today: Day) -> Result<Vec<Delivery>, RegisterError> {
        let sql = select_deliveries!(
            "WHERE d.state = $1 AND d.channel = $2 AND ",
            in_no_run!(),
            " AND (d.date < $4 OR d.date = $3) ORDER BY d.letter"
        );
        let query = sqlx::query_as(sql).bind(DeliveryState::Waiting).bind(Channel::Print).bind(date).bind(today);
        Ok(query.fetch_all(&self.pool).await?)
    }
}
