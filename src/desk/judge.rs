//! Judging a letter: what becomes of it, before anything is recorded.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rust_decimal::Decimal;

use super::case_context::CaseContext;
use super::words::{Findable, amount};
use super::{Assessment, Desk, DeskError};
use crate::archive;
use crate::case::calendar::{business_day_on_or_after, next_business_day};
use crate::case::entry::Basis;
use crate::case::fault::Reasons;
use crate::case::letter::Wording;
use crate::case::{Channel, Fault, Format, Policy, Sha256, Stamp, Times, money};
use crate::register::{Issuance, Kept, KeptSource, LetterRow, Way};
use crate::studio::{Composed, reading};
use crate::typeset::{Job, TYPST_VERSION, Typeset};

/// The longest that one letter may take before it counts as failed.
pub(super) const LETTER_TIMEOUT: Duration = Duration::from_secs(120);

/// What becomes of a letter, and what that rests on.
pub(super) enum Verdict {
    Held(Reasons, Option<Basis>),
    Ended(Reasons, Option<Basis>),
    AwaitingApproval {
        seal: Sha256,
        notes: Reasons,
        /// Dollars that an approver's authority must reach.
        amount: String,
        /// What the letter asks for, or else is about.
        about: Option<Decimal>,
        words: Vec<String>,
        basis: Basis,
    },
    Refused(Reasons),
    Issued {
        issuance: Box<Issuance>,
        kept: Box<Kept>,
        wordings: Vec<Wording>,
        content_hash: Sha256,
        findable: Findable,
        way: Way,
        /// When it may leave at the earliest.
        leaves: Stamp,
        basis: Basis,
    },
}

impl Verdict {
    pub(super) fn refused(faults: Vec<Fault>) -> Verdict {
        Verdict::Refused(Reasons(faults))
    }
}

impl Desk {
    pub(super) async fn judge(&self, letter: &LetterRow, context: CaseContext) -> Result<Verdict, DeskError> {
        let Some(letter_type) = self.studio.catalogue.types.get(&letter.letter_type) else {
            return Ok(Verdict::refused(vec![type_gone(&letter.letter_type)]));
        };
        if letter_type.description.filed != (letter.channel == Channel::File) {
            return Ok(Verdict::refused(vec![channel_changed()]));
        }
        let date = self.mailing_date(context.data.addressee.channel).await?;
        // As long as nobody has said who it is about, there is nothing else to ask.
        if !context.who.ends.is_empty() {
            let basis = context.basis(&letter.id, &[], date);
            return Ok(Verdict::Ended(Reasons(context.who.ends), Some(basis)));
        }
        if !context.who.holds.is_empty() {
            let basis = context.basis(&letter.id, &[], date);
            return Ok(Verdict::Held(Reasons(context.who.holds), Some(basis)));
        }
        // The letter types may have changed since the event was taken, and an address with the case.
        if let Err(faults) = self.studio.check_data(letter_type, &context.data.json) {
            return Ok(Verdict::refused(faults));
        }
        let asked_at = context.asked_at;
        let assessed = match self.assess(letter_type, letter, date, context) {
            Ok(assessed) => assessed,
            Err(unwritten) if unwritten.stops.is_empty() => return Ok(Verdict::refused(unwritten.faults)),
            Err(unwritten) => return Ok(Verdict::Held(Reasons(unwritten.stops), unwritten.basis.map(|basis| *basis))),
        };
        if !assessed.answers.ends.is_empty() {
            return Ok(Verdict::Ended(Reasons(assessed.answers.ends), Some(assessed.basis)));
        }
        if !assessed.answers.stops.is_empty() {
            return Ok(Verdict::Held(Reasons(assessed.answers.stops), Some(assessed.basis)));
        }
        let typeset = match self.set(&assessed.composed).await {
            Ok(typeset) => typeset,
            Err(faults) => return Ok(Verdict::refused(faults)),
        };
        // The finished words are read before anything is recorded, and before anybody is asked to approve them.
        let mut stops = self.last_look(&assessed, &typeset);
        stops.extend(self.read_back(letter, &assessed, &typeset).await?);
        if !stops.is_empty() {
            return Ok(Verdict::Held(Reasons(stops), Some(assessed.basis)));
        }
        if assessed.needs_approval && letter.approved_seal.as_ref() != Some(&assessed.seal) {
            let about = amount(&assessed.composed.draft);
            let (words, amount) = (self.words_shown(&assessed, &typeset), money::plain(assessed.amount));
            let Assessment { seal, answers, basis, .. } = assessed;
            return Ok(Verdict::AwaitingApproval { seal, notes: Reasons(answers.notes), amount, about, words, basis });
        }
        self.issue(letter, (date, asked_at), assessed, typeset).await
    }

