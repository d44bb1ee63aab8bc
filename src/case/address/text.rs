//! One line of an address as it is printed: capitals, single blanks, no punctuation but in names.
//!
//! Nothing is translated, cut or parted: a point between digits (`123.5`), a fraction, and the points of initials are told apart from
//! those that end a word.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use super::super::texts::without_marks;
use super::words::{STREET_TYPES, is_civic_number, is_unit_number};

/// A line of delivery information as printed.
pub(super) fn line(text: &str) -> String {
    tidy(text, false)
}

/// A name of a place as printed, with the points of its abbreviations: `ST. JOHN'S`, `SAULT STE. MARIE`.
pub(super) fn place_name(text: &str) -> String {
    tidy(text, true)
}

/// Letters and digits alone, in capitals without accents, words set apart by one blank: the form in which texts are compared.
pub fn folded(text: &str) -> String {
    let plain = without_marks(text).flat_map(char::to_uppercase);
    let plain: String = plain.map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The same without blanks: `Nouveau-Brunswick`, `N.-B.` and `NB` are one word each.
pub(super) fn compact(text: &str) -> String {
    folded(text).replace(' ', "")
}

/// Whether there is nothing in it to print: blanks, and marks that say nothing where they stand alone.
pub(super) fn is_blank(text: &str) -> bool {
    let says_nothing = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '.' | ','
                    | ';'
                    | ':'
                    | '!'
                    | '-'
                    | '\''
                    | '"'
                    | '/'
                    | '('
                    | ')'
                    | '['
                    | ']'
                    | '*'
                    | '_'
                    | '='
                    | '~'
                    | '·'
                    | '•'
                    | '…'
            )
            || matches!(c, '\u{2010}'..='\u{201f}' | '\u{2212}' | '\u{ab}' | '\u{bb}')
    };
    text.chars().all(says_nothing)
}

/// The characters of a printed line that no address may have.
pub(super) fn forbidden(line: &str, abroad: bool) -> Vec<char> {
    let allowed = |c: char| {
        c.is_alphanumeric()
            || is_combining_mark(c)
            || matches!(c, ' ' | '-' | '\'' | '/' | '&' | '.' | '!' | '(' | ')')
            || abroad && matches!(c, '°' | 'ª' | '·' | '#' | '+')
    };
    let mut found: Vec<char> = line.chars().filter(|c| !allowed(*c)).collect();
    found.dedup();
    found
}

fn tidy(text: &str, points: bool) -> String {
    let text: String = with_plain_signs(text).chars().flat_map(char::to_uppercase).collect();
    let text = without_commas(&with_unit_hyphen(&text));
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        words.extend(without_points(word, points).split_whitespace().map(str::to_owned));
    }
    // Only the point of a word before another one is part of a name.
    if let Some(last) = words.last_mut() {
        last.truncate(last.trim_end_matches('.').len());
    }
    let words = initials_joined(hyphens_joined(&slashes_joined(&words)));
    let mut line = String::new();
    for word in &words {
        match word.as_str() {
            // HA ! HA !, as French spaces it. Where it ends no word, it says nothing.
            "!" if line.is_empty() || line.ends_with('!') => continue,
            "!" => {}
            word if is_blank(word) && word != "&" => continue,
            _ if line.is_empty() => {}
            _ => line.push(' '),
        }
        line.push_str(word);
    }
    line
}

/// `1 / 2` is one fraction.
fn slashes_joined(words: &[String]) -> Vec<String> {
    let mut joined: Vec<String> = Vec::new();
    let mut open = false;
    for word in words {
        match joined.last_mut() {
            Some(last) if word == "/" && !open => last.push('/'),
            Some(last) if open => last.push_str(word),
            _ => joined.push(word.clone()),
        }
        open = word == "/" && !joined.is_empty();
    }
    joined
}

/// The text with each character as an address has it. A raised letter is one of the line behind a number (`1ʳᵉ AVENUE`); within a word it
/// is a letter of its own (`šxʷməθkʷəy̓əmasəm`), and stays.
fn with_plain_signs(text: &str) -> String {
    let (mut plain_text, mut numbered) = (String::with_capacity(text.len()), false);
    for c in text.nfc() {
        let raised = c.general_category() == GeneralCategory::ModifierLetter && c != '\u{2bc}';
        match raised && !numbered {
            true => plain_text.push(c),
            false => plain_text.extend(plain(c)),
        }
        numbered = c.is_numeric() || raised && numbered;
    }
    plain_text
}

