//! What is owed on a debt: what was stated of it, less what moved since, with interest.
//!
//! One rule says what some figures do not have yet: a movement of after their day; and one that was told no earlier than they were, unless
//! they list it. Its own day does not matter: what nobody had told yet was not counted.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ledger::{Debt, Ledger, Movement, MovementKind};
use crate::case::interest::{Terms, charges};
use crate::case::money;

/// Some figures: the balance of a statement, or those of a letter.
#[derive(Debug, Clone, Copy)]
pub struct Figures<'f> {
    /// The day for which they are true.
    pub as_of: NaiveDate,
    /// When they were told.
    pub told: DateTime<Utc>,
    /// The movements that they list.
    pub listed: &'f [Listed],
}

/// A movement as figures list it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Listed {
    /// Its day.
    pub on: NaiveDate,
    /// Dollars taken off the debt; negative where they were put back.
    pub amount: Decimal,
    /// What moved.
    pub kind: MovementKind,
}

/// How a debt stands on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Owed<'l> {
    /// The debt.
    pub debt: &'l Debt,
    /// Dollars; below zero where more came than was owed. `None` where nothing was stated by then.
    pub balance: Option<Decimal>,
    /// Dollars that came above what was owed, and of which no credit was found yet; zero where there are none.
    pub excess: Decimal,
}

/// In what state a debt is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, strum::IntoStaticStr, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum DebtState {
    /// No balance was stated yet.
    Unknown,
    /// It is owed.
    Owed,
    /// Nothing is owed, and nothing too much has come.
    Paid,
    /// More came than was owed, and nobody has looked into it.
    Overpaid,
    /// More came than was owed, and it was found to be paid back.
    CreditFound,
    /// It was written off, or settled.
    WrittenOff,
}

impl Owed<'_> {
    /// Whether nothing is owed any more.
    pub fn is_paid(&self) -> bool {
        self.balance.is_some_and(|balance| balance <= Decimal::ZERO)
    }

    /// Its state in one word.
    pub fn state(&self) -> DebtState {
        match self.balance {
            Some(_) if self.excess > Decimal::ZERO => DebtState::Overpaid,
            Some(balance) if balance < Decimal::ZERO => DebtState::CreditFound,
            Some(balance) if balance == Decimal::ZERO => DebtState::Paid,
            _ if self.debt.written_off.is_some() => DebtState::WrittenOff,
            Some(_) => DebtState::Owed,
            None => DebtState::Unknown,
        }
    }
}

impl Listed {
    /// The movements that an event's facts list: those of its account and its receipts, and a payment that it tells to have come back.
    pub fn of(facts: &Value) -> Vec<Listed> {
        let rows = |name: &str| facts[name].as_array().map(Vec::as_slice).unwrap_or_default().iter();
        let mut listed: Vec<Listed> = rows("transactions").chain(rows("receipts")).filter_map(Listed::of_row).collect();
        let back = |name: &str, kind| {
            let (on, amount) = (day(&facts["dishonoured"])?, dollars(&facts[name])?);
            Some(Listed { on, amount: -amount, kind })
        };
        // What a settlement was paid with.
        let settled = || Some((day(&facts["paid_on"])?, dollars(&facts["paid"])?));
        listed.extend(settled().map(|(on, amount)| Listed { on, amount, kind: MovementKind::Payment }));
        listed.extend(back("amount", MovementKind::Dishonoured));
        listed.extend(back("fee", MovementKind::Fee));
        listed
    }

    /// A row of an account; none where it is no movement, such as what was overpaid in the first place.
    fn of_row(row: &Value) -> Option<Listed> {
        let kind = match row["kind"].as_str()? {
            "returned-payment" => MovementKind::Dishonoured,
            "fee" => MovementKind::Fee,
            _ => MovementKind::deserialize(&row["kind"]).ok()?,
        };
        let taken_off = dollars(&row["credit"]).or_else(|| dollars(&row["amount"]));
        let amount = taken_off.or_else(|| dollars(&row["debit"]).map(|debit| -debit))?;
        Some(Listed { on: day(&row["date"])?, amount, kind })
    }

    pub(super) fn is(&self, movement: &Movement) -> bool {
        (self.on, self.amount, self.kind) == (movement.on, movement.amount, movement.kind)
    }
}

fn day(value: &Value) -> Option<NaiveDate> {
    value.as_str()?.parse().ok()
}

fn dollars(value: &Value) -> Option<Decimal> {
    value.as_str().and_then(money::parse)
}

/// What a debt's balance is counted from.
#[derive(Clone, Copy)]
pub(super) struct Base<'d> {
    pub figures: Figures<'d>,
    pub balance: Decimal,
    /// Whether a letter's event claimed it.
    pub claimed: bool,
    /// Whether it is that the debt was paid.
    pub is_paid: bool,
    /// Whether it was told to be paid without saying by what: then whatever came until that day has paid it.
    paid_by_all: bool,
}

