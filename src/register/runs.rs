//! Print runs and their pieces: what is printed where. The manifest is a print of these rows.

use super::deliveries::in_no_run;
use super::{Act, Reader, RegisterError, inconsistent};
use crate::case::{
    CaseRef, Channel, Day, DeliveryState, EntryKind, LetterId, PieceState, PreferredLanguage, RunId, RunState, Sha256,
    Stamp,
};

/// A print run. A date may have several.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct RunRow {
    /// Its identity.
    pub id: RunId,
    /// Its mailing date.
    pub date: Day,
    /// Its number among the runs of its date, from 1.
    pub ordinal: i64,
    /// How far it has come.
    pub state: RunState,
    /// Who opened it; unknown for one of before that was recorded.
    pub opened_by: Option<String>,
    /// When it was closed.
    pub closed_at: Option<Stamp>,
    /// Who closed it.
    pub closed_by: Option<String>,
    /// Its control totals as JSON.
    pub totals: Option<String>,
}

/// A letter that is to be a piece of a run: an issuance that waits.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Waiting {
    /// The letter.
    pub letter: LetterId,
    /// The issuance's number.
    pub number: i64,
    /// Pages of the PDF.
    pub pages: i64,
}

/// Where a piece is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPiece {
    /// The print file's name.
    pub file: String,
    /// Its first page in that file, from 1.
    pub first_page: i64,
}

/// A piece of a print run.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct PieceRow {
    /// Its number in the run, from 1.
    pub piece: i64,
    /// The letter.
    pub letter: LetterId,
    /// The issuance's number.
    pub issuance: i64,
    /// The case.
    pub case_reference: CaseRef,
    /// The letter type's key.
    pub letter_type: String,
    /// The languages in which it is written.
    pub language: PreferredLanguage,
    /// The hash of the PDF.
    pub sha256: Sha256,
    /// The mailing date on it.
    pub date: Day,
    /// The print file.
    pub file: String,
    /// Its first page in that file, from 1.
    pub first_page: i64,
    /// Its pages, without a blank back.
    pub pages: i64,
    /// How far it has come.
    pub state: PieceState,
}

