//! My work: what an officer has to see to, what waiting does the most harm to first, each line one click from the act it needs.

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};

use super::write::drafts;
use super::{Asked, answer, decisions};
use crate::case::calendar::business_days_between;
use crate::case::{FollowUpState, LetterState};
use crate::desk::{DRAFT_DAYS, DRAFTS_AT_MOST, ProposalKind};
use crate::people::{Permission, Who};
use crate::register::FollowUpRow;
use crate::web::Service;
use crate::web::problem::Problem;
use crate::web::view::{FollowUpView, LetterView, MAX_FOLLOW_UPS};

/// Letters in a state that are looked through for somebody's own, the newest.
const LOOKED_THROUGH: i64 = 200;

pub(super) async fn show(State(service): State<Service>, asked: Asked, who: Who) -> Response {
    if !asked.may(Permission::Look) {
        return asked.problem(&service, &Problem::not_permitted());
    }
    answer(&service, &asked, "work.html", context(&service, &asked, &who)).await
}

async fn context(service: &Service, asked: &Asked, who: &Who) -> Result<Option<Value>, Problem> {
    let (language, programs) = (asked.language, asked.programs());
    let reader = service.desk.reader();
    let due = reader.follow_ups(Some(FollowUpState::Proposed), None, &programs, MAX_FOLLOW_UPS).await?;
    let due = by_harm(service, due);
    let late = due.iter().filter(|(left, _)| *left < 0).count();
    let mut follow_ups = Vec::new();
    for (left, row) in due {
        follow_ups.push(json!({"left": left, "row": FollowUpView::of(row, language)?}));
    }
    let own = |state| service.desk.prepared_by(who, state, LOOKED_THROUGH);
    let mut stopped = own(LetterState::Refused).await?;
    stopped.extend(own(LetterState::Held).await?);
    // What a manager sent back stands above.
    stopped.retain(|letter| letter.returned_at.is_none());
    let waiting = own(LetterState::AwaitingApproval).await?;
    let views = |letters| LetterView::all(letters, &service.desk.studio.catalogue, language);
    Ok(Some(json!({
        "came_back": decisions::came_back(service, asked).await?,
        "follow_ups": follow_ups,
        "late": late,
        "stopped": views(stopped),
        "waiting": views(waiting),
        "draft_days": DRAFT_DAYS,
        "drafts_at_most": DRAFTS_AT_MOST,
        "drafts": drafts(service, Some(who), language).await?,
    })))
}

/// Follow-ups with the business days that are left: what is late before what is not, what waiting does the most harm to first.
fn by_harm(service: &Service, rows: Vec<FollowUpRow>) -> Vec<(i64, FollowUpRow)> {
    let today = service.desk.clock.today();
    let left = |row: &FollowUpRow| business_days_between(today, row.due.date());
    let mut rows: Vec<(i64, FollowUpRow)> = rows.into_iter().map(|row| (left(&row), row)).collect();
    rows.sort_by_key(|(left, row)| {
        let kind = row.kind.parse::<ProposalKind>().ok();
        (*left >= 0, kind.map_or(usize::MAX, ProposalKind::harm), row.due, row.id.clone())
    });
    rows
}
