//! Sending e-mails that are due.

use chrono::TimeDelta;
use futures_util::{StreamExt, stream};

use super::release::missed;
use super::work_letters::unreadable;
use super::worker::Worker;
use super::{Desk, DeskError};
use crate::archive;
use crate::case::fault::Reasons;
use crate::case::insurance::masked;
use crate::case::{Actor, Channel, CoveringMail, DeliveryState, Entry, Fault, Format, Reading, Text, entry};
use crate::dispatch::{Attached, Message, SendError};
use crate::register::{Act, Claimed, Delivery, Kept, LetterRow};

/// E-mails taken up together.
const BATCH: i64 = 32;
/// E-mails on their way at a time.
const AT_A_TIME: usize = 4;
/// The longest wait between two attempts.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(6);
/// How long a claim on a mail holds where nobody can tell whether its worker lives.
const CLAIM: TimeDelta = TimeDelta::minutes(30);

impl Desk {
    /// Sends some of the e-mails whose time has come. Gives how many it took up; none means that none is due, or that others send
    /// them.
    pub async fn send_emails(&self) -> Result<usize, DeskError> {
        self.bury_the_dead().await?;
        let due = self.reader().due_emails(self.clock.now().into(), BATCH).await?;
        if due.is_empty() {
            return Ok(0);
        }
        let worker = Worker::sign_on(&self.office.folder)?;
        let until = (self.clock.now() + CLAIM).into();
        let mut act = self.begin(Actor::program()).await?;
        let mut claimed = Vec::new();
        for delivery in due {
            if act.claim(Claimed::Mail(&delivery.letter), &worker.id, until).await? {
                claimed.push(delivery);
            }
        }
        act.commit().await?;
        let count = claimed.len();
        let sendings = claimed.into_iter().map(|delivery| self.send_email(delivery));
        let sent: Vec<Result<(), DeskError>> = stream::iter(sendings).buffer_unordered(AT_A_TIME).collect().await;
        let mut act = self.begin(Actor::program()).await?;
        act.end_claims(&worker.id).await?;
        act.commit().await?;
        sent.into_iter().collect::<Result<(), DeskError>>()?;
        Ok(count)
    }

    async fn send_email(&self, delivery: Delivery) -> Result<(), DeskError> {
        // As it is now that nobody else sends it.
        let Some(delivery) = self.reader().waiting_delivery(&delivery.letter).await? else { return Ok(()) };
        let Some(letter) = self.reader().letter(&delivery.letter).await? else { return Ok(()) };
        if delivery.date < self.today() {
            // A letter never goes out with a stale date; it is set again under today's.
            let mut act = self.begin(Actor::program()).await?;
            self.take_back(&mut act, &letter, &delivery, &[missed(delivery.date)]).await?;
            return Ok(act.commit().await?);
        }
        // Once before the first attempt, and again whenever the case has changed.
        if (delivery.attempts == 0 || delivery.unseen) && !self.still_clear(&letter, &delivery).await? {
            return Ok(());
        }
        // To whom it goes is read before the attempt is counted, and whatever came after that verdict stops the attempt.
        let message = match self.message(&letter, &delivery).await {
            Ok(message) => Ok(message),
            Err(Unsendable::Faults(faults)) => Err(SendError::Fail(Reasons(faults).to_string())),
            // An object that cannot be read is tried again as a server that does not answer is, and then shown to a person.
            Err(Unsendable::Desk(DeskError::Archive(error))) => {
                let Text { en, fr } = error.says();
                Err(SendError::Retry(Reasons(vec![Fault::new("archive-unreadable", "", en, fr)]).to_string()))
            }
            Err(Unsendable::Desk(DeskError::Unreadable { .. })) => {
                Err(SendError::Fail(Reasons(vec![unreadable()]).to_string()))
            }
            Err(Unsendable::Desk(error)) => return Err(error),
        };
        let mut act = self.begin(Actor::program()).await?;
        if !act.count_attempt(&delivery).await? {
            // Something happened to the case since it was read: the next step reads it again.
            return Ok(());
        }
        act.commit().await?;
        let sent = match message {
            Ok(message) => self.office.post.send(&self.office.settings.from, message).await,
            Err(problem) => Err(problem),
        };
        let may_print = matches!(sent, Err(SendError::Mailbox(_))) && self.may_print(&letter, &delivery).await?;
        let mut act = self.begin(Actor::program()).await?;
        self.record_sending(&mut act, &letter, &delivery, sent, may_print).await?;
        act.commit().await?;
        Ok(())
    }

    async fn record_sending(
        &self,
        act: &mut Act,
        letter: &LetterRow,
        delivery: &Delivery,
        sent: Result<String, SendError>,
        may_print: bool,
    ) -> Result<(), DeskError> {
        let (number, attempts) = (delivery.number, delivery.attempts + 1);
        let settings = &self.office.settings;
        let problem = match sent {
            Ok(message_id) => {
                if act.set_mailed(delivery, &message_id).await? {
                    let (channel, message_id) = (Channel::Email, Some(message_id));
                    let sent = entry::Sent { channel, number, run: None, piece: None, message_id };
                    act.enter(letter.subject(), &Entry::LetterSent(sent)).await?;
                }
                return Ok(());
            }
            Err(SendError::Retry(problem)) if attempts < settings.email_attempts => {
                let doublings = delivery.attempts.clamp(0, 16);
                let wait = TimeDelta::seconds(i64::from(settings.email_retry_s) << doublings).min(LONGEST_WAIT);
                act.postpone(delivery, (self.clock.now() + wait).into(), &problem).await?;
                return Ok(());
            }
            Err(SendError::Mailbox(_)) if may_print => return self.print_instead(act, letter, delivery).await,
            Err(SendError::Retry(problem) | SendError::Fail(problem) | SendError::Mailbox(problem)) => masked(&problem),
        };
        if act.end_delivery(delivery, DeliveryState::Failed, &problem).await? {
            let failed = entry::Failed { number, problem, attempts };
            act.enter(letter.subject(), &Entry::DeliveryFailed(failed)).await?;
        }
        Ok(())
    }

