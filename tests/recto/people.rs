//! Who a letter goes to: one person is one person, and the newest word says how to reach somebody.

use axum::http::StatusCode;
use recto::case::{CaseRef, EntryKind, FollowUpState, LetterId, PersonId};
use recto::desk::{Answer, DecideError, Desk, WhoItIs};
use recto::register::FollowUpRow;
use recto::rules::Name;
use serde_json::{Value, json};

use crate::http::{Api, STRUCTURED};
use crate::support::{desk, event, files, operator, person, sample, state, take, taken, work};

/// The plausible notice's case under another reference.
fn case(reference: &str) -> Value {
    json!({"reference": reference, "program": "ontario-works", "office": {"name": "Manitoulin-Sudbury District Services Board"}})
}

fn maria() -> Value {
    json!({"id": "P-11", "role": "debtor", "title": "ms", "given_name": "Maria", "surname": "Santos", "language": "en", "channel": "print",
        "address": {"lines": ["10-123 RUE PRINCIPALE"], "municipality": "Sudbury", "province": "ON", "postal_code": "P3E 0A1"}})
}

/// Somebody else, under the same number.
fn mario() -> Value {
    json!({"id": "P-11", "role": "debtor", "title": "mr", "given_name": "Mario", "surname": "Delgado", "language": "en", "channel": "print",
        "address": {"lines": ["9 Elm St"], "municipality": "Timmins", "province": "ON", "postal_code": "P4N 1A1"}})
}

fn with(mut party: Value, parts: Value) -> Value {
    for (name, part) in parts.as_object().unwrap() {
        party[name] = part.clone();
    }
    party.as_object_mut().unwrap().retain(|_, part| !part.is_null());
    party
}

fn happens(id: &str, kind: &str, at: &str, reference: &str, party: &Value, facts: Value) -> Value {
    let data = json!({"case": case(reference), "party": party, "facts": facts});
    event(id, kind, &format!("2026-11-17T{at}:00-05:00"), &data)
}

fn referred(id: &str, at: &str, reference: &str, party: &Value) -> Value {
    happens(id, "debt.referred", at, reference, party, sample("debt-notice", "plausible")["facts"].clone())
}

fn wrote(id: &str, at: &str, reference: &str, party: &Value) -> Value {
    happens(id, "inquiry.received", at, reference, party, json!({"received": "2026-11-17", "from": "person"}))
}

/// What waits for somebody to say who it is.
async fn questions(desk: &Desk, reference: &str) -> Vec<FollowUpRow> {
    let case = CaseRef::new(reference);
    let rows = desk.reader().follow_ups(Some(FollowUpState::Proposed), Some(&case), &[], 100).await.unwrap();
    rows.into_iter().filter(|row| row.kind == "who-is-it").collect()
}

fn answer(answer: Answer) -> WhoItIs {
    WhoItIs { answer, name: None, person: None, case: None, reason: Some("Asked by telephone".to_owned()) }
}

/// The address block of a letter as it would go.
async fn block(desk: &Desk, letter: &LetterId) -> String {
    desk.assessed(letter).await.unwrap().1.composed.draft.data.addressee.block().join("\n")
}

const A: &str = "DR-2026-110001";
const B: &str = "DR-2026-110002";

