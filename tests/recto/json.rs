//! JSON from outside: strict about names, encodings and halves of characters, by every way in.

use axum::http::StatusCode;
use recto::case::json::read;
use serde_json::{Value, json};

use crate::http::{Api, STRUCTURED};
use crate::support::{copy, debt_referred, edit, files, recto, sample};

fn codes(text: &[u8]) -> Vec<(String, String)> {
    read(text).err().into_iter().flatten().map(|fault| (fault.code, fault.place)).collect()
}

#[test]
fn a_name_that_occurs_twice_in_one_object_is_refused_at_its_place_and_in_two_objects_is_not() {
    for (text, places) in [
        (r#"{"a": 1, "a": 1}"#, vec!["/a"]),
        (r#"{"a": {"b": 1, "c": 2, "b": 3}}"#, vec!["/a/b"]),
        (r#"[{"a": 1}, {"a": 1, "a": 2, "a": 3}]"#, vec!["/1/a"]),
        (r#"{"a/b~": 1, "a/b~": 2, "x": {"y": 1, "y": {}}}"#, vec!["/a~1b~0", "/x/y"]),
        ("{\"\\u0061\": 1, \"a\": 2}", vec!["/a"]),
    ] {
        let wanted: Vec<_> = places.iter().map(|place| ("json-malformed".to_owned(), (*place).to_owned())).collect();
        assert_eq!(codes(text.as_bytes()), wanted, "{text}");
    }
    for text in
        [r#"{"a": 1, "A": 2}"#, r#"[{"a": 1}, {"a": 1}]"#, r#"{"a": {"a": 1}}"#, "[1.5, -3, 1e3, null, true, \"é\"]"]
    {
        assert_eq!(read(text.as_bytes()).unwrap(), serde_json::from_str::<Value>(text).unwrap());
    }
    for text in ["", "{", "{\"a\" 1}", "[1,]", "{} {}", "nul", "\"\\x\""] {
        let faults = read(text.as_bytes()).unwrap_err();
        assert_eq!((faults.len(), faults[0].code.as_str()), (1, "json-malformed"), "{text}");
        assert!(!faults[0].message.fr.contains("expected"), "{}", faults[0].message.fr);
    }
}

#[test]
fn half_of_a_character_names_its_field_and_a_whole_one_is_read() {
    let half = |place: &str| vec![("character-incomplete".to_owned(), place.to_owned())];
    assert_eq!(codes(br#"{"a": {"b": "x\ud800y"}}"#), half("/a/b"));
    assert_eq!(codes(br#"["\udc00"]"#), half("/0"));
    assert_eq!(codes(br#"["\ud83d\ud83d\ude00"]"#), half("/0"));
    assert_eq!(codes(br#"{"\ud800": 1}"#).len(), 1);
    assert_eq!(read(br#"["\ud83d\ude00", "\\ud800", "\u00e9"]"#).unwrap(), json!(["😀", "\\ud800", "é"]));
}

#[test]
fn utf_8_is_read_with_its_mark_or_without_and_any_other_encoding_is_called_by_its_name() {
    let text = json!({"name": "Étienne"}).to_string();
    assert_eq!(read(&[b"\xef\xbb\xbf", text.as_bytes()].concat()).unwrap()["name"], "Étienne");
    let utf16 = |mark: bool, of: fn(u16) -> [u8; 2]| -> Vec<u8> {
        mark.then_some(0xfeff).into_iter().chain(text.encode_utf16()).flat_map(of).collect()
    };
    for mark in [true, false] {
        for of in [u16::to_le_bytes, u16::to_be_bytes] {
            let faults = read(&utf16(mark, of)).unwrap_err();
            assert_eq!((faults.len(), faults[0].code.as_str()), (1, "not-utf-8"));
            assert!(faults[0].message.en.contains("UTF-16") && faults[0].message.fr.contains("UTF-8"), "{}", faults[0]);
        }
    }
    let utf32: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    assert!(read(&utf32).unwrap_err()[0].message.en.contains("UTF-32"));
    let latin: Vec<u8> = text.chars().map(|c| c as u8).collect();
    let faults = read(&latin).unwrap_err();
    assert_eq!(faults[0].code, "not-utf-8");
    assert!(faults[0].message.en.contains("Windows-1252") && faults[0].message.en.contains("Étienne"), "{}", faults[0]);
}

#[test]
fn a_file_is_refused_with_one_fault_and_what_is_kept_of_utf_16_can_be_taken() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("data"), folder.path().join("events.jsonl"));
    let take = |bytes: &[u8]| -> Value {
        std::fs::write(&file, bytes).unwrap();
        serde_json::from_slice(&recto(&data, &["take", file.to_str().unwrap(), "--json"]).stdout).unwrap()
    };
    let line = debt_referred("e-1").to_string();
    let twice = line.replacen("\"balance\":", "\"balance\":\"18.46\",\"balance\":", 1);
    for text in [twice.clone(), format!("[{twice}]"), format!("{{\n{}", &twice[1..])] {
        let report = take(text.as_bytes());
        let refused = report["refused"].as_array().unwrap();
        let faults = refused[0]["faults"].as_array().unwrap();
        assert_eq!((refused.len(), faults.len(), &faults[0]["code"]), (1, 1, &json!("json-malformed")), "{report:#}");
        assert!(faults[0]["place"].as_str().unwrap().ends_with("/data/facts/balance"), "{report:#}");
    }
    let wide: Vec<u8> = format!("\u{feff}{line}\r\n{line}\r\n").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let report = take(&wide);
    assert_eq!((&report["taken"], report["refused"].as_array().unwrap().len()), (&json!(0), 1), "{report:#}");
    assert!(report["refused"][0]["faults"][0]["message"].as_str().unwrap().contains("UTF-16"));
    let kept = report["kept_in"][0].as_str().unwrap();
    let again: Value = serde_json::from_slice(&recto(&data, &["take", kept, "--json"]).stdout).unwrap();
    assert_eq!((&again["taken"], &again["repeated"]), (&json!(1), &json!(1)), "{again:#}");
    let marked = take(format!("\u{feff}{line}\n").as_bytes());
    assert_eq!(marked["repeated"], 1, "{marked:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_reads_as_strictly_as_files_are_read() {
    let api = Api::start().await;
    let line = debt_referred("e-1").to_string();
    let twice = line.replacen("\"balance\":", "\"balance\":\"18.46\",\"balance\":", 1);
    let preview = format!("{{\"letter\":\"debt-notice\",\"data\":{}}}", sample("debt-notice", "plausible"));
    let preview = preview.replacen("\"balance\":", "\"balance\":\"18.46\",\"balance\":", 1);
    for (path, body) in [("/events", twice), ("/letters/preview", preview)] {
        let (status, problem) = api.call("POST", path, &[STRUCTURED], body).await;
        assert!(status.is_client_error(), "{problem:#}");
        assert_eq!(
            (&problem["faults"][0]["code"], &problem["faults"][0]["place"]),
            (&json!("json-malformed"), &json!("/data/facts/balance"))
        );
    }
    let half = line.replacen("Tremblay", "Trem\\ud800blay", 1);
    let half = if half == line { line.replacen("\"surname\":\"", "\"surname\":\"\\ud800", 1) } else { half };
    let (status, problem) = api.call("POST", "/events", &[STRUCTURED], half).await;
    assert_eq!((status, &problem["faults"][0]["place"]), (StatusCode::BAD_REQUEST, &json!("/data/party/surname")));
    assert!(files(&api.folder().join("archive")).is_empty());
}

#[test]
fn data_files_and_the_houses_own_are_read_so_too() {
    let folder = tempfile::tempdir().unwrap();
    let (file, out) = (folder.path().join("data.json"), folder.path().join("letter.pdf"));
    let data = sample("debt-notice", "plausible").to_string();
    let render = |bytes: Vec<u8>| {
        std::fs::write(&file, bytes).unwrap();
        let arguments = [
            "render",
            "debt-notice",
            "--data",
            file.to_str().unwrap(),
            "--lang",
            "en",
            "-o",
            out.to_str().unwrap(),
            "--json",
        ];
        let output = recto(folder.path(), &arguments);
        (output.status.code(), serde_json::from_slice::<Value>(&output.stdout).unwrap())
    };
    let twice = data.replacen("\"balance\":", "\"balance\":\"18.46\",\"balance\":", 1);
    for (bytes, code) in [
        (twice.into_bytes(), "json-malformed"),
        (data.encode_utf16().flat_map(u16::to_le_bytes).collect(), "not-utf-8"),
        (data.chars().map(|c| c as u8).collect(), "not-utf-8"),
    ] {
        let (status, answer) = render(bytes);
        assert_eq!((status, &answer["faults"][0]["code"]), (Some(1), &json!(code)), "{answer:#}");
    }
    assert_eq!(render([b"\xef\xbb\xbf", data.as_bytes()].concat()).0, Some(0), "a mark before UTF-8 is no fault");
    let home = copy();
    edit(
        home.path().join("letter-templates/debt-notice/samples/plausible.json"),
        "{\n  \"case\"",
        "{\n  \"facts\": {},\n  \"case\"",
    );
    let faults = recto::letter::Catalogue::load(&home.path().join("letter-templates")).err().unwrap();
    assert!(
        faults.iter().any(|fault| fault.code == "json-malformed" && fault.place.contains("plausible.json:")),
        "{faults:#?}"
    );
}
