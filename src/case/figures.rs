//! The figures in a text: amounts, dates, months, percentages and other words with digits, whatever the language.
//!
//! What a rendered page says in figures is read back with this, to be compared with the facts, and with the other language.

use std::sync::OnceLock;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::Value;

use super::format::Formats;
use super::language::Language;
use super::money;
use super::phone::Phone;

/// A figure, the same in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Figure {
    /// Dollars, without their sign.
    Amount(Decimal),
    /// A day.
    Date(NaiveDate),
    /// A year and a month.
    Month(i32, u32),
    /// Per cent.
    Percent(Decimal),
    /// A time of day: hour of 24 and minute.
    Time(u32, u32),
    /// Any other word with a digit in it, in capitals: a number, a reference, a part of a postal code.
    Word(String),
}

impl std::fmt::Display for Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Figure::Amount(amount) => write!(f, "${amount}"),
            Figure::Date(date) => write!(f, "{date}"),
            Figure::Month(year, month) => write!(f, "{year}-{month:02}"),
            Figure::Percent(percent) => write!(f, "{percent} %"),
            Figure::Time(hour, minute) => write!(f, "{hour}:{minute:02}"),
            Figure::Word(word) => f.write_str(word),
        }
    }
}

/// All figures of a text, in order.
///
/// A no-break space holds a figure together and any other blank ends it, so that figures of neighbouring cells are not joined.
pub fn figures(text: &str) -> Vec<Figure> {
    let characters: Vec<char> = text.chars().collect();
    let mut reader = Reader { text: &characters, at: 0 };
    let mut found = Vec::new();
    while reader.at < characters.len() {
        found.extend(reader.next());
    }
    found
}

/// All figures of a JSON value: amounts and dates as events write them, and what stands in its texts.
pub fn figures_of(value: &Value, found: &mut Vec<Figure>) {
    match value {
        Value::String(text) => match text.strip_prefix('-').unwrap_or(text) {
            plain if money::parse(plain).is_some() => {
                found.extend(money::parse(plain).map(Figure::Amount));
                found.extend(plain.parse().map(Figure::Percent));
            }
            plain => {
                found.extend(figures(text));
                if let Some(phone) = Phone::read(text) {
                    found.extend(Language::BOTH.iter().flat_map(|language| figures(&phone.written(*language))));
                }
                found.extend(plain.parse().map(Figure::Percent));
            }
        },
        Value::Number(number) => {
            found.extend(figures(&number.to_string()));
            found.extend(number.to_string().parse().map(Figure::Percent));
            found.extend(
                Language::BOTH
                    .iter()
                    .flat_map(|one| figures(&Formats::of(*one).number(&number.to_string()).unwrap_or_default())),
            );
        }
        Value::Array(list) => list.iter().for_each(|value| figures_of(value, found)),
        Value::Object(map) => map.values().for_each(|value| figures_of(value, found)),
        _ => {}
    }
}

const NBSP: char = '\u{a0}';

struct Reader<'t> {
    text: &'t [char],
    at: usize,
}

