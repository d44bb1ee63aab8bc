//! Verification finds whatever was changed behind the service's back.

use std::path::Path;

use serde_json::Value;
use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;

use crate::support::{files, recto};

/// A day's data folder with nothing wrong in it.
fn day() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    assert!(recto(folder.path(), &["demo", "--no-serve"]).status.success());
    assert!(differences(folder.path()).is_empty());
    folder
}

fn differences(folder: &Path) -> Vec<String> {
    let output = recto(folder, &["verify", "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let found: Vec<String> =
        report["differences"].as_array().unwrap().iter().map(|d| d["code"].as_str().unwrap().to_owned()).collect();
    assert_eq!(output.status.code(), Some(i32::from(!found.is_empty())));
    found
}

async fn sql(folder: &Path, statement: &'static str) {
    let path = format!("sqlite:{}", folder.join("recto.db").display());
    let mut connection = SqliteConnection::connect(&path).await.unwrap();
    let changed = sqlx::query(statement).execute(&mut connection).await.unwrap();
    assert!(changed.rows_affected() > 0, "{statement}");
    connection.close().await.unwrap();
}

#[test]
fn a_flipped_byte_a_lost_file_and_a_stray_one_are_found() {
    let folder = day();
    let archive = folder.path().join("archive");
    let objects = files(&archive);
    let mut bytes = objects[0].1.clone();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(archive.join(&objects[0].0), bytes).unwrap();
    std::fs::remove_file(archive.join(&objects[1].0)).unwrap();
    std::fs::write(archive.join("2026-11-17/stray.pdf"), "stray").unwrap();
    let print = folder.path().join("runs/2026-11-17/manifest.csv");
    std::fs::write(&print, std::fs::read_to_string(&print).unwrap().replace("print", "")).unwrap();
    std::fs::write(folder.path().join("runs/2026-11-17/totals.json"), "{}").unwrap();
    let mut found = differences(folder.path());
    found.sort();
    assert_eq!(found, ["object-altered", "object-missing", "object-unregistered", "run-altered", "run-file-altered"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_row_of_any_table_is_found() {
    let folder = day();
    for (statement, code, undo) in [
        (
            "UPDATE issuances SET pages = pages + 1 WHERE letter = (SELECT min(letter) FROM issuances)",
            "issuance-altered",
            "UPDATE issuances SET pages = pages - 1 WHERE letter = (SELECT min(letter) FROM issuances)",
        ),
        (
            "UPDATE letters SET party_name = party_name || 'x' WHERE sequence = 3",
            "letter-altered",
            "UPDATE letters SET party_name = substr(party_name, 1, length(party_name) - 1) WHERE sequence = 3",
        ),
        (
            "UPDATE letters SET state = 'issued' WHERE state = 'held' AND sequence = (SELECT min(sequence) FROM letters WHERE state = 'held')",
            "letter-state-differs",
            "UPDATE letters SET state = 'held' WHERE state = 'issued' AND issuance = 0",
        ),
        (
            "UPDATE events SET data = replace(data, '\"balance\"', '\"Balance\"') WHERE sequence = (SELECT min(event) FROM letters)",
            "event-altered",
            "UPDATE events SET data = replace(data, '\"Balance\"', '\"balance\"') WHERE sequence = (SELECT min(event) FROM letters)",
        ),
        (
            "UPDATE deliveries SET state = 'waiting' WHERE letter = (SELECT min(letter) FROM deliveries)",
            "delivery-differs",
            "UPDATE deliveries SET state = 'sent' WHERE letter = (SELECT min(letter) FROM deliveries)",
        ),
        (
            "UPDATE entries SET at = replace(at, '2026', '2025') WHERE sequence = 5",
            "entry-altered",
            "UPDATE entries SET at = replace(at, '2025', '2026') WHERE sequence = 5",
        ),
    ] {
        sql(folder.path(), statement).await;
        let found = differences(folder.path());
        assert!(found.iter().any(|found| found == code), "{statement}: {found:?}");
        sql(folder.path(), undo).await;
        assert_eq!(differences(folder.path()), Vec::<String>::new(), "after {undo}");
    }
    for (statement, code) in [
        ("UPDATE letters SET approved_hash = 'forged', approved_by = 'Nobody' WHERE sequence = 1", "approval-unlogged"),
        ("UPDATE letters SET language = 'fr' WHERE language = 'unknown'", "letter-altered"),
        ("UPDATE letters SET content_hash = 'x' WHERE sequence = 2", "letter-altered"),
        ("UPDATE events SET source = 'x' WHERE sequence = 2", "event-altered"),
        ("UPDATE runs SET totals = replace(totals, '53', '52')", "run-altered"),
        ("DELETE FROM deliveries WHERE letter = (SELECT max(letter) FROM deliveries)", "delivery-missing"),
    ] {
        sql(folder.path(), statement).await;
        assert!(differences(folder.path()).iter().any(|found| found == code), "{statement}");
    }
    sql(folder.path(), "DELETE FROM entries WHERE sequence = 7").await;
    assert!(differences(folder.path()).contains(&"entry-altered".to_owned()), "an entry taken out breaks the chain");
}

#[test]
fn a_mistyped_folder_has_no_register_and_gets_none() {
    let folder = tempfile::tempdir().unwrap();
    let typo = folder.path().join("typo");
    let output = recto(&typo, &["verify", "--json"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(serde_json::from_slice::<Value>(&output.stdout).unwrap()["faults"].is_array());
    assert!(!typo.exists());
}