/// A character as an address has it: one apostrophe, one hyphen, no quotation mark, figures of one width.
fn plain(c: char) -> Vec<char> {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{2bc}' | '`' | '\u{b4}' | '\u{2032}' => vec!['\''],
        '\u{2010}'..='\u{2015}' | '\u{2212}' => vec!['-'],
        '"' | '\u{201c}'..='\u{201f}' | '\u{ab}' | '\u{bb}' => vec![' '],
        '\u{2044}' => vec!['/'],
        '\u{bd}' => " 1/2".chars().collect(),
        '\u{bc}' => " 1/4".chars().collect(),
        '\u{be}' => " 3/4".chars().collect(),
        '\u{2116}' => " N°".chars().collect(),
        '\u{ba}' => vec!['°'],
        c if c.is_whitespace() => vec![' '],
        // Raised and wide letters and digits: 1ʳᵉ AVENUE.
        c if c.is_alphanumeric() && !c.is_ascii() && c != '\u{aa}' => {
            let meant: Vec<char> = std::iter::once(c).nfkc().collect();
            if meant.iter().all(char::is_ascii_alphanumeric) { meant } else { vec![c] }
        }
        c => vec![c],
    }
}

/// `10, 123 MAIN ST` is a unit and a civic number. `8010, 40 AVE` and `225, 25E AVENUE` are a number and a street.
fn with_unit_hyphen(text: &str) -> String {
    let Some((unit, rest)) = text.split_once(',') else { return text.to_owned() };
    let unit = unit.trim();
    let words: Vec<&str> = rest.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let street = words.get(1).is_some_and(|word| {
        word.starts_with(char::is_alphabetic) && !STREET_TYPES.contains(&word.trim_end_matches('.'))
    });
    let apart = rest.starts_with(char::is_whitespace);
    match words.first() {
        Some(civic) if apart && street && is_civic_number(unit) && unit.len() < 5 && is_civic_number(civic) => {
            format!("{unit}-{}", rest.trim_start())
        }
        _ => text.to_owned(),
    }
}

/// Commas, colons and semicolons end words. One that stands within figures may be part of a number, and is left to be asked about.
fn without_commas(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let digit = |at: Option<usize>| at.and_then(|at| characters.get(at)).is_some_and(char::is_ascii_digit);
    let shown = characters.iter().enumerate().map(|(at, c)| match c {
        ',' if digit(at.checked_sub(1)) && digit(Some(at + 1)) => ',',
        ',' | ';' | ':' => ' ',
        c => *c,
    });
    shown.collect()
}

/// A word without the points that are none of a number. Initials stay together (`P.O.`, `N.-D.`), words part (`ST.W`); with `keep`, the
/// point of an abbreviation of two or three letters stays.
fn without_points(word: &str, keep: bool) -> String {
    let mut shown = String::new();
    let mut before = "";
    let last = word.matches('.').count();
    for (place, piece) in word.split('.').enumerate() {
        if place > 0 {
            let number =
                before.ends_with(|c: char| c.is_ascii_digit()) && piece.starts_with(|c: char| c.is_ascii_digit());
            let one = |piece: &str| {
                piece.trim_start_matches('-').chars().count() == 1 && !piece.starts_with(char::is_numeric)
            };
            let abbreviation = (2..=3).contains(&before.chars().count()) && before.chars().all(char::is_alphabetic);
            if number {
                shown.push('.');
            } else if keep && abbreviation {
                shown.push_str(if piece.is_empty() || piece.starts_with('-') { "." } else { ". " });
            } else if piece.is_empty() && place == last || piece.starts_with('-') || one(before) && one(piece) {
            } else {
                shown.push(' ');
            }
        }
        shown.push_str(piece);
        before = piece;
    }
    shown
}

/// Hyphens that stand free: `10 - 123 MAIN ST` has a unit; one that stands free on one side alone belongs to a name; others set
/// something apart. `123-1/2` is a number and a fraction.
fn hyphens_joined(words: &[String]) -> Vec<String> {
    let mut joined: Vec<String> = Vec::new();
    // Whether the hyphen before the next word touches one of its neighbours.
    let mut hyphen: Option<bool> = None;
    let letters = |text: &str| text.chars().all(|c| c.is_alphabetic() || c == '-' || c == '\'');
    for word in words {
        let bare = word.trim_matches('-');
        if bare.is_empty() {
            hyphen = hyphen.or(Some(false));
            continue;
        }
        hyphen = if word.starts_with('-') { Some(true) } else { hyphen };
        let first = joined.len() == 1;
        match (hyphen.take(), joined.last_mut()) {
            (Some(_), Some(unit))
                if first && is_unit_number(unit) && bare.starts_with(|c: char| c.is_ascii_digit()) =>
            {
                unit.push('-');
                unit.push_str(bare);
            }
            (Some(true), Some(name)) if letters(name) && letters(bare) => {
                name.push('-');
                name.push_str(bare);
            }
            _ => match bare.split_once('-') {
                Some((number, fraction)) if matches!(fraction, "1/2" | "1/4" | "3/4") => {
                    joined.extend([number.to_owned(), fraction.to_owned()]);
                }
                _ => joined.push(bare.to_owned()),
            },
        }
        hyphen = word.ends_with('-').then_some(true);
    }
    joined
}

/// The initials that name how mail is delivered, however they are set apart: `P O BOX 12`, `C P 12`, `R R 2`, `G D`.
fn initials_joined(words: Vec<String>) -> Vec<String> {
    let number = |word: Option<&String>| word.is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    let mut joined: Vec<String> = Vec::new();
    let mut rest = words.as_slice();
    while let [first, after @ ..] = rest {
        let second = after.first().map(String::as_str).unwrap_or_default();
        let third = after.get(1);
        let is_pair = match (first.as_str(), second) {
            ("P", "O") => third.is_some_and(|word| matches!(word.as_str(), "BOX" | "DRAWER")),
            ("C" | "B", "P") | ("R", "R") => number(third),
            ("G", "D") => joined.is_empty(),
            _ => false,
        };
        if is_pair {
            joined.push(format!("{first}{second}"));
            rest = &after[1..];
        } else {
            joined.push(first.clone());
            rest = after;
        }
    }
    joined
}
