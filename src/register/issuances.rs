//! What was made of letters. An issuance never changes.

use chrono::{DateTime, Utc};

use super::{Act, Kept, Reader, RegisterError, expect_one};
use crate::case::{Day, LetterId, Sha256, Stamp, Times};

/// What was made of a letter: the archived PDF and all that it was made with.
#[derive(Debug, Clone, serde::Serialize, sqlx::FromRow)]
pub struct Issuance {
    /// The letter.
    pub letter: LetterId,
    /// 1 for the first; a letter set again under a new date gets the next.
    pub number: i64,
    /// The date on the letter: its mailing date.
    pub date: Day,
    /// When it was issued.
    pub issued_at: Stamp,
    /// The hash of the PDF.
    pub sha256: Sha256,
    /// Size of the PDF in bytes.
    pub bytes: i64,
    /// Pages of the PDF.
    pub pages: i64,
    /// The letter type's version.
    pub type_version: String,
    /// The hash of the letter type: its own files, the house and the programs. Empty for one of before it was kept.
    pub type_hash: Sha256,
    /// The hash of all letter templates.
    pub catalogue_hash: Sha256,
    /// The hash of the fonts.
    pub fonts_hash: Sha256,
    /// The typst version.
    pub typst_version: String,
    /// The times that it gave its reader; absent before they were kept.
    pub times: Option<Times>,
}

impl Act {
    /// Records an issuance, what is kept with it, and the letter's newest number.
    pub async fn issue(&mut self, issuance: &Issuance, kept: &Kept) -> Result<(), RegisterError> {
        sqlx::query(
            "INSERT INTO issuances (letter, number, date, issued_at, sha256, bytes, pages, type_version, \
             catalogue_hash, fonts_hash, typst_version, type_hash, times) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        )
        .bind(&issuance.letter)
        .bind(issuance.number)
        .bind(issuance.date)
        .bind(issuance.issued_at)
        .bind(&issuance.sha256)
        .bind(issuance.bytes)
        .bind(issuance.pages)
        .bind(&issuance.type_version)
        .bind(&issuance.catalogue_hash)
        .bind(&issuance.fonts_hash)
        .bind(&issuance.typst_version)
        .bind(&issuance.type_hash)
        .bind(&issuance.times)
        .execute(&mut *self.transaction)
        .await?;
        self.keep(issuance, kept).await?;
        let set = sqlx::query("UPDATE letters SET issuance = $2, day = $3 WHERE id = $1")
            .bind(&issuance.letter)
            .bind(issuance.number)
            .bind(issuance.date)
            .execute(&mut *self.transaction)
            .await?;
        expect_one(&set, "letters", &issuance.letter)
    }
}

/// How many letters of a type were issued and sent in a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// The letter type's key.
    pub letter_type: String,
    /// How many were issued.
    pub issued: i64,
    /// How many were sent.
    pub sent: i64,
}

macro_rules! select_issuances {
    ($rest:literal) => {
        concat!(
            "SELECT letter, number, date, issued_at, sha256, bytes, pages, type_version, type_hash, catalogue_hash, \
             fonts_hash, typst_version, times FROM issuances ",
            $rest
        )
    };
}

impl Reader {
    /// The newest issuance of a letter.
    pub async fn issuance(&self, letter: &LetterId) -> Result<Option<Issuance>, RegisterError> {
        let sql = select_issuances!("WHERE letter = $1 ORDER BY number DESC LIMIT 1");
        Ok(sqlx::query_as(sql).bind(letter).fetch_optional(&self.pool).await?)
    }

    /// Whether a letter was ever issued with these bytes.
    pub async fn is_issued(&self, letter: &LetterId, sha256: &Sha256) -> Result<bool, RegisterError> {
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM issuances WHERE letter = $1 AND sha256 = $2")
            .bind(letter)
            .bind(sha256)
            .fetch_one(&self.pool)
            .await?;
        Ok(count > 0)
    }

    /// Issuances after a key, in order: the way through all of them in pieces.
    pub async fn issuances_after(&self, letter: &str, number: i64, limit: i64) -> Result<Vec<Issuance>, RegisterError> {
        let sql =
            select_issuances!("WHERE letter > $1 OR (letter = $1 AND number > $2) ORDER BY letter, number LIMIT $3");
        Ok(sqlx::query_as(sql).bind(letter).bind(number).bind(limit).fetch_all(&self.pool).await?)
    }

    /// How many letters of each type were issued, and how many were sent, from one instant until another.
    pub async fn tally_between(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<Vec<Tally>, RegisterError> {
        let rows: Vec<(String, i64, i64)> = sqlx::query_as(
            "SELECT letter_type, sum(issued), sum(sent) FROM ( \
             SELECT l.letter_type, 1 AS issued, 0 AS sent FROM issuances i JOIN letters l ON l.id = i.letter \
             WHERE i.issued_at >= $1 AND i.issued_at < $2 UNION ALL \
             SELECT l.letter_type, 0, 1 FROM deliveries d JOIN letters l ON l.id = d.letter \
             WHERE d.state = $3 AND d.sent_at >= $1 AND d.sent_at < $2) AS counted GROUP BY letter_type",
        )
        .bind(Stamp::from(from))
        .bind(Stamp::from(until))
        .bind(crate::case::DeliveryState::Sent)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(|(letter_type, issued, sent)| Tally { letter_type, issued, sent }).collect())
    }
}
