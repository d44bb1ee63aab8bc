//! The command line speaks the language of `--lang`, or of the locale; JSON and codes stay as they are.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Output, Stdio};

use serde_json::Value;

use crate::support::{command, files, home, recto};
use crate::wording::unfit;

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Runs with a locale.
fn with_locale(folder: &std::path::Path, locale: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut command = command(folder, arguments);
    command.env_remove("LC_ALL").env_remove("LC_MESSAGES").env_remove("LANG").envs(locale.iter().copied());
    command.output().unwrap()
}

#[test]
fn the_language_is_that_of_the_argument_or_else_of_the_locale() {
    let folder = tempfile::tempdir().unwrap();
    let (english, french) = ("There is no register", "Il n’y a pas de registre");
    for (locale, arguments, words) in [
        (&[][..], &["verify"][..], english),
        (&[("LANG", "fr_CA.UTF-8")], &["verify"], french),
        (&[("LANG", "en_CA.UTF-8"), ("LC_ALL", "fr_CA.UTF-8")], &["verify"], french),
        (&[("LANG", "fr_CA.UTF-8"), ("LC_ALL", "C")], &["verify"], english),
        (&[("LANG", "fr_CA.UTF-8"), ("LC_ALL", "")], &["verify"], french),
        (&[("LANG", "fr_CA.UTF-8")], &["verify", "--lang", "en"], english),
        (&[], &["verify", "--lang=fr"], french),
        (&[], &["--lang", "fr", "verify"], french),
        (&[("LANG", "de_DE.UTF-8")], &["verify"], english),
    ] {
        let output = with_locale(folder.path(), locale, arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(told(&output).contains(words), "{locale:?} {arguments:?}: {}", told(&output));
    }
    // The letter's language is another matter.
    let out = folder.path().join("letter.pdf");
    let data = "letter-templates/debt-notice/samples/plausible.json";
    let render = ["render", "debt-notice", "--data", data, "--lang", "fr", "-o", out.to_str().unwrap()];
    let output = with_locale(folder.path(), &[], &render);
    assert!(told(&output).contains("dated"), "{}", told(&output));
    let output = with_locale(folder.path(), &[], &[&["--lang", "fr"], &render[..]].concat());
    assert!(told(&output).contains("datée du"), "{}", told(&output));
}

#[test]
fn a_day_is_told_in_french_with_the_same_figures_and_the_same_json() {
    let folder = tempfile::tempdir().unwrap();
    let output = recto(folder.path(), &["demo", "--no-serve", "--lang", "fr"]);
    let shown = told(&output);
    assert!(output.status.success(), "{shown}");
    for words in [
        "Réception des événements de la journée",
        "104 événements reçus, 79 lettres demandées; 1 déjà connu; 6 refusés.",
        "Une journée à l’unité : 17\u{a0}novembre\u{a0}2026, 14:45",
        "en tout",
        "Où tout se trouve",
        "SPÉCIMEN",
        "retenue  ",
        "n’est pas un montant",
        " lettres, ",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    for english in ["events", "held", "waits", "Print", " due ", "letters", "is not an amount", "The debt"] {
        let lines: Vec<&str> = shown
            .lines()
            .filter(|line| {
                line.contains(english) && !line.contains(folder.path().to_str().unwrap()) && !line.contains(".jsonl")
            })
            .collect();
        assert!(lines.is_empty(), "{english}: {lines:#?}");
    }
    for arguments in [&["verify"][..], &["explain", "DR-2026-004512"], &["run", "close"], &["work", "--until-idle"]] {
        let output = recto(folder.path(), &[arguments, &["--lang", "fr"]].concat());
        let shown = told(&output);
        for english in [" may ", "agree", "letters and e-mails", "blank backs", "today", "nothing more"] {
            assert!(!shown.contains(english), "{arguments:?}: {shown}");
        }
        for line in
            shown.lines().filter(|line| !line.contains(folder.path().to_str().unwrap()) && !line.starts_with("DR-"))
        {
            assert_eq!(unfit(line), None, "{arguments:?}");
        }
    }
    let json = |language: &str| {
        let output = recto(folder.path(), &["explain", "DR-2026-004512", "--json", "--lang", language]);
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    assert_eq!(json("fr"), json("en"), "JSON is for programs");
}

/// Runs with something on standard input.
fn with_input(folder: &std::path::Path, arguments: &[&str], input: &str) -> Output {
    let mut command = command(folder, arguments);
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    process.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    process.wait_with_output().unwrap()
}

#[test]
fn what_is_wrong_is_the_same_json_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("data"), folder.path().join("file"));
    std::fs::write(&file, "no folder").unwrap();
    let settings = folder.path().join("recto.toml");
    std::fs::write(&settings, "letter_attempts = \"many\"").unwrap();
    let (gone, file, settings) = ("gone.json", file.to_str().unwrap(), settings.to_str().unwrap());
    let out = folder.path().join("no/folder.pdf");
    let sample = "letter-templates/debt-notice/samples/plausible.json";
    let nowhere = ["render", "debt-notice", "--data", sample, "--lang", "en", "--json", "-o", out.to_str().unwrap()];
    let unread = ["render", "debt-notice", "--data", gone, "--lang", "en", "--json", "-o", out.to_str().unwrap()];
    for (arguments, input, code) in [
        (&["verify", "--json"][..], "", 2),
        (&["take", gone, "--json"], "", 2),
        (&["take", "-", "--json"], "{\n", 1),
        (&["take", "-", "--json"], "", 1),
        (&["address", gone, "--json"], "", 2),
        (&["address", "-", "--json"], "{\"lines\": []}\n", 1),
        (&["work", "--until-idle", "--json", "--config", gone], "", 2),
        (&["work", "--until-idle", "--json", "--config", settings], "", 2),
        (&["work", "--until-idle", "--json", "--config", file], "", 2),
        (&["explain", "DR-2026-000001", "--json"], "", 2),
        (&nowhere, "", 2),
        (&unread, "", 2),
    ] {
        let shown = ["en", "fr"].map(|language| {
            let output = with_input(&data, &[&["--lang", language], arguments].concat(), input);
            assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", told(&output));
            serde_json::from_slice::<Value>(&output.stdout).unwrap()
        });
        assert_eq!(shown[0], shown[1], "{arguments:?}");
    }
    // A home without letter types, and a data folder that is none.
    for (home, dir) in [(folder.path(), data.as_path()), (&home(), std::path::Path::new(file))] {
        let shown = ["en", "fr"].map(|language| {
            let mut command = command(dir, &["--lang", language, "work", "--until-idle", "--json"]);
            let output = command.env("RECTO_HOME", home).output().unwrap();
            assert_eq!(output.status.code(), Some(2), "{}", told(&output));
            serde_json::from_slice::<Value>(&output.stdout).unwrap()
        });
        assert_eq!(shown[0], shown[1]);
    }
}

#[test]
fn what_waits_for_an_officer_is_told_in_the_language_of_the_command() {
    let folder = tempfile::tempdir().unwrap();
    let data = crate::support::sample("debt-notice", "plausible");
    let mut paid = crate::support::with_facts(
        &data,
        serde_json::json!({"received": "2026-11-17", "amount": "5.00", "kind": "payment"}),
    );
    paid["party"]["id"] = "P-99".into();
    let paid = crate::support::event("p-1", "payment.received", "2026-11-17T10:00:00-05:00", &paid);
    let input = format!("{}\n{paid}\n", crate::support::debt_referred("e-1"));
    for (language, words, other) in
        [("en", "  waits    standard input:2\n", "inconn"), ("fr", "  en attente  entrée standard:2\n", "officer")]
    {
        let output = with_input(&folder.path().join(language), &["take", "-", "--lang", language], &input);
        let shown = told(&output);
        assert!(output.status.success(), "{shown}");
        assert!(shown.contains(words) && shown.contains("[person-unknown-to-case]"), "{shown}");
        assert!(!shown.contains(other), "{shown}");
    }
}

#[test]
fn a_count_has_its_noun_in_the_number_that_it_wants() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("one.jsonl");
    std::fs::write(&file, crate::support::debt_referred("e-1").to_string()).unwrap();
    let file = file.to_str().unwrap();
    let data = folder.path().join("data");
    let run = |arguments: &[&str]| told(&recto(&data, arguments));
    assert!(run(&["take", file]).contains("1 event taken, 1 letter called for; 0 known already; 0 refused."));
    assert!(
        run(&["work", "--until-idle"])
            .contains("1 letter worked, 0 e-mails, 1 case looked at; nothing more is due now.")
    );
    assert!(
        run(&["take", file, "--lang", "fr"]).contains("0 événement reçu, 0 lettre demandée; 1 déjà connu; 0 refusé.")
    );
    let closed = run(&["run", "close"]);
    assert!(closed.contains("1 letter, ") && !closed.contains("1 letters"), "{closed}");
}

