//! The page of a sheet that was handed in, from its check to its confirmation.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Form, Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::json;

use super::{checked, title, workbook};
use crate::case::Sha256;
use crate::desk::MergeCheck;
use crate::merge::Mapping;
use crate::people::Who;
use crate::web::Service;
use crate::web::pages::Asked;
use crate::web::problem::Problem;
use crate::web::uploads::{Confirmation, Stage, Upload};

/// How long a page waits for a sheet, before it shows how far it has come: most are read by then.
const AT_ONCE: Duration = Duration::from_millis(1_500);

/// The address of a sheet's page.
pub(super) fn address(id: &str) -> String {
    format!("/merges/sheets/{id}")
}

pub(super) async fn show(
    State(service): State<Service>,
    asked: Asked,
    Path(id): Path<String>,
    Query(given): Query<Vec<(String, String)>>,
) -> Response {
    let Some(upload) = service.uploads.get(&id) else { return gone(&service, &asked) };
    let at = given.iter().find(|(name, _)| name == "at").and_then(|(_, row)| row.parse().ok()).unwrap_or_default();
    let stage = upload.settled(AT_ONCE).await;
    page(&service, &asked, &upload, stage, at)
}

/// The page of a sheet, with its rows from that of a number on.
fn page(service: &Service, asked: &Asked, upload: &Upload, stage: Stage, at: usize) -> Response {
    let language = asked.language;
    let (file, letter_type) = (upload.file_name(), upload.letter_type());
    let mut context = json!({
        "address": address(&upload.id),
        "file": file,
        "letter": title(service, &letter_type, language),
        "changed": matches!(stage, Stage::Changed(_)),
        "name": stem(&file),
    });
    match stage {
        Stage::Confirmed(id) => Redirect::to(&format!("/merges/{id}")).into_response(),
        Stage::HandedIn | Stage::Checking | Stage::Confirming => {
            let (done, all) = upload.progress();
            context["progress"] = json!({"done": done, "all": all, "confirming": matches!(stage, Stage::Confirming)});
            asked.page(service, "merge-progress.html", context)
        }
        Stage::Failed(problem) => {
            context["problem"] = json!(problem.said(language));
            let page = asked.page(service, "merge-failed.html", context);
            (problem.status(), page).into_response()
        }
        Stage::Checked(check) | Stage::Changed(check) => {
            checked::put(&mut context, service, &check, at, language);
            asked.page(service, "merge-sheet.html", context)
        }
    }
}

/// A file's name without its ending.
fn stem(file: &str) -> &str {
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}

/// The page for a sheet that is kept no more.
fn gone(service: &Service, asked: &Asked) -> Response {
    let page = asked.page(service, "merge-gone.html", json!({}));
    (axum::http::StatusCode::NOT_FOUND, page).into_response()
}

/// Has the sheet understood as the form says, and checked once more.
pub(super) async fn understand(
    State(service): State<Service>,
    asked: Asked,
    Path(id): Path<String>,
    Form(given): Form<Vec<(String, String)>>,
) -> Response {
    let Some(upload) = service.uploads.get(&id) else { return gone(&service, &asked) };
    let mapping = upload.stage().check().map(|check| mapping(check, &given));
    service.uploads.check(&upload, mapping);
    Redirect::to(&address(&id)).into_response()
}

/// The mapping of a check, changed as a form says: `column:B` names the field of a column, `answer:KEY` an answer, `for-all:PATH` what
/// holds for every row, and `ask-again` is the key of an answer that is taken back.
fn mapping(check: &Arc<MergeCheck>, given: &[(String, String)]) -> Mapping {
    let mut mapping = check.mapping.clone();
    let heading = |letter: &str| {
        let column = check.columns.iter().find(|column| column.letters == letter);
        column.map(|column| column.heading.clone()).unwrap_or_default()
    };
    for (name, value) in given {
        let value = value.trim();
        match name.split_once(':') {
            Some(("column", letter)) => {
                let Some(column) = check.columns.iter().find(|column| column.letters == letter) else { continue };
                // What was left as it was proposed is not said: it may still be asked about.
                if column.field.as_ref().map_or("", |field| field.path.as_str()) != value {
                    mapping.tell(letter, &column.heading, Some(value).filter(|path| !path.is_empty()));
                }
            }
            Some(("answer", key)) => drop(mapping.answers.insert(key.to_owned(), value.to_owned())),
            Some(("for-all", path)) if value.is_empty() => drop(mapping.for_all.remove(path)),
            Some(("for-all", path)) => drop(mapping.for_all.insert(path.to_owned(), value.to_owned())),
            None if name == "ask-again" => mapping.ask_again(value, heading),
            _ => {}
        }
    }
    mapping
}

/// What somebody confirms: the hash of what the page showed, and a name for the merge.
#[derive(serde::Deserialize)]
pub(super) struct Confirming {
    hash: String,
    #[serde(default)]
    name: String,
}

/// Makes a merge of the sheet as the page showed it.
pub(super) async fn confirm(
    State(service): State<Service>,
    asked: Asked,
    who: Who,
    Path(id): Path<String>,
    Form(given): Form<Confirming>,
) -> Response {
    let Some(upload) = service.uploads.get(&id) else { return gone(&service, &asked) };
    service.uploads.confirm(&upload, Confirmation { hash: Sha256::new(given.hash), name: given.name, by: who });
    Redirect::to(&address(&id)).into_response()
}

/// Where a form was sent to and did not do what was asked: the page that has it.
pub(super) async fn back(Path(id): Path<String>) -> Redirect {
    Redirect::to(&address(&id))
}

/// Throws the sheet away.
pub(super) async fn discard(State(service): State<Service>, Path(id): Path<String>) -> Redirect {
    service.uploads.discard(&id);
    Redirect::to("/merges")
}

/// The sheet with what was found beside each row.
pub(super) async fn checked(State(service): State<Service>, asked: Asked, Path(id): Path<String>) -> Response {
    let upload = service.uploads.get(&id);
    let Some((upload, check)) =
        upload.and_then(|upload| Some((Arc::clone(&upload), Arc::clone(upload.stage().check()?))))
    else {
        return gone(&service, &asked);
    };
    match service.desk.checked_result(&upload.request(), &check, asked.language).await {
        Ok(sheet) => workbook(stem(&upload.file_name()), sheet),
        Err(error) => asked.problem(&service, &Problem::from(error)),
    }
}
