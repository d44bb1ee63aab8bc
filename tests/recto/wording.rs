//! No regular expression, parser's message or name of a parameter reaches a person; one fault stands for one mistake, in both languages.

use recto::case::{Fault, Language};
use recto::studio::Studio;
use serde_json::{Value, json};

use crate::support::{home, sample, studio};

/// What no person should have to read: regular expressions, and the words of parsers and validators.
const FORBIDDEN: [&str; 40] = [
    "^[",
    "[A-Z",
    "[0-9",
    "[a-z",
    "\\S",
    "\\s",
    "{2}",
    "{4}",
    ")$",
    "(?",
    "]+",
    "does not match",
    "at line 1 column",
    " line 2 column",
    "expected",
    "missing field",
    "unknown field",
    "unknown variant",
    "invalid type",
    "invalid value",
    "Failed to",
    "deserialize",
    "(pattern)",
    "(type)",
    "(minLength)",
    "oneOf",
    "anyOf",
    "allOf",
    "maxLength",
    "minLength",
    "additionalProperties",
    "regex",
    "regular expression",
    "os error",
    "No such file",
    "Rust",
    "serde",
    "panicked",
    "None",
    "Err(",
];

/// What is wrong with a message for people; what stands in quotation marks or backticks is quoted, and may be anything.
pub fn unfit(message: &str) -> Option<String> {
    let bare = unquoted(message);
    if let Some(found) = FORBIDDEN.iter().find(|found| bare.contains(*found)) {
        return Some(format!("{found:?} in {message}"));
    }
    let word = |c: char| !(c.is_alphanumeric() || "_.{}/<>".contains(c));
    // A section of a TOML file is named as it is written there.
    let sections: String = bare.split('[').map(|part| part.split_once(']').map_or(part, |(_, after)| after)).collect();
    let key = sections.split(word).find(|word| {
        let letters = word.trim_matches('.');
        letters.contains('_')
            && !letters.contains(['{', '/', '.', '<'])
            && letters.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit())
    });
    key.map(|key| format!("{key:?} in {message}"))
}

/// A text without what stands in quotation marks of any kind or backticks.
fn unquoted(text: &str) -> String {
    let (mut bare, mut until) = (String::new(), None);
    for c in text.chars() {
        match until {
            Some(end) if c == end => until = None,
            Some(_) => {}
            None => {
                until = match c {
                    '“' => Some('”'),
                    '«' => Some('»'),
                    '`' => Some('`'),
                    '"' => Some('"'),
                    '<' => Some('>'),
                    _ => None,
                };
                if until.is_none() {
                    bare.push(c);
                }
            }
        }
    }
    bare
}

fn assert_plain(fault: &Fault, what: &str) {
    for language in Language::BOTH {
        let message = fault.message.get(language);
        assert_eq!(unfit(message), None, "{what}: {fault:?}");
        assert!(message.ends_with(['.', '?', '!', '”', '»']), "{what}: {message}");
    }
    assert_ne!(fault.message.en, fault.message.fr, "{what}: French is French");
    let english = [" is ", " must ", " the ", " not ", " Add ", " write "];
    let bare = unquoted(&fault.message.fr);
    assert!(!english.iter().any(|word| bare.contains(word)), "{what}: {}", fault.message.fr);
    let (en, fr) = (fault.message.en.chars().count(), fault.message.fr.chars().count());
    assert!(fr * 2 > en, "{what}: French says as much: {fault:?}");
}

#[test]
fn what_is_unfit_for_people_is_told_from_what_is_not() {
    for (message, fit) in [
        ("“Case reference” cannot be \"4512\": write two capital letters, such as \"OW-2026-004172\".", true),
        ("\"4512\" does not match \"^[A-Z]{2}-[0-9]{4}$\".", false),
        ("The program allows plan_minimum_percent of the balance.", false),
        ("Not JSON: expected ident at line 1 column 2.", false),
        ("Say `review = \"facts.excess\"`, or see _house/terms.toml.", true),
        ("It has {characters} characters in {first_page}.", true),
    ] {
        assert_eq!(unfit(message).is_none(), fit, "{message}");
    }
}

#[test]
fn every_fault_that_recto_can_say_is_in_words() {
    let list = std::fs::read_to_string(home().join("tests/faults.md")).unwrap();
    let (mut code, mut count) = ("", 0);
    for line in list.lines() {
        if let Some(heading) = line.strip_prefix("### ") {
            code = heading;
        }
        let Some(message) = line.strip_prefix("- ").filter(|message| !message.starts_with("(from elsewhere)")) else {
            continue;
        };
        count += 1;
        assert_eq!(unfit(message), None, "{code}");
    }
    assert!(count > 400, "{count}");
}

