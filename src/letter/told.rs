//! What an event tells, fact by fact, in words: the labels of its schema, and its values as a page writes them.

use serde_json::Value;

use super::catalogue::Catalogue;
use super::kind::LetterType;
use super::schema_words::worded;
use crate::case::Language;
use crate::case::address::Address;
use crate::case::format::Formats;
use crate::case::insurance::masked;

/// Characters of an officer's words at most.
const LONGEST: usize = 240;

impl Catalogue {
    /// The facts of an event in one language, each with its label, in the order of the event's schema. Lists are told by their length;
    /// a group of facts by its parts. Facts that only say whether a letter goes are left out.
    pub fn told(&self, kind: &str, facts: &Value, language: Language) -> Vec<(String, String)> {
        let mut told = Vec::new();
        if let Some(schema) = self.schema_of_event(kind) {
            self.tell(&schema.source, facts, language, &mut told);
        }
        told
    }

    fn tell(&self, schema: &Value, facts: &Value, language: Language, told: &mut Vec<(String, String)>) {
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let Some(value) = facts.get(name).filter(|_| property["x-from"] != "recto") else { continue };
            let label =
                worded(&property["x-label"]).map_or_else(|| name.clone(), |label| label.get(language).to_owned());
            match said(property, value, language) {
                // A letter is named by its title.
                Some(text) => told.push((label, self.types.get(&text).map_or(text, |letter| title(letter, language)))),
                None => self.tell(property, value, language, told),
            }
        }
    }
}

fn title(letter: &LetterType, language: Language) -> String {
    letter.description.title.get(language).to_owned()
}

/// A value in words; none where it is a group that is told by its parts.
fn said(property: &Value, value: &Value, language: Language) -> Option<String> {
    let formats = Formats::of(language);
    match value {
        Value::Bool(is) => Some(yes_or_no(*is, language).to_owned()),
        Value::Array(rows) => formats.number(&rows.len().to_string()),
        Value::Object(group) => {
            if let Some(text) = group.get(language.code()).or_else(|| group.get("en")).and_then(Value::as_str) {
                return Some(shortened(text));
            }
            let lines = group.get("lines").and_then(|_| serde::Deserialize::deserialize(value).ok());
            lines.map(|address: Address| masked(&address.block("").join(", ")))
        }
        Value::String(text) => {
            let term = property["x-terms"][text][language.code()].as_str().map(str::to_owned);
            let written = || match property["format"].as_str() {
                Some("money" | "signed-money") => formats.money(text),
                Some("date" | "past-date") => formats.date(text),
                _ => None,
            };
            Some(term.or_else(written).unwrap_or_else(|| shortened(text)))
        }
        Value::Number(number) => formats.number(&number.to_string()),
        Value::Null => Some(String::new()),
    }
}

fn yes_or_no(is: bool, language: Language) -> &'static str {
    match (is, language) {
        (true, Language::En) => "yes",
        (false, Language::En) => "no",
        (true, Language::Fr) => "oui",
        (false, Language::Fr) => "non",
    }
}

fn shortened(text: &str) -> String {
    let whole = masked(text);
    if whole.chars().count() <= LONGEST {
        return whole;
    }
    whole.chars().take(LONGEST).chain(['…']).collect()
}
