//! The page on which somebody writes.

use std::sync::Arc;

use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Value, json};

use super::outlook::{Beside, Outlook, at_field, outlook, told};
use super::writing::{Part, What, Writing, Written};
use crate::case::entry::View;
use crate::case::{CaseRef, DraftId, Fault, Language, LetterId, PersonId, Sha256};
use crate::desk::{Desk, DeskError, Outcome, Requested};
use crate::form::{Change, Control, MOST, Typed, nearest, were_sent};
use crate::people::Who;
use crate::web::Service;
use crate::web::pages::Asked;
use crate::web::problem::Problem;

/// The roots of what is typed.
const ROOTS: [&str; 4] = ["case", "party", "facts", "addressee"];

/// What tells htmx to put the form of the page in the place of the one that is there.
const WHOLE_FORM: [(HeaderName, HeaderValue); 3] = [
    (HeaderName::from_static("hx-retarget"), HeaderValue::from_static("#writing")),
    (HeaderName::from_static("hx-reselect"), HeaderValue::from_static("#writing")),
    (HeaderName::from_static("hx-reswap"), HeaderValue::from_static("outerHTML show:none")),
];

/// What somebody does with what they write.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Button {
    /// Types: it is kept, and what would become of it is shown.
    Type,
    /// Looks at what is wrong with it, with all that is missing.
    Look,
    /// Adds, moves or takes out a row.
    Change(Change),
    /// Puts the saved phrase of a key into the text at a path.
    Phrase { path: String, key: String },
    /// Sends it.
    Send,
    /// Throws it away.
    Drop,
}

impl Button {
    /// `one` is the value of a field beside those that are typed.
    fn of<'f>(one: impl Fn(&str) -> &'f str) -> Button {
        match one("act") {
            "look" => Button::Look,
            "send" => Button::Send,
            "drop" => Button::Drop,
            other => match other.strip_prefix("phrase:") {
                Some(path) => Button::Phrase { path: path.to_owned(), key: one(&format!("phrase.{path}")).to_owned() },
                None => Change::read(other).map_or(Button::Type, Button::Change),
            },
        }
    }
}

/// What a form has sent besides what was typed.
struct Sent {
    button: Button,
    /// Which page is to be seen.
    beside: Beside,
    /// What its sender has seen.
    seen: Sha256,
}

/// Shows what somebody is writing.
pub(super) async fn show(State(service): State<Service>, asked: Asked, who: Who, Path(id): Path<DraftId>) -> Response {
    match service.desk.sent_draft(&who, &id).await {
        Ok(Some((case, letter))) => return Redirect::to(&address_of(&case, letter.as_ref())).into_response(),
        Ok(None) => {}
        Err(error) => return asked.problem(&service, &Problem::from(error)),
    }
    match service.desk.draft(&who, &id).await.map(|draft| draft.and_then(Writing::of)) {
        Ok(Some(writing)) => opened(&service, &asked, &who, &writing).await,
        Ok(None) => asked.error(&service, StatusCode::NOT_FOUND),
        Err(error) => asked.problem(&service, &Problem::from(error)),
    }
}

/// Begins a letter in the place of one that has not left.
pub(super) async fn correct(
    State(service): State<Service>,
    asked: Asked,
    who: Who,
    Path(id): Path<LetterId>,
) -> Response {
    if !What::Letter.needs().into_iter().all(|permission| asked.may(permission)) {
        return asked.problem(&service, &Problem::not_permitted());
    }
    let begun = async {
        let Some(old) = service.desk.correctable(&who, &id).await? else { return Ok(None) };
        let mut writing = Writing {
            id: service.desk.new_draft_id()?,
            what: What::Letter,
            key: old.letter.letter_type.clone(),
            case: old.letter.case_reference.clone(),
            person: old.letter.person.clone(),
            replaces: Some(id.clone()),
            typed: Typed::default(),
        };
        if let Some(parts) = writing.parts(&service) {
            writing.type_out(&old.event.data, &parts);
        }
        service.desk.looked_at(&who, &old.letter, View::Page).await?;
        Ok::<_, DeskError>(Some(writing))
    };
    match begun.await {
        Ok(Some(writing)) => opened(&service, &asked, &who, &writing).await,
        Ok(None) => Redirect::to(&format!("/letters/{id}")).into_response(),
        Err(error) => asked.problem(&service, &Problem::from(error)),
    }
}

/// The page of something that is opened, with what would become of it as it stands.
pub(super) async fn opened(service: &Service, asked: &Asked, who: &Who, writing: &Writing) -> Response {
    let sent = Sent { button: Button::Type, beside: Beside { page: 1, language: None }, seen: Sha256::new("") };
    let shown = async {
        service.desk.looked_at_case(who, &writing.case, View::Page).await?;
        page(service, asked, who, writing, &sent, &[], false).await
    };
    shown.await.unwrap_or_else(|problem| asked.problem(service, &problem))
}

