//! The house keeps its shape: arrows run one way, files and functions stay small.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::support::{files, home};

/// The rooms and what each may name.
const ROOMS: [(&str, &[&str]); 11] = [
    ("case", &[]),
    ("letter", &["case"]),
    ("typeset", &["case"]),
    ("rules", &["case"]),
    ("intake", &["case"]),
    ("dispatch", &["case"]),
    ("archive", &["case"]),
    ("register", &["case"]),
    ("studio", &["case", "letter", "typeset", "rules"]),
    ("desk", &["case", "letter", "typeset", "rules", "studio", "intake", "dispatch", "archive", "register"]),
    ("work", &["desk"]),
];
const WEB: &[&str] = &["desk", "studio", "register", "letter", "case", "rules", "dispatch", "intake", "typeset"];

fn sources(folder: &str) -> Vec<(String, String)> {
    let found = files(&home().join(folder)).into_iter().filter(|(name, _)| name.ends_with(".rs"));
    found.map(|(name, bytes)| (format!("{folder}/{name}"), String::from_utf8(bytes).unwrap())).collect()
}

#[test]
fn arrows_run_one_way() {
    let mut rooms: BTreeMap<&str, &[&str]> = ROOMS.into_iter().collect();
    rooms.insert("web", WEB);
    for (file, text) in sources("src") {
        let Some(room) = Path::new(&file).iter().nth(1).and_then(|room| room.to_str()) else { continue };
        let Some(allowed) = rooms.get(room) else { continue };
        for named in text.split("crate::").skip(1) {
            let named: String = named.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let known = rooms.contains_key(named.as_str());
            assert!(!known || named == room || allowed.contains(&named.as_str()), "{file} names {named}");
        }
    }
}

#[test]
fn no_letter_type_program_or_guard_is_known_to_rust_by_its_name() {
    let names = |folder: &str| {
        let entries = std::fs::read_dir(home().join("letter-templates").join(folder)).unwrap().flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().trim_end_matches(".toml").to_owned())
    };
    let known: BTreeSet<String> = names("").filter(|name| !name.starts_with('_')).chain(names("_programs")).collect();
    assert!(known.contains("debt-notice") && known.contains("odsp"));
    let guards: BTreeSet<&str> = recto::rules::guards().map(|guard| guard.key).collect();
    for (file, text) in sources("src") {
        let code = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
        for (number, literal) in
            code.flat_map(|(number, line)| line.split('"').skip(1).step_by(2).map(move |l| (number, l)))
        {
            let place = format!("{file}:{}", number + 1);
            assert!(!known.contains(literal), "{place} names {literal}: ask what it does");
            assert!(!guards.contains(literal) || file.starts_with("src/rules/guards/"), "{place} names {literal}");
        }
    }
}

#[test]
fn files_and_functions_stay_small() {
    let mut lengths = Vec::new();
    for (file, text) in sources("src") {
        let lines: Vec<&str> = text.lines().collect();
        lengths.push(lines.len());
        assert!(lines.len() <= 400, "{file} has {} lines: divide it", lines.len());
        let mut begun: Option<(usize, String, String)> = None;
        for (number, line) in lines.iter().enumerate() {
            let indent: String = line.chars().take_while(|c| *c == ' ').collect();
            if begun.is_none()
                && (line.trim_start().starts_with("fn ") || line.contains(" fn "))
                && !line.trim_start().starts_with("//")
            {
                begun = Some((number, indent, (*line).to_owned()));
            } else if let Some((start, own, name)) = &begun
                && *line == format!("{own}}}")
            {
                assert!(number - start <= 70, "{file}: {} has {} lines", name.trim(), number - start);
                begun = None;
            }
        }
    }
    lengths.sort_unstable();
    assert!(lengths[lengths.len() / 2] <= 150, "the median file has {} lines", lengths[lengths.len() / 2]);
}

#[test]
fn one_comemo_is_in_the_tree_so_that_evicting_empties_typsts_own_cache() {
    let lock = std::fs::read_to_string(home().join("Cargo.lock")).unwrap();
    assert_eq!(lock.matches("name = \"comemo\"").count(), 1);
    assert!(lock.contains(&format!("name = \"typst\"\nversion = \"{}\"", recto::typeset::TYPST_VERSION)));
}

#[test]
fn every_word_exists_in_both_languages() {
    for name in ["letter-templates/_house/terms.toml", "src/web/words.toml"] {
        let table: toml::Table = toml::from_str(&std::fs::read_to_string(home().join(name)).unwrap()).unwrap();
        let mut texts = Vec::new();
        collect(&toml::Value::Table(table), &mut texts);
        assert!(texts.len() > 20, "{name}");
        for (en, fr) in &texts {
            assert!(!en.trim().is_empty() && !fr.trim().is_empty(), "{name}: {en} / {fr}");
        }
    }
}

fn collect(value: &toml::Value, texts: &mut Vec<(String, String)>) {
    let Some(table) = value.as_table() else { return };
    if let (Some(en), Some(fr)) = (table.get("en").and_then(|v| v.as_str()), table.get("fr").and_then(|v| v.as_str())) {
        texts.push((en.to_owned(), fr.to_owned()));
        return;
    }
    table.values().for_each(|inner| collect(inner, texts));
}
