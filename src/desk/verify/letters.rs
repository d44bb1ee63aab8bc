//! Letters and their deliveries against the case files.

use rust_decimal::Decimal;

use super::{Audit, LoggedLetter, PIECE};
use crate::case::fault::Reasons;
use crate::case::{
    Channel, DeliveryState, Entry, EntryKind, Fault, LetterId, LetterState, PersonId, Text, entry, money,
};
use crate::desk::returns::sent_back;
use crate::desk::send::UNMAILABLE;
use crate::desk::{Desk, DeskError};
use crate::letter::Data;
use crate::register::{DeliveryRow, Filter, LetterRow, StoredEvent};

impl Desk {
    pub(super) async fn verify_letters(&self, audit: &mut Audit) -> Result<(), DeskError> {
        let mut before = None;
        loop {
            let filter = Filter { before, limit: PIECE, ..Filter::default() };
            let letters = self.reader().letters(&filter).await?;
            let Some(last) = letters.last() else { break };
            before = Some(last.sequence);
            for letter in letters {
                self.verify_letter(&letter, audit).await?;
            }
        }
        for (letter, _) in std::mem::take(&mut audit.letters) {
            audit.note(
                "letter-missing",
                letter.as_str(),
                ("The case file has it, the register does not.", "Le journal du dossier l’a, le registre ne l’a pas."),
            );
        }
        Ok(())
    }

    async fn verify_letter(&self, letter: &LetterRow, audit: &mut Audit) -> Result<(), DeskError> {
        // A letter that no case file knows differs from nothing logged, wherever it has come to anything.
        let logged = audit.letters.remove(&letter.id).unwrap_or_default();
        let event = self.reader().event(letter.event).await?;
        if !event.is_some_and(|event| self.is_as_called(letter, &event, &logged)) {
            let message = (
                "The register's row is not what its event called for.",
                "La ligne du registre n’est pas ce que demandait son événement.",
            );
            audit.note("letter-altered", letter.id.as_str(), message);
        }
        let expected = state_after(logged.last.as_ref());
        if letter.state != expected {
            let last = logged.last.as_ref().map_or("none", |entry| EntryKind::from(entry).as_str());
            let state = letter.state;
            let message = Text::new(
                format!("Its state is not the one that the case file's last entry left it in ({state}; {last})."),
                format!(
                    "Son état n’est pas celui où l’a laissée la dernière inscription du journal ({state}; {last})."
                ),
            );
            audit.note("letter-state-differs", letter.id.as_str(), message);
        }
        let is_of_program =
            self.reader().program_of(&letter.case_reference).await?.unwrap_or_default() == letter.program;
        if !says_the_same(letter, &logged) || !letter.is_listed_rightly() || !is_of_program {
            let message = (
                "Its issuance, words or reasons are not those of the case file.",
                "Son émission, ses mots ou ses motifs ne sont pas ceux du journal du dossier.",
            );
            audit.note("letter-altered", letter.id.as_str(), message);
        }
        if !is_approved_as_logged(letter, &logged) {
            let message = (
                "The register says that it was approved, by whom; the case file does not say so.",
                "Le registre dit qu’elle a été approuvée, et par qui; le journal du dossier ne le dit pas.",
            );
            audit.note("approval-unlogged", letter.id.as_str(), message);
        }
        verify_verdicts(letter, &logged, audit);
        self.verify_deliveries(letter, &logged, audit).await
    }

    /// Whether a letter's row is what its event called for, or what was issued by a newer word.
    fn is_as_called(&self, letter: &LetterRow, stored: &StoredEvent, logged: &LoggedLetter) -> bool {
        let event = &stored.event;
        let Ok(data) = Data::read(&event.data) else { return false };
        let person = PersonId::new(&data.person.id);
        let letter_type = self.studio.catalogue.types.get(&letter.letter_type);
        let channel = letter_type.map_or(letter.channel, |letter_type| letter_type.channel(&data.addressee));
        letter.id == LetterId::derive(&event.source, &event.id, &letter.letter_type, &person)
            && letter.case_reference == event.subject
            && letter.person == person
            && letter.person_name == data.person.full_name()
            && letter.addressee_name == data.addressee.full_name()
            && (letter.channel == logged.channel.unwrap_or(channel)
                || letter.channel == Channel::Print && went_to_print(logged))
            && letter.language == logged.language.unwrap_or(data.addressee.language)
            && letter.called_at == stored.taken_at
    }

    /// Each issuance has one delivery, and it stands as the case file says; what is filed has none.
    async fn verify_deliveries(
        &self,
        letter: &LetterRow,
        logged: &LoggedLetter,
        audit: &mut Audit,
    ) -> Result<(), DeskError> {
        let deliveries = self.reader().deliveries_of(&letter.id).await?;
        let numbers: Vec<i64> = deliveries.iter().map(|delivery| delivery.number).collect();
        let on_its_way = if letter.channel == Channel::File { 0 } else { letter.issuance };
        if numbers != (1..=on_its_way).collect::<Vec<_>>() {
            audit.note(
                "delivery-missing",
                letter.id.as_str(),
                ("Not every issuance has its one delivery.", "Chaque émission n’a pas son seul envoi."),
            );
        }
        for delivery in deliveries {
            if !is_delivered_as_logged(&delivery, logged.deliveries.get(&delivery.number)) {
                let place = format!("{}/{}", letter.id, delivery.number);
                audit.note(
                    "delivery-differs",
                    place,
                    (
                        "The delivery is not what the case file says.",
                        "L’envoi n’est pas ce que dit le journal du dossier.",
                    ),
                );
            }
        }
        Ok(())
    }
}

