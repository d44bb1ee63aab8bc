//! One letter: its pages as they went, or as they would go today; and what somebody decides of it.

use axum::extract::{Form, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get};
use serde_json::{Value, json};

use super::{Asked, answer, encoded};
use crate::case::entry::View;
use crate::case::fault::{problem, views};
use crate::case::{Actor, DeliveryState, EntryKind, LetterId, LetterState, Sha256, money};
use crate::desk::{DecideError, office, rule_words};
use crate::people::Who;
use crate::web::decision::{
    ApprovalRequest, Decision, OverrideRequest, ResubmissionRequest, ReturnRequest, WithdrawalRequest,
};
use crate::web::problem::Problem;
use crate::web::view::{EntryView, LetterView};
use crate::web::{PREVIEW_SCALE, Service, Shared, api};

pub(super) async fn show(State(service): State<Service>, asked: Asked, who: Who, Path(id): Path<LetterId>) -> Response {
    let row = match service.desk.reader().letter(&id).await.map_err(Problem::from) {
        Ok(Some(row)) => row,
        Ok(None) => return meant(&service, &asked, &who, &id).await,
        Err(problem) => return asked.problem(&service, &problem),
    };
    let page = context(&service, &asked, &id, None).await;
    let seal = page.as_ref().ok().and_then(|page| seal_shown(page.as_ref()?));
    if let Err(error) = service.desk.opened_at(&who, &row, View::Page, seal).await {
        return asked.problem(&service, &Problem::from(error));
    }
    answer(&service, &asked, "letter.html", async { page }).await
}

/// The letter that is meant by a number as it was read aloud, or misread; those that may be where there are several.
async fn meant(service: &Service, asked: &Asked, who: &Who, id: &LetterId) -> Response {
    let mut meant = service.desk.reader().letters_meant(id.as_str()).await.unwrap_or_default();
    meant.retain(|letter| who.works_in(&letter.program));
    match &meant[..] {
        [] => asked.error(service, StatusCode::NOT_FOUND),
        [one] => Redirect::to(&format!("/letters/{}", one.id)).into_response(),
        _ => Redirect::to(&format!("/letters?number={}", encoded(id.as_str()))).into_response(),
    }
}

/// What an approval of the pages that stand on this page would be bound to, where it waits for one.
fn seal_shown(page: &Value) -> Option<Sha256> {
    let (letter, review) = (&page["letter"], &page["review"]);
    let shows = letter["seal"].is_string() && letter["seal"] == review["seal"];
    let has_pages = review["page_images"].as_array().is_some_and(|pages| !pages.is_empty());
    review["seal"].as_str().filter(|_| shows && has_pages).map(Sha256::new)
}

/// What a form says, and what was wrong with it.
type Refused<'r> = (&'r Given, &'r Problem);

