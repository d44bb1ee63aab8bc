//! Who comes, and whether they may pass.
//!
//! Somebody is known by the session that their browser's cookie names, by the token of a system, or by that of the data folder. Each
//! route's door is in one table ([`DOORS`]); a route that is missing there is shut. What changes something is done only where the
//! request carries a token, or where the browser says that a page of this very service has sent it (Fetch Metadata, or `Origin`): no
//! page of somebody else's can act in a signed-in person's name.

mod doors;
mod limits;
mod problems;
mod session;
mod token_file;

use axum::extract::{FromRequestParts, MatchedPath, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use subtle::ConstantTimeEq;

pub use self::doors::{DOORS, Door};
pub(super) use self::limits::Limits;
pub(super) use self::session::{begun, client, cookie, ended, held, is_in_the_clear, kept, not_begun, under_way};
pub use self::token_file::{TOKEN_FILE, token};
use super::Service;
use super::pages::{language_of, sign_in_form};
use super::problem::Problem;
use crate::case::{CaseRef, FollowUpId, LetterId};
use crate::people::{Secret, Who};

/// The name of whoever comes with the data folder's token.
const OPERATOR: &str = "API";

/// Who has sent a request. Handlers behind a door that only people or known ones pass take it as an argument.
impl<S: Sync> FromRequestParts<S> for Who {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Who, Response> {
        parts.extensions.get::<Who>().cloned().ok_or_else(|| Problem::unauthorized().into_response())
    }
}

/// Lets a request pass whose door is open to whoever sent it; asks the others to sign in, or says that it is not theirs to do.
pub(super) async fn admit(
    State(service): State<Service>,
    params: RawPathParams,
    mut request: Request,
    next: Next,
) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()).unwrap_or_default();
    let known = known(&service, request.headers()).await;
    let address = client(request.extensions(), request.headers());
    let source = known.as_ref().map(Option::as_ref).map_err(drop);
    if let Err(wait) = service.limits.count(source, &address, request.method(), &route) {
        let seconds = wait.as_secs() + 1;
        let refused = refused(&service, &request, &Problem::too_many(seconds));
        return ([(header::RETRY_AFTER, seconds.to_string())], refused).into_response();
    }
    let who = match known {
        Ok(who) => who,
        Err(problem) => return problem.into_response(),
    };
    let Some(door) = doors::door(request.method().as_str(), &route) else { return no_door(&route, who.is_some()) };
    let (headers, path) = (request.headers(), request.uri().path());
    if !door.lets_pass(who.as_ref()) {
        return match who {
            None => to_sign_in(&service, &request),
            Some(_) => refused(&service, &request, &Problem::not_permitted()),
        };
    }
    let by_token = headers.contains_key(header::AUTHORIZATION);
    if !request.method().is_safe() && !by_token && !is_same_origin(headers) {
        return refused(&service, &request, &Problem::cross_site());
    }
    if let Some(who) = &who {
        match is_of_other_program(&service, who, &route, &params).await {
            Ok(true) => return refused(&service, &request, &Problem::other_program(path)),
            Ok(false) => {}
            Err(problem) => return problem.into_response(),
        }
    }
    if let Some(who) = who {
        request.extensions_mut().insert(who);
    }
    next.run(request).await
}

/// Who has sent a request with these headers; nobody where it carries nothing, or what is over. A token that is none is an error: whoever
/// sends one means to be known by it.
async fn known(service: &Service, headers: &HeaderMap) -> Result<Option<Who>, Problem> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let given = value.to_str().ok().and_then(bearer).ok_or_else(Problem::unauthorized)?;
        if given.as_bytes().ct_eq(service.token.as_bytes()).into() {
            return Ok(Some(Who::Operator(OPERATOR.to_owned())));
        }
        let secret = Secret::shown(given).ok_or_else(Problem::unauthorized)?;
        let token = service.desk.system(&secret).await?;
        return token.map(|token| Some(Who::System(token))).ok_or_else(Problem::unauthorized);
    }
    let Some(secret) = held(headers) else { return Ok(None) };
    Ok(service.desk.signed_in(&secret).await?.map(Who::Person))
}

/// Whether what a route is about is of a program that somebody does not work in.
async fn is_of_other_program(
    service: &Service,
    who: &Who,
    route: &str,
    params: &RawPathParams,
) -> Result<bool, Problem> {
    if who.programs().is_empty() {
        return Ok(false);
    }
    let route = route.trim_start_matches("/api/v1");
    let named = |wanted: &str| params.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value);
    let reader = service.desk.reader();
    let case = match (named("id"), named("reference")) {
        (_, Some(reference)) => Some(CaseRef::new(reference)),
        (Some(id), _) if route.starts_with("/letters/") => {
            reader.letter(&LetterId::new(id)).await?.map(|letter| letter.case_reference)
        }
        (Some(id), _) if route.starts_with("/follow-ups/") => {
            reader.follow_up(&FollowUpId::new(id)).await?.map(|row| row.case_reference)
        }
        (Some(id), _) if route.starts_with("/merges/{id}") => {
            return Ok(reader.merge_has_others(id, who.programs()).await?);
        }
        _ => None,
    };
    let Some(case) = case else { return Ok(false) };
    Ok(reader.program_of(&case).await?.is_some_and(|program| !who.works_in(&program)))
}

/// A route whose method is not taken; or, where the table of doors lacks it, one that nobody passes.
fn no_door(route: &str, is_known: bool) -> Response {
    let methods = doors::methods(route);
    if methods.is_empty() {
        tracing::error!(route, "the route has no door in the table, and is shut");
        return Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR).into_response();
    }
    if !is_known {
        return Problem::unauthorized().into_response();
    }
    let allow = HeaderValue::from_str(&methods).unwrap_or(HeaderValue::from_static("GET"));
    ([(header::ALLOW, allow)], Problem::of_status(StatusCode::METHOD_NOT_ALLOWED)).into_response()
}

/// Asks to sign in: the page of it, at the very address that was asked for; or, of the API, a problem.
fn to_sign_in(service: &Service, request: &Request) -> Response {
    let path = request.uri().path();
    if path.starts_with("/api/") {
        return Problem::unauthorized().into_response();
    }
    let query = request.uri().query().unwrap_or_default();
    let asked = request.uri().path_and_query().map_or(path, |path| path.as_str());
    let language = language_of(request.headers(), query);
    let context = sign_in_form(service, asked, "", Vec::new());
    match service.pages.render("sign-in.html", language, asked, service, None, context) {
        Ok(page) => (StatusCode::UNAUTHORIZED, page).into_response(),
        Err(unwritten) => unwritten.into_response(),
    }
}

/// Says that something is not done, as a page or as a problem.
fn refused(service: &Service, request: &Request, problem: &Problem) -> Response {
    let path = request.uri().path();
    if path.starts_with("/api/") {
        return problem.clone().into_response();
    }
    super::pages::refused(service, request, problem)
}

/// Whether a browser says that a page of this very service has made it send the request: by `Sec-Fetch-Site`, or, where it is too old to
/// say so, by an `Origin` that is the host which it asks.
fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (text("sec-fetch-site"), text("origin"), text("host")) {
        (Some(site), ..) => site == "same-origin",
        (None, Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, from)| from == host),
        _ => false,
    }
}

/// The token of an `Authorization` header; the scheme's name may be in any case (RFC 9110, section 11.1).
fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}