/// Whether the case file says that a letter goes by mail because no mailbox takes it.
fn went_to_print(logged: &LoggedLetter) -> bool {
    let unmailable = |entry: &Entry| matches!(entry, Entry::LetterRecalled(recalled) if recalled.reasons.iter().any(|reason| reason.code == UNMAILABLE));
    logged.deliveries.values().any(unmailable)
}

/// Each issuance that was sent had its verdict at release, which rests on what the case file has.
fn verify_verdicts(letter: &LetterRow, logged: &LoggedLetter, audit: &mut Audit) {
    for (number, delivery) in &logged.deliveries {
        let place = format!("{}/{number}", letter.id);
        match logged.cleared.get(number) {
            Some(true) => {}
            Some(false) => {
                audit.note("verdict-altered", place, "What its verdict at release rests on is not in the case file.");
            }
            None if logged.released.contains(number) && matches!(delivery, Entry::LetterSent(_)) => {
                audit.note(
                    "verdict-missing",
                    place,
                    "It was sent, but its verdict at release is not in the case file.",
                );
            }
            None => {}
        }
    }
}

/// The state in which the case file's newest entry left a letter.
fn state_after(last: Option<&Entry>) -> LetterState {
    match last {
        Some(Entry::LetterHeld(_) | Entry::LetterReturned(_)) => LetterState::Held,
        Some(Entry::ApprovalAwaited(_)) => LetterState::AwaitingApproval,
        Some(Entry::LetterRefused(_)) => LetterState::Refused,
        Some(Entry::LetterEnded(_)) => LetterState::Ended,
        Some(Entry::LetterWithdrawn(_)) => LetterState::Withdrawn,
        Some(Entry::LetterRecalled(_)) => LetterState::Recalled,
        Some(Entry::LetterIssued(_) | Entry::LetterSent(_) | Entry::DeliveryFailed(_)) => LetterState::Issued,
        _ => LetterState::Due,
    }
}

/// Whether a letter's reasons, words and number of issuances are those of its case file.
fn says_the_same(letter: &LetterRow, logged: &LoggedLetter) -> bool {
    let (none, returned) = (Vec::new(), returned_reasons(logged));
    let (reasons, seal, content_hash) = match &logged.last {
        Some(Entry::LetterReturned(_)) => (&returned, None, None),
        Some(Entry::LetterHeld(stopped) | Entry::LetterRefused(stopped) | Entry::LetterEnded(stopped)) => {
            (&stopped.reasons, None, None)
        }
        Some(Entry::ApprovalAwaited(awaited)) => (&awaited.reasons, Some(&awaited.seal), None),
        Some(Entry::LetterWithdrawn(_)) | None => (&none, None, None),
        Some(_) => (&none, None, logged.content_hash.as_ref()),
    };
    letter.issuance == logged.issuances
        && letter.reasons == Reasons(reasons.clone())
        && letter.seal.as_ref() == seal
        && letter.content_hash.as_ref() == content_hash
        && (content_hash.is_none()
            || logged.amount.as_ref().is_none_or(|amount| amount_of(letter) == Some(amount.clone())))
        && (letter.awaited_since, letter.returned_at) == (logged.awaited_since, logged.returned_at)
        && has_amount_as_logged(letter, logged)
}

/// Dollars that a letter asks for, or else is about.
fn amount_of(letter: &LetterRow) -> Option<String> {
    letter.cents().map(|cents| money::plain(Decimal::new(cents, 2)))
}

/// Why a letter is held that was sent back and not worked since.
fn returned_reasons(logged: &LoggedLetter) -> Vec<Fault> {
    match &logged.last {
        Some(Entry::LetterReturned(returned)) => vec![sent_back(&returned.comment)],
        _ => Vec::new(),
    }
}

/// Whether the amount that an approver's authority must reach is the one that the case file has; it has none of before it was kept.
fn has_amount_as_logged(letter: &LetterRow, logged: &LoggedLetter) -> bool {
    match &logged.last {
        Some(Entry::ApprovalAwaited(awaited)) => awaited.amount.is_none() || awaited.amount == letter.amount,
        _ => letter.amount.is_none(),
    }
}

fn is_approved_as_logged(letter: &LetterRow, logged: &LoggedLetter) -> bool {
    let Some(seal) = &letter.approved_seal else { return letter.approved_by.is_none() };
    logged.approvals.iter().any(|(approved, by)| approved == seal && *by == letter.approved_by)
}

fn is_delivered_as_logged(delivery: &DeliveryRow, logged: Option<&Entry>) -> bool {
    match (delivery.state, logged) {
        (DeliveryState::Sent, Some(Entry::LetterSent(sent))) => {
            let entry::Sent { channel, run, piece, message_id, .. } = sent;
            *channel == delivery.channel
                && delivery.sent_at.is_some()
                && *run == delivery.run
                && piece.is_none_or(|piece| Some(piece) == delivery.piece)
                && *message_id == delivery.message_id
        }
        (DeliveryState::Failed, Some(Entry::DeliveryFailed(_)))
        | (DeliveryState::Recalled, Some(Entry::LetterRecalled(_))) => true,
        (DeliveryState::Waiting, logged) => logged.is_none(),
        _ => false,
    }
}
