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

/// Whole lines.
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
    "BLANK",
    "CONFIDENTIAL",
    "CURRENT ADDRESS UNKNOWN",
    "DECEASED",
    "DITTO",
    "DO NOT MAIL",
    "DO NOT SEND",
    "EMPTY",
    "HOMELESS",
    "IN TRANSIT",
    "INVALID ADDRESS",
    "LEFT THE COUNTRY",
    "MAIL RETURNED",
    "MOVED",
    "MOVED AWAY",
    "NA",
    "N A",
    "NAN",
    "NFA",
    "N F A",
    "NIL",
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
    "NONE",
    "NONE GIVEN",
    "NONE PROVIDED",
    "NOT APPLICABLE",
    "NOT AVAILABLE",
    "NOT GIVEN",
    "NOT HERE",
    "NOT KNOWN",
    "NOT ON FILE",
    "NOT PROVIDED",
    "NOT STATED",
    "NULL",
    "ON FILE",
    "PENDING",
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
    "TBA",
    "TBC",
    "TBD",
    "T B D",
    "TO BE ADVISED",
    "TO BE CONFIRMED",
    "TO BE DETERMINED",
    "TO FOLLOW",
    "TRANSIENT",
    "UNAVAILABLE",
    "UNDEFINED",
    "UNDELIVERABLE",
    "UNHOUSED",
    "UNK",
    "UNKN",
    "UNKNOWN",
    "UNKNOWN ADDRESS",
    "UNSPECIFIED",
    "WHEREABOUTS UNKNOWN",
    "WITHHELD",
    "WRONG ADDRESS",
    // French
    "A COMPLETER",
    "A CONFIRMER",
    "A DEMENAGE",
    "A DETERMINER",
    "A SUIVRE",
    "A VENIR",
    "ADRESSE",
    "ADRESSE A CONFIRMER",
    "ADRESSE A DETERMINER",
    "ADRESSE A VENIR",
    "ADRESSE CONFIDENTIELLE",
    "ADRESSE INVALIDE",
    "ADRESSE NON CONNUE",
    "ADRESSE NON DISPONIBLE",
    "ADRESSE NON FOURNIE",
    "AUCUN",
    "AUCUN DOMICILE",
    "AUCUN DOMICILE FIXE",
    "AUCUNE",
    "CI DESSUS",
    "CONFIDENTIEL",
    "CONFIDENTIELLE",
    "DECEDE",
    "DECEDEE",
    "DEMENAGE",
    "DEMENAGEE",
    "DOMICILE INCONNU",
    "IDEM",
    "INCONNU",
    "INCONNUE",
    "ITINERANT",
    "ITINERANTE",
    "MEME ADRESSE",
    "MEME QUE CI DESSUS",
    "ND",
    "N D",
    "N EST PLUS A CETTE ADRESSE",
    "NE PAS POSTER",
    "NEANT",
    "NON APPLICABLE",
    "NON CONNU",
    "NON CONNUE",
    "NON DISPONIBLE",
    "NON FOURNI",
    "NON FOURNIE",
    "NON PRECISE",
    "NON SPECIFIE",
    "NUL",
    "NULLE",
    "PARTI",
    "PARTIE",
    "RETOUR",
    "RETOURNE",
    "SAF",
    "SANS ABRI",
    "SANS ADRESSE",
    "SANS DOMICILE",
    "SANS OBJET",
    "SDF",
    "S D F",
    "S O",
    "SO",
    "VIDE",
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
    if words.is_empty() {
        // Nothing but marks: a dash is what is written for nothing, a question mark for not knowing.
        return line.contains(['?', '-', '\u{2013}', '\u{2014}', '*', '_', '/']);
    }
    let dummy = |c: char| words.chars().all(|other| other == c);
    let starts = |known: &&str| words.strip_prefix(*known).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
    dummy('X') || dummy('0') || LINES.contains(&words) || BEGINNINGS.iter().any(starts) || is_slip(words)
}

/// Whether a text is the name of somebody: it has a letter, and does not say that there is none.
pub(in crate::case) fn is_name(text: &str) -> bool {
    let says_none = ["INCONNU", "INCONNUE", "N A", "NO NAME", "NOT APPLICABLE", "SANS NOM", "TBD", "UNKNOWN", "XXX"];
    text.contains(char::is_alphabetic) && !says_none.contains(&folded(text).as_str())
}

/// The longer lines, compact: a slip of the pen in one is no street either.
static LONGER: LazyLock<Vec<String>> = LazyLock::new(|| {
    let compact = BEGINNINGS.iter().chain(LINES).map(|known| compact(known));
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
