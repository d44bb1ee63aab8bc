//! What a letter comes to: its amount and its day, as data, and the labels of the box that shows them.
//!
//! `[key_facts]` in letter.toml says from where a letter has both; the box on its first page, its HTML, an e-mail and a list of
//! letters have them from here.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::derive::at;
use super::draft::Draft;
use super::kind::LetterType;
use super::read::closest;
use super::template::Writer;
use crate::case::{Fault, Language};

/// Where a letter type has its amount and its day from.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyFactsFrom {
    /// The amount that the letter asks for, or else is about.
    #[serde(default)]
    sum: Origins,
    /// The day by which its reader is to act.
    #[serde(default)]
    by: Origins,
}

/// Paths of which the first that is there counts.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Origins {
    One(String),
    First(Vec<Origin>),
}

impl Default for Origins {
    fn default() -> Origins {
        Origins::First(Vec::new())
    }
}

/// A path, such as `deadlines.respond`, always or only where a fact has one of some values.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
enum Origin {
    Always(String),
    Where { path: String, when: String, is: Vec<String> },
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
    let root = json!({"facts": facts, "derived": derived, "deadlines": deadlines});
    let cells = [("sum", &from.sum), ("by", &from.by)];
    cells.into_iter().filter_map(|(name, origins)| Some((name.to_owned(), origins.value(&root)?.clone()))).collect()
}

impl KeyFactsFrom {
    /// The paths that it reads.
    pub fn reads(&self) -> Vec<&str> {
        [&self.sum, &self.by].into_iter().flat_map(Origins::reads).collect()
    }
}

impl Origins {
    fn value<'v>(&self, root: &'v Value) -> Option<&'v Value> {
        match self {
            Origins::One(path) => at(root, path).ok(),
            Origins::First(origins) => origins.iter().find_map(|origin| origin.value(root)),
        }
    }

    fn reads(&self) -> Vec<&str> {
        match self {
            Origins::One(path) => vec![path],
            Origins::First(origins) => origins.iter().flat_map(Origin::reads).collect(),
        }
    }
}

impl Origin {
    fn value<'v>(&self, root: &'v Value) -> Option<&'v Value> {
        match self {
            Origin::Always(path) => at(root, path).ok(),
            Origin::Where { path, when, is } => {
                let value = at(root, when).ok()?.as_str()?;
                at(root, path).ok().filter(|_| is.iter().any(|one| one == value))
            }
        }
    }

    fn reads(&self) -> Vec<&str> {
        match self {
            Origin::Always(path) => vec![path],
            Origin::Where { path, when, .. } => vec![path, when],
        }
    }
}

/// The paths of `[key_facts]` that a letter type does not have, each with the one that is most like it.
pub(super) fn unknown_paths(letter: &LetterType) -> Vec<Fault> {
    let description = &letter.description;
    let facts = letter.schema.properties().into_iter().map(|(name, _)| format!("facts.{name}"));
    let derived = description.derived.keys().map(|name| format!("derived.{name}"));
    let deadlines = description.deadlines.keys().map(|name| format!("deadlines.{name}"));
    let known: BTreeSet<String> = facts.chain(derived).chain(deadlines).collect();
    let head = |path: &str| path.splitn(3, '.').take(2).collect::<Vec<_>>().join(".");
    let unknown = description.key_facts.reads().into_iter().filter(|path| !known.contains(&head(path)));
    unknown.map(|path| unknown_path(path, &letter.key, &known)).collect()
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

/// What is offered for a misspelt name.
fn hint<'k>(name: &str, known: impl IntoIterator<Item = &'k String>) -> (String, String) {
    match closest(name, known.into_iter().map(String::as_str)) {
        Some(known) => (format!(" Did you mean “{known}”?"), format!(" Vouliez-vous dire « {known} »?")),
        None => Default::default(),
    }
}

fn unknown_path(path: &str, key: &str, known: &BTreeSet<String>) -> Fault {
    let (en, fr) = hint(path, known);
    Fault::new(
        "path-unknown",
        format!("{key}/letter.toml"),
        format!("[key_facts] names “{path}”, which is no fact, derived value or deadline of the letter type.{en}"),
        format!(
            "[key_facts] nomme « {path} », qui n’est ni un fait, ni une valeur calculée, ni une échéance du type de lettre.{fr}"
        ),
    )
}

fn unknown_label(name: &str, place: String, known: &[String]) -> Fault {
    let (en, fr) = hint(name, known);
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
