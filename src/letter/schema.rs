//! JSON Schema 2020-12 of case, party and facts, and the faults it finds.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, OnceLock, PoisonError, RwLock};

use chrono::{Datelike, NaiveDate};
use jsonschema::{Draft, ValidationOptions, Validator};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::read::json_line;
use super::schema_faults::{self, problem};
use super::schema_file::{Mark, SchemaFile, term_missing};
use super::schema_words::{below, worded};
use crate::case::{Fault, Language, Place, Text, json, lack_language, mailbox, money, said};

/// A compiled schema, with its source for those who ask for it.
pub struct Schema {
    /// The schema, whole: it refers to nothing outside of it.
    pub source: Value,
    /// The file that says most of it, below the letter templates.
    pub shown: String,
    /// The days on which something happened: never after the event that tells of them.
    pub past_days: Vec<Place>,
    /// Amounts, which no page shows as they are written here.
    pub amounts: Vec<Place>,
    /// What officers write in words.
    pub officer_texts: Vec<Place>,
    /// Facts that guards and approvals read: they need not stand in the letter.
    pub weighed: Vec<Place>,
    /// Numbers of somebody else's, such as a trustee's, that may look like a Social Insurance Number.
    pub foreign_numbers: Vec<Place>,
    /// Its properties without a label, or whose values have no words.
    pub(super) unlabelled: Vec<Fault>,
    validator: Validator,
    /// Its top-level properties alone, compiled when they are first asked for.
    parts: OnceLock<HashMap<String, Validator>>,
}

impl Schema {
    /// Compiles a schema that was read from a file. Formats `money` (`"1234.56"`), `date` (`"2026-11-17"`) and `past-date` (one
    /// that is not after its event) are checked.
    pub(super) fn build(mut source: Value, file: &SchemaFile, unlabelled: Vec<Fault>) -> Result<Schema, Vec<Fault>> {
        hand_down(&mut source, &Value::Null);
        let validator = options().should_validate_formats(true).should_ignore_unknown_formats(false).build(&source);
        let validator = validator.map_err(|error| {
            vec![malformed(&file.at(error.instance_path().as_str()), &problem(&Value::Null, &error))]
        })?;
        let shown = file.shown.clone();
        let (past_days, amounts, officer_texts, weighed, foreign_numbers) = Default::default();
        let mut schema = Schema {
            source,
            shown,
            past_days,
            amounts,
            officer_texts,
            weighed,
            foreign_numbers,
            unlabelled,
            validator,
            parts: OnceLock::new(),
        };
        let source = schema.source.take();
        schema.mark(&source, "");
        schema.unlabelled.extend(wordless(&source, "", file));
        schema.source = source;
        Ok(schema)
    }

    /// Gathers the places of what the schema marks. What stands in an officer's text is part of it.
    fn mark(&mut self, part: &Value, place: &str) {
        let here = || Place::new(place);
        let mark = Mark::deserialize(&part["x-recto"]).ok();
        match mark {
            Some(Mark::OfficerText) => return self.officer_texts.push(here()),
            Some(Mark::Weighed) => self.weighed.push(here()),
            Some(Mark::ForeignNumber) => self.foreign_numbers.push(here()),
            None => {}
        }
        match part["format"].as_str() {
            Some("past-date") => self.past_days.push(here()),
            Some("money") => self.amounts.push(here()),
            _ => {}
        }
        for (name, property) in part["properties"].as_object().into_iter().flatten() {
            self.mark(property, &format!("{place}/{name}"));
        }
        if part["items"].is_object() {
            self.mark(&part["items"], &format!("{place}/*"));
        }
    }

    /// Everything in the value that the schema does not allow, with places below `prefix` (a JSON Pointer).
    pub fn faults(&self, value: &Value, prefix: &str) -> Vec<Fault> {
        schema_faults::faults(&self.source, self.validator.iter_errors(value), prefix)
    }

    /// What a form calls the value at a JSON Pointer; `None` where the schema has no such value.
    pub(super) fn label(&self, pointer: &str) -> Option<Text> {
        let node = pointer.split('/').skip(1).fold(&self.source, |node, step| below(node, step));
        worded(&node["x-label"])
    }

    /// What officers wrote in these facts, and not in a language, each with its JSON Pointer and what a form calls it. Words of one language
    /// alone are in none of which that is known.
    pub fn unwritten_in(&self, language: Language, facts: &Value) -> Vec<(String, Text)> {
        let words = self.officer_texts.iter().flat_map(|place| place.values(facts));
        let lacking = words.filter(|(_, words)| words.is_string() || lack_language(words, &[language]));
        // An item of a list is called what the list is.
        let label = |at: &str| self.label(at).or_else(|| self.label(at.rsplit_once('/')?.0));
        lacking
            .map(|(at, _)| (label(&at).unwrap_or_else(|| at.as_str().into()), at))
            .map(|(text, at)| (at, text))
            .collect()
    }

    /// Whether a text is allowed as the value of a top-level property, taken alone.
    pub fn allows(&self, property: &str, text: &str) -> bool {
        let parts = self.parts.get_or_init(|| {
            let properties = self.source["properties"].as_object().into_iter().flatten();
            properties
                .filter_map(|(name, part)| {
                    Some((name.clone(), options().should_validate_formats(true).build(part).ok()?))
                })
                .collect()
        });
        parts.get(property).is_some_and(|part| part.is_valid(&Value::from(text)))
    }

