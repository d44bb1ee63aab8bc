//! Closing a print run.

use std::path::PathBuf;

use chrono::NaiveDate;
use serde_json::json;

use super::{Desk, DeskError};
use crate::archive;
use crate::case::calendar::business_day_on_or_after;
use crate::case::{EntryKind, Fault};
use crate::dispatch::{PrintPiece, Totals, write_run};
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

    /// Closes the print run of a mailing date: looks once more at every letter whose case has changed, merges the issued
    /// bytes, writes the run's folder, and marks the letters as sent.
    ///
    /// Closing again gives the same files and sends nothing twice. A run that was interrupted is finished with the same
    /// letters. Letters promised to an earlier date that was missed are taken back, to be set again under a new date.
    pub async fn close_run(&self, date: NaiveDate) -> Result<Closed, DeskError> {
        let day = date.to_string();
        let mut taken_back = 0;
        if self.register.run(&day).await?.is_none() {
            loop {
                taken_back += self.look_again(&day).await?;
                let mut act = self.register.begin().await?;
                if act.open_run(&day, self.clock.now()).await? {
                    act.commit().await?;
                    break;
                }
            }
        }
        let folder = self.folder.join("runs").join(&day);
        let pieces = self.register.pieces(&day).await?;
        let totals = self.print(&folder, &day, &pieces).await?;
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
        self.wake.notify_one();
        Ok(Closed { folder, totals, taken_back })
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

    /// Reads the issued bytes, verified, and writes the run's folder.
    async fn print(&self, folder: &std::path::Path, day: &str, pieces: &[Piece]) -> Result<Totals, DeskError> {
        let mut printed = Vec::with_capacity(pieces.len());
        for piece in pieces {
            let pdf = self.archive.get(&archive::key(&piece.date, &piece.letter, &piece.sha256), &piece.sha256).await?;
            printed.push(PrintPiece {
                letter: piece.letter.clone(),
                case: piece.case_reference.clone(),
                letter_type: piece.letter_type.clone(),
                language: piece.language.clone(),
                sha256: piece.sha256.clone(),
                pages: piece.pages,
                pdf,
            });
        }
        let (folder, day) = (folder.to_owned(), day.to_owned());
        let written = tokio::task::spawn_blocking(move || write_run(&folder, &day, printed)).await;
        Ok(written.map_err(std::io::Error::other)??)
    }
}

fn missed(date: &str) -> Fault {
    Fault::new(
        "mailing-date-missed",
        "",
        format!("The letter was dated {date} and missed that day's run. It is set again under a new date."),
        format!(
            "La lettre était datée du {date} et a manqué le tirage de ce jour. Elle est composée de nouveau sous une nouvelle date."
        ),
    )
}
