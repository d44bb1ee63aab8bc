//! A debt of a case, with how what is owed on it was worked out.

use chrono::NaiveDate;
use serde::Serialize;

use crate::case::calendar::deadline;
use crate::case::{Day, Policy, money};
use crate::desk::{BalanceStep, DebtState, Owed, Standing};

/// A debt of a case, by what Recto was told.
#[derive(Serialize, utoipa::ToSchema)]
pub struct DebtView {
    /// Its number within the case; empty for the only one.
    pub number: String,
    /// In what state it is.
    pub state: DebtState,
    /// Dollars that are owed on it, such as `1234.56`; below zero where more came than was owed, `null` where no balance was stated.
    pub balance: Option<String>,
    /// The day for which that is true: today.
    pub as_of: Day,
    /// Dollars that came above what was owed, and that nobody has looked into; absent where there are none.
    pub excess: Option<String>,
    /// The first day of the time for which it is owed.
    pub incurred_from: Option<Day>,
    /// The last one.
    pub incurred_to: Option<Day>,
    /// The day of the decision behind it.
    pub decided: Option<Day>,
    /// Since when it is being calculated again.
    pub recalculation: Option<Day>,
    /// The day on which it was written off, or settled.
    pub written_off: Option<Day>,
    /// Whether its referral still has to be checked.
    pub unchecked: bool,
    /// How the balance was worked out: what was stated, what moved since, and interest. Empty where no balance was stated.
    pub steps: Vec<StepView>,
    /// What the stated balance has already, oldest first.
    pub before: Vec<StepView>,
}

/// A step of how a balance was worked out.
#[derive(Serialize, utoipa::ToSchema)]
pub struct StepView {
    /// Its day.
    pub on: Day,
    /// `stated`, `claimed` (by a letter’s event), `told-paid`, `payment`, `deduction`, `cra-set-off`, `adjustment`, `dishonoured`, `fee`,
    /// `interest`, or `carried` (from one debt of the case to another).
    pub kind: &'static str,
    /// Dollars added to the debt; below zero where they are taken off.
    pub amount: String,
    /// What is owed after it; `null` for what is in the stated balance already.
    pub balance: Option<String>,
    /// The day on which the payment clears, as long as it has not.
    pub clears: Option<Day>,
}

impl DebtView {
    /// The debts of a case on a day.
    pub(super) fn all(standing: &Standing, today: NaiveDate, policy: Option<&Policy>) -> Vec<DebtView> {
        let terms = policy.map_or(&[][..], |policy| &policy.terms);
        let clearing = policy.map_or(0, |policy| policy.clearing_days);
        let of = |owed: &Owed<'_>| {
            let debt = owed.debt;
            let worked = standing.ledger.worked_out(debt, today, terms);
            let steps = |steps: &[BalanceStep]| steps.iter().map(|step| StepView::of(step, today, clearing)).collect();
            let day = |day: Option<NaiveDate>| day.map(Day::from);
            DebtView {
                number: debt.number.clone(),
                state: owed.state(),
                balance: owed.balance.map(money::plain),
                as_of: today.into(),
                excess: (!owed.excess.is_zero()).then(|| money::plain(owed.excess)),
                incurred_from: debt.incurred.map(|period| period.from.into()),
                incurred_to: debt.incurred.map(|period| period.to.into()),
                decided: day(debt.decided),
                recalculation: day(debt.recalculation),
                written_off: day(debt.written_off),
                unchecked: debt.unchecked,
                steps: worked.as_ref().map(|worked| steps(&worked.steps)).unwrap_or_default(),
                before: worked.as_ref().map(|worked| steps(&worked.before)).unwrap_or_default(),
            }
        };
        standing.ledger.owed_each(today, terms).iter().map(of).collect()
    }
}

impl StepView {
    fn of(step: &BalanceStep, today: NaiveDate, clearing_days: u32) -> StepView {
        let clears = Some(deadline(step.on, clearing_days)).filter(|day| step.kind.may_bounce() && *day > today);
        StepView {
            on: step.on.into(),
            kind: step.kind.as_str(),
            amount: money::plain(step.amount),
            balance: step.balance.map(money::plain),
            clears: clears.map(Day::from),
        }
    }
}
