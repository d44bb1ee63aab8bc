//! The nouns: formats, calendar, addresses, money, identities. Tables with the Canadian forms written out.

use chrono::NaiveDate;
use recto::case::calendar::{deadline, is_business_day, next_business_day};
use recto::case::format::Formats;
use recto::case::{Language, LetterId, PersonId, money};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn money_dates_and_numbers_are_written_as_in_canada() {
    let (en, fr) = (Formats::of(Language::En), Formats::of(Language::Fr));
    for (amount, english, french) in [
        ("0.75", "$0.75", "0,75\u{a0}$"),
        ("2.75", "$2.75", "2,75\u{a0}$"),
        ("999.99", "$999.99", "999,99\u{a0}$"),
        ("1000.00", "$1,000.00", "1\u{a0}000,00\u{a0}$"),
        ("1234.56", "$1,234.56", "1\u{a0}234,56\u{a0}$"),
        ("128430.17", "$128,430.17", "128\u{a0}430,17\u{a0}$"),
        ("24350255.72", "$24,350,255.72", "24\u{a0}350\u{a0}255,72\u{a0}$"),
    ] {
        assert_eq!((en.money(amount).unwrap(), fr.money(amount).unwrap()), (english.into(), french.into()));
    }
    for (date, english, french) in [
        ("2026-01-01", "January\u{a0}1,\u{a0}2026", "1er\u{a0}janvier\u{a0}2026"),
        ("2025-01-20", "January\u{a0}20,\u{a0}2025", "20\u{a0}janvier\u{a0}2025"),
        ("2026-02-28", "February\u{a0}28,\u{a0}2026", "28\u{a0}février\u{a0}2026"),
        ("2026-08-11", "August\u{a0}11,\u{a0}2026", "11\u{a0}août\u{a0}2026"),
        ("2026-12-01", "December\u{a0}1,\u{a0}2026", "1er\u{a0}décembre\u{a0}2026"),
        ("2026-12-21", "December\u{a0}21,\u{a0}2026", "21\u{a0}décembre\u{a0}2026"),
    ] {
        assert_eq!((en.date(date).unwrap(), fr.date(date).unwrap()), (english.into(), french.into()));
    }
    assert_eq!(
        (en.month("2025-03").unwrap(), fr.month("2025-03").unwrap()),
        ("March\u{a0}2025".into(), "mars\u{a0}2025".into())
    );
    assert_eq!((en.percent("5.25").unwrap(), fr.percent("5.25").unwrap()), ("5.25%".into(), "5,25\u{a0}%".into()));
    assert_eq!(
        (en.phone("1-800-555-0199").unwrap(), fr.phone("1-800-555-0199").unwrap()),
        ("1-800-555-0199".into(), "1\u{a0}800\u{a0}555-0199".into())
    );
    assert_eq!(
        (en.phone("416-555-0199").unwrap(), fr.phone("416-555-0199").unwrap()),
        ("416-555-0199".into(), "416\u{a0}555-0199".into())
    );
    for bad in ["2026-02-30", "20 janvier", ""] {
        assert_eq!(en.date(bad), None);
    }
}

#[test]
fn an_amount_is_dollars_a_point_and_two_cents_and_nothing_else() {
    for good in ["0.00", "0.01", "12.50", "99999999.99"] {
        assert_eq!(money::parse(good).map(money::plain).as_deref(), Some(good));
    }
    for bad in [
        "",
        "1",
        "1.5",
        "1.555",
        "12,50",
        "1,234.56",
        "$1.00",
        "-1.00",
        "+1.00",
        "01.00",
        " 1.00",
        "1e3",
        ".50",
        "٣.٠٠",
        "999999999.00",
    ] {
        assert_eq!(money::parse(bad), None, "{bad:?}");
    }
}

#[test]
fn ontario_holidays_are_no_business_days_in_any_year() {
    for holiday in [
        "2026-01-01",
        "2026-02-16",
        "2026-04-03",
        "2026-04-06",
        "2026-05-18",
        "2026-07-01",
        "2026-08-03",
        "2026-09-07",
        "2026-09-30",
        "2026-10-12",
        "2026-11-11",
        "2026-12-25",
        "2026-12-28",
        "2027-03-26",
        "2027-03-29",
        "2028-02-21",
        "2024-03-29",
        "2025-04-18",
        "2025-05-19",
        "2030-04-19",
        "2027-12-27",
        "2027-12-28",
        "2022-01-03",
    ] {
        assert!(!is_business_day(day(holiday)), "{holiday}");
    }
    for business in ["2026-11-17", "2026-02-13", "2026-04-02", "2026-05-25", "2026-12-24", "2026-12-29", "2027-01-04"] {
        assert!(is_business_day(day(business)), "{business}");
    }
    assert_eq!(next_business_day(day("2026-11-20")), day("2026-11-23"));
    assert_eq!(next_business_day(day("2026-12-24")), day("2026-12-29"));
    assert_eq!(deadline(day("2026-11-17"), 33), day("2026-12-21"), "33 days after is a Sunday");
    assert_eq!(deadline(day("2026-11-17"), 30), day("2026-12-17"));
}

#[test]
fn a_letters_identity_comes_from_its_cause_alone() {
    let id = LetterId::derive("s", "e", "debt-notice", &PersonId::new("P-1"));
    assert_eq!(id, LetterId::derive("s", "e", "debt-notice", &PersonId::new("P-1")));
    let others = [
        ("s2", "e", "debt-notice", "P-1"),
        ("s", "e2", "debt-notice", "P-1"),
        ("s", "e", "x", "P-1"),
        ("s", "e", "debt-notice", "P-2"),
        ("se", "", "debt-notice", "P-1"),
    ];
    for (source, event, kind, party) in others {
        assert_ne!(id, LetterId::derive(source, event, kind, &PersonId::new(party)));
    }
    let text = id.as_str();
    assert!(text.len() == 14 && text.split('-').all(|group| group.len() == 4), "{text}");
    assert!(!text.contains(['I', 'L', 'O', 'U']), "{text}");
}

#[test]
fn the_preferred_language_of_a_request_is_heard() {
    for (header, language) in [
        ("", Language::En),
        ("fr-CA,fr;q=0.9,en;q=0.8", Language::Fr),
        ("en-CA,fr;q=0.9", Language::En),
        ("fr", Language::Fr),
        ("en; q=0.5, fr; q=0.9", Language::Fr),
        ("de,fr;q=0.3", Language::Fr),
    ] {
        assert_eq!(Language::from_accept_language(header), language, "{header}");
    }
}
