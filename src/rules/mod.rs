//! May this letter go, to this party, today? Pure functions of the case's standing, the facts and the policy.
//!
//! A letter type names the [`guards`] that it needs. Each guard that finds something against the letter gives a reason: its
//! key, the rule's number in the unit's list of blocking rules (B1 …), and an explanation for the officer in both languages.
//! Guards run at draft and again at release, because facts change in between.
//!
//! Some rules need no guard, because nothing else can happen: the approver is never the preparer (B15, the desk), a letter in a
//! language that is not known is written in both (B10), a changed address changes the words and so voids the approval (B11),
//! and the rendered page itself is read for what must not stand on it (B18, B23: [`last_look`]).

mod follow_up;
mod found;
mod guards;
mod last_look;
mod people;
mod question;
mod standing;

use serde_json::Value;

use crate::case::letter::sha256_hex;
pub use follow_up::{LetterProposal, Proposal, ProposalKind, follow_ups, grounds};
pub use found::{Detail, Found, Particular};
pub use guards::{
    Effect, Finding, Guard, Needs, findings, guard, guards, over_on, reads_other_cases, reads_other_letters,
};
pub use last_look::{Known, last_look};
pub use people::{About, Answer, Doubt, Fate, IDENTIFIED, Name, People, WhoIsIt};
pub use question::{Asked, OtherCase, Question};
pub use standing::{
    BalanceStep, Debt, DebtState, Dispute, Figures, Filing, Flag, Ground, Insolvency, Listed, Missed, Movement,
    MovementKind, Offer, Outcome, Owed, Person, Plan, PlanRow, Proposed, Reach, Representative, RowState, SentLetter,
    Standing, StepKind, Terms, Word, WorkedOut, is_same_mailbox, is_same_place,
};
pub use standing::{ByOtherMeans, DisputeKind};

/// The hash of a letter's facts, by which a letter is told from another of its type: of those that it is told apart by, or of all
/// where none is named.
pub fn facts_hash(facts: &Value, told_apart_by: &[String]) -> String {
    let named = told_apart_by.iter().map(|name| (name.clone(), facts[name].clone()));
    let all = if told_apart_by.is_empty() { facts.clone() } else { Value::Object(named.collect()) };
    sha256_hex(crate::case::event::sorted(&all).to_string().as_bytes())
}
