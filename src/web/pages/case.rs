//! A case, and a follow-up of one with what somebody decides on it.

use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Value, json};
use strum::VariantArray;

use super::{Asked, WHO_IS_IT, answer};
use crate::case::entry::View;
use crate::case::{CaseRef, FollowUpId, FollowUpState, Language, PersonId};
use crate::desk::{CaseRead, DecideError, Outcome, WhoItIs};
use crate::people::Who;
use crate::web::Service;
use crate::web::problem::Problem;
use crate::web::view::{CaseView, FollowUpView, GroupView, Timeline, Topic};

/// Entries on one page of a timeline.
const PAGE: usize = 100;

/// What of a case's timeline is shown.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    /// A topic; all but who looked at what, where none is named.
    show: String,
    /// `oldest` where the oldest come first.
    order: String,
    /// How many are left out before those that are shown; `all` where none is.
    after: String,
}

impl Shown {
    fn topics(&self) -> Vec<Topic> {
        let all = || Topic::VARIANTS.iter().copied().filter(|topic| *topic != Topic::Looks).collect();
        self.show.parse().map_or_else(|_| all(), |topic| vec![topic])
    }

    /// How many are left out, and how many are shown at most.
    fn place(&self) -> (usize, usize) {
        if self.after == ALL { (0, usize::MAX) } else { (self.after.parse().unwrap_or_default(), PAGE) }
    }
}

const ALL: &str = "all";

pub(super) async fn show(
    State(service): State<Service>,
    asked: Asked,
    who: Who,
    Path(reference): Path<CaseRef>,
    Query(shown): Query<Shown>,
) -> Response {
    let context = async {
        service.desk.looked_at_case(&who, &reference, View::Page).await?;
        case_context(&service, asked.language, &reference, &shown).await
    };
    answer(&service, &asked, "case.html", context).await
}

async fn case_context(
    service: &Service,
    language: Language,
    reference: &CaseRef,
    shown: &Shown,
) -> Result<Option<Value>, Problem> {
    // It is read once, for all that is said of it.
    let read = service.desk.case(reference).await?;
    let Some(mut case) = CaseView::read(&service.desk, &read, language).await? else { return Ok(None) };
    let program = service.desk.studio.catalogue.programs.get(&case.program);
    let program = program.map(|program| program.in_language(language)["name"].clone());
    let mut standing: Vec<&str> = case.parties.iter().flat_map(|party| party.standing.iter().copied()).collect();
    standing.sort_unstable();
    standing.dedup();
    let timeline = timeline(service, language, &read, &mut case, shown);
    let asks = |one: &&FollowUpView| one.kind == WHO_IS_IT && one.state == FollowUpState::Proposed;
    let (who_is_it, follow_ups): (Vec<&FollowUpView>, Vec<_>) = case.follow_ups.iter().partition(asks);
    let which = GroupView::all(&service.desk, &read, language).await?;
    Ok(Some(json!({
        "case": case.reference,
        "who_is_it": who_is_it,
        "program": program.unwrap_or(json!(case.program)),
        "parties": case.parties,
        "standing": standing,
        "owed": case.owed,
        "debts": case.debts,
        "plans": case.plans,
        "disputes": case.disputes,
        "letters": case.letters,
        "follow_ups": follow_ups,
        "which": which,
        "timeline": timeline,
    })))
}

/// The part of the timeline that is shown, and where the others are.
fn timeline(service: &Service, language: Language, read: &CaseRead, case: &mut CaseView, shown: &Shown) -> Value {
    let timeline = Timeline::of(&service.desk, read, case);
    let topics = shown.topics();
    let named = shown.show.parse::<Topic>().ok();
    let filters = Topic::VARIANTS.iter().map(|topic| json!({"key": topic, "count": timeline.count(*topic)}));
    let filters: Vec<Value> = filters.collect();
    let is_newest_first = shown.order != "oldest";
    let (skip, take) = shown.place();
    let (entries, all) = timeline.some(&service.desk, language, &topics, is_newest_first, (skip, take));
    let to = skip.saturating_add(entries.len());
    json!({
        "entries": entries,
        "filters": filters,
        "show": named,
        "newest_first": is_newest_first,
        "all": all,
        "from": skip.saturating_add(1),
        "to": to,
        "next": (to < all).then_some(to),
        "before": (skip > 0).then(|| skip.saturating_sub(PAGE)),
    })
}

