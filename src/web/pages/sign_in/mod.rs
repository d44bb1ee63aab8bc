//! Signing in and out, one-time links, and one's own account.

mod elsewhere;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Form, Path, Query, State};
use axum::http::{Extensions, HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::{Asked, encoded};
use crate::case::fault::{FaultView, views};
use crate::case::{Fault, Text};
use crate::desk::{Invited, Proof, SignInError};
use crate::people::{Secret, Who};
use crate::web::access::{client, ended, held, is_in_the_clear, kept};
use crate::web::problem::Problem;
use crate::web::{Service, Shared};

/// The largest form of signing in, in bytes.
const MAX_FORM_BYTES: usize = 16 << 10;

pub(super) fn router() -> Router<Shared> {
    Router::new()
        .route("/sign-in", get(sign_in_page).post(sign_in))
        .route("/sign-in/provider", get(elsewhere::leave))
        .route("/sign-in/provider/return", get(elsewhere::come_back))
        .route("/sign-out", post(sign_out))
        .route("/links/{secret}", get(link_page).post(use_link))
        .route("/account", get(own_account))
        .route("/account/password", post(change_password))
        .route("/account/sign-out-everywhere", post(sign_out_everywhere))
        // Anybody may send these: a form of this kind is small.
        .layer(DefaultBodyLimit::max(MAX_FORM_BYTES))
}

/// What a form of these pages says; each has some of it.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Given {
    email: String,
    name: String,
    password: String,
    new_password: String,
    next: String,
}

/// Where the browser comes from, and what it says to be.
struct Origin {
    address: String,
    browser: String,
}

impl Origin {
    fn of(extensions: &Extensions, headers: &HeaderMap) -> Origin {
        let browser = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Origin { address: client(extensions, headers), browser: browser.to_owned() }
    }

    fn proof(&self) -> Proof<'_> {
        Proof { address: &self.address, browser: &self.browser }
    }
}

/// Where to go once signed in: a path of this service, and no other's.
fn onward(next: &str) -> &str {
    let is_own =
        next.starts_with('/') && !next.starts_with("//") && !next.contains(|c: char| c == '\\' || c.is_control());
    if is_own && !next.starts_with("/sign-in") { next } else { "/" }
}

async fn sign_in_page(
    State(service): State<Service>,
    asked: Asked,
    Query(given): Query<Vec<(String, String)>>,
) -> Response {
    let next = given.into_iter().find(|(name, _)| name == "next").map(|(_, next)| next).unwrap_or_default();
    let mut context = form(&service, onward(&next), "", Vec::new());
    // Whoever leaves a shared machine is still signed in at the provider.
    if asked.query.split('&').any(|pair| pair == "over=1")
        && let Some(provider) = service.desk.provider()
    {
        context["sign_out_url"] = json!(provider.sign_out().await);
    }
    asked.page(&service, "sign-in.html", context)
}

async fn sign_in(
    State(service): State<Service>,
    asked: Asked,
    headers: HeaderMap,
    extensions: Extensions,
    Form(given): Form<Given>,
) -> Response {
    if is_in_the_clear(&headers) {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return not_in(&service, &asked, (onward(&given.next), &given.email), status, &[in_the_clear()]);
    }
    let origin = Origin::of(&extensions, &headers);
    match service.desk.sign_in(&given.email, &given.password, origin.proof()).await {
        Ok(secret) => ([kept(&headers, &secret)], Redirect::to(onward(&given.next))).into_response(),
        Err(SignInError::Desk(error)) => asked.problem(&service, &Problem::from(error)),
        Err(error) => {
            let (status, says) = says(&error);
            let faults = [Fault::new("sign-in", "email", says.en, says.fr)];
            not_in(&service, &asked, (onward(&given.next), &given.email), status, &faults)
        }
    }
}

/// The page of signing in, with why somebody was not let in, and what they had typed.
fn not_in(
    service: &Service,
    asked: &Asked,
    (next, email): (&str, &str),
    status: StatusCode,
    faults: &[Fault],
) -> Response {
    let context = form(service, next, email, views(faults, asked.language));
    (status, asked.page(service, "sign-in.html", context)).into_response()
}

