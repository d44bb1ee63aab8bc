//! A sheet that comes back: the officer's own columns in their order, and beside them what became of each row.

use serde::Serialize;

use crate::case::{Both, Language, LetterState, MergeId};
use crate::desk::{Desk, DeskError};

/// How far the rows of a merge have come.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
pub struct MergeTally {
    /// Rows.
    pub rows: usize,
    /// Rows whose events were taken.
    pub letters: usize,
    /// Rows at fault.
    pub faulty: usize,
    /// Letters by state.
    #[schema(value_type = Object)]
    pub states: std::collections::BTreeMap<LetterState, usize>,
}

/// The headings of the columns that Recto adds.
const HEADINGS: [Both; 5] = [
    Both { en: "Recto: what became of it", fr: "Recto : suite donnée" },
    Both { en: "Recto: letter", fr: "Recto : lettre" },
    Both { en: "Recto: date", fr: "Recto : date" },
    Both { en: "Recto: sent by", fr: "Recto : mode d’envoi" },
    Both { en: "Recto: why", fr: "Recto : motif" },
];

/// Whether a column is one that Recto added to a sheet that came back.
pub(super) fn is_own_heading(heading: &str) -> bool {
    HEADINGS.iter().any(|own| Language::BOTH.into_iter().any(|language| own.get(language) == heading))
}

impl Desk {
    /// How far the rows of a merge have come.
    pub async fn merge_tally(&self, merge: &MergeId) -> Result<MergeTally, DeskError> {
        let mut tally = MergeTally::default();
        for (state, faulty, rows) in self.reader().merge_states(merge).await? {
            tally.rows += rows;
            match state {
                Some(state) => {
                    tally.letters += rows;
                    *tally.states.entry(state).or_default() += rows;
                }
                None if faulty => tally.faulty += rows,
                None => {}
            }
        }
        Ok(tally)
    }
}
