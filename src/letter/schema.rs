//! JSON Schema 2020-12 of case, party and facts, and the faults it finds.

use chrono::{Datelike, NaiveDate};
use jsonschema::Validator;
use jsonschema::error::{ValidationError, ValidationErrorKind};
use serde_json::Value;

use super::read::json_line;
use crate::case::{Fault, money};

/// A compiled schema, with its source for those who ask for it.
pub struct Schema {
    /// The schema as written.
    pub source: Value,
    validator: Validator,
}

impl Schema {
    /// Compiles a schema, or says everything that makes it none, with its lines. Formats `money` (`"1234.56"`) and `date`
    /// (`"2026-11-17"`) are checked, unknown formats refused.
    pub fn read(text: &str, shown: &str) -> Result<Schema, Vec<Fault>> {
        let source: Value = serde_json::from_str(text).map_err(|error| vec![json_fault(shown, &error)])?;
        let wrong = |pointer: &str, problem: &str| malformed(&format!("{shown}:{}", json_line(text, pointer)), problem);
        let meta = jsonschema::draft202012::meta::validator();
        let faults: Vec<Fault> =
            meta.iter_errors(&source).map(|error| wrong(error.instance_path().as_str(), &error.to_string())).collect();
        if !faults.is_empty() {
            return Err(faults);
        }
        let built = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .with_format("money", |text: &str| money::parse(text).is_some())
            .with_format("date", is_date)
            .should_validate_formats(true)
            .should_ignore_unknown_formats(false)
            .build(&source);
        match built {
            Ok(validator) => Ok(Schema { source, validator }),
            Err(error) => Err(vec![wrong(error.instance_path().as_str(), &error.to_string())]),
        }
    }

    /// Everything in the value that the schema does not allow, with places below `prefix` (a JSON Pointer).
    pub fn faults(&self, value: &Value, prefix: &str) -> Vec<Fault> {
        self.validator.iter_errors(value).flat_map(|error| faults_of(&error, prefix)).collect()
    }

    /// Whether a text is allowed as the value of a top-level property, looked at alone.
    pub fn allows(&self, property: &str, text: &str) -> bool {
        let value = Value::Object([(property.to_owned(), Value::from(text))].into_iter().collect());
        let place = format!("/{property}");
        !self.validator.iter_errors(&value).any(|error| error.instance_path().as_str() == place)
    }

    /// The top-level properties that carry a mark of Recto's own, `"x-recto": "…"`.
    pub fn marked<'s>(&'s self, mark: &'s str) -> impl Iterator<Item = &'s str> {
        let properties = self.source["properties"].as_object().into_iter().flatten();
        properties.filter(move |(_, property)| property["x-recto"] == mark).map(|(name, _)| name.as_str())
    }

    /// The names of the top-level properties, and whether each is required.
    pub fn properties(&self) -> Vec<(String, bool)> {
        let required =
            |name: &str| self.source["required"].as_array().is_some_and(|list| list.iter().any(|entry| entry == name));
        let properties = self.source["properties"].as_object();
        properties.into_iter().flatten().map(|(name, _)| (name.clone(), required(name))).collect()
    }
}

/// Whether the text is a date as events carry it, such as `2026-11-17`, from 1900 to 2199.
fn is_date(text: &str) -> bool {
    let shaped = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| shaped);
    date.is_some_and(|date| (1900..2200).contains(&date.year()))
}

/// A JSON file that cannot be parsed, with its line.
pub fn json_fault(shown: &str, error: &serde_json::Error) -> Fault {
    Fault::new(
        "json-malformed",
        format!("{shown}:{}", error.line()),
        format!("Not JSON: {error}."),
        format!("Ce n’est pas du JSON : {error}."),
    )
}

fn malformed(place: &str, problem: &str) -> Fault {
    let problem = shorten_text(problem);
    Fault::new(
        "schema-malformed",
        place,
        format!("Not a JSON Schema 2020-12: {problem}."),
        format!("Ce n’est pas un JSON Schema 2020-12 : {problem}."),
    )
}

fn faults_of(error: &ValidationError<'_>, prefix: &str) -> Vec<Fault> {
    let place = format!("{prefix}{}", error.instance_path().as_str());
    let shown = shorten(error.instance());
    let fault = |code: &str, place: String, en: String, fr: String| vec![Fault::new(code, place, en, fr)];
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            unexpected.iter().map(|name| unknown(name, &place)).collect()
        }
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            fault(
                "fact-missing",
                format!("{place}/{name}"),
                format!("“{name}” is required and missing. Add it."),
                format!("« {name} » est obligatoire et manque. Ajoutez-le."),
            )
        }
        ValidationErrorKind::Format { format } if format == "money" => fault(
            "money-malformed",
            place,
            format!(
                "{shown} is not an amount. Write dollars, a point and two digits of cents as text, such as \"1234.56\"."
            ),
            format!(
                "{shown} n’est pas un montant. Écrivez les dollars, un point et deux chiffres de cents en texte, comme \"1234.56\"."
            ),
        ),
        ValidationErrorKind::Format { format } if format == "date" => fault(
            "date-malformed",
            place,
            format!("{shown} is not a date. Write it as \"2026-11-17\"."),
            format!("{shown} n’est pas une date. Écrivez-la comme \"2026-11-17\"."),
        ),
        ValidationErrorKind::Enum { options } => fault(
            "value-not-allowed",
            place,
            format!("{shown} is not one of the allowed values: {options}."),
            format!("{shown} n’est pas l’une des valeurs permises : {options}."),
        ),
        _ => fault(
            "value-malformed",
            place,
            format!("The schema does not allow this: {}.", shorten_text(&error.to_string())),
            format!("Le schéma ne permet pas cette valeur ({}) : {shown}.", error.kind().keyword()),
        ),
    }
}

fn unknown(name: &str, place: &str) -> Fault {
    Fault::new(
        "fact-unknown",
        format!("{place}/{}", name.replace('~', "~0").replace('/', "~1")),
        format!(
            "“{name}” is not known here. Take it out, or correct its name; the letter type's schema lists what is known."
        ),
        format!(
            "« {name} » n’est pas connu ici. Retirez-le ou corrigez son nom; le schéma du type de lettre donne ce qui est connu."
        ),
    )
}

fn shorten(value: &Value) -> String {
    shorten_text(&value.to_string())
}

fn shorten_text(text: &str) -> String {
    if text.chars().count() <= 200 {
        return text.to_owned();
    }
    text.chars().take(200).collect::<String>() + "…"
}
