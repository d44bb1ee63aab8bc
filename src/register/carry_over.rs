//! Carrying an old register over: what SQL cannot do, done once after its migration.

use serde_json::Value;
use sqlx::sqlite::SqlitePool;

use super::marks::{Marks, sort_name};
use super::search::names_folded;
use super::{RegisterError, json};
use crate::case::{CaseRef, LetterId, PersonId};

/// Letters carried over at a time.
const PIECE: i64 = 1_000;

/// Does it, as far as it was not done.
pub(super) async fn carry_over(writer: &SqlitePool) -> Result<(), RegisterError> {
    name(writer).await?;
    mark(writer).await
}

/// Has the letters found by their marks that were called for before there were any.
async fn mark(writer: &SqlitePool) -> Result<(), RegisterError> {
    loop {
        let sql = "SELECT sequence, id, case_reference, person, person_name, addressee_name FROM letters WHERE sort_name = '' \
                   ORDER BY sequence LIMIT $1";
        let letters: Vec<(i64, LetterId, CaseRef, PersonId, String, String)> =
            sqlx::query_as(sql).bind(PIECE).fetch_all(writer).await?;
        if letters.is_empty() {
            return Ok(());
        }
        let mut transaction = writer.begin().await?;
        for (sequence, letter, case, person, person_name, addressee_name) in &letters {
            let names = [person_name.as_str(), addressee_name];
            Marks { sequence: *sequence, letter, case, person, names }.write(&mut transaction).await?;
            sqlx::query("UPDATE letters SET sort_name = $2 WHERE sequence = $1")
                .bind(sequence)
                .bind(sort_name(addressee_name))
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
    }
}

/// Gives letters of before the name of the person whom they are about, which only their event tells, and the names that are searched.
async fn name(writer: &SqlitePool) -> Result<(), RegisterError> {
    loop {
        let letters: Vec<(String, String, String)> = sqlx::query_as(
            "SELECT l.id, l.addressee_name, e.data FROM letters l JOIN events e ON e.sequence = l.event \
             WHERE l.person_name = '' LIMIT $1",
        )
        .bind(PIECE)
        .fetch_all(writer)
        .await?;
        if letters.is_empty() {
            return Ok(());
        }
        let mut transaction = writer.begin().await?;
        for (id, addressee, data) in letters {
            let data: Value = json(&data, "events", &id)?;
            let names = ["given_name", "surname"].iter().filter_map(|name| data["party"][name].as_str());
            let person = names.collect::<Vec<_>>().join(" ");
            let person = if person.is_empty() { addressee.clone() } else { person };
            sqlx::query("UPDATE letters SET person_name = $2, names_folded = $3 WHERE id = $1")
                .bind(&id)
                .bind(&person)
                .bind(names_folded(&person, &addressee))
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
    }
}
