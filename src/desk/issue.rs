//! From a due letter to an issued one, or to the reason why not.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use chrono::NaiveDate;
use futures_util::{FutureExt, StreamExt, stream};
use serde_json::Value;

use super::look::Looked;
use super::record::Recorded;
use super::{Desk, DeskError, Weighed};
use crate::archive;
use crate::case::calendar::{business_day_on_or_after, next_business_day};
use crate::case::clock::stamp;
use crate::case::letter::sha256_hex;
use crate::case::{Channel, Fault, Format};
use crate::register::{Issuance, LetterRow, Source};
use crate::studio::{Composed, reading};
use crate::typeset::TYPST_VERSION;

/// Letters taken up together.
const BATCH: i64 = 128;
/// Letters recorded in one transaction.
const TOGETHER: usize = 32;
/// Letters under way for each thread of the press, so that it has work while others are recorded.
const UNDER_WAY: usize = 8;
/// The longest that one letter may take before it counts as failed.
const LETTER_TIMEOUT: Duration = Duration::from_secs(120);

/// What was found about a due letter.
pub(super) struct Worked {
    pub letter: LetterRow,
    pub considered: i64,
    pub verdict: Verdict,
}

/// What becomes of a letter, and what it was weighed by.
pub(super) enum Verdict {
    Held(Vec<Fault>, Value),
    Ended(Vec<Fault>, Value),
    AwaitingApproval { seal: String, notes: Vec<Fault>, ground: Value },
    Refused(Vec<Fault>),
    Issued { issuance: Box<Issuance>, source: Source, content_hash: String, ground: Value },
}

impl Desk {
    /// Works some of the letters that are due. Gives how many it looked at; none means that none is due.
    ///
    /// Attempts are counted before the work. A letter that was tried before is worked alone, so that one that kills its
    /// worker is found out and does not count against its neighbours.
    pub async fn work_letters(&self) -> Result<usize, DeskError> {
        let _alone = self.working.lock().await;
        self.begin_day().await?;
        let mut due = self.register.due_letters(BATCH).await?;
        if let Some(tried) = due.iter().find(|letter| letter.attempts > 0).cloned() {
            due = vec![tried];
        }
        if due.is_empty() {
            return Ok(0);
        }
        let mut act = self.register.begin().await?;
        act.count_attempts(&due).await?;
        act.commit().await?;
        let looked_at = due.len();
        let under_way = UNDER_WAY * self.studio.threads.count();
        let works = due.into_iter().map(|letter| self.work_letter(letter));
        let mut worked = stream::iter(works).buffered(under_way).chunks(TOGETHER);
        let (mut trouble, mut unused, mut stopped) = (None, Vec::new(), Vec::new());
        while let Some(some) = worked.next().await {
            let mut act = self.register.begin().await?;
            for one in some {
                match one {
                    Ok(worked) => match self.record_worked(&mut act, worked).await? {
                        Recorded::TooLate(issuance) => unused.extend(issuance),
                        Recorded::Stopped { case, letter } => stopped.push((case, letter)),
                        Recorded::Done => {}
                    },
                    // Trouble with the disk or the database is not the letter's: it stays due.
                    Err((letter, error)) => {
                        act.give_back_attempt(&letter).await?;
                        trouble = Some(error);
                    }
                }
            }
            act.commit().await?;
        }
        if !stopped.is_empty() {
            // What stopped may have stood in the way of others, as a duplicate does: they are looked at again.
            let mut act = self.register.begin().await?;
            for (case, letter) in &stopped {
                act.release_others(case, letter).await?;
            }
            act.commit().await?;
        }
        for i in unused {
            // The same words on the same day are the same object, and an earlier issuance may be it.
            if !self.register.is_issued(&i.letter, &i.sha256).await? {
                self.archive.discard(&archive::key(&i.date, &i.letter, &i.sha256)).await?;
            }
        }
        trouble.map_or(Ok(looked_at), Err)
    }

    /// On a new day, looks again at what is held: a time that ran may be over.
    async fn begin_day(&self) -> Result<(), DeskError> {
        let mut act = self.register.begin().await?;
        if act.begin_day(&self.clock.today().to_string()).await? {
            act.commit().await?;
        }
        Ok(())
    }