#[test]
fn closing_an_empty_run_says_what_waits_for_the_next_day() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("one.jsonl");
    std::fs::write(&file, crate::support::debt_referred("e-1").to_string()).unwrap();
    let data = folder.path().join("data");
    assert!(recto(&data, &["take", file.to_str().unwrap()]).status.success());
    let late = |arguments: &[&str]| {
        let output = command(&data, arguments).env("RECTO_CLOCK", "2026-11-17T16:00:00-05:00").output().unwrap();
        told(&output)
    };
    late(&["work", "--until-idle"]);
    let closed = late(&["run", "close"]);
    assert!(closed.contains("No letter was in it."), "{closed}");
    assert!(
        closed.contains(
            "1 letter waits for November\u{a0}18,\u{a0}2026; close that run then: recto run close --date 2026-11-18"
        ),
        "{closed}"
    );
    let early = late(&["run", "close", "--date", "2026-11-18", "--lang", "fr"]);
    assert!(
        early.contains("attend le 18\u{a0}novembre\u{a0}2026; fermez le tirage ce jour-là. Le tirage du 17\u{a0}novembre\u{a0}2026 est fermé."),
        "{early}"
    );
}

/// A ZIP archive with files of these names, as office programs begin theirs.
fn zip(names: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for name in names {
        bytes.extend(b"PK\x03\x04\x14\0\0\0\0\0");
        bytes.extend([0; 16]);
        bytes.extend((name.len() as u16).to_le_bytes());
        bytes.extend([0, 0]);
        bytes.extend(name.as_bytes());
    }
    bytes
}

