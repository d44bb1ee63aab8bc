//! Taking back an event that was told in error: another event says so, and the first counts for nothing from then on.

use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::What;
use crate::case::entry::View;
use crate::case::{CaseRef, DraftId, Fault};
use crate::desk::{DeskError, Outcome, Told};
use crate::people::Who;
use crate::web::Service;
use crate::web::pages::Asked;
use crate::web::problem::Problem;

/// Which event, and why.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Given {
    case: CaseRef,
    source: String,
    event: String,
    #[serde(default)]
    reason: String,
    /// By which the taking back is known: sent twice, it is one.
    #[serde(default)]
    key: String,
}

/// Asks why, and says what it would change.
pub(super) async fn show(
    State(service): State<Service>,
    asked: Asked,
    who: Who,
    Query(given): Query<Given>,
) -> Response {
    if !may(&asked) {
        return asked.problem(&service, &Problem::not_permitted());
    }
    page(&service, &asked, &who, given, &[]).await.unwrap_or_else(|problem| asked.problem(&service, &problem))
}

/// Takes the event back.
pub(super) async fn take_back(
    State(service): State<Service>,
    asked: Asked,
    who: Who,
    Form(given): Form<Given>,
) -> Response {
    if !may(&asked) {
        return asked.problem(&service, &Problem::not_permitted());
    }
    let done = async {
        let Some(told) = told(&service, &who, &given, &given.key).await? else {
            return Ok(asked.error(&service, StatusCode::NOT_FOUND));
        };
        if given.reason.trim().is_empty() {
            let faults = [no_reason()];
            let page = page(&service, &asked, &who, given.clone(), &faults).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
        match service.desk.tell(&who, told).await? {
            Outcome::Refused(faults) => {
                let page = page(&service, &asked, &who, given.clone(), &faults).await?;
                Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
            }
            _ => Ok(Redirect::to(&format!("/cases/{}", given.case)).into_response()),
        }
    };
    let done: Result<Response, Problem> = done.await;
    done.unwrap_or_else(|problem| asked.problem(&service, &problem))
}

/// What is taken back is shown: who does it must see the case.
fn may(asked: &Asked) -> bool {
    What::Event.needs().into_iter().all(|permission| asked.may(permission))
}

/// The event that says so; none where there is nothing that whoever asks could take back.
async fn told(service: &Service, who: &Who, given: &Given, key: &str) -> Result<Option<Told>, DeskError> {
    let event = (given.source.as_str(), given.event.as_str());
    service.desk.taking_back(who, &given.case, event, &given.reason, key).await
}

async fn page(
    service: &Service,
    asked: &Asked,
    who: &Who,
    given: Given,
    faults: &[Fault],
) -> Result<Response, Problem> {
    let key = if given.key.is_empty() { service.desk.new_draft_id()? } else { DraftId::new(&given.key) };
    let Some(told) = told(service, who, &given, key.as_str()).await? else {
        return Ok(asked.error(service, StatusCode::NOT_FOUND));
    };
    service.desk.looked_at_case(who, &given.case, View::Page).await?;
    let read = service.desk.case(&given.case).await?;
    let event = read.event(&given.source, &given.event);
    let language = asked.language;
    let happened = event.map(|event| service.desk.studio.catalogue.happened(&event.kind).get(language).to_owned());
    let outlook = service.desk.foresee_event(who, told).await?;
    let problem: Vec<Value> =
        faults.iter().map(|fault| json!({"place": "reason", "message": fault.message.get(language)})).collect();
    let context = json!({
        "case": given.case,
        "source": given.source,
        "event": given.event,
        "reason": given.reason,
        "key": key,
        "happened": happened,
        "day_of": event.map(|event| event.day()),
        "problem": problem,
        "outlook": {"is": outlook.ok().map(|outlook| super::outlook::event(service, &outlook, language))},
    });
    Ok(asked.page(service, "take-back.html", context))
}

fn no_reason() -> Fault {
    Fault::new(
        "reason-missing",
        "reason",
        "Say why the event was recorded in error: the reason is kept in the case file.",
        "Dites pourquoi l’événement a été inscrit par erreur : le motif est versé au dossier.",
    )
}
