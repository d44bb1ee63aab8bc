//! What is written where somebody has no address, in English and French: it is no address.
//!
//! A line says so where all its words are of this kind and one of them is telling: `Moved, no forwarding address`. So `Unknown Rd` and
//! `Nonesuch Lane` are streets. Only what no street is called counts at the start of a line too.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::text::folded;

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

/// Whole lines of words that alone may be part of a name.
const LINES: &[&str] = &[
    "A LA RUE",
    "CARE OF",
    "CHEZ DES AMIS",
    "COUCH SURFING",
    "EN PRISON",
    "IN A TENT",
    "IN CAR",
    "IN CUSTODY",
    "IN HOSPITAL",
    "IN JAIL",
    "IN TRANSIT",
    "LIVES IN CAR",
    "LIVING IN CAR",
    "N A",
    "N D",
    "N F A",
    "ON THE STREET",
    "S D F",
    "S O",
    "SO",
    "STAYING WITH FRIENDS",
    "STAYING WITH FAMILY",
    "T B D",
    "TEST",
    "TEST ADDRESS",
    "WITH FRIENDS",
];

/// Words that tell that there is no address, or none here, in English and in French: one of them must stand in the line.
const TELLING: &str = "
    ABOVE ADDRESS ADVISED ASDF ATTACHED BAD BELOW BLANK CONFIDENTIAL CONFIRMED DECEASED DETERMINED DITTO DUMMY EMPTY
    FILE FOLLOW GONE HOMELESS INCARCERATED INVALID MAIL MISSING MOVED NA NAN NFA NIL NO NONE NOT NULL PENDING RETURN
    RETURNED RTS SAME SEE SENDER SHELTER TBA TBC TBD TRANSIENT UNAVAILABLE UNDEFINED UNDELIVERABLE UNHOUSED UNK UNKN
    UNKNOWN UNSPECIFIED WHEREABOUTS WITHHELD WITHOUT WRONG

    ABRI ADRESSE ATTENTE AUCUN AUCUNE COMPLETER CONFIDENTIEL CONFIDENTIELLE CONFIRMER DECEDE DECEDEE DEMENAGE
    DEMENAGEE DESSOUS DESSUS DETENU DETENUE DETERMINER DOSSIER EXPEDITEUR IDEM INCARCERE INCARCEREE INCONNU INCONNUE
    INTROUVABLE INVALIDE ITINERANT ITINERANTE MEME NEANT NON NUL NULLE PARTI PARTIE PAS REFUGE RETOUR RETOURNE
    RETOURNEE SAF SANS SDF SUIVRE VENIR VIDE VOIR
";

/// Words that stand around them.
const AROUND: &str = "
    A ABODE ADDRESSEE AN ANY APPLICABLE ARE AS AT AVAILABLE AWAY BE BEEN BEFORE BY CLIENT COUNTRY CURRENT CURRENTLY
    DEBTOR DO FIXED FOR FORWARDING GIVEN HAS HERE HOLD HOME IN IS IT KNOWN LAST LEFT LETTER LONGER MAILING NEW NOTE
    NOTES NOW OF OLD ON OR OUT PERMANENT PERSON PHONE PROVIDED RECORD RESIDENCE SEND STABLE STATED STILL THE THERE
    THIS TO UPDATE UPDATED VALID WAS

    ACTUEL ACTUELLE ACTUELLEMENT AU AUX CE CET CETTE CI CLIENTE CONNU CONNUE COURRIER D DE DES DESTINATAIRE DISPONIBLE
    DOMICILE DU EN ENVOYER EST ET FIXE FOURNI FOURNIE ICI INDIQUEE L LA LAISSE LAISSER LE LIEU LOGEMENT MAUVAISE N NE
    NOUVELLE OBJET OU PERMANENTE PERSONNE PLUS POSTALE POSTER PRECISE PRECISEE QUE SPECIFIE SPECIFIEE UN UNE VALIDE
";

/// Whether a line says that there is no address.
pub(super) fn says_no_address(line: &str) -> bool {
    let words = folded(line);
    let starts = |known: &&str| words.strip_prefix(*known).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
    is_nothing(line)
        || is_filler(&words)
        || LINES.contains(&words.as_str())
        || BEGINNINGS.iter().any(starts)
        || tells(&words)
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

/// Whether all words are of those that say it, one of them telling. A longer word may have a slip of the pen: `No fixed adress`.
fn tells(words: &str) -> bool {
    static KNOWN: LazyLock<[Known; 2]> = LazyLock::new(|| [TELLING, AROUND].map(Known::of));
    let [telling, around] = &*KNOWN;
    words.split(' ').all(|word| telling.has(word) || around.has(word)) && words.split(' ').any(|word| telling.has(word))
}

/// Known words.
struct Known {
    words: HashSet<&'static str>,
    /// Those that are long enough to have a slip of the pen.
    long: Vec<&'static str>,
}

impl Known {
    fn of(text: &'static str) -> Known {
        let words: HashSet<&str> = text.split_whitespace().collect();
        Known { long: words.iter().copied().filter(|word| word.len() >= 7).collect(), words }
    }

    fn has(&self, word: &str) -> bool {
        let slip = |other: &&str| other.len().abs_diff(word.len()) <= 1 && strsim::osa_distance(word, other) <= 1;
        self.words.contains(word) || word.len() >= 6 && self.long.iter().any(slip)
    }
}
