//! E-mail, through a real SMTP server on loopback.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use recto::desk::{Desk, Environment, Settings};
use recto::dispatch::SmtpSettings;
use recto::studio::Studio;
use serde_json::{Value, json};

use crate::support::{at, copy, debt_referred, edit, event, files, home, production_desk, taken, tools, work};

/// A running SMTP server that ends when it is dropped.
struct Server {
    process: Child,
    port: u16,
    ca: Option<String>,
    store: tempfile::TempDir,
}

impl Server {
    fn start(arguments: &[&str]) -> Server {
        let store = tempfile::tempdir().unwrap();
        let mut process = Command::new(tools().join("venv/bin/python"))
            .arg(home().join("tests/tools/smtp_server.py"))
            .arg("--store")
            .arg(store.path())
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        let port = said["port"].as_u64().unwrap() as u16;
        Server { process, port, ca: said["ca"].as_str().map(str::to_owned), store }
    }

    fn settings(&self) -> Settings {
        let smtp = SmtpSettings {
            host: "localhost".into(),
            port: self.port,
            starttls: self.ca.is_some(),
            ca_file: self.ca.as_ref().map(Into::into),
            username: None,
            password_file: None,
            connections: 2,
        };
        Settings { smtp: Some(smtp), email_attempts: 3, ..Settings::default() }
    }

