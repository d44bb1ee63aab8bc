//! Taking events over HTTP: CloudEvents in structured, batch and binary mode.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use super::binding::Message;
use crate::case::fault::{FaultView, views};
use crate::case::{CaseRef, Fault, LetterId};
use crate::desk::{Batch, DeskError, Outcome};
use crate::people::Who;
use crate::web::Service;
use crate::web::problem::{Problem, accepted};

/// What an event led to. A repeated event gets the same answer.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Receipt {
    /// The event's id.
    id: String,
    /// The letters that it calls for, to be followed under `/letters/{id}`.
    letters: Vec<LetterId>,
    /// What to know of it: it names somebody whom the case does not know, or by another name, so that it waits for an officer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notices: Vec<FaultView>,
}

/// Take case events.
///
/// Structured mode (`application/cloudevents+json`), batch mode (`application/cloudevents-batch+json`: all or none), or binary
/// mode (`ce-…` headers with JSON data). An event's source and id are its key: a repeat changes nothing and gets the same
/// answer.
#[utoipa::path(post, operation_id = "take_events", path = "/events", request_body(content = Object, content_type = "application/cloudevents+json"),
    responses((status = 202, body = Receipt, description = "Recorded; an array of receipts for a batch"),
        (status = 409, description = "The source and id are known with other contents"),
        (status = 415), (status = 422)))]
pub(super) async fn take(
    State(service): State<Service>,
    who: Who,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let message = Message::read(&headers, &body)?;
    let offers = message.offers();
    // A task of its own: what was begun goes on to its end even where the client has gone away, and a repeat gets its answer.
    let desk = service.desk.clone();
    let taking = tokio::spawn(async move { desk.take_from(&who, offers, Batch::AllOrNone).await });
    let outcomes = taking.await.map_err(DeskError::Task)??;
    let (mut receipts, mut keys, mut faults) = (Vec::<Receipt>::new(), Vec::new(), Vec::new());
    for (index, (event, outcome)) in message.events.iter().zip(outcomes).enumerate() {
        let place = if message.is_batch { format!("/{index}") } else { String::new() };
        match outcome {
            Outcome::Taken(letters) | Outcome::Repeated(letters) => {
                // What was taken has an id: its envelope was read.
                let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
                keys.push((CaseRef::new(text("subject")), text("source"), text("id")));
                receipts.push(Receipt { id: text("id"), letters, notices: Vec::new() });
            }
            Outcome::Refused(more) => faults.extend(more.into_iter().map(|fault: Fault| fault.below(&place))),
            Outcome::Untouched => {}
        }
    }
    if !faults.is_empty() {
        return Err(Problem::faults(faults));
    }
    for (receipt, notices) in receipts.iter_mut().zip(service.desk.notices(&keys).await?) {
        receipt.notices = views(&notices, accepted(&headers));
    }
    let body = if message.is_batch { json!(receipts) } else { json!(receipts.first()) };
    Ok((StatusCode::ACCEPTED, Json(body)).into_response())
}
