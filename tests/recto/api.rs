//! The HTTP API.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::http::{Api, BATCH, STRUCTURED, TOKEN};
use crate::support::{debt_referred, event, sample, work};

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_answered_without_the_token_but_the_probes() {
    let api = Api::start().await;
    for path in ["/", "/letters", "/cases/DR-2026-004512", "/api/v1/letters", "/api/v1/cases/DR-2026-004512"] {
        let response = api.send(Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{path}");
    }
    for path in ["/healthz", "/readyz", "/metrics", "/api/v1/openapi.json"] {
        let response = api.send(Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
    }
    let wrong = Request::get("/api/v1/letters").header(header::AUTHORIZATION, "Bearer b-token").body(Body::empty());
    assert_eq!(api.send(wrong.unwrap()).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_taken_in_structured_batch_and_binary_mode() {
    let api = Api::start().await;
    let (status, receipt) = api.call("POST", "/events", &[STRUCTURED], debt_referred("s-1").to_string()).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{receipt:#}");
    assert_eq!(receipt["letters"].as_array().unwrap().len(), 1);
    let again = api.call("POST", "/events", &[STRUCTURED], debt_referred("s-1").to_string()).await;
    assert_eq!(again, (StatusCode::ACCEPTED, receipt), "a repeat gets the same answer");
    let batch = json!([debt_referred("b-1"), debt_referred("b-2")]).to_string();
    let (status, receipts) = api.call("POST", "/events", &[BATCH], batch).await;
    assert_eq!((status, receipts.as_array().unwrap().len()), (StatusCode::ACCEPTED, 2));
    let event = debt_referred("n-1");
    let text = |name: &str| event[name].as_str().unwrap().to_owned();
    let (source, kind, subject, time) = (text("source"), text("type"), text("subject"), text("time"));
    let headers = [
        ("content-type", "application/json"),
        ("ce-specversion", "1.0"),
        ("ce-id", "n-1"),
        ("ce-source", &source),
        ("ce-type", &kind),
        ("ce-subject", &subject),
        ("ce-time", &time),
    ];
    let (status, receipt) = api.call("POST", "/events", &headers, event["data"].to_string()).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{receipt:#}");
    work(&api.desk).await;
    assert_eq!(api.get("/letters").await["letters"].as_array().unwrap().len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_request_is_a_problem_with_a_pointer_per_fault_in_the_asked_language() {
    let api = Api::start().await;
    let mut bad = debt_referred("b-2");
    bad["data"]["facts"]["balance"] = json!("1,50");
    bad["data"]["facts"]["surprise"] = json!(1);
    let batch = json!([debt_referred("b-1"), bad]).to_string();
    let (status, problem) = api.call("POST", "/events", &[BATCH, ("accept-language", "fr-CA,fr;q=0.9")], batch).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let faults = problem["faults"].as_array().unwrap();
    let places: Vec<&str> = faults.iter().map(|fault| fault["place"].as_str().unwrap()).collect();
    assert!(places.contains(&"/1/data/facts/balance") && places.contains(&"/1/data/facts/surprise"), "{places:?}");
    assert!(
        faults.iter().any(|fault| fault["message"].as_str().unwrap().contains("n’est pas un montant")),
        "{faults:#?}"
    );
    assert!(api.get("/letters").await["letters"].as_array().unwrap().is_empty(), "nothing was recorded");
    let mut other = debt_referred("b-1");
    api.call("POST", "/events", &[STRUCTURED], other.to_string()).await;
    other["data"]["party"]["surname"] = json!("Autre");
    let (status, problem) = api.call("POST", "/events", &[STRUCTURED], other.to_string()).await;
    assert_eq!((status, &problem["faults"][0]["code"]), (StatusCode::CONFLICT, &json!("event-conflict")));
    let (status, _) = api.call("POST", "/events", &[STRUCTURED], "not json".into()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_is_a_problem_document_in_the_asked_language() {
    let api = Api::start().await;
    let french = ("accept-language", "fr-CA");
    for (method, path, header, body, status) in [
        ("GET", "/nope", STRUCTURED, "", 404),
        ("DELETE", "/events", STRUCTURED, "", 405),
        ("POST", "/events", ("content-type", "text/xml"), "<event/>", 415),
        ("POST", "/events", STRUCTURED, "{broken", 400),
        ("GET", "/letters/%ff", STRUCTURED, "", 400),
        ("GET", "/letters?date=2026-11-31", STRUCTURED, "", 400),
        ("GET", "/letters?type=bogus", STRUCTURED, "", 400),
        ("GET", "/letters?limit=0", STRUCTURED, "", 400),
        ("POST", "/letters/preview?page=x", STRUCTURED, "{}", 400),
        ("POST", "/runs/2030-01-01/close", STRUCTURED, "", 409),
    ] {
        let (found, problem) = api.call(method, path, &[header, french], body.to_owned()).await;
        assert_eq!(found.as_u16(), status, "{method} {path}: {problem:#}");
        assert!(problem["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{problem:#}");
    }
    let (_, problem) = api.call("GET", "/nope", &[french], String::new()).await;
    assert_eq!(problem["title"], "Introuvable");
}

/// A batch of so many bytes: one event, an extension of it as long as it takes, over and over.
fn batch_of(bytes: usize) -> String {
    let mut event = debt_referred("e-1");
    event["extra"] = json!("x".repeat(500_000));
    let event = event.to_string();
    let mut batch = format!("[{event}");
    while batch.len() + event.len() + 2 <= bytes {
        batch.push(',');
        batch.push_str(&event);
    }
    batch.extend(std::iter::repeat_n(' ', bytes - batch.len() - 1));
    batch.push(']');
    batch
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_may_have_16_mib_and_above_that_the_limit_is_named() {
    const LIMIT: usize = 16 << 20;
    let api = Api::start().await;
    for bytes in [(2 << 20) + 1, LIMIT] {
        let (status, receipts) = api.call("POST", "/events", &[BATCH], batch_of(bytes)).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{bytes}: {receipts:#}");
        assert!(receipts.as_array().unwrap().len() >= bytes / 600_000);
    }
    for (language, words) in
        [("en", "A request may have 16 MiB at most"), ("fr", "Une requête peut compter 16 Mio au plus")]
    {
        for path in ["/events", "/letters", "/letters/preview"] {
            let headers = [BATCH, ("accept-language", language)];
            let (status, problem) = api.call("POST", path, &headers, batch_of(LIMIT + 1)).await;
            assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE, "{path}: {problem:#}");
            assert!(problem["detail"].as_str().unwrap().contains(words), "{path}: {problem:#}");
            assert_eq!(problem["type"], "urn:problem:recto:too-large");
        }
    }
    // Its length is not told before: it is counted as it comes.
    let piece = axum::body::Bytes::from(vec![b' '; 1 << 20]);
    let pieces: Vec<_> = (0..17).map(|_| Ok::<_, std::io::Error>(piece.clone())).collect();
    let request = Request::post("/api/v1/events").header(header::AUTHORIZATION, format!("Bearer {TOKEN}"));
    let request =
        request.header(STRUCTURED.0, STRUCTURED.1).body(Body::from_stream(futures_util::stream::iter(pieces)));
    assert_eq!(api.send(request.unwrap()).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
    // One event has a limit of its own, by whatever way it comes.
    let mut event = debt_referred("e-2");
    event["extra"] = json!("x".repeat(1 << 20));
    let (status, problem) = api.call("POST", "/events", &[STRUCTURED], event.to_string()).await;
    assert_eq!((status, &problem["faults"][0]["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("event-too-long")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_session_lets_look_and_lets_act_from_our_own_pages() {
    let api = Api::start().await;
    let [(_, cookie), _] = api.session("O. Officer").await;
    let look = Request::get("/api/v1/letters").header(header::COOKIE, &cookie).body(Body::empty()).unwrap();
    assert_eq!(api.send(look).await.status(), StatusCode::OK);
    let act = Request::post("/api/v1/events").header(header::COOKIE, &cookie).body(Body::from("{}")).unwrap();
    assert_eq!(api.send(act).await.status(), StatusCode::FORBIDDEN);
    // What our own pages send may act, and nobody else's.
    let form = |path: &str, from: &[(&str, &str)]| {
        let mut request = Request::post(path).header(header::COOKIE, &cookie).header(header::HOST, "recto.example");
        for (name, value) in from {
            request = request.header(*name, *value);
        }
        request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(Body::empty()).unwrap()
    };
    let ours: [&[(&str, &str)]; 2] = [&[("sec-fetch-site", "same-origin")], &[("origin", "https://recto.example")]];
    for from in ours {
        assert_eq!(api.send(form("/merges/sheets/0/discard", from)).await.status(), StatusCode::SEE_OTHER, "{from:?}");
        let act = api.send(form("/api/v1/events", from)).await;
        assert_eq!(act.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE, "{from:?}");
    }
    let theirs: [&[(&str, &str)]; 6] = [
        &[],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "none")],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
    ];
    for from in theirs {
        let answer = api.send(form("/merges/sheets/0/discard", from)).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{from:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("token"), "").unwrap();
    let token = recto::web::token(folder.path()).unwrap();
    assert_eq!(token.len(), 64, "an empty token file opens nothing");
    assert_eq!(recto::web::token(folder.path()).unwrap(), token);
    std::fs::remove_file(folder.path().join("token")).unwrap();
    std::fs::create_dir(folder.path().join("token")).unwrap();
    let unreadable = recto::web::token(folder.path()).unwrap_err().to_string();
    assert_eq!(unreadable, folder.path().join("token").display().to_string(), "what cannot be read is not replaced");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_asks_for_a_letter_once_however_often_the_request_is_sent() {
    let api = Api::start().await;
    let request = json!({"letter": "debt-notice", "data": sample("debt-notice", "plausible")}).to_string();
    let (status, _) = api.call("POST", "/letters", &[], request.clone()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "without a key");
    let key = [("idempotency-key", "k-1")];
    let (status, letter) = api.call("POST", "/letters", &key, request.clone()).await;
    assert_eq!(status, StatusCode::CREATED, "{letter:#}");
    let (status, again) = api.call("POST", "/letters", &key, request.clone()).await;
    assert_eq!((status, &again["id"]), (StatusCode::CREATED, &letter["id"]));
    let other = request.replace("Tremblay", "Roy");
    let (status, problem) = api.call("POST", "/letters", &key, other).await;
    assert_eq!((status, &problem["type"]), (StatusCode::CONFLICT, &json!("urn:problem:recto:conflict")));
    let fault = &problem["faults"][0];
    assert_eq!((&fault["code"], &fault["place"]), (&json!("idempotency-key-reused"), &json!("Idempotency-Key")));
    assert!(fault["message"].as_str().unwrap().contains("The key “k-1” was used before"), "{fault:#}");
    let (status, problem) =
        api.call("POST", "/letters", &[("idempotency-key", "k-2")], request.replace("debt-notice", "no-such")).await;
    assert_eq!(
        (status, &problem["faults"][0]["code"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("letter-type-unknown"))
    );
    work(&api.desk).await;
    let id = letter["id"].as_str().unwrap();
    assert_eq!(api.get(&format!("/letters/{id}")).await["state"], "issued");
    assert_eq!(api.get("/letters").await["letters"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_seen_before_it_is_made_as_pdf_or_png_and_leaves_nothing() {
    let api = Api::start().await;
    let request = json!({"letter": "debt-notice", "data": sample("debt-notice", "plausible")}).to_string();
    for (accept, start) in [("application/pdf", b"%PDF".as_slice()), ("image/png", b"\x89PNG")] {
        let call = Request::post("/api/v1/letters/preview").header(header::ACCEPT, accept);
        let call =
            call.header(header::AUTHORIZATION, format!("Bearer {TOKEN}")).body(Body::from(request.clone())).unwrap();
        let response = api.send(call).await;
        assert_eq!(
            (response.status(), response.headers()[header::CONTENT_TYPE].to_str().unwrap()),
            (StatusCode::OK, accept)
        );
        assert!(response.into_body().collect().await.unwrap().to_bytes().starts_with(start));
    }
    assert!(api.get("/letters").await["letters"].as_array().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_are_found_by_case_person_type_date_and_state_page_by_page() {
    let api = Api::start().await;
    let mut events = vec![debt_referred("e-1"), debt_referred("e-2"), debt_referred("e-3")];
    for (place, reference) in [(1, "DR-2026-000001"), (2, "DR-2026-000002")] {
        events[place]["subject"] = json!(reference);
        events[place]["data"]["case"]["reference"] = json!(reference);
    }
    events[1]["data"]["party"]["surname"] = json!("Bélanger-O'Neil");
    events[2]["data"]["facts"]["balance"] = json!("1.00");
    events.push(event("c-1", "credit.found", "2026-11-17T09:00:00-05:00", &sample("reimbursement", "plausible")));
    api.call("POST", "/events", &[BATCH], json!(events).to_string()).await;
    work(&api.desk).await;
    let count = async |query: &str| api.get(&format!("/letters?{query}")).await["letters"].as_array().unwrap().len();
    assert_eq!(count("person=belanger").await, 1, "without accents");
    assert_eq!(count("person=P-10023").await, 3, "by the party's key");
    assert_eq!(count("person=%25").await, 0, "a percent sign is a percent sign");
    assert_eq!(count("type=reimbursement").await, 1);
    assert_eq!(count("state=held").await, 1);
    assert_eq!(count("state=issued&date=2026-11-17").await, 3);
    assert_eq!(count("date=2026-11-18").await, 0);
    let case = events[0]["subject"].as_str().unwrap();
    assert_eq!(count(&format!("case={case}")).await, 1);
    let first = api.get("/letters?limit=3").await;
    let second = api.get(&format!("/letters?limit=3&cursor={}", first["next"])).await;
    assert_eq!((first["letters"].as_array().unwrap().len(), second["letters"].as_array().unwrap().len()), (3, 2));
    assert_eq!(second["next"], Value::Null);
    assert_eq!(api.call("GET", "/letters?colour=blue", &[], String::new()).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issued_letter_is_served_to_the_byte_with_its_hash_as_etag() {
    let api = Api::start().await;
    let (_, receipt) = api.call("POST", "/events", &[STRUCTURED], debt_referred("e-1").to_string()).await;
    let id = receipt["letters"][0].as_str().unwrap().to_owned();
    let path = format!("/api/v1/letters/{id}/pdf");
    let get = |tag: Option<String>| {
        let mut request = Request::get(&path).header(header::AUTHORIZATION, format!("Bearer {TOKEN}"));
        if let Some(tag) = tag {
            request = request.header(header::IF_NONE_MATCH, tag);
        }
        request.body(Body::empty()).unwrap()
    };
    assert_eq!(api.send(get(None)).await.status(), StatusCode::NOT_FOUND, "not issued yet");
    work(&api.desk).await;
    let response = api.send(get(None)).await;
    let tag = response.headers()[header::ETAG].to_str().unwrap().to_owned();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(tag, format!("\"{}\"", recto::case::letter::sha256_hex(&bytes)));
    assert_eq!(api.send(get(Some(tag))).await.status(), StatusCode::NOT_MODIFIED);
    let letter = api.get(&format!("/letters/{id}")).await;
    assert_eq!(letter["sha256"].as_str().unwrap(), recto::case::letter::sha256_hex(&bytes));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_shows_its_letters_its_standing_and_its_entries_in_order() {
    let api = Api::start().await;
    let first = debt_referred("e-1");
    api.call("POST", "/events", &[STRUCTURED], first.to_string()).await;
    work(&api.desk).await;
    let dispute =
        json!({"case": first["data"]["case"], "party": first["data"]["party"], "facts": {"received": "2026-11-17"}});
    let dispute = event("d-1", "dispute.received", "2026-11-17T12:00:00-05:00", &dispute);
    api.call("POST", "/events", &[STRUCTURED], dispute.to_string()).await;
    let case = api.get(&format!("/cases/{}", first["subject"].as_str().unwrap())).await;
    let kinds: Vec<&str> = case["entries"].as_array().unwrap().iter().map(|e| e["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["event-taken", "letter-issued", "event-taken", "case-viewed"]);
    assert_eq!(case["parties"][0]["standing"], json!(["open_dispute"]));
    assert_eq!(case["letters"].as_array().unwrap().len(), 1);
    assert_eq!(api.call("GET", "/cases/XX-2026-000000", &[], String::new()).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_describes_itself_and_serves_the_schemas_of_the_letter_types() {
    let api = Api::start().await;
    let response = api.send(Request::get("/api/v1/openapi.json").body(Body::empty()).unwrap()).await;
    let described: Value = serde_json::from_slice(&response.into_body().collect().await.unwrap().to_bytes()).unwrap();
    for path in [
        "/events",
        "/letters",
        "/letters/preview",
        "/letters/{id}",
        "/letters/{id}/pdf",
        "/letters/{id}/approve",
        "/cases/{reference}",
        "/letter-types",
        "/letter-types/{key}/schema",
        "/runs",
    ] {
        assert!(described["paths"][format!("/api/v1{path}")].is_object(), "{path}: {described:#}");
    }
    let operations =
        described["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values());
    let mut ids: Vec<&str> = operations.map(|operation| operation["operationId"].as_str().unwrap()).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "each operation has an id of its own");
    let types = api.get("/letter-types").await;
    assert_eq!(types.as_array().unwrap().len(), api.desk.studio.catalogue.types.len());
    for letter in types.as_array().unwrap() {
        let schema = api.get(letter["schema"].as_str().unwrap().strip_prefix("/api/v1").unwrap()).await;
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_approves_and_the_run_is_closed_over_the_api() {
    let api = Api::start().await;
    let mut data = sample("reimbursement", "plausible");
    data["facts"]["prepared_by"] = json!("D. Director");
    let credit = event("c-1", "credit.found", "2026-11-17T09:00:00-05:00", &data);
    let (_, receipt) = api.call("POST", "/events", &[STRUCTURED], credit.to_string()).await;
    work(&api.desk).await;
    let id = receipt["letters"][0].as_str().unwrap();
    let hash = api.get(&format!("/letters/{id}")).await["seal"].clone();
    let approve = async |by: &str| {
        let body = json!({"seal": hash}).to_string();
        api.call_by(by, "POST", &format!("/letters/{id}/approve"), &[], body).await.0
    };
    assert_eq!(approve("D. Director").await, StatusCode::FORBIDDEN);
    assert_eq!(approve("A. Manager").await, StatusCode::OK);
    assert_eq!(approve("A. Manager").await, StatusCode::CONFLICT, "it does not wait any more");
    work(&api.desk).await;
    let (status, totals) = api.call("POST", "/runs/2026-11-17/close", &[], String::new()).await;
    assert_eq!((status, &totals["pieces"]), (StatusCode::OK, &json!(1)));
    assert_eq!(api.get("/runs").await[0]["state"], "closed");
    let letter = api.get(&format!("/letters/{id}")).await;
    assert_eq!((&letter["delivery"], &letter["approved_by"]), (&json!("sent"), &json!("A. Manager")));
}
