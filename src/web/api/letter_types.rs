//! Letter types and their schemas.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;

use crate::case::fault::{FaultView, views};
use crate::case::{Language, Stamp};
use crate::desk::{CurrentDesk, Reload, ReloadState};
use crate::letter::LetterType;
use crate::people::Who;
use crate::web::Service;
use crate::web::problem::{Problem, accepted};

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

impl LetterTypeView {
    fn of(letter: &LetterType, language: Language) -> LetterTypeView {
        LetterTypeView {
            key: letter.key.clone(),
            title: letter.description.title.get(language).to_owned(),
            version: letter.description.version.clone(),
            hash: letter.hash.clone(),
            filed: letter.description.filed,
            event: format!("ca.on.recto.{}.v1", letter.description.called_by.event),
            programs: letter.description.called_by.programs.clone(),
            guards: letter.description.rules.guards.clone(),
            schema: format!("/api/v1/letter-types/{}/schema", letter.key),
        }
    }
}

/// The letter types.
#[utoipa::path(get, operation_id = "list_letter_types", path = "/letter-types", responses((status = 200, body = Vec<LetterTypeView>, description = "The types by key")))]
pub(super) async fn list(State(service): State<Service>, headers: HeaderMap) -> Json<Vec<LetterTypeView>> {
    let language = accepted(&headers);
    let types = service.desk.studio.catalogue.types.values();
    Json(types.map(|letter| LetterTypeView::of(letter, language)).collect())
}

/// A letter type with the JSON Schema of what it is asked for with, and an example.
#[derive(Serialize, utoipa::ToSchema)]
pub struct LetterTypeDetail {
    /// What it is.
    #[serde(flatten)]
    of: LetterTypeView,
    /// The JSON Schema (2020-12) of `data`.
    #[schema(value_type = Object, example = json!({"type": "object", "required": ["case", "party", "facts"]}))]
    data_schema: Value,
    /// A request in good order for POST /letters; whether the letter has a ground, the case says.
    #[schema(value_type = Option<Object>, example = json!({"letter": "a-letter-type", "data": {}}))]
    example: Option<Value>,
}

/// A letter type, with the JSON Schema of the data that it is asked for with, and an example.
#[utoipa::path(get, operation_id = "letter_type", path = "/letter-types/{key}",
    params(("key" = String, Path, description = "The letter type's key")),
    responses((status = 200, body = LetterTypeDetail, description = "The type"), (status = 404)))]
pub(super) async fn show(
    State(service): State<Service>,
    headers: HeaderMap,
    Path(key): Path<String>,
) -> Result<Json<LetterTypeDetail>, Problem> {
    let catalogue = &service.desk.studio.catalogue;
    let letter = catalogue.types.get(&key).ok_or_else(|| Problem::not_found(&key))?;
    let mut data_schema = catalogue.letter_data_schema(letter, "#/$defs/");
    data_schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    data_schema["$defs"] = catalogue.shared_schemas().into_iter().map(|(name, one)| (name.to_owned(), one)).collect();
    let of = LetterTypeView::of(letter, accepted(&headers));
    Ok(Json(LetterTypeDetail { of, data_schema, example: catalogue.letter_example(letter) }))
}

/// The JSON Schema of a letter type's facts.
#[utoipa::path(get, operation_id = "letter_type_schema", path = "/letter-types/{key}/schema",
    params(("key" = String, Path, description = "The letter type's key")),
    responses((status = 200, body = Object, content_type = "application/schema+json", description = "The schema"), (status = 404)))]
pub(super) async fn schema(
    State(service): State<Service>,
    Path(key): Path<String>,
) -> Result<([(axum::http::HeaderName, &'static str); 1], String), Problem> {
    let letter = service.desk.studio.catalogue.types.get(&key);
    let letter = letter.ok_or_else(|| Problem::not_found(&key))?;
    Ok(([(axum::http::header::CONTENT_TYPE, "application/schema+json")], letter.schema.source.to_string()))
}

/// The newest reload of the letter types.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ReloadView {
    /// How far it has come.
    state: ReloadState,
    /// When it began; absent where none was asked for since the service began.
    begun_at: Option<Stamp>,
    /// When it ended; absent before.
    ended_at: Option<Stamp>,
    /// The hash of the letter types and fonts in force before.
    before: String,
    /// The hash of those in force now; the same where nothing has changed or the set was refused.
    now: String,
    /// The letters that were set to check it; none where it was proven before.
    letters: usize,
    /// Why it was refused, all of it.
    faults: Vec<FaultView>,
}

impl ReloadView {
    fn of(reload: Reload, headers: &HeaderMap) -> ReloadView {
        let Reload { state, begun_at, ended_at, before, now, letters, faults } = reload;
        ReloadView { state, begun_at, ended_at, before, now, letters, faults: views(&faults, accepted(headers)) }
    }
}

/// Take the letter types anew from their folder.
///
/// Answered at once; what becomes of it is asked with GET. A set that fails the check, which takes half a minute, is refused with all
/// its faults, and the old one stays; what was begun under the old one is finished under it.
#[utoipa::path(post, operation_id = "reload_letter_types", path = "/letter-types/reload",
    responses((status = 202, body = ReloadView, description = "Begun"), (status = 409, description = "One is under way")))]
pub(super) async fn reload(
    State(open): State<Arc<CurrentDesk>>,
    who: Who,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let begun = open.begin_reload(who.actor()).ok_or_else(Problem::reload_under_way)?;
    let place = [(header::LOCATION, "/api/v1/letter-types/reload")];
    Ok((StatusCode::ACCEPTED, place, Json(ReloadView::of(begun, &headers))).into_response())
}

/// What became of the newest reload of the letter types, by whatever way it was asked for.
#[utoipa::path(get, operation_id = "last_reload", path = "/letter-types/reload",
    responses((status = 200, body = ReloadView, description = "Its state")))]
pub(super) async fn last_reload(State(open): State<Arc<CurrentDesk>>, headers: HeaderMap) -> Json<ReloadView> {
    Json(ReloadView::of(open.last_reload(), &headers))
}
