//! Errors as RFC 9457 problem documents.

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::case::fault::FaultView;
use crate::case::{Fault, Language};
use crate::desk::{ApproveError, DeskError};

/// A problem document. `type` is stable; `faults` has every fault with its JSON Pointer.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// A stable URI of the kind of problem.
    #[serde(rename = "type")]
    kind: String,
    /// What it is, in one line.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What happened here.
    detail: String,
    /// Every fault, in the language of Accept-Language.
    faults: Vec<FaultView>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, kind: &str, title: &str, detail: impl Into<String>) -> Problem {
        Problem {
            kind: format!("urn:problem:recto:{kind}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            faults: Vec::new(),
        }
    }

    pub(super) fn faults(faults: &[Fault], language: Language) -> Problem {
        let conflict = faults.iter().any(|fault| fault.code == "event-conflict");
        let (status, kind, title) = if conflict {
            (StatusCode::CONFLICT, "conflict", ["Known already with other contents", "Déjà reçu avec un autre contenu"])
        } else {
            (StatusCode::UNPROCESSABLE_ENTITY, "faults", ["Nothing was recorded", "Rien n’a été enregistré"])
        };
        let title = title[language as usize];
        let detail = match language {
            Language::En => format!("{} to mend; each says where and how.", faults.len()),
            Language::Fr => format!("{} à corriger; chacune dit où et comment.", faults.len()),
        };
        let faults = faults.iter().map(|fault| fault.view(language)).collect();
        Problem { faults, ..Problem::new(status, kind, title, detail) }
    }

    pub(super) fn not_found(what: &str) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "not-found", "Not found", format!("There is no {what}."))
    }

    pub(super) fn bad_request(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, "bad-request", "The request cannot be read", detail)
    }

    pub(super) fn unauthorized() -> Problem {
        let detail = "Send the token of the data folder's file `token` as `Authorization: Bearer …`.";
        Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", "The access token is missing or wrong", detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<DeskError> for Problem {
    /// Logged once, here; the client learns nothing of the inside.
    fn from(error: DeskError) -> Problem {
        tracing::error!(%error, "a request failed");
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Problem::new(
            status,
            "internal",
            "Recto could not do this",
            "The trouble is in the service's log. Nothing was lost; try again.",
        )
    }
}

impl From<crate::register::RegisterError> for Problem {
    fn from(error: crate::register::RegisterError) -> Problem {
        DeskError::from(error).into()
    }
}

impl From<ApproveError> for Problem {
    fn from(error: ApproveError) -> Problem {
        match error {
            ApproveError::NotFound(letter) => Problem::not_found(&format!("letter {letter}")),
            ApproveError::Desk(error) => error.into(),
            ApproveError::Preparer(_) => Problem::new(
                StatusCode::FORBIDDEN,
                "preparer-cannot-approve",
                "The preparer cannot approve",
                error.to_string(),
            ),
            ApproveError::NotWaiting => {
                Problem::new(StatusCode::CONFLICT, "not-waiting", "Not waiting for this approval", error.to_string())
            }
        }
    }
}

/// The language that a request's `Accept-Language` prefers.
pub(super) fn accepted(headers: &HeaderMap) -> Language {
    let value = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Language::from_accept_language(value.unwrap_or_default())
}
