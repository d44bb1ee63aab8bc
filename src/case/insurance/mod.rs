//! Social Insurance Numbers in a text: found however they are written, and masked wherever a text is kept or shown.
//!
//! Nine digits that pass the check (Luhn) are one: in a row, glued to letters, at the start of a longer number (the form of IPC of
//! Ontario, PC-040077: a number of thirteen digits on a stub), in threes with whatever between them, or in any groups that blanks or
//! strokes hold together. In the middle or at the end of a longer number they are not looked for: each such place would take one
//! number in ten for one. Facts of another kind are none: telephone numbers, amounts, days, hashes, and references such as
//! `OW-2026-00417`, whose digits stand in groups behind letters; and what `other.rs` tells.

mod other;

use std::ops::Range;

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use super::address::is_zip_of_nine;
use super::luhn;

/// Digits of a number.
const DIGITS: usize = 9;
/// What stands for the digits that are not shown.
const HIDDEN: &str = " *** ***";

/// Whether a text has a Social Insurance Number.
pub fn holds(text: &str) -> bool {
    !numbers(text).is_empty()
}

/// The text with each number cut to its first three digits: `046 *** ***`.
pub fn masked(text: &str) -> String {
    let numbers = numbers(text);
    if numbers.is_empty() {
        return text.to_owned();
    }
    let characters: Vec<char> = text.chars().collect();
    let (mut shown, mut at) = (String::with_capacity(text.len()), 0);
    for number in numbers {
        shown.extend(&characters[at..number.start]);
        shown.extend(characters[number.clone()].iter().filter(|c| digit(**c).is_some()).take(3));
        shown.push_str(HIDDEN);
        at = number.end;
    }
    shown.extend(&characters[at..]);
    shown
}

/// A value with each number in its texts masked, and in its names; a JSON number that is one becomes a text.
pub fn masked_in(value: &Value) -> Value {
    match value {
        Value::String(text) => masked(text).into(),
        Value::Number(number) if holds(&number.to_string()) => masked(&number.to_string()).into(),
        Value::Array(list) => list.iter().map(masked_in).collect(),
        Value::Object(map) => map.iter().map(|(name, value)| (masked(name), masked_in(value))).collect(),
        other => other.clone(),
    }
}

/// A text of bytes with each number masked: JSON in its values, whatever their escapes, and anything else as it stands. What holds
/// no number comes back as it came.
pub fn masked_bytes(bytes: &[u8]) -> Vec<u8> {
    if let Ok(value) = serde_json::from_slice::<Value>(bytes) {
        let masked = masked_in(&value);
        return if masked == value { masked_text(bytes) } else { masked.to_string().into_bytes() };
    }
    masked_text(bytes)
}

/// Bytes as characters of their own, so that whatever is no UTF-8 stays what it is.
fn masked_text(bytes: &[u8]) -> Vec<u8> {
    match std::str::from_utf8(bytes) {
        Ok(text) => masked(text).into_bytes(),
        Err(_) => {
            masked(&bytes.iter().map(|byte| char::from(*byte)).collect::<String>()).chars().map(|c| c as u8).collect()
        }
    }
}

/// Whether a number was masked in a text, so that it is not what was once written.
pub fn was_masked(text: &str) -> bool {
    text.match_indices(HIDDEN)
        .any(|(at, _)| text[..at].chars().rev().take(3).filter(|c| digit(*c).is_some()).count() == 3)
}

/// The places of the numbers in a text, counted in characters.
fn numbers(text: &str) -> Vec<Range<usize>> {
    // Most texts have no number at all.
    if text.chars().filter(|c| c.is_numeric()).take(DIGITS).count() < DIGITS {
        return Vec::new();
    }
    let mut plain: Vec<char> = text.chars().map(|c| digit(c).unwrap_or(c)).collect();
    blank_words(&mut plain);
    blank_amounts(&mut plain);
    let mut groups = groups(&plain);
    other::mark(&mut groups, &plain);
    let (mut found, mut at) = (Vec::new(), 0);
    while at < groups.len() {
        match number_at(&groups, at) {
            Some(count) => {
                found.push(groups[at].place.start..groups[at + count - 1].place.end);
                at += count;
            }
            None => at += 1,
        }
    }
    found
}

