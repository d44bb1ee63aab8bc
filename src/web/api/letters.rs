//! Letters: list and find, ask for one, one with its exact PDF.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use strum::VariantArray;

use super::asked::{Parameters, body as body_of};
use crate::case::entry::View;
use crate::case::{CaseRef, Channel, Day, DeliveryState, Fault, LetterId, LetterState, RunId, Text};
use crate::desk::{LetterRequest as AskedLetter, Requested};
use crate::letter::Catalogue;
use crate::people::Who;
use crate::register::{Filter, Order, SHORTEST_PART};
use crate::web::Service;
use crate::web::problem::{Problem, accepted};
use crate::web::view::{LetterView, cents_of};

/// Letters on one page of a list, at most.
const MAX_LIMIT: i64 = 200;

/// Which letters to list.
#[derive(Debug, Default, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// What somebody has in hand: a letter's number or a part of it, a part of a case reference, a name, a person's key; or else words on
    /// the pages.
    q: Option<String>,
    /// A letter's number or a part of it, three characters or more, in whatever case; 2 and Z, 8 and B, 5 and S, 0 and O, 1, I and L are the same.
    #[param(pattern = "[0-9A-Za-z].*[0-9A-Za-z].*[0-9A-Za-z]")]
    number: Option<String>,
    /// The case reference or a part of it, three characters or more, in whatever case and with whatever between its parts.
    #[param(value_type = Option<String>, pattern = "[0-9A-Za-z].*[0-9A-Za-z].*[0-9A-Za-z]")]
    case: Option<CaseRef>,
    /// Parts of the name of whom it is about or of whom it is addressed to, in any order and whatever its accents, or the person's key.
    person: Option<String>,
    /// Words on its pages, whatever their accents; between quotation marks, words that follow one another.
    words: Option<String>,
    /// The letter type's key.
    #[param(rename = "type")]
    letter_type: Option<String>,
    /// The state.
    state: Option<LetterState>,
    /// How the newest issuance of an issued letter travels.
    delivery: Option<DeliveryState>,
    /// How it reaches the addressee.
    #[param(value_type = Option<String>, pattern = "^(print|email|file)$")]
    channel: Option<Channel>,
    /// The key of its case's program.
    program: Option<String>,
    /// The print run that it was in, such as 2026-11-17.
    run: Option<RunId>,
    /// The mailing date, such as 2026-11-17.
    date: Option<Day>,
    /// The first mailing date.
    from: Option<Day>,
    /// The last mailing date.
    until: Option<Day>,
    /// Dollars that it asks for, or else is about, such as 1234.56.
    #[param(pattern = r"^[0-9]{1,9}([.,][0-9]{2})?$")]
    amount: Option<String>,
    /// In which order; the newest first when absent.
    #[param(inline)]
    sort: Option<Order>,
    /// Where the last list ended: its `next`.
    #[param(minimum = 1)]
    cursor: Option<i64>,
    /// Letters at most, up to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// The parameters by name.
const KNOWN: [&str; 18] = [
    "case", "q", "number", "person", "words", "type", "state", "delivery", "channel", "program", "run", "date", "from",
    "until", "amount", "sort", "cursor", "limit",
];

/// One of the values that an enum has, as the API says it.
fn one_of<T: VariantArray + Copy + Into<&'static str>>() -> Text {
    choice(T::VARIANTS.iter().map(|one| (*one).into()))
}

fn choice<'c>(values: impl Iterator<Item = &'c str>) -> Text {
    let values = values.collect::<Vec<_>>().join(", ");
    Text::new(format!("one of {values}"), format!("l’un de {values}"))
}

