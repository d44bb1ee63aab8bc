//! What waits for a decision: letters to be approved, large merges that want a second person, and letters that somebody with the
//! authority may let pass a rule; and approving several letters that were opened before.

use axum::Router;
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{Asked, answer};
use crate::case::{LetterId, LetterState, MergeState, Sha256, Stamp, money};
use crate::desk::{Awaiting, MayApprove, may_be_let_pass, office};
use crate::people::{Permission, Who};
use crate::register::{Filter, LetterRow};
use crate::web::problem::Problem;
use crate::web::view::{LetterView, MergeView};
use crate::web::{Service, Shared};

/// Letters that are shown as waiting, at most.
const AWAITING: i64 = 200;
/// Merges and held letters that are shown, at most.
const OTHERS: i64 = 50;
/// Held letters that are looked through for those that may be let pass.
const HELD: i64 = 1_000;

pub(super) fn router() -> Router<Shared> {
    Router::new().route("/decisions", get(list)).route("/decisions/approve", get(confirm).post(approve))
}

/// Days that have begun since an instant.
fn days_since(service: &Service, since: Stamp) -> i64 {
    (service.desk.clock.now() - since.instant()).num_days().max(0)
}

/// A letter that waits, as the pages show it.
fn view(service: &Service, asked: &Asked, one: Awaiting) -> Value {
    let Awaiting { letter, prepared_by, approvers, stand } = one;
    let (amount, since) = (letter.amount.clone(), letter.awaited_since);
    let approvers: Vec<String> = approvers.iter().map(|role| office(role).get(asked.language).to_owned()).collect();
    json!({
        "letter": LetterView::of(letter, &service.desk.studio.catalogue, asked.language),
        "amount": amount,
        "since": since,
        "days": since.map(|since| days_since(service, since)),
        "prepared_by": prepared_by,
        "approvers": approvers,
        "stand": stand,
        "may_tick": stand == MayApprove::Yes,
    })
}

/// What there is to decide of one letter, for its own page: how it stands for whoever asks, what has changed since they last saw another
/// version, and who sent it back with what comment.
pub(super) async fn of_letter(service: &Service, asked: &Asked, row: &LetterRow) -> Result<Value, Problem> {
    let Some(who) = &asked.who else { return Ok(Value::Null) };
    if row.state != LetterState::AwaitingApproval {
        return Ok(json!({"is_returned": row.returned_at.is_some()}));
    }
    let changes = service.desk.changes(row, who, asked.language).await?;
    let mut decision = view(service, asked, service.desk.awaits(row.clone(), who).await?);
    let stands = ["preparer", "no-authority", "under-way"];
    decision["may"] =
        (who.may(Permission::Decide) && !stands.contains(&decision["stand"].as_str().unwrap_or_default())).into();
    (decision["changes"], decision["is_returned"]) = (json!(changes), false.into());
    Ok(decision)
}

/// Letters that came back to whoever asks, as the first page shows them.
pub(super) async fn came_back(service: &Service, asked: &Asked) -> Result<Vec<Value>, Problem> {
    let Some(who) = asked.who.as_ref().filter(|who| who.may(Permission::Prepare)) else { return Ok(Vec::new()) };
    let rows = service.desk.came_back(who, AWAITING).await?;
    let one = |row: LetterRow| {
        let (at, days) = (row.returned_at, row.returned_at.map(|at| days_since(service, at)));
        json!({"letter": LetterView::of(row, &service.desk.studio.catalogue, asked.language), "at": at, "days": days})
    };
    Ok(rows.into_iter().map(one).collect())
}

async fn list(
    State(service): State<Service>,
    asked: Asked,
    who: Who,
    Query(given): Query<Vec<(String, String)>>,
) -> Response {
    let largest = given.iter().any(|(name, value)| name == "order" && value == "amount");
    answer(&service, &asked, "decisions.html", list_context(&service, &asked, &who, largest)).await
}

