//! What is written where somebody has no address, in English and French: it is no address.
//!
//! A line counts as a whole: `Unknown Rd` and `Nonesuch Lane` are streets. Only what no street is called counts at the start of a line too.

use std::sync::LazyLock;

use super::text::{compact, folded};

/// What no street is called, even with more behind it.
const BEGINNINGS: &[&str] = &[
    "ADDRESS UNKNOWN",
    "ADRESSE INCONNUE",
    "AUCUNE ADRESSE",
    "MOVED LEFT NO ADDRESS",
    "NO FIXED ABODE",
    "NO FIXED ADDRESS",
    "NO FORWARDING ADDRESS",
    "NO KNOWN ADDRESS",
    "OF NO FIXED",
    "PARTI SANS LAISSER",
    "PAS D ADRESSE",
    "RETOUR A L EXPEDITEUR",
    "RETURN TO SENDER",
    "SAME AS ABOVE",
    "SANS ADRESSE FIXE",
    "SANS DOMICILE FIXE",
    "WITHOUT FIXED ADDRESS",
];

/// What is written anywhere for nothing, whole.
const NOTHING: &[&str] = &[
    "A COMPLETER",
    "A CONFIRMER",
    "A DETERMINER",
    "A VENIR",
    "AUCUN",
    "AUCUNE",
    "BLANK",
    "EMPTY",
    "INCONNU",
    "INCONNUE",
    "N A",
    "N D",
    "NA",
    "NAN",
    "ND",
    "NEANT",
    "NIL",
    "NON APPLICABLE",
    "NON CONNU",
    "NON CONNUE",
    "NON DISPONIBLE",
    "NON FOURNI",
    "NON FOURNIE",
    "NON PRECISE",
    "NON SPECIFIE",
    "NONE",
    "NONE GIVEN",
    "NONE PROVIDED",
    "NOT APPLICABLE",
    "NOT AVAILABLE",
    "NOT GIVEN",
    "NOT KNOWN",
    "NOT PROVIDED",
    "NOT STATED",
    "NUL",
    "NULL",
    "NULLE",
    "PENDING",
    "S O",
    "SANS OBJET",
    "SO",
    "T B D",
    "TBA",
    "TBC",
    "TBD",
    "TO BE ADVISED",
    "TO BE CONFIRMED",
    "TO BE DETERMINED",
    "UNAVAILABLE",
    "UNDEFINED",
    "UNK",
    "UNKN",
    "UNKNOWN",
    "UNSPECIFIED",
    "VIDE",
];

/// What of that is somebody's name too, where it is one of several.
const NAMES_TOO: &[&str] = &["BLANK", "NA", "NAN", "ND", "NIL", "NUL", "NULL", "SO", "UNK", "VIDE"];

/// What is written for the name of somebody who is not known.
const NAMELESS: &[&str] = &["NO NAME", "NAME UNKNOWN", "NOM INCONNU", "SANS NOM"];

