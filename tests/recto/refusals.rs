//! What the service refuses, it refuses as a problem of its own kind, in both languages.

use axum::http::StatusCode;
use recto::case::{RunId, WorkerId};
use recto::register::{Claimed, NewPiece, Register};
use serde_json::{Value, json};

use crate::http::Api;
use crate::support::{event, operator, sample, with_facts};

/// Asks to close the sample day's run, in a language.
async fn close(api: &Api, language: &str) -> (StatusCode, Value) {
    api.call("POST", "/runs/2026-11-17/close", &[("accept-language", language)], String::new()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_somebody_else_is_closing_is_refused_until_that_is_done() {
    let api = Api::start().await;
    // Another process's worker that lives: its file is locked.
    let worker = WorkerId::new("another".to_owned());
    std::fs::create_dir_all(api.folder().join("workers")).unwrap();
    let lock = std::fs::File::create(api.folder().join("workers/another.lock")).unwrap();
    lock.lock().unwrap();
    let register = Register::open(api.folder(), "specimen").await.unwrap();
    let mut act = register.begin(operator(), api.desk.clock.now()).await.unwrap();
    let until = (api.desk.clock.now() + chrono::TimeDelta::minutes(5)).into();
    assert!(act.claim(Claimed::Run("2026-11-17".parse().unwrap()), &worker, until).await.unwrap());
    act.commit().await.unwrap();
    register.close().await;
    for (language, says) in [("en", "is being closed already"), ("fr", "déjà en cours de fermeture")] {
        let (status, problem) = close(&api, language).await;
        assert_eq!((status, &problem["type"]), (StatusCode::CONFLICT, &json!("urn:problem:recto:run-claimed")));
        assert!(problem["detail"].as_str().unwrap().contains(says), "{problem:#}");
    }
    drop(lock);
    assert_eq!(close(&api, "en").await.0, StatusCode::OK, "the claim of a dead worker holds nothing up");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_run_is_closed_while_the_files_of_an_interrupted_one_may_be_in_the_mail_room() {
    let api = Api::start().await;
    let register = Register::open(api.folder(), "specimen").await.unwrap();
    let mut act = register.begin(operator(), api.desk.clock.now()).await.unwrap();
    let nowhere = |_: &[i64]| Vec::<NewPiece>::new();
    let run: RunId = act.open_run("2026-11-16".parse().unwrap(), nowhere).await.unwrap().unwrap();
    act.commit().await.unwrap();
    register.close().await;
    std::fs::create_dir_all(api.folder().join("runs").join(run.as_str())).unwrap();
    for (language, says) in [("en", "was interrupted"), ("fr", "a été interrompue")] {
        let (status, problem) = close(&api, language).await;
        assert_eq!((status, &problem["type"]), (StatusCode::CONFLICT, &json!("urn:problem:recto:run-unfinished")));
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(says) && detail.contains(run.as_str()), "{detail}");
        assert!(!detail.contains(api.folder().to_str().unwrap()), "nothing of the inside: {detail}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_by_other_means_stands_in_the_way_of_one_that_contradicts_it_and_does_not_exist_yet() {
    let api = Api::start().await;
    let referred = sample("debt-notice", "plausible");
    api.taken(&event("e-1", "debt.referred", "2026-11-16T10:00:00-05:00", &referred)).await;
    let reasons = async || {
        let answers = api.get("/cases/DR-2026-004512/eligibility").await;
        let transfer = answers.as_array().unwrap().iter().find(|one| one["letter"] == "cra-transfer-notice").unwrap();
        transfer["reasons"].to_string()
    };
    assert!(!reasons().await.contains("no-conflicting-letter"));
    let confirmed = json!({"letter": "plan-confirmation", "mailed": "2026-11-17"});
    let data = with_facts(&sample("debt-notice", "plausible"), confirmed);
    api.taken(&event("s-1", "letter.sent", "2026-11-17T10:00:00-05:00", &data)).await;
    assert!(reasons().await.contains("no-conflicting-letter"));
}
