//! What the unit's officers often say in letters of their own words (`_house/phrases.toml`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;

use super::policy_names::unknown_program;
use super::program::Program;
use super::read::{read_text, read_toml, toml_line};
use crate::case::{Fault, Language, Text};

const SHOWN: &str = "_house/phrases.toml";
/// What a line begins with that is no paragraph, in the marks of a letter as it is typed.
const MARKS: [&str; 3] = ["# ", "- ", "|"];

/// A phrase that is saved, to be put into a letter.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SavedPhrase {
    /// Its name.
    pub key: String,
    /// What officers find it by.
    pub title: Text,
    /// Its words, as they would be typed.
    pub text: Text,
    /// The programs whose letters it fits; all where none is named.
    #[serde(default)]
    programs: Vec<String>,
}

impl SavedPhrase {
    /// Whether it fits the letters of a program; one that is not known yet may be any.
    pub fn fits(&self, program: Option<&str>) -> bool {
        self.programs.is_empty() || program.is_none_or(|program| self.programs.iter().any(|one| one == program))
    }
}

/// What `phrases.toml` has.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct House {
    phrase: Vec<SavedPhrase>,
}

/// Reads the phrases, in the order of the file.
pub(super) fn read_phrases(folder: &Path) -> Result<Vec<SavedPhrase>, Vec<Fault>> {
    let text = read_text(&folder.join("_house"), "_house", "phrases.toml").map_err(|fault| vec![fault])?;
    let House { phrase: mut phrases } = read_toml(&text, SHOWN)?;
    phrases.iter_mut().for_each(|one| one.text = Text::new(one.text.en.trim(), one.text.fr.trim()));
    let (mut faults, mut keys) = (Vec::new(), BTreeSet::new());
    for (index, phrase) in phrases.iter().enumerate() {
        let place = |name: &str| format!("{SHOWN}:{}", toml_line(&text, &format!("/phrase/{index}/{name}")));
        faults.extend((!keys.insert(&phrase.key)).then(|| named_twice(&phrase.key, place("key"))));
        for (name, words) in [("title", &phrase.title), ("text", &phrase.text)] {
            for language in Language::BOTH {
                let at = || place(&format!("{name}/{}", language.code()));
                let words = words.get(language);
                faults.extend(words.trim().is_empty().then(|| says_nothing(&phrase.key, at())));
                faults.extend(words.contains(|c: char| c.is_numeric()).then(|| has_figure(&phrase.key, at())));
            }
        }
        let differs = lines(&phrase.text.en) != lines(&phrase.text.fr);
        faults.extend(differs.then(|| lines_differ(&phrase.key, place("text/fr"))));
    }
    if faults.is_empty() { Ok(phrases) } else { Err(faults) }
}

/// The programs that phrases name and that are none.
pub(super) fn unknown_programs(phrases: &[SavedPhrase], programs: &BTreeMap<String, Program>) -> Vec<Fault> {
    let named = phrases.iter().flat_map(|phrase| phrase.programs.iter().map(|program| (&phrase.key, program)));
    let strange = named.filter(|(_, program)| !programs.contains_key(*program));
    strange.map(|(key, program)| unknown_program(program, programs, &format!("{SHOWN} ({key})"))).collect()
}

/// What each line of a text is: blank, of a mark, or a paragraph.
fn lines(text: &str) -> Vec<Option<&str>> {
    let kind = |line: &str| MARKS.into_iter().find(|mark| line.starts_with(mark)).or((!line.is_empty()).then_some(""));
    text.lines().map(|line| kind(line.trim())).collect()
}

fn named_twice(key: &str, place: String) -> Fault {
    Fault::new(
        "phrase-named-twice",
        place,
        format!("Two saved phrases have the key “{key}”. Give this one another."),
        format!("Deux phrases enregistrées ont la clé « {key} ». Donnez-en une autre à celle-ci."),
    )
}

fn says_nothing(key: &str, place: String) -> Fault {
    Fault::new(
        "phrase-blank",
        place,
        format!("The saved phrase “{key}” says nothing here. Write it in both languages, or take it out."),
        format!("La phrase enregistrée « {key} » ne dit rien ici. Écrivez-la dans les deux langues, ou retirez-la."),
    )
}

fn has_figure(key: &str, place: String) -> Fault {
    Fault::new(
        "phrase-with-figure",
        place,
        format!("The saved phrase “{key}” has a figure, which may be wrong in the next letter. Say it without."),
        format!(
            "La phrase enregistrée « {key} » contient un chiffre, qui peut être faux dans la prochaine lettre. Dites-la sans chiffre."
        ),
    )
}

fn lines_differ(key: &str, place: String) -> Fault {
    Fault::new(
        "phrase-languages-differ",
        place,
        format!(
            "The saved phrase “{key}” has other paragraphs, headings, items or rows in French than in English. Give both the same, line by line."
        ),
        format!(
            "La phrase enregistrée « {key} » n’a pas en français les mêmes paragraphes, titres, éléments ou lignes de tableau qu’en anglais. Écrivez les deux de la même façon, ligne par ligne."
        ),
    )
}
