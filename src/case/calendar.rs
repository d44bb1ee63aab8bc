//! Business days of the Ontario Public Service.
//!
//! Statutory holidays of Ontario, and the days on which the Ontario Public Service is closed besides: Easter Monday, Civic
//! Holiday, National Day for Truth and Reconciliation, Remembrance Day (defaults without a cited source). A deadline that
//! would fall on one of them moves to the next business day: the later date is the safe one for the reader.

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// Whether the Ontario Public Service works on this day.
pub fn is_business_day(day: NaiveDate) -> bool {
    !is_weekend(day) && !holidays(day.year()).contains(&day)
}

/// The day itself if it is a business day, or else the first one after it.
pub fn business_day_on_or_after(day: NaiveDate) -> NaiveDate {
    day.iter_days().find(|d| is_business_day(*d)).unwrap_or(day)
}

/// The first business day after this day.
pub fn next_business_day(day: NaiveDate) -> NaiveDate {
    business_day_on_or_after(day + Days::new(1))
}

/// A deadline so many calendar days after a date, moved to the next business day where it would fall on none.
pub fn deadline(from: NaiveDate, days: u32) -> NaiveDate {
    business_day_on_or_after(from + Days::new(days.into()))
}

/// The business day that comes so many business days after a date: the service standards count in them.
pub fn business_days_after(from: NaiveDate, days: u32) -> NaiveDate {
    (0..days).fold(from, |day, _| next_business_day(day))
}

/// The business days from after a day to another: how many are left until a deadline; below zero where it is over.
pub fn business_days_between(from: NaiveDate, to: NaiveDate) -> i64 {
    let (first, last) = (from.min(to), from.max(to));
    let days = first.iter_days().skip(1).take_while(|day| *day <= last).filter(|day| is_business_day(*day)).count();
    if from <= to { days as i64 } else { -(days as i64) }
}

fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// The holidays of one year, those on a weekend moved to the following free weekday.
fn holidays(year: i32) -> Vec<NaiveDate> {
    let date = |month, day| NaiveDate::from_ymd_opt(year, month, day).expect("a fixed holiday is a date of every year");
    let nth = |month, weekday, n| {
        NaiveDate::from_weekday_of_month_opt(year, month, weekday, n).expect("every month has that weekday n times")
    };
    let easter = easter_sunday(year);
    let victoria_day =
        (18..=24).map(|d| date(5, d)).find(|d| d.weekday() == Weekday::Mon).expect("a week has a Monday");
    let mut days = vec![
        nth(2, Weekday::Mon, 3),
        easter - Days::new(2),
        easter + Days::new(1),
        victoria_day,
        nth(8, Weekday::Mon, 1),
        nth(9, Weekday::Mon, 1),
        nth(10, Weekday::Mon, 2),
    ];
    for fixed in [date(1, 1), date(7, 1), date(9, 30), date(11, 11), date(12, 25), date(12, 26)] {
        let observed = fixed.iter_days().find(|d| !is_weekend(*d) && !days.contains(d)).expect("some weekday is free");
        days.push(observed);
    }
    days
}

/// Easter Sunday of the Gregorian calendar, by the anonymous algorithm (Meeus, Astronomical Algorithms, chapter 8).
fn easter_sunday(year: i32) -> NaiveDate {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 19 * l) / 433;
    let month = (h + l - 7 * m + 90) / 25;
    let day = (h + l - 7 * m + 33 * month + 19) % 32;
    NaiveDate::from_ymd_opt(year, month as u32, day as u32).expect("the algorithm yields a date")
}
