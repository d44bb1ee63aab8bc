//! Luhn's check (modulus 10, ISO/IEC 7812-1 annex B), by which Social Insurance Numbers and account numbers are told from other digits.

/// The sum of the digits of a text, every second from the right counted twice; a multiple of ten for a number that passes.
pub(super) fn sum(digits: &str) -> u32 {
    let digits = digits.chars().rev().filter_map(|c| c.to_digit(10)).enumerate();
    digits.map(|(place, digit)| if place % 2 == 1 { digit * 2 / 10 + digit * 2 % 10 } else { digit }).sum()
}
