//! The list of letters, with its search: one field for what somebody has in hand, and the conditions beneath.

use std::collections::BTreeMap;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Value, json};
use strum::VariantArray;

use super::{Asked, answer};
use crate::case::texts::folded;
use crate::case::{CaseRef, Channel, Day, DeliveryState, LetterState, RunId};
use crate::register::{Filter, Found, Kind, Order, SHORTEST_PART, folded_number};
use crate::web::Service;
use crate::web::problem::Problem;
use crate::web::view::{FollowUpView, LetterView, cents_of, status_of};

/// Letters on one page of the list.
const PAGE: i64 = 50;

/// The conditions, by the names of their fields. The first is asked alone by whoever only pastes something.
const CONDITIONS: [&str; 13] =
    ["q", "number", "case", "person", "words", "type", "state", "from", "until", "channel", "program", "run", "amount"];

/// What the form says. Empty fields let all pass; what is not understood is said.
#[derive(Debug, Default)]
pub(super) struct Search {
    given: BTreeMap<&'static str, String>,
    sort: String,
    before: String,
}

impl Search {
    pub(super) fn of(given: Vec<(String, String)>) -> Search {
        let mut search = Search::default();
        for (name, value) in given {
            let value = value.trim().to_owned();
            match name.as_str() {
                "sort" => search.sort = value,
                "before" => search.before = value,
                // One day, as addresses of before have it.
                "date" if !value.is_empty() => {
                    search.given.insert("from", value.clone());
                    search.given.insert("until", value);
                }
                _ => {
                    let known = CONDITIONS.into_iter().find(|known| *known == name && !value.is_empty());
                    search.given.extend(known.map(|known| (known, value)));
                }
            }
        }
        search
    }

    fn text(&self, name: &str) -> Option<String> {
        self.given.get(name).cloned()
    }

    fn read<T>(&self, name: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        self.given.get(name).and_then(|text| read(text))
    }

    /// The fields that have something in them that cannot be understood.
    pub(super) fn unclear(&self, service: &Service) -> Vec<&'static str> {
        let catalogue = &service.desk.studio.catalogue;
        let is_day = |text: &str| text.parse::<Day>().is_ok();
        let is_part = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count() >= SHORTEST_PART;
        type Read<'r> = &'r dyn Fn(&str) -> bool;
        let fields: [(&str, &'static str, Read<'_>); 9] = [
            ("number", "short", &is_part),
            ("case", "short", &is_part),
            ("type", "type", &|key| catalogue.types.contains_key(key)),
            ("state", "state", &|text| status_of(text).is_some()),
            ("from", "date", &is_day),
            ("until", "date", &is_day),
            ("channel", "channel", &|text| text.parse::<Channel>().is_ok()),
            ("program", "program", &|key| catalogue.programs.contains_key(key)),
            ("amount", "amount", &|text| cents_of(text).is_some()),
        ];
        let wrong =
            fields.into_iter().filter(|(name, _, is_read)| self.given.get(name).is_some_and(|text| !is_read(text)));
        let mut unclear: Vec<&'static str> = wrong.map(|(_, says, _)| says).collect();
        unclear.extend((!self.before.is_empty() && self.before.parse::<i64>().is_err()).then_some("page"));
        unclear.extend((!self.sort.is_empty() && self.sort.parse::<Order>().is_err()).then_some("sort"));
        unclear.dedup();
        unclear
    }

    /// The conditions as the register takes them.
    pub(super) fn filter(&self, programs: Vec<String>) -> Filter {
        let (state, delivery) = self.read("state", status_of).map_or((None, None), |(state, by)| (Some(state), by));
        Filter {
            anything: self.text("q"),
            number: self.text("number"),
            case: None,
            case_part: self.text("case"),
            person: self.text("person"),
            words: self.text("words"),
            letter_type: self.text("type"),
            state,
            delivery,
            channel: self.read("channel", |text| text.parse().ok()),
            program: self.text("program"),
            from: self.read("from", |text| text.parse().ok()),
            until: self.read("until", |text| text.parse().ok()),
            cents: self.read("amount", cents_of),
            run: self.text("run").map(RunId::new),
            order: self.sort.parse().unwrap_or_default(),
            before: self.before.parse().ok(),
            programs,
            limit: PAGE + 1,
        }
    }

    /// The conditions as they stand in an address, with the order where it is another than the first.
    pub(super) fn query(&self, order: Order) -> String {
        let sort: &str = order.into();
        let conditions = self.given.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
        let sort = (order != Order::default()).then(|| format!("sort={sort}"));
        conditions.chain(sort).collect::<Vec<_>>().join("&")
    }

    /// Whether only the one field says something.
    fn is_pasted(&self) -> bool {
        self.given.len() == 1 && self.given.contains_key("q")
    }
}