/// What the page of signing in is made of.
pub(in crate::web) fn form(service: &Service, next: &str, email: &str, problem: Vec<FaultView>) -> Value {
    let provider = service.desk.provider().map(|_| format!("/sign-in/provider?next={}", encoded(next)));
    json!({"next": next, "email": email, "problem": problem, "provider_url": provider, "sign_out_url": null})
}

/// What somebody is told who was not let in.
fn says(error: &SignInError) -> (StatusCode, Text) {
    match error {
        SignInError::Wait(wait) => {
            let seconds = wait.as_secs() + 1;
            let says = Text::new(
                format!("There were too many attempts. Wait {seconds} seconds, then try again."),
                format!("Il y a eu trop de tentatives. Attendez {seconds} secondes, puis réessayez."),
            );
            (StatusCode::TOO_MANY_REQUESTS, says)
        }
        SignInError::Closed => {
            let says = Text::new(
                "Your account here is closed. If it should not be, ask an administrator.",
                "Votre compte est fermé ici. S’il ne devrait pas l’être, adressez-vous à l’administration.",
            );
            (StatusCode::UNPROCESSABLE_ENTITY, says)
        }
        SignInError::NoRole => {
            let says = Text::new(
                "Your organization’s account is in no group that has a role here. Ask whoever looks after it to add you to the right group.",
                "Le compte de votre organisation n’est dans aucun groupe qui ait un rôle ici. Demandez à la personne qui s’en occupe de vous ajouter au bon groupe.",
            );
            (StatusCode::UNPROCESSABLE_ENTITY, says)
        }
        SignInError::Provider(error) => (StatusCode::UNPROCESSABLE_ENTITY, error.says()),
        _ => {
            let says = Text::new(
                "The e-mail address or the password is not right. If you have forgotten it, an administrator gives you a link to a new one.",
                "L’adresse électronique ou le mot de passe n’est pas exact. Si vous l’avez oublié, l’administration vous donne un lien pour en choisir un nouveau.",
            );
            (StatusCode::UNPROCESSABLE_ENTITY, says)
        }
    }
}

async fn sign_out(State(service): State<Service>, asked: Asked, who: Who, headers: HeaderMap) -> Response {
    if let (Some(account), Some(secret)) = (who.person(), held(&headers))
        && let Err(error) = service.desk.sign_out(account, &secret).await
    {
        return asked.problem(&service, &Problem::from(error));
    }
    ([ended(&headers)], Redirect::to("/sign-in?over=1")).into_response()
}

async fn link_page(State(service): State<Service>, asked: Asked, Path(secret): Path<String>) -> Response {
    link_shown(&service, &asked, &secret, &Given::default(), &[]).await
}

/// The page of a one-time link; that it cannot be used any more where it cannot.
async fn link_shown(service: &Service, asked: &Asked, secret: &str, given: &Given, faults: &[Fault]) -> Response {
    let invited = match Secret::shown(secret) {
        Some(link) => service.desk.invited(&link).await,
        None => Ok(None),
    };
    let (name, email, first) = match &invited {
        Ok(Some(Invited::First)) => (given.name.as_str(), given.email.as_str(), true),
        Ok(Some(Invited::Account(account))) => (account.is.name.as_str(), account.is.email.as_str(), false),
        Ok(None) => return (StatusCode::NOT_FOUND, asked.page(service, "link-over.html", json!({}))).into_response(),
        Err(_) => return asked.error(service, StatusCode::INTERNAL_SERVER_ERROR),
    };
    let context = json!({
        "secret": secret, "first": first, "name": name, "email": email, "problem": views(faults, asked.language),
    });
    let page = asked.page(service, "link.html", context);
    if faults.is_empty() { page } else { (StatusCode::UNPROCESSABLE_ENTITY, page).into_response() }
}

async fn use_link(
    State(service): State<Service>,
    asked: Asked,
    headers: HeaderMap,
    extensions: Extensions,
    Path(secret): Path<String>,
    Form(given): Form<Given>,
) -> Response {
    let origin = Origin::of(&extensions, &headers);
    let Some(link) = Secret::shown(&secret) else {
        return link_shown(&service, &asked, &secret, &given, &[]).await;
    };
    let first = Some((given.name.as_str(), given.email.as_str()));
    match service.desk.sign_in_by_link(&link, first, &given.new_password, origin.proof()).await {
        Ok(session) => ([kept(&headers, &session)], Redirect::to("/")).into_response(),
        Err(SignInError::Faults(faults)) => link_shown(&service, &asked, &secret, &given, &faults).await,
        Err(SignInError::Desk(error)) => asked.problem(&service, &Problem::from(error)),
        Err(_) => link_shown(&service, &asked, &secret, &given, &[]).await,
    }
}

