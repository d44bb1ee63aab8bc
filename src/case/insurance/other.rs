//! Digits that are the number of nobody, though they pass the check: days and times, file numbers, telephone numbers of other
//! countries, lists of rooms. Each is told by what stands in it or about it, never by the number alone.

use chrono::NaiveDate;

use super::{Gap, Group, number_at};

/// What is numbered in lists, in both languages and in the singular.
const LISTED: [&str; 32] = [
    "apartment",
    "appartement",
    "apt",
    "app",
    "bed",
    "box",
    "building",
    "bureau",
    "casier",
    "chambre",
    "door",
    "étage",
    "floor",
    "house",
    "lit",
    "local",
    "locker",
    "logement",
    "lot",
    "office",
    "pièce",
    "porte",
    "room",
    "salle",
    "space",
    "stall",
    "suite",
    "townhouse",
    "unit",
    "unite",
    "unité",
    "ward",
];
/// The digits of a telephone number with its country (E.164), at least and at most.
const TELEPHONE: std::ops::RangeInclusive<usize> = 8..=15;

/// Marks the groups that are of another kind.
pub(super) fn mark(groups: &mut [Group], text: &[char]) {
    for at in 0..groups.len() {
        if is_time(&groups[at].digits) {
            groups[at].is_other = true;
        }
        if is_day(&groups[at].digits) {
            groups[at].is_alone = false;
        }
        let days = if is_day_in_parts(&groups[at..], text) { 3 } else { 0 };
        let reference = reference(&groups[at..], text);
        for group in groups[at..].iter_mut().take(days.max(reference)) {
            group.is_alone = false;
        }
        let others = foreign_telephone(&groups[at..], text).max(list(&groups[at..], text));
        for group in groups[at..].iter_mut().take(others) {
            (group.is_alone, group.is_other) = (false, true);
        }
    }
}

/// The sign that alone stands before a group.
fn sign(group: &Group, text: &[char]) -> Option<char> {
    (group.gap == Gap::Narrow).then(|| text[group.place.start - 1])
}

fn is_year(digits: &str) -> bool {
    digits.len() == 4 && ["19", "20"].iter().any(|century| digits.starts_with(century))
}

/// A day of the calendar from year, month and day; the two last may stand the other way round.
fn day(year: &str, month: &str, day: &str) -> bool {
    let number = |text: &str| text.parse::<u32>().unwrap_or_default();
    is_year(year) && NaiveDate::from_ymd_opt(number(year) as i32, number(month), number(day)).is_some()
}

/// `20261117`, `17112026`, `11172026`.
fn is_day(digits: &str) -> bool {
    digits.len() == 8
        && (day(&digits[..4], &digits[4..6], &digits[6..])
            || day(&digits[4..], &digits[2..4], &digits[..2])
            || day(&digits[4..], &digits[..2], &digits[2..4]))
}

/// `20261117144500`: a day and what the clock says, to the minute, the second or its thousandth.
fn is_time(digits: &str) -> bool {
    let below = |from: usize, bound: u32| {
        digits.get(from..from + 2).is_none_or(|two| two.parse().is_ok_and(|two: u32| two < bound))
    };
    matches!(digits.len(), 12 | 14 | 17)
        && is_day(&digits[..8])
        && is_year(&digits[..4])
        && below(8, 24)
        && below(10, 60)
        && below(12, 60)
}

/// Whether three groups are a day: `2026/11/17`, `17.11.2026`, `2026 11 17`.
fn is_day_in_parts(groups: &[Group], text: &[char]) -> bool {
    let [one, two, three, ..] = groups else { return false };
    let short = |group: &Group| group.digits.len() <= 2;
    let same = sign(two, text).is_some() && sign(two, text) == sign(three, text);
    let [one, two, three] = [one, two, three].map(|group| (group.digits.as_str(), short(group)));
    let last = || day(three.0, two.0, one.0) || day(three.0, one.0, two.0);
    same && two.1 && (three.1 && day(one.0, two.0, three.0) || one.1 && last())
}

/// How many groups are part of a file number, a year and a running number with a stroke between: `2026-00003`, `00012/2026`.
fn reference(groups: &[Group], text: &[char]) -> usize {
    let [one, two, ..] = groups else { return 0 };
    if sign(two, text).is_none_or(char::is_whitespace) {
        return 0;
    }
    let runs = |group: &Group| (4..=6).contains(&group.digits.len());
    match (is_year(&one.digits), is_year(&two.digits)) {
        (true, _) if runs(two) => 2,
        (true, _) => 1,
        (false, true) if runs(one) => 2,
        _ => 0,
    }
}

