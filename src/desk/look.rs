//! Who has looked at a letter: each look is an entry of the case file.

use chrono::TimeDelta;
use serde_json::json;

use super::{Desk, DeskError};
use crate::case::entry::{View, Viewed};
use crate::case::{AuditKind, Entry, EntryKind};
use crate::people::Who;
use crate::register::LetterRow;

/// A page that is loaded again within this time, by the same person, is the same look.
const SAME_LOOK: TimeDelta = TimeDelta::minutes(5);

impl Desk {
    /// Notes that somebody has fetched the letters that a search finds, as a file.
    pub async fn exported(&self, by: &Who, search: &str) -> Result<(), DeskError> {
        let mut act = self.begin(by.actor()).await?;
        act.audit(AuditKind::ListFetched, "letters", &json!({"search": search})).await?;
        Ok(act.commit().await?)
    }

    /// Notes that somebody has looked at a letter, or has fetched it.
    pub async fn looked_at(&self, by: &Who, letter: &LetterRow, way: View) -> Result<(), DeskError> {
        let (actor, entry) = (by.actor(), Entry::LetterViewed(Viewed { way }));
        let entries = self.reader().entries_of_letter(&letter.id).await?;
        let mut looks = entries.iter().rev().filter(|one| one.kind() == EntryKind::LetterViewed);
        let last = looks.find(|one| one.actor.as_ref() == Some(&actor) && one.entry == entry);
        if last.is_some_and(|last| self.clock.now() - last.at.instant() < SAME_LOOK) {
            return Ok(());
        }
        let mut act = self.begin(actor).await?;
        act.enter(letter.subject(), &entry).await?;
        act.commit().await?;
        Ok(())
    }
}
