//! From a letter that is to be worked to an issued one, or to the reason why not.

use std::panic::AssertUnwindSafe;

use chrono::TimeDelta;
use futures_util::{FutureExt, StreamExt, stream};

use super::judge::Verdict;
use super::record::Recorded;
use super::worker::{Worker, is_gone};
use super::{Desk, DeskError};
use crate::archive;
use crate::case::{Actor, Channel, Fault};
use crate::register::{Claim, Claimed, Issuance, LetterRow, Seen};

/// Letters taken up together.
const BATCH: i64 = 128;
/// Letters recorded in one transaction.
pub(super) const TOGETHER: usize = 32;
/// Letters under way for each thread of the press, so that it has work while others are recorded.
pub(super) const UNDER_WAY: usize = 8;
/// How long a claim holds, where nobody can tell whether its worker lives: longer than a batch takes.
const CLAIM: TimeDelta = TimeDelta::minutes(30);

/// A letter that is worked under a claim.
pub(super) struct Work {
    pub letter: LetterRow,
    pub claim: Claim,
}

/// What was found about it.
pub(super) struct Worked {
    pub work: Work,
    /// How much of the case was seen.
    pub seen: Seen,
    pub verdict: Verdict,
}

impl Desk {
    /// Works some of the letters that are to be worked. Gives how many; none means that there is none, or that others work on them.
    ///
    /// A letter that a worker died of is worked alone, so that one that kills its worker is found out and does not count against
    /// its neighbours.
    pub async fn work_letters(&self) -> Result<usize, DeskError> {
        self.begin_day().await?;
        self.bury_the_dead().await?;
        let mut due = self.reader().due_letters(BATCH).await?;
        if let Some(tried) = due.iter().find(|letter| letter.attempts > 0).cloned() {
            due = vec![tried];
        }
        if due.is_empty() {
            return Ok(0);
        }
        let worker = Worker::sign_on(&self.office.folder)?;
        let works = self.claim(due, &worker).await?;
        let count = works.len();
        let done = self.work_claimed(works).await;
        if done.is_err() {
            // The trouble is not the letters': they are free for the next step, and no attempt is counted.
            let mut act = self.begin(Actor::program()).await?;
            act.end_claims(&worker.id).await?;
            act.commit().await?;
        }
        done.map(|()| count)
    }

    /// On a new day, and once a run is closed or its cut-off is over, has worked again what is stopped: a time that ran may be over, and
    /// whoever approves is shown the date that the letter would bear.
    async fn begin_day(&self) -> Result<(), DeskError> {
        let print = self.mailing_date(Channel::Print).await?;
        let mut act = self.begin(Actor::program()).await?;
        if act.begin_day(self.today(), print.into()).await? {
            act.commit().await?;
        }
        Ok(())
    }

    /// Ends the claims of workers that are gone, or whose time is over.
    pub(super) async fn bury_the_dead(&self) -> Result<(), DeskError> {
        for (worker, until) in self.reader().workers().await? {
            if until.instant() < self.clock.now() || is_gone(&self.office.folder, &worker)? {
                let mut act = self.begin(Actor::program()).await?;
                act.bury(&worker).await?;
                act.commit().await?;
            }
        }
        Ok(())
    }

    /// Claims letters, those that nobody else has claimed or worked meanwhile.
    async fn claim(&self, due: Vec<LetterRow>, worker: &Worker) -> Result<Vec<Work>, DeskError> {
        let until = (self.clock.now() + CLAIM).into();
        let mut act = self.begin(Actor::program()).await?;
        let mut claimed = Vec::new();
        for letter in due {
            if act.claim(Claimed::Case(&letter.case_reference, &letter.id), &worker.id, until).await? {
                claimed.push(letter);
            }
        }
        act.commit().await?;
        let (mut works, mut idle) = (Vec::new(), Vec::new());
        for letter in claimed {
            // As it is now that nobody else works on it.
            match self.reader().letter(&letter.id).await? {
                Some(letter) if letter.is_to_work() => works.push(Work {
                    claim: Claim {
                        case: letter.case_reference.clone(),
                        letter: letter.id.clone(),
                        worker: worker.id.clone(),
                        wanted: letter.wanted,
                    },
                    letter,
                }),
                _ => idle.push(letter),
            }
        }
        if !idle.is_empty() {
            let mut act = self.begin(Actor::program()).await?;
            for letter in &idle {
                act.end_claim(Claimed::Case(&letter.case_reference, &letter.id), &worker.id).await?;
            }
            act.commit().await?;
        }
        Ok(works)
    }