    /// The names of the top-level properties, and whether each is required.
    pub fn properties(&self) -> Vec<(String, bool)> {
        let required =
            |name: &str| self.source["required"].as_array().is_some_and(|list| list.iter().any(|entry| entry == name));
        let properties = self.source["properties"].as_object();
        properties.into_iter().flatten().map(|(name, _)| (name.clone(), required(name))).collect()
    }
}

/// The properties and items whose values have no words to be shown by.
fn wordless(part: &Value, pointer: &str, file: &SchemaFile) -> Vec<Fault> {
    let mut found = Vec::new();
    if part["enum"].is_array() && part["x-terms"].is_null() {
        found.push(term_missing(pointer, file.at(pointer)));
    }
    for (name, property) in part["properties"].as_object().into_iter().flatten() {
        found.extend(wordless(property, &format!("{pointer}/properties/{name}"), file));
    }
    if part["items"].is_object() {
        found.extend(wordless(&part["items"], &format!("{pointer}/items"), file));
    }
    found
}

/// Everything in a value that the type does not allow, by the type's own schema: for requests, whose names are their labels.
pub fn shape_faults<T: schemars::JsonSchema>(value: &Value) -> Vec<Fault> {
    let shape = shape_of::<T>();
    schema_faults::faults(&shape.0, shape.1.iter_errors(value), "")
}

/// The schema of one of our types, compiled when it is first asked for.
pub(super) fn shape_of<T: schemars::JsonSchema>() -> Arc<(Value, Validator)> {
    type Shapes = RwLock<HashMap<Cow<'static, str>, Arc<(Value, Validator)>>>;
    static SHAPES: LazyLock<Shapes> = LazyLock::new(Shapes::default);
    if let Some(known) = SHAPES.read().unwrap_or_else(PoisonError::into_inner).get(&T::schema_id()) {
        return Arc::clone(known);
    }
    let schema = schemars::schema_for!(T).to_value();
    let validator = jsonschema::options().should_ignore_unknown_formats(true).build(&schema);
    let shape = Arc::new((schema, validator.expect("the schema of one of our types is a schema")));
    SHAPES.write().unwrap_or_else(PoisonError::into_inner).insert(T::schema_id(), Arc::clone(&shape));
    shape
}

/// Says of each property who supplies it, where only what it is in does.
fn hand_down(schema: &mut Value, from: &Value) {
    let from = schema.get("x-from").cloned().unwrap_or_else(|| from.clone());
    if let Some(items) = schema.get_mut("items") {
        hand_down(items, &from);
    }
    for property in schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut) {
        hand_down(property, &from);
        if let (Some(property), false) = (property.as_object_mut(), from.is_null()) {
            property.entry("x-from").or_insert_with(|| from.clone());
        }
    }
}

/// What a schema of ours is compiled with.
fn options() -> ValidationOptions<'static> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .with_format("money", |text: &str| money::parse(text).is_some())
        .with_format("signed-money", |text: &str| money::parse_signed(text).is_some())
        .with_format("date", is_date)
        .with_format("past-date", is_date)
        .with_format("email", mailbox::is_mailbox)
}

/// Whether a format of this name is checked.
pub(super) fn is_known_format(name: &str) -> bool {
    options().is_known_format(Draft::Draft202012, name)
}

/// Whether the text is a date as events carry it, such as `2026-11-17`, from 1900 to 2199.
fn is_date(text: &str) -> bool {
    let shaped = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| shaped);
    date.is_some_and(|date| (1900..2200).contains(&date.year()))
}

/// Reads a JSON file of the letter templates, or says what is wrong in it, with its lines.
pub(super) fn read_json(shown: &str, text: &str) -> Result<Value, Vec<Fault>> {
    serde_json::from_str::<Value>(text).map_err(|error| vec![json_fault(shown, &error)])?;
    json::read(text.as_bytes()).map_err(|faults| {
        let at_line = |fault: Fault| Fault { place: format!("{shown}:{}", json_line(text, &fault.place)), ..fault };
        faults.into_iter().map(at_line).collect()
    })
}

/// A JSON file that cannot be parsed, with its line.
fn json_fault(shown: &str, error: &serde_json::Error) -> Fault {
    Fault::new(
        "json-malformed",
        format!("{shown}:{}", error.line()),
        format!("Not JSON: {}.", said::json(error).en),
        format!("Ce n’est pas du JSON : {}.", said::json(error).fr),
    )
}

pub(super) fn malformed(place: &str, problem: &Text) -> Fault {
    Fault::new(
        "schema-malformed",
        place,
        format!("Not a JSON Schema 2020-12: what stands here {}.", problem.en),
        format!("Ce n’est pas un JSON Schema 2020-12 : ce qui figure ici {}.", problem.fr),
    )
}

/// A value as it is shown: as it was written, and not without end.
pub(super) fn shorten(value: &Value) -> String {
    shorten_text(&value.to_string())
}

fn shorten_text(text: &str) -> String {
    if text.chars().count() <= 200 {
        return text.to_owned();
    }
    text.chars().take(200).collect::<String>() + "…"
}