#[tokio::test(flavor = "multi_thread")]
async fn another_persons_change_of_address_under_the_same_number_holds_the_notice_and_gives_it_no_address() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let notice = taken(&desk, &referred("r-1", "09:00", A, &maria())).await.remove(0);
    let moved = json!({"changed": "2026-11-17", "address": mario()["address"]});
    taken(&desk, &happens("r-2", "address.changed", "10:00", B, &mario(), moved)).await;
    work(&desk).await;
    assert_eq!(state(&desk, &notice).await, ("held", vec!["names-differ".to_owned()]));
    let reason = desk.reader().letter(&notice).await.unwrap().unwrap().reasons[0].message.clone();
    for words in [&reason.en, &reason.fr] {
        assert!(["Maria Santos", "Mario Delgado", A, B].iter().all(|named| words.contains(named)), "{words}");
    }
    assert!(block(&desk, &notice).await.contains("PRINCIPALE"));
    // Neither case goes unseen, and the question is neither accepted nor declined.
    let question = questions(&desk, A).await.remove(0);
    assert_eq!(questions(&desk, B).await.len(), 1);
    assert!(matches!(desk.accept_follow_up(&question.id, &person("O. Officer")).await, Err(DecideError::WhoIsIt)));
    assert!(matches!(
        desk.decline_follow_up(&question.id, &person("O. Officer"), "No").await,
        Err(DecideError::WhoIsIt)
    ));
    let unfit = desk.say_who_it_is(&question.id, &answer(Answer::Mistake), &person("O. Officer")).await;
    assert!(matches!(unfit, Err(DecideError::Faults(_))));
    desk.say_who_it_is(&question.id, &answer(Answer::TwoPeople), &person("O. Officer")).await.unwrap();
    work(&desk).await;
    assert_eq!(state(&desk, &notice).await.0, "issued");
    assert!(block(&desk, &notice).await.contains("PRINCIPALE"), "nothing is taken from one to the other");
    assert_eq!((questions(&desk, A).await.len(), questions(&desk, B).await.len()), (0, 0));
    // The case file has the answer, and who gave it.
    let entries = desk.reader().entries_of_case(&CaseRef::new(A)).await.unwrap();
    let said = entries.iter().find(|entry| entry.detail()["type"] == "person.identified").unwrap();
    assert_eq!((said.kind(), said.actor.as_ref().unwrap().name.as_str()), (EntryKind::EventTaken, "O. Officer"));
    assert_eq!(desk.verify().await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_notices_under_one_number_are_both_held_in_whatever_order_they_come_and_recalled_where_one_waits_for_its_run()
 {
    for (turn, [first, second]) in [[0, 1], [1, 0]].into_iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let desk = desk(folder.path()).await;
        let events = [referred("r-1", "09:00", A, &maria()), referred("r-2", "09:30", B, &mario())];
        let one = taken(&desk, &events[first]).await.remove(0);
        work(&desk).await;
        assert_eq!(state(&desk, &one).await.0, "issued");
        let other = taken(&desk, &events[second]).await.remove(0);
        taken_again(&desk, &events[first]).await;
        work(&desk).await;
        for letter in [&one, &other] {
            assert_eq!(state(&desk, letter).await, ("held", vec!["names-differ".to_owned()]), "turn {turn}");
        }
        let kinds: Vec<EntryKind> =
            desk.reader().entries_of_letter(&one).await.unwrap().iter().map(|entry| entry.kind()).collect();
        assert!(kinds.contains(&EntryKind::LetterRecalled), "{kinds:?}");
        let said = if turn == 0 { Answer::TwoPeople } else { Answer::OnePerson };
        let question = questions(&desk, A).await.remove(0);
        desk.say_who_it_is(&question.id, &answer(said), &person("O. Officer")).await.unwrap();
        work(&desk).await;
        let blocks = [
            block(&desk, if first == 0 { &one } else { &other }).await,
            block(&desk, if first == 1 { &one } else { &other }).await,
        ];
        // Of one person, the newest word is that of half past nine.
        assert_eq!(blocks[0].contains("PRINCIPALE"), turn == 0, "{blocks:#?}");
        assert!(blocks[1].contains("9 ELM ST"));
        assert_eq!([state(&desk, &one).await.0, state(&desk, &other).await.0], ["issued"; 2]);
        assert_eq!(desk.verify().await.unwrap(), []);
    }
}

