//! The disclosure bundle of a case, or of one of its people, for whoever answers an access request.

use axum::body::Body;
use axum::extract::{Form, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::json;
use tokio_util::io::ReaderStream;

use super::{Asked, encoded};
use crate::case::{CaseRef, LetterState, PersonId};
use crate::desk::{Disclosed, Disclosure};
use crate::people::Who;
use crate::register::LetterRow;
use crate::web::Service;
use crate::web::problem::Problem;
use crate::web::view::EntryView;

/// What the form says: whose bundle it is to be; the case's where it names nobody.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Given {
    person: String,
}

/// Makes the bundle, and sends it.
pub(super) async fn fetch(
    State(service): State<Service>,
    asked: Asked,
    who: Who,
    Path(reference): Path<CaseRef>,
    Form(given): Form<Given>,
) -> Response {
    let of = match given.person.trim() {
        "" => Disclosed::Case(reference.clone()),
        person => Disclosed::Person(PersonId::new(person)),
    };
    let disclosure = match service.desk.disclosure(&who, of).await {
        Ok(Some(disclosure)) => disclosure,
        Ok(None) => return asked.error(&service, StatusCode::NOT_FOUND),
        Err(error) => return asked.problem(&service, &Problem::from(error)),
    };
    let Ok(readable) = readable(&service, &asked, &disclosure) else {
        return asked.error(&service, StatusCode::INTERNAL_SERVER_ERROR);
    };
    let words = |row: &LetterRow| service.pages.word(&format!("status.{}", status(row)), asked.language);
    let file = match service.desk.bundle(&who, &disclosure, asked.language, readable, words).await {
        Ok(file) => tokio::fs::File::from_std(file),
        Err(error) => return asked.problem(&service, &Problem::from(error)),
    };
    let name = match &disclosure.of {
        Disclosed::Case(case) => case.to_string(),
        Disclosed::Person(person) => person.to_string(),
    };
    let disposition = format!("attachment; filename*=UTF-8''{}", encoded(&format!("disclosure-{name}.zip")));
    let headers = [(header::CONTENT_TYPE, "application/zip".to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    (headers, Body::from_stream(ReaderStream::new(file))).into_response()
}

/// How far a letter has come, as words.toml has a word for it.
fn status(row: &LetterRow) -> String {
    match row.delivery.filter(|_| row.state == LetterState::Issued) {
        Some(delivery) => format!("{}.{delivery}", row.state),
        None => row.state.to_string(),
    }
}

/// The case file in words: one HTML document that needs nothing else.
fn readable(service: &Service, asked: &Asked, disclosure: &Disclosure) -> Result<String, super::Unwritten> {
    let catalogue = &service.desk.studio.catalogue;
    let entries = disclosure.entries.iter().map(|filed| {
        let mut entry = json!(EntryView::of(filed.clone(), catalogue, asked.language));
        entry["case"] = json!(filed.case);
        entry
    });
    let (of, is_person) = match &disclosure.of {
        Disclosed::Case(case) => (case.as_str(), false),
        Disclosed::Person(person) => (person.as_str(), true),
    };
    let context = json!({"of": of, "is_person": is_person, "entries": entries.collect::<Vec<_>>()});
    asked.rendered(service, "disclosure.html", context).map(|page| page.0)
}

/// Where the form was sent to and did not do what was asked: the page that has it.
pub(super) async fn back(Path(reference): Path<CaseRef>) -> Redirect {
    Redirect::to(&format!("/cases/{}", encoded(&reference)))
}
