//! Seeing a letter before it is made.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::asked::{Parameters, body as body_of};
use super::letters::{LetterRequest, unshowable};
use crate::case::fault::{FaultView, views};
use crate::case::{Channel, Day, Fault, Language, said};
use crate::desk::Foreseen;
use crate::people::Who;
use crate::web::problem::{Problem, ProblemDocument, accepted};
use crate::web::{PREVIEW_SCALE, Service};

/// The longest that the words of a header may be, in characters.
const HEADER_LENGTH: usize = 1_000;

/// Which page of a preview.
#[derive(Debug, Default, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PreviewQuery {
    /// The page of a PNG preview, from 1.
    #[expect(dead_code, reason = "for the API's description; the handler reads it by name")]
    page: Option<usize>,
}

/// What would become of a letter if it were asked for now.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PreviewView {
    /// What would become of it, in a sentence.
    says: String,
    /// Whether it would go; where it needs an approval, once it has that.
    may_go: bool,
    /// Whether somebody would have to approve it.
    needs_approval: bool,
    /// What would hold it, as `eligibility` says it, with its own arithmetic, deadlines and words.
    reasons: Vec<FaultView>,
    /// What an approver would be shown.
    notes: Vec<FaultView>,
    /// The mailing date that it would bear.
    date: Day,
    /// How it would travel.
    channel: Channel,
    /// Its pages.
    pages: usize,
    /// The number that stands on the preview. A letter gets its own when it is asked for.
    number: &'static str,
    /// Why the number is not one of a letter.
    number_note: &'static str,
}

impl PreviewView {
    fn of(foreseen: &Foreseen, language: Language) -> PreviewView {
        PreviewView {
            says: says(foreseen, language),
            may_go: foreseen.may_go,
            needs_approval: foreseen.needs_approval,
            reasons: views(&foreseen.reasons, language),
            notes: views(&foreseen.notes, language),
            date: foreseen.date.into(),
            channel: foreseen.channel,
            pages: foreseen.set.pages.len(),
            number: "0000-0000-0000",
            number_note: match language {
                Language::En => "A preview has no number of its own; the letter gets one when it is asked for.",
                Language::Fr => "Un aperçu n’a pas de numéro; la lettre en reçoit un quand elle est demandée.",
            },
        }
    }
}

/// What would become of the letter, in words.
pub(in crate::web) fn says(foreseen: &Foreseen, language: Language) -> String {
    let date = said::day(foreseen.date);
    let date = date.get(language);
    if !foreseen.may_go {
        let why: Vec<&str> = foreseen.reasons.iter().map(|reason| reason.message.get(language)).collect();
        return match language {
            Language::En => format!("It would not go: {}", why.join(" ")),
            Language::Fr => format!("Elle ne partirait pas : {}", why.join(" ")),
        };
    }
    match (foreseen.needs_approval, language) {
        (true, Language::En) => format!("It would wait for an approval; approved today, it would go on {date}."),
        (true, Language::Fr) => {
            format!("Elle attendrait une approbation; approuvée aujourd’hui, elle partirait le {date}.")
        }
        (false, Language::En) => format!("It would go on {date}."),
        (false, Language::Fr) => format!("Elle partirait le {date}."),
    }
}

/// See a letter before it is made.
///
/// PDF by default; one page as PNG with `Accept: image/png`; what would become of it with `Accept: application/json`, as `eligibility`
/// says it, by these facts. Nothing is recorded. Pages have the same in their headers: `Recto-Held-For` the codes of what would hold
/// it, `Recto-Date` the date that it would bear, `Recto-Verdict` a sentence (UTF-8, percent-encoded where it is not ASCII). The number
/// 0000-0000-0000 on a preview stands for the one that the letter gets when it is asked for.
#[utoipa::path(post, operation_id = "preview_letter", path = "/letters/preview", request_body = LetterRequest, params(PreviewQuery),
    responses((status = 200, content((Vec<u8> = "application/pdf"), (Vec<u8> = "image/png"), (PreviewView = "application/json")), description = "The letter, one of its pages, or what would become of it"), (status = 422, body = ProblemDocument, content_type = "application/problem+json", description = "Nothing was recorded; every fault is listed")))]
pub(super) async fn preview(
    State(service): State<Service>,
    who: Who,
    headers: HeaderMap,
    Query(given): Query<Vec<(String, String)>>,
    body: Bytes,
) -> Result<Response, Problem> {
    let language = accepted(&headers);
    let mut given = Parameters::of(given, &["page"]);
    let page = given.read("page", ("a number from 1", "un nombre à partir de 1"), |page| {
        page.parse().ok().filter(|page: &usize| *page > 0)
    });
    given.done()?;
    let request: LetterRequest = body_of(&body)?;
    let foreseen = service.desk.preview(&who, &request.letter, &request.data, None).await?.map_err(Problem::faults)?;
    unshowable(foreseen.set.stops.clone())?;
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    if accept.contains("application/json") {
        return Ok(Json(PreviewView::of(&foreseen, language)).into_response());
    }
    let codes = |faults: &[Fault]| faults.iter().map(|fault| fault.code.as_str()).collect::<Vec<_>>().join(", ");
    let told = [
        (HeaderName::from_static("recto-held-for"), codes(&[&foreseen.reasons[..], &foreseen.notes].concat())),
        (HeaderName::from_static("recto-date"), foreseen.date.to_string()),
        (HeaderName::from_static("recto-verdict"), encoded(&says(&foreseen, language))),
    ];
    if !accept.contains("image/png") {
        return Ok((told, [(header::CONTENT_TYPE, "application/pdf")], foreseen.set.pdf).into_response());
    }
    let page = page.unwrap_or(1);
    let png = service.desk.studio.threads.draw(foreseen.set.pdf, page, PREVIEW_SCALE).await;
    let png = png.ok_or_else(|| Problem::not_found(&format!("page {page}")))?;
    Ok((told, [(header::CONTENT_TYPE, "image/png")], png).into_response())
}

/// Words as a header may have them: what is not printable ASCII, and the percent sign, as percent-encoded UTF-8.
fn encoded(words: &str) -> String {
    let words: String = words.chars().take(HEADER_LENGTH).collect();
    let plain = |byte: u8| (b' '..=b'~').contains(&byte) && byte != b'%';
    words.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