async fn taken_again(desk: &Desk, event: &Value) {
    assert_eq!(take(desk, event).await.view(recto::case::Language::En)["outcome"], "repeated");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_name_that_an_officer_says_is_right_in_a_case_is_that_of_its_letters() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let [of_maria, of_mario] =
        [("r-1", "09:00", maria()), ("r-2", "09:30", mario())].map(|(id, at, who)| referred(id, at, A, &who));
    let of_maria = taken(&desk, &of_maria).await.remove(0);
    let of_mario = taken(&desk, &of_mario).await.remove(0);
    work(&desk).await;
    let question = questions(&desk, A).await.remove(0);
    let named = |name: &str| WhoItIs { name: Some(name.to_owned()), ..answer(Answer::TwoPeople) };
    for neither in ["Mario Delgdo", "Mario", "Maria Delgado", ""] {
        let refused = desk.say_who_it_is(&question.id, &named(neither), &person("O. Officer")).await;
        let Err(DecideError::Faults(faults)) = refused else { panic!("{neither}: {refused:?}") };
        assert_eq!((faults[0].code.as_str(), faults[0].place.as_str()), ("name-of-neither", "/name"));
        let words = [&faults[0].message.en, &faults[0].message.fr];
        assert!(
            words.iter().all(|words| words.contains("Maria Santos") && words.contains("Mario Delgado")),
            "{words:?}"
        );
    }
    // However it is written.
    desk.say_who_it_is(&question.id, &named("DELGADO, mario"), &person("O. Officer")).await.unwrap();
    work(&desk).await;
    assert_eq!(state(&desk, &of_maria).await, ("ended", vec!["event-set-aside".to_owned()]));
    assert_eq!(state(&desk, &of_mario).await.0, "issued");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_insurance_number_is_kept_in_the_case_file_by_an_answer_or_by_a_letter_that_waits_for_one() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let notice = taken(&desk, &referred("r-1", "09:00", A, &maria())).await.remove(0);
    let facts = json!({"named": "2026-11-17", "name": "Elm Clinic 046 454 286", "kind": "representative",
        "consent_signed": "2026-11-17", "address": maria()["address"]});
    taken(&desk, &happens("r-2", "representative.named", "09:10", A, &maria(), facts)).await;
    taken(&desk, &wrote("r-3", "10:00", A, &mario())).await;
    work(&desk).await;
    assert_eq!(state(&desk, &notice).await, ("held", vec!["names-differ".to_owned()]));
    let question = questions(&desk, A).await.remove(0);
    let said = WhoItIs { reason: Some(" Her SIN is 046 454 286 ".to_owned()), ..answer(Answer::OnePerson) };
    desk.say_who_it_is(&question.id, &said, &person("O. Officer")).await.unwrap();
    let entries = desk.reader().entries_of_case(&CaseRef::new(A)).await.unwrap();
    let details: Vec<String> = entries.iter().map(|entry| entry.detail().to_string()).collect();
    assert!(details.iter().any(|detail| detail.contains("Elm Clinic 046 *** ***")), "{details:#?}");
    assert!(details.iter().any(|detail| detail.contains("\"Her SIN is 046 *** ***\"")), "{details:#?}");
    let answered = desk.case(&CaseRef::new(A)).await.unwrap();
    let event = answered.event("urn:recto:officer", &format!("{}-answer", question.id)).unwrap();
    assert!(event.facts().get("reason").is_none(), "{event:?}");
    let bare: Vec<&String> = details.iter().filter(|detail| detail.contains("046 454 286")).collect();
    assert!(bare.is_empty(), "{bare:#?}");
    // How far a letter has come is nothing that the verdict on it rests on.
    let held = entries.iter().find(|entry| entry.kind() == EntryKind::LetterHeld).unwrap().detail();
    let ids = held["basis"]["standing"]["letters"].as_array().into_iter().flatten().map(|letter| &letter["id"]);
    assert!(!ids.into_iter().any(|id| id == notice.as_str()), "{held}");
}

