//! Places among facts.

use serde_json::Value;

/// A place among facts: a JSON Pointer below them in which `*` stands for every item of a list, such as `/missed/*/due`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(String);

impl Place {
    /// The place of a pointer.
    pub fn new(pointer: impl Into<String>) -> Place {
        Place(pointer.into())
    }

    /// The pointer, as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The fact that it is in: the pointer's first step.
    pub fn fact(&self) -> &str {
        self.0.split('/').nth(1).unwrap_or_default()
    }

    /// What stands there, each value with its own JSON Pointer; nothing where the facts have no such place.
    pub fn values<'v>(&self, facts: &'v Value) -> Vec<(String, &'v Value)> {
        let mut found = vec![(String::new(), facts)];
        for step in self.0.split('/').skip(1) {
            found = found.into_iter().flat_map(|(at, value)| below(&at, value, step)).collect();
        }
        found
    }
}

fn below<'v>(at: &str, value: &'v Value, step: &str) -> Vec<(String, &'v Value)> {
    match (value, step) {
        (Value::Array(list), "*") => {
            list.iter().enumerate().map(|(index, item)| (format!("{at}/{index}"), item)).collect()
        }
        (Value::Object(members), _) => {
            members.get(step).map(|inner| (format!("{at}/{step}"), inner)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}
