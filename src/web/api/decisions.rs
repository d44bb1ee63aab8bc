//! What people decide: approve a letter, let it pass a rule, accept or decline a follow-up; and what they are shown for it.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRef, FromRequest, FromRequestParts, Path, Query, Request, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use strum::VariantArray;

use super::asked::{Parameters, body as body_of, body_with};
use super::letters::{show, unshowable};
use crate::case::entry::View;
use crate::case::fault::{FaultView, views};
use crate::case::{CaseRef, FollowUpId, FollowUpState, LetterId, PersonId, Sha256, Text, insurance, money};
use crate::desk::{Answer, Outcome, WhoItIs};
use crate::people::Who;
use crate::web::decision::{
    ApprovalRequest, Decision, OverrideRequest, ResubmissionRequest, ReturnRequest, WithdrawalRequest,
};
use crate::web::problem::{Problem, accepted};
use crate::web::view::{FollowUpView, LetterView, MAX_FOLLOW_UPS};
use crate::web::{Service, Shared};

/// A letter as those who decide of it are shown it: beside its draft, the calculation and the verdict.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ReviewView {
    /// The letter.
    letter: LetterView,
    /// What an approval is bound to: the words and the notes, as they would go today.
    seal: Sha256,
    /// Whether somebody must approve it.
    needs_approval: bool,
    /// The amount that the approver's authority must reach.
    amount: String,
    /// The roles that may approve it.
    approvers: Vec<String>,
    /// Its facts.
    facts: Value,
    /// What Recto worked out from them.
    derived: Value,
    /// Its deadlines.
    deadlines: Value,
    /// The guards that were asked.
    guards: Vec<String>,
    /// What holds or ends it.
    reasons: Vec<FaultView>,
    /// What the approver is to look at.
    notes: Vec<FaultView>,
    /// The standing that it was assessed by.
    standing: Value,
}

/// See what a letter's approval rests on.
///
/// The calculation, the deadlines, the verdict of each guard, and the hash that the approval is bound to. The page itself is
/// `/letters/{id}/draft`.
#[utoipa::path(get, operation_id = "review_letter", path = "/letters/{id}/review", params(("id" = LetterId, Path, description = "The letter")), responses((status = 200, body = ReviewView, description = "What a decision rests on"), (status = 404), (status = 422)))]
pub(super) async fn review(
    State(service): State<Service>,
    headers: HeaderMap,
    Path(id): Path<LetterId>,
) -> Result<Json<ReviewView>, Problem> {
    let language = accepted(&headers);
    let (row, assessed) = service.desk.assessed(&id).await?;
    let draft = &assessed.composed.draft;
    let approvers = draft.policy.approvers(&row.letter_type, assessed.amount).into_iter().map(str::to_owned).collect();
    let answers = &assessed.answers;
    let against: Vec<_> = answers.stops.iter().chain(&answers.ends).cloned().collect();
    Ok(Json(ReviewView {
        letter: LetterView::of(row, &service.desk.studio.catalogue, language),
        seal: assessed.seal.clone(),
        needs_approval: assessed.needs_approval,
        amount: money::plain(assessed.amount),
        approvers,
        facts: insurance::masked_in(&draft.data.facts),
        derived: draft.derived.clone(),
        deadlines: Value::Object(draft.deadlines.clone()),
        guards: draft.letter.description.rules.guards.clone(),
        reasons: views(&against, language),
        notes: views(&answers.notes, language),
        standing: assessed.basis.standing.clone(),
    }))
}

/// See a letter's page as it would go today, whatever stands against it.
#[utoipa::path(get, operation_id = "draft_letter", path = "/letters/{id}/draft", params(("id" = LetterId, Path, description = "The letter")), responses((status = 200, body = Vec<u8>, content_type = "application/pdf", description = "The letter as it would be"), (status = 404), (status = 422)))]
pub(super) async fn draft(
    State(service): State<Service>,
    who: Who,
    Path(id): Path<LetterId>,
) -> Result<Response, Problem> {
    let row = service.desk.reader().letter(&id).await?.ok_or_else(|| Problem::not_found(&id))?;
    service.desk.looked_at(&who, &row, View::Pdf).await?;
    Ok(([(header::CONTENT_TYPE, "application/pdf")], drafted(&service, &id).await?).into_response())
}

/// A letter's PDF as it would go today.
pub(in crate::web) async fn drafted(service: &Service, id: &LetterId) -> Result<Vec<u8>, Problem> {
    let (_, assessed) = service.desk.assessed(id).await?;
    let (studio, composed) = (&service.desk.studio, assessed.composed);
    let set = studio.threads.set_first(composed.job).await.map_err(Problem::faults)?;
    unshowable(studio.last_look(&composed.draft, &[], &set))?;
    Ok(set.pdf)
}

