//! `recto serve` as the system runs it: told to stop, and told to take its letter types anew.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::http::{Service, answer};
use crate::support::{debt_referred, edit, files, home, raise, recto, sample, small_copy};

/// A debt notice of another case and person.
fn of_case(number: usize) -> Value {
    let mut event = debt_referred(&format!("e-{number}"));
    event["subject"] = json!(format!("DR-2026-00460{number}"));
    event["data"]["case"]["reference"] = event["subject"].clone();
    event["data"]["party"]["id"] = json!(format!("P-{number}"));
    event
}

/// Takes an event and gives its letter once it is issued.
fn issued(service: &Service, event: &Value) -> Value {
    let (status, receipt) = service.call("POST", "/events", event).unwrap();
    assert_eq!(status, 202, "{receipt:#}");
    let path = format!("/letters/{}", receipt["letters"][0].as_str().unwrap());
    service.until(&path, |letter| letter["state"] == "issued").unwrap()
}

/// Whether an issued letter's page has some words.
fn says(folder: &Path, letter: &Value, words: &str) -> bool {
    let hash = letter["sha256"].as_str().unwrap();
    let (name, _) = files(&folder.join("archive")).into_iter().find(|(name, _)| name.contains(hash)).unwrap();
    crate::support::pdf_text(&folder.join("archive").join(name)).contains(words)
}

#[test]
fn told_to_stop_it_answers_what_was_begun_takes_no_more_loses_nothing_and_ends_well() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut service = Service::start(&home(), &data);
    let batch = json!((0..8).map(of_case).collect::<Vec<_>>());
    let (status, receipts) = service.call("POST", "/events", &batch).unwrap();
    assert_eq!((status, receipts.as_array().unwrap().len()), (202, 8));
    // A request is half sent when the signal comes.
    let request = json!({"letter": "debt-notice", "data": sample("debt-notice", "plausible")}).to_string();
    let (mut begun, rest) = service.begin("POST", "/letters", &request).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    service.signal("TERM");
    std::thread::sleep(Duration::from_millis(300));
    begun.write_all(&rest).unwrap();
    let (status, letter) = answer(begun).unwrap();
    assert_eq!(status, 201, "what was begun is answered: {letter:#}\n{}", service.log());
    assert!(service.wait().success(), "{}", service.log());
    assert!(service.call("GET", "/letters", &Value::Null).is_err(), "nobody listens any more");
    // What was not worked by then is there for the next start, once.
    let verified = recto(&data, &["verify", "--json"]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
    assert!(recto(&data, &["work", "--until-idle"]).status.success());
    let closed = recto(&data, &["run", "close", "--json"]);
    assert_eq!(serde_json::from_slice::<Value>(&closed.stdout).unwrap()["totals"]["pieces"], 9);
}

#[test]
fn told_to_hang_up_it_takes_changed_letter_types_and_keeps_the_old_ones_where_they_are_faulty() {
    let (home, folder) = (small_copy(&["debt-notice"]), tempfile::tempdir().unwrap());
    let (data, body) = (folder.path().join("data"), home.path().join("letter-templates/debt-notice/en.typ"));
    let mut service = Service::start(home.path(), &data);
    let hash = |types: &Value| types[0]["hash"].as_str().unwrap().to_owned();
    let first = hash(&service.until("/letter-types", |types| types[0]["key"] == "debt-notice").unwrap());
    assert!(says(&data, &issued(&service, &of_case(1)), "Why you owe this money"));
    edit(body.clone(), "== Why you owe this money", "== How this debt came about");
    raise(home.path(), "debt-notice");
    service.signal("HUP");
    let second = hash(&service.until("/letter-types", |types| hash(types) != first).unwrap());
    assert!(says(&data, &issued(&service, &of_case(2)), "How this debt came about"));
    edit(body, "== How this debt came about", "== {{ facts.nothing | money }}");
    service.signal("HUP");
    let begun = std::time::Instant::now();
    while !service.log().contains("the letter types were refused") {
        assert!(begun.elapsed() < Duration::from_secs(60), "{}", service.log());
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(hash(&service.call("GET", "/letter-types", &Value::Null).unwrap().1), second);
    let (_, reload) = service.call("GET", "/letter-types/reload", &Value::Null).unwrap();
    assert_eq!(reload["state"], "refused", "SIGHUP is told of there too: {reload:#}");
    let faults = reload["faults"].as_array().unwrap();
    assert!(faults.iter().any(|fault| fault["code"] == "template-faulty"), "{reload:#}");
    assert!(says(&data, &issued(&service, &of_case(3)), "How this debt came about"), "it goes on as before");
    service.signal("TERM");
    assert!(service.wait().success(), "{}", service.log());
}
