//! What somebody decides of one letter, whether the API's request says so or the form of a page.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::case::{LetterId, Sha256};
use crate::desk::{DecideError, Desk};
use crate::people::Who;

/// An approval, bound to what was seen. Whoever sends it gives it: a person with the authority, and not who prepared the letter.
#[derive(Debug, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalRequest {
    /// The `seal` of the letter as it was seen.
    #[schemars(with = "String")]
    pub seal: Sha256,
}

/// A rule that a letter is to pass, and why.
#[derive(Debug, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OverrideRequest {
    /// The guard's key, such as `no-duplicate`.
    pub rule: String,
    /// Why, in a sentence: it goes into the case file.
    pub reason: String,
}

/// Why a letter is taken out.
#[derive(Debug, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawalRequest {
    /// Why, in a sentence: it goes into the case file.
    pub reason: String,
}

/// Why a letter is sent back.
#[derive(Debug, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnRequest {
    /// What its officer is to do: it goes into the case file.
    pub comment: String,
}

/// What is answered to the comment.
#[derive(Debug, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResubmissionRequest {
    /// What was done, or why the letter is right as it stands: it goes into the case file.
    pub answer: String,
}

/// What somebody decides of a letter.
pub(super) enum Decision {
    /// It is approved.
    Approve(ApprovalRequest),
    /// It passes a rule.
    LetPass(OverrideRequest),
    /// It is taken out for ever.
    Withdraw(WithdrawalRequest),
    /// It goes back to its officer.
    GiveBack(ReturnRequest),
    /// It is sent for approval again.
    Resubmit(ResubmissionRequest),
}

impl Decision {
    /// Does it.
    pub async fn take(self, desk: &Desk, letter: &LetterId, by: &Who) -> Result<(), DecideError> {
        match self {
            Decision::Approve(given) => desk.approve(letter, &given.seal, by).await,
            Decision::LetPass(given) => desk.override_hold(letter, &given.rule, &given.reason, by).await,
            Decision::Withdraw(given) => desk.withdraw(letter, &given.reason, by).await,
            Decision::GiveBack(given) => desk.send_back(letter, &given.comment, by).await,
            Decision::Resubmit(given) => desk.resubmit(letter, &given.answer, by).await,
        }
    }
}
