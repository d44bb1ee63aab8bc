//! Countries by their English and French names, and Canada in whatever spelling.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::no_address::is_nothing;
use super::province::province;
use super::text::{compact, folded};

/// Where a postal code stands about the town.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CodePlace {
    Before,
    After,
}

/// A country other than Canada.
#[derive(Debug)]
pub(super) struct Entry {
    /// Its ISO 3166 code.
    pub code: &'static str,
    pub code_place: CodePlace,
    /// Its names in English, then in French. The first of each is printed.
    names: [Vec<Known>; 2],
}

/// A name as it is written, and compact.
#[derive(Debug)]
struct Known {
    written: &'static str,
    compact: String,
}

impl Known {
    fn new(written: &'static str) -> Known {
        Known { written, compact: compact(written) }
    }
}

/// What a text in the place of a country says.
#[derive(Debug)]
pub(super) enum Country {
    /// Canada, or nothing: domestic mail has no country.
    Canada,
    /// Another one, and its name as printed.
    Abroad(&'static Entry, String),
    /// Nothing that is known, and the name that was probably meant.
    Unknown(Option<String>),
}

static COUNTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let rows = include_str!("countries.tsv").lines().filter(|line| !line.starts_with('#'));
    let entry = |row: &'static str| {
        let mut fields = row.split('\t');
        let mut field = || fields.next().unwrap_or_default();
        let (code, place) = (field(), field());
        let code_place = if place == "before" { CodePlace::Before } else { CodePlace::After };
        Entry { code, code_place, names: [field(), field()].map(|names| names.split(';').map(Known::new).collect()) }
    };
    rows.map(entry).collect()
});

/// A country, and its names in one language.
type Spoken = (&'static Entry, &'static [Known]);

/// The countries that a name stands for, each with its names in the language of that name, by the key of the name.
static BY_NAME: LazyLock<HashMap<String, Vec<Spoken>>> = LazyLock::new(|| {
    let mut by_name: HashMap<String, Vec<Spoken>> = HashMap::new();
    for entry in COUNTRIES.iter() {
        for names in &entry.names {
            names.iter().for_each(|known| by_name.entry(key(known.written)).or_default().push((entry, names)));
        }
    }
    by_name
});

/// What a name has in whatever spelling: `St. Lucia` and `Saint Lucia`, `Trinidad & Tobago` and `Trinidad and Tobago`, with or without
/// its article.
fn key(name: &str) -> String {
    let words = folded(name);
    let words = words.split(' ').map(|word| match word {
        "ST" => "SAINT",
        "STE" => "SAINTE",
        "AND" | "ET" | "THE" | "LA" | "LE" | "LES" => "",
        word => word,
    });
    words.collect()
}

impl Country {
    /// Reads what stands in the place of a country.
    pub(super) fn read(text: &str) -> Country {
        let name = compact(text);
        // `N/A` is no code of Namibia.
        if name.is_empty() || is_nothing(text) || is_canada(&name) {
            return Country::Canada;
        }
        if let Some((entry, printed)) = named(text) {
            return Country::Abroad(entry, printed);
        }
        let by_code = COUNTRIES.iter().find(|entry| entry.code == name);
        by_code.map_or_else(
            || Country::Unknown(closest(&name)),
            |entry| Country::Abroad(entry, capitals(&entry.names[0][0])),
        )
    }
}

/// Whether a compact name is Canada's, a slip of the pen apart.
pub(super) fn is_canada(name: &str) -> bool {
    matches!(
        name,
        "CA" | "CAN" | "CDN" | "CND" | "DOMINIONOFCANADA" | "CACANADA" | "CANADACA" | "LECANADA" | "AUCANADA"
    ) || province_beside(name).is_some()
        || name.len() >= 5 && strsim::osa_distance(name, "CANADA") <= 1
}

/// The province that stands beside Canada in the place of a country: `Canada (ON)`, `Ontario, CA`.
pub(super) fn province_beside(text: &str) -> Option<&'static str> {
    let name = compact(text);
    let behind = ["CANADA", "CAN", "CA"].into_iter().filter_map(|canada| name.strip_suffix(canada));
    name.strip_prefix("CANADA").into_iter().chain(behind).find_map(province)
}

/// The country that a text names, and its name as printed in the language of the text; codes are not names.
pub(super) fn named(text: &str) -> Option<(&'static Entry, String)> {
    let known = BY_NAME.get(&key(text))?;
    let (entry, first) = known.first()?;
    // Some names differ in their accents alone: HAITI, HAÏTI.
    let upper = text.trim().to_uppercase();
    let written = |names: &&[Known]| names.iter().any(|known| known.written.to_uppercase() == upper);
    let own = known.iter().filter(|(other, _)| other.code == entry.code).map(|(_, names)| *names);
    let names = own.into_iter().find(written).unwrap_or(first);
    Some((*entry, capitals(&names[0])))
}

/// The name that is closest to a compact one.
fn closest(name: &str) -> Option<String> {
    let likeness = names().map(|known| (strsim::jaro_winkler(name, &known.compact), known.written));
    let best = likeness.max_by(|one, other| one.0.total_cmp(&other.0));
    best.filter(|(likeness, known)| name.len().min(known.len()) > 3 && *likeness > 0.85)
        .map(|(_, known)| known.to_owned())
}

/// Whether a text that is no country's name is one with a slip of the pen.
pub(super) fn resembles(text: &str) -> bool {
    let name = compact(text);
    let near = |known: &Known| {
        known.compact.len().abs_diff(name.len()) <= 1 && strsim::osa_distance(&name, &known.compact) == 1
    };
    name.len() > 4 && names().any(near)
}

fn names() -> impl Iterator<Item = &'static Known> {
    COUNTRIES.iter().flat_map(|entry| entry.names.iter().flatten())
}

fn capitals(name: &Known) -> String {
    name.written.to_uppercase()
}
