//! What people write into a search, as it is understood.

use crate::case::{DeliveryState, LetterState};

/// A status as a list shows it: a state, and, of an issued letter, how it travels: `held`, `issued.sent`.
pub(in crate::web) fn status_of(text: &str) -> Option<(LetterState, Option<DeliveryState>)> {
    match text.split_once('.') {
        None => Some((text.parse().ok()?, None)),
        Some((state, delivery)) => {
            let state = state.parse().ok().filter(|state| *state == LetterState::Issued)?;
            Some((state, Some(delivery.parse().ok()?)))
        }
    }
}

/// The cents of an amount in either language's form: `1234.56`, `$1,234.56`, `1 234,56 $`, `1234`.
pub(in crate::web) fn cents_of(text: &str) -> Option<i64> {
    let text: String = text.chars().filter(|c| !c.is_whitespace() && *c != '$').collect();
    let (dollars, cents) = match text.rsplit_once(['.', ',']) {
        Some((dollars, cents)) if cents.len() == 2 => (dollars, cents),
        _ => (text.as_str(), "00"),
    };
    // Whatever separates thousands, it does so.
    let groups: Vec<&str> = dollars.split(['.', ',', '\'', '’']).collect();
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_grouped = groups.len() == 1 || groups[0].len() <= 3 && groups[1..].iter().all(|group| group.len() == 3);
    if !is_grouped || !groups.iter().all(|group| are_digits(group)) || !are_digits(cents) || dollars.len() > 15 {
        return None;
    }
    format!("{}{cents}", groups.concat()).parse().ok()
}
