//! The page of a merge that was confirmed: how far it has come, what became of each row, and how it is stopped.

use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Value, json};

use super::{title, workbook};
use crate::case::fault::views;
use crate::case::{LetterState, MergeId, MergeState};
use crate::desk::{DecideError, MergeTally};
use crate::people::{Permission, Who};
use crate::web::Service;
use crate::web::pages::{Asked, answer};
use crate::web::problem::Problem;
use crate::web::view::{LetterView, MergeView};

/// Rows on one page.
const ROWS: i64 = 50;

pub(super) async fn show(
    State(service): State<Service>,
    asked: Asked,
    who: Who,
    Path(id): Path<MergeId>,
    Query(given): Query<Vec<(String, String)>>,
) -> Response {
    let after =
        given.iter().find(|(name, _)| name == "after").and_then(|(_, row)| row.parse().ok()).unwrap_or_default();
    let context = async {
        service.desk.looked_at_merge(&who, &id).await?;
        context(&service, &asked, &id, after, None).await
    };
    answer(&service, &asked, "merge.html", context).await
}

async fn context(
    service: &Service,
    asked: &Asked,
    id: &MergeId,
    after: i64,
    problem: Option<(&Problem, &Given)>,
) -> Result<Option<Value>, Problem> {
    let (desk, reader, language) = (&service.desk, service.desk.reader(), asked.language);
    let Some(record) = reader.merge(id).await? else { return Ok(None) };
    let tally = desk.merge_tally(id).await?;
    let mut records = reader.merge_rows(id, after, ROWS + 1).await?;
    let more = records.len() as i64 > ROWS;
    records.truncate(ROWS as usize);
    let mut rows = Vec::with_capacity(records.len());
    for row in &records {
        let letter = match &row.letter {
            Some(letter) => reader.letter(letter).await?,
            None => None,
        };
        let letter = letter.map(|letter| LetterView::of(letter, &desk.studio.catalogue, language));
        rows.push(json!({"number": row.row, "case": row.case_reference, "letter": letter, "faults": views(&row.faults, language)}));
    }
    let given = problem.map(|(_, given)| given);
    let own = asked.who.as_ref().map(Who::actor);
    let confirmed_by = record.confirmed_by()?;
    Ok(Some(json!({
        "merge": MergeView::of(&record)?,
        "letter": title(service, &record.letter_type, language),
        "tally": tally,
        "states": tally.states.iter().map(|(state, count)| json!({"state": state, "count": count})).collect::<Vec<_>>(),
        "to_come": to_come(record.state, &tally),
        "rows": rows,
        "after": rows.last().filter(|_| more).map(|row| row["number"].clone()),
        "first": after == 0,
        "may_second": asked.may(Permission::Decide) && own.is_none_or(|own| !own.is_same(&confirmed_by)),
        "problem": problem.map(|(problem, _)| problem.said(language)),
        "reason": given.map(|given| &given.reason),
    })))
}

/// Rows and letters that are still being worked; none where the merge has come to rest.
fn to_come(state: MergeState, tally: &MergeTally) -> usize {
    let untaken = if state == MergeState::Taking { tally.rows - tally.letters - tally.faulty } else { 0 };
    let due =
        [LetterState::Due, LetterState::Recalled].iter().filter_map(|state| tally.states.get(state)).sum::<usize>();
    untaken + due
}

/// Where a form was sent to and did not do what was asked: the page that has it.
pub(super) async fn back(Path(id): Path<MergeId>) -> Redirect {
    Redirect::to(&format!("/merges/{id}"))
}

/// The sheet with what became of each row.
pub(super) async fn result(
    State(service): State<Service>,
    asked: Asked,
    who: Who,
    Path(id): Path<MergeId>,
) -> Response {
    let fetched = async {
        let sheet = service.desk.merge_result(&id, asked.language).await?;
        service.desk.fetched_merge(&who, &id).await?;
        Ok::<_, Problem>(sheet)
    };
    match fetched.await {
        Ok(sheet) => workbook(id.as_ref(), sheet),
        Err(problem) => asked.problem(&service, &problem),
    }
}

/// What a form says: why.
#[derive(serde::Deserialize)]
pub(super) struct Given {
    #[serde(default)]
    reason: String,
}

/// Confirms a merge as the second person.
pub(super) async fn second(
    State(service): State<Service>,
    asked: Asked,
    who: Who,
    Path(id): Path<MergeId>,
    Form(given): Form<Given>,
) -> Response {
    let done = service.desk.second_merge(&id, &who).await.map(drop);
    done_or_said(&service, &asked, &id, &given, done).await
}

/// Stops a merge.
pub(super) async fn stop(
    State(service): State<Service>,
    asked: Asked,
    who: Who,
    Path(id): Path<MergeId>,
    Form(given): Form<Given>,
) -> Response {
    let done = service.desk.stop_merge(&id, &given.reason, &who).await.map(drop);
    done_or_said(&service, &asked, &id, &given, done).await
}

/// The merge's page, with what was wrong where nothing was done.
async fn done_or_said(
    service: &Service,
    asked: &Asked,
    id: &MergeId,
    given: &Given,
    done: Result<(), DecideError>,
) -> Response {
    let Err(error) = done else { return Redirect::to(&format!("/merges/{id}")).into_response() };
    let problem = Problem::from(error);
    if problem.status() == StatusCode::NOT_FOUND {
        return asked.error(service, StatusCode::NOT_FOUND);
    }
    let context = context(service, asked, id, 0, Some((&problem, given)));
    (problem.status(), answer(service, asked, "merge.html", context).await).into_response()
}
