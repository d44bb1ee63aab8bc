//! Whose a row is: its reference, number, name, address and e-mail are held against the register, and what the register knows of the
//! person is taken from there.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::case::address::{Address, folded};
use crate::case::{CaseEvent, PersonId, Text};
use crate::desk::CaseRead;
use crate::desk::case_context::as_it_stands;
use crate::rules::{Name, People, Reach, Standing, is_same_mailbox, is_same_place};

/// What the register knows of the person of a row.
pub(in crate::desk) struct Known {
    pub person: PersonId,
    pub standing: Standing,
    /// `{case, party}` as they stand today.
    pub data: Value,
    /// The address as it is printed, and the mailbox.
    pub address: Option<Address>,
    pub email: Option<String>,
}

/// A part of a row that is not what the register has, by its path: what is said of it.
pub(super) struct Differs {
    pub path: &'static str,
    pub says: Text,
}

/// Whom a row names.
pub(super) enum Whose {
    /// Somebody whom the case knows.
    Known(Box<Known>),
    /// Nobody is known in the case.
    NoCase,
    /// It cannot be told.
    Unclear(Differs),
}

/// A name in a row, from its cells.
pub(super) fn name_of(party: &Value, full_name: Option<&str>) -> Option<Name> {
    let has_parts = party["surname"].is_string() || party["given_name"].is_string();
    match (has_parts, full_name) {
        (true, _) => Some(Name::of(party)),
        (false, Some(name)) => Some(Name::whole(name)),
        (false, None) => None,
    }
}

/// The person whom a row names in a case.
pub(super) fn whose(case: &CaseRead, people: &People<'_>, party: &Value, name: Option<&Name>) -> Whose {
    let known = people.known();
    let newest: Vec<(&PersonId, &CaseEvent)> =
        known.iter().filter_map(|one| Some((one, people.newest(one)?))).collect();
    if newest.is_empty() {
        return Whose::NoCase;
    }
    if let Some(number) = party["id"].as_str() {
        return match newest.iter().find(|(id, _)| id.as_str().eq_ignore_ascii_case(number)) {
            Some((id, event)) => Whose::Known(Box::new(Known::of(case, people, id, event))),
            None => Whose::Unclear(Differs {
                path: "party.id",
                says: Text::new(
                    format!("the case has no party “{number}”. It has {}.", listed(&newest)),
                    format!("le dossier n’a pas de partie « {number} ». Il a {}.", listed(&newest)),
                ),
            }),
        };
    }
    if let [(id, event)] = newest.as_slice() {
        return Whose::Known(Box::new(Known::of(case, people, id, event)));
    }
    let named: Vec<_> = newest
        .iter()
        .filter(|(_, event)| name.is_some_and(|name| name.contains(&Name::of(&event.data["party"]))))
        .collect();
    match named.as_slice() {
        [(id, event)] => Whose::Known(Box::new(Known::of(case, people, id, event))),
        _ => Whose::Unclear(Differs {
            path: "case.reference",
            says: Text::new(
                format!(
                    "the case has several people, and the row does not tell whom it means: {}. Add a column with the party number, or write the whole name.",
                    listed(&newest)
                ),
                format!(
                    "le dossier a plusieurs personnes, et la ligne ne dit pas laquelle : {}. Ajoutez une colonne avec le numéro de la partie, ou écrivez le nom entier.",
                    listed(&newest)
                ),
            ),
        }),
    }
}

fn listed(people: &[(&PersonId, &CaseEvent)]) -> String {
    let one = |(id, event): &(&PersonId, &CaseEvent)| {
        format!("{id} ({})", crate::case::party::full_name_in(&event.data["party"]))
    };
    people.iter().map(one).collect::<Vec<_>>().join(", ")
}

impl Known {
    /// What the register knows of a person of a case, by the person's newest event.
    pub(in crate::desk) fn of(case: &CaseRead, people: &People<'_>, person: &PersonId, newest: &CaseEvent) -> Known {
        let standing = people.standing(person, &case.letters);
        let mut alone = newest.clone();
        if let Some(data) = alone.data.as_object_mut() {
            data.shift_remove("addressee");
        }
        let mut data = as_it_stands(&alone, &standing, &Reach::default());
        if let Some(data) = data.as_object_mut() {
            data.shift_remove("facts");
        }
        let reach = &standing.person.reach;
        let address = reach.address.as_ref().map(|word| word.is.clone());
        let email = reach.email.as_ref().map(|word| word.is.clone());
        Known { person: person.clone(), data, address, email, standing }
    }

    /// What of a row is not this person's by the register.
    pub(super) fn differs(&self, party: &Value, name: Option<&Name>) -> Vec<Differs> {
        let mut found = Vec::new();
        let own = crate::case::party::full_name_in(&self.data["party"]);
        if let Some(name) =
            name.filter(|name| !name.contains(&Name::of(&self.data["party"])) && !name.contains(&Name::whole(&own)))
        {
            let shown = &name.shown;
            found.push(Differs {
                path: "party.surname",
                says: Text::new(
                    format!("the row names {shown}, but the case is that of {own}. See whether one column was sorted without the others."),
                    format!("la ligne nomme {shown}, mais le dossier est celui de {own}. Vérifiez si une colonne a été triée sans les autres."),
                ),
            });
        }
        if let (Some(told), Some(known)) = (told_address(party), &self.address)
            && !is_same(&told, known)
        {
            let block = known.block("").join(", ");
            let block = block.trim_start_matches([',', ' ']);
            found.push(Differs {
                path: "party.address",
                says: Text::new(
                    format!("{own} has another address by the register: {block}. See whether one column was sorted without the others; if the address is new, record the change of address first."),
                    format!("selon le registre, {own} a une autre adresse : {block}. Vérifiez si une colonne a été triée sans les autres; si l’adresse est nouvelle, inscrivez d’abord le changement d’adresse."),
                ),
            });
        }
        if let (Some(told), Some(known)) = (party["email"].as_str(), &self.email)
            && !is_same_mailbox(told.trim(), known)
        {
            found.push(Differs {
                path: "party.email",
                says: Text::new(
                    format!("{own} has another e-mail address by the register: {known}. See whether one column was sorted without the others; if the address is new, record it first."),
                    format!("selon le registre, {own} a une autre adresse électronique : {known}. Vérifiez si une colonne a été triée sans les autres; si l’adresse est nouvelle, inscrivez-la d’abord."),
                ),
            });
        }
        found
    }
}

/// The address of a row, as far as it tells one.
pub(super) fn told_address(party: &Value) -> Option<Address> {
    let told = party.get("address").filter(|told| told.as_object().is_some_and(|parts| !parts.is_empty()))?;
    let mut told = told.clone();
    if told.get("lines").is_none() {
        told["lines"] = json!([]);
    }
    Address::deserialize(&told).ok()
}

/// Whether what a row tells of an address is so of another one: all of it, or the parts that it has.
fn is_same(told: &Address, known: &Address) -> bool {
    let closed = |text: &str| folded(text).replace(' ', "");
    let part = |told: &str, known: &str| told.is_empty() || closed(told) == closed(known);
    let lines = told.lines.is_empty() || {
        let mut whole = told.clone();
        if whole.postal_code.is_empty() {
            whole.postal_code.clone_from(&known.postal_code);
        }
        whole.country.clone_from(&known.country);
        is_same_place(&whole, known)
    };
    // Parts of one city have names of their own; the code says where it is.
    let place = !told.postal_code.is_empty() || part(&told.municipality, &known.municipality);
    lines && place && part(&told.postal_code, &known.postal_code) && part(&told.province, &known.province)
}
