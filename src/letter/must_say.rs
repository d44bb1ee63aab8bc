//! What must be found in a finished letter: the type's own words, and those of the shared texts that it has.

use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::hash::{entries, file_name};
use super::path::Condition;
use super::read::{hint, read_text, read_toml};
use super::static_text::includes;
use crate::case::{Fault, Language, Text};

/// A statement that must be found in the rendered text of each language.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MustSay {
    /// Its name, shared by both languages.
    pub key: String,
    /// Words that stand on the English page.
    pub en: String,
    /// Words that stand on the French page.
    pub fr: String,
    /// Must be there only where this is so.
    #[serde(default)]
    pub when: Option<Condition>,
}

impl MustSay {
    /// Its words in one language, white space folded.
    pub fn words(&self, language: Language) -> String {
        let words = if language == Language::En { &self.en } else { &self.fr };
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Whether it must be on the page of a letter with these facts.
    pub fn is_due(&self, facts: &Value) -> bool {
        self.when.as_ref().is_none_or(|when| when.holds(facts))
    }
}

/// Where a letter type must have a shared text: always, or where a condition holds.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Owed {
    /// In each letter.
    Always(Always),
    /// Where this is so.
    Where(Condition),
}

/// The word `always`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Always {
    /// In each letter.
    Always,
}

impl Owed {
    /// The condition, where there is one.
    pub fn when(&self) -> Option<&Condition> {
        match self {
            Owed::Always(_) => None,
            Owed::Where(condition) => Some(condition),
        }
    }
}

/// A text of `_house/shared` that many letters have: `<key>.en.typ`, `<key>.fr.typ`, and `<key>.toml` with what it must say.
#[derive(Debug, Clone)]
pub struct SharedText {
    /// Its source in both languages.
    pub source: Text,
    /// What it must say wherever a letter has it. It knows no letter's facts, so its conditions are with the letter types.
    must_say: Vec<SharedWords>,
    /// Whether it stands in the frame of those letters alone that owe it by their [shared].
    where_owed: bool,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SharedWords {
    key: String,
    en: String,
    fr: String,
}

/// What `<key>.toml` has.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SharedToml {
    /// Stands in the frame, and only of those letters that owe it by [shared] in letter.toml.
    #[serde(default)]
    where_owed: bool,
    must_say: Vec<SharedWords>,
}

/// The shared texts by key.
pub type SharedTexts = BTreeMap<String, SharedText>;

/// Reads `_house/shared`; each text must be there in both languages.
pub(super) fn read_shared(folder: &Path) -> Result<SharedTexts, Vec<Fault>> {
    let (folder, shown) = (folder.join("_house/shared"), "_house/shared");
    let (mut texts, mut faults) = (SharedTexts::new(), Vec::new());
    let names: Vec<String> = entries(&folder).iter().map(|path| file_name(path)).collect();
    let mut keys: Vec<&str> = names.iter().filter_map(|name| name.split('.').next()).collect();
    keys.dedup();
    for key in keys {
        let mut text = |ending: &str| {
            read_text(&folder, shown, &format!("{key}.{ending}")).map_err(|fault| faults.push(fault)).ok()
        };
        let (en, fr) = (text("en.typ"), text("fr.typ"));
        let toml = names.contains(&format!("{key}.toml")).then(|| text("toml")).flatten();
        let toml = toml.map(|toml| read_toml::<SharedToml>(&toml, &format!("{shown}/{key}.toml")));
        let must_say = toml.transpose().map_err(|more| faults.extend(more)).ok().flatten();
        if let (Some(en), Some(fr)) = (en, fr) {
            let (where_owed, must_say) = must_say.map(|toml| (toml.where_owed, toml.must_say)).unwrap_or_default();
            texts.insert(key.to_owned(), SharedText { source: Text { en, fr }, must_say, where_owed });
        }
    }
    if faults.is_empty() { Ok(texts) } else { Err(faults) }
}

impl SharedText {
    /// What it must say, under the condition under which a letter owes it.
    pub(super) fn owed(&self, when: Option<&Condition>) -> impl Iterator<Item = MustSay> {
        let words = self.must_say.iter().cloned();
        words.map(move |SharedWords { key, en, fr }| MustSay { key, en, fr, when: when.cloned() })
    }
}

/// The keys of the shared texts that a template has, directly or through others, among those that must say something.
fn included<'t>(template: &str, texts: &'t SharedTexts) -> Vec<&'t str> {
    let (mut open, mut found): (Vec<String>, Vec<&str>) = (includes(template), Vec::new());
    while let Some(key) = open.pop() {
        let Some((key, text)) = texts.get_key_value(&key).filter(|(key, _)| !found.contains(&key.as_str())) else {
            continue;
        };
        found.push(key);
        open.extend(includes(&text.source.en));
    }
    found.retain(|key| !texts[*key].must_say.is_empty());
    found
}

/// The keys of the shared texts in a frame: those of every letter, and those of letters that owe them.
pub(super) fn framed<'t>(frame: &str, texts: &'t SharedTexts) -> (Vec<&'t str>, Vec<&'t str>) {
    included(frame, texts).into_iter().partition(|key| !texts[*key].where_owed)
}

/// What differs between the shared texts that letter.toml says the letter owes and those that its body has, or its frame: a text that is
/// taken out of both languages is missed all the same.
pub(super) fn not_as_stated(
    owed: &BTreeMap<String, Owed>,
    body: &str,
    frame: &[&str],
    texts: &SharedTexts,
    place: impl Fn(&str) -> String,
) -> Vec<Fault> {
    let included = included(body, texts);
    let known: Vec<&str> =
        texts.iter().filter(|(_, text)| !text.must_say.is_empty()).map(|(key, _)| key.as_str()).collect();
    let unstated = included.iter().filter(|key| !owed.contains_key(**key)).map(|key| unstated(key, place("/shared")));
    let absent = owed.keys().map(String::as_str).filter(|key| !included.contains(key) && !frame.contains(key));
    let absent = absent.map(|key| match known.contains(&key) {
        true => not_included(key, place(&format!("/shared/{key}"))),
        false => unknown_text(key, &known, place(&format!("/shared/{key}"))),
    });
    unstated.chain(absent).collect()
}

fn unstated(key: &str, place: String) -> Fault {
    Fault::new(
        "shared-text-not-stated",
        place,
        format!(
            "The letter has the shared text “{key}”. Say under [shared] where it must: {key} = \"always\", or a condition."
        ),
        format!(
            "La lettre comprend le texte commun « {key} ». Dites sous [shared] où il doit figurer : {key} = \"always\", ou une condition."
        ),
    )
}

fn not_included(key: &str, place: String) -> Fault {
    Fault::new(
        "shared-text-not-included",
        place,
        format!(
            "The letter must have the shared text “{key}”, but its body does not include it. Write {{% include \"{key}\" %}} in both languages."
        ),
        format!(
            "La lettre doit comprendre le texte commun « {key} », mais son corps ne l’inclut pas. Écrivez {{% include \"{key}\" %}} dans les deux langues."
        ),
    )
}

fn unknown_text(key: &str, known: &[&str], place: String) -> Fault {
    let Text { en: hint_en, fr: hint_fr } = hint(key, known.iter().copied());
    Fault::new(
        "shared-text-unknown",
        place,
        format!("No text of _house/shared that must say something is called “{key}”. {hint_en}"),
        format!("Aucun texte de _house/shared qui doit dire quelque chose ne s’appelle « {key} ». {hint_fr}"),
    )
}
