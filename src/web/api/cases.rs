//! Cases: one, with its standing, its letters and its entries in order.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde::Serialize;

use crate::case::CaseRef;
use crate::case::fault::{FaultView, views};
use crate::desk::Eligibility;
use crate::web::Service;
use crate::web::problem::{Problem, accepted};
use crate::web::view::CaseView;

/// One case with its entries in order.
#[utoipa::path(get, operation_id = "case", path = "/cases/{reference}", params(("reference" = CaseRef, Path, description = "The case reference")), responses((status = 200, body = CaseView, description = "The case"), (status = 404)))]
pub(super) async fn show(
    State(service): State<Service>,
    headers: HeaderMap,
    Path(reference): Path<CaseRef>,
) -> Result<Json<CaseView>, Problem> {
    let found = CaseView::of(&service.desk, &reference, accepted(&headers)).await?;
    found.map(Json).ok_or_else(|| Problem::not_found(&reference))
}

/// Whether a letter of one type may go to one person of the case today.
#[derive(Serialize, utoipa::ToSchema)]
pub struct EligibilityView {
    /// The letter type's key.
    letter: String,
    /// The letter type's title.
    title: String,
    /// The person's key.
    person: String,
    /// The person's name.
    name: String,
    /// Whether it may go today.
    may_go: bool,
    /// Whether somebody must approve it first.
    needs_approval: bool,
    /// What stands against it.
    reasons: Vec<FaultView>,
    /// What an approver is to look at.
    notes: Vec<FaultView>,
    /// The event whose facts it was judged by, where one called for it; without one, by the standing alone.
    event: Option<String>,
}

/// For every letter type: may it go to each person of the case today, and if not, why not?
#[utoipa::path(get, operation_id = "eligibility", path = "/cases/{reference}/eligibility", params(("reference" = CaseRef, Path, description = "The case reference")), responses((status = 200, body = Vec<EligibilityView>, description = "The verdict for each letter type and person"), (status = 404)))]
pub(super) async fn eligibility(
    State(service): State<Service>,
    headers: HeaderMap,
    Path(reference): Path<CaseRef>,
) -> Result<Json<Vec<EligibilityView>>, Problem> {
    let language = accepted(&headers);
    let answers = service.desk.explain(&reference, None).await?;
    if answers.is_empty() {
        return Err(Problem::not_found(&reference));
    }
    let types = &service.desk.studio.catalogue.types;
    let view = |answer: Eligibility| EligibilityView {
        title: types
            .get(&answer.letter_type)
            .map_or(&*answer.letter_type, |letter| letter.description.title.get(language))
            .to_owned(),
        letter: answer.letter_type,
        person: answer.person,
        name: answer.name,
        may_go: answer.may_go,
        needs_approval: answer.needs_approval,
        reasons: views(&answer.reasons, language),
        notes: views(&answer.notes, language),
        event: answer.event,
    };
    Ok(Json(answers.into_iter().map(view).collect()))
}
