//! What is owed: one truth for the letters that wait, the letters that Recto proposed, the follow-ups, the pages and the API.

use std::collections::BTreeSet;

use recto::case::money::plain;
use recto::case::{CaseEvent, CaseRef, EntryKind, LetterId};
use recto::desk::{Desk, Outcome};
use recto::rules::{Standing, follow_ups};
use serde_json::{Value, json};

use crate::http::Api;
use crate::support::{
    catalogue, debt_referred, desk, desk_at, event, operator, person, proposed, sample, state, taken, with_facts, work,
};

/// All that the plausible debt notice asks for.
const ALL: &str = "1846.35";

/// Money that moved on the debt of the plausible notice: an event of the day on which it is told.
fn moved(id: &str, kind: &str, told: &str, facts: Value) -> Value {
    event(id, kind, &format!("{told}-05:00"), &with_facts(&sample("debt-notice", "plausible"), facts))
}

fn paid(id: &str, told: &str, on: &str, amount: &str) -> Value {
    moved(id, "payment.received", told, json!({"received": on, "amount": amount, "kind": "payment"}))
}

fn came_back(id: &str, told: &str, amount: &str) -> Value {
    let facts = json!({"dishonoured": told[..10], "amount": amount, "reason": "insufficient-funds"});
    moved(id, "payment.dishonoured", told, facts)
}

/// Accepts the one follow-up of a kind, and gives its letter.
async fn accepted(desk: &Desk, kind: &str) -> LetterId {
    let due = proposed(desk).await;
    let id = &due.iter().find(|due| due.kind == kind).unwrap_or_else(|| panic!("no {kind} in {due:?}")).id;
    let Outcome::Taken(mut letters) = desk.accept_follow_up(id, &person("O. Officer")).await.unwrap() else {
        panic!("{kind}")
    };
    letters.remove(0)
}

