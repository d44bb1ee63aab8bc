//! One schema file of the letter templates, as written, with what is wrong in it.
//!
//! Besides the keywords of JSON Schema 2020-12 a schema says what no validator knows:
//!
//! | key | says |
//! |---|---|
//! | `x-label` | what the fact is called on a form, `{en, fr}`; each property has one, its own or that of its definition. At the top of an event's schema: what happened, as the rest of a sentence |
//! | `x-hint` | what an officer should know who fills it in, `{en, fr}` |
//! | `x-form` | the right form of a text that has a `pattern`, in words, `{en, fr}`, as they follow “write”; `examples` has one |
//! | `x-from` | who supplies it: `officer`, `case-system` or `recto`; what stands further in wins |
//! | `x-recto` | what Recto does with it: `officer-text`, `weighed` (read by guards, it need not stand in the letter), `foreign-number` (a number of somebody else's, that may look like a Social Insurance Number) |
//! | `x-term` | the table of `_house/terms.toml` whose keys its values are, with what a form shows for each; wherever there is an `enum` |
//! | `x-brings-person` | `true` at the top of an event's schema: who is named by it is a person of the case from then on (a debt is referred, somebody acts for somebody). What names anybody else waits until an officer has said who it is |
//! | `x-when` | `{"fact": "facts.x", "is": …}`: it may stand only where that fact has this value, or one of these |
//!
//! The order of the properties is that of a form. A key or format that is not known is a fault: a slip of the pen must not
//! switch a safeguard off.

use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::definitions::Definitions;
use super::path::Condition;
use super::read::{hint, json_line, read_text};
use super::schema::{is_known_format, malformed, read_json};
use super::schema_faults::{NOT_BLANK, problem};
use crate::case::{Fault, Text, said};

/// The keywords of JSON Schema 2020-12 that our schemas may have.
const KEYWORDS: [&str; 44] = [
    "$schema",
    "$id",
    "$ref",
    "$defs",
    "$comment",
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
    "type",
    "format",
    "const",
    "enum",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "items",
    "prefixItems",
    "minItems",
    "maxItems",
    "uniqueItems",
    "contains",
    "properties",
    "patternProperties",
    "propertyNames",
    "additionalProperties",
    "minProperties",
    "maxProperties",
    "required",
    "dependentRequired",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "unevaluatedProperties",
];
const ANNOTATIONS: [&str; 8] =
    ["x-label", "x-hint", "x-form", "x-from", "x-recto", "x-term", "x-when", "x-brings-person"];
const FORMATS: [&str; 5] = ["money", "signed-money", "date", "past-date", "email"];
const SUPPLIERS: [&str; 3] = ["officer", "case-system", "recto"];

/// What Recto does with a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Mark {
    /// Words that an officer writes, in one language or as `{en, fr}`: they must be there in each language of the letter.
    OfficerText,
    /// Guards and approvals read it: it need not stand in the letter.
    Weighed,
    /// A number of somebody else's that may look like a Social Insurance Number.
    ForeignNumber,
}

/// A schema file.
pub(super) struct SchemaFile {
    /// Its path below the letter templates.
    pub(super) shown: String,
    /// What it says.
    pub(super) value: Value,
    text: String,
}

impl SchemaFile {
    /// Reads a file that is a JSON Schema 2020-12, or says everything that makes it none, with its lines.
    pub(super) fn read(folder: &Path, shown: &str) -> Result<SchemaFile, Vec<Fault>> {
        let text = read_text(folder, "", shown).map_err(|fault| vec![Fault { place: shown.to_owned(), ..fault }])?;
        let value = read_json(shown, &text)?;
        let file = SchemaFile { shown: shown.to_owned(), value, text };
        let meta = jsonschema::draft202012::meta::validator();
        let wrong = meta.iter_errors(&file.value);
        let mut faults: Vec<Fault> = Vec::new();
        // The vocabularies of 2020-12 each say it of the same place: that is one mistake.
        for error in wrong {
            let fault = malformed(&file.at(error.instance_path().as_str()), &problem(&Value::Null, &error));
            if !faults.contains(&fault) {
                faults.push(fault);
            }
        }
        if faults.is_empty() { Ok(file) } else { Err(faults) }
    }

