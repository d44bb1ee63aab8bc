//! Work in hand and service standards: what came and waits, with the business days that are left, and letters that are not out yet; by
//! kind, and by officer.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};

use super::{Asked, answer};
use crate::case::LetterState;
use crate::case::insurance::masked;
use crate::desk::{InHand, ServiceClock};
use crate::web::Service;
use crate::web::problem::Problem;

/// What is looked through, at most, of each.
const MOST: i64 = 1_000;
/// What is listed, at most.
const LISTED: usize = 100;

pub(super) async fn show(State(service): State<Service>, asked: Asked) -> Response {
    answer(&service, &asked, "standards.html", context(&service, &asked)).await
}

/// Counts of what is open.
#[derive(Default, serde::Serialize)]
struct Open {
    open: i64,
    late: i64,
    due_today: i64,
    /// Business days by which the latest is late.
    worst: i64,
}

impl Open {
    fn add(&mut self, clock: &ServiceClock) {
        self.open += 1;
        self.late += i64::from(clock.left < 0);
        self.due_today += i64::from(clock.left == 0);
        self.worst = self.worst.max(-clock.left);
    }
}

/// What an officer has in hand.
#[derive(Default, serde::Serialize)]
struct Hand {
    clocks: Open,
    awaiting: i64,
    held: i64,
    refused: i64,
    returned: i64,
    /// Days since the oldest of the letters was called for.
    oldest: i64,
}

impl Hand {
    fn add(&mut self, letter: &InHand, days: i64) {
        match letter.state {
            _ if letter.is_returned => self.returned += 1,
            LetterState::AwaitingApproval => self.awaiting += 1,
            LetterState::Refused => self.refused += 1,
            _ => self.held += 1,
        }
        self.oldest = self.oldest.max(days);
    }
}

async fn context(service: &Service, asked: &Asked) -> Result<Option<Value>, Problem> {
    let programs = asked.programs();
    let clocks = service.desk.service_clocks(&programs, MOST).await?;
    let letters = service.desk.letters_in_hand(&programs, MOST).await?;
    let (mut all, mut kinds) = (Open::default(), BTreeMap::<(String, i64, String), Open>::new());
    // Nobody's stands last.
    let mut hands = BTreeMap::<(bool, String), Hand>::new();
    let key = |officer: &Option<String>| (officer.is_none(), officer.clone().unwrap_or_default());
    for clock in &clocks {
        all.add(clock);
        kinds.entry((clock.row.kind.clone(), clock.standard, clock.what.clone())).or_default().add(clock);
        hands.entry(key(&clock.officer)).or_default().clocks.add(clock);
    }
    for letter in &letters {
        let days = (service.desk.clock.now() - letter.called_at.instant()).num_days().max(0);
        hands.entry(key(&letter.officer)).or_default().add(letter, days);
    }
    let mut listed = Vec::new();
    for clock in clocks.iter().take(LISTED) {
        listed.push(json!({
            "id": clock.row.id, "case": clock.row.case_reference, "person": clock.row.person,
            "name": clock.row.person_name.as_deref().map(masked), "kind": clock.row.kind,
            "what": clock.what, "says": clock.row.says()?.get(asked.language), "received": clock.received,
            "due": clock.row.due, "standard": clock.standard, "left": clock.left, "officer": clock.officer,
        }));
    }
    let kinds = kinds
        .into_iter()
        .map(|((kind, standard, what), open)| json!({"kind": kind, "standard": standard, "what": what, "count": open}));
    let hands = hands.into_iter().map(|((_, officer), hand)| json!({"officer": officer, "hand": hand}));
    Ok(Some(json!({
        "all": all,
        "kinds": kinds.collect::<Vec<_>>(),
        "officers": hands.collect::<Vec<_>>(),
        "clocks": listed,
        "letters": letters.len(),
        "is_whole": (clocks.len() as i64) < MOST && (letters.len() as i64) < MOST,
    })))
}
