//! What letters promised: times that they gave, answers that were decided and not told, days that are over when a letter arrives; the
//! law that a rule names; and the second verdict, before a letter leaves.

use std::path::Path;

use recto::case::{Entry, Language, LetterId};
use recto::desk::{Desk, Settings};
use recto::rules::guards;
use recto::studio::Studio;
use serde_json::{Value, json};

use crate::support::{at, copy, desk_at, edit, event, operator, person, recto, sample, state, taken, with_facts, work};

/// The first day of every course here; a letter mailed on it gives until October 5.
const FIRST: &str = "2026-09-02T10:00:00-04:00";

fn noon(day: &str) -> String {
    format!("{day}T12:00:00-04:00")
}

/// Words with plain spaces.
fn spaced(words: &str) -> String {
    words.replace('\u{a0}', " ")
}

/// The first letter's data as of the first of September.
fn notice(letter_type: &str) -> Value {
    let mut data = sample(letter_type, "plausible");
    data["facts"]["as_of"] = json!("2026-09-01");
    data
}

/// A notice of intention about the same debt, asked for on a day.
fn intended(of: &Value, day: &str) -> Value {
    let (balance, period) = (&of["facts"]["balance"], json!({"from": "2025-03-01", "to": "2025-10-31"}));
    let facts = json!({
        "as_of": "2026-09-01", "balance": balance, "principal": balance, "interest": "0.00", "reason": "income",
        "period": period, "earlier_notices": ["2026-09-02"], "decision": {"date": "2025-12-01"},
    });
    event("t-1", "debt.transfer-intended", &noon(day), &with_facts(of, facts))
}

/// Has a letter printed and handed to the post on the first day.
async fn mailed(folder: &Path, asked: &Value) -> LetterId {
    let desk = desk_at(folder, FIRST).await;
    let letter = taken(&desk, asked).await.remove(0);
    work(&desk).await;
    assert_eq!(state(&desk, &letter).await, ("issued", vec![]));
    desk.close_run(operator(), desk.run_date()).await.unwrap();
    letter
}

