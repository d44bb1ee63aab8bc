//! May this letter go, to this party, today? Pure functions of the case's standing, the facts and the policy.
//!
//! A letter type names the [`GUARDS`] that it needs. Each guard that stops it gives a reason: its key, the rule's number in
//! the unit's list of blocking rules (B1 …), and an explanation for the officer in both languages. Guards run at draft and
//! again at release, because facts change in between.

mod guards;
mod standing;

pub use guards::{GUARDS, Guard, Question, reasons};
pub use standing::Standing;
