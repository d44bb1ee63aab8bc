//! Does what is due. On SQLite one process asks the register; there is no queue to lose, because the state is the truth and
//! a job is only a reminder of it.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::desk::{Desk, DeskError};

/// How often the register is asked without having been woken: e-mails that wait for their next attempt.
const POLL: Duration = Duration::from_secs(5);
/// The pause after an error of the database or the disk.
const PAUSE: Duration = Duration::from_secs(10);

/// Works until nothing is due now. `progress` is told of each step how many letters and e-mails it looked at.
///
/// An e-mail that waits for a later attempt is not due, so this ends in spite of it.
pub async fn until_idle(desk: &Desk, mut progress: impl FnMut(usize)) -> Result<(), DeskError> {
    loop {
        let looked_at = step(desk).await?;
        if looked_at == 0 {
            return Ok(());
        }
        progress(looked_at);
    }
}

/// Works until it is told to stop. An error is logged, and the work goes on after a pause: nothing is lost by it.
pub async fn keep_working(desk: &Desk, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let wait = match step(desk).await {
            Ok(0) => POLL,
            Ok(looked_at) => {
                metrics::counter!("recto_work_items_total").increment(looked_at as u64);
                continue;
            }
            Err(error) => {
                tracing::error!(%error, "the work stopped and goes on in {} seconds", PAUSE.as_secs());
                metrics::counter!("recto_work_errors_total").increment(1);
                PAUSE
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = desk.woken() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// One step: some letters, some e-mails.
async fn step(desk: &Desk) -> Result<usize, DeskError> {
    Ok(desk.work_letters().await? + desk.send_emails().await?)
}
