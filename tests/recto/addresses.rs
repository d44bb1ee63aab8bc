//! Addresses: a table of what is told and what is printed, and what holds for all of them.

use std::collections::BTreeMap;

use proptest::prelude::*;
use recto::case::Fault;
use recto::case::address::{Address, Told, check, is_postal_code};
use recto::case::repertoire::Repertoire;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::home;

/// Latin letters and what the fonts have beside them, as wide as they are on average.
fn repertoire() -> Repertoire {
    let marks = ['°', 'ª', '’', '–', '—'];
    Repertoire::new((' '..='\u{17f}').chain(marks).map(|c| (c, 0.6)).collect::<BTreeMap<_, _>>())
}

fn split(text: &str) -> Vec<&str> {
    if text.is_empty() { Vec::new() } else { text.split('|').map(|line| line.trim_matches(' ')).collect() }
}

/// The request that a cell of the table stands for.
fn request(cell: &str) -> Value {
    let (name, cell) = match cell.split_once(':') {
        Some((name, rest)) => (Some(name), rest),
        None => (None, cell),
    };
    let mut asked = match cell.split_once("||") {
        Some((lines, parts)) => {
            let mut asked = json!({"lines": split(lines)});
            for (part, text) in ["municipality", "province", "postal_code", "country"].iter().zip(parts.split('|')) {
                asked[part] = json!(text);
            }
            asked
        }
        None => json!({"lines": split(cell)}),
    };
    if let Some(name) = name {
        asked["name"] = json!(name);
    }
    asked
}

fn rows() -> Vec<(String, String, String)> {
    let text = std::fs::read_to_string(home().join("tests/addresses.tsv")).unwrap();
    let rows = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(|line| {
        let [given, wanted, why] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("three columns: {line:?}") };
        (given.to_owned(), wanted.to_owned(), why.to_owned())
    });
    rows.collect()
}

fn outcome(asked: &Value) -> String {
    match check(asked, &repertoire()) {
        Ok(block) => block.join(" | "),
        Err(faults) => format!("! {}", faults.iter().map(|fault| fault.code.as_str()).collect::<Vec<_>>().join(" ")),
    }
}

#[test]
fn every_row_of_the_table_of_addresses_prints_or_is_refused_as_it_says() {
    let rows = rows();
    assert!(rows.len() >= 200, "{}", rows.len());
    let wrong: Vec<String> = rows
        .iter()
        .map(|(given, wanted, why)| (given, wanted, why, outcome(&request(given))))
        .filter(|(_, wanted, _, found)| *wanted != found)
        .map(|(given, wanted, why, found)| format!("{given}  ({why})\n   wanted {wanted}\n   found  {found}"))
        .collect();
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[test]
fn a_printed_block_reads_as_itself() {
    for (given, wanted, _) in rows().into_iter().filter(|(_, wanted, _)| !wanted.starts_with('!')) {
        let lines = split(&wanted);
        // A block without a name is told with the name apart, here with none.
        let told: Told = Told::deserialize(&json!({"lines": lines})).unwrap();
        let named = lines.len() > 2 && request(&given).get("municipality").is_none();
        let again = if named { check(&json!({"lines": lines}), &repertoire()) } else { Ok(Address::from(told).block("")) };
        assert_eq!(again.map(|block| block.join(" | ")).map_err(|faults| format!("{faults:#?}")), Ok(wanted.clone()), "{given}");
        // So does what was read, when it is read again from its parts.
        let address = Address::deserialize(&json!({"lines": split(&wanted)})).unwrap();
        assert_eq!(Address::deserialize(&json!(address)).unwrap(), address, "{given}");
    }
}
