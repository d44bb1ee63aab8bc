//! A repayment plan of a case, and how it is kept.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::case::clock::toronto;
use crate::case::insurance::masked;
use crate::case::schedule::{Frequency, Instalment};
use crate::case::{Day, PersonId, Policy, money};
use crate::desk::{Plan, RowState, Standing};

/// A repayment plan.
#[derive(Serialize, utoipa::ToSchema)]
pub struct PlanView {
    /// Whose plan it is.
    pub person: PersonId,
    /// `proposed`, `kept`, `completed`, `defaulted`, or `unknown` where nothing but a missed instalment was told of it.
    pub state: &'static str,
    /// The day on which it was agreed on, or told of where that is not known, or proposed.
    pub since: Day,
    /// Whether that is the day of the agreement.
    pub agreed: bool,
    /// The day on which it defaulted.
    pub defaulted: Option<Day>,
    /// Dollars that it repays; absent where nothing but a missed instalment was told of it.
    pub balance: Option<String>,
    /// Dollars of each instalment; the last one may be smaller.
    pub instalment: Option<String>,
    /// `weekly`, `biweekly` or `monthly`.
    #[schema(value_type = Option<String>)]
    pub frequency: Option<Frequency>,
    /// Its instalments, oldest first.
    pub instalments: Vec<InstalmentView>,
    /// How many of them have come in full.
    pub kept: usize,
    /// Dollars of it that have come.
    pub paid: String,
    /// Dollars that were due and have not come.
    pub behind: Option<String>,
    /// The place of the next one among them, from 0.
    pub next: Option<usize>,
    /// Instalments that were told to be missed, with what is missing of each.
    pub told_missed: Vec<MissedView>,
}

/// An instalment.
#[derive(Serialize, utoipa::ToSchema)]
pub struct InstalmentView {
    /// When it is due.
    pub due: Day,
    /// Dollars.
    pub amount: String,
    /// What has come of it.
    pub paid: String,
    /// What is missing of it.
    pub missing: String,
    /// What is still owed after it.
    pub balance: String,
    /// `kept`, `missed`, `late` (it may still be in the mail), `next` or `to-come`.
    pub state: RowState,
}

/// An instalment that was told to be missed.
#[derive(Serialize, utoipa::ToSchema)]
pub struct MissedView {
    /// When it was due.
    pub due: Day,
    /// Dollars that are missing of it.
    pub missing: String,
}

impl PlanView {
    /// The plans of a case that were agreed on, and those that are proposed and not agreed on yet.
    pub(super) fn all(standing: &Standing, today: NaiveDate, policy: Option<&Policy>) -> Vec<PlanView> {
        let grace = policy.map_or(0, |policy| policy.grace_days);
        let agreed = standing.plans.iter().map(|plan| PlanView::of(plan, standing, today, grace));
        let open = standing.proposals.iter().filter(|proposed| {
            !standing.plans.iter().any(|plan| plan.person == proposed.person && plan.told >= proposed.told)
        });
        let proposed = open.map(|one| PlanView {
            balance: Some(money::plain(one.terms.balance)),
            instalment: Some(money::plain(one.terms.plan.instalment)),
            frequency: Some(one.terms.plan.frequency),
            instalments: as_proposed(&one.terms.plan.spread(one.terms.balance).unwrap_or_default()),
            ..PlanView::new(&one.person, "proposed", toronto(one.told).date())
        });
        agreed.chain(proposed).collect()
    }

    fn new(person: &str, state: &'static str, since: NaiveDate) -> PlanView {
        PlanView {
            person: PersonId::new(masked(person)),
            state,
            since: since.into(),
            agreed: false,
            defaulted: None,
            balance: None,
            instalment: None,
            frequency: None,
            instalments: Vec::new(),
            kept: 0,
            paid: money::plain(Decimal::ZERO),
            behind: None,
            next: None,
            told_missed: Vec::new(),
        }
    }

    fn of(plan: &Plan, standing: &Standing, today: NaiveDate, grace: u32) -> PlanView {
        let rows = standing.kept(plan, today, grace);
        let state = match (plan.defaulted, standing.is_completed(plan)) {
            (Some(_), _) => "defaulted",
            (None, true) => "completed",
            (None, false) if plan.agreed_on.is_none() => "unknown",
            (None, false) => "kept",
        };
        let is_due = |state| matches!(state, RowState::Missed | RowState::Late);
        let due = rows.iter().filter(|row| is_due(row.state));
        let behind: Decimal = due.map(|row| row.instalment.amount - row.paid).sum();
        let since = plan.agreed_on.unwrap_or(toronto(plan.told).date());
        PlanView {
            agreed: plan.agreed_on.is_some(),
            defaulted: plan.defaulted.map(Day::from),
            balance: plan.terms.map(|terms| money::plain(terms.balance)),
            instalment: plan.terms.map(|terms| money::plain(terms.plan.instalment)),
            frequency: plan.terms.map(|terms| terms.plan.frequency),
            kept: rows.iter().filter(|row| row.state == RowState::Kept).count(),
            paid: money::plain(rows.iter().map(|row| row.paid).sum()),
            behind: (!behind.is_zero()).then(|| money::plain(behind)),
            next: rows.iter().position(|row| row.state == RowState::Next),
            instalments: rows.iter().map(|row| InstalmentView::of(&row.instalment, row.paid, row.state)).collect(),
            told_missed: plan
                .missed
                .iter()
                .map(|one| MissedView { due: one.due.into(), missing: money::plain(one.amount) })
                .collect(),
            ..PlanView::new(&plan.person, state, since)
        }
    }
}

/// A schedule that nobody has agreed on: nothing of it is due.
fn as_proposed(schedule: &[Instalment]) -> Vec<InstalmentView> {
    schedule.iter().map(|one| InstalmentView::of(one, Decimal::ZERO, RowState::ToCome)).collect()
}

impl InstalmentView {
    fn of(instalment: &Instalment, paid: Decimal, state: RowState) -> InstalmentView {
        InstalmentView {
            due: instalment.due.into(),
            amount: money::plain(instalment.amount),
            paid: money::plain(paid),
            missing: money::plain(instalment.amount - paid),
            balance: money::plain(instalment.balance),
            state,
        }
    }
}
