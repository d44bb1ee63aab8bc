//! What schemas share: the definitions of `_house/facts.schema.json` and the keys of `_house/terms.toml`.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::read::{hint, read_text, read_toml};
use super::schema::Schema;
use super::schema_file::{SchemaFile, unknown};
use crate::case::{Fault, Text};

/// Where the shared definitions stand.
const FILE: &str = "_house/facts.schema.json";
/// How many definitions may lead to one another.
const DEPTH: usize = 12;

/// The shared definitions, and the tables of terms.
pub(super) struct Definitions {
    file: Option<SchemaFile>,
    terms: Option<BTreeMap<String, BTreeMap<String, Text>>>,
}

impl Definitions {
    /// Reads them. Where they cannot be read, no schema that refers to them is one, and only they are at fault.
    pub(super) fn read(folder: &Path, faults: &mut Vec<Fault>) -> Definitions {
        let file = SchemaFile::read(folder, FILE).map_err(|more| faults.extend(more)).ok();
        // What makes it no list of terms is said where the words are read.
        let terms = read_text(folder, "", "_house/terms.toml").ok().and_then(|text| read_toml(&text, "").ok());
        let definitions = Definitions { file, terms };
        if let Some(file) = &definitions.file {
            faults.extend(file.faults(&definitions));
            definitions.resolved(file, &file.value, "", 0, faults);
        }
        definitions
    }

    /// A schema file with what is wrong in it said, and the schema that it comes to: every `$ref` replaced by what it refers
    /// to, so that it stands alone.
    pub(super) fn whole(&self, folder: &Path, shown: &str) -> Result<(SchemaFile, Value), Vec<Fault>> {
        let file = SchemaFile::read(folder, shown)?;
        let mut faults = file.faults(self);
        let mut value = self.resolved(&file, &file.value, "", 0, &mut faults);
        if let Some(schema) = value.as_object_mut() {
            schema.shift_remove("$defs");
        }
        self.name_values(&mut value);
        if faults.is_empty() && self.file.is_some() { Ok((file, value)) } else { Err(faults) }
    }

    /// Puts beside each `x-term` the words of its values, so that a schema says by itself what a form and a fault show.
    fn name_values(&self, schema: &mut Value) {
        match schema {
            Value::Object(members) => {
                members.values_mut().for_each(|member| self.name_values(member));
                let table = members.get("x-term").and_then(Value::as_str);
                if let Some(table) = table.and_then(|name| self.terms.as_ref()?.get(name)) {
                    members.insert("x-terms".into(), json!(table));
                }
            }
            Value::Array(list) => list.iter_mut().for_each(|one| self.name_values(one)),
            _ => {}
        }
    }

    /// A schema that stands for itself, such as those of case and party.
    pub(super) fn schema(&self, folder: &Path, shown: &str) -> Result<Schema, Vec<Fault>> {
        let (file, value) = self.whole(folder, shown)?;
        Schema::build(value, &file, file.unlabelled(self))
    }

    /// The shared properties without a label.
    pub(super) fn unlabelled(&self) -> Vec<Fault> {
        self.file.as_ref().map(|file| file.unlabelled(self)).unwrap_or_default()
    }

    /// A part of a file with every `$ref` in it replaced by what it refers to, what stands beside it laid over that.
    pub(super) fn resolved(
        &self,
        file: &SchemaFile,
        value: &Value,
        pointer: &str,
        depth: usize,
        faults: &mut Vec<Fault>,
    ) -> Value {
        let schema = match value {
            Value::Object(schema) => schema,
            Value::Array(list) => {
                let below = |(place, one)| self.resolved(file, one, &format!("{pointer}/{place}"), depth, faults);
                return list.iter().enumerate().map(below).collect();
            }
            other => return other.clone(),
        };
        let mut own = Map::new();
        for (name, inner) in schema.iter().filter(|(name, _)| *name != "$ref") {
            let inner = self.resolved(file, inner, &format!("{pointer}/{name}"), depth, faults);
            own.insert(name.clone(), inner);
        }
        let Some(reference) = schema.get("$ref").and_then(Value::as_str) else { return Value::Object(own) };
        match self.target(file, reference) {
            Some((target, below, definition)) if depth < DEPTH => {
                // What is wrong in a definition is said once, where it stands.
                let definition = self.resolved(target, definition, &below, depth + 1, &mut Vec::new());
                lay(definition, own)
            }
            _ => {
                let place = file.at(&format!("{pointer}/$ref"));
                faults.extend(self.file.is_some().then(|| self.dangling(reference, place)));
                Value::Object(own)
            }
        }
    }