    /// Works one letter. What it was worked from is in the result; an error leaves the letter as it was.
    async fn work_letter(&self, letter: LetterRow) -> Result<Worked, (String, DeskError)> {
        let refused = |letter, considered, fault| Worked { letter, considered, verdict: Verdict::Refused(vec![fault]) };
        let looked = match self.look(&letter).await {
            Ok(looked) => looked,
            Err(DeskError::Unreadable { problem, .. }) => return Ok(refused(letter, i64::MAX, unreadable(&problem))),
            Err(error) => return Err((letter.id, error)),
        };
        let considered = looked.considered;
        if letter.attempts >= self.settings.letter_attempts {
            let attempts = letter.attempts;
            return Ok(refused(letter, considered, given_up(attempts)));
        }
        // A panic in one letter becomes that letter's fault and stops no other.
        match AssertUnwindSafe(self.judge(&letter, looked)).catch_unwind().await {
            Ok(Ok(verdict)) => Ok(Worked { letter, considered, verdict }),
            Ok(Err(error)) => Err((letter.id, error)),
            Err(_) => Ok(refused(letter, considered, panicked())),
        }
    }

    async fn judge(&self, letter: &LetterRow, looked: Looked) -> Result<Verdict, DeskError> {
        let Some(letter_type) = self.studio.catalogue.types.get(&letter.letter_type) else {
            return Ok(Verdict::Refused(vec![type_gone(&letter.letter_type)]));
        };
        if letter_type.description.filed != (letter.channel == Channel::File.as_str()) {
            return Ok(Verdict::Refused(vec![other_way()]));
        }
        // The letter types may have changed since the event was taken, and an address with the case.
        if let Err(faults) = self.studio.check_data(letter_type, &looked.data.json) {
            return Ok(Verdict::Refused(faults));
        }
        let date = self.mailing_date(looked.data.addressee.channel).await?;
        let weighed = match self.weigh(letter_type, letter, date, looked) {
            Ok(weighed) => weighed,
            Err(unwritten) if unwritten.stops.is_empty() => return Ok(Verdict::Refused(unwritten.faults)),
            Err(unwritten) => return Ok(Verdict::Held(unwritten.stops, unwritten.ground)),
        };
        let Weighed { composed, mut stops, ends, notes, needs_approval, seal, standing, ground, .. } = weighed;
        if !ends.is_empty() {
            return Ok(Verdict::Ended(ends, ground));
        }
        if !stops.is_empty() {
            return Ok(Verdict::Held(stops, ground));
        }
        let Composed { draft, content_hash, job } = composed;
        let recorded = super::again::recorded(&job);
        let set = tokio::time::timeout(LETTER_TIMEOUT, self.studio.threads.set(job)).await;
        let typeset = match set {
            Ok(Ok(typeset)) => typeset,
            Ok(Err(faults)) => return Ok(Verdict::Refused(faults)),
            Err(_) => return Ok(Verdict::Refused(vec![too_slow()])),
        };
        // The finished words are read before anything is recorded, and before anybody is asked to approve them.
        stops.extend(self.studio.last_look(&draft, &standing.others, &typeset));
        if !stops.is_empty() {
            return Ok(Verdict::Held(stops, ground));
        }
        if needs_approval && letter.approved_hash.as_ref() != Some(&seal) {
            return Ok(Verdict::AwaitingApproval { seal, notes, ground });
        }
        let by_ear = draft.data.addressee.format == Format::ScreenReader;
        let reading = by_ear.then(|| reading(&typeset.blocks, &draft.title(), self.studio.specimen));
        let source = Source { house: self.studio.press.house_hash().to_owned(), main: recorded, reading };
        let issuance = Issuance {
            letter: letter.id.clone(),
            number: letter.issuance + 1,
            date: date.to_string(),
            issued_at: stamp(self.clock.now()),
            sha256: sha256_hex(&typeset.pdf),
            bytes: typeset.pdf.len() as i64,
            pages: typeset.pages.len() as i64,
            type_version: letter_type.description.version.clone(),
            type_hash: letter_type.hash.clone(),
            catalogue_hash: self.studio.catalogue.hash.clone(),
            fonts_hash: self.studio.fonts_hash.clone(),
            typst_version: TYPST_VERSION.to_owned(),
        };
        self.archive.put(&archive::key(&issuance.date, &letter.id, &issuance.sha256), typeset.pdf).await?;
        Ok(Verdict::Issued { issuance: Box::new(issuance), source, content_hash, ground })
    }

