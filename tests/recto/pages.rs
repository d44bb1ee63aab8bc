//! Every page, in both languages, of a day on which everything has been decided once.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use recto::case::{DeliveryState, FollowUpState};
use recto::desk::CurrentDesk;
use recto::register::Filter;
use tower::ServiceExt;

use crate::support::{debt_referred, desk, event, home, recto, sample, taken, with_facts, work};

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
    desk.override_hold(&second, "no-duplicate", "The first one was torn", "A. Manager").await.unwrap();
    work(&desk).await;
    desk.withdraw(&first[0], "It was torn", "O. Officer").await.unwrap();
    let mut dispute = with_facts(&sample("debt-notice", "plausible"), serde_json::json!({"received": "2026-11-16"}));
    // And somebody whom the case does not know, who is still to be identified.
    taken(&desk, &event("d-0", "dispute.received", "2026-11-17T09:45:00-05:00", &dispute)).await;
    dispute["party"]["id"] = serde_json::json!("P-99023");
    taken(&desk, &event("d-1", "dispute.received", "2026-11-17T10:00:00-05:00", &dispute)).await;
    work(&desk).await;
    let due = desk.reader().follow_ups(Some(FollowUpState::Proposed), None, 100).await.unwrap();
    let due: Vec<_> = due.into_iter().filter(|due| due.kind != "who-is-it").collect();
    desk.decline_follow_up(&due[0].id, "O. Officer", "Answered by telephone").await.unwrap();
    desk.accept_follow_up(&due[1].id, "O. Officer").await.unwrap();
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
    for path in paths {
        for language in ["en", "fr"] {
            let page = get(&path, language).await;
            let page = String::from_utf8_lossy(&page);
            assert!(page.contains(&format!("<html lang=\"{language}-CA\"")), "{path} {language}: {page}");
            // What a page offers is there.
            let pdf = format!("{path}/pdf");
            if page.contains(&pdf) {
                assert!(get(&pdf, language).await.starts_with(b"%PDF"));
            }
        }
    }
}
