//! Days and months as people write them in cells. 03/04/2026 is read by what its column shows, or asked about.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use strum::VariantArray;

use super::heading::folded;

/// What a text says as a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayText {
    /// One day.
    One(NaiveDate),
    /// Three numbers, of which the year is known or not.
    Numbers(Numbers),
    /// None.
    None,
}

/// Three numbers that are a day in one order or another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers([u32; 3], bool);

/// The order of day, month and year.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::VariantArray,
)]
pub enum DayOrder {
    /// 31/12/2026.
    #[strum(serialize = "day-first")]
    Dmy,
    /// 12/31/2026.
    #[strum(serialize = "month-first")]
    Mdy,
    /// 26/12/31.
    #[strum(serialize = "year-first")]
    Ymd,
}

impl Numbers {
    /// The day, where there is but one in whatever order.
    pub fn only(self) -> Option<NaiveDate> {
        let days: BTreeSet<NaiveDate> = DayOrder::VARIANTS.iter().filter_map(|order| self.day(*order)).collect();
        days.first().copied().filter(|_| days.len() == 1)
    }

    /// The day in an order, if there is one.
    pub fn day(self, order: DayOrder) -> Option<NaiveDate> {
        let Numbers([one, two, three], long) = self;
        let year = |number: u32| if number < 100 { 2000 + number } else { number };
        let (year, month, day) = match order {
            DayOrder::Dmy => (year(three), two, one),
            DayOrder::Mdy => (year(three), one, two),
            DayOrder::Ymd if long => return None,
            DayOrder::Ymd => (year(one), two, three),
        };
        valid(i32::try_from(year).ok()?, month, day)
    }
}

/// Reads a day.
pub fn read(text: &str) -> DayText {
    let text = text.trim();
    let text = without_time(text);
    let digits_only = text.len() == 8 && text.bytes().all(|c| c.is_ascii_digit());
    if digits_only {
        let number = |from: usize, to: usize| text[from..to].parse::<u32>().unwrap_or_default();
        return valid(text[..4].parse().unwrap_or_default(), number(4, 6), number(6, 8))
            .map_or(DayText::None, DayText::One);
    }
    let tokens: Vec<String> = parted(text);
    let numbers: Vec<Option<u32>> = tokens.iter().map(|token| token.parse().ok()).collect();
    match numbers.as_slice() {
        [Some(year), Some(month), Some(day)] if tokens[0].len() == 4 => {
            valid(i32::try_from(*year).unwrap_or_default(), *month, *day).map_or(DayText::None, DayText::One)
        }
        [Some(one), Some(two), Some(three)]
            if matches!(tokens[2].len(), 2 | 4) && tokens[0].len() <= 2 && tokens[1].len() <= 2 =>
        {
            DayText::Numbers(Numbers([*one, *two, *three], tokens[2].len() == 4))
        }
        _ => named(&tokens).map_or(DayText::None, DayText::One),
    }
}

/// The text without a time of day behind it.
fn without_time(text: &str) -> &str {
    let at = text.find(['T', ' ']).filter(|at| {
        let behind = text[*at..].trim_start_matches(['T', ' ']);
        behind.len() >= 4
            && behind.contains(':')
            && behind.chars().all(|c| c.is_ascii_digit() || ":.Z+-apmAPM ".contains(c))
    });
    // "Nov 17, 2026 00:00" has its time behind the last blank.
    let last = text.rfind(' ').filter(|at| text[*at..].contains(':'));
    at.or(last).map_or(text, |at| text[..at].trim_end())
}

/// Words and numbers; "1er" is 1, "17th" is 17.
fn parted(text: &str) -> Vec<String> {
    let plain = folded(text);
    let mut tokens: Vec<String> = Vec::new();
    for token in plain.split(' ') {
        let digits = token.chars().take_while(char::is_ascii_digit).count();
        let (number, rest) = token.split_at(digits);
        match (number, rest) {
            ("", "") | ("", "le" | "the" | "of" | "de") => {}
            (number, "" | "er" | "st" | "nd" | "rd" | "th" | "e") if !number.is_empty() => {
                tokens.push(number.to_owned())
            }
            ("", word) => tokens.push(word.to_owned()),
            // 17nov2026
            (number, word) => {
                let letters = word.chars().take_while(|c| c.is_alphabetic()).count();
                let (word, year) = word.split_at(word.char_indices().nth(letters).map_or(word.len(), |(at, _)| at));
                tokens.extend([number, word, year].into_iter().filter(|part| !part.is_empty()).map(str::to_owned));
            }
        }
    }
    tokens
}

/// A day whose month has its name.
fn named(tokens: &[String]) -> Option<NaiveDate> {
    let tokens: Vec<&String> = tokens.iter().filter(|token| !is_weekday(token)).collect();
    let [one, two, three] = tokens.as_slice() else { return None };
    let number = |token: &str| token.parse::<u32>().ok();
    let year = |token: &str| match (token.len(), token.parse::<i32>().ok()?) {
        (4, year) => Some(year),
        (2, year) => Some(2000 + year),
        _ => None,
    };
    if let Some(month) = month_named(two) {
        return match one.len() {
            4 => valid(year(one)?, month, number(three)?),
            _ => valid(year(three)?, month, number(one)?),
        };
    }
    valid(year(three)?, month_named(one)?, number(two)?)
}

/// Reads a month: `2025-03`, `03/2025`, `mars 2025`, `March 2025`, or a day in it.
pub fn month(text: &str) -> Option<(i32, u32)> {
    let tokens = parted(text.trim());
    let [one, two] = tokens.as_slice() else {
        return match read(text) {
            DayText::One(day) => Some((day.year(), day.month())),
            _ => None,
        };
    };
    let number = |token: &str| token.parse::<u32>().ok();
    let (year, month) = match (number(one), number(two)) {
        (Some(year), Some(month)) if one.len() == 4 => (year, month),
        (Some(month), Some(year)) if two.len() == 4 => (year, month),
        (None, Some(year)) if two.len() == 4 => (year, month_named(one)?),
        (Some(year), None) if one.len() == 4 => (year, month_named(two)?),
        _ => return None,
    };
    valid(i32::try_from(year).ok()?, month, 1).map(|day| (day.year(), day.month()))
}

fn valid(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day).filter(|_| (1900..2200).contains(&year))
}

fn month_named(word: &str) -> Option<u32> {
    const MONTHS: [&[&str]; 12] = [
        &["january", "janvier", "jan", "janv"],
        &["february", "fevrier", "feb", "fev", "fevr"],
        &["march", "mars", "mar"],
        &["april", "avril", "apr", "avr"],
        &["may", "mai"],
        &["june", "juin", "jun"],
        &["july", "juillet", "jul", "juil"],
        &["august", "aout", "aug", "aou"],
        &["september", "septembre", "sep", "sept"],
        &["october", "octobre", "oct"],
        &["november", "novembre", "nov"],
        &["december", "decembre", "dec"],
    ];
    let place = MONTHS.iter().position(|names| names.contains(&word))?;
    u32::try_from(place + 1).ok()
}

fn is_weekday(word: &str) -> bool {
    const DAYS: &str = "monday tuesday wednesday thursday friday saturday sunday lundi mardi mercredi jeudi vendredi samedi dimanche \
        mon tue tues wed thu thur thurs fri sat sun lun mer jeu ven sam dim";
    DAYS.split_whitespace().any(|day| day == word)
}
