//! The sample day, as `recto demo` walks through it, and who is in all samples.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::http::Service;
use crate::support::{NOW, catalogue, files, home, recto};

fn demo(folder: &std::path::Path) -> String {
    let output = recto(folder, &["demo", "--no-serve"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_day_gives_the_same_letters_prints_and_mails_to_the_byte() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    demo(one.path());
    demo(two.path());
    for part in ["archive", "runs", "outbox", "refused"] {
        let (a, b) = (files(&one.path().join(part)), files(&two.path().join(part)));
        assert!(!a.is_empty(), "{part} is empty");
        let names = |files: &[(String, Vec<u8>)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&a), names(&b), "{part}");
        assert!(a == b, "{part} differs in bytes");
    }
}

#[test]
fn the_day_is_believable_and_ends_as_the_samples_say() {
    let folder = tempfile::tempdir().unwrap();
    let shown = demo(folder.path());
    assert!(shown.contains("104 events taken, 79 letters called for; 1 known already; 6 refused."), "{shown}");
    let line = shown.lines().find(|line| line.starts_with("in all")).unwrap();
    let counts: Vec<usize> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    assert_eq!(counts, [70, 51, 12, 10, 0, 2, 0], "issued, printed, e-mailed, held, ended, approval, refused");
    for reason in ["B1:", "B2:", "B4:", "B9:", "B11:", "B13:", "B17:", "$9,332.16", "$3,486.20"] {
        assert!(shown.contains(reason), "no letter is held for {reason}: {shown}");
    }
    for code in
        ["character-not-printable", "line-forbidden-character", "money-malformed", "fact-unknown", "line-too-long"]
    {
        assert!(shown.contains(code), "no event is refused for {code}");
    }
    assert_eq!(files(&folder.path().join("outbox")).len(), 12);
    let read = |file: std::path::PathBuf| serde_json::from_slice::<Value>(&std::fs::read(file).unwrap()).unwrap();
    let totals = read(folder.path().join(format!("runs/{}/totals.json", &NOW[..10])));
    assert_eq!(totals, read(home().join("src/web/api/examples.json"))["Totals"], "the API's example is this day's run");
    let verified = recto(folder.path(), &["verify", "--json"]);
    assert_eq!(serde_json::from_slice::<Value>(&verified.stdout).unwrap()["differences"], Value::Array(Vec::new()));
}

#[test]
fn the_demo_replaces_its_own_folder_but_nobody_elses() {
    let folder = tempfile::tempdir().unwrap();
    demo(folder.path());
    let again = recto(folder.path(), &["demo", "--no-serve"]);
    assert!(again.status.success());
    assert!(String::from_utf8_lossy(&again.stderr).contains("Replacing the demo"), "it says so");
    let other = tempfile::tempdir().unwrap();
    std::fs::write(other.path().join("recto.db"), "somebody's register").unwrap();
    let refused = recto(other.path(), &["demo", "--no-serve"]);
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(std::fs::read(other.path().join("recto.db")).unwrap(), b"somebody's register");
}

#[test]
fn the_commands_in_their_parts_do_what_the_demo_does() {
    let folder = tempfile::tempdir().unwrap();
    let taken = recto(folder.path(), &["take", "samples/events.jsonl", "--json"]);
    assert_eq!(taken.status.code(), Some(1), "some events are refused");
    let taken: Value = serde_json::from_slice(&taken.stdout).unwrap();
    assert_eq!((&taken["taken"], &taken["repeated"]), (&Value::from(104), &Value::from(1)));
    assert_eq!(taken["refused"].as_array().unwrap().len(), 6);
    assert!(taken["refused"][0]["place"].as_str().unwrap().ends_with("events.jsonl:21"));
    let kept = std::fs::read_to_string(taken["kept_in"][0].as_str().unwrap()).unwrap();
    assert_eq!(kept.lines().count(), 6, "what was refused is kept as it came");
    assert!(recto(folder.path(), &["work", "--until-idle", "--json"]).status.success());
    let closed = recto(folder.path(), &["run", "close", "--json"]);
    let closed: Value = serde_json::from_slice(&closed.stdout).unwrap();
    assert_eq!(closed["totals"]["pieces"], 48, "the three approved reimbursements of the demo are not in it");
    assert_eq!(closed["totals"]["date"], NOW[..10]);
}

#[test]
fn a_demo_never_wipes_what_was_done_or_put_in_its_folder_since() {
    let folder = tempfile::tempdir().unwrap();
    demo(folder.path());
    // Looking changes nothing.
    assert!(recto(folder.path(), &["verify"]).status.success());
    assert!(recto(folder.path(), &["explain", "DR-2026-004512"]).status.success());
    demo(folder.path());
    let refused = |said: &str| {
        let output = recto(folder.path(), &["demo", "--no-serve"]);
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{words}");
        assert!(words.contains(said), "{words}");
    };
    std::fs::write(folder.path().join("notes.txt"), "mine").unwrap();
    refused("notes.txt was not");
    std::fs::remove_file(folder.path().join("notes.txt")).unwrap();
    let mail = files(&folder.path().join("outbox")).remove(0);
    let file = folder.path().join("outbox").join(&mail.0);
    std::fs::remove_file(&file).unwrap();
    refused("has been worked in since");
    std::fs::write(&file, &mail.1).unwrap();
    let event = folder.path().with_extension("jsonl");
    std::fs::write(&event, crate::support::debt_referred("mine").to_string()).unwrap();
    assert!(recto(folder.path(), &["take", event.to_str().unwrap()]).status.success());
    std::fs::remove_file(event).unwrap();
    refused("has been worked in since");
    // One that broke off is the demo's alone.
    std::fs::write(folder.path().join("demo"), "unfinished\n").unwrap();
    demo(folder.path());
}

#[test]
fn the_example_of_the_readme_is_a_payment_that_counts_on_the_day_of_the_demo() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    demo(&data);
    let readme = std::fs::read_to_string(home().join("README.md")).unwrap();
    let example = readme.split_once("-d '").unwrap().1.split_once("}'").unwrap().0;
    let event: Value = serde_json::from_str(&format!("{example}}}")).unwrap();
    let case = event["subject"].as_str().unwrap();
    let service = Service::start(&home(), &data);
    let owed = || service.call("GET", &format!("/cases/{case}"), &Value::Null).unwrap().1["debts"][0]["balance"].take();
    assert_eq!(owed(), "868.17");
    let (status, receipt) = service.call("POST", "/events", &event).unwrap();
    assert_eq!((status, &receipt["id"], &receipt["notices"]), (202, &event["id"], &Value::Null), "{receipt:#}");
    assert_eq!(owed(), "818.17");
}

