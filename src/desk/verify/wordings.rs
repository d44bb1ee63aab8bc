//! The words of each version: those that letters were issued with, as the case files say.

use super::Audit;
use crate::desk::{Desk, DeskError};

impl Desk {
    pub(super) async fn verify_wordings(&self, audit: &mut Audit) -> Result<(), DeskError> {
        let mut logged = std::mem::take(&mut audit.wordings);
        for wording in self.reader().wordings().await? {
            let place = format!("wordings/{} {}", wording.name, wording.version);
            match logged.remove(&(wording.name, wording.version)) {
                Some(hashes) if hashes.contains(&wording.hash) => {}
                Some(_) => {
                    audit.note("wording-altered", place, "No case file says that a letter was issued with these words.")
                }
                None => audit.note(
                    "wording-unlogged",
                    place,
                    "No case file says that a letter was issued with this version.",
                ),
            }
        }
        for (name, version) in logged.into_keys() {
            audit.note(
                "wording-missing",
                format!("wordings/{name} {version}"),
                "Letters were issued with this version; the register does not have its words.",
            );
        }
        Ok(())
    }
}
