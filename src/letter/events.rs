//! What events are made of: one schema for each in `_events/`, and what a letter type asks of its event besides.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::catalogue::Catalogue;
use super::definitions::{Definitions, lay};
use super::hash::{entries, file_name};
use super::kind::{CalledBy, LetterType};
use super::path::Condition;
use super::read::{closest, hint};
use super::schema::Schema;
use super::schema_file::{SchemaFile, unknown};
use crate::case::{Fault, Text};

/// The schemas of the events.
pub(super) struct Events {
    definitions: Definitions,
    kinds: BTreeMap<String, Event>,
}

struct Event {
    file: SchemaFile,
    /// The schema as described, its conditions not yet worked out.
    described: Value,
    schema: Schema,
}

impl Events {
    /// Reads the schemas of `_events/`.
    pub(super) fn read(folder: &Path, faults: &mut Vec<Fault>) -> Events {
        let definitions = Definitions::read(folder, faults);
        let mut kinds = BTreeMap::new();
        for path in entries(&folder.join("_events")) {
            let name = file_name(&path);
            let Some(kind) = name.strip_suffix(".schema.json") else { continue };
            match event(&definitions, folder, &format!("_events/{name}")) {
                Ok(event) => drop(kinds.insert(kind.to_owned(), event)),
                Err(more) => faults.extend(more),
            }
        }
        Events { definitions, kinds }
    }

    /// The schema of an event that calls for no letter; `None` where there is none of this kind.
    pub(super) fn schema(&self, kind: &str) -> Option<&Schema> {
        self.kinds.get(kind).map(|event| &event.schema)
    }

    /// The kinds of events that have a schema.
    pub(super) fn kinds(&self) -> impl Iterator<Item = &str> {
        self.kinds.keys().map(String::as_str)
    }

    /// A schema of the house, such as that of a party.
    pub(super) fn of_house(&self, folder: &Path, shown: &str) -> Result<Schema, Vec<Fault>> {
        self.definitions.schema(folder, shown)
    }

    /// The properties without a label, of all events and of what they share.
    pub(super) fn unlabelled(&self) -> Vec<Fault> {
        let events = self.kinds.values().flat_map(|event| event.schema.unlabelled.iter().cloned());
        self.definitions.unlabelled().into_iter().chain(events).collect()
    }

    /// The schema of a letter type's facts: its event's, with what `called_by` names and what the type's own `facts.schema.json`
    /// asks besides. An event that has no schema in `_events/` is described by that file alone.
    pub(super) fn schema_of(&self, folder: &Path, key: &str, called_by: &CalledBy) -> Result<Schema, Vec<Fault>> {
        let event = self.kinds.get(&called_by.event);
        let shown = format!("{key}/facts.schema.json");
        let own = folder.join(&shown).exists().then(|| self.definitions.whole(folder, &shown)).transpose()?;
        let toml = format!("{key}/letter.toml");
        let (file, mut schema, unlabelled) = match (event, &own) {
            (Some(event), Some((file, own))) => (file, laid(event, file, own)?, Vec::new()),
            (Some(event), None) => (&event.file, event.described.clone(), Vec::new()),
            (None, Some((file, own))) => (file, own.clone(), file.unlabelled(&self.definitions)),
            // What is wrong with the event's schema is said there.
            (None, None) if folder.join(format!("_events/{}.schema.json", called_by.event)).exists() => {
                return Err(Vec::new());
            }
            (None, None) => return Err(vec![self.undescribed(&called_by.event, toml)]),
        };
        let mut faults = wrong_conditions(&schema, file);
        let fixed = called_by.when.as_ref().filter(|fixed| fix(&mut schema, fixed));
        for path in &called_by.requires {
            require(&mut schema, path, &toml, &mut faults);
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        bind(&mut schema, fixed);
        Schema::build(schema, file, unlabelled)
    }

    fn undescribed(&self, kind: &str, place: String) -> Fault {
        let meant = closest(kind, self.kinds());
        let en = meant.as_ref().map_or(String::new(), |known| format!(" Did you mean “{known}”?"));
        let fr = meant.as_ref().map_or(String::new(), |known| format!(" Vouliez-vous dire « {known} »?"));
        Fault::new(
            "event-undescribed",
            place,
            format!(
                "Nothing says what the facts of “{kind}” are.{en} Describe a new event in facts.schema.json beside letter.toml, or in _events/{kind}.schema.json."
            ),
            format!(
                "Rien ne dit quels sont les faits de « {kind} ».{fr} Décrivez un nouvel événement dans facts.schema.json à côté de letter.toml, ou dans _events/{kind}.schema.json."
            ),
        )
    }
}

impl Catalogue {
    /// Whether an event of this short type brings a person into a case, as its schema says (`x-brings-person`).
    pub fn brings_person(&self, kind: &str) -> bool {
        self.schema_of_event(kind).is_some_and(|schema| schema.source["x-brings-person"] == true)
    }