/// The recipients of the mails in the outbox.
fn recipients(folder: &std::path::Path) -> Vec<String> {
    let mails =
        files(&folder.join("outbox")).into_iter().map(|(_, bytes)| String::from_utf8_lossy(&bytes).into_owned());
    mails
        .flat_map(|mail| mail.lines().filter(|line| line.starts_with("To:")).map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_goes_to_the_newest_mailbox_or_on_paper_where_that_is_the_newest_word() {
    let by_email = |email: &str| with(maria(), json!({"channel": "email", "email": email, "address": null}));
    let old = by_email("old.address@example.ca");
    for (newest, at, to) in [
        (by_email("new.address@example.ca"), "11:00", vec!["new.address@example.ca"]),
        (by_email("new.address@example.ca"), "08:00", vec!["old.address@example.ca"]),
        (maria(), "11:00", vec![]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let desk = desk(folder.path()).await;
        let notice = taken(&desk, &referred("r-1", "09:30", A, &old)).await.remove(0);
        taken(&desk, &wrote("r-2", at, A, &newest)).await;
        work(&desk).await;
        let row = desk.reader().letter(&notice).await.unwrap().unwrap();
        assert_eq!(
            (row.state.as_str(), row.channel.as_str()),
            ("issued", if to.is_empty() { "print" } else { "email" })
        );
        let found = recipients(folder.path());
        assert_eq!(found.len(), to.len(), "{found:?}");
        assert!(found.iter().zip(&to).all(|(found, to)| found.contains(to)), "{found:?}");
        let closed = desk.close_run(operator(), desk.run_date()).await.unwrap();
        assert_eq!(closed.totals.pieces == 1, to.is_empty());
        assert_eq!(desk.verify().await.unwrap(), []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_its_run_is_set_again_by_a_newer_word_of_any_case_and_left_alone_by_an_older_one() {
    let new =
        json!({"lines": ["9 SPRUCE LANE"], "municipality": "Sudbury", "province": "ON", "postal_code": "P3E 0A1"});
    let email = json!({"channel": "email", "email": "a.person@example.ca", "address": null});
    let table = [
        ("11:00", A, json!({"address": new}), true),
        ("11:00", B, json!({"address": new}), true),
        ("11:00", A, json!({"language": "fr"}), true),
        ("11:00", A, json!({"format": "large-print"}), true),
        ("11:00", A, email.clone(), true),
        ("08:00", A, json!({"address": new, "language": "fr"}), false),
        ("08:00", B, email, false),
        // Of the format the newest event says nothing.
        ("08:00", A, json!({"format": "large-print"}), true),
        ("11:00", A, json!({}), false),
        (
            "11:00",
            A,
            json!({"address": {"lines": ["10-123, rue Principale"], "municipality": "SUDBURY", "province": "ON", "postal_code": "P3E 0A1"}}),
            false,
        ),
    ];
    for (at, reference, told, again) in table {
        let folder = tempfile::tempdir().unwrap();
        let desk = desk(folder.path()).await;
        let notice = taken(&desk, &referred("r-1", "09:00", A, &maria())).await.remove(0);
        work(&desk).await;
        taken(&desk, &wrote("r-2", at, reference, &with(maria(), told.clone()))).await;
        work(&desk).await;
        let row = desk.reader().letter(&notice).await.unwrap().unwrap();
        assert_eq!((row.state.as_str(), row.issuance), ("issued", 1 + i64::from(again)), "{at} {reference} {told}");
        let addressee = desk.assessed(&notice).await.unwrap().1.composed.draft.data.addressee;
        for (name, part) in told.as_object().unwrap().iter().filter(|(name, _)| again && *name != "address") {
            assert_eq!(json!(addressee)[name.as_str()], *part, "{told}");
        }
        assert_eq!(addressee.block().join("\n").contains("SPRUCE"), again && told["address"].is_object());
        assert_eq!(desk.verify().await.unwrap(), []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_names_somebody_whom_the_case_does_not_know_counts_for_nothing_and_waits_where_it_is_seen() {
    let api = Api::start().await;
    let stranger = with(mario(), json!({"id": "P-10097"}));
    let paid = json!({"received": "2026-11-17", "amount": "1846.35", "kind": "payment"});
    let payment = happens("p-1", "payment.received", "10:00", A, &stranger, paid);
    api.call("POST", "/events", &[STRUCTURED], referred("r-1", "09:00", A, &maria()).to_string()).await;
    let (status, receipt) = api.call("POST", "/events", &[STRUCTURED], payment.to_string()).await;
    assert_eq!((status, &receipt["notices"][0]["code"]), (StatusCode::ACCEPTED, &json!("person-unknown-to-case")));
    let again = api.call("POST", "/events", &[STRUCTURED, ("accept-language", "fr")], payment.to_string()).await;
    assert!(again.1["notices"][0]["message"].as_str().unwrap().contains("ne compte pas"), "{again:#?}");
    work(&api.desk).await;
    let case = api.get(&format!("/cases/{A}")).await;
    let parties: Vec<&str> =
        case["parties"].as_array().unwrap().iter().map(|party| party["id"].as_str().unwrap()).collect();
    assert_eq!(parties, ["P-11"]);
    let due: Vec<&str> =
        case["follow_ups"].as_array().unwrap().iter().map(|due| due["kind"].as_str().unwrap()).collect();
    assert_eq!(due, ["who-is-it"], "{case:#}");
    let allowed = api.get(&format!("/cases/{A}/eligibility")).await;
    assert!(allowed.as_array().unwrap().iter().all(|one| one["person"] == "P-11"));
    for path in ["/", &format!("/cases/{A}"), "/letters?person=delgado", "/letters?person=P-10097"] {
        for (language, words) in [("en", "whom the case"), ("fr", "ne connaît pas")] {
            let page = api.page(path, language).await;
            assert!(page.contains(words) && page.contains("P-10097"), "{path} {language}: {page}");
        }
    }
    assert!(!api.page("/letters?person=santos", "en").await.contains("P-10097"));
    // A letter that is asked for directly to somebody whom the case does not know waits as well.
    let data = json!({"case": case_of(A), "party": with(stranger, json!({"id": "P-10098", "given_name": "Zoe"})), "facts": sample("correspondence", "plausible")["facts"]});
    let key = ("idempotency-key", "k-1");
    let body = json!({"letter": "correspondence", "data": data}).to_string();
    let (status, letter) = api.call("POST", "/letters", &[("content-type", "application/json"), key], body).await;
    assert!(status.is_success(), "{letter:#}");
    work(&api.desk).await;
    let asked = LetterId::new(letter["id"].as_str().unwrap());
    assert_eq!(state(&api.desk, &asked).await, ("held", vec!["person-unknown-to-case".to_owned()]));
    // The answer.
    let id = case["follow_ups"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/follow-ups/{id}/answer");
    let unknown = json!({"answer": "known-person", "person": "P-99"});
    let (status, problem) = api.call_by("O. Officer", "POST", &path, &[], unknown.to_string()).await;
    assert_eq!((status, &problem["faults"][0]["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("person-not-known")));
    let said = json!({"answer": "known-person", "person": "P-11", "reason": "Her own payment"});
    let (status, decided) = api.call_by("O. Officer", "POST", &path, &[], said.to_string()).await;
    assert_eq!((status, &decided["decided_by"]), (StatusCode::OK, &json!("O. Officer")), "{decided:#}");
    work(&api.desk).await;
    let case = api.get(&format!("/cases/{A}")).await;
    let due: Vec<&Value> =
        case["follow_ups"].as_array().unwrap().iter().filter(|due| due["kind"] == "paid-in-full").collect();
    assert_eq!(due[0]["person"], "P-11", "the payment counts: {case:#}");
    let (status, _) = api.call_by("O. Officer", "POST", &path, &[], said.to_string()).await;
    assert_eq!(status, StatusCode::CONFLICT, "it was answered");
    assert_eq!(api.desk.verify().await.unwrap(), []);
}

fn case_of(reference: &str) -> Value {
    case(reference)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_another_case_is_taken_there_and_one_that_was_a_mistake_nowhere() {
    for said in [Answer::OtherCase, Answer::Mistake, Answer::NewPerson] {
        let folder = tempfile::tempdir().unwrap();
        let desk = desk(folder.path()).await;
        let stranger = with(mario(), json!({"id": "P-10097"}));
        taken(&desk, &referred("r-1", "09:00", A, &maria())).await;
        taken(&desk, &referred("r-2", "09:00", B, &stranger)).await;
        let paid = json!({"received": "2026-11-17", "amount": "1846.35", "kind": "payment"});
        taken(&desk, &happens("p-1", "payment.received", "10:00", A, &stranger, paid)).await;
        work(&desk).await;
        let question = questions(&desk, A).await.remove(0);
        let not_there = WhoItIs { case: Some(CaseRef::new("DR-2026-999999")), ..answer(Answer::OtherCase) };
        assert!(matches!(
            desk.say_who_it_is(&question.id, &not_there, &person("O. Officer")).await,
            Err(DecideError::Faults(_))
        ));
        let said_so = WhoItIs { case: Some(CaseRef::new(B)), ..answer(said) };
        desk.say_who_it_is(&question.id, &said_so, &person("O. Officer")).await.unwrap();
        work(&desk).await;
        for (reference, counts) in [(A, said == Answer::NewPerson), (B, said == Answer::OtherCase)] {
            let case = desk.case(&CaseRef::new(reference)).await.unwrap();
            let person = PersonId::new(if reference == A { "P-11" } else { "P-10097" });
            let standing = desk.people(&case).standing(&person, &[]);
            let balance = standing.ledger.owed(desk.clock.today(), &[]).unwrap();
            assert_eq!(balance.is_zero(), counts, "{said:?} in {reference}: {balance}");
        }
        assert_eq!(questions(&desk, A).await.len() + questions(&desk, B).await.len(), 0);
        assert_eq!(desk.verify().await.unwrap(), []);
    }
}

#[test]
fn two_names_may_be_one_persons_where_they_share_a_surname_or_a_given_name() {
    let name = |given: &str, surname: &str, role: &str, organization: &str| {
        Name::of(&json!({"given_name": given, "surname": surname, "role": role, "organization": organization}))
    };
    let person = |given: &str, surname: &str| name(given, surname, "debtor", "");
    let agree = [
        (("Maria", "Santos"), ("MARIA", "SANTOS")),
        (("Maria", "Santos"), ("Maria", "Delgado")),
        (("Maria", "Santos"), ("M.", "Santos")),
        (("Maria", "Santos"), ("Santos", "Maria")),
        (("Marie-Ève", "Lapierre"), ("Marie Eve", "Tremblay")),
        (("Marie-Ève", "Lapierre"), ("MARIEEVE", "X")),
        (("Jean", "Tremblay-Ouellet"), ("J.", "Ouellet")),
        (("Robert", "MacDonald"), ("Bob", "Mac Donald")),
        (("Sean", "O’Brien"), ("S.", "OBrien")),
        (("Anh", "Le"), ("Minh", "Le")),
        (("Jürgen", "Weiß"), ("J", "WEISS")),
        (("Zoë", "Cœur"), ("Z", "Coeur")),
        (("Mrs. Maria", "Santos Jr."), ("M", "Santos")),
        (("", "Suharto"), ("Mr.", "Suharto")),
        (("Øystein", "Łukasz"), ("Oystein", "B")),
        (("Maria de la", "Cruz"), ("M", "De La Cruz")),
        (("李", "王"), ("李", "张")),
    ];
    let differ = [
        (("Maria", "Santos"), ("Mario", "Delgado")),
        (("Maria", "Santos"), ("M.", "Delgado")),
        (("J.-P.", "Roy"), ("J.-P.", "Dubé")),
        (("Maria de la", "Cruz"), ("Jean de la", "Fontaine")),
        (("Ann", "MacArthur"), ("Bob", "Mac Donald")),
        (("Ann", "St-Pierre"), ("Bob", "St-Onge")),
        (("Mr. A", "Roy"), ("Mr. B", "Dubé")),
        (("Bob", "Jones"), ("Robert", "Smith")),
        (("Eve", "Roy"), ("Steve", "Royal")),
        (("Jan", "Van Den Berg"), ("Piet", "Van Den Bosch")),
        (("", "Suharto"), ("", "Sukarno")),
    ];
    for (expected, rows) in [(true, &agree[..]), (false, &differ[..])] {
        for ((given, surname), (other_given, other_surname)) in rows {
            let (one, other) = (person(given, surname), person(other_given, other_surname));
            let told = format!("{} and {}", one.shown, other.shown);
            assert_eq!((one.agrees(&other), other.agrees(&one)), (expected, expected), "{told}");
        }
    }
    // The office counts where the party is one, and nowhere else; an estate has the name of whom it is of.
    let trustee = |given| name(given, "Smith", "trustee", "Northern Trustees Ltd");
    assert!(trustee("A").agrees(&name("B", "Jones", "trustee", "Northern Trustees Limited")));
    assert!(!name("Ann", "Roy", "debtor", "Elm Shelter").agrees(&name("Bob", "Dubé", "debtor", "Elm Shelter")));
    assert!(name("", "Estate of Maria Santos", "estate", "").agrees(&person("Maria", "Santos")));
    assert!(!name("", "Estate of Maria Santos", "estate", "").agrees(&name(
        "",
        "Estate of Mario Delgado",
        "estate",
        ""
    )));
}