impl ListQuery {
    /// Reads it. A condition that can never be met is a mistake, and is said.
    fn read(given: Vec<(String, String)>, catalogue: &Catalogue) -> Result<ListQuery, Problem> {
        let mut given = Parameters::of(given, &KNOWN);
        let text = |value: &str| Some(value.to_owned());
        let a_part = |value: &str| {
            (value.chars().filter(|c| c.is_alphanumeric()).count() >= SHORTEST_PART).then(|| value.to_owned())
        };
        let above_zero = |value: &str| value.parse().ok().filter(|number: &i64| *number > 0);
        let day = ("a date such as 2026-11-17", "une date telle que 2026-11-17");
        let types = choice(catalogue.types.keys().map(String::as_str));
        let programs = choice(catalogue.programs.keys().map(String::as_str));
        let query = ListQuery {
            q: given.read("q", ("words to look for", "des mots à chercher"), text),
            number: given.read(
                "number",
                ("three characters or more of a letter’s number", "au moins trois caractères du numéro d’une lettre"),
                a_part,
            ),
            case: given
                .read(
                    "case",
                    (
                        "three characters or more of a case reference",
                        "au moins trois caractères d’un numéro de dossier",
                    ),
                    a_part,
                )
                .map(CaseRef::new),
            person: given.read("person", ("a name or a key", "un nom ou une clé"), text),
            words: given.read("words", ("words to look for", "des mots à chercher"), text),
            letter_type: given.read("type", types, |key| catalogue.types.contains_key(key).then(|| key.to_owned())),
            state: given.read("state", one_of::<LetterState>(), |state| state.parse().ok()),
            delivery: given.read("delivery", one_of::<DeliveryState>(), |state| state.parse().ok()),
            channel: given.read("channel", one_of::<Channel>(), |channel| channel.parse().ok()),
            program: given
                .read("program", programs, |key| catalogue.programs.contains_key(key).then(|| key.to_owned())),
            run: given
                .read("run", ("a print run such as 2026-11-17", "un tirage tel que 2026-11-17"), text)
                .map(RunId::new),
            date: given.read("date", day, |day| day.parse().ok()),
            from: given.read("from", day, |day| day.parse().ok()),
            until: given.read("until", day, |day| day.parse().ok()),
            amount: given.read("amount", ("an amount such as 1234.56", "un montant tel que 1234.56"), |amount| {
                cents_of(amount).map(|_| amount.to_owned())
            }),
            sort: given.read("sort", one_of::<Order>(), |order| order.parse().ok()),
            cursor: given.read(
                "cursor",
                ("the “next” of the list before", "le « next » de la liste précédente"),
                above_zero,
            ),
            limit: given.read("limit", ("a number from 1 to 200", "un nombre de 1 à 200"), |limit| {
                above_zero(limit).filter(|limit| *limit <= MAX_LIMIT)
            }),
        };
        given.done().map(|()| query)
    }

    /// The conditions, with one letter more than the list is to have.
    fn filter(self, limit: i64, programs: &[String]) -> Filter {
        Filter {
            anything: self.q,
            number: self.number,
            case_part: self.case.map(|case| case.to_string()),
            person: self.person,
            words: self.words,
            letter_type: self.letter_type,
            state: self.state,
            delivery: self.delivery,
            channel: self.channel,
            program: self.program,
            run: self.run,
            from: self.date.max(self.from),
            until: [self.date, self.until].into_iter().flatten().min(),
            cents: self.amount.as_deref().and_then(cents_of),
            order: self.sort.unwrap_or_default(),
            before: self.cursor,
            programs: programs.to_vec(),
            limit: limit + 1,
            case: None,
        }
    }
}

/// Letters, newest first.
#[derive(Serialize, utoipa::ToSchema)]
pub struct LetterList {
    letters: Vec<LetterView>,
    /// The `cursor` of the next list; absent at the end.
    next: Option<i64>,
}

/// List and find letters, newest first.
#[utoipa::path(get, operation_id = "list_letters", path = "/letters", params(ListQuery), responses((status = 200, body = LetterList, description = "One page of the letters")))]
pub(super) async fn list(
    State(service): State<Service>,
    who: Who,
    headers: HeaderMap,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Json<LetterList>, Problem> {
    let query = ListQuery::read(given, &service.desk.studio.catalogue)?;
    let limit = query.limit.unwrap_or(50);
    let filter = query.filter(limit, who.programs());
    let mut rows = service.desk.reader().letters(&filter).await?;
    let more = rows.len() as i64 > limit;
    rows.truncate(limit as usize);
    let next = rows.last().map(|row| row.sequence).filter(|_| more);
    let letters = LetterView::all(rows, &service.desk.studio.catalogue, accepted(&headers));
    Ok(Json(LetterList { letters, next }))
}

/// An officer's letter.
#[derive(Debug, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LetterRequest {
    /// The letter type's key.
    pub(super) letter: String,
    /// `{case, party, facts}`; the facts are those of the letter type's schema.
    pub(super) data: Value,
}

