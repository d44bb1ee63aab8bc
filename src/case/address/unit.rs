//! Units: number signs, which Canada Post does not read, and where a designator stands.

use super::words::{
    STREET_TYPES, UNITS, is_civic_number, is_french_street, is_numbered, is_numbered_road, is_unit_number,
    may_be_numbered_road,
};

/// What the rest of the address tells of a line.
pub(super) struct Beside {
    /// Whether another line begins with a civic number.
    pub street: bool,
    /// Whether units are called as in French where the line itself does not tell.
    pub french: bool,
}

/// The line with each number sign (`#`, `N°`, `NO`) mended where it is certain what it numbers; none where it is not.
pub(super) fn without_number_signs(line: &str, beside: &Beside) -> Option<String> {
    let mut words = signs_apart(line);
    while let Some(at) = words.iter().position(|word| word == "#") {
        words = mended(&words, at, beside)?;
    }
    Some(words.join(" "))
}

/// The words, each number sign a word of its own.
fn signs_apart(line: &str) -> Vec<String> {
    let line = line.replace("NOS°", "#").replace("NO°", "#").replace("N°", "#").replace('#', " # ");
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut apart: Vec<String> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let numbers = words.get(at + 1).is_some_and(|next| next.starts_with(|c: char| c.is_ascii_digit() || c == '#'));
        // `NO 3 RD` is a name of a street.
        let street = words.get(at + 2).is_some_and(|word| STREET_TYPES.contains(word)) && at == 1;
        let glued =
            word.strip_prefix("NO").filter(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
        if let (Some(number), true) = (glued, at > 0) {
            apart.extend(["#".to_owned(), number.to_owned()]);
            continue;
        }
        let word = if *word == "NO" && numbers && !street { "#" } else { word };
        if !(word == "#" && apart.last().is_some_and(|last| last == "#")) {
            apart.push(word.to_owned());
        }
    }
    apart
}

fn mended(words: &[String], at: usize, beside: &Beside) -> Option<Vec<String>> {
    let (before, after) = (&words[..at], &words[at + 1..]);
    let texts: Vec<&str> = words.iter().map(String::as_str).collect();
    let number = after.first()?.clone();
    let unit_and_civic =
        number.split_once('-').is_some_and(|(unit, civic)| is_unit_number(unit) && is_civic_number(civic));
    let dropped = || [before, after].concat();
    let french = is_french_street(&texts) || beside.french && !names_english_street(&texts[..at]);
    let designated = |rest: &[String]| {
        let designator = if french { "APP" } else { "APT" };
        [before, &[designator.to_owned(), number.clone()], rest].concat()
    };
    match before.last().map(String::as_str) {
        None if unit_and_civic && after.len() > 1 => Some(dropped()),
        _ if !is_unit_number(&number) => None,
        None if after.len() == 1 => beside.street.then(|| designated(&[])),
        None => {
            let civic = after.get(1).filter(|civic| is_civic_number(civic) && after.len() > 2)?;
            let street = !STREET_TYPES.contains(&after[2].as_str());
            street.then(|| [&[format!("{number}-{civic}")], &after[2..]].concat())
        }
        Some(last) if is_numbered(last) && !may_be_numbered_road(&texts[..at]) => Some(dropped()),
        // The road's own number, or a unit on a road of that name: MUSKOKA RD #118, BATHURST RD #4.
        Some(_) if is_numbered_road(&texts[..at]) => Some(dropped()),
        Some(_) if may_be_numbered_road(&texts[..at]) => None,
        Some(_) if !texts[0].starts_with(|c: char| c.is_ascii_digit()) => None,
        Some(_) if at == 1 => {
            let street = after.get(1).is_some_and(|word| STREET_TYPES.contains(&word.as_str()));
            street.then(|| [before, &["NO".to_owned()], after].concat())
        }
        Some(_) => {
            let has_unit = texts[1..at].iter().any(|word| UNITS.contains(word));
            (!has_unit).then(|| designated(&after[1..]))
        }
    }
}

fn names_english_street(words: &[&str]) -> bool {
    words.len() > 2 && words[2..].iter().any(|word| STREET_TYPES.contains(word))
}

/// `APT 10 123 MAIN ST` as Canada Post has it: the designator behind the street, `123 MAIN ST APT 10`.
pub(super) fn unit_behind_street(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    let [designator, unit, rest @ ..] = words.as_slice() else { return line.to_owned() };
    // UNIT 5-123 MAIN ST: the civic number is behind the hyphen.
    let (unit, civic) = match unit.rsplit_once('-') {
        Some((unit, civic)) if is_civic_number(civic) => (unit, Some(civic)),
        _ => (*unit, None),
    };
    let street: Vec<&str> = civic.into_iter().chain(rest.iter().copied()).collect();
    let named = street.len() > 1 && street[1..].iter().any(|word| word.contains(|c: char| c.is_alphabetic()));
    let moves = UNITS.contains(designator) && is_unit_number(unit) && named && is_civic_number(street[0]);
    if !moves || street.iter().any(|word| UNITS.contains(word)) {
        return line.to_owned();
    }
    format!("{} {designator} {unit}", street.join(" "))
}
