//! The house keeps its shape: arrows run one way, files and functions stay small.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::{files, home};

/// The rooms and the others that each names: no more and no fewer. A room within a room has a list of its own.
const ROOMS: [(&str, &[&str]); 22] = [
    ("case", &[]),
    ("letter", &["case"]),
    ("typeset", &["case"]),
    ("rules", &["case"]),
    ("intake", &["case"]),
    ("dispatch", &["case", "spreadsheet"]),
    ("archive", &["case"]),
    ("people", &["case"]),
    ("openid", &["case", "people"]),
    ("register", &["case"]),
    ("spreadsheet", &["case"]),
    ("merge", &["case", "letter", "spreadsheet"]),
    ("form", &["case", "merge"]),
    ("studio", &["case", "letter", "typeset", "rules"]),
    (
        "desk",
        &[
            "case",
            "letter",
            "typeset",
            "rules",
            "studio",
            "intake",
            "dispatch",
            "archive",
            "people",
            "openid",
            "register",
            "spreadsheet",
            "merge",
        ],
    ),
    ("work", &["desk"]),
    ("web/view", &["case", "letter", "merge", "dispatch", "register", "desk"]),
    ("web/api", &["case", "letter", "merge", "intake", "dispatch", "people", "register", "desk", "web", "web/view"]),
    (
        "web/pages",
        &["case", "form", "merge", "people", "openid", "register", "spreadsheet", "desk", "web", "web/view", "web/api"],
    ),
    ("web", &["case", "merge", "people", "register", "desk", "web/view", "web/api", "web/pages"]),
    (
        "command",
        &["case", "letter", "merge", "typeset", "studio", "intake", "people", "register", "desk", "work", "web"],
    ),
    ("main", &["command"]),
];

fn sources(folder: &str) -> Vec<(String, String)> {
    let found = files(&home().join(folder)).into_iter().filter(|(name, _)| name.ends_with(".rs"));
    found.map(|(name, bytes)| (format!("{folder}/{name}"), String::from_utf8(bytes).unwrap())).collect()
}

/// The module that a source file is: `src/web/api/cases.rs` is `web::api::cases`.
fn module_of(file: &str) -> Vec<String> {
    let path = file.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
    path.split('/').map(str::to_owned).collect()
}

/// The innermost room that has a module.
fn room_of(module: &[String]) -> Option<&'static str> {
    let path = module.join("/");
    let has = |room: &&str| path == *room || path.starts_with(&format!("{room}/"));
    ROOMS.iter().map(|(room, _)| *room).filter(has).max_by_key(|room| room.len())
}

/// The paths in a text that begin at the crate or above their own module, from the crate's root. The first segments that follow an
/// opening brace are each one's own.
fn paths_named(file: &str, text: &str) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    for root in ["crate::", "recto::", "super::"] {
        for (at, _) in text.match_indices(root) {
            let before = &text[..at];
            if before.ends_with(is_word) || root == "super::" && before.ends_with("super::") {
                continue;
            }
            let mut rest = &text[at + root.len()..];
            let mut base = Vec::new();
            if root == "super::" {
                base = module_of(file);
                base.pop();
                while let Some(after) = rest.strip_prefix("super::") {
                    rest = after;
                    base.pop();
                }
            }
            let group = rest.strip_prefix('{').map(|group| group.split_once("};").map_or(group, |(group, _)| group));
            for path in group.unwrap_or(rest).split(if group.is_some() { ',' } else { ';' }) {
                let path = path.trim_start();
                let end = path.find(|c| !is_word(c) && c != ':').unwrap_or(path.len());
                let segments = path[..end].split("::").filter(|segment| !segment.is_empty()).map(str::to_owned);
                paths.push(base.iter().cloned().chain(segments).collect());
                if group.is_none() {
                    break;
                }
            }
        }
    }
    paths
}

