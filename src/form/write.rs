//! From a value that is known already, what would have been typed.

use serde_json::Value;

use super::blocks;
use super::field::{Field, Kind};
use super::typed::Typed;
use crate::case::Language;

/// Types out a value below a path, where nothing is typed yet. `languages` are those of the letter.
pub fn type_out(fields: &[Field], value: &Value, typed: &mut Typed, path: &str, languages: &[Language]) {
    for field in fields {
        let path = format!("{path}.{}", field.name);
        let value = &value[&field.name];
        if !value.is_null() && typed.is_blank(&path) {
            one(field, value, typed, &path, languages);
        }
    }
}

fn one(field: &Field, value: &Value, typed: &mut Typed, path: &str, languages: &[Language]) {
    let list = value.as_array().map_or(&[][..], Vec::as_slice);
    match &field.kind {
        Kind::Fixed(_) => {}
        Kind::Group(inner) => type_out(inner, value, typed, path, languages),
        Kind::Rows(inner) => {
            for (number, row) in list.iter().enumerate() {
                let path = format!("{path}.{number}");
                typed.put(&path, "");
                for field in inner.iter().filter(|field| !row[&field.name].is_null()) {
                    one(field, &row[&field.name], typed, &format!("{path}.{}", field.name), languages);
                }
            }
        }
        Kind::Lines { .. } => typed.put(path, list.iter().map(plain).collect::<Vec<_>>().join("\n")),
        Kind::LetterText => typed.put(path, blocks::write(value)),
        Kind::Both => put_both(typed, path, languages, &|language| words(value, language, languages)),
        Kind::BothLines => put_both(typed, path, languages, &|language| {
            list.iter().map(|one| words(one, language, languages)).collect::<Vec<_>>().join("\n")
        }),
        _ => typed.put(path, plain(value)),
    }
}

fn put_both(typed: &mut Typed, path: &str, languages: &[Language], words: &dyn Fn(Language) -> String) {
    for language in Language::BOTH {
        let text = words(language);
        if !text.trim().is_empty() || languages.contains(&language) {
            typed.put(format!("{path}.{}", language.code()), text);
        }
    }
}

/// An officer's words in one language: a bare text is in the letter's own.
fn words(value: &Value, language: Language, languages: &[Language]) -> String {
    match value {
        Value::String(text) if languages.first() == Some(&language) => text.clone(),
        Value::Object(both) => both.get(language.code()).map(plain).unwrap_or_default(),
        _ => String::new(),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
