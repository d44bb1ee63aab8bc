//! Spreadsheets that were handed in: a long one is checked, and made a merge, longer than a request may take, so each goes on by itself
//! and tells how far it has come.
//!
//! They are kept in memory, for some time and in some number. Nothing is made of a sheet before it is confirmed, so that a restart costs
//! no more than handing it in again.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use futures_util::FutureExt;
use tokio::sync::{Semaphore, watch};
use tokio::task::AbortHandle;

use super::problem::Problem;
use crate::case::{Actor, MergeId, Sha256, hex};
use crate::desk::{Desk, DeskError, MergeCheck, MergeRequest, Merged};
use crate::merge::Mapping;

/// How long a sheet is kept that nobody has asked for.
const KEPT: Duration = Duration::from_secs(2 * 60 * 60);
/// Sheets that are kept, at most.
const MOST: usize = 24;
/// Rows of all sheets that are kept, at most: of the longest sheet, two.
const MOST_ROWS: usize = 200_000;
/// Bytes of all sheets that are kept, at most.
const MOST_BYTES: usize = 256 << 20;
/// Sheets that are checked at the same time; the others wait.
const AT_ONCE: usize = 2;

/// How far a sheet has come.
#[derive(Clone)]
pub(super) enum Stage {
    /// It is being checked.
    Checking,
    /// It was checked.
    Checked(Arc<MergeCheck>),
    /// What was confirmed is looked at once more, and recorded.
    Confirming,
    /// It is not what was confirmed any more, and was checked anew.
    Changed(Arc<MergeCheck>),
    /// It was confirmed.
    Confirmed(MergeId),
    /// It could not be done.
    Failed(Problem),
}

impl Stage {
    /// Whether it goes on by itself.
    pub fn is_under_way(&self) -> bool {
        matches!(self, Stage::Checking | Stage::Confirming)
    }

    /// What was found, where it was checked.
    pub fn check(&self) -> Option<&Arc<MergeCheck>> {
        match self {
            Stage::Checked(check) | Stage::Changed(check) => Some(check),
            _ => None,
        }
    }
}

/// A sheet that was handed in.
pub(super) struct Upload {
    /// By which it is asked for.
    pub id: String,
    request: Mutex<MergeRequest>,
    stage: watch::Sender<Stage>,
    done: AtomicUsize,
    all: AtomicUsize,
    asked_for: Mutex<Instant>,
    task: Mutex<Option<AbortHandle>>,
}

impl Upload {
    /// How far it has come.
    pub fn stage(&self) -> Stage {
        self.stage.borrow().clone()
    }

    /// How far it has come, once it goes on by itself no more, or when the time is over.
    pub async fn settled(&self, within: Duration) -> Stage {
        let mut stage = self.stage.subscribe();
        let settled = stage.wait_for(|stage| !stage.is_under_way());
        drop(tokio::time::timeout(within, settled).await);
        self.stage()
    }

    /// Rows that were looked at, of how many; of none as long as the sheet is being read.
    pub fn progress(&self) -> (usize, usize) {
        (self.done.load(Ordering::Relaxed), self.all.load(Ordering::Relaxed))
    }

    /// The sheet, and how it is understood.
    pub fn request(&self) -> MergeRequest {
        held(&self.request).clone()
    }

    /// Has it understood otherwise when it is checked next.
    pub fn understand(&self, mapping: Mapping) {
        held(&self.request).mapping = Some(mapping);
    }

    /// The name of the file.
    pub fn file_name(&self) -> String {
        held(&self.request).file_name.clone()
    }

    /// Stops what is done with it.
    fn stop(&self) {
        held(&self.task).take().inspect(AbortHandle::abort);
    }

    fn bytes(&self) -> usize {
        held(&self.request).sheet.len()
    }

    fn rows(&self) -> usize {
        self.stage.borrow().check().map_or(0, |check| check.rows.len())
    }

    fn tell(&self, done: usize, all: usize) {
        self.done.store(done, Ordering::Relaxed);
        self.all.store(all, Ordering::Relaxed);
    }
}

/// What somebody confirms.
pub(super) struct Confirmation {
    /// The hash of what was seen.
    pub hash: Sha256,
    /// What people call the merge.
    pub name: String,
    /// Who confirms it.
    pub actor: Actor,
}