impl Act {
    /// Opens the next run of a date and gives every waiting letter of that date its place in it. `lay_out` says, from the pages of the
    /// pieces in order, where each is printed. `None` where a letter has events that its verdict has not seen, or was not looked at again
    /// since it was issued: nothing is done then.
    pub async fn open_run(
        &mut self,
        date: Day,
        lay_out: impl FnOnce(&[i64]) -> Vec<NewPiece>,
    ) -> Result<Option<RunId>, RegisterError> {
        let unseen: i64 = sqlx::query_scalar(concat!(
            "SELECT count(*) FROM deliveries d JOIN letters l ON l.id = d.letter \
             WHERE d.state = $1 AND d.channel = $2 AND d.date = $3 AND ",
            in_no_run!(),
            " AND (",
            super::cases::unseen!(),
            " OR NOT EXISTS (SELECT 1 FROM entries c WHERE c.letter = d.letter AND c.kind = $4 AND c.sequence > \
             (SELECT max(i.sequence) FROM entries i WHERE i.letter = d.letter AND i.kind = $5)))"
        ))
        .bind(DeliveryState::Waiting)
        .bind(Channel::Print)
        .bind(date)
        .bind(EntryKind::LetterCleared)
        .bind(EntryKind::LetterIssued)
        .fetch_one(&mut *self.transaction)
        .await?;
        if unseen > 0 {
            return Ok(None);
        }
        let waiting: Vec<Waiting> = sqlx::query_as(concat!(
            "SELECT d.letter, d.number, i.pages FROM deliveries d \
             JOIN issuances i ON i.letter = d.letter AND i.number = d.number \
             WHERE d.state = $1 AND d.channel = $2 AND d.date = $3 AND ",
            in_no_run!(),
            " ORDER BY d.letter"
        ))
        .bind(DeliveryState::Waiting)
        .bind(Channel::Print)
        .bind(date)
        .fetch_all(&mut *self.transaction)
        .await?;
        let run = self.new_run(date).await?;
        let places = lay_out(&waiting.iter().map(|piece| piece.pages).collect::<Vec<_>>());
        for (number, (piece, place)) in (1_i64..).zip(waiting.iter().zip(&places)) {
            sqlx::query(
                "INSERT INTO pieces (run, number, letter, issuance, file, first_page, pages, state) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            )
            .bind(&run)
            .bind(number)
            .bind(&piece.letter)
            .bind(piece.number)
            .bind(&place.file)
            .bind(place.first_page)
            .bind(piece.pages)
            .bind(PieceState::Gathered)
            .execute(&mut *self.transaction)
            .await?;
        }
        Ok(Some(run))
    }

    async fn new_run(&mut self, date: Day) -> Result<RunId, RegisterError> {
        let ordinal: i64 = sqlx::query_scalar("SELECT coalesce(max(ordinal), 0) + 1 FROM print_runs WHERE date = $1")
            .bind(date)
            .fetch_one(&mut *self.transaction)
            .await?;
        let run = RunId::of(date, ordinal);
        let by = self.actor().name.clone();
        sqlx::query(
            "INSERT INTO print_runs (id, date, ordinal, state, opened_at, opened_by) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&run)
        .bind(date)
        .bind(ordinal)
        .bind(RunState::Closing)
        .bind(self.now())
        .bind(by)
        .execute(&mut *self.transaction)
        .await?;
        Ok(run)
    }

    /// Whether a date has a run, so that no letter is promised to it any more.
    pub async fn has_run(&mut self, date: Day) -> Result<bool, RegisterError> {
        let found: i64 = sqlx::query_scalar("SELECT count(*) FROM print_runs WHERE date = $1")
            .bind(date)
            .fetch_one(&mut *self.transaction)
            .await?;
        Ok(found > 0)
    }

    /// Takes a run that is closing apart: its letters wait once more, and the run is as if never begun.
    pub async fn release_run(&mut self, run: &RunId) -> Result<(), RegisterError> {
        let closing: i64 = sqlx::query_scalar("SELECT count(*) FROM print_runs WHERE id = $1 AND state = $2")
            .bind(run)
            .bind(RunState::Closing)
            .fetch_one(&mut *self.transaction)
            .await?;
        if closing == 0 {
            return Ok(());
        }
        sqlx::query("DELETE FROM pieces WHERE run = $1").bind(run).execute(&mut *self.transaction).await?;
        sqlx::query("DELETE FROM print_runs WHERE id = $1").bind(run).execute(&mut *self.transaction).await?;
        Ok(())
    }

    /// Closes a run and marks its pieces as printed and their letters as sent. False where it was closed before.
    pub async fn set_closed(&mut self, run: &RunId, totals: &str) -> Result<bool, RegisterError> {
        let by = self.actor().name.clone();
        let closed = sqlx::query(
            "UPDATE print_runs SET state = $2, closed_at = $3, closed_by = $4, totals = $5 WHERE id = $1 AND state = $6",
        )
        .bind(run)
        .bind(RunState::Closed)
        .bind(self.now())
        .bind(by)
        .bind(totals)
        .bind(RunState::Closing)
        .execute(&mut *self.transaction)
        .await?;
        if closed.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query("UPDATE pieces SET state = $2 WHERE run = $1")
            .bind(run)
            .bind(PieceState::Printed)
            .execute(&mut *self.transaction)
            .await?;
        let sent = sqlx::query(
            "UPDATE deliveries SET state = $2, sent_at = $3 WHERE state = $4 AND EXISTS \
             (SELECT 1 FROM pieces p WHERE p.run = $1 AND p.letter = deliveries.letter AND p.issuance = deliveries.number)",
        )
        .bind(run)
        .bind(DeliveryState::Sent)
        .bind(self.now())
        .bind(DeliveryState::Waiting)
        .execute(&mut *self.transaction)
        .await?;
        let pieces: i64 = sqlx::query_scalar("SELECT count(*) FROM pieces WHERE run = $1")
            .bind(run)
            .fetch_one(&mut *self.transaction)
            .await?;
        match sent.rows_affected() as i64 == pieces {
            true => Ok(true),
            false => Err(inconsistent("print_runs", run, "not every piece of the run was waiting")),
        }
    }
}

macro_rules! select_runs {
    ($rest:literal) => {
        concat!("SELECT id, date, ordinal, state, opened_by, closed_at, closed_by, totals FROM print_runs ", $rest)
    };
}

impl Reader {
    /// The newest run of a date.
    pub async fn newest_run(&self, date: Day) -> Result<Option<RunRow>, RegisterError> {
        let sql = select_runs!("WHERE date = $1 ORDER BY ordinal DESC LIMIT 1");
        Ok(sqlx::query_as(sql).bind(date).fetch_optional(&self.pool).await?)
    }

    /// One run.
    pub async fn run(&self, id: &RunId) -> Result<Option<RunRow>, RegisterError> {
        let sql = select_runs!("WHERE id = $1");
        Ok(sqlx::query_as(sql).bind(id).fetch_optional(&self.pool).await?)
    }

    /// All runs, newest first.
    pub async fn runs(&self, limit: i64) -> Result<Vec<RunRow>, RegisterError> {
        let sql = select_runs!("ORDER BY date DESC, ordinal DESC LIMIT $1");
        Ok(sqlx::query_as(sql).bind(limit).fetch_all(&self.pool).await?)
    }

    /// Runs whose closing was interrupted, or goes on.
    pub async fn closing_runs(&self) -> Result<Vec<RunRow>, RegisterError> {
        let sql = select_runs!("WHERE state = $1 ORDER BY date, ordinal");
        Ok(sqlx::query_as(sql).bind(RunState::Closing).fetch_all(&self.pool).await?)
    }

    /// How many letters wait to be printed under a date.
    pub async fn waiting_for_run(&self, date: Day) -> Result<i64, RegisterError> {
        let sql = concat!(
            "SELECT count(*) FROM deliveries d WHERE d.state = $1 AND d.channel = $2 AND d.date = $3 AND ",
            in_no_run!()
        );
        let query = sqlx::query_scalar(sql).bind(DeliveryState::Waiting).bind(Channel::Print).bind(date);
        Ok(query.fetch_one(&self.pool).await?)
    }

    /// The first date after one that letters wait for the print run of, and how many.
    pub async fn waiting_after(&self, date: Day) -> Result<Option<(Day, i64)>, RegisterError> {
        let sql = concat!(
            "SELECT d.date, count(*) FROM deliveries d WHERE d.state = $1 AND d.channel = $2 AND d.date > $3 AND ",
            in_no_run!(),
            " GROUP BY d.date ORDER BY d.date LIMIT 1"
        );
        let query = sqlx::query_as(sql).bind(DeliveryState::Waiting).bind(Channel::Print).bind(date);
        Ok(query.fetch_optional(&self.pool).await?)
    }

    /// The pieces of a run, in the order in which they are printed.
    pub async fn pieces(&self, run: &RunId) -> Result<Vec<PieceRow>, RegisterError> {
        let sql = "SELECT p.number AS piece, p.letter, p.issuance, l.case_reference, l.letter_type, l.language, i.sha256, \
                   i.date, p.file, p.first_page, p.pages, p.state FROM pieces p JOIN letters l ON l.id = p.letter \
                   JOIN issuances i ON i.letter = p.letter AND i.number = p.issuance WHERE p.run = $1 ORDER BY p.number";
        Ok(sqlx::query_as(sql).bind(run).fetch_all(&self.pool).await?)
    }
}
