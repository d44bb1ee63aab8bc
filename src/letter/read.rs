//! Reading the files of the letter templates: everything that is wrong in one of them, with its line and a hint.

use std::path::Path;

use jsonschema::error::{ValidationError, ValidationErrorKind};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::schema::shape_of;
use super::schema_faults::problem;
use crate::case::{Fault, Text, json, said};

/// How alike two names must be, from 0 to 1, for one to be offered for the other.
const ALIKE: f64 = 0.85;

/// Reads a text file of the letter templates; the fault names it relative to their folder.
pub fn read_text(folder: &Path, shown: &str, name: &str) -> Result<String, Fault> {
    std::fs::read_to_string(folder.join(name)).map_err(|error| {
        Fault::new(
            "file-unreadable",
            format!("{shown}/{name}"),
            format!("The file cannot be read: {}. Put it there, as UTF-8 text.", said::io(&error).en),
            format!("Le fichier ne peut pas être lu : {}. Déposez-le, en texte UTF-8.", said::io(&error).fr),
        )
    })
}

/// Reads a TOML file into its type, or says everything that is wrong with it: first what is no TOML, then what the type does not
/// have. The type's own schema is what it is checked by.
pub fn read_toml<T: DeserializeOwned + JsonSchema>(text: &str, shown: &str) -> Result<T, Vec<Fault>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let at = |offset: usize| format!("{shown}:{}", line_at(text, offset));
    if !errors.is_empty() {
        let place = |error: &toml::de::Error| error.span().map_or_else(|| shown.to_owned(), |span| at(span.start));
        return Err(errors.iter().map(|error| malformed(error.message(), place(error))).collect());
    }
    let value: Value = toml::from_str(text).map_err(|error| vec![malformed(error.message(), shown.to_owned())])?;
    let shape = shape_of::<T>();
    let (schema, validator) = &*shape;
    let line = |pointer: &str| at(offset_of(&table, pointer));
    let faults: Vec<Fault> = validator.iter_errors(&value).flat_map(|error| faults_of(&error, schema, &line)).collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    // What no schema says, such as that a date is one of the calendar.
    toml::from_str(text).map_err(|error| {
        let place = error.span().map_or_else(|| shown.to_owned(), |span| at(span.start));
        vec![malformed(error.message(), place)]
    })
}

/// What an error says; of several forms that a value may have, what is wrong with the one that it was meant to be.
fn faults_of(error: &ValidationError<'_>, schema: &Value, line: &dyn Fn(&str) -> String) -> Vec<Fault> {
    let pointer = error.instance_path().as_str();
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            unexpected.iter().map(|name| unknown(name, line(&format!("{pointer}/{name}")), schema)).collect()
        }
        ValidationErrorKind::Required { property } => {
            vec![missing(property.as_str().unwrap_or_default(), pointer, line(pointer))]
        }
        ValidationErrorKind::OneOfNotValid { context } | ValidationErrorKind::AnyOf { context } => {
            match context.iter().find(|errors| errors.iter().all(is_within)) {
                Some(meant) => meant.iter().flat_map(|error| faults_of(error, schema, line)).collect(),
                None => vec![unfit(&problem(schema, error), pointer, line(pointer))],
            }
        }
        _ => vec![unfit(&problem(schema, error), pointer, line(pointer))],
    }
}

/// Whether an error is of a form that was meant: neither of another type nor with another tag.
fn is_within(error: &ValidationError<'_>) -> bool {
    !matches!(
        error.kind(),
        ValidationErrorKind::Type { .. } | ValidationErrorKind::Constant { .. } | ValidationErrorKind::Enum { .. }
    )
}

/// The line of a JSON Pointer's value in a TOML text; the last line that its path reaches where there is no such value.
pub(super) fn toml_line(text: &str, pointer: &str) -> usize {
    let (table, _) = DeTable::parse_recoverable(text);
    line_at(text, offset_of(&table, pointer))
}

/// The line of a JSON Pointer's value in a JSON text; the last line that its path reaches where there is no such value.
pub fn json_line(text: &str, pointer: &str) -> usize {
    let mut at = skip_blank(text, 0);
    for step in pointer.split('/').skip(1) {
        let step = json::step(step);
        match member(text, at, &step) {
            Some(inner) => at = inner,
            None => break,
        }
    }
    line_at(text, at)
}

/// Where the value of a member of the object or list that begins at an offset begins. The text must be JSON.
fn member(text: &str, at: usize, step: &str) -> Option<usize> {
    let (mut at, list) = (at + 1, text[at..].starts_with('['));
    let mut index = 0;
    loop {
        at = skip_blank(text, at);
        if text[at..].starts_with([']', '}']) || at >= text.len() {
            return None;
        }
        let mut found = step.parse() == Ok(index) && list;
        if !list {
            let end = value_end(text, at);
            found = serde_json::from_str::<String>(&text[at..end]).is_ok_and(|name| name == step);
            at = skip_blank(text, skip_blank(text, end) + 1);
        }
        if found {
            return Some(at);
        }
        at = skip_blank(text, value_end(text, at));
        at += usize::from(text[at..].starts_with(','));
        index += 1;
    }
}

