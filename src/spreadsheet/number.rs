//! Numbers as a spreadsheet shows them.

use calamine::ExcelDateTime;
use rust_decimal::Decimal;
use ssfmt::{FormatOptions, NumberFormat};

use super::Cell;

/// The formats that show a number as it is.
const GENERAL: [&str; 3] = ["", "@", "General"];
/// The longest format code that Excel takes.
const MAX_CODE: usize = 255;

/// A number as it is shown by a format code; as it is, where the code is none.
///
/// Programs keep 15 digits, whatever they store: 19.989999999999998 is 19.99 to all of them, and 1.005 rounds to 1.01.
pub(super) fn shown(stored: f64, code: &str) -> String {
    let Some(value) = exact(stored) else { return stored.to_string() };
    let plain = || value.to_string();
    if code.len() > MAX_CODE || is_general(code) {
        return plain();
    }
    // Halves are stored a little above or below; a hair more away from nought makes them halves again, and shows in no digit that is kept.
    let rounds = if stored.fract() == 0.0 { stored } else { stored * (1.0 + 2.0 * f64::EPSILON) };
    // A code is foreign input: whatever it does to its reader, the number stays.
    let format = || NumberFormat::parse(code).map(|format| format.format(rounds, &FormatOptions::default()));
    match std::panic::catch_unwind(format) {
        Ok(Ok(text)) => text.trim().to_owned(),
        Ok(Err(_)) | Err(_) => plain(),
    }
}

fn is_general(code: &str) -> bool {
    GENERAL.iter().any(|general| general.eq_ignore_ascii_case(code))
}

/// A number that its format shows as a day; as it is shown where the format shows but a time, or how long something took.
pub(super) fn dated(date: ExcelDateTime, code: &str) -> Cell {
    let is_day = date.is_datetime() && (is_general(code) || is_date_code(code));
    match date.as_datetime().filter(|_| is_day) {
        Some(date) => Cell::Date(date),
        None => Cell::Number { stored: date.as_f64(), shown: shown(date.as_f64(), code) },
    }
}

/// Whether a format code shows a day: what is quoted, escaped or in brackets in it is none of its letters, and beside hours or seconds `m` is
/// for minutes.
pub(super) fn is_date_code(code: &str) -> bool {
    let (mut quoted, mut bracketed, mut escaped) = (false, false, false);
    let letters = code.chars().filter(|c| match c {
        _ if escaped => {
            escaped = false;
            false
        }
        '\\' | '_' | '*' => {
            escaped = true;
            false
        }
        '"' => {
            quoted = !quoted;
            false
        }
        '[' | ']' if !quoted => {
            bracketed = *c == '[';
            false
        }
        _ => !quoted && !bracketed,
    });
    let letters = letters.collect::<String>().to_ascii_lowercase();
    letters.contains(['d', 'y']) && !is_general(code) || letters.contains('m') && !letters.contains(['h', 's'])
}

/// A stored number with the 15 digits that a spreadsheet keeps; `None` where it is none that a letter could have.
pub fn exact(stored: f64) -> Option<Decimal> {
    if !stored.is_finite() || stored.abs() >= 1e15 {
        return None;
    }
    Decimal::from_scientific(&format!("{stored:.14e}")).ok().map(|value| value.normalize())
}
