//! What libraries say when something cannot be read, in our words and both languages: none of their own reaches a person.

use std::io::ErrorKind;
use std::path::Path;

use chrono::NaiveDate;

use super::format::Formats;
use super::language::{Language, Text};

/// A number with its noun in both languages, as each counts: `1 letter`, `0 lettre`.
pub fn counted(count: usize, one: (&str, &str), many: (&str, &str)) -> Text {
    let said = |language, one, many| Formats::of(language).plural(&count.to_string(), one, many).unwrap_or_default();
    Text::new(said(Language::En, one.0, many.0), said(Language::Fr, one.1, many.1))
}

/// A day as a sentence has it: `November 17, 2026`, `17 novembre 2026`.
pub fn day(date: NaiveDate) -> Text {
    let iso = date.to_string();
    let said = |language| Formats::of(language).date(&iso).unwrap_or_else(|| iso.clone());
    Text::new(said(Language::En), said(Language::Fr))
}

/// That a file cannot be read which a part of the settings names.
pub fn unreadable(part: &str, file: &Path, error: &std::io::Error) -> Text {
    let (file, why) = (file.display(), io(error));
    Text::new(
        format!("{file}, which [{part}] names, cannot be read: {}.", why.en),
        format!("{file}, que nomme [{part}], ne peut pas être lu : {}.", why.fr),
    )
}

/// Why a file or folder cannot be read or written, as it follows a colon.
pub fn io(error: &std::io::Error) -> Text {
    let (en, fr) = match error.kind() {
        ErrorKind::NotFound => ("it is not there", "il n’y est pas"),
        ErrorKind::PermissionDenied => {
            ("this account may not read or write it", "ce compte ne peut pas le lire ou l’écrire")
        }
        ErrorKind::AlreadyExists => ("it is there already", "il y est déjà"),
        ErrorKind::InvalidData => ("it is not UTF-8 text", "ce n’est pas du texte UTF-8"),
        ErrorKind::IsADirectory => ("it is a folder, and a file is wanted", "c’est un dossier, et il faut un fichier"),
        ErrorKind::NotADirectory => ("part of its path is no folder", "une partie de son chemin n’est pas un dossier"),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => ("the disk is full", "le disque est plein"),
        ErrorKind::ReadOnlyFilesystem => ("the disk can only be read", "le disque est en lecture seule"),
        ErrorKind::AddrInUse => ("another program uses the address", "un autre programme utilise l’adresse"),
        ErrorKind::AddrNotAvailable => ("this machine has no such address", "cette machine n’a pas cette adresse"),
        ErrorKind::UnexpectedEof => ("it ends too early", "il finit trop tôt"),
        _ => {
            let code = error.raw_os_error().map_or_else(String::new, |code| format!(" ({code})"));
            return Text::new(
                format!("the machine does not let it be read or written{code}"),
                format!("la machine ne permet pas de le lire ou de l’écrire{code}"),
            );
        }
    };
    Text::new(en, fr)
}

/// Why a text is no JSON, or not the JSON that is wanted, as it follows a colon.
pub fn json(error: &serde_json::Error) -> Text {
    use serde_json::error::Category;
    let (line, column) = (error.line(), error.column());
    match error.classify() {
        Category::Data => shape(&error.to_string()),
        Category::Eof => Text::new(
            "it ends before it is whole; a bracket or a quotation mark is missing",
            "il finit avant d’être complet; il manque un crochet, une accolade ou un guillemet",
        ),
        Category::Syntax | Category::Io => Text::new(
            format!(
                "something is wrong at line {line}, character {column}; look there for a comma, a quotation mark or a bracket that is missing or too many"
            ),
            format!(
                "quelque chose ne va pas à la ligne {line}, caractère {column}; cherchez-y une virgule, un guillemet, un crochet ou une accolade qui manque ou est de trop"
            ),
        ),
    }
}

/// What serde says of data that has another shape than is wanted, as it follows a colon. JSON and TOML say it alike.
pub fn shape(message: &str) -> Text {
    let mut named = message.split('`').skip(1).step_by(2);
    let name = named.next().unwrap_or_default();
    let known = named.collect::<Vec<_>>().join(", ");
    let begins = |what: &str| message.starts_with(what) && !name.is_empty();
    if begins("missing field") {
        return Text::new(format!("“{name}” is missing"), format!("« {name} » manque"));
    }
    if begins("duplicate field") || begins("duplicate key") {
        return Text::new(format!("“{name}” stands twice"), format!("« {name} » figure deux fois"));
    }
    if begins("unknown field") || begins("unknown variant") {
        return Text::new(
            format!("“{name}” is not known there; known are: {known}"),
            format!("« {name} » n’y est pas connu; sont connus : {known}"),
        );
    }
    let Some(wanted) = message.strip_prefix("invalid type: ").and_then(|text| text.split_once(", expected ")) else {
        return Text::new("a value is not of the form that is wanted", "une valeur n’a pas la forme voulue");
    };
    let (is, wanted) = (kind(wanted.0), kind(wanted.1));
    Text::new(
        format!("{} is wanted, and it is {}", wanted.en, is.en),
        format!("il faut {}, et c’est {}", wanted.fr, is.fr),
    )
}

/// A kind of value, as serde names it.
fn kind(name: &str) -> Text {
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    let (en, fr) = match () {
        () if has(&["string", "str", "char"]) => ("a text", "un texte"),
        () if has(&["bool"]) => ("true or false", "true ou false"),
        () if has(&["float", "f64", "f32"]) => ("a number", "un nombre"),
        () if has(&["sequence", "array", "tuple"]) => ("a list", "une liste"),
        () if has(&["map", "struct", "table"]) => ("a group of named values", "un groupe de valeurs nommées"),
        () if has(&["integer", "u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "usize"]) => {
            ("a whole number", "un nombre entier")
        }
        () if has(&["null", "unit", "Option"]) => ("nothing", "rien"),
        () => ("another kind of value", "une valeur d’un autre genre"),
    };
    Text::new(en, fr)
}
