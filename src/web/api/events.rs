//! Taking events over HTTP: CloudEvents in structured, batch and binary mode.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value, json as object};

use crate::case::fault::{FaultView, views};
use crate::case::{CaseRef, Fault, LetterId, json};
use crate::desk::{Batch, Outcome};
use crate::intake::Offer;
use crate::web::problem::{Problem, ProblemDocument, accepted};
use crate::web::{Service, system};

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
#[utoipa::path(post, operation_id = "take_events", path = "/events", request_body(content = Value, content_type = "application/cloudevents+json"),
    responses((status = 202, body = Receipt, description = "Recorded; an array of receipts for a batch"),
        (status = 409, body = ProblemDocument, content_type = "application/problem+json", description = "The source and id are known with other contents"),
        (status = 422, body = ProblemDocument, content_type = "application/problem+json", description = "Nothing was recorded; every fault is listed")))]
pub(super) async fn take(State(service): State<Service>, headers: HeaderMap, body: Bytes) -> Result<Response, Problem> {
    let content = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = content.split_once(';').map_or(content, |(kind, _)| kind).trim().to_ascii_lowercase();
    let value = || json::read(&body).map_err(Problem::unreadable);
    let is_binary = headers.contains_key("ce-id") || headers.contains_key("ce-type");
    let (events, batch) = match (kind.as_str(), is_binary) {
        ("application/json", true) => (vec![binary(&headers, value()?)], false),
        ("application/cloudevents+json", _) => (vec![value()?], false),
        ("application/cloudevents-batch+json", _) => match value()? {
            Value::Array(events) => (events, true),
            _ => {
                return Err(Problem::bad_request(
                    "A batch is an array of events.",
                    "Un lot est un tableau d’événements.",
                ));
            }
        },
        // Plain JSON without headers is what it looks like.
        ("application/json", false) => match value()? {
            Value::Array(events) => (events, true),
            event => (vec![event], false),
        },
        _ => return Err(Problem::media_type()),
    };
    let offer = |(index, event): (usize, &Value)| Offer::of(index.to_string(), event);
    let offers: Vec<Offer> = events.iter().enumerate().map(offer).collect();
    let outcomes = service.desk.take(system(), offers, Batch::AllOrNone).await?;
    let (mut receipts, mut keys, mut faults) = (Vec::<Receipt>::new(), Vec::new(), Vec::new());
    for (index, (event, outcome)) in events.iter().zip(outcomes).enumerate() {
        let place = if batch { format!("/{index}") } else { String::new() };
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
    let body = if batch { object!(receipts) } else { object!(receipts.first()) };
    Ok((StatusCode::ACCEPTED, Json(body)).into_response())
}

/// The structured form of an event in binary mode: attributes from `ce-…` headers, data from the body.
fn binary(headers: &HeaderMap, data: Value) -> Value {
    let mut event = Map::new();
    for (name, value) in headers {
        if let (Some(attribute), Ok(value)) = (name.as_str().strip_prefix("ce-"), value.to_str()) {
            event.insert(attribute.to_owned(), object!(value));
        }
    }
    event.insert("data".to_owned(), data);
    Value::Object(event)
}
