//! Mail merges: check a sheet, confirm what was seen, second it, stop it, fetch it with what became of each row.

use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::asked::{Parameters, body as body_of};
use crate::case::{Fault, Language, MergeId, Sha256, said};
use crate::desk::{MergeRequest, MergeTally, merge_changed};
use crate::merge::Mapping;
use crate::people::Who;
use crate::web::Service;
use crate::web::problem::{Problem, accepted};
use crate::web::uploads::{Confirmation, Stage, Upload};
use crate::web::view::{MergeCheckView, MergeView};

/// The media type of a workbook.
const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// How long a request waits for a sheet to be looked at, before it is told where to ask for it.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
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
    mapping: Option<String>,
    /// The hash that a check gave; without it the sheet is checked, and nothing is made.
    #[param(value_type = Option<String>)]
    confirm: Option<Sha256>,
    /// What people call the merge.
    name: Option<String>,
}

impl MergeQuery {
    fn read(given: Vec<(String, String)>) -> Result<MergeQuery, Problem> {
        let known = ["letter", "file", "mapping", "confirm", "name"];
        let mut given = Parameters::of(given, &known);
        let text = |value: &str| Some(value.to_owned());
        let query = MergeQuery {
            letter: given.read("letter", ("a letter type", "un type de lettre"), text).unwrap_or_default(),
            file: given.read("file", ("the name of a file", "le nom d’un fichier"), text).unwrap_or_default(),
            mapping: given.read("mapping", ("the JSON of a mapping", "le JSON d’une affectation"), text),
            confirm: given
                .read("confirm", ("the hash of a check", "l’empreinte d’une vérification"), text)
                .map(Sha256::new),
            name: given.read("name", ("a name", "un nom"), text),
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
/// seconds a merge that is too large for one person. A long sheet takes longer than half a minute: it goes on by itself, and `Location` says
/// where to ask for it.
#[utoipa::path(post, operation_id = "merge", path = "/merges", params(MergeQuery), request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = MergeCheckView, description = "What was found, row by row"), (status = 202, body = Merging, description = "Confirmed; or still being looked at, and `Location` names where to ask for it"),
        (status = 403), (status = 404), (status = 409, description = "What was seen is not what would be made now"), (status = 422)))]
pub(super) async fn merge(
    State(service): State<Service>,
    who: Who,
    headers: HeaderMap,
    Query(given): Query<Vec<(String, String)>>,
    body: Bytes,
) -> Result<Response, Problem> {
    let query = MergeQuery::read(given)?;
    let desk = &service.desk;
    if !desk.studio.catalogue.types.contains_key(&query.letter) {
        return Err(Problem::faults(vec![desk.studio.unknown_type(&query.letter)]));
    }
    let mapping = query.mapping.as_deref().map(mapping).transpose().map_err(|fault| Problem::faults(vec![fault]))?;
    let request = MergeRequest {
        letter_type: query.letter,
        sheet: body.to_vec(),
        file_name: query.file,
        mapping,
        programs: who.programs().to_vec(),
    };
    let name = query.name.unwrap_or_default();
    let confirmation = query.confirm.map(|hash| Confirmation { hash, name, by: who.clone() });
    let upload = service.uploads.take_in(&who, request).await?;
    match confirmation {
        Some(confirmation) => service.uploads.confirm(&upload, confirmation),
        None => service.uploads.check(&upload, None),
    }
    let stage = upload.settled(ANSWER_WITHIN).await;
    if !stage.is_under_way() {
        service.uploads.discard(&upload.id);
    }
    match stage {
        Stage::Confirmed(id) => {
            let place = [(header::LOCATION, format!("/api/v1/merges/{id}"))];
            Ok((StatusCode::ACCEPTED, place, Json(detail(&service, &id).await?)).into_response())
        }
        stage => come_so_far(&upload, stage, accepted(&headers)),
    }
}

/// A merge, or a sheet on its way to be one.
#[derive(utoipa::ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only the description needs it")]
pub enum Merging {
    /// It is confirmed.
    Confirmed(Box<MergeDetail>),
    /// It is still being looked at.
    UnderWay(UnderWayView),
}

/// A sheet that is still being looked at.
#[derive(Serialize, utoipa::ToSchema)]
pub struct UnderWayView {
    /// By which it is asked for.
    id: String,
    /// Rows that were looked at.
    rows: usize,
    /// Of how many; 0 as long as the sheet is being read.
    of: usize,
}

