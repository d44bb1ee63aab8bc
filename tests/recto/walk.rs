//! A random walk over the acts of the service: whatever is done in whatever order, on however many days, and however often it
//! breaks off, register, case files and archive agree after each step, and a letter goes only the ways that it may.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use recto::case::{CaseRef, Channel, Clock, DeliveryState, LetterState, PersonId, WorkerId};
use recto::desk::{Answer, CurrentDesk, DecideError, Desk, ReloadState, Settings, WhoItIs};
use recto::register::{Claimed, Filter, LetterRow, Register};
use recto::studio::Studio;
use serde_json::{Value, json};

use crate::chance::Chance;
use crate::support::{NOW, at, edit, event, operator, person, proposed, raise, sample, seed, small_copy, take, work};

/// The letter types of the walk: few, so that the set is quickly checked.
const TYPES: [&str; 7] = [
    "debt-notice",
    "dispute-acknowledgement",
    "insolvency-acknowledgement",
    "plan-confirmation",
    "plan-reminder",
    "reimbursement",
    "reimbursement-package",
];
const WALKS: u64 = 3;
const STEPS: usize = 40;
/// The heading that changes with each set of letter types.
const HEADINGS: [&str; 2] = ["== Why you owe this money", "== How this debt came about"];
/// What may be left over by a process that broke off.
const OF_A_CRASH: [&str; 2] = ["object-unregistered", "run-unfinished"];

/// Where a walk is.
struct Walk {
    chance: Chance,
    home: tempfile::TempDir,
    folder: tempfile::TempDir,
    now: DateTime<Utc>,
    open: Arc<CurrentDesk>,
    /// The letters as they were after the step before.
    letters: BTreeMap<String, LetterRow>,
    /// The events that were taken.
    events: Vec<Value>,
    crashed: bool,
    reloads: usize,
}

async fn opened(home: &tempfile::TempDir, folder: &tempfile::TempDir, clock: Clock) -> Arc<CurrentDesk> {
    let studio = Studio::open(home.path(), true).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let desk = Desk::open(studio, Settings::default(), clock, folder.path()).await.unwrap();
    Arc::new(CurrentDesk::new(desk, home.path().to_owned()))
}

/// An outcome of a decision: done, or refused for a reason that may be.
fn decided<T>(outcome: Result<T, DecideError>) -> String {
    match outcome {
        Ok(_) => "done".to_owned(),
        Err(DecideError::Desk(error)) => panic!("{error}"),
        Err(refused) => refused.to_string(),
    }
}

impl Walk {
    async fn begin(seed: u64) -> Walk {
        let (home, folder) = (small_copy(&TYPES), tempfile::tempdir().unwrap());
        let clock = at(NOW);
        let open = opened(&home, &folder, clock).await;
        let (letters, events) = (BTreeMap::new(), Vec::new());
        Walk { chance: Chance(seed), home, folder, now: clock.now(), open, letters, events, crashed: false, reloads: 0 }
    }

    /// Does something that can be done, by chance; tells what.
    async fn step(&mut self) -> String {
        loop {
            let done = match self.chance.below(100) {
                0..38 => Some(self.take().await),
                38..54 => Some(self.work().await),
                54..64 => self.approve().await,
                64..70 => self.let_pass().await,
                70..72 => self.withdraw().await,
                72..74 => self.send_back_or_answer().await,
                74..79 => self.follow_up().await,
                79..85 => Some(self.close_run().await),
                85..86 => Some(self.reload().await),
                86..93 => Some(self.another_day().await),
                _ => Some(self.crash().await),
            };
            if let Some(done) = done {
                return done;
            }
        }
    }

    async fn work(&mut self) -> String {
        let desk = self.open.desk();
        // Now and then only a part of what is due.
        if self.chance.below(3) == 0 {
            return format!("work {} letters", desk.work_letters().await.unwrap());
        }
        work(&desk).await;
        "work".to_owned()
    }

