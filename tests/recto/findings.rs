//! What guards read and find, and what names of letter types, programs and policy must be known.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use recto::case::interest::{Method, Terms, accrued};
use recto::case::{CaseEvent, Language, Role};
use recto::letter::{Catalogue, LetterType, addressee};
use recto::rules::{
    Asked, ByOtherMeans, Effect, Found, Question, SentLetter, Standing, findings, guard, reads_other_letters,
};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::{copy, edit, event, home, sample};

const DAY: &str = "2026-11-17";

fn catalogue() -> Catalogue {
    Catalogue::load(&home().join("letter-templates")).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

fn asking(letter: &LetterType, data: &Value) -> CaseEvent {
    let kind = &letter.description.called_by.event;
    CaseEvent::read(&event("asked", kind, &format!("{DAY}T14:00:00Z"), data)).unwrap()
}

/// What one guard finds against a letter of this data, by the standing that its own event makes.
fn found(catalogue: &Catalogue, letter: &LetterType, name: &str, data: &Value, facts: &Value) -> Vec<(Effect, Found)> {
    let today: NaiveDate = DAY.parse().unwrap();
    let own = asking(letter, data);
    let (case, person) = (own.subject.clone(), data["party"]["id"].as_str().unwrap().to_owned());
    let standing = Standing::of(&case, &person, [&own], &[]);
    let program = catalogue.program(data["case"]["program"].as_str().unwrap()).unwrap();
    let rules = &letter.description.rules;
    let asked = Asked {
        letter_type: &letter.key,
        tells: &letter.description.tells,
        id: "",
        sequence: None,
        asked_at: own.time,
        facts: Some(facts),
        officer_texts: &letter.schema.officer_texts,
        role: Role::deserialize(&addressee(data)["role"]).unwrap(),
        by_mail: true,
        languages: &[Language::En],
        minimum: &rules.minimum,
        repeats: rules.repeats,
        told_apart_by: &rules.told_apart_by,
        conflicts: &rules.conflicts,
    };
    let question = Question::new(&standing, program.policy_on(today).unwrap(), program.traits, asked, today, &[]);
    let named = [name.to_owned()];
    findings(&named, &question).into_iter().map(|one| (one.effect, one.found)).collect()
}

#[test]
fn a_guard_reads_what_it_says_and_what_it_cannot_read_stops_the_letter() {
    let catalogue = catalogue();
    let (mut read, mut unread) = (0, 0);
    for letter in catalogue.types.values() {
        let data = sample(&letter.key, "plausible");
        for name in &letter.description.rules.guards {
            let guard = guard(name).unwrap();
            let before = found(&catalogue, letter, name, &data, &data["facts"]);
            for fact in data["facts"].as_object().unwrap().keys() {
                let mut without = data["facts"].clone();
                without.as_object_mut().unwrap().shift_remove(fact);
                let after = found(&catalogue, letter, name, &data, &without);
                if guard.reads.contains(&fact.as_str()) {
                    let stopped = after.iter().any(|(effect, _)| *effect == Effect::Hold);
                    assert!(stopped, "{}: {name} lets a letter without {fact} pass", letter.key);
                    read += 1;
                } else if !guard.reads_if_there.contains(&fact.as_str()) {
                    assert_eq!(before, after, "{}: {name} reads {fact} and does not say so", letter.key);
                    unread += 1;
                }
            }
        }
    }
    assert!(read > 60 && unread > 2_000, "{read} read, {unread} not");
}

#[test]
fn every_sample_of_an_event_can_be_read() {
    for letter in catalogue().types.values() {
        for (name, sample) in &letter.samples {
            let mut sample = sample.clone();
            sample.as_object_mut().unwrap().shift_remove("dated");
            let own = asking(letter, &sample);
            let standing = Standing::of(&own.subject, sample["party"]["id"].as_str().unwrap(), [&own], &[]);
            assert!(standing.unread.is_empty(), "{}/{name}", letter.key);
        }
    }
}

#[test]
fn an_event_that_cannot_be_read_holds_every_letter_of_the_case() {
    let catalogue = catalogue();
    let letter = &catalogue.types["debt-notice"];
    let mut data = sample("debt-notice", "plausible");
    data["facts"]["as_of"] = json!("the first of May");
    let found = found(&catalogue, letter, "mail-deliverable", &data, &data["facts"]);
    assert_eq!(found.len(), 1);
    assert!(found[0].0 == Effect::Hold && found[0].1.guard == "event-unread", "{found:?}");
}

#[test]
fn what_was_found_is_kept_as_data_and_read_back_as_it_was() {
    let catalogue = catalogue();
    let letter = &catalogue.types["debt-notice"];
    let data = sample("debt-notice", "plausible");
    let mut facts = data["facts"].clone();
    facts["as_of"] = json!("2026-01-05");
    let old = found(&catalogue, letter, "figures-recent", &data, &facts).remove(0).1;
    let kept = serde_json::to_value(&old).unwrap();
    assert_eq!(
        kept,
        json!({"guard": "figures-recent", "particulars": [{"what": "as-of", "details": [{"day": "2026-01-05"}]}]})
    );
    assert_eq!(serde_json::from_value::<Found>(kept).unwrap(), old);
    facts["as_of"] = json!("2026-01-06");
    assert_ne!(found(&catalogue, letter, "figures-recent", &data, &facts).remove(0).1, old, "another day is another");
}

#[test]
fn guards_of_other_letters_are_those_that_a_stopped_letter_may_free() {
    let freed: Vec<&str> =
        recto::rules::guards().map(|guard| guard.key).filter(|key| reads_other_letters(key)).collect();
    assert_eq!(freed, ["no-duplicate", "no-conflicting-letter"]);
}

#[test]
fn a_letter_by_other_means_tells_what_its_type_tells() {
    let catalogue = catalogue();
    let mut data = sample("cra-transfer-notice", "plausible");
    data["facts"] = json!({"letter": "cra-transfer-notice", "mailed": "2026-10-01"});
    let sent = CaseEvent::read(&event("s", "letter.sent", "2026-10-01T12:00:00-04:00", &data)).unwrap();
    let of_type = |key: &str, mailed| ByOtherMeans {
        tells: catalogue.tells(key).to_vec(),
        times: catalogue.times(key, "ontario-works", mailed, sent.facts()),
    };
    let letter = SentLetter::by_other_means(&sent, of_type).unwrap();
    // The time to explain is a sponsor's; what the letter asks for by its thirty-third day, it asks of anybody.
    let times: Vec<_> = letter.times.0.iter().map(|given| (given.name.as_str(), given.until.to_string())).collect();
    assert_eq!(times, [("respond", "2026-11-03".to_owned())]);
    assert!(letter.tells(&[recto::case::Tells::TransferIntended]) && letter.sent);
    assert_eq!(letter.date, Some("2026-10-01".parse().unwrap()));
}

#[test]
fn every_role_of_the_partys_schema_is_one_and_is_asked_by_what_it_may_be_told() {
    let schema = std::fs::read_to_string(home().join("letter-templates/_house/party.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    for name in schema["properties"]["role"]["enum"].as_array().unwrap() {
        let role = Role::deserialize(name).unwrap();
        assert_eq!(role.as_str(), name);
        assert!(!(role.is_intermediary() && role.may_be_told_the_program()), "{name}");
        assert!(!role.is_liable() || role.may_be_told_the_program() && role.is_person_of_the_case(), "{name}");
    }
    for name in schema["properties"]["title"]["enum"].as_array().unwrap() {
        assert_eq!(recto::case::Title::deserialize(name).unwrap().as_str(), name);
    }
}

/// What loading says of the letter templates after one edit, code and words.
fn faults_after(file: &str, from: &str, to: &str) -> Vec<(String, String)> {
    let home = copy();
    edit(home.path().join("letter-templates").join(file), from, to);
    let faults = Catalogue::load(&home.path().join("letter-templates")).err().unwrap_or_default();
    faults.into_iter().map(|fault| (fault.code, fault.message.en)).collect()
}

#[test]
fn a_name_that_nothing_has_is_a_fault_and_the_one_that_was_meant_is_offered() {
    let (program, notice) = ("_programs/ontario-works.toml", "cra-transfer-notice/letter.toml");
    for (file, from, to, code, words) in [
        (
            program,
            "\"plan-proposal\", \"plan-conf",
            "\"plan-propsal\", \"plan-conf",
            "letter-type-unknown",
            "“plan-proposal”?",
        ),
        (program, "automatic = []", "automatic = [\"plan-remindr\"]", "letter-type-unknown", "“plan-reminder”?"),
        (program, "automatic = []", "automatic = [\"estate\"]", "follow-up-not-automatic", "an officer decides"),
        (notice, "\"hardship-decision\"", "\"hardship-decison\"", "letter-type-unknown", "“hardship-decision”?"),
        (notice, "\"notice_days\"", "\"notice_day\"", "policy-parameter-unknown", "“notice_days”?"),
        (notice, "\"set_off_minimum\"", "\"set_of_minimum\"", "policy-parameter-unknown", "“set_off_minimum”?"),
        (notice, "\"transfer-intended\"", "\"transfer-intnded\"", "value-unfit", "transfer-intnded"),
        (program, "review_days = 30 ", "review_day = 30 ", "name-unknown", "“review_days”?"),
        (program, "notice_days = 30 ", "notice_days = \"30\" ", "value-unfit", "notice_days"),
        (program, "plan_excludes_set_off = true ", "plan_excludes_set_off = \"true\" ", "value-unfit", "plan_excludes"),
        (program, "undertaking = false", "undertakin = false", "name-unknown", "“undertaking”?"),
        (program, "refund_days = 30 ", "figures_days = 30 ", "policy-named-twice", "figures_days"),
    ] {
        let faults = faults_after(file, from, to);
        assert!(faults.iter().any(|(known, said)| known == code && said.contains(words)), "{to}: {faults:#?}");
    }
}

#[test]
fn simple_interest_is_the_sum_over_the_days_whatever_was_paid_when() {
    let mut runner = TestRunner::new(Config { cases: 300, failure_persistence: None, ..Config::default() });
    let from: NaiveDate = "2026-01-15".parse().unwrap();
    let terms = [Terms { from, method: Method::Simple, percent: Decimal::from(6) }];
    let payments = prop::collection::vec((0..400u64, -200..400i64), 0..8);
    runner
        .run(&(1..2_000i64, 0..400u64, payments), |(principal, days, payments)| {
            let until = from + Days::new(days);
            let principal = Decimal::from(principal);
            let paid: Vec<(NaiveDate, Decimal)> =
                payments.iter().map(|(ago, dollars)| (from + Days::new(*ago), Decimal::from(*dollars))).collect();
            let mut expected = Decimal::ZERO;
            for month in 0..20 {
                let (begins, ends) = (from + chrono::Months::new(month), from + chrono::Months::new(month + 1));
                let unpaid = |day: NaiveDate| {
                    let by: Decimal =
                        paid.iter().filter(|(on, _)| *on > from && *on <= day).map(|(_, amount)| *amount).sum();
                    (principal - by).max(Decimal::ZERO)
                };
                let all: Decimal = begins.iter_days().take_while(|day| *day < ends.min(until)).map(unpaid).sum();
                let interest = all * Decimal::new(6, 2) / Decimal::from(365);
                expected += interest.round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
            }
            prop_assert_eq!(accrued(principal, from, until, &paid, &terms), expected);
            Ok(())
        })
        .unwrap();
}
