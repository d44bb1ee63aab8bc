//! What issued letters were set from.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use super::{Act, Issuance, Register, RegisterError, json};
use crate::case::Reading;

/// The largest source that is read back, in bytes.
const MAX_SOURCE_BYTES: u64 = 64 << 20;

/// What an issuance was set from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The hash of the house's typst files.
    pub house: String,
    /// The contents of `/main.typ`.
    pub main: String,
    /// Its words for a screen reader, where they are wanted.
    pub reading: Option<Reading>,
}

impl Act {
    /// Keeps the house's typst files under their hash.
    pub async fn keep_house(&mut self, hash: &str, files: &BTreeMap<String, String>) -> Result<(), RegisterError> {
        sqlx::query("INSERT INTO houses (hash, files) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING")
            .bind(hash)
            .bind(serde_json::json!(files).to_string())
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }

    /// Keeps what an issuance was set from. Its house must be kept already.
    pub(super) async fn keep_source(&mut self, issuance: &Issuance, source: &Source) -> Result<(), RegisterError> {
        let reading = source.reading.as_ref().map(|reading| deflated(&serde_json::json!(reading).to_string()));
        sqlx::query("INSERT INTO sources (letter, number, house, source, reading) VALUES ($1, $2, $3, $4, $5)")
            .bind(&issuance.letter)
            .bind(issuance.number)
            .bind(&source.house)
            .bind(deflated(&source.main))
            .bind(reading)
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }
}

impl Register {
    /// What an issuance was set from; `None` for one of before it was kept.
    pub async fn source(&self, letter: &str, number: i64) -> Result<Option<Source>, RegisterError> {
        let row: Option<(String, Vec<u8>, Option<Vec<u8>>)> =
            sqlx::query_as("SELECT house, source, reading FROM sources WHERE letter = $1 AND number = $2")
                .bind(letter)
                .bind(number)
                .fetch_optional(&self.reader)
                .await?;
        let Some((house, source, reading)) = row else { return Ok(None) };
        let place = format!("{letter}/{number}");
        let main = inflated(&source, &place)?;
        let reading = reading.map(|bytes| json(&inflated(&bytes, &place)?, "sources", &place)).transpose()?;
        Ok(Some(Source { house, main, reading }))
    }

    /// The house's typst files by name, as they were under this hash.
    pub async fn house(&self, hash: &str) -> Result<Option<BTreeMap<String, String>>, RegisterError> {
        let files: Option<String> = sqlx::query_scalar("SELECT files FROM houses WHERE hash = $1")
            .bind(hash)
            .fetch_optional(&self.reader)
            .await?;
        files.map(|files| json(&files, "houses", hash)).transpose()
    }
}

fn deflated(text: &str) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    written.expect("memory takes what is written to it")
}

fn inflated(bytes: &[u8], place: &str) -> Result<String, RegisterError> {
    let mut text = String::new();
    let read = ZlibDecoder::new(bytes).take(MAX_SOURCE_BYTES).read_to_string(&mut text);
    let bad = |error: std::io::Error| RegisterError::Inconsistent {
        table: "sources",
        row: place.to_owned(),
        problem: error.to_string(),
    };
    read.map(|_| text).map_err(bad)
}
