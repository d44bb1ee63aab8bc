//! Addresses: a table of what is told and what is printed, and what holds for all of them.

use std::collections::BTreeMap;

use proptest::prelude::*;
use recto::case::address::{Address, Told, check};
use recto::case::repertoire::Repertoire;
use serde::Deserialize;
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;

use crate::support::home;

/// Latin letters and what the fonts have beside them, as wide as they are on average.
fn repertoire() -> Repertoire {
    let marks = ['°', 'ª', '’', '–', '—'];
    Repertoire::new(vec![(' '..='\u{17f}').chain(marks).map(|c| (c, 0.6)).collect::<BTreeMap<_, _>>()])
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
    assert!(rows.len() >= 365, "{}", rows.len());
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
        let named = given.contains('|') && !given.contains("||") && !given.contains(':');
        let again =
            if named { check(&json!({"lines": lines}), &repertoire()) } else { Ok(Address::from(told).block("")) };
        assert_eq!(
            again.map(|block| block.join(" | ")).map_err(|faults| format!("{faults:#?}")),
            Ok(wanted.clone()),
            "{given}"
        );
        // So does what was read, when it is read again from its parts.
        let address = Address::deserialize(&json!({"lines": split(&wanted)})).unwrap();
        assert_eq!(Address::deserialize(&json!(address)).unwrap(), address, "{given}");
    }
}

#[test]
fn a_fault_says_what_was_probably_meant_in_both_languages() {
    let first = |parts: &str| {
        let faults = check(&request(parts), &repertoire()).unwrap_err();
        assert!(faults.len() == 1, "{parts}: {faults:#?}");
        (faults[0].place.clone(), faults[0].message.en.clone(), faults[0].message.fr.clone())
    };
    for (parts, place, meant) in [
        ("12 Elm St||Ottawa|ON|K1A OB1", "/postal_code", "K1A 0B1"),
        ("12 Elm St||Ottawa|ON|KIAOBI", "/postal_code", "K1A 0B1"),
        ("12 Elm St||Ottawa|ON|k1a obl", "/postal_code", "K1A 0B1"),
        ("12 Elm St||Ottawa|Ontaria|K1P 1A1", "/province", "ON"),
        ("12 Elm St||Gatineau|Quebek|J8X 2T1", "/province", "QC"),
        ("12 Elm St||Ottawa||K1P 1A1", "/province", "ON"),
        ("12 Elm St||Paris||75001|Frnace", "/country", "France"),
        ("Jean Roy | 12 Elm St | Sudbury ON P3E IAI", "/lines/2", "P3E 1A1"),
        ("Jean Roy | No fixed address | Sudbury ON P3E 1A1", "/lines/1", "GD"),
    ] {
        let (found, en, fr) = first(parts);
        assert_eq!(found, place, "{parts}: {en}");
        assert!(en.contains(meant) && fr.contains(meant), "{parts}: {en} / {fr}");
    }
    for strange in [
        json!({"lines": ["12 Elm St"], "city": "Ottawa"}),
        json!({}),
        json!([]),
        json!({"lines": "12 Elm St"}),
        json!({"lines": [12]}),
    ] {
        let faults = check(&strange, &repertoire()).unwrap_err();
        assert!(faults.iter().all(|fault| !fault.message.fr.is_empty()), "{strange}");
    }
}

#[test]
fn a_country_and_a_province_that_contradict_each_other_are_both_named() {
    for (told, province, country) in [
        ("12 Elm St||Ottawa|ON|K1P 1A1|USA", "“ON”", "“USA”"),
        ("12 Elm St||Ottawa|Ontario|K1P 1A1|France", "“Ontario”", "“France”"),
        ("12 Elm St||Buffalo|NY|14201|Canada", "“NY”", "“Canada”"),
        ("12 Elm St||Gatineau|QC|J8X 2T1|Canada (ON)", "“QC”", "“Canada (ON)”"),
    ] {
        let faults = check(&request(told), &repertoire()).unwrap_err();
        assert!(
            faults[0].message.en.contains(province) && faults[0].message.en.contains(country),
            "{told}: {faults:#?}"
        );
    }
    let attention = json!({"attention": "s.o.", "lines": ["12 Elm St"], "municipality": "Ottawa", "province": "ON", "postal_code": "K1P 1A1"});
    let faults = check(&attention, &repertoire()).unwrap_err();
    assert_eq!(
        (faults.len(), faults[0].code.as_str(), faults[0].place.as_str()),
        (1, "line-says-nothing", "/attention")
    );
}

#[test]
fn no_country_has_a_name_twice_or_that_of_another() {
    let mut names = std::collections::BTreeMap::new();
    let file = std::fs::read_to_string(home().join("src/case/address/countries.tsv")).unwrap();
    for row in file.lines().filter(|row| !row.starts_with('#')) {
        let fields: Vec<&str> = row.split('\t').collect();
        for (language, all) in fields[2..].iter().enumerate() {
            for name in all.split(';') {
                assert_eq!(names.insert((language, name), fields[0]), None, "{name}");
            }
        }
    }
}

