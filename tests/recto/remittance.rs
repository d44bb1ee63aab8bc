//! How a payment finds its debt: the account number, and what machines read on a slip, decoded from the finished page by zxing-cpp.

use std::process::Command;

use proptest::prelude::*;
use recto::case::insurance;
use recto::case::remittance::{account_number, scan_line};

use crate::support::{pdf_text, recto, sample, tool};

/// Whether the digits of a text, every second from the right counted twice, come to a multiple of ten.
fn agrees(digits: &str) -> bool {
    let digits = digits.chars().filter_map(|c| c.to_digit(10)).rev().enumerate();
    digits.map(|(place, digit)| if place % 2 == 1 { digit * 2 / 10 + digit * 2 % 10 } else { digit }).sum::<u32>() % 10
        == 0
}

proptest! {
    #[test]
    fn an_account_number_is_of_digits_and_shows_a_slip_of_the_hand(
        reference in "[A-Z]{2}-[0-9]{4}-[0-9]{6}", place in 0usize..16, other in 1u32..10,
    ) {
        let account = account_number(&reference).unwrap();
        prop_assert_eq!(account.len(), 16);
        prop_assert!(account.bytes().all(|byte| byte.is_ascii_digit()));
        prop_assert!(agrees(&account));
        prop_assert!(!insurance::holds(&account), "{} would be masked", account);
        // No two references share one: it holds the reference.
        let letter = |at: usize| char::from(b'A' - 1 + account[at..at + 2].parse::<u8>().unwrap());
        let read = format!("{}{}-{}-{}", letter(1), letter(3), &account[5..9], &account[9..15]);
        prop_assert_eq!(read, reference);
        let mut wrong: Vec<u32> = account.chars().map(|c| c.to_digit(10).unwrap()).collect();
        wrong[place] = (wrong[place] + other) % 10;
        let wrong: String = wrong.iter().map(u32::to_string).collect();
        prop_assert!(!agrees(&wrong), "{} for {}", wrong, account);
    }
}

#[test]
fn a_scan_line_has_account_amount_and_a_check_digit_over_both() {
    assert_eq!(account_number("DR-2026-004512").as_deref(), Some("8041820260045120"));
    let line = scan_line("8041820260045120", "1846.35".parse().unwrap()).unwrap();
    assert_eq!(line, "8041820260045120 0000184635 8");
    assert!(agrees(&line));
    assert_eq!(scan_line("8041820260045120", "-1.00".parse().unwrap()), None, "nobody pays less than nothing");
    for other in ["", "DR-26-004512", "dr-2026-004512", "DR-2026-0045123", "DR-2026-00451X", "D1-2026-004512"] {
        assert_eq!(account_number(other), None, "{other}");
    }
}

#[test]
fn a_slip_shows_and_codes_the_account_and_the_amount() {
    let folder = tempfile::tempdir().unwrap();
    let (letter, page) = (folder.path().join("letter.pdf"), folder.path().join("page"));
    let balance = sample("debt-notice", "plausible")["facts"]["balance"].as_str().unwrap().to_owned();
    let account = account_number("DR-2026-004512").unwrap();
    for (language, amount) in [("en", "$1,846.35"), ("fr", "1 846,35 $")] {
        let data = "letter-templates/debt-notice/samples/plausible.json";
        let pdf = letter.to_str().unwrap();
        let output = recto(folder.path(), &["render", "debt-notice", "--data", data, "--lang", language, "-o", pdf]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = pdf_text(&letter).replace(['\u{a0}', '\u{202f}'], " ");
        assert!(text.contains(&account) && text.contains(amount), "{text}");
        tool("pdftoppm", &["-gray", "-r", "200", "-f", "2", "-l", "2", "-singlefile", pdf, page.to_str().unwrap()]);
        let python = format!("{}/venv/bin/python", std::env::var("RECTO_TOOLS").unwrap());
        let mut read = Command::new(python);
        read.current_dir(crate::support::home()).arg("tests/tools/read_qr.py").arg(page.with_extension("pgm"));
        let read = String::from_utf8(read.output().unwrap().stdout).unwrap();
        let wanted = scan_line(&account, balance.parse().unwrap()).unwrap().replace(' ', "");
        assert_eq!(read.trim(), wanted);
    }
}
