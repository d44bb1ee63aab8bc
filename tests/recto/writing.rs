//! Writing on the pages: an officer's letter from its form to its issue, events told by hand and taken back, drafts.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use recto::case::{CaseRef, DeliveryState, DraftId, LetterId, PersonId};
use recto::desk::{DRAFTS_AT_MOST, Desk, Draft, LetterRequest, Requested};
use recto::people::Permission;
use serde_json::json;

use crate::http::{Answer, Api, STRUCTURED};
use crate::support::{debt_referred, desk_at, event, pdf_text, person, sample, with_facts, work};

/// A text as HTML has it, as it was.
fn unescaped(text: &str) -> String {
    let marks = [("&quot;", "\""), ("&#x27;", "'"), ("&#x2f;", "/"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
    marks.iter().fold(text.to_owned(), |text, (escaped, mark)| text.replace(escaped, mark))
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    Some(unescaped(rest.split_once('"')?.0))
}

/// The fields of the form on which somebody writes, as a browser would send them without a button.
fn fields(page: &str) -> BTreeMap<String, String> {
    let (_, form) = page.split_once("<form id=\"writing\"").unwrap_or_else(|| panic!("no form in {page}"));
    let form = form.split_once("</form>").unwrap().0;
    let mut fields = BTreeMap::new();
    for tag in form.split('<').skip(1) {
        let (tag, text) = tag.split_once('>').unwrap_or((tag, ""));
        let name = attribute(tag, "name");
        match (tag.split([' ', '\n']).next().unwrap(), name) {
            ("input", Some(name)) => drop(fields.insert(name, attribute(tag, "value").unwrap_or_default())),
            ("textarea", Some(name)) => drop(fields.insert(name, unescaped(text.trim_start_matches('\n')))),
            ("select", Some(name)) => {
                let (_, rest) = form.split_once(&format!("name=\"{name}\"")).unwrap();
                let options = rest.split_once("</select>").unwrap().0;
                let chosen = options.split("<option").find(|option| option.contains(" selected"));
                fields.insert(name, chosen.and_then(|option| attribute(option, "value")).unwrap_or_default());
            }
            _ => {}
        }
    }
    fields
}

/// The address to which the form goes.
fn address(page: &str) -> String {
    let (_, form) = page.split_once("<form id=\"writing\"").unwrap();
    attribute(form, "action").unwrap()
}

/// Sends the form of a page as it is, with some fields typed and one button.
async fn send(api: &Api, name: &str, page: &str, typed: &[(&str, &str)], button: &str) -> Answer {
    let mut all = fields(page);
    all.extend(typed.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    all.insert("act".to_owned(), button.to_owned());
    let all: Vec<(&str, &str)> = all.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    api.fill_in(name, &address(page), &all).await
}

const CASE: &str = "DR-2026-004512";

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_writes_a_letter_from_what_the_case_knows_and_sends_it() {
    let api = Api::start().await;
    api.taken(&debt_referred("e-1")).await;
    work(&api.desk).await;
    // What can be written, what calls for it, and why what may not go may not.
    let page = api.open("O. Officer", &format!("/letters/new?case={}", CASE.to_lowercase()), "en").await.text;
    let link = format!("/letters/new?case={CASE}&amp;person=P-10023&amp;letter=account-statement");
    assert!(unescaped(&page).contains(&unescaped(&link)), "{page}");
    let page = api.open("O. Officer", &unescaped(&link), "en").await.text;
    let has = fields(&page);
    // Nothing that Recto knows is typed again.
    assert_eq!(has["facts.balance"], "1846.35");
    assert_eq!(has["facts.transactions.0.debit"], "2412.75");
    assert_eq!(has["facts.as_of"], "2026-11-17");
    assert!(page.contains("Étienne Tremblay") && page.contains("data:image/png;base64,"), "{page}");
    assert!(
        page.contains("It would go on November\u{a0}18, 2026") || page.contains("It would go on November"),
        "{page}"
    );
    // What is seen is what is sent: a changed fact is looked at first.
    let sent = send(&api, "O. Officer", &page, &[("facts.balance", "1")], "send").await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.text);
    assert!(sent.text.contains("Nothing is done yet") && sent.text.contains("1,846.35"), "{}", sent.text);
    let sent = send(&api, "O. Officer", &sent.text, &[("facts.balance", "$1,846.35")], "look").await;
    let sent = send(&api, "O. Officer", &sent.text, &[], "send").await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let letter = sent.place.strip_prefix("/letters/").expect("the letter's page").to_owned();
    work(&api.desk).await;
    assert_eq!(api.state(&letter).await.0, "issued");
    // The draft is gone, and who asked for the letter is in the case file.
    let draft = address(&page);
    let late = fields(&page);
    let late: Vec<(&str, &str)> = late.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let late = api.type_in("O. Officer", &draft, &late).await;
    assert_eq!(late.place, sent.place, "what the page sends after it makes no draft anew");
    assert_eq!(api.open("O. Officer", &draft, "en").await.place, sent.place, "it leads to what it became");
    let case = api.get(&format!("/cases/{CASE}")).await;
    let asked = case["entries"].as_array().unwrap().iter().rev().find(|entry| entry["kind"] == "event-taken").unwrap();
    assert_eq!(asked["actor"]["name"], "O. Officer");
    // Sent once more, by another click, it is the same letter.
    let again = send(&api, "O. Officer", &page, &[], "send").await;
    assert_eq!(again.place, format!("/letters/{letter}"), "{}", again.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost() {
    let api = Api::start().await;
    api.taken(&debt_referred("e-1")).await;
    work(&api.desk).await;
    let path = format!("/letters/new?case={CASE}&letter=account-statement");
    for (language, amount, day, missing) in [
        ("en", "is no amount to the cent", "is no day", "is required"),
        ("fr", "n’est pas un montant au cent près", "n’est pas un jour", "est obligatoire"),
    ] {
        let page = api.open("O. Officer", &path, language).await.text;
        let mut all = fields(&page);
        all.extend([
            ("facts.balance".to_owned(), "about 50".to_owned()),
            ("facts.as_of".to_owned(), "yesterday <b>".to_owned()),
            ("facts.transactions.0.kind".to_owned(), String::new()),
            ("act".to_owned(), "look".to_owned()),
        ]);
        let all: Vec<(&str, &str)> = all.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let path = format!("{}?lang={language}", address(&page));
        let answer = api.fill_in("O. Officer", &path, &all).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let text = &answer.text;
        for (id, says) in [("facts-balance", amount), ("facts-as_of", day), ("facts-transactions-0-kind", missing)] {
            let beside = text.split_once(&format!("id=\"{id}-fault\">")).unwrap_or_else(|| panic!("{id}: {text}")).1;
            assert!(beside.split_once("</p>").unwrap().0.contains(says), "{id}: {text}");
            assert!(text.contains(&format!("href=\"#{id}\"")), "the summary leads to {id}");
        }
        let again = fields(text);
        assert_eq!((again["facts.balance"].as_str(), again["facts.as_of"].as_str()), ("about 50", "yesterday <b>"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_somebody_types_the_page_stands_beside_and_what_is_typed_is_kept() {
    let api = Api::start().await;
    api.taken(&debt_referred("e-1")).await;
    work(&api.desk).await;
    let page = api.open("O. Officer", &format!("/letters/new?case={CASE}&letter=account-statement"), "en").await.text;
    let mut all = fields(&page);
    all.insert("facts.balance".to_owned(), String::new());
    all.insert("facts.transactions.0.debit".to_owned(), "x".to_owned());
    let all: Vec<(&str, &str)> = all.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let live = api.type_in("O. Officer", &address(&page), &all).await;
    assert_eq!(live.status, StatusCode::OK);
    assert!(live.text.contains("hx-swap-oob") && !live.text.contains("<form"), "{}", live.text);
    // What is not typed yet is counted, and no fault; what cannot be read is one.
    assert!(live.text.contains("Still to be filled in: 1\u{a0}fact"), "{}", live.text);
    let beside = |id: &str| {
        live.text.split_once(&format!("id=\"{id}-fault\"")).unwrap().1.split_once("</p>").unwrap().0.to_owned()
    };
    assert!(beside("facts-transactions-0-debit").contains("no amount"), "{}", live.text);
    assert!(!beside("facts-balance").contains("required"), "{}", live.text);
    // It is there on another day and in another browser, for whoever typed it and nobody else.
    let draft = address(&page);
    let opened = api.open("O. Officer", &draft, "en").await;
    assert_eq!(fields(&opened.text)["facts.transactions.0.debit"], "x");
    assert_eq!(api.open("L. Lead", &draft, "en").await.status, StatusCode::NOT_FOUND);
    let taken = api.fill_in("L. Lead", &draft, &all).await;
    assert_eq!(taken.status, StatusCode::NOT_FOUND, "nobody writes into it");
    assert!(api.open("O. Officer", "/work", "en").await.text.contains(&draft), "it is part of the work");
    let added = send(&api, "O. Officer", &opened.text, &[], "add:facts.transactions").await;
    assert!(fields(&added.text).contains_key("facts.transactions.5.kind"), "{}", added.text);
    let dropped = send(&api, "O. Officer", &added.text, &[], "drop").await;
    assert_eq!(dropped.place, format!("/cases/{CASE}"));
    assert_eq!(api.open("O. Officer", &draft, "en").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_that_nobody_touches_and_the_oldest_of_too_many_are_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let write = async |desk: &Desk, name: &str, number: usize| {
        let draft = Draft {
            id: DraftId::new(format!("{name}-{number}")),
            kind: "letter".to_owned(),
            what: "account-statement".to_owned(),
            case: CaseRef::new(CASE),
            person: PersonId::new("P-10023"),
            replaces: None,
            typed: "[]".to_owned(),
            saved_at: desk.clock.now().into(),
        };
        assert!(desk.keep_draft(&person(name), &draft).await.unwrap());
    };
    let kept = async |desk: &Desk, name: &str| {
        let drafts = desk.drafts(&person(name)).await.unwrap();
        drafts.into_iter().map(|draft| draft.id.to_string()).collect::<Vec<_>>()
    };
    let desk = desk_at(folder.path(), "2026-08-01T09:00:00-04:00").await;
    write(&desk, "O. Officer", 1).await;
    write(&desk, "L. Lead", 1).await;
    desk.close().await;
    // Ninety days later by a minute less, and then by one more: whoever writes next, nobody's old drafts stay.
    let desk = desk_at(folder.path(), "2026-10-30T08:59:00-04:00").await;
    write(&desk, "L. Lead", 2).await;
    assert_eq!((kept(&desk, "O. Officer").await.len(), kept(&desk, "L. Lead").await.len()), (1, 2));
    desk.close().await;
    let desk = desk_at(folder.path(), "2026-10-30T09:01:00-04:00").await;
    write(&desk, "L. Lead", 2).await;
    assert_eq!((kept(&desk, "O. Officer").await, kept(&desk, "L. Lead").await), (vec![], vec!["L. Lead-2".to_owned()]));
    desk.close().await;
    let desk = desk_at(folder.path(), "2026-10-30T10:00:00-04:00").await;
    for number in 10..10 + DRAFTS_AT_MOST as usize {
        write(&desk, "L. Lead", number).await;
    }
    write(&desk, "O. Officer", 2).await;
    let lead = kept(&desk, "L. Lead").await;
    assert!(lead.len() == 200 && !lead.contains(&"L. Lead-2".to_owned()), "{lead:?}");
    assert_eq!(kept(&desk, "O. Officer").await, ["O. Officer-2"], "nobody's count against somebody else");
    desk.close().await;
    let api = Api::start().await;
    api.taken(&debt_referred("e-1")).await;
    let page = api.open("O. Officer", &format!("/letters/new?case={CASE}&letter=account-statement"), "en").await.text;
    send(&api, "O. Officer", &page, &[], "look").await;
    let work = api.open("O. Officer", "/work", "en").await.text;
    assert!(work.contains("deleted 90 days after") && work.contains("more than 200"), "{work}");
}

/// The page beside the form, as HTML.
fn beside(page: &str) -> &str {
    let (_, beside) = page.split_once("id=\"page-beside\"").unwrap_or_else(|| panic!("no page beside in {page}"));
    // It is the last of the form; of what the script fetches, faults follow.
    beside.split_once("</aside>").map_or(beside, |(beside, _)| beside)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_beside_is_turned_into_the_other_language_and_back_and_what_is_sent_stays() {
    let api = Api::start().await;
    api.taken(&debt_referred("e-1")).await;
    work(&api.desk).await;
    let name = "O. Officer";
    let page = api.open(name, &format!("/letters/new?case={CASE}&letter=account-statement"), "en").await.text;
    assert!(beside(&page).contains("lang=\"en-CA\">") && beside(&page).contains("Statement of account"), "{page}");
    // Turned without scripts: what was typed stays, and what will happen is the same.
    let typed = [("page_language", "fr"), ("facts.balance", "$1,846.35")];
    let turned = send(&api, name, &page, &typed, "").await.text;
    let shown = beside(&turned);
    assert!(shown.contains("lang=\"fr-CA\">") && shown.contains("Relevé"), "{shown}");
    assert!(shown.contains("goes in English alone") && shown.contains("data:image/png;base64,"), "{shown}");
    let (before, has) = (fields(&page), fields(&turned));
    assert_eq!((&has["seen"], has["facts.balance"].as_str()), (&before["seen"], "$1,846.35"));
    // It stays so while somebody types, and says so in the reader's language.
    let live: Vec<(&str, &str)> = has.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let live = api.type_in(name, &format!("{}?lang=fr", address(&turned)), &live).await.text;
    assert!(beside(&live).contains("lang=\"fr-CA\">"), "{live}");
    assert!(beside(&live).contains("cette lettre part en anglais seulement"), "{live}");
    let back = send(&api, name, &turned, &[("page_language", "en")], "").await.text;
    assert_eq!(beside(&back), beside(&page), "and back");
    // Whoever sends it from there sends what was said: English.
    let sent = send(&api, name, &turned, &[], "send").await;
    let letter = sent.place.strip_prefix("/letters/").unwrap_or_else(|| panic!("{}", sent.text)).to_owned();
    work(&api.desk).await;
    let (pdf, _) = api.desk.pdf(&LetterId::new(&letter)).await.unwrap().expect("it is issued");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("letter.pdf");
    std::fs::write(&file, pdf).unwrap();
    let words = pdf_text(&file);
    assert!(words.contains("Statement of account") && !words.contains("Relevé"), "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_not_shown_in_a_language_in_which_its_own_words_are_not_written() {
    let api = Api::start().await;
    api.taken(&debt_referred("e-1")).await;
    let name = "O. Officer";
    let page = api.open(name, &format!("/letters/new?case={CASE}&letter=correspondence"), "en").await.text;
    let text = [("facts.subject.en", "Your question"), ("facts.body.en", "An answer."), ("page_language", "fr")];
    let turned = send(&api, name, &page, &text, "").await.text;
    let shown = beside(&turned);
    assert!(shown.contains("It cannot be shown in French") && !shown.contains("<img"), "{shown}");
    for label in ["Subject", "Text of the letter"] {
        assert!(shown.contains(&format!("“{label}” is not written in French.")), "{shown}");
    }
    // Nothing stands in the way of sending it: it is English that goes.
    assert!(turned.contains("It would go on"), "{turned}");
    // Words that stand in both are shown in either.
    let text = [("facts.subject.fr", "Votre question"), ("facts.body.fr", "Une réponse.")];
    let both = send(&api, name, &turned, &text, "").await.text;
    assert!(beside(&both).contains("Une réponse.") && !beside(&both).contains("An answer."), "{both}");
    // A letter that goes in both has both, and nothing to turn.
    let mut other = debt_referred("e-2");
    other["subject"] = json!("DR-2026-004599");
    other["data"]["case"]["reference"] = json!("DR-2026-004599");
    other["data"]["party"]["id"] = json!("P-10099");
    other["data"]["party"]["language"] = json!("unknown");
    api.taken(&other).await;
    let page = api.open(name, "/letters/new?case=DR-2026-004599&letter=account-statement", "en").await.text;
    let shown = beside(&page);
    assert!(shown.contains("Relevé") || shown.contains("name=\"page\""), "{page}");
    assert!(!shown.contains("page_language"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_apply_comes_and_goes_with_the_choice_with_scripts_and_without() {
    let api = Api::start().await;
    api.taken(&debt_referred("e-1")).await;
    let name = "O. Officer";
    let page = api.open(name, &format!("/events/new?case={CASE}&event=inquiry.received"), "en").await.text;
    assert!(!fields(&page).contains_key("facts.by") && !fields(&page).contains_key("facts.reference"), "{page}");
    let chosen = send(&api, name, &page, &[("facts.received", "2026-11-16"), ("facts.from", "person")], "").await.text;
    assert!(fields(&chosen).contains_key("facts.by") && !fields(&chosen).contains_key("facts.reference"), "{chosen}");
    // While somebody types: the whole form where other fields apply, and only what is said of it where they do not.
    let live = async |page: &str, typed: &[(&str, &str)]| {
        let mut all = fields(page);
        all.extend(typed.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
        let all: Vec<(&str, &str)> = all.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        api.type_in(name, &address(page), &all).await.text
    };
    let same = live(&chosen, &[("facts.by", "mail")]).await;
    assert!(same.contains("hx-swap-oob") && !same.contains("<form"), "{same}");
    let other = live(&chosen, &[("facts.from", "mpp")]).await;
    assert!(fields(&other).contains_key("facts.reference") && !fields(&other).contains_key("facts.by"), "{other}");
    // What was typed stays where it no longer applies, with what is wrong with it, until it is taken out.
    let both = live(&chosen, &[("facts.from", "mpp"), ("facts.by", "mail")]).await;
    assert_eq!(fields(&both)["facts.by"], "mail");
    let looked = send(&api, name, &both, &[], "look").await;
    assert_eq!(looked.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", looked.text);
    assert!(
        looked.text.contains("href=\"#facts-by\"") && looked.text.contains("does not go with what you have chosen")
    );
    assert!(!looked.text.contains("“by”"), "no name that an officer does not know: {}", looked.text);
    let mended = send(&api, name, &looked.text, &[("facts.by", "")], "").await.text;
    assert!(!fields(&mended).contains_key("facts.by"), "{mended}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_recorded_by_hand_and_taken_back_and_both_stand_in_the_case_file() {
    let api = Api::start().await;
    api.taken(&debt_referred("e-1")).await;
    work(&api.desk).await;
    let page = api.open("O. Officer", &format!("/events/new?case={CASE}"), "fr").await.text;
    assert!(
        unescaped(&page).contains(&format!("/events/new?case={CASE}&person=P-10023&event=payment.received")),
        "{page}"
    );
    let page = api.open("O. Officer", &format!("/events/new?case={CASE}&event=payment.received"), "en").await.text;
    let paid = [("facts.received", "Nov 16, 2026"), ("facts.amount", "846,35"), ("facts.kind", "payment")];
    let look = send(&api, "O. Officer", &page, &paid, "look").await;
    assert_eq!(look.status, StatusCode::OK, "{}", look.text);
    assert!(look.text.contains("1,846.35") && look.text.contains("1,000.00"), "what it moves: {}", look.text);
    assert_eq!(api.get(&format!("/cases/{CASE}")).await["debts"][0]["balance"], "1846.35", "nothing is recorded yet");
    let sent = send(&api, "O. Officer", &look.text, &[], "send").await;
    assert_eq!(sent.place, format!("/cases/{CASE}"), "{}", sent.text);
    let case = api.get(&format!("/cases/{CASE}")).await;
    assert_eq!(case["debts"][0]["balance"], "1000.00");
    let told = case["entries"].as_array().unwrap().iter().rev().find(|entry| entry["kind"] == "event-taken").unwrap();
    assert_eq!((told["actor"]["kind"].as_str(), told["actor"]["name"].as_str()), (Some("person"), Some("O. Officer")));
    let (source, id) = (told["detail"]["source"].as_str().unwrap(), told["detail"]["event"].as_str().unwrap());
    // It was somebody else's payment.
    let path = format!("/events/take-back?case={CASE}&source={source}&event={id}");
    let page = api.open("O. Officer", &path, "en").await.text;
    assert!(page.contains("1,000.00") && page.contains("1,846.35"), "{page}");
    let key = page.split_once("name=\"key\" value=\"").unwrap().1.split_once('"').unwrap().0.to_owned();
    let fields = [("case", CASE), ("source", source), ("event", id), ("key", &key)];
    let unsaid = api.fill_in("O. Officer", "/events/take-back", &fields).await;
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
    let said = [&fields[..], &[("reason", "It was another person's cheque")]].concat();
    for _ in 0..2 {
        let done = api.fill_in("O. Officer", "/events/take-back", &said).await;
        assert_eq!(done.place, format!("/cases/{CASE}"), "{}", done.text);
    }
    let case = api.get(&format!("/cases/{CASE}")).await;
    assert_eq!(case["debts"][0]["balance"], "1846.35");
    let taken = case["entries"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "event-taken").count();
    assert_eq!(taken, 3, "nothing is erased, and twice is once");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_writes_what_is_not_theirs_to_write_or_sees_what_is_not_theirs_to_see() {
    let api = Api::start().await;
    api.taken(&debt_referred("e-1")).await;
    for name in ["R. Cords", "M. Room", "S. Admin", "T. Author"] {
        for path in [format!("/letters/new?case={CASE}"), format!("/events/new?case={CASE}")] {
            assert_eq!(api.open(name, &path, "en").await.status, StatusCode::FORBIDDEN, "{name} {path}");
        }
    }
    // Who works in other programs learns nothing of the case, not even that it is there.
    let other = "E. Lsewhere";
    let known =
        api.open(other, &format!("/letters/new?case={CASE}&person=P-10023&letter=account-statement"), "en").await;
    let unknown =
        api.open(other, "/letters/new?case=DR-2026-999999&person=P-10023&letter=account-statement", "en").await;
    assert!(!known.text.contains("Tremblay") && !known.text.contains("1,846.35"), "{}", known.text);
    assert_eq!(known.text.replace(CASE, "X"), unknown.text.replace("DR-2026-999999", "X"));
    let fields =
        [("what", "letter"), ("key", "account-statement"), ("case", CASE), ("person", "P-10023"), ("act", "look")];
    let answer = api.fill_in(other, "/drafts/0123456789abcdef0123456789abcdef", &fields).await;
    assert!(!answer.text.contains("Tremblay"), "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_a_person_brings_is_prepared_by_nobody_else_and_no_source_of_recto_is_borrowed() {
    let api = Api::start().await;
    let credit = with_facts(&sample("reimbursement", "plausible"), json!({"prepared_by": "Somebody Else"}));
    let told = event("c-1", "credit.found", "2026-11-17T09:00:00-05:00", &credit);
    let (status, said) = api.call_by("A. Manager", "POST", "/events", &[STRUCTURED], told.to_string()).await;
    assert_eq!(
        (status, said["faults"][0]["code"].as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, Some("prepared-by-somebody-else"))
    );
    let mut borrowed = debt_referred("e-1");
    borrowed["source"] = json!("urn:recto:officer");
    let (status, said) = api.call("POST", "/events", &[STRUCTURED], borrowed.to_string()).await;
    assert_eq!(
        (status, said["faults"][0]["code"].as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, Some("source-reserved"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_has_not_left_is_corrected_by_another_that_takes_its_place() {
    let api = Api::start().await;
    api.taken(&debt_referred("e-1")).await;
    let page = api.open("O. Officer", &format!("/letters/new?case={CASE}&letter=correspondence"), "en").await.text;
    let text = [("facts.subject.en", "Your question"), ("facts.body.en", "The first answer was **wrong**.\n\n- one")];
    let looked = send(&api, "O. Officer", &page, &text, "look").await;
    let sent = send(&api, "O. Officer", &looked.text, &[], "send").await;
    work(&api.desk).await;
    let old = sent.place.strip_prefix("/letters/").unwrap_or_else(|| panic!("{}", sent.text)).to_owned();
    assert_eq!(api.state(&old).await.0, "issued");
    assert!(api.open("O. Officer", &sent.place, "en").await.text.contains(&format!("/letters/{old}/correct")));
    // It begins with what was asked for; the old letter does not stand in its way.
    let page = api.open("O. Officer", &format!("/letters/{old}/correct"), "en").await.text;
    let has = fields(&page);
    assert_eq!(has["facts.body.en"], "The first answer was **wrong**.\n\n- one");
    assert!(page.contains(&old) && page.contains("It would go on"), "{page}");
    let looked = send(&api, "O. Officer", &page, &[("facts.body.en", "The right answer.")], "look").await;
    let sent = send(&api, "O. Officer", &looked.text, &[], "send").await;
    let new = sent.place.strip_prefix("/letters/").unwrap_or_else(|| panic!("{}", sent.text)).to_owned();
    work(&api.desk).await;
    assert_ne!(new, old);
    assert_eq!((api.state(&old).await.0, api.state(&new).await.0), ("withdrawn".to_owned(), "issued".to_owned()));
    // What asked for the first one is set aside, and nothing is erased.
    let case = api.get(&format!("/cases/{CASE}")).await;
    let told = case["entries"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "event-taken").count();
    assert_eq!(told, 4);
    assert!(case["entries"].to_string().contains(&format!("{new} takes its place.")));
    // Twice is once; and what has been withdrawn is corrected no more.
    let again = send(&api, "O. Officer", &looked.text, &[], "send").await;
    assert_eq!(again.place, sent.place);
    assert_eq!(api.open("O. Officer", &format!("/letters/{old}/correct"), "en").await.place, format!("/letters/{old}"));
    // What the case system has asked for, it corrects itself.
    let letters = api.get(&format!("/letters?case={CASE}&type=debt-notice")).await;
    let notice = letters["letters"][0]["id"].as_str().unwrap_or_else(|| panic!("{letters:#}")).to_owned();
    assert_eq!(
        api.open("O. Officer", &format!("/letters/{notice}/correct"), "en").await.place,
        format!("/letters/{notice}")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_e_mail_waits_for_half_an_hour_in_which_it_can_be_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let at = |time: &str| format!("2026-11-17T{time}:00-05:00");
    let mut told = debt_referred("e-1");
    told["data"]["party"]["channel"] = json!("email");
    told["data"]["party"]["email"] = json!("etienne@example.org");
    told["time"] = json!(at("09:00"));
    // One who tells late waits for nobody: the event asked long ago.
    let desk = crate::support::desk_at(folder.path(), &at("14:00")).await;
    let early = crate::support::taken(&desk, &told).await.remove(0);
    work(&desk).await;
    assert_eq!(desk.reader().letter(&early).await.unwrap().unwrap().delivery, Some(DeliveryState::Sent));
    let mut data = sample("account-statement", "plausible");
    data.as_object_mut().unwrap().remove("dated");
    for part in ["case", "party"] {
        data[part] = told["data"][part].clone();
    }
    let facts = told["data"]["facts"].clone();
    data["facts"] = json!({"requested": "2026-11-17", "as_of": facts["as_of"], "balance": facts["balance"], "transactions": facts["transactions"]});
    let request = LetterRequest { letter_type: "account-statement".to_owned(), data, key: "k-1".to_owned() };
    let asked = desk.ask_for(&person("O. Officer"), request).await.unwrap();
    let Requested::Called(letter) = asked else { panic!("{asked:?}") };
    work(&desk).await;
    let delivery = async |desk: &Desk| desk.reader().letter(&letter.id).await.unwrap().unwrap().delivery;
    assert_eq!(delivery(&desk).await, Some(DeliveryState::Waiting));
    desk.close().await;
    for (time, state) in [("14:29", DeliveryState::Waiting), ("14:30", DeliveryState::Sent)] {
        let desk = crate::support::desk_at(folder.path(), &at(time)).await;
        work(&desk).await;
        assert_eq!(delivery(&desk).await, Some(state), "{time}");
        desk.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officers_work_has_what_waits_for_them_and_what_does_most_harm_first() {
    let api = Api::at("2026-11-30T09:00:00-05:00").await;
    // A submission that has waited past its days, and a payment under a number that the case does not know.
    let mut dispute = debt_referred("e-1")["data"].clone();
    dispute["facts"] = json!({"received": "2026-11-12", "kind": "dispute"});
    api.taken(&debt_referred("e-1")).await;
    api.taken(&event("s-1", "dispute.received", "2026-11-12T09:00:00-05:00", &dispute)).await;
    let mut stranger = debt_referred("e-2");
    stranger["data"]["party"]["id"] = json!("P-99999");
    stranger["data"]["party"]["surname"] = json!("Somebody");
    stranger["data"]["facts"] = json!({"received": "2026-11-16", "amount": "50.00", "kind": "payment"});
    stranger["type"] = json!("ca.on.recto.payment.received.v1");
    api.taken(&stranger).await;
    // The same letter twice: the second of them is held.
    let path = format!("/letters/new?case={CASE}&person=P-10023&letter=correspondence");
    let text = [("facts.subject.en", "Your question"), ("facts.body.en", "An answer.")];
    for _ in 0..2 {
        let page = api.open("O. Officer", &path, "en").await.text;
        let looked = send(&api, "O. Officer", &page, &text, "look").await;
        assert_eq!(send(&api, "O. Officer", &looked.text, &[], "send").await.status, StatusCode::SEE_OTHER);
        work(&api.desk).await;
    }
    for (language, identified, acknowledged, late) in [
        ("en", "somebody to be identified", "acknowledgement that is due", "business days late"),
        ("fr", "personne à identifier", "accusé de réception à envoyer", "jours ouvrables de retard"),
    ] {
        let page = api.open("O. Officer", "/work", language).await.text;
        let at = |words: &str| page.find(words).unwrap_or_else(|| panic!("no “{words}” in {page}"));
        assert!(at(identified) < at(acknowledged) && at(late) > 0, "{page}");
        assert!(page.contains("href=\"#stopped\""), "{page}");
    }
    assert!(
        !api.open("L. Lead", "/work", "en").await.text.contains("href=\"#stopped\""),
        "another's letters are theirs"
    );
    assert_eq!(api.open("R. Cords", "/work", "en").await.status, StatusCode::FORBIDDEN);
}

/// A letter of an officer's own words, asked for by somebody.
async fn free_letter(api: &Api, name: &str, words: &str) -> String {
    let path = format!("/letters/new?case={CASE}&person=P-10023&letter=correspondence");
    let page = api.open(name, &path, "en").await.text;
    let text = [("facts.subject.en", "Your question"), ("facts.body.en", words)];
    let looked = send(api, name, &page, &text, "look").await;
    let sent = send(api, name, &looked.text, &[], "send").await;
    work(&api.desk).await;
    sent.place.strip_prefix("/letters/").unwrap_or_else(|| panic!("{}", sent.text)).to_owned()
}

/// Corrects a letter, and gives the new one.
async fn corrected(api: &Api, name: &str, letter: &str, typed: &[(&str, &str)]) -> String {
    let page = api.open(name, &format!("/letters/{letter}/correct"), "en").await.text;
    let looked = send(api, name, &page, typed, "look").await;
    let sent = send(api, name, &looked.text, &[], "send").await;
    work(&api.desk).await;
    sent.place.strip_prefix("/letters/").unwrap_or_else(|| panic!("{}", sent.text)).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_anew_keeps_who_wrote_it_first_and_that_it_was_sent_back() {
    let api = Api::start().await;
    api.taken(&debt_referred("e-1")).await;
    let mut data = sample("settlement-offer", "plausible");
    data.as_object_mut().unwrap().remove("dated");
    for part in ["case", "party"] {
        data[part] = debt_referred("e-1")["data"][part].clone();
    }
    let facts = json!({"balance": "1846.35", "offer": "1500.00", "forgone": "346.35", "as_of": "2026-11-17", "authority": "FAA-2026-0118", "prepared_by": "L. Lead"});
    let data = with_facts(&data, facts);
    let request =
        LetterRequest { letter_type: "settlement-offer".to_owned(), data: data.clone(), key: "k-1".to_owned() };
    let asked = api.desk.ask_for(&person("L. Lead"), request).await.unwrap();
    let Requested::Called(letter) = asked else { panic!("{asked:?}") };
    work(&api.desk).await;
    let letter = letter.id.to_string();
    assert_eq!(api.state(&letter).await.0, "awaiting-approval");
    let back = api.fill_in("A. Manager", &format!("/letters/{letter}/return"), &[("comment", "Which cheque?")]).await;
    assert_eq!(back.place, format!("/letters/{letter}"), "{}", back.text);
    let new = corrected(&api, "O. Officer", &letter, &[]).await;
    let (state, _) = api.state(&new).await;
    assert_eq!(state, "awaiting-approval");
    assert_eq!(api.state(&letter).await.0, "withdrawn");
    let case = api.get(&format!("/cases/{}", data["case"]["reference"].as_str().unwrap())).await;
    let told = |kind: &str| {
        let entries = case["entries"].as_array().unwrap().iter();
        entries.filter(|entry| entry["kind"] == kind && entry["letter"] == json!(new)).count()
    };
    assert_eq!(told("letter-resubmitted"), 1, "{case:#}");
    // The first who wrote it does not approve it, nor does who wrote it anew.
    let row = api.desk.reader().letter(&LetterId::new(&new)).await.unwrap().unwrap();
    let makers: Vec<String> = api.desk.preparers(&row).await.unwrap().into_iter().map(|one| one.name).collect();
    assert!(makers.contains(&"L. Lead".to_owned()) && makers.contains(&"O. Officer".to_owned()), "{makers:?}");
    let differences = crate::support::recto(api.folder(), &["verify", "--json"]);
    assert!(differences.status.success(), "{}", String::from_utf8_lossy(&differences.stdout));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_stays_in_the_programs_of_whoever_makes_it_and_takes_every_letter_of_its_event_along() {
    let api = Api::start().await;
    api.taken(&debt_referred("e-1")).await;
    let letter = free_letter(&api, "O. Officer", "An answer.").await;
    // A case does not move to another program by a correction.
    let page = api.open("O. Officer", &format!("/letters/{letter}/correct"), "en").await.text;
    let typed = [
        ("person", ""),
        ("case.program", "odsp"),
        ("party.id", "P-10023"),
        ("party.role", "debtor"),
        ("party.surname", "Tremblay"),
        ("party.language", "en"),
        ("party.channel", "print"),
    ];
    let other = send(&api, "E. Lsewhere", &page, &typed, "look").await;
    assert!(!other.text.contains("Étienne") && !other.text.contains("10-123"), "{}", other.text);
    let sent = send(&api, "E. Lsewhere", &other.text, &typed, "send").await;
    assert_ne!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    assert_eq!(api.get(&format!("/cases/{CASE}")).await["program"], "ontario-works");
    assert_eq!(api.state(&letter).await.0, "issued");
    // Late, the old page's form leads to what was sent.
    let new = corrected(&api, "O. Officer", &letter, &[("facts.body.en", "The right answer.")]).await;
    assert_eq!(api.state(&new).await.0, "issued");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_that_may_not_look_sees_nothing_by_the_pages_on_which_one_writes() {
    let api = Api::start().await;
    api.taken(&debt_referred("e-1")).await;
    let letter = free_letter(&api, "O. Officer", "An answer.").await;
    for (permission, paths) in [
        (
            Permission::Record,
            vec![format!("/events/new?case={CASE}"), format!("/events/take-back?case={CASE}&source=x&event=e-1")],
        ),
        (
            Permission::Prepare,
            vec![format!("/letters/new?case={CASE}"), format!("/letters/{letter}/correct"), "/work".to_owned()],
        ),
    ] {
        let (_, secret) = api.desk.make_token(&person("S. Admin"), permission.as_str(), &[permission]).await.unwrap();
        for path in paths {
            let request = axum::http::Request::get(&path).header("authorization", format!("Bearer {}", secret.text()));
            let answer = api.answered(request.body(axum::body::Body::empty()).unwrap()).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
            assert!(!answer.text.contains("Tremblay"), "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_deadlines_that_a_letter_gives_stand_beside_it_as_they_will_be_printed() {
    let api = Api::start().await;
    api.taken(&debt_referred("e-1")).await;
    let path = format!("/letters/new?case={CASE}&person=P-10023&letter=information-request");
    let page = api.open("O. Officer", &path, "en").await.text;
    let typed = [
        ("facts.purpose.en", "We cannot decide without it."),
        ("facts.items.en", "Your last pay stub\n\nProof of your rent"),
        ("facts.sin_needed", "false"),
    ];
    let looked = send(&api, "O. Officer", &page, &typed, "look").await;
    assert_eq!(looked.status, StatusCode::OK, "{}", looked.text);
    let (_, beside) = looked.text.split_once("id=\"verdict\"").unwrap();
    let (_, deadline) = beside.split_once("to send the information").unwrap_or_else(|| panic!("{beside}"));
    let day = deadline.split_once("datetime=\"").unwrap().1.split_once('"').unwrap().0;
    let printed = recto::case::format::Formats::of(recto::case::Language::En).date(day).unwrap();
    let words = beside.split_once("id=\"page-words\"").unwrap().1;
    assert!(words.replace('\u{a0}', " ").contains(&printed.replace('\u{a0}', " ")), "{printed}: {words}");
    // Each line is one thing, and a blank one none.
    assert!(words.contains("Proof of your rent"), "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_phrase_is_put_into_the_text_in_each_language_of_the_letter_without_a_script() {
    let api = Api::start().await;
    let mut referred = debt_referred("e-1");
    referred["data"]["party"]["language"] = json!("unknown");
    api.taken(&referred).await;
    let path = format!("/letters/new?case={CASE}&person=P-10023&letter=correspondence");
    let page = api.open("O. Officer", &path, "fr").await.text;
    let phrase = api.desk.studio.catalogue.phrases[0].clone();
    for phrase in api.desk.studio.catalogue.phrases.iter().filter(|phrase| phrase.fits(Some("ontario-works"))) {
        assert!(unescaped(&page).contains(&format!(">{}</option>", phrase.title.fr)), "{}", phrase.key);
    }
    // Each text is spelled in its own language, whatever that of the page.
    for (code, lang) in [("en", "en-CA"), ("fr", "fr-CA")] {
        let field = page.split("<textarea").find(|field| field.contains(&format!("id=\"facts-body-{code}\""))).unwrap();
        assert_eq!(attribute(field, "lang").as_deref(), Some(lang));
        assert_eq!(attribute(field, "spellcheck").as_deref(), Some("true"));
    }
    let typed = [("facts.body.en", "First.\n"), ("phrase.facts.body", phrase.key.as_str())];
    let put = send(&api, "O. Officer", &page, &typed, "phrase:facts.body").await;
    assert_eq!(put.status, StatusCode::OK, "{}", put.text);
    let has = fields(&put.text);
    assert_eq!(has["facts.body.en"], format!("First.\n\n{}", phrase.text.en));
    assert_eq!(has["facts.body.fr"], phrase.text.fr);
    assert_eq!(has["phrase.facts.body"], "", "the next one is chosen anew");
    // It is kept; and where none is chosen, or there is no such phrase or text, nothing is put in.
    let draft = address(&put.text);
    let kept = api.open("O. Officer", &draft, "fr").await.text;
    assert_eq!(fields(&kept), has);
    for (key, button) in [("", "phrase:facts.body"), ("nothing", "phrase:facts.body"), (&phrase.key, "phrase:party")] {
        let again = send(&api, "O. Officer", &kept, &[("phrase.facts.body", key)], button).await;
        assert_eq!(fields(&again.text)["facts.body.en"], has["facts.body.en"], "{key} {button}");
    }
    // A letter in one language gets its own.
    api.taken(&debt_referred("e-2")).await;
    let page = api.open("O. Officer", &path, "en").await.text;
    let put = send(&api, "O. Officer", &page, &[("phrase.facts.body", &phrase.key)], "phrase:facts.body").await;
    let has = fields(&put.text);
    assert_eq!((has.get("facts.body.en"), has.get("facts.body.fr")), (Some(&phrase.text.en), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn words_in_bold_are_read_and_found_without_their_marks() {
    let api = Api::start().await;
    api.taken(&debt_referred("e-1")).await;
    let path = format!("/letters/new?case={CASE}&person=P-10023&letter=correspondence");
    let page = api.open("O. Officer", &path, "en").await.text;
    let text = [("facts.subject.en", "Your move"), ("facts.body.en", "Please write **before you** move; 2 ** 3 is 8.")];
    let looked = send(&api, "O. Officer", &page, &text, "look").await;
    let words = looked.text.split_once("id=\"page-words\"").unwrap().1;
    assert!(words.contains("write before you move; 2 ** 3 is"), "{words}");
    let letter = free_letter(&api, "O. Officer", text[1].1).await;
    assert_eq!(api.state(&letter).await.0, "issued");
    for (asked, found) in [("%22write+before+you+move%22", 1), ("%22write+strong+before%22", 0)] {
        let letters = api.get(&format!("/letters?words={asked}")).await;
        assert_eq!(letters["letters"].as_array().map(Vec::len), Some(found), "{asked}: {letters:#}");
    }
    // Written anew, it is what was typed.
    let page = api.open("O. Officer", &format!("/letters/{letter}/correct"), "en").await.text;
    assert_eq!(fields(&page)["facts.body.en"], text[1].1);
}
