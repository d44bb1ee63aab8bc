//! How a payment finds its debt: the account number that a bank takes, and the line that machines read on a payment slip.
//!
//! Banks take digits alone, so the account number is made of the reference: `DR-2026-004512` is `8 0418 2026 004512 6`, written in one.
//! First a digit that says nothing, then two digits for each letter (A is 01), the year and the number, and last a check digit
//! (Luhn's): one digit that is typed wrong is seen, and so are nearly all pairs that change places.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::{insurance, luhn};

/// Digits of the amount on a scan line, in cents.
const AMOUNT: usize = 10;

/// The account number of a reference such as `DR-2026-004512`; none where it is of another form.
///
/// The first digit is chosen such that no nine digits of the number look like a Social Insurance Number, which would be masked.
pub fn account_number(reference: &str) -> Option<String> {
    let [letters, year, number] = reference.split('-').collect::<Vec<_>>()[..] else { return None };
    let digits = |text: &str, length: usize| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    if letters.len() != 2
        || !letters.bytes().all(|byte| byte.is_ascii_uppercase())
        || !digits(year, 4)
        || !digits(number, 6)
    {
        return None;
    }
    let letters: String = letters.bytes().map(|byte| format!("{:02}", byte - b'A' + 1)).collect();
    ['8', '9']
        .map(|first| checked(&format!("{first}{letters}{year}{number}")))
        .into_iter()
        .find(|one| !insurance::holds(one))
}

/// What machines read on a payment slip: the account number, the amount in cents and a check digit over both, in groups.
pub fn scan_line(account: &str, amount: Decimal) -> Option<String> {
    let cents = (amount * Decimal::ONE_HUNDRED).to_u64()?;
    let amount = format!("{cents:0AMOUNT$}");
    let check = check_digit(&format!("{account}{amount}"));
    (amount.len() == AMOUNT).then(|| format!("{account} {amount} {check}"))
}

fn checked(digits: &str) -> String {
    format!("{digits}{}", check_digit(digits))
}

/// The digit that makes digits pass the check when it stands behind them.
fn check_digit(digits: &str) -> u32 {
    (10 - luhn::sum(&format!("{digits}0")) % 10) % 10
}