    /// The date that a letter worked now is promised to: today, or for print the next business day whose run is still open.
    pub(super) async fn mailing_date(&self, channel: Channel) -> Result<NaiveDate, DeskError> {
        let today = self.clock.today();
        if channel != Channel::Print {
            return Ok(today);
        }
        let late = self.clock.time_of_day() >= self.settings.cut_off;
        let mut date = if late { next_business_day(today) } else { business_day_on_or_after(today) };
        while self.register.run(&date.to_string()).await?.is_some() {
            date = next_business_day(date);
        }
        Ok(date)
    }

    /// What stops an issued letter today, after its case has changed: its rules, an approval that no longer covers it, or that it
    /// would read differently now. With the newest event that was seen, and what it was weighed by.
    pub(super) async fn stops_now(&self, letter: &LetterRow) -> Result<(Vec<Fault>, i64, Value), DeskError> {
        let looked = self.look(letter).await?;
        let considered = looked.considered;
        let Some(letter_type) = self.studio.catalogue.types.get(&letter.letter_type) else {
            return Ok((vec![type_gone(&letter.letter_type)], considered, Value::Null));
        };
        let date = letter.date.as_deref().and_then(|date| date.parse().ok()).unwrap_or(self.clock.today());
        let (stops, ground) = match self.weigh(letter_type, letter, date, looked) {
            Ok(weighed) => {
                let differs = letter.content_hash.as_ref() != Some(&weighed.composed.content_hash);
                let unapproved = weighed.needs_approval && letter.approved_hash.as_ref() != Some(&weighed.seal);
                let mut stops = weighed.stops;
                stops.extend(weighed.ends);
                stops.extend(differs.then(reads_differently));
                stops.extend((unapproved && !differs).then(approval_void));
                // Somebody who is new to the case may stand on the page.
                let Composed { draft, job, .. } = weighed.composed;
                match self.studio.threads.set(job).await {
                    Ok(set) => stops.extend(self.studio.last_look(&draft, &weighed.standing.others, &set)),
                    Err(faults) => stops.extend(faults),
                }
                (stops, weighed.ground)
            }
            Err(unwritten) => (unwritten.faults, unwritten.ground),
        };
        Ok((stops, considered, ground))
    }
}

fn unreadable(problem: &str) -> Fault {
    Fault::new(
        "event-unreadable",
        "",
        format!("The event that calls for the letter can no longer be read: {problem}. Run `recto verify`."),
        format!("L’événement qui appelle la lettre ne peut plus être lu : {problem}. Lancez `recto verify`."),
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

pub(super) fn type_gone(letter_type: &str) -> Fault {
    Fault::new(
        "letter-type-gone",
        "",
        format!("There is no letter type “{letter_type}” any more. Put its folder back."),
        format!("Le type de lettre « {letter_type} » n’existe plus. Remettez son dossier."),
    )
}

fn other_way() -> Fault {
    Fault::new(
        "letter-type-changed",
        "",
        "The type was a letter and is an internal document now, or the reverse. Withdraw this one and send the event again.",
        "Le type était une lettre et est maintenant un document interne, ou l’inverse. Retirez celle-ci et renvoyez l’événement.",
    )
}

fn too_slow() -> Fault {
    Fault::new(
        "typesetting-too-slow",
        "/main.typ",
        format!("The letter was not set within {} seconds.", LETTER_TIMEOUT.as_secs()),
        format!("La lettre n’a pas été composée en {} secondes.", LETTER_TIMEOUT.as_secs()),
    )
}

fn reads_differently() -> Fault {
    Fault::new(
        "reads-differently",
        "B11",
        "What happened since changes the letter, such as a new address. It is set again.",
        "Ce qui s’est passé depuis change la lettre, comme une nouvelle adresse. Elle est composée de nouveau.",
    )
}

fn approval_void() -> Fault {
    Fault::new(
        "approval-void",
        "",
        "What the approver was shown has changed, so the approval no longer holds. It must be approved again.",
        "Ce que l’approbateur a vu a changé; l’approbation ne vaut donc plus. Il faut approuver de nouveau.",
    )
}
