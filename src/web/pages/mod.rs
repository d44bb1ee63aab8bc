//! The pages: what happened today, letters with search, one letter, one case; and mail merges, the only ones that change something.

mod docs;
mod list;
mod merges;
mod page;
mod people;
mod sign_in;

use std::collections::BTreeMap;
use std::convert::Infallible;

use axum::Router;
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use serde_json::{Value, json};

pub(super) use self::docs::docs;
use self::list::{encoded, list};
pub(super) use self::page::{Pages, language_of};
use self::page::{Unwritten, keep_language};
use super::problem::Problem;
use super::view::{CaseView, EntryView, FollowUpView, GroupView, LetterView, MAX_FOLLOW_UPS, RunView};
use super::{PREVIEW_SCALE, Service, Shared, api};
use crate::case::fault::problem;
use crate::case::{CaseRef, DeliveryState, FollowUpState, Language, LetterId, LetterState};
use crate::people::{Permission, Who};
use crate::register::{Filter, FollowUpRow, Kind};

/// Letters that are shown as the latest.
const LATEST: i64 = 15;
/// Stopped letters that are shown.
const STOPPED: i64 = 100;
/// The kind of a follow-up that asks who somebody is.
const WHO_IS_IT: &str = "who-is-it";
/// Follow-ups on the page of today, at most.
const FOLLOW_UPS: i64 = 20;

pub(super) fn router() -> Router<Shared> {
    Router::new()
        .route("/", get(home))
        .route("/letters", get(list))
        .route("/letters/{id}", get(letter))
        .route("/letters/{id}/pdf", get(api::letter_pdf))
        .route("/letters/{id}/{page}", get(picture))
        .route("/cases/{reference}", get(case))
        .merge(merges::router())
        .merge(people::router())
        .merge(sign_in::router())
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

/// The first page of whoever comes: today's letters, or what their role is for.
async fn home(State(service): State<Service>, asked: Asked) -> Response {
    let homes = [(Permission::Look, None), (Permission::Administer, Some("/people"))];
    match homes.into_iter().find(|(permission, _)| asked.may(*permission)) {
        Some((_, Some(elsewhere))) => Redirect::to(elsewhere).into_response(),
        Some((_, None)) => answer(&service, &asked, "today.html", today_context(&service, &asked)).await,
        None => Redirect::to("/account").into_response(),
    }
}

/// What was done today, and what is stopped now, whenever it was stopped.
async fn today_context(service: &Service, asked: &Asked) -> Result<Option<Value>, Problem> {
    let (reader, catalogue) = (service.desk.reader(), &service.desk.studio.catalogue);
    let (language, programs) = (asked.language, asked.programs());
    let (from, until) = service.desk.clock.day();
    let mut by_type: BTreeMap<String, Counts> = BTreeMap::new();
    for tally in reader.tally_between(from, until).await? {
        let counts = by_type.entry(tally.letter_type).or_default();
        counts.insert("issued", tally.issued);
        counts.insert("sent", tally.sent);
    }
    for tally in reader.tally().await? {
        let name = STOPPED_OR_DUE.iter().find(|(state, _)| *state == tally.state).map(|(_, name)| *name);
        if let Some(name) = name {
            *by_type.entry(tally.letter_type).or_default().entry(name).or_default() += tally.count;
        }
    }
    let mut totals = counted(by_type.values());
    totals.insert("events".into(), json!(reader.event_count(from).await?));
    let mut rows = Vec::new();
    for (key, letter) in &catalogue.types {
        let Some(counts) = by_type.get(key) else { continue };
        let mut row = counted(std::iter::once(counts));
        row.insert("type".into(), json!(key));
        row.insert("title".into(), json!(letter.description.title.get(language)));
        rows.push(row);
    }
    let of = |limit| Filter { limit, programs: programs.clone(), ..Filter::default() };
    let state = |state| Filter { state: Some(state), ..of(STOPPED) };
    let failed = Filter { delivery: Some(DeliveryState::Failed), ..of(STOPPED) };
    let mut stopped = Vec::new();
    let states = [LetterState::Held, LetterState::AwaitingApproval, LetterState::Refused, LetterState::Ended];
    for filter in states.map(state).into_iter().chain([failed]) {
        stopped.extend(LetterView::all(reader.letters(&filter).await?, catalogue, language));
    }
    let views = |rows: Vec<FollowUpRow>| {
        rows.into_iter().map(|row| FollowUpView::of(row, language)).collect::<Result<Vec<_>, _>>()
    };
    let (asks, others) = (Kind::Is(WHO_IS_IT), Kind::IsNot(WHO_IS_IT));
    let who_is_it = views(reader.proposed(asks, None, &programs, MAX_FOLLOW_UPS).await?)?;
    let follow_ups = views(reader.proposed(others, None, &programs, FOLLOW_UPS).await?)?;
    let recent = reader.letters(&of(LATEST)).await?;
    let run = reader.newest_run(service.desk.run_date().into()).await?.map(RunView::of);
    Ok(Some(json!({
        "counts": totals,
        "by_type": rows,
        "stopped": stopped,
        "who_is_it": who_is_it,
        "who_is_it_count": reader.proposed_count(asks, &programs).await?,
        "follow_ups": follow_ups,
        "follow_up_count": reader.proposed_count(others, &programs).await?,
        "run": run,
        "recent": LetterView::all(recent, catalogue, language),
    })))
}

/// Letters of one type by what became of them.
type Counts = BTreeMap<&'static str, i64>;

/// The states that are shown as they are now, whenever they came about, and their names on the page.
const STOPPED_OR_DUE: [(LetterState, &str); 6] = [
    (LetterState::Held, "held"),
    (LetterState::AwaitingApproval, "awaiting_approval"),
    (LetterState::Refused, "refused"),
    (LetterState::Ended, "ended"),
    (LetterState::Due, "due"),
    (LetterState::Recalled, "due"),
];

/// The sum of some counts, none of them left out.
fn counted<'c>(counts: impl Iterator<Item = &'c Counts>) -> serde_json::Map<String, Value> {
    let counts: Vec<&Counts> = counts.collect();
    let names = ["issued", "sent", "held", "awaiting_approval", "refused", "ended", "due"];
    let sum = |name| counts.iter().filter_map(|counts| counts.get(name)).sum::<i64>();
    names.into_iter().map(|name| (name.to_owned(), json!(sum(name)))).collect()
}

