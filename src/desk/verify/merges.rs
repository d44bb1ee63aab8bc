//! Mail merges: the sheet that was confirmed, and each row with the event that was taken of it.

use serde_json::Value;

use super::Audit;
use crate::case::Sha256;
use crate::case::texts::normalize;
use crate::desk::merge::SOURCE;
use crate::desk::{Desk, DeskError};

impl Desk {
    pub(super) async fn verify_merges(&self, audit: &mut Audit) -> Result<(), DeskError> {
        for record in self.reader().merges(None, &[], i64::MAX).await? {
            let place = format!("merges/{}", record.id);
            let sheet = self.reader().merge_sheet(&record.id).await?.unwrap_or_default();
            let is_own = record.confirmed.as_str().starts_with(record.id.as_str());
            if Sha256::of(&sheet) != record.sheet_hash || !is_own {
                audit.note("merge-altered", place.as_str(), "Its sheet is not the one that was confirmed.");
            }
            let mut after = 0;
            while let Some(rows) = self.reader().next_merge_rows(&record.id, &mut after).await? {
                for row in rows.iter().filter(|row| row.letter.is_some()) {
                    let told: Value = serde_json::from_str(&row.data).unwrap_or_default();
                    let event = self.reader().event_by_key(SOURCE, &row.event_id).await?;
                    if event.is_none_or(|stored| stored.event.data != normalize(told)) {
                        audit.note(
                            "merge-row-altered",
                            format!("{place}/{}", row.row),
                            "The event that was taken of this row says something else, or is not there.",
                        );
                    }
                }
            }
        }
        Ok(())
    }
}
