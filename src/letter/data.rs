//! The checked data of an event.

use serde::Deserialize;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use crate::case::{Case, Party};

/// The data of an event after its check: `{case, party, facts}`.
#[derive(Debug, Clone, Deserialize)]
pub struct Data {
    /// The debt file.
    pub case: Case,
    /// Whom the letter is addressed to.
    pub party: Party,
    /// The letter type's own facts.
    pub facts: Value,
    /// All of it as JSON, as templates see it.
    #[serde(skip)]
    pub json: Value,
}

impl Data {
    /// Reads data that the schemas have allowed.
    pub fn read(json: &Value) -> Result<Data, serde_json::Error> {
        let mut data = Data::deserialize(json)?;
        data.json = json.clone();
        Ok(data)
    }
}

/// The value with every text in Unicode's composed form (NFC), without blanks at its ends: the form that is checked,
/// stored and printed, so that one name has one spelling.
pub fn normalize(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.trim().nfc().collect()),
        Value::Array(list) => Value::Array(list.into_iter().map(normalize).collect()),
        Value::Object(map) => Value::Object(map.into_iter().map(|(name, value)| (name, normalize(value))).collect()),
        other => other,
    }
}
