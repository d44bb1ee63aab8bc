//! Words and their versions: what was proven, what has changed since, and a faulty set at the start.

use std::path::Path;

use serde_json::Value;

use crate::support::{command, debt_referred, edit, home, raise, recto, small_copy, studio, version};

const VERSIONS: &str = "letter-templates/versions.toml";

/// Runs a command over the letter types of a home, and gives whether it succeeded, its JSON and what it said beside it.
fn run(home: &Path, folder: &Path, arguments: &[&str]) -> (bool, Value, String) {
    let output = command(folder, arguments).current_dir(home).output().unwrap();
    let json = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output.status.success(), json, String::from_utf8_lossy(&output.stderr).into_owned())
}

fn codes(report: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    report["faults"].as_array().unwrap().iter().map(|fault| (text(&fault["code"]), text(&fault["place"]))).collect()
}

#[test]
fn the_versions_that_come_with_recto_are_those_of_its_words_and_were_proven() {
    let studio = studio();
    let hint = "run recto check --lock; where words changed, raise their version first";
    assert_eq!(studio.catalogue.changed_words(), [], "{hint}");
    assert!(studio.is_proven(), "letter-templates/versions.toml is not current: {hint}");
    let text = std::fs::read_to_string(home().join(VERSIONS)).unwrap();
    for name in studio.catalogue.types.keys().chain([&"_house".to_owned(), &"_programs/odsp".to_owned()]) {
        assert!(text.contains(&format!("\"{name}\" = {{ version = ")), "{name}: {hint}");
    }
    // That it is so, the whole check in tests/recto/pdf.rs shows.
}

#[test]
fn words_that_change_under_their_version_are_a_fault_wherever_they_stand() {
    let (home, folder) = (small_copy(&["debt-notice"]), tempfile::tempdir().unwrap());
    let check = |more: &[&str]| run(home.path(), folder.path(), &[&["check", "--json"], more].concat());
    let (done, report, _) = check(&["--lock"]);
    assert!(done, "{report:#}");
    let locked = std::fs::read_to_string(home.path().join(VERSIONS)).unwrap();
    let templates = home.path().join("letter-templates");
    for (file, from, to, place) in [
        (
            "debt-notice/en.typ",
            "== Why you owe this money",
            "== How this debt came about",
            Some("debt-notice/letter.toml:"),
        ),
        ("debt-notice/letter.toml", "page_limit = ", "page_limit = 1", Some("debt-notice/letter.toml:")),
        ("_house/shared/privacy.fr.typ", "renseignements", "informations", Some("_house/version.toml:2")),
        ("_house/words.toml", "Letter", "Letter ", Some("_house/version.toml:2")),
        ("_programs/odsp.toml", "the Crown in right of Ontario", "the Crown", Some("_programs/odsp.toml:")),
        // Schemas and samples are no words of a letter.
        ("debt-notice/samples/plausible.json", "\"Sudbury\"", "\"Espanola\"", None),
    ] {
        let file = templates.join(file);
        let before = std::fs::read_to_string(&file).unwrap();
        assert!(before.contains(from), "{from} is not in {}", file.display());
        std::fs::write(&file, before.replacen(from, to, 1)).unwrap();
        let (_, report, _) = check(&["--lock"]);
        let found: Vec<_> = codes(&report).into_iter().filter(|(code, _)| code == "words-changed").collect();
        assert_eq!(found.len(), usize::from(place.is_some()), "{}: {report:#}", file.display());
        assert!(place.is_none_or(|place| found[0].1.starts_with(place)), "{found:?}");
        std::fs::write(&file, before).unwrap();
        let now = std::fs::read_to_string(home.path().join(VERSIONS)).unwrap();
        assert_eq!(now == locked, place.is_some(), "what is at fault is not kept");
        std::fs::write(home.path().join(VERSIONS), &locked).unwrap();
    }
    edit(templates.join("debt-notice/en.typ"), "== Why you owe this money", "== How this debt came about");
    raise(home.path(), "debt-notice");
    let (done, report, _) = check(&["--lock"]);
    assert!(done, "a version of its own is its own: {report:#}");
    let now = std::fs::read_to_string(home.path().join(VERSIONS)).unwrap();
    let raised = format!("\"debt-notice\" = {{ version = \"{}\"", version(home.path(), "debt-notice"));
    assert!(now.contains(&raised) && now != locked, "{now}");
}

#[test]
fn a_faulty_set_makes_no_letter_at_the_start_as_at_a_reload() {
    let (home, data) = (small_copy(&["debt-notice"]), tempfile::tempdir().unwrap());
    let events = data.path().join("events.json");
    std::fs::write(&events, debt_referred("e-1").to_string()).unwrap();
    let folder = data.path().join("data");
    let english = home.path().join("letter-templates/debt-notice/en.typ");
    let healthy = std::fs::read_to_string(&english).unwrap();
    assert!(run(home.path(), &folder, &["take", events.to_str().unwrap()]).0);
    // One language lacks a passage that the letter must have.
    edit(english.clone(), "The full amount is payable now.", "");
    for arguments in [&["serve", "--listen", "127.0.0.1:0"][..], &["work", "--until-idle"], &["run", "close"]] {
        let (done, _, said) = run(home.path(), &folder, arguments);
        assert!(!done && said.contains("not in order") && said.contains("[passage-missing]"), "{arguments:?}: {said}");
    }
    std::fs::write(&english, &healthy).unwrap();
    let (done, worked, said) = run(home.path(), &folder, &["work", "--until-idle", "--json"]);
    assert!(done && worked["letters"][0]["state"] == "issued", "{worked:#}{said}");
    // What was issued stands for its version, whatever versions.toml says.
    edit(english, "== Why you owe this money", "== How this debt came about");
    assert!(run(home.path(), &folder, &["check", "--lock", "--json"]).0);
    let (done, _, said) = run(home.path(), &folder, &["work", "--until-idle"]);
    assert!(!done && said.contains("debt-notice/letter.toml") && said.contains("[words-changed]"), "{said}");
    raise(home.path(), "debt-notice");
    assert!(run(home.path(), &folder, &["work", "--until-idle"]).0);
}

#[test]
fn the_set_that_comes_with_recto_is_not_checked_again_at_each_start() {
    let folder = tempfile::tempdir().unwrap();
    let output = recto(folder.path(), &["work", "--until-idle"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !said.contains("checking the letter types"), "{said}");
}
