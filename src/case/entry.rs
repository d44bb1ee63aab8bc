//! Entries of the case file: what was done, by whom, in order.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::event::sorted;
use super::letter::Wording;
use super::states::FollowUpState;
use super::stored::stored_as_text;
use super::{
    Actor, CaseRef, Channel, Day, Fault, FollowUpId, LetterId, PreferredLanguage, RunId, Sha256, Stamp, Text, Times,
};

/// What an entry of the case file says. The one form of it that is written, verified and shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, strum::EnumDiscriminants)]
#[serde(tag = "kind", content = "detail", rename_all = "kebab-case")]
#[strum_discriminants(
    name(EntryKind),
    doc = "What an entry of the case file says, without what belongs to it.",
    derive(Serialize, Deserialize, strum::IntoStaticStr, strum::EnumString, strum::VariantArray, utoipa::ToSchema),
    serde(rename_all = "kebab-case"),
    strum(serialize_all = "kebab-case")
)]
pub enum Entry {
    /// A case event was taken.
    EventTaken(Taken),
    /// A letter was stopped by rules or arithmetic.
    LetterHeld(Stopped),
    /// A letter waits for approval.
    ApprovalAwaited(Awaited),
    /// A letter was approved.
    LetterApproved(Approved),
    /// A letter could not be made.
    LetterRefused(Stopped),
    /// A letter's own cause is gone.
    LetterEnded(Stopped),
    /// Somebody of the unit took a letter out before it left.
    LetterWithdrawn(Withdrawn),
    /// A manager let a letter pass a rule.
    LetterOverridden(Overridden),
    /// Somebody who could approve a letter sent it back to its officer, with a comment.
    LetterReturned(Returned),
    /// A letter that was sent back was sent for approval again, with an answer.
    LetterResubmitted(Resubmitted),
    /// An issued letter was assessed again before it left, and may go.
    LetterCleared(Cleared),
    /// Recto noticed that something is due.
    FollowUpProposed(Proposed),
    /// A follow-up was accepted, declined, or lapsed because its cause is gone.
    FollowUpDecided(Decided),
    /// A letter was typeset, archived and registered.
    LetterIssued(Issued),
    /// A letter missed its mailing date, or its case changed, and will be set again.
    LetterRecalled(Recalled),
    /// A letter was handed to the post.
    LetterSent(Sent),
    /// A letter could not be delivered.
    DeliveryFailed(Failed),
    /// Somebody has looked at a letter.
    LetterViewed(Viewed),
    /// Somebody has looked at what is on file in the case.
    CaseViewed(Viewed),
}

stored_as_text!(EntryKind);

/// A case event as it was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Its id.
    pub event: String,
    /// Its source.
    pub source: String,
    /// Its short type.
    #[serde(rename = "type")]
    pub event_type: String,
    /// The hash of what it says.
    pub hash: Sha256,
}

/// What a verdict rests on: the assessment as it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Basis {
    /// The guards that were asked.
    pub guards: Vec<String>,
    /// The findings that a manager had let pass.
    pub overridden: Vec<Value>,
    /// The standing of the case for the person.
    pub standing: Value,
    /// How much of the case was seen.
    #[serde(alias = "considered")]
    pub seen: Value,
    /// The day whose policy was applied.
    pub policy_on: Day,
    /// The letter's facts, where Recto worked them out again and they are not those of its event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<Value>,
}

impl Basis {
    /// SHA-256 over its JSON with sorted names: two verdicts that rest on the same have the same.
    pub fn hash(&self) -> Sha256 {
        Sha256::of(sorted(&serde_json::json!(self)).to_string().as_bytes())
    }
}

/// Why a letter was stopped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stopped {
    /// The reasons.
    pub reasons: Vec<Fault>,
    /// What they rest on; absent where the letter could not be assessed.
    #[serde(default, alias = "ground", skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
}

/// What waits to be approved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Awaited {
    /// What an approval is bound to: the words and the notes.
    #[serde(alias = "content_hash")]
    pub seal: Sha256,
    /// What an approver is to look at.
    pub reasons: Vec<Fault>,
    /// Dollars that the approver's authority must reach. Absent before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    /// The words that the approver is shown, a paragraph each, so that it can be said what has changed since. Absent before they were
    /// kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
    /// What they rest on.
    #[serde(default, alias = "ground", skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
}

/// A letter that was sent back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Returned {
    /// The role of who sent it back.
    pub role: String,
    /// What the officer is to do.
    pub comment: String,
    /// What was sent back.
    pub seal: Sha256,
}

/// What was sent for approval again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resubmitted {
    /// The role of who sent it.
    pub role: String,
    /// The answer to the comment.
    pub answer: String,
}

