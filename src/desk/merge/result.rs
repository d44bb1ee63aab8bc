//! A sheet that comes back: the officer's own columns in their order, and beside them what became of each row.

use crate::case::{Both, Language};

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
