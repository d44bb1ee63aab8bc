//! What a letter comes to: its amount and its day, as data, and the labels of the box that shows them.
//!
//! `[key_facts]` in letter.toml says from where a letter has both; the box on its first page, its HTML, an e-mail and a list of
//! letters have them from here.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::draft::Draft;
use super::kind::LetterType;
use super::path::{Condition, FactPath, Values};
use super::read::closest;
use super::template::Writer;
use crate::case::{Fault, Language};

/// Where a letter type has its amount and its day from.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyFactsFrom {
    /// The amount that the letter asks for, or else is about.
    #[serde(default)]
    pub(super) sum: Origins,
    /// The day by which its reader is to act.
    #[serde(default)]
    pub(super) by: Origins,
}

/// Paths of which the first that is there counts.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Origins {
    One(Origin),
    First(Vec<Origin>),
}

impl Default for Origins {
    fn default() -> Origins {
        Origins::First(Vec::new())
    }
}

/// A path, such as `deadlines.respond`, always or only where a condition holds.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
pub(super) enum Origin {
    Always(FactPath),
    Where { path: FactPath, when: Condition },
}

/// What a letter comes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KeyFacts {
    /// The amount that it asks for, or else is about; none where it is about no money.
    pub sum: Option<Decimal>,
    /// The day by which its reader is to act; none where nothing is asked by a day.
    pub by: Option<NaiveDate>,
}

impl Draft<'_> {
    /// The letter's amount and day. A value that is no amount, or no day, is a fault.
    pub fn key_facts(&self) -> Result<KeyFacts, Fault> {
        let shown =
            key_facts_json(&self.letter.description.key_facts, &self.data.facts, &self.derived, &self.deadlines);
        let text = |name: &str| shown.get(name).and_then(Value::as_str);
        let unreadable = |name: &str| unreadable(&self.letter.key, name);
        Ok(KeyFacts {
            sum: text("sum").map(|sum| sum.parse().map_err(|_| unreadable("sum"))).transpose()?,
            by: text("by").map(|by| by.parse().map_err(|_| unreadable("by"))).transpose()?,
        })
    }
}

/// The amount and the day of a letter as its template has them: `sum` and `by`, as far as they are there.
pub(super) fn key_facts_json(
    from: &KeyFactsFrom,
    facts: &Value,
    derived: &Value,
    deadlines: &Map<String, Value>,
) -> Map<String, Value> {
    let values = Values { derived, deadlines: Some(deadlines), ..Values::of_facts(facts) };
    let cells = [("sum", &from.sum), ("by", &from.by)];
    cells.into_iter().filter_map(|(name, origins)| Some((name.to_owned(), origins.value(&values)?.clone()))).collect()
}

impl Origins {
    fn value<'v>(&self, values: &Values<'v>) -> Option<&'v Value> {
        self.each("").into_iter().find_map(|(_, origin)| origin.value(values))
    }

    /// Each with its JSON Pointer, where all of them stand at one.
    pub(super) fn each(&self, at: &str) -> Vec<(String, &Origin)> {
        match self {
            Origins::One(origin) => vec![(at.to_owned(), origin)],
            Origins::First(origins) => {
                origins.iter().enumerate().map(|(index, origin)| (format!("{at}/{index}"), origin)).collect()
            }
        }
    }
}

impl Origin {
    fn value<'v>(&self, values: &Values<'v>) -> Option<&'v Value> {
        match self {
            Origin::Always(path) => values.at(path).ok(),
            Origin::Where { path, when } => values.at(path).ok().filter(|_| when.holds(values.facts)),
        }
    }
}

/// The labels that letter types name and words.toml does not have.
pub(super) fn unknown_labels(types: &BTreeMap<String, LetterType>, writers: &[Writer; 2]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for language in Language::BOTH {
        let writer = &writers[language as usize];
        let known = labels(writer);
        for key in types.keys() {
            let names = writer.names_in_body(key);
            let named = names.iter().filter_map(|name| name.strip_prefix("words.key_facts."));
            let unknown = named.filter(|name| !known.iter().any(|one| one == name));
            let place = format!("{key}/{}.typ", language.code());
            faults.extend(unknown.map(|name| unknown_label(name, place.clone(), &known)));
        }
    }
    faults
}

fn labels(writer: &Writer) -> Vec<String> {
    let table = writer.words().get("key_facts").and_then(Value::as_object);
    table.into_iter().flat_map(|table| table.keys().cloned()).collect()
}

fn unknown_label(name: &str, place: String, known: &[String]) -> Fault {
    let meant = closest(name, known.iter().map(String::as_str));
    let en = meant.map_or_else(String::new, |known| format!(" Did you mean “{known}”?"));
    let fr = meant.map_or_else(String::new, |known| format!(" Vouliez-vous dire « {known} »?"));
    Fault::new(
        "label-unknown",
        place,
        format!("“{name}” is no label in [key_facts] of _house/words.toml. Add it there in both languages.{en}"),
        format!(
            "« {name} » n’est pas un libellé de [key_facts] dans _house/words.toml. Ajoutez-le dans les deux langues.{fr}"
        ),
    )
}

fn unreadable(key: &str, name: &str) -> Fault {
    Fault::new(
        "key-fact-unreadable",
        format!("{key}/letter.toml"),
        format!("What [key_facts] has as “{name}” is not an amount or a day. Name the path of one."),
        format!(
            "Ce que [key_facts] donne comme « {name} » n’est pas un montant ou un jour. Nommez le chemin d’une telle valeur."
        ),
    )
}
