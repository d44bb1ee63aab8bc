//! What a sheet can tell of a letter: each value of the event that calls for it, with how it is read from a cell.

use serde_json::Value;

use super::words::ValueWords;
use crate::case::{Language, Text};
use crate::letter::{Catalogue, LetterType, Schema};

/// A value of an event's data that a column may hold.
#[derive(Debug, Clone)]
pub struct Field {
    /// Where in the data: `case.reference`, `facts.balance`; in a list `facts.transactions.date`.
    pub path: String,
    /// What it is called.
    pub label: Text,
    /// What it is called with what it is in before it, such as "Period: From".
    pub whole_label: Text,
    /// The list that it is an item of, such as `facts.transactions`: one line of the sheet for each item.
    pub list: Option<String>,
    /// How a cell is read.
    pub kind: FieldKind,
    /// Whether the event must have it, wherever what it is in is there.
    pub required: bool,
    /// What to write, such as "Year and month, such as 2025-03."
    pub hint: Option<Text>,
}

/// How a cell of a field is read.
#[derive(Debug, Clone)]
pub enum FieldKind {
    /// Words, numbers as they are shown.
    Text,
    /// The whole name of a person.
    FullName,
    /// A line of an address, or all of them.
    AddressLine,
    /// The number of an apartment or a suite.
    Unit,
    /// Paragraphs, set apart by breaks of the line.
    Paragraphs,
    /// Dollars; whether they may be below zero.
    Amount {
        /// Whether a credit may be told.
        signed: bool,
    },
    /// A day.
    Day,
    /// Year and month.
    Month,
    /// A whole number.
    Whole,
    /// Yes or no.
    Truth,
    /// One of some keys, each with the words by which people write it.
    Words(ValueWords),
}

/// The whole name of a person in one cell.
pub const FULL_NAME: &str = "party.full_name";
/// The lines of an address.
pub const LINES: &str = "party.address.lines";
/// The unit, where it has a column of its own.
pub const UNIT: &str = "party.address.unit";
/// The case reference, which tells whose row it is.
pub const REFERENCE: &str = "case.reference";

/// Everything that a sheet can tell of letters of a type.
pub fn fields(catalogue: &Catalogue, letter: &LetterType) -> Vec<Field> {
    let mut fields = Vec::new();
    let [(_, case), (_, party)] = catalogue.schemas();
    for (root, schema) in [("case", case), ("party", party), ("facts", &letter.schema)] {
        gather(&mut fields, schema, root);
    }
    for field in &mut fields {
        if field.path == "case.program" {
            field.kind = FieldKind::Words(programs(catalogue));
        }
    }
    let text = |en: &str, fr: &str| Text::new(en, fr);
    fields.push(plain(FULL_NAME, text("Name", "Nom"), FieldKind::FullName));
    fields.push(plain(UNIT, text("Unit", "Unité"), FieldKind::Unit));
    fields
}

fn plain(path: &str, label: Text, kind: FieldKind) -> Field {
    let whole_label = label.clone();
    Field { path: path.to_owned(), label, whole_label, list: None, kind, required: false, hint: None }
}

fn programs(catalogue: &Catalogue) -> ValueWords {
    let mut words = ValueWords::of_table("program");
    for (key, program) in &catalogue.programs {
        for language in Language::BOTH {
            words.add(key, program.in_language(language)["name"].as_str().unwrap_or_default());
        }
        words.add(key, key);
    }
    words
}

fn gather(fields: &mut Vec<Field>, schema: &Schema, root: &str) {
    let nowhere = Above { path: root, label: None, list: None, required: true };
    below(fields, &schema.source, &nowhere);
}

/// What a property is in.
struct Above<'a> {
    path: &'a str,
    label: Option<&'a Text>,
    list: Option<&'a str>,
    required: bool,
}

fn below(fields: &mut Vec<Field>, node: &Value, above: &Above<'_>) {
    let required = |name: &str| node["required"].as_array().is_some_and(|list| list.iter().any(|one| one == name));
    for (name, property) in node["properties"].as_object().into_iter().flatten() {
        if property.is_boolean() {
            continue;
        }
        let path = format!("{}.{name}", above.path);
        // What only Recto says is no matter of a sheet's.
        if property["x-from"] == "recto" || is_fixed(property) {
            continue;
        }
        let required = above.required && required(name);
        one(fields, property, &path, name, &Above { required, ..*above });
    }
}

