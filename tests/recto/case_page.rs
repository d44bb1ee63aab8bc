//! The case page: what is owed and how it was worked out, plans, which letters may go, the timeline.

use std::time::Instant;

use axum::http::StatusCode;
use recto::case::PersonId;
use recto::rules::{Effect, Guard, StepKind, guards};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::http::Api;
use crate::support::{desk, event, sample, taken, with_facts, work};

const CASE: &str = "DR-2026-004512";

fn told(id: &str, kind: &str, day: &str, facts: Value) -> Value {
    let data = with_facts(&sample("debt-notice", "plausible"), facts);
    event(id, kind, &format!("{day}T09:00:00-05:00"), &data)
}

fn paid(id: &str, day: &str, amount: &str) -> Value {
    told(id, "payment.received", day, json!({"received": day, "amount": amount, "kind": "payment"}))
}

/// A debt that was referred on a day.
pub fn referred(day: &str, balance: &str) -> Value {
    let mut facts = sample("debt-notice", "plausible")["facts"].clone();
    (facts["as_of"], facts["balance"], facts["decision"]["date"]) = (json!(day), json!(balance), json!(day));
    facts["transactions"] = json!([{"date": day, "kind": "overpayment", "debit": balance}]);
    facts["period"] = json!({"from": "2025-01-01", "to": "2025-03-31"});
    told("e-1", "debt.referred", day, facts)
}

/// A debt with two payments, one of which came back.
async fn account(api: &Api) {
    api.taken(&referred("2026-10-25", "868.17")).await;
    for one in [paid("p-1", "2026-11-11", "50.00"), paid("p-2", "2026-11-16", "20.00")] {
        api.taken(&one).await;
    }
    let back = json!({"dishonoured": "2026-11-13", "amount": "50.00", "received": "2026-11-11"});
    api.taken(&told("b-1", "payment.dishonoured", "2026-11-13", back)).await;
    work(&api.desk).await;
}

/// What of a text stands between two marks.
fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}"));
    rest.split_once(after).unwrap().0
}

