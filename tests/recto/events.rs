//! Taking events: once each, or refused with every fault.

use recto::case::CaseRef;
use recto::desk::{Batch, Outcome};
use recto::intake::Offer;
use recto::register::Filter;
use serde_json::{Value, json};

use crate::support::{debt_referred, desk, event, files, operator, recto, sample, take, taken, work};

#[tokio::test(flavor = "multi_thread")]
async fn an_event_taken_twice_is_issued_once() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let event = debt_referred("e-1");
    let letters = taken(&desk, &event).await;
    work(&desk).await;
    match take(&desk, &event).await {
        Outcome::Repeated(again) => assert_eq!(again, letters, "the same answer"),
        other => panic!("{other:?}"),
    }
    work(&desk).await;
    assert_eq!(desk.reader().letters(&Filter { limit: 10, ..Filter::default() }).await.unwrap().len(), 1);
    let entries = desk.reader().entries_of_case(&CaseRef::new(event["subject"].as_str().unwrap())).await.unwrap();
    let kinds: Vec<_> = entries.iter().map(|entry| entry.kind().as_str()).collect();
    assert_eq!(kinds, ["event-taken", "letter-issued"]);
    assert_eq!(files(&folder.path().join("archive")).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_id_with_other_contents_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let mut event = debt_referred("e-1");
    taken(&desk, &event).await;
    event["data"]["party"]["surname"] = json!("Autre");
    match take(&desk, &event).await {
        Outcome::Refused(faults) => assert_eq!(faults[0].code, "event-conflict"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_event_gets_every_fault_at_once_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let mut event = debt_referred("e-1");
    event["data"]["facts"]["balance"] = json!("12,50");
    event["data"]["facts"]["colour"] = json!("blue");
    event["data"]["party"]["surname"] = json!("Smile🙂");
    event["data"]["party"]["address"]["postal_code"] = json!("D1D 1D1");
    event["data"]["party"]["address"]["lines"] = json!(["#4 A VERY LONG STREET NAME THAT NEVER ENDS IN A SMALL TOWN"]);
    let Outcome::Refused(faults) = take(&desk, &event).await else { panic!("it was taken") };
    let mut found: Vec<(&str, &str)> = faults.iter().map(|f| (f.code.as_str(), f.place.as_str())).collect();
    found.sort_unstable();
    for expected in [
        ("money-malformed", "/data/facts/balance"),
        ("fact-unknown", "/data/facts/colour"),
        ("character-not-printable", "/data/party/surname"),
        ("postal-code-invalid", "/data/party/address/postal_code"),
        ("line-forbidden-character", "/data/party/address/lines/0"),
        ("line-too-long", "/data/party/address/lines/0"),
    ] {
        assert!(found.contains(&expected), "{expected:?} is not in {found:#?}");
    }
    for fault in &faults {
        assert!(!fault.message.en.is_empty() && !fault.message.fr.is_empty() && fault.message.en != fault.message.fr);
    }
    assert_eq!(desk.reader().event_count(chrono::DateTime::UNIX_EPOCH).await.unwrap(), 0);
    assert!(files(&folder.path().join("archive")).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_of_many_events_is_recorded_wholly_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let mut bad = debt_referred("e-2");
    bad["data"]["facts"]["balance"] = json!("1.2.3");
    let offers = || [debt_referred("e-1"), bad.clone()].iter().map(|e| Offer::of("t".into(), e)).collect::<Vec<_>>();
    let outcomes = desk.take(operator(), offers(), Batch::AllOrNone).await.unwrap();
    assert!(matches!(outcomes[0], Outcome::Untouched) && matches!(outcomes[1], Outcome::Refused(_)));
    assert_eq!(desk.reader().event_count(chrono::DateTime::UNIX_EPOCH).await.unwrap(), 0);
    let outcomes = desk.take(operator(), offers(), Batch::EachAlone).await.unwrap();
    assert!(matches!(outcomes[0], Outcome::Taken(_)) && matches!(outcomes[1], Outcome::Refused(_)));
    assert_eq!(desk.reader().event_count(chrono::DateTime::UNIX_EPOCH).await.unwrap(), 1);
}

#[test]
fn files_are_read_as_lines_or_as_an_array_and_what_is_no_event_is_named_by_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let array = folder.path().join("array.json");
    std::fs::write(&array, json!([debt_referred("a-1"), debt_referred("a-2")]).to_string()).unwrap();
    let lines = folder.path().join("lines.jsonl");
    std::fs::write(&lines, format!("{}\n\nnot json\n[1]\n", debt_referred("l-1"))).unwrap();
    let data = folder.path().join("data");
    let output = recto(&data, &["take", array.to_str().unwrap(), lines.to_str().unwrap(), "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["taken"], 3, "{report:#}");
    let places: Vec<_> = report["refused"].as_array().unwrap().iter().map(|r| r["place"].as_str().unwrap()).collect();
    assert!(places[0].ends_with("lines.jsonl:3") && places[1].ends_with("lines.jsonl:4"), "{places:?}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn names_are_stored_in_one_spelling_without_blanks_at_their_ends() {
    let mut event = debt_referred("e-1");
    event["data"]["party"]["surname"] = json!("  Be\u{301}langer ");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let desk = desk(folder.path()).await;
        let letters = taken(&desk, &event).await;
        let row = desk.reader().letter(&letters[0]).await.unwrap().unwrap();
        assert!(
            row.addressee_name.ends_with(" B\u{e9}langer") || row.addressee_name == "B\u{e9}langer",
            "{}",
            row.addressee_name
        );
    });
}

#[test]
fn a_file_that_is_not_utf8_is_refused_line_by_line_and_kept_to_the_byte() {
    let folder = tempfile::tempdir().unwrap();
    let good = format!("\u{feff}{}\n", debt_referred("g-1"));
    let bad = debt_referred("b-1").to_string().replace("Tremblay", "B\u{e9}langer");
    let latin: Vec<u8> = bad.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect();
    let path = folder.path().join("latin.jsonl");
    std::fs::write(&path, [good.as_bytes(), &latin, b"\n"].concat()).unwrap();
    let output = recto(&folder.path().join("data"), &["take", path.to_str().unwrap(), "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["taken"], &report["refused"][0]["faults"][0]["code"]), (&json!(1), &json!("not-utf-8")));
    let kept = std::fs::read(report["kept_in"][0].as_str().unwrap()).unwrap();
    assert_eq!(kept.strip_suffix(b"\n").unwrap(), latin, "as it came");
}

#[test]
fn one_event_written_over_several_lines_is_one_event() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.json");
    std::fs::write(&path, format!("{:#}", debt_referred("p-1"))).unwrap();
    let output = recto(&folder.path().join("data"), &["take", path.to_str().unwrap(), "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["taken"], output.status.code()), (&json!(1), Some(0)), "{report:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn times_and_attributes_that_nothing_has_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    for (name, value) in [
        ("time", json!("9999-12-31T23:59:59-05:00")),
        ("time", json!("yesterday")),
        ("source", json!("\u{202e}")),
        ("id", json!("")),
        ("datacontenttype", json!([])),
        ("datacontenttype", json!("text/xml")),
        ("specversion", json!("0.3")),
        ("type", json!("debt.referred")),
    ] {
        let mut event = debt_referred("e-1");
        event[name] = value;
        match take(&desk, &event).await {
            Outcome::Refused(faults) => assert!(faults.iter().all(|f| f.place == format!("/{name}")), "{faults:?}"),
            other => panic!("{name}: {other:?}"),
        }
    }
    let mut event = debt_referred("e-1");
    event["data"]["facts"]["decision"]["date"] = json!("-018-01-01");
    assert!(matches!(take(&desk, &event).await, Outcome::Refused(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_of_names_in_an_event_does_not_matter() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let event = debt_referred("e-1");
    taken(&desk, &event).await;
    let mut turned = event.clone();
    let facts: serde_json::Map<String, Value> =
        event["data"]["facts"].as_object().unwrap().clone().into_iter().rev().collect();
    turned["data"]["facts"] = Value::Object(facts);
    assert!(matches!(take(&desk, &turned).await, Outcome::Repeated(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_to_somebody_else_is_found_by_the_name_of_either() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let mut data = sample("insolvency-acknowledgement", "plausible");
    recto::letter::take_date(&mut data);
    let letters = taken(&desk, &event("i-1", "insolvency.filed", "2026-11-17T09:00:00-05:00", &data)).await;
    let row = desk.reader().letter(&letters[0]).await.unwrap().unwrap();
    let name = |whom: &str| data[whom]["surname"].as_str().unwrap().to_owned();
    assert_ne!(name("party"), name("addressee"));
    assert_eq!(row.person.as_str(), data["party"]["id"].as_str().unwrap(), "whom it is about");
    assert!(row.person_name.ends_with(&name("party")) && row.addressee_name.ends_with(&name("addressee")), "{row:?}");
    for whom in [name("party"), name("addressee").to_uppercase(), row.person.to_string()] {
        let filter = Filter { person: Some(whom.clone()), limit: 10, ..Filter::default() };
        let found = desk.reader().letters(&filter).await.unwrap();
        assert_eq!(found.iter().map(|letter| &letter.id).collect::<Vec<_>>(), [&letters[0]], "{whom}");
    }
}
