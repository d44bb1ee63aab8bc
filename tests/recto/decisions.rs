//! What people decide and what Recto notices: approvals and authority, overrides, follow-ups, the last look, time that runs out.

use recto::case::{CaseRef, EntryKind, FollowUpState, LetterId, Sha256};
use recto::desk::{DecideError, Desk, Outcome, Settings};
use recto::studio::Studio;
use serde_json::{Value, json};

use crate::support::{
    NOW, at, copy, debt_referred, desk, desk_at, edit, event, machine, operator, person, proposed, sample, state,
    taken, with_facts, work,
};

/// An event of the plausible plan's case.
fn of_the_plan(id: &str, kind: &str, time: &str, facts: Value) -> Value {
    event(id, kind, time, &with_facts(&sample("plan-confirmation", "plausible"), facts))
}

/// An officer has said that whom the event `x-1` names is a person of its case.
async fn belongs_to_the_case(desk: &Desk, data: &Value) {
    let facts = json!({"identified": "2026-11-17", "answer": "new-person", "event_source": "https://cases.fsu.example.ca/",
        "event_id": "x-1", "decided_by": "O. Officer"});
    taken(desk, &event("x-2", "person.identified", "2026-11-17T12:30:00-05:00", &with_facts(data, facts))).await;
}

async fn hash(desk: &Desk, letter: &LetterId) -> Sha256 {
    desk.reader().letter(letter).await.unwrap().unwrap().seal.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_delegation_table_says_who_may_approve_and_never_the_preparer_or_the_last_editor() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let mut data = sample("reimbursement", "plausible");
    data["facts"]["prepared_by"] = json!("O. Officer");
    data["facts"]["edited_by"] = json!("A. MANAGER");
    let letter = taken(&desk, &event("c-1", "credit.found", "2026-11-17T09:00:00-05:00", &data)).await.remove(0);
    work(&desk).await;
    let hash = hash(&desk, &letter).await;
    assert!(
        matches!(desk.approve(&letter, &hash, &person("A. Manager")).await, Err(DecideError::Preparer(_))),
        "the last editor"
    );
    assert!(
        matches!(desk.approve(&letter, &hash, &person("O. Officer")).await, Err(DecideError::Preparer(_))),
        "the preparer"
    );
    assert!(matches!(desk.approve(&letter, &hash, &person("L. Lead")).await, Err(DecideError::NoAuthority { .. })));
    assert!(matches!(desk.approve(&letter, &hash, &person("N. Obody")).await, Err(DecideError::NoAuthority { .. })));
    assert!(matches!(desk.approve(&letter, &hash, &machine()).await, Err(DecideError::NotAPerson)), "a command");
    desk.approve(&letter, &hash, &person("D. Director")).await.unwrap();
    work(&desk).await;
    assert_eq!(state(&desk, &letter).await.0, "issued");
    assert!(desk.verify().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_below_the_minimum_waits_for_a_lead_who_is_told_why() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let mut data = sample("plan-confirmation", "plausible");
    data["facts"]["plan"]["instalment"] = json!("21.00");
    let time = format!("{}T09:00:00-05:00", &NOW[..10]);
    let letter = taken(&desk, &event("p-1", "plan.agreed", &time, &data)).await.remove(0);
    work(&desk).await;
    assert_eq!(state(&desk, &letter).await, ("awaiting-approval", vec!["plan-minimum".to_owned()]));
    let (_, assessed) = desk.assessed(&letter).await.unwrap();
    assert_eq!(assessed.seal, hash(&desk, &letter).await);
    assert_ne!(assessed.seal.as_str(), assessed.composed.content_hash, "the approval is bound to the notes too");
    desk.approve(&letter, &assessed.seal, &person("L. Lead")).await.unwrap();
    work(&desk).await;
    assert_eq!(state(&desk, &letter).await.0, "issued");
    assert!(desk.verify().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_falls_with_what_happens_before_the_letter_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let data = sample("reimbursement", "plausible");
    let letter = taken(&desk, &event("c-1", "credit.found", "2026-11-17T09:00:00-05:00", &data)).await.remove(0);
    work(&desk).await;
    desk.approve(&letter, &hash(&desk, &letter).await, &person("A. Manager")).await.unwrap();
    work(&desk).await;
    assert_eq!(state(&desk, &letter).await.0, "issued");
    // Somebody else, who lives elsewhere, turns out to be liable for the same debt, and must be written to with care: notes that
    // nobody has approved.
    let mut other = with_facts(&data, json!({"flagged": "2026-11-17", "flag": "safe-contact"}));
    other["party"]["id"] = json!("P-99999");
    other["party"]["surname"] = json!("Whitefeather");
    other["party"]["address"]["lines"] = json!(["9 SPRUCE LANE"]);
    taken(&desk, &event("x-1", "person.flagged", "2026-11-17T12:00:00-05:00", &other)).await;
    belongs_to_the_case(&desk, &other).await;
    let closed = desk.close_run(operator(), desk.run_date()).await.unwrap();
    assert_eq!((closed.totals.pieces, closed.taken_back), (0, 1));
    work(&desk).await;
    let notes = vec!["contact-is-safe".to_owned(), "refund-reviewed".to_owned()];
    assert_eq!(state(&desk, &letter).await, ("awaiting-approval", notes));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approved_letter_is_held_where_a_flag_is_set_for_somebody_at_the_same_address() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let data = sample("reimbursement", "plausible");
    let letter = taken(&desk, &event("c-1", "credit.found", "2026-11-17T09:00:00-05:00", &data)).await.remove(0);
    work(&desk).await;
    desk.approve(&letter, &hash(&desk, &letter).await, &person("A. Manager")).await.unwrap();
    work(&desk).await;
    let mut other = with_facts(&data, json!({"flagged": "2026-11-17", "flag": "safe-contact"}));
    other["party"]["id"] = json!("P-99999");
    other["party"]["surname"] = json!("Whitefeather");
    taken(&desk, &event("x-1", "person.flagged", "2026-11-17T12:00:00-05:00", &other)).await;
    belongs_to_the_case(&desk, &other).await;
    let closed = desk.close_run(operator(), desk.run_date()).await.unwrap();
    assert_eq!((closed.totals.pieces, closed.taken_back), (0, 1));
    assert_eq!(state(&desk, &letter).await, ("held", vec!["no-shared-address".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_may_override_where_the_rule_allows_it_with_a_reason_and_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    taken(&desk, &debt_referred("e-1")).await;
    let letter = taken(&desk, &debt_referred("e-2")).await.remove(0);
    work(&desk).await;
    assert_eq!(state(&desk, &letter).await, ("held", vec!["no-duplicate".to_owned()]));
    let reason = "The first one was torn in the mail";
    let by = async |who: &str, rule: &str, why: &str| desk.override_hold(&letter, rule, why, &person(who)).await;
    assert!(matches!(by("O. Officer", "no-duplicate", reason).await, Err(DecideError::NoAuthority { .. })));
    assert!(matches!(by("A. Manager", "no-duplicate", "  ").await, Err(DecideError::NoReason)));
    assert!(matches!(by("A. Manager", "minimum-balance", reason).await, Err(DecideError::NotOverridable(_))));
    by("A. Manager", "no-duplicate", reason).await.unwrap();
    work(&desk).await;
    assert_eq!(state(&desk, &letter).await.0, "issued");
    let entries = desk.reader().entries_of_letter(&letter).await.unwrap();
    let entry = entries.iter().find(|entry| entry.kind() == EntryKind::LetterOverridden).unwrap();
    assert_eq!(
        (&json!(entry.actor.as_ref().unwrap().name), &entry.detail()["reason"]),
        (&json!("A. Manager"), &json!(reason))
    );
    assert!(desk.verify().await.unwrap().is_empty());
    // Where the ground is another, the rule holds again.
    desk.close().await;
    drop(desk);
    let desk = desk_at(folder.path(), "2026-11-18T10:00:00-05:00").await;
    work(&desk).await;
    desk.close_run(operator(), desk.run_date()).await.unwrap();
    work(&desk).await;
    assert_eq!(
        state(&desk, &letter).await.0,
        "held",
        "the first letter has another date now, so this is another duplicate"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_a_law_makes_cannot_be_overridden() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let died = with_facts(&sample("debt-notice", "plausible"), json!({"died": "2026-11-01"}));
    taken(&desk, &event("d-1", "person.died", "2026-11-02T09:00:00-05:00", &died)).await;
    let letter = taken(&desk, &debt_referred("e-1")).await.remove(0);
    work(&desk).await;
    for who in ["A. Manager", "D. Director"] {
        let refused = desk.override_hold(&letter, "debtor-living", "The family asked", &person(who)).await;
        assert!(matches!(refused, Err(DecideError::NotOverridable(_))));
    }
    let overridable: Vec<&str> = recto::rules::guards()
        .filter(|guard| guard.effect == recto::rules::Effect::HoldUnlessOverridden)
        .map(|guard| guard.key)
        .collect();
    assert_eq!(overridable, ["no-duplicate", "figures-recent"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_for_a_time_goes_by_itself_when_the_time_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let data = sample("debt-notice", "plausible");
    let letter = {
        let desk = desk(folder.path()).await;
        let told = json!({"decided": "2026-11-10", "outcome": "granted", "ground": "hardship", "until": "2026-11-18",
            "as_of": "2026-11-10", "balance": "1.00", "considered": ["Income"], "reasons": ["Income"], "prepared_by": "O. Officer"});
        taken(&desk, &event("h-1", "hardship.decided", "2026-11-10T09:00:00-05:00", &with_facts(&data, told))).await;
        let letter = taken(&desk, &debt_referred("e-1")).await.remove(0);
        work(&desk).await;
        assert_eq!(state(&desk, &letter).await, ("held", vec!["no-deferral".to_owned()]));
        desk.close().await;
        letter
    };
    let desk = desk_at(folder.path(), "2026-11-18T10:00:00-05:00").await;
    work(&desk).await;
    assert_eq!(state(&desk, &letter).await.0, "held", "the last day of the deferral");
    desk.close().await;
    drop(desk);
    let desk = desk_at(folder.path(), "2026-11-19T10:00:00-05:00").await;
    work(&desk).await;
    assert_eq!(state(&desk, &letter).await.0, "issued");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missed_instalment_is_noticed_reminded_and_defaulted_each_in_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let plan = json!({"instalment": "100.00", "frequency": "monthly", "first_due": "2026-12-01", "method": "cheque"});
    let facts = json!({"as_of": "2026-11-16", "balance": "1000.00", "agreed_on": "2026-11-16", "plan": plan});
    {
        let desk = desk(folder.path()).await;
        taken(&desk, &of_the_plan("p-1", "plan.agreed", "2026-11-16T09:00:00-05:00", facts)).await;
        work(&desk).await;
        desk.close_run(operator(), desk.run_date()).await.unwrap();
        assert!(proposed(&desk).await.is_empty());
        desk.close().await;
    }
    let reminder = {
        // The fifth day after the first of December is within the time of grace.
        let desk = desk_at(folder.path(), "2026-12-06T10:00:00-05:00").await;
        work(&desk).await;
        assert!(proposed(&desk).await.is_empty(), "the time of grace is not over");
        desk.close().await;
        drop(desk);
        let desk = desk_at(folder.path(), "2026-12-07T10:00:00-05:00").await;
        work(&desk).await;
        let due = proposed(&desk).await;
        assert_eq!(due[0].kind, "plan-reminder", "{due:?}");
        let outcome = desk.accept_follow_up(&due[0].id, &person("O. Officer")).await.unwrap();
        let Outcome::Taken(letters) = outcome else { panic!("{outcome:?}") };
        work(&desk).await;
        assert_eq!(state(&desk, &letters[0]).await.0, "issued");
        desk.close_run(operator(), desk.run_date()).await.unwrap();
        work(&desk).await;
        assert!(proposed(&desk).await.is_empty(), "what was reminded is not proposed again");
        desk.close().await;
        letters[0].clone()
    };
    // 15 days from receipt, which is 3 days after mailing: 25 December, which moves to the 29th.
    for (day, kinds) in [("2026-12-29", vec![]), ("2026-12-30", vec!["plan-default"])] {
        let desk = desk_at(folder.path(), &format!("{day}T10:00:00-05:00")).await;
        work(&desk).await;
        let due = proposed(&desk).await;
        assert_eq!(due.iter().map(|due| due.kind.as_str()).collect::<Vec<_>>(), kinds, "{day}");
        desk.close().await;
    }
    // The money comes: what was proposed lapses, and the case file has all of it.
    let desk = desk_at(folder.path(), "2026-12-30T11:00:00-05:00").await;
    let paid = json!({"received": "2026-12-30", "amount": "100.00", "kind": "payment"});
    taken(&desk, &of_the_plan("r-1", "payment.received", "2026-12-30T10:30:00-05:00", paid)).await;
    work(&desk).await;
    assert!(proposed(&desk).await.is_empty());
    let case = desk.reader().letter(&reminder).await.unwrap().unwrap().case_reference;
    let entries = desk.reader().entries_of_case(&case).await.unwrap();
    let decisions: Vec<String> = entries
        .iter()
        .filter(|entry| entry.kind() == EntryKind::FollowUpDecided)
        .map(|entry| entry.detail()["decision"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(decisions, ["accepted", "lapsed"]);
    assert!(desk.verify().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follow_up_that_was_declined_is_not_proposed_again() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let dispute = json!({"received": "2026-11-16", "kind": "submission"});
    taken(&desk, &of_the_plan("d-1", "dispute.received", "2026-11-16T09:00:00-05:00", dispute)).await;
    work(&desk).await;
    let due = proposed(&desk).await;
    let days: Vec<(&str, String)> = due.iter().map(|one| (one.kind.as_str(), one.due.to_string())).collect();
    // 5 and 15 business days after Monday 16 November.
    assert_eq!(days, [("acknowledgement-due", "2026-11-23".to_owned()), ("answer-due", "2026-12-07".to_owned())]);
    assert!(matches!(desk.decline_follow_up(&due[0].id, &person("O. Officer"), " ").await, Err(DecideError::NoReason)));
    for one in &due {
        desk.decline_follow_up(&one.id, &person("O. Officer"), "Answered by telephone").await.unwrap();
    }
    let paid = json!({"received": "2026-11-17", "amount": "1.00", "kind": "payment"});
    taken(&desk, &of_the_plan("r-1", "payment.received", "2026-11-17T10:00:00-05:00", paid)).await;
    work(&desk).await;
    assert!(proposed(&desk).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_may_let_a_follow_up_go_by_itself() {
    let (home, folder) = (copy(), tempfile::tempdir().unwrap());
    for program in ["ontario-works", "odsp"] {
        let file = home.path().join(format!("letter-templates/_programs/{program}.toml"));
        edit(file, "automatic = []", "automatic = [\"plan-reminder\"]");
    }
    let plan = json!({"instalment": "100.00", "frequency": "monthly", "first_due": "2026-11-02", "method": "cheque"});
    let facts = json!({"as_of": "2026-10-16", "balance": "1000.00", "agreed_on": "2026-10-16", "plan": plan});
    let studio = Studio::open(home.path(), true).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let desk = Desk::open(studio, Settings::default(), at(NOW), folder.path()).await.unwrap();
    taken(&desk, &of_the_plan("p-1", "plan.agreed", "2026-10-16T09:00:00-04:00", facts)).await;
    work(&desk).await;
    let letters = desk.reader().letters(&recto::register::Filter { limit: 10, ..Default::default() }).await.unwrap();
    let reminder = letters.iter().find(|letter| letter.letter_type == "plan-reminder").expect("it went by itself");
    assert_eq!(reminder.state.as_str(), "issued", "{:?}", reminder.reasons);
    let row = desk.reader().follow_ups(Some(FollowUpState::Accepted), None, &[], 10).await.unwrap().remove(0);
    assert_eq!(row.decided_by.as_deref(), Some("Recto"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_debt_that_is_paid_is_told_and_taken_back_from_the_cra() {
    let folder = tempfile::tempdir().unwrap();
    let data = sample("debt-notice", "plausible");
    let balance = data["facts"]["balance"].clone();
    let transferred = json!({"transferred": "2026-10-01", "as_of": "2026-10-01", "balance": balance, "notice_date": "2026-08-01", "sin_on_file": true});
    let paid = json!({"received": "2026-11-17", "amount": balance, "kind": "payment"});
    let desk = desk(folder.path()).await;
    taken(&desk, &debt_referred("e-1")).await;
    taken(&desk, &event("t-1", "debt.transferred", "2026-11-17T09:30:00-05:00", &with_facts(&data, transferred))).await;
    taken(&desk, &event("r-1", "payment.received", "2026-11-17T10:00:00-05:00", &with_facts(&data, paid))).await;
    work(&desk).await;
    let due = proposed(&desk).await;
    let mut kinds: Vec<&str> = due.iter().map(|due| due.kind.as_str()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["paid-in-full", "recall"]);
    let id = &due.iter().find(|due| due.kind == "paid-in-full").unwrap().id;
    let Outcome::Taken(letters) = desk.accept_follow_up(id, &person("O. Officer")).await.unwrap() else { panic!() };
    work(&desk).await;
    assert_eq!(state(&desk, &letters[0]).await, ("held", vec!["debt-paid-in-full".to_owned()]), "it must clear");
    desk.close().await;
    drop(desk);
    let desk = desk_at(folder.path(), "2026-11-27T10:00:00-05:00").await;
    work(&desk).await;
    assert_eq!(state(&desk, &letters[0]).await.0, "issued", "ten days later it has cleared");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_look_stops_what_must_not_stand_on_a_page() {
    let (home, folder) = (copy(), tempfile::tempdir().unwrap());
    edit(
        home.path().join("letter-templates/plan-confirmation/en.typ"),
        "#key-facts(",
        "Pay \\$99.98 by March 3, 2031.\n\n#key-facts(",
    );
    let studio = Studio::open(home.path(), true).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let desk = Desk::open(studio, Settings::default(), at(NOW), folder.path()).await.unwrap();
    let mut number = debt_referred("e-1");
    number["data"]["facts"]["decision"]["reference"] = json!("046 454 286");
    let letter = taken(&desk, &number).await.remove(0);
    let typed = taken(
        &desk,
        &event("p-1", "plan.agreed", "2026-11-17T09:00:00-05:00", &sample("plan-confirmation", "plausible")),
    )
    .await
    .remove(0);
    work(&desk).await;
    assert_eq!(state(&desk, &letter).await, ("held", vec!["insurance-number-on-page".to_owned()]));
    let row = desk.reader().letter(&typed).await.unwrap().unwrap();
    let said: Vec<String> =
        row.reasons.0.into_iter().map(|reason| format!("{} {}", reason.code, reason.message.en)).collect();
    assert!(said.iter().all(|reason| reason.starts_with("figure-unknown")), "{said:?}");
    assert!(said.iter().any(|r| r.contains("$99.98")) && said.iter().any(|r| r.contains("2031-03-03")), "{said:?}");
    assert!(desk.pdf(&typed).await.unwrap().is_none(), "nothing was recorded of it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verdict_is_kept_with_the_standing_that_it_was_made_from() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let data = sample("debt-notice", "plausible");
    let dispute = with_facts(&data, json!({"received": "2026-11-16"}));
    taken(&desk, &event("d-1", "dispute.received", "2026-11-16T09:00:00-05:00", &dispute)).await;
    let letter = taken(&desk, &debt_referred("e-1")).await.remove(0);
    work(&desk).await;
    let decided = with_facts(&data, json!({"decided": "2026-11-17", "outcome": "upheld"}));
    taken(&desk, &event("d-2", "dispute.decided", "2026-11-17T10:00:00-05:00", &decided)).await;
    let told = with_facts(&data, json!({"letter": "dispute-response", "mailed": "2026-11-17"}));
    taken(&desk, &event("d-3", "letter.sent", "2026-11-17T10:30:00-05:00", &told)).await;
    work(&desk).await;
    let moved = with_facts(&data, json!({"flagged": "2026-11-17", "flag": "safe-contact", "lifted": true}));
    taken(&desk, &event("f-1", "person.flagged", "2026-11-17T11:00:00-05:00", &moved)).await;
    desk.close_run(operator(), desk.run_date()).await.unwrap();
    let entries = desk.reader().entries_of_letter(&letter).await.unwrap();
    let kinds: Vec<&str> = entries.iter().map(|entry| entry.kind().as_str()).collect();
    assert_eq!(kinds, ["letter-held", "letter-issued", "letter-cleared", "letter-sent"]);
    let disputes = |place: usize| entries[place].detail()["basis"]["standing"]["disputes"][0].clone();
    assert!(
        disputes(0)["answer"].is_null()
            && disputes(1)["answer"]["outcome"] == "upheld"
            && disputes(1)["told"] == "2026-11-17",
        "{:#}",
        entries[1].detail()
    );
    assert!(entries[0].detail()["basis"]["guards"].as_array().unwrap().contains(&json!("no-open-dispute")));
    assert!(desk.verify().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn explain_says_for_every_letter_type_whether_it_may_go_and_why_not() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let data = sample("debt-notice", "plausible");
    taken(&desk, &debt_referred("e-1")).await;
    let dispute = with_facts(&data, json!({"received": "2026-11-16"}));
    taken(&desk, &event("d-1", "dispute.received", "2026-11-17T10:00:00-05:00", &dispute)).await;
    work(&desk).await;
    let case = data["case"]["reference"].as_str().unwrap();
    let answers = desk.explain(&CaseRef::new(case), None).await.unwrap();
    assert!(answers.len() > 25, "{}", answers.len());
    let of = |letter: &str| answers.iter().find(|answer| answer.letter_type == letter).unwrap();
    assert!(
        !of("debt-notice").may_go && of("debt-notice").reasons.iter().any(|reason| reason.code == "no-open-dispute")
    );
    assert!(of("dispute-response").may_go, "{:?}", of("dispute-response").reasons);
    assert!(!of("settlement-offer").may_go && of("account-statement").may_go);
    assert!(desk.explain(&CaseRef::new("DR-2000-000000"), None).await.unwrap().is_empty());
    desk.close().await;
    let output = crate::support::recto(folder.path(), &["explain", case, "debt-notice"]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "it may not go: {said}");
    assert!(said.contains("may not go") && said.contains("B4 no-open-dispute"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_withdrawn_for_ever_before_it_has_left_and_not_after() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let mistaken = taken(&desk, &debt_referred("e-1")).await.remove(0);
    let corrected = taken(&desk, &debt_referred("e-2")).await.remove(0);
    work(&desk).await;
    assert_eq!(state(&desk, &corrected).await, ("held", vec!["no-duplicate".to_owned()]));
    assert!(matches!(desk.withdraw(&mistaken, "", &person("O. Officer")).await, Err(DecideError::NoReason)));
    desk.withdraw(&mistaken, "Asked for by mistake", &person("O. Officer")).await.unwrap();
    work(&desk).await;
    assert_eq!(state(&desk, &mistaken).await.0, "withdrawn");
    assert_eq!(state(&desk, &corrected).await.0, "issued", "nothing stands in its way any more");
    let again = with_facts(
        &sample("debt-notice", "plausible"),
        json!({"changed": "2026-11-17", "address": sample("debt-notice", "plausible")["party"]["address"]}),
    );
    taken(&desk, &event("a-1", "address.changed", "2026-11-17T12:00:00-05:00", &again)).await;
    assert_eq!(desk.close_run(operator(), desk.run_date()).await.unwrap().totals.pieces, 1);
    assert_eq!(state(&desk, &mistaken).await.0, "withdrawn", "nothing brings it back");
    assert!(matches!(
        desk.withdraw(&corrected, "Too late", &person("O. Officer")).await,
        Err(DecideError::NotWaiting(_))
    ));
    assert!(desk.verify().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_that_waits_is_drafted_again_on_a_new_day() {
    let folder = tempfile::tempdir().unwrap();
    let letter = {
        let desk = desk(folder.path()).await;
        let data = sample("reimbursement", "plausible");
        let letter = taken(&desk, &event("c-1", "credit.found", "2026-11-17T09:00:00-05:00", &data)).await.remove(0);
        work(&desk).await;
        desk.close().await;
        letter
    };
    let desk = desk_at(folder.path(), "2026-11-18T10:00:00-05:00").await;
    work(&desk).await;
    let hash = hash(&desk, &letter).await;
    desk.approve(&letter, &hash, &person("A. Manager")).await.unwrap();
    work(&desk).await;
    assert_eq!(state(&desk, &letter).await.0, "issued");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_not_happened_yet_is_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let ended = with_facts(
        &sample("debt-notice", "plausible"),
        json!({"ended": "2027-06-01", "outcome": "trustee-discharged"}),
    );
    let ended = event("i-1", "insolvency.ended", "2026-11-17T09:00:00-05:00", &ended);
    match crate::support::take(&desk, &ended).await {
        Outcome::Refused(faults) => {
            assert_eq!((faults[0].code.as_str(), faults[0].place.as_str()), ("date-in-the-future", "/data/facts/ended"))
        }
        other => panic!("{other:?}"),
    }
}