#[test]
fn only_what_canada_post_writes_is_a_postal_code() {
    let faults = |code: &str| outcome(&request(&format!("12 Elm St||Sudbury|ON|{code}")));
    for good in ["P3E 1A1", "K9Z 9Z9", "M1W 0B1"] {
        assert!(!faults(good).starts_with('!'), "{good}");
    }
    for bad in ["D1A 1A1", "W1A 1A1", "Z1A 1A1", "P1O 1A1", "P1A 1U1", "P1A 1A", "P1A 1A1 1", "P 1A1A1 A"] {
        assert_eq!(faults(bad), "! postal-code-invalid", "{bad}");
    }
}

/// Letters and digits as they can be compared, in order.
fn substance(text: &str) -> Vec<char> {
    let mut found: Vec<char> = text.to_uppercase().nfkd().filter(|c| c.is_alphanumeric()).collect();
    found.sort_unstable();
    found
}

proptest! {
    /// Whatever is told, nothing of a street is lost, and reading what was read changes nothing.
    #[test]
    fn no_letter_or_digit_of_a_street_is_lost(lines in proptest::collection::vec("[A-Za-zÀ-ÿ0-9 .,;:'’()/&!–-]{0,30}", 1..4)) {
        let told = json!({"lines": lines, "municipality": "Sudbury", "province": "ON", "postal_code": "P3E 1A1"});
        let address = Address::deserialize(&told).unwrap();
        // Drawn by chance, capitals may look like broken accents (“Ã–” for “Ö”), which texts.rs is about.
        prop_assume!(address.lines.iter().all(|line| recto::case::garbled::garbled(line).is_none()));
        let is_number = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).eq_ignore_ascii_case("no");
        if !lines.iter().any(|line| line.split_whitespace().any(is_number)) {
            prop_assert_eq!(substance(&lines.concat()), substance(&address.lines.concat()));
        }
        let again = Address::deserialize(&json!(address)).unwrap();
        prop_assert_eq!(&again, &address);
        if let Ok(block) = check(&told, &repertoire()) {
            prop_assert_eq!(check(&json!({"name": null, "lines": address.lines, "municipality": "SUDBURY", "province": "ON", "postal_code": "P3E 1A1"}), &repertoire()).unwrap(), block);
        }
    }

    /// However an officer writes the same address, it prints as the same block.
    #[test]
    fn one_address_prints_one_way(
        civic in 1u32..9999, unit in 1u32..99, street in 0usize..5, unit_form in 0usize..5, city in 0usize..4, province in 0usize..5,
        code in 0usize..4, form in 0usize..4, country in 0usize..3,
    ) {
        let (street, french) = [("Elm St", false), ("rue Principale", true), ("chemin du Lac-Noir", true), ("St. Clair Ave. W", false), ("Regional Rd 12", false)][street];
        let (cities, codes, provinces) = if french {
            (["Gatineau", "Val-d’Or", "Québec", "Saint-Louis-du-Ha! Ha!"], ["J8X 2T1", "j8x2t1", "J8X-2T1", "j8x  2t1"], ["QC", "Québec", "Qué.", "(Quebec)", "P.Q."])
        } else {
            (["Sudbury", "Sault Ste. Marie", "St. Thomas", "Sioux Lookout"], ["P3E 1A1", "p3e1a1", "P3E-1A1", "P3E  1A1"], ["ON", "Ontario", "Ont.", "(Ontario)", "on"])
        };
        let designator = if french { "app" } else { "apt" };
        let (line, printed) = match unit_form {
            0 => (format!("{civic} {street}"), format!("{civic} {street}")),
            1 => (format!("{unit} - {civic} {street}"), format!("{unit}-{civic} {street}")),
            2 => (format!("{civic}, {street}, {designator}. {unit}"), format!("{civic} {street} {designator} {unit}")),
            3 => (format!("{civic} {street} #{unit}"), format!("{civic} {street} {designator} {unit}")),
            _ => (format!("{designator} {unit}, {civic} {street}"), format!("{civic} {street} {designator} {unit}")),
        };
        let (city, province, code) = (cities[city], provinces[province], codes[code]);
        let (printed_province, printed_code) = if french { ("QC", "J8X 2T1") } else { ("ON", "P3E 1A1") };
        let printed = printed.replace('.', "").to_uppercase();
        let last = format!("{} {printed_province}  {printed_code}", city.to_uppercase().replace('’', "'"));
        let country = ["", "Canada", "CANADA"][country];
        let told = match form {
            0 => json!({"lines": ["Jo Lee", line, format!("{city} {province} {code}"), country]}),
            1 => json!({"lines": [format!("Jo Lee, {line}, {city}, {province}, {code}{}{country}", if country.is_empty() { "" } else { ", " })]}),
            2 => json!({"name": "Jo Lee", "lines": [line], "municipality": city, "province": province, "postal_code": code, "country": country}),
            _ => json!({"lines": ["Jo Lee", line, format!("{city}, {province}"), code, country]}),
        };
        let block = check(&told, &repertoire());
        prop_assert_eq!(block.map_err(|faults| format!("{faults:#?}")), Ok(vec!["JO LEE".to_owned(), printed, last]), "{}", told);
    }
}
