//! Verification finds whatever was changed behind the service's back.

use std::path::Path;

use serde_json::Value;
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

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

pub async fn sql(folder: &Path, statement: &'static str) {
    let options = SqliteConnectOptions::new().filename(folder.join("recto.db")).foreign_keys(false);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
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

/// An edit behind the service's back, the table that it edits, and how the difference is called.
const EDITS: &[(&str, &str, &str)] = &[
    ("settings", "UPDATE settings SET value = 'x' WHERE name = 'chain'", "entry-altered"),
    ("events", "UPDATE events SET source = 'x' WHERE sequence = 2", "event-altered"),
    ("events", "UPDATE events SET taken_at = replace(taken_at, '2026', '2025') WHERE sequence = 2", "event-altered"),
    (
        "events",
        "UPDATE events SET data = replace(data, '\"balance\"', '\"Balance\"') WHERE sequence = (SELECT min(event) FROM letters)",
        "event-altered",
    ),
    ("events", "UPDATE events SET person = 'P-x' WHERE sequence = 2", "event-altered"),
    (
        "cases",
        "UPDATE cases SET version = version + 1 WHERE reference = (SELECT min(reference) FROM cases)",
        "case-altered",
    ),
    ("cases", "UPDATE cases SET chain = 'x' WHERE reference = (SELECT min(reference) FROM cases)", "case-altered"),
    ("persons", "UPDATE persons SET version = version + 1 WHERE id = (SELECT min(id) FROM persons)", "person-altered"),
    ("letters", "UPDATE letters SET addressee_name = addressee_name || 'x' WHERE sequence = 3", "letter-altered"),
    ("letters", "UPDATE letters SET person_name = person_name || 'x' WHERE sequence = 3", "letter-altered"),
    ("letters", "UPDATE letters SET person = 'P-x' WHERE sequence = 3", "letter-altered"),
    (
        "letters",
        "UPDATE letters SET called_at = replace(called_at, '2026', '2025') WHERE sequence = 3",
        "letter-altered",
    ),
    ("letters", "UPDATE letters SET language = 'fr' WHERE language = 'unknown'", "letter-altered"),
    ("letters", "UPDATE letters SET channel = 'email' WHERE channel = 'print'", "letter-altered"),
    ("letters", "UPDATE letters SET content_hash = 'x' WHERE sequence = 2", "letter-altered"),
    ("letters", "UPDATE letters SET seal = 'x' WHERE state = 'awaiting-approval'", "letter-altered"),
    ("letters", "UPDATE letters SET amount = '1.00' WHERE state = 'awaiting-approval'", "letter-altered"),
    ("letters", "UPDATE letters SET awaited_since = called_at WHERE state = 'held'", "letter-altered"),
    ("letters", "UPDATE letters SET returned_at = called_at WHERE state = 'held'", "letter-altered"),
    ("letters", "UPDATE letters SET reasons = '[]' WHERE state = 'held'", "letter-altered"),
    ("letters", "UPDATE letters SET day = '2026-11-16' WHERE day = '2026-11-17'", "letter-altered"),
    ("letters", "UPDATE letters SET sort_name = 'x' WHERE sequence = 2", "letter-altered"),
    ("letters", "UPDATE letters SET program = 'x' WHERE sequence = 2", "letter-altered"),
    ("letters", "UPDATE letters SET cents = cents + 1 WHERE state = 'issued'", "letter-altered"),
    ("letters", "UPDATE letters SET state = 'issued' WHERE state = 'held'", "letter-state-differs"),
    (
        "letters",
        "UPDATE letters SET approved_seal = 'forged', approved_by = 'Nobody' WHERE sequence = 1",
        "approval-unlogged",
    ),
    ("letters", "UPDATE letters SET approved_by = 'Nobody' WHERE approved_by IS NOT NULL", "approval-unlogged"),
    (
        "issuances",
        "UPDATE issuances SET pages = pages + 1 WHERE letter = (SELECT min(letter) FROM issuances)",
        "issuance-altered",
    ),
    (
        "issuances",
        "UPDATE issuances SET type_hash = 'x' WHERE letter = (SELECT min(letter) FROM issuances)",
        "issuance-altered",
    ),
    ("issuances", "UPDATE issuances SET times = '[]' WHERE times <> '[]'", "issuance-altered"),
    ("sources", "UPDATE sources SET mail = NULL WHERE mail IS NOT NULL", "source-altered"),
    ("sources", "UPDATE sources SET footer = NULL WHERE letter = (SELECT min(letter) FROM sources)", "source-altered"),
    ("merges", "UPDATE merges SET sheet = x'20'", "merge-altered"),
    ("merge_rows", "UPDATE merge_rows SET data = replace(data, '2026-11-16', '2026-11-15')", "merge-row-altered"),
    ("wordings", "UPDATE wordings SET hash = 'x' WHERE name = '_house'", "wording-altered"),
    ("wordings", "UPDATE wordings SET version = '0.9.0' WHERE name = '_house'", "wording-unlogged"),
    ("wordings", "DELETE FROM wordings WHERE name = '_house'", "wording-missing"),
    ("houses", "UPDATE houses SET hash = 'x'", "house-missing"),
    ("house_files", "UPDATE house_files SET bytes = x'20' WHERE name = 'letter.typ'", "house-altered"),
    (
        "deliveries",
        "UPDATE deliveries SET state = 'waiting' WHERE letter = (SELECT min(letter) FROM deliveries)",
        "delivery-differs",
    ),
    ("deliveries", "UPDATE deliveries SET message_id = 'x' WHERE channel = 'email'", "delivery-differs"),
    (
        "deliveries",
        "DELETE FROM deliveries WHERE letter = (SELECT max(letter) FROM deliveries WHERE channel = 'email')",
        "delivery-missing",
    ),
    ("print_runs", "UPDATE print_runs SET totals = replace(totals, '51', '50')", "run-altered"),
    ("print_runs", "UPDATE print_runs SET state = 'closing'", "run-unfinished"),
    ("pieces", "UPDATE pieces SET first_page = first_page + 2 WHERE number = 3", "run-altered"),
    ("pieces", "DELETE FROM pieces WHERE number = 3", "run-altered"),
    ("entries", "UPDATE entries SET at = replace(at, '2026', '2025') WHERE sequence = 5", "entry-altered"),
    (
        "entries",
        "UPDATE entries SET actor = replace(actor, 'recto take', 'somebody') WHERE sequence = 5",
        "entry-altered",
    ),
    ("entries", "DELETE FROM entries WHERE sequence = 7", "entry-altered"),
    ("entries", "DELETE FROM entries WHERE sequence = (SELECT max(sequence) FROM entries)", "case-altered"),
    (
        "follow_ups",
        "UPDATE follow_ups SET due = '2026-01-01' WHERE id = (SELECT min(id) FROM follow_ups)",
        "follow-up-altered",
    ),
    (
        "follow_ups",
        "UPDATE follow_ups SET state = 'declined' WHERE id = (SELECT min(id) FROM follow_ups)",
        "follow-up-altered",
    ),
    ("follow_ups", "DELETE FROM follow_ups", "follow-up-missing"),
    ("accounts", "UPDATE accounts SET roles = '[\"director\"]' WHERE email LIKE 'l.abernethy@%'", "account-altered"),
    ("accounts", "UPDATE accounts SET state = 'closed' WHERE email LIKE 'l.abernethy@%'", "account-altered"),
    ("accounts", "DELETE FROM accounts WHERE email LIKE 'i.pell@%'", "account-altered"),
    (
        "identities",
        "INSERT INTO identities (issuer, subject, account) \
         SELECT 'https://login.example.ca', 's', id FROM accounts WHERE email LIKE 'l.abernethy@%'",
        "account-altered",
    ),
    (
        "system_tokens",
        "INSERT INTO system_tokens (id, name, name_folded, secret_hash, permissions, made_at) \
         VALUES ('t', 'T', 't', 's', '[\"look\"]', '2026-11-17T19:45:00.000000Z')",
        "account-altered",
    ),
    ("audit", "UPDATE audit SET actor = replace(actor, 'recto demo', 'somebody') WHERE number = 2", "audit-altered"),
    ("audit", "DELETE FROM audit WHERE number = 3", "audit-altered"),
    ("audit", "DELETE FROM audit WHERE number = (SELECT max(number) FROM audit)", "audit-altered"),
];

/// Tables that say nothing of what was done: who is at work now, what the migrations have done, and how the next sheet may be understood.
const NOTHING_TO_PROVE: [&str; 6] =
    ["claims", "drafts", "_sqlx_migrations", "sheet_mappings", "sign_in_links", "sessions"];

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_row_of_any_table_is_found() {
    let folder = day();
    let database = folder.path().join("recto.db");
    let url = format!("sqlite:{}", database.display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    let tables: Vec<String> = sqlx::query_scalar("SELECT name FROM sqlite_master WHERE type = 'table'")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    // The indexes of what letters are found by are made of letters and sources, and made anew where they are empty.
    let is_index = |table: &str| table.starts_with("letter_marks") || table.starts_with("letter_words");
    for table in tables.into_iter().filter(|table| !is_index(table)) {
        let is_tried = EDITS.iter().any(|(edited, ..)| *edited == table);
        assert!(is_tried || NOTHING_TO_PROVE.contains(&table.as_str()), "no edit of {table} is tried");
    }
    let untouched = std::fs::read(&database).unwrap();
    for (_, statement, code) in EDITS {
        sql(folder.path(), statement).await;
        let found = differences(folder.path());
        assert!(found.iter().any(|found| found == code), "{statement}: {found:?}");
        std::fs::write(&database, &untouched).unwrap();
    }
    assert_eq!(differences(folder.path()), Vec::<String>::new());
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
