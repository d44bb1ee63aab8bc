//! Interest on a debt, by the terms that its program has in force.
//!
//! Ontario Works and ODSP debts bear none; where a holder charges interest each month, the terms say how and at what rate.

use chrono::{Months, NaiveDate};
use rust_decimal::{Decimal, RoundingStrategy};

/// Months that interest is worked out over, at most: a hundred years.
const MAX_MONTHS: u32 = 1_200;

/// How interest is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Not at all.
    None,
    /// By the day on the principal, a 365th of the yearly rate; rounded to the cent once a month.
    Simple,
    /// At the end of each whole month, a twelfth of the yearly rate on what is then unpaid, interest included.
    MonthlyCompound,
}

impl Method {
    /// The method as a program writes it: `none`, `simple`, `monthly-compound`.
    pub fn parse(text: &str) -> Option<Method> {
        match text {
            "none" => Some(Method::None),
            "simple" => Some(Method::Simple),
            "monthly-compound" => Some(Method::MonthlyCompound),
            _ => None,
        }
    }
}

/// Terms in force from a date until the next ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// The first day.
    pub from: NaiveDate,
    /// How it is charged.
    pub method: Method,
    /// Per cent a year.
    pub percent: Decimal,
}

/// The interest on a principal from one day to another, in dollars to the cent.
///
/// Months count from the first day; each follows the terms in force at its beginning. `payments` are what was taken off the
/// debt, by day (negative where it was put back); those of a day count from that day on. Before the first terms there is none.
pub fn accrued(
    principal: Decimal,
    from: NaiveDate,
    until: NaiveDate,
    payments: &[(NaiveDate, Decimal)],
    terms: &[Terms],
) -> Decimal {
    let paid_by = |day: NaiveDate| -> Decimal {
        payments.iter().filter(|(on, _)| *on > from && *on <= day).map(|(_, amount)| *amount).sum()
    };
    let mut interest = Decimal::ZERO;
    for month in 0..MAX_MONTHS {
        let begins = from + Months::new(month);
        let ends = from + Months::new(month + 1);
        if begins >= until {
            break;
        }
        let Some(in_force) = terms.iter().rev().find(|terms| terms.from <= begins) else { continue };
        let rate = in_force.percent / Decimal::ONE_HUNDRED;
        interest += match in_force.method {
            Method::None => Decimal::ZERO,
            Method::MonthlyCompound if ends <= until => {
                let unpaid = principal - paid_by(ends) + interest;
                cents(unpaid.max(Decimal::ZERO) * rate / Decimal::from(12))
            }
            Method::MonthlyCompound => Decimal::ZERO,
            Method::Simple => {
                let days = begins.iter_days().take_while(|day| *day < ends.min(until));
                let sum: Decimal = days.map(|day| (principal - paid_by(day)).max(Decimal::ZERO)).sum();
                cents(sum * rate / Decimal::from(365))
            }
        };
    }
    interest
}

/// Rounded to the cent, half a cent up.
fn cents(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}
