//! Numbers as a spreadsheet shows them.

use rust_decimal::Decimal;
use ssfmt::{FormatOptions, NumberFormat};

/// The format that shows a number as it is.
const GENERAL: &str = "General";

/// A number as it is shown by a format code.
///
/// Programs keep 15 digits, whatever they store: 19.989999999999998 is 19.99 to all of them.
pub(super) fn shown(stored: f64, code: &str) -> String {
    if code.eq_ignore_ascii_case(GENERAL) || code.is_empty() || code == "@" {
        return exact(stored).map_or_else(|| stored.to_string(), |value| value.normalize().to_string());
    }
    let options = FormatOptions::default();
    let shown = NumberFormat::parse(code).map(|format| format.format(stored, &options));
    shown.map_or_else(|_| stored.to_string(), |text| text.trim().to_owned())
}

/// Whether a format code shows a day: what is quoted, escaped or in brackets in it is none of its letters.
pub(super) fn is_date_code(code: &str) -> bool {
    let (mut quoted, mut bracketed, mut escaped) = (false, false, false);
    code.chars().any(|c| match c {
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
            bracketed = c == '[';
            false
        }
        c => {
            !quoted
                && !bracketed
                && matches!(c.to_ascii_lowercase(), 'd' | 'y' | 'm')
                && !code.eq_ignore_ascii_case(GENERAL)
        }
    })
}

/// A stored number with the 15 digits that a spreadsheet keeps; `None` where it is none that a letter could have.
pub fn exact(stored: f64) -> Option<Decimal> {
    if !stored.is_finite() || stored.abs() >= 1e15 {
        return None;
    }
    Decimal::from_scientific(&format!("{stored:.14e}")).ok().map(|value| value.normalize())
}
