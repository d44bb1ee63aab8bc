//! The words of a front, such as the pages or the command line, in both languages: one file, `key = {en, fr}`.

use std::collections::BTreeMap;

use super::format::Formats;
use super::language::{Language, Text};

/// Words by key. What they are used with stands in braces, such as `{n}`.
#[derive(Debug, Clone)]
pub struct Phrases(BTreeMap<String, Text>);

impl Phrases {
    /// Reads the TOML of a file of words.
    pub fn read(source: &str) -> Result<Phrases, toml::de::Error> {
        toml::from_str(source).map(Phrases)
    }

    /// The words of a key, where it has some.
    pub fn text(&self, key: &str) -> Option<&Text> {
        self.0.get(key)
    }

    /// The words of a key in one language.
    pub fn get(&self, key: &str, language: Language) -> Option<&str> {
        self.text(key).map(|text| text.get(language))
    }

    /// A number with its noun as the language counts: `1 page`, `2 pages`, `0 page` in French. The nouns are `unit.<unit>.one` and
    /// `unit.<unit>.many`.
    pub fn counted(&self, count: i64, unit: &str, language: Language) -> Option<String> {
        let noun = |number| self.get(&format!("unit.{unit}.{number}"), language);
        Formats::of(language).plural(&count.to_string(), noun("one")?, noun("many")?)
    }

    /// The keys.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
