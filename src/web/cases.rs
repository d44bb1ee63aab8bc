//! Cases: one, with its standing, its letters and its entries in order.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde::Serialize;

use super::Service;
use super::decisions::FollowUpView;
use super::problem::{Problem, ProblemDocument, accepted};
use super::view::{LetterView, entry};
use crate::case::fault::{FaultView, views};
use crate::case::{Entry, Language};
use crate::desk::DeskError;
use crate::letter::Data;
use crate::register::Filter;
use crate::rules::Standing;

/// Letters of one case, at most.
const MAX_LETTERS: i64 = 1_000;

/// A case.
#[derive(Serialize, utoipa::ToSchema)]
pub struct CaseView {
    /// The case reference.
    pub reference: String,
    /// The program's key.
    pub program: String,
    /// Its parties, each with what stands in their way.
    pub parties: Vec<PartyView>,
    /// Its letters, newest first.
    pub letters: Vec<LetterView>,
    /// What Recto noticed to be due, and what was decided of it.
    pub follow_ups: Vec<FollowUpView>,
    /// What was done, in order.
    pub entries: Vec<Entry>,
}

/// A party of a case.
#[derive(Serialize, utoipa::ToSchema)]
pub struct PartyView {
    /// The case system's key.
    pub id: String,
    /// The name.
    pub name: String,
    /// `debtor`, `sponsor` …
    pub role: String,
    /// `en`, `fr` or `unknown`.
    pub language: String,
    /// `print` or `email`.
    pub channel: String,
    /// What the case's events say of the party: `deceased`, `insolvency_stay`, `open_dispute` …
    pub standing: Vec<&'static str>,
}

/// One case with its entries in order.
#[utoipa::path(get, operation_id = "case", path = "/cases/{reference}", responses((status = 200, body = CaseView, description = "Found or made"), (status = 404, body = ProblemDocument, content_type = "application/problem+json", description = "There is no such thing")))]
pub(super) async fn one(
    State(service): State<Service>,
    headers: HeaderMap,
    Path(reference): Path<String>,
) -> Result<Json<CaseView>, Problem> {
    let found = view(&service, &reference, accepted(&headers)).await?;
    found.map(Json).ok_or_else(|| Problem::not_found(&reference))
}

/// A case in one language, if an event of it was taken.
pub(super) async fn view(
    service: &Service,
    reference: &str,
    language: Language,
) -> Result<Option<CaseView>, DeskError> {
    let register = &service.desk.register;
    let events: Vec<_> = register.events_of(reference).await?.into_iter().map(|stored| stored.event).collect();
    let mut parties: Vec<PartyView> = Vec::new();
    let mut program = String::new();
    let today = service.desk.clock.today();
    for data in events.iter().filter_map(|event| Data::read(&event.data).ok()) {
        program = data.case.program;
        let standing = service.desk.standing(reference, &data.person.id, &events, &[]).await?;
        let party = PartyView {
            standing: flags(&standing, today),
            name: data.person.full_name(),
            role: data.person.role.as_str().to_owned(),
            language: data.json["party"]["language"].as_str().unwrap_or_default().to_owned(),
            channel: data.person.channel.as_str().to_owned(),
            id: data.person.id,
        };
        match parties.iter_mut().find(|known| known.id == party.id) {
            Some(known) => *known = party,
            None => parties.push(party),
        }
    }
    if parties.is_empty() {
        return Ok(None);
    }
    let filter = Filter { case: Some(reference.to_owned()), limit: MAX_LETTERS, ..Filter::default() };
    let letters = LetterView::all(register.letters(&filter).await?, &service.desk.studio.catalogue, language)?;
    let follow_ups = register.follow_ups(None, Some(reference), MAX_LETTERS).await?;
    let follow_ups: Result<Vec<_>, DeskError> =
        follow_ups.into_iter().map(|row| FollowUpView::of(row, language)).collect();
    let entries = register.entries_of_case(reference).await?.into_iter().map(|one| entry(one, language)).collect();
    Ok(Some(CaseView { reference: reference.to_owned(), program, parties, letters, follow_ups: follow_ups?, entries }))
}

fn flags(standing: &Standing, today: chrono::NaiveDate) -> Vec<&'static str> {
    let (person, ledger) = (&standing.person, &standing.ledger);
    let all = [
        (person.died.is_some(), "deceased"),
        (person.insolvencies.iter().any(|one| one.stay_in_force()), "insolvency_stay"),
        (person.insolvencies.iter().any(|one| one.has_released()), "discharged"),
        (standing.open_disputes().next().is_some(), "open_dispute"),
        (ledger.debts.iter().any(|debt| debt.recalculation.is_some()), "recalculation"),
        (ledger.debts.iter().any(|debt| debt.changed.is_some()), "debt_changed"),
        (!ledger.debts.is_empty() && ledger.debts.iter().all(|debt| debt.paid.is_some()), "paid"),
        (ledger.debts.iter().any(|debt| debt.written_off.is_some()), "written_off"),
        (standing.kept_plan().is_some(), "plan_in_good_standing"),
        (person.transferred.is_some(), "transferred"),
        (person.is_deferred(today), "deferred"),
        (person.active_recipient, "active_recipient"),
        (person.mail_returned || person.email_returned, "mail_returned"),
        (!person.flags.is_empty(), "flagged"),
        (person.represented_by(today).is_some(), "represented"),
    ];
    all.into_iter().filter(|(is_so, _)| *is_so).map(|(_, name)| name).collect()
}

/// Whether a letter of one type may go to one person of the case today.
#[derive(Serialize, utoipa::ToSchema)]
pub struct EligibilityView {
    /// The letter type's key.
    letter: String,
    /// The letter type's title.
    title: String,
    /// The person's key.
    person: String,
    /// The person's name.
    name: String,
    /// Whether it may go today.
    may_go: bool,
    /// Whether somebody must approve it first.
    needs_approval: bool,
    /// What stands against it.
    reasons: Vec<FaultView>,
    /// What an approver is to look at.
    notes: Vec<FaultView>,
    /// The event whose facts it was judged by, where one called for it; without one, by the standing alone.
    event: Option<String>,
}

/// For every letter type: may it go to each person of the case today, and if not, why not?
#[utoipa::path(get, operation_id = "eligibility", path = "/cases/{reference}/eligibility", responses((status = 200, body = Vec<EligibilityView>, description = "Found or made"), (status = 404, body = ProblemDocument, content_type = "application/problem+json", description = "There is no such thing")))]
pub(super) async fn eligibility(
    State(service): State<Service>,
    headers: HeaderMap,
    Path(reference): Path<String>,
) -> Result<Json<Vec<EligibilityView>>, Problem> {
    let language = accepted(&headers);
    let answers = service.desk.explain(&reference, None).await?;
    if answers.is_empty() {
        return Err(Problem::not_found(&reference));
    }
    let types = &service.desk.studio.catalogue.types;
    let view = |one: crate::desk::Eligibility| EligibilityView {
        title: types.get(&one.letter_type).map(|t| t.description.title.get(language).to_owned()).unwrap_or_default(),
        letter: one.letter_type,
        person: one.person,
        name: one.name,
        may_go: one.may_go,
        needs_approval: one.needs_approval,
        reasons: views(&one.reasons, language),
        notes: views(&one.notes, language),
        event: one.event,
    };
    Ok(Json(answers.into_iter().map(view).collect()))
}