/// Ask for a letter.
///
/// The officer's letter is the event that calls for it, raised by the officer; it goes the same way as any other. The
/// `Idempotency-Key` makes a repeat harmless: the same key with the same request gets the same answer, with another request
/// it is refused.
#[utoipa::path(post, operation_id = "create_letter", path = "/letters", request_body = LetterRequest,
    params(("Idempotency-Key" = String, Header, description = "A key of your own for this request: 1 to 200 characters of ASCII", min_length = 1, max_length = 200, pattern = "^[!-~]+$", example = "officer-17-000123")),
    responses((status = 201, body = LetterView, description = "The letter, called for now or before"), (status = 409), (status = 422)))]
pub(super) async fn create(
    State(service): State<Service>,
    who: Who,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let language = accepted(&headers);
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok());
    let key = key.filter(|key| !key.trim().is_empty() && key.len() <= 200);
    let key = key.ok_or_else(|| {
        Problem::bad_request(
            "The header Idempotency-Key is missing, or is not 1 to 200 ASCII characters. Send a key of your own for this request.",
            "L’en-tête Idempotency-Key manque, ou ne compte pas 1 à 200 caractères ASCII. Envoyez votre propre clé pour cette requête.",
        )
    })?;
    let request: LetterRequest = body_of(&body)?;
    let asked = AskedLetter { letter_type: request.letter, data: request.data, key: key.to_owned() };
    match service.desk.ask_for(&who, asked).await? {
        Requested::Called(row) => {
            let place = format!("/api/v1/letters/{}", row.id);
            let goes_on = service.desk.goes_on(&row).await?;
            let view = LetterView::of(*row, &service.desk.studio.catalogue, language).going(goes_on);
            Ok((StatusCode::CREATED, [(header::LOCATION, place)], Json(view)).into_response())
        }
        Requested::Refused(faults) => Err(Problem::faults(faults)),
    }
}

/// One letter.
#[utoipa::path(get, operation_id = "letter", path = "/letters/{id}", params(("id" = LetterId, Path, description = "The letter")), responses((status = 200, body = LetterView, description = "The letter"), (status = 404)))]
pub(super) async fn show(
    State(service): State<Service>,
    headers: HeaderMap,
    Path(id): Path<LetterId>,
) -> Result<Json<LetterView>, Problem> {
    let row = service.desk.reader().letter(&id).await?.ok_or_else(|| Problem::not_found(&id))?;
    let goes_on = service.desk.goes_on(&row).await?;
    Ok(Json(LetterView::of(row, &service.desk.studio.catalogue, accepted(&headers)).going(goes_on)))
}

/// The exact bytes of an issued letter, their SHA-256 as ETag.
#[utoipa::path(get, operation_id = "letter_pdf", path = "/letters/{id}/pdf", params(("id" = LetterId, Path, description = "The letter")), responses((status = 200, body = Vec<u8>, content_type = "application/pdf", description = "The exact bytes"),
    (status = 304, description = "If-None-Match has its hash"), (status = 404)))]
pub(in crate::web) async fn pdf(
    State(service): State<Service>,
    who: Who,
    headers: HeaderMap,
    Path(id): Path<LetterId>,
) -> Result<Response, Problem> {
    let found = service.desk.pdf(&id).await?;
    let (pdf, sha256) = found.ok_or_else(|| Problem::not_found(&id))?;
    let tag = format!("\"{sha256}\"");
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known.is_some_and(|known| {
        known.split(',').map(str::trim).any(|known| known == "*" || known.trim_start_matches("W/") == tag)
    }) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let row = service.desk.reader().letter(&id).await?.ok_or_else(|| Problem::not_found(&id))?;
    service.desk.looked_at(&who, &row, View::Pdf).await?;
    let name = format!("inline; filename=\"{id}.pdf\"");
    let kind = "application/pdf".to_owned();
    let described = [(header::ETAG, tag), (header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)];
    Ok((described, pdf).into_response())
}

/// What keeps a page from being shown to anybody: a Social Insurance Number on it.
pub(super) fn unshowable(mut stops: Vec<Fault>) -> Result<(), Problem> {
    stops.retain(|stop| stop.code == "insurance-number-on-page");
    if stops.is_empty() { Ok(()) } else { Err(Problem::faults(stops)) }
}
