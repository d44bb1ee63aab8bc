//! Checking one address that somebody asks about, outside of an event: the block as printed, or its faults.

use serde::Deserialize;
use serde_json::Value;

use super::free::{self, Name};
use super::no_address::is_name;
use super::{Told, capitals, faults};
use crate::case::Fault;
use crate::case::repertoire::Repertoire;
use crate::case::texts;

/// The block as it will be printed, or everything that keeps the address from the window.
///
/// The address is an object: in its parts (`lines`, `municipality`, `province`, `postal_code`, and `country`, `attention` where they are needed),
/// or `lines` alone, the first of them the name. A `name` may be told apart in both. Places are JSON Pointers into the object.
pub fn check(asked: &Value, repertoire: &Repertoire) -> Result<Vec<String>, Vec<Fault>> {
    const KNOWN: [&str; 7] = ["name", "attention", "lines", "municipality", "province", "postal_code", "country"];
    let asked = &texts::normalize(asked.clone());
    let members = asked.as_object().into_iter().flatten();
    let mut found: Vec<Fault> =
        members.filter(|(name, _)| !KNOWN.contains(&name.as_str())).map(|(name, _)| unknown(name)).collect();
    found.extend(texts::faults(asked, repertoire));
    let told = match Told::deserialize(asked) {
        Ok(told) if asked.is_object() && asked.get("lines").is_some() => told,
        _ => {
            found.push(unreadable());
            return Err(found);
        }
    };
    let given = asked.get("name").filter(|name| !name.is_null()).map(|name| name.as_str().unwrap_or_default());
    let is_free = told.municipality.is_none() && told.province.is_none() && told.postal_code.is_none();
    let (name, reading) = match given {
        None if is_free => {
            let mut free = free::parts(&told.lines, Name::Within);
            if free.parts.country.is_empty() {
                free.parts.country = told.country.clone().unwrap_or_default();
            }
            free.parts.attention = told.attention.clone();
            found.append(&mut free.faults);
            (free.name, free.parts.read())
        }
        given => (given.unwrap_or_default().to_owned(), told.read()),
    };
    if given.is_some() && !is_name(&name) {
        found.push(faults::name_missing("/name"));
    }
    let at_name = |mut fault: Fault| {
        if fault.place == "/surname" {
            fault.place = if given.is_some() { "/name" } else { "/lines/0" }.to_owned();
        }
        fault
    };
    let unprintable = name.chars().find(|c| !c.is_whitespace() && !repertoire.prints(*c));
    found.extend(unprintable.map(|c| at_name(faults::name_not_latin("/surname", &capitals(&name), c))));
    found.extend(reading.faults.iter().cloned());
    found.extend(reading.block_faults(&name, repertoire, "").into_iter().map(at_name));
    if found.is_empty() { Ok(reading.address.block(&name)) } else { Err(found) }
}

fn unknown(name: &str) -> Fault {
    Fault::new(
        "fact-unknown",
        format!("/{name}"),
        format!(
            "“{name}” is not part of an address, which has name, attention, lines, municipality, province, `postal_code` and country. Take it out, or correct its name."
        ),
        format!(
            "« {name} » ne fait pas partie d’une adresse, qui comporte name, attention, lines, municipality, province, `postal_code` et country. Retirez-le ou corrigez son nom."
        ),
    )
}

fn unreadable() -> Fault {
    Fault::new(
        "address-malformed",
        "",
        "This is not an address: give an object with `lines`, a list of texts, and each other part as a text.",
        "Ce n’est pas une adresse : donnez un objet avec `lines`, une liste de textes, et chaque autre partie en texte.",
    )
}
