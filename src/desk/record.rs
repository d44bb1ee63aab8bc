//! Recording what became of a letter.

use super::judge::Verdict;
use super::words::cents;
use super::work_letters::{Work, Worked};
use super::{Desk, DeskError};
use crate::case::fault::Reasons;
use crate::case::letter::Wording;
use crate::case::{Channel, Entry, LetterState, Sha256, entry, money};
use crate::register::{Act, Claim, Issuance, Kept, LetterRow, LetterVerdict, Subject, Way};
use crate::rules::reads_other_letters;

/// What became of recording a verdict.
pub(super) enum Recorded {
    /// It is recorded.
    Done,
    /// It came too late: what was issued, if anything, is given back, and then the claim is given up.
    TooLate(Claim, Option<Box<Issuance>>),
}

impl LetterRow {
    /// What an entry about the letter concerns.
    pub(super) fn subject(&self) -> Subject<'_> {
        Subject { case: &self.case_reference, event: Some(self.event), letter: Some(&self.id) }
    }
}

impl Desk {
    /// Records a verdict. One that came too late (the case has changed meanwhile, or the run has been closed) is not recorded:
    /// the letter stays to be worked, and the issuance that came to nothing is given back.
    ///
    /// A letter that is stopped may have stood in the way of others, as a duplicate does: they are worked again, by the same act.
    pub(super) async fn record_worked(&self, act: &mut Act, worked: Worked) -> Result<Recorded, DeskError> {
        let Worked { work: Work { letter, claim }, seen, verdict } = worked;
        let none = Reasons::default();
        let recorded = verdict.recorded(&none);
        let run_is_gone = match &verdict {
            Verdict::Issued { issuance, way, .. } if way.channel == Channel::Print => {
                act.has_run(issuance.date).await?
            }
            _ => false,
        };
        if run_is_gone || !act.set_verdict(&claim, &LetterVerdict { seen, ..recorded }).await? {
            let issuance = if let Verdict::Issued { issuance, .. } = verdict { Some(issuance) } else { None };
            return Ok(Recorded::TooLate(claim, issuance));
        }
        // A letter that is stopped again for the same reasons is not entered again.
        if verdict.is_as_before(&letter) {
            return Ok(Recorded::Done);
        }
        if let Verdict::Held(reasons, _) = &verdict
            && let Some(difference) = super::merge::difference(reasons)
        {
            act.stop_merge_of(&letter.id, &difference.message.en).await?;
        }
        match &verdict {
            Verdict::Issued { findable, .. } => act.set_cents(&letter.id, cents(findable.amount)).await?,
            Verdict::AwaitingApproval { about, .. } => act.set_cents(&letter.id, cents(*about)).await?,
            _ => {}
        }
        let stops = matches!(verdict, Verdict::Held(..) | Verdict::Ended(..) | Verdict::Refused(_));
        if let Verdict::Issued { issuance, kept, wordings, findable, way, leaves, .. } = &verdict {
            act.issue(issuance, kept).await?;
            act.set_words(&letter.id, issuance.number, &findable.words).await?;
            act.keep_wordings(wordings).await?;
            // What is filed with the case is not on its way to anybody.
            if way.channel != Channel::File {
                act.post(issuance, way.channel, *leaves).await?;
            }
        }
        act.enter(letter.subject(), &verdict.into_entry()).await?;
        if stops {
            act.requeue_rivals(&letter.case_reference, &letter.id).await?;
        }
        Ok(Recorded::Done)
    }
}

impl Verdict {
    /// What the register is to say of the letter. `none` stands for no reasons; how much was seen is set by the caller.
    fn recorded<'v>(&'v self, none: &'v Reasons) -> LetterVerdict<'v> {
        let verdict = |state, reasons| LetterVerdict {
            state,
            reasons,
            seal: None,
            amount: None,
            content_hash: None,
            way: None,
            held_for_letters: false,
            seen: crate::register::Seen { case: 0, person: 0 },
        };
        match self {
            Verdict::Held(reasons, _) => LetterVerdict {
                held_for_letters: reasons.iter().any(|reason| reads_other_letters(&reason.code)),
                ..verdict(LetterState::Held, reasons)
            },
            Verdict::Ended(reasons, _) => verdict(LetterState::Ended, reasons),
            Verdict::AwaitingApproval { seal, notes, amount, .. } => LetterVerdict {
                seal: Some(seal),
                amount: Some(amount),
                ..verdict(LetterState::AwaitingApproval, notes)
            },
            Verdict::Refused(faults) => verdict(LetterState::Refused, faults),
            Verdict::Issued { content_hash, way, .. } => LetterVerdict {
                content_hash: Some(content_hash),
                way: Some(*way),
                ..verdict(LetterState::Issued, none)
            },
        }
    }

    /// Whether the letter was stopped before for the same reasons, or waits already for the same approval.
    fn is_as_before(&self, letter: &LetterRow) -> bool {
        let same = |state, reasons: &Reasons| letter.state == state && letter.reasons == *reasons;
        match self {
            Verdict::Held(reasons, _) => same(LetterState::Held, reasons),
            Verdict::Ended(reasons, _) => same(LetterState::Ended, reasons),
            Verdict::Refused(faults) => same(LetterState::Refused, faults),
            Verdict::AwaitingApproval { seal, .. } => {
                letter.state == LetterState::AwaitingApproval && letter.seal.as_ref() == Some(seal)
            }
            Verdict::Issued { .. } => false,
        }
    }

    fn into_entry(self) -> Entry {
        match self {
            Verdict::Held(Reasons(reasons), basis) => Entry::LetterHeld(entry::Stopped { reasons, basis }),
            Verdict::Ended(Reasons(reasons), basis) => Entry::LetterEnded(entry::Stopped { reasons, basis }),
            Verdict::Refused(Reasons(reasons)) => Entry::LetterRefused(entry::Stopped { reasons, basis: None }),
            Verdict::AwaitingApproval { seal, notes: Reasons(reasons), amount, words, basis, .. } => {
                let (amount, basis) = (Some(amount), Some(basis));
                Entry::ApprovalAwaited(entry::Awaited { seal, reasons, amount, words, basis })
            }
            Verdict::Issued { issuance, kept, wordings, content_hash, findable, way, basis, .. } => {
                let issued = issued(&issuance, kept.as_ref(), wordings, content_hash, Some(way), Some(basis));
                Entry::LetterIssued(entry::Issued { amount: findable.amount.map(money::plain), ..issued })
            }
        }
    }
}

/// What the case file says of an issuance.
fn issued(
    issuance: &Issuance,
    kept: &Kept,
    wordings: Vec<Wording>,
    content_hash: Sha256,
    way: Option<Way>,
    basis: Option<entry::Basis>,
) -> entry::Issued {
    entry::Issued {
        number: issuance.number,
        date: issuance.date,
        sha256: issuance.sha256.clone(),
        bytes: issuance.bytes,
        pages: issuance.pages,
        content_hash,
        type_version: issuance.type_version.clone(),
        type_hash: Some(issuance.type_hash.clone()).filter(|hash| !hash.is_empty()),
        catalogue_hash: issuance.catalogue_hash.clone(),
        fonts_hash: issuance.fonts_hash.clone(),
        typst_version: issuance.typst_version.clone(),
        kept: Some(kept.hash()),
        channel: way.map(|way| way.channel).filter(|channel| *channel != Channel::File),
        language: way.map(|way| way.language),
        wordings,
        times: issuance.times.clone(),
        amount: None,
        basis,
    }
}
