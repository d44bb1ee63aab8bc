//! Names that letter types and programs' policies have of each other: all must be known, and all parameters used.

use std::collections::{BTreeMap, BTreeSet};

use super::catalogue::Catalogue;
use super::kind::LetterType;
use super::program::Program;
use super::read::hint_among;
use crate::case::policy::Delegation;
use crate::case::{Fault, Language, Policy, Text};

/// Letter types and programs by key.
type Types = BTreeMap<String, LetterType>;
type Programs = BTreeMap<String, Program>;

/// Names that nothing has: the days and the minimum of a letter type in any policy of a program that can call for it, the letter
/// types of a delegation, of `automatic` and of `conflicts`, and the programs of `called_by`.
pub(super) fn unknown_names(types: &Types, programs: &Programs) -> Vec<Fault> {
    let mut faults: Vec<Fault> = types.values().flat_map(|letter| unknown_in_type(letter, types, programs)).collect();
    for program in programs.values() {
        let shown = format!("_programs/{}.toml", program.key);
        for policy in &program.policy {
            let delegated = policy.delegation.iter().flat_map(|line| &line.letters);
            let named = delegated.filter(|name| *name != Delegation::ALL).chain(&policy.automatic);
            faults.extend(named.filter_map(|name| unknown_type(name, types, &shown)));
            let barred =
                |name: &&String| types.get(*name).is_some_and(|letter| !letter.description.rules.may_go_by_itself);
            faults.extend(policy.automatic.iter().filter(barred).map(|name| not_by_itself(name, types, &shown)));
        }
    }
    faults
}

fn unknown_in_type(letter: &LetterType, types: &Types, programs: &Programs) -> Vec<Fault> {
    let (description, shown) = (&letter.description, format!("{}/letter.toml", letter.key));
    let by = &description.called_by.programs;
    let mut faults: Vec<Fault> =
        description.rules.conflicts.iter().filter_map(|name| unknown_type(name, types, &shown)).collect();
    let strange = by.iter().filter(|name| !programs.contains_key(*name));
    faults.extend(strange.map(|name| unknown_program(name, programs, &shown)));
    let calling = programs.values().filter(|program| by.is_empty() || by.contains(&program.key));
    for (program, policy) in calling.flat_map(|program| program.policy.iter().map(move |policy| (program, policy))) {
        for (name, deadline) in description.deadlines.iter().filter(|(_, one)| policy.days(&one.days).is_none()) {
            let known = days_known(policy);
            faults.push(unknown_parameter(
                &deadline.days,
                &known,
                program,
                policy,
                letter.place(&format!("/deadlines/{name}/days")),
            ));
        }
        let minimum = &description.rules.minimum;
        if policy.amount(minimum).is_none() {
            let known = policy.amounts().map(|(name, _)| name.to_owned());
            faults.push(unknown_parameter(minimum, &known, program, policy, letter.place("/rules/minimum")));
        }
    }
    faults
}

/// Parameters of `[policy.deadlines]` and `[policy.words]` that no deadline and no template uses: policy that looks alive and is
/// dead.
pub fn unused_parameters(catalogue: &Catalogue) -> Vec<Fault> {
    let types = || catalogue.types.values();
    let mut used: BTreeSet<String> =
        types().flat_map(|letter| letter.description.deadlines.values()).map(|one| one.days.clone()).collect();
    for language in Language::BOTH {
        let writer = catalogue.writer(language);
        let house = types().next().map(|letter| writer.names_in_house(&letter.key));
        let bodies = types().flat_map(|letter| writer.names_in_body(&letter.key));
        let names = bodies.chain(house.into_iter().flatten()).chain(writer.names_in_email());
        used.extend(names.filter_map(|name| Some(name.strip_prefix("policy.")?.to_owned())));
    }
    let of = |program: &Program| {
        let named = program.policy.iter().flat_map(|policy| policy.deadlines.keys().chain(policy.words.keys()));
        let dead: BTreeSet<&String> = named.filter(|name| !used.contains(*name)).collect();
        dead.into_iter().map(|name| never_read(name, &program.key)).collect::<Vec<_>>()
    };
    catalogue.programs.values().flat_map(of).collect()
}

fn days_known(policy: &Policy) -> Vec<String> {
    policy.view().into_iter().map(|(name, _)| name).filter(|name| policy.days(name).is_some()).collect()
}

fn unknown_type(name: &str, types: &Types, shown: &str) -> Option<Fault> {
    if types.contains_key(name) {
        return None;
    }
    let Text { en, fr } = hint_among(name, types.keys().map(String::as_str));
    Some(Fault::new(
        "letter-type-unknown",
        shown,
        format!("“{name}” is not a letter type. {en}"),
        format!("« {name} » n’est pas un type de lettre. {fr}"),
    ))
}

/// A name that is no program's.
pub(super) fn unknown_program(name: &str, programs: &Programs, shown: &str) -> Fault {
    let Text { en, fr } = hint_among(name, programs.keys().map(String::as_str));
    Fault::new(
        "program-unknown",
        shown,
        format!("“{name}” is not a program. {en}"),
        format!("« {name} » n’est pas un programme. {fr}"),
    )
}

fn unknown_parameter(name: &str, known: &[String], program: &Program, policy: &Policy, place: String) -> Fault {
    let Text { en, fr } = hint_among(name, known.iter().map(String::as_str));
    let (key, from) = (&program.key, policy.effective);
    Fault::new(
        "policy-parameter-unknown",
        place,
        format!("“{name}” is no such parameter of the policy of {key} from {from}. {en}"),
        format!("« {name} » n’est pas un tel paramètre de la politique de {key} du {from}. {fr}"),
    )
}

fn not_by_itself(letter: &str, types: &Types, shown: &str) -> Fault {
    let known = types.values().filter(|one| one.description.rules.may_go_by_itself).map(|one| one.key.as_str());
    let known = known.collect::<Vec<_>>().join(", ");
    Fault::new(
        "follow-up-not-automatic",
        shown,
        format!("“{letter}” cannot be automatic: an officer decides. These may be: {known}."),
        format!("« {letter} » ne peut être automatique : une personne décide. Peuvent l’être : {known}."),
    )
}

fn never_read(name: &str, program: &str) -> Fault {
    Fault::new(
        "policy-never-read",
        format!("_programs/{program}.toml"),
        format!("No deadline and no template reads “{name}”. Take it out, or use it."),
        format!("Aucune échéance ni aucun gabarit ne lit « {name} ». Retirez-le ou employez-le."),
    )
}
