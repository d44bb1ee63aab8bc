//! Print runs: what waits for the next, closing it, and the files of those that are closed.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use chrono::NaiveDate;
use serde_json::{Value, json};
use tokio_util::io::ReaderStream;

use super::{Asked, answer, encoded};
use crate::case::RunId;
use crate::desk::{DecideError, DeskError};
use crate::people::Who;
use crate::web::Service;
use crate::web::problem::Problem;
use crate::web::view::RunView;

/// Runs on the list, at most.
const RUNS: i64 = 60;

pub(super) async fn list(State(service): State<Service>, asked: Asked) -> Response {
    answer(&service, &asked, "runs.html", list_context(&service, &asked, None)).await
}

async fn list_context(service: &Service, asked: &Asked, problem: Option<&Problem>) -> Result<Option<Value>, Problem> {
    let (desk, reader) = (&service.desk, service.desk.reader());
    let date = desk.run_date();
    let closed = reader.newest_run(date.into()).await?.is_some();
    let (waiting, later) = (reader.waiting_for_run(date.into()).await?, reader.waiting_after(date.into()).await?);
    let runs = reader.runs(RUNS).await?;
    Ok(Some(json!({
        "date": date.to_string(),
        "all_programs": asked.programs().is_empty(),
        "closed": closed,
        "waiting": waiting,
        "later": later.map(|(day, count)| json!({"date": day, "count": count})),
        "runs": runs.into_iter().map(RunView::of).collect::<Vec<_>>(),
        "problem": problem.map(|problem| problem.said(asked.language)),
    })))
}

/// Closes the run of a date. It goes on to its end even where the browser has gone away.
pub(super) async fn close(
    State(service): State<Service>,
    asked: Asked,
    who: Who,
    Path(date): Path<String>,
) -> Response {
    let Ok(date) = date.parse::<NaiveDate>() else { return asked.error(&service, StatusCode::NOT_FOUND) };
    let desk = service.desk.clone();
    let closing = tokio::spawn(async move { desk.close_run_for(&who, date).await });
    let done = closing.await.map_err(|error| DecideError::Desk(error.into())).flatten();
    let problem = match done {
        Ok(closed) => {
            let run = closed.folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            return Redirect::to(&format!("/runs/{run}")).into_response();
        }
        Err(error) => Problem::from(error),
    };
    let page = answer(&service, &asked, "runs.html", list_context(&service, &asked, Some(&problem))).await;
    (problem.status(), page).into_response()
}

/// Where the form was sent to and did not do what was asked: the page that has it.
pub(super) async fn back() -> Redirect {
    Redirect::to("/runs")
}

pub(super) async fn show(State(service): State<Service>, asked: Asked, Path(id): Path<RunId>) -> Response {
    answer(&service, &asked, "run.html", context(&service, &asked, &id)).await
}

async fn context(service: &Service, asked: &Asked, id: &RunId) -> Result<Option<Value>, Problem> {
    let Some(run) = service.desk.reader().run(id).await? else { return Ok(None) };
    let files = service.desk.run_files(id).await?;
    let files: Vec<Value> = files.iter().map(|file| json!({"name": file.name, "bytes": file.bytes})).collect();
    Ok(Some(json!({"run": RunView::of(run), "files": files, "all_programs": asked.programs().is_empty()})))
}

/// A file of a run, as it lies in its folder.
pub(super) async fn file(
    State(service): State<Service>,
    asked: Asked,
    who: Who,
    Path((id, name)): Path<(RunId, String)>,
) -> Response {
    let found = match service.desk.fetch_run_file(&who, &id, &name).await {
        Ok(Some(path)) => tokio::fs::File::open(path).await.map_err(DeskError::from),
        Ok(None) => return asked.error(&service, StatusCode::NOT_FOUND),
        Err(error) => Err(error),
    };
    let file = match found {
        Ok(file) => file,
        Err(error) => return asked.problem(&service, &Problem::from(error)),
    };
    let kind = match name.rsplit('.').next() {
        Some("pdf") => "application/pdf",
        Some("csv") => "text/csv; charset=utf-8",
        Some("json") => "application/json",
        _ => "text/plain; charset=utf-8",
    };
    let disposition = format!("attachment; filename*=UTF-8''{}", encoded(&format!("{id}-{name}")));
    let headers = [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    (headers, Body::from_stream(ReaderStream::new(file))).into_response()
}
