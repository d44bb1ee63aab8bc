//! The plan calculator: every plan that it gives is one that the letters' own check takes.

use axum::http::StatusCode;
use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use recto::case::schedule::{Agreed, Frequency};
use recto::case::{CaseEvent, LetterId};
use recto::desk::{Planned, plan_of};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::case_page::referred;
use crate::http::Api;
use crate::support::{event, runner, sample, studio, with_facts, work};

const CASE: &str = "DR-2026-004512";

fn form(way: &str, instalment: &str, count: &str, frequency: &str, first_due: &str) -> recto::desk::PlanForm {
    recto::desk::PlanForm {
        way: way.to_owned(),
        instalment: instalment.to_owned(),
        count: count.to_owned(),
        frequency: frequency.to_owned(),
        first_due: first_due.to_owned(),
        ..Default::default()
    }
}

#[test]
fn every_plan_that_is_calculated_passes_the_letters_own_checks() {
    let studio = studio();
    let policy = studio.catalogue.program("ontario-works").unwrap().policy_on("2026-11-17".parse().unwrap()).unwrap();
    let today: NaiveDate = "2026-11-17".parse().unwrap();
    let frequency = prop_oneof![Just("weekly"), Just("biweekly"), Just("monthly")];
    let way = prop_oneof![Just("least"), Just("instalment"), Just("count")];
    let cases = (1..3_000_000u64, 1..300_000u64, 1..130u32, frequency, way, 0..400u64);
    let given = std::cell::Cell::new(0);
    runner(400)
        .run(&cases, |(debt, instalment, count, frequency, way, day)| {
            let balance = Decimal::new(debt as i64, 2);
            let first = (today + Days::new(day)).to_string();
            let instalment = Decimal::new(instalment as i64, 2).to_string();
            let form = form(way, &instalment, &count.to_string(), frequency, &first);
            let (planned, faults) = plan_of(&form, balance, policy, today);
            let Some(Planned { agreed, schedule, is_below }) = planned else {
                prop_assert!(!faults.is_empty());
                return Ok(());
            };
            given.set(given.get() + 1);
            prop_assert!(faults.is_empty());
            prop_assert_eq!(schedule.iter().map(|one| one.amount).sum::<Decimal>(), balance);
            prop_assert_eq!(schedule[0].due, agreed.first_due);
            if way == "count" {
                prop_assert_eq!(schedule.len(), count as usize);
            }
            if way == "least" {
                prop_assert!(!is_below);
            }
            let plan = json!({
                "instalment": agreed.instalment.to_string(), "frequency": frequency, "first_due": first, "method": "cheque",
            });
            let facts = json!({"as_of": "2026-11-17", "balance": balance.to_string(), "plan": plan});
            for (letter, kind) in [("plan-proposal", "plan.proposed"), ("plan-confirmation", "plan.agreed")] {
                let mut facts = facts.clone();
                if kind == "plan.agreed" {
                    facts["agreed_on"] = json!("2026-11-17");
                }
                let data = with_facts(&sample(letter, "plausible"), facts);
                let told = event("x", kind, "2026-11-17T09:00:00-05:00", &data);
                let told = CaseEvent::read(&told).unwrap();
                let (data, letters) = match studio.check(&told) {
                    Ok(checked) => checked,
                    Err(faults) => return Err(TestCaseError::fail(format!("{letter}: {faults:#?}"))),
                };
                let letter = letters.into_iter().find(|one| one.key == letter).unwrap();
                let draft = studio.catalogue.draft(letter, LetterId::new("x"), today, data).unwrap();
                prop_assert!(draft.stops.is_empty(), "{}: {:#?}", letter.key, draft.stops);
            }
            Ok(())
        })
        .unwrap();
    assert!(given.get() > 100, "{} plans", given.get());
}

#[test]
fn the_least_is_the_smallest_instalment_that_needs_no_approval() {
    let first: NaiveDate = "2027-01-04".parse().unwrap();
    let frequencies = [Frequency::Weekly, Frequency::Biweekly, Frequency::Monthly];
    runner(500)
        .run(&(1..5_000_000i64, 1..50_000i64, 0..3usize), |(debt, monthly, which)| {
            let (amount, monthly) = (Decimal::new(debt, 2), Decimal::new(monthly, 2));
            let agreed = Agreed::for_month(amount, monthly, frequencies[which], first);
            prop_assert!(agreed.instalment <= amount && agreed.instalment > Decimal::ZERO);
            prop_assert!(agreed.monthly() >= monthly || agreed.instalment == amount);
            let less = Agreed { instalment: agreed.instalment - Decimal::new(1, 2), ..agreed };
            prop_assert!(less.monthly() < monthly || agreed.instalment == amount);
            Ok(())
        })
        .unwrap();
}