/// How far a sheet has come that takes longer than a request may: what was found, once it was checked; once it was confirmed, 303 leads
/// to the merge.
#[utoipa::path(get, operation_id = "show_upload", path = "/merges/uploads/{id}", params(("id" = String, Path, description = "What `Location` named")),
    responses((status = 200, body = MergeCheckView, description = "What was found, row by row"), (status = 202, body = UnderWayView, description = "It is still being looked at"),
        (status = 303, description = "It was confirmed; `Location` names the merge"), (status = 404), (status = 409, description = "What was seen is not what would be made now"), (status = 422)))]
pub(super) async fn upload(
    State(service): State<Service>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let upload = service.uploads.get(&id).ok_or_else(|| Problem::not_found(&id))?;
    let stage = upload.stage();
    come_so_far(&upload, stage, accepted(&headers))
}

fn come_so_far(upload: &Upload, stage: Stage, language: Language) -> Result<Response, Problem> {
    match stage {
        Stage::HandedIn | Stage::Checking | Stage::Confirming => {
            let (rows, of) = upload.progress();
            let place = [(header::LOCATION, format!("/api/v1/merges/uploads/{}", upload.id))];
            let view = UnderWayView { id: upload.id.clone(), rows, of };
            Ok((StatusCode::ACCEPTED, place, Json(view)).into_response())
        }
        Stage::Checked(check) => Ok(Json(MergeCheckView::of(&check, language)).into_response()),
        Stage::Changed(_) => Err(Problem::changed(merge_changed())),
        Stage::Confirmed(id) => Ok(Redirect::to(&format!("/api/v1/merges/{id}")).into_response()),
        Stage::Failed(problem) => Err(problem),
    }
}

/// A mapping from its JSON.
fn mapping(json: &str) -> Result<Mapping, Fault> {
    serde_json::from_str(json).map_err(|error| {
        let why = said::json(&error);
        Fault::new(
            "mapping-unreadable",
            "?mapping",
            format!("This is no mapping: {}. Take the `mapping` of a check, and change what must be.", why.en),
            format!("Ceci n’est pas une affectation : {}. Prenez le `mapping` d’une vérification, et changez ce qui doit l’être.", why.fr),
        )
    })
}

async fn detail(service: &Service, id: &MergeId) -> Result<MergeDetail, Problem> {
    let record = service.desk.merge_record(id).await?;
    let (merge, tally) = (MergeView::of(&record)?, service.desk.merge_tally(id).await?);
    Ok(MergeDetail { merge, tally })
}

/// The merges, newest first.
#[utoipa::path(get, operation_id = "list_merges", path = "/merges", responses((status = 200, body = Vec<MergeView>, description = "The merges")))]
pub(super) async fn list(State(service): State<Service>, who: Who) -> Result<Json<Vec<MergeView>>, Problem> {
    let merges = service.desk.reader().merges(None, who.programs(), MAX_MERGES).await?;
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
    who: Who,
    headers: HeaderMap,
    Path(id): Path<MergeId>,
) -> Result<Response, Problem> {
    let sheet = service.desk.merge_result(&id, accepted(&headers)).await?;
    service.desk.fetched_merge(&who, &id).await?;
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

/// Confirm a merge that is too large for one person, as the second one: somebody who may decide, and has not confirmed it first.
#[utoipa::path(post, operation_id = "second_merge", path = "/merges/{id}/second", params(("id" = MergeId, Path, description = "The merge")),
    responses((status = 200, body = MergeDetail, description = "The merge as it is now"), (status = 403), (status = 404)))]
pub(super) async fn second(
    State(service): State<Service>,
    who: Who,
    Path(id): Path<MergeId>,
) -> Result<Json<MergeDetail>, Problem> {
    service.desk.second_merge(&id, &who).await?;
    Ok(Json(detail(&service, &id).await?))
}

/// Why a merge is stopped.
#[derive(Debug, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StopRequest {
    /// Why, in a sentence.
    reason: String,
}

/// Stop a merge: no further row is taken, and every letter of it that has not left is withdrawn.
#[utoipa::path(post, operation_id = "stop_merge", path = "/merges/{id}/stop", params(("id" = MergeId, Path, description = "The merge")), request_body = StopRequest,
    responses((status = 200, body = MergeDetail, description = "The merge as it is now"), (status = 403), (status = 404), (status = 422)))]
pub(super) async fn stop(
    State(service): State<Service>,
    who: Who,
    Path(id): Path<MergeId>,
    body: Bytes,
) -> Result<Json<MergeDetail>, Problem> {
    let request: StopRequest = body_of(&body)?;
    service.desk.stop_merge(&id, &request.reason, &who).await?;
    Ok(Json(detail(&service, &id).await?))
}