#[test]
fn every_number_is_of_one_person_and_every_case_of_one_program_and_person_in_all_samples_of_letters_and_in_the_day() {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let data = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap();
    let letters = catalogue().types.into_keys().flat_map(|letter_type| {
        let samples = files(&home().join(format!("letter-templates/{letter_type}/samples"))).into_iter();
        samples.map(move |(name, bytes)| (format!("{letter_type}/{name}"), bytes))
    });
    let letters: Vec<(String, Value)> = letters.map(|(place, bytes)| (place, data(&bytes))).collect();
    let day: Vec<(String, Value)> = std::fs::read_to_string(home().join("samples/events.jsonl"))
        .unwrap()
        .lines()
        .map(|line| data(line.as_bytes()))
        .map(|event| (text(&event["id"]), event["data"].clone()))
        .collect();
    // The day has a register of its own: a number there may be somebody else's than in the letters' samples. As many as there are
    // today, so that none is passed over.
    for (samples, people_at_least) in [(&letters, 339), (&day, 87)] {
        let mut people = BTreeMap::<String, ([Value; 4], &str)>::new();
        for (place, data) in samples {
            for person in ["party", "addressee"].map(|one| &data[one]).into_iter().filter(|one| one["id"].is_string()) {
                let who = ["given_name", "surname", "organization", "role"].map(|part| person[part].clone());
                let (known, at) = people.entry(text(&person["id"])).or_insert_with(|| (who.clone(), place));
                assert_eq!(*known, who, "{} is somebody else in {place} than in {at}", person["id"]);
            }
        }
        assert!(people.len() >= people_at_least, "{}", people.len());
    }
    let mut cases = BTreeMap::<String, BTreeSet<[String; 2]>>::new();
    for (_, data) in &letters {
        let of = [&data["case"]["program"], &data["party"]["id"]].map(text);
        cases.entry(text(&data["case"]["reference"])).or_default().insert(of);
    }
    let shared: Vec<_> = cases.iter().filter(|(_, of)| of.len() > 1).collect();
    assert!(cases.len() >= 344 && shared.is_empty(), "{} cases; of several: {shared:?}", cases.len());
}

#[test]
fn the_readme_counts_what_the_day_has() {
    let readme = std::fs::read_to_string(home().join("README.md")).unwrap();
    let readme = readme.split_whitespace().collect::<Vec<_>>().join(" ");
    let of_the_day = std::fs::read_to_string(home().join("samples/README.md")).unwrap();
    let day = std::fs::read_to_string(home().join("samples/events.jsonl")).unwrap();
    let events: Vec<Value> = day.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let different = |name: &str| events.iter().map(|event| event[name].to_string()).collect::<BTreeSet<_>>().len();
    let (lines, cases, ids) = (events.len(), different("subject"), different("id"));
    // What becomes of them, the_day_is_believable_and_ends_as_the_samples_say sees.
    for words in [
        format!("{lines} events over {cases} invented cases come in; 104 are taken, one came before, and six are refused"),
        "ten letters are held, each with the rule; 67 are issued, 51 of them closed into a print run, 12 written to the outbox".into(),
    ] {
        assert!(readme.contains(&words), "the README does not say: {words}");
    }
    for row in [
        format!("| lines | {lines} |"),
        format!("| different events (one came twice) | {ids} |"),
        format!("| cases | {cases} |"),
        "| events refused when taken | 6 |".into(),
        "| **all** | **51** | **12** | **2** | **10** |".into(),
    ] {
        assert!(of_the_day.contains(&row), "samples/README.md does not say: {row}");
    }
}
