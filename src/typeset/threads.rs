//! The press's own threads.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

use tokio::sync::oneshot;

use super::{Job, Press, Typeset, page_png};
use crate::case::Fault;

/// Depth of a press thread's stack. Typst recurses with the nesting of a letter; the usual 2 MiB are not enough.
const STACK_BYTES: usize = 16 << 20;

type Task = Box<dyn FnOnce(&Press) + Send>;

/// Threads that set letters, one a core, behind a queue of bounded length.
#[derive(Clone)]
pub struct Threads {
    queue: SyncSender<Task>,
    count: usize,
}

impl Threads {
    /// Starts so many threads on a press. They end when the last handle is dropped.
    pub fn start(press: &Press, count: usize) -> Threads {
        let (queue, tasks) = sync_channel::<Task>(2 * count);
        let tasks = Arc::new(Mutex::new(tasks));
        for number in 0..count {
            let (press, tasks) = (press.clone(), Arc::clone(&tasks));
            std::thread::Builder::new()
                .name(format!("press-{number}"))
                .stack_size(STACK_BYTES)
                .spawn(move || work(&press, &tasks))
                .expect("the system starts a thread");
        }
        Threads { queue, count }
    }

    /// How many letters are set at a time.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Sets a letter on one of the threads.
    pub async fn set(&self, job: Job) -> Result<Typeset, Vec<Fault>> {
        self.run(move |press| press.set(&job)).await
    }

    /// Draws one page of a PDF on one of the threads: see [`page_png`].
    pub async fn draw(&self, pdf: Vec<u8>, page: usize, pixel_per_pt: f32) -> Option<Vec<u8>> {
        self.run(move |_| Ok(page_png(&pdf, page, pixel_per_pt))).await.ok().flatten()
    }

    async fn run<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Press) -> Result<T, Vec<Fault>> + Send + 'static,
    ) -> Result<T, Vec<Fault>> {
        let (answer, result) = oneshot::channel();
        let task: Task = Box::new(move |press| {
            let outcome = catch_unwind(AssertUnwindSafe(|| act(press)));
            // The asker may have gone away; then nobody wants the answer.
            let _ = answer.send(outcome.unwrap_or_else(|_| Err(vec![panicked()])));
        });
        let queue = self.queue.clone();
        let sent = tokio::task::spawn_blocking(move || queue.send(task)).await;
        match (sent, result.await) {
            (Ok(Ok(())), Ok(outcome)) => outcome,
            _ => Err(vec![panicked()]),
        }
    }
}

fn work(press: &Press, tasks: &Mutex<Receiver<Task>>) {
    loop {
        let task = tasks.lock().expect("no thread panics while it takes a task").recv();
        match task {
            Ok(task) => task(press),
            Err(_) => return,
        }
    }
}

fn panicked() -> Fault {
    Fault::new(
        "typesetter-crashed",
        "/main.typ",
        "The typesetter crashed on this letter. The letter is kept; report it to those who maintain Recto.",
        "Le compositeur s’est arrêté sur cette lettre. La lettre est conservée; signalez-la aux responsables de Recto.",
    )
}