    /// Whether a letter that no mailbox takes may go by mail: by the program's policy, to an address on file, and not for somebody who
    /// reads with a screen reader, whom paper does not reach.
    async fn may_print(&self, letter: &LetterRow, delivery: &Delivery) -> Result<bool, DeskError> {
        let data = self.read_case(letter).await?.data;
        let program = self.studio.catalogue.program(&data.case.program).ok();
        let policy = program.and_then(|program| program.policy_on(delivery.date.date()));
        let has_address = data.addressee.address.is_some() && data.addressee.format != Format::ScreenReader;
        Ok(has_address && policy.is_some_and(|policy| policy.unmailable_to_print))
    }

    /// Takes an issued e-mail back, and has its letter set for print.
    async fn print_instead(&self, act: &mut Act, letter: &LetterRow, delivery: &Delivery) -> Result<(), DeskError> {
        self.take_back(act, letter, delivery, &[unmailable()]).await?;
        Ok(act.set_channel(&letter.id, Channel::Print).await?)
    }

    /// The mail of an issuance: the words that were kept with it, its PDF the archived bytes. Every attempt is the same mail.
    async fn message(&self, letter: &LetterRow, delivery: &Delivery) -> Result<Message, Unsendable> {
        let key = archive::key(&delivery.date.to_string(), &letter.id, &delivery.sha256);
        let pdf = self.office.archive.get(&key, &delivery.sha256).await.map_err(DeskError::from)?;
        let addressee = self.read_case(letter).await?.data.addressee;
        let email = addressee.email.as_ref().ok_or_else(|| Unsendable::Faults(vec![no_address()]))?;
        let kept = self.reader().kept(&letter.id, delivery.number).await.map_err(DeskError::from)?;
        let Some(Kept { mail: Some(CoveringMail { subject, text, html }), reading, .. }) = kept else {
            return Err(Unsendable::Faults(vec![no_mail()]));
        };
        let pdf = Attached { name: format!("{}.pdf", letter.id), media_type: "application/pdf", bytes: pdf };
        let mut files = vec![pdf];
        match reading {
            Some(reading) => files.extend(reading_files(letter, reading)),
            None if addressee.format == Format::ScreenReader => return Err(Unsendable::Faults(vec![no_reading()])),
            None => {}
        }
        Ok(Message {
            letter: letter.id.to_string(),
            number: delivery.number,
            to: (addressee.full_name(), email.clone()),
            subject,
            text,
            html,
            files,
            date: self.clock.now(),
        })
    }
}

/// Why there is no message to send.
enum Unsendable {
    /// It will never be: a person must look.
    Faults(Vec<Fault>),
    /// Something else is wrong.
    Desk(DeskError),
}

impl From<DeskError> for Unsendable {
    fn from(error: DeskError) -> Unsendable {
        Unsendable::Desk(error)
    }
}

/// The issued letter as HTML and plain text, as they were kept when it was issued.
fn reading_files(letter: &LetterRow, Reading { html, text }: Reading) -> [Attached; 2] {
    let file = |ending, media_type, text: String| Attached {
        name: format!("{}.{ending}", letter.id),
        media_type,
        bytes: text.into_bytes(),
    };
    [file("html", "text/html; charset=utf-8", html), file("txt", "text/plain; charset=utf-8", text)]
}

/// The code of a letter that was taken back because it has to go by mail.
pub(super) const UNMAILABLE: &str = "mailbox-not-taken";

fn unmailable() -> Fault {
    Fault::new(
        UNMAILABLE,
        "/addressee/email",
        "The mail server cannot take the name of this mailbox, which has letters beyond ASCII (it offers no SMTPUTF8). The letter goes by mail instead. Ask the person for another e-mail address.",
        "Le serveur de courriel ne peut pas accepter le nom de cette boîte, qui contient des lettres hors de l’ASCII (il n’offre pas SMTPUTF8). La lettre part plutôt par la poste. Demandez à la personne une autre adresse de courriel.",
    )
}

fn no_address() -> Fault {
    Fault::new(
        "email-address-missing",
        "/addressee/email",
        "The addressee has no e-mail address any more. Send an address, or ask for the letter by mail.",
        "Le destinataire n’a plus d’adresse de courriel. Envoyez-en une, ou demandez la lettre par la poste.",
    )
}

fn no_mail() -> Fault {
    Fault::new(
        "covering-mail-missing",
        "",
        "The letter was issued before covering mails were kept. Withdraw it and send its event again.",
        "La lettre a été émise avant que les courriels d’accompagnement soient conservés. Retirez-la et renvoyez son événement.",
    )
}

fn no_reading() -> Fault {
    Fault::new(
        "reading-missing",
        "",
        "The letter was issued before the person asked for HTML and plain text. Withdraw it and send its event again.",
        "La lettre a été émise avant que la personne demande le HTML et le texte brut. Retirez-la et renvoyez son événement.",
    )
}
