//! The API's description, completed by what only the letter types know: the schemas and examples of events and letters; and by what
//! all routes share: the problems that each may answer with, and examples made of those of their parts.

use serde_json::{Map, Value, json};

use crate::letter::Catalogue;

/// Where components stand.
const SCHEMAS: &str = "#/components/schemas/";
/// The media types of events.
const STRUCTURED: &str = "application/cloudevents+json";
const BATCH: &str = "application/cloudevents-batch+json";

/// Examples by component, such as `CaseRef`, or by property of one, such as `CaseView.program`. What a component is made of needs none
/// where its parts have theirs.
const EXAMPLES: &str = include_str!("examples.json");

/// What each kind of problem says, by its status.
const PROBLEMS: [(u16, &str, &str, &str); 10] = [
    (400, "bad-request", "The request cannot be read", "The request cannot be read"),
    (401, "unauthorized", "The access token is missing or wrong", "The access token is missing or wrong"),
    (403, "no-authority", "Not within the authority of this role", "It is not theirs to decide"),
    (404, "not-found", "Not found", "There is no such thing"),
    (409, "not-waiting", "Not waiting for this decision", "It is not as the request supposes"),
    (413, "too-large", "The request is too large", "The request is larger than 16 MiB"),
    (415, "media-type", "The media type is not taken here", "The media type is not taken here"),
    (422, "faults", "Nothing was recorded", "Nothing was recorded; every fault is listed"),
    (500, "internal", "Recto could not do this", "The trouble is the service's own; it is in its log"),
    (504, "too-slow", "It takes longer", "It took longer than 60 seconds; what was begun may still be done"),
];

/// What a conflict is where it is about no decision, by the operation: its kind and its title.
const CONFLICTS: [(&str, &str, &str); 4] = [
    ("take_events", "conflict", "Known already with other contents"),
    ("create_letter", "conflict", "Known already with other contents"),
    ("close_run", "run-claimed", "The print run is being closed"),
    ("reload_letter_types", "reload-under-way", "The letter types are being taken anew already"),
];

/// The whole description, for these letter types.
pub(super) fn completed(bare: Value, catalogue: &Catalogue) -> Value {
    let mut api = bare;
    let mut schemas = api["components"]["schemas"].take();
    let named = |name: &str| json!({"$ref": format!("{SCHEMAS}{name}")});
    let examples: Map<String, Value> = serde_json::from_str(EXAMPLES).unwrap_or_default();
    for (name, example) in examples {
        let place = format!("/{}", name.replace('.', "/properties/"));
        if let Some(part) = schemas.pointer_mut(&place).and_then(Value::as_object_mut) {
            part.insert("examples".to_owned(), json!([example]));
        }
    }
    for (name, schema) in catalogue.shared_schemas() {
        schemas[name] = schema;
    }
    let events: Vec<String> = catalogue.event_kinds().into_iter().map(|kind| format!("event.{kind}")).collect();
    for (kind, name) in catalogue.event_kinds().into_iter().zip(&events) {
        schemas[name] = catalogue.whole_event_schema(kind, SCHEMAS);
    }
    schemas["Event"] = json!({
        "description": "A case event: a CloudEvent 1.0 of one of these types.",
        "oneOf": events.iter().map(|name| named(name)).collect::<Vec<_>>(),
    });
    let letters = catalogue.types.values().map(|letter| {
        json!({
            "title": letter.key,
            "type": "object",
            "required": ["letter", "data"],
            "properties": {"letter": {"const": letter.key}, "data": catalogue.letter_data_schema(letter, SCHEMAS)},
            "additionalProperties": false,
        })
    });
    let letters: Vec<Value> = letters.collect();
    let described = schemas["LetterRequest"]["description"].clone();
    schemas["LetterRequest"] = json!({"description": described, "oneOf": letters});
    for operations in api["paths"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        for operation in operations.as_object_mut().into_iter().flat_map(Map::values_mut) {
            complete(operation, &schemas, catalogue);
        }
    }
    api["components"]["schemas"] = schemas;
    api
}

fn complete(operation: &mut Value, schemas: &Value, catalogue: &Catalogue) {
    match operation["operationId"].as_str() {
        Some("take_events") => {
            operation["requestBody"]["content"] = event_bodies(catalogue);
            let receipt = json!({"$ref": format!("{SCHEMAS}Receipt")});
            operation["responses"]["202"]["content"]["application/json"]["schema"] =
                json!({"oneOf": [receipt, {"type": "array", "items": receipt}]});
        }
        Some("list_letters") => known_keys(operation, catalogue),
        _ => {}
    }
    let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
    let has_body = operation.get("requestBody").is_some();
    if let Some(content) = operation.pointer_mut("/requestBody/content") {
        match content.pointer_mut("/application~1json") {
            Some(body) if body["schema"]["$ref"] == format!("{SCHEMAS}LetterRequest") => {
                body["examples"] = letter_examples(catalogue);
            }
            _ if id == "take_events" => {}
            _ => give_examples(content, schemas),
        }
    }
    let is_read = has_body || operation.get("parameters").and_then(Value::as_array).is_some_and(|all| !all.is_empty());
    let all = [(400, is_read), (401, true), (413, has_body), (500, true), (504, true)];
    let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
    for (status, _) in all.into_iter().filter(|(_, may)| *may) {
        responses.entry(status.to_string()).or_insert_with(|| json!({"description": ""}));
    }
    for (status, response) in responses.iter_mut() {
        match PROBLEMS.iter().find(|(code, ..)| code.to_string() == *status) {
            Some(problem) => problem_response(response, problem, &id),
            None => {
                if let Some(content) = response.get_mut("content") {
                    give_examples(content, schemas);
                }
            }
        }
    }
    responses.sort_keys();
}

