//! Cases: one, with its standing, its letters and its entries in order.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde::Serialize;

use super::Service;
use super::problem::{Problem, ProblemDocument, accepted};
use super::view::{LetterView, entry};
use crate::case::{Entry, Language};
use crate::letter::Data;
use crate::register::{Filter, RegisterError};
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
) -> Result<Option<CaseView>, RegisterError> {
    let register = &service.desk.register;
    let events: Vec<_> = register.events_of(reference).await?.into_iter().map(|stored| stored.event).collect();
    let mut parties: Vec<PartyView> = Vec::new();
    let mut program = String::new();
    for data in events.iter().filter_map(|event| Data::read(&event.data).ok()) {
        program = data.case.program;
        let party = PartyView {
            standing: flags(&Standing::of(&events, &data.party.id)),
            name: data.party.full_name(),
            role: data.party.role,
            language: data.json["party"]["language"].as_str().unwrap_or_default().to_owned(),
            channel: data.party.channel.as_str().to_owned(),
            id: data.party.id,
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
    let entries = register.entries_of_case(reference).await?.into_iter().map(|one| entry(one, language)).collect();
    Ok(Some(CaseView { reference: reference.to_owned(), program, parties, letters, entries }))
}

fn flags(standing: &Standing) -> Vec<&'static str> {
    let all = [
        (standing.deceased, "deceased"),
        (standing.insolvency_stay, "insolvency_stay"),
        (standing.discharged, "discharged"),
        (standing.open_disputes > 0, "open_dispute"),
        (standing.debt_changed.is_some(), "debt_changed"),
        (standing.paid, "paid"),
        (standing.plan_in_good_standing, "plan_in_good_standing"),
        (standing.active_recipient, "active_recipient"),
        (standing.mail_returned, "mail_returned"),
    ];
    all.into_iter().filter(|(is_so, _)| *is_so).map(|(_, name)| name).collect()
}