    /// What a reference of a file names: the file that has it, its JSON Pointer there, and the definition.
    fn target<'t>(&'t self, file: &'t SchemaFile, reference: &str) -> Option<(&'t SchemaFile, String, &'t Value)> {
        let (path, pointer) = reference.split_once('#')?;
        let target = match path {
            "" => file,
            path => self.file.as_ref().filter(|_| beside(&file.shown, path) == FILE)?,
        };
        Some((target, pointer.to_owned(), target.value.pointer(pointer)?))
    }

    fn dangling(&self, reference: &str, place: String) -> Fault {
        let name = reference.rsplit('/').next().unwrap_or_default();
        let known = self.file.iter().filter_map(|file| file.value["$defs"].as_object());
        let hint = hint(name, known.flat_map(|definitions| definitions.keys().map(String::as_str)));
        Fault::new(
            "definition-unknown",
            place,
            format!("“{reference}” leads to no definition of {FILE} or of this file, or back to itself. {}", hint.en),
            format!(
                "« {reference} » ne mène à aucune définition de {FILE} ni de ce fichier, ou revient à son point de départ. {}",
                hint.fr
            ),
        )
    }

    /// What is wrong with an `x-term`: no such table, no `enum`, or values that are no keys of it.
    pub(super) fn term_fault(
        &self,
        file: &SchemaFile,
        pointer: &str,
        schema: &Map<String, Value>,
        place: &str,
    ) -> Option<Fault> {
        let name = schema["x-term"].as_str().unwrap_or_default();
        let terms = self.terms.as_ref()?;
        let Some(table) = terms.get(name) else {
            let known: Vec<&str> = terms.keys().map(String::as_str).collect();
            return Some(unknown("term-unknown", name, &known, place.to_owned()));
        };
        let whole = self.resolved(file, &Value::Object(schema.clone()), pointer, 0, &mut Vec::new());
        let Some(values) = whole["enum"].as_array() else {
            return Some(Fault::new(
                "term-unknown",
                place,
                format!("The keys of [{name}] that it may be are not given. Add them as \"enum\"."),
                format!("Les clés de [{name}] permises ne sont pas données. Ajoutez-les dans \"enum\"."),
            ));
        };
        let strange = values.iter().find(|value| value.as_str().is_none_or(|key| !table.contains_key(key)))?;
        let hint = hint(strange.as_str().unwrap_or_default(), table.keys().map(String::as_str));
        Some(Fault::new(
            "term-unknown",
            place,
            format!("{strange} is no key of [{name}] in _house/terms.toml. {}", hint.en),
            format!("{strange} n’est pas une clé de [{name}] dans _house/terms.toml. {}", hint.fr),
        ))
    }
}

/// The path that a relative one comes to, seen from a file: `../_house/x` from `_events/y` is `_house/x`.
fn beside(file: &str, path: &str) -> String {
    let mut steps: Vec<&str> = file.split('/').collect();
    steps.pop();
    for step in path.split('/') {
        match step {
            ".." => drop(steps.pop()),
            "." => {}
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// A schema with another laid over it: what is said anew of the same thing takes its place, and what is asked besides is asked
/// too. A property that is laid over as `false` is taken out.
pub(super) fn lay(base: Value, over: Map<String, Value>) -> Value {
    let Value::Object(mut base) = base else { return Value::Object(over) };
    for (name, value) in over {
        match base.get_mut(&name) {
            None => drop(base.insert(name, value)),
            Some(old) if *old == value => {}
            Some(old) => {
                if let Some(besides) = lay_keyword(&name, old, value) {
                    let all = base.entry("allOf").or_insert_with(|| json!([]));
                    all.as_array_mut().expect("allOf is a list").push(json!({ name: besides }));
                }
            }
        }
    }
    Value::Object(base)
}

/// Lays one keyword's value over another; gives back what can only be asked besides.
fn lay_keyword(name: &str, old: &mut Value, new: Value) -> Option<Value> {
    match (name, &mut *old, new) {
        ("properties", Value::Object(old), Value::Object(new)) => {
            for (name, property) in new {
                match (old.get_mut(&name), property) {
                    (_, Value::Bool(false)) => drop(old.shift_remove(&name)),
                    (Some(was), Value::Object(over)) => *was = lay(was.take(), over),
                    (_, property) => drop(old.insert(name, property)),
                }
            }
            None
        }
        ("items", old, Value::Object(over)) => {
            *old = lay(old.take(), over);
            None
        }
        ("required" | "allOf", Value::Array(old), Value::Array(new)) => {
            for one in new {
                if !old.contains(&one) {
                    old.push(one);
                }
            }
            None
        }
        ("enum", Value::Array(old), Value::Array(new)) if new.iter().all(|value| old.contains(value)) => {
            *old = new;
            None
        }
        ("maxLength" | "maxItems", old, new) if new.as_u64() < old.as_u64() => {
            *old = new;
            None
        }
        ("minLength" | "minItems", old, new) if new.as_u64() > old.as_u64() => {
            *old = new;
            None
        }
        (name, old, new) if name.starts_with("x-") || ["title", "description", "examples"].contains(&name) => {
            *old = new;
            None
        }
        (_, _, new) => Some(new),
    }
}
