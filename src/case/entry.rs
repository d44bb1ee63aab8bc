//! Entries of the case file: what was done, in order.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What an entry of the case file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EntryKind {
    /// A case event was taken.
    EventTaken,
    /// A letter was stopped by rules or arithmetic; the detail has the reasons.
    LetterHeld,
    /// A letter waits for approval; the detail has the hash of what is to be approved.
    ApprovalAwaited,
    /// A letter was approved; the detail says by whom.
    LetterApproved,
    /// A letter could not be made; the detail has the faults.
    LetterRefused,
    /// A letter's own ground is gone; the detail has the reasons.
    LetterEnded,
    /// Somebody of the unit took a letter out before it left; the detail says who and why.
    LetterWithdrawn,
    /// A manager let a letter pass a rule; the detail says who, why, and on what ground.
    LetterOverridden,
    /// An issued letter was looked at again before it left, because its case had changed, and may go.
    LetterCleared,
    /// Recto noticed that something is due; the detail has what and since when.
    FollowUpProposed,
    /// A follow-up was accepted, declined, or lapsed because its ground is gone.
    FollowUpDecided,
    /// A letter was typeset, archived and registered; the detail has hash, pages and date.
    LetterIssued,
    /// A letter missed its mailing date, or its case changed, and will be set again.
    LetterRecalled,
    /// A letter was handed to the post; the detail has the run or the Message-ID.
    LetterSent,
    /// A letter could not be delivered; the detail has the reason.
    DeliveryFailed,
}

impl EntryKind {
    const ALL: [EntryKind; 15] = [
        EntryKind::EventTaken,
        EntryKind::LetterHeld,
        EntryKind::ApprovalAwaited,
        EntryKind::LetterApproved,
        EntryKind::LetterRefused,
        EntryKind::LetterEnded,
        EntryKind::LetterWithdrawn,
        EntryKind::LetterOverridden,
        EntryKind::LetterCleared,
        EntryKind::FollowUpProposed,
        EntryKind::FollowUpDecided,
        EntryKind::LetterIssued,
        EntryKind::LetterRecalled,
        EntryKind::LetterSent,
        EntryKind::DeliveryFailed,
    ];

    /// The kind as the register writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            EntryKind::EventTaken => "event-taken",
            EntryKind::LetterHeld => "letter-held",
            EntryKind::ApprovalAwaited => "approval-awaited",
            EntryKind::LetterApproved => "letter-approved",
            EntryKind::LetterRefused => "letter-refused",
            EntryKind::LetterEnded => "letter-ended",
            EntryKind::LetterWithdrawn => "letter-withdrawn",
            EntryKind::LetterOverridden => "letter-overridden",
            EntryKind::LetterCleared => "letter-cleared",
            EntryKind::FollowUpProposed => "follow-up-proposed",
            EntryKind::FollowUpDecided => "follow-up-decided",
            EntryKind::LetterIssued => "letter-issued",
            EntryKind::LetterRecalled => "letter-recalled",
            EntryKind::LetterSent => "letter-sent",
            EntryKind::DeliveryFailed => "delivery-failed",
        }
    }

    /// Reads the kind as the register writes it.
    pub fn parse(text: &str) -> Option<EntryKind> {
        EntryKind::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// One entry of a case file, in the order in which things were done.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Entry {
    /// Its place in the order of all entries.
    pub sequence: i64,
    /// When, in UTC.
    pub at: String,
    /// What was done.
    pub kind: EntryKind,
    /// The letter that it concerns.
    pub letter: Option<String>,
    /// What belongs to it: reasons, hash, run, Message-ID.
    pub detail: Value,
}
