//! Errors as RFC 9457 problem documents, in the language of the request.
//!
//! A handler answers with a [`Problem`], which has its words in both languages; [`in_language`], which knows the request,
//! writes it out. Errors that no handler made (a wrong method, a body too large) become problem documents there too.

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::case::fault::{FaultView, views};
use crate::case::insurance::masked;
use crate::case::{Fault, Language, Text};
use crate::desk::{DecideError, DeskError};
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
        let detail = Text::new(masked(&detail.en), masked(&detail.fr));
        let words = Box::new(Words { title: Text::new(title.0, title.1), detail });
        Problem { status, kind, words, faults: Vec::new() }
    }

    /// Faults of the input: nothing was recorded.
    pub(super) fn faults(faults: Vec<Fault>) -> Problem {
        let count = faults.len();
        let detail = Text::new(
            format!("{count} to mend; each says where and how."),
            format!("{count} à corriger; chacun dit où et comment."),
        );
        let problem = if faults.iter().any(|fault| fault.code == "event-conflict") {
            let title = ("Known already with other contents", "Déjà reçu avec un autre contenu");
            Problem::new(StatusCode::CONFLICT, "conflict", title, detail)
        } else {
            let title = ("Nothing was recorded", "Rien n’a été enregistré");
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "faults", title, detail)
        };
        Problem { faults, ..problem }
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
        Problem::bad_request(
            format!("Not the JSON that is expected: {error}."),
            format!("Ce n’est pas le JSON attendu : {error}."),
        )
    }

    /// The body is of a kind that is not taken here.
    pub(super) fn media_type() -> Problem {
        let title = ("The media type is not taken here", "Ce type de média n’est pas reçu ici");
        let detail = Text::new(
            "Send application/cloudevents+json, application/cloudevents-batch+json, or application/json with ce- headers.",
            "Envoyez application/cloudevents+json, application/cloudevents-batch+json, ou application/json avec des en-têtes ce-.",
        );
        Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", title, detail)
    }

    /// The access token is missing or wrong.
    pub(super) fn unauthorized() -> Problem {
        let detail = Text::new(
            "Send the token of the data folder's file `token` as `Authorization: Bearer …`.",
            "Envoyez le jeton du fichier `token` du dossier de données : `Authorization: Bearer …`.",
        );
        let title = ("The access token is missing or wrong", "Le jeton d’accès manque ou est faux");
        Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", title, detail)
    }

    /// An error that the server's own layers made.
    fn of_status(status: StatusCode) -> Problem {
        let reason = status.canonical_reason().unwrap_or("Error");
        let detail = Text::new(
            format!("The server answered {status}. The API's description is at /api/v1/openapi.json."),
            format!("Le serveur a répondu {status}. La description de l’API est à /api/v1/openapi.json."),
        );
        Problem::new(status, "http", (reason, reason), detail)
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
    match response.extensions().get::<Problem>() {
        Some(problem) => problem.document(language),
        None if is_api && (status.is_client_error() || status.is_server_error()) => {
            let mut document = Problem::of_status(status).document(language);
            if let Some(allow) = response.headers().get(header::ALLOW) {
                document.headers_mut().insert(header::ALLOW, allow.clone());
            }
            document
        }
        None => response,
    }
}