    /// `file:line` of what a JSON Pointer names, or the last of its path that is there.
    pub(super) fn at(&self, pointer: &str) -> String {
        format!("{}:{}", self.shown, json_line(&self.text, pointer))
    }

    /// What is wrong with its keywords, formats and annotations.
    pub(super) fn faults(&self, definitions: &Definitions) -> Vec<Fault> {
        let mut faults = Vec::new();
        each_schema(&self.value, "", &mut |pointer, schema| {
            for (name, value) in schema {
                let place = self.at(&format!("{pointer}/{name}"));
                faults.extend(match name.as_str() {
                    "format" if !value.as_str().is_some_and(is_known_format) => {
                        Some(unknown("format-unknown", value.as_str().unwrap_or_default(), &FORMATS, place))
                    }
                    "pattern" if value != NOT_BLANK && !schema.contains_key("x-form") => Some(form_missing(&place)),
                    "x-label" | "x-hint" | "x-form" => annotated::<Text>(name, value, &[], &place)
                        .or_else(|| value.as_object().and_then(|texts| unfit_text(name, texts, &place))),
                    "x-from" if value.as_str().is_none_or(|from| !SUPPLIERS.contains(&from)) => {
                        let problem =
                            Text::new(format!("{value} supplies nothing"), format!("{value} ne fournit rien"));
                        Some(unfit(name, &problem, value, &SUPPLIERS, &place))
                    }
                    "x-recto" => annotated::<Mark>(name, value, <Mark as strum::VariantNames>::VARIANTS, &place),
                    "x-when" => annotated::<Condition>(name, value, &[], &place),
                    "x-brings-person" => annotated::<bool>(name, value, &[], &place),
                    "x-term" => definitions.term_fault(self, pointer, schema, &place),
                    name if name.starts_with("x-") && !ANNOTATIONS.contains(&name) => {
                        Some(unknown("annotation-unknown", name, &ANNOTATIONS, place))
                    }
                    name if !name.starts_with("x-") && !KEYWORDS.contains(&name) => {
                        Some(unknown("keyword-unknown", name, &KEYWORDS, place))
                    }
                    _ => None,
                });
            }
        });
        faults
    }

    /// The properties without a label, neither their own nor one of their definition.
    pub(super) fn unlabelled(&self, definitions: &Definitions) -> Vec<Fault> {
        let mut found = Vec::new();
        each_property(&self.value, "", &mut |pointer, property| {
            let whole = definitions.resolved(self, property, pointer, 0, &mut Vec::new());
            if property.is_object() && whole.get("x-label").is_none() {
                found.push(label_missing(pointer, &self.at(pointer)));
            }
        });
        found
    }

    /// The same of an event's schema, which itself has a label: what happened.
    pub(super) fn unlabelled_event(&self, definitions: &Definitions) -> Vec<Fault> {
        let own = self.value.get("x-label").is_none().then(|| event_unlabelled(&self.at("")));
        own.into_iter().chain(self.unlabelled(definitions)).collect()
    }
}

/// Visits each schema in a schema, itself first, with its JSON Pointer.
fn each_schema(value: &Value, pointer: &str, visit: &mut dyn FnMut(&str, &Map<String, Value>)) {
    let Value::Object(schema) = value else { return };
    visit(pointer, schema);
    for (name, inner) in schema {
        let below = format!("{pointer}/{name}");
        match (name.as_str(), inner) {
            ("properties" | "patternProperties" | "$defs", Value::Object(named)) => {
                named.iter().for_each(|(key, one)| each_schema(one, &format!("{below}/{key}"), visit));
            }
            ("allOf" | "anyOf" | "oneOf" | "prefixItems", Value::Array(list)) => {
                list.iter().enumerate().for_each(|(place, one)| each_schema(one, &format!("{below}/{place}"), visit));
            }
            (
                "items"
                | "contains"
                | "not"
                | "if"
                | "then"
                | "else"
                | "additionalProperties"
                | "propertyNames"
                | "unevaluatedProperties",
                one,
            ) => each_schema(one, &below, visit),
            _ => {}
        }
    }
}