    fn mails(&self) -> Vec<String> {
        let stored = files(self.store.path()).into_iter().filter(|(name, _)| name.ends_with(".eml"));
        stored.map(|(_, bytes)| String::from_utf8_lossy(&bytes).into_owned()).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn by_email(id: &str, language: &str) -> Value {
    let mut event = debt_referred(id);
    event["data"]["party"]["channel"] = "email".into();
    event["data"]["party"]["email"] = "etienne@example.org".into();
    event["data"]["party"]["language"] = language.into();
    event
}

async fn kinds(desk: &recto::desk::Desk, letter: &recto::case::LetterId) -> Vec<&'static str> {
    desk.reader().entries_of_letter(letter).await.unwrap().iter().map(|entry| entry.kind().as_str()).collect()
}

/// Reads a mail with Python's own parser: headers, parts, and the attachment's SHA-256.
fn read_mail(mail: &str) -> Value {
    let script = "import email, email.policy, hashlib, json, sys\n\
        m = email.message_from_file(sys.stdin, policy=email.policy.default)\n\
        parts = [(p.get_content_type(), p.get_content() if p.get_content_maintype() == 'text' else hashlib.sha256(p.get_content()).hexdigest(), p.get_filename()) for p in m.walk() if not p.is_multipart()]\n\
        print(json.dumps({'subject': m['subject'], 'id': m['message-id'], 'to': m['to'], 'from': m['from'], 'parts': parts}))";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mail.eml");
    std::fs::write(&path, mail).unwrap();
    let output =
        Command::new("python3").args(["-c", script]).stdin(std::fs::File::open(&path).unwrap()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

async fn send_one(folder: &Path, server: &Server, language: &str) -> (String, Value, String) {
    let desk = production_desk(folder, "2026-11-17T14:45:00-05:00", server.settings()).await;
    let letters = taken(&desk, &by_email("e-1", language)).await;
    work(&desk).await;
    assert_eq!(kinds(&desk, &letters[0]).await, ["letter-issued", "letter-cleared", "letter-sent"]);
    let sha256 = desk.pdf(&letters[0]).await.unwrap().unwrap().1;
    let mails = server.mails();
    assert_eq!(mails.len(), 1);
    (letters[0].to_string(), read_mail(&mails[0]), sha256.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_by_email_has_text_html_and_the_issued_pdf_and_a_subject_that_says_nothing() {
    for (language, greeting) in [("en", "Dear Mr."), ("fr", "Monsieur,")] {
        let (server, folder) = (Server::start(&["--starttls"]), tempfile::tempdir().unwrap());
        let (letter, mail, sha256) = send_one(folder.path(), &server, language).await;
        assert_eq!(mail["id"], format!("<{letter}.1@fsu.example.ca>"));
        let subject = mail["subject"].as_str().unwrap();
        for word in ["Tremblay", "DR-2026", "debt", "dette", "$"] {
            assert!(!subject.contains(word), "{subject}");
        }
        let part =
            |index: usize| (mail["parts"][index][0].as_str().unwrap(), mail["parts"][index][1].as_str().unwrap());
        let ((text, words), (html, tagged), (pdf, hash)) = (part(0), part(1), part(2));
        assert_eq!((text, html, pdf), ("text/plain", "text/html", "application/pdf"));
        assert!(words.contains(greeting) && tagged.contains(greeting), "{words}");
        assert_eq!(hash, sha256, "the attachment is the archived PDF");
        assert!(!words.contains("DR-2026") && !words.contains('$'), "{words}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_with_a_screen_reader_gets_the_same_words_as_html_and_plain_text() {
    for language in ["en", "fr", "unknown"] {
        let (server, folder) = (Server::start(&[]), tempfile::tempdir().unwrap());
        let desk = production_desk(folder.path(), "2026-11-17T14:45:00-05:00", server.settings()).await;
        let mut event = by_email("e-1", language);
        event["data"]["party"]["format"] = "screen-reader".into();
        let letters = taken(&desk, &event).await;
        work(&desk).await;
        assert_eq!(kinds(&desk, &letters[0]).await, ["letter-issued", "letter-cleared", "letter-sent"]);
        let mail = read_mail(&server.mails()[0]);
        let part = |index: usize| {
            let part = &mail["parts"][index];
            (
                part[0].as_str().unwrap(),
                part[1].as_str().unwrap().to_owned(),
                part[2].as_str().unwrap_or_default().to_owned(),
            )
        };
        let ((pdf, ..), (html, tagged, page), (plain, words, file)) = (part(2), part(3), part(4));
        assert_eq!((pdf, html, plain), ("application/pdf", "text/html", "text/plain"));
        assert!(page.ends_with(".html") && file.ends_with(".txt"));
        let spoken = |text: &str| text.replace('\u{a0}', " ");
        let amount = if language == "fr" { "1 846,35 $" } else { "$1,846.35" };
        assert!(spoken(&words).contains(amount) && spoken(&tagged).contains(amount), "{words}");
        let lang = if language == "fr" { "<article lang=\"fr-CA\">" } else { "<article lang=\"en-CA\">" };
        assert!(tagged.contains(lang) && tagged.contains("<th scope=\"col\">") && tagged.contains("<dt>"), "{tagged}");
        assert!(
            tagged.contains("<p lang=\"") || language == "unknown",
            "the offer of the other language is marked: {tagged}"
        );
        assert_eq!(tagged.matches("<article").count(), if language == "unknown" { 2 } else { 1 });
        // Every word of the page is there, but for the footers and what is drawn as an artifact.
        let (bytes, _) = desk.pdf(&letters[0]).await.unwrap().unwrap();
        let path = folder.path().join("letter.pdf");
        std::fs::write(&path, bytes).unwrap();
        let parts = |text: &str| -> std::collections::HashSet<String> {
            let parts = text.split(|c: char| !c.is_alphanumeric()).filter(|part| part.chars().count() > 1);
            parts.map(str::to_owned).collect()
        };
        let footer = "Letter ID Numéro de la lettre Page Reference Référence of sur";
        let known = parts(&format!("{words} {footer} {}", letters[0]));
        let page = parts(&crate::support::pdf_text(&path));
        let lacking: Vec<&String> = page.difference(&known).collect();
        assert!(lacking.is_empty(), "{lacking:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_preference_gets_both_languages_in_the_covering_mail() {
    let (server, folder) = (Server::start(&[]), tempfile::tempdir().unwrap());
    let (_, mail, _) = send_one(folder.path(), &server, "unknown").await;
    let words = mail["parts"][0][1].as_str().unwrap();
    assert!(words.contains("Dear Mr.") && words.contains("Monsieur,"), "{words}");
    assert!(mail["subject"].as_str().unwrap().contains(" / "));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passing_refusal_is_tried_again_later_with_the_same_message_id() {
    let (server, folder) = (Server::start(&["--rcpt", "451"]), tempfile::tempdir().unwrap());
    let letters = {
        let desk = production_desk(folder.path(), "2026-11-17T14:45:00-05:00", server.settings()).await;
        let letters = taken(&desk, &by_email("e-1", "en")).await;
        work(&desk).await;
        assert_eq!(kinds(&desk, &letters[0]).await, ["letter-issued", "letter-cleared"], "not sent, not failed");
        let waiting = desk.reader().deliveries_of(&letters[0]).await.unwrap();
        assert!(waiting[0].problem.as_deref().unwrap().contains("451"), "{waiting:?}");
        work(&desk).await;
        assert!(server.mails().is_empty(), "it waits before it tries again");
        desk.close().await;
        letters
    };
    let desk = production_desk(folder.path(), "2026-11-17T14:46:01-05:00", server.settings()).await;
    work(&desk).await;
    assert_eq!(kinds(&desk, &letters[0]).await, ["letter-issued", "letter-cleared", "letter-sent"]);
    assert_eq!(server.mails().len(), 1);
    assert!(server.mails()[0].contains(&format!("<{}.1@fsu.example.ca>", letters[0])));
    assert!(desk.verify().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_says_the_very_words_that_were_kept_though_the_templates_have_changed_since() {
    let (server, folder) = (Server::start(&["--rcpt", "451"]), tempfile::tempdir().unwrap());
    let desk = production_desk(folder.path(), "2026-11-17T14:45:00-05:00", server.settings()).await;
    let letters = taken(&desk, &by_email("e-1", "en")).await;
    work(&desk).await;
    let kept = desk.reader().kept(&letters[0], 1).await.unwrap().unwrap().mail.unwrap();
    desk.close().await;
    let other = copy();
    edit(other.path().join("letter-templates/_house/email.en.txt"), "Please read it soon.", "Please read it at once.");
    let studio = Studio::open(other.path(), false).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let settings = Settings { environment: Environment::Production, ..server.settings() };
    let desk = Desk::open(studio, settings, at("2026-11-17T14:46:01-05:00"), folder.path()).await.unwrap();
    work(&desk).await;
    let mail = read_mail(&server.mails()[0]);
    assert!(kept.text.contains("Please read it soon."));
    assert_eq!(mail["parts"][0][1].as_str().unwrap().replace("\r\n", "\n").trim(), kept.text.trim());
    assert!(desk.verify().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lasting_refusal_fails_at_once_with_the_reason_in_the_case_file() {
    let reject = ["--reject-recipient", "etienne@example.org:550"];
    let (server, folder) = (Server::start(&reject), tempfile::tempdir().unwrap());
    let desk = production_desk(folder.path(), "2026-11-17T14:45:00-05:00", server.settings()).await;
    let letters = taken(&desk, &by_email("e-1", "en")).await;
    work(&desk).await;
    let entries = desk.reader().entries_of_letter(&letters[0]).await.unwrap();
    let failed = entries.iter().find(|entry| entry.kind().as_str() == "delivery-failed").unwrap();
    assert!(failed.detail()["problem"].as_str().unwrap().contains("550"), "{failed:?}");
    assert!(server.mails().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_there_is_asked_so_many_times_and_then_a_person_is() {
    let (server, folder) = (Server::start(&[]), tempfile::tempdir().unwrap());
    let settings = server.settings();
    drop(server);
    let mut letters = Vec::new();
    for (hour, expected) in [(10, "waiting"), (14, "waiting"), (20, "failed")] {
        let desk = production_desk(folder.path(), &format!("2026-11-17T{hour}:00:00-05:00"), settings.clone()).await;
        if letters.is_empty() {
            letters = taken(&desk, &by_email("e-1", "en")).await;
        }
        work(&desk).await;
        assert_eq!(desk.reader().deliveries_of(&letters[0]).await.unwrap()[0].state.as_str(), expected, "at {hour}");
        desk.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_could_not_leave_on_its_day_is_set_again_under_the_day_it_leaves() {
    let (server, folder) = (Server::start(&["--rcpt", "451"]), tempfile::tempdir().unwrap());
    let letters = {
        let desk = production_desk(folder.path(), "2026-11-17T14:45:00-05:00", server.settings()).await;
        let letters = taken(&desk, &by_email("e-1", "en")).await;
        work(&desk).await;
        desk.close().await;
        letters
    };
    let desk = production_desk(folder.path(), "2026-11-19T09:00:00-05:00", server.settings()).await;
    work(&desk).await;
    let row = desk.reader().letter(&letters[0]).await.unwrap().unwrap();
    assert_eq!(
        (row.issuance, row.date, row.delivery.map(|state| state.as_str())),
        (2, "2026-11-19".parse().ok(), Some("sent"))
    );
    assert_eq!(server.mails().len(), 1);
    assert!(server.mails()[0].contains(&format!("<{}.2@fsu.example.ca>", letters[0])));
    assert!(desk.verify().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_fails_no_letter() {
    let (server, folder) = (Server::start(&["--starttls", "--auth", "unit:right"]), tempfile::tempdir().unwrap());
    let password = folder.path().join("password");
    std::fs::write(&password, "wrong").unwrap();
    let mut settings = server.settings();
    if let Some(smtp) = &mut settings.smtp {
        (smtp.username, smtp.password_file) = (Some("unit".into()), Some(password.clone()));
    }
    let data = folder.path().join("data");
    let letters = {
        let desk = production_desk(&data, "2026-11-17T14:45:00-05:00", settings.clone()).await;
        let letters = taken(&desk, &by_email("e-1", "en")).await;
        work(&desk).await;
        assert_eq!(desk.reader().deliveries_of(&letters[0]).await.unwrap()[0].state.as_str(), "waiting");
        desk.close().await;
        letters
    };
    std::fs::write(&password, "right").unwrap();
    let desk = production_desk(&data, "2026-11-17T16:00:00-05:00", settings).await;
    work(&desk).await;
    assert_eq!(kinds(&desk, &letters[0]).await, ["letter-issued", "letter-cleared", "letter-sent"]);
}

/// An event for a mailbox, with a postal address on file or without.
fn to_mailbox(email: &str, has_address: bool) -> Value {
    let mut event = by_email("e-1", "en");
    event["data"]["party"]["email"] = email.into();
    if !has_address {
        event["data"]["party"].as_object_mut().unwrap().shift_remove("address");
    }
    event
}

#[tokio::test(flavor = "multi_thread")]
async fn no_absence_note_answers_a_letter_and_a_domain_with_accents_goes_out_in_ascii() {
    for (email, received) in
        [("someone@example.ca", "someone@example.ca"), ("someone@exämple.ca", "someone@xn--exmple-cua.ca")]
    {
        let (server, folder) = (Server::start(&["--ascii"]), tempfile::tempdir().unwrap());
        let desk = production_desk(folder.path(), "2026-11-17T14:45:00-05:00", server.settings()).await;
        let letters = taken(&desk, &to_mailbox(email, true)).await;
        work(&desk).await;
        assert_eq!(kinds(&desk, &letters[0]).await, ["letter-issued", "letter-cleared", "letter-sent"], "{email}");
        let head = server.mails()[0].split("\r\n\r\n").next().unwrap().to_owned();
        for field in ["Auto-Submitted: auto-generated", "X-Auto-Response-Suppress: All"] {
            assert!(head.lines().any(|line| line == field), "{head}");
        }
        assert!(head.contains(received), "{head}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_name_that_the_server_cannot_take_goes_to_print_at_once() {
    let (server, folder) = (Server::start(&["--ascii"]), tempfile::tempdir().unwrap());
    let desk = production_desk(folder.path(), "2026-11-17T14:45:00-05:00", server.settings()).await;
    let letters = taken(&desk, &to_mailbox("renée@example.org", true)).await;
    work(&desk).await;
    assert_eq!(
        kinds(&desk, &letters[0]).await,
        ["letter-issued", "letter-cleared", "letter-recalled", "letter-issued"]
    );
    let row = desk.reader().letter(&letters[0]).await.unwrap().unwrap();
    assert_eq!((row.channel, row.issuance), (recto::case::Channel::Print, 2));
    let deliveries = desk.reader().deliveries_of(&letters[0]).await.unwrap();
    let found: Vec<_> = deliveries.iter().map(|one| (one.channel, one.state.as_str())).collect();
    assert_eq!(found, [(recto::case::Channel::Email, "recalled"), (recto::case::Channel::Print, "waiting")]);
    assert!(server.mails().is_empty());
    let folder_of_pdf = tempfile::tempdir().unwrap();
    let path = folder_of_pdf.path().join("letter.pdf");
    std::fs::write(&path, desk.pdf(&letters[0]).await.unwrap().unwrap().0).unwrap();
    let code = debt_referred("e-1")["data"]["party"]["address"]["postal_code"].as_str().unwrap().to_owned();
    assert!(crate::support::pdf_text(&path).contains(&code), "it has its address in the window now");
    assert!(desk.verify().await.unwrap().is_empty(), "{:?}", desk.verify().await.unwrap());
    desk.close().await;
    // Who says the same mailbox again, however it is written, says nothing new.
    let desk = production_desk(folder.path(), "2026-11-17T15:00:00-05:00", server.settings()).await;
    for (id, minute, email) in [("i-1", 50, "renée@example.org"), ("i-2", 55, "Renée@example.org")] {
        let mut data = to_mailbox(email, true)["data"].clone();
        data["facts"] = json!({"received": "2026-11-17", "from": "person"});
        taken(&desk, &event(id, "inquiry.received", &format!("2026-11-17T14:{minute}:00-05:00"), &data)).await;
    }
    work(&desk).await;
    let row = desk.reader().letter(&letters[0]).await.unwrap().unwrap();
    assert_eq!((row.channel, row.issuance), (recto::case::Channel::Print, 2), "it stays on paper");
    desk.close().await;
    // It goes with the run of its day, as any other.
    let desk = production_desk(folder.path(), "2026-11-17T16:00:00-05:00", server.settings()).await;
    desk.close_run(crate::support::operator(), "2026-11-17".parse().unwrap()).await.unwrap();
    assert_eq!(kinds(&desk, &letters[0]).await.last(), Some(&"letter-sent"));
    assert!(desk.verify().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn on_paper_it_goes_to_who_acts_for_the_person_and_to_another_mailbox_once_there_is_one() {
    let (server, folder) = (Server::start(&["--ascii"]), tempfile::tempdir().unwrap());
    let desk = production_desk(folder.path(), "2026-11-17T14:45:00-05:00", server.settings()).await;
    let letters = taken(&desk, &to_mailbox("renée@example.org", true)).await;
    work(&desk).await;
    desk.close().await;
    let tells = |id: &str, kind: &str, at: &str, email: &str, facts: Value| {
        let mut data = to_mailbox(email, true)["data"].clone();
        data["facts"] = facts;
        event(id, kind, &format!("2026-11-17T{at}:00-05:00"), &data)
    };
    let clinic = json!({"named": "2026-11-17", "name": "Elm Legal Clinic", "kind": "representative", "consent_signed": "2026-11-17",
        "address": {"lines": ["200 CEDAR ST"], "municipality": "Sudbury", "province": "ON", "postal_code": "P3B 1M6"}});
    let desk = production_desk(folder.path(), "2026-11-17T15:00:00-05:00", server.settings()).await;
    taken(&desk, &tells("n-1", "representative.named", "14:50", "renée@example.org", clinic)).await;
    work(&desk).await;
    let row = desk.reader().letter(&letters[0]).await.unwrap().unwrap();
    assert_eq!((row.state.as_str(), row.channel, row.issuance), ("issued", recto::case::Channel::Print, 3));
    let (_, assessed) = desk.assessed(&letters[0]).await.unwrap();
    let lines = assessed.composed.draft.data.addressee.block().join("\n").to_uppercase();
    assert!(lines.contains("200 CEDAR ST") && lines.contains("C/O ELM LEGAL CLINIC"), "{lines}");
    drop(assessed);
    let ended = json!({"ended": "2026-11-17"});
    taken(&desk, &tells("n-2", "representative.ended", "14:55", "renee@example.org", ended)).await;
    work(&desk).await;
    let row = desk.reader().letter(&letters[0]).await.unwrap().unwrap();
    assert_eq!((row.channel, server.mails().len()), (recto::case::Channel::Email, 1));
    assert!(desk.verify().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_it_cannot_be_printed_a_person_is_told_at_once_and_a_server_that_takes_it_gets_it() {
    let off = ("unmailable_to_print = true ", "unmailable_to_print = false ");
    for (has_address, policy, arguments, expected) in [
        (false, None, &["--ascii"][..], vec!["letter-issued", "letter-cleared", "delivery-failed"]),
        (true, Some(off), &["--ascii"], vec!["letter-issued", "letter-cleared", "delivery-failed"]),
        (true, None, &[], vec!["letter-issued", "letter-cleared", "letter-sent"]),
    ] {
        let (server, folder, home) = (Server::start(arguments), tempfile::tempdir().unwrap(), copy());
        if let Some((from, to)) = policy {
            edit(home.path().join("letter-templates/_programs/ontario-works.toml"), from, to);
        }
        let studio = Studio::open(home.path(), false).unwrap_or_else(|faults| panic!("{faults:#?}"));
        let settings = Settings { environment: Environment::Production, ..server.settings() };
        let desk = Desk::open(studio, settings, at("2026-11-17T14:45:00-05:00"), folder.path()).await.unwrap();
        let letters = taken(&desk, &to_mailbox("renée@example.org", has_address)).await;
        work(&desk).await;
        assert_eq!(kinds(&desk, &letters[0]).await, expected);
        let entries = desk.reader().entries_of_letter(&letters[0]).await.unwrap();
        if expected.contains(&"delivery-failed") {
            let failed = entries.last().unwrap().detail();
            assert!(failed["problem"].as_str().unwrap().contains("SMTPUTF8") && failed["attempts"] == 1, "{failed}");
        }
        assert!(desk.verify().await.unwrap().is_empty());
    }
}
