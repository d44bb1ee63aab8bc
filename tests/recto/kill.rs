//! Exactly once: the working process is killed at 50 random moments of the sample day, and the end is the same.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;

use crate::support::{command, files, recto};

/// What is left of a day: files by name with their bytes, and every table's rows but for times and attempts.
async fn end_state(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut state = BTreeMap::new();
    for part in ["outbox", "runs"] {
        state.extend(files(&folder.join(part)).into_iter().map(|(name, bytes)| (format!("{part}/{name}"), bytes)));
    }
    let mut connection =
        SqliteConnection::connect(&format!("sqlite:{}", folder.join("recto.db").display())).await.unwrap();
    for (table, rows) in [
        ("events", "SELECT source || ' ' || id || ' ' || hash FROM events ORDER BY 1"),
        ("letters", "SELECT id || ' ' || state || ' ' || reasons || ' ' || issuance FROM letters ORDER BY 1"),
        ("issuances", "SELECT letter || ' ' || number || ' ' || sha256 || ' ' || date FROM issuances ORDER BY 1"),
        (
            "deliveries",
            "SELECT letter || ' ' || number || ' ' || state || ' ' || coalesce(run, message_id) FROM deliveries ORDER BY 1",
        ),
        ("follow-ups", "SELECT id || ' ' || case_reference || ' ' || kind || ' ' || state FROM follow_ups ORDER BY 1"),
        // How far the case's other letters had come when a letter was weighed depends on the moment.
        (
            "entries",
            "SELECT case_reference || ' ' || kind || ' ' || coalesce(letter, '') || ' ' || \
             json_remove(detail, '$.ground.standing.letters') FROM entries ORDER BY 1",
        ),
    ] {
        let rows: Vec<String> = sqlx::query_scalar(rows).fetch_all(&mut connection).await.unwrap();
        assert!(!rows.is_empty(), "{table}");
        state.insert(table.to_owned(), rows.join("\n").into_bytes());
    }
    connection.close().await.unwrap();
    state
}

const STEPS: [&[&str]; 3] =
    [&["take", "samples/events.jsonl", "--json"], &["work", "--until-idle", "--json"], &["run", "close", "--json"]];

#[tokio::test(flavor = "multi_thread")]
async fn a_process_killed_at_fifty_random_moments_leads_to_the_same_end() {
    let calm = tempfile::tempdir().unwrap();
    let mut lengths = Vec::new();
    for step in STEPS {
        let begun = Instant::now();
        assert_ne!(recto(calm.path(), step).status.code(), Some(2));
        lengths.push(begun.elapsed());
    }
    let expected = end_state(calm.path()).await;
    let mut seed = std::process::id() as u64 ^ 0x9e37_79b9_7f4a_7c15;
    let mut random = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as f64 / (1_u64 << 31) as f64
    };
    let (mut kills, mut days) = (0, 0);
    while kills < 50 {
        let folder = tempfile::tempdir().unwrap();
        for (step, length) in STEPS.iter().zip(&lengths) {
            // Fewer kills than `letter_attempts`, so that no letter counts as one that kills its worker; then a last, undisturbed try.
            for _ in 0..4 {
                let moment = Duration::from_secs_f64(length.as_secs_f64() * 1.1 * random());
                if !killed(folder.path(), step, moment) {
                    break;
                }
                kills += 1;
            }
            assert_ne!(recto(folder.path(), step).status.code(), Some(2), "{step:?}");
        }
        days += 1;
        let end = end_state(folder.path()).await;
        for (name, wanted) in &expected {
            let missing = missing(wanted, end.get(name).map_or(&[], Vec::as_slice));
            assert!(end.get(name) == Some(wanted), "{name} after {kills} kills lacks {missing:#?}");
        }
        assert_eq!(end.len(), expected.len(), "day {days}");
        let verified = recto(folder.path(), &["verify", "--json"]);
        let report: serde_json::Value = serde_json::from_slice(&verified.stdout).unwrap();
        let worst = report["differences"].as_array().unwrap().iter().find(|d| d["code"] != "object-unregistered");
        assert_eq!(worst, None, "only objects of issuances that were never recorded may be left over");
    }
    eprintln!("{kills} kills in {days} days");
}

/// The lines of the undisturbed end that are not in the other.
fn missing(wanted: &[u8], found: &[u8]) -> Vec<String> {
    let lines = |bytes: &[u8]| String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect::<Vec<_>>();
    let found = lines(found);
    lines(wanted).into_iter().filter(|line| !found.contains(line)).collect()
}

/// Starts a step and kills it with SIGKILL at a moment. False where it had ended before.
fn killed(folder: &Path, step: &[&str], moment: Duration) -> bool {
    let mut process = command(folder, step).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(moment);
    let ended = process.try_wait().unwrap().is_some();
    let _ = process.kill();
    process.wait().unwrap();
    !ended
}
