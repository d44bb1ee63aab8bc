//! What a letter rests on: for every letter type and what may be on file, whether it is called for, may go, may not, or has no ground;
//! and plans that cannot be kept, or that contradict each other.

use axum::http::StatusCode;
use recto::case::CaseRef;
use recto::desk::{Eligibility, Foreseen, Group};
use serde_json::{Value, json};

use crate::http::Api;
use crate::support::{debt_referred, desk, event, operator, sample, state, studio, taken, with_facts, work};

/// The day of an event, its kind, and the name of its facts.
type Told = (&'static str, &'static str, &'static str);

/// What is on file, by the events that tell of it.
const ON_FILE: [(&str, &[Told]); 11] = [
    ("an address", &[("2026-09-01", "address.changed", "address")]),
    ("a debt", &[("2026-11-17", "debt.referred", "referred")]),
    ("a proposal", &[("2026-09-01", "debt.adjusted", "owed"), ("2026-09-01", "plan.proposed", "proposal")]),
    ("a plan", &[("2026-09-01", "debt.adjusted", "owed"), ("2026-09-01", "plan.agreed", "plan")]),
    ("an offer", &[("2026-09-01", "debt.adjusted", "owed"), ("2026-10-30", "letter.sent", "offer")]),
    ("a payment in full", &[("2026-09-01", "debt.adjusted", "owed"), ("2026-09-10", "debt.paid", "paid")]),
    ("a dispute", &[("2026-09-01", "debt.adjusted", "owed"), ("2026-09-10", "dispute.received", "dispute")]),
    ("a filing", &[("2026-09-01", "debt.adjusted", "owed"), ("2026-09-10", "insolvency.filed", "filing")]),
    (
        "the end of a filing",
        &[
            ("2026-09-01", "debt.adjusted", "owed"),
            ("2026-09-10", "insolvency.filed", "filing"),
            ("2026-09-20", "insolvency.ended", "performed"),
        ],
    ),
    ("a death", &[("2026-09-01", "debt.adjusted", "owed"), ("2026-09-10", "person.died", "death")]),
    (
        "a breach and a write-off",
        &[("2026-11-17", "privacy.breached", "breach"), ("2026-09-10", "debt.written-off", "written-off")],
    ),
];

/// For each of them the letter types that are called for (with a mark where they may not go yet), that may go, and that may not. All
/// others have no ground.
const ANSWERS: [(&str, &str, &str, &str); 11] = [
    ("an address", "", "correspondence information-request", ""),
    (
        "a debt",
        "debt-notice",
        "account-statement case-summary correction correspondence information-request plan-proposal settlement-offer",
        "cra-transfer-notice",
    ),
    (
        "a proposal",
        "plan-proposal!",
        "account-statement case-summary correspondence information-request plan-confirmation settlement-offer",
        "cra-transfer-notice",
    ),
    (
        "a plan",
        "plan-confirmation! plan-reminder",
        "account-statement case-summary correspondence information-request",
        "cra-transfer-notice plan-proposal settlement-offer",
    ),
    (
        "an offer",
        "",
        "account-statement case-summary correction correspondence information-request plan-proposal settlement-offer",
        "cra-transfer-notice",
    ),
    (
        "a payment in full",
        "paid-in-full",
        "account-statement case-summary correspondence information-request",
        "cra-transfer-notice plan-proposal settlement-offer",
    ),
    (
        "a dispute",
        "dispute-acknowledgement dispute-response",
        "account-statement case-summary correspondence information-request",
        "cra-transfer-notice plan-proposal settlement-offer",
    ),
    (
        "a filing",
        "insolvency-acknowledgement!",
        "case-summary correspondence information-request",
        "account-statement cra-transfer-notice plan-proposal settlement-offer",
    ),
    (
        "the end of a filing",
        "post-discharge",
        "account-statement case-summary correspondence information-request",
        "cra-transfer-notice plan-proposal settlement-offer",
    ),
    (
        "a death",
        "estate!",
        "case-summary",
        "account-statement correspondence cra-transfer-notice information-request plan-proposal settlement-offer",
    ),
    // Nobody has told of a debt that could be written off.
    (
        "a breach and a write-off",
        "breach-notice",
        "account-statement case-summary correction correspondence information-request",
        "cra-transfer-notice plan-proposal settlement-offer",
    ),
];

fn facts(name: &str) -> Value {
    let plan = json!({"instalment": "100.00", "frequency": "monthly", "first_due": "2026-10-15", "method": "cheque"});
    match name {
        "address" => {
            json!({"changed": "2026-09-01", "address": sample("debt-notice", "plausible")["party"]["address"]})
        }
        "referred" => sample("debt-notice", "plausible")["facts"].clone(),
        "breach" => sample("breach-notice", "plausible")["facts"].clone(),
        "owed" => json!({"as_of": "2026-09-01", "balance": "1000.00"}),
        "proposal" => json!({"as_of": "2026-09-01", "balance": "1000.00", "plan": plan}),
        "plan" => json!({"as_of": "2026-09-01", "balance": "1000.00", "agreed_on": "2026-09-01", "plan": plan}),
        "offer" => json!({"letter": "settlement-offer", "mailed": "2026-10-30"}),
        "paid" => json!({"paid": "2026-09-10"}),
        "dispute" => json!({"received": "2026-09-10"}),
        "filing" => json!({"filed": "2026-09-10", "kind": "consumer-proposal"}),
        "performed" => json!({"ended": "2026-09-20", "outcome": "proposal-performed"}),
        "death" => json!({"died": "2026-09-05"}),
        "written-off" => json!({"decided": "2026-09-10"}),
        other => panic!("{other}"),
    }
}

/// The letter types of a group, with a mark where they are called for and may not go.
fn of(answers: &[Eligibility], group: Group) -> Vec<String> {
    let own = answers.iter().filter(|answer| answer.group == group);
    let mark = |answer: &Eligibility| if group == Group::CalledFor && !answer.may_go { "!" } else { "" };
    own.map(|answer| format!("{}{}", answer.letter_type, mark(answer))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_letter_type_is_called_for_may_go_may_not_or_has_no_ground_by_what_is_on_file() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let case = |place: usize| format!("DR-2026-{:06}", 300 + place);
    for (place, (_, course)) in ON_FILE.iter().enumerate() {
        for (index, (day, kind, told)) in course.iter().enumerate() {
            let mut data = with_facts(&sample("debt-notice", "plausible"), facts(told));
            (data["case"]["reference"], data["party"]["id"]) =
                (json!(case(place)), json!(format!("P-{}", 300 + place)));
            let time = format!("{day}T{:02}:00:00-04:00", 10 + index);
            taken(&desk, &event(&format!("g-{place}-{index}"), kind, &time, &data)).await;
        }
    }
    work(&desk).await;
    let mut wrong = Vec::new();
    for (place, (name, called, may, may_not)) in ANSWERS.iter().enumerate() {
        assert_eq!(*name, ON_FILE[place].0);
        let answers = desk.explain(&CaseRef::new(case(place)), None).await.unwrap();
        for (group, wanted) in [(Group::CalledFor, called), (Group::MayGo, may), (Group::MayNot, may_not)] {
            let found = of(&answers, group).join(" ");
            let told = format!("{name}: {group:?} is {found}, not {wanted}");
            wrong.extend((found != *wanted).then_some(told));
        }
        for answer in answers {
            let called_for = answer.group == Group::CalledFor;
            assert_eq!(called_for, !answer.called_for.is_empty(), "{name}: {answer:#?}");
            assert_eq!(answer.may_go, answer.reasons.is_empty(), "{name}: {answer:#?}");
            assert!(answer.group != Group::NoGround || !answer.may_go, "{name}: {answer:#?}");
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_plan_takes_the_place_of_an_older_one_that_waits_for_the_run() {
    for (place, letter, kind, ended) in [
        (1, "plan-confirmation", "plan.agreed", "plan-still-agreed"),
        (2, "plan-proposal", "plan.proposed", "plan-still-proposed"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let desk = desk(folder.path()).await;
        let mut data = sample(letter, "plausible");
        // At one instant, as where the clock stands still: what was taken later is the newer one.
        let told = async |id: &str, data: &Value| {
            let id = taken(&desk, &event(id, kind, "2026-11-17T09:00:00-05:00", data)).await.remove(0);
            work(&desk).await;
            id
        };
        let older = told(&format!("b-{place}"), &data).await;
        assert_eq!(state(&desk, &older).await.0, "issued", "{letter}");
        let again = told(&format!("c-{place}"), &data).await;
        assert_eq!(state(&desk, &again).await, ("held", vec!["no-duplicate".to_owned()]), "{letter}: the same plan");
        data["facts"]["plan"]["instalment"] = data["facts"]["balance"].clone();
        let newer = told(&format!("a-{place}"), &data).await;
        assert_eq!(state(&desk, &newer).await.0, "issued", "{letter}: the terms differ");
        // The older one was taken back as soon as the newer was told; the run finds only the newer.
        let run = desk.close_run(operator(), desk.run_date()).await.unwrap();
        assert_eq!((run.totals.pieces, run.taken_back), (1, 0), "{letter}");
        assert_eq!(state(&desk, &older).await, ("ended", vec![ended.to_owned()]), "{letter}");
        let row = desk.reader().letter(&older).await.unwrap().unwrap();
        let says = &row.reasons[0].message;
        assert!(says.en.contains("a month"), "what differs is said: {says:?}");
        assert!(says.fr.contains("par mois"), "{says:?}");
    }
}

fn key(key: &str) -> [(&'static str, String); 1] {
    [("idempotency-key", key.to_owned())]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officers_request_is_no_ground_of_its_own_and_leaves_nothing() {
    let api = Api::start().await;
    let ask = async |letter: &str, name: &str, language: &str| {
        let mut data = sample(letter, "plausible");
        data.as_object_mut().unwrap().shift_remove("dated");
        let request = json!({"letter": letter, "data": data}).to_string();
        let [(header, value)] = key(name);
        api.call("POST", "/letters", &[(header, &value), ("accept-language", language)], request).await
    };
    for (letter, code) in [
        ("plan-reminder", "plan-on-file"),
        ("plan-default", "plan-on-file"),
        ("plan-confirmation", "plan-to-confirm"),
        ("settlement-acceptance", "offer-open"),
        ("correction", "letter-to-correct"),
        ("post-discharge", "filing-ended"),
        ("insolvency-acknowledgement", "filing-on-file"),
        ("write-off", "debt-to-decide-on"),
        ("hardship-decision", "debt-to-decide-on"),
        ("reimbursement", "credit-on-file"),
        ("cra-transfer-recalled", "debt-transferred"),
        ("dispute-response", "dispute-to-answer"),
        ("paid-in-full", "debt-on-file"),
        ("dishonoured-payment", "payment-on-file"),
        ("sponsorship-cured", "plan-on-file"),
        ("sponsorship-resolved", "debt-on-file"),
    ] {
        for language in ["en", "fr"] {
            let (status, problem) = ask(letter, &format!("{letter}-{language}"), language).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{letter}: {problem:#}");
            let faults = problem["faults"].as_array().unwrap();
            assert!(
                faults.iter().any(|fault| fault["code"] == code && fault["place"] == "/letter"),
                "{letter}: {problem:#}"
            );
        }
    }
    assert_eq!(api.get("/letters").await["letters"], json!([]), "nothing was recorded");
    for letter in ["debt-notice", "plan-proposal", "account-statement", "correspondence", "breach-notice", "estate"] {
        let (status, answer) = ask(letter, letter, "en").await;
        assert_eq!(status, StatusCode::CREATED, "{letter}: {answer:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_cannot_be_kept_is_a_fault_of_its_request_with_figures_and_a_remedy() {
    let api = Api::start().await;
    api.taken(&debt_referred("e-1")).await;
    let plan = async |instalment: &str, first_due: &str| {
        let plan =
            json!({"instalment": instalment, "frequency": "monthly", "first_due": first_due, "method": "cheque"});
        let facts = json!({"as_of": "2026-11-16", "balance": "868.17", "plan": plan});
        let data = with_facts(&sample("debt-notice", "plausible"), facts);
        let request = json!({"letter": "plan-proposal", "data": data});
        let previewed = api.call("POST", "/letters/preview", &[], request.to_string()).await;
        let [(header, value)] = key(&format!("{instalment} {first_due}"));
        let (status, answer) = api.call("POST", "/letters", &[(header, &value)], request.to_string()).await;
        if status == StatusCode::UNPROCESSABLE_ENTITY {
            assert_eq!(previewed.1["faults"], answer["faults"], "the preview says the same");
        }
        let faults = answer["faults"].as_array().into_iter().flatten().cloned().collect::<Vec<_>>();
        let text = |fault: &Value, name: &str| fault[name].as_str().unwrap().to_owned();
        faults
            .iter()
            .map(|fault| (text(fault, "code"), text(fault, "place"), text(fault, "message")))
            .collect::<Vec<_>>()
    };
    for (instalment, first_due, code, place, words) in [
        ("5000.00", "2026-12-15", "plan-instalment-above-debt", "instalment", ["$5,000.00", "$868.17"]),
        ("868.18", "2026-12-15", "plan-instalment-above-debt", "instalment", ["$868.18", "$868.17"]),
        ("5.00", "2026-12-15", "plan-too-long", "instalment", ["174 instalments", "$7.24"]),
        ("7.23", "2026-12-15", "plan-too-long", "instalment", ["121 instalments", "$7.24"]),
        ("0.01", "2026-12-15", "plan-too-long", "instalment", ["86817 instalments", "$7.24"]),
        ("100.00", "2026-11-16", "plan-first-due-past", "first_due", ["November", "17"]),
    ] {
        let faults = plan(instalment, first_due).await;
        let [(found, at, says)] = faults.as_slice() else { panic!("{instalment}: {faults:#?}") };
        assert_eq!((found.as_str(), at.as_str()), (code, format!("/data/facts/plan/{place}").as_str()), "{instalment}");
        assert!(words.iter().all(|word| says.contains(word)), "{instalment}: {says}");
    }
    for wrong in ["0.00", "-5.00"] {
        let faults = plan(wrong, "2026-12-15").await;
        assert!(faults.iter().any(|(_, at, _)| at == "/data/facts/plan/instalment"), "{wrong}: {faults:?}");
    }
    // One fault hides no other.
    assert_eq!(plan("5000.00", "2026-11-16").await.len(), 2);
    for right in ["868.17", "30.00", "7.24"] {
        assert_eq!(plan(right, "2026-12-15").await, [], "{right}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_longest_plan_that_policy_allows_fits_its_letter_in_every_language_and_print() {
    let studio = studio();
    for letter in ["plan-proposal", "plan-confirmation"] {
        let mut data = sample(letter, "sponsor");
        data["party"]["language"] = json!("unknown");
        data["facts"]["balance"] = json!("12000.00");
        data["facts"]["plan"]["instalment"] = json!("100.00");
        let day = "2026-11-17".parse().unwrap();
        data["facts"]["plan"]["first_due"] = json!("2027-01-15");
        for format in ["standard", "large-print"] {
            data["party"]["format"] = json!(format);
            let set = studio.preview(letter, &data, day).await;
            assert!(set.is_ok(), "{letter} in {format}: {:#?}", set.err());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_letter_that_is_corrected_is_named_by_its_number_however_it_is_typed() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let notice = taken(&desk, &debt_referred("e-1")).await.remove(0);
    work(&desk).await;
    let mut correction =
        with_facts(&sample("debt-notice", "plausible"), sample("correction", "plausible")["facts"].clone());
    correction["facts"]["wrong"] = json!({"date": "2026-11-17", "letter": notice.as_str()});
    let numbers = [notice.as_str().to_owned(), notice.as_str().to_lowercase(), notice.as_str().replace('-', "")];
    let ask =
        async |data: &Value| desk.preview(&crate::support::machine(), "correction", data, None).await.unwrap().unwrap();
    let said =
        |answer: &Foreseen| answer.reasons.first().map(|reason| (reason.code.clone(), reason.message.en.clone()));
    for number in &numbers {
        correction["facts"]["wrong"]["letter"] = json!(number);
        let answer = ask(&correction).await;
        assert!(answer.may_go && said(&answer).is_none(), "{number}: {:#?}", answer.reasons);
    }
    correction["facts"]["wrong"]["date"] = json!("2026-11-16");
    let (code, words) = said(&ask(&correction).await).unwrap();
    assert!(code == "letter-to-correct" && words.contains("is dated November"), "{code}: {words}");
    correction["facts"]["wrong"] = json!({"date": "2026-11-17", "letter": "K4TM-7Q2D-91XH"});
    assert_eq!(said(&ask(&correction).await).unwrap().0, "letter-to-correct");
    correction["case"]["reference"] = json!("DR-2026-000777");
    correction["facts"]["wrong"]["letter"] = json!(notice.as_str());
    assert_eq!(said(&ask(&correction).await).unwrap().0, "letter-to-correct", "it is a letter of another case");
}

#[tokio::test(flavor = "multi_thread")]
async fn explain_and_eligibility_say_the_same_in_groups() {
    let api = Api::start().await;
    api.taken(&debt_referred("e-1")).await;
    work(&api.desk).await;
    let answers = api.get("/cases/DR-2026-004512/eligibility").await;
    let one = |letter: &str| answers.as_array().unwrap().iter().find(|one| one["letter"] == letter).unwrap().clone();
    let notice = one("debt-notice");
    assert_eq!((&notice["group"], &notice["called_for"][0]["by"]), (&json!("called-for"), &json!("event")));
    assert_eq!((&notice["called_for"][0]["since"], &notice["event"]), (&json!("2026-11-17"), &json!("e-1")));
    assert!(notice["called_for"][0]["letter"].is_string(), "{notice:#}");
    let reminder = one("plan-reminder");
    assert_eq!((&reminder["group"], &reminder["may_go"]), (&json!("no-ground"), &json!(false)));
    assert_eq!(reminder["reasons"][0]["code"], "plan-on-file");
    let output = crate::support::recto(api.folder(), &["explain", "DR-2026-004512"]);
    let said = String::from_utf8(output.stdout).unwrap();
    let places: Vec<_> = ["Called for now", "May go if you ask", "May not go today", "Nothing on file"]
        .map(|title| said.find(title))
        .to_vec();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{said}");
    let output = crate::support::recto(api.folder(), &["explain", "DR-2026-004512", "--json"]);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    for (told, wanted) in json["letters"].as_array().unwrap().iter().zip(answers.as_array().unwrap()) {
        for name in ["letter", "person", "group", "called_for", "may_go", "needs_approval", "event"] {
            assert_eq!(told[name], wanted[name], "{name} of {}", told["letter"]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_came_back_is_on_file_where_the_referral_lists_it() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let referred = debt_referred("e-1");
    let rows = referred["data"]["facts"]["transactions"].as_array().unwrap();
    let paid = rows.iter().find(|row| row["kind"] == "payment").unwrap()["credit"].clone();
    taken(&desk, &referred).await;
    let mut returned = sample("dishonoured-payment", "plausible")["facts"].clone();
    (returned["dishonoured"], returned["received"]) = (json!("2026-11-17"), json!("2026-11-17"));
    for (amount, groundless) in [(paid, false), (json!("0.01"), true)] {
        returned["amount"] = amount;
        let data = with_facts(&sample("debt-notice", "plausible"), returned.clone());
        let answer =
            desk.preview(&crate::support::machine(), "dishonoured-payment", &data, None).await.unwrap().unwrap();
        let codes: Vec<&str> = answer.reasons.iter().map(|reason| reason.code.as_str()).collect();
        assert_eq!(codes.contains(&"payment-on-file"), groundless, "{codes:?}");
    }
}