    /// What happened where an event of this short type is told, as the rest of a sentence: the label of its schema. An event that one
    /// letter type alone has may do without, and is told by the letter's title. Its type where nothing describes it any more.
    pub fn happened(&self, kind: &str) -> Text {
        let label = self.schema_of_event(kind).and_then(|schema| Text::deserialize(&schema.source["x-label"]).ok());
        let by_title = |letter: &LetterType| {
            let Text { en, fr } = &letter.description.title;
            Text::new(format!("the letter “{en}” was called for"), format!("la lettre « {fr} » a été demandée"))
        };
        label.or_else(|| self.type_with(kind).map(by_title)).unwrap_or_else(|| Text::new(kind, kind))
    }

    /// A party's role in words.
    pub fn role(&self, key: &str) -> Text {
        let words = Text::deserialize(&self.party.source["properties"]["role"]["x-terms"][key]);
        words.unwrap_or_else(|_| Text::new(key, key))
    }

    /// The schema in `_events/`, or that of the letter type which alone has the event.
    pub(super) fn schema_of_event(&self, kind: &str) -> Option<&Schema> {
        self.event_schema(kind).or_else(|| self.type_with(kind).map(|letter| &letter.schema))
    }

    fn type_with(&self, kind: &str) -> Option<&LetterType> {
        self.types.values().find(|letter| letter.description.called_by.event == kind)
    }
}

fn event(definitions: &Definitions, folder: &Path, shown: &str) -> Result<Event, Vec<Fault>> {
    let (file, described) = definitions.whole(folder, shown)?;
    let faults = wrong_conditions(&described, &file);
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut schema = described.clone();
    bind(&mut schema, None);
    let schema = Schema::build(schema, &file, file.unlabelled_event(definitions))?;
    Ok(Event { file, described, schema })
}

/// The event's schema with the letter type's laid over it, which may narrow facts and take them out, but not bring new ones.
fn laid(event: &Event, file: &SchemaFile, own: &Value) -> Result<Value, Vec<Fault>> {
    let known = names(&event.described);
    let own_names = names(own);
    let strange = own_names.iter().filter(|name| !known.contains(name));
    let faults: Vec<Fault> =
        strange.map(|name| unknown("name-unknown", name, &known, file.at(&format!("/properties/{name}")))).collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut own: Map<String, Value> = own.as_object().cloned().unwrap_or_default();
    for told in ["$schema", "title", "x-label", "description"] {
        own.shift_remove(told);
    }
    Ok(lay(event.described.clone(), own))
}

fn names(schema: &Value) -> Vec<&str> {
    schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect()
}

/// Conditions that no facts can meet, because they name facts or values that there are not.
fn wrong_conditions(schema: &Value, file: &SchemaFile) -> Vec<Fault> {
    let known = names(schema);
    let mut faults = Vec::new();
    for (name, others) in schema["dependentRequired"].as_object().into_iter().flatten() {
        let named = others.as_array().into_iter().flatten().filter_map(Value::as_str).chain([name.as_str()]);
        let strange = named.filter(|name| !known.contains(name));
        faults.extend(strange.map(|name| unknown("name-unknown", name, &known, file.at("/dependentRequired"))));
    }
    for (place, condition) in schema["allOf"].as_array().into_iter().flatten().enumerate() {
        let mut named = Vec::new();
        names_in(condition, &mut named);
        let strange = named.into_iter().filter(|name| !known.contains(name));
        faults.extend(strange.map(|name| unknown("name-unknown", name, &known, file.at(&format!("/allOf/{place}")))));
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let Some(condition) = when(property) else { continue };
        let place = file.at(&format!("/properties/{name}/x-when"));
        let (when, is) = (condition.fact.as_str(), condition.values());
        let other = top(&condition).and_then(|other| schema["properties"].get(other));
        let Some(other) = other else {
            let known: Vec<String> = known.iter().map(|name| format!("facts.{name}")).collect();
            let hint = hint(when, known.iter().map(String::as_str));
            faults.push(Fault::new(
                "path-unknown",
                place,
                format!("“{when}” is no fact of this event. {}", hint.en),
                format!("« {when} » n’est pas un fait de cet événement. {}", hint.fr),
            ));
            continue;
        };
        let allowed = allowed(other);
        let strange = is.iter().filter(|value| !allowed.contains(value)).map(Value::to_string);
        let allowed: Vec<String> = allowed.iter().map(Value::to_string).collect();
        let allowed: Vec<&str> = allowed.iter().map(String::as_str).collect();
        faults.extend(strange.map(|value| unknown("value-unknown", &value, &allowed, place.clone())));
    }
    faults
}

/// The facts that a condition names, in what it asks, forbids or supposes.
fn names_in<'s>(schema: &'s Value, found: &mut Vec<&'s str>) {
    found.extend(names(schema));
    found.extend(schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str));
    for part in ["if", "then", "else", "not"].iter().filter_map(|part| schema.get(*part)) {
        names_in(part, found);
    }
    for part in ["allOf", "anyOf", "oneOf"].iter().filter_map(|part| schema[*part].as_array()).flatten() {
        names_in(part, found);
    }
}

