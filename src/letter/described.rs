//! What a stranger must know to send an event or ask for a letter: a schema of the whole, and an example.

use serde_json::{Map, Value, json};

use super::catalogue::Catalogue;
use super::data::take_date;
use super::kind::LetterType;
use super::path::Condition;
use super::schema::Schema;
use crate::case::event::{TYPE_PREFIX, TYPE_SUFFIX};

/// The day and time of an example that does not say for which day it is.
const EXAMPLE_DAY: &str = "2026-11-17";
/// The sample that says most plainly what a letter is about.
const PLAUSIBLE: &str = "plausible.json";

impl Catalogue {
    /// The short types of all events that are taken, in order.
    pub fn event_kinds(&self) -> Vec<&str> {
        let mut kinds: Vec<&str> = self.types.values().map(|letter| &*letter.description.called_by.event).collect();
        kinds.extend(self.events.kinds());
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }

    /// The letter types that events of a short type may call for, in order.
    pub fn letters_of(&self, kind: &str) -> Vec<&LetterType> {
        self.types.values().filter(|letter| letter.description.called_by.event == kind).collect()
    }

    /// What an event of a short type tells, in English.
    pub fn event_says(&self, kind: &str) -> &str {
        let schema = self.events.schema(kind).or_else(|| self.letters_of(kind).first().map(|letter| &letter.schema));
        schema.and_then(|schema| schema.source["description"].as_str()).unwrap_or_default()
    }

