//! Mail merges: check a sheet, confirm what was seen, second it, stop it, fetch it with what became of each row.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::asked::{Parameters, body as body_of};
use crate::case::{MergeId, Sha256};
use crate::desk::{MergeRequest, MergeTally, Merged, merge_changed};
use crate::merge::Mapping;
use crate::web::problem::{Problem, accepted};
use crate::web::view::{MergeCheckView, MergeView};
use crate::web::{Service, system};

/// The media type of a workbook.
const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// Merges on a list, at most.
const MAX_MERGES: i64 = 100;

/// How a sheet is merged.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MergeQuery {
    /// The letter type's key.
    letter: String,
    /// The name of the file.
    #[param(required = false)]
    file: String,
    /// How the sheet is understood, as JSON: the `mapping` of a check, changed where it must be.
    #[param(value_type = Option<String>)]
    mapping: Option<Mapping>,
    /// The hash that a check gave; without it the sheet is checked, and nothing is made.
    #[param(value_type = Option<String>)]
    confirm: Option<Sha256>,
    /// What people call the merge.
    name: Option<String>,
    /// Who confirms it: one of the unit's people.
    by: Option<String>,
}

impl MergeQuery {
    fn read(given: Vec<(String, String)>) -> Result<MergeQuery, Problem> {
        let known = ["letter", "file", "mapping", "confirm", "name", "by"];
        let mut given = Parameters::of(given, &known);
        let text = |value: &str| Some(value.to_owned()).filter(|text| !text.trim().is_empty());
        let query = MergeQuery {
            letter: given.read("letter", ("a letter type", "un type de lettre"), text).unwrap_or_default(),
            file: given.read("file", ("the name of a file", "le nom d’un fichier"), text).unwrap_or_default(),
            mapping: given.read("mapping", ("the JSON of a mapping", "le JSON d’une affectation"), |json| {
                serde_json::from_str(json).ok()
            }),
            confirm: given
                .read("confirm", ("the hash of a check", "l’empreinte d’une vérification"), text)
                .map(Sha256::new),
            name: given.read("name", ("a name", "un nom"), text),
            by: given.read("by", ("the name of one of the unit's people", "le nom d’une personne de l’unité"), text),
        };
        given.done().map(|()| query)
    }
}

/// A merge with how far its rows have come.
#[derive(Serialize, utoipa::ToSchema)]
pub struct MergeDetail {
    #[serde(flatten)]
    merge: MergeView,
    /// Its rows.
    tally: MergeTally,
}

/// Check a sheet (CSV, TSV, XLSX, XLS or ODS: its bytes are the body), or confirm what a check has shown.
///
/// Without `confirm` nothing is made. With it, exactly what was checked is made, once: a repeat changes nothing, and by somebody else it
/// seconds a merge that is too large for one person.
#[utoipa::path(post, operation_id = "merge", path = "/merges", params(MergeQuery), request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = MergeCheckView, description = "What was found, row by row"), (status = 202, body = MergeDetail, description = "Confirmed"),
        (status = 404), (status = 409, description = "What was seen is not what would be made now"), (status = 422)))]
pub(super) async fn merge(
    State(service): State<Service>,
    headers: HeaderMap,
    Query(given): Query<Vec<(String, String)>>,
    body: Bytes,
) -> Result<Response, Problem> {
    let query = MergeQuery::read(given)?;
    let desk = &service.desk;
    if !desk.studio.catalogue.types.contains_key(&query.letter) {
        return Err(Problem::unfit(vec![desk.studio.unknown_type(&query.letter)]));
    }
    let request =
        MergeRequest { letter_type: query.letter, sheet: body.to_vec(), file_name: query.file, mapping: query.mapping };
    let Some(hash) = query.confirm else {
        let check = desk.check_merge(&request, &|_, _| {}).await?;
        return Ok(Json(MergeCheckView::of(&check, accepted(&headers))).into_response());
    };
    let actor = query.by.map_or_else(|| Ok(system()), |by| desk.somebody(&by))?;
    let name = query.name.unwrap_or_default();
    match desk.confirm_merge(actor, &request, &name, &hash, &|_, _| {}).await? {
        Merged::Recorded(record) => {
            let detail = detail(&service, &record.id).await?;
            let place = [(header::LOCATION, format!("/api/v1/merges/{}", record.id))];
            Ok((StatusCode::ACCEPTED, place, Json(detail)).into_response())
        }
        Merged::Changed(_) => Err(Problem::changed(merge_changed())),
    }
}

