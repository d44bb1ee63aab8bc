//! The instalments of a repayment plan.

use chrono::{Days, Months, NaiveDate};
use rust_decimal::Decimal;
use serde_json::Value;

use super::money;

/// Instalments of a plan at most; a longer plan is a fault.
const MAX_INSTALMENTS: usize = 240;

/// One instalment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instalment {
    /// The day on which it is due.
    pub due: NaiveDate,
    /// Its amount.
    pub amount: Decimal,
    /// What is still owed after it.
    pub balance: Decimal,
}

/// Spreads an amount over equal instalments; the last one is the remainder, so that the schedule sums to the amount.
///
/// `plan` is `{instalment, frequency, first_due}`. Monthly instalments fall on the first one's day, or on the last day of a
/// shorter month. The error says what is wrong, in English, for the officer's fault.
pub fn schedule(plan: &Value, amount: Decimal) -> Result<Vec<Instalment>, String> {
    let instalment =
        plan["instalment"].as_str().and_then(money::parse).ok_or("“instalment” is not an amount".to_owned())?;
    let first =
        plan["first_due"].as_str().and_then(|d| d.parse::<NaiveDate>().ok()).ok_or("first_due is not a date")?;
    if instalment <= Decimal::ZERO || amount <= Decimal::ZERO {
        return Err("the instalment and the debt must be more than zero".into());
    }
    let due = |n: usize| match plan["frequency"].as_str() {
        Some("weekly") => first.checked_add_days(Days::new(7 * n as u64)),
        Some("biweekly") => first.checked_add_days(Days::new(14 * n as u64)),
        Some("monthly") => first.checked_add_months(Months::new(n as u32)),
        _ => None,
    };
    let (mut instalments, mut left) = (Vec::new(), amount);
    while left > Decimal::ZERO {
        if instalments.len() == MAX_INSTALMENTS {
            return Err(format!("the plan has more than {MAX_INSTALMENTS} instalments"));
        }
        let pay = instalment.min(left);
        left -= pay;
        let due = due(instalments.len()).ok_or("the frequency must be weekly, biweekly or monthly")?;
        instalments.push(Instalment { due, amount: pay, balance: left });
    }
    Ok(instalments)
}

/// What a plan comes to in a month: weekly and biweekly instalments spread over the year.
pub fn monthly(plan: &Value) -> Option<Decimal> {
    let instalment = plan["instalment"].as_str().and_then(money::parse)?;
    match plan["frequency"].as_str() {
        Some("weekly") => Some(instalment * Decimal::from(52) / Decimal::from(12)),
        Some("biweekly") => Some(instalment * Decimal::from(26) / Decimal::from(12)),
        Some("monthly") => Some(instalment),
        _ => None,
    }
}
