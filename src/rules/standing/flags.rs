//! The standing in single words.

use chrono::NaiveDate;

use super::balance::DebtState;
use super::{Owed, Standing};
use crate::case::interest::Terms;

impl Standing {
    /// What stands in the way of the person or the case on a day, as officers are shown it. Interest goes by the terms.
    pub fn flags(&self, today: NaiveDate, terms: &[Terms]) -> Vec<&'static str> {
        let (person, ledger) = (&self.person, &self.ledger);
        let owed = ledger.owed_each(today, terms);
        let is_any = |state| owed.iter().any(|one| one.state() == state);
        let all = [
            (person.died.is_some(), "deceased"),
            (person.insolvencies.iter().any(|one| one.stay_in_force()), "insolvency_stay"),
            (person.insolvencies.iter().any(|one| one.has_released()), "discharged"),
            (self.open_disputes().next().is_some(), "open_dispute"),
            (ledger.debts.iter().any(|debt| debt.recalculation.is_some()), "recalculation"),
            (ledger.debts.iter().any(|debt| debt.changed.is_some()), "debt_changed"),
            (!owed.is_empty() && owed.iter().all(Owed::is_paid), "paid"),
            (is_any(DebtState::Overpaid), "overpaid"),
            (is_any(DebtState::CreditFound), "credit_found"),
            (ledger.is_written_off(""), "written_off"),
            (self.kept_plan().is_some(), "plan_in_good_standing"),
            (person.transferred.is_some(), "transferred"),
            (person.is_deferred(today), "deferred"),
            (person.active_recipient, "active_recipient"),
            (person.mail_returned || person.email_returned, "mail_returned"),
            (!person.flags.is_empty(), "flagged"),
            (person.represented_by(today).is_some(), "represented"),
        ];
        all.into_iter().filter(|(is_so, _)| *is_so).map(|(_, name)| name).collect()
    }
}
