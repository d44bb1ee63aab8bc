//! CloudEvents 1.0.2: the cases of the official conformance suite (cloudevents/conformance, format/json and the HTTP feature), each laid
//! over an event of ours; the HTTP binding; and the official Python SDK as the sender.

use std::process::Command;

use axum::http::StatusCode;
use recto::case::CaseEvent;
use serde_json::{Value, json};

use crate::http::{Api, BATCH, STRUCTURED, Service};
use crate::support::{debt_referred, home, tools};

/// An event of ours with some members replaced; one that is null here is taken out, and `"null"` stands for one that is null.
fn laid(changes: &Value) -> Value {
    let mut event = debt_referred("e-1");
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(event.as_object_mut().unwrap().shift_remove(name)),
            Value::String(text) if text == "null" => event[name] = Value::Null,
            value => event[name] = value.clone(),
        }
    }
    event
}

#[test]
fn what_the_conformance_suite_calls_invalid_is_refused_at_the_attribute_that_makes_it_so() {
    for (case, changes, place) in [
        ("invalidNoSpecVersion", json!({"specversion": null}), "/specversion"),
        ("invalidNoId", json!({"id": null}), "/id"),
        ("invalidNoType", json!({"type": null}), "/type"),
        ("invalidNoSource", json!({"source": null}), "/source"),
        ("invalidTimeGarbage", json!({"time": "lunchtime"}), "/time"),
        ("invalidTimeToMinute", json!({"time": "2018-04-05T18:31Z"}), "/time"),
        ("invalidTimeOffsetX", json!({"time": "2018-04-05T18:31:00X"}), "/time"),
        ("invalidTimeOffsetOutOfRange", json!({"time": "2018-04-05T18:31:00+25:00"}), "/time"),
        ("invalidTimeOffsetNonInteger", json!({"time": "2018-04-05T18:31:00+xx:00"}), "/time"),
        ("invalidTimeOffsetHourOnly", json!({"time": "2018-04-05T18:31:00+05"}), "/time"),
        ("invalidEmptyId", json!({"id": ""}), "/id"),
        ("invalidEmptyType", json!({"type": ""}), "/type"),
        ("invalidEmptySource", json!({"source": ""}), "/source"),
        ("invalidEmptySpecVersion", json!({"specversion": ""}), "/specversion"),
        ("invalidUnknownSpecVersion", json!({"specversion": "0.9"}), "/specversion"),
        ("invalidNonRfc2046DataContentType", json!({"datacontenttype": "xyz"}), "/datacontenttype"),
        ("invalidEmptyDataContentType", json!({"datacontenttype": ""}), "/datacontenttype"),
        ("invalidEmptyDataSchema", json!({"dataschema": ""}), "/dataschema"),
        ("invalidEmptySubject", json!({"subject": ""}), "/subject"),
        ("invalidNumericId", json!({"id": 25}), "/id"),
        ("invalidObjectId", json!({"id": {"xyz": "abc"}}), "/id"),
        ("invalidCapitalizedExtension", json!({"MyExtension": "bad"}), "/MyExtension"),
        ("invalidPunctuatedExtension", json!({"my.extension": "bad"}), "/my.extension"),
        ("invalidNonIntegerExtensionValue", json!({"my.extension": 1.5}), "/my.extension"),
        ("invalidBothDataAndDataBase64", json!({"data_base64": "eyAieHl6IjogMTIzIH0="}), "/data_base64"),
        // Their relatives.
        ("required attributes that are null", json!({"id": "null"}), "/id"),
        ("a contract's attribute that is null", json!({"subject": "null"}), "/subject"),
        ("a contract's attribute that is absent", json!({"time": null}), "/time"),
        ("a source that is no URI reference", json!({"source": "case system"}), "/source"),
        ("a source with a broken percent sign", json!({"source": "https://cases.fsu.example.ca/%zz"}), "/source"),
        ("a relative dataschema", json!({"dataschema": "/api/v1/letter-types/x/schema"}), "/dataschema"),
        ("a dataschema with a fragment", json!({"dataschema": "https://example.ca/schema#facts"}), "/dataschema"),
        ("data that are no JSON", json!({"datacontenttype": "text/plain"}), "/datacontenttype"),
        ("a media type that only contains json", json!({"datacontenttype": "application/jsonp"}), "/datacontenttype"),
        ("an extension that is an object", json!({"extra": {}}), "/extra"),
        ("an extension that is a list", json!({"extra": []}), "/extra"),
        ("an extension that is a fraction", json!({"extra": 1.5}), "/extra"),
        ("an extension above 32 bits", json!({"extra": 2_147_483_648_i64}), "/extra"),
        ("an extension with a control character", json!({"extra": "a\u{7}b"}), "/extra"),
        ("an extension's name with an underscore", json!({"my_extension": "bad"}), "/my_extension"),
        ("an extension without a name", json!({"": "bad"}), "/"),
        ("a name that a pointer escapes", json!({"a/b~": "bad"}), "/a~1b~0"),
        ("data that are a text", json!({"data": "Simple text"}), "/data"),
        ("bytes that are no Base64", json!({"data": null, "data_base64": "?"}), "/data_base64"),
        ("bytes that are no JSON", json!({"data": null, "data_base64": "TWE="}), "/data_base64"),
        ("no data at all", json!({"data": null}), "/data"),
    ] {
        let faults = CaseEvent::read(&laid(&changes)).expect_err(case);
        let places: Vec<&str> = faults.iter().map(|fault| fault.place.as_str()).collect();
        assert_eq!(places, [place], "{case}: {faults:#?}");
    }
    let all = CaseEvent::read(&json!({"specversion": "2", "Bad": 1, "extra": 1.5})).unwrap_err();
    assert_eq!(all.len(), 9, "all at once, each once: {all:#?}");
    let absent = CaseEvent::read(&laid(&json!({"subject": null}))).unwrap_err().remove(0).message;
    assert!(absent.en.contains("absent") && absent.en.contains("case reference"), "{absent:?}");
    assert!(absent.fr.contains("manque") && absent.fr.contains("numéro du dossier"), "{absent:?}");
}

