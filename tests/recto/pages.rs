//! Every page, in both languages, of a day on which everything has been decided once.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use recto::case::{DeliveryState, FollowUpState, LetterState, PieceState, RunState};
use recto::desk::CurrentDesk;
use recto::register::Filter;
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use strum::VariantArray;
use tower::ServiceExt;

use crate::http::Api;
use crate::support::{
    debt_referred, desk, event, files, home, person, proposed, recto, sample, taken, with_facts, work,
};

#[tokio::test(flavor = "multi_thread")]
async fn every_letter_and_every_case_of_a_day_with_all_its_decisions_has_its_page_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    assert!(recto(folder.path(), &["demo", "--no-serve"]).status.success());
    let desk = desk(folder.path()).await;
    // What the day does not have: a letter that passes a rule, one that is withdrawn, follow-ups that are decided.
    // The day has somebody else under the number of the samples' person.
    let referred = |id: &str| {
        let mut event = debt_referred(id);
        event["data"]["party"]["id"] = serde_json::json!("P-99023");
        event
    };
    let first = taken(&desk, &referred("e-1")).await;
    work(&desk).await;
    let second = taken(&desk, &referred("e-2")).await.remove(0);
    work(&desk).await;
    desk.override_hold(&second, "no-duplicate", "The first one was torn", &person("A. Manager")).await.unwrap();
    work(&desk).await;
    desk.withdraw(&first[0], "It was torn", &person("O. Officer")).await.unwrap();
    let mut dispute = with_facts(&sample("debt-notice", "plausible"), serde_json::json!({"received": "2026-11-16"}));
    // And somebody whom the case does not know, who is still to be identified.
    taken(&desk, &event("d-0", "dispute.received", "2026-11-17T09:45:00-05:00", &dispute)).await;
    dispute["party"]["id"] = serde_json::json!("P-99023");
    taken(&desk, &event("d-1", "dispute.received", "2026-11-17T10:00:00-05:00", &dispute)).await;
    work(&desk).await;
    let due = proposed(&desk).await;
    let due: Vec<_> = due.into_iter().filter(|due| due.kind != "who-is-it").collect();
    desk.decline_follow_up(&due[0].id, &person("O. Officer"), "Answered by telephone").await.unwrap();
    desk.accept_follow_up(&due[1].id, &person("O. Officer")).await.unwrap();
    work(&desk).await;

    let letters = desk.reader().letters(&Filter { limit: 1_000, ..Filter::default() }).await.unwrap();
    assert!(letters.iter().any(|letter| letter.delivery == Some(DeliveryState::Recalled)));
    let mut paths: Vec<String> = ["/", "/letters", "/letters?state=recalled"].map(str::to_owned).to_vec();
    paths.extend(letters.iter().map(|letter| format!("/letters/{}", letter.id)));
    paths.extend(letters.iter().map(|letter| format!("/cases/{}", letter.case_reference)));
    paths.sort();
    paths.dedup();
    let router = recto::web::router(Arc::new(CurrentDesk::new(desk, home())), "a-token").unwrap();
    let get = async |path: &str, language: &str| {
        let request = Request::get(path)
            .header(header::AUTHORIZATION, "Bearer a-token")
            .header(header::ACCEPT_LANGUAGE, language);
        let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{path} {language}");
        response.into_body().collect().await.unwrap().to_bytes()
    };
    // What words there are for a party's role and for the office of who decided.
    let mut unseen = vec!["(manager)", "(gestionnaire)", "Debtor</dd>", "Débiteur ou débitrice</dd>", "Sponsor</dd>"];
    for path in paths {
        for language in ["en", "fr"] {
            let page = get(&path, language).await;
            let page = String::from_utf8_lossy(&page);
            unseen.retain(|words| !page.contains(words));
            assert!(page.contains(&format!("<html lang=\"{language}-CA\"")), "{path} {language}: {page}");
            // What a page offers is there.
            let pdf = format!("{path}/pdf");
            if page.contains(&pdf) {
                assert!(get(&pdf, language).await.starts_with(b"%PDF"));
            }
        }
    }
    assert!(unseen.is_empty(), "{unseen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_to_be_identified_is_shown_and_counted_however_many_older_follow_ups_there_are() {
    let api = Api::start().await;
    api.taken(&debt_referred("e-1")).await;
    let mut stranger = with_facts(&sample("debt-notice", "plausible"), serde_json::json!({"received": "2026-11-16"}));
    stranger["party"]["id"] = serde_json::json!("P-99");
    api.taken(&event("d-1", "dispute.received", "2026-11-16T09:00:00-05:00", &stranger)).await;
    let options = SqliteConnectOptions::new().filename(api.folder().join("recto.db"));
    let mut register = SqliteConnection::connect_with(&options).await.unwrap();
    let older = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600) INSERT INTO follow_ups \
                 (id, case_reference, person, kind, letter_type, due, says, state) SELECT 'older-' || i, case_reference, person, \
                 'answer-due', letter_type, '2026-01-02', says, state FROM follow_ups, n WHERE kind = 'who-is-it'";
    assert_eq!(sqlx::query(older).execute(&mut register).await.unwrap().rows_affected(), 600);
    let today = api.page("/", "en").await;
    assert!(today.contains("Waiting for somebody to say who it is:\u{a0}1<"), "{today}");
    assert!(today.contains("The first 20 of 600, the oldest first."), "{today}");
    let case = stranger["case"]["reference"].as_str().unwrap();
    for path in [format!("/letters?case={case}"), "/letters?person=P-99".to_owned()] {
        let found = api.page(&path, "en").await;
        assert!(found.contains("Waiting for somebody to say who it is"), "{path}: {found}");
    }
}