#[test]
fn a_file_that_is_no_file_of_events_is_one_fault_that_says_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let ods = [zip(&["mimetype"]), b"application/vnd.oasis.opendocument.spreadsheet".to_vec()].concat();
    for (name, bytes, en, fr) in [
        (
            "sheet.csv",
            b"name,case,amount\nTremblay,DR-2026-004512,12.50\n".to_vec(),
            "This is a spreadsheet",
            "Ceci est une feuille de calcul",
        ),
        (
            "semicolons.csv",
            "nom;dossier;montant\nTremblay;DR-2026-004512;12,50\n".into(),
            "This is a spreadsheet",
            "Ceci est une feuille de calcul",
        ),
        (
            "quoted.csv",
            b"\"name\",\"case\"\n\"Tremblay\",\"DR-2026-004512\"\n".to_vec(),
            "This is a spreadsheet",
            "Ceci est une feuille de calcul",
        ),
        (
            "tabs.txt",
            b"name\tcase\nTremblay\tDR-2026-004512\n".to_vec(),
            "This is a spreadsheet",
            "Ceci est une feuille de calcul",
        ),
        (
            "sheet.xlsx",
            zip(&["[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"]),
            "This is a spreadsheet",
            "Ceci est une feuille de calcul",
        ),
        ("sheet.ods", ods, "This is a spreadsheet", "Ceci est une feuille de calcul"),
        (
            "sheet.xls",
            vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1],
            "This is a spreadsheet",
            "Ceci est une feuille de calcul",
        ),
        (
            "letter.docx",
            zip(&["[Content_Types].xml", "word/document.xml"]),
            "a word processor's document",
            "un document de traitement de texte",
        ),
        ("letter.pdf", b"%PDF-1.7\n".to_vec(), "This is a PDF", "Ceci est un PDF"),
        ("files.zip", zip(&["a.txt"]), "a ZIP archive", "une archive ZIP"),
        ("empty.jsonl", Vec::new(), "There is no event in it", "Il n’y a aucun événement"),
        ("blank.jsonl", b"\n  \n\n".to_vec(), "There is no event in it", "Il n’y a aucun événement"),
        ("none.json", b"[]".to_vec(), "There is no event in it", "Il n’y a aucun événement"),
    ] {
        let file = folder.path().join(name);
        std::fs::write(&file, bytes).unwrap();
        let data = folder.path().join("data");
        for (language, words) in [("en", en), ("fr", fr)] {
            let output = recto(&data, &["take", file.to_str().unwrap(), "--lang", language]);
            let shown = told(&output);
            assert_eq!(output.status.code(), Some(1), "{name}: {shown}");
            assert!(shown.contains(words), "{name} {language}: {shown}");
            assert_eq!(
                shown.matches(if language == "en" { "  refused  " } else { "  refusé   " }).count(),
                1,
                "{name}: {shown}"
            );
        }
        assert!(files(&data.join("refused")).is_empty(), "{name}: there is nothing to correct in it");
    }
    // What only looks a little like a table is read as what it is.
    let file = folder.path().join("broken.jsonl");
    std::fs::write(&file, "{\"id\": 1, \"a\": 2\n").unwrap();
    let output = recto(&folder.path().join("data"), &["take", file.to_str().unwrap()]);
    assert!(told(&output).contains("json-malformed"), "{}", told(&output));
}