    async fn take(&mut self) -> String {
        // Now and then one comes twice.
        let repeated = self.chance.below(8) == 0;
        let event = match self.chance.one(&self.events).filter(|_| repeated) {
            Some(event) => event.clone(),
            None => self.new_event(),
        };
        let outcome = take(&self.open.desk(), &event).await.view(recto::case::Language::En);
        assert_eq!(outcome["outcome"], if self.events.contains(&event) { "repeated" } else { "taken" }, "{outcome:#}");
        let told = format!("take {} of {}", event["type"], event["subject"]);
        self.events.push(event);
        told
    }

    /// Something that happens now in one of eight cases of seven people; one of them is written to by e-mail.
    fn new_event(&mut self) -> Value {
        let case = self.chance.below(8);
        let day = Clock::Fixed(self.now).today().to_string();
        let (kind, mut data) = self.happening(&day);
        data["case"]["reference"] = json!(format!("DR-2026-00460{case}"));
        data["party"]["id"] = json!(format!("P-{}", case % 7));
        // Now and then it is under somebody else's name, or of somebody who has nothing to do with the case.
        match self.chance.below(14) {
            0 => (data["party"]["given_name"], data["party"]["surname"]) = (json!("Mario"), json!("Delgado")),
            1 => data["party"]["id"] = json!("P-9"),
            _ => {}
        }
        if case == 1 {
            data["party"]["channel"] = json!("email");
            data["party"]["email"] = json!("etienne@example.org");
        }
        let time = self.now.to_rfc3339_opts(SecondsFormat::Secs, true);
        event(&format!("e-{}", self.events.len()), kind, &time, &data)
    }

    fn happening(&mut self, day: &str) -> (&'static str, Value) {
        let notice = sample("debt-notice", "plausible");
        let amount = ["66.40", "400.00", "1846.35"][self.chance.below(3)];
        let happens = |facts| json!({"case": notice["case"], "party": notice["party"], "facts": facts});
        let of = |letter_type| {
            let mut data = sample(letter_type, "plausible");
            data.as_object_mut().unwrap().shift_remove("dated");
            for part in ["case", "party"] {
                data[part] = notice[part].clone();
            }
            data
        };
        match self.chance.below(23) {
            0..4 => ("debt.referred", notice),
            4..6 => ("plan.agreed", of("plan-confirmation")),
            6..10 => ("credit.found", of("reimbursement")),
            10 => ("dispute.received", of("dispute-acknowledgement")),
            11 => ("dispute.received", happens(json!({"received": day, "kind": "dispute"}))),
            12 => ("dispute.decided", happens(json!({"decided": day, "outcome": "upheld"}))),
            13..15 => ("insolvency.filed", of("insolvency-acknowledgement")),
            15 => ("insolvency.ended", happens(json!({"ended": day, "outcome": "withdrawn"}))),
            16 => ("payment.received", happens(json!({"received": day, "amount": amount, "kind": "payment"}))),
            17 => ("payment.dishonoured", happens(json!({"dishonoured": day, "amount": amount}))),
            18 => ("debt.paid", happens(json!({"paid": day}))),
            19 => ("person.died", happens(json!({"died": day, "in_error": self.chance.below(2) == 0}))),
            20 => ("mail.returned", happens(json!({"returned": day, "reason": "moved", "channel": "print"}))),
            _ => {
                let streets = ["1 NEW ST", "14 ELM ST", "10-123 RUE PRINCIPALE"];
                let street = streets[self.chance.below(3)];
                let mut address = notice["party"]["address"].clone();
                address["lines"] = json!([street]);
                ("address.changed", happens(json!({"changed": day, "address": address})))
            }
        }
    }

    /// One of the letters, of a state if one is wanted.
    fn some_letter(&mut self, state: Option<LetterState>) -> Option<LetterRow> {
        let letters: Vec<_> =
            self.letters.values().filter(|row| state.is_none_or(|state| row.state == state)).collect();
        self.chance.one(&letters).map(|row| (*row).clone())
    }

