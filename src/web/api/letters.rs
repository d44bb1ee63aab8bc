//! Letters: list and find, ask for one, preview, one with its exact PDF, approve.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::case::{CaseRef, Day, Fault, LetterId, LetterState, json};
use crate::desk::{LetterRequest as AskedLetter, Requested};
use crate::letter::Catalogue;
use crate::register::Filter;
use crate::web::problem::{Problem, ProblemDocument, accepted};
use crate::web::view::LetterView;
use crate::web::{PREVIEW_SCALE, Service, system};

/// Letters on one page of a list, at most.
const MAX_LIMIT: i64 = 200;

/// Which letters to list.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// The case reference.
    case: Option<CaseRef>,
    /// A part of the name of whom it is about or of whom it is addressed to, whatever its accents, or the person's key.
    person: Option<String>,
    /// The letter type's key.
    #[serde(rename = "type")]
    letter_type: Option<String>,
    /// The state.
    state: Option<LetterState>,
    /// The mailing date, such as 2026-11-17.
    date: Option<Day>,
    /// Where the last list ended: its `next`.
    cursor: Option<i64>,
    /// Letters at most, up to 200; 50 when absent.
    limit: Option<i64>,
}

impl ListQuery {
    /// A condition that can never be met is a mistake, and is said.
    fn check(&self, catalogue: &Catalogue) -> Result<(), Problem> {
        let kind = self.letter_type.as_ref().is_none_or(|key| catalogue.types.contains_key(key));
        let limit = self.limit.is_none_or(|limit| (1..=MAX_LIMIT).contains(&limit));
        let cursor = self.cursor.is_none_or(|cursor| cursor > 0);
        let wrong = [("type", kind), ("limit", limit), ("cursor", cursor)].into_iter().find(|(_, good)| !good);
        wrong.map_or(Ok(()), |(name, _)| {
            let en = format!("`{name}` has a value that nothing can have. See the API's description.");
            Err(Problem::bad_request(
                en,
                format!("`{name}` a une valeur que rien ne peut avoir. Voyez la description de l’API."),
            ))
        })
    }
}

/// Letters, newest first.
#[derive(Serialize, utoipa::ToSchema)]
pub struct LetterList {
    letters: Vec<LetterView>,
    /// The `cursor` of the next list; absent at the end.
    next: Option<i64>,
}

/// List and find letters, newest first.
#[utoipa::path(get, operation_id = "list_letters", path = "/letters", params(ListQuery), responses((status = 200, body = LetterList, description = "Found or made")))]
pub(super) async fn list(
    State(service): State<Service>,
    headers: HeaderMap,
    query: Result<Query<ListQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<LetterList>, Problem> {
    let Query(query) = query.map_err(|error| Problem::bad_request(error.body_text(), error.body_text()))?;
    let limit = query.limit.unwrap_or(50);
    query.check(&service.desk.studio.catalogue)?;
    let filter = Filter {
        case: query.case,
        person: query.person,
        letter_type: query.letter_type,
        state: query.state,
        delivery: None,
        date: query.date,
        before: query.cursor,
        limit: limit + 1,
    };
    let mut rows = service.desk.reader().letters(&filter).await?;
    let more = rows.len() as i64 > limit;
    rows.truncate(limit as usize);
    let next = rows.last().map(|row| row.sequence).filter(|_| more);
    let letters = LetterView::all(rows, &service.desk.studio.catalogue, accepted(&headers));
    Ok(Json(LetterList { letters, next }))
}

/// An officer's letter.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LetterRequest {
    /// The letter type's key.
    letter: String,
    /// `{case, party, facts}`; the facts are those of the letter type's schema.
    data: Value,
}

/// Ask for a letter.
///
/// The officer's letter is the event that calls for it, raised by the officer; it goes the same way as any other. The
/// `Idempotency-Key` makes a repeat harmless: the same key with the same request gets the same answer, with another request
/// it is refused.
#[utoipa::path(post, operation_id = "create_letter", path = "/letters", request_body = LetterRequest,
    params(("Idempotency-Key" = String, Header, description = "A key of your own for this request")),
    responses((status = 201, body = LetterView, description = "Found or made"), (status = 409, body = ProblemDocument, content_type = "application/problem+json", description = "It is not as the request supposes"), (status = 422, body = ProblemDocument, content_type = "application/problem+json", description = "Nothing was recorded; every fault is listed")))]
pub(super) async fn create(
    State(service): State<Service>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let language = accepted(&headers);
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok());
    let key = key.filter(|key| !key.trim().is_empty() && key.len() <= 200);
    let key = key.ok_or_else(|| {
        Problem::bad_request(
            "The header Idempotency-Key is missing, or is not 1 to 200 ASCII characters. Send a key of your own for this request.",
            "L’en-tête Idempotency-Key manque, ou ne compte pas 1 à 200 caractères ASCII. Envoyez votre propre clé pour cette requête.",
        )
    })?;
    let request: LetterRequest = read(&body)?;
    let asked = AskedLetter { letter_type: request.letter, data: request.data, key: key.to_owned() };
    match service.desk.ask_for(system(), asked).await? {
        Requested::Called(row) => {
            let place = format!("/api/v1/letters/{}", row.id);
            let view = LetterView::of(*row, &service.desk.studio.catalogue, language);
            Ok((StatusCode::CREATED, [(header::LOCATION, place)], Json(view)).into_response())
        }
        Requested::Refused(faults) => Err(Problem::faults(faults)),
    }
}