fn when(property: &Value) -> Option<Condition> {
    Condition::deserialize(property.get("x-when")?).ok()
}

/// The fact at the top of the schema that a condition is about, such as `letter`.
fn top(condition: &Condition) -> Option<&str> {
    condition.fact.as_str().strip_prefix("facts.").filter(|fact| !fact.contains('.'))
}

/// The values that a fact may have by which something is decided: those that it lists, or else true and false.
fn allowed(property: &Value) -> Vec<Value> {
    property["enum"].as_array().cloned().unwrap_or_else(|| vec![json!(true), json!(false)])
}

/// Fixes the fact by which an event calls for the letter; `false` where the event does not have it, or can never have it so, which is a
/// fault of letter.toml's path.
fn fix(schema: &mut Value, fixed: &Condition) -> bool {
    let (Some(name), values) = (top(fixed), fixed.values()) else { return false };
    let Some(property) = schema["properties"].get_mut(name).filter(|property| property.is_object()) else {
        return false;
    };
    let allowed = allowed(property);
    let fits = values.iter().all(|value| allowed.contains(value));
    if fits {
        let (keyword, value) = match values {
            [one] => ("const", one.clone()),
            several => ("enum", json!(several)),
        };
        property[keyword] = value;
    }
    need(schema, name);
    fits
}

/// Requires a fact at the top of a schema.
fn need(schema: &mut Value, name: &str) {
    let required = schema.as_object_mut().map(|schema| schema.entry("required").or_insert_with(|| json!([])));
    if let Some(list) = required.and_then(Value::as_array_mut).filter(|list| !list.contains(&json!(name))) {
        list.push(json!(name));
    }
}

/// Requires the fact at a dotted path, in each item where the path goes through a list.
fn require(schema: &mut Value, path: &str, place: &str, faults: &mut Vec<Fault>) {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    if schema["properties"].get(name).is_none() {
        return faults.push(unknown("name-unknown", name, &names(schema), place.to_owned()));
    }
    let Some(rest) = rest else {
        return need(schema, name);
    };
    let inner = &mut schema["properties"][name];
    let inner = if inner["items"].is_object() { &mut inner["items"] } else { inner };
    require(inner, rest, place, faults);
}

/// Works out when each fact may stand: what the fixed facts decide is decided, the rest becomes rules of the schema.
fn bind(schema: &mut Value, fixed: Option<&Condition>) {
    let mut rules: Vec<(Condition, Map<String, Value>)> = Vec::new();
    let Some(properties) = schema["properties"].as_object_mut() else { return };
    properties.retain(|name, property| {
        let Some(condition) = when(property) else { return true };
        if let Some(fixed) = fixed.filter(|fixed| top(fixed) == top(&condition)) {
            let holds = |value: &Value| condition.values().contains(value);
            if fixed.values().iter().all(holds) {
                property.as_object_mut().map(|property| property.shift_remove("x-when"));
                return true;
            }
            if !fixed.values().iter().any(holds) {
                return false;
            }
        }
        let rule = rules.iter_mut().find(|(known, _)| *known == condition);
        match rule {
            Some((_, barred)) => drop(barred.insert(name.clone(), json!(false))),
            None => rules.push((condition, Map::from_iter([(name.clone(), json!(false))]))),
        }
        true
    });
    let rules = rules.into_iter().filter_map(|(condition, barred)| {
        let fact = top(&condition)?;
        let holds = json!({"required": [fact], "properties": {fact: {"enum": condition.values()}}});
        Some(json!({"if": holds, "else": {"properties": barred}}))
    });
    let rules: Vec<Value> = rules.collect();
    if let (false, Some(schema)) = (rules.is_empty(), schema.as_object_mut()) {
        let all = schema.entry("allOf").or_insert_with(|| json!([]));
        all.as_array_mut().into_iter().for_each(|all| all.extend(rules.iter().cloned()));
    }
}