async fn detail(service: &Service, id: &MergeId) -> Result<MergeDetail, Problem> {
    let record = service.desk.merge_record(id).await?;
    let (merge, tally) = (MergeView::of(&record)?, service.desk.merge_tally(id).await?);
    Ok(MergeDetail { merge, tally })
}

/// The merges, newest first.
#[utoipa::path(get, operation_id = "list_merges", path = "/merges", responses((status = 200, body = Vec<MergeView>, description = "The merges")))]
pub(super) async fn list(State(service): State<Service>) -> Result<Json<Vec<MergeView>>, Problem> {
    let merges = service.desk.reader().merges(None, MAX_MERGES).await?;
    Ok(Json(merges.iter().map(MergeView::of).collect::<Result<_, _>>()?))
}

/// A merge, with how far its rows have come.
#[utoipa::path(get, operation_id = "show_merge", path = "/merges/{id}", params(("id" = MergeId, Path, description = "The merge")),
    responses((status = 200, body = MergeDetail, description = "The merge"), (status = 404)))]
pub(super) async fn show(
    State(service): State<Service>,
    Path(id): Path<MergeId>,
) -> Result<Json<MergeDetail>, Problem> {
    Ok(Json(detail(&service, &id).await?))
}

/// The sheet of a merge, with what became of each row beside the officer's own columns.
#[utoipa::path(get, operation_id = "merge_result", path = "/merges/{id}/result", params(("id" = MergeId, Path, description = "The merge")),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", description = "The workbook"), (status = 404)))]
pub(super) async fn result(
    State(service): State<Service>,
    headers: HeaderMap,
    Path(id): Path<MergeId>,
) -> Result<Response, Problem> {
    let sheet = service.desk.merge_result(&id, accepted(&headers)).await?;
    Ok(workbook(&format!("{id}.xlsx"), sheet))
}

/// An empty sheet for a letter type, to be filled in.
#[utoipa::path(get, operation_id = "merge_template", path = "/letter-types/{key}/sheet", params(("key" = String, Path, description = "The letter type's key")),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", description = "The workbook"), (status = 404)))]
pub(super) async fn template(
    State(service): State<Service>,
    headers: HeaderMap,
    Path(key): Path<String>,
) -> Result<Response, Problem> {
    let sheet = service.desk.merge_template(&key, accepted(&headers))?.ok_or_else(|| Problem::not_found(&key))?;
    Ok(workbook(&format!("{key}.xlsx"), sheet))
}

fn workbook(name: &str, bytes: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    ([(header::CONTENT_TYPE, WORKBOOK.to_owned()), (header::CONTENT_DISPOSITION, disposition)], bytes).into_response()
}

/// Who confirms a merge as the second person.
#[derive(Debug, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondRequest {
    /// One of the unit's people, and not who confirmed it first.
    by: String,
}

/// Confirm a merge that is too large for one person, as the second one.
#[utoipa::path(post, operation_id = "second_merge", path = "/merges/{id}/second", params(("id" = MergeId, Path, description = "The merge")), request_body = SecondRequest,
    responses((status = 200, body = MergeDetail, description = "The merge as it is now"), (status = 403), (status = 404), (status = 422)))]
pub(super) async fn second(
    State(service): State<Service>,
    Path(id): Path<MergeId>,
    body: Bytes,
) -> Result<Json<MergeDetail>, Problem> {
    let request: SecondRequest = body_of(&body)?;
    service.desk.second_merge(&id, &request.by).await?;
    Ok(Json(detail(&service, &id).await?))
}

/// Why a merge is stopped.
#[derive(Debug, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StopRequest {
    /// One of the unit's people.
    by: String,
    /// Why, in a sentence.
    reason: String,
}

/// Stop a merge: no further row is taken, and every letter of it that has not left is withdrawn.
#[utoipa::path(post, operation_id = "stop_merge", path = "/merges/{id}/stop", params(("id" = MergeId, Path, description = "The merge")), request_body = StopRequest,
    responses((status = 200, body = MergeDetail, description = "The merge as it is now"), (status = 403), (status = 404), (status = 422)))]
pub(super) async fn stop(
    State(service): State<Service>,
    Path(id): Path<MergeId>,
    body: Bytes,
) -> Result<Json<MergeDetail>, Problem> {
    let request: StopRequest = body_of(&body)?;
    service.desk.stop_merge(&id, &request.reason, &request.by).await?;
    Ok(Json(detail(&service, &id).await?))
}
