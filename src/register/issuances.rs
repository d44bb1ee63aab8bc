//! What was made of letters. An issuance never changes.

use chrono::{DateTime, Utc};

use super::{Act, Register, RegisterError, Source};
use crate::case::clock::stamp;

/// What was made of a letter: the archived PDF and all that it was made with.
#[derive(Debug, Clone, serde::Serialize, sqlx::FromRow)]
pub struct Issuance {
    /// The letter.
    pub letter: String,
    /// 1 for the first; a letter set again under a new date gets the next.
    pub number: i64,
    /// The date on the letter: its mailing date.
    pub date: String,
    /// When it was issued, UTC.
    pub issued_at: String,
    /// SHA-256 of the PDF.
    pub sha256: String,
    /// Size of the PDF in bytes.
    pub bytes: i64,
    /// Pages of the PDF.
    pub pages: i64,
    /// The letter type's version.
    pub type_version: String,
    /// The hash of the letter type: its own files, the house and the programs.
    pub type_hash: String,
    /// The hash of all letter templates.
    pub catalogue_hash: String,
    /// The hash of the fonts.
    pub fonts_hash: String,
    /// The typst version.
    pub typst_version: String,
}

impl Act {
    /// Records an issuance, what it was set from, and the letter's newest number.
    pub async fn issue(&mut self, issuance: &Issuance, source: &Source) -> Result<(), RegisterError> {
        sqlx::query(
            "INSERT INTO issuances (letter, number, date, issued_at, sha256, bytes, pages, type_version, \
             catalogue_hash, fonts_hash, typst_version, type_hash) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(&issuance.letter)
        .bind(issuance.number)
        .bind(&issuance.date)
        .bind(&issuance.issued_at)
        .bind(&issuance.sha256)
        .bind(issuance.bytes)
        .bind(issuance.pages)
        .bind(&issuance.type_version)
        .bind(&issuance.catalogue_hash)
        .bind(&issuance.fonts_hash)
        .bind(&issuance.typst_version)
        .bind(&issuance.type_hash)
        .execute(&mut *self.transaction)
        .await?;
        self.keep_source(issuance, source).await?;
        sqlx::query("UPDATE letters SET issuance = $2 WHERE id = $1")
            .bind(&issuance.letter)
            .bind(issuance.number)
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }
}

impl Register {
    /// The newest issuance of a letter.
    pub async fn issuance(&self, letter: &str) -> Result<Option<Issuance>, RegisterError> {
        Ok(sqlx::query_as("SELECT * FROM issuances WHERE letter = $1 ORDER BY number DESC LIMIT 1")
            .bind(letter)
            .fetch_optional(&self.reader)
            .await?)
    }

    /// Whether a letter was ever issued with these bytes.
    pub async fn is_issued(&self, letter: &str, sha256: &str) -> Result<bool, RegisterError> {
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM issuances WHERE letter = $1 AND sha256 = $2")
            .bind(letter)
            .bind(sha256)
            .fetch_one(&self.reader)
            .await?;
        Ok(count > 0)
    }

    /// Issuances after a key, in order: the way through all of them in pieces.
    pub async fn issuances_after(&self, letter: &str, number: i64, limit: i64) -> Result<Vec<Issuance>, RegisterError> {
        Ok(sqlx::query_as(
            "SELECT * FROM issuances WHERE letter > $1 OR (letter = $1 AND number > $2) ORDER BY letter, number LIMIT $3",
        )
        .bind(letter)
        .bind(number)
        .bind(limit)
        .fetch_all(&self.reader)
        .await?)
    }

    /// How many letters of each type were issued, and how many were sent, from one instant until another.
    pub async fn tally_between(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<(String, &'static str, i64)>, RegisterError> {
        let issued = "SELECT l.letter_type, count(*) FROM issuances i JOIN letters l ON l.id = i.letter \
                      WHERE i.issued_at >= $1 AND i.issued_at < $2 GROUP BY 1";
        let sent = "SELECT l.letter_type, count(*) FROM deliveries d JOIN letters l ON l.id = d.letter \
                    WHERE d.state = 'sent' AND d.sent_at >= $1 AND d.sent_at < $2 GROUP BY 1";
        let mut tally = Vec::new();
        for (name, sql) in [("issued", issued), ("sent", sent)] {
            let counts: Vec<(String, i64)> =
                sqlx::query_as(sql).bind(stamp(from)).bind(stamp(until)).fetch_all(&self.reader).await?;
            tally.extend(counts.into_iter().map(|(letter_type, count)| (letter_type, name, count)));
        }
        Ok(tally)
    }
}
