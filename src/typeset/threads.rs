//! The press's own threads.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::{Job, Press, Typeset, page_png};
use crate::case::Fault;

/// Depth of a press thread's stack. Typst recurses with the nesting of a letter; the usual 2 MiB are not enough.
const STACK_BYTES: usize = 16 << 20;

type Task = Box<dyn FnOnce(&Press) + Send>;

/// Threads that set letters, one a core. What a person waits for goes before the letters of a batch, which wait in a queue of bounded length.
#[derive(Clone)]
pub struct Threads {
    lanes: Arc<Lanes>,
    count: usize,
    /// The last handle that is dropped ends the threads.
    _open: Arc<Open>,
}

/// What waits for a thread.
struct Lanes {
    queues: Mutex<Queues>,
    has_task: Condvar,
    has_room: Condvar,
    /// How many letters of batches wait at most.
    room: usize,
}

#[derive(Default)]
struct Queues {
    /// What a person waits for.
    people: VecDeque<Task>,
    /// Letters of batches.
    batch: VecDeque<Task>,
    closed: bool,
}

struct Open(Arc<Lanes>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.held().closed = true;
        self.0.has_task.notify_all();
        self.0.has_room.notify_all();
    }
}

impl Lanes {
    /// A task runs outside of the lock, and nothing panics within it.
    fn held(&self) -> MutexGuard<'_, Queues> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts what a person waits for before all letters of batches.
    fn put_first(&self, task: Task) {
        self.held().people.push_back(task);
        self.has_task.notify_one();
    }

    /// Puts a letter of a batch behind the others, once there is room.
    fn put(&self, task: Task) {
        let full = |queues: &mut Queues| queues.batch.len() >= self.room && !queues.closed;
        let queues = self.has_room.wait_while(self.held(), full);
        queues.unwrap_or_else(PoisonError::into_inner).batch.push_back(task);
        self.has_task.notify_one();
    }

    /// The next task; none once all handles are gone and nothing waits.
    fn next(&self) -> Option<Task> {
        let idle = |queues: &mut Queues| queues.people.is_empty() && queues.batch.is_empty() && !queues.closed;
        let queues = self.has_task.wait_while(self.held(), idle);
        let mut queues = queues.unwrap_or_else(PoisonError::into_inner);
        if let Some(task) = queues.people.pop_front() {
            return Some(task);
        }
        let task = queues.batch.pop_front();
        self.has_room.notify_one();
        task
    }
}

impl Threads {
    /// Starts so many threads on a press. They end when the last handle is dropped.
    pub fn start(press: &Press, count: usize) -> Threads {
        let lanes = Arc::new(Lanes {
            queues: Mutex::default(),
            has_task: Condvar::new(),
            has_room: Condvar::new(),
            room: 2 * count,
        });
        for number in 0..count {
            let (press, lanes) = (press.clone(), Arc::clone(&lanes));
            std::thread::Builder::new()
                .name(format!("press-{number}"))
                .stack_size(STACK_BYTES)
                .spawn(move || std::iter::from_fn(|| lanes.next()).for_each(|task| task(&press)))
                .expect("the system starts a thread");
        }
        Threads { _open: Arc::new(Open(Arc::clone(&lanes))), lanes, count }
    }

    /// How many letters are set at a time.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Sets a letter of a batch on one of the threads.
    pub async fn set(&self, job: Job) -> Result<Typeset, Vec<Fault>> {
        let (task, result) = answered(move |press| press.set(&job));
        let lanes = Arc::clone(&self.lanes);
        let put = tokio::task::spawn_blocking(move || lanes.put(task)).await;
        match (put, result.await) {
            (Ok(()), Ok(outcome)) => outcome,
            _ => Err(vec![panicked()]),
        }
    }

    /// Sets a letter that a person waits for: before those of batches.
    pub async fn set_first(&self, job: Job) -> Result<Typeset, Vec<Fault>> {
        self.first(move |press| press.set(&job)).await
    }

    /// Draws one page of a PDF, for a person: see [`page_png`].
    pub async fn draw(&self, pdf: Vec<u8>, page: usize, pixel_per_pt: f32) -> Option<Vec<u8>> {
        self.first(move |_| Ok(page_png(&pdf, page, pixel_per_pt))).await.ok().flatten()
    }

    async fn first<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Press) -> Result<T, Vec<Fault>> + Send + 'static,
    ) -> Result<T, Vec<Fault>> {
        let (task, result) = answered(act);
        self.lanes.put_first(task);
        result.await.unwrap_or_else(|_| Err(vec![panicked()]))
    }
}

/// What becomes of a task.
type Outcome<T> = oneshot::Receiver<Result<T, Vec<Fault>>>;

/// A task, and where its outcome comes.
fn answered<T: Send + 'static>(
    act: impl FnOnce(&Press) -> Result<T, Vec<Fault>> + Send + 'static,
) -> (Task, Outcome<T>) {
    let (answer, result) = oneshot::channel();
    let task: Task = Box::new(move |press| {
        let outcome = catch_unwind(AssertUnwindSafe(|| act(press)));
        // The asker may have gone away; then nobody wants the answer.
        let _ = answer.send(outcome.unwrap_or_else(|_| Err(vec![panicked()])));
    });
    (task, result)
}

fn panicked() -> Fault {
    Fault::new(
        "typesetter-crashed",
        "/main.typ",
        "The typesetter crashed on this letter. The letter is kept; report it to those who maintain Recto.",
        "Le compositeur s’est arrêté sur cette lettre. La lettre est conservée; signalez-la aux responsables de Recto.",
    )
}
