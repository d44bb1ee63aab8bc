//! The files of a closed print run, as the mail room fetches them.

use std::path::PathBuf;

use serde_json::json;

use super::{Desk, DeskError};
use crate::case::{AuditKind, RunId};
use crate::people::Who;

/// A file of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunFile {
    /// Its name, such as `letters-001.pdf`.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
}

impl Desk {
    /// The files of a run, by name; none where its folder is not there.
    pub async fn run_files(&self, run: &RunId) -> Result<Vec<RunFile>, DeskError> {
        let mut found = Vec::new();
        // Only what the register knows is a run: an identity is never a way to another folder.
        if self.reader().run(run).await?.is_none() {
            return Ok(found);
        }
        let mut folder = match tokio::fs::read_dir(self.run_folder(run)).await {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(found),
            folder => folder?,
        };
        while let Some(entry) = folder.next_entry().await? {
            let about = entry.metadata().await?;
            if about.is_file() {
                found.push(RunFile { name: entry.file_name().to_string_lossy().into_owned(), bytes: about.len() });
            }
        }
        found.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(found)
    }

    /// Where a file of a run lies, for somebody who fetches it: the audit trail says who did. None where the run has no such file.
    pub async fn fetch_run_file(&self, by: &Who, run: &RunId, name: &str) -> Result<Option<PathBuf>, DeskError> {
        // Print files have all programs' letters: who is kept to some fetches none.
        if !by.programs().is_empty() {
            return Ok(None);
        }
        // Only what is listed is there: a name is never a way out of the folder.
        if !self.run_files(run).await?.iter().any(|file| file.name == name) {
            return Ok(None);
        }
        let mut act = self.begin(by.actor()).await?;
        act.audit(AuditKind::RunFetched, run, &json!({"file": name})).await?;
        act.commit().await?;
        Ok(Some(self.run_folder(run).join(name)))
    }
}
