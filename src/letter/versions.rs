//! The versions of words: of each letter type, of the house, of each program.
//!
//! `versions.toml` has the words of each version as `recto check --lock` found them in order. Words that differ from it under the same
//! version are a fault: whoever approved the version did not see them. So they are where letters were issued with other words.

use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;

use super::catalogue::Catalogue;
use super::hash::hash_of_words;
use super::kind::LetterType;
use super::program::Program;
use super::read::{read_text, read_toml, toml_line};
use crate::case::letter::Wording;
use crate::case::{Fault, Sha256};

/// The file that has the words of each version.
pub(super) const VERSIONS_FILE: &str = "versions.toml";
/// The name of the house's words.
const HOUSE: &str = "_house";
/// The file that has the version of the house's words.
const HOUSE_FILE: &str = "_house/version.toml";

/// What `versions.toml` says; all of it may be missing.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Versions {
    /// What was proven by the whole check: the state of a whole set of letter types and fonts.
    pub checked: String,
    /// The words of each name.
    words: BTreeMap<String, Words>,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Words {
    version: String,
    sha256: String,
}

/// `_house/version.toml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct HouseVersion {
    /// The version of all words of `_house`.
    version: String,
}

impl Versions {
    /// Reads the file of a letter templates folder; one that is not there says nothing.
    pub(super) fn read(folder: &Path) -> Result<Versions, Vec<Fault>> {
        if !folder.join(VERSIONS_FILE).exists() {
            return Ok(Versions::default());
        }
        let text = read_text(folder, "", VERSIONS_FILE).map_err(|fault| vec![fault])?;
        read_toml(&text, VERSIONS_FILE)
    }

    /// The words that it has.
    fn wordings(&self) -> Vec<Wording> {
        let wording = |(name, words): (&String, &Words)| Wording {
            name: name.clone(),
            version: words.version.clone(),
            hash: Sha256::new(&words.sha256),
        };
        self.words.iter().map(wording).collect()
    }
}

impl Catalogue {
    /// The words of a letter: those of its type, of the house and of its program.
    pub fn wordings_of(&self, letter_type: &str, program: &str) -> Vec<Wording> {
        let names = names_of(letter_type, program);
        names.iter().filter_map(|name| self.wordings.get(name)).cloned().collect()
    }

    /// The words that have changed under the same version since `versions.toml` was written.
    pub fn changed_words(&self) -> Vec<Fault> {
        self.changed_since(&self.versions.wordings(), false)
    }

    /// The words of which letters were issued with others of the same version.
    pub fn reissued_words(&self, issued: &[Wording]) -> Vec<Fault> {
        self.changed_since(issued, true)
    }

    fn changed_since(&self, known: &[Wording], is_issued: bool) -> Vec<Fault> {
        let differs = |known: &&Wording| {
            let now = self.wordings.get(&known.name);
            now.is_some_and(|now| now.version == known.version && now.hash != known.hash)
        };
        known.iter().filter(differs).map(|known| changed(&self.folder, known, is_issued)).collect()
    }

    /// Writes `versions.toml`: the words as they are now, which the whole check has proven.
    pub fn lock(&self, checked: &str) -> std::io::Result<()> {
        std::fs::write(self.folder.join(VERSIONS_FILE), written(checked, self.wordings.values()))
    }
}

/// The words of everything that has a version, by name: a letter type's key, `_house`, `_programs/<key>`.
pub(super) fn wordings(
    folder: &Path,
    types: &BTreeMap<String, LetterType>,
    programs: &BTreeMap<String, Program>,
) -> Result<BTreeMap<String, Wording>, Vec<Fault>> {
    let text =
        read_text(folder, "", HOUSE_FILE).map_err(|fault| vec![Fault { place: HOUSE_FILE.to_owned(), ..fault }])?;
    let HouseVersion { version } = read_toml(&text, HOUSE_FILE)?;
    let wording = |name: String, version: &str, path: &Path| {
        let wording =
            Wording { name: name.clone(), version: version.to_owned(), hash: Sha256::new(hash_of_words(path)) };
        (name, wording)
    };
    let house = wording(HOUSE.to_owned(), &version, &folder.join(HOUSE));
    let types = types
        .values()
        .map(|letter| wording(letter.key.clone(), &letter.description.version, &folder.join(&letter.key)));
    let programs = programs.values().map(|program| {
        let name = program_name(&program.key);
        let path = folder.join(format!("{name}.toml"));
        wording(name, &program.version, &path)
    });
    Ok(types.chain(programs).chain([house]).collect())
}

fn program_name(key: &str) -> String {
    format!("_programs/{key}")
}

/// The names of the words that a letter has.
fn names_of(letter_type: &str, program: &str) -> [String; 3] {
    [letter_type.to_owned(), HOUSE.to_owned(), program_name(program)]
}

/// `versions.toml` for these words, as they were proven.
fn written<'w>(checked: &str, wordings: impl Iterator<Item = &'w Wording>) -> String {
    let mut text = format!(
        "# Written by `recto check --lock`, once the whole check found no fault; not by hand. Words that differ from these under the same\n\
         # version are a fault: raise the version (letter.toml, {HOUSE_FILE}, _programs/*.toml), and have it read by a second person.\n\
         checked = \"{checked}\"\n\n[words]\n"
    );
    for Wording { name, version, hash } in wordings {
        text.push_str(&format!("\"{name}\" = {{ version = {version:?}, sha256 = \"{hash}\" }}\n"));
    }
    text
}

/// Words have changed under the same version.
fn changed(folder: &Path, wording: &Wording, is_issued: bool) -> Fault {
    let Wording { name, version, .. } = wording;
    let file = match name.as_str() {
        HOUSE => HOUSE_FILE.to_owned(),
        name if name.starts_with("_programs/") => format!("{name}.toml"),
        name => format!("{name}/letter.toml"),
    };
    let line = read_text(folder, "", &file).map_or(1, |text| toml_line(&text, "/version"));
    let (en, fr) = if is_issued {
        (
            "letters were issued with other words of this version",
            "des lettres ont été envoyées avec un autre texte de cette version",
        )
    } else {
        ("versions.toml has other words of this version", "versions.toml a un autre texte de cette version")
    };
    Fault::new(
        "words-changed",
        format!("{file}:{line}"),
        format!(
            "The words of “{name}” have changed under version {version}: {en}. Raise the version, then run recto check --lock."
        ),
        format!(
            "Le texte de « {name} » a changé sous la version {version} : {fr}. Augmentez la version, puis exécutez recto check --lock."
        ),
    )
}
