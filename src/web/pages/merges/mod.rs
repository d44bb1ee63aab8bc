//! The pages of mail merges: hand in a sheet, see what was understood and what is wrong, look at letters, confirm, and follow the merge.

mod checked;
mod merge;
mod row;
mod sheet;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde_json::{Value, json};

use super::{Asked, answer, encoded};
use crate::case::{Fault, Language};
use crate::desk::MergeRequest;
use crate::people::Who;
use crate::web::problem::Problem;
use crate::web::view::MergeView;
use crate::web::{MAX_SHEET_BYTES, Service, Shared};

/// Merges that are shown, at most.
const MERGES: i64 = 100;
/// The media type of a workbook.
const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

pub(super) fn router() -> Router<Shared> {
    Router::new()
        .route("/merges", get(list).post(hand_in).layer(DefaultBodyLimit::max(MAX_SHEET_BYTES)))
        .route("/merges/empty-sheet", get(empty_sheet))
        .route("/merges/sheets/{id}", get(sheet::show).post(sheet::understand))
        .route("/merges/sheets/{id}/confirm", get(sheet::back).post(sheet::confirm))
        .route("/merges/sheets/{id}/discard", get(sheet::back).post(sheet::discard))
        .route("/merges/sheets/{id}/checked.xlsx", get(sheet::checked))
        .route("/merges/sheets/{id}/rows/{row}", get(row::show))
        .route("/merges/sheets/{id}/rows/{row}/{page}", get(row::picture))
        .route("/merges/{id}", get(merge::show))
        .route("/merges/{id}/result.xlsx", get(merge::result))
        .route("/merges/{id}/second", get(merge::back).post(merge::second))
        .route("/merges/{id}/stop", get(merge::back).post(merge::stop))
}

async fn list(State(service): State<Service>, asked: Asked, Query(given): Query<Vec<(String, String)>>) -> Response {
    let letter = given.into_iter().find(|(name, _)| name == "letter").map(|(_, letter)| letter).unwrap_or_default();
    answer(&service, &asked, "merges.html", list_context(&service, &asked, &letter, &[])).await
}

async fn list_context(
    service: &Service,
    asked: &Asked,
    letter: &str,
    faults: &[Fault],
) -> Result<Option<Value>, Problem> {
    let language = asked.language;
    let merges = service.desk.reader().merges(None, &asked.programs(), MERGES).await?;
    let views = merges.iter().map(MergeView::of).collect::<Result<Vec<_>, _>>()?;
    Ok(Some(json!({
        "types": types(service, language),
        "letter": letter,
        "merges": views,
        "faults": crate::case::fault::views(faults, language),
    })))
}

/// The letter types with their titles, by title.
fn types(service: &Service, language: Language) -> Vec<Value> {
    let title = |key: &str| title(service, key, language);
    let mut types: Vec<(String, &String)> =
        service.desk.studio.catalogue.types.keys().map(|key| (title(key), key)).collect();
    types.sort();
    types.into_iter().map(|(title, key)| json!({"key": key, "title": title})).collect()
}

/// What a letter type is called; its key where there is none any more.
fn title(service: &Service, key: &str, language: Language) -> String {
    let letter = service.desk.studio.catalogue.types.get(key);
    letter.map_or_else(|| key.to_owned(), |letter| letter.description.title.get(language).to_owned())
}

/// Takes in a sheet, and leads to its page.
async fn hand_in(State(service): State<Service>, asked: Asked, who: Who, form: Multipart) -> Response {
    let request = match handed_in(form).await {
        Ok(request) => MergeRequest { programs: asked.programs(), ..request },
        Err(problem) => return asked.problem(&service, &problem),
    };
    let mut faults = Vec::new();
    if !service.desk.studio.catalogue.types.contains_key(&request.letter_type) {
        faults.push(if request.letter_type.is_empty() {
            no_letter()
        } else {
            service.desk.studio.unknown_type(&request.letter_type)
        });
    }
    if request.file_name.is_empty() && request.sheet.is_empty() {
        faults.push(no_file());
    }
    if !faults.is_empty() {
        let context = list_context(&service, &asked, &request.letter_type, &faults);
        let page = answer(&service, &asked, "merges.html", context).await;
        return (StatusCode::UNPROCESSABLE_ENTITY, page).into_response();
    }
    match service.uploads.take_in(&who, request).await {
        Ok(upload) => {
            service.uploads.check(&upload, None);
            Redirect::to(&sheet::address(&upload.id)).into_response()
        }
        Err(problem) => asked.problem(&service, &problem),
    }
}

/// The parts of the form.
async fn handed_in(mut form: Multipart) -> Result<MergeRequest, Problem> {
    let unread = |error: axum::extract::multipart::MultipartError| Problem::of_status(error.status());
    let mut request = MergeRequest {
        letter_type: String::new(),
        sheet: Vec::new(),
        file_name: String::new(),
        mapping: None,
        programs: Vec::new(),
    };
    while let Some(part) = form.next_field().await.map_err(unread)? {
        match part.name() {
            Some("letter") => request.letter_type = part.text().await.map_err(unread)?.trim().to_owned(),
            Some("sheet") => {
                request.file_name = own_name(part.file_name().unwrap_or_default());
                request.sheet = part.bytes().await.map_err(unread)?.to_vec();
            }
            _ => {}
        }
    }
    Ok(request)
}

/// A file's own name: some browsers have sent its whole path.
fn own_name(name: &str) -> String {
    name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned()
}

/// An empty sheet for a letter type.
async fn empty_sheet(
    State(service): State<Service>,
    asked: Asked,
    Query(given): Query<Vec<(String, String)>>,
) -> Response {
    let letter = given.into_iter().find(|(name, _)| name == "letter").map(|(_, letter)| letter).unwrap_or_default();
    match service.desk.merge_template(&letter, asked.language) {
        Ok(Some(sheet)) => workbook(&letter, sheet),
        Ok(None) => {
            let faults = [no_letter()];
            let context = list_context(&service, &asked, &letter, &faults);
            let page = answer(&service, &asked, "merges.html", context).await;
            (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
        }
        Err(error) => asked.problem(&service, &Problem::from(error)),
    }
}

fn workbook(name: &str, bytes: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename*=UTF-8''{}.xlsx", encoded(name));
    ([(header::CONTENT_TYPE, WORKBOOK.to_owned()), (header::CONTENT_DISPOSITION, disposition)], bytes).into_response()
}

fn no_letter() -> Fault {
    Fault::new(
        "letter-missing",
        "letter",
        "Choose the letter that the sheet is for.",
        "Choisissez la lettre à laquelle la feuille est destinée.",
    )
}

fn no_file() -> Fault {
    Fault::new(
        "sheet-missing",
        "sheet",
        "Choose the sheet, or drop it on the field.",
        "Choisissez la feuille, ou déposez-la sur le champ.",
    )
}