/// A request in which somebody decides of one letter.
pub(super) struct Deciding {
    service: Service,
    who: Who,
    headers: HeaderMap,
    id: LetterId,
    body: Bytes,
}

impl FromRequest<Shared> for Deciding {
    type Rejection = Response;

    async fn from_request(request: Request, state: &Shared) -> Result<Deciding, Response> {
        let (mut parts, body) = request.into_parts();
        let who = Who::from_request_parts(&mut parts, state).await.map_err(IntoResponse::into_response)?;
        let Path(id) = Path::from_request_parts(&mut parts, state).await.map_err(IntoResponse::into_response)?;
        let headers = parts.headers.clone();
        let body = Bytes::from_request(Request::from_parts(parts, body), state).await;
        let body = body.map_err(IntoResponse::into_response)?;
        Ok(Deciding { service: Service::from_ref(state), who, headers, id, body })
    }
}

impl Deciding {
    /// Takes the decision that the request's body is, and answers with the letter as it is then. `renamed` are names that have changed: the
    /// old one, and what it is called now.
    async fn taken<T: DeserializeOwned + JsonSchema>(
        self,
        decision: fn(T) -> Decision,
        renamed: &[(&str, &str)],
    ) -> Result<Json<LetterView>, Problem> {
        let Deciding { service, who, headers, id, body } = self;
        decision(body_with(&body, renamed)?).take(&service.desk, &id, &who).await?;
        show(State(service), headers, Path(id)).await
    }
}

/// Approve a letter that waits for it.
#[utoipa::path(post, operation_id = "approve_letter", path = "/letters/{id}/approve", params(("id" = LetterId, Path, description = "The letter")), request_body = ApprovalRequest,
    responses((status = 200, body = LetterView, description = "The letter as it is now"), (status = 403), (status = 404), (status = 409), (status = 422)))]
pub(super) async fn approve(deciding: Deciding) -> Result<Json<LetterView>, Problem> {
    deciding.taken(Decision::Approve, &[("content_hash", "seal")]).await
}

/// Let a held letter pass a rule, where the rule allows it.
#[utoipa::path(post, operation_id = "override_letter", path = "/letters/{id}/override", params(("id" = LetterId, Path, description = "The letter")), request_body = OverrideRequest,
    responses((status = 200, body = LetterView, description = "The letter as it is now"), (status = 403), (status = 404), (status = 409), (status = 422)))]
pub(super) async fn override_hold(deciding: Deciding) -> Result<Json<LetterView>, Problem> {
    deciding.taken(Decision::LetPass, &[]).await
}

/// Take a letter out for ever, before it has left.
#[utoipa::path(post, operation_id = "withdraw_letter", path = "/letters/{id}/withdraw", params(("id" = LetterId, Path, description = "The letter")), request_body = WithdrawalRequest,
    responses((status = 200, body = LetterView, description = "The letter as it is now"), (status = 403), (status = 404), (status = 409), (status = 422)))]
pub(super) async fn withdraw(deciding: Deciding) -> Result<Json<LetterView>, Problem> {
    deciding.taken(Decision::Withdraw, &[]).await
}

/// Send a letter that waits for approval back to its officer, with a comment.
///
/// It is held until it is sent for approval again, or withdrawn. Who may is who could approve it.
#[utoipa::path(post, operation_id = "return_letter", path = "/letters/{id}/return", params(("id" = LetterId, Path, description = "The letter")), request_body = ReturnRequest,
    responses((status = 200, body = LetterView, description = "The letter as it is now"), (status = 403), (status = 404), (status = 409), (status = 422)))]
pub(super) async fn give_back(deciding: Deciding) -> Result<Json<LetterView>, Problem> {
    deciding.taken(Decision::GiveBack, &[]).await
}

/// Send a letter that was sent back for approval again, with an answer. Whoever does has prepared it, and cannot approve it.
#[utoipa::path(post, operation_id = "resubmit_letter", path = "/letters/{id}/resubmit", params(("id" = LetterId, Path, description = "The letter")), request_body = ResubmissionRequest,
    responses((status = 200, body = LetterView, description = "The letter as it is now"), (status = 403), (status = 404), (status = 409), (status = 422)))]
pub(super) async fn resubmit(deciding: Deciding) -> Result<Json<LetterView>, Problem> {
    deciding.taken(Decision::Resubmit, &[]).await
}

/// Which follow-ups to list.
#[derive(Debug, Default, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FollowUpQuery {
    /// The case reference.
    case: Option<CaseRef>,
    /// `proposed` when absent.
    state: Option<FollowUpState>,
}

