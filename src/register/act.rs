//! One act: one transaction, with who does it and when.

use chrono::{DateTime, Utc};
use sqlx::{Sqlite, Transaction};

use super::entries::{Link, genesis, split};
use super::{RegisterError, expect_one, json_text};
use crate::case::{Actor, CaseRef, Entry, LetterId, Stamp};

/// A transaction. What is written through it happens when it is committed, all of it, or not at all; each entry that it writes into a
/// case file bears its actor and its instant.
pub struct Act {
    pub(super) transaction: Transaction<'static, Sqlite>,
    actor: Actor,
    now: DateTime<Utc>,
}

/// What an entry concerns.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'s> {
    /// The case.
    pub case: &'s CaseRef,
    /// The event, by its place in the register.
    pub event: Option<i64>,
    /// The letter.
    pub letter: Option<&'s LetterId>,
}

impl<'s> Subject<'s> {
    /// A case as a whole.
    pub fn case(case: &'s CaseRef) -> Subject<'s> {
        Subject { case, event: None, letter: None }
    }
}

impl Act {
    pub(super) fn new(transaction: Transaction<'static, Sqlite>, actor: Actor, now: DateTime<Utc>) -> Act {
        Act { transaction, actor, now }
    }

    /// Who does it.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Says who does what follows, where the act itself has found out: somebody signs in.
    pub fn is_of(&mut self, actor: Actor) {
        self.actor = actor;
    }

    /// When.
    pub fn now(&self) -> Stamp {
        self.now.into()
    }

    /// Makes what was written last.
    pub async fn commit(self) -> Result<(), RegisterError> {
        Ok(self.transaction.commit().await?)
    }

    /// Writes an entry into a case file, as the next link of its chain.
    pub async fn enter(&mut self, subject: Subject<'_>, entry: &Entry) -> Result<(), RegisterError> {
        let (number, before): (i64, String) =
            sqlx::query_as("UPDATE cases SET entries = entries + 1 WHERE reference = $1 RETURNING entries, chain")
                .bind(subject.case)
                .fetch_one(&mut *self.transaction)
                .await?;
        let before = if before.is_empty() { genesis(&mut self.transaction).await? } else { before };
        let place = format!("{}/{number}", subject.case);
        let (kind, detail) = split(entry, &place)?;
        let link = Link {
            case: subject.case,
            number,
            at: &self.now().to_string(),
            actor: &json_text(&self.actor, "entries", &place)?,
            kind,
            event: subject.event,
            letter: subject.letter.map(LetterId::as_str),
            detail: &detail,
        };
        let chain = link.after(&before);
        sqlx::query(
            "INSERT INTO entries (case_reference, number, version, at, actor, kind, event, letter, detail, chain) \
             VALUES ($1, $2, 2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(subject.case)
        .bind(number)
        .bind(link.at)
        .bind(link.actor)
        .bind(link.kind)
        .bind(link.event)
        .bind(link.letter)
        .bind(link.detail)
        .bind(&chain)
        .execute(&mut *self.transaction)
        .await?;
        let kept = sqlx::query("UPDATE cases SET chain = $2 WHERE reference = $1")
            .bind(subject.case)
            .bind(&chain)
            .execute(&mut *self.transaction)
            .await?;
        expect_one(&kept, "cases", subject.case)
    }
}
