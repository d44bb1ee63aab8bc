//! The access token.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use subtle::ConstantTimeEq;

use super::Service;
use super::pages::language_of;
use super::problem::Problem;
use crate::case::hex;

/// The file in the data folder that holds the token.
pub const TOKEN_FILE: &str = "token";
const COOKIE: &str = "recto_token";

/// The access token of a data folder, made at the first start and readable by its owner alone.
pub fn token(folder: &Path) -> anyhow::Result<String> {
    let path = folder.join(TOKEN_FILE);
    let known = match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        // A token that cannot be read is not replaced: whoever has it would be shut out.
        known => known.with_context(|| path.display().to_string())?,
    };
    // A file that was cut short is no token: an empty one would open the door to everybody.
    if known.trim().len() == 64 && known.trim().bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(known.trim().to_owned());
    }
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
    let token = hex(&bytes);
    let partial = path.with_extension("partial");
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&partial)?;
    writeln!(file, "{token}")?;
    file.sync_all()?;
    std::fs::rename(&partial, &path)?;
    Ok(token)
}

/// Lets a request pass that carries the token; asks the others to sign in.
pub(super) async fn require(State(service): State<Service>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let query = request.uri().query().unwrap_or_default();
    let given = query.split('&').find_map(|pair| pair.strip_prefix("token="));
    if let Some(given) = given.filter(|given| is(&service, given)) {
        let cookie = format!("{COOKIE}={given}; Path=/; HttpOnly; SameSite=Strict");
        return ([(header::SET_COOKIE, cookie)], Redirect::to(&path)).into_response();
    }
    let headers = request.headers();
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| bearer(value.to_str().ok()?));
    // The cookie is for looking, and for the forms of our own pages; whatever else changes something needs the header, which no other
    // page can make a browser send.
    let form = !path.starts_with("/api/") && is_same_origin(headers);
    let cookie = cookie(headers, COOKIE).filter(|_| request.method().is_safe() || form);
    if [bearer, cookie].into_iter().flatten().any(|given| is(&service, given)) {
        return next.run(request).await;
    }
    if path.starts_with("/api/") {
        return Problem::unauthorized().into_response();
    }
    match service.pages.render("sign-in.html", language_of(headers, query), &path, &service, serde_json::json!({})) {
        Ok(page) => (StatusCode::UNAUTHORIZED, page).into_response(),
        Err(unwritten) => unwritten.into_response(),
    }
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

fn is(service: &Service, given: &str) -> bool {
    given.as_bytes().ct_eq(service.token.as_bytes()).into()
}

/// A cookie's value.
pub(super) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    cookies.split(';').find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}
