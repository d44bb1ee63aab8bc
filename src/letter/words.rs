//! The words that all letters share: the house's own, and those for keys in facts.

use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::phones::phone_faults;
use super::read::{read_text, read_toml};
use crate::case::{Fault, Language, Text};

/// The house's words in both languages, and the words for keys in facts.
pub(super) struct Words {
    words: [Map<String, Value>; 2],
    /// Terms by family and key.
    pub terms: BTreeMap<String, BTreeMap<String, Text>>,
}

/// `words.toml`: what both languages share, and the words of each, which have the same names.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WordsToml {
    both: Map<String, Value>,
    en: Map<String, Value>,
    fr: Map<String, Value>,
}

impl Words {
    /// Reads `words.toml` and `terms.toml`.
    pub fn read(house: &Path) -> Result<Words, Vec<Fault>> {
        let toml = |name: &str| read_text(house, "_house", name).map_err(|fault| vec![fault]);
        let shown = "_house/words.toml";
        let words = toml("words.toml").and_then(|text| Ok((read_toml::<WordsToml>(&text, shown)?, text)));
        let words = words.and_then(|(words, text)| {
            let mut faults = words_missing(&words.en, &words.fr, shown);
            for (own, at) in [(&words.both, "/both"), (&words.en, "/en"), (&words.fr, "/fr")] {
                faults.extend(phone_faults(own, at, &text, shown));
            }
            if faults.is_empty() { Ok(words) } else { Err(faults) }
        });
        let terms = toml("terms.toml").and_then(|text| read_toml(&text, "_house/terms.toml"));
        match (words, terms) {
            (Ok(WordsToml { both, en, fr }), Ok(terms)) => {
                let with = |own: Map<String, Value>| both.clone().into_iter().chain(own).collect();
                Ok(Words { words: [with(en), with(fr)], terms })
            }
            (words, terms) => Err([words.err(), terms.err()].into_iter().flatten().flatten().collect()),
        }
    }

    /// The house's words in one language.
    pub fn of(&self, language: Language) -> &Map<String, Value> {
        &self.words[language as usize]
    }
}

/// The words that one of the languages has and the other has not, in tables within tables too.
pub(super) fn words_missing(en: &Map<String, Value>, fr: &Map<String, Value>, shown: &str) -> Vec<Fault> {
    let (names_en, names_fr) = (names(en, ""), names(fr, ""));
    let lacking = |one: &[String], other: &[String]| -> Vec<String> {
        one.iter().filter(|name| !other.contains(name)).cloned().collect()
    };
    let in_fr = lacking(&names_en, &names_fr).into_iter().map(|name| word_missing(&name, "fr", shown));
    let in_en = lacking(&names_fr, &names_en).into_iter().map(|name| word_missing(&name, "en", shown));
    in_fr.chain(in_en).collect()
}

fn names(words: &Map<String, Value>, before: &str) -> Vec<String> {
    let inner = |(name, value): (&String, &Value)| match value {
        Value::Object(table) => names(table, &format!("{before}{name}.")),
        _ => vec![format!("{before}{name}")],
    };
    words.iter().flat_map(inner).collect()
}

fn word_missing(name: &str, language: &str, shown: &str) -> Fault {
    Fault::new(
        "word-missing",
        shown,
        format!("“{name}” is missing in [{language}]. Say it in both languages."),
        format!("« {name} » manque dans [{language}]. Dites-le dans les deux langues."),
    )
}
