//! What a letter tells its reader, as far as a rule rests on it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something that a letter type tells whoever gets it. Rules ask whether a person was told of it, and never for a letter by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, strum::EnumIter)]
#[serde(rename_all = "kebab-case")]
pub enum Tells {
    /// That the debt is owed, and that an internal review of the decision can be asked for: the time for it runs (B5).
    ReviewRight,
    /// That the person may explain their circumstances before anything is enforced (B7).
    RightToExplain,
    /// That the debt is to go to the Canada Revenue Agency: the time of the notice runs (B6).
    TransferIntended,
    /// That it went there.
    TransferMade,
    /// That an instalment did not come, and until when it can be made good (B13).
    InstalmentMissed,
    /// That the plan is not kept any more.
    PlanDefaulted,
    /// That what the person sent has arrived.
    Receipt,
    /// That the debt is paid.
    DebtPaid,
    /// For what the unit would settle the debt, and until when that can be accepted.
    SettlementOffered,
    /// That money is to be paid by a day.
    PaymentDue,
    /// What was decided of something that the person wrote: until this is told, it is not answered (B4).
    Answer,
}

/// How far collection goes with a letter, from the mildest step to the hardest. A letter that takes none of them informs, answers or
/// helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Money is asked for.
    Demand,
    /// A plan is ended.
    PlanEnded,
    /// The debt is to go to the Canada Revenue Agency.
    TransferIntended,
    /// It went there.
    TransferMade,
}

impl Step {
    /// The hardest step among what a letter tells.
    pub fn of(tells: &[Tells]) -> Option<Step> {
        tells.iter().filter_map(|told| told.step()).max()
    }
}

impl Tells {
    fn step(self) -> Option<Step> {
        match self {
            Tells::PaymentDue | Tells::InstalmentMissed => Some(Step::Demand),
            Tells::PlanDefaulted => Some(Step::PlanEnded),
            Tells::TransferIntended => Some(Step::TransferIntended),
            Tells::TransferMade => Some(Step::TransferMade),
            Tells::ReviewRight
            | Tells::RightToExplain
            | Tells::Receipt
            | Tells::DebtPaid
            | Tells::Answer
            | Tells::SettlementOffered => None,
        }
    }
}
