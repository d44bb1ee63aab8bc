//! Who has looked at a letter: each look is an entry of the case file.

use chrono::TimeDelta;
use serde_json::json;

use super::{Desk, DeskError};
use crate::case::entry::{View, Viewed};
use crate::case::insurance::masked;
use crate::case::{AuditKind, Entry, EntryKind, FiledEntry, Sha256};
use crate::people::Who;
use crate::register::LetterRow;

/// A page that is loaded again within this time, by the same person, is the same look.
const SAME_LOOK: TimeDelta = TimeDelta::minutes(5);

impl Desk {
    /// Notes that somebody has fetched the letters that a search finds, as a file.
    pub async fn exported(&self, by: &Who, search: &str) -> Result<(), DeskError> {
        let mut act = self.begin(by.actor()).await?;
        act.audit(AuditKind::ListFetched, "letters", &json!({"search": masked(search)})).await?;
        Ok(act.commit().await?)
    }

    /// Notes that somebody has looked at a letter, or has fetched it.
    pub async fn looked_at(&self, by: &Who, letter: &LetterRow, way: View) -> Result<(), DeskError> {
        self.opened_at(by, letter, way, None).await
    }

    /// Notes that somebody has looked at a letter; where it waits for an approval, at what that would be bound to.
    pub async fn opened_at(
        &self,
        by: &Who,
        letter: &LetterRow,
        way: View,
        seal: Option<Sha256>,
    ) -> Result<(), DeskError> {
        let actor = by.actor();
        let kinds = [EntryKind::LetterViewed, EntryKind::LetterReturned];
        let entries = self.reader().entries_of_kinds(&letter.id, kinds).await?;
        // A picture of the page that is open is of the same look, whatever it would be bound to.
        let is_same = |one: &&FiledEntry| match &one.entry {
            Entry::LetterViewed(viewed) => viewed.way == way && (seal.is_none() || viewed.seal == seal),
            _ => false,
        };
        let last =
            entries.iter().rev().filter(|one| one.actor.as_ref().is_some_and(|one| one.is_same(&actor))).find(is_same);
        let entry = Entry::LetterViewed(Viewed { way, seal: seal.clone() });
        if last.is_some_and(|last| self.clock.now() - last.at.instant() < SAME_LOOK) {
            return Ok(());
        }
        let mut act = self.begin(actor).await?;
        act.enter(letter.subject(), &entry).await?;
        act.commit().await?;
        Ok(())
    }
}
