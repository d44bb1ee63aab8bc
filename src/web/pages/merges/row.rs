//! The letter of one row, as it would be.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::checked::row_shown;
use super::{sheet, title};
use crate::case::fault::views;
use crate::desk::{CheckedRow, Foreseen, MergeCheck};
use crate::web::pages::{Asked, answer};
use crate::web::problem::Problem;
use crate::web::{PREVIEW_SCALE, Service};

/// A row of a sheet that is kept, and what was found of the sheet.
fn found(service: &Service, id: &str, number: usize) -> Option<(Arc<MergeCheck>, usize)> {
    let check = Arc::clone(service.uploads.get(id)?.stage().check()?);
    let place = check.rows.iter().position(|row| row.number == number)?;
    Some((check, place))
}

/// The row's letter with what would become of it; what is wrong with the row where it makes none.
async fn foreseen(
    service: &Service,
    check: &MergeCheck,
    row: &CheckedRow,
) -> Result<Result<Foreseen, Vec<crate::case::Fault>>, Problem> {
    if !row.faults.is_empty() || row.waits {
        return Ok(Err(row.faults.clone()));
    }
    let data = serde_json::from_str(&row.data).unwrap_or_default();
    Ok(service.desk.preview_row(&check.letter_type, &data).await?)
}

pub(super) async fn show(
    State(service): State<Service>,
    asked: Asked,
    Path((id, number)): Path<(String, usize)>,
) -> Response {
    answer(&service, &asked, "merge-row.html", context(&service, &asked, &id, number)).await
}

async fn context(service: &Service, asked: &Asked, id: &str, number: usize) -> Result<Option<Value>, Problem> {
    let language = asked.language;
    let Some((check, place)) = found(service, id, number) else { return Ok(None) };
    let row = &check.rows[place];
    let beside = |place: Option<usize>| place.and_then(|place| check.rows.get(place)).map(|row| row.number);
    let (pages, faults, notes, date) = match foreseen(service, &check, row).await? {
        Ok(foreseen) => {
            let date = foreseen.may_go.then(|| foreseen.date.to_string());
            (foreseen.set.pages.len(), Vec::new(), views(&foreseen.notes, language), date)
        }
        Err(faults) => (0, views(&faults, language), Vec::new(), None),
    };
    let address = sheet::address(id);
    Ok(Some(json!({
        "address": address,
        "letter": title(service, &check.letter_type, language),
        "row": row_shown(&check, row, language),
        "faults": faults,
        "notes": notes,
        "date": date,
        "page_images": (1..=pages).map(|page| format!("{address}/rows/{number}/page-{page}.png")).collect::<Vec<_>>(),
        "before": beside(place.checked_sub(1)),
        "after": beside(Some(place + 1)),
    })))
}

/// `page-1.png`: a page of the row's letter; `letter.pdf`: all of it.
pub(super) async fn picture(
    State(service): State<Service>,
    Path((id, number, name)): Path<(String, usize, String)>,
) -> Result<Response, Problem> {
    let missing = || Problem::not_found(&format!("{name} of row {number}"));
    let (check, place) = found(&service, &id, number).ok_or_else(missing)?;
    let foreseen = foreseen(&service, &check, &check.rows[place]).await?.map_err(Problem::faults)?;
    if name == "letter.pdf" {
        return Ok((StatusCode::OK, [(header::CONTENT_TYPE, "application/pdf")], foreseen.set.pdf).into_response());
    }
    let page =
        name.strip_prefix("page-").and_then(|page| page.strip_suffix(".png")?.parse().ok()).ok_or_else(missing)?;
    let png = service.desk.studio.threads.draw(foreseen.set.pdf, page, PREVIEW_SCALE).await.ok_or_else(missing)?;
    Ok(([(header::CONTENT_TYPE, "image/png")], png).into_response())
}
