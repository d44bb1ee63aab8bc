//! The debts of a case and what was paid on them, by whomever. What is owed on them is worked out in `balance`.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::balance::Listed;
use super::dispute::{DisputeKind, Outcome};
use super::happened::{CreditFound, Happened, PaymentDishonoured, Period, Referred, Told};

/// Debts and movements of one case.
///
/// All of its parties share it: what one of them pays is paid for all, so a joint and several debt is never collected twice.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Ledger {
    /// The debts in the order in which they were referred.
    pub debts: Vec<Debt>,
    /// What was paid, set off or put back, by day.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub movements: Vec<Movement>,
    /// What was found to have come above what was owed, and is to be paid back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub credits: Vec<Credit>,
}

/// A debt.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Debt {
    /// Its number within the case; empty where the case has only one.
    pub number: String,
    /// The time for which it is owed.
    pub incurred: Option<Period>,
    /// The day of the decision, from which the time for a review runs.
    pub decided: Option<NaiveDate>,
    /// What was owed as the case system last stated it.
    pub stated: Option<Statement>,
    /// Whether the referral was not checked; it is taken to be where a first one does not say.
    pub unchecked: bool,
    /// Whether it was referred, or stated by the unit.
    #[serde(skip)]
    pub referred: bool,
    /// Since when it is being calculated again.
    pub recalculation: Option<NaiveDate>,
    /// When a decision last changed it: figures of before are no longer right.
    pub changed: Option<DateTime<Utc>>,
    /// That it was paid off, as the case system told: a statement of zero for that day. What came back, or came in above it, since is in
    /// its balance.
    pub paid: Option<Statement>,
    /// The day on which it was written off.
    pub written_off: Option<NaiveDate>,
    /// Whether it is known otherwise than by a decision about it, such as to write it off.
    pub known: bool,
}

/// A balance as it was stated.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Statement {
    /// The day for which it is true.
    pub as_of: NaiveDate,
    /// Dollars; below zero where more came than was owed.
    pub balance: Decimal,
    /// When it was told: what was told later is not in it, unless it lists it.
    pub told: DateTime<Utc>,
    /// The movements that it lists.
    #[serde(skip)]
    pub listed: Vec<Listed>,
    /// Whether a letter's event claimed it, and not the referral or a new statement of the debt.
    pub claimed: bool,
    /// Whom its event is about.
    #[serde(skip)]
    pub person: String,
}

/// A movement on the debts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Movement {
    /// The day.
    pub on: NaiveDate,
    /// Dollars taken off the debt; negative where they were put back.
    pub amount: Decimal,
    /// What moved.
    pub kind: MovementKind,
    /// The debt's number; empty for the only one, or the oldest that is not paid.
    pub debt: String,
    /// When it was told.
    #[serde(skip)]
    pub told: DateTime<Utc>,
    /// Whom its event is about: who paid.
    #[serde(skip)]
    pub person: String,
}

/// What was found to have come above what was owed on a debt.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Credit {
    /// The debt's number; empty for the only one, or the oldest.
    pub debt: String,
    /// Dollars.
    pub excess: Decimal,
    /// Whom it is paid back to.
    pub person: String,
}

/// What moved on a debt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MovementKind {
    /// The person paid.
    Payment,
    /// A program held it back.
    Deduction,
    /// The Canada Revenue Agency sent it.
    CraSetOff,
    /// The unit corrected the account.
    Adjustment,
    /// A payment came back from the bank.
    #[serde(skip_deserializing)]
    Dishonoured,
    /// The fee for it.
    #[serde(skip_deserializing)]
    Fee,
}

impl Ledger {
    pub(super) fn apply(&mut self, told: &Told<'_>) {
        let known = self.debts.len();
        self.change(told);
        if let Some(period) = told.figures.period {
            let debt = self.debt(told);
            debt.incurred = debt.incurred.or(Some(period));
        }
        if let Some(decision) = &told.figures.decision {
            let debt = self.debt(told);
            debt.decided = debt.decided.or(Some(decision.date));
        }
        self.claim(told);
        if is_told_of(told) {
            self.debt(told).known = true;
        }
        // A number that is named beside debts on file, and was never referred, may be a slip of the pen.
        let referred = matches!(told.happened, Happened::Referred(_) | Happened::Adjusted);
        let strange = if known > 0 && !referred { &mut self.debts[known..] } else { &mut [] };
        strange.iter_mut().for_each(|debt| debt.unchecked = true);
    }

