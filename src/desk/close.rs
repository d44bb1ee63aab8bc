//! Closing a print run: gather, print, hand over; each an act of its own.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{NaiveDate, TimeDelta};
use serde_json::json;
use tokio::runtime::Handle;

use super::judge::LETTER_TIMEOUT;
use super::worker::Worker;
use super::{DecideError, Desk, DeskError, NoRun};
use crate::archive;
use crate::case::calendar::business_day_on_or_after;
use crate::case::{Actor, Channel, Day, Entry, RunId, RunState, entry};
use crate::dispatch::{Place, PrintError, PrintPiece, Totals, lay_out, write_run};
use crate::people::Who;
use crate::register::{Claimed, NewPiece, PieceRow, RunRow, Subject};

/// How long a closing holds its date where nobody can tell whether its worker lives.
const CLAIM: TimeDelta = TimeDelta::hours(2);
/// The pause while others finish the letters that they are at.
const PAUSE: Duration = Duration::from_millis(50);

/// A closed run: where its files lie and its control totals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// The run's folder.
    pub folder: PathBuf,
    /// Its control totals.
    pub totals: Totals,
    /// Letters that were taken back at release: they missed their date, or their case has changed.
    pub taken_back: usize,
    /// The next later date that letters wait for, and how many; none where no letter does.
    pub waits_next: Option<(Day, i64)>,
}

impl Desk {
    /// The mailing date of today's print run: today, or the next business day.
    pub fn run_date(&self) -> NaiveDate {
        business_day_on_or_after(self.clock.today())
    }

    /// Closes the print run of a mailing date, which is the one of today (see [`Desk::run_date`]) or one that was begun before:
    /// assesses every letter once more, gives each its place, merges the issued bytes, writes the run's folder,
    /// and marks the letters as sent.
    ///
    /// Closing again gives the same files and sends nothing twice; letters that wait for the date of a closed run get a further run. A
    /// run whose closing was interrupted before its files were whole is gathered anew, with that last assessment. Letters promised to
    /// an earlier date that was missed are taken back, to be set again under a new date. One closing of a date goes on at a time.
    pub async fn close_run(&self, actor: Actor, date: NaiveDate) -> Result<Closed, DeskError> {
        let day = Day::from(date);
        self.bury_the_dead().await?;
        if date != self.run_date() && self.reader().newest_run(day).await?.is_none() {
            return Err(DeskError::NoSuchRun(self.no_run(date).await?));
        }
        let worker = Worker::sign_on(&self.office.folder)?;
        let mut act = self.begin(actor.clone()).await?;
        if !act.claim(Claimed::Run(day), &worker.id, (self.clock.now() + CLAIM).into()).await? {
            return Err(DeskError::RunClaimed(day));
        }
        act.commit().await?;
        let closed = self.close_claimed(&actor, day, &worker).await;
        let mut act = self.begin(actor).await?;
        act.end_claim(Claimed::Run(day), &worker.id).await?;
        act.commit().await?;
        closed
    }

    /// The same for somebody who asks for it. A run has the letters of all programs: who is kept to some closes none.
    pub async fn close_run_for(&self, by: &Who, date: NaiveDate) -> Result<Closed, DecideError> {
        if !by.programs().is_empty() {
            return Err(DecideError::AllPrograms);
        }
        Ok(self.close_run(by.actor(), date).await?)
    }

    /// Why a date has no run that can be closed now.
    async fn no_run(&self, date: NaiveDate) -> Result<NoRun, DeskError> {
        let next = self.run_date();
        let closed = self.reader().newest_run(next.into()).await?.is_some();
        let waiting = self.reader().waiting_for_run(date.into()).await?;
        Ok(NoRun { date, next, closed, waiting, business_day: business_day_on_or_after(date) == date })
    }

    async fn close_claimed(&self, actor: &Actor, day: Day, worker: &Worker) -> Result<Closed, DeskError> {
        self.release_unfinished(actor, day).await?;
        let (run, taken_back) = match self.reader().newest_run(day).await? {
            Some(run) if run.state == RunState::Closing => (run.id, 0),
            Some(run) if self.reader().waiting_for_run(day).await? == 0 => (run.id, 0),
            _ => self.gather(actor, day, worker).await?,
        };
        let folder = self.run_folder(&run);
        let pieces = self.reader().pieces(&run).await?;
        let totals = self.print(&run, day, &pieces).await?;
        self.hand_over(actor, &run, &pieces, &totals).await?;
        self.wake();
        let waits_next = self.reader().waiting_after(day).await?;
        Ok(Closed { folder, totals, taken_back, waits_next })
    }