async fn context(
    service: &Service,
    asked: &Asked,
    id: &LetterId,
    refused: Option<Refused<'_>>,
) -> Result<Option<Value>, Problem> {
    let (reader, language) = (service.desk.reader(), asked.language);
    let Some(row) = reader.letter(id).await? else { return Ok(None) };
    let event = reader.event(row.event).await?.map(|stored| stored.event);
    let issuance = reader.issuance(id).await?;
    // What was taken back is not shown as the letter: nobody is to send it from here.
    let is_out = row.state == LetterState::Issued;
    let pages = issuance.as_ref().filter(|_| is_out).map_or(0, |issuance| issuance.pages);
    let catalogue = &service.desk.studio.catalogue;
    let entries = reader.entries_of_letter(id).await?.into_iter();
    let (looks, entries): (Vec<_>, Vec<_>) = entries
        .map(|filed| EntryView::of(filed, catalogue, language))
        .partition(|entry| entry.kind == EntryKind::LetterViewed);
    let called_by = reader.taken_by(&row.case_reference, row.event).await?;
    let acts = acts(&entries, &looks, called_by);
    let mut deliveries = json!(reader.deliveries_of(id).await?);
    for delivery in deliveries.as_array_mut().into_iter().flatten() {
        if let Some(kept) = delivery["problem"].as_str() {
            delivery["problem"] = problem(kept, language).into();
        }
    }
    let may_be_corrected = match &asked.who {
        Some(who) => service.desk.correctable(who, id).await?.is_some(),
        None => false,
    };
    let goes_on = service.desk.goes_on(&row).await?;
    let has_left = is_out && row.delivery.is_none_or(|delivery| delivery != DeliveryState::Waiting);
    let may_be_withdrawn = row.state != LetterState::Withdrawn && !has_left;
    let review = if may_be_withdrawn && !is_out { review(service, asked, id).await } else { None };
    let decision = super::decisions::of_letter(service, asked, &row).await?;
    let mut letter = json!(LetterView::of(row, catalogue, language).going(goes_on));
    letter["event"] = event
        .map_or(Value::Null, |event| json!({"id": event.id, "says": catalogue.happened(&event.kind).get(language)}));
    let merge = match reader.merge_row_of(id).await? {
        Some(row) => {
            reader.merge(&row.merge).await?.map(|merge| json!({"id": merge.id, "name": merge.name, "row": row.row}))
        }
        None => None,
    };
    Ok(Some(json!({
        "letter": letter,
        "merge": merge,
        "issuance": issuance,
        "may_be_corrected": may_be_corrected,
        "deliveries": deliveries,
        "entries": entries,
        "looks": looks,
        "acts": acts,
        "page_images": (1..=pages).map(|page| format!("/letters/{id}/page-{page}.png")).collect::<Vec<_>>(),
        "pdf": is_out.then(|| format!("/letters/{id}/pdf")),
        "review": review,
        "decision": decision,
        "may_be_withdrawn": may_be_withdrawn,
        "given": refused.map(|(given, _)| json!({
            "rule": given.rule, "reason": given.reason, "comment": given.comment, "answer": given.answer,
        })),
        "problem": refused.map(|(_, problem)| problem.said(language)),
    })))
}

/// Who did what with a letter, each with the last time that they did: who called for it, approved, issued, sent and withdrew it, and who
/// has looked at it or fetched it.
fn acts(entries: &[EntryView], looks: &[EntryView], called_by: Option<Actor>) -> Value {
    let done = |kinds: &[EntryKind], way: &dyn Fn(&EntryView) -> bool| {
        let mut by: Vec<Value> = Vec::new();
        for entry in entries.iter().chain(looks).filter(|entry| kinds.contains(&entry.kind) && way(entry)) {
            let Some(actor) = &entry.actor else { continue };
            by.retain(|one| one["actor"] != json!(actor));
            by.push(json!({"actor": actor, "at": entry.at}));
        }
        by
    };
    let any = |_: &EntryView| true;
    let mut acts = vec![
        json!({"act": "called-for", "by": called_by.map(|actor| json!({"actor": actor})).into_iter().collect::<Vec<_>>()}),
    ];
    for (act, kind) in [
        ("approved", EntryKind::LetterApproved),
        ("let-pass", EntryKind::LetterOverridden),
        ("issued", EntryKind::LetterIssued),
        ("sent", EntryKind::LetterSent),
        ("withdrawn", EntryKind::LetterWithdrawn),
    ] {
        acts.push(json!({"act": act, "by": done(&[kind], &any)}));
    }
    let viewed = [EntryKind::LetterViewed];
    acts.push(json!({"act": "looked-at", "by": done(&viewed, &|entry| entry.detail["way"] == "page")}));
    acts.push(json!({"act": "fetched", "by": done(&viewed, &|entry| entry.detail["way"] != "page")}));
    acts.retain(|act| act["by"].as_array().is_some_and(|by| !by.is_empty()));
    json!(acts)
}

/// A letter that has not been made, as those who decide of it are shown it: its pages as they would go today, what its approval rests on
/// and what it could pass. None where it cannot be written now; its reasons say why.
async fn review(service: &Service, asked: &Asked, id: &LetterId) -> Option<Value> {
    let (row, assessed) = service.desk.assessed(id).await.ok()?;
    let policy = assessed.composed.draft.policy;
    let approvers = policy.approvers(&row.letter_type, assessed.amount);
    let approvers: Vec<String> = approvers.iter().map(|role| office(role).get(asked.language).to_owned()).collect();
    let notes = views(&assessed.answers.notes, asked.language);
    let passable: Vec<Value> = assessed
        .answers
        .may_pass
        .iter()
        .map(|found| json!({"rule": found.guard, "says": rule_words(&found.guard).map(|says| says.get(asked.language).to_owned())}))
        .collect();
    let (seal, amount, needs) = (assessed.seal.clone(), money::plain(assessed.amount), assessed.needs_approval);
    let set = service.desk.studio.threads.set_first(assessed.composed.job).await.ok();
    let pages = set.map_or(0, |set| set.pages.len());
    Some(json!({
        "seal": seal,
        "amount": amount,
        "needs_approval": needs,
        "approvers": approvers,
        "notes": notes,
        "may_pass": passable,
        "page_images": (1..=pages).map(|page| format!("/letters/{id}/draft-{page}.png")).collect::<Vec<_>>(),
        "pdf": format!("/letters/{id}/draft.pdf"),
    }))
}