async fn list_context(service: &Service, asked: &Asked, who: &Who, largest: bool) -> Result<Option<Value>, Problem> {
    let (desk, reader, programs) = (&service.desk, service.desk.reader(), asked.programs());
    let catalogue = &desk.studio.catalogue;
    let awaiting = desk.awaiting(who, largest, AWAITING).await?;
    let awaiting: Vec<Value> = awaiting.into_iter().map(|one| view(service, asked, one)).collect();
    let mut merges = Vec::new();
    for record in reader.merges(Some(MergeState::AwaitingSecond), &programs, OTHERS).await? {
        merges.push(MergeView::of(&record)?);
    }
    let filter =
        Filter { state: Some(LetterState::Held), limit: HELD, programs: programs.clone(), ..Filter::default() };
    let mut held = reader.letters(&filter).await?;
    held.retain(|row| row.reasons.iter().all(|reason| may_be_let_pass(&reason.code)));
    held.truncate(OTHERS as usize);
    Ok(Some(json!({
        "order": if largest { "amount" } else { "age" },
        "count": reader.letter_count(LetterState::AwaitingApproval, &programs).await?,
        "may_tick": awaiting.iter().any(|one| one["may_tick"] == true),
        "awaiting": awaiting,
        "merges": merges,
        "held": LetterView::all(held, catalogue, asked.language),
    })))
}

/// The letters that were ticked, with what will happen; approving them is one act more.
async fn confirm(
    State(service): State<Service>,
    asked: Asked,
    who: Who,
    Query(given): Query<Vec<(String, String)>>,
) -> Response {
    answer(&service, &asked, "decisions-approve.html", confirm_context(&service, &asked, &who, &given)).await
}

async fn confirm_context(
    service: &Service,
    asked: &Asked,
    who: &Who,
    given: &[(String, String)],
) -> Result<Option<Value>, Problem> {
    let ticked = given.iter().filter(|(name, _)| name == "letter").take(AWAITING as usize);
    let mut awaiting = Vec::new();
    for (_, id) in ticked {
        let Some(letter) = service.desk.reader().letter(&LetterId::new(id)).await? else { continue };
        if letter.state == LetterState::AwaitingApproval && who.works_in(&letter.program) {
            awaiting.push(service.desk.awaits(letter, who).await?);
        }
    }
    let (chosen, others): (Vec<_>, Vec<_>) = awaiting.into_iter().partition(|one| one.stand == MayApprove::Yes);
    let amounts = chosen.iter().filter_map(|one| one.letter.amount.as_deref()?.parse::<Decimal>().ok());
    let total = money::plain(amounts.sum());
    let views = |rows: Vec<Awaiting>| rows.into_iter().map(|one| view(service, asked, one)).collect::<Vec<_>>();
    Ok(Some(json!({"chosen": views(chosen), "others": views(others), "total": total, "results": null})))
}

/// Approves each of the letters as it was confirmed, and says of each what became of it.
async fn approve(
    State(service): State<Service>,
    asked: Asked,
    who: Who,
    Form(given): Form<Vec<(String, String)>>,
) -> Response {
    let chosen = given.iter().filter(|(name, _)| name == "letter").filter_map(|(_, value)| value.split_once(' '));
    let (mut results, mut status) = (Vec::new(), StatusCode::OK);
    for (letter, seal) in chosen.take(AWAITING as usize) {
        let letter = LetterId::new(letter);
        let done = service.desk.approve_opened(&letter, &Sha256::new(seal), &who).await;
        let problem = done.err().map(Problem::from);
        if problem.is_some() {
            status = StatusCode::CONFLICT;
        }
        let said = problem.map(|problem| problem.detail(asked.language).to_owned());
        results.push(json!({"letter": letter, "problem": said}));
    }
    let context = json!({"chosen": [], "others": [], "total": "0.00", "results": results});
    let page = answer(&service, &asked, "decisions-approve.html", async { Ok(Some(context)) }).await;
    axum::response::IntoResponse::into_response((status, page))
}