    /// Opens the run: what is due is made first, and so is what is taken back, so that it still catches this run if it may.
    async fn gather(&self, actor: &Actor, day: Day, worker: &Worker) -> Result<(RunId, usize), DeskError> {
        let (mut taken_back, mut looked_at) = (0, HashSet::new());
        loop {
            self.finish_letters(worker).await?;
            let back = self.assess_again(day, &mut looked_at).await?;
            taken_back += back;
            if back > 0 {
                continue;
            }
            let mut act = self.begin(actor.clone()).await?;
            let places = |pages: &[i64]| lay_out(pages).into_iter().map(new_piece).collect();
            if let Some(run) = act.open_run(day, places).await? {
                act.commit().await?;
                return Ok((run, taken_back));
            }
        }
    }

    /// Works until no letter is to be worked, and waits for those that others are at: they may still catch the run.
    async fn finish_letters(&self, worker: &Worker) -> Result<(), DeskError> {
        let mut waited = Duration::ZERO;
        loop {
            if self.work_letters().await? > 0 {
                continue;
            }
            let others = self.reader().workers().await?.into_iter().any(|(other, _)| other != worker.id);
            if !others || self.reader().due_count().await? == 0 || waited > LETTER_TIMEOUT {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
            waited += PAUSE;
        }
    }

    /// Marks the run as closed and its letters as sent.
    async fn hand_over(
        &self,
        actor: &Actor,
        run: &RunId,
        pieces: &[PieceRow],
        totals: &Totals,
    ) -> Result<(), DeskError> {
        let mut act = self.begin(actor.clone()).await?;
        if act.set_closed(run, &json!(totals).to_string()).await? {
            for piece in pieces {
                let sent = Entry::LetterSent(entry::Sent {
                    channel: Channel::Print,
                    number: piece.issuance,
                    run: Some(run.clone()),
                    piece: Some(piece.piece),
                    message_id: None,
                });
                let subject = Subject { case: &piece.case_reference, event: None, letter: Some(&piece.letter) };
                act.enter(subject, &sent).await?;
            }
        }
        Ok(act.commit().await?)
    }

    pub(super) fn run_folder(&self, run: &RunId) -> PathBuf {
        self.office.folder.join("runs").join(run.as_str())
    }

    /// Lets the letters of interrupted closings wait again, where no whole folder was written. Where one was, the mail room may
    /// have it: that run must be closed by its date before another is.
    async fn release_unfinished(&self, actor: &Actor, day: Day) -> Result<(), DeskError> {
        for RunRow { id, date, .. } in self.reader().closing_runs().await? {
            let folder = self.run_folder(&id);
            if folder.exists() && date != day {
                return Err(DeskError::UnfinishedRun { run: id, folder });
            }
            if !folder.exists() {
                let mut act = self.begin(actor.clone()).await?;
                act.release_run(&id).await?;
                act.commit().await?;
            }
        }
        Ok(())
    }

    /// Reads the issued bytes one letter after the other, verified, and writes the run's folder.
    async fn print(&self, run: &RunId, day: Day, pieces: &[PieceRow]) -> Result<Totals, DeskError> {
        let (folder, archive) = (self.run_folder(run), self.office.archive.clone());
        let (pieces, runtime) = (pieces.to_vec(), Handle::current());
        let written = tokio::task::spawn_blocking(move || {
            let read = |piece: PieceRow| -> Result<PrintPiece, PrintError> {
                let key = archive::key(&piece.date.to_string(), &piece.letter, &piece.sha256);
                let pdf = runtime.block_on(archive.get(&key, &piece.sha256));
                let pdf = pdf.map_err(|error| PrintError::Unreadable {
                    letter: piece.letter.clone(),
                    problem: error.to_string(),
                })?;
                Ok(PrintPiece {
                    piece: piece.piece,
                    place: Place { file: piece.file, first_page: piece.first_page },
                    letter: piece.letter,
                    case: piece.case_reference,
                    letter_type: piece.letter_type,
                    language: piece.language,
                    sha256: piece.sha256,
                    pages: piece.pages,
                    pdf,
                })
            };
            write_run(&folder, &day.to_string(), pieces.into_iter().map(read))
        });
        Ok(written.await??)
    }
}

fn new_piece(Place { file, first_page }: Place) -> NewPiece {
    NewPiece { file, first_page }
}
