//! Reading an address from free lines, as they stand on an envelope or in a cell of a spreadsheet; or from one line with commas.
//!
//! What belongs together is never parted by guess: where the municipality cannot be told from the street, it is asked for.

use super::country::{self, Country};
use super::no_address::{is_name, says_no_address};
use super::postal_code::{canadian, resembles_canadian, zip};
use super::read::Parts;
use super::text::{compact, is_blank, line};
use super::words::{
    STREET_TYPES, UNITS, is_box_or_route, is_care_of, is_civic_number, is_delivery, is_numbered, is_unit_number,
};
use super::{faults, province};
use crate::case::Fault;

/// Where the name of the addressee is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    /// Told apart from the address.
    Apart,
    /// On the first line; a single line may be an address alone.
    Within,
}

/// Free lines as read: the name, and the parts of the address.
#[derive(Debug, Default)]
pub(super) struct Free {
    pub name: String,
    pub parts: Parts,
    pub faults: Vec<Fault>,
}

/// A line and its place among those that were told.
type Line = (usize, String);

/// The parts of an address that was told in lines.
pub(super) fn parts(told: &[String], name: Name) -> Free {
    let mut free = Free::default();
    let lines =
        told.iter().enumerate().flat_map(|(at, text)| text.lines().map(move |line| (at, line.trim().to_owned())));
    let all: Vec<Line> = lines.collect();
    let mut lines: Vec<Line> = all.iter().filter(|(_, text)| !is_blank(text)).cloned().collect();
    if lines.is_empty() {
        // A dash, where somebody has no address.
        free.parts.lines = all;
    }
    let single = lines.len() == 1;
    let country_line = take_country(&mut lines, &mut free.parts);
    let last = take_last(&mut lines, &mut free.parts, single);
    if name == Name::Within {
        free.take_name(&mut lines, single);
    }
    free.parts.lines.extend(lines);
    free.parts.told_in = Some((last, country_line.unwrap_or(last)));
    free
}

impl Free {
    /// Takes the name off the first line. A single line may have none.
    fn take_name(&mut self, lines: &mut Vec<Line>, single: bool) {
        let told = |at: usize| lines.get(at).map(|(_, text)| line(text)).unwrap_or_default();
        let (first, second) = (told(0), told(1));
        let is_street = first.split(' ').any(|word| STREET_TYPES.contains(&word));
        // 3M CANADA, above a street.
        let is_address = is_delivery(&first) && (is_street || !second.starts_with(|c: char| c.is_ascii_digit()));
        match lines.first() {
            None if single || self.parts.municipality.is_empty() => {}
            None => self.faults.push(faults::name_missing("/lines")),
            Some(_) if single && (is_address || says_no_address(&first)) => {}
            Some((at, _)) if is_address => self.faults.push(faults::name_missing(&format!("/lines/{at}"))),
            Some(_) => {
                let (at, name) = lines.remove(0);
                self.faults.extend((!is_name(&name)).then(|| faults::name_missing(&format!("/lines/{at}"))));
                self.name = name;
            }
        }
    }
}

/// Takes the country off the end: a line of its own, or what stands behind the last comma or the postal code.
fn take_country(lines: &mut Vec<Line>, parts: &mut Parts) -> Option<usize> {
    let (at, last) = lines.last()?.clone();
    let is_country = |text: &str| {
        let name = compact(text);
        country::is_canada(&name)
            && name.len() > 2
            && province::province(text).is_none()
            && without_canada(text) == text
            || name.len() > 3 && country::named(text).is_some()
            || matches!(name.as_str(), "USA" | "US" | "UK")
    };
    let unknown = |lines: &[Line]| {
        let code_before = lines.len() > 1 && split_code(&lines[lines.len() - 2].1).is_some();
        let words = last.split_whitespace().count() < 4 && !last.contains(|c: char| c.is_ascii_digit());
        words
            && split_code(&last).is_none()
            && (code_before || country::resembles(&last))
            && province::province(&last).is_none()
    };
    if lines.len() > 1 && (is_country(&last) || unknown(lines)) {
        lines.pop();
        parts.country = last;
        return Some(at);
    }
    let (rest, named) = last.rsplit_once(',').or_else(|| last.rsplit_once(char::is_whitespace))?;
    let is_state = matches!(Country::read(named), Country::Abroad(..)) && province::state(named).is_some();
    if is_country(named) && !is_state && !is_blank(rest) && (last.contains(',') || split_code(rest).is_some()) {
        parts.country = named.trim().to_owned();
        lines.last_mut()?.1 = rest.trim_end_matches([',', ' ']).to_owned();
    }
    None
}

