//! What the service answers a person: in words, in their language, with what to do.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::http::{Api, TOKEN};
use crate::support::{debt_referred, event, sample, with_facts, work};
use crate::wording::unfit;

/// All that a problem says, its faults too; which blanks hold together is for `faults` to prove.
fn said(problem: &Value) -> String {
    let faults = problem["faults"].as_array().into_iter().flatten().map(|fault| &fault["message"]);
    let parts = [&problem["title"], &problem["detail"]].into_iter().chain(faults);
    parts.filter_map(Value::as_str).collect::<Vec<_>>().join(" ").replace('\u{a0}', " ")
}

/// Calls in both languages: the status is this one, and each answer has its words and is fit for people.
async fn refused(api: &Api, method: &str, path: &str, body: &Value, status: StatusCode, en: &str, fr: &str) {
    refused_by(api, None, method, path, body, (status, en, fr)).await;
}

/// The same by one of the unit's people, where one is named, who is signed in.
async fn refused_by(
    api: &Api,
    by: Option<&str>,
    method: &str,
    path: &str,
    body: &Value,
    (status, en, fr): (StatusCode, &str, &str),
) {
    for (language, words) in [("en", en), ("fr", fr)] {
        let headers = [("accept-language", language), ("content-type", "application/json"), ("idempotency-key", "k")];
        let body =
            if body.is_null() { String::new() } else { body.as_str().map_or_else(|| body.to_string(), str::to_owned) };
        let (found, problem) = match by {
            Some(name) => api.call_by(name, method, path, &headers, body).await,
            None => api.call(method, path, &headers, body).await,
        };
        assert_eq!(found, status, "{method} {path}: {problem:#}");
        let said = said(&problem);
        assert!(said.contains(&words.replace('\u{a0}', " ")), "{method} {path} {language}: {problem:#}");
        assert_eq!(unfit(&said), None, "{method} {path} {language}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_is_not_understood_says_what_is_wanted_all_at_once_in_one_style() {
    let api = Api::start().await;
    for (query, en, fr) in [
        (
            "date=foo",
            "“date” cannot be “foo”: give it once, as a date such as 2026-11-17",
            "une date telle que 2026-11-17",
        ),
        ("date=", "a date such as 2026-11-17", "une date telle que 2026-11-17"),
        ("type=nope", "account-statement", "account-statement"),
        ("state=bogus", "awaiting-approval", "awaiting-approval"),
        ("limit=0", "a number from 1 to 200", "un nombre de 1 à 200"),
        ("limit=201", "a number from 1 to 200", "un nombre de 1 à 200"),
        ("limit=ten", "a number from 1 to 200", "un nombre de 1 à 200"),
        ("cursor=-1", "of the list before", "de la liste précédente"),
        ("stat=held", "is no parameter of this address. It takes: case", "n’est pas un paramètre de cette adresse"),
        ("case=A&case=B", "give it once", "donnez-le une fois"),
        ("date=foo&state=bogus", "2 faults", "2 fautes"),
    ] {
        let count = query
            .matches('=')
            .count()
            .min(query.split('&').map(|pair| pair.split('=').next()).collect::<std::collections::BTreeSet<_>>().len());
        // The number and its noun do not part.
        let words = |text: &str| text.replace("2 f", "2\u{a0}f");
        refused(
            &api,
            "GET",
            &format!("/letters?{query}"),
            &Value::Null,
            StatusCode::BAD_REQUEST,
            &words(en),
            &words(fr),
        )
        .await;
        let (_, problem) = api.call("GET", &format!("/letters?{query}"), &[], String::new()).await;
        assert_eq!(problem["faults"].as_array().unwrap().len(), count, "{problem:#}");
    }
    refused(
        &api,
        "GET",
        "/follow-ups?state=open",
        &Value::Null,
        StatusCode::BAD_REQUEST,
        "one of proposed",
        "l’un de proposed",
    )
    .await;
    assert_eq!(api.get("/letters?limit=200&state=held").await["letters"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_not_as_asked_names_each_field() {
    let api = Api::start().await;
    let bad = StatusCode::BAD_REQUEST;
    refused(
        &api,
        "POST",
        "/letters",
        &json!("{\"letter\": "),
        bad,
        "it ends before all that was opened is closed",
        "le texte finit avant",
    )
    .await;
    refused(
        &api,
        "POST",
        "/letters",
        &json!("{'letter'}"),
        bad,
        "Not JSON (character 2)",
        "Ce n’est pas du JSON (caractère 2)",
    )
    .await;
    refused(
        &api,
        "POST",
        "/letters",
        &json!({}),
        bad,
        "“letter” is required and missing",
        "« letter » est obligatoire et manque",
    )
    .await;
    refused(
        &api,
        "POST",
        "/letters",
        &json!({"letter": 7, "data": {}}),
        bad,
        "must be a text in quotation marks; it is a number",
        "doit être un texte entre guillemets; c’est un nombre",
    )
    .await;
    refused(
        &api,
        "POST",
        "/letters",
        &json!({"letter": "x", "data": {}, "lang": "fr"}),
        bad,
        "“lang” is not known here",
        "« lang » n’est pas connu ici",
    )
    .await;
    let (_, problem) =
        api.call("POST", "/letters", &[("idempotency-key", "k")], json!({"letters": 1}).to_string()).await;
    let places: Vec<&str> =
        problem["faults"].as_array().unwrap().iter().map(|fault| fault["place"].as_str().unwrap()).collect();
    assert_eq!(places.len(), 3, "letter, data and letters, all at once: {problem:#}");
    refused(
        &api,
        "DELETE",
        "/letters",
        &Value::Null,
        StatusCode::METHOD_NOT_ALLOWED,
        "This is not done here",
        "Cela ne se fait pas ici",
    )
    .await;
    refused(&api, "GET", "/nowhere", &Value::Null, StatusCode::NOT_FOUND, "There is no", "Il n’y a pas").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_that_cannot_be_taken_says_which_reason_it_is_and_what_to_do() {
    let api = Api::start().await;
    let letter = api.taken(&debt_referred("e-1")).await.remove(0);
    work(&api.desk).await;
    let conflict = StatusCode::CONFLICT;
    let path = |act: &str| format!("/letters/{letter}/{act}");
    let approve = json!({"seal": "another"});
    refused_by(
        &api,
        Some("A. Manager"),
        "POST",
        &path("approve"),
        &approve,
        (conflict, "is issued already and waits to leave", "est déjà émise et attend son départ"),
    )
    .await;
    let pass = |rule: &str| json!({"rule": rule, "reason": "Asked for"});
    refused_by(
        &api,
        Some("A. Manager"),
        "POST",
        &path("override"),
        &pass("no-duplicate"),
        (conflict, "does not hold this letter", "ne retient pas cette lettre"),
    )
    .await;
    let second = api.taken(&debt_referred("e-2")).await.remove(0);
    work(&api.desk).await;
    let held = format!("/letters/{second}/override");
    refused_by(
        &api,
        Some("A. Manager"),
        "POST",
        &held,
        &pass("debtor-living"),
        (conflict, "Nobody can override the rule", "Personne ne peut lever la règle"),
    )
    .await;
    refused_by(
        &api,
        Some("A. Manager"),
        "POST",
        &held,
        &pass("figures-recent"),
        (conflict, "does not hold this letter", "ne retient pas cette lettre"),
    )
    .await;
    refused_by(
        &api,
        Some("A. Manager"),
        "POST",
        &held,
        &pass("no-such"),
        (
            conflict,
            "These may be overridden: no-duplicate, figures-recent",
            "Peuvent être levées : no-duplicate, figures-recent",
        ),
    )
    .await;
    let officer = json!({"rule": "no-duplicate", "reason": "x"});
    refused_by(
        &api,
        Some("L. Lead"),
        "POST",
        &held,
        &officer,
        (
            StatusCode::FORBIDDEN,
            "L. Lead (team lead) has not the authority for this; it takes: ",
            "L. Lead (chef d’équipe) n’a pas le pouvoir de le faire; il faut : ",
        ),
    )
    .await;
    let (_, problem) = api.call_by("L. Lead", "POST", &held, &[("accept-language", "fr")], officer.to_string()).await;
    assert!(said(&problem).contains("gestionnaire") && !said(&problem).contains("manager"), "{problem:#}");
    assert_eq!(api.post("/runs/2026-11-17/close", &Value::Null).await.0, 200);
    let withdraw = json!({"reason": "Asked for by mistake"});
    refused_by(
        &api,
        Some("A. Manager"),
        "POST",
        &path("withdraw"),
        &withdraw,
        (conflict, "ask for a letter of correction", "demandez une lettre de correction"),
    )
    .await;
    assert_eq!(api.post_by("O. Officer", &format!("/letters/{second}/withdraw"), &withdraw).await.0, 200);
    refused_by(
        &api,
        Some("A. Manager"),
        "POST",
        &format!("/letters/{second}/withdraw"),
        &withdraw,
        (conflict, "was withdrawn, for good", "a été retirée pour de bon"),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seal_that_is_not_the_one_that_waits_is_told_from_a_letter_that_does_not_wait() {
    let api = Api::start().await;
    let credit = event("c-1", "credit.found", "2026-11-17T09:00:00-05:00", &sample("reimbursement", "plausible"));
    let letter = api.taken(&credit).await.remove(0);
    work(&api.desk).await;
    let approve = json!({"seal": "another"});
    refused_by(
        &api,
        Some("A. Manager"),
        "POST",
        &format!("/letters/{letter}/approve"),
        &approve,
        (StatusCode::CONFLICT, "What you were shown is not what would go now", "n’est plus ce qui partirait"),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_cannot_be_closed_says_what_waits_and_when() {
    let api = Api::start().await;
    let conflict = StatusCode::CONFLICT;
    let close = |date: &str| format!("/runs/{date}/close");
    refused(
        &api,
        "POST",
        &close("2026-11-18"),
        &Value::Null,
        conflict,
        "No letter waits for November\u{a0}18,\u{a0}2026 yet",
        "Aucune lettre n’attend encore le 18\u{a0}novembre\u{a0}2026",
    )
    .await;
    refused(
        &api,
        "POST",
        &close("2026-11-21"),
        &Value::Null,
        conflict,
        "November\u{a0}21,\u{a0}2026 is no business day",
        "Le 21\u{a0}novembre\u{a0}2026 n’est pas un jour ouvrable",
    )
    .await;
    refused(
        &api,
        "POST",
        &close("2026-11-16"),
        &Value::Null,
        conflict,
        "November\u{a0}16,\u{a0}2026 is over",
        "Le 16\u{a0}novembre\u{a0}2026 est passé",
    )
    .await;
    refused(
        &api,
        "POST",
        &close("soon"),
        &Value::Null,
        StatusCode::BAD_REQUEST,
        "a date such as 2026-11-17",
        "une date comme 2026-11-17",
    )
    .await;
    assert_eq!(api.post(&close("2026-11-17"), &Value::Null).await.0, 200);
    api.taken(&debt_referred("e-1")).await;
    work(&api.desk).await;
    refused(
        &api,
        "POST",
        &close("2026-11-18"),
        &Value::Null,
        conflict,
        "1\u{a0}letter waits for November\u{a0}18,\u{a0}2026; close the run on that day. The run of November\u{a0}17,\u{a0}2026 is closed.",
        "1\u{a0}lettre attend le 18\u{a0}novembre\u{a0}2026; fermez le tirage ce jour-là. Le tirage du 17\u{a0}novembre\u{a0}2026 est fermé.",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_used_for_something_else_is_named_as_the_header_it_came_in() {
    let api = Api::start().await;
    let data = sample("debt-notice", "plausible");
    let ask = async |data: &Value, language: &str| {
        let headers = [("idempotency-key", "key-1"), ("accept-language", language)];
        api.call("POST", "/letters", &headers, json!({"letter": "debt-notice", "data": data}).to_string()).await
    };
    let (status, asked) = ask(&data, "en").await;
    assert_eq!((status, &asked["state"], &asked["date"]), (StatusCode::CREATED, &json!("due"), &Value::Null));
    assert_eq!(asked["goes_on"], "2026-11-17", "before the cut-off, the run of the day");
    let mut other = data.clone();
    other["facts"]["balance"] = json!("1.00");
    for (language, words) in [("en", "The key “key-1” was used before"), ("fr", "La clé « key-1 » a déjà servi")]
    {
        let (status, problem) = ask(&other, language).await;
        assert_eq!((status, &problem["faults"][0]["place"]), (StatusCode::CONFLICT, &json!("Idempotency-Key")));
        assert!(said(&problem).contains(words) && !said(&problem).contains("urn:"), "{problem:#}");
    }
    assert_eq!(api.post("/runs/2026-11-17/close", &Value::Null).await.0, 200);
    let (_, asked) = api
        .call(
            "POST",
            "/letters",
            &[("idempotency-key", "key-2")],
            json!({"letter": "debt-notice", "data": data}).to_string(),
        )
        .await;
    assert_eq!(asked["goes_on"], "2026-11-18", "the run of the day is closed");
}

/// A preview with an `Accept` header: status, headers and body.
async fn preview(
    api: &Api,
    letter: &str,
    data: &Value,
    accept: &str,
    language: &str,
) -> (StatusCode, axum::http::HeaderMap, Vec<u8>) {
    let request = Request::post("/api/v1/letters/preview")
        .header(header::AUTHORIZATION, format!("Bearer {TOKEN}"))
        .header(header::ACCEPT, accept)
        .header(header::ACCEPT_LANGUAGE, language)
        .body(Body::from(json!({"letter": letter, "data": data}).to_string()))
        .unwrap();
    let response = api.send(request).await;
    let (status, headers) = (response.status(), response.headers().clone());
    (status, headers, response.into_body().collect().await.unwrap().to_bytes().to_vec())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_says_what_eligibility_would_say_and_the_date_that_the_letter_would_bear() {
    let api = Api::start().await;
    let data = sample("debt-notice", "plausible");
    let (status, headers, pdf) = preview(&api, "debt-notice", &data, "application/pdf", "en").await;
    assert_eq!(status, StatusCode::OK, "{}", String::from_utf8_lossy(&pdf));
    let told = |headers: &axum::http::HeaderMap, name: &str| headers[name].to_str().unwrap().to_owned();
    assert!(pdf.starts_with(b"%PDF"));
    assert_eq!((told(&headers, "recto-held-for").as_str(), told(&headers, "recto-date").as_str()), ("", "2026-11-17"));
    assert_eq!(told(&headers, "recto-verdict"), "It would go on November%C2%A017,%C2%A02026.");
    assert_eq!(api.get("/letters").await["letters"], json!([]), "nothing is recorded");
    // The person has died; the debt is disputed; the run is closed.
    let died = with_facts(&data, json!({"died": "2026-11-01"}));
    api.taken(&event("d-1", "person.died", "2026-11-02T09:00:00-05:00", &died)).await;
    assert_eq!(api.post("/runs/2026-11-17/close", &Value::Null).await.0, 200);
    let (_, headers, _) = preview(&api, "debt-notice", &data, "image/png", "fr").await;
    assert!(told(&headers, "recto-held-for").contains("debtor-living"), "{headers:?}");
    assert_eq!(told(&headers, "recto-date"), "2026-11-18");
    let verdict = told(&headers, "recto-verdict");
    assert!(verdict.starts_with("Elle ne partirait pas : ") && verdict.contains("d%C3%A9c%C3%A9d%C3%A9e"), "{verdict}");
    for (language, words) in [("en", "The person has died"), ("fr", "La personne est décédée")] {
        let (status, _, body) = preview(&api, "debt-notice", &data, "application/json", language).await;
        let view: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((status, &view["may_go"], &view["date"]), (StatusCode::OK, &json!(false), &json!("2026-11-18")));
        let reason = view["reasons"].as_array().unwrap().iter().find(|one| one["code"] == "debtor-living");
        assert!(reason.unwrap()["message"].as_str().unwrap().contains(words), "{view:#}");
        assert!(view["says"].as_str().unwrap().contains(words), "{view:#}");
        assert_eq!(view["number"], "0000-0000-0000");
        assert!(view["number_note"].as_str().unwrap().len() > 40, "{view:#}");
        let (_, answers) =
            api.call("GET", "/cases/DR-2026-004512/eligibility", &[("accept-language", language)], String::new()).await;
        let notice = answers.as_array().unwrap().iter().find(|one| one["letter"] == "debt-notice").unwrap();
        let eligible = notice["reasons"].as_array().unwrap().iter().find(|one| one["code"] == "debtor-living");
        assert_eq!(eligible.unwrap()["message"], reason.unwrap()["message"], "the same words");
    }
    // What its own figures hold it for is there with figures and place.
    let mut wrong = data.clone();
    wrong["facts"]["balance"] = json!("1.00");
    let (_, _, body) = preview(&api, "debt-notice", &wrong, "application/json", "fr").await;
    let view: Value = serde_json::from_slice(&body).unwrap();
    let reason = view["reasons"].as_array().unwrap().iter().find(|one| one["code"] == "arithmetic-mismatch").unwrap();
    assert!(reason["message"].as_str().unwrap().contains("1,00") && reason["place"] != "", "{view:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_is_not_understood_is_said_on_the_page() {
    let api = Api::start().await;
    for (query, en, fr) in [
        ("date=foo", "The date is not one", "La date n’en est pas une"),
        ("state=bogus", "There is no such status", "Cet état n’existe pas"),
        ("type=nope", "There is no such letter type", "Ce type de lettre n’existe pas"),
        ("before=x", "Begin the search again", "Recommencez la recherche"),
        ("date=2026-11-17", "No letter matches", "Aucune lettre ne correspond"),
    ] {
        for (language, words) in [("en", en), ("fr", fr)] {
            let request = Request::get(format!("/letters?{query}"))
                .header(header::AUTHORIZATION, format!("Bearer {TOKEN}"))
                .header(header::ACCEPT_LANGUAGE, language);
            let response = api.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(response.status(), StatusCode::OK, "{query}");
            let page = response.into_body().collect().await.unwrap().to_bytes();
            assert!(String::from_utf8_lossy(&page).contains(words), "{query} {language}");
        }
    }
    let request = Request::get("/letters/%FF").header(header::AUTHORIZATION, format!("Bearer {TOKEN}"));
    let response = api.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    let page = response.into_body().collect().await.unwrap().to_bytes();
    assert!(String::from_utf8_lossy(&page).contains("L’adresse ne peut pas être lue"));
}
