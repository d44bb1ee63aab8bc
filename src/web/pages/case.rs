//! A case, and a follow-up of one with what somebody decides on it.

use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Value, json};

use super::{Asked, WHO_IS_IT, answer};
use crate::case::{CaseRef, EntryKind, FollowUpId, FollowUpState, Language, PersonId};
use crate::desk::{DecideError, Outcome, WhoItIs};
use crate::people::Who;
use crate::web::Service;
use crate::web::problem::Problem;
use crate::web::view::{CaseView, FollowUpView, GroupView};

pub(super) async fn show(State(service): State<Service>, asked: Asked, Path(reference): Path<CaseRef>) -> Response {
    answer(&service, &asked, "case.html", case_context(&service, asked.language, &reference)).await
}

async fn case_context(service: &Service, language: Language, reference: &CaseRef) -> Result<Option<Value>, Problem> {
    let Some(case) = CaseView::of(&service.desk, reference, language).await? else { return Ok(None) };
    let program = service.desk.studio.catalogue.programs.get(&case.program);
    let program = program.map(|program| program.in_language(language)["name"].clone());
    let mut standing: Vec<&str> = case.parties.iter().flat_map(|party| party.standing.iter().copied()).collect();
    standing.sort_unstable();
    standing.dedup();
    let asks = |one: &&FollowUpView| one.kind == WHO_IS_IT && one.state == FollowUpState::Proposed;
    let (who_is_it, follow_ups): (Vec<&FollowUpView>, Vec<_>) = case.follow_ups.iter().partition(asks);
    let entries: Vec<_> = case.entries.iter().filter(|entry| entry.kind != EntryKind::LetterViewed).collect();
    let which = GroupView::all(&service.desk, reference, language).await?;
    Ok(Some(json!({
        "case": case.reference,
        "who_is_it": who_is_it,
        "program": program.unwrap_or(json!(case.program)),
        "parties": case.parties,
        "standing": standing,
        "debts": case.debts,
        "letters": case.letters,
        "follow_ups": follow_ups,
        "which": which,
        "entries": entries,
    })))
}

/// What the form of a follow-up says.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Given {
    decision: String,
    answer: String,
    reason: String,
    person: String,
    case: String,
    name: String,
}

pub(super) async fn follow_up(State(service): State<Service>, asked: Asked, Path(id): Path<FollowUpId>) -> Response {
    let nothing = Given::default();
    let context = follow_up_context(&service, asked.language, &id, &nothing, None);
    answer(&service, &asked, "follow-up.html", context).await
}

async fn follow_up_context(
    service: &Service,
    language: Language,
    id: &FollowUpId,
    given: &Given,
    problem: Option<&Problem>,
) -> Result<Option<Value>, Problem> {
    let Some(row) = service.desk.reader().follow_up(id).await? else { return Ok(None) };
    let answers = service.desk.answers_to(&row).await?;
    let view = FollowUpView::of(row, language)?;
    let case = CaseView::of(&service.desk, &view.case, language).await?;
    let parties = case.map(|case| json!(case.parties)).unwrap_or_default();
    let letter = view.letter.as_ref().and_then(|key| service.desk.studio.catalogue.types.get(key));
    Ok(Some(json!({
        "follow_up": view,
        "asks": view.kind == WHO_IS_IT,
        "letter": letter.map(|letter| letter.description.title.get(language)),
        "parties": parties,
        "answers": answers,
        "given": {"answer": given.answer, "reason": given.reason, "person": given.person, "case": given.case, "name": given.name},
        "problem": problem.map(|problem| problem.said(language)),
    })))
}

/// Decides on a follow-up, or answers one that asks who somebody is.
pub(super) async fn decide(
    State(service): State<Service>,
    asked: Asked,
    who: Who,
    Path(id): Path<FollowUpId>,
    Form(given): Form<Given>,
) -> Response {
    let problem = match decided(&service, &who, &id, &given).await {
        Ok(()) => return Redirect::to(&format!("/follow-ups/{id}")).into_response(),
        Err(problem) => problem,
    };
    if problem.status() == StatusCode::NOT_FOUND {
        return asked.error(&service, StatusCode::NOT_FOUND);
    }
    let context = follow_up_context(&service, asked.language, &id, &given, Some(&problem));
    (problem.status(), answer(&service, &asked, "follow-up.html", context).await).into_response()
}

async fn decided(service: &Service, who: &Who, id: &FollowUpId, given: &Given) -> Result<(), Problem> {
    let text = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let outcome = match given.decision.as_str() {
        "accept" => service.desk.accept_follow_up(id, who).await?,
        "decline" => return Ok(service.desk.decline_follow_up(id, who, &given.reason).await?),
        _ => {
            let answer = given.answer.parse().map_err(|_| Problem::from(DecideError::WhoIsIt))?;
            let said = WhoItIs {
                answer,
                name: text(&given.name),
                person: text(&given.person).map(PersonId::new),
                case: text(&given.case).map(CaseRef::new),
                reason: text(&given.reason),
            };
            service.desk.say_who_it_is(id, &said, who).await?
        }
    };
    match outcome {
        Outcome::Refused(faults) => Err(Problem::faults(faults)),
        _ => Ok(()),
    }
}
