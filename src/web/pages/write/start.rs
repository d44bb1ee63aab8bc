//! Where writing begins: which case, whom, and what.

use axum::extract::{Query, State};
use axum::response::Response;
use serde_json::{Value, json};
use strum::VariantArray;

use super::What;
use super::page::opened;
use super::writing::Writing;
use crate::case::entry::View;
use crate::case::texts::folded;
use crate::case::{CaseRef, Language, PersonId};
use crate::desk::{Group, KnownCase};
use crate::form::Typed;
use crate::people::Who;
use crate::web::Service;
use crate::web::pages::{Asked, answer, encoded};
use crate::web::problem::Problem;

/// Events that are told by pages of their own: who somebody is, and a letter of an officer's own words.
const TOLD_ELSEWHERE: [&str; 2] = ["person.identified", "letter.requested"];

/// What an address says of where to begin.
#[derive(Debug)]
struct Begun {
    case: CaseRef,
    person: Option<PersonId>,
    key: Option<String>,
    /// First values of fields, by their paths.
    typed: Typed,
}

impl Begun {
    fn of(given: &[(String, String)], key: &str) -> Begun {
        let one = |wanted: &str| given.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.trim());
        Begun {
            case: CaseRef::new(reference(one("case").unwrap_or_default())),
            person: one("person").map(PersonId::new),
            key: one(key).filter(|key| !key.is_empty()).map(str::to_owned),
            typed: Typed::of(given, &["facts"]),
        }
    }
}

/// A case reference as it is written on letters: capitals, plain hyphens, no blanks at its ends.
fn reference(typed: &str) -> String {
    let hyphen =
        |letter: char| if matches!(letter, '‐' | '‑' | '–' | '—' | ' ' | '\u{a0}') { '-' } else { letter };
    typed.trim().chars().map(hyphen).collect::<String>().to_uppercase()
}

/// Begins a letter.
pub(super) async fn letter(
    State(service): State<Service>,
    asked: Asked,
    who: Who,
    Query(given): Query<Vec<(String, String)>>,
) -> Response {
    start(&service, &asked, &who, What::Letter, Begun::of(&given, "letter")).await
}

/// Begins an event.
pub(super) async fn event(
    State(service): State<Service>,
    asked: Asked,
    who: Who,
    Query(given): Query<Vec<(String, String)>>,
) -> Response {
    start(&service, &asked, &who, What::Event, Begun::of(&given, "event")).await
}

async fn start(service: &Service, asked: &Asked, who: &Who, what: What, begun: Begun) -> Response {
    if !what.needs().into_iter().all(|permission| asked.may(permission)) {
        return asked.problem(service, &Problem::not_permitted());
    }
    match begun_or_chosen(service, asked, who, what, begun).await {
        Ok(response) => response,
        Err(problem) => asked.problem(service, &problem),
    }
}

/// The form, where it is clear what is written about whom; else the page on which that is chosen.
async fn begun_or_chosen(
    service: &Service,
    asked: &Asked,
    who: &Who,
    what: What,
    begun: Begun,
) -> Result<Response, Problem> {
    let known = service.desk.known_case(who, &begun.case).await?;
    let only = known.as_ref().and_then(|known| match known.people.as_slice() {
        [(person, _)] => Some(person.clone()),
        _ => None,
    });
    let is_known =
        |person: &PersonId| known.as_ref().is_some_and(|case| case.people.iter().any(|(one, _)| one == person));
    let named = begun.person.clone().filter(|person| person.as_str().is_empty() || is_known(person));
    let somebody = named.or(only);
    if let (Some(key), Some(person)) = (&begun.key, &somebody) {
        let mut writing = Writing {
            id: service.desk.new_draft_id()?,
            what,
            key: key.clone(),
            case: begun.case.clone(),
            person: person.clone(),
            replaces: None,
            typed: begun.typed.clone(),
        };
        if let Some(parts) = writing.parts(service) {
            writing.fill_in(service, who, &parts).await?;
            return Ok(opened(service, asked, who, &writing).await);
        }
    }
    service.desk.looked_at_case(who, &begun.case, View::Page).await?;
    let context = choices(service, asked.language, what, &begun, known.as_ref(), somebody);
    Ok(answer(service, asked, "write.html", async { context.await.map(Some) }).await)
}

