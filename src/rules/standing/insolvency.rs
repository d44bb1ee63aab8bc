//! Filings under the Bankruptcy and Insolvency Act, each with its stages.

use chrono::{Months, NaiveDate};
use serde::Serialize;

use super::{Debt, day, text};
use crate::case::CaseEvent;

/// A filing and what became of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Insolvency {
    /// The day of filing. A debt incurred later is not provable in it.
    pub filed: Option<NaiveDate>,
    /// `notice-of-intention`, `division-1-proposal`, `consumer-proposal` or `bankruptcy`.
    pub kind: String,
    /// The bankrupt was discharged, or the proposal fully performed: provable debts are released (s. 178(2), 66.4).
    pub released: Option<NaiveDate>,
    /// The debt survives all the same: the ground of s. 178(1), with its evidence.
    pub survives: bool,
    /// The stay is over: the trustee or administrator was discharged, or the filing was withdrawn, refused or annulled.
    pub ended: Option<NaiveDate>,
    /// Whether a stay came with it at all: none for a consumer proposal within six months of another (s. 69.2(2)).
    pub stays: bool,
}

impl Insolvency {
    pub(super) fn file(filings: &mut Vec<Insolvency>, event: &CaseEvent) {
        let facts = &event.data["facts"];
        let (filed, kind) = (day(facts, "filed"), text(facts, "kind"));
        // What is filed later takes the place of a notice of intention or a proposal (ss. 69(1), 69.1(1), 69.2(1)).
        for earlier in filings.iter_mut().filter(|one| one.ended.is_none() && one.kind != "bankruptcy") {
            let superseded = kind == "bankruptcy" || earlier.kind == "notice-of-intention";
            earlier.ended = earlier.ended.or(filed.filter(|_| superseded));
        }
        let again = kind == "consumer-proposal"
            && filings.iter().any(|one| {
                one.kind == "consumer-proposal"
                    && one.filed.map(|day| day + Months::new(6)) > filed
                    && one.filed < filed
            });
        filings.push(Insolvency { filed, kind, stays: !again, ..Insolvency::default() });
    }

    pub(super) fn end(filings: &mut [Insolvency], event: &CaseEvent) {
        let facts = &event.data["facts"];
        let on = day(facts, "ended");
        let outcome = facts["outcome"].as_str().unwrap_or_default();
        // Either discharge may come first, so each looks for the newest filing that does not have it yet.
        let open = |one: &&mut Insolvency| match outcome {
            "discharged" => one.released.is_none(),
            "annulled" => true,
            _ => one.ended.is_none(),
        };
        let Some(filing) = filings.iter_mut().rev().find(open) else { return };
        match outcome {
            // The stay of a bankruptcy lasts until the trustee's discharge, not the bankrupt's (s. 69.3(1.1)).
            "discharged" => filing.released = on,
            "proposal-performed" => (filing.released, filing.ended) = (on, on),
            // What is annulled never was: nothing is released by it.
            "annulled" => (filing.released, filing.ended) = (None, on),
            _ => filing.ended = on,
        }
        // Only a ground of s. 178(1) with its evidence keeps a debt alive.
        filing.survives |= facts["survives"] == true && facts["ground"].is_string() && facts["evidence"].is_string();
    }

    /// Whether a debt is a claim provable in it. One whose time is not known is taken to be.
    pub fn has_provable(&self, debt: Option<&Debt>) -> bool {
        debt.and_then(|debt| debt.incurred).is_none_or(|(from, _)| self.filed.is_none_or(|filed| from <= filed))
    }

    /// Whether its stay is in force.
    pub fn stay_in_force(&self) -> bool {
        self.stays && self.ended.is_none()
    }

    /// Whether it has released provable debts.
    pub fn has_released(&self) -> bool {
        self.released.is_some() && !self.survives
    }
}