/// Whole lines where an address should be.
const LINES: &[&str] = &[
    // English
    "ABOVE",
    "ADDRESS",
    "ADDRESS CONFIDENTIAL",
    "ADDRESS NOT AVAILABLE",
    "ADDRESS NOT KNOWN",
    "ADDRESS NOT ON FILE",
    "ADDRESS PENDING",
    "ADDRESS TO FOLLOW",
    "ADDRESS WITHHELD",
    "AS ABOVE",
    "BAD ADDRESS",
    "CONFIDENTIAL",
    "CURRENT ADDRESS UNKNOWN",
    "DECEASED",
    "DITTO",
    "DO NOT MAIL",
    "DO NOT SEND",
    "HOMELESS",
    "IN TRANSIT",
    "INVALID ADDRESS",
    "LEFT THE COUNTRY",
    "MAIL RETURNED",
    "MOVED",
    "MOVED AWAY",
    "NFA",
    "N F A",
    "NO ABODE",
    "NO ADDRESS",
    "NO ADDRESS AVAILABLE",
    "NO ADDRESS GIVEN",
    "NO ADDRESS ON FILE",
    "NO CURRENT ADDRESS",
    "NO LONGER AT THIS ADDRESS",
    "NO MAIL",
    "NO MAILING ADDRESS",
    "NO PERMANENT ADDRESS",
    "NO STABLE ADDRESS",
    "NOT HERE",
    "NOT ON FILE",
    "ON FILE",
    "RETURNED",
    "RETURNED MAIL",
    "RTS",
    "SAME",
    "SAME ADDRESS",
    "SAME AS BEFORE",
    "SAME AS FILE",
    "SAME AS MAILING",
    "SAME AS MAILING ADDRESS",
    "SEE ABOVE",
    "SEE ATTACHED",
    "SEE BELOW",
    "SEE FILE",
    "SEE NOTE",
    "SEE NOTES",
    "TO FOLLOW",
    "TRANSIENT",
    "UNDELIVERABLE",
    "UNHOUSED",
    "UNKNOWN ADDRESS",
    "WHEREABOUTS UNKNOWN",
    "WITHHELD",
    "WRONG ADDRESS",
    // French
    "A DEMENAGE",
    "A SUIVRE",
    "ADRESSE",
    "ADRESSE A CONFIRMER",
    "ADRESSE A DETERMINER",
    "ADRESSE A VENIR",
    "ADRESSE CONFIDENTIELLE",
    "ADRESSE INVALIDE",
    "ADRESSE NON CONNUE",
    "ADRESSE NON DISPONIBLE",
    "ADRESSE NON FOURNIE",
    "AUCUN DOMICILE",
    "AUCUN DOMICILE FIXE",
    "CI DESSUS",
    "CONFIDENTIEL",
    "CONFIDENTIELLE",
    "DECEDE",
    "DECEDEE",
    "DEMENAGE",
    "DEMENAGEE",
    "DOMICILE INCONNU",
    "IDEM",
    "ITINERANT",
    "ITINERANTE",
    "MEME ADRESSE",
    "MEME QUE CI DESSUS",
    "N EST PLUS A CETTE ADRESSE",
    "NE PAS POSTER",
    "PARTI",
    "PARTIE",
    "RETOUR",
    "RETOURNE",
    "SAF",
    "SANS ABRI",
    "SANS ADRESSE",
    "SANS DOMICILE",
    "SDF",
    "S D F",
    "VOIR AU DOSSIER",
    "VOIR CI DESSOUS",
    "VOIR CI DESSUS",
    "VOIR DOSSIER",
    "VOIR LE DOSSIER",
    "VOIR NOTE",
    "VOIR NOTES",
];

/// Whether a line says that there is no address.
pub(super) fn says_no_address(line: &str) -> bool {
    let words = folded(line);
    let words = words.strip_prefix("CURRENTLY ").unwrap_or(&words);
    let starts = |known: &&str| words.strip_prefix(*known).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
    is_nothing(line)
        || is_filler(words)
        || NOTHING.contains(&words)
        || LINES.contains(&words)
        || BEGINNINGS.iter().any(starts)
        || is_slip(words)
}

/// Whether a text is what is written for nothing: `N/A`, `inconnu`, a dash, a question mark for not knowing.
pub(in crate::case) fn is_nothing(text: &str) -> bool {
    let words = folded(text);
    if words.is_empty() {
        return text.contains(['?', '-', '\u{2013}', '\u{2014}', '*', '_', '/']);
    }
    NOTHING.contains(&words.as_str())
}

/// What fills a place that must not be empty: `XXX`, `000`.
fn is_filler(words: &str) -> bool {
    !words.is_empty() && ['X', '0'].into_iter().any(|c| words.chars().all(|other| other == c))
}

/// Whether a text is the name of somebody: it has a letter, and does not say that there is none. `So` is a name; `s.o.` is not.
pub(in crate::case) fn is_name(text: &str) -> bool {
    let words = folded(text);
    let is_none =
        NAMELESS.contains(&words.as_str()) || is_nothing(text) && words != "SO" || words.len() > 2 && is_filler(&words);
    text.contains(char::is_alphabetic) && !is_none
}

/// Whether a text can be a part of a name: not `N/A` for the given name of somebody.
pub(in crate::case) fn is_part_of_name(text: &str) -> bool {
    let words = folded(text);
    !is_nothing(text) || NAMES_TOO.contains(&words.as_str())
}

/// The longer lines, compact: a slip of the pen in one is no street either.
static LONGER: LazyLock<Vec<String>> = LazyLock::new(|| {
    let compact = BEGINNINGS.iter().chain(LINES).chain(NOTHING).map(|known| compact(known));
    compact.filter(|known| known.len() >= 11).collect()
});

/// Whether the words are one of the longer lines with a slip of the pen: `No fixed adress`.
fn is_slip(words: &str) -> bool {
    let words = compact(words);
    let near = |known: &String| {
        let slips = if known.len() >= 14 { 2 } else { 1 };
        known.len().abs_diff(words.len()) <= slips && strsim::osa_distance(&words, known) <= slips
    };
    !words.contains(|c: char| c.is_ascii_digit()) && LONGER.iter().any(near)
}
