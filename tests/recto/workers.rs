//! Several workers on one data folder: whoever of them dies, and whenever, each letter is made once and sent once.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use recto::case::fault::Reasons;
use recto::case::{Channel, DeliveryState, LetterId, LetterState, WorkerId};
use recto::desk::{Batch, Desk, Outcome};
use recto::intake::Offer;
use recto::register::{Claim, Claimed, Filter, LetterRow, LetterVerdict, Register};
use serde_json::{Value, json};

use crate::chance::Chance;
use crate::support::{
    command, debt_referred, desk, event, files, home, operator, recto, sample, seed, state, taken, with_facts, work,
};

/// How many work at a time.
const WORKERS: usize = 3;
/// The longest that a process may take for its part of the day: many times what it takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(240);
/// Fewer kills than `letter_attempts`, so that no letter counts as one that kills its worker.
const KILLS: usize = 5;

/// The sample day's events, in parts, each a file.
fn parts(folder: &Path, count: usize) -> Vec<String> {
    let text = std::fs::read_to_string(home().join("samples/events.jsonl")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let part = |(number, lines): (usize, &[&str])| {
        let file = folder.join(format!("part-{number}.jsonl"));
        std::fs::write(&file, lines.join("\n")).unwrap();
        file.to_str().unwrap().to_owned()
    };
    lines.chunks(lines.len().div_ceil(count)).enumerate().map(part).collect()
}

/// Starts a command whose complaints go into a file of their own.
fn start(folder: &Path, log: &Path, arguments: &[&str]) -> Child {
    let log = std::fs::OpenOptions::new().create(true).append(true).open(log).unwrap();
    command(folder, arguments).stdout(Stdio::null()).stderr(log).spawn().unwrap()
}

/// Waits for a process that nobody has killed. It may find letters held, but no trouble, and it comes to an end.
fn ended(process: &mut Child, what: &str) {
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = process.try_wait().unwrap() {
            break status;
        }
        if begun.elapsed() > PATIENCE {
            let stands = threads(process.id());
            process.kill().unwrap();
            panic!("{what} has not ended after {PATIENCE:?}: {stands}");
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    assert_ne!(status.code(), Some(2), "{what}");
}

/// Where each thread of a process stands, as the system tells it.
fn threads(process: u32) -> String {
    let tasks = std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let stands = tasks.map(|task| {
        let read = |what: &str| std::fs::read_to_string(task.path().join(what)).unwrap_or_default().trim().to_owned();
        let stat = read("stat");
        let state = stat.rsplit(')').next().unwrap_or_default().split_whitespace().next().unwrap_or_default();
        format!("{} {state} {} {}", read("comm"), read("wchan"), read("syscall"))
    });
    stands.collect::<Vec<_>>().join("; ")
}

/// Takes the day's events part by part while three workers work, and kills some of them; gives how many it killed at work.
fn disturbed(data: &Path, log: &Path, parts: &[String], chance: &mut Chance) -> usize {
    let (data_of_taker, log_of_taker, parts) = (data.to_owned(), log.to_owned(), parts.to_vec());
    let taker = std::thread::spawn(move || {
        for part in &parts {
            ended(&mut start(&data_of_taker, &log_of_taker, &["take", part, "--json"]), part);
        }
    });
    let work = || start(data, log, &["work", "--until-idle", "--json"]);
    let mut workers: Vec<Child> = (0..WORKERS).map(|_| work()).collect();
    let mut kills = 0;
    while !taker.is_finished() || kills < KILLS {
        let begun = Instant::now();
        let moment = Duration::from_secs_f64(1.2 * chance.draw());
        while begun.elapsed() < moment {
            for worker in &mut workers {
                if let Some(status) = worker.try_wait().unwrap() {
                    assert_ne!(status.code(), Some(2), "a worker came to trouble");
                    *worker = work();
                }
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        if kills < KILLS {
            let worker = &mut workers[chance.below(WORKERS)];
            worker.kill().unwrap();
            worker.wait().unwrap();
            *worker = work();
            kills += 1;
        }
    }
    taker.join().unwrap();
    for worker in &mut workers {
        ended(worker, "a worker");
    }
    kills
}

async fn all_letters(desk: &Desk) -> Vec<LetterRow> {
    desk.reader().letters(&Filter { limit: 10_000, ..Filter::default() }).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn three_workers_that_are_killed_at_random_moments_while_events_arrive_make_and_send_each_letter_once() {
    let mut chance = Chance(seed());
    let calm = tempfile::tempdir().unwrap();
    let wanted: BTreeSet<LetterId> = {
        assert_ne!(recto(calm.path(), &["take", "samples/events.jsonl"]).status.code(), Some(2));
        all_letters(&desk(calm.path()).await).await.into_iter().map(|row| row.id).collect()
    };
    let folder = tempfile::tempdir().unwrap();
    let (data, log) = (folder.path().join("data"), folder.path().join("log"));
    let parts = parts(folder.path(), 6);
    // The folder is there before anybody works in it.
    ended(&mut start(&data, &log, &["take", &parts[0], "--json"]), "the first part");
    let kills = disturbed(&data, &log, &parts[1..], &mut chance);
    let said = || std::fs::read_to_string(&log).unwrap();
    for command in [&["work", "--until-idle"][..], &["run", "close"]] {
        let output = recto(&data, command);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_ne!(output.status.code(), Some(2), "{command:?} {errors} {}", said());
    }
    assert!(!said().contains("locked"), "{}", said());
    check(&data, &wanted).await;
    eprintln!("{kills} kills");
}

/// What is left of a day.
async fn check(data: &Path, wanted: &BTreeSet<LetterId>) {
    let report: Value = serde_json::from_slice(&recto(data, &["verify", "--json"]).stdout).unwrap();
    let worst = report["differences"].as_array().unwrap().iter().find(|found| found["code"] != "object-unregistered");
    assert_eq!(worst, None, "only objects of issuances that were never recorded may be left over");
    let desk = desk(data).await;
    let rows = all_letters(&desk).await;
    assert_eq!(rows.iter().map(|row| row.id.clone()).collect::<BTreeSet<_>>(), *wanted);
    assert_eq!((rows.len(), desk.reader().due_count().await.unwrap()), (wanted.len(), 0));
    assert_eq!(desk.reader().workers().await.unwrap(), []);
    let mut mails: BTreeSet<String> = files(&data.join("outbox")).into_iter().map(|(name, _)| name).collect();
    let mut issued = 0;
    for row in &rows {
        assert!(row.reasons.iter().all(|reason| reason.code != "attempts-used-up"), "{row:#?}");
        let mut deliveries = desk.reader().deliveries_of(&row.id).await.unwrap();
        let recalled = deliveries.extract_if(.., |delivery| delivery.state == DeliveryState::Recalled);
        // A mail whose sender died before it could say so may have left, and been taken back by what arrived since.
        for delivery in recalled.filter(|delivery| delivery.attempts > 0) {
            mails.remove(&format!("{}-{}.eml", row.id, delivery.number));
        }
        if row.state != LetterState::Issued || row.channel == Channel::File {
            assert!(deliveries.is_empty(), "{deliveries:#?}");
            continue;
        }
        issued += 1;
        let [delivery] = &deliveries[..] else { panic!("{row:#?}: {deliveries:#?}") };
        assert_eq!((delivery.state, delivery.number), (DeliveryState::Sent, row.issuance), "{delivery:#?}");
        let mailed = mails.remove(&format!("{}-{}.eml", row.id, row.issuance));
        assert_eq!((mailed, delivery.run.is_some()), (row.channel == Channel::Email, row.channel == Channel::Print));
    }
    assert!(mails.is_empty(), "{mails:?} are of no letter");
    assert!(issued > 40, "{issued}");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_desks_that_work_at_the_same_time_issue_no_letter_twice() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (desk(folder.path()).await, desk(folder.path()).await);
    for number in 0..12 {
        assert_eq!(taken(&one, &referral(number)).await.len(), 1);
    }
    let all = async |desk: &Desk| {
        let mut worked = 0;
        while desk.reader().due_count().await.unwrap() > 0 {
            worked += desk.work_letters().await.unwrap();
        }
        worked
    };
    let (mine, yours) = tokio::join!(all(&one), all(&other));
    assert_eq!(mine + yours, 12, "each is worked once");
    for row in all_letters(&one).await {
        assert_eq!((row.state, row.issuance), (LetterState::Issued, 1));
        assert_eq!(one.reader().deliveries_of(&row.id).await.unwrap().len(), 1);
    }
    assert_eq!(one.verify().await.unwrap(), []);
    assert_eq!(one.reader().workers().await.unwrap(), []);
}

/// Takes events together; gives the letters that they call for.
async fn take_all(desk: &Desk, events: Vec<Value>) -> Vec<LetterId> {
    let offers = events.iter().map(|event| Offer::of(String::new(), event)).collect();
    let outcomes = desk.take(operator(), offers, Batch::AllOrNone).await.unwrap();
    let letters = outcomes.into_iter().map(|outcome| match outcome {
        Outcome::Taken(letters) => letters,
        other => panic!("{other:#?}"),
    });
    letters.flatten().collect()
}

/// A referral of its own case and person.
fn referral(number: usize) -> Value {
    let mut event = debt_referred(&format!("e-{number}"));
    event["subject"] = json!(format!("DR-2026-{:06}", 4600 + number));
    event["data"]["case"]["reference"] = event["subject"].clone();
    event["data"]["party"]["id"] = json!(format!("P-{number}"));
    event
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_too_late_is_given_back_before_another_may_issue_the_very_same_letter() {
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (desk(folder.path()).await, desk(folder.path()).await);
        if came_too_late(&one, &other).await {
            return;
        }
    }
    panic!("no verdict came too late, so nothing was tried");
}

/// One works a batch; in the middle of it a letter has news, which change nothing in its words, and the other works it again with a batch
/// of its own. Gives whether it was worked twice.
async fn came_too_late(one: &Desk, other: &Desk) -> bool {
    let letters = take_all(one, (0..120).map(referral).collect()).await;
    let is_issued = async |letter| other.reader().letter(letter).await.unwrap().unwrap().state == LetterState::Issued;
    let meanwhile = async {
        while one.reader().workers().await.unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        take_all(other, (200..260).map(referral).collect()).await;
        // The first transaction is over, and the next letters are under way.
        while !is_issued(&letters[31]).await {
            tokio::task::yield_now().await;
        }
        let inquiry = with_facts(&referral(36)["data"], json!({"received": "2026-11-17", "from": "person"}));
        let mut inquiry = event("i-1", "inquiry.received", "2026-11-17T11:00:00-05:00", &inquiry);
        inquiry["subject"] = referral(36)["subject"].clone();
        taken(other, &inquiry).await;
        while !is_issued(&letters[63]).await {
            tokio::task::yield_now().await;
        }
        let mut worked = 0;
        while other.reader().due_count().await.unwrap() > 0 {
            worked += other.work_letters().await.unwrap();
        }
        worked
    };
    let (first, second) = tokio::join!(one.work_letters(), meanwhile);
    assert_eq!(one.verify().await.unwrap(), []);
    assert!(is_issued(&letters[36]).await);
    first.unwrap() + second > 180
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verdict_that_has_not_seen_an_event_that_was_taken_meanwhile_comes_too_late() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let letter = taken(&desk, &debt_referred("e-1")).await.remove(0);
    let register = Register::open(folder.path(), "specimen").await.unwrap();
    let row = desk.reader().letter(&letter).await.unwrap().unwrap();
    let worker = WorkerId::new("a-worker".to_owned());
    let claim = Claim { case: row.case_reference.clone(), letter, worker, wanted: row.wanted };
    let seen = desk.reader().versions(&row.case_reference, &row.person).await.unwrap();
    let claimed = Claimed::Case(&claim.case, &claim.letter);
    let mut act = register.begin(operator(), desk.clock.now()).await.unwrap();
    assert!(act.claim(claimed, &claim.worker, desk.clock.now().into()).await.unwrap());
    act.commit().await.unwrap();
    // The debt is paid while the letter is being made.
    let data = sample("debt-notice", "plausible");
    let paid = with_facts(&data, json!({"paid": "2026-11-17"}));
    taken(&desk, &event("x-1", "debt.paid", "2026-11-17T12:00:00-05:00", &paid)).await;
    let reasons = Reasons::default();
    let verdict = LetterVerdict {
        state: LetterState::Held,
        reasons: &reasons,
        seal: None,
        amount: None,
        content_hash: None,
        way: None,
        held_for_letters: false,
        seen,
    };
    let mut act = register.begin(operator(), desk.clock.now()).await.unwrap();
    assert!(!act.set_verdict(&claim, &verdict).await.unwrap(), "it has not seen the payment");
    assert!(act.holds(&claim).await.unwrap(), "nobody else takes the letter before it is given up");
    act.give_up(&claim).await.unwrap();
    act.commit().await.unwrap();
    let row = desk.reader().letter(&claim.letter).await.unwrap().unwrap();
    assert_eq!((row.state, row.is_to_work()), (LetterState::Due, true));
    assert_eq!(desk.reader().workers().await.unwrap(), [], "the claim is over");
    work(&desk).await;
    assert_eq!(state(&desk, &claim.letter).await, ("ended", vec!["debt-not-paid".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_has_news_from_another_case_of_its_person_while_it_is_followed_up_is_followed_up_again() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let register = Register::open(folder.path(), "specimen").await.unwrap();
    let today = recto::case::Day::from(desk.clock.today());
    taken(&desk, &debt_referred("e-1")).await;
    let case = sample("debt-notice", "plausible")["case"]["reference"].as_str().unwrap().to_owned();
    for (id, meanwhile, is_over) in [("x-1", true, false), ("x-2", false, true)] {
        let due = desk.reader().cases_to_follow(today, 10).await.unwrap();
        let found = due.iter().find(|one| one.case.as_str() == case).expect("it is to be followed up");
        let mut other = sample("debt-notice", "plausible");
        (other["case"]["reference"], other["facts"]) = ("DR-2025-000777".into(), json!({"died": "2026-11-01"}));
        if meanwhile {
            taken(&desk, &event(id, "person.died", "2026-11-17T12:00:00-05:00", &other)).await;
        }
        let mut act = register.begin(operator(), desk.clock.now()).await.unwrap();
        act.set_followed(found, today).await.unwrap();
        act.commit().await.unwrap();
        let due = desk.reader().cases_to_follow(today, 10).await.unwrap();
        assert_eq!(due.iter().all(|one| one.case.as_str() != case), is_over, "{id}");
    }
}
