//! Closing a print run.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::json;
use tokio::runtime::Handle;
use tokio::sync::OwnedMutexGuard;

use super::{Desk, DeskError};
use crate::archive;
use crate::case::calendar::business_day_on_or_after;
use crate::case::{EntryKind, Fault};
use crate::dispatch::{PrintError, PrintPiece, Totals, write_run};
use crate::register::{NewEntry, Piece};

/// A closed run: where its files lie and its control totals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// The run's folder.
    pub folder: PathBuf,
    /// Its control totals.
    pub totals: Totals,
    /// Letters that were taken back at release: they missed their date, or their case has changed.
    pub taken_back: usize,
}

impl Desk {
    /// The mailing date of today's print run: today, or the next business day.
    pub fn run_date(&self) -> NaiveDate {
        business_day_on_or_after(self.clock.today())
    }

    /// Closes the print run of a mailing date, which is the one of today (see [`Desk::run_date`]) or one that was begun before:
    /// looks once more at every letter whose case has changed, merges the issued
    /// bytes, writes the run's folder, and marks the letters as sent.
    ///
    /// Closing again gives the same files and sends nothing twice. A run whose closing was interrupted before its files were
    /// whole is gathered anew, with that last look. Letters promised to an earlier date that was missed are taken back, to be
    /// set again under a new date. Only one closing goes on at a time.
    pub async fn close_run(&self, date: NaiveDate) -> Result<Closed, DeskError> {
        let closing = Arc::clone(&self.closing).lock_owned().await;
        let day = date.to_string();
        if date != self.run_date() && self.register.run(&day).await?.is_none() {
            return Err(DeskError::NoSuchRun { date, next: self.run_date() });
        }
        self.release_unfinished(&day).await?;
        let mut taken_back = 0;
        if self.register.run(&day).await?.is_none() {
            loop {
                // What is due is made first, and so is what is taken back, so that it still catches this run if it may.
                while self.work_letters().await? > 0 {}
                let back = self.look_again(&day).await?;
                taken_back += back;
                if back > 0 {
                    continue;
                }
                let mut act = self.register.begin().await?;
                if act.open_run(&day, self.clock.now()).await? {
                    act.commit().await?;
                    break;
                }
            }
        }
        let folder = self.run_folder(&day);
        let pieces = self.register.pieces(&day).await?;
        let totals = self.print(&folder, &day, &pieces, closing).await?;
        let mut act = self.register.begin().await?;
        let now = self.clock.now();
        let text = json!(totals).to_string();
        if act.close_run(&day, &text, now).await? {
            for piece in &pieces {
                let detail = json!({"channel": "print", "number": piece.number, "run": day});
                let entry = NewEntry {
                    case: &piece.case_reference,
                    kind: EntryKind::LetterSent,
                    event: None,
                    letter: Some(&piece.letter),
                    detail,
                };
                act.enter(now, entry).await?;
            }
        }
        act.commit().await?;
        self.wake.notify_waiters();
        Ok(Closed { folder, totals, taken_back })
    }

    fn run_folder(&self, day: &str) -> PathBuf {
        self.folder.join("runs").join(day)
    }

    /// Lets the letters of interrupted closings wait again, where no whole folder was written. Where one was, the mail room may
    /// have it: that run must be closed by its date before another is.
    async fn release_unfinished(&self, day: &str) -> Result<(), DeskError> {
        for run in self.register.runs(i64::MAX).await?.into_iter().filter(|run| run.state == "closing") {
            let folder = self.run_folder(&run.date);
            if folder.exists() && run.date != day {
                return Err(DeskError::UnfinishedRun { date: run.date, folder });
            }
            if !folder.exists() {
                let mut act = self.register.begin().await?;
                act.release_run(&run.date).await?;
                act.commit().await?;
            }
        }
        Ok(())
    }

    /// Looks again at what waits for the run and is in doubt. Gives how many letters were taken back.
    async fn look_again(&self, day: &str) -> Result<usize, DeskError> {
        let mut taken_back = 0;
        let today = self.clock.today().to_string();
        for delivery in self.register.doubtful_pieces(day, &today).await? {
            let Some(letter) = self.register.letter(&delivery.letter).await? else { continue };
            if delivery.date < today {
                let mut act = self.register.begin().await?;
                self.take_back(&mut act, &letter, &delivery, &[missed(&delivery.date)]).await?;
                act.commit().await?;
                taken_back += 1;
            } else if !self.still_clear(&letter, &delivery).await? {
                taken_back += 1;
            }
        }
        Ok(taken_back)
    }

    /// Reads the issued bytes one letter after the other, verified, and writes the run's folder. `closing` is held until it is
    /// written, even where nobody waits for the answer any more.
    async fn print(
        &self,
        folder: &Path,
        day: &str,
        pieces: &[Piece],
        closing: OwnedMutexGuard<()>,
    ) -> Result<Totals, DeskError> {
        let (folder, day, archive) = (folder.to_owned(), day.to_owned(), self.archive.clone());
        let (pieces, runtime) = (pieces.to_vec(), Handle::current());
        let written = tokio::task::spawn_blocking(move || {
            let _held = closing;
            let read = |piece: Piece| -> Result<PrintPiece, PrintError> {
                let key = archive::key(&piece.date, &piece.letter, &piece.sha256);
                let pdf = runtime.block_on(archive.get(&key, &piece.sha256));
                let pdf = pdf.map_err(|error| std::io::Error::other(error.to_string()))?;
                Ok(PrintPiece {
                    letter: piece.letter,
                    case: piece.case_reference,
                    letter_type: piece.letter_type,
                    language: piece.language,
                    sha256: piece.sha256,
                    pages: piece.pages,
                    pdf,
                })
            };
            write_run(&folder, &day, pieces.into_iter().map(read))
        });
        Ok(written.await.map_err(std::io::Error::other)??)
    }
}

pub(super) fn missed(date: &str) -> Fault {
    Fault::new(
        "mailing-date-missed",
        "",
        format!("The letter was dated {date} and missed that day's run. It is set again under a new date."),
        format!(
            "La lettre était datée du {date} et a manqué le tirage de ce jour. Elle est composée de nouveau sous une nouvelle date."
        ),
    )
}
