//! Errors as RFC 9457 problem documents, in the language of the request.
//!
//! A handler answers with a [`Problem`], which has its words in both languages; [`in_language`], which knows the request,
//! writes it out. Errors that no handler made (a wrong method, a body too large) become problem documents there too.

mod decided;

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::{MAX_BODY_BYTES, MAX_SHEET_BYTES, TIMEOUT};
use crate::case::fault::{FaultView, views, worded};
use crate::case::said::{counted, json};
use crate::case::{Fault, Language, Text};
use crate::desk::{DeskError, PeopleError};
use crate::register::RegisterError;

/// What went wrong with a request, in both languages.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    status: StatusCode,
    kind: &'static str,
    words: Box<Words>,
    faults: Vec<Fault>,
}

/// What a problem says, in both languages.
#[derive(Debug, Clone)]
struct Words {
    title: Text,
    detail: Text,
}

/// A problem document. `type` is stable; `faults` has every fault with its JSON Pointer.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDocument {
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
    pub(super) fn new(status: StatusCode, kind: &'static str, title: (&str, &str), detail: Text) -> Problem {
        let words = Box::new(Words { title: worded(title.0, title.1), detail: worded(&detail.en, &detail.fr) });
        Problem { status, kind, words, faults: Vec::new() }
    }

    /// Faults of the input: nothing was recorded.
    pub(super) fn faults(faults: Vec<Fault>) -> Problem {
        let count = counted(faults.len(), ("fault", "faute"), ("faults", "fautes"));
        let detail = Text::new(
            format!("{} to mend; each says where and how.", count.en),
            format!("{} à corriger; chacune dit où et comment.", count.fr),
        );
        let known = |fault: &Fault| ["event-conflict", "idempotency-key-reused"].contains(&fault.code.as_str());
        let problem = if faults.iter().any(known) {
            let title = ("Known already with other contents", "Déjà reçu avec un autre contenu");
            Problem::new(StatusCode::CONFLICT, "conflict", title, detail)
        } else {
            let title = ("Nothing was recorded", "Rien n’a été enregistré");
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "faults", title, detail)
        };
        Problem { faults, ..problem }
    }

    /// What was seen is not what would be done now.
    pub(super) fn changed(fault: Fault) -> Problem {
        let title = ("Changed since it was seen", "Modifiée depuis qu’elle a été vue");
        let problem = Problem::new(StatusCode::CONFLICT, "not-waiting", title, fault.message.clone());
        Problem { faults: vec![fault], ..problem }
    }

    /// There is nothing of this name.
    pub(super) fn not_found(what: &str) -> Problem {
        let detail = Text::new(format!("There is no “{what}” here."), format!("Il n’y a pas de « {what} » ici."));
        Problem::new(StatusCode::NOT_FOUND, "not-found", ("Not found", "Introuvable"), detail)
    }

    /// The request cannot be read.
    pub(super) fn bad_request(en: impl Into<String>, fr: impl Into<String>) -> Problem {
        let title = ("The request cannot be read", "La requête ne peut pas être lue");
        Problem::new(StatusCode::BAD_REQUEST, "bad-request", title, Text::new(en, fr))
    }

    /// The request's body is no JSON, or not one that all readers read alike.
    pub(super) fn unreadable(faults: Vec<Fault>) -> Problem {
        let say =
            |text: fn(&Text) -> &str| faults.iter().map(|fault| text(&fault.message)).collect::<Vec<_>>().join(" ");
        let problem = Problem::bad_request(say(|text| &text.en), say(|text| &text.fr));
        Problem { faults, ..problem }
    }

    /// The request's JSON cannot be read.
    pub(super) fn not_json(error: &serde_json::Error) -> Problem {
        let why = json(error);
        Problem::bad_request(format!("Not JSON: {}.", why.en), format!("Ce n’est pas du JSON : {}.", why.fr))
    }

    /// The request can be read, and is not what is asked for here: each fault says where.
    pub(super) fn unfit(faults: Vec<Fault>) -> Problem {
        let problem = Problem::faults(faults);
        let title = ("The request cannot be read", "La requête ne peut pas être lue");
        let words = Box::new(Words { title: title.into(), ..*problem.words });
        Problem { status: StatusCode::BAD_REQUEST, kind: "bad-request", words, faults: problem.faults }
    }

    /// The body is of a kind that is not taken here.
    pub(super) fn media_type() -> Problem {
        let title = ("The media type is not taken here", "Ce type de média n’est pas reçu ici");
        let detail = Text::new(
            "Send application/cloudevents+json, application/cloudevents-batch+json, or JSON with ce- headers; all of it in UTF-8.",
            "Envoyez application/cloudevents+json, application/cloudevents-batch+json, ou du JSON avec des en-têtes ce-; le tout en UTF-8.",
        );
        Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", title, detail)
    }

    /// An error that the server's own layers made.
    pub(super) fn of_status(status: StatusCode) -> Problem {
        match status {
            StatusCode::PAYLOAD_TOO_LARGE => return Problem::too_large(),
            StatusCode::GATEWAY_TIMEOUT => return Problem::too_slow(),
            _ => {}
        }
        let (title, detail) = match status {
            StatusCode::METHOD_NOT_ALLOWED => (
                ("This is not done here", "Cela ne se fait pas ici"),
                (
                    "The header Allow says which methods this address takes.",
                    "L’en-tête Allow dit quelles méthodes cette adresse accepte.",
                ),
            ),
            StatusCode::NOT_FOUND => {
                (("Not found", "Introuvable"), ("There is nothing at this address.", "Il n’y a rien à cette adresse."))
            }
            status if status.is_client_error() => (
                ("The request cannot be read", "La requête ne peut pas être lue"),
                (
                    "Compare its address and headers with the API's description.",
                    "Comparez son adresse et ses en-têtes à la description de l’API.",
                ),
            ),
            _ => (
                ("Recto could not do this", "Recto n’a pas pu le faire"),
                (
                    "The trouble is in the service's log. Try again.",
                    "L’ennui est dans le journal du service. Réessayez.",
                ),
            ),
        };
        let detail = Text::new(
            format!("{} The API's description is at /api/v1/openapi.json.", detail.0),
            format!("{} La description de l’API est à /api/v1/openapi.json.", detail.1),
        );
        Problem::new(status, "http", title, detail)
    }

    /// The letter types are being taken anew already.
    pub(super) fn reload_under_way() -> Problem {
        let title =
            ("The letter types are being taken anew already", "Les types de lettres sont déjà en cours de relecture");
        let detail = Text::new(
            "Wait until GET /api/v1/letter-types/reload says that it has ended; then ask again if files have changed since.",
            "Attendez que GET /api/v1/letter-types/reload indique la fin; redemandez-la si des fichiers ont changé depuis.",
        );
        Problem::new(StatusCode::CONFLICT, "reload-under-way", title, detail)
    }

    /// The request is larger than any may be.
    fn too_large() -> Problem {
        let (limit, sheet) = (MAX_BODY_BYTES >> 20, MAX_SHEET_BYTES >> 20);
        let title = ("The request is too large", "La requête est trop grande");
        let detail = Text::new(
            format!(
                "A request may have {limit} MiB at most, and a spreadsheet {sheet} MiB. Send what it says in several; nothing was recorded."
            ),
            format!(
                "Une requête peut compter {limit} Mio au plus, et une feuille de calcul {sheet} Mio. Répartissez-la en plusieurs; rien n’a été enregistré."
            ),
        );
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", title, detail)
    }

    /// The request took longer than any may.
    fn too_slow() -> Problem {
        let limit = TIMEOUT.as_secs();
        let title = ("It takes longer", "Le traitement se prolonge");
        let detail = Text::new(
            format!(
                "There was no answer after {limit} seconds. What was begun may still come to its end: send the same request again, which does nothing twice, for its answer."
            ),
            format!(
                "Aucune réponse après {limit} secondes. Ce qui est commencé peut encore aboutir : renvoyez la même requête, qui ne fait rien deux fois, pour en avoir la réponse."
            ),
        );
        Problem::new(StatusCode::GATEWAY_TIMEOUT, "too-slow", title, detail)
    }

    /// The trouble is the service's own.
    fn internal(error: &DeskError) -> Problem {
        tracing::error!(%error, "a request failed");
        let detail = Text::new(
            "The trouble is in the service's log. Nothing was lost; try again.",
            "L’ennui est dans le journal du service. Rien n’est perdu; réessayez.",
        );
        let title = ("Recto could not do this", "Recto n’a pas pu le faire");
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", title, detail)
    }

    /// What it is called.
    pub(super) fn title(&self, language: Language) -> &str {
        self.words.title.get(language)
    }

    /// What it says.
    pub(super) fn detail(&self, language: Language) -> &str {
        self.words.detail.get(language)
    }

    /// What it says to a person: each fault, or what it is.
    pub(super) fn said(&self, language: Language) -> Vec<&str> {
        match self.faults.as_slice() {
            [] => vec![self.detail(language)],
            faults => faults.iter().map(|fault| fault.message.get(language)).collect(),
        }
    }

    /// There are as many sheets as there is room for, and all of them are being looked at.
    pub(super) fn no_room() -> Problem {
        let title = ("There are too many sheets", "Il y a trop de feuilles");
        let detail = Text::new(
            "As many sheets are being checked as there is room for. Wait until one of them is done, and hand yours in again.",
            "Autant de feuilles qu’il y a de place sont en cours de vérification. Attendez que l’une d’elles soit finie, et soumettez la vôtre de nouveau.",
        );
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "no-room", title, detail)
    }

    /// Its status.
    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    fn document(&self, language: Language) -> Response {
        let document = ProblemDocument {
            kind: format!("urn:problem:recto:{}", self.kind),
            title: self.words.title.get(language).to_owned(),
            status: self.status.as_u16(),
            detail: self.words.detail.get(language).to_owned(),
            faults: views(&self.faults, language),
        };
        let mut response = (self.status, Json(document)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.code()));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl IntoResponse for Problem {
    /// Carries the problem to [`in_language`], which writes it out.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes problems out in the language of the request, and makes problem documents of the API's other errors.
pub(super) async fn in_language(request: Request, next: Next) -> Response {
    let language = accepted(request.headers());
    let is_api = request.uri().path().starts_with("/api/");
    let response = next.run(request).await;
    let status = response.status();
    let mut document = match response.extensions().get::<Problem>() {
        Some(problem) => problem.document(language),
        None if is_api && (status.is_client_error() || status.is_server_error()) => {
            Problem::of_status(status).document(language)
        }
        // An address whose escapes are no UTF-8: what the router says of it is for programmers.
        None if status == StatusCode::BAD_REQUEST => return unreadable_address(),
        None => return response,
    };
    for kept in [header::ALLOW, header::RETRY_AFTER] {
        if let Some(value) = response.headers().get(&kept) {
            document.headers_mut().insert(kept, value.clone());
        }
    }
    document
}

fn unreadable_address() -> Response {
    let words = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Recto</title><p>The address cannot be read. <a \
                 href=\"/letters\">Find a letter</a></p><p lang=\"fr\">L’adresse ne peut pas être lue. <a \
                 href=\"/letters\">Trouver une lettre</a></p></html>";
    (StatusCode::BAD_REQUEST, axum::response::Html(words)).into_response()
}

impl From<DeskError> for Problem {
    /// What the client can mend is said. The rest is logged once, here, and the client learns nothing of the inside.
    fn from(error: DeskError) -> Problem {
        let (kind, title) = match &error {
            DeskError::NoSuchRun(_) => ("no-such-run", ("No such print run", "Aucun tirage de cette date")),
            DeskError::RunClaimed(_) => {
                ("run-claimed", ("The print run is being closed", "Le tirage est en cours de fermeture"))
            }
            DeskError::UnfinishedRun { .. } => {
                ("run-unfinished", ("A print run is unfinished", "Un tirage est inachevé"))
            }
            DeskError::Register(_)
            | DeskError::Archive(_)
            | DeskError::Print(_)
            | DeskError::Unreadable { .. }
            | DeskError::Io(_)
            | DeskError::Task(_) => return Problem::internal(&error),
        };
        Problem::new(StatusCode::CONFLICT, kind, title, error.says())
    }
}

impl From<PeopleError> for Problem {
    fn from(error: PeopleError) -> Problem {
        match error {
            PeopleError::NotFound(what) => Problem::not_found(&what),
            PeopleError::Faults(faults) => Problem::faults(faults),
            PeopleError::Desk(error) => error.into(),
        }
    }
}

impl From<RegisterError> for Problem {
    fn from(error: RegisterError) -> Problem {
        DeskError::from(error).into()
    }
}

/// The language that a request's `Accept-Language` prefers.
pub(super) fn accepted(headers: &HeaderMap) -> Language {
    let value = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Language::from_accept_language(value.unwrap_or_default())
}