/// Which page of a preview.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PreviewQuery {
    /// The page of a PNG preview, from 1.
    page: Option<usize>,
}

/// See a letter before it is made.
///
/// PDF by default, one page as PNG with `Accept: image/png`. Nothing is recorded. What would hold the letter for its
/// arithmetic or deadlines is in the header `Recto-Held-For`, as codes.
#[utoipa::path(post, operation_id = "preview_letter", path = "/letters/preview", request_body = LetterRequest, params(PreviewQuery),
    responses((status = 200, content((Vec<u8> = "application/pdf"), (Vec<u8> = "image/png")), description = "The letter, or one of its pages"), (status = 422, body = ProblemDocument, content_type = "application/problem+json", description = "Nothing was recorded; every fault is listed")))]
pub(super) async fn preview(
    State(service): State<Service>,
    headers: HeaderMap,
    query: Result<Query<PreviewQuery>, axum::extract::rejection::QueryRejection>,
    body: Bytes,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|error| Problem::bad_request(error.body_text(), error.body_text()))?;
    let request: LetterRequest = read(&body)?;
    let (studio, today) = (&service.desk.studio, service.desk.clock.today());
    let wants_png =
        headers.get(header::ACCEPT).is_some_and(|accept| accept.to_str().is_ok_and(|a| a.contains("image/png")));
    let letter = studio.preview(&request.letter, &request.data, today).await;
    let letter = letter.map_err(below_data)?;
    unshowable(letter.stops.clone())?;
    if wants_png {
        let page = query.page.unwrap_or(1);
        let png = studio.threads.draw(letter.pdf, page, PREVIEW_SCALE).await;
        let png = png.ok_or_else(|| Problem::not_found(&format!("page {page}")))?;
        return Ok(([(header::CONTENT_TYPE, "image/png")], png).into_response());
    }
    let held_for =
        letter.stops.iter().chain(&letter.notes).map(|stop| stop.code.as_str()).collect::<Vec<_>>().join(", ");
    let held_for = (header::HeaderName::from_static("recto-held-for"), held_for);
    Ok(([(header::CONTENT_TYPE, "application/pdf".to_owned()), held_for], letter.pdf).into_response())
}

/// One letter.
#[utoipa::path(get, operation_id = "letter", path = "/letters/{id}", responses((status = 200, body = LetterView, description = "Found or made"), (status = 404, body = ProblemDocument, content_type = "application/problem+json", description = "There is no such thing")))]
pub(super) async fn show(
    State(service): State<Service>,
    headers: HeaderMap,
    Path(id): Path<LetterId>,
) -> Result<Json<LetterView>, Problem> {
    let row = service.desk.reader().letter(&id).await?.ok_or_else(|| Problem::not_found(&id))?;
    Ok(Json(LetterView::of(row, &service.desk.studio.catalogue, accepted(&headers))))
}

/// The exact bytes of an issued letter, their SHA-256 as ETag.
#[utoipa::path(get, operation_id = "letter_pdf", path = "/letters/{id}/pdf", responses((status = 200, body = Vec<u8>, content_type = "application/pdf", description = "The exact bytes"),
    (status = 304, description = "If-None-Match has its hash"), (status = 404, body = ProblemDocument, content_type = "application/problem+json", description = "There is no such thing")))]
pub(in crate::web) async fn pdf(
    State(service): State<Service>,
    headers: HeaderMap,
    Path(id): Path<LetterId>,
) -> Result<Response, Problem> {
    let found = service.desk.pdf(&id).await?;
    let (pdf, sha256) = found.ok_or_else(|| Problem::not_found(&id))?;
    let tag = format!("\"{sha256}\"");
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known.is_some_and(|known| {
        known.split(',').map(str::trim).any(|known| known == "*" || known.trim_start_matches("W/") == tag)
    }) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let name = format!("inline; filename=\"{id}.pdf\"");
    let kind = "application/pdf".to_owned();
    let described = [(header::ETAG, tag), (header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)];
    Ok((described, pdf).into_response())
}

/// Faults of a request's data, their places those of the request.
fn below_data(faults: Vec<Fault>) -> Problem {
    Problem::faults(faults.into_iter().map(|fault| fault.below("/data")).collect())
}

/// What keeps a page from being shown to anybody: a Social Insurance Number on it.
pub(super) fn unshowable(mut stops: Vec<Fault>) -> Result<(), Problem> {
    stops.retain(|stop| stop.code == "insurance-number-on-page");
    if stops.is_empty() { Ok(()) } else { Err(Problem::faults(stops)) }
}

/// Reads a request's JSON.
pub(super) fn read<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let value = json::read(body).map_err(Problem::unreadable)?;
    serde_json::from_value(value).map_err(|error| Problem::not_json(&error))
}
