//! Addresses and names on their ways in and out: events, the letter's page, the command, the API.

use axum::http::StatusCode;
use recto::case::Fault;
use recto::desk::{Desk, Outcome};
use serde_json::{Value, json};

use crate::http::Api;
use crate::support::{debt_referred, desk, event, pdf_text, recto, sample, state, take, taken, work};

/// A debt of somebody with this address.
fn debt_at(id: &str, address: Value) -> Value {
    let mut event = debt_referred(id);
    event["data"]["party"]["address"] = address;
    event
}

async fn refused(desk: &Desk, event: &Value) -> Vec<(String, String)> {
    let Outcome::Refused(faults) = take(desk, event).await else { panic!("it was taken: {event:#}") };
    faults.into_iter().map(|Fault { code, place, .. }| (code, place)).collect()
}

/// The words of a letter that was issued.
async fn page(desk: &Desk, event: &Value) -> String {
    let letters = taken(desk, event).await;
    work(desk).await;
    assert_eq!(state(desk, &letters[0]).await, ("issued", Vec::new()), "{event:#}");
    let (pdf, _) = desk.pdf(&letters[0]).await.unwrap().unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &pdf).unwrap();
    pdf_text(file.path())
}

fn parts(line: &str, province: &str, code: &str) -> Value {
    json!({"lines": [line], "municipality": "Sudbury", "province": province, "postal_code": code})
}