/// Where the JSON value that begins at an offset ends.
fn value_end(text: &str, at: usize) -> usize {
    let mut values = serde_json::Deserializer::from_str(&text[at..]).into_iter::<serde::de::IgnoredAny>();
    match values.next() {
        Some(Ok(_)) => at + values.byte_offset(),
        _ => text.len(),
    }
}

fn skip_blank(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    text.len() - rest.trim_start().len()
}

fn line_at(text: &str, offset: usize) -> usize {
    1 + text[..offset.min(text.len())].matches('\n').count()
}

/// Where what a JSON Pointer names begins in a TOML file, or the last of its path that is there.
fn offset_of(table: &Spanned<DeTable<'_>>, pointer: &str) -> usize {
    let mut at = table.span().start;
    let mut tables = Some(table.get_ref());
    let mut list: Option<&toml::de::DeArray<'_>> = None;
    for step in pointer.split('/').skip(1) {
        let step = json::step(step);
        let value = match (tables, list) {
            (Some(table), _) => {
                let Some((key, value)) = table.iter().find(|(key, _)| key.get_ref().as_ref() == step) else { break };
                at = key.span().start;
                value.get_ref()
            }
            (None, Some(list)) => {
                let Some(value) = step.parse().ok().and_then(|index: usize| list.get(index)) else { break };
                at = value.span().start;
                value.get_ref()
            }
            (None, None) => break,
        };
        (tables, list) = match value {
            DeValue::Table(table) => (Some(table), None),
            DeValue::Array(array) => (None, Some(array)),
            _ => (None, None),
        };
    }
    at
}

/// The names in a schema.
fn names_of(schema: &Value) -> Vec<&str> {
    fn names<'s>(schema: &'s Value, found: &mut Vec<&'s str>) {
        match schema {
            Value::Object(members) => {
                let properties = members.get("properties").and_then(Value::as_object);
                found.extend(properties.into_iter().flat_map(|properties| properties.keys().map(String::as_str)));
                members.values().for_each(|member| names(member, found));
            }
            Value::Array(list) => list.iter().for_each(|one| names(one, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    names(schema, &mut found);
    found
}

/// The known name that is most like one that is not known, where one is alike enough to be offered.
pub(super) fn closest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let like = |known: &&str| strsim::jaro_winkler(name, known);
    let best = known.into_iter().max_by(|one, other| like(one).total_cmp(&like(other)))?;
    (like(&best) >= ALIKE).then_some(best)
}

/// What to do about a name that is not known, in English and French: the name that was meant, or to take it out.
pub(super) fn hint<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Text {
    remedy(closest(name, known), "")
}

/// As [`hint`] does, with all that are known where none of them is alike.
pub(super) fn hint_among<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Text {
    let known: Vec<&str> = known.into_iter().collect();
    remedy(closest(name, known.iter().copied()), &known.join(", "))
}

/// The remedy for a name that is not known: the one that was meant, else those that are listed, else to take it out.
pub(super) fn remedy(meant: Option<&str>, listed: &str) -> Text {
    match meant {
        Some(known) => Text::new(format!("Did you mean “{known}”?"), format!("Vouliez-vous dire « {known} »?")),
        None if listed.is_empty() => Text::new("Take it out.", "Retirez-le."),
        None => Text::new(format!("Known are: {listed}."), format!("Sont connus : {listed}.")),
    }
}

/// What the reader of TOML says, by its kind: a table or name that stands twice, a value of another shape, or no TOML at all.
fn malformed(message: &str, place: String) -> Fault {
    let problem = match message {
        twice if twice.contains("duplicate key") => {
            Text::new("a name or section stands twice", "un nom ou une section figure deux fois")
        }
        shaped if shaped.starts_with("invalid type") || shaped.contains(" field `") || shaped.contains("variant `") => {
            said::shape(shaped)
        }
        _ => Text::new(
            "this line is not as TOML is written (name = \"value\"), or its value cannot be; look for a quotation mark, a bracket or an equals sign that is missing or too many",
            "cette ligne n’est pas écrite comme du TOML (nom = \"valeur\"), ou sa valeur est impossible; cherchez un guillemet, un crochet ou un signe égal qui manque ou est de trop",
        ),
    };
    Fault::new(
        "toml-malformed",
        place,
        format!("The file cannot be read: {}.", problem.en),
        format!("Le fichier ne peut pas être lu : {}.", problem.fr),
    )
}

fn unknown(name: &str, place: String, schema: &Value) -> Fault {
    let Text { en: hint_en, fr: hint_fr } = hint(name, names_of(schema));
    Fault::new(
        "name-unknown",
        place,
        format!("“{name}” is not known here. {hint_en}"),
        format!("« {name} » n’est pas connu ici. {hint_fr}"),
    )
}

fn missing(name: &str, below: &str, place: String) -> Fault {
    let below = if below.is_empty() { "/" } else { below };
    Fault::new(
        "name-missing",
        place,
        format!("“{name}” is missing in {below}. Add it."),
        format!("« {name} » manque dans {below}. Ajoutez-le."),
    )
}

fn unfit(problem: &Text, pointer: &str, place: String) -> Fault {
    Fault::new("value-unfit", place, format!("“{pointer}” {}.", problem.en), format!("« {pointer} » {}.", problem.fr))
}