impl From<DeskError> for Problem {
    /// What the client can mend is said. The rest is logged once, here, and the client learns nothing of the inside.
    fn from(error: DeskError) -> Problem {
        match &error {
            DeskError::NoSuchRun { date, next } => Problem::new(
                StatusCode::CONFLICT,
                "no-such-run",
                ("No such print run", "Aucun tirage de cette date"),
                Text::new(
                    format!("There is no print run of {date} to close; the next one is that of {next}."),
                    format!("Il n’y a pas de tirage du {date} à fermer; le prochain est celui du {next}."),
                ),
            ),
            DeskError::RunClaimed(date) => Problem::new(
                StatusCode::CONFLICT,
                "run-claimed",
                ("The print run is being closed", "Le tirage est en cours de fermeture"),
                Text::new(
                    format!("The print run of {date} is being closed already: wait until that is done."),
                    format!("Le tirage du {date} est déjà en cours de fermeture : attendez qu’elle soit terminée."),
                ),
            ),
            DeskError::UnfinishedRun { run, .. } => Problem::new(
                StatusCode::CONFLICT,
                "run-unfinished",
                ("A print run is unfinished", "Un tirage est inachevé"),
                Text::new(
                    format!(
                        "The closing of the print run {run} was interrupted after its files were written. If they went to the \
                         mail room, close that run by its date; if not, take away the folder runs/{run}, and its letters are set \
                         again under a new date."
                    ),
                    format!(
                        "La fermeture du tirage {run} a été interrompue après l’écriture de ses fichiers. S’ils sont allés à la \
                         salle du courrier, fermez ce tirage par sa date; sinon, retirez le dossier runs/{run}, et ses lettres \
                         seront composées de nouveau sous une nouvelle date."
                    ),
                ),
            ),
            DeskError::Register(_)
            | DeskError::Archive(_)
            | DeskError::Print(_)
            | DeskError::Unreadable { .. }
            | DeskError::Io(_)
            | DeskError::Task(_) => Problem::internal(&error),
        }
    }
}

impl From<RegisterError> for Problem {
    fn from(error: RegisterError) -> Problem {
        DeskError::from(error).into()
    }
}

impl From<DecideError> for Problem {
    fn from(error: DecideError) -> Problem {
        let english = error.to_string();
        let refuse =
            |status, kind, title, french: String| Problem::new(status, kind, title, Text::new(english, french));
        match error {
            DecideError::NotFound(what) => Problem::not_found(&what),
            DecideError::Desk(error) => error.into(),
            DecideError::Faults(faults) => Problem::faults(faults),
            DecideError::Preparer(who) => refuse(
                StatusCode::FORBIDDEN,
                "preparer-cannot-approve",
                ("The preparer cannot approve", "Qui prépare ne peut pas approuver"),
                format!(
                    "{who} a préparé ou modifié cette lettre et ne peut pas l’approuver; une autre personne le doit."
                ),
            ),
            DecideError::Unknown(who) => refuse(
                StatusCode::FORBIDDEN,
                "person-unknown",
                ("Not one of the unit's people", "Personne inconnue de l’unité"),
                format!("« {who} » n’est pas de l’unité : ajoutez le nom et le rôle à [[people]] dans recto.toml."),
            ),
            DecideError::NoAuthority { name, role, needed } => refuse(
                StatusCode::FORBIDDEN,
                "no-authority",
                ("Not within the authority of this role", "Hors du pouvoir de ce rôle"),
                format!("{name} ({role}) n’a pas le pouvoir de le faire; il faut : {needed}."),
            ),
            DecideError::NotOverridable(rule) => refuse(
                StatusCode::CONFLICT,
                "not-overridable",
                ("This rule cannot be overridden", "Cette règle ne peut être levée"),
                format!("La règle « {rule} » ne peut être levée, ou ne retient pas cette lettre."),
            ),
            DecideError::WhoIsIt => refuse(
                StatusCode::CONFLICT,
                "who-is-it",
                ("Say who it is", "Dites de qui il s’agit"),
                "Ce suivi demande de qui il s’agit; il n’est ni accepté ni écarté : répondez par POST /api/v1/follow-ups/{id}/answer.".to_owned(),
            ),
            DecideError::NoReason => refuse(
                StatusCode::UNPROCESSABLE_ENTITY,
                "reason-missing",
                ("A reason is required", "Un motif est requis"),
                "Un motif est requis : dites pourquoi en une phrase.".to_owned(),
            ),
            DecideError::NotWaiting => refuse(
                StatusCode::CONFLICT,
                "not-waiting",
                ("Not waiting for this decision", "N’attend pas cette décision"),
                "Elle n’attend plus cette décision ou a changé depuis : regardez-la de nouveau.".to_owned(),
            ),
        }
    }
}

/// The language that a request's `Accept-Language` prefers.
pub(super) fn accepted(headers: &HeaderMap) -> Language {
    let value = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Language::from_accept_language(value.unwrap_or_default())
}