async fn with_debt() -> Api {
    let api = Api::start().await;
    api.taken(&referred("2026-11-17", "868.17")).await;
    work(&api.desk).await;
    api
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_worked_out_on_its_page_and_becomes_a_letter_by_a_link_with_its_facts() {
    let api = with_debt().await;
    let path = format!("/cases/{CASE}/plan");
    let first = api.open("O. Officer", &path, "en").await;
    assert_eq!(first.status, StatusCode::OK);
    assert!(first.text.contains("Owed as of") && first.text.contains("minimum is $43.41 a month"), "{}", first.text);
    let asked = format!("{path}?way=count&count=7&frequency=monthly&first_due=2027-01-31&method=cheque");
    let page = api
        .open("O. Officer", &asked, "en")
        .await
        .text
        .replace("&#x2f;", "/")
        .replace("&amp;", "&")
        .replace('\u{a0}', " ");
    for words in [
        "7 payments of $124.03, every month",
        "From January 31, 2027 to July 31, 2027.",
        "is $123.99",
        "All payments come to $868.17",
        "February 28, 2027",
        "last day of a shorter month",
        "value=\"7\"",
        "needed for that",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let facts = "&facts.plan.instalment=124.03&facts.plan.frequency=monthly&facts.plan.first_due=2027-01-31\
                 &facts.balance=868.17&facts.plan.method=cheque&facts.as_of=2026-11-17";
    for letter in ["plan-proposal", "plan-confirmation"] {
        let link = format!("/letters/new?case={CASE}&person=P-10023&letter={letter}{facts}\"");
        assert!(page.contains(&link), "{link}: {page}");
    }
    let records = api.open("R. Cords", &asked, "fr").await.text;
    assert!(records.contains("124,03") && !records.contains("letters&#x2f;new") && !records.contains("/letters/new"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_below_the_minimum_says_who_may_approve_it() {
    let api = with_debt().await;
    let page = api
        .open(
            "O. Officer",
            &format!("/cases/{CASE}/plan?way=instalment&instalment=%2420&frequency=monthly&first_due=2027-01-15"),
            "fr",
        )
        .await
        .text;
    assert!(page.contains("C’est moins que le minimum du programme") && page.contains("gestionnaire"), "{page}");
    assert!(page.contains("value=\"$20\""), "what was typed is kept: {page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_faults_of_a_plan_stand_at_once_beside_their_fields_and_nothing_typed_is_lost() {
    let api = with_debt().await;
    let path = format!("/cases/{CASE}/plan?way=count&count=many&frequency=daily&first_due=31%2F12%2F2026&instalment=x");
    let page = api.open("O. Officer", &path, "en").await;
    assert_eq!(page.status, StatusCode::OK);
    for words in [
        "href=\"#count\"",
        "href=\"#frequency\"",
        "href=\"#first_due\"",
        "id=\"count-fault-1\"",
        "id=\"first_due-fault-1\"",
        "aria-invalid=\"true\"",
        "value=\"many\"",
        "value=\"x\"",
    ] {
        assert!(page.text.replace("&#x2f;", "/").contains(words), "{words}: {}", page.text);
    }
    assert!(!page.text.contains("id=\"schedule\""), "{}", page.text);
    // Whatever is typed is text, and nothing else.
    let markup = format!("/cases/{CASE}/plan?way=instalment&instalment=%3Cb%3E&frequency=monthly&first_due=2027-01-15");
    let page = api.open("O. Officer", &markup, "fr").await.text;
    assert!(!page.contains("<b>\"") && page.contains("&lt;b&gt;"), "{page}");
    for (query, words) in [
        ("way=instalment&instalment=900.00&frequency=monthly&first_due=2027-01-15", "868.17 for one payment"),
        ("way=instalment&instalment=1.00&frequency=weekly&first_due=2027-01-15", "at most 120 are allowed"),
        ("way=instalment&instalment=100.00&frequency=weekly&first_due=2026-11-01", "that is to come"),
        ("way=count&count=130&frequency=weekly&first_due=2027-01-15", "at most 120 are allowed"),
        ("way=count&count=0&frequency=weekly&first_due=2027-01-15", "whole number"),
        ("way=count&count=9999&frequency=weekly&first_due=2027-01-15", "smaller number"),
    ] {
        let page = api.open("O. Officer", &format!("/cases/{CASE}/plan?{query}"), "en").await.text;
        assert!(page.contains(words), "{words}: {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dollars_are_read_as_people_type_them() {
    let api = with_debt().await;
    for (typed, instalment) in [
        ("50", Some("$50.00")),
        ("50.5", Some("$50.50")),
        ("50,25", Some("$50.25")),
        ("%24+50.25", Some("$50.25")),
        ("50%C2%A0%24", Some("$50.00")),
        ("1,000", None),
        ("5,00,0", None),
        ("50.255", None),
        ("-50", None),
        ("0.00", None),
        ("1e3", None),
    ] {
        let query = format!("way=instalment&instalment={typed}&frequency=monthly&first_due=2027-01-15");
        let page = api.open("O. Officer", &format!("/cases/{CASE}/plan?{query}"), "en").await.text;
        match instalment {
            Some(words) => assert!(page.contains(&format!("payments of {words}")), "{typed}: {page}"),
            None => assert!(!page.contains("id=\"schedule\""), "{typed}: {page}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_without_a_balance_has_nothing_to_repay_and_no_case_has_no_page() {
    let api = Api::start().await;
    let data = with_facts(&sample("debt-notice", "plausible"), json!({"received": "2026-11-16"}));
    api.taken(&event("d-1", "dispute.received", "2026-11-16T09:00:00-05:00", &data)).await;
    let page = api.open("O. Officer", &format!("/cases/{CASE}/plan"), "en").await.text;
    assert!(page.contains("No balance of a debt is on file"), "{page}");
    assert_eq!(api.open("O. Officer", "/cases/DR-2000-000000/plan", "en").await.status, StatusCode::NOT_FOUND);
    let _: Value = api.get(&format!("/cases/{CASE}")).await;
}