    fn change(&mut self, told: &Told<'_>) {
        match &told.happened {
            Happened::Referred(facts) => self.refer(told, facts),
            Happened::Adjusted => {
                let changed = self.restate(told);
                let debt = self.debt(told);
                debt.unchecked &= !changed;
                debt.referred = true;
            }
            Happened::Recalculated(facts) => {
                let changed = self.restate(told);
                let debt = self.debt(told);
                // A new calculation is a decision, from which the time for a review runs again. Without one that was opened, what is
                // known already is no news.
                if changed || debt.recalculation.is_some() {
                    (debt.recalculation, debt.decided) = (None, Some(facts.recalculated));
                }
            }
            Happened::RecalculationOpened(facts) => self.debt(told).recalculation = Some(facts.opened),
            Happened::DisputeDecided(facts) => {
                // A sponsor's submission changes what is done about the debt, never the debt.
                let changed = facts.outcome != Outcome::Upheld && facts.kind != Some(DisputeKind::Submission);
                // A debt that does not stand is owed no more, whether its new balance is told or not; what was paid on it came for nothing.
                let gone = changed && facts.outcome == Outcome::Allowed;
                let nothing =
                    gone.then(|| Statement::of(told, facts.decided, -self.paid_on(&told.figures.debt_number)));
                let news = stated(told).or(nothing).filter(|said| !self.is_known(told, said));
                let debt = self.state(told, news);
                debt.changed = if changed { Some(told.event.time) } else { debt.changed };
            }
            Happened::PaymentReceived(facts) => self.movement(told, facts.received, facts.amount, facts.kind),
            Happened::PaymentDishonoured(PaymentDishonoured { dishonoured, amount, fee }) => {
                self.movement(told, *dishonoured, -*amount, MovementKind::Dishonoured);
                if let Some(fee) = fee.filter(|fee| *fee > Decimal::ZERO) {
                    self.movement(told, *dishonoured, -fee, MovementKind::Fee);
                }
                self.debt(told);
            }
            Happened::DebtPaid(facts) => {
                self.debt(told).paid = Some(Statement::of(told, facts.paid, Decimal::ZERO));
            }
            Happened::CreditFound(facts) => self.find(told, facts),
            // What is forgone is not asked for any more.
            Happened::Settled(facts) => self.debt(told).written_off = Some(facts.accepted),
            Happened::WrittenOff(facts) => self.debt(told).written_off = Some(facts.decided),
            Happened::Died(_)
            | Happened::AssistanceResumed
            | Happened::AssistanceEnded
            | Happened::MailReturned(_)
            | Happened::AddressChanged(_)
            | Happened::Flagged(_)
            | Happened::RepresentativeNamed(_)
            | Happened::RepresentativeEnded
            | Happened::Filed(_)
            | Happened::FilingEnded(_)
            | Happened::HardshipDecided(_)
            | Happened::DisputeReceived(_)
            | Happened::InquiryReceived(_)
            | Happened::InquiryAnswered
            | Happened::Transferred(_)
            | Happened::Recalled(_)
            | Happened::PlanProposed(_)
            | Happened::SettlementOffered(_)
            | Happened::PlanAgreed(_)
            | Happened::InstalmentMissed(_)
            | Happened::PlanDefaulted(_)
            | Happened::LetterSent
            | Happened::Other => {}
        }
    }

    /// A new statement of a debt by the unit, which takes the place of the one before. False, and nothing changes, where it says what
    /// is known already.
    fn restate(&mut self, told: &Told<'_>) -> bool {
        let news = stated(told);
        if news.as_ref().is_some_and(|said| self.is_known(told, said)) {
            return false;
        }
        self.state(told, news).changed = Some(told.event.time);
        true
    }

    /// Puts a new statement of a debt, where there is one, in the place of the one before. A debt that was paid is so no more only where
    /// the new statement says so.
    fn state(&mut self, told: &Told<'_>, news: Option<Statement>) -> &mut Debt {
        let debt = self.debt(told);
        if let Some(news) = news {
            debt.paid.take_if(|paid| !news.balance.is_zero() && news.as_of >= paid.as_of);
            debt.stated = Some(news);
        }
        debt
    }

    /// Whether an event states the balance that the unit's earlier statement, with what was paid since, comes to on that day: the same
    /// balance said again changes nothing and ends nothing.
    fn is_known(&mut self, told: &Told<'_>, said: &Statement) -> bool {
        let debt = self.debt(told).clone();
        let by_the_unit = debt.stated.as_ref().is_some_and(|stated| !stated.claimed);
        by_the_unit && self.balance(&debt, said.as_of, &[]) == Some(said.balance)
    }

    /// Where Recto was not told of the debt before, the first balance that it hears is what it knows.
    fn claim(&mut self, told: &Told<'_>) {
        let Some(claim) = stated(told).filter(|_| !matches!(told.happened, Happened::DebtPaid(_))) else { return };
        self.take_claim(told, claim);
    }

    fn take_claim(&mut self, told: &Told<'_>, claim: Statement) {
        let debt = self.debt(told);
        // A correction of such a balance, for the same day, takes its place.
        let knows = |old: &Statement| !old.claimed || old.as_of != claim.as_of || old.says_the_same(&claim);
        if !debt.stated.as_ref().is_some_and(knows) {
            debt.stated = Some(Statement { claimed: true, ..claim });
        }
    }