#[test]
fn what_the_conformance_suite_calls_valid_is_read_with_what_our_contract_asks_besides() {
    let plain = CaseEvent::read(&debt_referred("e-1")).unwrap();
    let in_base64 = {
        use base64::Engine;
        base64::engine::general_purpose::STANDARD.encode(debt_referred("e-1")["data"].to_string())
    };
    for (case, changes) in [
        ("validMinimal", json!({"datacontenttype": null})),
        ("validMinimalWithNullForOptional", json!({"datacontenttype": "null", "dataschema": "null"})),
        ("validAllCoreAttributes", json!({"dataschema": "https://cloudevents.io/dataschema"})),
        ("validMinimalWithTimeUtc", json!({"time": "2026-11-17T14:00:00Z"})),
        ("validMinimalWithTimeToNanosecondsUtc", json!({"time": "2026-11-17T14:00:00.000000000Z"})),
        ("validMinimalWithTimeUsingPositiveOffset", json!({"time": "2026-11-17T15:00:00+01:00"})),
        ("validMinimalWithTimeUsingNegativeOffset", json!({"time": "2026-11-17T13:00:00-01:00"})),
        (
            "validAllExtensionTypes",
            json!({
                "extinteger": 10, "extboolean": true, "extstring": "text", "exturi": "https://cloudevents.io",
                "exturiref": "//authority/path", "exttimestamp": "2023-03-31T15:12:00Z", "extbinary": "TWE=",
            }),
        ),
        // Their relatives.
        (
            "extensions at the edges of their types",
            json!({"low": -2_147_483_648_i64, "high": 2_147_483_647, "empty": "", "off": false}),
        ),
        ("an extension that is null", json!({"extra": "null"})),
        ("an extension's name of more than 20", json!({"anextensionwithalongname2": "text"})),
        ("JSON with parameters", json!({"datacontenttype": "application/json; charset=utf-8"})),
        ("JSON by its suffix", json!({"datacontenttype": "application/vnd.fsu.case+json"})),
        ("JSON in other letters", json!({"datacontenttype": "Application/JSON"})),
        ("JSON as text", json!({"datacontenttype": "text/json"})),
        ("data_base64 that is null beside data", json!({"data_base64": "null"})),
        ("data as bytes", json!({"data": null, "data_base64": in_base64})),
    ] {
        let read = CaseEvent::read(&laid(&changes)).unwrap_or_else(|faults| panic!("{case}: {faults:#?}"));
        assert_eq!(read, plain, "{case}");
    }
    for source in
        ["#fragment", "/mycontext/subcontext", "//authority/path", "urn:recto:cases", "mailto:cases@fsu.example.ca"]
    {
        assert_eq!(CaseEvent::read(&laid(&json!({"source": source}))).unwrap().source, source);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_of_the_conformance_suite_are_taken_or_refused_whole() {
    let api = Api::start().await;
    let good = debt_referred("minimal");
    let all_extensions = json!({"id": "allExtensionTypes", "extinteger": 10, "extboolean": true, "extbinary": "TWE="});
    for (case, batch, places) in [
        ("invalidBatchMixedSpecVersions", json!([good, laid(&json!({"specversion": "0.9"}))]), &["/1/specversion"][..]),
        ("invalidBatchContainingInvalidCloudEvent", json!([laid(&json!({"id": null}))]), &["/0/id"]),
        ("invalidBatchContainingNonObject", json!(["not an object", good]), &["/0"]),
        ("validBatchEmpty", json!([]), &[]),
        ("validBatchMinimal", json!([good]), &[]),
        ("validBatchMinimal2", json!([good, good]), &[]),
        (
            "validBatchMinimalAndAllCore",
            json!([good, laid(&json!({"id": "allCore", "dataschema": "https://cloudevents.io/dataschema"}))]),
            &[],
        ),
        ("validBatchMinimalAndAllExtensionTypes", json!([good, laid(&all_extensions)]), &[]),
    ] {
        let kind = ("content-type", "application/cloudevents-batch+json; charset=utf-8");
        let (status, answer) = api.call("POST", "/events", &[kind], batch.to_string()).await;
        let faults = answer["faults"].as_array().cloned().unwrap_or_default();
        let found: Vec<&str> = faults.iter().map(|fault| fault["place"].as_str().unwrap()).collect();
        assert_eq!(found, places, "{case}: {answer:#}");
        if places.is_empty() {
            assert_eq!(status, StatusCode::ACCEPTED, "{case}: {answer:#}");
            assert_eq!(answer.as_array().unwrap().len(), batch.as_array().unwrap().len(), "{case}");
        }
    }
    assert_eq!(api.call("POST", "/events", &[BATCH], good.to_string()).await.0, StatusCode::BAD_REQUEST, "no array");
}

/// The headers of an event in binary mode, some of them replaced or, where empty, taken out.
fn binary(id: &str, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let event = debt_referred(id);
    let mut headers: Vec<(String, String)> = ["specversion", "id", "source", "type", "subject", "time"]
        .map(|name| (format!("ce-{name}"), event[name].as_str().unwrap().to_owned()))
        .to_vec();
    headers.push(("content-type".into(), "application/json".into()));
    headers.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed.eq_ignore_ascii_case(name)));
    let given = changes.iter().filter(|(_, value)| *value != "(absent)");
    headers.extend(given.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    headers
}

async fn send(api: &Api, headers: &[(String, String)], body: String) -> (StatusCode, Value) {
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    api.call("POST", "/events", &headers, body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn binary_mode_decodes_its_headers_once_and_takes_any_json() {
    let api = Api::start().await;
    for (changes, id) in [
        (&[("ce-id", "1234-1234-1234")][..], "1234-1234-1234"),
        (&[("ce-id", "Euro%20%E2%82%AC%20%F0%9F%98%80")], "Euro € 😀"),
        (&[("ce-id", "%c3%a9t%C3%A9")], "été"),
        (&[("ce-id", "100%25"), ("ce-source", "/a%2Fb"), ("ce-subject", "DR%2D2026-004512")], "100%"),
        (&[("ce-id", "%2520")], "%20"),
        (&[("ce-id", r#""a \"quoted\" id""#)], r#"a "quoted" id"#),
        (&[("ce-id", r#""with%20both \\""#)], r"with both \"),
        (&[("ce-id", "  padded ")], "padded"),
        (&[("CE-Id", "capitals"), ("Ce-Extra", "10"), ("ce-traceparent", "00-4bf92f35")], "capitals"),
        (&[("ce-id", "params"), ("content-type", "application/json; charset=UTF-8")], "params"),
        (&[("ce-id", "suffix"), ("content-type", "application/vnd.fsu.case+json;v=1")], "suffix"),
        (&[("ce-id", "none"), ("content-type", "(absent)")], "none"),
        (&[("ce-id", "dataschema"), ("ce-dataschema", "https://example.ca/schema")], "dataschema"),
    ] {
        let body = debt_referred("x")["data"].to_string();
        let (status, receipt) = send(&api, &binary("x", changes), body).await;
        assert_eq!((status, &receipt["id"]), (StatusCode::ACCEPTED, &json!(id)), "{changes:?}: {receipt:#}");
    }
    for kind in ["application/cloudevents+json; charset=utf-8", "Application/CloudEvents+JSON"] {
        let headers = [("content-type".to_owned(), kind.to_owned()), ("ce-id".to_owned(), "a copy".to_owned())];
        let (status, receipt) = send(&api, &headers, debt_referred("structured").to_string()).await;
        assert_eq!((status, &receipt["id"]), (StatusCode::ACCEPTED, &json!("structured")), "{kind}: {receipt:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_the_headers_of_binary_mode_is_said_with_all_the_rest() {
    let api = Api::start().await;
    for (changes, places) in [
        (&[("ce-subject", "(absent)")][..], &["/subject"][..]),
        (&[("ce-subject", "")], &["/subject"]),
        (&[("ce-specversion", "(absent)")], &["/specversion"]),
        (&[("ce-id", "a"), ("ce-id", "b")], &["/id"]),
        (&[("ce-id", "a"), ("CE-ID", "a")], &["/id"]),
        (&[("ce-extra", "a"), ("ce-extra", "b")], &["/extra"]),
        (&[("ce-id", "50%")], &["/id"]),
        (&[("ce-id", "%zz")], &["/id"]),
        (&[("ce-id", "%C3")], &["/id"]),
        (&[("ce-id", "%00")], &["/id"]),
        (&[("ce-id", "été")], &["/id"]),
        (&[("ce-id", "\"open")], &["/id"]),
        (&[("ce-my-extension", "a")], &["/my-extension"]),
        (&[("ce-data", "{}")], &["/data"]),
        (&[("ce-datacontenttype", "application/json")], &["/datacontenttype"]),
        (&[("ce-source", "two words"), ("ce-time", "now"), ("ce-id", "%")], &["/id", "/source", "/time"]),
    ] {
        let body = debt_referred("x")["data"].to_string();
        let (status, problem) = send(&api, &binary("x", changes), body).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{changes:?}: {problem:#}");
        let mut found: Vec<&str> =
            problem["faults"].as_array().unwrap().iter().map(|fault| fault["place"].as_str().unwrap()).collect();
        found.sort_unstable();
        assert_eq!(found, places, "{changes:?}: {problem:#}");
    }
    for kind in [
        "text/plain",
        "application/cloudevents+xml",
        "application/cloudevents",
        "application/cloudevents-batch+avro",
        "application/json; charset=iso-8859-1",
        "json",
        "",
    ] {
        let (status, problem) = send(&api, &binary("x", &[("content-type", kind)]), "{}".into()).await;
        assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}: {problem:#}");
    }
    let twice = [STRUCTURED, BATCH].map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(send(&api, &twice, "[]".into()).await.0, StatusCode::UNSUPPORTED_MEDIA_TYPE, "two media types");
}

#[test]
fn the_official_python_sdk_sends_in_structured_binary_and_batch_mode() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let service = Service::start(&home(), &data);
    let event = folder.path().join("event.json");
    let mut sent = debt_referred("sdk");
    // What an SDK must encode in a header.
    sent["id"] = json!("sdk é \"1\" 100%");
    sent["extinteger"] = json!(10);
    std::fs::write(&event, sent.to_string()).unwrap();
    let output = Command::new(tools().join("venv/bin/python"))
        .arg(home().join("tests/tools/send_events.py"))
        .args([&service.url("/events"), service.token()])
        .arg(&event)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answers: Vec<Value> =
        String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    // Five ways to say the same event: recorded once, and answered alike each time.
    let receipt = &answers[0]["answer"];
    assert_eq!(receipt["id"], sent["id"], "{answers:#?}");
    assert_eq!(receipt["letters"].as_array().unwrap().len(), 1, "{answers:#?}");
    let modes: Vec<&str> = answers.iter().map(|answer| answer["mode"].as_str().unwrap()).collect();
    assert_eq!(modes, ["structured", "structured bytes", "binary", "binary untyped", "batch"]);
    for answer in &answers {
        let expected = if answer["mode"] == "batch" { json!([receipt, receipt]) } else { receipt.clone() };
        assert_eq!((&answer["status"], &answer["answer"]), (&json!(202), &expected), "{answer:#}");
    }
    let (_, letters) = service.call("GET", "/letters", &Value::Null).unwrap();
    assert_eq!(letters["letters"].as_array().unwrap().len(), 1);
}
