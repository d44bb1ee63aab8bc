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
}