/// `page-1.png`: a page of the issued letter; `draft-1.png`, `draft.pdf`: of the letter as it would go today.
pub(super) async fn picture(
    State(service): State<Service>,
    who: Who,
    Path((id, name)): Path<(LetterId, String)>,
) -> Result<Response, Problem> {
    let missing = || Problem::not_found(&format!("{name} of letter {id}"));
    let number = |before: &str| name.strip_prefix(before)?.strip_suffix(".png")?.parse().ok();
    let way = if name == "draft.pdf" { View::Pdf } else { View::Page };
    let row = service.desk.reader().letter(&id).await?.ok_or_else(missing)?;
    service.desk.looked_at(&who, &row, way).await?;
    if name == "draft.pdf" {
        return Ok(
            ([(header::CONTENT_TYPE, "application/pdf")], api::letter_draft(&service, &id).await?).into_response()
        );
    }
    let (pdf, page) = match (number("page-"), number("draft-")) {
        (Some(page), _) => (service.desk.pdf(&id).await?.ok_or_else(missing)?.0, page),
        (None, Some(page)) => (api::letter_draft(&service, &id).await?, page),
        (None, None) => return Err(missing()),
    };
    let png = service.desk.studio.threads.draw(pdf, page, PREVIEW_SCALE).await.ok_or_else(missing)?;
    Ok(([(header::CONTENT_TYPE, "image/png")], png).into_response())
}

/// What the forms of a letter's page say; each has some of it.
#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Given {
    seal: String,
    rule: String,
    reason: String,
    comment: String,
    answer: String,
}

/// A route on which the form of a letter's page decides of it; opened by its address, it leads to the page that has the form.
pub(super) fn decision(of: fn(Given) -> Decision) -> MethodRouter<Shared> {
    get(back).post(
        async move |State(service): State<Service>,
                    asked: Asked,
                    who: Who,
                    Path(id): Path<LetterId>,
                    Form(given): Form<Given>| {
            let done = of(given.clone()).take(&service.desk, &id, &who).await;
            done_or_said(&service, &asked, &id, &given, done).await
        },
    )
}

pub(super) fn approval(given: Given) -> Decision {
    Decision::Approve(ApprovalRequest { seal: Sha256::new(given.seal) })
}

pub(super) fn passing(given: Given) -> Decision {
    Decision::LetPass(OverrideRequest { rule: given.rule, reason: given.reason })
}

pub(super) fn withdrawal(given: Given) -> Decision {
    Decision::Withdraw(WithdrawalRequest { reason: given.reason })
}

pub(super) fn giving_back(given: Given) -> Decision {
    Decision::GiveBack(ReturnRequest { comment: given.comment })
}

pub(super) fn resubmission(given: Given) -> Decision {
    Decision::Resubmit(ResubmissionRequest { answer: given.answer })
}

/// The letter's page, with what was wrong where nothing was done.
async fn done_or_said(
    service: &Service,
    asked: &Asked,
    id: &LetterId,
    given: &Given,
    done: Result<(), DecideError>,
) -> Response {
    let Err(error) = done else { return Redirect::to(&format!("/letters/{id}")).into_response() };
    let problem = Problem::from(error);
    if problem.status() == StatusCode::NOT_FOUND {
        return asked.error(service, StatusCode::NOT_FOUND);
    }
    let page = answer(service, asked, "letter.html", context(service, asked, id, Some((given, &problem)))).await;
    (problem.status(), page).into_response()
}

/// Where a form was sent to and did not do what was asked: the page that has it.
async fn back(Path(id): Path<LetterId>) -> Redirect {
    Redirect::to(&format!("/letters/{id}"))
}