    /// The schemas of case and party, which the others refer to.
    pub fn schemas(&self) -> [(&'static str, &Schema); 2] {
        [("Case", &self.case), ("Party", &self.party)]
    }

    /// The same as readers of JSON Schema know them.
    pub fn shared_schemas(&self) -> [(&'static str, Value); 2] {
        [("Case", &self.case), ("Party", &self.party)].map(|(name, schema)| (name, plain(&schema.source)))
    }

    /// The JSON Schema of a whole event: its envelope, and its data, the facts of which are those of each letter that it calls for.
    /// `shared` is where [`Catalogue::shared_schemas`] stand, such as `#/$defs/`.
    pub fn whole_event_schema(&self, kind: &str, shared: &str) -> Value {
        let facts = self.events.schema(kind).map_or_else(|| json!({"type": "object"}), |schema| plain(&schema.source));
        let mut data = data_schema(facts, shared);
        let calls = self.letters_of(kind).into_iter().map(|letter| {
            let by = &letter.description.called_by;
            let facts = by.when.as_ref().map_or(json!({}), |when| json!({"required": ["facts"], "properties": {"facts": holds(when)}}));
            let case = if by.programs.is_empty() {
                json!({})
            } else {
                json!({"required": ["case"], "properties": {"case": {"properties": {"program": {"enum": by.programs}}}}})
            };
            json!({
                "title": format!("Where it calls for {}", letter.key),
                "if": {"allOf": [case, facts]},
                "then": {"properties": {"facts": plain(&letter.schema.source)}},
            })
        });
        let calls: Vec<Value> = calls.collect();
        if !calls.is_empty() {
            data["allOf"] = json!(calls);
        }
        json!({
            "title": kind,
            "description": self.event_says(kind),
            "type": "object",
            "required": ["specversion", "id", "source", "type", "subject", "time", "data"],
            "properties": {
                "specversion": {"const": "1.0"},
                "id": {"type": "string", "minLength": 1, "maxLength": 200, "description": "Your key of the event: with the source it is the event's own for ever."},
                "source": {"type": "string", "format": "uri-reference", "minLength": 1, "maxLength": 200, "description": "Who says so."},
                "type": {"const": type_of(kind)},
                "subject": {"type": "string", "minLength": 1, "maxLength": 200, "description": "The case reference: the same as in data.case.reference."},
                "time": {"type": "string", "format": "date-time", "description": "When it happened; the facts tell of no later day."},
                "datacontenttype": {"type": ["string", "null"], "description": "A media type of JSON, or absent."},
                "dataschema": {"type": ["string", "null"], "format": "uri", "description": "An absolute URI, or absent."},
                "data": data,
            },
            "patternProperties": {"^[a-z0-9]+$": true},
            "additionalProperties": false,
        })
    }

    /// The JSON Schema of the data of a letter that is asked for.
    pub fn letter_data_schema(&self, letter: &LetterType, shared: &str) -> Value {
        data_schema(plain(&letter.schema.source), shared)
    }

    /// An example of an event of a short type: that of a letter which it calls for, or else what its schema has. None where neither
    /// has one.
    pub fn event_example(&self, kind: &str) -> Option<Value> {
        let asked = self.letters_of(kind).into_iter().find_map(|letter| Some((letter, sample_of(letter)?)));
        let (mut data, name) = match asked {
            Some((letter, sample)) => (sample, letter.key.clone()),
            None => {
                let facts = self.events.schema(kind)?.source["examples"].get(0)?.clone();
                let mut data = self.types.values().find_map(sample_of)?;
                data["facts"] = facts;
                data.as_object_mut()?.shift_remove("addressee");
                (data, "1".to_owned())
            }
        };
        let day = take_date(&mut data).map_or_else(|| EXAMPLE_DAY.to_owned(), |day| day.to_string());
        Some(json!({
            "specversion": "1.0",
            "id": format!("example-{kind}-{name}"),
            "source": "https://cases.example.ca/",
            "type": type_of(kind),
            "subject": data["case"]["reference"],
            "time": format!("{day}T09:00:00-05:00"),
            "datacontenttype": "application/json",
            "data": data,
        }))
    }

    /// An example of what a letter is asked for with; none where it has no sample.
    pub fn letter_example(&self, letter: &LetterType) -> Option<Value> {
        let mut data = sample_of(letter)?;
        take_date(&mut data);
        Some(json!({"letter": letter.key, "data": data}))
    }
}

/// The whole type of an event of a short type.
fn type_of(kind: &str) -> String {
    format!("{TYPE_PREFIX}{kind}{TYPE_SUFFIX}")
}

fn sample_of(letter: &LetterType) -> Option<Value> {
    letter.samples.get(PLAUSIBLE).or_else(|| letter.samples.values().next()).cloned()
}

/// The schema of `{case, party, addressee, facts}`.
fn data_schema(facts: Value, shared: &str) -> Value {
    let party = json!({"$ref": format!("{shared}Party")});
    json!({
        "type": "object",
        "required": ["case", "party", "facts"],
        "properties": {
            "case": {"$ref": format!("{shared}Case")},
            "party": party,
            "addressee": {"$ref": format!("{shared}Party"), "description": "Who gets the letter, where that is somebody else."},
            "facts": facts,
        },
        "additionalProperties": false,
    })
}

/// The schema of the facts that a condition holds of.
fn holds(condition: &Condition) -> Value {
    let steps = condition.fact.as_str().split('.').skip(1);
    let is = json!({"enum": condition.values()});
    steps
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .fold(is, |inner, step| json!({"type": "object", "required": [step], "properties": {step: inner}}))
}

/// A schema in words that every reader of JSON Schema knows: our own formats as patterns and dates, our own keywords left out.
fn plain(schema: &Value) -> Value {
    match schema {
        Value::Object(map) => {
            let mut plain_map = Map::new();
            for (name, value) in map {
                match (name.as_str(), value.as_str()) {
                    ("format", Some(money @ ("money" | "signed-money"))) => {
                        let sign = if money == "money" { "" } else { "-?" };
                        let pattern = format!("^{sign}(0|[1-9][0-9]{{0,7}})\\.[0-9]{{2}}$");
                        plain_map.insert("allOf".to_owned(), json!([{"pattern": pattern}]));
                    }
                    ("format", Some("past-date")) => drop(plain_map.insert(name.clone(), json!("date"))),
                    _ if name.starts_with("x-") || name == "$schema" => {}
                    // What stands below them are names of facts, or values.
                    ("properties", _) => drop(plain_map.insert(name.clone(), each(value))),
                    ("examples" | "enum" | "const" | "default" | "required", _) => {
                        drop(plain_map.insert(name.clone(), value.clone()));
                    }
                    _ => drop(plain_map.insert(name.clone(), plain(value))),
                }
            }
            Value::Object(plain_map)
        }
        Value::Array(list) => list.iter().map(plain).collect(),
        other => other.clone(),
    }
}

fn each(schemas: &Value) -> Value {
    let schemas = schemas.as_object().into_iter().flatten();
    Value::Object(schemas.map(|(name, schema)| (name.clone(), plain(schema))).collect())
}
