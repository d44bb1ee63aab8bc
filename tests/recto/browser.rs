//! The pages, in a real browser: no errors, no accessibility violations, no scrolling sideways, in both languages.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::support::{command, home, recto};

/// The running service; its standard output is held open beside it.
struct Service(Child);

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_newcomer_sees_the_day_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    assert!(recto(folder.path(), &["demo", "--no-serve"]).status.success());
    let mut process =
        command(folder.path(), &["serve", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut output = BufReader::new(process.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    let (_service, _output) = (Service(process), output);
    let (base, token) = line.trim().strip_prefix("Pages:  ").unwrap().split_once("/?token=").unwrap();
    let held = "/letters?state=held";
    let mut paths = vec![
        "/".to_owned(),
        "/api/docs".into(),
        "/letters".into(),
        held.into(),
        "/letters?person=Trem&type=debt-notice".into(),
    ];
    let manifest: Value =
        serde_json::from_slice(&std::fs::read(folder.path().join("runs/2026-11-17/manifest.json")).unwrap()).unwrap();
    let piece = &manifest[0];
    paths.push(format!("/letters/{}", piece["letter"].as_str().unwrap()));
    paths.push(format!("/cases/{}", piece["case"].as_str().unwrap()));
    let both = paths.iter().flat_map(|path| {
        let mark = if path.contains('?') { '&' } else { '?' };
        ["en", "fr"].map(|lang| format!("{path}{mark}lang={lang}"))
    });
    let shots = folder.path().join("shots");
    let output = Command::new("node")
        .arg(home().join("tests/browser/pages.mjs"))
        .args([base, token])
        .arg(&shots)
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