    async fn approve(&mut self) -> Option<String> {
        let row = self.some_letter(Some(LetterState::AwaitingApproval))?;
        let by = ["A. Manager", "A. Manager", "D. Director", "O. Officer"][self.chance.below(4)];
        let done = self.open.desk().approve(&row.id, &row.seal?, &person(by)).await;
        Some(format!("approve {} by {by}: {}", row.id, decided(done)))
    }

    async fn let_pass(&mut self) -> Option<String> {
        let row = self.some_letter(Some(LetterState::Held))?;
        let rule = self.chance.one(&row.reasons)?.code.clone();
        let done = self.open.desk().override_hold(&row.id, &rule, "It is so", &person("A. Manager")).await;
        Some(format!("let {} pass {rule}: {}", row.id, decided(done)))
    }

    async fn send_back_or_answer(&mut self) -> Option<String> {
        let desk = self.open.desk();
        let returned = desk.reader().returned(&[], 10).await.unwrap();
        if let Some(row) = returned.first().filter(|_| self.chance.below(2) == 0) {
            let done = desk.resubmit(&row.id, "It is so", &person("O. Officer")).await;
            return Some(format!("answer {}: {}", row.id, decided(done)));
        }
        let row = self.some_letter(Some(LetterState::AwaitingApproval))?;
        let done = desk.send_back(&row.id, "Why?", &person("A. Manager")).await;
        Some(format!("send {} back: {}", row.id, decided(done)))
    }

    async fn withdraw(&mut self) -> Option<String> {
        let row = self.some_letter(None)?;
        let done = self.open.desk().withdraw(&row.id, "A mistake", &person("O. Officer")).await;
        Some(format!("withdraw {}: {}", row.id, decided(done)))
    }

    async fn follow_up(&mut self) -> Option<String> {
        let desk = self.open.desk();
        let rows = proposed(&desk).await;
        let row = self.chance.one(&rows)?;
        if row.kind == "who-is-it" {
            use Answer::*;
            let answer = [OnePerson, TwoPeople, NewPerson, KnownPerson, OtherCase, Mistake][self.chance.below(6)];
            let case = CaseRef::new(format!("DR-2026-00460{}", self.chance.below(8)));
            let known = PersonId::new(format!("P-{}", self.chance.below(7)));
            let said = WhoItIs { answer, name: None, person: Some(known), case: Some(case), reason: None };
            return Some(format!(
                "{answer:?}: {}",
                decided(desk.say_who_it_is(&row.id, &said, &person("O. Officer")).await)
            ));
        }
        if self.chance.below(3) == 0 {
            let declined = desk.decline_follow_up(&row.id, &person("O. Officer"), "Not now").await;
            return Some(format!("decline {}: {}", row.kind, decided(declined)));
        }
        Some(format!("accept {}: {}", row.kind, decided(desk.accept_follow_up(&row.id, &person("O. Officer")).await)))
    }

    async fn close_run(&mut self) -> String {
        let desk = self.open.desk();
        let closed = desk.close_run(operator(), desk.run_date()).await.unwrap();
        assert_eq!(desk.reader().closing_runs().await.unwrap().len(), 0);
        format!("close the run of {} pieces", closed.totals.pieces)
    }

    async fn reload(&mut self) -> String {
        let file = self.home.path().join("letter-templates/debt-notice/en.typ");
        edit(file, HEADINGS[self.reloads % 2], HEADINGS[(self.reloads + 1) % 2]);
        // Other words are another version.
        raise(self.home.path(), "debt-notice");
        self.reloads += 1;
        let reloaded = self.open.reload(operator()).await;
        assert!(reloaded.state == ReloadState::Taken && reloaded.before != reloaded.now, "{reloaded:#?}");
        "reload".to_owned()
    }

    async fn another_day(&mut self) -> String {
        self.open.desk().close().await;
        self.now += TimeDelta::minutes(30 + 15 * self.chance.below(200) as i64);
        self.open = opened(&self.home, &self.folder, Clock::Fixed(self.now)).await;
        format!("it is {}", self.now)
    }