#[test]
fn a_start_that_cannot_be_says_what_to_do_before_anything_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (language, words) in [
        ("en", "give another address with --listen or RECTO_LISTEN"),
        ("fr", "donnez une autre adresse par --listen ou RECTO_LISTEN"),
    ] {
        let data = folder.path().join("data");
        for arguments in [&["serve", "--listen", &address][..], &["demo", "--listen", &address]] {
            let output = recto(&data, &[arguments, &["--lang", language]].concat());
            assert_eq!(output.status.code(), Some(2));
            assert!(told(&output).contains(words), "{}", told(&output));
            assert!(!data.join("recto.db").exists(), "nothing was done before");
        }
        let elsewhere =
            command(&data, &["demo", "--no-serve", "--lang", language]).current_dir(folder.path()).output().unwrap();
        let where_to = if language == "en" {
            "Run recto where the repository is"
        } else {
            "Lancez recto là où se trouve le dépôt"
        };
        assert!(told(&elsewhere).contains(where_to) && told(&elsewhere).contains("RECTO_HOME"), "{}", told(&elsewhere));
        let elsewhere =
            command(&data, &["work", "--until-idle", "--lang", language]).current_dir(folder.path()).output().unwrap();
        assert!(told(&elsewhere).contains(where_to), "{}", told(&elsewhere));
        for line in told(&elsewhere).lines().filter(|line| !line.contains(folder.path().to_str().unwrap())) {
            assert_eq!(unfit(line), None);
        }
    }
    for (address, en, fr) in [
        ("nowhere", "is not an address and a port", "n’est pas une adresse et un port"),
        ("127.0.0.1", "is not an address and a port", "n’est pas une adresse et un port"),
        ("127.0.0.1:65536", "a port of 65535 at most", "le port ne dépassant pas 65535"),
        ("192.0.2.1:8080", "this machine has no such address", "cette machine n’a pas cette adresse"),
        ("nowhere.invalid:8080", "this machine has no such address", "cette machine n’a pas cette adresse"),
    ] {
        for (language, words) in [("en", en), ("fr", fr)] {
            let output = recto(folder.path(), &["serve", "--listen", address, "--lang", language]);
            assert_eq!(output.status.code(), Some(2));
            assert!(told(&output).contains(words), "{address}: {}", told(&output));
            assert!(told(&output).contains("127.0.0.1:8080"), "{address}: {}", told(&output));
        }
    }
}

#[test]
fn a_command_line_that_is_wrong_is_answered_in_french_and_help_is_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, words) in [
        (&["--lang", "fr", "dance"][..], "Il n’y a pas de commande « dance »"),
        (&["take", "--lang", "fr"], "Il manque : « <FILES>... »."),
        (&["verify", "--lang", "fr", "--loud"], "« --loud » n’est pas connu ici"),
        (&["run", "close", "--date", "soon", "--lang", "fr"], "« --date <DATE> » ne peut pas être « soon »"),
    ] {
        let output = command(folder.path(), arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(told(&output).contains(words), "{arguments:?}: {}", told(&output));
    }
    let commands =
        ["demo", "take", "merge", "work", "run", "people", "render", "check", "address", "explain", "verify", "serve"];
    let below = [["run", "close"], ["people", "list"], ["people", "invite"], ["people", "link"]];
    let mut all = String::new();
    for (language, usage, option) in [("en", "Usage: ", "Data folder"), ("fr", "Utilisation : ", "Dossier de données")]
    {
        let every =
            [vec![]].into_iter().chain(commands.iter().map(|command| vec![*command])).chain(below.map(Vec::from));
        for path in every {
            let arguments = [&["--lang", language], &path[..], &["--help"]].concat();
            let output = std::process::Command::new(env!("CARGO_BIN_EXE_recto")).args(&arguments).output().unwrap();
            let shown = told(&output);
            assert!(
                output.status.success() && shown.contains(usage) && shown.contains(option),
                "{arguments:?}: {shown}"
            );
            assert!(
                !shown.contains("recto.") && !shown.contains("help."),
                "{arguments:?}: every argument has its words: {shown}"
            );
            let heading = if language == "fr" { "\nOptions :\n" } else { "\nOptions:\n" };
            assert!(shown.contains(heading), "{arguments:?}: {shown}");
            all.push_str(&shown);
        }
    }
    let unseen = |(key, words): &(String, toml::Value)| {
        key.split('.').next() == Some("recto")
            && ["en", "fr"].iter().any(|language| !all.contains(words[language].as_str().unwrap()))
    };
    assert_eq!(words().into_iter().find(unseen), None, "no help shows it");
}

