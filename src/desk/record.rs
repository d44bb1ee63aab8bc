//! Recording what became of a letter.

use serde_json::{Value, json};

use super::issue::{Verdict, Worked};
use super::{Desk, DeskError};
use crate::case::{Channel, EntryKind, Fault, LetterState};
use crate::register::{Act, Issuance, NewEntry};

/// What became of recording a verdict.
pub(super) enum Recorded {
    /// It is recorded.
    Done,
    /// It is recorded, and the letter is stopped for reasons that are new.
    Stopped { case: String, letter: String },
    /// It came too late; what was issued, if anything, is given back.
    TooLate(Option<Issuance>),
}

impl Desk {
    /// Records a verdict. One that came too late (the case has changed meanwhile, or the run has been closed) is not recorded:
    /// the letter stays due, and the issuance that came to nothing is given back.
    pub(super) async fn record_worked(&self, act: &mut Act, worked: Worked) -> Result<Recorded, DeskError> {
        let Worked { letter, considered, verdict } = worked;
        let before = letter.reasons()?;
        let (state, reasons, hash) = verdict.recorded();
        let stops = [LetterState::Held, LetterState::Ended, LetterState::Refused].contains(&state);
        let run_is_gone = match &verdict {
            Verdict::Issued { issuance, .. } if letter.channel == Channel::Print.as_str() => {
                act.run_is_open_or_closed(&issuance.date).await?
            }
            _ => false,
        };
        let hash = hash.map(String::as_str);
        if run_is_gone || !act.move_on(&letter.id, state, reasons, hash, considered).await? {
            act.give_back_attempt(&letter.id).await?;
            return Ok(Recorded::TooLate(match verdict {
                Verdict::Issued { issuance, .. } => Some(*issuance),
                _ => None,
            }));
        }
        // A letter that is still stopped for the same reasons is not entered again.
        let still = match &verdict {
            Verdict::Held(reasons, _) | Verdict::Ended(reasons, _) | Verdict::Refused(reasons) => {
                *reasons == before && !before.is_empty()
            }
            Verdict::AwaitingApproval { seal, .. } => letter.content_hash.as_ref() == Some(seal),
            Verdict::Issued { .. } => false,
        };
        if still {
            return Ok(Recorded::Done);
        }
        let (kind, detail) = entry_of(&verdict);
        let now = self.clock.now();
        let entry = NewEntry {
            case: &letter.case_reference,
            kind,
            event: Some(letter.event),
            letter: Some(&letter.id),
            detail,
        };
        act.enter(now, entry).await?;
        if let Verdict::Issued { issuance, source, .. } = &verdict {
            act.issue(issuance, source).await?;
            // What is filed with the case is not on its way to anybody.
            if letter.channel != Channel::File.as_str() {
                act.post(issuance, &letter.channel, now).await?;
            }
        }
        Ok(match stops {
            true => Recorded::Stopped { case: letter.case_reference, letter: letter.id },
            false => Recorded::Done,
        })
    }
}

impl Verdict {
    /// The state, the reasons and the hash that go into the register.
    fn recorded(&self) -> (LetterState, &[Fault], Option<&String>) {
        match self {
            Verdict::Held(reasons, _) => (LetterState::Held, reasons, None),
            Verdict::Ended(reasons, _) => (LetterState::Ended, reasons, None),
            Verdict::AwaitingApproval { seal, notes, .. } => (LetterState::AwaitingApproval, notes, Some(seal)),
            Verdict::Refused(faults) => (LetterState::Refused, faults, None),
            Verdict::Issued { content_hash, .. } => (LetterState::Issued, &[], Some(content_hash)),
        }
    }
}

fn entry_of(verdict: &Verdict) -> (EntryKind, Value) {
    match verdict {
        Verdict::Held(reasons, ground) => (EntryKind::LetterHeld, json!({"reasons": reasons, "ground": ground})),
        Verdict::Ended(reasons, ground) => (EntryKind::LetterEnded, json!({"reasons": reasons, "ground": ground})),
        Verdict::AwaitingApproval { seal, notes, ground } => {
            (EntryKind::ApprovalAwaited, json!({"content_hash": seal, "reasons": notes, "ground": ground}))
        }
        Verdict::Refused(faults) => (EntryKind::LetterRefused, json!({"reasons": faults})),
        Verdict::Issued { issuance: i, content_hash, ground, .. } => {
            let detail = json!({
                "number": i.number,
                "date": i.date,
                "sha256": i.sha256,
                "bytes": i.bytes,
                "pages": i.pages,
                "content_hash": content_hash,
                "type_version": i.type_version,
                "type_hash": i.type_hash,
                "catalogue_hash": i.catalogue_hash,
                "fonts_hash": i.fonts_hash,
                "typst_version": i.typst_version,
                "ground": ground,
            });
            (EntryKind::LetterIssued, detail)
        }
    }
}
