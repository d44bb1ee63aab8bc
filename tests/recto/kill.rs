//! Exactly once: the working process is killed at random moments, of the sample day and of a day on which people decide, and the end
//! is the same. The moments are drawn from the seed that is printed.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;

use crate::chance::Chance;
use crate::http::Service;
use crate::support::{command, debt_referred, edit, event, files, raise, recto, sample, seed, small_copy, with_facts};

/// What is left of a day: files by name with their bytes, and every table's rows but for times and attempts.
async fn end_state(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut state = BTreeMap::new();
    for part in ["outbox", "runs"] {
        state.extend(files(&folder.join(part)).into_iter().map(|(name, bytes)| (format!("{part}/{name}"), bytes)));
    }
    let mut connection =
        SqliteConnection::connect(&format!("sqlite:{}", folder.join("recto.db").display())).await.unwrap();
    for (table, rows) in [
        ("events", "SELECT source || ' ' || id || ' ' || hash FROM events ORDER BY 1"),
        ("letters", "SELECT id || ' ' || state || ' ' || reasons || ' ' || issuance FROM letters ORDER BY 1"),
        ("issuances", "SELECT letter || ' ' || number || ' ' || sha256 || ' ' || date FROM issuances ORDER BY 1"),
        (
            "deliveries",
            "SELECT letter || ' ' || number || ' ' || state || ' ' || coalesce(message_id, (SELECT run || '/' || p.number FROM pieces p WHERE p.letter = deliveries.letter AND p.issuance = deliveries.number), '') FROM deliveries ORDER BY 1",
        ),
        ("follow-ups", "SELECT id || ' ' || case_reference || ' ' || kind || ' ' || state FROM follow_ups ORDER BY 1"),
        // How far the case's other letters had come when a letter was assessed depends on the moment.
        (
            "entries",
            "SELECT case_reference || ' ' || kind || ' ' || coalesce(letter, '') || ' ' || \
             json_remove(detail, '$.basis.standing.letters') FROM entries WHERE kind <> 'letter-cleared' ORDER BY 1",
        ),
        // So does the hash of what a verdict at release rests on, and whether that is what the letter was issued on.
        (
            "verdicts",
            "SELECT DISTINCT c.letter || ' ' || json_extract(c.detail, '$.number') || ' ' || \
             json_remove(coalesce(json_extract(c.detail, '$.basis'), json_extract(i.detail, '$.basis')), '$.standing.letters') \
             FROM entries c JOIN entries i ON i.letter = c.letter AND i.kind = 'letter-issued' \
             AND json_extract(i.detail, '$.number') = json_extract(c.detail, '$.number') \
             WHERE c.kind = 'letter-cleared' ORDER BY 1",
        ),
    ] {
        let rows: Vec<String> = sqlx::query_scalar(rows).fetch_all(&mut connection).await.unwrap();
        assert!(!rows.is_empty(), "{table}");
        state.insert(table.to_owned(), rows.join("\n").into_bytes());
    }
    // One more verdict is entered only where another letter of the case got further between a kill and the next start.
    let again: Vec<String> = sqlx::query_scalar(
        "SELECT letter FROM entries WHERE kind = 'letter-cleared' GROUP BY letter, json_extract(detail, '$.number'), \
         json_extract(detail, '$.rests_on') HAVING count(*) > 1",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert!(again.is_empty(), "the same verdict is entered twice: {again:?}");
    connection.close().await.unwrap();
    state
}

/// How many verdicts at release there are above one for each issuance.
async fn further_verdicts(folder: &Path) -> i64 {
    let mut connection =
        SqliteConnection::connect(&format!("sqlite:{}", folder.join("recto.db").display())).await.unwrap();
    let further = "SELECT count(*) - count(DISTINCT letter || ' ' || json_extract(detail, '$.number')) FROM entries \
                   WHERE kind = 'letter-cleared'";
    sqlx::query_scalar(further).fetch_one(&mut connection).await.unwrap()
}

const STEPS: [&[&str]; 3] =
    [&["take", "samples/events.jsonl", "--json"], &["work", "--until-idle", "--json"], &["run", "close", "--json"]];

#[tokio::test(flavor = "multi_thread")]
async fn a_process_killed_at_fifty_random_moments_leads_to_the_same_end() {
    let calm = tempfile::tempdir().unwrap();
    let mut lengths = Vec::new();
    for step in STEPS {
        let begun = Instant::now();
        assert_ne!(recto(calm.path(), step).status.code(), Some(2));
        lengths.push(begun.elapsed());
    }
    let expected = end_state(calm.path()).await;
    assert_eq!(further_verdicts(calm.path()).await, 0, "undisturbed, each letter is looked at once before it leaves");
    let mut chance = Chance(seed());
    let (mut kills, mut days) = (0, 0);
    while kills < 50 {
        let folder = tempfile::tempdir().unwrap();
        for (step, length) in STEPS.iter().zip(&lengths) {
            // Fewer kills than `letter_attempts`, so that no letter counts as one that kills its worker; then a last, undisturbed try.
            for _ in 0..4 {
                let moment = Duration::from_secs_f64(length.as_secs_f64() * 1.1 * chance.draw());
                if !killed(folder.path(), step, moment) {
                    break;
                }
                kills += 1;
            }
            assert_ne!(recto(folder.path(), step).status.code(), Some(2), "{step:?}");
        }
        days += 1;
        let end = end_state(folder.path()).await;
        for (name, wanted) in &expected {
            let missing = missing(wanted, end.get(name).map_or(&[], Vec::as_slice));
            assert!(end.get(name) == Some(wanted), "{name} after {kills} kills lacks {missing:#?}");
        }
        assert_eq!(end.len(), expected.len(), "day {days}");
        let verified = recto(folder.path(), &["verify", "--json"]);
        let report: Value = serde_json::from_slice(&verified.stdout).unwrap();
        let worst = report["differences"].as_array().unwrap().iter().find(|d| d["code"] != "object-unregistered");
        assert_eq!(worst, None, "only objects of issuances that were never recorded may be left over");
    }
    eprintln!("{kills} kills in {days} days");
}

/// The lines of the undisturbed end that are not in the other.
fn missing(wanted: &[u8], found: &[u8]) -> Vec<String> {
    let lines = |bytes: &[u8]| String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect::<Vec<_>>();
    let found = lines(found);
    lines(wanted).into_iter().filter(|line| !found.contains(line)).collect()
}

/// Starts a step and kills it with SIGKILL at a moment. False where it had ended before.
fn killed(folder: &Path, step: &[&str], moment: Duration) -> bool {
    let mut process = command(folder, step).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(moment);
    let ended = process.try_wait().unwrap().is_some();
    let _ = process.kill();
    process.wait().unwrap();
    !ended
}

/// A day on which people decide, over HTTP. Each step may be done again after a crash: what was done already is found done.
struct Decisions {
    home: tempfile::TempDir,
    folder: tempfile::TempDir,
}

/// A step of that day.
type Step = fn(&Decisions, &Service) -> std::io::Result<()>;

const DECISIONS: [Step; 7] = [
    |_, service| {
        let mut other = sample("reimbursement", "plausible");
        other["case"]["reference"] = json!("DR-2026-004616");
        other["party"]["id"] = json!("P-2");
        let refund = |id, data| event(id, "credit.found", "2026-11-17T09:00:00-05:00", data);
        let data = sample("plan-confirmation", "plausible");
        let plan =
            json!({"instalment": "100.00", "frequency": "monthly", "first_due": "2026-11-02", "method": "cheque"});
        let agreed = json!({"as_of": "2026-10-16", "balance": "1000.00", "agreed_on": "2026-10-16", "plan": plan});
        let agreed = event("p-1", "plan.agreed", "2026-10-16T09:00:00-04:00", &with_facts(&data, agreed));
        let events = json!([
            debt_referred("e-1"),
            refund("c-1", &sample("reimbursement", "plausible")),
            refund("c-2", &other),
            agreed
        ]);
        take(service, &events)
    },
    |_, service| take(service, &json!([debt_referred("e-2")])),
    |_, service| {
        let letter = of_state(service, "awaiting-approval", "DR-2026-004615")?;
        let (_, review) = service.call("GET", &format!("/letters/{letter}/review"), &Value::Null)?;
        let approval = json!({"seal": review["seal"]});
        decide(service, "A. Manager", &format!("/letters/{letter}/approve"), &approval)
    },
    |_, service| {
        let pass = json!({"rule": "no-duplicate", "reason": "The first one was torn"});
        decide(
            service,
            "A. Manager",
            &format!("/letters/{}/override", of_state(service, "held", "DR-2026-004512")?),
            &pass,
        )?;
        let withdrawal = json!({"reason": "A mistake"});
        decide(
            service,
            "O. Officer",
            &format!("/letters/{}/withdraw", of_state(service, "awaiting-approval", "DR-2026-004616")?),
            &withdrawal,
        )
    },
    |_, service| {
        let queue = service.until("/follow-ups", |_| true)?;
        match queue.as_array().unwrap().iter().find(|one| one["kind"] == "plan-reminder") {
            Some(one) => {
                let path = format!("/follow-ups/{}", one["id"].as_str().unwrap());
                decide(service, "O. Officer", &path, &json!({"decision": "accept"}))
            }
            None => Ok(()),
        }
    },
    |day, service| {
        let file = day.home.path().join("letter-templates/debt-notice/en.typ");
        if std::fs::read_to_string(&file)?.contains("== Why you owe this money") {
            edit(file, "== Why you owe this money", "== How this debt came about");
            raise(day.home.path(), "debt-notice");
        }
        assert_eq!(service.call("POST", "/letter-types/reload", &Value::Null)?.0, 202);
        let reload = service.until("/letter-types/reload", |reload| reload["state"] != "checking")?;
        assert_eq!(reload["state"], "taken", "{reload:#}");
        let mut other = debt_referred("e-3");
        other["subject"] = json!("DR-2026-004600");
        other["data"]["case"]["reference"] = other["subject"].clone();
        other["data"]["party"]["id"] = json!("P-3");
        take(service, &json!([other]))
    },
    |_, service| {
        let (status, totals) = service.call("POST", "/runs/2026-11-17/close", &Value::Null)?;
        assert_eq!(status, 200, "{totals:#}");
        Ok(())
    },
];

/// Takes events and waits until nothing is due.
fn take(service: &Service, events: &Value) -> std::io::Result<()> {
    let (status, receipts) = service.call("POST", "/events", events)?;
    assert_eq!(status, 202, "{receipts:#}");
    settled(service)
}

/// Decides, or finds that it was decided, and waits until nothing is due.
fn decide(service: &Service, by: &str, path: &str, body: &Value) -> std::io::Result<()> {
    if !path.contains("//") {
        let (status, answer) = service.call_by(by, "POST", path, body)?;
        assert!([200, 409].contains(&status), "{path}: {answer:#}");
    }
    settled(service)
}

/// Waits until every letter is worked through: what was decided just before a kill is not due yet, and still to be worked.
fn settled(service: &Service) -> std::io::Result<()> {
    service.until("/letters", is_worked).map(drop)
}

fn is_worked(found: &Value) -> bool {
    found["letters"].as_array().is_some_and(|letters| letters.iter().all(|letter| letter["to_work"] == false))
}

/// The letter of a case in a state; empty where there is none any more.
fn of_state(service: &Service, state: &str, case: &str) -> std::io::Result<String> {
    let (_, found) = service.call("GET", &format!("/letters?state={state}&case={case}"), &Value::Null)?;
    Ok(found["letters"][0]["id"].as_str().unwrap_or_default().to_owned())
}

impl Decisions {
    /// Goes through the day, killed so often at a random moment of a step; gives how often it was, and the end.
    fn run(kills: usize, chance: &mut Chance) -> (usize, BTreeMap<String, Value>) {
        let types = ["debt-notice", "reimbursement", "reimbursement-package", "plan-confirmation", "plan-reminder"];
        let day = Decisions { home: small_copy(&types), folder: tempfile::tempdir().unwrap() };
        let data = day.folder.path().join("data");
        let mut service = Service::start(day.home.path(), &data);
        let mut killed = 0;
        for step in DECISIONS {
            loop {
                let killer = (killed < kills).then(|| service.kill_after(Duration::from_secs_f64(2.0 * chance.draw())));
                let done = step(&day, &service);
                drop(killer);
                match done {
                    Ok(()) => break,
                    Err(error) => assert!(killed < kills, "{error}: {}", service.log()),
                }
                service.wait();
                killed += 1;
                service = Service::start(day.home.path(), &data);
            }
        }
        if service.call("GET", "/runs", &Value::Null).is_err() {
            service = Service::start(day.home.path(), &data);
        }
        let end = day.end(&service);
        service.signal("TERM");
        assert!(service.wait().success());
        let report: Value = serde_json::from_slice(&recto(&data, &["verify", "--json"]).stdout).unwrap();
        let worst = report["differences"].as_array().unwrap().iter().find(|d| d["code"] != "object-unregistered");
        assert_eq!(worst, None, "only objects of issuances that were never recorded may be left over");
        (killed, end)
    }

    /// What the service shows at the end, but for times.
    fn end(&self, service: &Service) -> BTreeMap<String, Value> {
        let get = |path: &str| service.call("GET", path, &Value::Null).unwrap().1;
        let without = |mut value: Value, names: &[&str]| {
            for one in value.as_array_mut().unwrap() {
                names.iter().for_each(|name| drop(one.as_object_mut().unwrap().shift_remove(*name)));
            }
            value
        };
        let mut end = BTreeMap::new();
        // Once the run is closed, what is stopped is looked at again under another date.
        let mut letters = service.until("/letters", is_worked).unwrap()["letters"].take();
        letters.as_array_mut().unwrap().sort_by_key(|letter| letter["id"].as_str().unwrap().to_owned());
        for case in letters.as_array().unwrap().iter().map(|letter| letter["case"].as_str().unwrap().to_owned()) {
            let mut entries = get(&format!("/cases/{case}"))["entries"].take();
            entries.as_array_mut().unwrap().iter_mut().for_each(|entry| drop(entry["detail"]["ground"].take()));
            // Accounts are drawn by chance, in each folder.
            let actors = entries.as_array_mut().unwrap().iter_mut().filter_map(|entry| entry["actor"].as_object_mut());
            actors.for_each(|actor| drop(actor.shift_remove("account")));
            end.insert(case, without(entries, &["at", "sequence", "id"]));
        }
        end.insert("letters".into(), without(letters, &["called_at"]));
        end.insert("runs".into(), without(get("/runs"), &["closed_at"]));
        end.insert("follow-ups".into(), get("/follow-ups?state=accepted"));
        end
    }
}

#[test]
fn a_service_killed_while_people_decide_leads_to_the_same_end() {
    let mut chance = Chance(seed());
    let (_, calm) = Decisions::run(0, &mut chance);
    let letters = calm["letters"].as_array().unwrap();
    let states = |state: &str| letters.iter().filter(|letter| letter["state"] == state).count();
    assert_eq!(
        (states("withdrawn"), states("awaiting-approval"), calm["follow-ups"].as_array().unwrap().len()),
        (1, 0, 1)
    );
    let mut kills = 0;
    while kills < 12 {
        let (killed, end) = Decisions::run(4, &mut chance);
        kills += killed.max(1);
        for (name, wanted) in &calm {
            assert_eq!(&end[name], wanted, "{name} after {kills} kills");
        }
    }
}
