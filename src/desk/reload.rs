//! Taking a changed set of letter types without a restart, and proving a set before anything is made with it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex as StateMutex, PoisonError, RwLock};

use tokio::sync::{Mutex, OwnedMutexGuard};

use super::Desk;
use crate::case::{Actor, Fault, Stamp, Text};
use crate::register::RegisterError;
use crate::studio::Studio;

/// The desk that is open now. A desk keeps its letter types for life; taking others puts a new desk over the same register,
/// archive and post in its place. What was begun at the old one is finished there.
pub struct CurrentDesk {
    desk: RwLock<Arc<Desk>>,
    home: PathBuf,
    /// Held while letter types are taken: one set at a time.
    reloading: Arc<Mutex<()>>,
    last: StateMutex<Reload>,
}

/// How far a reload has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReloadState {
    /// None was asked for since the service began.
    #[default]
    Never,
    /// The set is being read and checked.
    Checking,
    /// The set was taken.
    Taken,
    /// The set was refused, and the old one stays.
    Refused,
}

/// The newest reload of the letter types.
#[derive(Debug, Clone, Default)]
pub struct Reload {
    /// How far it has come.
    pub state: ReloadState,
    /// When it began.
    pub begun_at: Option<Stamp>,
    /// When it ended.
    pub ended_at: Option<Stamp>,
    /// The hash of the set in force before.
    pub before: String,
    /// The hash of the set in force now; the same where nothing has changed or the set was refused.
    pub now: String,
    /// The letters that were set to check it; none where it was proven before.
    pub letters: usize,
    /// Why it was refused.
    pub faults: Vec<Fault>,
}

impl CurrentDesk {
    /// Opens for a desk whose letter types come from a home folder (`letter-templates`, `fonts`).
    pub fn new(desk: Desk, home: PathBuf) -> CurrentDesk {
        let state = desk.studio.state();
        let last = StateMutex::new(Reload { before: state.clone(), now: state, ..Reload::default() });
        CurrentDesk { desk: RwLock::new(Arc::new(desk)), home, reloading: Arc::default(), last }
    }

    /// The desk that is open now.
    pub fn desk(&self) -> Arc<Desk> {
        Arc::clone(&self.desk.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The newest reload.
    pub fn last_reload(&self) -> Reload {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Begins to read the home folder again, as [`CurrentDesk::reload`] does, and says so at once. None where that is under way.
    pub fn begin_reload(self: &Arc<Self>, actor: Actor) -> Option<Reload> {
        let alone = Arc::clone(&self.reloading).try_lock_owned().ok()?;
        let begun = self.begun();
        tokio::spawn(Arc::clone(self).finish_reload(alone, actor));
        Some(begun)
    }

    /// Reads the home folder again. A set that passes the whole check (every type, both languages, every sample) is taken from
    /// now on; one that does not is refused with all its faults, and the old one stays.
    pub async fn reload(self: &Arc<Self>, actor: Actor) -> Reload {
        let alone = Arc::clone(&self.reloading).lock_owned().await;
        self.begun();
        Arc::clone(self).finish_reload(alone, actor).await
    }

    fn begun(&self) -> Reload {
        let desk = self.desk();
        let (state, now) = (desk.studio.state(), desk.clock.now().into());
        self.keep(Reload {
            state: ReloadState::Checking,
            begun_at: Some(now),
            before: state.clone(),
            now: state,
            ..Reload::default()
        })
    }

    async fn finish_reload(self: Arc<Self>, _alone: OwnedMutexGuard<()>, actor: Actor) -> Reload {
        let open = Arc::clone(&self);
        let taken = tokio::spawn(async move { open.take_anew(actor).await }).await;
        let desk = self.desk();
        let ended = Reload { now: desk.studio.state(), ended_at: Some(desk.clock.now().into()), ..self.last_reload() };
        self.keep(match taken.unwrap_or_else(|_| Err(vec![crashed()])) {
            Ok(letters) => Reload { state: ReloadState::Taken, letters, ..ended },
            Err(faults) => Reload { state: ReloadState::Refused, faults, ..ended },
        })
    }

    fn keep(&self, reload: Reload) -> Reload {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&reload);
        reload
    }

    /// Takes the set of the home folder; gives the letters that were set to check it.
    async fn take_anew(&self, actor: Actor) -> Result<usize, Vec<Fault>> {
        let old = self.desk();
        let (home, specimen) = (self.home.clone(), old.studio.specimen);
        let opened = tokio::task::spawn_blocking(move || Studio::open(&home, specimen)).await;
        let studio = opened.map_err(|_| vec![crashed()])??;
        if old.studio.state() == studio.state() {
            return Ok(0);
        }
        let letters = old.prove(&studio).await?;
        let not_kept = |error: RegisterError| vec![not_kept(&error.says())];
        let desk = Arc::new(old.with_studio(studio));
        desk.keep_house().await.map_err(not_kept)?;
        // What could not be made, or was stopped, by the old ones may go by the new ones. Nothing is taken before that is recorded.
        let mut act = desk.begin(actor).await.map_err(not_kept)?;
        act.requeue_stopped().await.map_err(not_kept)?;
        act.commit().await.map_err(not_kept)?;
        *self.desk.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&desk);
        desk.wake();
        Ok(letters)
    }
}

impl Desk {
    /// Whether letters may be made with a studio: its words are those of their versions, as far as letters were issued with them, and
    /// the whole check finds no fault. That check is left out where `versions.toml` says that this very set has passed it. Gives the
    /// letters that were set, or all faults.
    pub async fn prove(&self, studio: &Studio) -> Result<usize, Vec<Fault>> {
        let issued = self.reader().wordings().await.map_err(|error| vec![not_kept(&error.says())])?;
        let mut faults = studio.catalogue.reissued_words(&issued);
        if studio.is_proven() {
            faults.extend(studio.catalogue.changed_words());
            return if faults.is_empty() { Ok(0) } else { Err(faults) };
        }
        let checked = studio.check_types(studio.catalogue.types.values().collect(), |_| {}).await;
        faults.extend(checked.faults);
        if faults.is_empty() { Ok(checked.letters.len()) } else { Err(faults) }
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
