//! The case file: reading it, and the chain that holds its entries together.

use serde_json::Value;
use sqlx::{Sqlite, Transaction};

use super::{Reader, RegisterError, inconsistent, json, json_text};
use crate::case::{Actor, CaseRef, Entry, EntryKind, FiledEntry, LetterId, Sha256, Stamp};

/// An entry as it is stored, with all that its chain is made of.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ChainedEntry {
    /// Its place in the order of all entries.
    pub sequence: i64,
    /// The case.
    pub case_reference: CaseRef,
    /// Its place in the case file, from 1.
    pub number: i64,
    /// 1 for the one chain of all cases, as it was; 2 for a chain of the case's own.
    pub version: i64,
    /// When.
    pub at: String,
    /// Who, as JSON; absent in version 1.
    pub actor: Option<String>,
    /// The kind.
    pub kind: String,
    /// The event that it concerns, by its place in the register.
    pub event: Option<i64>,
    /// The letter that it concerns.
    pub letter: Option<String>,
    /// What belongs to it, as JSON.
    pub detail: String,
    /// The chain up to it.
    pub chain: String,
}

/// What a link of a case's chain is made of: the very texts that are stored.
#[derive(Debug, Clone, Copy)]
pub struct Link<'l> {
    /// The case.
    pub case: &'l str,
    /// Its place in the case file.
    pub number: i64,
    /// When.
    pub at: &'l str,
    /// Who, as JSON.
    pub actor: &'l str,
    /// The kind.
    pub kind: &'l str,
    /// The event that it concerns.
    pub event: Option<i64>,
    /// The letter that it concerns.
    pub letter: Option<&'l str>,
    /// What belongs to it, as JSON.
    pub detail: &'l str,
}

impl Link<'_> {
    /// The chain after the link: SHA-256 over its version, the chain before it and all that is stored of it, each with its length.
    /// What is absent is chained as an empty text, which no event and no letter is.
    pub fn after(&self, before: &str) -> String {
        let (number, event) = (self.number.to_string(), self.event.map(|event| event.to_string()).unwrap_or_default());
        let letter = self.letter.unwrap_or_default();
        hash_of_parts(&["2", before, self.case, &number, self.at, self.actor, self.kind, &event, letter, self.detail])
    }
}

impl ChainedEntry {
    /// The chain after the entry, by the form of its version.
    pub fn after(&self, before: &str) -> String {
        // Absent is chained as empty; an actor that is absent from version 2 was taken away, and the chain shows it.
        let letter = self.letter.as_deref().unwrap_or_default();
        if self.version == 1 {
            let event = self.event.map(|event| event.to_string()).unwrap_or_default();
            return hash_of_parts(&[before, &self.case_reference, &self.at, &self.kind, &event, letter, &self.detail]);
        }
        let link = Link {
            case: &self.case_reference,
            number: self.number,
            at: &self.at,
            actor: self.actor.as_deref().unwrap_or_default(),
            kind: &self.kind,
            event: self.event,
            letter: self.letter.as_deref(),
            detail: &self.detail,
        };
        link.after(before)
    }

    /// The entry as it is read.
    pub fn read(&self) -> Result<FiledEntry, RegisterError> {
        let place = self.sequence.to_string();
        let bad = |problem: String| inconsistent("entries", &place, problem);
        let actor: Option<Actor> = self.actor.as_deref().map(|text| json(text, "entries", &place)).transpose()?;
        let detail: Value = json(&self.detail, "entries", &place)?;
        let said = serde_json::json!({"kind": self.kind, "detail": detail});
        Ok(FiledEntry {
            sequence: self.sequence,
            case: self.case_reference.clone(),
            at: self.at.parse::<Stamp>().map_err(|error| bad(error.to_string()))?,
            actor,
            letter: self.letter.clone().map(LetterId::new),
            entry: serde_json::from_value(said).map_err(|error| bad(error.to_string()))?,
        })
    }
}

