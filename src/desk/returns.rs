//! A letter that goes back to its officer, with a comment, and is sent for approval again, with an answer.
//!
//! It is held by a finding of its own, which the comment makes, and which nothing clears but an answer: no new day, no event, no other
//! word. Withdrawn, it is out for ever, and what is asked for in its place is another letter. What was sent back once needs an
//! approval for good, and who answers has prepared it.

use super::decide::{given, not_waiting};
use super::{DecideError, Desk, DeskError};
use crate::case::fault::Reasons;
use crate::case::{Actor, Entry, EntryKind, Fault, FiledEntry, LetterId, LetterState, entry};
use crate::people::Who;

/// Whether a letter was sent back, by its case file.
#[derive(Debug, Clone, Default)]
pub(super) struct Returned {
    /// What holds it, where it is still to be corrected.
    pub holds: Option<Fault>,
    /// Whether it ever was.
    pub once: bool,
}

impl Returned {
    pub fn of(entries: &[FiledEntry]) -> Returned {
        entries.iter().fold(Returned::default(), |before, filed| match &filed.entry {
            Entry::LetterReturned(returned) => Returned { holds: Some(sent_back(&returned.comment)), once: true },
            Entry::LetterResubmitted(_) => Returned { holds: None, once: true },
            _ => before,
        })
    }
}

impl Desk {
    /// Sends a letter that waits for approval back to its officer, with a comment. Who may is who could approve it.
    pub async fn send_back(&self, letter: &LetterId, comment: &str, by: &Who) -> Result<(), DecideError> {
        let (row, _, _, role) = self.before_decision(letter, by).await?;
        let comment = given(comment)?;
        let seal = row.seal.clone().filter(|_| row.state == LetterState::AwaitingApproval);
        let seal = seal.ok_or_else(|| not_waiting(&row))?;
        let mut act = self.begin(by.actor()).await?;
        if !act.set_returned(letter, &seal, &Reasons(vec![sent_back(&comment)])).await? {
            return Err(not_waiting(&row));
        }
        let returned = entry::Returned { role: role.to_owned(), comment, seal };
        act.enter(row.subject(), &Entry::LetterReturned(returned)).await?;
        act.requeue_rivals(&row.case_reference, letter).await?;
        act.commit().await?;
        self.wake();
        Ok(())
    }

    /// Sends a letter that was sent back for approval again, with an answer to the comment.
    pub async fn resubmit(&self, letter: &LetterId, answer: &str, by: &Who) -> Result<(), DecideError> {
        let (actor, answer) = (by.actor(), given(answer)?);
        let role = self.office_of(&actor).await?;
        let row = self.letter_to_decide(letter).await?;
        let mut act = self.begin(actor).await?;
        if !act.set_resubmitted(letter).await? {
            return Err(DecideError::NotReturned);
        }
        act.enter(row.subject(), &Entry::LetterResubmitted(entry::Resubmitted { role, answer })).await?;
        act.commit().await?;
        self.wake();
        Ok(())
    }

    /// Who has sent a letter for approval again.
    pub(super) async fn resubmitters(&self, letter: &LetterId) -> Result<Vec<Actor>, DeskError> {
        let kinds = [EntryKind::LetterResubmitted, EntryKind::LetterReturned];
        let entries = self.reader().entries_of_kinds(letter, kinds).await?;
        let answers = entries.into_iter().filter(|filed| filed.kind() == EntryKind::LetterResubmitted);
        Ok(answers.filter_map(|filed| filed.actor).collect())
    }
}

/// What holds a letter that was sent back.
pub(super) fn sent_back(comment: &str) -> Fault {
    Fault::new(
        "returned",
        "",
        format!(
            "Returned for correction: “{comment}” Withdraw the letter and ask for it again with corrected facts, or send it for approval again with an answer."
        ),
        format!(
            "Retournée pour correction : « {comment} » Retirez la lettre et demandez-la de nouveau avec des renseignements corrigés, ou soumettez-la de nouveau à l’approbation avec une réponse."
        ),
    )
}