    /// Works what was claimed and records it, some letters in one transaction.
    async fn work_claimed(&self, works: Vec<Work>) -> Result<(), DeskError> {
        let under_way = UNDER_WAY * self.studio.threads.count();
        let works = works.into_iter().map(|work| self.work_letter(work));
        let mut worked = stream::iter(works).buffered(under_way).chunks(TOGETHER);
        let (mut trouble, mut late) = (None, Vec::new());
        while let Some(finished) = worked.next().await {
            // While this is at the writer, the letters under way stand still, with a reader each: nothing is read here.
            let mut act = self.begin(Actor::program()).await?;
            for letter in finished {
                match letter {
                    Ok(worked) => match self.record_worked(&mut act, worked).await? {
                        Recorded::TooLate(claim, issuance) => late.push((claim, issuance)),
                        Recorded::Done => {}
                    },
                    Err(error) => trouble = Some(error),
                }
            }
            act.commit().await?;
        }
        for (claim, issuance) in late {
            self.give_back(&claim, issuance).await?;
        }
        trouble.map_or(Ok(()), Err)
    }

    /// Takes out of the archive what came to nothing, and gives the letter up, in this order: the same words on the same day are the same
    /// object, and whoever works the letter next may issue it. Where somebody else has the letter already, it stays there.
    async fn give_back(&self, claim: &Claim, issuance: Option<Box<Issuance>>) -> Result<(), DeskError> {
        if let Some(issuance) = issuance
            && self.reader().holds(claim).await?
            && !self.reader().is_issued(&issuance.letter, &issuance.sha256).await?
        {
            let key = archive::key(&issuance.date.to_string(), &issuance.letter, &issuance.sha256);
            self.office.archive.discard(&key).await?;
        }
        let mut act = self.begin(Actor::program()).await?;
        act.give_up(claim).await?;
        Ok(act.commit().await?)
    }

    /// Works one letter. What it was worked from is in the result; an error leaves the letter as it was.
    async fn work_letter(&self, work: Work) -> Result<Worked, DeskError> {
        let refused = |work, seen, fault| Worked { work, seen, verdict: Verdict::refused(vec![fault]) };
        let context = match self.read_case(&work.letter).await {
            Ok(context) => context,
            Err(DeskError::Unreadable { .. }) => {
                // What cannot be read has seen all that it ever will.
                let seen = self.reader().versions(&work.letter.case_reference, &work.letter.person).await?;
                return Ok(refused(work, seen, unreadable()));
            }
            Err(error) => return Err(error),
        };
        let seen = context.seen;
        let attempts = work.letter.attempts;
        if attempts >= self.office.settings.letter_attempts {
            return Ok(refused(work, seen, given_up(attempts)));
        }
        // A panic in one letter becomes that letter's fault and stops no other.
        match AssertUnwindSafe(self.judge(&work.letter, context)).catch_unwind().await {
            Ok(verdict) => Ok(Worked { work, seen, verdict: verdict? }),
            Err(_) => Ok(refused(work, seen, panicked())),
        }
    }
}

pub(super) fn unreadable() -> Fault {
    Fault::new(
        "event-unreadable",
        "",
        "The event that calls for the letter can no longer be read. Run `recto verify`, and do what it says.",
        "L’événement qui appelle la lettre ne peut plus être lu. Lancez `recto verify` et faites ce qu’il dit.",
    )
}

fn panicked() -> Fault {
    Fault::new(
        "letter-crashed",
        "",
        "Recto crashed on this letter. The letter is kept; report it to those who maintain Recto.",
        "Recto s’est arrêté sur cette lettre. La lettre est conservée; signalez-la aux responsables de Recto.",
    )
}

fn given_up(attempts: i64) -> Fault {
    Fault::new(
        "attempts-used-up",
        "",
        format!("The letter was begun {attempts} times and never finished. Report it to those who maintain Recto."),
        format!("La lettre a été commencée {attempts} fois sans aboutir. Signalez-la aux responsables de Recto."),
    )
}