#[test]
fn every_folder_and_file_of_the_sources_is_a_room() {
    let listed: BTreeSet<String> = ROOMS.iter().map(|(room, _)| (*room).to_owned()).collect();
    let outer: BTreeSet<String> = listed.iter().filter(|room| !room.contains('/')).cloned().collect();
    let found = std::fs::read_dir(home().join("src")).unwrap().flatten();
    let found = found.map(|entry| entry.file_name().to_string_lossy().trim_end_matches(".rs").to_owned());
    let found: BTreeSet<String> = found.filter(|name| name != "lib").collect();
    assert_eq!(found, outer);
    let readme = std::fs::read_to_string(home().join("README.md")).unwrap();
    let rows = readme.lines().filter_map(|line| line.strip_prefix("| `src/")?.split_once('`'));
    let told: BTreeSet<String> = rows.map(|(room, _)| room.to_owned()).collect();
    let inner: BTreeSet<String> = listed.into_iter().filter(|room| room != "main").collect();
    assert_eq!(told, inner, "the README's table of rooms");
}

#[test]
fn arrows_run_one_way() {
    let mut arrows: BTreeMap<(&str, &str), String> = BTreeMap::new();
    for (file, text) in sources("src") {
        if file == "src/lib.rs" {
            continue;
        }
        let own = room_of(&module_of(&file)).unwrap_or_else(|| panic!("{file} is in no room"));
        let inner = text.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
        let inner =
            inner.map(|name| if own == "main" { vec![name.to_owned()] } else { vec![own.to_owned(), name.to_owned()] });
        // Who may see something is no arrow.
        let text = text.replace("(in crate::", "(in ");
        for path in paths_named(&file, &text).into_iter().chain(inner) {
            let room = room_of(&path).unwrap_or_else(|| panic!("{file} names {}, which is no room", path.join("::")));
            if room != own {
                arrows.insert((own, room), file.clone());
            }
        }
    }
    let allowed = ROOMS.iter().flat_map(|(room, others)| others.iter().map(move |other| (*room, *other)));
    let allowed: BTreeSet<(&str, &str)> = allowed.collect();
    let forbidden: Vec<_> = arrows.iter().filter(|(arrow, _)| !allowed.contains(*arrow)).collect();
    let unneeded: Vec<_> = allowed.iter().filter(|arrow| !arrows.contains_key(*arrow)).collect();
    assert!(forbidden.is_empty(), "names what it may not know: {forbidden:?}");
    assert!(unneeded.is_empty(), "may name what it does not: {unneeded:?}");
}

#[test]
fn a_path_is_resolved_from_wherever_it_begins() {
    let resolved = |file: &str, text: &str| -> Vec<String> {
        paths_named(file, text).into_iter().map(|path| path.join("::")).collect()
    };
    assert_eq!(resolved("src/web/api/cases.rs", "use super::super::super::desk::Desk;"), ["desk::Desk"]);
    assert_eq!(resolved("src/web/api/mod.rs", "super::super::desk::Desk::open()"), ["desk::Desk::open"]);
    assert_eq!(resolved("src/web/api/cases.rs", "use super::listed;"), ["web::api::listed"]);
    assert_eq!(resolved("src/rules/found.rs", "use crate::{case::Day, letter};"), ["case::Day", "letter"]);
    assert_eq!(resolved("src/command/run.rs", "recto::desk::Desk"), ["desk::Desk"]);
}

#[test]
fn nothing_but_the_desk_acts_on_the_register() {
    for (file, text) in sources("src") {
        let own = room_of(&module_of(&file)).unwrap_or_default();
        if own == "desk" || own == "register" {
            continue;
        }
        let code = text.lines().map(str::trim_start).filter(|line| !line.starts_with("//"));
        // Without what is between quotation marks: laws are Acts too.
        let code: String = code.flat_map(|line| line.split('"').step_by(2).chain(["\n"])).collect();
        assert!(!code.contains(".begin("), "{file} begins an act: ask the desk");
        // The register's trouble may be told apart.
        let code = code.replace("DeskError::Register", "");
        let mut words = code.split(|c: char| !c.is_alphanumeric() && c != '_');
        assert!(!words.any(|word| word == "Register" || word == "Act"), "{file} acts on the register: ask the desk");
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
        // In a letter's words the blank is set by the writer; a page has it as it is written.
        let broken = texts.iter().find(|(_, fr)| name.ends_with("words.toml") && fr.contains(" :"));
        assert_eq!(broken, None, "{name}: a colon that may stand alone on a line");
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
