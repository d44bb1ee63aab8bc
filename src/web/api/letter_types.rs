//! Letter types and their schemas.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde::Serialize;

use crate::desk::{CurrentDesk, Reloaded};
use crate::web::problem::{Problem, ProblemDocument, accepted};
use crate::web::{Service, system};

/// A letter type.
#[derive(Serialize, utoipa::ToSchema)]
pub struct LetterTypeView {
    /// Its key.
    key: String,
    /// Its title.
    title: String,
    /// Its version.
    version: String,
    /// The SHA-256 of its own files, of its event's schema, of the house and of the programs.
    hash: String,
    /// Whether it is an internal document, filed with the case and sent to nobody.
    filed: bool,
    /// The type of the event that calls for it.
    event: String,
    /// The programs for which it does; empty for all.
    programs: Vec<String>,
    /// The guards that it needs.
    guards: Vec<String>,
    /// Where the schema of its facts is served: the event's `dataschema`.
    schema: String,
}

/// The letter types.
#[utoipa::path(get, operation_id = "list_letter_types", path = "/letter-types", responses((status = 200, body = Vec<LetterTypeView>, description = "Found or made")))]
pub(super) async fn list(State(service): State<Service>, headers: HeaderMap) -> Json<Vec<LetterTypeView>> {
    let language = accepted(&headers);
    let types = service.desk.studio.catalogue.types.values();
    let view = |letter: &crate::letter::LetterType| LetterTypeView {
        key: letter.key.clone(),
        title: letter.description.title.get(language).to_owned(),
        version: letter.description.version.clone(),
        hash: letter.hash.clone(),
        filed: letter.description.filed,
        event: format!("ca.on.recto.{}.v1", letter.description.called_by.event),
        programs: letter.description.called_by.programs.clone(),
        guards: letter.description.rules.guards.clone(),
        schema: format!("/api/v1/letter-types/{}/schema", letter.key),
    };
    Json(types.map(view).collect())
}

/// The JSON Schema of a letter type's facts.
#[utoipa::path(get, operation_id = "letter_type_schema", path = "/letter-types/{key}/schema",
    responses((status = 200, body = Object, content_type = "application/schema+json", description = "The schema"), (status = 404, body = ProblemDocument, content_type = "application/problem+json", description = "There is no such thing")))]
pub(super) async fn schema(
    State(service): State<Service>,
    Path(key): Path<String>,
) -> Result<([(axum::http::HeaderName, &'static str); 1], String), Problem> {
    let letter = service.desk.studio.catalogue.types.get(&key);
    let letter = letter.ok_or_else(|| Problem::not_found(&key))?;
    Ok(([(axum::http::header::CONTENT_TYPE, "application/schema+json")], letter.schema.source.to_string()))
}

/// Takes the letter types anew from their folder. A set that fails the check is refused with all its faults, and the old one
/// stays; what was begun under the old one is finished under it.
#[utoipa::path(post, operation_id = "reload_letter_types", path = "/letter-types/reload",
    responses((status = 200, body = Reloaded, description = "Taken"), (status = 422, body = ProblemDocument, content_type = "application/problem+json", description = "Refused: the faults")))]
pub(super) async fn reload(State(open): State<Arc<CurrentDesk>>) -> Result<Json<Reloaded>, Problem> {
    // A task of its own: a set that passes is taken though the request has gone away meanwhile.
    let taken = tokio::spawn(async move { open.reload(system()).await }).await;
    let taken = taken.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
    taken.map(Json).map_err(Problem::faults)
}
