//! Amounts as people write them in cells, in either language's format. What can be read two ways is not read: 173,900 is asked about.

use rust_decimal::Decimal;

/// What a text says as an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AmountText {
    /// One amount.
    One(Decimal),
    /// One with three digits behind its only mark: thousands, or decimals.
    Either {
        /// If the mark sets thousands apart.
        thousands: Decimal,
        /// If it sets decimals apart.
        decimals: Decimal,
    },
    /// None.
    None,
}

/// Reads an amount: signs of dollars before or behind it, groups of three set apart by blanks, commas, points or apostrophes, a sign
/// or brackets where it is below zero.
pub fn read(text: &str) -> AmountText {
    let Some((negative, digits)) = bare(text) else { return AmountText::None };
    let signed = |value: Decimal| if negative { -value } else { value };
    match parts(&digits) {
        Some(AmountText::One(value)) => AmountText::One(signed(value)),
        Some(AmountText::Either { thousands, decimals }) => {
            AmountText::Either { thousands: signed(thousands), decimals: signed(decimals) }
        }
        _ => AmountText::None,
    }
}

/// The digits and their marks, and whether the amount is below zero.
fn bare(text: &str) -> Option<(bool, String)> {
    let mut rest: String = text.trim().to_lowercase().replace(['\u{2212}', '\u{2013}', '\u{2010}', '\u{2011}'], "-");
    let mut negative = false;
    if let Some(inner) = rest.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        (negative, rest) = (true, inner.to_owned());
    }
    for word in ["dollars", "dollar", "cad", "can", "ca", "c", "$", "ca", "c", "cad"] {
        let one = rest.trim();
        let sign = one.strip_prefix('-').map(|one| ("-", one)).unwrap_or(("", one));
        let stripped = sign.1.trim_start().strip_prefix(word).map(|inner| format!("{}{}", sign.0, inner.trim_start()));
        let stripped = stripped.or_else(|| one.strip_suffix(word).map(|inner| inner.trim_end().to_owned()));
        let stripped =
            stripped.or_else(|| one.strip_suffix(&format!("{word}-")).map(|inner| format!("{}-", inner.trim_end())));
        rest = stripped.unwrap_or_else(|| one.to_owned());
    }
    let mut rest = rest.trim();
    if let Some(credit) = rest.strip_suffix("cr").or_else(|| rest.strip_suffix("ct")) {
        (negative, rest) = (!negative, credit.trim());
    }
    if let Some(inner) = rest.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        (negative, rest) = (true, inner.trim());
    }
    for stripped in [rest.strip_prefix('-'), rest.strip_suffix('-')].into_iter().flatten().take(1) {
        if negative {
            return None;
        }
        (negative, rest) = (true, stripped.trim());
    }
    let rest = rest.strip_prefix('+').unwrap_or(rest).trim().trim_start_matches('$').trim();
    let digits: String = rest
        .chars()
        .map(|c| {
            if c.is_whitespace() {
                ' '
            } else if matches!(c, '’' | '\'') {
                '\''
            } else {
                c
            }
        })
        .collect();
    let known = digits.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | ',' | '.' | '\''));
    let has_ends = digits.ends_with(|c: char| c.is_ascii_digit())
        && digits.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | ','));
    (known && has_ends && digits.len() <= 24).then_some((negative, digits))
}

fn parts(digits: &str) -> Option<AmountText> {
    let marks: Vec<(usize, char)> = digits.char_indices().filter(|(_, c)| !c.is_ascii_digit()).collect();
    let Some((last_at, last)) = marks.last().copied() else { return whole(digits, "") };
    let (before, behind) = (&digits[..last_at], &digits[last_at + 1..]);
    let others: Vec<char> = marks[..marks.len() - 1].iter().map(|(_, c)| *c).collect();
    let is_point = |c: char| matches!(c, '.' | ',');
    match others.as_slice() {
        // A blank or an apostrophe sets groups apart, and nothing else.
        [..] if !is_point(last) => grouped(digits, last).then(|| whole(&digits.replace(last, ""), "")).flatten(),
        [] if behind.len() == 3 && !before.starts_with('0') && (1..=3).contains(&before.len()) => {
            Some(AmountText::Either {
                thousands: value(&format!("{before}{behind}"), "")?,
                decimals: value(before, behind)?,
            })
        }
        [] => whole(before, behind),
        // All the same: groups.
        [one, ..] if *one == last => (others.iter().all(|c| *c == last) && grouped(digits, last))
            .then(|| whole(&digits.replace(last, ""), ""))
            .flatten(),
        [one, ..] => {
            let one = *one;
            (others.iter().all(|c| *c == one) && grouped(before, one))
                .then(|| whole(&before.replace(one, ""), behind))
                .flatten()
        }
    }
}

/// Whether groups of three follow a first one of one to three.
fn grouped(digits: &str, mark: char) -> bool {
    let groups: Vec<&str> = digits.split(mark).collect();
    let (first, rest) = groups.split_first().map_or(("", &[][..]), |(first, rest)| (*first, rest));
    (1..=3).contains(&first.len())
        && rest.iter().all(|group| group.len() == 3)
        && groups.iter().all(|group| group.bytes().all(|c| c.is_ascii_digit()))
}

fn whole(dollars: &str, cents: &str) -> Option<AmountText> {
    value(dollars, cents).map(AmountText::One)
}

fn value(dollars: &str, cents: &str) -> Option<Decimal> {
    let dollars = if dollars.is_empty() { "0" } else { dollars };
    let text = if cents.is_empty() { dollars.to_owned() } else { format!("{dollars}.{cents}") };
    text.parse::<Decimal>().ok().map(|value| value.normalize())
}

/// Whether a number as its format shows it is the number that is stored: a format may hide cents, or count in thousands. A format that
/// shows no digit says nothing.
pub fn is_shown(stored: Decimal, shown: &str) -> bool {
    match read(shown.trim_matches(|c: char| !c.is_ascii_digit() && !"-().,".contains(c))) {
        AmountText::One(value) => value.abs() == stored.abs(),
        AmountText::Either { thousands, decimals } => {
            [thousands, decimals].iter().any(|value| value.abs() == stored.abs())
        }
        AmountText::None => !shown.chars().any(|c| c.is_ascii_digit()),
    }
}
