//! The guards: each a rule that may stop a letter.

mod course;
mod debt;
mod person;

use super::Question;
use crate::case::{Fault, Text};

/// A rule that may stop a letter.
pub struct Guard {
    /// Its stable name, as `letter.toml` lists it.
    pub key: &'static str,
    /// Its number in the unit's list of blocking rules.
    pub rule: &'static str,
    /// What becomes of a letter that it finds something against.
    pub effect: Effect,
    /// The law or policy it rests on, in English and French.
    pub basis: (&'static str, &'static str),
    /// What it says to the officer, in English and French.
    pub says: (&'static str, &'static str),
    /// What it finds against the letter: particulars, which may be empty; nothing where the letter may pass.
    finds: fn(&Question<'_>) -> Option<Text>,
}

/// What becomes of a letter that a guard finds something against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It is held until the ground ends. Nobody can lift it.
    Hold,
    /// It is held until the ground ends, or until a manager lets it pass, with a reason.
    HoldUnlessOverridden,
    /// Its own ground is gone: it ends, and comes back only if the ground does.
    End,
    /// Somebody with the authority must approve it, and is shown why.
    Review,
}

/// A guard's finding against a letter.
pub struct Finding {
    /// What becomes of the letter.
    pub effect: Effect,
    /// The guard's key, the rule's number, and the explanation for the officer.
    pub reason: Fault,
}

/// All guards.
pub fn guards() -> impl Iterator<Item = &'static Guard> {
    person::GUARDS.iter().chain(&course::GUARDS).chain(&debt::GUARDS)
}

/// The guard of a name.
pub fn guard(key: &str) -> Option<&'static Guard> {
    guards().find(|guard| guard.key == key)
}

/// Whether one of the named guards looks at the person's other cases.
pub fn look_across_cases(names: &[String]) -> bool {
    names.iter().any(|name| ["refund-reviewed", "all-undertakings-settled"].contains(&name.as_str()))
}

/// What the named guards find against a letter; a name that no guard has is a finding too.
pub fn findings(names: &[String], question: &Question<'_>) -> Vec<Finding> {
    names.iter().filter_map(|name| finding(name, question)).collect()
}

fn finding(name: &str, question: &Question<'_>) -> Option<Finding> {
    let Some(guard) = guard(name) else {
        let (en, fr) = (
            "The letter type names a guard that does not exist.",
            "Le type de lettre nomme une garde qui n’existe pas.",
        );
        return Some(Finding { effect: Effect::Hold, reason: Fault::new(name, "letter.toml", en, fr) });
    };
    (guard.finds)(question).map(|particulars| {
        let sentence = |says: &str, particulars: &str, basis: &str| {
            let parts = [says, particulars].into_iter().filter(|part| !part.is_empty());
            format!("{} ({basis})", parts.collect::<Vec<_>>().join(" "))
        };
        let en = sentence(guard.says.0, &particulars.en, guard.basis.0);
        let fr = sentence(guard.says.1, &particulars.fr, guard.basis.1);
        Finding { effect: guard.effect, reason: Fault::new(guard.key, guard.rule, en, fr) }
    })
}
