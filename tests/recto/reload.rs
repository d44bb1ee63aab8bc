//! Letter types that change while the service runs, and letters that are set again from their record.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use recto::desk::{CurrentDesk, Desk, ReloadState, Settings};
use recto::studio::Studio;
use serde_json::Value;
use tower::ServiceExt;

use crate::support::{NOW, at, debt_referred, edit, raise, recto, small_copy, state, taken, version, work};

const HEADING: &str = "letter-templates/debt-notice/en.typ";

async fn open(home: &Path, folder: &Path) -> Arc<CurrentDesk> {
    let studio = Studio::open(home, true).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let desk = Desk::open(studio, Settings::default(), at(NOW), folder).await.unwrap();
    Arc::new(CurrentDesk::new(desk, home.to_owned()))
}

/// Only the debt notice, so that checking the set is quick.
fn small_home() -> tempfile::TempDir {
    small_copy(&["debt-notice"])
}

/// Asks for a reload and waits for its end: what became of it.
async fn ask_to_reload(open: &Arc<CurrentDesk>) -> Value {
    let (status, begun) = call(open, "POST").await;
    assert_eq!((status, &begun["state"]), (StatusCode::ACCEPTED, &"checking".into()), "answered at once");
    loop {
        let (status, reload) = call(open, "GET").await;
        assert_eq!((status, &reload["begun_at"]), (StatusCode::OK, &begun["begun_at"]));
        if reload["state"] != "checking" {
            return reload;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn call(open: &Arc<CurrentDesk>, method: &str) -> (StatusCode, Value) {
    let router = recto::web::router(Arc::clone(open), "a-token").unwrap();
    let request = Request::builder().method(method).uri("/api/v1/letter-types/reload");
    let request = request.header(header::AUTHORIZATION, "Bearer a-token").header(header::ACCEPT_LANGUAGE, "fr");
    let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap())
}

async fn words(desk: &Desk, letter: &recto::case::LetterId) -> String {
    let (pdf, _) = desk.pdf(letter).await.unwrap().unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), pdf).unwrap();
    crate::support::pdf_text(file.path())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_set_is_taken_without_a_restart_and_a_faulty_one_is_refused_and_the_old_one_stays() {
    let (home, folder) = (small_home(), tempfile::tempdir().unwrap());
    let open = open(home.path(), folder.path()).await;
    let first = taken(&open.desk(), &debt_referred("e-1")).await.remove(0);
    work(&open.desk()).await;
    assert!(words(&open.desk(), &first).await.contains("Why you owe this money"));

    edit(home.path().join(HEADING), "== Why you owe this money", "== How this debt came about");
    let refused = ask_to_reload(&open).await;
    let codes: Vec<&Value> = refused["faults"].as_array().unwrap().iter().map(|fault| &fault["code"]).collect();
    assert_eq!(
        (&refused["state"], codes),
        (&"refused".into(), vec![&"words-changed".into()]),
        "the version stands for other words"
    );
    assert!(
        refused["faults"][0]["message"]
            .as_str()
            .unwrap()
            .contains(&format!("a changé sous la version {}", version(home.path(), "debt-notice"))),
        "{refused:#}"
    );
    assert_eq!((&refused["before"], &refused["letters"]), (&refused["now"], &0.into()));
    raise(home.path(), "debt-notice");
    let taken_set = ask_to_reload(&open).await;
    assert_eq!(taken_set["state"], "taken", "{taken_set:#}");
    assert_ne!(taken_set["before"], taken_set["now"]);
    let mut other = debt_referred("e-2");
    other["data"]["case"]["reference"] = "DR-2026-004600".into();
    other["subject"] = "DR-2026-004600".into();
    other["data"]["party"]["id"] = "P-2".into();
    let second = taken(&open.desk(), &other).await.remove(0);
    work(&open.desk()).await;
    assert!(words(&open.desk(), &second).await.contains("How this debt came about"));
    let desk = open.desk();
    let register = desk.reader();
    let (one, two) =
        (register.issuance(&first).await.unwrap().unwrap(), register.issuance(&second).await.unwrap().unwrap());
    assert_eq!(one.type_hash.len(), 64);
    assert_ne!(one.type_hash, two.type_hash, "each issuance has the hash of the type that it was made with");

    // The French letter lacks a paragraph now: the set is refused, with the place, and letters go on as before.
    let french = home.path().join("letter-templates/debt-notice/fr.typ");
    let text = std::fs::read_to_string(&french).unwrap();
    std::fs::write(
        &french,
        text.lines().filter(|line| !line.contains("paiement excédentaire")).collect::<Vec<_>>().join("\n"),
    )
    .unwrap();
    raise(home.path(), "debt-notice");
    let refused = ask_to_reload(&open).await;
    assert_eq!(refused["state"], "refused", "{refused:#}");
    assert!(refused["faults"].as_array().is_some_and(|faults| !faults.is_empty()), "{refused:#}");
    assert_eq!(refused["now"], taken_set["now"], "the old one stays");
    let mut third = debt_referred("e-3");
    third["data"]["case"]["reference"] = "DR-2026-004601".into();
    third["subject"] = "DR-2026-004601".into();
    third["data"]["party"]["id"] = "P-3".into();
    let third = taken(&open.desk(), &third).await.remove(0);
    work(&open.desk()).await;
    assert_eq!(state(&open.desk(), &third).await, ("issued", vec![]));
    assert!(words(&open.desk(), &third).await.contains("How this debt came about"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_is_answered_at_once_and_a_second_one_is_refused_while_it_is_under_way() {
    let (home, folder) = (small_home(), tempfile::tempdir().unwrap());
    let open = open(home.path(), folder.path()).await;
    let (_, never) = call(&open, "GET").await;
    assert_eq!((&never["state"], &never["begun_at"]), (&"never".into(), &Value::Null), "{never:#}");
    edit(home.path().join(HEADING), "== Why you owe this money", "== How this debt came about");
    let (status, begun) = call(&open, "POST").await;
    assert_eq!((status, &begun["state"]), (StatusCode::ACCEPTED, &"checking".into()), "{begun:#}");
    let (status, problem) = call(&open, "POST").await;
    assert_eq!((status, &problem["type"]), (StatusCode::CONFLICT, &"urn:problem:recto:reload-under-way".into()));
    // Whoever can wait, as SIGHUP does, is served after it: nothing has changed by then.
    let after = open.reload(recto::case::Actor::operator("test")).await;
    assert_eq!((after.state, after.letters, &after.before), (ReloadState::Taken, 0, &after.now));
    assert_ne!(after.now, never["now"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_its_template_refused_goes_once_the_template_is_mended() {
    let (home, folder) = (small_home(), tempfile::tempdir().unwrap());
    let english = home.path().join(HEADING);
    // No sample has a single transaction of this kind, so the check does not meet the mistake.
    let healthy = std::fs::read_to_string(&english).unwrap();
    let faulty = healthy.replace(
        "== Why you owe this money",
        "{% if facts.balance == \"777.77\" %}{{ facts.nothing | money }}{% endif %}\n== Why you owe this money",
    );
    std::fs::write(&english, faulty).unwrap();
    let open = open(home.path(), folder.path()).await;
    let mut event = debt_referred("e-1");
    event["data"]["facts"]["balance"] = "777.77".into();
    event["data"]["facts"]["transactions"] =
        serde_json::json!([{"date": "2026-10-22", "kind": "overpayment", "debit": "777.77"}]);
    let letter = taken(&open.desk(), &event).await.remove(0);
    work(&open.desk()).await;
    assert_eq!(state(&open.desk(), &letter).await, ("refused", vec!["template-faulty".to_owned()]));
    std::fs::write(&english, healthy).unwrap();
    let reload = ask_to_reload(&open).await;
    assert_eq!(reload["state"], "taken", "{reload:#}");
    work(&open.desk()).await;
    assert_eq!(state(&open.desk(), &letter).await, ("issued", vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issued_letter_is_set_again_from_its_record_to_the_same_bytes_after_the_house_has_changed() {
    let (home, folder) = (small_home(), tempfile::tempdir().unwrap());
    let open = open(home.path(), folder.path()).await;
    taken(&open.desk(), &debt_referred("e-1")).await;
    work(&open.desk()).await;
    edit(home.path().join("letter-templates/_house/letter.typ"), "rgb(\"#17455c\")", "rgb(\"#5c1745\")");
    edit(home.path().join(HEADING), "== Why you owe this money", "== How this debt came about");
    raise(home.path(), "debt-notice");
    edit(home.path().join("letter-templates/_house/version.toml"), "version = \"2.", "version = \"3.");
    let reload = ask_to_reload(&open).await;
    assert_eq!(reload["state"], "taken", "{reload:#}");
    let mut set = 0;
    let differences = open.desk().set_all_again(|| set += 1).await.unwrap();
    assert_eq!((set, differences.as_slice()), (1, &[][..]));
    // What was recorded is what counts: another source gives other bytes, and that is named.
    let database = folder.path().join("recto.db");
    open.desk().close().await;
    let python = "import sqlite3, sys, zlib\nd = sqlite3.connect(sys.argv[1])\ns = zlib.decompress(d.execute('select source from sources').fetchone()[0]).decode()\nd.execute('update sources set source = ?', (zlib.compress(s.replace('1,846.35', '1,846.36').encode()),))\nd.commit()";
    crate::support::tool("python3", &["-c", python, database.to_str().unwrap()]);
    let verified = recto(folder.path(), &["verify", "--set-again", "--json"]);
    let report: Value = serde_json::from_slice(&verified.stdout).unwrap();
    let codes: Vec<&str> =
        report["differences"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["source-altered", "set-differently"], "{report:#}");
}

#[test]
fn every_letter_of_the_day_is_set_again_to_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    assert!(recto(folder.path(), &["demo", "--no-serve"]).status.success());
    let verified = recto(folder.path(), &["verify", "--set-again", "--json"]);
    let report: Value = serde_json::from_slice(&verified.stdout).unwrap();
    assert_eq!(report["differences"], Value::Array(Vec::new()));
    assert!(report["set_again"].as_u64().unwrap() == 70, "{report:#}");
}