async fn letter(State(service): State<Service>, asked: Asked, Path(id): Path<LetterId>) -> Response {
    answer(&service, &asked, "letter.html", letter_context(&service, asked.language, &id)).await
}

async fn letter_context(service: &Service, language: Language, id: &LetterId) -> Result<Option<Value>, Problem> {
    let reader = service.desk.reader();
    let Some(row) = reader.letter(id).await? else { return Ok(None) };
    let event = reader.event(row.event).await?.map(|stored| stored.event);
    let issuance = reader.issuance(id).await?;
    // What was taken back is not shown as the letter: nobody is to send it from here.
    let is_out = row.state == LetterState::Issued;
    let pages = issuance.as_ref().filter(|_| is_out).map_or(0, |issuance| issuance.pages);
    let catalogue = &service.desk.studio.catalogue;
    let entries = reader.entries_of_letter(id).await?.into_iter();
    let entries: Vec<_> = entries.map(|filed| EntryView::of(filed, catalogue, language)).collect();
    let mut deliveries = json!(reader.deliveries_of(id).await?);
    for delivery in deliveries.as_array_mut().into_iter().flatten() {
        if let Some(kept) = delivery["problem"].as_str() {
            delivery["problem"] = problem(kept, language).into();
        }
    }
    let goes_on = service.desk.goes_on(&row).await?;
    let mut letter = json!(LetterView::of(row, catalogue, language).going(goes_on));
    letter["event"] = event
        .map_or(Value::Null, |event| json!({"id": event.id, "says": catalogue.happened(&event.kind).get(language)}));
    let merge = match reader.merge_row_of(id).await? {
        Some(row) => {
            reader.merge(&row.merge).await?.map(|merge| json!({"id": merge.id, "name": merge.name, "row": row.row}))
        }
        None => None,
    };
    Ok(Some(json!({
        "letter": letter,
        "merge": merge,
        "issuance": issuance,
        "deliveries": deliveries,
        "entries": entries,
        "page_images": (1..=pages).map(|page| format!("/letters/{id}/page-{page}.png")).collect::<Vec<_>>(),
        "pdf": is_out.then(|| format!("/letters/{id}/pdf")),
    })))
}

/// A picture of a page, drawn from the issued PDF.
async fn picture(
    State(service): State<Service>,
    Path((id, page)): Path<(LetterId, String)>,
) -> Result<Response, Problem> {
    let missing = || Problem::not_found(&format!("{page} of letter {id}"));
    let number =
        page.strip_prefix("page-").and_then(|page| page.strip_suffix(".png")?.parse().ok()).ok_or_else(missing)?;
    let (pdf, _) = service.desk.pdf(&id).await?.ok_or_else(missing)?;
    let png = service.desk.studio.threads.draw(pdf, number, PREVIEW_SCALE).await.ok_or_else(missing)?;
    Ok(([(header::CONTENT_TYPE, "image/png")], png).into_response())
}

async fn case(State(service): State<Service>, asked: Asked, Path(reference): Path<CaseRef>) -> Response {
    answer(&service, &asked, "case.html", case_context(&service, asked.language, &reference)).await
}

async fn case_context(service: &Service, language: Language, reference: &CaseRef) -> Result<Option<Value>, Problem> {
    let Some(case) = CaseView::of(&service.desk, reference, language).await? else { return Ok(None) };
    let program = service.desk.studio.catalogue.programs.get(&case.program);
    let program = program.map(|program| program.in_language(language)["name"].clone());
    let mut standing: Vec<&str> = case.parties.iter().flat_map(|party| party.standing.iter().copied()).collect();
    standing.sort_unstable();
    standing.dedup();
    let asks = |one: &&FollowUpView| one.kind == WHO_IS_IT && one.state == FollowUpState::Proposed;
    let (who_is_it, follow_ups): (Vec<&FollowUpView>, Vec<_>) = case.follow_ups.iter().partition(asks);
    let which = GroupView::all(&service.desk, reference, language).await?;
    Ok(Some(json!({
        "case": case.reference,
        "who_is_it": who_is_it,
        "program": program.unwrap_or(json!(case.program)),
        "parties": case.parties,
        "standing": standing,
        "debts": case.debts,
        "letters": case.letters,
        "follow_ups": follow_ups,
        "which": which,
        "entries": case.entries,
    })))
}
