//! Sending e-mails that are due.

use chrono::TimeDelta;
use futures_util::{StreamExt, stream};
use serde_json::json;

use super::close::missed;
use super::issue::type_gone;
use super::{Desk, DeskError};
use crate::archive;
use crate::case::{EntryKind, Fault, Format, LetterId, Reading};
use crate::dispatch::{Attached, Message, SendError};
use crate::register::{Act, Delivery, LetterRow, NewEntry};

/// E-mails looked at together.
const BATCH: i64 = 32;
/// E-mails on their way at a time.
const AT_A_TIME: usize = 4;
/// The longest wait between two attempts.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(6);

impl Desk {
    /// Sends some of the e-mails whose time has come. Gives how many it looked at; none means that none is due.
    pub async fn send_emails(&self) -> Result<usize, DeskError> {
        let due = self.register.due_emails(self.clock.now(), BATCH).await?;
        let looked_at = due.len();
        let sendings = due.into_iter().map(|delivery| self.send_email(delivery));
        let sent: Vec<Result<(), DeskError>> = stream::iter(sendings).buffer_unordered(AT_A_TIME).collect().await;
        sent.into_iter().collect::<Result<(), DeskError>>()?;
        Ok(looked_at)
    }

    async fn send_email(&self, delivery: Delivery) -> Result<(), DeskError> {
        let Some(letter) = self.register.letter(&delivery.letter).await? else { return Ok(()) };
        if delivery.date < self.clock.today().to_string() {
            // A letter never goes out with a stale date; it is set again under today's.
            let mut act = self.register.begin().await?;
            self.take_back(&mut act, &letter, &delivery, &[missed(&delivery.date)]).await?;
            return Ok(act.commit().await?);
        }
        if delivery.unseen && !self.still_clear(&letter, &delivery).await? {
            return Ok(());
        }
        let mut act = self.register.begin().await?;
        if !act.count_delivery(&delivery).await? {
            // Something happened to the case since it was looked at: the next step looks again.
            return Ok(());
        }
        act.commit().await?;
        let sent = match self.message(&letter, &delivery).await {
            Ok(Ok(message)) => self.post.send(&self.settings.from, message).await,
            Ok(Err(faults)) => {
                Err(SendError::Fail(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")))
            }
            // An object that cannot be read is tried again as a server that does not answer is, and then shown to a person.
            Err(DeskError::Archive(error)) => Err(SendError::Retry(error.to_string())),
            Err(error) => return Err(error),
        };
        let mut act = self.register.begin().await?;
        self.record_sending(&mut act, &letter, &delivery, sent).await?;
        act.commit().await?;
        Ok(())
    }

    async fn record_sending(
        &self,
        act: &mut Act,
        letter: &LetterRow,
        delivery: &Delivery,
        sent: Result<String, SendError>,
    ) -> Result<(), DeskError> {
        let now = self.clock.now();
        let attempts = delivery.attempts + 1;
        let entry = |kind, detail| NewEntry {
            case: &letter.case_reference,
            kind,
            event: Some(letter.event),
            letter: Some(&letter.id),
            detail,
        };
        let problem = match sent {
            Ok(message_id) => {
                if act.mailed(delivery, &message_id, now).await? {
                    let detail = json!({"channel": "email", "number": delivery.number, "message_id": message_id});
                    act.enter(now, entry(EntryKind::LetterSent, detail)).await?;
                }
                return Ok(());
            }
            Err(SendError::Retry(problem)) if attempts < self.settings.email_attempts => {
                let doublings = u32::try_from(delivery.attempts).unwrap_or(16).min(16);
                let wait = TimeDelta::seconds(i64::from(self.settings.email_retry_s) << doublings).min(LONGEST_WAIT);
                act.postpone(delivery, now + wait, &problem).await?;
                return Ok(());
            }
            Err(SendError::Retry(problem) | SendError::Fail(problem)) => problem,
        };
        if act.end_delivery(delivery, "failed", &problem).await? {
            let detail = json!({"number": delivery.number, "problem": problem, "attempts": attempts});
            act.enter(now, entry(EntryKind::DeliveryFailed, detail)).await?;
        }
        Ok(())
    }

    /// The mail of an issuance: its words written again from the same facts, its PDF the archived bytes.
    async fn message(&self, letter: &LetterRow, delivery: &Delivery) -> Result<Result<Message, Vec<Fault>>, DeskError> {
        let key = archive::key(&delivery.date, &letter.id, &delivery.sha256);
        let pdf = self.archive.get(&key, &delivery.sha256).await?;
        let data = self.look(letter).await?.data;
        let to = (data.addressee.full_name(), data.addressee.email.clone().unwrap_or_default());
        let Some(letter_type) = self.studio.catalogue.types.get(&letter.letter_type) else {
            return Ok(Err(vec![type_gone(&letter.letter_type)]));
        };
        let date = delivery.date.parse().unwrap_or(self.clock.today());
        let drafted = self.studio.catalogue.draft(letter_type, LetterId(letter.id.clone()), date, data);
        let pdf = Attached { name: format!("{}.pdf", letter.id), media_type: "application/pdf", bytes: pdf };
        let mut files = vec![pdf];
        if drafted.as_ref().is_ok_and(|draft| draft.data.addressee.format == Format::ScreenReader) {
            match self.reading_files(delivery).await? {
                Some(more) => files.extend(more),
                None => return Ok(Err(vec![no_reading()])),
            }
        }
        let words = drafted.and_then(|draft| self.studio.catalogue.email(&draft, self.studio.specimen));
        Ok(words.map(|words| Message {
            letter: letter.id.clone(),
            number: delivery.number,
            to,
            subject: words.subject,
            text: words.text,
            html: words.html,
            files,
            date: self.clock.now(),
        }))
    }

    /// The issued letter as HTML and plain text, as they were kept when it was issued.
    async fn reading_files(&self, delivery: &Delivery) -> Result<Option<[Attached; 2]>, DeskError> {
        let source = self.register.source(&delivery.letter, delivery.number).await?;
        let file = |ending, media_type, text: String| Attached {
            name: format!("{}.{ending}", delivery.letter),
            media_type,
            bytes: text.into_bytes(),
        };
        Ok(source.and_then(|source| source.reading).map(|Reading { html, text }| {
            [file("html", "text/html; charset=utf-8", html), file("txt", "text/plain; charset=utf-8", text)]
        }))
    }

    /// Looks again at an issued letter whose case has changed. If something stops it now, it is taken back before it leaves
    /// and becomes due again; the work then holds it, or sets it anew.
    pub(super) async fn still_clear(&self, letter: &LetterRow, delivery: &Delivery) -> Result<bool, DeskError> {
        let (stops, considered, ground) = self.stops_now(letter).await?;
        let mut act = self.register.begin().await?;
        if stops.is_empty() {
            act.confirm(&letter.id, considered).await?;
            let entry = NewEntry {
                case: &letter.case_reference,
                kind: EntryKind::LetterCleared,
                event: Some(letter.event),
                letter: Some(&letter.id),
                detail: json!({"number": delivery.number, "ground": ground}),
            };
            act.enter(self.clock.now(), entry).await?;
        } else {
            self.take_back(&mut act, letter, delivery, &stops).await?;
        }
        act.commit().await?;
        Ok(stops.is_empty())
    }

    /// Takes an issued letter back before it has left.
    pub(super) async fn take_back(
        &self,
        act: &mut Act,
        letter: &LetterRow,
        delivery: &Delivery,
        reasons: &[Fault],
    ) -> Result<(), DeskError> {
        let problem = reasons.iter().map(|reason| reason.code.as_str()).collect::<Vec<_>>().join(", ");
        if !act.end_delivery(delivery, "recalled", &problem).await? {
            return Ok(());
        }
        act.recall(&letter.id).await?;
        let entry = NewEntry {
            case: &letter.case_reference,
            kind: EntryKind::LetterRecalled,
            event: Some(letter.event),
            letter: Some(&letter.id),
            detail: json!({"number": delivery.number, "reasons": reasons}),
        };
        act.enter(self.clock.now(), entry).await?;
        Ok(())
    }
}

fn no_reading() -> Fault {
    Fault::new(
        "reading-missing",
        "",
        "The letter was issued before the person asked for HTML and plain text. Withdraw it and send its event again.",
        "La lettre a été émise avant que la personne demande le HTML et le texte brut. Retirez-la et renvoyez son événement.",
    )
}