#[tokio::test(flavor = "multi_thread")]
async fn one_mistake_in_an_address_is_one_fault_at_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let place = "/data/party/address";
    let street = "12 Elm St";
    for (address, code, at) in [
        (parts("No fixed address", "ON", "P3E 0A1"), "no-fixed-address", "/lines/0"),
        (parts("N/A", "ON", "P3E 0A1"), "no-fixed-address", "/lines/0"),
        (parts("Unknown", "ON", "P3E 0A1"), "no-fixed-address", "/lines/0"),
        (parts("RETURN TO SENDER", "ON", "P3E 0A1"), "no-fixed-address", "/lines/0"),
        (parts(street, "Ontaria", "P3E 0A1"), "province-unknown", "/province"),
        (parts(street, "O", "P3E 0A1"), "province-unknown", "/province"),
        (parts(street, "", "P3E 0A1"), "province-unknown", "/province"),
        (parts(street, "ON", "P3"), "postal-code-invalid", "/postal_code"),
        (parts(street, "ON", ""), "postal-code-invalid", "/postal_code"),
        (parts(street, "ON", "P3E 0A1 0A1 0A1"), "postal-code-invalid", "/postal_code"),
        (parts(street, "QC", "P3E 0A1"), "postal-code-province-mismatch", "/postal_code"),
        (parts("", "ON", "P3E 0A1"), "too-few-lines", "/lines"),
        (parts("12 北京路", "ON", "P3E 0A1"), "line-forbidden-character", "/lines/0"),
        (parts("12 El\u{200b}m St", "ON", "P3E 0A1"), "line-forbidden-character", "/lines/0"),
        (parts(&"Elm ".repeat(20), "ON", "P3E 0A1"), "line-too-long", "/lines/0"),
        (
            json!({"lines": [street], "municipality": "", "province": "ON", "postal_code": "P3E 0A1"}),
            "city-missing",
            "/municipality",
        ),
        (
            json!({"lines": [street], "municipality": "Sudbury", "postal_code": "P3E 0A1"}),
            "province-unknown",
            "/province",
        ),
        (
            json!({"lines": [street, "Floor 2", "Tower B", "Door 3"], "municipality": "Sudbury", "province": "ON", "postal_code": "P3E 0A1"}),
            "too-many-lines",
            "",
        ),
        (
            json!({"lines": [street], "municipality": "Sudbury", "province": "ON", "postal_code": "P3E 0A1", "country": "XX"}),
            "country-unknown",
            "/country",
        ),
        (
            json!({"lines": [street], "municipality": "Sudbury", "province": "ON", "postal_code": 3}),
            "value-malformed",
            "/postal_code",
        ),
        (json!({"municipality": "Sudbury", "province": "ON", "postal_code": "P3E 0A1"}), "fact-missing", "/lines"),
    ] {
        let found = refused(&desk, &debt_at("e-1", address.clone())).await;
        assert_eq!(found, [(code.to_owned(), format!("{place}{at}"))], "{address}");
    }
    // Words for nothing are no name, nor a line above the street.
    for (part, told, code, at) in [
        ("surname", "N/A", "name-missing", "/surname"),
        ("surname", "inconnue", "name-missing", "/surname"),
        ("given_name", "s.o.", "name-missing", "/given_name"),
        ("organization", "none", "line-says-nothing", "/organization"),
    ] {
        let mut event = debt_at("e-1", parts(street, "ON", "P3E 0A1"));
        event["data"]["party"][part] = json!(told);
        assert_eq!(refused(&desk, &event).await, [(code.to_owned(), format!("/data/party{at}"))], "{part} {told}");
    }
    let mut named = debt_at("e-2", parts(street, "ON", "P3E 0A1"));
    named["data"]["party"]["surname"] = json!("Na");
    taken(&desk, &named).await;
    // Wherever an address is told.
    let data = sample("debt-notice", "plausible");
    let told = |address: Value| {
        let mut data = data.clone();
        data["facts"] = json!({"changed": "2026-11-17", "address": address});
        event("a-1", "address.changed", "2026-11-17T12:00:00-05:00", &data)
    };
    let found = refused(&desk, &told(parts("Inconnu", "ON", "P3E 0A1"))).await;
    assert_eq!(found, [("no-fixed-address".to_owned(), "/data/facts/address/lines/0".to_owned())]);
    taken(&desk, &told(parts("12 Elm St", "Ontario", "p3e0a1"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_certain_is_mended_on_the_page_and_the_record_keeps_what_was_told() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let told = json!({"lines": ["P.O. Box 4512", "."], "municipality": "St. Charles", "province": "Ontario", "postal_code": "p0m-2w0", "country": "Canada"});
    let event = debt_at("e-1", told.clone());
    let words = page(&desk, &event).await;
    assert!(words.contains("PO BOX 4512 ST. CHARLES ON P0M 2W0") && !words.contains("CANADA"), "{words}");
    let stored = desk.reader().event_by_key("https://cases.fsu.example.ca/", "e-1").await.unwrap().unwrap();
    assert_eq!(stored.event.data["party"]["address"], told);
    assert!(matches!(take(&desk, &event).await, Outcome::Repeated(_)));
    let mut other = event.clone();
    other["data"]["party"]["address"]["province"] = json!("ON");
    assert_eq!(refused(&desk, &other).await[0].0, "event-conflict", "what was told differs");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_may_be_told_in_lines_and_lie_abroad() {
    for (address, shown) in [
        (
            json!({"lines": ["123, rue Principale, app. 10", "Sudbury (Ontario) p3e0a1"]}),
            "123 RUE PRINCIPALE APP 10 SUDBURY ON P3E 0A1",
        ),
        (json!({"lines": ["12 rue de Rivoli", "75001 Paris", "France"]}), "12 RUE DE RIVOLI 75001 PARIS FRANCE"),
        (
            json!({"lines": ["14 Marine Drive"], "municipality": "Mumbai", "postal_code": "400020", "country": "India"}),
            "14 MARINE DRIVE MUMBAI 400020 INDIA",
        ),
        // Nine digits that are a ZIP code are no number of a person.
        (
            json!({"lines": ["1200 Pine St"], "municipality": "Buffalo", "province": "NY", "postal_code": "14204-6454", "country": "USA"}),
            "1200 PINE ST BUFFALO NY 14204-6454 UNITED STATES",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let words = page(&desk(folder.path()).await, &debt_at("e-1", address)).await;
        assert!(words.contains(shown), "{shown} is not in {words}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_in_another_script_is_one_fault_and_prints_in_latin_letters() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    for (given, surname, place) in [
        ("小龍", "李", "/data/party/given_name"),
        ("محمد", "علي", "/data/party/given_name"),
        ("प्रिया", "शर्मा", "/data/party/given_name"),
        ("Maria", "김", "/data/party/surname"),
    ] {
        let mut event = debt_referred("e-1");
        event["data"]["party"]["given_name"] = json!(given);
        event["data"]["party"]["surname"] = json!(surname);
        let Outcome::Refused(faults) = take(&desk, &event).await else { panic!("{surname} was taken") };
        assert_eq!(
            faults.iter().map(|f| (f.code.as_str(), f.place.as_str())).collect::<Vec<_>>(),
            [("character-not-printable", place)]
        );
        assert!(faults[0].message.en.contains("Latin letters") && faults[0].message.fr.contains("lettres latines"));
    }
    let mut event = debt_referred("e-1");
    let party = &mut event["data"]["party"];
    (party["given_name"], party["surname"], party["title"], party["language"]) =
        (json!("小龍"), json!("李"), json!("mr"), json!("en"));
    party["latin_name"] = json!({"given_name": "Xiaolong", "surname": "Li"});
    let words = page(&desk, &event).await;
    assert!(words.contains("XIAOLONG LI") && words.contains("Li") && !words.contains('李'), "{words}");
    let stored = desk.reader().event_by_key("https://cases.fsu.example.ca/", "e-1").await.unwrap().unwrap();
    assert_eq!(stored.event.data["party"]["surname"], "李");
    // The Latin name is a name too.
    event["id"] = json!("e-2");
    event["data"]["party"]["latin_name"] = json!({"surname": "Ли"});
    let event_of = |surname: &str| {
        let mut event = event.clone();
        event["data"]["party"]["latin_name"] = json!({"surname": surname});
        event
    };
    assert_eq!(
        refused(&desk, &event_of("李")).await,
        [("character-not-printable".into(), "/data/party/latin_name/surname".into())]
    );
    assert_eq!(
        refused(&desk, &event_of("...")).await,
        [("name-missing".into(), "/data/party/latin_name/surname".into())]
    );
}

#[test]
fn the_command_prints_the_block_or_the_faults() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("addresses.jsonl");
    let lines = [
        json!({"lines": ["Marie Tremblay", "123, rue Principale, app. 10", "Sudbury (Ontario) p3e1a1"]}).to_string(),
        String::new(),
        json!({"lines": ["12 Elm St"], "municipality": "Ottawa", "province": "ON", "postal_code": "K1A OB1"})
            .to_string(),
        "no JSON".to_owned(),
    ];
    std::fs::write(&file, lines.join("\n")).unwrap();
    let output = recto(folder.path(), &["address", file.to_str().unwrap(), "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
    let shown = shown["addresses"].as_array().unwrap();
    assert_eq!(shown.len(), 3);
    assert_eq!(shown[0]["block"], json!(["MARIE TREMBLAY", "123 RUE PRINCIPALE APP 10", "SUDBURY ON  P3E 1A1"]));
    assert_eq!(shown[1]["faults"][0]["code"], "postal-code-invalid");
    assert!(shown[1]["place"].as_str().unwrap().ends_with(":3") && shown[2]["faults"][0]["code"] == "json-malformed");
    std::fs::write(&file, &lines[0]).unwrap();
    let output = recto(folder.path(), &["address", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0));
    let shown = String::from_utf8(output.stdout).unwrap();
    assert_eq!(shown.trim_end(), "MARIE TREMBLAY\n123 RUE PRINCIPALE APP 10\nSUDBURY ON  P3E 1A1");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_checks_an_address_in_the_readers_language() {
    let api = Api::start().await;
    let json_type = ("content-type", "application/json");
    let good = json!({"lines": ["Marie Tremblay", "10-123 Main St", "Sudbury, Ont. P3E1A1"]}).to_string();
    let (status, body) = api.call("POST", "/addresses/check", &[json_type], good).await;
    assert_eq!(
        (status, body),
        (StatusCode::OK, json!({"block": ["MARIE TREMBLAY", "10-123 MAIN ST", "SUDBURY ON  P3E 1A1"]}))
    );
    let bad =
        json!({"lines": ["Sans adresse fixe"], "municipality": "Sudbury", "province": "ON", "postal_code": "P3E 1A1"})
            .to_string();
    let (status, body) = api.call("POST", "/addresses/check", &[json_type, ("accept-language", "fr")], bad).await;
    assert_eq!(
        (status, &body["faults"][0]["code"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("no-fixed-address")),
        "{body:#}"
    );
    assert_eq!(body["faults"][0]["place"], "/lines/0");
    assert!(body["faults"][0]["message"].as_str().unwrap().contains("poste restante"), "{body:#}");
    assert_eq!(api.call("POST", "/addresses/check", &[json_type], "{".to_owned()).await.0, StatusCode::BAD_REQUEST);
}
