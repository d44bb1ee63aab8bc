//! The house's own order of dates, which holds for every letter that has them (`_house/in_order.toml`).

use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;

use super::agree::InOrder;
use super::kind::LetterType;
use super::path::FactPath;
use super::read::{read_text, read_toml, toml_line};
use crate::case::Fault;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct House {
    in_order: Vec<InOrder>,
}

/// Reads the house's rules; each of their paths must lead to a date in some letter type.
pub(super) fn read_in_order(folder: &Path, types: &BTreeMap<String, LetterType>) -> Result<Vec<InOrder>, Vec<Fault>> {
    let shown = "_house/in_order.toml";
    let text = read_text(&folder.join("_house"), "_house", "in_order.toml").map_err(|fault| vec![fault])?;
    let House { in_order } = read_toml(&text, shown)?;
    let mut faults = Vec::new();
    for (index, order) in in_order.iter().enumerate() {
        for (date, path) in order.dates.iter().enumerate() {
            let place = || format!("{shown}:{}", toml_line(&text, &format!("/in_order/{index}/dates/{date}")));
            faults.extend((!types.values().any(|letter| letter.has_date(path))).then(|| in_no_type(path, place())));
        }
    }
    if faults.is_empty() { Ok(in_order) } else { Err(faults) }
}

fn in_no_type(path: &FactPath, place: String) -> Fault {
    Fault::new(
        "path-unknown",
        place,
        format!("“{path}” leads to a date in no letter type. Correct it."),
        format!("« {path} » ne mène à une date dans aucun type de lettre. Corrigez-le."),
    )
}