/// The facts that the newest issuance of a letter was made from, as the case file has them.
async fn issued_with(desk: &Desk, letter: &LetterId) -> Value {
    let entries = desk.reader().entries_of_letter(letter).await.unwrap();
    let issued = entries.iter().rfind(|entry| entry.kind() == EntryKind::LetterIssued).unwrap();
    issued.detail()["basis"]["facts"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_waits_for_its_run_is_taken_back_for_money_that_is_told_after_it_and_is_in_none_of_its_rows() {
    let told = "2026-11-17T11:00:00";
    let rows: [(Value, usize, &str, &[&str]); 6] = [
        (paid("r-1", told, "2026-11-16", ALL), 0, "ended", &["debt-not-paid"]),
        (paid("r-1", told, "2026-10-01", ALL), 0, "ended", &["debt-not-paid"]),
        (paid("r-1", told, "2026-11-16", "50.00"), 0, "held", &["figures-current", "balance-agrees"]),
        (came_back("r-1", told, "66.40"), 0, "held", &["figures-current", "balance-agrees"]),
        (paid("r-1", told, "2026-11-13", "66.40"), 1, "issued", &[]),
        (paid("r-1", "2026-11-17T08:00:00", "2026-11-12", "66.40"), 1, "issued", &[]),
    ];
    for (movement, pieces, ends, codes) in rows {
        let folder = tempfile::tempdir().unwrap();
        let desk = desk(folder.path()).await;
        let letter = taken(&desk, &debt_referred("e-1")).await.remove(0);
        work(&desk).await;
        assert_eq!(state(&desk, &letter).await.0, "issued");
        taken(&desk, &movement).await;
        let closed = desk.close_run(operator(), desk.run_date()).await.unwrap();
        assert_eq!(closed.totals.pieces, pieces, "{movement}");
        assert_eq!(state(&desk, &letter).await, (ends, codes.iter().map(|code| (*code).to_owned()).collect()));
        assert!(desk.verify().await.unwrap().is_empty());
    }
}

/// What happens after a letter was proposed and accepted, and when its letter is looked at again: the day, the events of it, and how
/// the letter stands then.
type Days<'t> = &'t [(&'t str, Vec<Value>, &'t str, &'t [&'t str])];

#[tokio::test(flavor = "multi_thread")]
async fn paid_in_full_is_worked_out_again_until_it_has_cleared_and_ends_when_it_is_so_no_more() {
    let waits: &[&str] = &["debt-paid-in-full"];
    let gone: &[&str] = &["ground-gone"];
    let courses: [Days<'_>; 4] = [
        &[("2026-11-26", vec![], "held", waits), ("2026-11-27", vec![], "issued", &[])],
        // Something else moves, and comes back: the last payment of all must clear.
        &[
            ("2026-11-18", vec![paid("x-1", "2026-11-18T09:00:00", "2026-11-18", "10.00")], "ended", gone),
            ("2026-11-20", vec![came_back("x-2", "2026-11-20T09:00:00", "10.00")], "held", waits),
            ("2026-11-27", vec![], "held", waits),
            ("2026-11-30", vec![], "issued", &[]),
        ],
        // What had paid it comes back: its ground is gone, and paid anew is another ground.
        &[
            ("2026-11-20", vec![came_back("x-1", "2026-11-20T09:00:00", ALL)], "ended", gone),
            ("2026-11-24", vec![paid("x-2", "2026-11-24T09:00:00", "2026-11-24", ALL)], "ended", gone),
            ("2026-12-10", vec![], "ended", gone),
        ],
        // Told again by the case system, with more to be paid.
        &[
            (
                "2026-11-19",
                vec![moved(
                    "x-1",
                    "debt.adjusted",
                    "2026-11-19T09:00:00",
                    json!({"as_of": "2026-11-19", "balance": "5.00"}),
                )],
                "ended",
                gone,
            ),
            ("2026-12-10", vec![], "ended", gone),
        ],
    ];
    for course in courses {
        let folder = tempfile::tempdir().unwrap();
        let letter = {
            let desk = desk(folder.path()).await;
            taken(&desk, &debt_referred("e-1")).await;
            work(&desk).await;
            desk.close_run(operator(), desk.run_date()).await.unwrap();
            taken(&desk, &paid("r-1", "2026-11-17T10:00:00", "2026-11-17", ALL)).await;
            work(&desk).await;
            let due = proposed(&desk).await;
            assert!(due.iter().any(|one| one.kind == "paid-in-full" && one.due.to_string() == "2026-11-27"), "{due:?}");
            let letter = accepted(&desk, "paid-in-full").await;
            work(&desk).await;
            assert_eq!(state(&desk, &letter).await, ("held", vec!["debt-paid-in-full".to_owned()]), "it must clear");
            desk.close().await;
            letter
        };
        for (day, events, ends, codes) in course {
            let desk = desk_at(folder.path(), &format!("{day}T10:00:00-05:00")).await;
            for one in events {
                taken(&desk, one).await;
            }
            work(&desk).await;
            let codes = codes.iter().map(|code| (*code).to_owned()).collect();
            assert_eq!(state(&desk, &letter).await, (*ends, codes), "on {day}");
            if *ends == "issued" {
                let facts = issued_with(&desk, &letter).await;
                assert_eq!(
                    (&facts["as_of"], &facts["paid"], &facts["debt"]),
                    (&json!(day), &json!("2026-11-17"), &json!(ALL))
                );
                assert_eq!(facts["receipts"], json!([{"date": "2026-11-17", "kind": "payment", "amount": ALL}]));
            }
            assert!(desk.verify().await.unwrap().is_empty());
            desk.close().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_that_recto_proposed_goes_with_what_is_missing_when_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let data = sample("plan-confirmation", "plausible");
    let own = |id: &str, kind: &str, time: &str, facts: Value| {
        event(id, kind, &format!("{time}-05:00"), &with_facts(&data, facts))
    };
    let plan = json!({"instalment": "100.00", "frequency": "monthly", "first_due": "2026-10-15", "method": "cheque"});
    let agreed = json!({"as_of": "2026-09-16", "balance": "1000.00", "agreed_on": "2026-09-16", "plan": plan});
    let (letter, case) = {
        let desk = desk(folder.path()).await;
        taken(&desk, &own("p-1", "plan.agreed", "2026-09-16T09:00:00", agreed)).await;
        let back = json!({"returned": "2026-11-16", "reason": "moved"});
        taken(&desk, &own("m-1", "mail.returned", "2026-11-16T09:00:00", back)).await;
        work(&desk).await;
        let letter = accepted(&desk, "plan-reminder").await;
        work(&desk).await;
        assert_eq!(state(&desk, &letter).await, ("held", vec!["mail-deliverable".to_owned()]));
        desk.close().await;
        (letter, data["case"]["reference"].as_str().unwrap())
    };
    let desk = desk_at(folder.path(), "2026-11-19T10:00:00-05:00").await;
    let part = json!({"received": "2026-11-18", "amount": "60.00", "kind": "payment"});
    taken(&desk, &own("r-1", "payment.received", "2026-11-19T09:00:00", part)).await;
    work(&desk).await;
    let answers = desk.explain(&CaseRef::new(case), Some("plan-reminder")).await.unwrap();
    let codes: Vec<&str> = answers[0].reasons.iter().map(|reason| reason.code.as_str()).collect();
    assert_eq!(codes, ["mail-deliverable"], "its own old figures do not hold it");
    let mut address = data["party"]["address"].clone();
    address["lines"] = json!(["77 BIRCH AVE"]);
    let changed = json!({"changed": "2026-11-19", "address": address});
    taken(&desk, &own("a-1", "address.changed", "2026-11-19T09:30:00", changed)).await;
    work(&desk).await;
    assert_eq!(state(&desk, &letter).await.0, "issued");
    let facts = issued_with(&desk, &letter).await;
    assert_eq!((&facts["as_of"], &facts["balance"]), (&json!("2026-11-19"), &json!("940.00")));
    assert_eq!(facts["cure_amount"], json!("40.00"), "{facts:#}");
    // Before the run is closed, the rest comes: nothing is missed any more.
    let rest = json!({"received": "2026-11-17", "amount": "40.00", "kind": "payment"});
    taken(&desk, &own("r-2", "payment.received", "2026-11-19T09:45:00", rest)).await;
    assert_eq!(desk.close_run(operator(), desk.run_date()).await.unwrap().totals.pieces, 0);
    let (ended, codes) = state(&desk, &letter).await;
    assert!(ended == "ended" && codes.contains(&"ground-gone".to_owned()), "{codes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_back_from_the_cra_is_told_with_what_is_owed_now_whatever_became_of_its_cause() {
    let folder = tempfile::tempdir().unwrap();
    let letter = {
        let desk = desk(folder.path()).await;
        taken(&desk, &debt_referred("e-1")).await;
        let transferred = json!({"transferred": "2026-10-01", "as_of": "2026-10-01", "balance": ALL, "notice_date": "2026-08-01", "sin_on_file": true});
        taken(&desk, &moved("t-1", "debt.transferred", "2026-11-17T09:30:00", transferred)).await;
        taken(&desk, &paid("r-1", "2026-11-17T10:00:00", "2026-11-17", ALL)).await;
        let back = json!({"returned": "2026-11-17", "reason": "moved"});
        taken(&desk, &moved("m-1", "mail.returned", "2026-11-17T10:30:00", back)).await;
        work(&desk).await;
        let letter = accepted(&desk, "recall").await;
        work(&desk).await;
        assert_eq!(state(&desk, &letter).await, ("held", vec!["mail-deliverable".to_owned()]));
        desk.close().await;
        letter
    };
    let desk = desk_at(folder.path(), "2026-11-19T10:00:00-05:00").await;
    taken(&desk, &came_back("x-1", "2026-11-19T08:00:00", ALL)).await;
    let mut address = sample("debt-notice", "plausible")["party"]["address"].clone();
    address["lines"] = json!(["77 BIRCH AVE"]);
    let changed = json!({"changed": "2026-11-19", "address": address});
    taken(&desk, &moved("a-1", "address.changed", "2026-11-19T09:00:00", changed)).await;
    work(&desk).await;
    assert_eq!(state(&desk, &letter).await.0, "issued");
    let facts = issued_with(&desk, &letter).await;
    assert_eq!((&facts["as_of"], &facts["balance"]), (&json!("2026-11-19"), &json!(ALL)));
    assert_eq!(facts["recalled"], json!("2026-11-17"), "it was taken back when that was accepted");
}

/// An event of one line: `kind day name=value …`, `other/` before the kind where it is the co-signer's.
fn told(place: usize, line: &str) -> CaseEvent {
    let mut words = line.split_whitespace();
    let (kind, on) = (words.next().unwrap(), words.next().unwrap());
    let (who, kind) = kind.strip_prefix("other/").map_or(("P-1", kind), |kind| ("P-2", kind));
    let mut facts = match kind {
        "debt.referred" | "debt.adjusted" | "statement.requested" => json!({"as_of": on}),
        "payment.received" => json!({"received": on, "kind": "payment"}),
        "payment.dishonoured" => json!({"dishonoured": on}),
        "debt.paid" => json!({"paid": on}),
        "debt.written-off" => json!({"decided": on}),
        "credit.found" => json!({"as_of": on}),
        "dispute.decided" => json!({"decided": on, "outcome": "allowed", "kind": "dispute"}),
        "debt.transferred" => json!({"transferred": on}),
        "insolvency.filed" => json!({"filed": on, "kind": "bankruptcy"}),
        other => panic!("{other}"),
    };
    for word in words {
        let (name, value) = word.split_once('=').unwrap();
        facts[name] = if value.starts_with('[') { value.parse().unwrap() } else { json!(value) };
    }
    let role = if who == "P-1" { "sponsor" } else { "co-signer" };
    let party = json!({"id": who, "role": role, "surname": "O", "language": "en", "channel": "print"});
    let case = json!({"reference": "DR-2026-000001", "program": "ontario-works"});
    let time = format!("{on}T09:{place:02}:00-05:00");
    CaseEvent::read(&event(&format!("m-{place}"), kind, &time, &json!({"case": case, "party": party, "facts": facts})))
        .unwrap()
}

#[test]
fn what_is_paid_and_what_is_too_much_is_known_of_each_debt_and_proposed_to_be_looked_into_once() {
    let catalogue = catalogue();
    let today = "2026-11-17".parse().unwrap();
    let policy = catalogue.program("ontario-works").unwrap().policy_on(today).unwrap();
    let debt = "debt.referred 2026-10-01 balance=1000.00";
    let two =
        "debt.adjusted 2026-10-01 balance=600.00 debt_number=A; debt.adjusted 2026-10-01 balance=400.00 debt_number=B";
    let closed = r#"debt.paid 2026-10-05 receipts=[{"date":"2026-10-05","kind":"payment","amount":"1000.00"}]"#;
    let sent = "debt.transferred 2026-10-02";
    // What happened; each debt's balance and state; what is proposed to the sponsor (1) and the co-signer (2), transfers and recalls aside.
    let rows: &[(String, &[&str], &[&str])] = &[
        (debt.to_owned(), &["1000.00 owed"], &[]),
        (format!("{debt}; payment.received 2026-10-05 amount=999.99"), &["0.01 owed"], &[]),
        (
            format!("{debt}; payment.received 2026-10-05 amount=1000.00"),
            &["0.00 paid"],
            &["1 paid-in-full", "2 paid-in-full"],
        ),
        (format!("{debt}; payment.received 2026-10-05 amount=1000.01"), &["-0.01 overpaid"], &["1 excess-received"]),
        (
            format!(
                "{debt}; payment.received 2026-10-05 amount=600.00; other/payment.received 2026-10-06 amount=600.00"
            ),
            &["-200.00 overpaid"],
            &["2 excess-received"],
        ),
        (
            format!(
                "{debt}; other/debt.referred 2026-10-01 balance=1000.00; payment.received 2026-10-05 amount=1000.00"
            ),
            &["0.00 paid"],
            &["1 paid-in-full", "2 paid-in-full"],
        ),
        // The co-signer is told of the same statement after the sponsor has paid a part of it.
        (
            format!(
                "{debt}; payment.received 2026-10-01 amount=100.00; other/debt.referred 2026-10-01 balance=1000.00"
            ),
            &["900.00 owed"],
            &[],
        ),
        (
            format!(
                "{debt}; payment.received 2026-10-05 amount=1100.00; payment.dishonoured 2026-10-06 amount=1100.00"
            ),
            &["1000.00 owed"],
            &[],
        ),
        (
            format!("{debt}; payment.received 2026-10-05 amount=1100.00; credit.found 2026-10-20 excess=100.00"),
            &["-100.00 credit-found"],
            &["2 paid-in-full"],
        ),
        (
            format!("{debt}; payment.received 2026-10-05 amount=1100.00; credit.found 2026-10-20 excess=99.99"),
            &["-100.00 overpaid"],
            &["1 excess-received"],
        ),
        (
            format!(
                "{debt}; payment.received 2026-10-05 amount=1100.00; credit.found 2026-10-20 excess=100.00; other/payment.received 2026-11-01 amount=5.00"
            ),
            &["-105.00 overpaid"],
            &["2 excess-received"],
        ),
        ("credit.found 2026-10-20 excess=195.61".to_owned(), &["-195.61 credit-found"], &[]),
        (
            format!("{debt}; payment.received 2026-10-05 amount=1200.00 kind=adjustment"),
            &["-200.00 overpaid"],
            &["1 excess-received"],
        ),
        (
            format!("{debt}; payment.received 2026-10-05 amount=300.00; debt.adjusted 2026-10-20 balance=-50.00"),
            &["-50.00 overpaid"],
            &["1 excess-received"],
        ),
        (format!("{debt}; debt.adjusted 2026-10-20 balance=0.00"), &["0.00 paid"], &[]),
        // It does not stand: what was paid on it is too much.
        (
            format!("{debt}; payment.received 2026-10-05 amount=300.00; dispute.decided 2026-10-20"),
            &["-300.00 overpaid"],
            &["1 excess-received"],
        ),
        (format!("{debt}; dispute.decided 2026-10-20"), &["0.00 paid"], &[]),
        // Also where it had been closed by what was paid on it; unless it stands, or had been closed after that.
        (
            format!("{debt}; payment.received 2026-10-05 amount=1000.00; {closed}; dispute.decided 2026-10-20"),
            &["-1000.00 overpaid"],
            &["1 excess-received"],
        ),
        (
            format!(
                "{debt}; payment.received 2026-10-05 amount=1000.00; {closed}; dispute.decided 2026-10-20 outcome=upheld"
            ),
            &["0.00 paid"],
            &["1 paid-in-full", "2 paid-in-full"],
        ),
        (
            format!(
                "{debt}; {closed}; debt.referred 2026-10-10 balance=1000.00; dispute.decided 2026-10-20 outcome=upheld"
            ),
            &["0.00 paid"],
            &["1 paid-in-full", "2 paid-in-full"],
        ),
        (format!("{debt}; debt.paid 2026-10-05"), &["0.00 paid"], &["1 paid-in-full", "2 paid-in-full"]),
        (
            format!("{debt}; debt.paid 2026-10-05; payment.received 2026-10-06 amount=7.00"),
            &["-7.00 overpaid"],
            &["1 excess-received"],
        ),
        (
            format!("{debt}; payment.received 2026-10-04 amount=1007.00; debt.paid 2026-10-05"),
            &["-7.00 overpaid"],
            &["1 excess-received"],
        ),
        (format!("{debt}; debt.paid 2026-10-05; payment.dishonoured 2026-10-06 amount=7.00"), &["7.00 owed"], &[]),
        (format!("{debt}; debt.written-off 2026-10-05"), &["1000.00 written-off"], &[]),
        (
            format!("{debt}; debt.written-off 2026-10-05; payment.received 2026-10-06 amount=1001.00"),
            &["-1.00 overpaid"],
            &["1 excess-received"],
        ),
        ("statement.requested 2026-10-20 balance=-31.65".to_owned(), &["-31.65 overpaid"], &["1 excess-received"]),
        (format!("{two}; payment.received 2026-10-05 amount=600.00 debt_number=A"), &["0.00 paid", "400.00 owed"], &[]),
        (
            format!("{two}; payment.received 2026-10-05 amount=700.00 debt_number=A"),
            &["-100.00 overpaid", "400.00 owed"],
            &["1 excess-received"],
        ),
        (format!("{two}; payment.received 2026-10-05 amount=700.00"), &["0.00 paid", "300.00 owed"], &[]),
        (format!("{two}; payment.received 2026-10-05 amount=1000.00"), &["0.00 paid", "0.00 paid"], &[]),
        (
            format!("{two}; payment.received 2026-10-05 amount=1001.00"),
            &["-1.00 overpaid", "0.00 paid"],
            &["1 excess-received"],
        ),
        (
            format!(
                "{two}; payment.received 2026-10-05 amount=601.00 debt_number=A; payment.received 2026-10-05 amount=402.00 debt_number=B"
            ),
            &["-1.00 overpaid", "-2.00 overpaid"],
            &["1 excess-received", "1 excess-received"],
        ),
        // What was written off is not asked for among the rest; and what is too much on one debt pays no other.
        (
            format!(
                "{two}; {sent}; debt.written-off 2026-10-05 debt_number=B; payment.received 2026-10-05 amount=600.00 debt_number=A"
            ),
            &["0.00 paid", "400.00 written-off"],
            &["1 recall"],
        ),
        (
            format!(
                "{two}; {sent}; debt.written-off 2026-10-05 debt_number=B; payment.received 2026-10-05 amount=599.99 debt_number=A"
            ),
            &["0.01 owed", "400.00 written-off"],
            &[],
        ),
        (
            format!(
                "{two}; {sent}; debt.written-off 2026-10-05 debt_number=A; debt.written-off 2026-10-05 debt_number=B"
            ),
            &["600.00 written-off", "400.00 written-off"],
            &["1 recall"],
        ),
        (
            format!("{two}; {sent}; payment.received 2026-10-05 amount=1100.00 debt_number=A"),
            &["-500.00 overpaid", "400.00 owed"],
            &["1 excess-received"],
        ),
    ];
    for (course, debts, wanted) in rows {
        let mut events: Vec<CaseEvent> =
            course.split(';').enumerate().map(|(place, line)| told(place, line.trim())).collect();
        // The co-signer is known to the case.
        events.push(CaseEvent {
            id: "z".to_owned(),
            kind: "inquiry.answered".to_owned(),
            ..told(0, "other/debt.paid 2026-10-01")
        });
        let (mut causes, mut found) = (BTreeSet::new(), Vec::new());
        for (number, person) in [(1, "P-1"), (2, "P-2")] {
            let standing = Standing::of("DR-2026-000001", person, &events, &[]);
            let each = standing.ledger.owed_each(today, &policy.terms);
            let states: Vec<String> = each
                .iter()
                .map(|one| format!("{} {}", plain(one.balance.unwrap()), <&str>::from(one.state())))
                .collect();
            assert_eq!(states, *debts, "{course}");
            let flags = standing.flags(today, &policy.terms);
            assert_eq!(flags.contains(&"paid"), each.iter().all(|one| one.is_paid()), "{course}");
            assert_eq!(flags.contains(&"overpaid"), debts.iter().any(|debt| debt.ends_with("overpaid")), "{course}");
            for one in follow_ups(&standing, policy, today) {
                assert!(causes.insert((person, one.kind.as_str(), one.cause)), "{course}: the same cause twice");
                assert!(one.says.en != one.says.fr && !one.says.en.contains('{'), "{:?}", one.says);
                found.push(format!("{number} {}", one.kind.as_str()));
            }
        }
        assert_eq!(found, *wanted, "{course}");
    }
}

#[test]
fn what_is_proposed_states_what_is_asked_for_of_all_debts_that_were_not_written_off() {
    let catalogue = catalogue();
    let today = "2026-11-17".parse().unwrap();
    let policy = catalogue.program("ontario-works").unwrap().policy_on(today).unwrap();
    let two =
        "debt.adjusted 2026-10-01 balance=600.00 debt_number=A; debt.adjusted 2026-10-01 balance=400.00 debt_number=B";
    for (more, balance) in [
        ("", "1000.00"),
        ("; debt.written-off 2026-10-05 debt_number=B", "600.00"),
        ("; debt.written-off 2026-10-05 debt_number=A; debt.written-off 2026-10-05 debt_number=B", "1000.00"),
        ("; payment.received 2026-10-05 amount=700.00 debt_number=A", "300.00"),
    ] {
        let course = format!("{two}; debt.transferred 2026-10-02; insolvency.filed 2026-10-03{more}");
        let events: Vec<CaseEvent> =
            course.split(';').enumerate().map(|(place, line)| told(place, line.trim())).collect();
        let standing = Standing::of("DR-2026-000001", "P-1", &events, &[]);
        let recall = follow_ups(&standing, policy, today).into_iter().find(|one| one.kind.as_str() == "recall");
        assert_eq!(recall.unwrap().letter.unwrap().facts["balance"], balance, "{course}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_proposed_anew_says_what_is_so_now_in_the_register_as_in_the_case_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut said = Vec::new();
    for (day, movement) in [
        ("2026-11-17", paid("r-1", "2026-11-17T10:00:00", "2026-11-17", ALL)),
        ("2026-11-18", paid("r-2", "2026-11-18T09:00:00", "2026-11-18", "10.00")),
        ("2026-11-20", came_back("r-3", "2026-11-20T09:00:00", "10.00")),
    ] {
        let desk = desk_at(folder.path(), &format!("{day}T10:00:00-05:00")).await;
        if day == "2026-11-17" {
            taken(&desk, &debt_referred("e-1")).await;
        }
        taken(&desk, &movement).await;
        work(&desk).await;
        let rows = proposed(&desk).await;
        let paid = rows.iter().find(|row| row.kind == "paid-in-full");
        said.push(paid.map(|row| row.says().unwrap().en.replace('\u{a0}', " ")));
        assert_eq!(desk.verify().await.unwrap(), [], "{day}");
        desk.close().await;
    }
    assert!(said[0].as_ref().unwrap().contains("November 27") && said[1].is_none(), "{said:?}");
    assert!(said[2].as_ref().unwrap().contains("November 30"), "the payment that came last clears later: {said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_debt_that_is_paid_by_payments_is_paid_on_the_page_in_the_api_in_explain_and_in_the_guards() {
    let api = Api::start().await;
    let case = "DR-2026-004512";
    taken(&api.desk, &debt_referred("e-1")).await;
    work(&api.desk).await;
    let view = api.get(&format!("/cases/{case}")).await;
    let debt = &view["debts"][0];
    let told = ["number", "state", "balance", "as_of", "excess"].map(|name| debt[name].clone());
    assert_eq!(json!(told), json!(["", "owed", ALL, "2026-11-17", null]));
    let said = async |letter: &str| {
        let answers = api.desk.explain(&CaseRef::new(case), Some(letter)).await.unwrap();
        answers[0].reasons.iter().map(|reason| reason.message.en.replace('\u{a0}', " ")).collect::<Vec<_>>().join(" ")
    };
    assert!(said("paid-in-full").await.contains("$1,846.35 is still owed"));
    taken(&api.desk, &paid("r-1", "2026-11-17T10:00:00", "2026-11-16", ALL)).await;
    work(&api.desk).await;
    let view = api.get(&format!("/cases/{case}")).await;
    assert_eq!((&view["debts"][0]["state"], &view["debts"][0]["balance"]), (&json!("paid"), &json!("0.00")));
    assert_eq!(view["parties"][0]["standing"], json!(["paid"]));
    assert!(said("plan-proposal").await.contains("The debt was paid."));
    let words = said("paid-in-full").await;
    assert!(
        words.contains("It is paid, but its last payment, of November 16, 2026, clears on November 26, 2026"),
        "{words}"
    );
    taken(&api.desk, &paid("r-2", "2026-11-17T10:30:00", "2026-11-17", "153.65")).await;
    work(&api.desk).await;
    let view = api.get(&format!("/cases/{case}")).await;
    assert_eq!((&view["debts"][0]["balance"], &view["debts"][0]["excess"]), (&json!("-153.65"), &json!("153.65")));
    let words = said("paid-in-full").await;
    assert!(words.contains("$153.65 more came than was owed"), "{words}");
    let follow_ups: Vec<(&str, &str)> = view["follow_ups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["kind"].as_str().unwrap(), one["state"].as_str().unwrap()))
        .collect();
    assert!(
        follow_ups.contains(&("excess-received", "proposed")) && follow_ups.contains(&("paid-in-full", "lapsed")),
        "{follow_ups:?}"
    );
    for (language, words) in [
        ("en", "Paid, with $153.65 too much as of November\u{a0}17,\u{a0}2026."),
        ("fr", "Payée, avec 153,65\u{a0}$ de trop"),
    ] {
        let page = api.page(&format!("/cases/{case}"), language).await;
        assert!(page.contains(words), "{page}");
    }
    // The credit is reported: the package is made, and the follow-up is done with.
    let receipts = json!([{"date": "2026-11-16", "kind": "payment", "amount": ALL}, {"date": "2026-11-17", "kind": "payment", "amount": "153.65"}]);
    let credit = json!({"as_of": "2026-11-17", "debt": ALL, "receipts": receipts, "excess": "153.65", "method": "cheque", "prepared_by": "O. Officer"});
    let letters = taken(&api.desk, &moved("c-1", "credit.found", "2026-11-17T11:00:00", credit)).await;
    work(&api.desk).await;
    assert_eq!(letters.len(), 2);
    let view = api.get(&format!("/cases/{case}")).await;
    assert_eq!((&view["debts"][0]["state"], &view["debts"][0]["excess"]), (&json!("credit-found"), &Value::Null));
    let open = view["follow_ups"].as_array().unwrap().iter().filter(|one| one["state"] == "proposed").count();
    assert_eq!(open, 0, "{:#}", view["follow_ups"]);
    for (number, letter) in letters.iter().enumerate() {
        assert_ne!(state(&api.desk, letter).await.0, "held", "letter {number}");
    }
}
