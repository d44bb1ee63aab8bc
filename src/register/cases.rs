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

/// A case that is to be followed up, and how much of it was there when that was asked.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct CaseToFollow {
    /// Its reference.
    #[sqlx(rename = "reference")]
    pub case: CaseRef,
    version: i64,
    /// The versions of all its people together: an event about one of them in another case adds to it too.
    people: i64,
}

/// The SQL sum of the versions of a case `c`'s people.
macro_rules! people_of {
    () => {
        "(SELECT CAST(coalesce(sum(p.version), 0) AS BIGINT) FROM persons p \
         WHERE p.id IN (SELECT e.person FROM events e WHERE e.case_reference = c.reference))"
    };
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
    pub(super) async fn touch(
        &mut self,
        case: &CaseRef,
        program: &str,
        person: &PersonId,
    ) -> Result<(), RegisterError> {
        sqlx::query(
            "INSERT INTO cases (reference, version, program) VALUES ($1, 1, $2) \
             ON CONFLICT (reference) DO UPDATE SET version = cases.version + 1, followed_on = '', program = excluded.program",
        )
        .bind(case)
        .bind(program)
        .execute(&mut *self.transaction)
        .await?;
        sqlx::query("UPDATE letters SET program = $2 WHERE case_reference = $1 AND program <> $2")
            .bind(case)
            .bind(program)
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

    /// Notes that a case was followed up on a day, unless it has an event since, or one of its people has.
    pub async fn set_followed(&mut self, followed: &CaseToFollow, day: Day) -> Result<(), RegisterError> {
        sqlx::query(concat!(
            "UPDATE cases AS c SET followed_on = $4 WHERE c.reference = $1 AND c.version = $2 AND ",
            people_of!(),
            " = $3"
        ))
        .bind(&followed.case)
        .bind(followed.version)
        .bind(followed.people)
        .bind(day)
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }
}

/// The keys of programs between commas, as statements compare them with a case's; none where there is none, which lets all pass.
pub(super) fn listed(programs: &[String]) -> Option<String> {
    (!programs.is_empty()).then(|| format!(",{},", programs.join(",")))
}

impl Reader {
    /// The program of a case, as its newest event tells it; none where there is no such case.
    pub async fn program_of(&self, case: &CaseRef) -> Result<Option<String>, RegisterError> {
        let query = sqlx::query_scalar("SELECT program FROM cases WHERE reference = $1").bind(case);
        Ok(query.fetch_optional(&self.pool).await?)
    }

    /// The versions of a case and of a person; 0 where no event was taken.
    pub async fn versions(&self, case: &CaseRef, person: &PersonId) -> Result<Seen, RegisterError> {
        let sql = "SELECT coalesce((SELECT version FROM cases WHERE reference = $1), 0), \
                   coalesce((SELECT version FROM persons WHERE id = $2), 0)";
        let (case, person) = sqlx::query_as(sql).bind(case).bind(person).fetch_one(&self.pool).await?;
        Ok(Seen { case, person })
    }

    /// Cases that were not followed up on this day, or have an event since.
    pub async fn cases_to_follow(&self, day: Day, limit: i64) -> Result<Vec<CaseToFollow>, RegisterError> {
        let sql = concat!(
            "SELECT c.reference, c.version, ",
            people_of!(),
            " AS people FROM cases c WHERE c.followed_on < $1 ORDER BY c.followed_on, c.reference LIMIT $2"
        );
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