/// The faults of a letter's data.
fn faults(studio: &Studio, letter: &str, data: &Value) -> Vec<Fault> {
    studio.check_data(&studio.catalogue.types[letter], data).err().unwrap_or_default()
}

#[test]
fn one_mistake_is_one_fault_with_its_label_and_the_right_form() {
    let studio = studio();
    let plausible = sample("debt-notice", "plausible");
    for (place, value, en, fr) in [
        ("/case/reference", json!("4512"), "two capital letters", "deux lettres majuscules"),
        ("/case/reference", json!(4512), "a text in quotation marks", "un texte entre guillemets"),
        ("/case/program", json!("EI"), "ontario-works (Ontario Works)", "Ontario au travail"),
        ("/party/id", json!("P 10097"), "such as \"P-10097\"", "comme \"P-10097\""),
        ("/party/language", json!("de"), "\"en\" (English)", "\"fr\" (Français)"),
        ("/party/role", json!("lawyer"), "(Representative)", "(Représentant ou représentante)"),
        ("/party/surname", json!(""), "is empty", "est vide"),
        ("/party/surname", json!("x".repeat(61)), "the window shows 39 characters", "la fenêtre montre 39 caractères"),
        (
            "/facts/decision/reference",
            json!("x".repeat(31)),
            "has 31 characters, and 30 are allowed",
            "compte 31 caractères, et 30 sont permis",
        ),
        ("/facts/balance", json!("1,50"), "is not an amount", "n’est pas un montant"),
        (
            "/facts/balance",
            json!(868.17),
            "must be a text in quotation marks, such as \"1234.56\"; it is a number",
            "c’est un nombre",
        ),
        ("/facts/as_of", json!("yesterday"), "is not a date", "n’est pas une date"),
        ("/facts/as_of", json!("2026-02-30"), "is not a date", "n’est pas une date"),
        ("/facts/reason", json!("money"), "\"income\" (your income", "\"income\" (vos revenus"),
        (
            "/facts/transactions/0/kind",
            json!("gift"),
            "\"overpayment\" (Overpayment)",
            "\"overpayment\" (Paiement excédentaire)",
        ),
        ("/facts/transactions", json!([]), "is empty", "est vide"),
    ] {
        let mut data = plausible.clone();
        *data.pointer_mut(place).unwrap_or_else(|| panic!("{place}")) = value.clone();
        let found = faults(&studio, "debt-notice", &data);
        let [fault] = &found[..] else { panic!("{place} {value}: {found:#?}") };
        assert_eq!(fault.place, place);
        assert!(fault.message.en.contains(en) && fault.message.fr.contains(fr), "{fault:#?}");
        assert_plain(fault, place);
    }
}

#[test]
fn what_is_missing_too_many_or_not_together_is_one_fault_too() {
    let studio = studio();
    let plausible = sample("debt-notice", "plausible");
    let row = |row: Value| json!({"facts": {"transactions": [row]}});
    for (change, code, en, fr) in [
        (json!({"party": {"channel": null}}), "fact-missing", "“Letters are sent by”", "« Mode d’envoi »"),
        (
            json!({"party": {"address": null}}),
            "fact-missing",
            "where “Letters are sent by” is \"print\" (By mail)",
            "si « Mode d’envoi » est \"print\" (Par la poste)",
        ),
        (json!({"facts": {"balance": null}}), "fact-missing", "“Balance”", "« Solde »"),
        (
            json!({"facts": {"balanse": "1.00"}}),
            "fact-unknown",
            "Did you mean “balance”?",
            "Vouliez-vous dire « balance »?",
        ),
        (
            row(json!({"date": "2026-11-01", "kind": "payment", "debit": "1.00", "credit": "1.00"})),
            "value-malformed",
            "just one of “Added to the debt”, “Taken off the debt”",
            "un seul de « Ajouté à la dette », « Déduit de la dette »",
        ),
        (row(json!({"date": "2026-11-01", "kind": "payment"})), "value-malformed", "just one of", "un seul de"),
    ] {
        let mut data = plausible.clone();
        for (part, changes) in change.as_object().unwrap() {
            for (name, value) in changes.as_object().unwrap() {
                match value.is_null() {
                    true => drop(data[part].as_object_mut().unwrap().shift_remove(name)),
                    false => data[part][name] = value.clone(),
                }
            }
        }
        let found = faults(&studio, "debt-notice", &data);
        let [fault] = &found[..] else { panic!("{change}: {found:#?}") };
        assert_eq!(fault.code, code, "{fault:#?}");
        let said = fault.message.fr.replace('\u{a0}', " ");
        assert!(fault.message.en.contains(en) && said.contains(fr), "{fault:#?}");
        assert_plain(fault, code);
    }
}