    /// More came than was owed. Where Recto was not told of the debt before, that is what it knows of it.
    fn find(&mut self, told: &Told<'_>, facts: &CreditFound) {
        let (excess, person) = (facts.excess, told.person.to_owned());
        self.credits.push(Credit { debt: told.figures.debt_number.clone(), excess, person });
        self.take_claim(told, Statement::of(told, facts.as_of, -excess));
    }

    fn refer(&mut self, told: &Told<'_>, facts: &Referred) {
        // What is known already is news where it says of which movements it is made.
        let news = stated(told).filter(|said| !said.listed.is_empty() || !self.is_known(told, said));
        let debt = self.debt(told);
        debt.incurred = told.figures.period.or_else(|| facts.months()).or(debt.incurred);
        debt.decided = facts.decision.as_ref().map(|decision| decision.date).or(debt.decided);
        // A debt that is on file as paid is not owed again because it is referred again: it must be stated anew.
        // One that was not checked is not checked by being referred again, unless that says so.
        debt.unchecked = facts.validated.map_or(debt.referred && debt.unchecked, |validated| !validated);
        debt.referred = true;
        // Two parties to one debt are each told of it; the newer statement stands. One that only says the same again has nothing of what
        // was paid between the two.
        let old = debt.stated.take();
        let newer = |new: &Statement| {
            old.as_ref().is_none_or(|old| new.as_of >= old.as_of && (old.claimed || !new.says_the_same(old)))
        };
        debt.stated = news.filter(newer).or(old);
    }

    fn movement(&mut self, told: &Told<'_>, on: NaiveDate, amount: Decimal, kind: MovementKind) {
        let (debt, person) = (told.figures.debt_number.clone(), told.person.to_owned());
        self.movements.push(Movement { on, amount, kind, debt, told: told.event.time, person });
    }

    /// What has been paid on a debt so far, by whatever means.
    fn paid_on(&self, number: &str) -> Decimal {
        let money = |one: &&Movement| !matches!(one.kind, MovementKind::Adjustment | MovementKind::Fee);
        self.on_debt(number).filter(money).map(|one| one.amount).sum::<Decimal>().max(Decimal::ZERO)
    }

    /// The debt that an event names, made where it is not known yet.
    fn debt(&mut self, told: &Told<'_>) -> &mut Debt {
        let number = &told.figures.debt_number;
        let place = self.place(number).unwrap_or_else(|| {
            self.debts.push(Debt { number: number.clone(), ..Debt::default() });
            self.debts.len() - 1
        });
        &mut self.debts[place]
    }

    /// The place of a debt; the only or oldest one where no number is given.
    pub(super) fn place(&self, number: &str) -> Option<usize> {
        let first = (!self.debts.is_empty()).then_some(0);
        // A debt without a number is the only one, whatever number is given.
        let only = || first.filter(|_| self.debts.len() == 1 && self.debts[0].number.is_empty());
        let named = || self.debts.iter().position(|debt| debt.number == number);
        if number.is_empty() { first } else { named().or_else(only) }
    }

    /// Whether something was written off, or settled: a debt, or all of them where no number is given.
    pub fn is_written_off(&self, number: &str) -> bool {
        let debts = self.concerned(number);
        !debts.is_empty() && debts.iter().all(|debt| debt.written_off.is_some())
    }

    /// The debts that a letter is about: the one that it names, or all.
    pub fn concerned(&self, number: &str) -> Vec<&Debt> {
        let place = self.place(number);
        let named = |index: usize| number.is_empty() || Some(index) == place;
        self.debts.iter().enumerate().filter(|(index, _)| named(*index)).map(|(_, debt)| debt).collect()
    }
}

impl Statement {
    fn of(told: &Told<'_>, as_of: NaiveDate, balance: Decimal) -> Statement {
        Statement {
            as_of,
            balance,
            told: told.event.time,
            listed: Listed::of(told.event.facts()),
            claimed: false,
            person: told.person.to_owned(),
        }
    }

    /// Whether it is the same balance for the same day, made of the same movements.
    fn says_the_same(&self, other: &Statement) -> bool {
        (self.as_of, self.balance, &self.listed) == (other.as_of, other.balance, &other.listed)
    }
}

/// Whether an event tells of a debt, and is not a decision that needs one.
fn is_told_of(told: &Told<'_>) -> bool {
    match told.happened {
        Happened::HardshipDecided(_) | Happened::WrittenOff(_) | Happened::Settled(_) => false,
        Happened::Referred(_) | Happened::Adjusted | Happened::Recalculated(_) | Happened::DebtPaid(_) => true,
        _ => stated(told).is_some(),
    }
}

/// The balance that an event states, and its day.
fn stated(told: &Told<'_>) -> Option<Statement> {
    Some(Statement::of(told, told.figures.as_of?, told.figures.balance?))
}
