//! What kind of debts a program has: what rules and templates ask instead of the program's name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What holds for all debts of a program, by law and not by the unit's policy. `[traits]` of the program's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Traits {
    /// Whether the decision behind a debt can be reviewed internally and appealed to the Social Benefits Tribunal (Ontario Works
    /// Act, 1997, ss. 24 to 28; Ontario Disability Support Program Act, 1997, ss. 19 to 23). Where it cannot, no review period runs and no letter speaks of one.
    pub internal_review: bool,
    /// Whether part or all of a debt may be forgiven. A sponsorship debt may be deferred, not forgiven (Canada (AG) v. Mavi, 2011
    /// SCC 30): it is never settled for less.
    pub may_be_forgiven: bool,
    /// Whether the person may explain their circumstances before enforcement, and must be told so (Mavi).
    pub explain_before_enforcement: bool,
    /// Whether a debt comes from an undertaking that the person signed for somebody else who got assistance: several may have
    /// signed it, and until it is paid the undertaking is in default (Immigration and Refugee Protection Regulations, s. 135).
    /// Otherwise it is an overpayment of the person's own assistance.
    pub undertaking: bool,
}

/// One of the traits, by the name that the program's file gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trait {
    /// [`Traits::internal_review`].
    InternalReview,
    /// [`Traits::may_be_forgiven`].
    MayBeForgiven,
    /// [`Traits::explain_before_enforcement`].
    ExplainBeforeEnforcement,
    /// [`Traits::undertaking`].
    Undertaking,
}

impl Traits {
    /// Whether the program's debts have a trait.
    pub fn have(&self, one: Trait) -> bool {
        match one {
            Trait::InternalReview => self.internal_review,
            Trait::MayBeForgiven => self.may_be_forgiven,
            Trait::ExplainBeforeEnforcement => self.explain_before_enforcement,
            Trait::Undertaking => self.undertaking,
        }
    }
}