/// How what is owed on a debt is counted.
pub(super) struct Count<'l> {
    pub base: Base<'l>,
    /// What moved since, in the order in which it was told.
    pub moved: Vec<&'l Movement>,
    /// Interest since, each charge with the day up to which it counts.
    pub interest: Vec<(NaiveDate, Decimal)>,
}

impl Count<'_> {
    pub fn balance(&self) -> Decimal {
        let moved: Decimal = self.moved.iter().map(|one| one.amount).sum();
        let interest: Decimal = self.interest.iter().map(|(_, amount)| *amount).sum();
        self.base.balance - moved + interest
    }
}

impl Ledger {
    /// The movements on a debt that some figures do not have yet, up to a day.
    ///
    /// Two movements that are alike are two: where figures list one of them, it is the one that was told first.
    pub fn moved_since(&self, debt: &Debt, figures: Figures<'_>, until: NaiveDate) -> Vec<&Movement> {
        let place = self.debts.iter().position(|one| one.number == debt.number);
        let own = self.movements.iter().filter(|movement| self.place(&movement.debt) == place);
        not_in(figures, own).into_iter().filter(|movement| movement.on <= until).collect()
    }

    /// What came in all that some figures do not have yet, up to a day, on whichever debt.
    pub fn received_since(&self, after: NaiveDate, told: DateTime<Utc>, until: NaiveDate) -> Decimal {
        let since = not_in(Figures { as_of: after, told, listed: &[] }, self.movements.iter());
        since.into_iter().filter(|movement| movement.on <= until).map(|movement| movement.amount).sum()
    }

    /// What is owed on a debt on a day: its newest statement, less what moved since, with interest by the terms; below zero where
    /// more came than was owed. `None` where nothing was stated by then.
    pub fn balance(&self, debt: &Debt, on: NaiveDate, terms: &[Terms]) -> Option<Decimal> {
        let place = self.debts.iter().position(|one| one.number == debt.number)?;
        self.balances(on, terms).swap_remove(place)
    }

    /// What is owed on each debt. What was paid on no debt in particular and is more than the oldest one comes to is for the next.
    fn balances(&self, on: NaiveDate, terms: &[Terms]) -> Vec<Option<Decimal>> {
        let mut balances: Vec<_> = self.debts.iter().map(|debt| self.balance_alone(debt, on, terms)).collect();
        let unnamed = self.movements.iter().filter(|one| one.debt.is_empty() && one.on <= on).map(|one| one.amount);
        let mut over = balances.first().copied().flatten().map_or(Decimal::ZERO, |first| -first).min(unnamed.sum());
        for place in 1..balances.len() {
            let Some(owed) = balances[place].filter(|owed| *owed > Decimal::ZERO && over > Decimal::ZERO) else {
                continue;
            };
            let carried = owed.min(over);
            over -= carried;
            balances[place] = Some(owed - carried);
            balances[0] = balances[0].map(|first| first + carried);
        }
        balances
    }

    /// What is owed on a debt by what was paid on it.
    fn balance_alone(&self, debt: &Debt, on: NaiveDate, terms: &[Terms]) -> Option<Decimal> {
        self.count(debt, on, terms).map(|count| count.balance())
    }

