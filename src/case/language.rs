//! The two languages of the province, and texts that exist in both.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A language in which a letter can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Canadian English.
    En,
    /// Canadian French.
    Fr,
}

impl Language {
    /// Reads a language's code.
    pub fn parse(code: &str) -> Option<Language> {
        Language::BOTH.into_iter().find(|language| language.code() == code)
    }

    /// Both languages, in the order in which a bilingual letter carries them.
    pub const BOTH: [Language; 2] = [Language::En, Language::Fr];

    /// The two-letter code, as in `en.typ` and `<html lang>`.
    pub fn code(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::Fr => "fr",
        }
    }

    /// The language that an HTTP `Accept-Language` header prefers; English where it names neither.
    pub fn from_accept_language(header: &str) -> Language {
        let weight = |part: &str| {
            let quality = part.split(';').find_map(|parameter| parameter.trim().strip_prefix("q="));
            quality.and_then(|quality| quality.trim().parse::<f32>().ok()).unwrap_or(1.0)
        };
        let best = |code: &str| {
            header
                .split(',')
                .map(str::trim)
                .filter(|part| part.to_ascii_lowercase().starts_with(code))
                .map(weight)
                .fold(0.0, f32::max)
        };
        if best("fr") > best("en") { Language::Fr } else { Language::En }
    }
}

/// Whether an officer's words are not there in each of these languages: plain ones where there are several, or those by language that lack
/// one.
pub fn lack_language(words: &Value, languages: &[Language]) -> bool {
    match words {
        Value::String(_) => languages.len() > 1,
        Value::Object(map) => languages.iter().any(|language| !map.contains_key(language.code())),
        _ => false,
    }
}

/// A text in both languages. Neither may be missing: nothing is said in one language only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// The English text.
    pub en: String,
    /// The French text, of equal content.
    pub fr: String,
}

impl Text {
    /// Puts the two texts together.
    pub fn new(en: impl Into<String>, fr: impl Into<String>) -> Text {
        Text { en: en.into(), fr: fr.into() }
    }

    /// The text in one language.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Fr => &self.fr,
        }
    }
}

impl From<&str> for Text {
    /// What is the same in both languages, such as a name.
    fn from(name: &str) -> Text {
        Text::new(name, name)
    }
}

impl From<(&str, &str)> for Text {
    fn from((en, fr): (&str, &str)) -> Text {
        Text::new(en, fr)
    }
}

/// A text in both languages that is part of the program, such as what a guard says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Both {
    /// The English text.
    pub en: &'static str,
    /// The French text, of equal content.
    pub fr: &'static str,
}

impl Both {
    /// The text in one language.
    pub fn get(self, language: Language) -> &'static str {
        match language {
            Language::En => self.en,
            Language::Fr => self.fr,
        }
    }
}