/// How many groups make a telephone number of another country: `+33 1 23 45 67 89`, `011 44 20 7946 0958`. What follows it and is a
/// number of its own is none of it.
fn foreign_telephone(groups: &[Group], text: &[char]) -> usize {
    let Some(first) = groups.first() else { return 0 };
    let dialled = matches!(first.digits.as_str(), "011" | "00") && number_at(groups, 0) != Some(3);
    let signed = first.place.start.checked_sub(1).is_some_and(|at| text[at] == '+');
    let country = groups.get(usize::from(dialled)).map(|group| &group.digits);
    // Country 1 is told by its area and exchange, and no country begins with 0.
    if !(signed || dialled) || country.is_none_or(|code| code.starts_with(['0', '1'])) {
        return 0;
    }
    let beside = |group: &Group, before: &Group| {
        let between = &text[before.place.end..group.place.start];
        between.len() <= 2 && between.iter().all(|c| c.is_whitespace() || matches!(c, '-' | '.' | '(' | ')'))
    };
    let mut count = usize::from(dialled);
    let mut digits = 0;
    while let Some(group) = groups.get(count) {
        let is_apart = count > 0 && !beside(group, &groups[count - 1]);
        let is_own = TELEPHONE.contains(&digits) && number_at(groups, count).is_some();
        if is_apart || is_own || digits + group.digits.len() > *TELEPHONE.end() {
            break;
        }
        digits += group.digits.len();
        count += 1;
    }
    if TELEPHONE.contains(&digits) { count } else { 0 }
}

/// How many groups are a list of what has numbers: `Rooms 204, 206, 213`. Behind a plural any sign may stand between, the same all
/// through.
fn list(groups: &[Group], text: &[char]) -> usize {
    let Some((is_listed, is_plural)) = groups.first().map(|first| named(&text[..first.place.start])) else { return 0 };
    if !is_listed {
        return 0;
    }
    let between = |at: usize| -> Option<String> {
        let gap: String = text[groups.get(at - 1)?.place.end..groups.get(at)?.place.start].iter().collect();
        let sign = gap.trim();
        let joins = matches!(sign, "," | ";" | "and" | "et" | "or" | "ou" | "&");
        (joins || is_plural && groups[at].gap == Gap::Narrow).then(|| sign.to_owned())
    };
    let is_word = |sign: &str| sign == "&" || sign.starts_with(char::is_alphabetic);
    let mut all: Option<String> = None;
    for (at, group) in groups.iter().enumerate() {
        all = all.or_else(|| if at == 0 { None } else { between(at) }.filter(|sign| !is_word(sign)));
        // `Unit 4, 046 454 286` has a list of one: what stands beside another number in another way is none of it.
        let goes_on = |at: usize| {
            between(at).is_some_and(|sign| is_word(&sign) || all.as_ref().is_none_or(|known| *known == sign))
        };
        let is_beside = groups.get(at + 1).is_some_and(|next| next.gap != Gap::Apart && !goes_on(at + 1));
        if at > 0 && !goes_on(at) || group.digits.len() > 4 || is_beside {
            return at;
        }
    }
    groups.len()
}

/// Whether a text ends with the name of what is listed, and whether that is in the plural.
fn named(text: &[char]) -> (bool, bool) {
    let end = text.iter().rposition(|c| c.is_alphabetic()).map_or(0, |last| last + 1);
    let start = text[..end].iter().rposition(|c| !c.is_alphabetic()).map_or(0, |before| before + 1);
    let word: String = text[start..end].iter().flat_map(|c| c.to_lowercase()).collect();
    let signs = &text[end..];
    if signs.len() > 3 || signs.iter().any(char::is_ascii_digit) || word.is_empty() {
        return (false, false);
    }
    if matches!(word.as_str(), "no" | "nos" | "n" | "numbers" | "numéros") && start > 0 {
        let (is_listed, is_plural) = named(&text[..start]);
        return (is_listed, is_plural || word != "no" && word != "n");
    }
    let is = |word: &str| LISTED.contains(&word);
    let stems = [word.strip_suffix("es"), word.strip_suffix(['s', 'x']), word.strip_suffix("aux")];
    let is_plural = stems.into_iter().flatten().any(is) || word == "locaux";
    (is(&word) || is_plural, is_plural)
}
