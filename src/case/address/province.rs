//! Provinces and territories of Canada, and states of the United States, by all the names that they go by.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::text::{compact, folded};

/// Code, names in English and French, and what else is written for it, compact.
type Named = (&'static str, &'static str, &'static str, &'static [&'static str]);

static PROVINCES: [Named; 13] = [
    ("AB", "Alberta", "Alberta", &["ALTA", "ALB"]),
    ("BC", "British Columbia", "Colombie-Britannique", &["CB", "CBRIT"]),
    ("MB", "Manitoba", "Manitoba", &["MAN"]),
    ("NB", "New Brunswick", "Nouveau-Brunswick", &["NBRUNSWICK"]),
    (
        "NL",
        "Newfoundland and Labrador",
        "Terre-Neuve-et-Labrador",
        &[
            "NF",
            "NFLD",
            "NFLDLAB",
            "NEWFOUNDLAND",
            "NEWFOUNDLANDLABRADOR",
            "LABRADOR",
            "LB",
            "TERRENEUVE",
            "TERRENEUVELABRADOR",
            "TN",
            "TNL",
            "TNEUVE",
        ],
    ),
    ("NS", "Nova Scotia", "Nouvelle-Écosse", &["NE", "NECOSSE"]),
    ("NT", "Northwest Territories", "Territoires du Nord-Ouest", &["NWT", "TNO", "TDNO", "NORTHWESTTERRITORY"]),
    ("NU", "Nunavut", "Nunavut", &["NVT"]),
    ("ON", "Ontario", "Ontario", &["ONT"]),
    ("PE", "Prince Edward Island", "Île-du-Prince-Édouard", &["PEI", "IPE", "IDUPE", "ILEDUPE"]),
    ("QC", "Quebec", "Québec", &["QUE", "QB", "PQ", "PROVINCEDEQUEBEC", "PROVINCEOFQUEBEC"]),
    ("SK", "Saskatchewan", "Saskatchewan", &["SASK"]),
    ("YT", "Yukon", "Yukon", &["YK", "YUK", "YUKONTERRITORY", "TERRITOIREDUYUKON"]),
];

/// Code, name, and the digits with which its ZIP codes begin (United States Postal Service).
static STATES: [(&str, &str, &str); 59] = [
    ("AL", "Alabama", "3"),
    ("AK", "Alaska", "9"),
    ("AZ", "Arizona", "8"),
    ("AR", "Arkansas", "7"),
    ("CA", "California", "9"),
    ("CO", "Colorado", "8"),
    ("CT", "Connecticut", "0"),
    ("DE", "Delaware", "1"),
    ("DC", "District of Columbia", "2"),
    ("FL", "Florida", "3"),
    ("GA", "Georgia", "3"),
    ("HI", "Hawaii", "9"),
    ("ID", "Idaho", "8"),
    ("IL", "Illinois", "6"),
    ("IN", "Indiana", "4"),
    ("IA", "Iowa", "5"),
    ("KS", "Kansas", "6"),
    ("KY", "Kentucky", "4"),
    ("LA", "Louisiana", "7"),
    ("ME", "Maine", "0"),
    ("MD", "Maryland", "2"),
    ("MA", "Massachusetts", "0"),
    ("MI", "Michigan", "4"),
    ("MN", "Minnesota", "5"),
    ("MS", "Mississippi", "3"),
    ("MO", "Missouri", "6"),
    ("MT", "Montana", "5"),
    ("NE", "Nebraska", "6"),
    ("NV", "Nevada", "8"),
    ("NH", "New Hampshire", "0"),
    ("NJ", "New Jersey", "0"),
    ("NM", "New Mexico", "8"),
    ("NY", "New York", "01"),
    ("NC", "North Carolina", "2"),
    ("ND", "North Dakota", "5"),
    ("OH", "Ohio", "4"),
    ("OK", "Oklahoma", "7"),
    ("OR", "Oregon", "9"),
    ("PA", "Pennsylvania", "1"),
    ("RI", "Rhode Island", "0"),
    ("SC", "South Carolina", "2"),
    ("SD", "South Dakota", "5"),
    ("TN", "Tennessee", "3"),
    ("TX", "Texas", "78"),
    ("UT", "Utah", "8"),
    ("VT", "Vermont", "0"),
    ("VA", "Virginia", "2"),
    ("WA", "Washington", "9"),
    ("WV", "West Virginia", "2"),
    ("WI", "Wisconsin", "5"),
    ("WY", "Wyoming", "8"),
    // Territories, and the armed forces abroad.
    ("AS", "American Samoa", "9"),
    ("GU", "Guam", "9"),
    ("MP", "Northern Mariana Islands", "9"),
    ("PR", "Puerto Rico", "0"),
    ("VI", "Virgin Islands", "0"),
    ("AA", "Armed Forces Americas", "3"),
    ("AE", "Armed Forces Europe", "0"),
    ("AP", "Armed Forces Pacific", "9"),
];

/// The provinces by all their names, compact.
static BY_NAME: LazyLock<HashMap<String, &str>> = LazyLock::new(|| {
    let mut by_name = HashMap::new();
    for (code, en, fr, also) in &PROVINCES {
        let names =
            [compact(code), compact(en), compact(fr)].into_iter().chain(also.iter().map(|name| (*name).to_owned()));
        names.for_each(|name| {
            by_name.entry(name).or_insert(*code);
        });
    }
    by_name
});

/// The states by their letters and names, compact: the letters, and the digits with which ZIP codes begin.
static STATES_BY_NAME: LazyLock<HashMap<String, (&str, &str)>> = LazyLock::new(|| {
    let names = |(code, full, digits): &(&'static str, &'static str, &'static str)| {
        [compact(code), compact(full)].map(|name| (name, (*code, *digits)))
    };
    STATES.iter().flat_map(names).collect()
});

/// The two letters of a province or territory, however it is called; `Ontario, Canada` is one.
pub(super) fn province(text: &str) -> Option<&'static str> {
    let name = compact(text);
    let name = name.strip_suffix("CANADA").filter(|name| !name.is_empty()).unwrap_or(&name);
    BY_NAME.get(name).copied()
}

/// The same where nothing but a province can stand, though it be told twice: `Ontario (ON)` too.
pub(super) fn province_alone(text: &str) -> Option<&'static str> {
    let twice = || {
        let words = folded(text);
        let halves = words.match_indices(' ').map(|(at, _)| words.split_at(at));
        halves.filter_map(|(one, other)| province(one).filter(|known| province(other) == Some(known))).next()
    };
    province(text).or_else(twice)
}