/// Takes municipality, province and code off the last line, and the place of that line.
fn take_last(lines: &mut Vec<Line>, parts: &mut Parts, single: bool) -> usize {
    let Some((at, last)) = lines.pop() else { return 0 };
    if says_no_address(&last) {
        lines.push((at, last));
        return at;
    }
    let (abroad, states) = match Country::read(&parts.country) {
        Country::Abroad(entry, _) => (true, entry.code == "US"),
        _ => (false, false),
    };
    if abroad && !states {
        parts.municipality = last.clone();
        if let Some((street, city)) = last.rsplit_once(',').filter(|_| single) {
            parts.municipality = city.to_owned();
            lines.extend(streets(&street.split(',').collect::<Vec<_>>()).into_iter().map(|street| (at, street)));
        }
        return at;
    }
    let (mut rest, code) = split_code(&last).map_or((last.clone(), None), |(rest, code)| (rest, Some(code)));
    parts.postal_code = code.unwrap_or_default();
    let mut at = at;
    // The code may stand alone on the last line.
    if is_blank(&rest) {
        (at, rest) = lines.pop().unwrap_or((at, String::new()));
    }
    if canadian(&parts.postal_code).is_ok() {
        rest = without_canada(&rest).to_owned();
    }
    let (mut city, mut named) = split_province(&rest, states || zip(&parts.postal_code).is_some());
    // So may the province.
    let is_place = |(_, text): &Line| !is_delivery(&line(text)) && lines.len() > 1;
    let bare = without_canada(&city);
    if named.is_empty() && province::province(bare).is_some() && lines.last().is_some_and(is_place) {
        named = bare.to_owned();
        (at, city) = lines.pop().unwrap_or_default();
        if let Some((place, code)) = split_code(&city).filter(|_| parts.postal_code.is_empty()) {
            (city, parts.postal_code) = (place.trim_end_matches([',', ' ']).to_owned(), code);
        }
    }
    parts.province = named;
    let street_before = lines.iter().any(|(_, text)| is_delivery(&line(text)));
    let (street, city) = split_city(&city, !street_before);
    parts.municipality = city;
    lines.extend(street.into_iter().map(|street| (at, street)));
    at
}

/// A line without the postal or ZIP code at its end, and that code.
pub(super) fn split_code(text: &str) -> Option<(String, String)> {
    let text = text.trim_end_matches(|c: char| !c.is_alphanumeric());
    let words: Vec<&str> =
        text.split([' ', ',', '\u{a0}', '\u{202f}', '\t', '(']).filter(|word| !word.is_empty()).collect();
    let code_of = |count: usize| {
        let from = words.len().checked_sub(count)?;
        let code = words[from..].concat();
        let whole = count == 1 || words[from..].iter().all(|word| word.trim_matches('-').len() == 3);
        let numbers =
            is_numbered(&words[from].to_uppercase()) || from > 0 && is_numbered(&words[from - 1].to_uppercase());
        let is_code = resembles_canadian(&code) || count == 1 && zip(&code).is_some() && from > 0;
        if !(whole && is_code && !numbers) {
            return None;
        }
        let at = text.rfind(words[from]).filter(|at| count == 1 || text[*at..].len() > words[from].len());
        let at = at.or_else(|| text[..text.len() - words[from].len()].rfind(words[from]))?;
        Some((text[..at].to_owned(), code))
    };
    code_of(2).or_else(|| code_of(1))
}

/// The text without the letters of Canada behind its province: `Toronto, Ontario, CA`. Only a Canadian postal code tells that they are
/// none of California.
pub(super) fn without_canada(text: &str) -> &str {
    let rest =
        text.trim_end().rsplit_once([' ', ',']).filter(|(_, last)| matches!(compact(last).as_str(), "CA" | "CAN"));
    let rest = rest.map(|(rest, _)| rest.trim_end_matches([' ', ',', '(']));
    let names = |rest: &&str| province::province(rest).is_some() || !split_province(rest, false).1.is_empty();
    rest.filter(names).unwrap_or(text)
}

