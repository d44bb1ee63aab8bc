//! What is kept with issued letters: what they were set from, and their words in other forms.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use super::{Act, Issuance, Reader, RegisterError, inconsistent, json, json_text};
use crate::case::{CoveringMail, LetterId, Reading, Sha256};

/// The largest source that is read back, in bytes.
const MAX_SOURCE_BYTES: u64 = 64 << 20;

/// What an issuance was set from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptSource {
    /// The hash of the house's files.
    pub house: Sha256,
    /// The contents of `/main.typ`.
    pub main: String,
    /// The contents of `/footer.typ`; none for a letter of before it was a file of its own.
    pub footer: Option<String>,
}

/// What is kept with an issuance: its source, and its words in other forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// What it was set from.
    pub source: KeptSource,
    /// Its words for a screen reader, where they are wanted.
    pub reading: Option<Reading>,
    /// Its covering mail, where it goes by e-mail; none for a letter of before mails were kept.
    pub mail: Option<CoveringMail>,
}

impl Kept {
    /// The hash of all of it, by which register and case file agree.
    pub fn hash(&self) -> Sha256 {
        let KeptSource { house, main, footer } = &self.source;
        Sha256::of(serde_json::json!([house, main, footer, self.reading, self.mail]).to_string().as_bytes())
    }
}

impl Act {
    /// Keeps the house's files under their hash.
    pub async fn keep_house(&mut self, hash: &Sha256, files: &BTreeMap<String, Vec<u8>>) -> Result<(), RegisterError> {
        let kept = sqlx::query("INSERT INTO houses (hash) VALUES ($1) ON CONFLICT (hash) DO NOTHING")
            .bind(hash)
            .execute(&mut *self.transaction)
            .await?;
        if kept.rows_affected() == 0 {
            return Ok(());
        }
        for (name, bytes) in files {
            sqlx::query(
                "INSERT INTO house_files (house, name, bytes) VALUES ($1, $2, $3) ON CONFLICT (house, name) DO NOTHING",
            )
            .bind(hash)
            .bind(name)
            .bind(bytes.as_slice())
            .execute(&mut *self.transaction)
            .await?;
        }
        Ok(())
    }

    /// Keeps what belongs to an issuance. Its house must be kept already.
    pub(super) async fn keep(&mut self, issuance: &Issuance, kept: &Kept) -> Result<(), RegisterError> {
        let place = format!("{}/{}", issuance.letter, issuance.number);
        let reading = kept.reading.as_ref().map(|reading| json_text(reading, "sources", &place)).transpose()?;
        let mail = kept.mail.as_ref().map(|mail| json_text(mail, "sources", &place)).transpose()?;
        sqlx::query(
            "INSERT INTO sources (letter, number, house, source, footer, reading, mail) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&issuance.letter)
        .bind(issuance.number)
        .bind(&kept.source.house)
        .bind(deflated(&kept.source.main))
        .bind(kept.source.footer.as_deref().map(deflated))
        .bind(reading.as_deref().map(deflated))
        .bind(mail.as_deref().map(deflated))
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    house: Sha256,
    source: Vec<u8>,
    footer: Option<Vec<u8>>,
    reading: Option<Vec<u8>>,
    mail: Option<Vec<u8>>,
}

impl Reader {
    /// What is kept with an issuance; `None` for one of before it was kept.
    pub async fn kept(&self, letter: &LetterId, number: i64) -> Result<Option<Kept>, RegisterError> {
        let sql = "SELECT house, source, footer, reading, mail FROM sources WHERE letter = $1 AND number = $2";
        let row: Option<Row> = sqlx::query_as(sql).bind(letter).bind(number).fetch_optional(&self.pool).await?;
        let Some(row) = row else { return Ok(None) };
        let place = format!("{letter}/{number}");
        let text = |bytes: Option<Vec<u8>>| bytes.map(|bytes| inflated(&bytes, &place)).transpose();
        let (footer, reading, mail) = (text(row.footer)?, text(row.reading)?, text(row.mail)?);
        Ok(Some(Kept {
            source: KeptSource { house: row.house, main: inflated(&row.source, &place)?, footer },
            reading: reading.map(|text| json(&text, "sources", &place)).transpose()?,
            mail: mail.map(|text| json(&text, "sources", &place)).transpose()?,
        }))
    }

    /// The house's files by name, as they were under this hash.
    pub async fn house(&self, hash: &Sha256) -> Result<Option<BTreeMap<String, Vec<u8>>>, RegisterError> {
        let sql = "SELECT f.name, f.bytes FROM house_files f JOIN houses h ON h.hash = f.house WHERE h.hash = $1";
        let files: Vec<(String, Vec<u8>)> = sqlx::query_as(sql).bind(hash).fetch_all(&self.pool).await?;
        Ok((!files.is_empty()).then(|| files.into_iter().collect()))
    }

    /// The hashes of all houses that are kept, or that a letter was set with.
    pub async fn houses(&self) -> Result<Vec<Sha256>, RegisterError> {
        let sql =
            "SELECT hash FROM houses UNION SELECT house FROM house_files UNION SELECT house FROM sources ORDER BY 1";
        Ok(sqlx::query_scalar(sql).fetch_all(&self.pool).await?)
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
    read.map(|_| text).map_err(|error| inconsistent("sources", place, error.to_string()))
}