/// The officer's queue: what is due and waits for a decision, the oldest first.
#[utoipa::path(get, operation_id = "follow_ups", path = "/follow-ups", params(FollowUpQuery), responses((status = 200, body = Vec<FollowUpView>, description = "The follow-ups")))]
pub(super) async fn follow_ups(
    State(service): State<Service>,
    who: Who,
    headers: HeaderMap,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Json<Vec<FollowUpView>>, Problem> {
    let mut given = Parameters::of(given, &["case", "state"]);
    let states = FollowUpState::VARIANTS.iter().map(|state| state.as_str()).collect::<Vec<_>>().join(", ");
    let case = ("a case reference", "un numéro de dossier");
    let query = FollowUpQuery {
        case: given.read("case", case, |case| Some(CaseRef::new(case))),
        state: given.read("state", Text::new(format!("one of {states}"), format!("l’un de {states}")), |state| {
            state.parse().ok()
        }),
    };
    given.done()?;
    let state = query.state.unwrap_or(FollowUpState::Proposed);
    let rows =
        service.desk.reader().follow_ups(Some(state), query.case.as_ref(), who.programs(), MAX_FOLLOW_UPS).await?;
    let views: Result<Vec<_>, _> = rows.into_iter().map(|row| FollowUpView::of(row, accepted(&headers))).collect();
    Ok(Json(views?))
}

/// What becomes of a follow-up.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    /// Its letter is asked for.
    Accept,
    /// Nothing is; the reason says why.
    Decline,
}

/// A decision on a follow-up.
#[derive(Debug, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FollowUpDecision {
    /// `accept` or `decline`.
    decision: Choice,
    /// Why it is declined.
    #[serde(default)]
    reason: String,
}

/// Accept a follow-up, so that its letter is asked for with the facts of today; or decline it, with a reason.
#[utoipa::path(post, operation_id = "decide_follow_up", path = "/follow-ups/{id}", params(("id" = FollowUpId, Path, description = "The follow-up")), request_body = FollowUpDecision,
    responses((status = 200, body = FollowUpView, description = "The follow-up as it is now"), (status = 403), (status = 404), (status = 409), (status = 422)))]
pub(super) async fn decide_follow_up(
    State(service): State<Service>,
    who: Who,
    headers: HeaderMap,
    Path(id): Path<FollowUpId>,
    body: Bytes,
) -> Result<Json<FollowUpView>, Problem> {
    let request: FollowUpDecision = body_of(&body)?;
    match request.decision {
        Choice::Accept => {
            if let Outcome::Refused(faults) = service.desk.accept_follow_up(&id, &who).await? {
                return Err(Problem::faults(faults));
            }
        }
        Choice::Decline => service.desk.decline_follow_up(&id, &who, &request.reason).await?,
    }
    as_it_is_now(&service, &headers, &id).await
}

/// A follow-up after what was decided of it.
async fn as_it_is_now(service: &Service, headers: &HeaderMap, id: &FollowUpId) -> Result<Json<FollowUpView>, Problem> {
    let row = service.desk.reader().follow_up(id).await?.ok_or_else(|| Problem::not_found(id))?;
    Ok(Json(FollowUpView::of(row, accepted(headers))?))
}

/// Who somebody is, as an officer says.
#[derive(Debug, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhoItIsRequest {
    /// Of two names: `one-person` or `two-people`. Of an event: `new-person`, `known-person`, `other-case` or `mistake`.
    answer: Answer,
    /// Of two people: the name that is right in this case; the one by which the case knows the person where it is not said.
    #[serde(default)]
    name: Option<String>,
    /// The number of the known person.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    person: Option<PersonId>,
    /// The reference of the other case.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    case: Option<CaseRef>,
    /// Why, for the case file.
    #[serde(default)]
    reason: Option<String>,
}

/// Say who somebody is, where a follow-up of the kind `who-is-it` asks.
///
/// The answer is an event of the case (`person.identified`) with its entry and its actor. An event about a known person, or of another
/// case, is taken anew there.
#[utoipa::path(post, operation_id = "say_who_it_is", path = "/follow-ups/{id}/answer", request_body = WhoItIsRequest,
    params(("id" = FollowUpId, Path, description = "The follow-up")),
    responses((status = 200, body = FollowUpView, description = "The follow-up, with what became of it"), (status = 403), (status = 404), (status = 409), (status = 422)))]
pub(super) async fn say_who_it_is(
    State(service): State<Service>,
    who: Who,
    headers: HeaderMap,
    Path(id): Path<FollowUpId>,
    body: Bytes,
) -> Result<Json<FollowUpView>, Problem> {
    let WhoItIsRequest { answer, name, person, case, reason } = body_of(&body)?;
    let said = WhoItIs { answer, name, person, case, reason };
    service.desk.say_who_it_is(&id, &said, &who).await?;
    as_it_is_now(&service, &headers, &id).await
}
