//! The guards: each a rule that may stop a letter.

mod course;
mod course_ground;
mod debt;
mod debt_ground;
mod paid;
mod person;
mod plan;
mod remedies;

use chrono::{Days, NaiveDate};

use super::Question;
use super::found::{Answer, Detail, Found, Note, Unread, reason, with_values};
use crate::case::{Both, Fault, Language, Policy, Text};

/// A rule that may stop a letter.
pub struct Guard {
    /// Its stable name, as `letter.toml` lists it.
    pub key: &'static str,
    /// Its number in the unit's list of blocking rules.
    pub rule: &'static str,
    /// What becomes of a letter that it finds something against.
    pub effect: Effect,
    /// The law or policy it rests on; none where that differs from program to program, so that each program's file says it under
    /// `[bases]`. A value of the policy stands by its name in braces.
    pub basis: Option<Both>,
    /// What it says to the officer.
    pub says: Both,
    /// The letter's facts without which it cannot answer. The schema of a letter type that names it must require them; one that cannot
    /// be read stops the letter.
    pub reads: &'static [&'static str],
    /// Facts that it reads where the letter has them: not every type that names it states a balance, or which debt it is about.
    pub reads_if_there: &'static [&'static str],
    /// What it reads besides the case and the letter.
    pub needs: Needs,
    /// What it finds against the letter.
    finds: fn(&Question<'_>) -> Answer,
}

impl Guard {
    /// What would change what it finds; none where its own words say so.
    pub fn remedy(&self) -> Option<Both> {
        remedies::REMEDIES.iter().find(|(key, _)| *key == self.key).map(|(_, remedy)| *remedy)
    }

    /// What it rests on in the program of a policy, with the policy's values.
    pub fn basis_in(&self, policy: &Policy) -> Text {
        let everywhere = || self.basis.map(|basis| Text::new(basis.en, basis.fr));
        // A program without one that it must have is refused when it is read.
        let own = policy.bases.get(self.key).cloned().or_else(everywhere);
        let own = own.unwrap_or_else(|| Text::new(self.rule, self.rule));
        let [en, fr] = Language::BOTH.map(|language| with_values(own.get(language), policy, language));
        Text::new(en, fr)
    }
}

/// What becomes of a letter that a guard finds something against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It is held until the cause ends. Nobody can lift it.
    Hold,
    /// It is held until the cause ends, or until a manager lets it pass, with a reason.
    HoldUnlessOverridden,
    /// Its own cause is gone: it ends, and comes back only if the cause does.
    End,
    /// Somebody with the authority must approve it, and is shown why.
    Review,
    /// Nothing on file bears it: it is held until that comes, and nobody is called on to send it.
    Ground,
}

/// What a guard reads besides the case's events and the letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing.
    Nothing,
    /// What the person owes in other cases.
    OtherCases,
    /// The case's other letters: where one of them is stopped, a letter that it stood in the way of is worked again.
    OtherLetters,
}

/// A guard's finding against a letter.
pub struct Finding {
    /// What becomes of the letter.
    pub effect: Effect,
    /// What was found, as the case file keeps it.
    pub found: Found,
    /// The guard's key, the rule's number, and the explanation for the officer.
    pub reason: Fault,
}

/// All guards.
pub fn guards() -> impl Iterator<Item = &'static Guard> {
    debt_ground::GUARDS
        .iter()
        .chain(&course_ground::GUARDS)
        .chain(&person::GUARDS)
        .chain(&course::GUARDS)
        .chain(&plan::GUARDS)
        .chain(&debt::GUARDS)
}

/// The guard of a name.
pub fn guard(key: &str) -> Option<&'static Guard> {
    guards().find(|guard| guard.key == key)
}

/// Days ahead within which it is looked for the day on which something no longer speaks against a letter, as a power of two.
const AHEAD: u32 = 9;

/// The first day on which a guard, which finds something against a letter today, finds nothing more if nothing happens until then; none
/// where time alone does not help.
pub fn over_on(name: &str, question: &Question<'_>) -> Option<NaiveDate> {
    let guard = guard(name)?;
    let passes = |days: u64| matches!((guard.finds)(&question.on(question.date + Days::new(days))), Ok(None));
    let (mut stops, mut over) = (0, 1 << AHEAD);
    if !passes(over) {
        return None;
    }
    while over - stops > 1 {
        let middle = (stops + over) / 2;
        if passes(middle) { over = middle } else { stops = middle }
    }
    Some(question.date + Days::new(over))
}

/// Whether one of the named guards reads the person's other cases.
pub fn reads_other_cases(names: &[String]) -> bool {
    names.iter().any(|name| guard(name).is_some_and(|guard| guard.needs == Needs::OtherCases))
}

/// Whether the guard of a name reads the case's other letters, so that what it found may be gone when one of them is stopped.
pub fn reads_other_letters(name: &str) -> bool {
    guard(name).is_some_and(|guard| guard.needs == Needs::OtherLetters)
}

/// What the named guards find against a letter; a name that no guard has is a finding too, and so is an event that cannot be read.
pub fn findings(names: &[String], question: &Question<'_>) -> Vec<Finding> {
    let unread = question.standing.unread.iter().map(|event| unread_event(event));
    unread.chain(names.iter().filter_map(|name| finding(name, question))).collect()
}

fn finding(name: &str, question: &Question<'_>) -> Option<Finding> {
    let Some(guard) = guard(name) else { return Some(unknown(name)) };
    let (effect, says, notes) = match (guard.finds)(question) {
        Ok(None) | Err(Unread::NothingAsked) => return None,
        Ok(Some(notes)) => (guard.effect, guard.says, notes),
        // Whatever the guard would have done: what cannot be read is nothing to go by.
        Err(Unread::Fact(name)) => (Effect::Hold, UNREAD, vec![unread_fact(name)]),
    };
    let basis = Language::BOTH.map(|language| guard.basis_in(question.policy).get(language).to_owned());
    let found = Found { guard: guard.key.to_owned(), particulars: notes.iter().map(Note::particular).collect() };
    Some(Finding { effect, found, reason: reason(guard.key, guard.rule, says, &notes, basis) })
}

/// What is said where a guard cannot answer.
const UNREAD: Both = Both {
    en: "Whether this rule allows the letter cannot be told from its facts.",
    fr: "Les faits de la lettre ne permettent pas de dire si cette règle l’autorise.",
};

fn unread_fact(name: &str) -> Note {
    let details = [Detail::Fact(name.to_owned())];
    Note::new(
        "unread",
        details,
        "“{0}” is missing or cannot be read; send the event again with it",
        "« {0} » manque ou ne peut être lu; renvoyez l’événement avec ce fait",
    )
}

fn unknown(name: &str) -> Finding {
    let (en, fr) = (
        "The letter type names a guard that does not exist. Correct its letter.toml.",
        "Le type de lettre nomme une garde qui n’existe pas. Corrigez son letter.toml.",
    );
    let found = Found { guard: name.to_owned(), particulars: Vec::new() };
    Finding { effect: Effect::Hold, found, reason: Fault::new(name, "letter.toml", en, fr) }
}

fn unread_event(event: &str) -> Finding {
    let (key, place) = ("event-unread", format!("event {event}"));
    let reason = Fault::new(
        key,
        place,
        format!(
            "The facts of the event {event} of this person are not as its type has them. Correct it with a new event."
        ),
        format!(
            "Les faits de l’événement {event} de cette personne ne sont pas conformes à son type. Corrigez-le par un nouvel événement."
        ),
    );
    Finding { effect: Effect::Hold, found: Found { guard: key.to_owned(), particulars: Vec::new() }, reason }
}
