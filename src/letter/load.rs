//! Reading the folders of the letter templates.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::events::Events;
use super::hash::{entries, file_name};
use super::kind::LetterType;
use super::must_say::{SharedTexts, read_shared};
use super::phones::phone_faults;
use super::program::Program;
use super::read::{read_text, read_toml};
use super::saved_phrases::{SavedPhrase, read_phrases};
use crate::case::Fault;

/// The sets of guards that letter types name as one.
pub(super) fn guard_sets(folder: &Path, faults: &mut Vec<Fault>) -> BTreeMap<String, Vec<String>> {
    let read = read_text(&folder.join("_house"), "_house", "guards.toml").map_err(|fault| vec![fault]);
    let sets = read.and_then(|text| read_toml(&text, "_house/guards.toml"));
    sets.map_err(|more| faults.extend(more)).unwrap_or_default()
}

/// The letter types by key.
pub(super) fn types(
    folder: &Path,
    sets: &BTreeMap<String, Vec<String>>,
    events: &Events,
    faults: &mut Vec<Fault>,
) -> BTreeMap<String, LetterType> {
    let is_type = |path: &std::path::PathBuf| path.is_dir() && !file_name(path).starts_with(['_', '.']);
    let mut types = BTreeMap::new();
    for path in entries(folder).into_iter().filter(is_type) {
        let read = LetterType::read(&path, events).and_then(|mut letter| letter.expand_guards(sets).map(|()| letter));
        match read {
            Ok(letter) => {
                types.insert(letter.key.clone(), letter);
            }
            Err(more) => faults.extend(more),
        }
    }
    if types.is_empty() && faults.is_empty() {
        faults.push(Fault::new(
            "letter-types-missing",
            folder.display().to_string(),
            "There is no letter type here. Run recto where the repository is, or name that folder with `home` or RECTO_HOME.",
            "Il n’y a ici aucun type de lettre. Lancez recto là où se trouve le dépôt, ou nommez ce dossier par `home` ou RECTO_HOME.",
        ));
    }
    types
}

/// The texts that many letters have, owed by those that must have them, and the phrases that officers put into theirs.
pub(super) fn shared(
    folder: &Path,
    types: &mut BTreeMap<String, LetterType>,
    faults: &mut Vec<Fault>,
) -> Option<(SharedTexts, Vec<SavedPhrase>)> {
    let texts = read_shared(folder).map_err(|more| faults.extend(more)).ok();
    if let Some(texts) = &texts {
        owe_shared(folder, types, texts, faults);
    }
    texts.zip(read_phrases(folder).map_err(|more| faults.extend(more)).ok())
}

/// Has each letter type owe what its shared texts and its frame must say.
fn owe_shared(folder: &Path, types: &mut BTreeMap<String, LetterType>, shared: &SharedTexts, faults: &mut Vec<Fault>) {
    // A frame that cannot be read is said by the writers.
    let frame = |name: &str| std::fs::read_to_string(folder.join(format!("_house/{name}.typ"))).unwrap_or_default();
    let frames = ["frame", "memorandum"].map(frame);
    for letter in types.values_mut() {
        let frame = &frames[usize::from(letter.description.filed)];
        faults.extend(letter.owe_shared(shared, frame).err().into_iter().flatten());
    }
}

/// The programs by key.
pub(super) fn programs(folder: &Path, faults: &mut Vec<Fault>) -> BTreeMap<String, Program> {
    let contact = read_text(&folder.join("_house"), "_house", "contact.toml").map_err(|fault| vec![fault]);
    let contact = contact.and_then(|text| {
        let contact: serde_json::Map<String, Value> = read_toml(&text, "_house/contact.toml")?;
        let faults = phone_faults(&contact, "", &text, "_house/contact.toml");
        if faults.is_empty() { Ok(contact) } else { Err(faults) }
    });
    let contact = contact.map_err(|more| faults.extend(more)).unwrap_or_default();
    let folder = folder.join("_programs");
    let mut programs = BTreeMap::new();
    for path in entries(&folder) {
        let name = file_name(&path);
        let Some(key) = name.strip_suffix(".toml") else { continue };
        let shown = format!("_programs/{name}");
        let read = read_text(&folder, "_programs", &name).map_err(|fault| vec![fault]);
        match read.and_then(|text| Program::read(key, &text, &shown)) {
            Ok(mut program) => {
                program.share_contact(&contact);
                programs.insert(program.key.clone(), program);
            }
            Err(more) => faults.extend(more),
        }
    }
    programs
}