async fn own_account(State(service): State<Service>, asked: Asked, who: Who, headers: HeaderMap) -> Response {
    own_shown(&service, &asked, &who, &headers, &[]).await
}

async fn own_shown(service: &Service, asked: &Asked, who: &Who, headers: &HeaderMap, faults: &[Fault]) -> Response {
    let Some(account) = who.person() else { return asked.error(service, StatusCode::NOT_FOUND) };
    let sessions = match service.desk.sessions(&account.id).await {
        Ok(sessions) => sessions,
        Err(error) => return asked.problem(service, &Problem::from(error)),
    };
    let elsewhere = match service.desk.signs_in_elsewhere(&account.id).await {
        Ok(elsewhere) => elsewhere,
        Err(error) => return asked.problem(service, &Problem::from(error)),
    };
    let own = held(headers).map(|secret| secret.hash());
    let session = |row: &crate::register::SessionRow| -> Value {
        json!({
            "browser": row.browser, "made_at": row.made_at, "seen_at": row.seen_at,
            "is_this": own.as_ref() == Some(&row.secret_hash),
        })
    };
    let context = json!({
        "name": account.is.name, "email": account.is.email, "roles": account.is.roles, "programs": account.is.programs,
        "elsewhere": elsewhere, "changed": asked.query.split('&').any(|pair| pair == "changed=1"),
        "sessions": sessions.iter().map(session).collect::<Vec<_>>(), "problem": views(faults, asked.language),
    });
    let page = asked.page(service, "account.html", context);
    if faults.is_empty() { page } else { (StatusCode::UNPROCESSABLE_ENTITY, page).into_response() }
}

async fn change_password(
    State(service): State<Service>,
    asked: Asked,
    who: Who,
    headers: HeaderMap,
    extensions: Extensions,
    Form(given): Form<Given>,
) -> Response {
    let origin = Origin::of(&extensions, &headers);
    let (Some(account), Some(secret)) = (who.person(), held(&headers)) else {
        return asked.error(&service, StatusCode::NOT_FOUND);
    };
    let changing = service.desk.change_password(account, &secret, &given.password, &given.new_password, origin.proof());
    match changing.await {
        Ok(()) => Redirect::to("/account?changed=1").into_response(),
        Err(SignInError::Desk(error)) => asked.problem(&service, &Problem::from(error)),
        Err(SignInError::Faults(faults)) => own_shown(&service, &asked, &who, &headers, &faults).await,
        Err(SignInError::Wrong) => own_shown(&service, &asked, &who, &headers, &[wrong_password()]).await,
        Err(error) => {
            let (_, says) = says(&error);
            own_shown(&service, &asked, &who, &headers, &[Fault::new("sign-in", "password", says.en, says.fr)]).await
        }
    }
}

fn in_the_clear() -> Fault {
    Fault::new(
        "sign-in-in-the-clear",
        "",
        "This page was opened without encryption (http://), and no browser keeps a session that way. Open it by its address with https://; if there is none, an administrator must put the service behind TLS.",
        "Cette page a été ouverte sans chiffrement (http://), et aucun navigateur ne garde une session ainsi. Ouvrez-la par son adresse en https://; s’il n’y en a pas, l’administration doit placer le service derrière TLS.",
    )
}

fn wrong_password() -> Fault {
    Fault::new(
        "password-wrong",
        "password",
        "This is not your password. Type the one that you signed in with.",
        "Ce n’est pas votre mot de passe. Tapez celui avec lequel vous avez ouvert la session.",
    )
}

async fn sign_out_everywhere(State(service): State<Service>, asked: Asked, who: Who, headers: HeaderMap) -> Response {
    let Some(account) = who.person() else { return asked.error(&service, StatusCode::NOT_FOUND) };
    match service.desk.end_sessions(&who, &account.id).await {
        Ok(_) => ([ended(&headers)], Redirect::to("/sign-in?over=1")).into_response(),
        Err(error) => asked.problem(&service, &Problem::from(error)),
    }
}
