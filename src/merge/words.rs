//! The words by which people write a value: those of the schemas, and those that stand in `vocabulary.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

use super::heading::folded;
use crate::case::{Language, Text};

/// What officers call columns and values besides the labels of the schemas.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Vocabulary {
    /// Headings by field.
    pub headings: BTreeMap<String, Vec<String>>,
    /// Headings that may mean several fields, by word: those that are the letter's are asked about.
    pub several: BTreeMap<String, Vec<String>>,
    /// Words that say whose a value is and nothing of what it is.
    pub whose: Vec<String>,
    /// Columns that only count.
    pub counters: Vec<String>,
    /// What stands before a total.
    pub totals: Vec<String>,
    /// How notes below a table begin.
    pub notes: Vec<String>,
    /// Values by table of `_house/terms.toml` and key.
    pub values: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

pub(super) static VOCABULARY: LazyLock<Vocabulary> =
    LazyLock::new(|| toml::from_str(include_str!("vocabulary.toml")).expect("vocabulary.toml is read by the tests"));

/// The keys that a value may be, with the words by which people write them.
#[derive(Debug, Clone, Default)]
pub struct ValueWords {
    /// Each key with its words in both languages, in the order of the schema.
    pub shown: Vec<(String, Text)>,
    by_word: BTreeMap<String, String>,
}

impl ValueWords {
    /// The words of a table of the vocabulary.
    pub(super) fn of_table(table: &str) -> ValueWords {
        let mut words = ValueWords::default();
        for (key, synonyms) in VOCABULARY.values.get(table).into_iter().flatten() {
            synonyms.iter().for_each(|word| words.add(key, word));
        }
        words
    }

    /// The words of a property that has an `enum`.
    pub(super) fn of_schema(property: &Value) -> ValueWords {
        let table = property["x-term"].as_str().unwrap_or_default();
        let mut words = ValueWords::default();
        for key in property["enum"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let said = |language: Language| property["x-terms"][key][language.code()].as_str().unwrap_or(key);
            words.shown.push((key.to_owned(), Text::new(said(Language::En), said(Language::Fr))));
            words.add(key, key);
            Language::BOTH.into_iter().for_each(|language| words.add(key, said(language)));
        }
        let synonyms = VOCABULARY.values.get(table).into_iter().flatten();
        for (key, synonyms) in
            synonyms.filter(|(key, _)| words.shown.iter().any(|(known, _)| known == *key)).collect::<Vec<_>>()
        {
            synonyms.iter().for_each(|word| words.add(key, word));
        }
        words
    }

    /// Adds a word of a key. What is another key's already is nobody's.
    pub(super) fn add(&mut self, key: &str, word: &str) {
        if self.shown.iter().all(|(known, _)| known != key) {
            self.shown.push((key.to_owned(), word.into()));
        }
        let word = folded(word);
        if !word.is_empty() {
            let other = self.by_word.insert(word.clone(), key.to_owned()).filter(|known| known != key);
            if other.is_some() {
                self.by_word.insert(word, String::new());
            }
        }
    }

    /// The key that a cell means.
    pub fn key(&self, text: &str) -> Option<&str> {
        let known =
            self.by_word.get(&folded(text)).or_else(|| self.by_word.get(&folded(&text.replace(['-', '_'], " "))));
        known.map(String::as_str).filter(|key| !key.is_empty())
    }
}

/// Yes or no, as people write it.
pub fn truth(text: &str) -> Option<bool> {
    let words = ["yes y true oui o vrai x 1", "no n false non faux 0"];
    let word = folded(text);
    let is = |list: &str| list.split(' ').any(|one| one == word);
    match (is(words[0]), is(words[1])) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

/// Yes or no in a language, as the reader takes it.
pub fn truth_word(truth: bool, language: Language) -> &'static str {
    match (truth, language) {
        (true, Language::En) => "yes",
        (true, Language::Fr) => "oui",
        (false, Language::En) => "no",
        (false, Language::Fr) => "non",
    }
}
