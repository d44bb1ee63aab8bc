//! The first page: what was done today, and what is stopped now.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Value, json};

use super::{Asked, WHO_IS_IT, answer};
use crate::case::{DeliveryState, LetterState};
use crate::people::Permission;
use crate::register::{Filter, FollowUpRow, Kind};
use crate::web::Service;
use crate::web::problem::Problem;
use crate::web::view::{FollowUpView, LetterView, MAX_FOLLOW_UPS, RunView};

/// Letters that are shown as the latest.
const LATEST: i64 = 15;
/// Stopped letters that are shown of each kind, the newest.
const STOPPED: i64 = 25;
/// Letters that could not be sent: counted by those that are shown.
const FAILED: i64 = 100;
/// Follow-ups on the page of today, at most.
const FOLLOW_UPS: i64 = 20;

/// The first page of whoever comes: today's letters, or what their role is for.
pub(super) async fn home(State(service): State<Service>, asked: Asked) -> Response {
    let homes =
        [(Permission::Look, None), (Permission::Mail, Some("/runs")), (Permission::Administer, Some("/people"))];
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
    for (state, name) in STOPPED_OR_DUE {
        for (letter_type, count) in reader.count_by_type(state).await? {
            *by_type.entry(letter_type).or_default().entry(name).or_default() += count;
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
    let failed = Filter { delivery: Some(DeliveryState::Failed), ..of(FAILED) };
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
        "came_back": super::decisions::came_back(service, asked).await?,
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
