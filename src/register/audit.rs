//! What was done about people and tokens.

use serde_json::Value;

use super::entries::hash_of_parts;
use super::{Act, Reader, RegisterError, expect_one, json, json_text};
use crate::case::{Actor, AuditKind, Stamp};

/// One line of the audit trail.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct AuditRow {
    /// Its number: they are counted through.
    pub number: i64,
    /// When it was done.
    pub at: Stamp,
    actor: String,
    /// What was done.
    pub kind: AuditKind,
    /// Whom or what it concerns: an account's or a token's id.
    pub subject: String,
    detail: String,
    /// The chain up to it.
    pub chain: String,
}

impl AuditRow {
    /// The chain after the line: SHA-256 over the chain before it and all that is stored of it, each with its length.
    pub fn after(&self, before: &str) -> String {
        let (number, at) = (self.number.to_string(), self.at.to_string());
        hash_of_parts(&[before, &number, &at, &self.actor, self.kind.as_str(), &self.subject, &self.detail])
    }

    /// Who did it.
    pub fn actor(&self) -> Result<Actor, RegisterError> {
        json(&self.actor, "audit", &self.number.to_string())
    }

    /// What there is to say of it.
    pub fn detail(&self) -> Result<Value, RegisterError> {
        json(&self.detail, "audit", &self.number.to_string())
    }
}

/// Which lines are looked for; an absent condition lets all pass.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// What was done.
    pub kind: Option<AuditKind>,
    /// Whom or what it concerns.
    pub subject: Option<String>,
    /// Only lines before this one.
    pub before: Option<i64>,
    /// How many at most.
    pub limit: i64,
}

impl Act {
    /// Writes a line of the audit trail, as the next link of its chain.
    pub async fn audit(&mut self, kind: AuditKind, subject: &str, detail: &Value) -> Result<(), RegisterError> {
        let before: String = sqlx::query_scalar("SELECT value FROM settings WHERE name = 'audit'")
            .fetch_one(&mut *self.transaction)
            .await?;
        let number: i64 = sqlx::query_scalar("SELECT coalesce(max(number), 0) + 1 FROM audit")
            .fetch_one(&mut *self.transaction)
            .await?;
        let actor = json_text(self.actor(), "audit", subject)?;
        let (subject, detail) = (subject.to_owned(), json_text(detail, "audit", subject)?);
        let mut row = AuditRow { number, at: self.now(), actor, kind, subject, detail, chain: String::new() };
        row.chain = row.after(&before);
        let sql =
            "INSERT INTO audit (number, at, actor, kind, subject, detail, chain) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let query = sqlx::query(sql).bind(row.number).bind(row.at).bind(row.actor).bind(row.kind);
        let query = query.bind(row.subject).bind(row.detail).bind(&row.chain);
        query.execute(&mut *self.transaction).await?;
        let kept = sqlx::query("UPDATE settings SET value = $1 WHERE name = 'audit'").bind(&row.chain);
        expect_one(&kept.execute(&mut *self.transaction).await?, "settings", "audit")
    }
}

macro_rules! select_audit {
    ($rest:literal) => {
        concat!("SELECT number, at, actor, kind, subject, detail, chain FROM audit ", $rest)
    };
}

impl Reader {
    /// Lines of the audit trail, the newest first.
    pub async fn audit(&self, filter: &AuditFilter) -> Result<Vec<AuditRow>, RegisterError> {
        let sql = select_audit!(
            "WHERE ($1 IS NULL OR kind = $1) AND ($2 IS NULL OR subject = $2) AND ($3 IS NULL OR number < $3) \
             ORDER BY number DESC LIMIT $4"
        );
        let query = sqlx::query_as(sql).bind(filter.kind).bind(&filter.subject).bind(filter.before).bind(filter.limit);
        Ok(query.fetch_all(&self.pool).await?)
    }

    /// When somebody did the same about the same subject last.
    pub async fn audited(&self, kind: AuditKind, subject: &str, by: &Actor) -> Result<Option<Stamp>, RegisterError> {
        let sql = "SELECT at FROM audit WHERE subject = $1 AND kind = $2 AND actor = $3 ORDER BY number DESC LIMIT 1";
        let query = sqlx::query_scalar(sql).bind(subject).bind(kind).bind(json_text(by, "audit", subject)?);
        Ok(query.fetch_optional(&self.pool).await?)
    }

    /// Lines after a number, in order: the way through all of them in pieces.
    pub async fn audit_after(&self, number: i64, limit: i64) -> Result<Vec<AuditRow>, RegisterError> {
        let sql = select_audit!("WHERE number > $1 ORDER BY number LIMIT $2");
        Ok(sqlx::query_as(sql).bind(number).bind(limit).fetch_all(&self.pool).await?)
    }

    /// The chain up to the last line.
    pub async fn audit_chain(&self) -> Result<String, RegisterError> {
        Ok(sqlx::query_scalar("SELECT value FROM settings WHERE name = 'audit'").fetch_one(&self.pool).await?)
    }
}