/// A municipality and the province (or state) that stands behind it, set apart or not. A province alone is a municipality of that name.
pub(super) fn split_province(text: &str, states: bool) -> (String, String) {
    let whole = text;
    let text = text.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '.');
    let starts: Vec<usize> =
        text.char_indices().filter(|(_, c)| matches!(c, ' ' | ',' | '(' | '[')).map(|(at, _)| at).collect();
    let is_named = |name: &str| province::province(name).is_some() || states && province::state(name).is_some();
    let found = starts.iter().rev().take(5).filter(|at| !is_blank(&text[..**at]) && is_named(&text[**at..])).min();
    match found {
        Some(at) => {
            let opens = |c: char| matches!(c, ' ' | ',' | '(' | '[' | '-' | ';');
            let (city, named) = (text[..*at].trim_end_matches(opens), text[*at..].trim_start_matches(opens));
            // TORONTO ON ON has its province twice.
            let again = || split_province(city, false);
            let own = province::province(named);
            let is_again =
                |(_, other): &(String, String)| province::province(other) == own && province::is_no_place(other);
            let city =
                own.and_then(|_| Some(again()).filter(is_again)).map_or_else(|| city.to_owned(), |(city, _)| city);
            (city, named.to_owned())
        }
        None => (whole.trim_end_matches([',', ' ']).to_owned(), String::new()),
    }
}

/// The street and the municipality of one line, where it has both: the municipality is behind the last comma, or behind the number of a unit.
fn split_city(text: &str, may_have_street: bool) -> (Vec<String>, String) {
    let mut pieces: Vec<&str> = text.split(',').map(str::trim).filter(|piece| !piece.is_empty()).collect();
    let begins_street = pieces.iter().any(|piece| is_delivery(&line(piece)));
    let first = line(text);
    let words: Vec<&str> = first.split(' ').collect();
    // 100 MILE HOUSE is a municipality.
    let is_mile = words.len() > 1 && words[1] == "MILE";
    if !may_have_street || !begins_street || is_mile {
        return (Vec::new(), text.to_owned());
    }
    let Some(last) = pieces.pop() else { return (Vec::new(), String::new()) };
    let (unit, city) = behind_unit(last);
    let is_street = unit.is_empty() && (is_delivery(&line(city)) || pieces.is_empty());
    if is_street {
        pieces.push(city);
        return (streets(&pieces), String::new());
    }
    if !unit.is_empty() {
        pieces.push(unit);
    }
    (streets(&pieces), city.to_owned())
}

/// What stands up to the number of a unit, and what behind it: `bureau 100 Longueuil`.
fn behind_unit(text: &str) -> (&str, &str) {
    let starts: Vec<usize> = text.match_indices(' ').map(|(at, _)| at + 1).collect();
    let word = |at: usize| line(text[at..].split(' ').next().unwrap_or_default());
    let all: Vec<usize> = std::iter::once(0).chain(starts).collect();
    for three in all.windows(3).rev() {
        let (designator, number) = (word(three[0]), word(three[1]));
        let designates =
            UNITS.contains(&designator.as_str()) || designator.is_empty() && text[three[0]..].starts_with('#');
        let glued = designator.starts_with('#') || text[three[1]..].starts_with('#');
        if (designates || glued) && is_unit_number(number.trim_start_matches('#')) && !is_civic_number(&word(three[2]))
        {
            return (text[..three[2]].trim_end(), &text[three[2]..]);
        }
    }
    ("", text)
}

/// The lines of a street that was told with commas: a box, a route or a care-of stands on a line of its own.
fn streets(pieces: &[&str]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut alone = true;
    let is_box = |text: &str| is_box_or_route(&line(text).split(' ').collect::<Vec<_>>());
    for (at, piece) in pieces.iter().map(|piece| piece.trim()).enumerate() {
        let printed = line(piece);
        let words: Vec<&str> = printed.split(' ').collect();
        let (own, entrusted) = (is_box_or_route(&words), is_care_of(&words));
        let is_name =
            at == 0 && !is_delivery(&printed) && !printed.contains(|c: char| c.is_ascii_digit()) && pieces.len() > 1;
        match lines.last_mut() {
            Some(last) if !alone && !entrusted && (!own || is_box(last)) => {
                last.push_str(", ");
                last.push_str(piece);
            }
            _ => lines.push(piece.to_owned()),
        }
        alone = is_name || entrusted;
    }
    lines
}