/// An approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approved {
    /// The role in which it was given.
    pub role: String,
    /// Dollars that the authority had to reach.
    pub amount: String,
    /// What was approved.
    #[serde(alias = "content_hash")]
    pub seal: Sha256,
    /// Who gave it, in an entry of before actors were recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// In which way a letter or a case was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum View {
    /// On its page.
    Page,
    /// Its PDF was fetched.
    Pdf,
    /// Its PDF was fetched in a disclosure bundle.
    Bundle,
    /// As data, by the API.
    Api,
}

/// A look at a letter or a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewed {
    /// In which way.
    pub way: View,
    /// What an approval of what was shown would be bound to, where it waited for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<Sha256>,
}

/// A withdrawal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawn {
    /// The role of who withdrew it.
    pub role: String,
    /// Why.
    pub reason: String,
}

/// A rule that a manager let a letter pass.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Overridden {
    /// The role of who let it pass.
    pub role: String,
    /// Why.
    pub reason: String,
    /// What had been found, as data: another finding of the same rule is not let pass.
    #[serde(alias = "ground")]
    pub finding: Value,
}

/// A letter that was assessed again and may go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cleared {
    /// The issuance's number.
    pub number: i64,
    /// What the verdict rests on, where that is not what the one before it rests on.
    #[serde(default, alias = "ground", skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// The hash of what it rests on ([`Basis::hash`]). Absent before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rests_on: Option<Sha256>,
}

/// Something that is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposed {
    /// Its identity.
    pub follow_up: FollowUpId,
    /// What is due.
    pub kind: String,
    /// The letter that would go; none where it is work for a person.
    pub letter: Option<String>,
    /// Since when, or until when.
    pub due: Day,
    /// Its cause.
    #[serde(alias = "ground")]
    pub cause: String,
    /// What the officer is told.
    pub says: Text,
}

/// What was decided of a follow-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Its identity.
    pub follow_up: FollowUpId,
    /// What is due.
    pub kind: String,
    /// The decision.
    pub decision: FollowUpState,
    /// Why it was declined.
    #[serde(default)]
    pub reason: Option<String>,
}

/// An issuance: the record of what was made, and with what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Issued {
    /// 1 for the first; a letter set again gets the next.
    pub number: i64,
    /// The date on the letter: its mailing date.
    pub date: Day,
    /// The hash of the PDF.
    pub sha256: Sha256,
    /// Its size in bytes.
    pub bytes: i64,
    /// Its pages.
    pub pages: i64,
    /// The hash of the words.
    pub content_hash: Sha256,
    /// The letter type's version.
    pub type_version: String,
    /// The hash of the letter type: its own files, the house and the programs. Absent before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub type_hash: Option<Sha256>,
    /// The hash of all letter templates.
    pub catalogue_hash: Sha256,
    /// The hash of the fonts.
    pub fonts_hash: Sha256,
    /// The typst version.
    pub typst_version: String,
    /// The hash of what is kept with it: its source, its covering mail, its words for a screen reader. Absent before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<Sha256>,
    /// The words that it was made of, each under its version. Absent before they were kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wordings: Vec<Wording>,
    /// The times that it gave its reader. Absent before they were kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<Times>,
    /// Dollars that it asks for, or else is about. Absent where it is about no money, and before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    /// How it goes, and in which languages it is written, by the newest word at the time. Absent before that was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// The languages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<PreferredLanguage>,
    /// What the verdict rests on.
    #[serde(default, alias = "ground", skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
}

/// A letter that was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recalled {
    /// The issuance's number.
    pub number: i64,
    /// Why.
    pub reasons: Vec<Fault>,
}

/// A letter that has left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// How.
    pub channel: Channel,
    /// The issuance's number.
    pub number: i64,
    /// The print run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// Its piece in the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub piece: Option<i64>,
    /// The e-mail's Message-ID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
}

/// A delivery that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// The issuance's number.
    pub number: i64,
    /// Why.
    pub problem: String,
    /// How often it was tried.
    pub attempts: i64,
}

/// An entry as it stands in a case file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FiledEntry {
    /// Its place in the order of all entries.
    pub sequence: i64,
    /// The case.
    pub case: CaseRef,
    /// When.
    pub at: Stamp,
    /// Who did it; absent in entries of before actors were recorded.
    pub actor: Option<Actor>,
    /// The letter that it concerns.
    pub letter: Option<LetterId>,
    /// What it says.
    #[serde(flatten)]
    pub entry: Entry,
}

impl FiledEntry {
    /// What it says, without what belongs to it.
    pub fn kind(&self) -> EntryKind {
        EntryKind::from(&self.entry)
    }

    /// What belongs to it, as the API shows it.
    pub fn detail(&self) -> Value {
        serde_json::json!(self.entry)["detail"].take()
    }
}
