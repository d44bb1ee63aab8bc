//! A worker: whoever has claims. It lives as long as it holds the lock on its file, so that a dead one is known at once, whatever the
//! clock says.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::case::{WorkerId, hex};

/// The folder of the workers' files in a data folder.
const FOLDER: &str = "workers";

/// Somebody who works in a data folder.
pub(super) struct Worker {
    pub id: WorkerId,
    file: PathBuf,
    /// Locked as long as the worker lives; the system unlocks it, however the process ends.
    _lock: File,
}

impl Worker {
    /// Begins to work under a name of its own.
    pub fn sign_on(folder: &Path) -> std::io::Result<Worker> {
        let workers = folder.join(FOLDER);
        std::fs::create_dir_all(&workers)?;
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
        let id = WorkerId::new(hex(&bytes));
        // Locked before it bears the name by which others look for it.
        let (new, file) = (workers.join(format!("{id}.new")), path(folder, &id));
        let lock = File::create(&new)?;
        lock.lock()?;
        std::fs::rename(&new, &file)?;
        Ok(Worker { id, file, _lock: lock })
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // What is left over is a dead worker's file, which the next one takes away.
        let _ = std::fs::remove_file(&self.file);
    }
}

/// Whether a worker is gone: nobody holds its file, or there is none. What is left of it is taken away.
pub(super) fn is_gone(folder: &Path, worker: &WorkerId) -> std::io::Result<bool> {
    let path = path(folder, worker);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(error),
    };
    match file.try_lock() {
        // Another may have found it dead at the same time, and have taken its file away first.
        Ok(()) => match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(true),
        },
        Err(std::fs::TryLockError::WouldBlock) => Ok(false),
        Err(std::fs::TryLockError::Error(error)) => Err(error),
    }
}

fn path(folder: &Path, worker: &WorkerId) -> PathBuf {
    folder.join(FOLDER).join(format!("{worker}.lock"))
}
