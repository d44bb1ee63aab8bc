//! The pages, in a real browser: no errors, no accessibility violations, no scrolling sideways, in both languages.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use recto::case::LetterState;
use recto::register::{Filter, Kind, Register};
use serde_json::Value;

use crate::support::{command, home};

/// By what the sample day's manager signs in.
const MANAGER: &str = "o.marchildon@fsu.example.ca";
const ADMINISTRATOR: &str = "s.dufresne@fsu.example.ca";

/// The running service; its standard output is held open beside it.
struct Service(Child);

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A demo that is served, by the demo itself: the service, its address, and what its people sign in with.
fn served(folder: &std::path::Path) -> (Service, BufReader<std::process::ChildStdout>, String, String) {
    let mut process = command(folder, &["demo", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(process.stdout.take().unwrap());
    let (mut password, mut base) = (String::new(), String::new());
    while base.is_empty() {
        let mut line = String::new();
        assert!(output.read_line(&mut line).unwrap() > 0, "the demo ended");
        if let Some((_, given)) = line.split_once("with the password ") {
            password = given.trim().to_owned();
        }
        if let Some(address) = line.strip_prefix("Pages:") {
            base = address.trim().trim_end_matches('/').to_owned();
        }
    }
    (Service(process), output, base, password)
}

#[test]
fn a_newcomer_sees_the_day_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let (_service, _output, base, password) = served(folder.path());
    let held = "/letters?state=held";
    let mut paths = vec![
        "/".to_owned(),
        "/api/docs".into(),
        "/letters".into(),
        held.into(),
        "/letters?person=Trem&type=debt-notice".into(),
        "/merges".into(),
        "/decisions".into(),
        "/decisions?order=amount".into(),
        "/standards".into(),
        "/runs".into(),
        "/runs/2026-11-17".into(),
    ];
    let manifest: Value =
        serde_json::from_slice(&std::fs::read(folder.path().join("runs/2026-11-17/manifest.json")).unwrap()).unwrap();
    let piece = &manifest[0];
    paths.push(format!("/letters/{}", piece["letter"].as_str().unwrap()));
    paths.push(format!("/cases/{}", piece["case"].as_str().unwrap()));
    paths.extend(decided_of(folder.path()));
    let shots = folder.path().join("shots");
    looked_at(&base, MANAGER, &password, &shots, &paths);
    let own = ["/people", "/tokens", "/audit", "/health", "/account", "/sign-in"].map(str::to_owned);
    looked_at(&base, ADMINISTRATOR, &password, &shots, &own);
}

/// The pages of letters and follow-ups on which somebody decides.
fn decided_of(folder: &std::path::Path) -> Vec<String> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let register = Register::open(folder, "specimen").await.unwrap();
        let reader = register.reader();
        let mut paths = Vec::new();
        for state in [LetterState::AwaitingApproval, LetterState::Held, LetterState::Issued] {
            let filter = Filter { state: Some(state), limit: 1, ..Filter::default() };
            paths.push(format!("/letters/{}", reader.letters(&filter).await.unwrap()[0].id));
        }
        for kind in [Kind::Is("who-is-it"), Kind::IsNot("who-is-it")] {
            let rows = reader.proposed(kind, None, &[], 1).await.unwrap();
            paths.extend(rows.iter().map(|row| format!("/follow-ups/{}", row.id)));
        }
        register.close().await;
        paths
    })
}

/// Has the browser open each page in both languages, signed in as somebody.
fn looked_at(base: &str, email: &str, password: &str, shots: &std::path::Path, paths: &[String]) {
    let both = paths.iter().flat_map(|path| {
        let mark = if path.contains('?') { '&' } else { '?' };
        ["en", "fr"].map(|lang| format!("{path}{mark}lang={lang}"))
    });
    let output = Command::new("node")
        .arg(home().join("tests/browser/pages.mjs"))
        .args([base, email, password])
        .arg(shots)
        .args(both)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    let pages: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(pages.len(), 2 * paths.len());
    for (number, page) in pages.iter().enumerate() {
        let lang = if number % 2 == 0 { "en-CA" } else { "fr-CA" };
        assert_eq!(page["lang"], lang, "{page}");
    }
}

#[test]
fn an_officer_merges_a_sheet_in_either_language_and_without_scripts() {
    let folder = tempfile::tempdir().unwrap();
    let (_service, _output, base, password) = served(folder.path());
    let sheet = home().join("samples/merges/statements.xlsx");
    // Handed in again, its letters are asked for once more, and held: the same letter has gone.
    for (number, (language, option)) in [("en", ""), ("fr", ""), ("fr", "--without-scripts")].into_iter().enumerate() {
        let shots = folder.path().join(format!("shots-{number}"));
        let mut browser = Command::new("node");
        browser.arg(home().join("tests/browser/merge.mjs")).args([&base, MANAGER, &password]).arg(&shots);
        browser
            .args([language, "account-statement"])
            .arg(&sheet)
            .args([option].iter().filter(|option| !option.is_empty()));
        let output = browser.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
        let told: Value = serde_json::from_str(text.trim()).unwrap();
        let pages: Vec<&str> =
            told["pages"].as_array().unwrap().iter().map(|page| page["name"].as_str().unwrap()).collect();
        assert_eq!(pages, ["hand-in", "sheet", "row", "merge"], "{told:#}");
        assert!(std::fs::read(shots.join("result.xlsx")).unwrap().starts_with(b"PK"));
    }
}
