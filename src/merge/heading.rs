//! What the heading of a column means, however it is written: `N° de dossier`, `Dossier #`, `CASE_REF`, `caseReference`.

use std::collections::{BTreeMap, BTreeSet};

use super::field::{Field, LINES};
use super::words::VOCABULARY;
use crate::case::{Language, address};

/// Words that say nothing of what a column is.
const SMALL: &str = "de du des d la le les l the of a au aux en to for par by et and l un une sur on";
/// Words for a number.
const NUMBER: &str = "no n nr num numero number nbr nombre #";

/// Small letters and digits without accents, words set apart by one blank.
pub fn folded(text: &str) -> String {
    address::folded(&text.replace(['œ', 'Œ'], "oe").replace(['æ', 'Æ'], "ae")).to_lowercase()
}

/// The words of a heading: those of `firstName` are two, and what stands for a number is one word.
fn words(heading: &str) -> Vec<String> {
    let mut parted = String::new();
    let mut last = ' ';
    for c in heading.chars() {
        let camel = c.is_uppercase() && last.is_lowercase();
        let digit = c.is_ascii_digit() && last.is_alphabetic() || c.is_alphabetic() && last.is_ascii_digit();
        if camel || digit {
            parted.push(' ');
        }
        parted.push_str(match c {
            '#' | '№' => " no ",
            '°' | 'º' => " ",
            _ => "",
        });
        if !matches!(c, '#' | '№' | '°' | 'º') {
            parted.push(c);
        }
        last = c;
    }
    let one_of = |list: &str, word: &str| list.split(' ').any(|one| one == word);
    let plain = folded(&parted);
    let all: Vec<&str> = plain.split(' ').filter(|word| !word.is_empty()).collect();
    let kept: Vec<String> = all
        .iter()
        .filter(|word| !one_of(SMALL, word))
        .map(|word| if one_of(NUMBER, word) { "no".to_owned() } else { (*word).to_owned() })
        .collect();
    if kept.is_empty() { all.into_iter().map(str::to_owned).collect() } else { kept }
}

/// The spellings under which a heading is looked for: its words in any order, and run together.
fn keys(words: &[String]) -> [String; 2] {
    let ordered: BTreeSet<&str> = words.iter().map(String::as_str).collect();
    [ordered.into_iter().collect::<Vec<_>>().join(" "), words.concat()]
}

/// The headings of a letter type's fields.
pub struct Headings {
    /// Fields by spelling, with how near it is: what is named first is nearest.
    by_key: BTreeMap<String, BTreeMap<usize, Rank>>,
    /// Fields by their own paths.
    by_path: BTreeMap<String, usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// The field's own path, or a heading of the vocabulary.
    Own,
    /// Its label, with what it is in.
    Whole,
    /// Its label alone.
    Label,
    /// The label of an item of a list, which many columns could have.
    Item,
}

/// What a heading may mean: a place among the fields each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// One thing.
    One(usize),
    /// One of several.
    Several(Vec<usize>),
    /// Nothing that is known.
    Unknown,
}

impl Headings {
    /// The headings of these fields.
    pub fn of(fields: &[Field]) -> Headings {
        let mut headings = Headings { by_key: BTreeMap::new(), by_path: BTreeMap::new() };
        for (place, field) in fields.iter().enumerate() {
            headings.by_path.insert(field.path.clone(), place);
            headings.add(&field.path, place, Rank::Own);
            let tail = field.path.split_once('.').map_or("", |(_, tail)| tail);
            headings.add(tail, place, Rank::Whole);
            for known in VOCABULARY.headings.get(&field.path).into_iter().flatten() {
                headings.add(known, place, Rank::Own);
            }
            let rank = if field.list.is_some() { Rank::Item } else { Rank::Label };
            for language in Language::BOTH {
                headings.add(field.label.get(language), place, rank);
                headings.add(field.whole_label.get(language), place, Rank::Whole);
            }
        }
        for (word, paths) in &VOCABULARY.several {
            let meant = paths.iter().filter_map(|path| fields.iter().position(|field| field.path == *path));
            meant.for_each(|place| headings.add(word, place, Rank::Own));
        }
        headings
    }

    fn add(&mut self, text: &str, place: usize, rank: Rank) {
        for key in keys(&words(text)) {
            if !key.is_empty() {
                let known = self.by_key.entry(key).or_default().entry(place).or_insert(rank);
                *known = rank.min(*known);
            }
        }
    }

    /// What a heading means: as it stands, without what is in brackets, and without the words that say whose it is.
    pub fn meaning(&self, heading: &str) -> Meaning {
        if let Some(place) = self.by_path.get(heading.trim()) {
            return Meaning::One(*place);
        }
        let bare: String = match heading.split_once(['(', '[']) {
            Some((before, rest)) => format!("{before} {}", rest.split_once([')', ']']).map_or("", |(_, after)| after)),
            None => heading.to_owned(),
        };
        let whose = |word: &String| VOCABULARY.whose.iter().any(|one| one == word);
        let without = |words: Vec<String>| words.into_iter().filter(|word| !whose(word)).collect::<Vec<_>>();
        let ways = [words(heading), words(&bare), without(words(heading)), without(words(&bare))];
        ways.iter()
            .map(|way| self.of_words(way))
            .find(|meaning| *meaning != Meaning::Unknown)
            .unwrap_or(Meaning::Unknown)
    }

    fn of_words(&self, words: &[String]) -> Meaning {
        if words.is_empty() {
            return Meaning::Unknown;
        }
        let found: BTreeMap<usize, Rank> =
            keys(words).iter().find_map(|key| self.by_key.get(key)).cloned().unwrap_or_default();
        let Some(best) = found.values().min().copied() else { return Meaning::Unknown };
        let places: Vec<usize> = found.iter().filter(|(_, rank)| **rank == best).map(|(place, _)| *place).collect();
        match places.as_slice() {
            [one] => Meaning::One(*one),
            _ => Meaning::Several(places),
        }
    }
}

/// Whether several columns of a field say one thing together: the lines of an address.
pub fn may_repeat(field: &Field) -> bool {
    field.path == LINES
}

/// Whether the heading is of a column that only counts rows.
pub fn counts(heading: &str) -> bool {
    let key = keys(&words(heading));
    VOCABULARY.counters.iter().any(|one| keys(&words(one)) == key)
}

/// What the headings of the columns begin with that Recto adds to a sheet that it gives back.
pub const OWN: &str = "Recto";

/// Whether a column is one that Recto added to a sheet that came back.
pub fn is_own(heading: &str) -> bool {
    folded(heading).strip_prefix(&folded(OWN)).is_some_and(|rest| rest.starts_with(' '))
}

/// Whether two headings are one heading, however they are written.
pub fn is_same(one: &str, other: &str) -> bool {
    folded(one) == folded(other)
}

/// What a heading of a unit writes before a bare number: `App.`, `Suite`.
pub fn unit_word(heading: &str) -> &'static str {
    let words = words(heading);
    let has = |one: &str| words.iter().any(|word| word == one);
    match () {
        () if has("app") || has("appartement") => "APP",
        () if has("apt") || has("apartment") => "APT",
        () if has("suite") => "SUITE",
        () if has("bureau") => "BUREAU",
        () if has("unite") => "UNITÉ",
        () => "UNIT",
    }
}
