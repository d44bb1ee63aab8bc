//! The texts in an event's data: the form in which they are kept, and what in them cannot be printed as it was meant.

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use super::fault::Fault;
use super::garbled::{Garbled, garbled, mend};
use super::insurance;
use super::json;
use super::repertoire::Repertoire;

/// Marks on one letter, at most, its own accent among them: no language's spelling has more.
const MOST_MARKS: usize = 3;

/// The value with every text in Unicode's composed form (NFC), without blanks at its ends, and with one kind of no-break space for
/// all blanks of other widths that programs paste: the form that is checked, stored and printed, so that one name has one spelling.
pub fn normalize(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.trim().chars().map(one_blank).nfc().collect()),
        Value::Array(list) => Value::Array(list.into_iter().map(normalize).collect()),
        Value::Object(map) => Value::Object(map.into_iter().map(|(name, value)| (name, normalize(value))).collect()),
        other => other,
    }
}

/// A text as names are searched: lower case, without accents.
pub fn folded(text: &str) -> String {
    text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// The characters of a text without accents and other marks, and in their plain forms: what is left to compare texts by.
pub fn without_marks(text: &str) -> impl Iterator<Item = char> + '_ {
    text.nfkd().filter(|c| !is_combining_mark(*c))
}

/// U+202F and U+2009, by which many programs group figures, and their like do not break a line either.
fn one_blank(c: char) -> char {
    if c != ' ' && c.general_category() == GeneralCategory::SpaceSeparator { '\u{a0}' } else { c }
}

/// What is wrong with the texts of a value, each at its place.
pub fn faults(value: &Value, repertoire: &Repertoire) -> Vec<Fault> {
    each_text(value, |text, place| of_text(text, place, repertoire))
}

/// The characters of a value that cannot be printed. Those of names and addresses are asked about by name and by address.
pub fn unprintable(value: &Value, repertoire: &Repertoire) -> Vec<Fault> {
    // What broken accents bring along is no fault of its own.
    let meant = |text: &str| if garbled(text).is_some() { mend(text).replace('\u{fffd}', "") } else { text.to_owned() };
    each_text(value, |text, place| repertoire.faults(&meant(text), place))
}

fn each_text(value: &Value, ask: impl Fn(&str, &str) -> Vec<Fault>) -> Vec<Fault> {
    let mut faults = Vec::new();
    json::visit(value, "", &mut |value, place| {
        faults.extend(value.as_str().into_iter().flat_map(|text| ask(text, place)))
    });
    faults
}

fn of_text(text: &str, place: &str, repertoire: &Repertoire) -> Vec<Fault> {
    let mut faults = Vec::new();
    faults.extend(insurance::was_masked(text).then(|| masked(place)));
    let broken = garbled(text);
    faults.extend(broken.iter().map(|broken| garbled_fault(broken, place)));
    faults.extend(overloaded(text).map(|letter| too_many_marks(&letter, place)));
    faults.extend(repertoire.parted(text, place));
    faults
}

/// The first letter with more marks than a letter can have, with the first of them.
fn overloaded(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let mut letter = String::new();
    for c in text.nfd() {
        if !is_combining_mark(c) {
            letter.clear();
        }
        letter.push(c);
        if letter.chars().filter(|c| is_combining_mark(*c)).count() > MOST_MARKS {
            return Some(letter);
        }
    }
    None
}

fn too_many_marks(letter: &str, place: &str) -> Fault {
    let letter: String = letter.nfc().collect();
    Fault::new(
        "too-many-marks",
        place,
        format!(
            "“{letter}” has more than {MOST_MARKS} marks on one letter, which no spelling has. Write the letter with its own accents only."
        ),
        format!(
            "« {letter} » porte plus de {MOST_MARKS} signes sur une même lettre, ce qu’aucune orthographe ne fait. Écrivez la lettre avec ses seuls accents."
        ),
    )
}

fn garbled_fault(broken: &Garbled, place: &str) -> Fault {
    let word = &broken.word;
    let (en, fr) = match &broken.meant {
        Some(meant) => (
            format!("it probably is “{meant}”. Write it so, and see that the text stays UTF-8 on its way"),
            format!("il s’agit sans doute de « {meant} ». Écrivez-le ainsi, et veillez à ce que le texte reste en UTF-8 en chemin"),
        ),
        None => (
            "what stood there cannot be told. Write the word anew, and see that the text stays UTF-8 on its way".to_owned(),
            "on ne peut pas savoir ce qu’il y avait. Écrivez le mot de nouveau, et veillez à ce que le texte reste en UTF-8 en chemin".to_owned(),
        ),
    };
    Fault::new(
        "accents-broken",
        place,
        format!("The accents or signs of “{word}” were broken on the way here: {en}."),
        format!("Les accents ou les signes de « {word} » ont été abîmés avant d’arriver ici : {fr}."),
    )
}

fn masked(place: &str) -> Fault {
    Fault::new(
        "insurance-number-masked",
        place,
        "A number that could be a Social Insurance Number was masked here, so that it is kept nowhere. Write what belongs in this place without one.",
        "Un numéro qui pourrait être un numéro d’assurance sociale a été masqué ici afin de n’être conservé nulle part. Écrivez ce qui doit figurer ici, sans un tel numéro.",
    )
}
