//! The words of schemas: what their annotations say, and what values, types and parts of an event's data are called.

use jsonschema::error::TypeKind;
use serde_json::Value;

use crate::case::{Language, Text, json};

/// The schema of a step of a JSON Pointer below a schema.
pub(super) fn below<'s>(node: &'s Value, step: &str) -> &'s Value {
    let step = json::step(step);
    match node["properties"].get(&step) {
        Some(property) => property,
        None if step.parse::<usize>().is_ok() => &node["items"],
        None => &Value::Null,
    }
}

/// What a part of an event's data is called.
pub(super) fn part(prefix: &str) -> Text {
    match prefix.rsplit('/').next().unwrap_or_default() {
        "case" => Text::new("Case", "Dossier"),
        "party" => Text::new("Party", "Partie"),
        "addressee" => Text::new("Addressee", "Destinataire"),
        "facts" => Text::new("Facts", "Faits"),
        "" => Text::new("The request", "La requête"),
        other => Text::new(other, other),
    }
}

/// An annotation in both languages.
pub(super) fn worded(annotation: &Value) -> Option<Text> {
    Some(Text::new(annotation["en"].as_str()?, annotation["fr"].as_str()?))
}

/// Values as they are written, with their words behind them where the schema has some.
pub(super) fn values(options: &[Value], property: &Value) -> Text {
    let said = |language: Language| {
        let shown = options.iter().map(|value| {
            let words = value.as_str().and_then(|key| property["x-terms"][key][language.code()].as_str());
            match (words, value.as_bool(), language) {
                (Some(words), ..) => format!("{value} ({words})"),
                (_, Some(is), Language::En) => format!("{value} ({})", if is { "yes" } else { "no" }),
                (_, Some(is), Language::Fr) => format!("{value} ({})", if is { "oui" } else { "non" }),
                _ => value.to_string(),
            }
        });
        shown.collect::<Vec<_>>().join(", ")
    };
    Text::new(said(Language::En), said(Language::Fr))
}

/// Characters of a text, items of a list, or facts of a group.
pub(super) fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.chars().count(),
        Value::Array(list) => list.len(),
        Value::Object(facts) => facts.len(),
        _ => 0,
    }
}

/// What is said of what has nothing in it.
pub(super) fn blank() -> (String, String) {
    ("is empty; fill it in, or leave it out".into(), "est vide; remplissez-le ou omettez-le".into())
}

/// What a value must be.
pub(super) fn wanted(kind: &TypeKind) -> Text {
    let kinds: Vec<Text> = match kind {
        TypeKind::Single(one) => vec![type_words(&one.to_string())],
        TypeKind::Multiple(several) => several.iter().map(|one| type_words(&one.to_string())).collect(),
    };
    let joined = |or: &str, get: fn(&Text) -> &str| kinds.iter().map(get).collect::<Vec<_>>().join(or);
    Text::new(joined(" or ", |text| &text.en), joined(" ou ", |text| &text.fr))
}

/// What a value is.
pub(super) fn type_of(value: &Value) -> Text {
    type_words(match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    })
}

fn type_words(name: &str) -> Text {
    let (en, fr) = match name {
        "string" => ("a text in quotation marks", "un texte entre guillemets"),
        "boolean" => ("true or false", "true ou false"),
        "integer" => ("a whole number", "un nombre entier"),
        "array" => ("a list in square brackets", "une liste entre crochets"),
        "object" => ("a group of facts in braces", "un groupe de faits entre accolades"),
        "null" => ("nothing at all", "rien du tout"),
        _ => ("a number", "un nombre"),
    };
    Text::new(en, fr)
}