pub(super) async fn list(
    State(service): State<Service>,
    asked: Asked,
    Query(given): Query<Vec<(String, String)>>,
) -> Response {
    let search = Search::of(given);
    let unclear = search.unclear(&service);
    let found = match unclear.is_empty() {
        true => service.desk.reader().find(&search.filter(asked.programs())).await.map_err(Problem::from),
        false => Ok(Found::default()),
    };
    if let Ok(Found { letters, .. }) = &found
        && let [only] = &letters[..]
        && search.is_pasted()
        && search.text("q").is_some_and(|text| folded_number(&text) == folded_number(&only.id))
    {
        return Redirect::to(&format!("/letters/{}", only.id)).into_response();
    }
    let context = async { context(&service, &asked, &search, unclear, found?).await };
    answer(&service, &asked, "letters.html", context).await
}

async fn context(
    service: &Service,
    asked: &Asked,
    search: &Search,
    unclear: Vec<&'static str>,
    found: Found,
) -> Result<Option<Value>, Problem> {
    let (catalogue, language, filter) =
        (&service.desk.studio.catalogue, asked.language, search.filter(asked.programs()));
    let Found { mut letters, as_words } = found;
    let more = letters.len() as i64 > PAGE;
    letters.truncate(PAGE as usize);
    let last = letters.last().map(|row| row.sequence).filter(|_| more);
    let address = |path: &str, more: Option<String>, order: Order| {
        let query = [search.query(order)].into_iter().chain(more).filter(|part| !part.is_empty()).collect::<Vec<_>>();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
    };
    let orders = Order::VARIANTS
        .iter()
        .map(|order| json!({"key": order, "url": address("/letters", None, *order), "is_now": *order == filter.order}));
    let titles =
        catalogue.types.iter().map(|(key, one)| json!({"key": key, "title": one.description.title.get(language)}));
    let own = asked.programs();
    let programs = catalogue.programs.iter().filter(|(key, _)| own.is_empty() || own.contains(key));
    let programs = programs.map(|(key, one)| json!({"key": key, "name": one.in_language(language)["name"]}));
    let given = |name: &&str| ((*name).to_owned(), json!(search.text(name).unwrap_or_default()));
    let words = search.text("q").filter(|_| search.is_pasted() && !as_words);
    Ok(Some(json!({
        "query": CONDITIONS.iter().map(given).collect::<serde_json::Map<_, _>>(),
        "asked": !search.given.is_empty(),
        "more_conditions": search.given.keys().any(|name| *name != "q"),
        "sort": filter.order,
        "orders": orders.collect::<Vec<_>>(),
        "types": titles.collect::<Vec<_>>(),
        "programs": programs.collect::<Vec<_>>(),
        "states": statuses(),
        "channels": Channel::VARIANTS,
        "letters": LetterView::all(letters, catalogue, language),
        "as_words": as_words,
        "words_url": words.map(|words| format!("/letters?words={}", encoded(&words))),
        "unclear": unclear,
        "who_is_it": questions(service, asked, &filter).await?,
        "first": filter.before.map(|_| address("/letters", None, filter.order)),
        "next": last.map(|last| address("/letters", Some(format!("before={last}")), filter.order)),
        "csv": address("/letters.csv", None, filter.order),
    })))
}

/// The statuses that are chosen from, as the list shows them.
fn statuses() -> Vec<String> {
    let mut all = Vec::new();
    for state in LetterState::VARIANTS {
        all.push(state.to_string());
        if *state == LetterState::Issued {
            let ways = [DeliveryState::Waiting, DeliveryState::Sent, DeliveryState::Failed];
            all.extend(ways.map(|way| format!("{state}.{way}")));
        }
    }
    all
}

/// What waits for somebody to say who it is, and is of the case or names the person that is looked for.
async fn questions(service: &Service, asked: &Asked, filter: &Filter) -> Result<Vec<FollowUpView>, Problem> {
    let wanted = filter.person.as_ref().or(filter.anything.as_ref()).map(|text| folded(text));
    let case = filter.case_part.as_ref().map(|case| CaseRef::new(case.to_uppercase()));
    if wanted.is_none() && case.is_none() {
        return Ok(Vec::new());
    }
    // All of them: who is looked for may be in the last.
    let asks = Kind::Is(super::WHO_IS_IT);
    let rows = service.desk.reader().proposed(asks, case.as_ref(), &filter.programs, i64::MAX).await?;
    let views: Result<Vec<_>, _> = rows.into_iter().map(|row| FollowUpView::of(row, asked.language)).collect();
    let names = |view: &FollowUpView, wanted: &String| {
        let said = folded(&view.says);
        let mut words = wanted.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).peekable();
        words.peek().is_some() && words.all(|word| said.contains(word)) || folded(&view.person) == *wanted
    };
    Ok(views?.into_iter().filter(|view| wanted.as_ref().is_none_or(|wanted| names(view, wanted))).collect())
}

/// A text as a part of an address.
pub(super) fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
