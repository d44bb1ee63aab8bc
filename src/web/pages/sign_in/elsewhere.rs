//! Signing in at the unit's OpenID Connect provider: sent there, and come back.

use axum::extract::{Query, State};
use axum::http::{Extensions, HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};

use super::{Asked, Origin, not_in, onward, says};
use crate::case::Fault;
use crate::desk::SignInError;
use crate::openid::ProviderError;
use crate::web::Service;
use crate::web::access::{begun, kept, not_begun, under_way};
use crate::web::problem::Problem;

/// What the browser brings.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Brought {
    next: String,
    code: String,
    state: String,
    error: String,
}

/// Sends the browser to the provider.
pub(super) async fn leave(
    State(service): State<Service>,
    asked: Asked,
    headers: HeaderMap,
    Query(brought): Query<Brought>,
) -> Response {
    let next = onward(&brought.next);
    match service.desk.begin_elsewhere().await {
        Ok((url, secret)) => ([begun(&headers, &secret, next)], Redirect::to(&url)).into_response(),
        Err(error) => refused(&service, &asked, next, error),
    }
}

/// Signs in whoever has come back.
pub(super) async fn come_back(
    State(service): State<Service>,
    asked: Asked,
    headers: HeaderMap,
    extensions: Extensions,
    Query(brought): Query<Brought>,
) -> Response {
    let Some((secret, next)) = under_way(&headers) else {
        return refused(&service, &asked, "/", ProviderError::NotBegun.into());
    };
    let next = onward(&next);
    let origin = Origin::of(&extensions, &headers);
    let signed_in = match brought.error {
        // The provider's own word, where it has no code: such as that the person went back.
        error if !error.is_empty() => Err(ProviderError::Refused(error).into()),
        _ => service.desk.sign_in_elsewhere(&secret, &brought.state, &brought.code, origin.proof()).await,
    };
    match signed_in {
        Ok(session) => {
            (AppendHeaders([kept(&headers, &session), not_begun(&headers)]), Redirect::to(next)).into_response()
        }
        Err(error) => (AppendHeaders([not_begun(&headers)]), refused(&service, &asked, next, error)).into_response(),
    }
}

/// The page of signing in, with why nobody was let in.
fn refused(service: &Service, asked: &Asked, next: &str, error: SignInError) -> Response {
    let (status, faults) = match error {
        SignInError::Desk(error) => return asked.problem(service, &Problem::from(error)),
        SignInError::Faults(faults) => (StatusCode::UNPROCESSABLE_ENTITY, faults),
        error => {
            tracing::warn!(%error, "nobody was signed in by the provider");
            let (status, says) = says(&error);
            (status, vec![Fault::new("sign-in", "", says.en, says.fr)])
        }
    };
    not_in(service, asked, (next, ""), status, &faults)
}