pub(super) fn hash_of_parts(parts: &[&str]) -> String {
    let parts: Vec<String> = parts.iter().map(|part| format!("{}:{part}", part.len())).collect();
    Sha256::of(parts.concat().as_bytes()).to_string()
}

/// An entry's kind and its detail as JSON text.
pub(super) fn split(entry: &Entry, place: &str) -> Result<(&'static str, String), RegisterError> {
    let mut said = serde_json::to_value(entry).map_err(|error| inconsistent("entries", place, error.to_string()))?;
    Ok((EntryKind::from(entry).as_str(), said["detail"].take().to_string()))
}

/// Where every case's chain of version 2 begins: at the end of the one chain of before, or at nothing.
pub(super) async fn genesis(transaction: &mut Transaction<'static, Sqlite>) -> Result<String, RegisterError> {
    Ok(sqlx::query_scalar("SELECT value FROM settings WHERE name = 'chain'").fetch_one(&mut **transaction).await?)
}

macro_rules! select_entries {
    ($rest:literal) => {
        concat!(
            "SELECT sequence, case_reference, number, version, at, actor, kind, event, letter, detail, chain FROM entries ",
            $rest
        )
    };
}

pub(super) use select_entries;

impl Reader {
    /// Where every case's chain of version 2 begins.
    pub async fn genesis(&self) -> Result<String, RegisterError> {
        Ok(sqlx::query_scalar("SELECT value FROM settings WHERE name = 'chain'").fetch_one(&self.pool).await?)
    }

    /// Entries after a sequence, in order: the way through all of them in pieces.
    pub async fn entries_after(&self, sequence: i64, limit: i64) -> Result<Vec<ChainedEntry>, RegisterError> {
        let sql = select_entries!("WHERE sequence > $1 ORDER BY sequence LIMIT $2");
        Ok(sqlx::query_as(sql).bind(sequence).bind(limit).fetch_all(&self.pool).await?)
    }

    /// The entries of a case, in the order in which things were done.
    pub async fn entries_of_case(&self, case: &CaseRef) -> Result<Vec<FiledEntry>, RegisterError> {
        let sql = select_entries!("WHERE case_reference = $1 ORDER BY number");
        let rows: Vec<ChainedEntry> = sqlx::query_as(sql).bind(case).fetch_all(&self.pool).await?;
        rows.iter().map(ChainedEntry::read).collect()
    }

    /// The entries that concern one letter.
    pub async fn entries_of_letter(&self, letter: &LetterId) -> Result<Vec<FiledEntry>, RegisterError> {
        let sql = select_entries!("WHERE letter = $1 ORDER BY number");
        let rows: Vec<ChainedEntry> = sqlx::query_as(sql).bind(letter).fetch_all(&self.pool).await?;
        rows.iter().map(ChainedEntry::read).collect()
    }

    /// When somebody has looked at a case last.
    pub async fn case_viewed(&self, case: &CaseRef, by: &Actor) -> Result<Option<Stamp>, RegisterError> {
        let sql = "SELECT at FROM entries WHERE case_reference = $1 AND kind = $2 AND actor = $3 ORDER BY number DESC LIMIT 1";
        let query = sqlx::query_scalar(sql).bind(case).bind(EntryKind::CaseViewed);
        Ok(query.bind(json_text(by, "entries", case)?).fetch_optional(&self.pool).await?)
    }

    /// Who took an event of a case; none where it was taken before actors were recorded.
    pub async fn taken_by(&self, case: &CaseRef, event: i64) -> Result<Option<Actor>, RegisterError> {
        let sql =
            "SELECT actor FROM entries WHERE case_reference = $1 AND event = $2 AND kind = $3 ORDER BY number LIMIT 1";
        let query = sqlx::query_scalar(sql).bind(case).bind(event).bind(EntryKind::EventTaken);
        let actor: Option<Option<String>> = query.fetch_optional(&self.pool).await?;
        actor.flatten().map(|actor| json(&actor, "entries", &event.to_string())).transpose()
    }
}
