//! The pages: the day, letters with search, one letter and one case with what is decided of them, mail merges, signing in, and the
//! administrator's.

mod case;
mod decisions;
mod disclosure;
mod docs;
mod health;
mod letter;
mod list;
mod list_file;
mod merges;
mod page;
mod people;
mod plan;
mod runs;
mod sign_in;
mod standards;
mod today;
mod work;
mod write;

use std::convert::Infallible;

use axum::Router;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, StatusCode, Uri};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

pub(super) use self::docs::docs;
use self::list::{encoded, list};
pub(super) use self::page::{Pages, language_of};
use self::page::{Unwritten, keep_language};
pub(super) use self::sign_in::form as sign_in_form;
use super::problem::Problem;
use super::{Service, Shared, api};
use crate::case::Language;
use crate::people::{Permission, Who};

/// The kind of a follow-up that asks who somebody is.
const WHO_IS_IT: &str = "who-is-it";

pub(super) fn router() -> Router<Shared> {
    Router::new()
        .route("/", get(today::home))
        .route("/work", get(work::show))
        .route("/letters", get(list))
        .route("/letters.csv", get(list_file::file))
        .route("/letters/{id}", get(letter::show))
        .route("/letters/{id}/pdf", get(api::letter_pdf))
        .route("/letters/{id}/approve", letter::decision(letter::approval))
        .route("/letters/{id}/override", letter::decision(letter::passing))
        .route("/letters/{id}/withdraw", letter::decision(letter::withdrawal))
        .route("/letters/{id}/return", letter::decision(letter::giving_back))
        .route("/letters/{id}/resubmit", letter::decision(letter::resubmission))
        .route("/letters/{id}/{page}", get(letter::picture))
        .route("/cases/{reference}", get(case::show))
        .route("/cases/{reference}/plan", get(plan::show))
        .route("/cases/{reference}/disclosure", get(disclosure::back).post(disclosure::fetch))
        .route("/follow-ups/{id}", get(case::follow_up).post(case::decide))
        .route("/standards", get(standards::show))
        .route("/health", get(health::show))
        .route("/health/sessions/{id}/end", post(health::end_session))
        .route("/runs", get(runs::list))
        .route("/runs/{id}", get(runs::show))
        .route("/runs/{id}/close", get(runs::back).post(runs::close))
        .route("/runs/{id}/files/{name}", get(runs::file))
        .merge(decisions::router())
        .merge(merges::router())
        .merge(people::router())
        .merge(sign_in::router())
        .merge(write::router())
}

/// What a page needs of its request.
pub(in crate::web) struct Asked {
    who: Option<Who>,
    language: Language,
    path: String,
    query: String,
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Asked, Infallible> {
        Ok(Asked::of(&parts.uri, &parts.headers, &parts.extensions))
    }
}

impl Asked {
    fn of(uri: &Uri, headers: &HeaderMap, extensions: &Extensions) -> Asked {
        let query = uri.query().unwrap_or_default().to_owned();
        let path = uri.path_and_query().map_or_else(|| uri.path().to_owned(), ToString::to_string);
        Asked { who: extensions.get().cloned(), language: language_of(headers, &query), path, query }
    }

    /// Whether whoever asks may do something.
    fn may(&self, permission: Permission) -> bool {
        self.who.as_ref().is_some_and(|who| who.may(permission))
    }

    /// The programs that whoever asks works in; none where it is all.
    fn programs(&self) -> Vec<String> {
        self.who.as_ref().map_or_else(Vec::new, |who| who.programs().to_vec())
    }

    /// The page; where it cannot be made, the page that says so.
    fn page(&self, service: &Service, name: &str, context: Value) -> Response {
        match self.rendered(service, name, context) {
            Ok(page) => self.keep(page),
            Err(_) => self.error(service, StatusCode::INTERNAL_SERVER_ERROR),
        }
    }

    fn rendered(&self, service: &Service, name: &str, context: Value) -> Result<Html<String>, Unwritten> {
        service.pages.render(name, self.language, &self.path, service, self.who.as_ref(), context)
    }

    fn keep(&self, page: Html<String>) -> Response {
        match keep_language(&self.query) {
            Some(cookie) => ([cookie], page).into_response(),
            None => page.into_response(),
        }
    }

    /// The page that says what was wrong with what was asked.
    fn problem(&self, service: &Service, problem: &Problem) -> Response {
        let title = problem.title(self.language);
        let context =
            json!({"status": problem.status().as_u16(), "title": title, "message": problem.detail(self.language)});
        match self.rendered(service, "error.html", context) {
            Ok(page) => (problem.status(), self.keep(page)).into_response(),
            Err(unwritten) => unwritten.into_response(),
        }
    }

    fn error(&self, service: &Service, status: StatusCode) -> Response {
        let (title, message) = match (status, self.language) {
            (StatusCode::NOT_FOUND, Language::En) => {
                ("Not found", "There is nothing at this address. Search for the letter or the case.")
            }
            (StatusCode::NOT_FOUND, Language::Fr) => {
                ("Introuvable", "Il n’y a rien à cette adresse. Cherchez la lettre ou le dossier.")
            }
            (_, Language::En) => {
                ("Recto could not do this", "Nothing was lost. Try again, or tell those who run the service.")
            }
            (_, Language::Fr) => {
                ("Recto n’a pas pu le faire", "Rien n’est perdu. Réessayez ou avisez les responsables du service.")
            }
        };
        let context = json!({"status": status.as_u16(), "title": title, "message": message});
        match self.rendered(service, "error.html", context) {
            Ok(page) => (status, self.keep(page)).into_response(),
            Err(unwritten) => unwritten.into_response(),
        }
    }
}

/// The page for an address that does not exist.
pub(super) async fn not_found(State(service): State<Service>, request: Request) -> Response {
    if request.uri().path().starts_with("/api/") {
        return Problem::not_found(request.uri().path()).into_response();
    }
    Asked::of(request.uri(), request.headers(), request.extensions()).error(&service, StatusCode::NOT_FOUND)
}

/// The page that says why something is not done.
pub(super) fn refused(service: &Service, request: &Request, problem: &Problem) -> Response {
    Asked::of(request.uri(), request.headers(), request.extensions()).problem(service, problem)
}

/// Answers with the page, or with the error's page; a problem has been logged where it was made.
async fn answer(
    service: &Service,
    asked: &Asked,
    name: &str,
    context: impl Future<Output = Result<Option<Value>, Problem>>,
) -> Response {
    match context.await {
        Ok(Some(context)) => asked.page(service, name, context),
        Ok(None) => asked.error(service, StatusCode::NOT_FOUND),
        Err(_) => asked.error(service, StatusCode::INTERNAL_SERVER_ERROR),
    }
}
