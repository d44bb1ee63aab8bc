//! The letters that a search finds, as a file.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use futures_util::stream;

use super::Asked;
use super::list::Search;
use crate::case::Language;
use crate::case::insurance::masked;
use crate::desk::Desk;
use crate::people::Who;
use crate::register::{Filter, LetterRow, Order};
use crate::spreadsheet::csv;
use crate::web::Service;
use crate::web::problem::Problem;
use crate::web::view::LetterView;

/// Letters read at a time: memory stays flat, however many there are.
const PIECE: i64 = 1_000;

/// A letter as the file has it; its column names are these fields'.
#[derive(serde::Serialize)]
struct Line {
    letter: String,
    letter_type: String,
    title: String,
    case: String,
    program: String,
    person: String,
    person_name: String,
    addressee: String,
    language: String,
    channel: String,
    state: &'static str,
    delivery: &'static str,
    date: String,
    amount: String,
    pages: String,
    called_at: String,
    sha256: String,
}

impl Line {
    fn of(row: LetterRow, desk: &Desk, language: Language) -> Line {
        let program = row.program.clone();
        let letter = LetterView::of(row, &desk.studio.catalogue, language);
        Line {
            letter: letter.id.to_string(),
            letter_type: letter.letter_type,
            title: letter.title,
            case: letter.case.to_string(),
            program,
            person: masked(&letter.person),
            person_name: letter.person_name,
            addressee: letter.addressee_name,
            language: letter.language.to_string(),
            channel: letter.channel.to_string(),
            state: letter.state.as_str(),
            delivery: letter.delivery.map_or("", |delivery| delivery.as_str()),
            date: letter.date.map(|date| date.to_string()).unwrap_or_default(),
            amount: letter.amount.unwrap_or_default(),
            pages: letter.pages.map(|pages| pages.to_string()).unwrap_or_default(),
            called_at: letter.called_at.to_string(),
            sha256: letter.sha256.map(|hash| hash.to_string()).unwrap_or_default(),
        }
    }
}

pub(super) async fn file(
    State(service): State<Service>,
    asked: Asked,
    who: Who,
    Query(given): Query<Vec<(String, String)>>,
) -> Response {
    let search = Search::of(given);
    // What is not understood is said on the page.
    if !search.unclear(&service).is_empty() {
        return Redirect::to(&format!("/letters?{}", search.query(Order::default()))).into_response();
    }
    let filter = Filter { limit: PIECE, before: None, ..search.filter(asked.programs()) };
    if let Err(error) = service.desk.exported(&who, &search.query(filter.order)).await {
        return asked.problem(&service, &Problem::from(error));
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"letters.csv\""),
    ];
    let begun = (Arc::clone(&service.desk), Some(filter), asked.language, true);
    let pieces = stream::try_unfold(begun, |(desk, filter, language, is_first)| async move {
        let Some(mut filter) = filter else { return Ok(None) };
        let rows = desk.reader().letters(&filter).await.map_err(std::io::Error::other)?;
        let last = rows.last().map(|row| row.sequence).filter(|_| rows.len() as i64 == PIECE);
        let lines = rows.into_iter().map(|row| Line::of(row, &desk, language));
        let bytes = csv(lines).map_err(std::io::Error::other)?;
        // Each piece names its columns; the file does so once.
        let begins = if is_first { 0 } else { bytes.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1) };
        filter.before = last;
        Ok::<_, std::io::Error>(Some((bytes[begins..].to_vec(), (desk, last.map(|_| filter), language, false))))
    });
    (headers, Body::from_stream(pieces)).into_response()
}
