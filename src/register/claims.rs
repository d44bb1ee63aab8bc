//! Claims: who is at work on what. A claim has an owner and an end, so that several workers share one register and a dead one
//! holds nothing up.

use super::{Act, Reader, RegisterError};
use crate::case::{CaseRef, Day, LetterId, Stamp, WorkerId};

/// A letter that is claimed by a worker, and its case with it: what becomes of a letter bears on the others of its case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The case.
    pub case: CaseRef,
    /// The letter.
    pub letter: LetterId,
    /// Who works on it.
    pub worker: WorkerId,
    /// How often the letter had been wanted when the work began: what is wanted later is wanted again.
    pub wanted: i64,
}

/// What is claimed: one letter of a case to be worked, an e-mail to be sent, or a date's print run to be closed.
#[derive(Debug, Clone, Copy)]
pub enum Claimed<'c> {
    /// A case, to work this letter.
    Case(&'c CaseRef, &'c LetterId),
    /// A letter, to send it.
    Mail(&'c LetterId),
    /// A mailing date, to close its run.
    Run(Day),
}

impl Claimed<'_> {
    fn subject(self) -> String {
        match self {
            Claimed::Case(case, _) => format!("case/{case}"),
            Claimed::Mail(letter) => format!("mail/{letter}"),
            Claimed::Run(date) => format!("run/{date}"),
        }
    }

    fn letter(self) -> Option<String> {
        if let Claimed::Case(_, letter) = self { Some(letter.to_string()) } else { None }
    }
}

impl Act {
    /// Claims something for a worker until an instant. False where somebody else has it.
    pub async fn claim(&mut self, what: Claimed<'_>, worker: &WorkerId, until: Stamp) -> Result<bool, RegisterError> {
        let claimed = sqlx::query(
            "INSERT INTO claims (subject, letter, worker, until) VALUES ($1, $2, $3, $4) ON CONFLICT (subject) DO NOTHING",
        )
        .bind(what.subject())
        .bind(what.letter())
        .bind(worker)
        .bind(until)
        .execute(&mut *self.transaction)
        .await?;
        Ok(claimed.rows_affected() == 1)
    }

    /// Ends a worker's claim. False where it is not the worker's any more: then what was done under it does not count.
    pub async fn end_claim(&mut self, what: Claimed<'_>, worker: &WorkerId) -> Result<bool, RegisterError> {
        let ended = sqlx::query("DELETE FROM claims WHERE subject = $1 AND worker = $2")
            .bind(what.subject())
            .bind(worker)
            .execute(&mut *self.transaction)
            .await?;
        Ok(ended.rows_affected() == 1)
    }

    /// Whether a worker's claim still stands. Nobody else can end it before this act does or is over.
    pub async fn holds(&mut self, claim: &Claim) -> Result<bool, RegisterError> {
        let held = sqlx::query("UPDATE claims SET worker = worker WHERE subject = $1 AND worker = $2")
            .bind(Claimed::Case(&claim.case, &claim.letter).subject())
            .bind(&claim.worker)
            .execute(&mut *self.transaction)
            .await?;
        Ok(held.rows_affected() == 1)
    }

    /// Gives a claimed letter up: it stays to be worked.
    pub async fn give_up(&mut self, claim: &Claim) -> Result<(), RegisterError> {
        self.end_claim(Claimed::Case(&claim.case, &claim.letter), &claim.worker).await.map(|_| ())
    }

    /// Ends all claims of a worker that stops of its own accord.
    pub async fn end_claims(&mut self, worker: &WorkerId) -> Result<(), RegisterError> {
        sqlx::query("DELETE FROM claims WHERE worker = $1").bind(worker).execute(&mut *self.transaction).await?;
        Ok(())
    }

    /// Ends the claims of a worker that is gone. Each counts as an attempt at its letter: it may be what the worker died of.
    pub async fn bury(&mut self, worker: &WorkerId) -> Result<(), RegisterError> {
        let sql =
            "UPDATE letters SET attempts = attempts + 1 WHERE id IN (SELECT letter FROM claims WHERE worker = $1)";
        sqlx::query(sql).bind(worker).execute(&mut *self.transaction).await?;
        self.end_claims(worker).await
    }
}

impl Reader {
    /// Whether a worker's claim stands.
    pub async fn holds(&self, claim: &Claim) -> Result<bool, RegisterError> {
        let held: i64 = sqlx::query_scalar("SELECT count(*) FROM claims WHERE subject = $1 AND worker = $2")
            .bind(Claimed::Case(&claim.case, &claim.letter).subject())
            .bind(&claim.worker)
            .fetch_one(&self.pool)
            .await?;
        Ok(held == 1)
    }

    /// The workers that have claims, each with the last end of them.
    pub async fn workers(&self) -> Result<Vec<(WorkerId, Stamp)>, RegisterError> {
        let sql = "SELECT worker, max(until) FROM claims GROUP BY worker ORDER BY worker";
        Ok(sqlx::query_as(sql).fetch_all(&self.pool).await?)
    }
}
