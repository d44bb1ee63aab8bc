//! Print runs.

use axum::Json;
use axum::extract::{Path, State};
use chrono::NaiveDate;

use crate::case::Day;
use crate::desk::DeskError;
use crate::dispatch::Totals;
use crate::people::Who;
use crate::web::Service;
use crate::web::problem::Problem;
use crate::web::view::RunView;

/// The print runs, newest first.
#[utoipa::path(get, operation_id = "list_runs", path = "/runs", responses((status = 200, body = Vec<RunView>, description = "The runs")))]
pub(super) async fn list(State(service): State<Service>) -> Result<Json<Vec<RunView>>, Problem> {
    let runs = service.desk.reader().runs(100).await?;
    Ok(Json(runs.into_iter().map(RunView::of).collect()))
}

/// Close the print run of a date. Closing again gives the same files and sends nothing twice.
#[utoipa::path(post, operation_id = "close_run", path = "/runs/{date}/close", params(("date" = Day, Path, description = "The mailing date")), responses((status = 200, body = Totals, description = "The control totals"), (status = 403), (status = 409, description = "There is no such run, it is being closed, or another is unfinished")))]
pub(super) async fn close(
    State(service): State<Service>,
    who: Who,
    Path(date): Path<String>,
) -> Result<Json<Totals>, Problem> {
    let date: NaiveDate = date.parse().map_err(|_| {
        Problem::bad_request(
            format!("“{date}” is not a date such as 2026-11-17."),
            format!("« {date} » n’est pas une date comme 2026-11-17."),
        )
    })?;
    // A task of its own: closing goes on to its end even where the client has gone away.
    let closing = tokio::spawn(async move { service.desk.close_run_for(&who, date).await });
    let closed = closing.await.map_err(DeskError::Task)??;
    Ok(Json(closed.totals))
}
