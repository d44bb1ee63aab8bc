//! Taking a changed set of letter types without a restart.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Mutex;

use super::Desk;
use crate::case::{Actor, Fault, Text};
use crate::register::RegisterError;
use crate::studio::Studio;

/// The desk that is open now. A desk keeps its letter types for life; taking others puts a new desk over the same register,
/// archive and post in its place. What was begun at the old one is finished there.
pub struct CurrentDesk {
    desk: RwLock<Arc<Desk>>,
    home: PathBuf,
    /// Held while letter types are taken: one set at a time.
    reloading: Mutex<()>,
}

/// A set of letter types that was taken.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Reloaded {
    /// The hash of the letter templates in force before.
    pub before: String,
    /// The hash of those in force now; the same where nothing has changed.
    pub now: String,
    /// The letters that were set to check them.
    pub letters: usize,
}

impl CurrentDesk {
    /// Opens for a desk whose letter types come from a home folder (`letter-templates`, `fonts`).
    pub fn new(desk: Desk, home: PathBuf) -> CurrentDesk {
        CurrentDesk { desk: RwLock::new(Arc::new(desk)), home, reloading: Mutex::default() }
    }

    /// The desk that is open now.
    pub fn desk(&self) -> Arc<Desk> {
        Arc::clone(&self.desk.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the home folder again. A set that passes the whole check (every type, both languages, every sample) is taken from
    /// now on; one that does not is refused with all its faults, and the old one stays.
    pub async fn reload(&self, actor: Actor) -> Result<Reloaded, Vec<Fault>> {
        let _alone = self.reloading.lock().await;
        let old = self.desk();
        let (home, specimen) = (self.home.clone(), old.studio.specimen);
        let opened = tokio::task::spawn_blocking(move || Studio::open(&home, specimen)).await;
        let studio = opened.map_err(|_| vec![crashed()])??;
        let (before, now) = (old.studio.state(), studio.state());
        if before == now {
            return Ok(Reloaded { before, now, letters: 0 });
        }
        let checked = studio.check_types(studio.catalogue.types.values().collect(), |_| {}).await;
        if !checked.faults.is_empty() {
            return Err(checked.faults);
        }
        let not_kept = |error: RegisterError| vec![not_kept(&error.says())];
        let desk = Arc::new(old.with_studio(studio));
        desk.keep_house().await.map_err(not_kept)?;
        // What could not be made, or was stopped, by the old ones may go by the new ones. Nothing is taken before that is recorded.
        let mut act = desk.begin(actor).await.map_err(not_kept)?;
        act.requeue_stopped().await.map_err(not_kept)?;
        act.commit().await.map_err(not_kept)?;
        *self.desk.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&desk);
        desk.wake();
        Ok(Reloaded { before, now, letters: checked.letters.len() })
    }
}

fn not_kept(problem: &Text) -> Fault {
    Fault::new(
        "register-unavailable",
        "recto.db",
        format!("The register cannot keep the new letter types. {}", problem.en),
        format!("Le registre ne peut pas conserver les nouveaux types de lettres. {}", problem.fr),
    )
}

fn crashed() -> Fault {
    Fault::new(
        "letter-types-unreadable",
        "letter-templates",
        "Recto crashed while it read the letter types. The old ones stay; report it to those who maintain Recto.",
        "Recto s’est arrêté en lisant les types de lettres. Les anciens restent; signalez-le aux responsables de Recto.",
    )
}
