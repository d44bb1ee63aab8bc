//! Hashes of the letter templates: what a letter rests on.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::versions::VERSIONS_FILE;
use crate::case::hex;
use crate::case::letter::sha256_hex;

/// SHA-256 over a letter type's own files without its samples, and over what it shares with others.
pub(super) fn hash_of_type(folder: &Path, shared: &[String]) -> String {
    let own = hash_of_files(folder, |name| name != "samples");
    sha256_hex(format!("{own}\n{}", shared.join("\n")).as_bytes())
}

/// SHA-256 over the schema of an event.
pub(super) fn hash_of_event(folder: &Path, kind: &str) -> String {
    hash_of_files(&folder.join("_events"), |name| name.strip_suffix(".schema.json") == Some(kind))
}

/// SHA-256 over everything in a folder but what [`super::versions`] says of it.
pub(super) fn hash_of(folder: &Path) -> String {
    hash_of_files(folder, |name| name != VERSIONS_FILE)
}

/// SHA-256 over the words of a folder, or of one file: over all but schemas and samples.
pub(super) fn hash_of_words(path: &Path) -> String {
    if path.is_file() {
        return sha256_hex(&std::fs::read(path).unwrap_or_default());
    }
    hash_of_files(path, |name| name != "samples" && !name.ends_with(".json"))
}

/// SHA-256 over the names and contents of what counts in a folder, and of all that is below it.
fn hash_of_files(folder: &Path, counts: impl Fn(&str) -> bool) -> String {
    let mut hash = Sha256::new();
    hash_folder(folder, "", &counts, &mut hash);
    hex(&hash.finalize())
}

fn hash_folder(folder: &Path, shown: &str, counts: &dyn Fn(&str) -> bool, hash: &mut Sha256) {
    for path in entries(folder).into_iter().filter(|path| counts(&file_name(path))) {
        let shown = format!("{shown}/{}", file_name(&path));
        if path.is_dir() {
            hash_folder(&path, &shown, &|_| true, hash);
        } else if let Ok(bytes) = std::fs::read(&path) {
            hash.update(shown.as_bytes());
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(&bytes);
        }
    }
}

/// The entries of a folder in the order of their names, so that faults and hashes come out the same everywhere.
pub(super) fn entries(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut paths: Vec<_> = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
    paths.sort();
    paths
}

pub(super) fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
