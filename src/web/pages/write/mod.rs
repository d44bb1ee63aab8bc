//! Writing: a letter that somebody asks for, an event that somebody tells. What is typed is kept as a draft; what would become of it is shown
//! beside it, before anything is done.

mod outlook;
mod page;
mod start;
mod take_back;
mod writing;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;

use serde_json::{Value, json};

use self::writing::What;
use crate::case::Language;
use crate::form::MOST;
use crate::people::Who;
use crate::web::problem::Problem;
use crate::web::{Service, Shared};

/// What somebody is writing, as the first page lists it.
pub(super) async fn drafts(service: &Service, who: Option<&Who>, language: Language) -> Result<Vec<Value>, Problem> {
    let Some(who) = who else { return Ok(Vec::new()) };
    let mut listed = Vec::new();
    for draft in service.desk.drafts(who).await? {
        let title = draft.kind.parse().ok().and_then(|kind: What| kind.title(service, &draft.what));
        let Some(title) = title else { continue };
        let (title, case) = (title.get(language), draft.case_reference);
        listed.push(json!({"id": draft.id, "title": title, "case": case, "saved_at": draft.saved_at}));
    }
    Ok(listed)
}

/// What nobody types, because who writes says it by being who they are.
const OWN_FACTS: [&str; 2] = ["prepared_by", "edited_by"];

pub(super) fn router() -> Router<Shared> {
    Router::new()
        .route("/letters/new", get(start::letter))
        .route("/letters/{id}/correct", get(page::correct))
        .route("/events/new", get(start::event))
        .route("/events/take-back", get(take_back::show).post(take_back::take_back))
        .route("/drafts/{id}", get(page::show).post(page::write).layer(DefaultBodyLimit::max(2 * MOST)))
}
