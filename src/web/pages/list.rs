//! The list of letters, with its search.

use axum::extract::{Query, State};
use axum::response::Response;
use serde_json::{Value, json};
use strum::VariantArray;

use super::{Asked, answer};
use crate::case::texts::folded;
use crate::case::{CaseRef, Day, Language, LetterState};
use crate::register::{Filter, Kind};
use crate::web::Service;
use crate::web::problem::Problem;
use crate::web::view::{FollowUpView, LetterView};

/// Letters on one page of the list.
const PAGE: i64 = 50;

/// The search form. Empty fields let all pass; what is not understood is said beside its field.
#[derive(Debug, Default)]
struct Search {
    case: String,
    person: String,
    letter_type: String,
    state: String,
    date: String,
    before: String,
}

impl Search {
    fn of(given: Vec<(String, String)>) -> Search {
        let mut search = Search::default();
        for (name, value) in given {
            let field = match name.as_str() {
                "case" => &mut search.case,
                "person" => &mut search.person,
                "type" => &mut search.letter_type,
                "state" => &mut search.state,
                "date" => &mut search.date,
                "before" => &mut search.before,
                _ => continue,
            };
            *field = value.trim().to_owned();
        }
        search
    }

    /// The fields that have something in them that cannot be understood.
    fn unclear(&self, is_type: bool) -> Vec<&'static str> {
        let fields = [
            ("type", &self.letter_type, is_type),
            ("state", &self.state, self.state.parse::<LetterState>().is_ok()),
            ("date", &self.date, self.date.parse::<Day>().is_ok()),
            ("page", &self.before, self.before.parse::<i64>().is_ok()),
        ];
        fields.into_iter().filter(|(_, given, read)| !given.is_empty() && !read).map(|(name, ..)| name).collect()
    }
}

pub(super) async fn list(
    State(service): State<Service>,
    asked: Asked,
    Query(given): Query<Vec<(String, String)>>,
) -> Response {
    answer(&service, &asked, "letters.html", list_context(&service, &asked, Search::of(given))).await
}

async fn list_context(service: &Service, asked: &Asked, search: Search) -> Result<Option<Value>, Problem> {
    let (catalogue, language) = (&service.desk.studio.catalogue, asked.language);
    let unclear = search.unclear(catalogue.types.contains_key(&search.letter_type));
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let filter = Filter {
        case: given(&search.case).map(CaseRef::new),
        person: given(&search.person),
        letter_type: given(&search.letter_type),
        state: search.state.parse().ok(),
        delivery: None,
        date: search.date.parse().ok(),
        before: search.before.parse().ok(),
        programs: asked.programs(),
        limit: PAGE + 1,
    };
    let mut rows = match unclear.is_empty() {
        true => service.desk.reader().letters(&filter).await?,
        false => Vec::new(),
    };
    let more = rows.len() as i64 > PAGE;
    rows.truncate(PAGE as usize);
    let query = [
        ("case", search.case.as_str()),
        ("person", &search.person),
        ("type", &search.letter_type),
        ("state", &search.state),
        ("date", &search.date),
    ];
    let who = questions(service, language, &filter).await?;
    let next = rows.last().filter(|_| more).map(|row| next_url(&query, row.sequence));
    let types: Vec<Value> = catalogue
        .types
        .iter()
        .map(|(key, letter)| json!({"key": key, "title": letter.description.title.get(language)}))
        .collect();
    Ok(Some(json!({
        "query": query.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect::<serde_json::Map<_, _>>(),
        "types": types,
        "states": LetterState::VARIANTS.iter().map(|state| state.as_str()).collect::<Vec<_>>(),
        "letters": LetterView::all(rows, catalogue, language),
        "unclear": unclear,
        "who_is_it": who,
        "next": next,
    })))
}

/// What waits for somebody to say who it is, and is of the case or names the person that is looked for.
async fn questions(service: &Service, language: Language, filter: &Filter) -> Result<Vec<FollowUpView>, Problem> {
    if filter.case.is_none() && filter.person.is_none() {
        return Ok(Vec::new());
    }
    // All of them: who is looked for may be in the last.
    let asks = Kind::Is(super::WHO_IS_IT);
    let rows = service.desk.reader().proposed(asks, filter.case.as_ref(), &filter.programs, i64::MAX).await?;
    let wanted = filter.person.as_deref().map(folded);
    let views: Result<Vec<_>, _> = rows.into_iter().map(|row| FollowUpView::of(row, language)).collect();
    let names =
        |view: &FollowUpView, wanted: &String| folded(&view.says).contains(wanted) || folded(&view.person) == *wanted;
    Ok(views?.into_iter().filter(|view| wanted.as_ref().is_none_or(|wanted| names(view, wanted))).collect())
}

/// The address of the next page of a list.
fn next_url(query: &[(&str, &str)], next: i64) -> String {
    let mut url = format!("/letters?before={next}");
    for (name, value) in query.iter().filter(|(_, value)| !value.is_empty()) {
        url.push_str(&format!("&{name}={}", encoded(value)));
    }
    url
}

/// A text as a part of an address.
pub(super) fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