async fn choices(
    service: &Service,
    language: Language,
    what: What,
    begun: &Begun,
    known: Option<&KnownCase>,
    person: Option<PersonId>,
) -> Result<Value, Problem> {
    let has_case = !begun.case.as_str().is_empty();
    let person = person.or_else(|| known.is_none().then(|| PersonId::new("")));
    let groups = match (&person, what) {
        (Some(person), What::Letter) if has_case => letters(service, language, begun, known, person).await?,
        (Some(person), What::Event) if has_case => {
            vec![
                json!({"title": null, "folded": false, "choices": events(service, language, begun, (person, known.is_none()))}),
            ]
        }
        _ => Vec::new(),
    };
    let people = known.map_or(&[][..], |known| &known.people).iter();
    Ok(json!({
        "what": <&str>::from(what),
        "case": begun.case,
        "is_known": known.is_some(),
        "person": person,
        "people": people.map(|(id, name)| json!({"id": id, "name": name})).collect::<Vec<_>>(),
        "groups": groups,
    }))
}

/// The letter types, those first that something calls for.
async fn letters(
    service: &Service,
    language: Language,
    begun: &Begun,
    known: Option<&KnownCase>,
    person: &PersonId,
) -> Result<Vec<Value>, Problem> {
    let catalogue = &service.desk.studio.catalogue;
    let title = |key: &str| catalogue.types.get(key).map(|letter| letter.description.title.get(language).to_owned());
    if known.is_none() {
        let brings =
            catalogue.types.values().filter(|letter| catalogue.brings_person(&letter.description.called_by.event));
        let choices: Vec<Value> =
            brings.map(|letter| choice(What::Letter, begun, person, &letter.key, title(&letter.key), None)).collect();
        return Ok(vec![json!({"title": null, "choices": choices, "folded": false})]);
    }
    let mut answers = service.desk.explain(&begun.case, None).await?;
    answers.retain(|one| one.person == person.as_str());
    let group = |group: &Group| {
        let own = answers.iter().filter(|one| one.group == *group);
        let choices: Vec<Value> = own
            .map(|one| {
                let why = one.reasons.first().map(|why| why.message.get(language));
                let calls = one.called_for.first().map(|call| call.says.get(language));
                choice(What::Letter, begun, person, &one.letter_type, title(&one.letter_type), calls.or(why))
            })
            .collect();
        let folded = matches!(group, Group::MayNot | Group::NoGround);
        json!({"title": group.title().get(language), "choices": choices, "folded": folded})
    };
    Ok(Group::VARIANTS.iter().map(group).filter(|group| group["choices"] != json!([])).collect())
}

/// The kinds of events, by what happened; of a case that is not known, those that bring a person.
fn events(service: &Service, language: Language, begun: &Begun, (person, is_new): (&PersonId, bool)) -> Vec<Value> {
    let catalogue = &service.desk.studio.catalogue;
    let told = catalogue.event_kinds().into_iter().filter(|kind| {
        !TOLD_ELSEWHERE.contains(kind)
            && catalogue.event_schema(kind).is_some()
            && (!is_new || catalogue.brings_person(kind))
    });
    let mut kinds: Vec<(String, String)> =
        told.map(|kind| (catalogue.happened(kind).get(language).to_owned(), kind.to_owned())).collect();
    kinds.sort_by_key(|(happened, _)| folded(happened));
    kinds.into_iter().map(|(happened, kind)| choice(What::Event, begun, person, &kind, Some(happened), None)).collect()
}

/// One thing that can be written, with the address on which it is.
fn choice(what: What, begun: &Begun, person: &PersonId, key: &str, title: Option<String>, why: Option<&str>) -> Value {
    let mut query = vec![("case", begun.case.as_str()), ("person", person.as_str()), (what.into(), key)];
    query.extend(begun.typed.0.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let query = query.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    json!({"query": query.collect::<Vec<_>>().join("&"), "title": title, "why": why})
}
