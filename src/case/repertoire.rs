//! The characters that can be printed.

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::char::is_combining_mark;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use super::fault::Fault;

/// The characters that the letters' fonts have, each with its width in em.
///
/// Under PDF/A and PDF/UA a character that no font has is an error, so values are checked against this before they are
/// set; and a character without a shape of its own (a control, an invisible mark, a direction switch) is refused, because
/// it would vanish from the page.
#[derive(Debug, Clone, Default)]
pub struct Repertoire {
    widths: BTreeMap<char, f64>,
    /// What each font has, in the order in which letters with marks are set (`with-marks` in letter.typ).
    fonts: Vec<BTreeSet<char>>,
}

impl Repertoire {
    /// The repertoire of some fonts' characters with their widths in em.
    pub fn new(fonts: Vec<BTreeMap<char, f64>>) -> Repertoire {
        let mut widths = BTreeMap::new();
        for (c, width) in fonts.iter().flatten() {
            let widest: &mut f64 = widths.entry(*c).or_insert(*width);
            *widest = width.max(*widest);
        }
        Repertoire { widths, fonts: fonts.into_iter().map(|font| font.into_keys().collect()).collect() }
    }

    /// Whether the character prints as a visible shape or a plain space.
    pub fn prints(&self, c: char) -> bool {
        let visible = match c.general_category_group() {
            GeneralCategoryGroup::Separator => c == ' ' || c == '\u{a0}',
            GeneralCategoryGroup::Other => false,
            _ => true,
        };
        visible && !is_invisible(c) && self.widths.contains_key(&c)
    }

    /// The width of a line of text in em, without kerning; a character that no font has counts one em.
    pub fn width_em(&self, text: &str) -> f64 {
        text.chars().map(|c| self.widths.get(&c).copied().unwrap_or(1.0)).sum()
    }

    /// One fault for each character of the text that cannot be printed, named with its code point and the words around it.
    pub fn faults(&self, text: &str, place: &str) -> Vec<Fault> {
        let mut missing: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, c) in text.char_indices().filter(|(_, c)| !self.prints(*c)) {
            missing.entry(&text[at..at + c.len_utf8()]).or_insert(at);
        }
        missing.into_iter().map(|(sign, at)| unprintable(sign, &around(text, at, sign), place)).collect()
    }

    /// One fault for each letter whose marks cannot stand on it, though each of its characters can be printed.
    pub fn parted(&self, text: &str, place: &str) -> Vec<Fault> {
        if text.is_ascii() || !text.chars().all(|c| self.prints(c)) {
            return Vec::new();
        }
        let apart: BTreeMap<&str, usize> = letters(text)
            .filter(|(_, letter)| !self.prints_together(letter))
            .map(|(at, letter)| (letter, at))
            .collect();
        apart.into_iter().map(|(letter, at)| unprintable(letter, &around(text, at, letter), place)).collect()
    }

    /// Whether the first font that has a part of a letter and its marks has all of it: typst sets it in that.
    fn prints_together(&self, letter: &str) -> bool {
        let first = self.fonts.iter().find(|font| letter.chars().any(|c| font.contains(&c)));
        first.is_some_and(|font| letter.chars().all(|c| font.contains(&c)))
    }
}

/// The letters of a text that have marks besides their own code point, with their places.
fn letters(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let marked = |(at, c): &(usize, char)| {
        let behind = text[at + c.len_utf8()..].chars().next();
        !is_combining_mark(*c) && behind.is_some_and(is_combining_mark)
    };
    text.char_indices().filter(marked).map(|(at, c)| {
        let from = at + c.len_utf8();
        let marks: usize = text[from..].chars().take_while(|c| is_combining_mark(*c)).map(char::len_utf8).sum();
        (at, &text[at..from + marks])
    })
}

/// Characters shown on each side of one that cannot be printed.
const AROUND: usize = 16;

/// The words around a sign, which stands as its code point where nothing of it is seen.
fn around(text: &str, at: usize, sign: &str) -> String {
    let behind = &text[at + sign.len()..];
    let (before, after) = (text[..at].chars().rev().take(AROUND).collect::<Vec<_>>(), behind.chars().take(AROUND));
    let shown: String = before.into_iter().rev().chain("\u{fff9}".chars()).chain(after).collect();
    let plain = |c: char| if c == '\n' || c == '\t' { ' ' } else { c };
    let mark = if is_seen(sign) { sign.to_owned() } else { format!("[{}]", codes(sign)) };
    shown
        .chars()
        .map(plain)
        .filter(|c| *c == '\u{fff9}' || is_seen(&c.to_string()) || *c == ' ')
        .collect::<String>()
        .replace('\u{fff9}', &mark)
}

/// Whether something of a sign is seen where it is shown.
fn is_seen(sign: &str) -> bool {
    !sign.chars().all(|c| {
        c.general_category_group() == GeneralCategoryGroup::Other
            || c.general_category_group() == GeneralCategoryGroup::Separator
            || is_invisible(c)
    })
}

/// Its code points: `U+00AD`.
fn codes(sign: &str) -> String {
    sign.chars().map(|c| format!("U+{:04X}", u32::from(c))).collect::<Vec<_>>().join(" ")
}

/// Marks and letters that have no shape of their own (Unicode's default ignorable code points outside the categories that are
/// refused anyway), and the sign that stands for what could not be read.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{fffd}' | '\u{e0100}'..='\u{e01ef}')
}

/// What people call a sign of which nothing is seen.
fn name(sign: &str) -> Option<(&'static str, &'static str)> {
    Some(match sign.chars().next()? {
        '\u{ad}' => ("A soft hyphen", "Un trait d’union conditionnel"),
        '\u{200b}' => ("A zero-width space", "Une espace sans chasse"),
        '\u{200c}' | '\u{200d}' | '\u{2060}' => ("An invisible joiner", "Un liant invisible"),
        '\u{feff}' => ("A byte order mark", "Un indicateur d’ordre des octets"),
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            ("A sign that turns the direction of writing", "Un signe qui change le sens de l’écriture")
        }
        '\u{2028}' | '\u{2029}' => ("A line or paragraph separator", "Un séparateur de lignes ou de paragraphes"),
        '\t' => ("A tab", "Une tabulation"),
        _ => return None,
    })
}

fn unprintable(sign: &str, around: &str, place: &str) -> Fault {
    let code = codes(sign);
    let shown = if is_seen(sign) { format!("“{sign}” ") } else { String::new() };
    let shown_fr = if is_seen(sign) { format!("« {sign} » ") } else { String::new() };
    let (name_en, name_fr) = name(sign).unwrap_or(("The character", "Le caractère"));
    Fault::new(
        "character-not-printable",
        place,
        format!(
            "{name_en} {shown}({code}) in “{around}” cannot be printed with the letters' fonts. Write the text without it."
        ),
        format!(
            "{name_fr} {shown_fr}({code}) dans « {around} » ne peut pas être imprimé avec les polices des lettres. Écrivez le texte sans ce signe."
        ),
    )
}
