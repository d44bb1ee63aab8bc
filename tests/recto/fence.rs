//! The fence: nothing leaves from the specimen environment, and nothing made there ever becomes a letter.

use std::io::Read;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use recto::desk::{Desk, Environment, Settings};
use recto::dispatch::SmtpSettings;

use crate::support::{NOW, at, command, debt_referred, desk, files, home, production_desk, recto, studio, taken, work};

/// A door that counts who knocks.
fn door() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, knocks) = (listener.local_addr().unwrap().port(), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&knocks);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            counted.fetch_add(1, Ordering::SeqCst);
            let _ = stream.read(&mut [0; 16]);
        }
    });
    (port, knocks)
}

#[test]
fn no_smtp_server_is_reached_from_the_specimen_environment_whatever_the_configuration_says() {
    let (port, knocks) = door();
    let folder = tempfile::tempdir().unwrap();
    let mut demo = command(folder.path(), &["demo", "--no-serve"]);
    demo.env("RECTO_SMTP__HOST", "127.0.0.1")
        .env("RECTO_SMTP__PORT", port.to_string())
        .env("RECTO_SMTP__STARTTLS", "false");
    let output = demo.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(knocks.load(Ordering::SeqCst), 0);
    assert_eq!(files(&folder.path().join("outbox")).len(), 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_settings_reach_the_server_in_production() {
    let (port, knocks) = door();
    let folder = tempfile::tempdir().unwrap();
    let smtp = SmtpSettings {
        host: "127.0.0.1".into(),
        port,
        starttls: false,
        ca_file: None,
        username: None,
        password_file: None,
        connections: 1,
    };
    let desk = production_desk(folder.path(), NOW, Settings { smtp: Some(smtp), ..Settings::default() }).await;
    let mut event = debt_referred("e-1");
    event["data"]["party"]["channel"] = "email".into();
    event["data"]["party"]["email"] = "somebody@example.org".into();
    taken(&desk, &event).await;
    let _ = tokio::time::timeout(std::time::Duration::from_secs(8), work(&desk)).await;
    assert!(knocks.load(Ordering::SeqCst) > 0, "the fence's test could not fail");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_says_specimen_in_its_language_until_production_lifts_it() {
    for (lang, word) in [("en", "SPECIMEN"), ("fr", "SPÉCIMEN"), ("unknown", "SPECIMEN")] {
        let mut event = debt_referred("e-1");
        event["data"]["party"]["language"] = lang.into();
        let marked = tempfile::tempdir().unwrap();
        let pages = pages_of(desk(marked.path()).await, &event).await;
        for (number, page) in pages.iter().enumerate() {
            assert!(page.contains(word) || page.contains("SPÉCIMEN"), "{lang}, page {}: {page}", number + 1);
        }
        let plain = tempfile::tempdir().unwrap();
        let desk = production_desk(plain.path(), NOW, Settings::default()).await;
        assert!(
            pages_of(desk, &event).await.iter().all(|page| !page.contains("SPECIMEN") && !page.contains("SPÉCIMEN"))
        );
    }
}

/// The letters of each page, in any order: the mark is turned, so poppler gives it letter by letter.
async fn pages_of(desk: Desk, event: &serde_json::Value) -> Vec<String> {
    let letters = taken(&desk, event).await;
    work(&desk).await;
    let (pdf, _) = desk.pdf(&letters[0]).await.unwrap().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letter.pdf");
    std::fs::write(&path, pdf).unwrap();
    let script = home().join("tests/tools/turned_text.py");
    let text = crate::support::tool("python3", &[script.to_str().unwrap(), path.to_str().unwrap()]);
    text.split('\u{c}').filter(|page| !page.is_empty()).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_of_specimens_never_becomes_one_of_letters() {
    let folder = tempfile::tempdir().unwrap();
    desk(folder.path()).await.close().await;
    let settings = Settings { environment: Environment::Production, outbox: true, ..Settings::default() };
    let refused = Desk::open(studio(), settings, at(NOW), folder.path()).await;
    let error = refused.err().expect("a specimen folder opened in production").to_string();
    assert!(error.contains("specimen") && error.contains("--dir"), "{error}");
}

#[test]
fn production_says_so_at_start_and_allows_neither_the_demo_nor_a_clock_that_stands_still() {
    let folder = tempfile::tempdir().unwrap();
    let mut work = command(folder.path(), &["work", "--until-idle"]);
    work.env("RECTO_ENVIRONMENT", "production")
        .env_remove("RECTO_CLOCK")
        .env("RECTO_FROM", "Letters <letters@example.org>");
    let silent = work.output().unwrap();
    assert_eq!(silent.status.code(), Some(2), "without an SMTP server, mail would go nowhere");
    assert!(String::from_utf8_lossy(&silent.stderr).contains("outbox = true"));
    let output = work.env("RECTO_OUTBOX", "true").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("PRODUCTION"), "{said}");
    let mistyped = work.env("RECTO_SMTP_HOST", "localhost").output().unwrap();
    assert!(String::from_utf8_lossy(&mistyped.stderr).contains("RECTO_SMTP_HOST is not a setting"));
    for (arguments, word) in [(["work", "--until-idle"], "clock"), (["demo", "--no-serve"], "clock")] {
        let mut refused = command(folder.path(), &arguments);
        let output = refused.env("RECTO_ENVIRONMENT", "production").output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains(word));
    }
    assert!(recto(tempfile::tempdir().unwrap().path(), &["work", "--until-idle"]).status.success());
}