    /// How that is counted.
    pub(super) fn count<'l>(&'l self, debt: &'l Debt, on: NaiveDate, terms: &[Terms]) -> Option<Count<'l>> {
        let count = |base: Base<'l>| {
            let came_before =
                |one: &Movement| base.paid_by_all && one.amount > Decimal::ZERO && one.on <= base.figures.as_of;
            let moved = self.moved_since(debt, base.figures, on).into_iter().filter(|one| !came_before(one));
            let moved: Vec<&Movement> = moved.collect();
            let paid: Vec<_> = moved.iter().map(|one| (one.on, one.amount)).collect();
            let interest = charges(base.balance, base.figures.as_of, on, &paid, terms);
            Count { base, moved, interest }
        };
        let stated = debt.stated.as_ref().filter(|stated| stated.as_of <= on).map(|stated| Base {
            figures: Figures { as_of: stated.as_of, told: stated.told, listed: &stated.listed },
            balance: stated.balance,
            claimed: stated.claimed,
            is_paid: false,
            paid_by_all: false,
        });
        let paid = debt.paid.as_ref().filter(|paid| paid.as_of <= on).map(|paid| Base {
            figures: Figures { as_of: paid.as_of, told: paid.told, listed: &paid.listed },
            balance: Decimal::ZERO,
            claimed: false,
            is_paid: true,
            paid_by_all: paid.listed.is_empty(),
        });
        match (paid, stated) {
            // Who says by what it was paid has counted; else what came above the statement is seen by the statement alone.
            (Some(paid), Some(stated)) if paid.paid_by_all => {
                let (paid, stated) = (count(paid), count(stated));
                Some(if stated.balance() < paid.balance() { stated } else { paid })
            }
            (Some(paid), _) => Some(count(paid)),
            (None, stated) => stated.map(count),
        }
    }

    /// How each debt stands on a day, in the order in which they were referred.
    pub fn owed_each(&self, on: NaiveDate, terms: &[Terms]) -> Vec<Owed<'_>> {
        let balances = self.balances(on, terms).into_iter();
        let mut owed: Vec<_> = self
            .debts
            .iter()
            .zip(balances)
            .map(|(debt, balance)| Owed { debt, balance, excess: Decimal::ZERO })
            .collect();
        for (place, one) in owed.iter_mut().enumerate() {
            let found = self.credits.iter().filter(|credit| self.place(&credit.debt) == Some(place));
            let found: Decimal = found.map(|credit| credit.excess).sum();
            one.excess = one.balance.map_or(Decimal::ZERO, |balance| (-balance - found).max(Decimal::ZERO));
        }
        owed
    }

    /// Those of them that something is asked for: without what was written off; all of them where nothing else is left.
    pub fn asked_for(&self, on: NaiveDate, terms: &[Terms]) -> Vec<Owed<'_>> {
        let mut owed = self.owed_each(on, terms);
        if !self.is_written_off("") {
            owed.retain(|one| one.debt.written_off.is_none());
        }
        owed
    }

    /// What is owed on the debts of the case on a day, what was written off included. What is too much on one of them pays no other.
    /// `None` where no balance of one of them is known.
    pub fn owed(&self, on: NaiveDate, terms: &[Terms]) -> Option<Decimal> {
        self.balances(on, terms).into_iter().map(|owed| Some(owed?.max(Decimal::ZERO))).sum()
    }

    /// Whether every debt of the case is paid.
    pub fn is_paid(&self, on: NaiveDate, terms: &[Terms]) -> bool {
        !self.debts.is_empty() && self.owed_each(on, terms).iter().all(Owed::is_paid)
    }

    /// Since when nothing is owed on a debt any more: the day that was told, or that of the movement which covered it. `None` where
    /// something is owed.
    pub fn paid_since(&self, debt: &Debt, on: NaiveDate, terms: &[Terms]) -> Option<NaiveDate> {
        let covered = |day: NaiveDate| self.balance(debt, day, terms).is_some_and(|owed| owed <= Decimal::ZERO);
        if !covered(on) {
            return None;
        }
        if let Some(paid) = &debt.paid {
            return Some(paid.as_of);
        }
        let stated = debt.stated.iter().map(|stated| stated.as_of);
        let mut days: Vec<NaiveDate> =
            self.movements.iter().map(|one| one.on).chain(stated).filter(|day| *day <= on).collect();
        days.sort_unstable_by(|one, other| other.cmp(one));
        days.into_iter().take_while(|day| covered(*day)).last()
    }

    /// What was paid on no debt in particular and counts for this one, because the oldest is paid.
    pub fn carried(&self, debt: &Debt, on: NaiveDate, terms: &[Terms]) -> Decimal {
        let alone = self.balance_alone(debt, on, terms).unwrap_or_default();
        alone - self.balance(debt, on, terms).unwrap_or_default()
    }

    /// Who paid last on a debt; where nobody did, whom it was stated for.
    pub fn payer<'l>(&'l self, debt: &'l Debt) -> Option<&'l str> {
        let came = self.on_debt(&debt.number).filter(|one| one.amount > Decimal::ZERO);
        let last = came.max_by_key(|one| (one.on, one.told)).map(|one| one.person.as_str());
        last.or_else(|| debt.stated.as_ref().map(|stated| stated.person.as_str()))
    }

    /// The day of the last payment on a debt, or on any where it has no number. What the CRA sends and what is adjusted is none: it
    /// cannot bounce.
    pub fn last_payment(&self, number: &str) -> Option<NaiveDate> {
        self.on_debt(number).filter(|one| one.kind == MovementKind::Payment).map(|one| one.on).max()
    }

    /// Whether money came on a debt that is not known.
    pub fn has_stray_movement(&self) -> bool {
        self.movements.iter().any(|movement| self.place(&movement.debt).is_none())
    }

    /// The movements on a debt, or on any where it has no number.
    pub fn on_debt<'l>(&'l self, number: &'l str) -> impl Iterator<Item = &'l Movement> {
        let place = self.place(number);
        self.movements.iter().filter(move |one| number.is_empty() || self.place(&one.debt) == place)
    }
}

/// The movements that some figures do not have yet.
fn not_in<'l>(figures: Figures<'_>, movements: impl Iterator<Item = &'l Movement>) -> Vec<&'l Movement> {
    let mut movements: Vec<&Movement> = movements.collect();
    movements.sort_by_key(|movement| movement.told);
    let mut listed = figures.listed.to_vec();
    movements.retain(|movement| {
        let row = listed.iter().position(|row| row.is(movement));
        let is_listed = row.map(|row| listed.swap_remove(row)).is_some();
        movement.on > figures.as_of || (!is_listed && movement.told >= figures.told)
    });
    movements
}
