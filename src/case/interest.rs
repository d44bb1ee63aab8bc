//! Interest on a debt, by the terms that its program has in force.
//!
//! Ontario Works and ODSP debts bear none; where a holder charges interest each month, the terms say how and at what rate.

use chrono::{Months, NaiveDate};
use rust_decimal::{Decimal, RoundingStrategy};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Months that interest is worked out over, at most: a hundred years.
const MAX_MONTHS: u32 = 1_200;

/// How interest is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Not at all.
    None,
    /// By the day on the principal, a 365th of the yearly rate; rounded to the cent once a month.
    Simple,
    /// At the end of each whole month, a twelfth of the yearly rate on what is then unpaid, interest included.
    MonthlyCompound,
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
    charges(principal, from, until, payments, terms).into_iter().map(|(_, amount)| amount).sum()
}

/// The same month by month: the day up to which each charge counts, and the charge; without those that come to nothing.
pub fn charges(
    principal: Decimal,
    from: NaiveDate,
    until: NaiveDate,
    payments: &[(NaiveDate, Decimal)],
    terms: &[Terms],
) -> Vec<(NaiveDate, Decimal)> {
    let paid = Paid::after(from, payments);
    let (mut interest, mut charges) = (Decimal::ZERO, Vec::new());
    for month in 0..MAX_MONTHS {
        let begins = from + Months::new(month);
        let ends = from + Months::new(month + 1);
        if begins >= until {
            break;
        }
        let Some(in_force) = terms.iter().rev().find(|terms| terms.from <= begins) else { continue };
        let rate = in_force.percent / Decimal::ONE_HUNDRED;
        let charge = match in_force.method {
            Method::None => Decimal::ZERO,
            Method::MonthlyCompound if ends <= until => {
                let unpaid = principal - paid.by(ends) + interest;
                cents(unpaid.max(Decimal::ZERO) * rate / Decimal::from(12))
            }
            Method::MonthlyCompound => Decimal::ZERO,
            Method::Simple => cents(paid.dollar_days(principal, begins, ends.min(until)) * rate / Decimal::from(365)),
        };
        interest += charge;
        if !charge.is_zero() {
            charges.push((ends.min(until), charge));
        }
    }
    charges
}

/// What was paid in all, by each day on which something was, oldest first.
struct Paid(Vec<(NaiveDate, Decimal)>);

impl Paid {
    /// Of what was paid later than a day.
    fn after(from: NaiveDate, payments: &[(NaiveDate, Decimal)]) -> Paid {
        let mut all: Vec<_> = payments.iter().filter(|(on, _)| *on > from).copied().collect();
        all.sort_by_key(|(on, _)| *on);
        let mut sum = Decimal::ZERO;
        for (_, amount) in &mut all {
            sum += *amount;
            *amount = sum;
        }
        Paid(all)
    }

    /// What was paid by the end of a day.
    fn by(&self, day: NaiveDate) -> Decimal {
        let later = self.0.partition_point(|(on, _)| *on <= day);
        later.checked_sub(1).map_or(Decimal::ZERO, |last| self.0[last].1)
    }

    /// What was unpaid of a principal, summed over the days from one until before another. It is the same from one payment to the
    /// next, so only those are walked.
    fn dollar_days(&self, principal: Decimal, from: NaiveDate, until: NaiveDate) -> Decimal {
        let within = self.0.iter().map(|(on, _)| *on).filter(|on| *on > from && *on < until);
        let begins: Vec<NaiveDate> = std::iter::once(from).chain(within).collect();
        let ends = begins.iter().skip(1).copied().chain([until]);
        let unpaid = |day: NaiveDate| (principal - self.by(day)).max(Decimal::ZERO);
        begins.iter().zip(ends).map(|(day, next)| unpaid(*day) * Decimal::from((next - *day).num_days())).sum()
    }
}

/// Rounded to the cent, half a cent up.
fn cents(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}
