//! A print run.

use serde::Serialize;

use crate::case::{Day, RunId, RunState, Stamp};
use crate::dispatch::Totals;
use crate::register::RunRow;

/// A print run.
#[derive(Serialize, utoipa::ToSchema)]
pub struct RunView {
    /// Its identity: its date, with its number where the date has several.
    pub id: RunId,
    /// Its mailing date.
    pub date: Day,
    /// How far it has come.
    pub state: RunState,
    /// When it was closed.
    pub closed_at: Option<Stamp>,
    /// Who closed it.
    pub closed_by: Option<String>,
    /// Its control totals, once it is closed.
    pub totals: Option<Totals>,
}

impl RunView {
    /// A run.
    pub(in crate::web) fn of(row: RunRow) -> RunView {
        let totals = row.totals.and_then(|totals| serde_json::from_str(&totals).ok());
        let RunRow { id, date, state, closed_at, closed_by, .. } = row;
        RunView { id, date, state, closed_at, closed_by, totals }
    }
}
