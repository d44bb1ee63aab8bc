//! Cases and persons: how often an event has touched each.

use super::{Act, Reader, RegisterError};
use crate::case::{CaseRef, Day, PersonId};

/// How much of a case and of a person was seen: their versions. What has seen a version has seen every event that led to it, whatever
/// the order in which transactions end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Seen {
    /// The case's version.
    pub case: i64,
    /// The person's version: an event in another case of the person adds to it too.
    pub person: i64,
}

/// A case as the register holds it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct CaseRow {
    /// Its reference.
    pub reference: CaseRef,
    /// How many events were taken of it.
    pub version: i64,
    /// How many entries its case file has.
    pub entries: i64,
    /// The chain up to the last of them; empty before the first of version 2.
    pub chain: String,
}

/// The SQL condition that a letter `l` has events that its verdict has not seen. The one place that says so.
macro_rules! unseen {
    () => {
        "(EXISTS (SELECT 1 FROM cases c WHERE c.reference = l.case_reference AND c.version > l.seen_case) \
         OR EXISTS (SELECT 1 FROM persons p WHERE p.id = l.person AND p.version > l.seen_person))"
    };
}
pub(super) use unseen;

impl Act {
    /// Adds to the versions of a case and of a person, for an event that is taken in the same act. Both rows are locked until it ends.
    pub(super) async fn touch(&mut self, case: &CaseRef, person: &PersonId) -> Result<(), RegisterError> {
        sqlx::query(
            "INSERT INTO cases (reference, version) VALUES ($1, 1) \
             ON CONFLICT (reference) DO UPDATE SET version = cases.version + 1, followed_on = ''",
        )
        .bind(case)
        .execute(&mut *self.transaction)
        .await?;
        sqlx::query(
            "INSERT INTO persons (id, version) VALUES ($1, 1) ON CONFLICT (id) DO UPDATE SET version = persons.version + 1",
        )
        .bind(person)
        .execute(&mut *self.transaction)
        .await?;
        // What is told of a person may make something due in the person's other cases.
        sqlx::query(
            "UPDATE cases SET followed_on = '' WHERE reference IN (SELECT case_reference FROM events WHERE person = $1)",
        )
        .bind(person)
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Notes that a case was followed up on a day, unless it has an event since.
    pub async fn set_followed(&mut self, case: &CaseRef, version: i64, day: Day) -> Result<(), RegisterError> {
        sqlx::query("UPDATE cases SET followed_on = $3 WHERE reference = $1 AND version = $2")
            .bind(case)
            .bind(version)
            .bind(day)
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }
}

impl Reader {
    /// The versions of a case and of a person; 0 where no event was taken.
    pub async fn versions(&self, case: &CaseRef, person: &PersonId) -> Result<Seen, RegisterError> {
        let sql = "SELECT coalesce((SELECT version FROM cases WHERE reference = $1), 0), \
                   coalesce((SELECT version FROM persons WHERE id = $2), 0)";
        let (case, person) = sqlx::query_as(sql).bind(case).bind(person).fetch_one(&self.pool).await?;
        Ok(Seen { case, person })
    }

    /// Cases that were not followed up on this day, or have an event since, with their versions.
    pub async fn cases_to_follow(&self, day: Day, limit: i64) -> Result<Vec<(CaseRef, i64)>, RegisterError> {
        let sql =
            "SELECT reference, version FROM cases WHERE followed_on < $1 ORDER BY followed_on, reference LIMIT $2";
        Ok(sqlx::query_as(sql).bind(day).bind(limit).fetch_all(&self.pool).await?)
    }

    /// Cases after a reference, in order: the way through all of them in pieces.
    pub async fn cases_after(&self, reference: &str, limit: i64) -> Result<Vec<CaseRow>, RegisterError> {
        let sql =
            "SELECT reference, version, entries, chain FROM cases WHERE reference > $1 ORDER BY reference LIMIT $2";
        Ok(sqlx::query_as(sql).bind(reference).bind(limit).fetch_all(&self.pool).await?)
    }

    /// Persons after a key, in order, each with its version.
    pub async fn persons_after(&self, id: &str, limit: i64) -> Result<Vec<(PersonId, i64)>, RegisterError> {
        let sql = "SELECT id, version FROM persons WHERE id > $1 ORDER BY id LIMIT $2";
        Ok(sqlx::query_as(sql).bind(id).bind(limit).fetch_all(&self.pool).await?)
    }
}
