//! What managers decide on their page: what waits, what they may do of it, several at once, and what they send back.

use axum::http::StatusCode;
use recto::case::EntryKind;
use recto::desk::{DecideError, Desk};
use recto::people::Who;
use serde_json::json;

use crate::http::Api;
use crate::support::{desk, desk_at, event, person, sample, taken, work};

/// A refund that waits for its approval, of a case and an amount of its own, prepared by somebody.
fn refund(id: &str, case: &str, who: &str) -> serde_json::Value {
    let mut data = sample("reimbursement", "plausible");
    data["case"]["reference"] = json!(case);
    data["party"]["id"] = json!(format!("P-{id}"));
    data["facts"]["prepared_by"] = json!(who);
    event(id, "credit.found", "2026-11-17T09:00:00-05:00", &data)
}

async fn state(desk: &Desk, letter: &recto::case::LetterId) -> (&'static str, Vec<String>) {
    let row = desk.reader().letter(letter).await.unwrap().unwrap();
    (row.state.as_str(), row.reasons.iter().map(|reason| reason.code.clone()).collect())
}

async fn approve(desk: &Desk, letter: &recto::case::LetterId, by: &str) -> Result<(), DecideError> {
    let row = desk.reader().letter(letter).await.unwrap().unwrap();
    desk.approve(letter, &row.seal.unwrap_or_default(), &person(by)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_is_returned_goes_nowhere_until_it_is_sent_for_approval_again_and_approved_by_another() {
    let folder = tempfile::tempdir().unwrap();
    let letter = {
        let desk = desk(folder.path()).await;
        let letter = taken(&desk, &refund("c-1", "DR-2026-004615", "O. Officer")).await.remove(0);
        work(&desk).await;
        let back = async |comment: &str, by: &str| desk.send_back(&letter, comment, &person(by)).await;
        assert!(matches!(back(" ", "A. Manager").await, Err(DecideError::NoReason)));
        assert!(matches!(back("No", "O. Officer").await, Err(DecideError::Preparer(_))));
        assert!(matches!(back("No", "L. Lead").await, Err(DecideError::NoAuthority { .. })));
        let early = desk.resubmit(&letter, "Done", &person("D. Director")).await;
        assert!(matches!(early, Err(DecideError::NotReturned)), "it was not returned");
        back("The cheque is counted twice", "A. Manager").await.unwrap();
        let held = ("held", vec!["returned".to_owned()]);
        assert_eq!(state(&desk, &letter).await, held, "at once, before anybody works it");
        assert!(desk.verify().await.unwrap().is_empty());
        assert!(matches!(approve(&desk, &letter, "D. Director").await, Err(DecideError::NotWaiting(_))));
        assert!(matches!(back("Again", "A. Manager").await, Err(DecideError::NotWaiting(_))));
        work(&desk).await;
        assert_eq!(state(&desk, &letter).await, held);
        let row = desk.reader().letter(&letter).await.unwrap().unwrap();
        assert!(row.reasons[0].message.en.contains("The cheque is counted twice"), "{:?}", row.reasons);
        assert!(row.returned_at.is_some() && row.amount.is_none() && row.awaited_since.is_none());
        let own = desk.came_back(&person("O. Officer"), 10).await.unwrap();
        assert_eq!(own.iter().map(|row| &row.id).collect::<Vec<_>>(), [&letter]);
        assert!(desk.came_back(&person("D. Director"), 10).await.unwrap().is_empty(), "it is not theirs");
        desk.close().await;
        letter
    };
    // No new day and no other word lets it go.
    let desk = desk_at(folder.path(), "2026-11-18T10:00:00-05:00").await;
    work(&desk).await;
    assert_eq!(state(&desk, &letter).await.1, ["returned"]);
    assert!(matches!(desk.resubmit(&letter, "", &person("D. Director")).await, Err(DecideError::NoReason)));
    desk.resubmit(&letter, "There were two cheques", &person("D. Director")).await.unwrap();
    work(&desk).await;
    assert_eq!(state(&desk, &letter).await.0, "awaiting-approval");
    assert!(matches!(approve(&desk, &letter, "D. Director").await, Err(DecideError::Preparer(_))), "who answered");
    assert!(desk.came_back(&person("O. Officer"), 10).await.unwrap().is_empty());
    approve(&desk, &letter, "A. Manager").await.unwrap();
    work(&desk).await;
    assert_eq!(state(&desk, &letter).await.0, "issued");
    let entries = desk.reader().entries_of_letter(&letter).await.unwrap();
    let kinds: Vec<EntryKind> = entries.iter().map(recto::case::FiledEntry::kind).collect();
    for kind in [EntryKind::LetterReturned, EntryKind::LetterResubmitted] {
        assert_eq!(kinds.iter().filter(|one| **one == kind).count(), 1, "{kinds:?}");
    }
    assert!(desk.verify().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_returned_letter_can_be_withdrawn_and_an_approval_that_came_first_stands() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let first = taken(&desk, &refund("c-1", "DR-2026-004615", "O. Officer")).await.remove(0);
    let second = taken(&desk, &refund("c-2", "DR-2026-004616", "O. Officer")).await.remove(0);
    work(&desk).await;
    desk.send_back(&first, "Not ours to pay", &person("A. Manager")).await.unwrap();
    desk.withdraw(&first, "Not ours to pay", &person("O. Officer")).await.unwrap();
    assert!(desk.came_back(&person("O. Officer"), 10).await.unwrap().is_empty());
    let gone = desk.resubmit(&first, "It is", &person("O. Officer")).await;
    assert!(matches!(gone, Err(DecideError::NotReturned)));
    approve(&desk, &second, "A. Manager").await.unwrap();
    let late = desk.send_back(&second, "Wait", &person("D. Director")).await;
    assert!(matches!(late, Err(DecideError::NotWaiting(_))), "it is approved");
    work(&desk).await;
    assert_eq!(state(&desk, &second).await.0, "issued");
    assert!(desk.verify().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_decisions_says_who_may_and_lets_several_be_approved_that_were_opened() {
    let api = Api::start().await;
    let own = api.taken(&refund("c-1", "DR-2026-004615", "A. Manager")).await.remove(0);
    let opened = api.taken(&refund("c-2", "DR-2026-004616", "O. Officer")).await.remove(0);
    let unopened = api.taken(&refund("c-3", "DR-2026-004617", "O. Officer")).await.remove(0);
    assert_eq!(api.open("O. Officer", "/decisions", "en").await.status, StatusCode::FORBIDDEN);
    let tick = |letter: &str| format!("value=\"{letter}\"");
    let page = api.open("A. Manager", "/decisions", "en").await.text;
    for letter in [&own, &opened, &unopened] {
        assert!(page.contains(&format!("/letters/{letter}")) && !page.contains(&tick(letter)), "{page}");
    }
    for said in ["You prepared it", "Open it first", "O. Officer", "Waiting since"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let page = api.open("A. Manager", &format!("/letters/{own}"), "en").await.text;
    assert!(page.contains("You prepared it") && !page.contains("name=\"seal\""), "{page}");
    api.open("A. Manager", &format!("/letters/{opened}"), "en").await;
    let page = api.open("A. Manager", "/decisions?order=amount", "fr").await.text;
    assert!(page.contains(&tick(&opened)) && !page.contains(&tick(&unopened)), "{page}");
    assert!(page.contains("Ouverte, prête à approuver"), "{page}");
    // Who else has not opened it cannot tick it.
    assert!(!api.open("D. Director", "/decisions", "en").await.text.contains(&tick(&opened)));
    let chosen = format!("/decisions/approve?letter={opened}&letter={unopened}&letter={own}");
    let confirm = api.open("A. Manager", &chosen, "en").await.text;
    let (_, rest) = confirm.split_once(&format!("value=\"{opened} ")).unwrap_or_else(|| panic!("{confirm}"));
    let seal = rest.split_once('"').unwrap().0;
    assert!(
        !confirm.contains(&format!("value=\"{unopened} ")) && confirm.contains("not to be approved now"),
        "{confirm}"
    );
    let (both, other) = (format!("{opened} {seal}"), format!("{unopened} {seal}"));
    let done = api.fill_in("A. Manager", "/decisions/approve", &[("letter", &both), ("letter", &other)]).await;
    assert_eq!(done.status, StatusCode::CONFLICT, "{}", done.text);
    for said in ["1\u{a0}letter was approved.", "You have not opened this letter as it stands now"] {
        assert!(done.text.contains(said), "{said}: {}", done.text);
    }
    work(&api.desk).await;
    assert_eq!(api.state(&opened).await.0, "issued");
    assert_eq!(api.state(&unopened).await.0, "awaiting-approval");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_returned_and_answered_on_its_page_and_by_the_api() {
    let api = Api::start().await;
    let letter = api.taken(&refund("c-1", "DR-2026-004615", "O. Officer")).await.remove(0);
    let path = format!("/letters/{letter}");
    let (back, again) = (format!("{path}/return"), format!("{path}/resubmit"));
    let page = api.open("A. Manager", &path, "en").await.text;
    assert!(page.contains(&format!("action=\"{back}\"")) && page.contains("Reject this letter"), "{page}");
    assert!(!api.open("O. Officer", &path, "en").await.text.contains(&back));
    assert_eq!(api.fill_in("O. Officer", &back, &[("comment", "No")]).await.status, StatusCode::FORBIDDEN);
    let unsaid = api.fill_in("A. Manager", &back, &[("comment", " ")]).await;
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = api.fill_in("A. Manager", &back, &[("comment", "Which cheque is it?")]).await;
    assert_eq!((done.status, done.place.as_str()), (StatusCode::SEE_OTHER, path.as_str()), "{}", done.text);
    let today = api.open("O. Officer", "/", "en").await.text;
    assert!(today.contains("Returned for correction") && today.contains("Which cheque is it?"), "{today}");
    assert!(!api.open("L. Lead", "/", "en").await.text.contains("id=\"came-back\""));
    let page = api.open("O. Officer", &path, "fr").await.text;
    assert!(page.contains(&format!("action=\"{again}\"")) && page.contains("Commentaire\u{a0}:"), "{page}");
    let problem = |status: u16, kind: &str| (status, kind.to_owned());
    let by = async |name: &str, act: &str, body: serde_json::Value| {
        api.post_by(name, &format!("/letters/{letter}/{act}"), &body).await
    };
    assert_eq!(by("A. Manager", "return", json!({"comment": "x"})).await, problem(409, "not-waiting"));
    assert_eq!(by("R. Cords", "resubmit", json!({"answer": "x"})).await, problem(403, "not-permitted"));
    assert_eq!(by("O. Officer", "resubmit", json!({"answer": ""})).await, problem(422, "reason-missing"));
    assert_eq!(by("O. Officer", "resubmit", json!({"answer": "The one of May"})).await, problem(200, ""));
    assert_eq!(by("O. Officer", "resubmit", json!({"answer": "The one of May"})).await, problem(409, "not-waiting"));
    work(&api.desk).await;
    assert_eq!(api.state(&letter).await.0, "awaiting-approval");
    assert_eq!(by("O. Officer", "return", json!({"comment": "x"})).await, problem(403, "not-permitted"));
    assert_eq!(by("A. Manager", "return", json!({"comment": "Which May?"})).await, problem(200, ""));
    assert_eq!(api.state(&letter).await, ("held".into(), vec!["returned".into()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approver_sees_what_has_changed_since_they_last_saw_the_letter() {
    let api = Api::start().await;
    let mut first = refund("c-1", "DR-2026-004615", "O. Officer");
    let letter = api.taken(&first).await.remove(0);
    let path = format!("/letters/{letter}");
    let page = api.open("A. Manager", &path, "en").await.text;
    assert!(!page.contains("What has changed"), "{page}");
    // The person has moved: the letter reads otherwise.
    let mut address = first["data"]["party"]["address"].take();
    address["lines"] = json!(["14 ELM ST"]);
    first["data"]["facts"] = json!({"changed": "2026-11-17", "address": address});
    first["data"]["party"]["address"] = address.clone();
    api.taken(&event("a-1", "address.changed", "2026-11-17T12:00:00-05:00", &first["data"])).await;
    let row = api.desk.reader().letter(&recto::case::LetterId::new(&letter)).await.unwrap().unwrap();
    let listed = api.open("A. Manager", "/decisions", "en").await.text;
    assert!(listed.contains("Changed since you opened it"), "{listed}");
    let page = api.open("A. Manager", &path, "en").await.text;
    assert!(page.contains("What has changed since you last saw it"), "{page}");
    assert!(page.contains("<ins>") && page.to_uppercase().contains("<INS>14 ELM ST"), "{page}");
    assert!(!api.open("D. Director", &path, "en").await.text.contains("What has changed"), "they saw no other");
    // It stays until it changes again, and what they have seen now can be approved.
    assert!(api.open("A. Manager", &path, "en").await.text.contains("What has changed"));
    let accounts = api.desk.accounts().await.unwrap();
    let manager = accounts.into_iter().find(|account| account.is.name == "A. Manager").unwrap();
    api.desk.approve_opened(&row.id, &row.seal.unwrap(), &Who::Person(manager)).await.unwrap();
}