    /// Puts what was set into the archive, with all that is to be recorded of it.
    async fn issue(
        &self,
        letter: &LetterRow,
        (date, asked_at): (NaiveDate, DateTime<Utc>),
        assessed: Assessment<'_>,
        typeset: Typeset,
    ) -> Result<Verdict, DeskError> {
        let Composed { draft, content_hash, job: Job { main, footer, .. } } = assessed.composed;
        let by_ear = draft.data.addressee.format == Format::ScreenReader;
        let foot = |language| self.studio.catalogue.identity(&draft, language);
        let reading = by_ear.then(|| reading(&typeset.blocks, &draft.title(), foot, self.studio.specimen));
        let source = KeptSource { house: Sha256::new(self.studio.press.house_hash()), main, footer };
        let findable = Findable::of(&draft, &source);
        let kept = Box::new(Kept { source, reading, mail: assessed.mail });
        let wordings = self.studio.catalogue.wordings_of(&draft.letter.key, &draft.data.case.program);
        let issuance = Issuance {
            letter: letter.id.clone(),
            number: letter.issuance + 1,
            date: date.into(),
            issued_at: self.clock.now().into(),
            sha256: Sha256::of(&typeset.pdf),
            bytes: typeset.pdf.len() as i64,
            pages: typeset.pages.len() as i64,
            type_version: draft.letter.description.version.clone(),
            type_hash: Sha256::new(&draft.letter.hash),
            catalogue_hash: Sha256::new(&self.studio.catalogue.hash),
            fonts_hash: Sha256::new(&self.studio.fonts_hash),
            typst_version: TYPST_VERSION.to_owned(),
            times: Some(Times(draft.times.clone())),
        };
        let key = archive::key(&issuance.date.to_string(), &letter.id, &issuance.sha256);
        self.office.archive.put(&key, typeset.pdf).await?;
        let (content_hash, basis) = (Sha256::new(content_hash), assessed.basis);
        let way = Way { channel: draft.data.addressee.channel, language: draft.data.addressee.language };
        let leaves = leaves(way.channel, draft.policy, (asked_at, self.clock.now())).into();
        Ok(Verdict::Issued { issuance: Box::new(issuance), kept, wordings, content_hash, findable, way, leaves, basis })
    }

    /// Sets a letter, in the time that one letter may take.
    pub(super) async fn set(&self, composed: &Composed<'_>) -> Result<Typeset, Vec<Fault>> {
        let set = tokio::time::timeout(LETTER_TIMEOUT, self.studio.threads.set(composed.job.clone())).await;
        set.unwrap_or_else(|_| Err(vec![too_slow()]))
    }

    /// What stands on the finished pages, or in the covering mail, and must not.
    pub(super) fn last_look(&self, assessed: &Assessment<'_>, typeset: &Typeset) -> Vec<Fault> {
        let draft = &assessed.composed.draft;
        let others = [&assessed.standing.others[..], &assessed.standing.strangers].concat();
        let others = &others[..];
        let mut faults = self.studio.last_look(draft, others, typeset);
        faults.extend(assessed.mail.iter().flat_map(|mail| self.studio.last_look_at_mail(draft, others, mail)));
        faults
    }

    /// The date that a letter worked now is promised to: today, or for print the next business day whose run is still open.
    pub(super) async fn mailing_date(&self, channel: Channel) -> Result<NaiveDate, DeskError> {
        let today = self.clock.today();
        if channel != Channel::Print {
            return Ok(today);
        }
        let late = self.clock.time_of_day() >= self.office.settings.cut_off;
        let mut date = if late { next_business_day(today) } else { business_day_on_or_after(today) };
        while self.reader().newest_run(date.into()).await?.is_some() {
            date = next_business_day(date);
        }
        Ok(date)
    }
}

/// When a letter may leave at the earliest: an e-mail after the time in which it can be taken back, which runs from when it was asked for.
/// One whose figures are those of this very look was asked for by nobody who could.
fn leaves(channel: Channel, policy: &Policy, (asked_at, now): (DateTime<Utc>, DateTime<Utc>)) -> DateTime<Utc> {
    let window = TimeDelta::minutes(policy.email_window_minutes.into());
    match channel {
        Channel::Email if asked_at <= now => now.max(asked_at + window),
        _ => now,
    }
}

pub(super) fn type_gone(letter_type: &str) -> Fault {
    Fault::new(
        "letter-type-gone",
        "",
        format!("There is no letter type “{letter_type}” any more. Put its folder back."),
        format!("Le type de lettre « {letter_type} » n’existe plus. Remettez son dossier."),
    )
}

fn channel_changed() -> Fault {
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