/// Every place of a value, itself first.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, inner)| places(inner, &format!("{at}/{name}"), found))
        }
        Value::Array(list) => {
            // One item stands for its list.
            list.iter().take(1).for_each(|inner| places(inner, &format!("{at}/0"), found))
        }
        _ => {}
    }
}

#[test]
fn whatever_is_wrong_with_any_fact_of_any_letter_is_said_once_and_in_words() {
    let studio = studio();
    let strange = [
        json!(null),
        json!(7),
        json!(-1.5),
        json!(true),
        json!(""),
        json!("  "),
        json!("?"),
        json!("0.00"),
        json!([]),
        json!({}),
        json!({"a": 1}),
        json!("x".repeat(700)),
        json!(["", ""]),
    ];
    let (mut count, mut refused, mut turn) = (0, 0, 0);
    for key in studio.catalogue.types.keys() {
        let plausible = sample(key, "plausible");
        let mut all = Vec::new();
        for part in ["case", "party", "facts"] {
            places(&plausible[part], &format!("/{part}"), &mut all);
        }
        for place in all {
            // Each place meets some of them, each of them some places.
            turn += 1;
            for value in strange.iter().skip(turn % 4).step_by(4) {
                let mut data = plausible.clone();
                *data.pointer_mut(&place).unwrap() = value.clone();
                let found = faults(&studio, key, &data);
                count += 1;
                refused += usize::from(!found.is_empty());
                let here = found.iter().filter(|fault| fault.place == place).count();
                // The rules of an address are one module's, and each has a code of its own.
                assert!(here <= 1 || place.contains("/address"), "{key} {place} {value}: {found:#?}");
                found.iter().for_each(|fault| assert_plain(fault, &format!("{key} {place} {value}")));
            }
            let mut data = plausible.clone();
            if let Some((parent, name)) = place.rsplit_once('/').filter(|(parent, _)| !parent.is_empty())
                && let Some(members) = data.pointer_mut(parent).and_then(Value::as_object_mut)
            {
                members.shift_remove(name);
                faults(&studio, key, &data)
                    .iter()
                    .for_each(|fault| assert_plain(fault, &format!("{key} without {place}")));
            }
        }
    }
    assert!(count > 1_000 && refused * 2 > count, "{refused} of {count}");
}

#[test]
fn every_value_that_a_schema_lists_has_words_and_every_pattern_its_form() {
    let studio = studio();
    assert_eq!(studio.catalogue.unlabelled(), []);
    let mut count = 0;
    for letter in studio.catalogue.types.values() {
        let mut open = vec![letter.schema.source.clone()];
        while let Some(node) = open.pop() {
            for value in node["enum"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .filter(|_| node["x-label"].is_object())
            {
                count += 1;
                for language in ["en", "fr"] {
                    assert!(
                        node["x-terms"][value][language].as_str().is_some_and(|words| !words.is_empty()),
                        "{}: {value}",
                        letter.key
                    );
                }
            }
            let inner = node["properties"].as_object().into_iter().flatten().map(|(_, inner)| inner.clone());
            open.extend(inner.chain([node["items"].clone()].into_iter().filter(Value::is_object)));
        }
    }
    assert!(count > 100, "{count}");
}

#[test]
fn an_enum_without_words_and_a_pattern_without_its_form_are_faults_of_the_check() {
    let home = crate::support::copy();
    let party = home.path().join("letter-templates/_house/party.schema.json");
    crate::support::edit(party.clone(), "\"x-term\": \"civility\",\n", "\n");
    let studio = Studio::open(home.path(), true).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let found = studio.catalogue.unlabelled();
    let [fault] = &found[..] else { panic!("{found:#?}") };
    assert_eq!(fault.code, "term-missing");
    assert!(fault.place.starts_with("_house/party.schema.json:"), "{fault:?}");
    let case = home.path().join("letter-templates/_house/case.schema.json");
    crate::support::edit(
        case,
        "\"x-form\": { \"en\": \"the key of a program",
        "\"x-hint\": { \"en\": \"the key of a program",
    );
    let found = Studio::open(home.path(), true).err().unwrap();
    assert!(found.iter().any(|fault| fault.code == "form-missing"), "{found:#?}");
}
