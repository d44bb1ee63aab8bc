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
use crate::case::{MergeId, Sha256, hex};
use crate::desk::{CurrentDesk, Desk, DeskError, MergeCheck, MergeRequest, Merged};
use crate::merge::Mapping;
use crate::people::Who;

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
    /// It was handed in.
    HandedIn,
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

    /// The letter type's key.
    pub fn letter_type(&self) -> String {
        held(&self.request).letter_type.clone()
    }

    /// The name of the file.
    pub fn file_name(&self) -> String {
        held(&self.request).file_name.clone()
    }

    /// Begins what goes on by itself. False where something does already: a form that is sent twice has it done once.
    fn take_up(&self, stage: Stage) -> bool {
        self.stage.send_if_modified(|now| {
            let begins = !now.is_under_way();
            if begins {
                *now = stage;
            }
            begins
        })
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
    pub by: Who,
}

/// The sheets that were handed in.
pub(super) struct Uploads {
    open: Arc<CurrentDesk>,
    kept: Arc<Mutex<Vec<Arc<Upload>>>>,
    at_once: Arc<Semaphore>,
}

impl Uploads {
    pub fn new(open: Arc<CurrentDesk>) -> Uploads {
        Uploads { open, kept: Arc::default(), at_once: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// A sheet that is kept.
    pub fn get(&self, id: &str) -> Option<Arc<Upload>> {
        let mut kept = held(&self.kept);
        make_room(&mut kept);
        let upload = kept.iter().find(|upload| upload.id == id).cloned()?;
        *held(&upload.asked_for) = Instant::now();
        Some(upload)
    }

    /// Takes a sheet in, and notes who has handed it in.
    ///
    /// # Errors
    ///
    /// A problem where there is no room for it, because those that are kept are being looked at.
    pub async fn take_in(&self, by: &Who, request: MergeRequest) -> Result<Arc<Upload>, Problem> {
        let MergeRequest { letter_type, file_name, sheet, .. } = &request;
        self.open.desk().checked_sheet(by, letter_type, file_name, sheet).await?;
        self.keep(request)
    }

    fn keep(&self, request: MergeRequest) -> Result<Arc<Upload>, Problem> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|error| DeskError::Io(std::io::Error::other(error)))?;
        let upload = Arc::new(Upload {
            id: hex(&bytes),
            request: Mutex::new(request),
            stage: watch::Sender::new(Stage::HandedIn),
            done: AtomicUsize::new(0),
            all: AtomicUsize::new(0),
            asked_for: Mutex::new(Instant::now()),
            task: Mutex::default(),
        });
        let mut kept = held(&self.kept);
        kept.push(Arc::clone(&upload));
        if make_room(&mut kept) {
            return Ok(upload);
        }
        kept.pop();
        Err(Problem::no_room())
    }

    /// Checks a sheet; understood otherwise, where it is said how.
    pub fn check(&self, upload: &Arc<Upload>, mapping: Option<Mapping>) {
        if upload.take_up(Stage::Checking) {
            if mapping.is_some() {
                held(&upload.request).mapping = mapping;
            }
            let own = Arc::clone(upload);
            self.go_on(upload, async move |desk| {
                let check = desk.check_merge(&own.request(), &|done, all| own.tell(done, all)).await?;
                Ok(Stage::Checked(Arc::new(check)))
            });
        }
    }

    /// Makes a merge of a sheet as it was seen.
    pub fn confirm(&self, upload: &Arc<Upload>, confirmation: Confirmation) {
        if upload.take_up(Stage::Confirming) {
            let own = Arc::clone(upload);
            self.go_on(upload, async move |desk| {
                let Confirmation { hash, name, by } = confirmation;
                let progress = |done, all| own.tell(done, all);
                Ok(match desk.confirm_merge(&by, &own.request(), &name, &hash, &progress).await? {
                    Merged::Recorded(record) => Stage::Confirmed(record.id),
                    Merged::Changed(check) => Stage::Changed(Arc::from(check)),
                })
            });
        }
    }

    /// Throws a sheet away. One that is being confirmed stays: what is recorded of it may be beyond recall.
    pub fn discard(&self, id: &str) {
        let goes = |upload: &mut Arc<Upload>| upload.id == id && !matches!(upload.stage(), Stage::Confirming);
        for upload in held(&self.kept).extract_if(.., goes) {
            held(&upload.task).take().inspect(AbortHandle::abort);
            upload.stage.send_if_modified(|now| {
                let was = now.is_under_way();
                if was {
                    *now = Stage::Failed(Problem::not_found(id));
                }
                was
            });
        }
    }

    /// Has something done at the desk that is open when its turn has come.
    fn go_on<W>(&self, upload: &Arc<Upload>, work: impl FnOnce(Arc<Desk>) -> W + Send + 'static)
    where
        W: Future<Output = Result<Stage, Problem>> + Send,
    {
        upload.tell(0, 0);
        let (own, open) = (Arc::clone(upload), Arc::clone(&self.open));
        let (kept, at_once) = (Arc::clone(&self.kept), Arc::clone(&self.at_once));
        let task = tokio::spawn(async move {
            let _turn = at_once.acquire().await;
            let done = AssertUnwindSafe(async { work(open.desk()).await }).catch_unwind().await;
            let stage = done.unwrap_or_else(|_| Err(Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR)));
            own.stage.send_replace(stage.unwrap_or_else(Stage::Failed));
            make_room(&mut held(&kept));
        });
        *held(&upload.task) = Some(task.abort_handle());
    }
}

/// Lets go of what is too old, or too much: of those that nothing is being done with, the one first that nobody has asked for the longest.
/// The newest stays. False where that is not enough.
fn make_room(kept: &mut Vec<Arc<Upload>>) -> bool {
    let asked = |upload: &Upload| *held(&upload.asked_for);
    kept.retain(|upload| upload.stage().is_under_way() || asked(upload).elapsed() < KEPT);
    loop {
        let sum = |of: fn(&Upload) -> usize| kept.iter().map(|one| of(one)).sum::<usize>();
        if kept.len() <= MOST && sum(Upload::rows) <= MOST_ROWS && sum(Upload::bytes) <= MOST_BYTES {
            return true;
        }
        let settled = (0..kept.len()).filter(|place| !kept[*place].stage().is_under_way());
        let mut settled: Vec<usize> = settled.collect();
        settled.sort_by_key(|place| asked(&kept[*place]));
        match settled.first() {
            Some(place) if settled.len() > 1 => drop(kept.remove(*place)),
            _ => return false,
        }
    }
}

/// What a lock holds. A panic while it was held has left nothing half done: each holder sets one value.
fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
