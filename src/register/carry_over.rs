//! Carrying an old register over: what SQL cannot do, done once after its migration.

use serde_json::Value;
use sqlx::sqlite::SqlitePool;

use super::search::names_folded;
use super::{RegisterError, json};

/// Letters carried over at a time.
const PIECE: i64 = 1_000;

/// Gives letters of before the name of the person whom they are about, which only their event tells, and the names that are searched.
pub(super) async fn carry_over(writer: &SqlitePool) -> Result<(), RegisterError> {
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
