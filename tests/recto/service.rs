//! What managers and administrators are shown of the service: work in hand by the service standards, and where the service stands.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Stdio;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use recto::case::AuditKind;
use recto::case::calendar::business_days_between;
use recto::register::AuditFilter;
use serde_json::json;

use crate::http::{Api, STRUCTURED};
use crate::support::{command, debt_referred, event, recto, sample, with_facts, work};

#[test]
fn business_days_are_counted_to_a_day_and_back() {
    let days = |from: &str, to: &str| business_days_between(from.parse().unwrap(), to.parse().unwrap());
    for (from, to, count) in [
        ("2026-11-17", "2026-11-17", 0),
        ("2026-11-17", "2026-11-18", 1),
        // A weekend.
        ("2026-11-20", "2026-11-23", 1),
        // Remembrance Day, and the weekend.
        ("2026-11-09", "2026-11-17", 5),
        ("2026-11-17", "2026-11-09", -5),
        ("2026-11-21", "2026-11-22", 0),
    ] {
        assert_eq!(days(from, to), count, "{from} {to}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn work_in_hand_is_counted_by_kind_and_by_officer_with_what_is_late_in_business_days() {
    let api = Api::start().await;
    let data = |case: &str, facts| {
        let mut data = with_facts(&sample("debt-notice", "plausible"), facts);
        data["case"]["reference"] = json!(case);
        data["party"]["id"] = json!(format!("P-{case}"));
        data
    };
    let referred = |id: &str, case: &str| {
        let mut event = debt_referred(id);
        event["data"]["case"]["reference"] = json!(case);
        event["data"]["party"]["id"] = json!(format!("P-{case}"));
        event["subject"] = json!(case);
        event
    };
    let take_by = async |name: &str, event: serde_json::Value| {
        let done = api.call_by(name, "POST", "/events", &[STRUCTURED], event.to_string()).await;
        assert_eq!(done.0, StatusCode::ACCEPTED, "{:#}", done.1);
        work(&api.desk).await;
    };
    take_by("L. Lead", referred("e-1", "DR-2026-009991")).await;
    take_by("O. Officer", referred("e-2", "DR-2026-009992")).await;
    // Acknowledged within five business days it would have been by November 9, which is five ago; an answer is due on November 24.
    let dispute = data("DR-2026-009991", json!({"received": "2026-11-02", "kind": "dispute"}));
    take_by("L. Lead", event("d-1", "dispute.received", "2026-11-02T09:00:00-05:00", &dispute)).await;
    let call = data("DR-2026-009992", json!({"received": "2026-11-16", "from": "person", "by": "telephone"}));
    take_by("O. Officer", event("i-1", "inquiry.received", "2026-11-16T09:00:00-05:00", &call)).await;
    let clocks = api.desk.service_clocks(&[], 100).await.unwrap();
    let said: Vec<(&str, &str, i64, i64, Option<&str>)> = clocks
        .iter()
        .map(|one| (one.row.kind.as_str(), one.what.as_str(), one.standard, one.left, one.officer.as_deref()))
        .collect();
    assert_eq!(
        said,
        [
            ("acknowledgement-due", "dispute", 5, -5, Some("L. Lead")),
            ("acknowledgement-due", "inquiry", 2, 1, Some("O. Officer")),
            ("answer-due", "dispute", 15, 5, Some("L. Lead")),
            ("answer-due", "inquiry", 15, 14, Some("O. Officer")),
        ]
    );
    // A look is no work in the case.
    api.open("A. Manager", "/cases/DR-2026-009991", "en").await;
    assert_eq!(api.desk.service_clocks(&[], 1).await.unwrap()[0].officer.as_deref(), Some("L. Lead"));
    assert_eq!(api.open("O. Officer", "/standards", "en").await.status, StatusCode::FORBIDDEN);
    for (language, words) in [
        ("en", ["5\u{a0}business days late", "1\u{a0}business day left", "Acknowledge a dispute", "O. Officer"]),
        ("fr", ["5\u{a0}jours ouvrables de retard", "1\u{a0}jour ouvrable restant", "contestation", "L. Lead"]),
    ] {
        let page = api.open("A. Manager", "/standards", language).await.text;
        for word in words {
            assert!(page.contains(word), "{word}: {page}");
        }
    }
    // Who works in one program sees and counts no other's.
    assert!(api.desk.service_clocks(&["odsp".to_owned()], 100).await.unwrap().is_empty());
    assert!(api.desk.letters_in_hand(&["odsp".to_owned()], 100).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_sees_where_the_service_stands_and_ends_a_session() {
    let api = Api::start().await;
    for name in ["O. Officer", "A. Manager", "R. Cords"] {
        assert_eq!(api.open(name, "/health", "en").await.status, StatusCode::FORBIDDEN, "{name}");
    }
    let page = api.open("S. Admin", "/health", "en").await.text;
    for said in
        ["Nothing is stuck", "Specimen", "Not yet: run recto verify", "O. Officer", "your own session", "Last seen"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    let french = api.open("S. Admin", "/health", "fr").await.text;
    assert!(french.contains("Rien n’est bloqué") && french.contains("Fermer cette session"), "{french}");
    // A letter that cannot be made is named by its number, and its person is not.
    let mut bad = debt_referred("e-1");
    bad["data"]["facts"]["balance"] = json!("5000000.00");
    let letter = api.taken(&bad).await.remove(0);
    let (state, _) = api.state(&letter).await;
    let page = api.open("S. Admin", "/health", "en").await.text;
    assert_eq!(page.contains(&letter), state == "refused", "{state}: {page}");
    assert!(!page.contains("Tremblay") && !page.contains("DR-2026-004512"), "no case and no person of one: {page}");
    // Somebody's session ends, and no other.
    let sessions = api.desk.open_sessions().await.unwrap();
    let officers = sessions.iter().find(|one| one.account.is.name == "O. Officer").unwrap();
    assert_ne!(
        officers.name.as_str(),
        &officers.row.secret_hash.as_str()[..16],
        "what the register keeps is not shown"
    );
    let end = format!("/health/sessions/{}/end", officers.name);
    assert!(page.contains(&end), "{page}");
    assert_eq!(api.fill_in("A. Manager", &end, &[]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(api.fill_in("S. Admin", &end, &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(api.fill_in("S. Admin", &end, &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(api.open("O. Officer", "/", "en").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(api.open("A. Manager", "/", "en").await.status, StatusCode::OK);
    let filter = AuditFilter { kind: Some(AuditKind::SessionsEnded), limit: 10, ..AuditFilter::default() };
    let line = api.desk.reader().audit(&filter).await.unwrap().remove(0);
    assert_eq!(
        (line.actor().unwrap().name.as_str(), line.subject.as_str()),
        ("S. Admin", officers.account.id.as_str())
    );
    assert!(api.desk.verify().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_does_not_say_what_is_free_keeps_nobody_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let desk = crate::support::desk(folder.path()).await;
    let session = crate::support::signed_in(&desk, "S. Admin").await;
    desk.close().await;
    for (name, script, said) in [
        ("silent", "exec sleep 60", "free space in the data folder unknown"),
        ("usual", "printf 'a\\nb 9 5 4000000 60%% /\\n'", "4\u{a0}GB free in the data folder"),
    ] {
        let tools = folder.path().with_extension(name);
        std::fs::create_dir(&tools).unwrap();
        let df = tools.join("df");
        std::fs::write(&df, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&df, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
        let mut serve = command(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
        let mut service = serve.env("PATH", path).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(service.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().split_once("http://").unwrap_or_else(|| panic!("{line}")).1.trim_end_matches('/');
        let mut stream = TcpStream::connect(address).unwrap();
        let asked = Instant::now();
        let request = format!(
            "GET /health?lang=en HTTP/1.1\r\nHost: {address}\r\nCookie: recto_session={session}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut page = String::new();
        let read = stream.read_to_string(&mut page);
        let took = asked.elapsed();
        service.kill().unwrap();
        service.wait().unwrap();
        read.unwrap();
        assert!(page.contains(said), "{name}: {page}");
        assert!(took < Duration::from_secs(20), "{name}: {took:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_stuck_is_said_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    assert!(recto(folder.path(), &["demo", "--no-serve"]).status.success());
    let sql = crate::verify::sql;
    sql(folder.path(), "UPDATE deliveries SET state = 'failed', attempts = 8, problem = 'en: no such mailbox a@example.ca' WHERE letter = (SELECT min(letter) FROM deliveries WHERE channel = 'email')").await;
    sql(folder.path(), "UPDATE deliveries SET state = 'waiting', attempts = 3, problem = 'refused' WHERE letter = (SELECT max(letter) FROM deliveries WHERE channel = 'email')").await;
    sql(folder.path(), "UPDATE print_runs SET state = 'closing'").await;
    sql(folder.path(), "UPDATE letters SET wanted = wanted + 1, attempts = 2 WHERE id = (SELECT min(id) FROM letters)")
        .await;
    let desk = crate::support::desk(folder.path()).await;
    let health = desk.health().await.unwrap();
    assert_eq!((health.given_up.len(), health.failing.len(), health.closing.len()), (1, 1, 1));
    assert_eq!((health.queue.letters, health.queue.tried), (1, 1));
    assert!(health.refused_files > 0 && health.register_bytes > 100_000 && health.free_bytes.is_some());
    let session = crate::support::signed_in(&desk, "S. Admin").await;
    let open = std::sync::Arc::new(recto::desk::CurrentDesk::new(desk, crate::support::home()));
    let router = recto::web::router(open, "a-token").unwrap();
    let request = axum::http::Request::get("/health").header("cookie", format!("__Host-recto_session={session}"));
    let answer = tower::ServiceExt::oneshot(router, request.body(axum::body::Body::empty()).unwrap()).await.unwrap();
    let page = http_body_util::BodyExt::collect(answer.into_body()).await.unwrap().to_bytes();
    let page = String::from_utf8_lossy(&page);
    for said in
        ["Some work is stuck", "given up", "tried again", "next attempt", "closing is not finished", "refused events"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("a@example.ca"), "{page}");
}

#[test]
fn when_the_register_was_verified_last_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    assert!(recto(folder.path(), &["demo", "--no-serve"]).status.success());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let verified = || {
        runtime.block_on(async {
            let desk = crate::support::desk(folder.path()).await;
            let verified = desk.reader().verified().await.unwrap();
            desk.close().await;
            verified.map(|(_, differences)| differences)
        })
    };
    assert_eq!(verified(), None);
    assert!(recto(folder.path(), &["verify"]).status.success());
    assert_eq!(verified(), Some(0));
    runtime
        .block_on(crate::verify::sql(folder.path(), "UPDATE letters SET seal = 'x' WHERE state = 'awaiting-approval'"));
    assert!(!recto(folder.path(), &["verify"]).status.success());
    assert!(verified().unwrap() > 0);
}