/// Takes what was typed and does what was asked with it.
pub(super) async fn write(
    State(service): State<Service>,
    asked: Asked,
    who: Who,
    Path(id): Path<DraftId>,
    headers: HeaderMap,
    Form(given): Form<Vec<(String, String)>>,
) -> Response {
    let live = headers.get("hx-request").is_some_and(|value| value == "true");
    let one = |wanted: &str| given.iter().rev().find(|(name, _)| name == wanted).map_or("", |(_, value)| value.trim());
    let Ok(what) = one("what").parse::<What>() else { return asked.error(&service, StatusCode::NOT_FOUND) };
    let mut writing = Writing {
        id,
        what,
        key: one("key").to_owned(),
        case: CaseRef::new(one("case")),
        person: PersonId::new(one("person")),
        replaces: Some(one("replaces")).filter(|letter| !letter.is_empty()).map(LetterId::new),
        typed: Typed::of(&given, &ROOTS),
    };
    let beside = Beside { page: one("page").parse().unwrap_or(1), language: Language::parse(one("page_language")) };
    let sent = Sent { button: Button::of(one), beside, seen: Sha256::new(one("seen")) };
    if !writing.what.needs().into_iter().all(|permission| asked.may(permission)) {
        return asked.problem(&service, &Problem::not_permitted());
    }
    let done = written(&service, &asked, &who, &mut writing, &sent, live).await;
    done.unwrap_or_else(|problem| asked.problem(&service, &problem))
}

async fn written(
    service: &Service,
    asked: &Asked,
    who: &Who,
    writing: &mut Writing,
    sent: &Sent,
    live: bool,
) -> Result<Response, Problem> {
    if sent.button == Button::Drop {
        service.desk.drop_draft(who, &writing.id).await?;
        return Ok(Redirect::to(&format!("/cases/{}", writing.case)).into_response());
    }
    // Sent before, by another click or in another window: there is nothing left to write.
    if let Some((case, letter)) = service.desk.sent_draft(who, &writing.id).await? {
        service.desk.drop_draft(who, &writing.id).await?;
        return Ok(Redirect::to(&address_of(&case, letter.as_ref())).into_response());
    }
    match &sent.button {
        Button::Change(change) => writing.typed.change(change),
        Button::Phrase { path, key } => writing.put_in(service, path, key),
        _ => {}
    }
    let length: usize = writing.typed.0.iter().map(|(path, text)| path.len() + text.len()).sum();
    if length > MOST {
        return Err(Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE));
    }
    if !service.desk.keep_draft(who, &writing.draft(service)).await? {
        return Ok(asked.error(service, StatusCode::NOT_FOUND));
    }
    match &sent.button {
        Button::Send => send(service, asked, who, writing, sent).await,
        _ => page(service, asked, who, writing, sent, &[], live).await,
    }
}

/// Sends it, where it is what its sender has seen; else shows what would become of it now.
async fn send(
    service: &Service,
    asked: &Asked,
    who: &Who,
    writing: &Writing,
    sent: &Sent,
) -> Result<Response, Problem> {
    let Some(parts) = writing.parts(service) else { return Ok(asked.error(service, StatusCode::NOT_FOUND)) };
    let written = writing.written(service, who, &parts).await?;
    let before = outlook(service, who, (writing, &parts), &written, sent.beside, asked.language).await?;
    if before.seen != sent.seen || !before.faults.is_empty() {
        return page(service, asked, who, writing, sent, &[], false).await;
    }
    // A task of its own: what was begun goes on to its end even where the browser has gone away.
    let doing = tokio::spawn(done(Arc::clone(&service.desk), who.clone(), writing.clone(), written));
    match doing.await.map_err(DeskError::Task)?? {
        Ok(address) => Ok(Redirect::to(&address).into_response()),
        Err(faults) => {
            let faults: Vec<Fault> = faults.into_iter().map(at_field).collect();
            page(service, asked, who, writing, sent, &faults, false).await
        }
    }
}

/// Asks for the letter, or tells the event; gives where it is to be seen, or everything that is wrong with it. The draft is over then.
async fn done(
    desk: Arc<Desk>,
    by: Who,
    writing: Writing,
    written: Written,
) -> Result<Result<String, Vec<Fault>>, Problem> {
    let done = match writing.what {
        What::Letter => {
            let request = writing.request(&written.data);
            let asked = match &writing.replaces {
                Some(old) => desk.correct(&by, old, request).await?,
                None => desk.ask_for(&by, request).await?,
            };
            match asked {
                Requested::Called(letter) => Ok(address_of(&letter.case_reference, Some(&letter.id))),
                Requested::Refused(faults) => Err(faults),
            }
        }
        What::Event => match desk.tell(&by, told(&writing, &written)).await? {
            Outcome::Refused(faults) => Err(faults),
            _ => Ok(address_of(&writing.case, None)),
        },
    };
    if done.is_ok() {
        desk.drop_draft(&by, &writing.id).await?;
    }
    Ok(done)
}

