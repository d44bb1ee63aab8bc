//! A register of before is carried over: nothing is lost, its old chain is closed into the first link of the new ones, and what an
//! old word stood for is told by the case file.

use std::path::Path;

use recto::case::{CaseEvent, LetterId, LetterState, PersonId, Sha256};
use recto::register::event_hash;
use serde_json::{Value, json};
use sqlx::Connection;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use crate::support::{debt_referred, desk, home, recto, state, work};

const TAKEN: &str = "2026-11-16T15:00:00.000Z";

/// The one chain of version 1, as it was written: over the parts of each entry, each with its length.
fn chained(before: &str, parts: [&str; 6]) -> String {
    let parts = std::iter::once(before).chain(parts).map(|part| format!("{}:{part}", part.len()));
    Sha256::of(parts.collect::<String>().as_bytes()).to_string()
}

/// A register as the version before wrote it: an event and its letter, held and to be looked at again, which it called `due`.
async fn old_register(folder: &Path) -> LetterId {
    let options = SqliteConnectOptions::new().filename(folder.join("recto.db")).create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let migrations = Migrator::new(home().join("src/register/migrations")).await.unwrap();
    migrations.run_to(3, &mut connection).await.unwrap();
    let event = CaseEvent::read(&debt_referred("e-1")).unwrap();
    let (case, hash, data) = (event.subject.to_string(), event_hash(&event).to_string(), event.data.to_string());
    let person = event.data["party"]["id"].as_str().unwrap().to_owned();
    let letter = LetterId::derive(&event.source, &event.id, "debt-notice", &PersonId::new(&person));
    sqlx::query("INSERT INTO settings VALUES ('environment', 'specimen'), ('day', '2026-11-16')")
        .execute(&mut connection)
        .await
        .unwrap();
    sqlx::query("INSERT INTO events (source, id, kind, case_reference, happened_at, taken_at, hash, data, person) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
        .bind(&event.source).bind(&event.id).bind(&event.kind).bind(&case)
        .bind("2026-11-17T14:00:00.000Z").bind(TAKEN).bind(&hash).bind(&data).bind(&person)
        .execute(&mut connection).await.unwrap();
    let reasons = json!([{"code": "no-duplicate", "place": "B21", "en": "…", "fr": "…"}]);
    let name = format!(
        "{} {}",
        event.data["party"]["given_name"].as_str().unwrap(),
        event.data["party"]["surname"].as_str().unwrap()
    );
    sqlx::query("INSERT INTO letters (id, event, letter_type, case_reference, party, party_name, name_folded, language, channel, state, called_at, considered, reasons) VALUES ($1, 1, 'debt-notice', $2, $3, $4, $5, 'en', 'print', 'due', $6, 1, $7)")
        .bind(letter.as_str()).bind(&case).bind(&person).bind(&name).bind(name.to_lowercase()).bind(TAKEN).bind(reasons.to_string())
        .execute(&mut connection).await.unwrap();
    let ground = json!({"guards": ["no-duplicate"], "overridden": [], "standing": {}, "considered": 1, "policy_on": "2026-11-16"});
    let entries: [(&str, Option<&str>, Value); 2] = [
        ("event-taken", None, json!({"event": event.id, "source": event.source, "type": event.kind, "hash": hash})),
        ("letter-held", Some(letter.as_str()), json!({"reasons": reasons, "ground": ground})),
    ];
    let mut chain = String::new();
    for (kind, about, detail) in entries {
        let detail = detail.to_string();
        chain = chained(&chain, [&case, TAKEN, kind, "1", about.unwrap_or_default(), &detail]);
        sqlx::query("INSERT INTO entries (case_reference, at, kind, event, letter, detail, chain) VALUES ($1, $2, $3, 1, $4, $5, $6)")
            .bind(&case).bind(TAKEN).bind(kind).bind(about).bind(&detail).bind(&chain)
            .execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
    letter
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_of_before_is_carried_over_with_its_chain_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let letter = old_register(folder.path()).await;
    let desk = desk(folder.path()).await;
    let row = desk.reader().letter(&letter).await.unwrap().unwrap();
    assert_eq!((row.state, row.is_to_work()), (LetterState::Held, true), "“due” stood for “look again”");
    assert_eq!(row.person_name, row.addressee_name, "its event tells whom it is about");
    assert!(desk.verify().await.unwrap().is_empty());
    let entries = desk.reader().entries_of_letter(&letter).await.unwrap();
    assert!(entries[0].actor.is_none() && entries[0].detail()["basis"]["guards"][0] == "no-duplicate");
    work(&desk).await;
    assert_eq!(state(&desk, &letter).await.0, "issued", "nothing holds it any more");
    let entries = desk.reader().entries_of_letter(&letter).await.unwrap();
    assert_eq!(entries.last().unwrap().actor.as_ref().unwrap().name, "Recto");
    assert!(desk.verify().await.unwrap().is_empty());
    desk.close().await;

    // The old part is still proved: an entry of it that is altered, and one that is taken out, break what follows.
    for statement in [
        "UPDATE entries SET detail = replace(detail, 'no-duplicate', 'x') WHERE sequence = 2",
        "DELETE FROM entries WHERE sequence = 1",
    ] {
        let options = SqliteConnectOptions::new().filename(folder.path().join("recto.db"));
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        let untouched = std::fs::read(folder.path().join("recto.db")).unwrap();
        sqlx::query(statement).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        let desk = crate::support::desk(folder.path()).await;
        let found = desk.verify().await.unwrap();
        assert!(found.iter().any(|one| one.code == "entry-altered"), "{statement}: {found:#?}");
        desk.close().await;
        std::fs::write(folder.path().join("recto.db"), untouched).unwrap();
    }
}

#[test]
fn letters_of_the_first_edition_are_set_again_to_the_same_bytes() {
    // A register that Recto wrote before the frame of one sheet: an English and a French notice, one in both languages, one in large print.
    let folder = tempfile::tempdir().unwrap();
    let zip = std::fs::File::open(home().join("tests/registers/first-edition.zip")).unwrap();
    zip::ZipArchive::new(zip).unwrap().extract(folder.path()).unwrap();
    let verified = recto(folder.path(), &["verify", "--set-again", "--json"]);
    let report: Value = serde_json::from_slice(&verified.stdout).unwrap();
    assert!(verified.status.success(), "{report:#}");
    assert_eq!(report["set_again"], 4, "{report:#}");
}
