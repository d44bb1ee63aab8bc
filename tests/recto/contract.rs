//! The API's description: enough for a stranger to work from, and true.

use std::collections::BTreeSet;
use std::process::Command;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::http::{Api, STRUCTURED, Service};
use crate::support::{debt_referred, home, tools};

async fn described(api: &Api) -> Value {
    let response = api.send(Request::get("/api/v1/openapi.json").body(Body::empty()).unwrap()).await;
    serde_json::from_slice(&response.into_body().collect().await.unwrap().to_bytes()).unwrap()
}

/// Each operation with its method and path.
fn operations(described: &Value) -> Vec<(String, &Value)> {
    let paths = described["paths"].as_object().unwrap().iter();
    let operations = paths.flat_map(|(path, operations)| {
        operations.as_object().unwrap().iter().map(move |(method, one)| (format!("{method} {path}"), one))
    });
    operations.collect()
}

fn is_valid(schema: &Value, value: &Value) -> Result<(), String> {
    let validator = jsonschema::draft202012::new(schema).map_err(|error| error.to_string())?;
    let errors: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    if errors.is_empty() { Ok(()) } else { Err(errors.join("\n")) }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_type_of_event_has_a_schema_and_an_example_that_meets_it_and_is_taken() {
    let api = Api::start().await;
    let types = api.get("/event-types").await;
    let names: BTreeSet<&str> = types.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    let files = std::fs::read_dir(home().join("letter-templates/_events")).unwrap().flatten();
    let files: Vec<String> =
        files.map(|file| file.file_name().into_string().unwrap().replace(".schema.json", "")).collect();
    assert!(files.len() > 40 && files.iter().all(|kind| names.contains(kind.as_str())), "{names:?}");
    for one in types.as_array().unwrap() {
        let name = one["name"].as_str().unwrap();
        let detail = api.get(one["href"].as_str().unwrap().strip_prefix("/api/v1").unwrap()).await;
        assert_eq!(
            (&detail["name"], &detail["type"], &detail["letters"]),
            (&one["name"], &one["type"], &one["letters"])
        );
        assert!(!one["description"].as_str().unwrap().is_empty(), "{name}");
        let (schema, example) = (&detail["schema"], &detail["example"]);
        is_valid(schema, example).unwrap_or_else(|error| panic!("{name}: {error}"));
        for (change, value) in
            [("/data/facts/surprise", json!(1)), ("/type", json!("other")), ("/data/case/reference", json!("no"))]
        {
            let mut bad = example.clone();
            let (parent, last) = change.rsplit_once('/').unwrap();
            bad.pointer_mut(parent).unwrap()[last] = value;
            assert!(is_valid(schema, &bad).is_err(), "{name} allows {change}");
        }
        let (status, receipt) = api.call("POST", "/events", &[STRUCTURED], example.to_string()).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{name}: {receipt:#}");
        let calls = !one["letters"].as_array().unwrap().is_empty();
        assert_eq!(!receipt["letters"].as_array().unwrap().is_empty(), calls, "{name}: {receipt:#}");
        let same = api.get(&format!("/event-types/{}", one["type"].as_str().unwrap())).await;
        assert_eq!(same, detail, "by its full type too");
    }
    assert_eq!(api.call("GET", "/event-types/no.such", &[], String::new()).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_letter_type_has_a_schema_and_an_example_that_meets_it_and_is_taken() {
    // What was decided must be past, and what was agreed to come: the day is one of a few.
    let days = ["2026-11-17T14:45:00-05:00", "2026-11-24T12:00:00-05:00", "2027-06-01T12:00:00-04:00"];
    let mut apis = Vec::new();
    for day in days {
        apis.push(Api::at(day).await);
    }
    let mut created = 0;
    for letter in apis[0].get("/letter-types").await.as_array().unwrap() {
        let key = letter["key"].as_str().unwrap();
        let detail = apis[0].get(&format!("/letter-types/{key}")).await;
        assert_eq!((&detail["key"], &detail["hash"]), (&letter["key"], &letter["hash"]));
        let example = &detail["example"];
        is_valid(&detail["data_schema"], &example["data"]).unwrap_or_else(|error| panic!("{key}: {error}"));
        let mut answers = Vec::new();
        for api in &apis {
            answers.push(api.call("POST", "/letters", &[("idempotency-key", key)], example.to_string()).await);
        }
        created +=
            usize::from(answers.iter().any(|(status, made)| *status == StatusCode::CREATED && made["type"] == key));
        // What is asked for in good order and has no ground in an empty register is refused for that alone.
        let is_in_order = |(status, made): &(StatusCode, Value)| {
            let faults = made["faults"].as_array().map_or(&[][..], Vec::as_slice);
            let of_the_ground_alone = !faults.is_empty() && faults.iter().all(|fault| fault["place"] == "/letter");
            *status == StatusCode::CREATED || (*status == StatusCode::UNPROCESSABLE_ENTITY && of_the_ground_alone)
        };
        assert!(answers.iter().any(is_in_order), "{key}: {answers:#?}");
    }
    assert!(created > 10, "{created} were called for");
    assert_eq!(apis[0].call("GET", "/letter-types/no-such", &[], String::new()).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_says_what_it_takes_and_answers_with_examples_that_meet_their_schemas() {
    let api = Api::start().await;
    let described = described(&api).await;
    let mut seen = BTreeSet::new();
    let mut check = |place: String, content: &Value| {
        for (kind, body) in content.as_object().into_iter().flatten().filter(|(kind, _)| kind.ends_with("json")) {
            let named = body["examples"].as_object().into_iter().flatten().map(|(_, one)| &one["value"]);
            let examples: Vec<&Value> = named.chain(body.get("example")).collect();
            assert!(!examples.is_empty(), "{place} {kind} has no example");
            // The whole document, so that what a schema refers to is there.
            let mut schema = body["schema"].clone();
            schema["components"] = described["components"].clone();
            for example in examples {
                seen.insert(place.clone());
                is_valid(&schema, example).unwrap_or_else(|error| panic!("{place} {kind}: {error}\n{example:#}"));
            }
        }
    };
    for (name, operation) in operations(&described) {
        check(format!("{name} takes"), &operation["requestBody"]["content"]);
        let responses = operation["responses"].as_object().unwrap();
        for (status, response) in responses {
            assert!(!response["description"].as_str().unwrap().is_empty(), "{name} {status}");
            check(format!("{name} {status}"), &response["content"]);
            let is_problem = status.as_str() >= "400";
            let problem = &response["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(*problem == "#/components/schemas/Problem", is_problem, "{name} {status}");
        }
        let mut wanted = vec!["401", "500", "504"];
        wanted.extend(operation["requestBody"].is_object().then_some(["400", "413"]).into_iter().flatten());
        assert!(wanted.iter().all(|status| responses.contains_key(*status)), "{name}: {:?}", responses.keys());
        let path = name.split_once(' ').unwrap().1;
        for part in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
            let parameters = operation["parameters"].as_array().unwrap();
            assert!(parameters.iter().any(|one| one["name"] == part && one["in"] == "path"), "{name}: {part}");
        }
    }
    assert!(seen.len() > 150, "{}", seen.len());
    let answers: BTreeSet<u64> = operations(&described)
        .iter()
        .flat_map(|(_, one)| one["responses"].as_object().unwrap().keys().map(|status| status.parse().unwrap()))
        .collect();
    assert_eq!(answers, BTreeSet::from([200, 201, 202, 303, 304, 400, 401, 403, 404, 409, 413, 415, 422, 500, 504]));
    // A conflict is what the route's own conflicts are, and no fault of what was sent.
    for (name, operation) in operations(&described) {
        let problem = &operation["responses"]["409"]["content"]["application/problem+json"]["example"];
        assert!(problem.is_null() || problem["faults"] == json!([]), "{name}: {problem:#}");
    }
    let conflict = |path: &str| {
        let kind = &described["paths"][path]["post"]["responses"]["409"]["content"]["application/problem+json"];
        kind["example"]["type"].as_str().unwrap().strip_prefix("urn:problem:recto:").unwrap().to_owned()
    };
    for (path, kind) in [
        ("/api/v1/events", "conflict"),
        ("/api/v1/letters", "conflict"),
        ("/api/v1/runs/{date}/close", "run-claimed"),
        ("/api/v1/letter-types/reload", "reload-under-way"),
        ("/api/v1/letters/{id}/approve", "not-waiting"),
    ] {
        assert_eq!(conflict(path), kind, "{path}");
    }
    let other = api.call("POST", "/events", &[("content-type", "text/plain")], "{}".to_owned()).await;
    assert_eq!(other.0, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(described["paths"]["/api/v1/events"]["post"]["responses"]["415"].is_object());
    let check = &described["paths"]["/api/v1/addresses/check"]["post"];
    let (asked, answer) = (&check["requestBody"]["content"], &check["responses"]["200"]["content"]);
    let (_, block) = api.call("POST", "/addresses/check", &[], asked["application/json"]["example"].to_string()).await;
    assert_eq!(block, answer["application/json"]["example"], "the example's answer is the answer's example");
    let take = &described["paths"]["/api/v1/events"]["post"]["requestBody"]["content"];
    let event = &take["application/cloudevents+json"];
    assert_eq!(event["schema"]["$ref"], "#/components/schemas/Event");
    let types = api.get("/event-types").await.as_array().unwrap().len();
    assert_eq!(described["components"]["schemas"]["Event"]["oneOf"].as_array().unwrap().len(), types);
    assert_eq!(event["examples"].as_object().unwrap().len(), types);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_description_is_a_page_too_in_both_languages() {
    let api = Api::start().await;
    let described = described(&api).await;
    for (language, title) in [("en", "<h1>The API</h1>"), ("fr", "<h1>L’API</h1>")] {
        let request = Request::get("/api/docs").header("accept-language", language).body(Body::empty()).unwrap();
        let response = api.send(request).await;
        assert_eq!(response.status(), StatusCode::OK);
        let page = response.into_body().collect().await.unwrap().to_bytes();
        let page = String::from_utf8_lossy(&page);
        assert!(page.contains(title) && page.contains(&format!("<html lang=\"{language}-CA\"")), "{page}");
        for (name, _) in operations(&described) {
            let (method, path) = name.split_once(' ').unwrap();
            let path = path.replace('/', "&#x2f;");
            assert!(page.contains(&format!("<code>{} {path}</code>", method.to_uppercase())), "{name}");
        }
        assert!(page.contains("ca.on.recto.payment.received.v1"));
    }
}

/// Schemathesis makes requests out of the description, good and bad, and holds the answers against it.
#[test]
fn schemathesis_finds_nothing_that_the_description_does_not_say() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(&home(), &folder.path().join("data"));
    let (status, _) = service.call("POST", "/events", &debt_referred("e-1")).unwrap();
    assert_eq!(status, 202);
    let begun = std::time::Instant::now();
    let output = Command::new(tools().join("venv/bin/python"))
        .args(["-m", "schemathesis.cli", "--config-file"])
        .arg(home().join("tests/tools/schemathesis.toml"))
        .args(["run", &service.url("/openapi.json"), "--header"])
        .arg(format!("Authorization: Bearer {}", service.token()))
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}\n{}", String::from_utf8_lossy(&output.stderr), service.log());
    assert!(said.contains("36 selected / 36 total"), "every route is tried, and a new one wants its examples: {said}");
    eprintln!("schemathesis took {:?}", begun.elapsed());
}
