//! Cases: one, with its standing, its letters and its entries in order.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;

use crate::case::CaseRef;
use crate::case::entry::View;
use crate::people::Who;
use crate::web::Service;
use crate::web::problem::{Problem, accepted};
use crate::web::view::{CaseView, EligibilityView};

/// One case with its entries in order.
#[utoipa::path(get, operation_id = "case", path = "/cases/{reference}", params(("reference" = CaseRef, Path, description = "The case reference")), responses((status = 200, body = CaseView, description = "The case"), (status = 404)))]
pub(super) async fn show(
    State(service): State<Service>,
    who: Who,
    headers: HeaderMap,
    Path(reference): Path<CaseRef>,
) -> Result<Json<CaseView>, Problem> {
    service.desk.looked_at_case(&who, &reference, View::Api).await?;
    let found = CaseView::of(&service.desk, &reference, accepted(&headers)).await?;
    found.map(Json).ok_or_else(|| Problem::not_found(&reference))
}

/// For every letter type: is it called for, may it go to each person of the case today, and if not, why not?
#[utoipa::path(get, operation_id = "eligibility", path = "/cases/{reference}/eligibility", params(("reference" = CaseRef, Path, description = "The case reference")), responses((status = 200, body = Vec<EligibilityView>, description = "The verdict for each letter type and person"), (status = 404)))]
pub(super) async fn eligibility(
    State(service): State<Service>,
    who: Who,
    headers: HeaderMap,
    Path(reference): Path<CaseRef>,
) -> Result<Json<Vec<EligibilityView>>, Problem> {
    service.desk.looked_at_case(&who, &reference, View::Api).await?;
    let language = accepted(&headers);
    let answers = service.desk.explain(&reference, None).await?;
    if answers.is_empty() {
        return Err(Problem::not_found(&reference));
    }
    let catalogue = &service.desk.studio.catalogue;
    let view = |answer| EligibilityView::of(answer, catalogue, language);
    Ok(Json(answers.into_iter().map(view).collect()))
}
