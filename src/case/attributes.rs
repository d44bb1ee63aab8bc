//! The attributes of a CloudEvent: what each may be, by CloudEvents 1.0.2 and by Recto's contract.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Datelike, FixedOffset};
use serde_json::{Map, Value};
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use super::fault::Fault;
use super::json;
use super::language::Text;

/// The attributes that an event of ours must have; the last three are optional in CloudEvents and required here.
const REQUIRED: [&str; 7] = ["specversion", "id", "source", "type", "subject", "time", "data"];
/// The attributes that it may have besides, and the member that may stand for `data`; all others are extensions.
const OPTIONAL: [&str; 3] = ["datacontenttype", "dataschema", "data_base64"];

/// The attributes of one CloudEvent in JSON. One that is null is absent (JSON event format, section 2.2).
pub(super) struct Attributes<'e>(pub(super) &'e Map<String, Value>);

impl<'e> Attributes<'e> {
    pub(super) fn get(&self, name: &str) -> Option<&'e Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn text(&self, name: &str) -> &'e str {
        self.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn time(&self) -> Option<DateTime<FixedOffset>> {
        let readable = |instant: &DateTime<FixedOffset>| (1900..2200).contains(&instant.year());
        DateTime::parse_from_rfc3339(self.text("time")).ok().filter(readable)
    }

    /// The data: an object, as JSON or, as some senders have it, as JSON's bytes in Base64.
    pub(super) fn data(&self) -> Option<Value> {
        let data = match self.get("data") {
            Some(data) => data.clone(),
            None => json::read(&STANDARD.decode(self.text("data_base64")).ok()?).ok()?,
        };
        Some(data).filter(Value::is_object)
    }

    /// Everything that is wrong with the attributes, each of them once.
    pub(super) fn faults(&self) -> Vec<Fault> {
        let in_base64 = self.get("data_base64").is_some();
        let absent = |name: &&str| self.get(name).is_none() && !(*name == "data" && in_base64);
        let mut faults: Vec<Fault> = REQUIRED.into_iter().filter(absent).map(absent_fault).collect();
        let given = self.0.iter().filter(|(_, value)| !value.is_null());
        for (name, value) in given {
            if !is_name(name) {
                faults.push(name_fault(name));
            } else if name == "data_base64" && self.get("data").is_some() {
                faults.push(both_fault());
            } else if !self.is_good(name, value) {
                faults.push(attribute_fault(name));
            }
        }
        faults
    }

    fn is_good(&self, name: &str, value: &Value) -> bool {
        let text = value.as_str();
        match name {
            "specversion" => text == Some("1.0"),
            "id" | "type" | "subject" => text.is_some_and(is_attribute),
            "source" => text.is_some_and(|text| is_attribute(text) && fluent_uri::UriRef::parse(text).is_ok()),
            "time" => self.time().is_some(),
            "datacontenttype" => text.is_some_and(is_json),
            "dataschema" => {
                text.and_then(|text| fluent_uri::Uri::parse(text).ok()).is_some_and(|uri| !uri.has_fragment())
            }
            "data" => value.is_object(),
            "data_base64" => self.data().is_some(),
            // The types of CloudEvents that JSON tells apart; URIs, times and bytes are texts.
            _ => match value {
                Value::Bool(_) => true,
                Value::Number(number) => number.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
                Value::String(text) => text.chars().all(is_seen),
                _ => false,
            },
        }
    }
}

/// Whether a media type is one of JSON: `application/json`, `text/json`, any `…+json`, whatever its parameters (JSON event format,
/// section 3.1).
pub fn is_json(media_type: &str) -> bool {
    let media_type = media_type.parse::<mime::Mime>();
    media_type
        .is_ok_and(|kind| kind.suffix() == Some(mime::JSON) || kind.suffix().is_none() && kind.subtype() == mime::JSON)
}

/// Whether a text may be an attribute: 1 to 200 characters, none of them a control or an invisible one (CloudEvents 1.0, section
/// "Type System").
fn is_attribute(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= 200 && text.chars().all(is_seen)
}

fn is_seen(c: char) -> bool {
    c.general_category_group() != GeneralCategoryGroup::Other
}

/// Whether an attribute may have this name: lower-case letters and digits (section "Naming Conventions"). Up to 20 are
/// recommended; more are taken.
fn is_name(name: &str) -> bool {
    let fits = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    fits || OPTIONAL.contains(&name)
}

/// What an attribute must be, in both languages.
fn must_be(name: &str) -> (&'static str, &'static str) {
    match name {
        "specversion" => ("“1.0”", "« 1.0 »"),
        "source" => (
            "a URI reference of 1 to 200 characters, such as https://cases.fsu.example.ca/",
            "une référence d’URI de 1 à 200 caractères, comme https://cases.fsu.example.ca/",
        ),
        "subject" => (
            "the case reference, such as DR-2026-004512, of 1 to 200 characters",
            "le numéro du dossier, comme DR-2026-004512, de 1 à 200 caractères",
        ),
        "time" => (
            "an RFC 3339 time with its offset, from 1900 to 2199, such as 2026-11-17T09:00:00-05:00",
            "une heure RFC 3339 avec son décalage, de 1900 à 2199, comme 2026-11-17T09:00:00-05:00",
        ),
        "datacontenttype" => (
            "a media type of JSON, such as application/json, or absent",
            "un type de média JSON, comme application/json, ou absent",
        ),
        "dataschema" => ("an absolute URI without a fragment, or absent", "une URI absolue sans fragment, ou absent"),
        "data" => ("an object {case, party, facts}", "un objet {case, party, facts}"),
        "data_base64" => (
            "an object {case, party, facts} as JSON in Base64; or send it as “data”",
            "un objet {case, party, facts} en JSON, codé en Base64; ou envoyez-le comme « data »",
        ),
        "id" | "type" => ("a text of 1 to 200 characters", "un texte de 1 à 200 caractères"),
        _ => (
            "a text without control characters, true, false, or a whole number of 32 bits",
            "un texte sans caractère de commande, true, false, ou un nombre entier de 32 bits",
        ),
    }
}

/// An attribute's value cannot be what it is.
fn attribute_fault(name: &str) -> Fault {
    let (en, fr) = must_be(name);
    Fault::new(
        "event-attribute",
        place(name),
        format!("The CloudEvent attribute “{name}” must be {en}."),
        format!("L’attribut CloudEvent « {name} » doit être {fr}."),
    )
}

fn absent_fault(name: &str) -> Fault {
    let (en, fr) = must_be(name);
    // The data of binary mode is its body.
    let header = if name == "data" {
        Text::new("", "")
    } else {
        Text::new(format!(" (ce-{name} in binary mode)"), format!(" (ce-{name} en mode binaire)"))
    };
    Fault::new(
        "event-attribute",
        place(name),
        format!("The CloudEvent attribute “{name}”{} is absent. It must be {en}.", header.en),
        format!("L’attribut CloudEvent « {name} »{} manque. Il doit être {fr}.", header.fr),
    )
}

fn name_fault(name: &str) -> Fault {
    Fault::new(
        "event-attribute",
        place(name),
        format!("“{name}” is no name of a CloudEvent attribute. Write lower-case letters from a to z and digits."),
        format!("« {name} » n’est pas un nom d’attribut CloudEvent. Écrivez des minuscules de a à z et des chiffres."),
    )
}

fn both_fault() -> Fault {
    Fault::new(
        "event-attribute",
        place("data_base64"),
        "The event has its data twice, as “data” and as “data_base64”. Send one of them.",
        "L’événement a ses données deux fois, comme « data » et comme « data_base64 ». N’en envoyez qu’une forme.",
    )
}

fn place(name: &str) -> String {
    json::below("", name)
}