/// How many groups make the number that begins with this one.
fn number_at(groups: &[Group], at: usize) -> Option<usize> {
    let first = &groups[at];
    if first.digits.len() >= DIGITS {
        return (!first.is_other && !is_telephone(&first.digits) && passes_check(&first.digits[..DIGITS])).then_some(1);
    }
    let close = |group: &Group| group.gap != Gap::Apart;
    if let [one, two, three, ..] = &groups[at..]
        && [one, two].iter().all(|group| group.digits.len() == 3)
        && close(two)
        && close(three)
    {
        let digits = [one, two, three].map(|group| group.digits.as_str()).concat();
        // Three times three in whatever form; at the start of a longer number only where nothing but one sign is between.
        let whole = three.digits.len() == 3;
        let longer = digits.len() > DIGITS && [two, three].iter().all(|group| group.gap == Gap::Narrow);
        if !first.is_other && (whole || longer && !is_telephone(&digits)) && passes_check(&digits[..DIGITS]) {
            return Some(3);
        }
    }
    let mut digits = String::new();
    for (count, group) in groups[at..].iter().enumerate() {
        if (count > 0 && group.gap != Gap::Narrow) || !group.is_alone || part_of_telephone(groups, at + count) {
            return None;
        }
        digits.push_str(&group.digits);
        if digits.len() >= DIGITS {
            return (digits.len() == DIGITS && passes_check(&digits)).then_some(count + 1);
        }
    }
    None
}

/// A group of digits in a row.
struct Group {
    digits: String,
    place: Range<usize>,
    /// How far it stands from the one before.
    gap: Gap,
    /// Whether it stands in no word, amount or reference.
    is_alone: bool,
    /// Whether it is of another kind in whatever form, such as what stands behind the sign of dollars.
    is_other: bool,
}

/// What stands between two groups of digits.
#[derive(Clone, Copy, PartialEq)]
enum Gap {
    /// One blank, dash, point, stroke or low line.
    Narrow,
    /// Several of those, or of commas, colons, parentheses and the like.
    Wide,
    /// Something else.
    Apart,
}

/// The longest gap within a number.
const WIDEST: usize = 8;

fn gap(between: &[char]) -> Gap {
    let narrow =
        |c: &char| c.is_whitespace() || matches!(c, '-' | '.' | '/' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}');
    let wide = |c: &char| {
        narrow(c) || matches!(c, ',' | ':' | ';' | '(' | ')' | '\\' | '|' | '*' | '~' | '·' | '•' | '’' | '\'')
    };
    match between {
        [one] if narrow(one) => Gap::Narrow,
        some if (1..=WIDEST).contains(&some.len()) && some.iter().all(wide) => Gap::Wide,
        _ => Gap::Apart,
    }
}

fn groups(text: &[char]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        if !text[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let end = at + text[at..].iter().take_while(|c| c.is_ascii_digit()).count();
        let before = at.checked_sub(1).map(|place| text[place]);
        let referred =
            before == Some('-') && at >= 3 && text[at - 2].is_alphabetic() && !names_the_number(&text[..at - 1]);
        let letter = |place: Option<char>| place.is_some_and(char::is_alphabetic);
        let is_other = before == Some('$');
        groups.push(Group {
            gap: groups.last().map_or(Gap::Apart, |last| gap(&text[last.place.end..at])),
            is_alone: !letter(before) && !letter(text.get(end).copied()) && !referred && !is_other,
            digits: text[at..end].iter().collect(),
            place: at..end,
            is_other,
        });
        at = end;
    }
    groups
}

/// Whether the text ends with the name of the number itself.
fn names_the_number(text: &[char]) -> bool {
    let last: String = text[text.len().saturating_sub(3)..].iter().collect();
    last == "SIN" || last == "NAS"
}

