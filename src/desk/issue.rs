//! From a due letter to an issued one, or to the reason why not.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::{FutureExt, StreamExt, stream};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{Desk, DeskError, Looked, reasons_json};
use crate::archive;
use crate::case::calendar::{business_day_on_or_after, next_business_day};
use crate::case::clock::stamp;
use crate::case::letter::sha256_hex;
use crate::case::{Channel, EntryKind, Fault, LetterId, LetterState, money};
use crate::letter::{Approval, Data, Draft};
use crate::register::{Act, Issuance, LetterRow, NewEntry};
use crate::rules::{Question, Standing, reasons};
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
struct Worked {
    letter: LetterRow,
    considered: i64,
    verdict: Verdict,
}

enum Verdict {
    Held(Vec<Fault>),
    AwaitingApproval(String),
    Refused(Vec<Fault>),
    Issued { issuance: Box<Issuance>, content_hash: String },
}

impl Desk {
    /// Works some of the letters that are due. Gives how many it looked at; none means that none is due.
    ///
    /// Attempts are counted before the work. A letter that was tried before is worked alone, so that one that kills its
    /// worker is found out and does not count against its neighbours.
    pub async fn work_letters(&self) -> Result<usize, DeskError> {
        let _alone = self.working.lock().await;
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
        let (mut trouble, mut unused) = (None, Vec::new());
        while let Some(some) = worked.next().await {
            let mut act = self.register.begin().await?;
            for one in some {
                match one {
                    Ok(worked) => unused.extend(self.record_worked(&mut act, worked).await?),
                    // Trouble with the disk or the database is not the letter's: it stays due.
                    Err((letter, error)) => {
                        act.give_back_attempt(&letter).await?;
                        trouble = Some(error);
                    }
                }
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
        // The letter types may have changed since the event was taken, and an address with the case.
        let data = match self.studio.check_data(letter_type, &looked.data.json) {
            Ok(data) => data,
            Err(faults) => return Ok(Verdict::Refused(faults)),
        };
        let date = self.mailing_date(data.party.channel).await?;
        let id = LetterId(letter.id.clone());
        let composed = match self.studio.compose(letter_type, id, date, data) {
            Ok(composed) => composed,
            Err(faults) => return Ok(Verdict::Refused(faults)),
        };
        let stops = stops(&composed.draft, &looked.standing, looked.asked_at);
        if !stops.is_empty() {
            return Ok(Verdict::Held(stops));
        }
        let content_hash = composed.content_hash;
        let approval = letter_type.description.rules.approval;
        if approval == Approval::Manager && letter.approved_hash.as_ref() != Some(&content_hash) {
            return Ok(Verdict::AwaitingApproval(content_hash));
        }
        let set = tokio::time::timeout(LETTER_TIMEOUT, self.studio.threads.set(composed.job)).await;
        let typeset = match set {
            Ok(Ok(typeset)) => typeset,
            Ok(Err(faults)) => return Ok(Verdict::Refused(faults)),
            Err(_) => return Ok(Verdict::Refused(vec![too_slow()])),
        };
        let issuance = Issuance {
            letter: letter.id.clone(),
            number: letter.issuance + 1,
            date: date.to_string(),
            issued_at: stamp(self.clock.now()),
            sha256: sha256_hex(&typeset.pdf),
            bytes: typeset.pdf.len() as i64,
            pages: typeset.pages.len() as i64,
            type_version: letter_type.description.version.clone(),
            catalogue_hash: self.studio.catalogue.hash.clone(),
            fonts_hash: self.studio.fonts_hash.clone(),
            typst_version: TYPST_VERSION.to_owned(),
        };
        self.archive.put(&archive::key(&issuance.date, &letter.id, &issuance.sha256), typeset.pdf).await?;
        Ok(Verdict::Issued { issuance: Box::new(issuance), content_hash })
    }

    /// The date that a letter worked now is promised to: today, or the next business day whose run is still open.
    async fn mailing_date(&self, channel: Channel) -> Result<NaiveDate, DeskError> {
        let today = self.clock.today();
        if channel == Channel::Email {
            return Ok(today);
        }
        let late = self.clock.time_of_day() >= self.settings.cut_off;
        let mut date = if late { next_business_day(today) } else { business_day_on_or_after(today) };
        while self.register.run(&date.to_string()).await?.is_some() {
            date = next_business_day(date);
        }
        Ok(date)
    }

    /// Records a verdict. One that came too late (the case has changed meanwhile, or the run has been closed) is not recorded:
    /// the letter stays due, and the issuance that came to nothing is given back.
    async fn record_worked(&self, act: &mut Act, worked: Worked) -> Result<Option<Issuance>, DeskError> {
        let Worked { letter, considered, verdict } = worked;
        let before = letter.reasons()?;
        let (state, reasons, hash) = match &verdict {
            Verdict::Held(reasons) => (LetterState::Held, reasons.as_slice(), None),
            Verdict::AwaitingApproval(hash) => (LetterState::AwaitingApproval, [].as_slice(), Some(hash)),
            Verdict::Refused(faults) => (LetterState::Refused, faults.as_slice(), None),
            Verdict::Issued { content_hash, .. } => (LetterState::Issued, [].as_slice(), Some(content_hash)),
        };
        let run_is_gone = match &verdict {
            Verdict::Issued { issuance, .. } if letter.channel == Channel::Print.as_str() => {
                act.run_is_open_or_closed(&issuance.date).await?
            }
            _ => false,
        };
        let hash = hash.map(String::as_str);
        if run_is_gone || !act.move_on(&letter.id, state, reasons, hash, considered).await? {
            act.give_back_attempt(&letter.id).await?;
            return Ok(match verdict {
                Verdict::Issued { issuance, .. } => Some(*issuance),
                _ => None,
            });
        }
        // A letter that is still stopped for the same reasons is not entered again.
        let still = match &verdict {
            Verdict::Held(reasons) | Verdict::Refused(reasons) => *reasons == before && !before.is_empty(),
            Verdict::AwaitingApproval(hash) => letter.content_hash.as_ref() == Some(hash),
            _ => false,
        };
        if still {
            return Ok(None);
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
        if let Verdict::Issued { issuance, .. } = &verdict {
            act.issue(issuance).await?;
            act.post(issuance, &letter.channel, now).await?;
        }
        Ok(None)
    }

    /// The hash of the words that a letter would have if it were issued today; none where it cannot be.
    pub(super) async fn content_hash_today(&self, letter: &LetterRow, data: Data) -> Result<Option<String>, DeskError> {
        let Some(letter_type) = self.studio.catalogue.types.get(&letter.letter_type) else { return Ok(None) };
        let date = self.mailing_date(data.party.channel).await?;
        let composed = self.studio.compose(letter_type, LetterId(letter.id.clone()), date, data);
        Ok(composed.ok().map(|composed| composed.content_hash))
    }

    /// What stops an issued letter today, after its case has changed: its guards, or that it would read differently now.
    pub(super) async fn stops_now(&self, letter: &LetterRow) -> Result<(Vec<Fault>, i64), DeskError> {
        let looked = self.look(letter).await?;
        let considered = looked.considered;
        let Some(letter_type) = self.studio.catalogue.types.get(&letter.letter_type) else {
            return Ok((vec![type_gone(&letter.letter_type)], considered));
        };
        let date = letter.date.as_deref().and_then(|date| date.parse().ok()).unwrap_or(self.clock.today());
        let id = LetterId(letter.id.clone());
        let stops = match self.studio.compose(letter_type, id, date, looked.data) {
            Ok(composed) => {
                let differs = letter.content_hash.as_ref() != Some(&composed.content_hash);
                let mut stops = stops(&composed.draft, &looked.standing, looked.asked_at);
                stops.extend(differs.then(reads_differently));
                stops
            }
            Err(faults) => faults,
        };
        Ok((stops, considered))
    }
}

/// Everything that stops a drafted letter: arithmetic, deadlines, and the guards that its type names.
fn stops(draft: &Draft<'_>, standing: &Standing, asked_at: DateTime<Utc>) -> Vec<Fault> {
    let amount = |value: Option<&Value>| value.and_then(Value::as_str).and_then(money::parse);
    let minimum = &draft.letter.description.rules.minimum;
    let question = Question {
        standing,
        asked_at,
        to_estate: draft.data.party.role == "estate",
        by_mail: draft.data.party.channel == Channel::Print,
        balance: amount(draft.data.facts.get("balance")),
        minimum_balance: draft.policy.get(minimum).and_then(Value::as_str).and_then(|v| v.parse::<Decimal>().ok()),
    };
    let mut stops = draft.stops.clone();
    stops.extend(reasons(&draft.letter.description.rules.guards, &question));
    stops
}

fn entry_of(verdict: &Verdict) -> (EntryKind, Value) {
    match verdict {
        Verdict::Held(reasons) => (EntryKind::LetterHeld, reasons_json(reasons)),
        Verdict::AwaitingApproval(hash) => (EntryKind::ApprovalAwaited, json!({"content_hash": hash})),
        Verdict::Refused(faults) => (EntryKind::LetterRefused, reasons_json(faults)),
        Verdict::Issued { issuance: i, content_hash } => {
            let detail = json!({
                "number": i.number,
                "date": i.date,
                "sha256": i.sha256,
                "bytes": i.bytes,
                "pages": i.pages,
                "content_hash": content_hash,
                "type_version": i.type_version,
                "catalogue_hash": i.catalogue_hash,
                "fonts_hash": i.fonts_hash,
                "typst_version": i.typst_version,
            });
            (EntryKind::LetterIssued, detail)
        }
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