/// The sheets that were handed in.
pub(super) struct Uploads {
    kept: Mutex<Vec<Arc<Upload>>>,
    at_once: Arc<Semaphore>,
}

impl Default for Uploads {
    fn default() -> Uploads {
        Uploads { kept: Mutex::default(), at_once: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Uploads {
    /// A sheet that is kept.
    pub fn get(&self, id: &str) -> Option<Arc<Upload>> {
        let mut kept = held(&self.kept);
        forget_old(&mut kept);
        let upload = kept.iter().find(|upload| upload.id == id).cloned()?;
        *held(&upload.asked_for) = Instant::now();
        Some(upload)
    }

    /// Takes a sheet in.
    pub fn take_in(&self, request: MergeRequest) -> Result<Arc<Upload>, Problem> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|error| DeskError::Io(std::io::Error::other(error)))?;
        let upload = Arc::new(Upload {
            id: hex(&bytes),
            request: Mutex::new(request),
            stage: watch::Sender::new(Stage::Checking),
            done: AtomicUsize::new(0),
            all: AtomicUsize::new(0),
            asked_for: Mutex::new(Instant::now()),
            task: Mutex::default(),
        });
        self.keep(Arc::clone(&upload));
        Ok(upload)
    }

    /// Checks a sheet.
    pub fn check(&self, desk: &Arc<Desk>, upload: &Arc<Upload>) {
        let (desk, own) = (Arc::clone(desk), Arc::clone(upload));
        self.go_on(upload, Stage::Checking, async move {
            let check = desk.check_merge(&own.request(), &|done, all| own.tell(done, all)).await?;
            Ok(Stage::Checked(Arc::new(check)))
        });
    }

    /// Makes a merge of a sheet as it was seen.
    pub fn confirm(&self, desk: &Arc<Desk>, upload: &Arc<Upload>, confirmation: Confirmation) {
        let (desk, own) = (Arc::clone(desk), Arc::clone(upload));
        self.go_on(upload, Stage::Confirming, async move {
            let Confirmation { hash, name, actor } = confirmation;
            let progress = |done, all| own.tell(done, all);
            Ok(match desk.confirm_merge(actor, &own.request(), &name, &hash, &progress).await? {
                Merged::Recorded(record) => Stage::Confirmed(record.id),
                Merged::Changed(check) => Stage::Changed(Arc::from(check)),
            })
        });
    }

    /// Throws a sheet away, whatever is being done with it.
    pub fn discard(&self, id: &str) {
        held(&self.kept).extract_if(.., |upload| upload.id == id).for_each(|upload| upload.stop());
    }

    fn go_on(
        &self,
        upload: &Arc<Upload>,
        stage: Stage,
        work: impl Future<Output = Result<Stage, Problem>> + Send + 'static,
    ) {
        upload.tell(0, 0);
        upload.stage.send_replace(stage);
        let (own, at_once) = (Arc::clone(upload), Arc::clone(&self.at_once));
        let task = tokio::spawn(async move {
            let _turn = at_once.acquire().await;
            let done = AssertUnwindSafe(work).catch_unwind().await;
            let stage = done.unwrap_or_else(|_| Err(Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR)));
            own.stage.send_replace(stage.unwrap_or_else(Stage::Failed));
        });
        *held(&upload.task) = Some(task.abort_handle());
    }

    /// Keeps one more, and no more than are to be kept: those go first that nobody has asked for the longest.
    fn keep(&self, upload: Arc<Upload>) {
        let mut kept = held(&self.kept);
        forget_old(&mut kept);
        kept.push(upload);
        kept.sort_by_key(|upload| *held(&upload.asked_for));
        let sum = |kept: &[Arc<Upload>], of: fn(&Upload) -> usize| kept.iter().map(|one| of(one)).sum::<usize>();
        let too_much = |kept: &[Arc<Upload>]| {
            kept.len() > MOST || sum(kept, Upload::rows) > MOST_ROWS || sum(kept, Upload::bytes) > MOST_BYTES
        };
        while kept.len() > 1 && too_much(&kept) {
            kept.remove(0).stop();
        }
    }
}

fn forget_old(kept: &mut Vec<Arc<Upload>>) {
    kept.extract_if(.., |upload| held(&upload.asked_for).elapsed() > KEPT).for_each(|upload| upload.stop());
}

/// What a lock holds. A panic while it was held has left nothing half done: each holder sets one value.
fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