/// Whether a text says no more than that it is this province, where it stands behind a municipality: `Québec` is a city, Labrador a part
/// of its province, NE a direction.
pub(super) fn is_no_place(text: &str) -> bool {
    !matches!(compact(text).as_str(), "QUEBEC" | "LABRADOR" | "NEWFOUNDLAND" | "TERRENEUVE" | "NE")
}

/// Whether a text is the name of a province in full.
pub(super) fn is_full_name(text: &str) -> bool {
    province(text).is_some() && compact(text).len() > 4
}

/// The province that was probably meant.
pub(super) fn closest(text: &str) -> Option<&'static str> {
    let name = compact(text);
    let like = |(_, en, fr, _): &Named| {
        [en, fr].map(|known| strsim::jaro_winkler(&name, &compact(known))).into_iter().fold(0.0, f64::max)
    };
    let best = PROVINCES.iter().map(|known| (like(known), known.0)).max_by(|one, other| one.0.total_cmp(&other.0));
    best.filter(|(likeness, _)| name.len() > 3 && *likeness > 0.87).map(|(_, code)| code)
}

/// The two letters of a state, and the digits with which its ZIP codes begin.
pub(super) fn state(text: &str) -> Option<(&'static str, &'static str)> {
    STATES_BY_NAME.get(&compact(text)).copied()
}