/// Whether a letter's state on a day is this, with these codes.
async fn stands(folder: &Path, day: &str, letter: &LetterId, wanted: (&str, &[&str])) {
    let desk = desk_at(folder, &noon(day)).await;
    work(&desk).await;
    let (state, codes) = state(&desk, letter).await;
    assert_eq!((state, codes), (wanted.0, wanted.1.iter().map(|code| (*code).to_owned()).collect()), "on {day}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sponsor_who_may_explain_until_october_5_gets_the_cra_notice_on_october_6() {
    let folder = tempfile::tempdir().unwrap();
    let first = notice("sponsor-debt-notice");
    mailed(folder.path(), &event("r-1", "debt.referred", FIRST, &first)).await;
    let desk = desk_at(folder.path(), &noon("2026-09-15")).await;
    let letter = taken(&desk, &intended(&first, "2026-09-15")).await.remove(0);
    work(&desk).await;
    let row = desk.reader().letter(&letter).await.unwrap().unwrap();
    let [reason] = &row.reasons[..] else { panic!("{:?}", row.reasons) };
    assert_eq!(reason.code, "given-time-over");
    assert!(spaced(&reason.message.en).contains("September 2, 2026 gives until October 5, 2026"), "{reason}");
    assert!(
        spaced(&reason.message.fr).contains("2 septembre 2026 donne jusqu’au 5 octobre 2026"),
        "{}",
        reason.message.fr
    );
    drop(desk);
    stands(folder.path(), "2026-10-05", &letter, ("held", &["given-time-over"])).await;
    stands(folder.path(), "2026-10-06", &letter, ("issued", &[])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_letter_said_counts_whatever_the_policy_says_since() {
    let folder = tempfile::tempdir().unwrap();
    let first = notice("sponsor-debt-notice");
    mailed(folder.path(), &event("r-1", "debt.referred", FIRST, &first)).await;
    let home = copy();
    let program = home.path().join("letter-templates/_programs/sponsorship.toml");
    edit(program.clone(), "explain_days = 30 ", "explain_days = 5 ");
    edit(program, "respond_days = 30 ", "respond_days = 5 ");
    let studio = Studio::open(home.path(), true).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let desk = Desk::open(studio, Settings::default(), at(&noon("2026-10-05")), folder.path()).await.unwrap();
    let letter = taken(&desk, &intended(&first, "2026-10-05")).await.remove(0);
    work(&desk).await;
    assert_eq!(state(&desk, &letter).await, ("held", vec!["given-time-over".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_was_withdrawn_or_has_not_left_gave_no_time() {
    for withdrawn in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let desk = desk_at(folder.path(), FIRST).await;
        let first = notice("sponsor-debt-notice");
        // On one day the two would contradict each other.
        let before = "2026-09-01T12:00:00-04:00";
        let promised = taken(&desk, &event("r-1", "debt.referred", before, &first)).await.remove(0);
        work(&desk).await;
        if withdrawn {
            desk.withdraw(&promised, "sent to the wrong person", &person("A. Manager")).await.unwrap();
        }
        let letter = taken(&desk, &intended(&first, "2026-09-02")).await.remove(0);
        work(&desk).await;
        assert_eq!(state(&desk, &letter).await, ("issued", vec![]), "withdrawn: {withdrawn}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_waits_for_its_run_is_taken_back_where_another_gave_a_time_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk_at(folder.path(), FIRST).await;
    let mut first = notice("sponsor-debt-notice");
    let letter = taken(&desk, &intended(&first, "2026-09-02")).await.remove(0);
    work(&desk).await;
    assert_eq!(state(&desk, &letter).await, ("issued", vec![]));
    // By e-mail, the first notice leaves before the run is closed.
    (first["party"]["channel"], first["party"]["email"]) = (json!("email"), json!("nadege@example.org"));
    let told = taken(&desk, &event("r-1", "debt.referred", "2026-09-02T12:30:00-04:00", &first)).await.remove(0);
    work(&desk).await;
    assert_eq!(state(&desk, &told).await.0, "issued");
    desk.close_run(operator(), desk.run_date()).await.unwrap();
    work(&desk).await;
    let reasons = ["given-time-over", "no-conflicting-letter"].map(str::to_owned).to_vec();
    assert_eq!(state(&desk, &letter).await, ("held", reasons));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_decided_ends_nothing_before_its_letter_has_left_and_then_its_own_time_runs() {
    let folder = tempfile::tempdir().unwrap();
    let mut data = sample("dispute-response", "plausible");
    let facts = &mut data["facts"];
    (facts["received"], facts["decided"], facts["as_of"]) =
        (json!("2026-08-20"), json!("2026-09-02"), json!("2026-09-01"));
    (facts["outcome"], facts["change"], facts["balance"]) = (json!("upheld"), json!("0.00"), json!("1846.35"));
    let received = with_facts(&data, json!({"received": "2026-08-20"}));
    let desk = desk_at(folder.path(), FIRST).await;
    taken(&desk, &event("d-1", "dispute.received", "2026-08-21T09:00:00-04:00", &received)).await;
    let letter = taken(&desk, &intended(&data, "2026-09-02")).await.remove(0);
    work(&desk).await;
    assert_eq!(state(&desk, &letter).await.1, ["no-open-dispute"]);
    let answer = taken(&desk, &event("d-2", "dispute.decided", "2026-09-02T12:30:00-04:00", &data)).await.remove(0);
    work(&desk).await;
    assert_eq!(state(&desk, &answer).await, ("issued", vec![]), "the answer is not held by what it answers");
    let row = desk.reader().letter(&letter).await.unwrap().unwrap();
    assert!(
        spaced(&row.reasons[0].message.en).contains("It was decided on September 2, 2026, and no letter"),
        "{:?}",
        row.reasons
    );
    desk.close_run(operator(), desk.run_date()).await.unwrap();
    drop(desk);
    // “Pay or call by October 5”, it said.
    stands(folder.path(), "2026-09-03", &letter, ("held", &["given-time-over"])).await;
    stands(folder.path(), "2026-10-05", &letter, ("held", &["given-time-over"])).await;
    stands(folder.path(), "2026-10-06", &letter, ("issued", &[])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_slips_past_its_own_deadline_goes_to_an_officer() {
    let folder = tempfile::tempdir().unwrap();
    let mut data = sample("debt-notice", "plausible");
    data["facts"]["decision"]["date"] = json!("2026-10-18");
    let desk = desk_at(folder.path(), "2026-11-17T10:00:00-05:00").await;
    let asked = event("r-1", "debt.referred", "2026-11-17T09:00:00-05:00", &data);
    let letter = taken(&desk, &asked).await.remove(0);
    work(&desk).await;
    assert_eq!(state(&desk, &letter).await, ("issued", vec![]), "November 20 is the day of its receipt");
    drop(desk);
    let desk = desk_at(folder.path(), "2026-11-18T10:00:00-05:00").await;
    assert_eq!(desk.close_run(operator(), desk.run_date()).await.unwrap().taken_back, 1);
    let row = desk.reader().letter(&letter).await.unwrap().unwrap();
    assert_eq!(row.state.as_str(), "awaiting-approval");
    let reason = &row.reasons[0];
    assert_eq!((reason.code.as_str(), reason.place.as_str()), ("deadline-over-on-receipt", "/deadlines/review"));
    for day in ["November 20, 2026", "November 18, 2026", "November 21, 2026"] {
        assert!(spaced(&reason.message.en).contains(day), "{reason}");
    }
    // The run of that day is closed by now, so it is drafted for the next one, where the day has been over for as long.
    assert!(desk.approve(&letter, row.seal.as_ref().unwrap(), &person("A. Manager")).await.is_err());
    work(&desk).await;
    let row = desk.reader().letter(&letter).await.unwrap().unwrap();
    assert!(spaced(&row.reasons[0].message.en).contains("received on November 22, 2026"), "{:?}", row.reasons);
    desk.approve(&letter, row.seal.as_ref().unwrap(), &person("A. Manager")).await.unwrap();
    work(&desk).await;
    assert_eq!(state(&desk, &letter).await, ("issued", vec![]));
}

#[test]
fn a_letter_that_is_rendered_says_which_of_its_days_will_be_over() {
    let folder = tempfile::tempdir().unwrap();
    let (file, out) = (folder.path().join("data.json"), folder.path().join("out.pdf"));
    let mut data = sample("debt-notice", "plausible");
    data["facts"]["decision"]["date"] = json!("2026-10-22");
    std::fs::write(&file, data.to_string()).unwrap();
    for (channel, date, held) in [
        ("print", "2026-11-23", true),
        ("print", "2026-11-24", true),
        ("print", "2026-11-20", false),
        ("email", "2026-11-24", false),
    ] {
        let mut data = data.clone();
        (data["party"]["channel"], data["party"]["email"]) = (json!(channel), json!("robin@example.org"));
        std::fs::write(&file, data.to_string()).unwrap();
        let (file, out) = (file.to_str().unwrap(), out.to_str().unwrap());
        let arguments = ["render", "debt-notice", "--data", file, "--lang", "en", "--date", date, "-o", out, "--json"];
        let output = recto(folder.path(), &arguments);
        let said: Value = serde_json::from_slice(&output.stdout).unwrap();
        let codes: Vec<&str> =
            said["would_be_held_for"].as_array().unwrap().iter().filter_map(|one| one["code"].as_str()).collect();
        assert_eq!(codes.contains(&"deadline-over-on-receipt"), held, "{channel} {date}: {said:#}");
    }
}

#[test]
fn every_rule_names_the_law_of_the_cases_program_and_no_other() {
    let catalogue = crate::support::catalogue();
    let of = |key: &str| match key {
        "ontario-works" => ["Ontario Works", "Ontario au travail"].as_slice(),
        "odsp" => &["Disability Support", "ODSP", "personnes handicapées", "POSPH"],
        "sponsorship" => &["Mavi", "Immigration", "immigration", "sponsor", "parrainage", "répondant"],
        other => panic!("which words name the law of {other}?"),
    };
    let mut own = 0;
    for program in catalogue.programs.values() {
        for guard in guards() {
            if let Some(policy) = program.policy_on("2026-11-17".parse().unwrap()) {
                let basis = guard.basis_in(policy);
                for other in catalogue.programs.keys().filter(|other| **other != program.key) {
                    for (word, language) in of(other).iter().flat_map(|word| Language::BOTH.map(|one| (word, one))) {
                        let text = basis.get(language);
                        assert!(!text.contains(word), "{} in {}: {text}", guard.key, program.key);
                    }
                }
                assert!(basis.en != guard.rule, "{} in {}", guard.key, program.key);
                own += usize::from(of(&program.key).iter().any(|word| basis.en.contains(word)));
            }
        }
    }
    assert!(own > 8, "{own} name their program's law");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_basis_that_no_rule_has_or_that_one_lacks_is_a_fault() {
    let home = crate::support::small_copy(&["debt-notice"]);
    let program = home.path().join("letter-templates/_programs/odsp.toml");
    edit(program, "[bases.no-open-dispute]", "[bases.no-open-disputes]");
    let studio = Studio::open(home.path(), true).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let faults = studio.check_types(Vec::new(), |_| {}).await.faults;
    let codes: Vec<&str> = faults.iter().map(|fault| fault.code.as_str()).collect();
    assert!(codes.contains(&"guard-unknown") && codes.contains(&"basis-missing"), "{faults:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_verdict_at_release_is_in_the_case_file_even_where_nothing_changed() {
    let folder = tempfile::tempdir().unwrap();
    let mut by_email = notice("sponsor-debt-notice");
    (by_email["party"]["channel"], by_email["party"]["email"]) = (json!("email"), json!("nadege@example.org"));
    for (number, data) in [notice("sponsor-debt-notice"), by_email].into_iter().enumerate() {
        let folder = folder.path().join(number.to_string());
        // An e-mail leaves half an hour after it was asked for.
        let letter = mailed(&folder, &event("r-1", "debt.referred", "2026-09-02T09:00:00-04:00", &data)).await;
        let desk = desk_at(&folder, FIRST).await;
        let entries = desk.reader().entries_of_letter(&letter).await.unwrap();
        let kinds: Vec<&str> = entries.iter().map(|entry| entry.kind().as_str()).collect();
        assert_eq!(kinds, ["letter-issued", "letter-cleared", "letter-sent"]);
        let (Entry::LetterIssued(issued), Entry::LetterCleared(cleared)) = (&entries[0].entry, &entries[1].entry)
        else {
            panic!("{entries:#?}")
        };
        assert!(cleared.basis.is_none(), "it rests on the same, which is not written twice");
        assert_eq!(cleared.rests_on, Some(issued.basis.as_ref().unwrap().hash()));
        assert!(issued.times.as_ref().is_some_and(|times| times.0.len() == 2));
        assert!(desk.verify().await.unwrap().is_empty());
    }
}
