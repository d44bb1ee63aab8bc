//! Verdicts on letters that were worked.

use super::{Act, Claim, RegisterError, Seen, expect_one};
use crate::case::fault::Reasons;
use crate::case::{Channel, LetterId, LetterState, PreferredLanguage, Sha256};

/// How a letter was issued: by the newest word at the time, which need not be that of the event that called for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    /// How it reaches the addressee.
    pub channel: Channel,
    /// The languages in which it is written.
    pub language: PreferredLanguage,
}

/// What became of a letter that was worked.
#[derive(Debug)]
pub struct LetterVerdict<'v> {
    /// Its state.
    pub state: LetterState,
    /// Why it is stopped, or what an approver is to look at.
    pub reasons: &'v Reasons,
    /// What an approval is bound to, where it waits for one.
    pub seal: Option<&'v Sha256>,
    /// Dollars that an approver's authority must reach, where it waits for one.
    pub amount: Option<&'v str>,
    /// The hash of the words, where it was issued.
    pub content_hash: Option<&'v Sha256>,
    /// How it was issued, where it was.
    pub way: Option<Way>,
    /// Whether it is held for another letter's sake.
    pub held_for_letters: bool,
    /// How much of the case the verdict has seen.
    pub seen: Seen,
}

impl Act {
    /// Records what became of a letter that was worked under a claim, and ends the claim. False where the claim is gone, the letter has
    /// moved on, or its case or person has events that the verdict has not seen: a claim that still stands is to be given up.
    pub async fn set_verdict(&mut self, claim: &Claim, verdict: &LetterVerdict<'_>) -> Result<bool, RegisterError> {
        // What was sent back meanwhile leaves by no verdict of before: it is worked again.
        let is_out = verdict.state == LetterState::Issued;
        let counts = !(is_out && self.is_sent_back(&claim.letter).await?)
            && self.holds(claim).await?
            && self.has_seen_all(&claim.letter, verdict.seen).await?
            && self.move_letter(&claim.letter, verdict.state).await?;
        if !counts {
            return Ok(false);
        }
        self.give_up(claim).await?;
        let set = sqlx::query(
            "UPDATE letters SET reasons = $2, seal = $3, content_hash = $4, held_for_letters = $5, seen_case = $6, \
             seen_person = $7, attempts = 0, worked = CASE WHEN $8 THEN wanted ELSE $9 END, channel = coalesce($10, channel), \
             language = coalesce($11, language), amount = $12, \
             awaited_since = CASE WHEN $13 THEN coalesce(awaited_since, $14) END WHERE id = $1",
        )
        .bind(&claim.letter)
        .bind(verdict.reasons)
        .bind(verdict.seal)
        .bind(verdict.content_hash)
        .bind(verdict.held_for_letters)
        .bind(verdict.seen.case)
        .bind(verdict.seen.person)
        .bind(is_out)
        .bind(claim.wanted)
        .bind(verdict.way.map(|way| way.channel))
        .bind(verdict.way.map(|way| way.language))
        .bind(verdict.amount)
        .bind(verdict.state == LetterState::AwaitingApproval)
        .bind(self.now())
        .execute(&mut *self.transaction)
        .await?;
        expect_one(&set, "letters", &claim.letter)?;
        Ok(true)
    }

    /// Whether a letter was sent back to its officer, and not answered yet.
    async fn is_sent_back(&mut self, letter: &LetterId) -> Result<bool, RegisterError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM letters WHERE id = $1 AND returned_at IS NOT NULL)";
        Ok(sqlx::query_scalar(sql).bind(letter).fetch_one(&mut *self.transaction).await?)
    }

    /// Whether these versions are still those of a letter's case and person.
    async fn has_seen_all(&mut self, letter: &LetterId, seen: Seen) -> Result<bool, RegisterError> {
        let unseen: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM letters l WHERE l.id = $1 AND \
             (EXISTS (SELECT 1 FROM cases c WHERE c.reference = l.case_reference AND c.version > $2) \
              OR EXISTS (SELECT 1 FROM persons p WHERE p.id = l.person AND p.version > $3))",
        )
        .bind(letter)
        .bind(seen.case)
        .bind(seen.person)
        .fetch_one(&mut *self.transaction)
        .await?;
        Ok(unseen == 0)
    }
}