/// Whether digits in a row are a North American telephone number, with its leading 1 or without: neither its area code nor its
/// exchange begins with 0 or 1.
fn is_telephone(digits: &str) -> bool {
    let local = digits.strip_prefix('1').filter(|rest| rest.len() == 10).unwrap_or(digits).as_bytes();
    local.len() == 10 && [0, 3].iter().all(|place| local[*place] >= b'2')
}

/// Whether a group is one of the three of a telephone number, such as `416-555-0142`.
fn part_of_telephone(groups: &[Group], at: usize) -> bool {
    (at.saturating_sub(2)..=at).any(|first| match groups.get(first..first + 3) {
        Some([area, exchange, line]) => {
            [area, exchange, line].map(|group| group.digits.len()) == [3, 3, 4]
                && [exchange, line].iter().all(|group| group.gap != Gap::Apart)
                && is_telephone(&[area, exchange, line].map(|group| group.digits.as_str()).concat())
        }
        _ => false,
    })
}

/// Takes out what is no number of anybody: days such as `2026-11-17`, hashes and identifiers in hexadecimal digits, and ZIP codes of
/// nine digits behind their state.
fn blank_words(text: &mut [char]) {
    let in_word = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let (mut at, mut before) = (0, String::new());
    while at < text.len() {
        let end = at + text[at..].iter().take_while(|c| in_word(**c)).count();
        let word: String = text[at..end].iter().collect();
        let hexadecimal = word.len() >= 24
            && word.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
            && word.bytes().any(|byte| byte.is_ascii_lowercase());
        let zip = is_zip_of_nine(&word) && before.len() == 2 && before.bytes().all(|byte| byte.is_ascii_uppercase());
        if hexadecimal || zip || (word.len() == 10 && word.parse::<chrono::NaiveDate>().is_ok()) {
            text[at..end].fill('\0');
        }
        at = end + 1;
        if !word.is_empty() {
            before = word;
        }
    }
}

/// Takes French amounts out, such as `14 962,30 $`: behind a year in the cell before, one has nine digits in a row. English ones
/// begin with their sign, which ends what stands before.
fn blank_amounts(text: &mut [char]) {
    let digit = |text: &[char], at: usize| text.get(at).is_some_and(char::is_ascii_digit);
    for sign in (5..text.len()).filter(|at| text[*at] == '$').collect::<Vec<_>>() {
        let cents = sign - if text[sign - 1] == '\u{a0}' { 3 } else { 2 };
        if !(digit(text, cents) && digit(text, cents + 1) && text[cents - 1] == ',') {
            continue;
        }
        // Dollars in threes, each three behind a no-break space, the first of one to three digits.
        let mut at = cents - 1;
        loop {
            let three = at >= 3 && (at - 3..at).all(|place| digit(text, place));
            let grouped = three && at >= 5 && text[at - 4] == '\u{a0}' && digit(text, at - 5);
            at = match grouped {
                true => at - 4,
                false => at - (1..=3).take_while(|back| at >= *back && digit(text, at - back)).count(),
            };
            if !grouped {
                break;
            }
        }
        text[at..sign].fill('\0');
    }
}

/// A digit of any script or form as that of ASCII.
fn digit(c: char) -> Option<char> {
    if c.is_ascii() || !c.is_numeric() {
        return c.is_ascii_digit().then_some(c);
    }
    let mut folded = [c].into_iter().nfkc();
    if let (Some(one), None) = (folded.next(), folded.next())
        && one.is_ascii_digit()
    {
        return Some(one);
    }
    // The ten digits of a script follow each other.
    let is_digit = |c: char| c.general_category() == GeneralCategory::DecimalNumber;
    let before = |steps: u32| char::from_u32(u32::from(c) - steps).is_some_and(is_digit);
    let value = is_digit(c).then(|| (1..10).take_while(|steps| before(*steps)).count())?;
    char::from_digit(value as u32, 10)
}

/// The check of a Social Insurance Number.
fn passes_check(digits: &str) -> bool {
    luhn::sum(digits).is_multiple_of(10)
}