/// A letter type or a program to look for is one that there is.
fn known_keys(operation: &mut Value, catalogue: &Catalogue) {
    let types: Vec<&String> = catalogue.types.keys().collect();
    let programs: Vec<&String> = catalogue.programs.keys().collect();
    for parameter in operation["parameters"].as_array_mut().into_iter().flatten() {
        let keys = match parameter["name"].as_str() {
            Some("type") => &types,
            Some("program") => &programs,
            _ => continue,
        };
        parameter["schema"] = json!({"type": "string", "enum": keys});
    }
}

fn problem_response(response: &mut Value, (status, kind, title, says): &(u16, &str, &str, &str), operation: &str) {
    if response["description"].as_str().is_none_or(str::is_empty) {
        response["description"] = json!(says);
    }
    let own = CONFLICTS.iter().find(|(asked, ..)| *status == 409 && *asked == operation);
    let (kind, title) = own.map_or((kind, title), |(_, kind, title)| (kind, title));
    let faults = match status {
        422 => {
            json!([{"code": "fact-missing", "place": "/data/facts/amount", "message": "“amount” is required and missing. Add it."}])
        }
        _ => json!([]),
    };
    let example = json!({
        "type": format!("urn:problem:recto:{kind}"), "title": title, "status": status, "detail": says, "faults": faults,
    });
    response["content"] =
        json!({"application/problem+json": {"schema": {"$ref": format!("{SCHEMAS}Problem")}, "example": example}});
}

/// The bodies of events: one, several, or, in binary mode, the data alone.
fn event_bodies(catalogue: &Catalogue) -> Value {
    let named = |kind: &str| Some((kind.to_owned(), json!({"value": catalogue.event_example(kind)?})));
    let examples: Map<String, Value> = catalogue.event_kinds().into_iter().filter_map(named).collect();
    let batch: Vec<&Value> = examples.values().take(2).map(|example| &example["value"]).collect();
    let data = examples.values().next().map(|example| &example["value"]["data"]);
    let event = json!({"$ref": format!("{SCHEMAS}Event")});
    json!({
        STRUCTURED: {"schema": event, "examples": examples},
        BATCH: {"schema": {"type": "array", "items": event}, "example": batch},
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["case", "party", "facts"],
                "description": "The data of one event in binary mode: its attributes are the headers ce-id, ce-source, ce-type, ce-subject, ce-time and ce-specversion, percent-encoded.",
            },
            "example": data,
        },
    })
}

fn letter_examples(catalogue: &Catalogue) -> Value {
    let named = |(key, letter): (&String, _)| Some((key.clone(), json!({"value": catalogue.letter_example(letter)?})));
    Value::Object(catalogue.types.iter().filter_map(named).collect())
}

/// Gives each body of JSON an example that is made of those of its parts.
fn give_examples(content: &mut Value, schemas: &Value) {
    for (kind, body) in content.as_object_mut().into_iter().flatten() {
        if kind.ends_with("json")
            && let Some(example) = example_of(&body["schema"], schemas, 0)
        {
            body["example"] = example;
        }
    }
}

/// An example of a schema: its own, or one made of its parts. None where a part has none.
pub(super) fn example_of(schema: &Value, schemas: &Value, depth: usize) -> Option<Value> {
    if depth > 12 {
        return None;
    }
    let own = [schema.get("example"), schema["examples"].get(0), schema.get("const")];
    if let Some(own) = own.into_iter().flatten().next() {
        return Some(own.clone());
    }
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.strip_prefix(SCHEMAS)) {
        return example_of(&schemas[name], schemas, depth + 1);
    }
    if let Some(first) = schema["enum"].get(0) {
        return Some(first.clone());
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let parts: Option<Vec<Value>> = parts.iter().map(|part| example_of(part, schemas, depth + 1)).collect();
        return Some(Value::Object(
            parts?.iter().filter_map(Value::as_object).flatten().map(|(n, v)| (n.clone(), v.clone())).collect(),
        ));
    }
    if let Some(one) = ["oneOf", "anyOf"].iter().find_map(|name| schema[*name].as_array()?.first()) {
        return example_of(one, schemas, depth + 1);
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str());
    match kind {
        Some("object") => {
            let properties = schema["properties"].as_object().into_iter().flatten();
            let example = |(name, part): (&String, &Value)| Some((name.clone(), example_of(part, schemas, depth + 1)?));
            properties.map(example).collect::<Option<Map<_, _>>>().map(Value::Object)
        }
        Some("array") => example_of(&schema["items"], schemas, depth + 1).map(|item| json!([item])),
        Some("integer") => Some(json!(1)),
        Some("boolean") => Some(json!(false)),
        _ => None,
    }
}
