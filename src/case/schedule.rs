//! The instalments of a repayment plan.

use chrono::{Days, Months, NaiveDate};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Text, money};

/// Instalments of a plan at most, whatever a policy allows; a longer plan is a fault.
pub const MAX_INSTALMENTS: usize = 240;

const CENT: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

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

/// How often an instalment is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Frequency {
    /// Every seven days.
    Weekly,
    /// Every fourteen days.
    Biweekly,
    /// On the first one's day of each month, or on the last day of a shorter month.
    Monthly,
}

/// What was agreed on: equal instalments from a day on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreed {
    /// Dollars of each; the last one may be smaller.
    pub instalment: Decimal,
    /// How often one is due.
    pub frequency: Frequency,
    /// When the first one is.
    pub first_due: NaiveDate,
}

impl Agreed {
    /// Reads a plan among facts, `{instalment, frequency, first_due}`. The error says what is wrong, for the officer's fault.
    pub fn read(plan: &Value) -> Result<Agreed, Text> {
        let instalment = plan["instalment"]
            .as_str()
            .and_then(money::parse)
            .ok_or_else(|| Text::new("the instalment is not an amount", "le versement n’est pas un montant"))?;
        let first_due = plan["first_due"]
            .as_str()
            .and_then(|d| d.parse::<NaiveDate>().ok())
            .ok_or_else(|| Text::new("the first due date is not a date", "la première échéance n’est pas une date"))?;
        let frequency = Frequency::deserialize(&plan["frequency"]);
        let frequency = frequency.map_err(|_| {
            Text::new(
                "the frequency must be every week, every two weeks or every month",
                "la fréquence doit être chaque semaine, toutes les deux semaines ou chaque mois",
            )
        })?;
        Ok(Agreed { instalment, frequency, first_due })
    }

    /// Spreads an amount over equal instalments; the last one is the remainder, so that the schedule sums to the amount.
    pub fn spread(&self, amount: Decimal) -> Result<Vec<Instalment>, Text> {
        if self.instalment <= Decimal::ZERO || amount <= Decimal::ZERO {
            return Err(Text::new(
                "the instalment and the debt must be more than zero",
                "le versement et la dette doivent dépasser zéro",
            ));
        }
        let (mut instalments, mut left) = (Vec::new(), amount);
        while left > Decimal::ZERO {
            if instalments.len() == MAX_INSTALMENTS {
                return Err(Text::new(
                    format!("the plan has more than {MAX_INSTALMENTS} instalments"),
                    format!("l’entente compte plus de {MAX_INSTALMENTS} versements"),
                ));
            }
            let pay = self.instalment.min(left);
            left -= pay;
            let due = self.due(instalments.len()).ok_or_else(|| {
                Text::new(
                    "an instalment would be due after the end of the calendar",
                    "un versement serait dû après la fin du calendrier",
                )
            })?;
            instalments.push(Instalment { due, amount: pay, balance: left });
        }
        Ok(instalments)
    }

    /// The smallest instalment, to the cent, with which no more than so many repay an amount.
    pub fn for_count(amount: Decimal, count: u32) -> Decimal {
        up_to_the_cent(amount / Decimal::from(count.max(1)))
    }

    /// The smallest instalment, to the cent, that comes to so much in a month; what would be more than an amount repays it at once.
    pub fn for_month(amount: Decimal, monthly: Decimal, frequency: Frequency, first_due: NaiveDate) -> Agreed {
        let spread = match frequency {
            Frequency::Weekly => monthly * Decimal::from(12) / Decimal::from(52),
            Frequency::Biweekly => monthly * Decimal::from(12) / Decimal::from(26),
            Frequency::Monthly => monthly,
        };
        let mut agreed = Agreed { instalment: up_to_the_cent(spread), frequency, first_due };
        // What a division has rounded away counts for the program.
        if agreed.monthly() < monthly {
            agreed.instalment += CENT;
        }
        Agreed { instalment: agreed.instalment.min(amount), ..agreed }
    }

    /// When an instalment is due, counted from none; none after the end of the calendar.
    pub fn due(&self, place: usize) -> Option<NaiveDate> {
        let place = u32::try_from(place).ok()?;
        match self.frequency {
            Frequency::Weekly => self.first_due.checked_add_days(Days::new(7 * u64::from(place))),
            Frequency::Biweekly => self.first_due.checked_add_days(Days::new(14 * u64::from(place))),
            Frequency::Monthly => self.first_due.checked_add_months(Months::new(place)),
        }
    }

    /// What it comes to in a month: weekly and biweekly instalments spread over the year.
    pub fn monthly(&self) -> Decimal {
        match self.frequency {
            Frequency::Weekly => self.instalment * Decimal::from(52) / Decimal::from(12),
            Frequency::Biweekly => self.instalment * Decimal::from(26) / Decimal::from(12),
            Frequency::Monthly => self.instalment,
        }
    }
}

fn up_to_the_cent(amount: Decimal) -> Decimal {
    (amount / CENT).ceil() * CENT
}

/// The instalments of a plan among facts, spread over an amount, as [`Agreed::spread`] does.
pub fn schedule(plan: &Value, amount: Decimal) -> Result<Vec<Instalment>, Text> {
    Agreed::read(plan)?.spread(amount)
}
