//! Case events: what happened to a debt, as the case system tells it.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::attributes::Attributes;
use super::clock::toronto;
use super::fault::Fault;
use super::{CaseRef, PersonId};

/// The prefix of every event type of the contract; `debt.referred` stands for `ca.on.recto.debt.referred.v1`.
pub const TYPE_PREFIX: &str = "ca.on.recto.";
/// The suffix of every event type: the version of its contract.
pub const TYPE_SUFFIX: &str = ".v1";

/// A case event: a CloudEvent 1.0 of one of the contract's types, read and in order, its facts not yet checked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseEvent {
    /// Who says so: the CloudEvent's `source`. With `id` it is the event's key.
    pub source: String,
    /// The CloudEvent's `id`, unique within its source.
    pub id: String,
    /// The short form of the type, such as `debt.referred`.
    pub kind: String,
    /// The case: the CloudEvent's `subject`.
    pub subject: CaseRef,
    /// When it happened.
    pub time: DateTime<Utc>,
    /// `{case, party, facts}`.
    pub data: Value,
}

impl CaseEvent {
    /// The day on which it happened, in Toronto: the only way from an event's time to a day.
    pub fn day(&self) -> NaiveDate {
        toronto(self.time).date()
    }

    /// Reads one CloudEvent in structured form, or says everything that is wrong with it.
    ///
    /// The checks are those of CloudEvents 1.0.2 and of its JSON format, and of Recto's contract: a known prefix and version of the
    /// type, a `subject`, a `time`, and JSON data. Extensions are checked and not kept.
    pub fn read(event: &Value) -> Result<CaseEvent, Vec<Fault>> {
        let Value::Object(fields) = event else {
            return Err(vec![Fault::new(
                "event-malformed",
                "",
                "The event is not a JSON object. Send one CloudEvent 1.0.",
                "L’événement n’est pas un objet JSON. Envoyez un CloudEvent 1.0.",
            )]);
        };
        let attributes = Attributes(fields);
        let mut faults = attributes.faults();
        let kind = attributes.text("type");
        let short = kind.strip_prefix(TYPE_PREFIX).and_then(|kind| kind.strip_suffix(TYPE_SUFFIX));
        if short.is_none() && !faults.iter().any(|fault| fault.place == "/type") {
            faults.push(type_fault(kind));
        }
        match (short, attributes.time(), attributes.data()) {
            (Some(kind), Some(time), Some(data)) if faults.is_empty() => Ok(CaseEvent {
                source: attributes.text("source").to_owned(),
                id: attributes.text("id").to_owned(),
                kind: kind.to_owned(),
                subject: CaseRef::new(attributes.text("subject")),
                time: time.to_utc(),
                data,
            }),
            _ => Err(faults),
        }
    }
}

impl CaseEvent {
    /// The person whom it is about.
    pub fn person(&self) -> PersonId {
        PersonId::new(self.data["party"]["id"].as_str().unwrap_or_default())
    }

    /// Its key among all events: source and id.
    pub fn key(&self) -> String {
        format!("{} {}", self.source, self.id)
    }

    /// The key of the case's program.
    pub fn program(&self) -> &str {
        self.data["case"]["program"].as_str().unwrap_or_default()
    }

    /// Its facts.
    pub fn facts(&self) -> &Value {
        &self.data["facts"]
    }
}

fn type_fault(kind: &str) -> Fault {
    Fault::new(
        "event-type-unknown",
        "/type",
        format!("“{kind}” is not an event type of Recto. Its types read {TYPE_PREFIX}<noun>.<verb>{TYPE_SUFFIX}."),
        format!(
            "« {kind} » n’est pas un type d’événement de Recto. Ses types s’écrivent {TYPE_PREFIX}<nom>.<verbe>{TYPE_SUFFIX}."
        ),
    )
}

/// The same JSON with its names in order: in which order they were sent does not matter.
pub fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let ordered: BTreeMap<&String, Value> = map.iter().map(|(name, value)| (name, sorted(value))).collect();
            Value::Object(ordered.into_iter().map(|(name, value)| (name.clone(), value)).collect())
        }
        Value::Array(list) => Value::Array(list.iter().map(sorted).collect()),
        other => other.clone(),
    }
}
