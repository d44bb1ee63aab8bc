//! Names of letter.toml that the rules have: guards with what they read, follow-ups, and the facts that tell letters apart.

use crate::case::Fault;
use crate::letter::LetterType;
use crate::rules::{ProposalKind, guard, guards};

/// Names that nothing has, and guards that read what the facts need not have. `properties` are the facts by name, each with whether
/// it is required.
pub(super) fn unknown_names(letter: &LetterType, properties: &[(String, bool)], place: &str) -> Vec<Fault> {
    let (rules, called_by) = (&letter.description.rules, &letter.description.called_by);
    let required = |name: &str| properties.iter().any(|(property, required)| *required && property == name);
    let mut faults = Vec::new();
    let unknown = rules.guards.iter().filter(|name| guard(name).is_none());
    faults.extend(unknown.map(|name| unknown_guard(name, place.to_owned())));
    for guard in rules.guards.iter().filter_map(|name| guard(name)) {
        let lacking = guard.reads.iter().filter(|name| !required(name));
        faults.extend(lacking.map(|name| guard_reads(guard.key, name, &letter.schema.shown, place.to_owned())));
    }
    let strange = called_by.follow_ups.iter().filter(|name| !ProposalKind::names().contains(&name.as_str()));
    faults.extend(strange.map(|name| unknown_follow_up(name, place.to_owned())));
    let apart = rules.told_apart_by.iter().filter(|name| !required(name));
    faults.extend(apart.map(|name| not_required(name, &letter.schema.shown, place.to_owned())));
    faults
}

pub(super) fn unknown_guard(guard: &str, place: String) -> Fault {
    let known = guards().map(|guard| guard.key).collect::<Vec<_>>().join(", ");
    Fault::new(
        "guard-unknown",
        place,
        format!("“{guard}” is not a guard. Known are: {known}."),
        format!("« {guard} » n’est pas une garde. Sont connues : {known}."),
    )
}

fn guard_reads(guard: &str, name: &str, schema: &str, place: String) -> Fault {
    Fault::new(
        "guard-fact-not-required",
        place,
        format!(
            "The guard “{guard}” reads “{name}”, which {schema} does not require. Add it to “requires” under [called_by], or take the guard out."
        ),
        format!(
            "La garde « {guard} » lit « {name} », que {schema} n’exige pas. Ajoutez-le à « requires » sous [called_by] ou retirez la garde."
        ),
    )
}

fn unknown_follow_up(name: &str, place: String) -> Fault {
    let known = ProposalKind::names().join(", ");
    Fault::new(
        "follow-up-unknown",
        place,
        format!("“{name}” is not a follow-up. Known are: {known}."),
        format!("« {name} » n’est pas un suivi. Sont connus : {known}."),
    )
}

fn not_required(name: &str, schema: &str, place: String) -> Fault {
    Fault::new(
        "told-apart-by-unknown",
        place,
        format!(
            "Letters are told apart by “{name}”, which {schema} does not require. Name a fact that each of them has."
        ),
        format!(
            "Les lettres se distinguent par « {name} », que {schema} n’exige pas. Nommez un fait que chacune possède."
        ),
    )
}