/// Whether the schema allows but one value, which needs no column.
fn is_fixed(property: &Value) -> bool {
    property.get("const").is_some()
}

fn one(fields: &mut Vec<Field>, property: &Value, path: &str, name: &str, above: &Above<'_>) {
    let label = worded(&property["x-label"]).unwrap_or_else(|| language_label(name));
    let whole_label = match above.label {
        Some(above) => Text::new(format!("{}: {}", above.en, label.en), format!("{} : {}", above.fr, label.fr)),
        None => label.clone(),
    };
    let inner = Above { path, label: Some(&whole_label), list: above.list, required: above.required };
    let kind = match () {
        () if path == LINES => FieldKind::AddressLine,
        () if is_blocks(property) => FieldKind::Paragraphs,
        () if property["properties"].is_object() => {
            // An officer's text: in the letter's language, or in both.
            if property["type"].as_array().is_some_and(|types| types.iter().any(|one| one == "string")) {
                push(fields, property, (path, label.clone(), whole_label.clone()), above);
                return below(fields, property, &Above { required: false, ..inner });
            }
            return below(fields, property, &inner);
        }
        () if property["items"].is_object() => {
            if above.list.is_none() {
                let list = Above { list: Some(path), ..inner };
                match property["items"]["properties"].is_object() {
                    true => below(fields, &property["items"], &list),
                    false => push(fields, &property["items"], (path, label.clone(), whole_label.clone()), &list),
                }
            }
            return;
        }
        () => return push(fields, property, (path, label, whole_label), above),
    };
    fields.push(Field {
        path: path.to_owned(),
        label,
        whole_label,
        list: above.list.map(str::to_owned),
        kind,
        required: above.required,
        hint: worded(&property["x-hint"]),
    });
}

fn push(fields: &mut Vec<Field>, property: &Value, (path, label, whole_label): (&str, Text, Text), above: &Above<'_>) {
    fields.push(Field {
        path: path.to_owned(),
        kind: kind(property),
        label,
        whole_label,
        list: above.list.map(str::to_owned),
        required: above.required,
        hint: worded(&property["x-hint"]).or_else(|| worded(&property["x-form"])),
    });
}

fn kind(property: &Value) -> FieldKind {
    if property["enum"].is_array() {
        return FieldKind::Words(ValueWords::of_schema(property));
    }
    match (property["type"].as_str(), property["format"].as_str()) {
        (Some("boolean"), _) => FieldKind::Truth,
        (Some("integer"), _) => FieldKind::Whole,
        (_, Some("money")) => FieldKind::Amount { signed: false },
        (_, Some("signed-money")) => FieldKind::Amount { signed: true },
        (_, Some("date" | "past-date")) => FieldKind::Day,
        _ if property["pattern"] == MONTH => FieldKind::Month,
        _ => FieldKind::Text,
    }
}

/// The pattern of a month in `_house/facts.schema.json`.
const MONTH: &str = "^[0-9]{4}-(0[1-9]|1[0-2])$";

/// Whether it is a list of blocks of text, of which a cell has the paragraphs.
fn is_blocks(property: &Value) -> bool {
    property["items"]["properties"]["paragraph"].is_object()
        || property["items"]["oneOf"]
            .as_array()
            .is_some_and(|ways| ways.iter().any(|way| way["properties"]["paragraph"].is_object()))
}

fn worded(annotation: &Value) -> Option<Text> {
    Some(Text::new(annotation["en"].as_str()?, annotation["fr"].as_str()?))
}

/// What an officer's text in one of the languages is called.
fn language_label(name: &str) -> Text {
    match name {
        "en" => Text::new("English", "anglais"),
        "fr" => Text::new("French", "français"),
        other => other.into(),
    }
}

impl Field {
    /// Its label in one language.
    pub fn shown(&self, language: Language) -> &str {
        self.whole_label.get(language)
    }
}