#[tokio::test(flavor = "multi_thread")]
async fn a_balance_is_worked_out_step_by_step_to_the_cent_on_the_page_and_in_the_api() {
    let api = Api::start().await;
    account(&api).await;
    let case = api.get(&format!("/cases/{CASE}")).await;
    let debt = &case["debts"][0];
    let steps: Vec<(&str, &str)> = debt["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| (step["kind"].as_str().unwrap(), step["amount"].as_str().unwrap()))
        .collect();
    let expected = [("stated", "868.17"), ("payment", "-50.00"), ("dishonoured", "50.00"), ("payment", "-20.00")];
    assert_eq!(steps, expected, "{debt:#}");
    assert_eq!(debt["steps"][3]["clears"], "2026-11-26", "{debt:#}");
    let sum: Decimal = steps.iter().map(|(_, amount)| amount.parse::<Decimal>().unwrap()).sum();
    assert_eq!(sum.to_string(), debt["balance"].as_str().unwrap(), "{debt:#}");
    assert_eq!(debt["steps"].as_array().unwrap().last().unwrap()["balance"], debt["balance"]);
    assert_eq!(case["owed"], debt["balance"]);
    for (language, words) in [
        ("en", ["How this was worked out", "Payment that came back", "not cleared before"]),
        ("fr", ["Comment ce montant a été calculé", "Paiement refusé", "encaissement non confirmé avant le"]),
    ] {
        let page = api.open("O. Officer", &format!("/cases/{CASE}"), language).await.text;
        for words in words {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(page.contains("10-123 RUE PRINCIPALE"), "the address at a glance: {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_step_has_the_balance_of_every_debt_of_the_demos_day() {
    let folder = tempfile::tempdir().unwrap();
    assert!(crate::support::recto(folder.path(), &["demo", "--no-serve"]).status.success());
    let desk = desk(folder.path()).await;
    let today = desk.clock.today();
    let mut seen = 0;
    for stored in desk.reader().events_after(0, 1_000).await.unwrap() {
        let case = desk.case(&stored.event.subject).await.unwrap();
        let people = desk.people(&case);
        let policy = desk.studio.catalogue.program(stored.event.program()).unwrap().policy_on(today).unwrap();
        for person in people.known() {
            let standing = people.standing(&person, &case.letters);
            for debt in &standing.ledger.debts {
                let balance = standing.ledger.balance(debt, today, &policy.terms);
                let worked = standing.ledger.worked_out(debt, today, &policy.terms);
                assert_eq!(worked.as_ref().map(|worked| worked.steps.last().unwrap().balance), balance.map(Some));
                let sum: Option<Decimal> =
                    worked.as_ref().map(|worked| worked.steps.iter().map(|one| one.amount).sum());
                assert_eq!(sum, balance);
                seen += worked.iter().filter(|one| one.steps.iter().any(|step| step.kind != StepKind::Stated)).count();
            }
        }
    }
    assert!(seen > 10, "{seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_shows_its_instalments_kept_and_missed_and_what_comes_next() {
    let api = Api::start().await;
    let plan = json!({"instalment": "100.00", "frequency": "monthly", "first_due": "2026-09-15", "method": "cheque"});
    let agreed = json!({"as_of": "2026-08-20", "balance": "868.17", "agreed_on": "2026-08-20", "plan": plan});
    api.taken(&told("a-1", "plan.agreed", "2026-08-20", agreed)).await;
    api.taken(&paid("p-1", "2026-09-15", "100.00")).await;
    api.taken(&paid("p-2", "2026-10-15", "40.00")).await;
    let case = api.get(&format!("/cases/{CASE}")).await;
    let plan = &case["plans"][0];
    let states: Vec<&str> =
        plan["instalments"].as_array().unwrap().iter().map(|row| row["state"].as_str().unwrap()).collect();
    assert_eq!(states[..5], ["kept", "missed", "late", "next", "to-come"], "{plan:#}");
    assert_eq!((&plan["kept"], &plan["next"]), (&json!(1), &json!(3)));
    assert_eq!((&plan["paid"], &plan["behind"]), (&json!("140.00"), &json!("160.00")));
    let page = api.open("O. Officer", &format!("/cases/{CASE}"), "en").await.text;
    for words in ["1 of 9 payments made in full: $140.00", "$160.00 is overdue", "$60.00 missing"] {
        assert!(page.contains(words), "{words}: {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_letter_says_whether_it_may_go_and_until_when_it_may_not_and_what_would_change_that() {
    let api = Api::start().await;
    api.taken(&crate::support::debt_referred("e-1")).await;
    let mut facts = sample("hardship-decision", "plausible")["facts"].clone();
    facts["balance"] = json!("1846.35");
    api.taken(&told("h-1", "hardship.decided", "2026-11-17", facts)).await;
    work(&api.desk).await;
    let answers = api.get(&format!("/cases/{CASE}/eligibility")).await;
    let all = answers.as_array().unwrap();
    let timed: Vec<&Value> = all
        .iter()
        .flat_map(|answer| answer["reasons"].as_array().unwrap())
        .filter(|reason| reason["until"].is_string())
        .collect();
    assert!(!timed.is_empty(), "{answers:#}");
    for reason in timed {
        assert!(reason["until"].as_str().unwrap() > "2026-11-17", "{reason:#}");
    }
    for answer in all.iter().filter(|answer| answer["from"].is_string()) {
        assert_eq!(answer["may_go"], false);
        assert!(answer["reasons"].as_array().unwrap().iter().all(|reason| reason["until"].is_string()), "{answer:#}");
    }
    // By the day that is given, the rule no longer speaks against it: the same register on that day.
    let due: Vec<(&Value, &Value, &Value)> = all
        .iter()
        .flat_map(|answer| answer["reasons"].as_array().unwrap().iter().map(move |reason| (&answer["letter"], reason)))
        .filter(|(_, reason)| reason["until"].is_string())
        .map(|(letter, reason)| (letter, &reason["code"], &reason["until"]))
        .collect();
    for (letter, code, until) in due {
        let later = recto::desk::Desk::open(
            crate::support::studio(),
            recto::desk::Settings::default(),
            crate::support::at(&format!("{}T09:00:00-05:00", until.as_str().unwrap())),
            api.folder(),
        )
        .await
        .unwrap();
        let answers = later.explain(&recto::case::CaseRef::new(CASE), letter.as_str()).await.unwrap();
        let own = answers.iter().find(|answer| answer.person == "P-10023").unwrap();
        assert!(!own.reasons.iter().any(|reason| *code == json!(reason.code)), "{letter} {code} {until}");
        later.close().await;
    }
    let page = api.open("O. Officer", &format!("/cases/{CASE}"), "en").await.text;
    assert!(page.contains("No longer from") && page.contains("class=\"choice__remedy\""), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ways_to_a_new_letter_and_to_an_event_stand_where_they_may_be_gone() {
    let api = Api::start().await;
    api.taken(&crate::support::debt_referred("e-1")).await;
    let path = format!("/cases/{CASE}");
    let officer = api.open("O. Officer", &path, "en").await.text.replace("&#x2f;", "/");
    let new = format!("/letters/new?case={CASE}&amp;person=P-10023&amp;letter=");
    assert!(officer.contains(&new), "{officer}");
    assert!(officer.contains(&format!("/events/new?case={CASE}")) && officer.contains(&format!("/cases/{CASE}/plan")));
    let records = api.open("R. Cords", &path, "fr").await.text;
    assert!(!records.contains("/letters/new") && !records.contains("/events/new"), "{records}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_timeline_tells_amounts_and_days_is_filtered_by_links_and_comes_in_parts() {
    let api = Api::start().await;
    account(&api).await;
    let path = format!("/cases/{CASE}");
    api.open(
        "R. Cords",
        &format!("/letters/{}", api.get("/letters").await["letters"][0]["id"].as_str().unwrap()),
        "en",
    )
    .await;
    let all = api.open("O. Officer", &path, "en").await.text;
    let timeline = between(&all, "<ol class=\"timeline\">", "</ol>").to_owned();
    assert!(timeline.contains("<b>$20.00</b>") && timeline.contains("datetime=\"2026-11-16\""), "{timeline}");
    assert!(timeline.contains("entered") && !timeline.contains("R. Cords"), "{timeline}");
    let at = |text: &str, words: &str| text.find(words).unwrap_or_else(|| panic!("no {words} in {text}"));
    assert!(at(&timeline, "<b>$20.00</b>") < at(&timeline, "<b>$868.17</b>"), "newest first");
    let oldest = api.open("O. Officer", &format!("{path}?order=oldest"), "en").await.text;
    let oldest = between(&oldest, "<ol class=\"timeline\">", "</ol>");
    assert!(at(oldest, "<b>$868.17</b>") < at(oldest, "<b>$20.00</b>"), "oldest first");
    let looks = api.open("O. Officer", &format!("{path}?show=looks"), "fr").await.text;
    let looks = between(&looks, "<ol class=\"timeline\">", "</ol>");
    assert!(looks.contains("R. Cords") && !looks.contains("20,00"), "{looks}");
    for show in ["events", "letters", "decisions", "looks", "nonsense"] {
        let filtered = api.open("O. Officer", &format!("{path}?show={show}&after=900&order=x"), "fr").await;
        assert_eq!(filtered.status, StatusCode::OK, "{show}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_is_told_of_shows_without_its_facts() {
    let api = Api::start().await;
    api.taken(&crate::support::debt_referred("e-1")).await;
    let mut strange = paid("s-1", "2026-11-16", "77.31");
    strange["data"]["party"]["id"] = json!("P-99999");
    strange["data"]["party"]["surname"] = json!("Fremdling");
    api.taken(&strange).await;
    let page = api.open("O. Officer", &format!("/cases/{CASE}?show=events"), "en").await.text;
    let timeline = between(&page, "<ol class=\"timeline\">", "</ol>");
    assert!(timeline.contains("counts for nothing until somebody has said"), "{timeline}");
    assert!(!timeline.contains("77.31") && !timeline.contains("Fremdling"), "{timeline}");
}

#[test]
fn every_guard_that_holds_a_letter_says_what_would_change_that_or_has_a_remedy() {
    // What is said in the guard's own words: an act in the imperative.
    const ACTS: [&str; 10] =
        ["Record ", "Make ", "Get ", "get one", "Send ", "Ask ", "Answer ", "Add ", "Return ", "Address "];
    let holds = |effect| !matches!(effect, Effect::End | Effect::Review);
    let says = |guard: &&Guard| ACTS.iter().any(|words| guard.says.en.contains(words));
    let silent = guards().filter(|guard| holds(guard.effect)).filter(|guard| guard.remedy().is_none() && !says(guard));
    assert_eq!(silent.map(|guard| guard.key).collect::<Vec<_>>(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_case_with_five_hundred_events_is_made_at_once() {
    let api = Api::start().await;
    api.taken(&referred("2025-05-15", "868.17")).await;
    work(&api.desk).await;
    let first: chrono::NaiveDate = "2025-06-01".parse().unwrap();
    for number in 0..500 {
        let day = (first + chrono::Days::new(number)).to_string();
        taken(&api.desk, &paid(&format!("p-{number}"), &day, "1.25")).await;
    }
    let path = format!("/cases/{CASE}");
    let mut times = Vec::new();
    for _ in 0..9 {
        let begun = Instant::now();
        let page = api.open("O. Officer", &path, "en").await;
        times.push(begun.elapsed());
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.contains("1 to 100 of") && page.text.contains("after=100"), "in parts: {}", page.text.len());
    }
    times.sort();
    eprintln!("a case of 500 events: {:?} at the median", times[4]);
    // Without optimisation; with it, some forty milliseconds.
    assert!(times[4].as_millis() < 2_000, "{times:?}");
    assert!(api.desk.case(&recto::case::CaseRef::new(CASE)).await.unwrap().events().count() == 501);
    let whole = api.open("O. Officer", &format!("{path}?after=all"), "fr").await.text;
    assert_eq!(whole.matches("class=\"told\"").count(), 501, "all of it, as to print it");
    assert_eq!(
        api.desk.people(&api.desk.case(&recto::case::CaseRef::new(CASE)).await.unwrap()).known(),
        [PersonId::new("P-10023")]
    );
}