/// Where what was sent is to be seen.
fn address_of(case: &CaseRef, letter: Option<&LetterId>) -> String {
    letter.map_or_else(|| format!("/cases/{case}"), |letter| format!("/letters/{letter}"))
}

/// The page; or, where its script asks while somebody types, what has changed of it.
async fn page(
    service: &Service,
    asked: &Asked,
    who: &Who,
    writing: &Writing,
    sent: &Sent,
    refused: &[Fault],
    live: bool,
) -> Result<Response, Problem> {
    let (Some(parts), Some(title)) = (writing.parts(service), writing.title(service)) else {
        return Ok(asked.error(service, StatusCode::NOT_FOUND));
    };
    let language = asked.language;
    let written = writing.written(service, who, &parts).await?;
    let outlook = outlook(service, who, (writing, &parts), &written, sent.beside, language).await?;
    let is_looked_at = matches!(sent.button, Button::Look | Button::Send);
    let faults = if is_looked_at { [refused, &outlook.faults[..]].concat() } else { outlook.of_typed() };
    let sections = sections(&parts, writing, (language, written.languages), &faults);
    let all: Vec<Control> = sections.iter().flat_map(|(_, controls)| controls.iter().cloned()).collect();
    let summary: Vec<Value> = faults.iter().map(|fault| said(fault, &all, language)).collect();
    let context = json!({
        "draft": writing.id,
        "what": <&str>::from(writing.what),
        "key": writing.key,
        "title": title.get(language),
        "case": writing.case,
        "person": writing.person,
        "replaces": writing.replaces,
        "party": party(&written, &writing.person),
        "sections": sections.iter().map(|(root, controls)| {
            let open = *root != "addressee" || !writing.typed.is_blank("addressee");
            json!({"root": root, "controls": controls, "open": open})
        }).collect::<Vec<_>>(),
        "phrases": phrases(service, written.data["case"]["program"].as_str(), language),
        "problem": if is_looked_at { summary } else { Vec::new() },
        "asked_again": sent.button == Button::Send && refused.is_empty() && outlook.faults.is_empty(),
        "outlook": shown(&outlook),
    });
    let is_live = live && sent.button == Button::Type;
    // By what was typed, other fields apply now than those that stand on the page: the form is made anew.
    let is_anew = is_live && !were_sent(&all, &writing.typed);
    let name = if is_live && !is_anew { "writing-live.html" } else { "writing.html" };
    // Whoever loads the page anew comes to the draft.
    let address = [("hx-replace-url", format!("/drafts/{}", writing.id))];
    let mut shown = (address, asked.page(service, name, context)).into_response();
    if is_anew {
        shown.headers_mut().extend(WHOLE_FORM);
    }
    Ok(if faults.is_empty() || !is_looked_at {
        shown
    } else {
        (StatusCode::UNPROCESSABLE_ENTITY, shown).into_response()
    })
}

fn sections(
    parts: &[Part],
    writing: &Writing,
    languages: (Language, &[Language]),
    faults: &[Fault],
) -> Vec<(&'static str, Vec<Control>)> {
    parts.iter().map(|part| (part.root, part.controls(&writing.typed, languages, faults))).collect()
}

/// The saved phrases that fit the letters of a program, to choose from: their words in both languages, for the script.
fn phrases(service: &Service, program: Option<&str>, language: Language) -> Vec<Value> {
    let all = service.desk.studio.catalogue.phrases.iter().filter(|phrase| phrase.fits(program));
    let shown = all.map(|one| json!({"key": one.key, "title": one.title.get(language), "text": one.text}));
    shown.collect()
}

/// What the page says of a fault, with the field to which it leads.
fn said(fault: &Fault, controls: &[Control], language: Language) -> Value {
    let at = nearest(controls, &fault.place).map(|control| control.id.clone());
    json!({"place": at, "message": fault.message.get(language)})
}

/// What the page says of what would become of it.
fn shown(outlook: &Outlook) -> Value {
    json!({"is": outlook.shown, "missing": outlook.missing(), "wrong": outlook.of_typed().len(), "seen": outlook.seen})
}

/// The person as the register knows them; null where it is somebody new.
fn party(written: &Written, person: &PersonId) -> Value {
    if person.as_str().is_empty() {
        return Value::Null;
    }
    let mut party = written.data["party"].clone();
    crate::case::party::write_out(&mut party);
    let lines: Vec<String> = party["address"]["lines"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|line| line.as_str().map(str::to_owned))
        .chain(
            ["municipality", "province", "postal_code", "country"]
                .iter()
                .filter_map(|part| party["address"][*part].as_str().map(str::to_owned)),
        )
        .collect();
    json!({
        "name": crate::case::party::full_name_in(&party),
        "id": person,
        "language": party["language"],
        "channel": party["channel"],
        "email": party["email"],
        "lines": lines,
    })
}