/// The words of the command line.
fn words() -> toml::Table {
    toml::from_str(&std::fs::read_to_string(home().join("src/command/words.toml")).unwrap()).unwrap()
}

#[test]
fn every_word_that_a_command_asks_for_is_there_and_every_other_is_gone() {
    let table = words();
    let (mut count, mut literals) = (0, BTreeSet::new());
    for (name, bytes) in files(&home().join("src/command")).into_iter().filter(|(name, _)| name.ends_with(".rs")) {
        let text = String::from_utf8(bytes).unwrap();
        for literal in text.split('"').skip(1).step_by(2) {
            literals.insert(literal.to_owned());
            let is_key = literal.split_once('.').is_some_and(|(front, rest)| {
                [
                    "trouble", "demo", "take", "merge", "work", "close", "explain", "render", "check", "verify",
                    "serve", "usage", "help",
                ]
                .contains(&front)
                    && !rest.contains([' ', '{', '/', '!'])
                    && !rest.ends_with("toml")
                    && !rest.is_empty()
            });
            if is_key && !literal.ends_with('.') {
                count += 1;
                assert!(table.contains_key(literal), "{name}: {literal}");
            }
        }
    }
    assert!(count > 60, "{count}");
    let is_asked = |key: &str| {
        let (front, last) = key.rsplit_once('.').unwrap_or(("", key));
        match front {
            // What becomes of a letter that did not go, and of one that was proven again.
            "state" => ["held", "ended", "awaiting-approval", "refused"].contains(&last),
            "check.kind" => ["changed", "added", "removed"].contains(&last),
            "demo.column" | "help" => literals.contains(last) || literals.contains(key),
            _ if front.starts_with("unit.") => literals.contains(&front["unit.".len()..]),
            // Help shows them.
            _ if key.starts_with("recto") => true,
            _ => literals.contains(key),
        }
    };
    let dead: Vec<&String> = table.keys().filter(|key| !is_asked(key)).collect();
    assert!(dead.is_empty(), "nothing asks for {dead:?}");
}

#[test]
fn logs_in_a_file_have_no_colours() {
    let folder = tempfile::tempdir().unwrap();
    let file = std::fs::File::create(folder.path().join("log")).unwrap();
    let mut command = command(&folder.path().join("data"), &["work", "--until-idle"]);
    assert!(command.env("RUST_LOG", "debug").stderr(file).status().unwrap().success());
    let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
    assert!(!log.is_empty() && !log.contains('\u{1b}'), "{log}");
}

#[test]
fn each_difference_says_what_to_do_about_it() {
    let folder = tempfile::tempdir().unwrap();
    assert!(recto(folder.path(), &["demo", "--no-serve"]).status.success());
    let object = files(&folder.path().join("archive")).remove(0);
    std::fs::write(folder.path().join("archive").join(&object.0), "altered").unwrap();
    std::fs::write(folder.path().join("archive/2026-11-17/stray.pdf"), "stray").unwrap();
    for (language, words, what) in [
        ("en", "Restore this file of the archive from the back-up", "What to do: "),
        ("fr", "Restaurez ce fichier de l’archive", "Que faire : "),
    ] {
        let output = recto(folder.path(), &["verify", "--lang", language]);
        let shown = told(&output);
        assert_eq!(output.status.code(), Some(1));
        assert!(shown.contains(words) && shown.matches(what).count() == 2, "{shown}");
    }
    let report: Value = serde_json::from_slice(&recto(folder.path(), &["verify", "--json"]).stdout).unwrap();
    assert!(report["differences"][0]["message"].is_string(), "{report:#}");
}
