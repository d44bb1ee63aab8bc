//! People: who has an account, in which roles; inviting somebody, changing and closing an account.

use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Value, json};

use super::{Asked, answer, table};
use crate::case::fault::views;
use crate::case::{AccountId, AccountState, Fault, Stamp};
use crate::desk::PeopleError;
use crate::people::{Account, LINK_HOURS, Particulars, Secret, Who};
use crate::register::AuditFilter;
use crate::web::Service;
use crate::web::problem::Problem;

/// Lines of the audit trail on an account's page.
const LINES: i64 = 20;

/// What the form of an account says: `role` and `program` come as often as they are chosen.
fn particulars(given: &[(String, String)]) -> Particulars {
    let text = |wanted: &str| {
        let found = given.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    let all = |wanted: &'static str| given.iter().filter(move |(name, _)| name == wanted).map(|(_, value)| value);
    Particulars {
        name: text("name"),
        email: text("email"),
        roles: all("role").filter_map(|role| role.parse().ok()).collect(),
        programs: all("program").cloned().collect(),
    }
}

/// What the form of an account is filled with.
fn filled(service: &Service, asked: &Asked, is: &Particulars) -> Value {
    let programs = service.desk.studio.catalogue.programs.iter();
    let programs = programs.map(|(key, program)| {
        let name = program.in_language(asked.language)["name"].clone();
        json!({"key": key, "name": name, "chosen": is.programs.contains(key)})
    });
    json!({"name": is.name, "email": is.email, "roles": is.roles, "programs": programs.collect::<Vec<_>>()})
}

fn account_view(account: &Account, seen: Option<Stamp>) -> Value {
    json!({
        "id": account.id, "name": account.is.name, "email": account.is.email, "roles": account.is.roles,
        "programs": account.is.programs, "state": account.state, "seen_at": seen,
    })
}

pub(super) async fn list(State(service): State<Service>, asked: Asked) -> Response {
    let nobody = Particulars { name: String::new(), email: String::new(), roles: Vec::new(), programs: Vec::new() };
    answer(&service, &asked, "people.html", list_context(&service, &asked, &nobody, &[])).await
}

async fn list_context(
    service: &Service,
    asked: &Asked,
    given: &Particulars,
    faults: &[Fault],
) -> Result<Option<Value>, Problem> {
    let accounts = service.desk.accounts().await?;
    let mut people = Vec::with_capacity(accounts.len());
    for account in &accounts {
        let sessions = service.desk.sessions(&account.id).await?;
        people.push(account_view(account, sessions.iter().map(|row| row.seen_at).max()));
    }
    Ok(Some(json!({
        "people": people,
        "form": filled(service, asked, given),
        "table": table(),
        "problem": views(faults, asked.language),
    })))
}

pub(super) async fn invite(
    State(service): State<Service>,
    asked: Asked,
    who: Who,
    headers: HeaderMap,
    Form(given): Form<Vec<(String, String)>>,
) -> Response {
    let given = particulars(&given);
    match service.desk.invite(&who, given.clone()).await {
        Ok((account, secret)) => link_made(&service, &asked, &headers, &account, &secret),
        Err(PeopleError::Faults(faults)) => {
            let context = list_context(&service, &asked, &given, &faults);
            let page = answer(&service, &asked, "people.html", context).await;
            (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
        }
        Err(error) => asked.problem(&service, &Problem::from(error)),
    }
}

/// The page that shows a link, once.
fn link_made(service: &Service, asked: &Asked, headers: &HeaderMap, account: &Account, secret: &Secret) -> Response {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    // The page that made the form knows whether it came over TLS; a proxy does not have to say so.
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok()).filter(|one| *one != "null");
    let base = origin.map_or_else(|| format!("https://{host}"), str::to_owned);
    let context = json!({
        "account": account_view(account, None), "link": format!("{base}/links/{}", secret.text()), "hours": LINK_HOURS,
    });
    asked.page(service, "link-made.html", context)
}

pub(super) async fn show(State(service): State<Service>, asked: Asked, Path(id): Path<AccountId>) -> Response {
    answer(&service, &asked, "person.html", context(&service, &asked, &id, None, &[])).await
}

async fn context(
    service: &Service,
    asked: &Asked,
    id: &AccountId,
    given: Option<&Particulars>,
    faults: &[Fault],
) -> Result<Option<Value>, Problem> {
    let account = match service.desk.account(id).await {
        Ok(account) => account,
        Err(PeopleError::NotFound(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let sessions = service.desk.sessions(id).await?;
    let filter = AuditFilter { subject: Some(id.to_string()), limit: LINES, ..AuditFilter::default() };
    let lines = super::audit::lines(service, &filter).await?;
    let own = asked.who.as_ref().and_then(Who::person).is_some_and(|person| person.id == *id);
    let seen = sessions.iter().map(|row| row.seen_at).max();
    Ok(Some(json!({
        "account": account_view(&account, seen),
        "form": filled(service, asked, given.unwrap_or(&account.is)),
        "table": table(),
        "own": own,
        "elsewhere": service.desk.signs_in_elsewhere(id).await?,
        "sessions": sessions.len(),
        "lines": lines,
        "closed": account.state == AccountState::Closed,
        "problem": views(faults, asked.language),
    })))
}

pub(super) async fn change(
    State(service): State<Service>,
    asked: Asked,
    who: Who,
    Path(id): Path<AccountId>,
    Form(given): Form<Vec<(String, String)>>,
) -> Response {
    let given = particulars(&given);
    let done = service.desk.change_account(&who, &id, given.clone()).await.map(drop);
    done_or_said(&service, &asked, &id, Some(&given), done).await
}

/// The account's page, with what was wrong where nothing was done.
async fn done_or_said(
    service: &Service,
    asked: &Asked,
    id: &AccountId,
    given: Option<&Particulars>,
    done: Result<(), PeopleError>,
) -> Response {
    match done {
        Ok(()) => Redirect::to(&format!("/people/{id}")).into_response(),
        Err(PeopleError::Faults(faults)) => {
            let page = answer(service, asked, "person.html", context(service, asked, id, given, &faults)).await;
            (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
        }
        Err(error) => asked.problem(service, &Problem::from(error)),
    }
}

pub(super) async fn link(
    State(service): State<Service>,
    asked: Asked,
    who: Who,
    headers: HeaderMap,
    Path(id): Path<AccountId>,
) -> Response {
    let made = service.desk.link_to(&who, &id).await;
    shown_or_said(&service, &asked, &headers, &id, made).await
}

pub(super) async fn open(
    State(service): State<Service>,
    asked: Asked,
    who: Who,
    headers: HeaderMap,
    Path(id): Path<AccountId>,
) -> Response {
    let made = service.desk.open_account(&who, &id).await;
    shown_or_said(&service, &asked, &headers, &id, made).await
}

async fn shown_or_said(
    service: &Service,
    asked: &Asked,
    headers: &HeaderMap,
    id: &AccountId,
    made: Result<Secret, PeopleError>,
) -> Response {
    let (account, secret) = match (service.desk.account(id).await, made) {
        (Ok(account), Ok(secret)) => (account, secret),
        (Err(error), _) | (_, Err(error)) => return done_or_said(service, asked, id, None, Err(error)).await,
    };
    link_made(service, asked, headers, &account, &secret)
}

pub(super) async fn close(
    State(service): State<Service>,
    asked: Asked,
    who: Who,
    Path(id): Path<AccountId>,
) -> Response {
    let done = service.desk.close_account(&who, &id).await;
    done_or_said(&service, &asked, &id, None, done).await
}

pub(super) async fn sign_out_everywhere(
    State(service): State<Service>,
    asked: Asked,
    who: Who,
    Path(id): Path<AccountId>,
) -> Response {
    let done = service.desk.end_sessions(&who, &id).await.map(drop);
    done_or_said(&service, &asked, &id, None, done).await
}
