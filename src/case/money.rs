//! Amounts in Canadian dollars, exact to the cent.

use rust_decimal::Decimal;

/// Reads an amount as events carry it: dollars, a point and two digits of cents, such as `"1234.56"`; never negative,
/// below a hundred million. Anything else (a comma, a missing cent, a sign, a blank) is `None`.
pub fn parse(text: &str) -> Option<Decimal> {
    let (dollars, cents) = text.split_once('.')?;
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let plain = dollars == "0" || !dollars.starts_with('0');
    if !digits(dollars) || !digits(cents) || cents.len() != 2 || dollars.len() > 8 || !plain {
        return None;
    }
    text.parse().ok()
}

/// Reads an amount that may be below zero, with a hyphen before it: a credit. Zero has no sign.
pub fn parse_signed(text: &str) -> Option<Decimal> {
    match text.strip_prefix('-') {
        Some(credit) => parse(credit).filter(|amount| !amount.is_zero()).map(|amount| -amount),
        None => parse(text),
    }
}

/// Writes an amount as events carry it, always with two digits of cents.
pub fn plain(amount: Decimal) -> String {
    format!("{amount:.2}")
}