#[test]
fn every_word_of_the_pages_is_asked_for_by_one_of_them() {
    let words = std::fs::read_to_string(home().join("src/web/words.toml")).unwrap();
    let words: toml::Table = toml::from_str(&words).unwrap();
    let templates = files(&home().join("src/web/templates"));
    let all: String = templates.into_iter().map(|(_, bytes)| String::from_utf8(bytes).unwrap()).collect();
    // Whole, or begun: `t("status." ~ state)`.
    let asked = |key: &str| {
        let begun = key.match_indices('.').any(|(at, _)| all.contains(&format!("\"{}\" ~", &key[..=at])));
        let unit = key.strip_prefix("unit.").and_then(|rest| rest.split_once('.')).map(|(unit, _)| unit);
        let is_there = |word: &str| all.contains(&format!("\"{word}\"")) || all.contains(&format!("'{word}'"));
        begun || is_there(key) || unit.is_some_and(is_there)
    };
    let dead: Vec<&String> = words.keys().filter(|key| !asked(key)).collect();
    assert!(dead.is_empty(), "nothing asks for {dead:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_every_state_can_be_made_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    assert!(recto(folder.path(), &["demo", "--no-serve"]).status.success());
    let desk = desk(folder.path()).await;
    let letters = desk.reader().letters(&Filter { limit: 1_000, ..Filter::default() }).await.unwrap();
    let letter = letters.iter().find(|letter| letter.delivery == Some(DeliveryState::Sent)).unwrap().clone();
    let due = proposed(&desk).await.remove(0);
    let router = recto::web::router(Arc::new(CurrentDesk::new(desk, home())), "a-token").unwrap();
    let show = async |path: &str, what: &str| {
        for language in ["en", "fr"] {
            let request = Request::get(path)
                .header(header::AUTHORIZATION, "Bearer a-token")
                .header(header::ACCEPT_LANGUAGE, language);
            let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
            assert_eq!(response.status(), StatusCode::OK, "{path} {language}: {what}");
            let page = response.into_body().collect().await.unwrap().to_bytes();
            let page = String::from_utf8_lossy(&page);
            assert!(page.contains("</html>") && page.len() > 2_000, "{path} {language}: {what}: {page}");
        }
    };
    // The register itself lets nothing become what it may not: the states are written behind its back.
    let options = SqliteConnectOptions::new().filename(folder.path().join("recto.db")).foreign_keys(false);
    let mut register = SqliteConnection::connect_with(&options).await.unwrap();
    let mut set = async |table: &str, state: &str, which: &str| {
        let statement = format!("UPDATE {table} SET state = '{state}' WHERE {which}");
        let changed = sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut register).await.unwrap();
        assert!(changed.rows_affected() > 0, "{table} {state} {which}");
    };
    let (own, of_letter) = (format!("id = '{}'", letter.id), format!("letter = '{}'", letter.id));
    for state in LetterState::VARIANTS {
        set("letters", state.as_str(), &own).await;
        for delivery in DeliveryState::VARIANTS {
            set("deliveries", delivery.as_str(), &of_letter).await;
            let what = format!("{state} {delivery}");
            for path in [
                format!("/letters/{}", letter.id),
                format!("/cases/{}", letter.case_reference),
                "/".into(),
                "/letters".into(),
            ] {
                show(&path, &what).await;
            }
        }
        show(&format!("/letters?state={state}"), state.as_str()).await;
    }
    for state in PieceState::VARIANTS {
        set("pieces", state.as_str(), &of_letter).await;
        show(&format!("/letters/{}", letter.id), state.as_str()).await;
    }
    for state in RunState::VARIANTS {
        set("print_runs", state.as_str(), "1 = 1").await;
        show("/", state.as_str()).await;
    }
    for state in FollowUpState::VARIANTS {
        set("follow_ups", state.as_str(), &format!("id = '{}'", due.id)).await;
        show(&format!("/cases/{}", due.case_reference), state.as_str()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_was_issued_and_withdrawn_is_told_as_such_and_shows_no_codes() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let letter = taken(&desk, &debt_referred("e-1")).await.remove(0);
    work(&desk).await;
    desk.withdraw(&letter, "It was torn", &person("O. Officer")).await.unwrap();
    let router = recto::web::router(Arc::new(CurrentDesk::new(desk, home())), "a-token").unwrap();
    for (language, words) in [
        (
            "en",
            ["taken back to be withdrawn", "Somebody of the unit withdrew the letter before it left", "It was torn"],
        ),
        (
            "fr",
            ["reprise pour être retirée", "Une personne de l’unité a retiré la lettre avant son départ", "It was torn"],
        ),
    ] {
        let request = Request::get(format!("/letters/{letter}"))
            .header(header::AUTHORIZATION, "Bearer a-token")
            .header(header::ACCEPT_LANGUAGE, language);
        let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let page = response.into_body().collect().await.unwrap().to_bytes();
        let page = String::from_utf8_lossy(&page);
        for words in words {
            assert!(page.contains(words), "{words}: {page}");
        }
        for wrong in [">withdrawn<", "will be looked at again", "sera réexaminée"] {
            assert!(!page.contains(wrong), "{wrong}: {page}");
        }
    }
}
