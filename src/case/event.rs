//! Case events: what happened to a debt, as the case system tells it.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

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
    /// The checks are those of CloudEvents 1.0, section "Required attributes", and of Recto's contract: a known prefix and
    /// version of the type, a `subject`, a `time`, and JSON data.
    pub fn read(event: &Value) -> Result<CaseEvent, Vec<Fault>> {
        let Value::Object(fields) = event else {
            return Err(vec![Fault::new(
                "event-malformed",
                "",
                "The event is not a JSON object. Send one CloudEvent 1.0.",
                "L’événement n’est pas un objet JSON. Envoyez un CloudEvent 1.0.",
            )]);
        };
        let mut faults = Vec::new();
        let mut text = |name: &str| match fields.get(name) {
            Some(Value::String(value)) if is_attribute(value) => value.clone(),
            _ => {
                faults.push(attribute_fault(name));
                String::new()
            }
        };
        let (version, id, source) = (text("specversion"), text("id"), text("source"));
        let (kind, subject, time) = (text("type"), text("subject"), text("time"));
        if version != "1.0" && !version.is_empty() {
            faults.push(attribute_fault("specversion"));
        }
        let media_type =
            fields.get("datacontenttype").map(|kind| kind.as_str().unwrap_or_default().to_ascii_lowercase());
        if media_type.is_some_and(|kind| kind.split(';').next().map(str::trim) != Some("application/json")) {
            faults.push(attribute_fault("datacontenttype"));
        }
        let short = kind.strip_prefix(TYPE_PREFIX).and_then(|kind| kind.strip_suffix(TYPE_SUFFIX));
        if short.is_none() && !kind.is_empty() {
            faults.push(type_fault(&kind));
        }
        let readable = |instant: &DateTime<chrono::FixedOffset>| (1900..2200).contains(&instant.year());
        let instant = DateTime::parse_from_rfc3339(&time).ok().filter(readable);
        if instant.is_none() && !time.is_empty() {
            faults.push(attribute_fault("time"));
        }
        let data = fields.get("data").filter(|data| data.is_object());
        if data.is_none() {
            faults.push(attribute_fault("data"));
        }
        match (short, instant, data) {
            (Some(kind), Some(time), Some(data)) if faults.is_empty() => Ok(CaseEvent {
                source,
                id,
                kind: kind.to_owned(),
                subject: CaseRef::new(subject),
                time: time.to_utc(),
                data: data.clone(),
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

/// Whether a text may be an attribute: 1 to 200 characters, none of them a control or an invisible one (CloudEvents 1.0, section
/// "Type System").
fn is_attribute(text: &str) -> bool {
    let seen = |c: char| c.general_category_group() != GeneralCategoryGroup::Other;
    !text.trim().is_empty() && text.chars().count() <= 200 && text.chars().all(seen)
}

fn attribute_fault(name: &str) -> Fault {
    let (en, fr) = match name {
        "specversion" => ("must be \"1.0\"", "doit être « 1.0 »"),
        "time" => (
            "must be an RFC 3339 time with its offset, from 1900 to 2199",
            "doit être une heure RFC 3339 avec son décalage, de 1900 à 2199",
        ),
        "datacontenttype" => ("must be application/json, or absent", "doit être application/json, ou absent"),
        "data" => ("must be an object {case, party, facts}", "doit être un objet {case, party, facts}"),
        _ => ("must be a text of 1 to 200 characters", "doit être un texte de 1 à 200 caractères"),
    };
    Fault::new(
        "event-attribute",
        format!("/{name}"),
        format!("The CloudEvent attribute “{name}” {en}."),
        format!("L’attribut CloudEvent « {name} » {fr}."),
    )
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
