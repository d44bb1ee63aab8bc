//! What a row leaves to be understood: taken from the register, or, of somebody new, from what the row says.

use serde_json::{Value, json};

use super::place::Places;
use super::whose::Known;
use crate::case::Fault;
use crate::merge::{self, MergeRow};

/// The answer by which the sheet's word on how somebody is reached counts.
pub(super) const SHEET: &str = "sheet";
/// The answer by which the register's does.
pub(super) const REGISTER: &str = "register";
/// What is said of how somebody is reached.
const REACHED: [&str; 3] = ["language", "channel", "format"];

/// A case reference as it is written on letters: capitals, plain hyphens, no blanks.
pub(super) fn reference(text: &str) -> String {
    let hyphen = |c: char| if matches!(c, '‐' | '‑' | '–' | '—' | '\u{2212}') { '-' } else { c };
    text.chars().filter(|c| !c.is_whitespace()).map(hyphen).collect::<String>().to_uppercase()
}

pub(super) fn place_key(address: &crate::case::address::Address) -> String {
    crate::case::address::folded(&address.block("").join(" "))
}

/// Takes from the register what the row does not tell of case and person. Gives what the row says otherwise of how the person is reached.
pub(super) fn complete(data: &mut Value, known: &Known, answer: Option<&str>) -> Vec<&'static str> {
    let mut reached = Vec::new();
    let told = data["party"].take();
    let mut party = known.data["party"].clone();
    for name in REACHED {
        let differs = !told[name].is_null() && !party[name].is_null() && told[name] != party[name];
        if differs {
            reached.push(name);
        }
        if !told[name].is_null() && (party[name].is_null() || differs && answer == Some(SHEET)) {
            party[name] = told[name].clone();
        }
    }
    // What the register does not have yet is told by the row; names and places that agree stand as the register has them.
    for name in ["address", "email", "title", "organization", "role"] {
        let has_none = party[name].is_null();
        if has_none && !told[name].is_null() {
            party[name] = told[name].clone();
        }
    }
    if party["address"].is_null()
        && let Some(address) = &known.address
    {
        party["address"] = json!(address);
    }
    if party["email"].is_null()
        && let Some(email) = &known.email
    {
        party["email"] = json!(email);
    }
    if let Some(party) = party.as_object_mut() {
        party.retain(|_, value| !value.is_null());
    }
    data["party"] = party;
    let told = data["case"].take();
    let mut case = known.data["case"].clone();
    for (name, value) in told.as_object().into_iter().flatten() {
        case[name] = value.clone();
    }
    data["case"] = case;
    reached
}

/// What a row of a new case leaves to be understood.
pub(super) fn complete_new(data: &mut Value, row: &MergeRow, places: &Places<'_>) -> Option<Fault> {
    let party = &mut data["party"];
    if party["channel"].is_null() && party["address"].is_object() {
        party["channel"] = json!("print");
    }
    let name = row.full_name.as_ref().filter(|_| party["surname"].is_null())?;
    match name.split_once(',') {
        Some((surname, given)) if !surname.trim().is_empty() && !given.trim().is_empty() => {
            party["surname"] = json!(surname.trim());
            party["given_name"] = json!(given.trim());
            None
        }
        _ => Some(Fault::new(
            "name-in-one-cell",
            places.cell(merge::FULL_NAME, row.number),
            format!(
                "“{name}” does not tell which is the surname, and the register does not know this person yet. Write it as “Surname, Given name”, or in two columns."
            ),
            format!(
                "« {name} » ne dit pas quel est le nom de famille, et le registre ne connaît pas encore cette personne. Écrivez « Nom, Prénom », ou utilisez deux colonnes."
            ),
        )),
    }
}
