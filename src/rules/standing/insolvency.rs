//! Filings under the Bankruptcy and Insolvency Act, each with its stages.

use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};

use super::Debt;
use super::happened::{Filed, FilingEnded};

/// A filing and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Insolvency {
    /// The day of filing. A debt incurred later is not provable in it.
    pub filed: NaiveDate,
    /// What was filed.
    pub kind: Filing,
    /// The bankrupt was discharged, or the proposal fully performed: provable debts are released (s. 178(2), 66.4).
    pub released: Option<NaiveDate>,
    /// The debt survives all the same: the ground of s. 178(1), with its evidence.
    pub survives: bool,
    /// The stay is over: the trustee or administrator was discharged, or the filing was withdrawn, refused or annulled.
    pub ended: Option<NaiveDate>,
    /// Whether a stay came with it at all: none for a consumer proposal within six months of another (s. 69.2(2)).
    pub stays: bool,
}

/// What can be filed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Filing {
    /// A notice of intention to make a proposal.
    #[serde(rename = "notice-of-intention")]
    NoticeOfIntention,
    /// A proposal under Division I of Part III.
    #[serde(rename = "division-1-proposal")]
    DivisionOneProposal,
    /// A consumer proposal.
    #[serde(rename = "consumer-proposal")]
    ConsumerProposal,
    /// An assignment or a bankruptcy order.
    #[serde(rename = "bankruptcy")]
    Bankruptcy,
}

/// How a stage of a filing ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// The bankrupt is discharged.
    Discharged,
    /// The trustee is.
    TrusteeDischarged,
    /// The proposal was fully performed.
    ProposalPerformed,
    /// The filing was withdrawn.
    Withdrawn,
    /// It was refused.
    Refused,
    /// It was annulled: it never was.
    Annulled,
}

impl Insolvency {
    pub(super) fn file(filings: &mut Vec<Insolvency>, facts: &Filed) {
        let Filed { filed, kind } = *facts;
        // What is filed later takes the place of a notice of intention or a proposal (ss. 69(1), 69.1(1), 69.2(1)).
        let open = |one: &&mut Insolvency| one.ended.is_none() && one.kind != Filing::Bankruptcy;
        for earlier in filings.iter_mut().filter(open) {
            let superseded = kind == Filing::Bankruptcy || earlier.kind == Filing::NoticeOfIntention;
            earlier.ended = superseded.then_some(filed);
        }
        let again = kind == Filing::ConsumerProposal
            && filings.iter().any(|one| {
                one.kind == Filing::ConsumerProposal && one.filed + Months::new(6) > filed && one.filed < filed
            });
        filings.push(Insolvency { filed, kind, released: None, survives: false, ended: None, stays: !again });
    }

    pub(super) fn end(filings: &mut [Insolvency], facts: &FilingEnded) {
        let on = Some(facts.ended);
        // Either discharge may come first, so each looks for the newest filing that does not have it yet.
        let open = |one: &&mut Insolvency| match facts.outcome {
            End::Discharged => one.released.is_none(),
            End::Annulled => true,
            End::TrusteeDischarged | End::ProposalPerformed | End::Withdrawn | End::Refused => one.ended.is_none(),
        };
        let Some(filing) = filings.iter_mut().rev().find(open) else { return };
        match facts.outcome {
            // The stay of a bankruptcy lasts until the trustee's discharge, not the bankrupt's (s. 69.3(1.1)).
            End::Discharged => filing.released = on,
            End::ProposalPerformed => (filing.released, filing.ended) = (on, on),
            // What is annulled never was: nothing is released by it.
            End::Annulled => (filing.released, filing.ended) = (None, on),
            End::TrusteeDischarged | End::Withdrawn | End::Refused => filing.ended = on,
        }
        // Only a ground of s. 178(1) with its evidence keeps a debt alive.
        filing.survives |= facts.survives && facts.ground.is_some() && facts.evidence.is_some();
    }

    /// Whether a debt is a claim provable in it. One whose time is not known is taken to be.
    pub fn has_provable(&self, debt: Option<&Debt>) -> bool {
        debt.and_then(|debt| debt.incurred).is_none_or(|period| period.from <= self.filed)
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
