//! How what is owed on each debt is worked out, step by step, for whoever must explain it on the telephone.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::balance::Count;
use super::ledger::{Debt, Ledger, Movement, MovementKind};
use crate::case::interest::Terms;

/// How a debt's balance of a day is worked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkedOut {
    /// What the balance that it is counted from has already, by day: it adds and takes off no more.
    pub before: Vec<Step>,
    /// From the balance that was stated to the one of the day, each step with what is owed after it.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The day.
    pub on: NaiveDate,
    /// What it is.
    pub kind: StepKind,
    /// Dollars added to the debt; below zero where they are taken off.
    pub amount: Decimal,
    /// What is owed after it; below zero where more came than was owed. None for what is not counted.
    pub balance: Option<Decimal>,
}

/// What a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// The unit or the case system stated the balance, as when the debt was referred.
    Stated,
    /// A letter's event stated it: Recto was not told of the debt before.
    Claimed,
    /// It was told that the debt is paid.
    ToldPaid,
    /// Money moved, or the account was corrected.
    Moved(MovementKind),
    /// Interest.
    Interest,
    /// What was paid on no debt in particular and counts for this one, or for another one.
    Carried,
}

impl StepKind {
    /// Whether it is a payment, which a bank may send back until it has cleared.
    pub fn may_bounce(self) -> bool {
        self == StepKind::Moved(MovementKind::Payment)
    }

    /// Its key, as views and the words of the pages have it.
    pub fn as_str(self) -> &'static str {
        match self {
            StepKind::Stated => "stated",
            StepKind::Claimed => "claimed",
            StepKind::ToldPaid => "told-paid",
            StepKind::Moved(MovementKind::Payment) => "payment",
            StepKind::Moved(MovementKind::Deduction) => "deduction",
            StepKind::Moved(MovementKind::CraSetOff) => "cra-set-off",
            StepKind::Moved(MovementKind::Adjustment) => "adjustment",
            StepKind::Moved(MovementKind::Dishonoured) => "dishonoured",
            StepKind::Moved(MovementKind::Fee) => "fee",
            StepKind::Interest => "interest",
            StepKind::Carried => "carried",
        }
    }
}

impl Ledger {
    /// How the balance of a debt on a day is worked out; none where nothing was stated by then. Its last step has the balance that
    /// [`Ledger::balance`] gives, because both are counted by the same count.
    pub fn worked_out(&self, debt: &Debt, on: NaiveDate, terms: &[Terms]) -> Option<WorkedOut> {
        let count = self.count(debt, on, terms)?;
        let mut steps = moves(&count);
        let carried = -self.carried(debt, on, terms);
        if !carried.is_zero() {
            steps.push(step(on, StepKind::Carried, carried));
        }
        let (figures, stated) = (count.base.figures, count.base.balance);
        let kind = match (count.base.is_paid, count.base.claimed) {
            (true, _) => StepKind::ToldPaid,
            (false, true) => StepKind::Claimed,
            (false, false) => StepKind::Stated,
        };
        steps.insert(0, step(figures.as_of, kind, stated));
        let mut owed = Decimal::ZERO;
        for step in &mut steps {
            owed += step.amount;
            step.balance = Some(owed);
        }
        Some(WorkedOut { before: self.before(debt, &count, on), steps })
    }

    /// What the figures of a count list, and the movements that they have without listing them.
    fn before(&self, debt: &Debt, count: &Count<'_>, on: NaiveDate) -> Vec<Step> {
        let place = self.debts.iter().position(|one| one.number == debt.number);
        let mut listed = count.base.figures.listed.to_vec();
        let own = self.movements.iter().filter(|one| self.place(&one.debt) == place && one.on <= on);
        let had = own.filter(|one| !count.moved.iter().any(|moved| std::ptr::eq(*moved, *one)));
        let mut before: Vec<Step> = had.map(moved).collect();
        for movement in &self.movements {
            if let Some(row) = listed.iter().position(|row| row.is(movement)) {
                listed.swap_remove(row);
            }
        }
        before.extend(listed.iter().map(|row| step(row.on, StepKind::Moved(row.kind), -row.amount)));
        before.sort_by_key(|step| step.on);
        before
    }
}

/// What moved since the figures, and the interest, by day; of one day, what moved first.
fn moves(count: &Count<'_>) -> Vec<Step> {
    let interest = count.interest.iter().map(|(day, amount)| step(*day, StepKind::Interest, *amount));
    let mut steps: Vec<Step> = count.moved.iter().copied().map(moved).chain(interest).collect();
    steps.sort_by_key(|step| step.on);
    steps
}

fn moved(movement: &Movement) -> Step {
    step(movement.on, StepKind::Moved(movement.kind), -movement.amount)
}

fn step(on: NaiveDate, kind: StepKind, amount: Decimal) -> Step {
    Step { on, kind, amount, balance: None }
}