    /// Breaks the work off, and leaves behind what a worker does before it begins and dies of.
    async fn crash(&mut self) -> String {
        for _ in 0..3 {
            self.take().await;
        }
        let moment = Duration::from_secs_f64(0.3 * self.chance.draw());
        let broken_off = tokio::time::timeout(moment, work(&self.open.desk())).await.is_err();
        let register = Register::open(self.folder.path(), "specimen").await.unwrap();
        if let Some(row) = register.reader().due_letters(1).await.unwrap().first() {
            let worker = WorkerId::new(format!("dead-{}", self.events.len()));
            let mut act = register.begin(operator(), self.now).await.unwrap();
            let until = (self.now + TimeDelta::minutes(30)).into();
            act.claim(Claimed::Case(&row.case_reference, &row.id), &worker, until).await.unwrap();
            act.commit().await.unwrap();
        }
        register.close().await;
        self.open = opened(&self.home, &self.folder, Clock::Fixed(self.now)).await;
        self.crashed = true;
        format!("crash, broken off: {broken_off}")
    }

    /// What is so after each step.
    async fn check(&mut self) {
        let desk = self.open.desk();
        let mut differences = desk.verify().await.unwrap();
        differences.retain(|found| !self.crashed || !OF_A_CRASH.contains(&found.code));
        assert_eq!(differences, []);
        let rows = desk.reader().letters(&Filter { limit: 10_000, ..Filter::default() }).await.unwrap();
        assert!(rows.len() >= self.letters.len(), "no letter is lost");
        for row in rows {
            let deliveries = desk.reader().deliveries_of(&row.id).await.unwrap();
            let out = |state| [DeliveryState::Waiting, DeliveryState::Sent].contains(&state);
            let out = deliveries.iter().filter(|delivery| out(delivery.state)).count();
            let is_posted = row.state == LetterState::Issued && row.channel != Channel::File;
            assert_eq!(out, usize::from(is_posted), "{}, {}: {deliveries:#?}", row.id, row.state.as_str());
            if let Some(before) = self.letters.insert(row.id.to_string(), row.clone()) {
                assert!(may_come_to(before.state, row.state), "{before:#?} became {row:#?}");
                let was_sent = before.delivery == Some(DeliveryState::Sent);
                assert!(!was_sent || (before.state, before.issuance) == (row.state, row.issuance), "{row:#?} was sent");
                assert!(before.issuance <= row.issuance);
            }
        }
    }

    /// Works until nothing is to be done, and finds nothing left behind.
    async fn end(&mut self) {
        let desk = self.open.desk();
        work(&desk).await;
        assert_eq!(desk.reader().due_count().await.unwrap(), 0);
        assert_eq!(desk.reader().workers().await.unwrap(), []);
        self.check().await;
        desk.close().await;
    }
}

/// Whether a letter may pass from a state to another, through any others.
fn may_come_to(from: LetterState, to: LetterState) -> bool {
    let (mut reached, mut open) = (vec![from], vec![from]);
    while let Some(state) = open.pop() {
        for next in state.may_become().iter().filter(|next| !reached.contains(next)).copied().collect::<Vec<_>>() {
            reached.push(next);
            open.push(next);
        }
    }
    reached.contains(&to)
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_done_in_whatever_order_everything_agrees_and_letters_go_only_the_ways_that_they_may() {
    let seed = seed();
    for number in 0..WALKS {
        let mut walk = Walk::begin(seed.wrapping_add(number)).await;
        for step in 0..STEPS {
            eprintln!("{number}/{step}: {}", walk.step().await);
            walk.check().await;
        }
        walk.end().await;
        let states = walk.letters.values().fold(BTreeMap::<&str, usize>::new(), |mut states, row| {
            *states.entry(row.state.as_str()).or_default() += 1;
            states
        });
        eprintln!("{number}: {states:?}");
    }
}
