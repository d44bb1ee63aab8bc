//! Print runs: each letter on a sheet front, counted, and the same however often the run is closed.

use std::collections::BTreeMap;

use recto::case::{Entry, entry};
use recto::register::{NewPiece, Register, Subject};
use serde_json::{Value, json};
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use crate::support::{debt_referred, desk, desk_at, event, files, operator, recto, sample, state, taken, tool, work};
use crate::verify::sql;

#[test]
fn every_letter_starts_on_a_sheet_front_and_every_page_is_its_own() {
    let folder = tempfile::tempdir().unwrap();
    assert!(recto(folder.path(), &["demo", "--no-serve"]).status.success());
    let run = folder.path().join("runs/2026-11-17");
    let print = run.join("letters-001.pdf");
    tool("qpdf", &["--check", print.to_str().unwrap()]);
    let manifest: Value = serde_json::from_slice(&std::fs::read(run.join("manifest.json")).unwrap()).unwrap();
    let manifest = manifest.as_array().unwrap();
    let text = tool("pdftotext", &["-raw", print.to_str().unwrap(), "-"]);
    let pages: Vec<&str> = text.split('\u{c}').collect();
    let mut owner: BTreeMap<usize, &str> = BTreeMap::new();
    for piece in manifest {
        let first = piece["first_page"].as_u64().unwrap() as usize;
        assert_eq!(first % 2, 1, "{piece} starts on a back");
        for page in first..first + piece["pages"].as_u64().unwrap() as usize {
            owner.insert(page, piece["letter"].as_str().unwrap());
        }
    }
    for (number, page) in pages.iter().enumerate().map(|(index, page)| (index + 1, page)) {
        let found: Vec<&str> =
            manifest.iter().filter_map(|piece| piece["letter"].as_str()).filter(|id| page.contains(id)).collect();
        let blank = !page.contains("Letter ID") && !page.contains("Numéro de la lettre");
        match owner.get(&number) {
            Some(id) if !blank => assert_eq!(found, [*id], "page {number}"),
            // The back between two languages of one letter is blank, and so is a back that fills a sheet.
            _ => assert!(found.is_empty() && blank, "page {number} has {found:?}"),
        }
    }
    let totals: Value = serde_json::from_slice(&std::fs::read(run.join("totals.json")).unwrap()).unwrap();
    assert_eq!(totals["pieces"], manifest.len());
    let sheets: u64 = manifest.iter().map(|piece| piece["sheets"].as_u64().unwrap()).sum();
    assert_eq!(totals["sheets"], sheets);
    let counted = tool("qpdf", &["--show-npages", print.to_str().unwrap()]).trim().parse::<u64>().unwrap();
    assert_eq!(counted, 2 * sheets);
    tool("sh", &["-c", &format!("cd '{}' && sha256sum --strict --check SHA256SUMS", run.display())]);
    let csv = std::fs::read_to_string(run.join("manifest.csv")).unwrap();
    assert_eq!(csv.lines().count(), manifest.len() + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_twice_gives_the_same_files_and_sends_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let letters = taken(&desk, &debt_referred("e-1")).await;
    work(&desk).await;
    let date = desk.clock.today();
    let first = desk.close_run(operator(), date).await.unwrap();
    let before = files(&first.folder);
    let second = desk.close_run(operator(), date).await.unwrap();
    assert_eq!(first.totals, second.totals);
    assert!(before == files(&second.folder) && !before.is_empty());
    let entries = desk.reader().entries_of_letter(&letters[0]).await.unwrap();
    assert_eq!(entries.iter().filter(|entry| entry.kind().as_str() == "letter-sent").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_after_the_close_or_the_cut_off_is_dated_for_the_next_business_day() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    desk.close_run(operator(), desk.clock.today()).await.unwrap();
    let letters = taken(&desk, &debt_referred("e-1")).await;
    work(&desk).await;
    assert_eq!(desk.reader().letter(&letters[0]).await.unwrap().unwrap().date, "2026-11-18".parse().ok());
    let friday = tempfile::tempdir().unwrap();
    let desk = desk_at(friday.path(), "2026-11-20T15:00:00-05:00").await;
    let mut referred = debt_referred("e-1");
    // Its own right to a review is not over when it is received.
    referred["data"]["facts"]["decision"]["date"] = serde_json::json!("2026-11-02");
    let letters = taken(&desk, &referred).await;
    work(&desk).await;
    assert_eq!(desk.reader().letter(&letters[0]).await.unwrap().unwrap().date, "2026-11-23".parse().ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_has_no_run_cannot_be_closed() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    for date in ["2020-01-01", "2026-11-16", "2026-11-18", "2026-11-22", "2030-06-03"] {
        let refused = desk.close_run(operator(), date.parse().unwrap()).await;
        assert!(matches!(refused, Err(recto::desk::DeskError::NoSuchRun { .. })), "{date}");
    }
    assert!(desk.reader().runs(10).await.unwrap().is_empty());
    let saturday = tempfile::tempdir().unwrap();
    let desk = desk_at(saturday.path(), "2026-11-21T10:00:00-05:00").await;
    assert_eq!(desk.run_date().to_string(), "2026-11-23");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closing_that_was_interrupted_takes_the_same_letters_with_a_last_look() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let letters = taken(&desk, &debt_referred("e-1")).await;
    work(&desk).await;
    // As a closing that was killed before it wrote anything leaves the register.
    let register = Register::open(folder.path(), "specimen").await.unwrap();
    let mut act = register.begin(operator(), desk.clock.now()).await.unwrap();
    let row = desk.reader().letter(&letters[0]).await.unwrap().unwrap();
    let cleared = Entry::LetterCleared(entry::Cleared { number: 1, basis: None, rests_on: None });
    act.enter(Subject { case: &row.case_reference, event: None, letter: Some(&row.id) }, &cleared).await.unwrap();
    let place =
        |pages: &[i64]| pages.iter().map(|_| NewPiece { file: "letters-001.pdf".into(), first_page: 1 }).collect();
    assert!(act.open_run("2026-11-17".parse().unwrap(), place).await.unwrap().is_some());
    act.commit().await.unwrap();
    register.close().await;
    assert_eq!(desk.verify().await.unwrap()[0].code, "run-unfinished");
    let died = crate::support::with_facts(
        &crate::support::sample("debt-notice", "plausible"),
        serde_json::json!({"died": "2026-11-15"}),
    );
    taken(&desk, &crate::support::event("p-1", "person.died", "2026-11-17T12:00:00-05:00", &died)).await;
    let closed = desk.close_run(operator(), desk.run_date()).await.unwrap();
    assert_eq!((closed.totals.pieces, closed.taken_back), (0, 1));
    assert_eq!(state(&desk, &letters[0]).await.0, "held");
    assert!(desk.verify().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_missed_its_run_is_set_again_under_the_new_date() {
    let folder = tempfile::tempdir().unwrap();
    let letters = {
        let desk = desk(folder.path()).await;
        let letters = taken(&desk, &debt_referred("e-1")).await;
        work(&desk).await;
        desk.close().await;
        letters
    };
    let desk = desk_at(folder.path(), "2026-11-18T10:00:00-05:00").await;
    let closed = desk.close_run(operator(), "2026-11-18".parse().unwrap()).await.unwrap();
    assert_eq!((closed.totals.pieces, closed.taken_back), (1, 1), "it is not mailed stale, but in today's run");
    let row = desk.reader().letter(&letters[0]).await.unwrap().unwrap();
    assert_eq!((row.issuance, row.date), (2, "2026-11-18".parse().ok()));
    assert_eq!(state(&desk, &letters[0]).await.0, "issued");
    assert_eq!(files(&folder.path().join("archive")).len(), 2, "what was issued first is kept");
    assert!(desk.verify().await.unwrap().is_empty());
}

/// Sets a delivery's state behind the service's back.
async fn set_delivery(folder: &std::path::Path, letter: &recto::case::LetterId, state: &str) {
    let options = SqliteConnectOptions::new().filename(folder.join("recto.db"));
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let sql = "UPDATE deliveries SET state = $2 WHERE letter = $1";
    sqlx::query(sql).bind(letter.as_str()).bind(state).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_date_may_have_a_further_run_with_a_folder_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let first = taken(&desk, &debt_referred("e-1")).await.remove(0);
    let mut other = debt_referred("e-2");
    (other["subject"], other["data"]["case"]["reference"]) = ("DR-2026-004600".into(), "DR-2026-004600".into());
    other["data"]["party"]["id"] = "P-2".into();
    let late = taken(&desk, &other).await.remove(0);
    work(&desk).await;
    // A letter that cannot be in the first run, and waits for its date all the same, as a damaged piece will.
    set_delivery(folder.path(), &late, "failed").await;
    let one = desk.close_run(operator(), desk.run_date()).await.unwrap();
    set_delivery(folder.path(), &late, "waiting").await;
    let two = desk.close_run(operator(), desk.run_date()).await.unwrap();
    assert_eq!((one.totals.pieces, two.totals.pieces), (1, 1));
    assert!(one.folder.ends_with("runs/2026-11-17") && two.folder.ends_with("runs/2026-11-17-2"));
    let again = desk.close_run(operator(), desk.run_date()).await.unwrap();
    assert_eq!(again.folder, two.folder, "closing once more sends nothing");
    let runs = desk.reader().runs(10).await.unwrap();
    let runs: Vec<_> = runs.iter().map(|run| (run.ordinal, run.state.as_str(), run.closed_by.as_deref())).collect();
    assert_eq!(runs, [(2, "closed", Some("tests")), (1, "closed", Some("tests"))]);
    for (letter, run) in [(first, "2026-11-17"), (late, "2026-11-17-2")] {
        let delivery = desk.reader().deliveries_of(&letter).await.unwrap().remove(0);
        assert_eq!((delivery.run.as_deref(), delivery.piece), (Some(run), Some(1)));
    }
    assert!(desk.verify().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_can_no_longer_be_read_is_taken_back_and_stops_none_behind_it() {
    for closes in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let desk = desk(folder.path()).await;
        let broken = taken(&desk, &debt_referred("e-1")).await.remove(0);
        let mut other = debt_referred("e-2");
        (other["subject"], other["data"]["case"]["reference"]) = ("DR-2026-000777".into(), "DR-2026-000777".into());
        other["data"]["party"]["id"] = "P-777".into();
        let whole = taken(&desk, &other).await.remove(0);
        work(&desk).await;
        sql(folder.path(), "UPDATE events SET data = json_remove(data, '$.case.reference') WHERE id = 'e-1'").await;
        let mut asked = sample("debt-notice", "plausible");
        asked["facts"] = json!({"received": "2026-11-17", "from": "person"});
        taken(&desk, &event("x-1", "inquiry.received", "2026-11-17T12:00:00-05:00", &asked)).await;
        if !closes {
            work(&desk).await;
            assert_eq!(state(&desk, &broken).await, ("refused", vec!["event-unreadable".to_owned()]));
        }
        let closed = desk.close_run(operator(), desk.run_date()).await.unwrap();
        assert_eq!(closed.totals.pieces, 1);
        assert_eq!(state(&desk, &broken).await, ("refused", vec!["event-unreadable".to_owned()]));
        assert_eq!(state(&desk, &whole).await.0, "issued");
    }
}
