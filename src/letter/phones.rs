//! Telephone numbers in the house's and the programs' files: what is none is a fault where it stands, and never printed.

use serde_json::{Map, Value};

use super::read::toml_line;
use crate::case::Fault;
use crate::case::phone::Phone;

/// What telephone numbers are called there; `| phone` writes them.
const NAMES: [&str; 4] = ["phone", "toll_free", "tty", "fax"];

/// The values under these names that are no telephone numbers; `text` is the file that they were read from.
pub(super) fn phone_faults(words: &Map<String, Value>, pointer: &str, text: &str, shown: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (name, value) in words {
        let place = format!("{pointer}/{name}");
        match value {
            Value::Object(table) => faults.extend(phone_faults(table, &place, text, shown)),
            Value::String(number) if NAMES.contains(&name.as_str()) && Phone::read(number).is_none() => {
                faults.push(no_phone(number, format!("{shown}:{}", toml_line(text, &place))));
            }
            _ => {}
        }
    }
    faults
}

fn no_phone(number: &str, place: String) -> Fault {
    Fault::new(
        "phone-malformed",
        place,
        format!(
            "“{number}” is not a North American telephone number. Write it as 416-555-0142 or 1-800-555-0142, an extension behind it as ext. 12."
        ),
        format!(
            "« {number} » n’est pas un numéro de téléphone nord-américain. Écrivez-le comme 416-555-0142 ou 1-800-555-0142, suivi au besoin d’un poste, comme poste 12."
        ),
    )
}