impl Reader<'_> {
    /// The figure that begins here, or nothing; goes on behind what it has read.
    fn next(&mut self) -> Option<Figure> {
        let first = self.text[self.at];
        if !first.is_alphanumeric() && first != '$' {
            self.at += 1;
            return None;
        }
        let readers =
            [Reader::english_amount, Reader::french_amount, Reader::date, Reader::month, Reader::percent, Reader::time];
        let found = readers.into_iter().find_map(|read| read(self, self.at));
        if let Some((figure, end)) = found {
            self.at = end;
            return Some(figure);
        }
        if first == '$' {
            self.at += 1;
            return None;
        }
        let (word, end) = self.word(self.at);
        self.at = end;
        word.chars().any(|c| c.is_ascii_digit()).then(|| Figure::Word(word.to_uppercase()))
    }

    fn get(&self, at: usize) -> Option<char> {
        self.text.get(at).copied()
    }

    /// The word of letters and digits that begins at a place, and where it ends.
    fn word(&self, at: usize) -> (String, usize) {
        let word: String = self.text[at..].iter().take_while(|c| c.is_alphanumeric()).collect();
        let end = at + word.chars().count();
        (word, end)
    }

    /// The digits at a place, where nothing but digits stands in their word.
    fn digits(&self, at: usize) -> Option<(String, usize)> {
        let digits: String = self.text.get(at..)?.iter().take_while(|c| c.is_ascii_digit()).collect();
        let end = at + digits.len();
        (!digits.is_empty()).then_some((digits, end))
    }

    /// Whether a word ends at a place.
    fn ends(&self, at: usize) -> bool {
        !self.get(at).is_some_and(char::is_alphanumeric)
    }

    fn is_blank(&self, at: usize) -> bool {
        matches!(self.get(at), Some(' ' | NBSP))
    }

    /// `$1,234.56`
    fn english_amount(&self, at: usize) -> Option<(Figure, usize)> {
        if self.get(at) != Some('$') {
            return None;
        }
        let (mut plain, mut end) = self.digits(at + 1)?;
        while self.get(end) == Some(',') {
            let Some((group, next)) = self.digits(end + 1).filter(|(group, _)| group.len() == 3) else { break };
            plain.push_str(&group);
            end = next;
        }
        if let Some((cents, next)) = (self.get(end) == Some('.')).then(|| self.digits(end + 1)).flatten() {
            plain = format!("{plain}.{cents}");
            end = next;
        }
        Some((Figure::Amount(plain.parse().ok()?), end))
    }

    /// `1 234,56 $`, held together by no-break spaces.
    fn french_amount(&self, at: usize) -> Option<(Figure, usize)> {
        let (mut plain, mut end) = self.digits(at)?;
        while self.get(end) == Some(NBSP) {
            let Some((group, next)) = self.digits(end + 1).filter(|(group, _)| group.len() == 3) else { break };
            plain.push_str(&group);
            end = next;
        }
        if let Some((cents, next)) = (self.get(end) == Some(',')).then(|| self.digits(end + 1)).flatten() {
            plain = format!("{plain}.{cents}");
            end = next;
        }
        let sign = self.get(end) == Some(NBSP) && self.get(end + 1) == Some('$');
        sign.then_some(())?;
        Some((Figure::Amount(plain.parse().ok()?), end + 2))
    }

    /// `November 17, 2026`, `17 novembre 2026`, `1er décembre 2026` or `2026-11-17`.
    fn date(&self, at: usize) -> Option<(Figure, usize)> {
        let (word, end) = self.word(at);
        let (year, month, day, end) = if let Some(month) = month_of(&word) {
            let (day, end) = self.is_blank(end).then(|| self.digits(end + 1)).flatten()?;
            let comma = self.get(end) == Some(',') && self.is_blank(end + 1);
            let (year, end) = comma.then(|| self.digits(end + 2)).flatten()?;
            (year, month, day, end)
        } else if self.get(end) == Some('-') {
            let (month, end) = self.digits(end + 1)?;
            let (day, end) = (self.get(end) == Some('-')).then(|| self.digits(end + 1)).flatten()?;
            (word, month.parse().ok()?, day, end)
        } else {
            let day = word.strip_suffix("er").unwrap_or(&word).to_owned();
            let (name, end) = self.is_blank(end).then(|| self.word(end + 1))?;
            let month = month_of(&name)?;
            let (year, end) = self.is_blank(end).then(|| self.digits(end + 1)).flatten()?;
            (year, month, day, end)
        };
        let whole = self.ends(end) && year.len() == 4;
        let date = NaiveDate::from_ymd_opt(year.parse().ok()?, month, day.parse().ok()?);
        Some((Figure::Date(date.filter(|_| whole)?), end))
    }

    /// `March 2025`, `mars 2025` or `2025-03`.
    fn month(&self, at: usize) -> Option<(Figure, usize)> {
        let (word, end) = self.word(at);
        let (year, month, end) = match month_of(&word) {
            Some(month) => {
                let (year, end) = self.is_blank(end).then(|| self.digits(end + 1)).flatten()?;
                (year, month, end)
            }
            None => {
                let (month, end) = (self.get(end) == Some('-')).then(|| self.digits(end + 1)).flatten()?;
                (word, month.parse().ok().filter(|_| month.len() == 2)?, end)
            }
        };
        let whole = self.ends(end) && self.get(end) != Some('-') && year.len() == 4 && (1..=12).contains(&month);
        whole.then_some(())?;
        Some((Figure::Month(year.parse().ok()?, month), end))
    }

    /// `4:30 p.m.`, `4 p.m.`, `16 h 30` or `16 h`.
    fn time(&self, at: usize) -> Option<(Figure, usize)> {
        let (hour, end) = self.digits(at)?;
        let hour: u32 = hour.parse().ok()?;
        let minute = (self.get(end) == Some(':')).then(|| self.digits(end + 1)).flatten();
        let half = |end: usize| self.text.get(end + 1..end + 5).map(|half| half.iter().collect::<String>());
        let is_english = |end| half(end).is_some_and(|half| half == "a.m." || half == "p.m.");
        if minute.is_some() || is_english(end) {
            let (minute, end) = minute.unwrap_or(("00".to_owned(), end));
            let half = half(end)?;
            let hour = match (half.as_str(), hour) {
                ("a.m.", 12) => 0,
                ("p.m.", 1..=11) => hour + 12,
                ("a.m." | "p.m.", _) => hour,
                _ => return None,
            };
            return Some((Figure::Time(hour, minute.parse().ok()?), end + 5));
        }
        let sign = self.is_blank(end) && self.get(end + 1) == Some('h') && self.ends(end + 2);
        sign.then_some(())?;
        let minute = self.is_blank(end + 2).then(|| self.digits(end + 3)).flatten();
        let (minute, end) = minute.map_or((0, end + 2), |(minute, end)| (minute.parse().unwrap_or_default(), end));
        Some((Figure::Time(hour, minute), end))
    }

    /// `5.25%` or `5,25 %`.
    fn percent(&self, at: usize) -> Option<(Figure, usize)> {
        let (mut plain, mut end) = self.digits(at)?;
        if let Some((part, next)) = matches!(self.get(end), Some('.' | ',')).then(|| self.digits(end + 1)).flatten() {
            plain = format!("{plain}.{part}");
            end = next;
        }
        let end = if self.get(end) == Some(NBSP) { end + 1 } else { end };
        (self.get(end) == Some('%')).then_some(())?;
        Some((Figure::Percent(plain.parse().ok()?), end + 1))
    }
}

/// The number of a month's name in either language.
fn month_of(word: &str) -> Option<u32> {
    static NAMES: OnceLock<Vec<(String, u32)>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let name = |language, month| {
            let written = Formats::of(language).month(&format!("2025-{month:02}")).unwrap_or_default();
            (written.split([' ', NBSP]).next().unwrap_or_default().to_owned(), month)
        };
        Language::BOTH.into_iter().flat_map(|language| (1..=12).map(move |month| name(language, month))).collect()
    });
    names.iter().find(|(name, _)| name == word).map(|(_, month)| *month)
}
