//! Does what is due. On SQLite one process asks the register; there is no queue to lose, because the state is the truth and
//! a job is only a reminder of it.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use tokio_util::sync::CancellationToken;

use crate::desk::{CurrentDesk, Desk, DeskError};

/// How often the register is asked without having been woken: e-mails that wait for their next attempt.
const POLL: Duration = Duration::from_secs(2);
/// The pause after an error of the database or the disk.
const PAUSE: Duration = Duration::from_secs(10);

/// What one step worked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Worked {
    /// Rows of merges whose events were taken.
    pub rows: usize,
    /// Letters that were drafted, assessed, issued.
    pub letters: usize,
    /// E-mails that were sent, or tried.
    pub emails: usize,
    /// Cases that were looked at for what is due in them.
    pub cases: usize,
    /// Letters on their way that were looked at again.
    pub again: usize,
}

impl Worked {
    /// All of it.
    pub fn sum(self) -> usize {
        self.rows + self.letters + self.emails + self.cases + self.again
    }
}

impl std::ops::AddAssign for Worked {
    fn add_assign(&mut self, more: Worked) {
        self.rows += more.rows;
        self.letters += more.letters;
        self.emails += more.emails;
        self.cases += more.cases;
        self.again += more.again;
    }
}

/// Works until nothing is due now. `progress` is told of each step what it worked.
///
/// An e-mail that waits for a later attempt is not due, so this ends in spite of it.
pub async fn until_idle(desk: &Desk, mut progress: impl FnMut(Worked)) -> Result<(), DeskError> {
    loop {
        let worked = step(desk).await?;
        if worked.sum() == 0 {
            return Ok(());
        }
        progress(worked);
    }
}

/// Works until it is told to stop: letters and e-mails side by side, so that a slow mail server holds up no print run. Each
/// step is done at the desk that is open then.
pub async fn keep_working(open: &CurrentDesk, stop: CancellationToken) {
    let merges = repeat(open, &stop, "rows of merges", async |desk| desk.make_merges().await);
    let letters = repeat(open, &stop, "letters", async |desk| desk.work_letters().await);
    let emails = repeat(open, &stop, "e-mails", async |desk| desk.send_emails().await);
    let follow_ups = repeat(open, &stop, "follow-ups", async |desk| desk.follow_up().await);
    let again = repeat(open, &stop, "letters looked at again", async |desk| desk.look_again().await);
    tokio::join!(merges, letters, emails, follow_ups, again);
}

/// Repeats an act while it finds something to do, and waits where it finds nothing. An error or a panic is logged, and the
/// work goes on after a pause: nothing is lost by it.
async fn repeat(
    open: &CurrentDesk,
    stop: &CancellationToken,
    what: &'static str,
    act: impl AsyncFn(&Desk) -> Result<usize, DeskError>,
) {
    while !stop.is_cancelled() {
        let desk = open.desk();
        let woken = desk.woken();
        let wait = match AssertUnwindSafe(act(&desk)).catch_unwind().await {
            Ok(Ok(0)) => POLL,
            Ok(Ok(looked_at)) => {
                metrics::counter!("recto_work_items_total", "what" => what).increment(looked_at as u64);
                continue;
            }
            Ok(Err(error)) => {
                tracing::error!(%error, what, "the work stopped and goes on in {} seconds", PAUSE.as_secs());
                metrics::counter!("recto_work_errors_total", "what" => what).increment(1);
                PAUSE
            }
            Err(_) => {
                tracing::error!(what, "the work crashed and goes on in {} seconds", PAUSE.as_secs());
                metrics::counter!("recto_work_errors_total", "what" => what).increment(1);
                PAUSE
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = woken => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// One step: some letters, some e-mails, some cases to follow up, some letters to look at again. Trouble with the letters does not
/// keep the e-mails back.
async fn step(desk: &Desk) -> Result<Worked, DeskError> {
    let rows = desk.make_merges().await?;
    let (letters, emails) = (desk.work_letters().await, desk.send_emails().await);
    let (cases, again) = (desk.follow_up().await?, desk.look_again().await?);
    Ok(Worked { rows, letters: letters?, emails: emails?, cases, again })
}