/// What the form of a follow-up says.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Given {
    decision: String,
    answer: String,
    reason: String,
    person: String,
    case: String,
    name: String,
}

pub(super) async fn follow_up(
    State(service): State<Service>,
    asked: Asked,
    who: Who,
    Path(id): Path<FollowUpId>,
) -> Response {
    let nothing = Given::default();
    let context = async {
        if let Some(row) = service.desk.reader().follow_up(&id).await? {
            service.desk.looked_at_case(&who, &row.case_reference, View::Page).await?;
        }
        follow_up_context(&service, asked.language, &id, &nothing, None).await
    };
    answer(&service, &asked, "follow-up.html", context).await
}

async fn follow_up_context(
    service: &Service,
    language: Language,
    id: &FollowUpId,
    given: &Given,
    problem: Option<&Problem>,
) -> Result<Option<Value>, Problem> {
    let Some(row) = service.desk.reader().follow_up(id).await? else { return Ok(None) };
    let answers = service.desk.answers_to(&row).await?;
    let view = FollowUpView::of(row, language)?;
    let case = CaseView::of(&service.desk, &view.case, language).await?;
    let parties = case.map(|case| json!(case.parties)).unwrap_or_default();
    let letter = view.letter.as_ref().and_then(|key| service.desk.studio.catalogue.types.get(key));
    Ok(Some(json!({
        "follow_up": view,
        "asks": view.kind == WHO_IS_IT,
        "letter": letter.map(|letter| letter.description.title.get(language)),
        "parties": parties,
        "answers": answers,
        "given": {"answer": given.answer, "reason": given.reason, "person": given.person, "case": given.case, "name": given.name},
        "problem": problem.map(|problem| problem.said(language)),
    })))
}

/// Decides on a follow-up, or answers one that asks who somebody is.
pub(super) async fn decide(
    State(service): State<Service>,
    asked: Asked,
    who: Who,
    Path(id): Path<FollowUpId>,
    Form(given): Form<Given>,
) -> Response {
    let problem = match decided(&service, &who, &id, &given).await {
        Ok(()) => return Redirect::to(&format!("/follow-ups/{id}")).into_response(),
        Err(problem) => problem,
    };
    if problem.status() == StatusCode::NOT_FOUND {
        return asked.error(&service, StatusCode::NOT_FOUND);
    }
    let context = follow_up_context(&service, asked.language, &id, &given, Some(&problem));
    (problem.status(), answer(&service, &asked, "follow-up.html", context).await).into_response()
}

async fn decided(service: &Service, who: &Who, id: &FollowUpId, given: &Given) -> Result<(), Problem> {
    let text = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let outcome = match given.decision.as_str() {
        "accept" => service.desk.accept_follow_up(id, who).await?,
        "decline" => return Ok(service.desk.decline_follow_up(id, who, &given.reason).await?),
        _ => {
            let answer = given.answer.parse().map_err(|_| Problem::from(DecideError::WhoIsIt))?;
            let said = WhoItIs {
                answer,
                name: text(&given.name),
                person: text(&given.person).map(PersonId::new),
                case: text(&given.case).map(CaseRef::new),
                reason: text(&given.reason),
            };
            service.desk.say_who_it_is(id, &said, who).await?
        }
    };
    match outcome {
        Outcome::Refused(faults) => Err(Problem::faults(faults)),
        _ => Ok(()),
    }
}