/// Visits each property that a schema describes, nested ones and those of its definitions too, with its JSON Pointer. What
/// conditions say of properties describes none.
fn each_property(schema: &Value, pointer: &str, visit: &mut dyn FnMut(&str, &Value)) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        // Beside a $ref, properties narrow those of the definition.
        if schema.get("$ref").is_none() {
            visit(&format!("{pointer}/properties/{name}"), property);
        }
        each_property(property, &format!("{pointer}/properties/{name}"), visit);
    }
    if schema["items"].is_object() && schema.get("$ref").is_none() {
        each_property(&schema["items"], &format!("{pointer}/items"), visit);
    }
    for (name, definition) in schema["$defs"].as_object().into_iter().flatten() {
        each_property(definition, &format!("{pointer}/$defs/{name}"), visit);
    }
}

/// What makes an annotation none of its kind.
fn annotated<T: DeserializeOwned>(name: &str, value: &Value, known: &[&'static str], place: &str) -> Option<Fault> {
    let error = serde_json::from_value::<T>(value.clone()).err()?;
    Some(unfit(name, &said::shape(&error.to_string()), value, known, place))
}

fn unfit_text(name: &str, texts: &Map<String, Value>, place: &str) -> Option<Fault> {
    let wrong = |text: &&str| text.trim().is_empty() || text.ends_with(':');
    let text = texts.values().filter_map(Value::as_str).find(wrong)?;
    let problem = Text::new(
        format!("“{text}” is empty or ends in a colon"),
        format!("« {text} » est vide ou finit par un deux-points"),
    );
    Some(unfit(name, &problem, &Value::Null, &[], place))
}

fn unfit(name: &str, problem: &Text, value: &Value, known: &[&'static str], place: &str) -> Fault {
    let meant = value.as_str().filter(|_| !known.is_empty());
    let hint = meant.map_or_else(|| Text::new("", ""), |text| hint(text, known.iter().copied()));
    Fault::new(
        "annotation-unfit",
        place,
        format!("“{name}” cannot be so: {}. {}", problem.en, hint.en).trim_end(),
        format!("« {name} » ne peut pas être ainsi : {}. {}", problem.fr, hint.fr).trim_end(),
    )
}

/// The fault that a schema has a name that is not known there.
pub(super) fn unknown<'n>(
    code: &str,
    name: &str,
    known: impl IntoIterator<Item = &'n &'n str>,
    place: String,
) -> Fault {
    let hint = hint(name, known.into_iter().copied());
    Fault::new(
        code,
        place,
        format!("“{name}” is not known here. {}", hint.en),
        format!("« {name} » n’est pas connu ici. {}", hint.fr),
    )
}

fn event_unlabelled(place: &str) -> Fault {
    Fault::new(
        "label-missing",
        place,
        "The event has no label. Add \"x-label\": {\"en\": …, \"fr\": …}, which says what happened, such as “a payment was received”.",
        "L’événement n’a pas de libellé. Ajoutez \"x-label\" : {\"en\": …, \"fr\": …}, qui dit ce qui est arrivé, comme « un paiement a été reçu ».",
    )
}

fn label_missing(pointer: &str, place: &str) -> Fault {
    Fault::new(
        "label-missing",
        place,
        format!("{pointer} has no label. Add \"x-label\": {{\"en\": …, \"fr\": …}}, as an officer reads it on a form."),
        format!(
            "{pointer} n’a pas de libellé. Ajoutez \"x-label\" : {{\"en\": …, \"fr\": …}}, tel qu’il se lit sur un formulaire."
        ),
    )
}

fn form_missing(place: &str) -> Fault {
    Fault::new(
        "form-missing",
        place,
        "Nobody reads a pattern. Add \"x-form\": {\"en\": …, \"fr\": …}, which says after “write” what is asked, and \"examples\" with one.",
        "Personne ne lit un motif. Ajoutez \"x-form\" : {\"en\": …, \"fr\": …}, qui dit après « écrivez » ce qui est demandé, et \"examples\" avec un exemple.",
    )
}

/// A property whose values have no words.
pub(super) fn term_missing(pointer: &str, place: String) -> Fault {
    Fault::new(
        "term-missing",
        place,
        format!(
            "The values of {pointer} have no words. Add \"x-term\" with a table of _house/terms.toml that has them all."
        ),
        format!(
            "Les valeurs de {pointer} n’ont pas de mots. Ajoutez \"x-term\" avec une table de _house/terms.toml qui les a toutes."
        ),
    )
}
