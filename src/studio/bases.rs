//! What the rules of a program rest on: checked where it is written.

use super::names::unknown_guard;
use crate::case::Fault;
use crate::letter::Program;
use crate::rules::{guard, guards};

/// What is wrong with the bases of a program: names that no guard has, and guards that rest on the program's law and have none.
pub(super) fn check_bases(program: &Program) -> Vec<Fault> {
    let place = format!("_programs/{}.toml", program.key);
    let strange = program.bases.keys().filter(|name| guard(name).is_none());
    let mut faults: Vec<Fault> = strange.map(|name| unknown_guard(name, format!("{place} [bases]"))).collect();
    let lacking = guards().filter(|guard| guard.basis.is_none() && !program.bases.contains_key(guard.key));
    faults.extend(lacking.map(|guard| basis_missing(guard.key, &place)));
    faults
}

fn basis_missing(guard: &str, place: &str) -> Fault {
    Fault::new(
        "basis-missing",
        place,
        format!(
            "What the rule “{guard}” rests on differs from program to program. Say it under [bases.{guard}], in both languages."
        ),
        format!(
            "Ce sur quoi repose la règle « {guard} » diffère d’un programme à l’autre. Dites-le sous [bases.{guard}], dans les deux langues."
        ),
    )
}
