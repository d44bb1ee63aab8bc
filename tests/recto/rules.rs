//! Letters that are stopped, released, recalled and approved.

use recto::case::{Sha256, WorkerId};
use recto::desk::DecideError;
use recto::register::{Claimed, Register};
use serde_json::json;

use crate::support::{debt_referred, desk, event, operator, person, sample, state, take, taken, with_facts, work};

fn cra_notice(id: &str) -> serde_json::Value {
    event(id, "debt.transfer-intended", "2026-11-17T10:00:00-05:00", &sample("cra-transfer-notice", "plausible"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispute_holds_the_cra_notice_until_the_person_is_told_what_was_decided() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let data = sample("cra-transfer-notice", "plausible");
    let dispute = with_facts(&data, json!({"received": "2026-11-10"}));
    taken(&desk, &event("d-1", "dispute.received", "2026-11-10T09:00:00-05:00", &dispute)).await;
    let letters = taken(&desk, &cra_notice("t-1")).await;
    work(&desk).await;
    assert_eq!(state(&desk, &letters[0]).await, ("held", vec!["no-open-dispute".to_owned()]));
    let decided = with_facts(&data, json!({"decided": "2026-11-17", "outcome": "upheld"}));
    taken(&desk, &event("d-2", "dispute.decided", "2026-11-17T11:00:00-05:00", &decided)).await;
    work(&desk).await;
    assert_eq!(state(&desk, &letters[0]).await, ("held", vec!["no-open-dispute".to_owned()]));
    let told = with_facts(&data, json!({"letter": "dispute-response", "mailed": "2026-11-17"}));
    taken(&desk, &event("d-3", "letter.sent", "2026-11-17T12:00:00-05:00", &told)).await;
    work(&desk).await;
    assert_eq!(state(&desk, &letters[0]).await, ("issued", vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_arrive_late_end_in_the_same_standing() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let data = sample("cra-transfer-notice", "plausible");
    let told = with_facts(&data, json!({"letter": "dispute-response", "mailed": "2026-11-13"}));
    taken(&desk, &event("d-3", "letter.sent", "2026-11-13T11:00:00-05:00", &told)).await;
    let decided = with_facts(&data, json!({"decided": "2026-11-12", "outcome": "upheld"}));
    taken(&desk, &event("d-2", "dispute.decided", "2026-11-12T11:00:00-05:00", &decided)).await;
    let dispute = with_facts(&data, json!({"received": "2026-11-10"}));
    taken(&desk, &event("d-1", "dispute.received", "2026-11-10T09:00:00-05:00", &dispute)).await;
    let letters = taken(&desk, &cra_notice("t-1")).await;
    work(&desk).await;
    assert_eq!(state(&desk, &letters[0]).await.0, "issued");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_between_issue_and_run_stops_the_letter_in_the_queue() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let letters = taken(&desk, &debt_referred("e-1")).await;
    work(&desk).await;
    assert_eq!(state(&desk, &letters[0]).await.0, "issued");
    let died = with_facts(&sample("debt-notice", "plausible"), json!({"died": "2026-11-15"}));
    taken(&desk, &event("p-1", "person.died", "2026-11-17T12:00:00-05:00", &died)).await;
    let closed = desk.close_run(operator(), desk.clock.today()).await.unwrap();
    assert_eq!((closed.totals.pieces, closed.taken_back), (0, 1), "no demand to the dead");
    work(&desk).await;
    assert_eq!(state(&desk, &letters[0]).await, ("held", vec!["debtor-living".to_owned()]));
    assert!(desk.verify().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_that_came_back_holds_a_letter_and_the_new_address_releases_it_to_there() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let data = sample("debt-notice", "plausible");
    let returned = with_facts(&data, json!({"returned": "2026-11-16", "reason": "moved"}));
    taken(&desk, &event("m-1", "mail.returned", "2026-11-16T12:00:00-05:00", &returned)).await;
    let letters = taken(&desk, &debt_referred("e-1")).await;
    work(&desk).await;
    assert_eq!(state(&desk, &letters[0]).await, ("held", vec!["mail-deliverable".to_owned()]));
    let address =
        json!({"lines": ["77 ELM ST"], "municipality": "Sudbury", "province": "ON", "postal_code": "P3C 1S2"});
    let changed = with_facts(&data, json!({"changed": "2026-11-17", "address": address}));
    taken(&desk, &event("a-1", "address.changed", "2026-11-17T12:00:00-05:00", &changed)).await;
    work(&desk).await;
    assert_eq!(state(&desk, &letters[0]).await.0, "issued");
    let (pdf, _) = desk.pdf(&letters[0]).await.unwrap().unwrap();
    let path = folder.path().join("letter.pdf");
    std::fs::write(&path, pdf).unwrap();
    let text = crate::support::pdf_text(&path);
    assert!(text.contains("77 ELM ST") && text.contains("P3C 1S2"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_that_do_not_agree_hold_the_letter_and_show_both() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let mut wrong = debt_referred("e-1");
    wrong["data"]["facts"]["balance"] = json!("1.00");
    let letters = taken(&desk, &wrong).await;
    work(&desk).await;
    let row = desk.reader().letter(&letters[0]).await.unwrap().unwrap();
    let reason = row.reasons.0.into_iter().find(|reason| reason.code == "arithmetic-mismatch").unwrap();
    let english = recto::case::format::Formats::of(recto::case::Language::En);
    let closing = english.money(sample("debt-notice", "plausible")["facts"]["balance"].as_str().unwrap()).unwrap();
    assert!(reason.message.en.contains("$1.00") && reason.message.en.contains(&closing), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reimbursement_waits_for_somebody_else_than_its_preparer() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let data = sample("reimbursement", "plausible");
    let credit = event("c-1", "credit.found", "2026-11-17T09:00:00-05:00", &data);
    let letters = taken(&desk, &credit).await;
    work(&desk).await;
    assert_eq!(state(&desk, &letters[0]).await.0, "awaiting-approval");
    let hash = desk.reader().letter(&letters[0]).await.unwrap().unwrap().seal.unwrap();
    let preparer = data["facts"]["prepared_by"].as_str().unwrap();
    assert!(matches!(desk.approve(&letters[0], &hash, &person(preparer)).await, Err(DecideError::Preparer(_))));
    assert!(matches!(
        desk.approve(&letters[0], &hash, &person("O. Officer")).await,
        Err(DecideError::NoAuthority { .. })
    ));
    assert!(matches!(
        desk.approve(&letters[0], &Sha256::new("another hash"), &person("A. Manager")).await,
        Err(DecideError::Changed)
    ));
    desk.approve(&letters[0], &hash, &person("A. Manager")).await.unwrap();
    work(&desk).await;
    assert_eq!(state(&desk, &letters[0]).await.0, "issued");
    assert_eq!(desk.reader().letter(&letters[0]).await.unwrap().unwrap().approved_by.as_deref(), Some("A. Manager"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_falls_when_the_letter_changes() {
    let folder = tempfile::tempdir().unwrap();
    let letters = {
        let desk = desk(folder.path()).await;
        let credit = event("c-1", "credit.found", "2026-11-17T09:00:00-05:00", &sample("reimbursement", "plausible"));
        let letters = taken(&desk, &credit).await;
        work(&desk).await;
        let hash = desk.reader().letter(&letters[0]).await.unwrap().unwrap().seal.unwrap();
        desk.approve(&letters[0], &hash, &person("A. Manager")).await.unwrap();
        desk.close().await;
        letters
    };
    // It is worked only on another day, so its date and its words are others.
    let desk = crate::support::desk_at(folder.path(), "2026-11-19T10:00:00-05:00").await;
    work(&desk).await;
    assert_eq!(state(&desk, &letters[0]).await.0, "awaiting-approval");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_recto_does_not_know_is_refused_with_those_it_knows() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let unknown = event("x-1", "moon.risen", "2026-11-17T09:00:00-05:00", &sample("debt-notice", "plausible"));
    match take(&desk, &unknown).await {
        recto::desk::Outcome::Refused(faults) => assert!(faults[0].message.en.contains("debt.referred"), "{faults:?}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_kills_its_worker_again_and_again_is_shown_to_a_person() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let letters = taken(&desk, &debt_referred("e-1")).await;
    let others = taken(&desk, &cra_notice("t-1")).await;
    let row = desk.reader().letter(&letters[0]).await.unwrap().unwrap();
    let register = Register::open(folder.path(), "specimen").await.unwrap();
    for number in 0..6 {
        // What a worker does before it begins, and dies of.
        let worker = WorkerId::new(format!("dead-{number}"));
        let mut act = register.begin(operator(), desk.clock.now()).await.unwrap();
        let claimed = Claimed::Case(&row.case_reference, &row.id);
        assert!(act.claim(claimed, &worker, desk.clock.now().into()).await.unwrap());
        act.bury(&worker).await.unwrap();
        act.commit().await.unwrap();
    }
    work(&desk).await;
    assert_eq!(state(&desk, &letters[0]).await, ("refused", vec!["attempts-used-up".to_owned()]));
    assert_eq!(state(&desk, &others[0]).await.0, "issued", "its neighbours go on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_debt_that_was_paid_or_changed_by_a_decision_is_not_demanded() {
    let data = sample("debt-notice", "plausible");
    for (kind, facts, code) in [
        ("debt.paid", json!({"paid": "2026-11-17"}), "debt-not-paid"),
        ("dispute.decided", json!({"decided": "2026-11-17", "outcome": "partly"}), "debt-as-decided"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let desk = desk(folder.path()).await;
        let letters = taken(&desk, &debt_referred("e-1")).await;
        work(&desk).await;
        taken(&desk, &event("x-1", kind, "2026-11-17T12:00:00-05:00", &with_facts(&data, facts))).await;
        let closed = desk.close_run(operator(), desk.run_date()).await.unwrap();
        assert_eq!(closed.totals.pieces, 0, "{kind}");
        assert_eq!(state(&desk, &letters[0]).await, ("ended", vec![code.to_owned()]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dates_that_cannot_be_hold_the_letter() {
    for (pointer, value, code) in [
        ("/facts/as_of", "2027-06-30", "dates-out-of-order"),
        ("/facts/period/to", "2019-01-01", "dates-out-of-order"),
        ("/facts/transactions/1/date", "2031-01-01", "dates-out-of-order"),
        ("/facts/decision/date", "2027-05-05", "dates-out-of-order"),
        ("/facts/review", "expired", "deadline-open"),
        ("/facts/decision/date", "2026-02-01", "deadline-passed"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let desk = desk(folder.path()).await;
        let mut event = debt_referred("e-1");
        *event["data"].pointer_mut(pointer).unwrap() = json!(value);
        let letters = taken(&desk, &event).await;
        work(&desk).await;
        let (state, codes) = state(&desk, &letters[0]).await;
        assert!(state == "held" && codes.contains(&code.to_owned()), "{pointer} {value}: {state} {codes:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_letter_is_looked_at_again_when_its_case_changes() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let mut credit = sample("reimbursement", "plausible");
    credit["facts"]["debt"] = json!("9999.00");
    let letters = taken(&desk, &event("c-1", "credit.found", "2026-11-17T09:00:00-05:00", &credit)).await;
    work(&desk).await;
    assert_eq!(state(&desk, &letters[0]).await.0, "refused", "the receipts do not exceed that debt");
    let paid = with_facts(&credit, json!({"received": "2026-11-17", "amount": "1.00", "kind": "payment"}));
    taken(&desk, &event("p-1", "payment.received", "2026-11-17T12:00:00-05:00", &paid)).await;
    let row = desk.reader().letter(&letters[0]).await.unwrap().unwrap();
    assert_eq!((row.state.as_str(), row.is_to_work()), ("refused", true), "its state stays until it is worked");
    work(&desk).await;
    let row = desk.reader().letter(&letters[0]).await.unwrap().unwrap();
    assert_eq!((row.state.as_str(), row.is_to_work()), ("refused", false));
    let entries = desk.reader().entries_of_letter(&letters[0]).await.unwrap();
    assert_eq!(entries.len(), 1, "refused for the same reasons, it is not entered again");
}
