//! The types of events: what each tells, its schema and an example.

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use serde_json::Value;

use crate::case::event::{TYPE_PREFIX, TYPE_SUFFIX};
use crate::letter::Catalogue;
use crate::web::Service;
use crate::web::problem::Problem;

/// A type of event.
#[derive(Serialize, utoipa::ToSchema)]
pub struct EventTypeView {
    /// Its short name.
    #[schema(example = "payment.received")]
    name: String,
    /// The CloudEvent's `type`.
    #[serde(rename = "type")]
    #[schema(example = "ca.on.recto.payment.received.v1")]
    event_type: String,
    /// What it tells.
    #[schema(example = "A payment on the debt has arrived.")]
    description: String,
    /// The letter types that it may call for.
    #[schema(example = json!(["a-letter-type"]))]
    letters: Vec<String>,
    /// Where its schema and an example are.
    #[schema(example = "/api/v1/event-types/payment.received")]
    href: String,
}

/// A type of event with its schema and an example.
#[derive(Serialize, utoipa::ToSchema)]
pub struct EventTypeDetail {
    /// What it is.
    #[serde(flatten)]
    of: EventTypeView,
    /// The JSON Schema (2020-12) of the whole event.
    #[schema(value_type = Object, example = json!({"title": "payment.received", "type": "object"}))]
    schema: Value,
    /// An event that is taken.
    #[schema(value_type = Object, example = json!({"specversion": "1.0", "type": "ca.on.recto.payment.received.v1"}))]
    example: Value,
}

impl EventTypeView {
    fn of(catalogue: &Catalogue, kind: &str) -> EventTypeView {
        EventTypeView {
            name: kind.to_owned(),
            event_type: format!("{TYPE_PREFIX}{kind}{TYPE_SUFFIX}"),
            description: catalogue.event_says(kind).to_owned(),
            letters: catalogue.letters_of(kind).into_iter().map(|letter| letter.key.clone()).collect(),
            href: format!("/api/v1/event-types/{kind}"),
        }
    }
}

/// The types of events that are taken.
#[utoipa::path(get, operation_id = "list_event_types", path = "/event-types",
    responses((status = 200, body = Vec<EventTypeView>, description = "The types by name")))]
pub(super) async fn list(State(service): State<Service>) -> Json<Vec<EventTypeView>> {
    let catalogue = &service.desk.studio.catalogue;
    Json(catalogue.event_kinds().into_iter().map(|kind| EventTypeView::of(catalogue, kind)).collect())
}

/// A type of event, with the JSON Schema of the whole event and an example.
#[utoipa::path(get, operation_id = "event_type", path = "/event-types/{name}",
    params(("name" = String, Path, description = "Its short name, or the CloudEvent's type", example = "payment.received")),
    responses((status = 200, body = EventTypeDetail, description = "The type"), (status = 404)))]
pub(super) async fn show(
    State(service): State<Service>,
    Path(name): Path<String>,
) -> Result<Json<EventTypeDetail>, Problem> {
    let catalogue = &service.desk.studio.catalogue;
    let short = name.strip_prefix(TYPE_PREFIX).and_then(|short| short.strip_suffix(TYPE_SUFFIX)).unwrap_or(&name);
    if !catalogue.event_kinds().contains(&short) {
        return Err(Problem::not_found(&name));
    }
    let mut schema = catalogue.whole_event_schema(short, "#/$defs/");
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["$defs"] = catalogue.shared_schemas().into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
    let example = catalogue.event_example(short).unwrap_or_default();
    Ok(Json(EventTypeDetail { of: EventTypeView::of(catalogue, short), schema, example }))
}
