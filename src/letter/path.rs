//! Paths of letter.toml: where a value stands, what stands there, and conditions on it.

use std::fmt;

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::case::Text;

/// A dotted path of letter.toml, such as `facts.decision.date`, `derived.total`, `deadlines.respond` or `letter.date`. One that ends in `?` leads to
/// a fact that the schema does not require. Every path is resolved against the schema when the letter types are read
/// (`resolve.rs`), so that none can be misspelt.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct FactPath(String);

impl FactPath {
    /// A path that Rust makes of one in letter.toml, such as that of each item's amount.
    pub(super) fn below(&self, name: &str) -> FactPath {
        FactPath(format!("{self}.{name}"))
    }

    /// The balance, which is what most letters are about.
    pub(super) fn balance() -> FactPath {
        FactPath("facts.balance".to_owned())
    }

    /// The path itself, without the mark.
    pub fn as_str(&self) -> &str {
        self.0.strip_suffix('?').unwrap_or(&self.0)
    }

    /// Whether the letter can do without what it leads to.
    pub fn is_optional(&self) -> bool {
        self.0.ends_with('?')
    }

    /// The path as a JSON Pointer, such as `/facts/decision/date`.
    pub fn pointer(&self) -> String {
        format!("/{}", self.as_str().replace('.', "/"))
    }

    /// `facts` of `facts.decision.date`: what it leads into.
    pub fn root(&self) -> &str {
        self.as_str().split('.').next().unwrap_or_default()
    }

    /// `decision` of `facts.decision.date`: the fact that the schema has at its top.
    pub fn fact(&self) -> Option<&str> {
        self.as_str().strip_prefix("facts.")?.split('.').next()
    }

    /// `total` of `derived.total`.
    pub fn derived(&self) -> Option<&str> {
        self.as_str().strip_prefix("derived.")?.split('.').next()
    }
}

impl fmt::Display for FactPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the paths of a letter lead into.
#[derive(Clone, Copy)]
pub struct Values<'v> {
    /// The facts.
    pub facts: &'v Value,
    /// What has been derived from them by name.
    pub derived: &'v Value,
    /// The deadlines by name, as ISO dates, where they are set.
    pub deadlines: Option<&'v Map<String, Value>>,
    /// The letter's date as text.
    pub date: &'v Value,
}

impl<'v> Values<'v> {
    /// The facts alone.
    pub fn of_facts(facts: &'v Value) -> Values<'v> {
        Values { facts, derived: &Value::Null, deadlines: None, date: &Value::Null }
    }

    /// What stands at a path, or that nothing does.
    pub fn at(&self, path: &FactPath) -> Result<&'v Value, Text> {
        let mut steps = path.as_str().split('.');
        let root = match steps.next() {
            Some("facts") => Some(self.facts),
            Some("derived") => Some(self.derived),
            Some("deadlines") => self.deadlines.zip(steps.next()).and_then(|(deadlines, name)| deadlines.get(name)),
            Some("letter") => {
                return Some(self.date).filter(|_| path.as_str() == "letter.date").ok_or_else(|| gone(path));
            }
            _ => None,
        };
        steps.try_fold(root.ok_or_else(|| gone(path))?, |value, name| value.get(name)).ok_or_else(|| gone(path))
    }

    /// The amount at a path, or what is wrong with it.
    pub fn amount(&self, path: &FactPath) -> Result<Decimal, Text> {
        let text = self.at(path)?.as_str();
        text.and_then(|text| text.parse().ok())
            .ok_or_else(|| Text::new(format!("“{path}” is not an amount"), format!("« {path} » n’est pas un montant")))
    }

    /// The texts at a path; of each item where it goes through a list. None where nothing is there.
    pub fn texts(&self, path: &FactPath) -> Vec<&'v str> {
        match path.as_str().split_once('.') {
            Some(("facts", rest)) => texts_at(self.facts, rest),
            Some(("derived", rest)) => texts_at(self.derived, rest),
            _ => self.at(path).ok().and_then(Value::as_str).into_iter().collect(),
        }
    }
}

fn gone(path: &FactPath) -> Text {
    Text::new(format!("“{path}” is not there"), format!("« {path} » n’y est pas"))
}

fn texts_at<'v>(value: &'v Value, path: &str) -> Vec<&'v str> {
    if let Value::Array(list) = value {
        return list.iter().flat_map(|item| texts_at(item, path)).collect();
    }
    match path.split_once('.') {
        Some((name, rest)) => value.get(name).map(|inner| texts_at(inner, rest)).unwrap_or_default(),
        None if path.is_empty() => value.as_str().into_iter().collect(),
        None => value.get(path).map(|inner| texts_at(inner, "")).unwrap_or_default(),
    }
}

/// A condition on a fact: it has this value, or one of these. Compared as JSON: `true` is a Boolean, `"granted"` a text.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The fact.
    pub fact: FactPath,
    /// Its value, or a list of those that it may have.
    is: OneOf,
}

#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
enum OneOf {
    Many(Vec<Value>),
    One(Value),
}

impl Condition {
    /// Whether the facts meet it. A fact that is not there has none of the values.
    pub fn holds(&self, facts: &Value) -> bool {
        Values::of_facts(facts).at(&self.fact).is_ok_and(|value| self.values().contains(value))
    }

    /// The values that it allows.
    pub(super) fn values(&self) -> &[Value] {
        match &self.is {
            OneOf::Many(values) => values,
            OneOf::One(value) => std::slice::from_ref(value),
        }
    }
}
