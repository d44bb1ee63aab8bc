//! Releasing what was issued: each letter is assessed once more before it leaves, and taken back where something stops it now.

use std::collections::HashSet;

use futures_util::{StreamExt, stream};

use super::judge::type_gone;
use super::work_letters::{TOGETHER, UNDER_WAY, unreadable};
use super::{Desk, DeskError};
use crate::case::entry::Basis;
use crate::case::fault::Reasons;
use crate::case::{
    Actor, Day, DeliveryState, Entry, EntryKind, Fault, FiledEntry, LetterId, Sha256, Text, entry, said,
};
use crate::register::{Act, Delivery, LetterRow, Seen};

/// Letters that are looked at again together.
const LOOKED_AT: i64 = 64;

/// An issued letter as it would go today.
pub(super) struct Reassessment {
    /// What stops it now.
    pub stops: Vec<Fault>,
    /// How much of the case was seen.
    pub seen: Seen,
    /// What the answer rests on; none where it could not be assessed.
    pub basis: Option<Basis>,
    /// The verdict before it, and the hash of what that rests on.
    pub before: Option<(EntryKind, Sha256)>,
}

impl Reassessment {
    /// One that is stopped, whatever the rules say.
    fn stopped(letter: &LetterRow, reason: Fault) -> Reassessment {
        Reassessment { stops: vec![reason], seen: letter.seen(), basis: None, before: None }
    }
}

impl Desk {
    /// Assesses again what waits for any run and whose case or person has events since, as soon as they are taken: what changes where
    /// or to whom it goes takes it back at once. Gives how many were looked at. What may still go is not entered: that is the verdict
    /// at its release.
    pub async fn look_again(&self) -> Result<usize, DeskError> {
        let unseen = self.reader().unseen_pieces(LOOKED_AT).await?;
        for delivery in &unseen {
            let Some(letter) = self.reader().letter(&delivery.letter).await? else { continue };
            let again = self.reassess(&letter, delivery.date).await?;
            let mut act = self.begin(Actor::program()).await?;
            match again.stops.is_empty() {
                true => act.set_seen(&letter.id, again.seen).await?,
                false => self.take_back(&mut act, &letter, delivery, &again.stops).await?,
            }
            act.commit().await?;
        }
        Ok(unseen.len())
    }

    /// Assesses again all that waits for the run: once, and whenever a case has changed since. Gives how many letters were taken back.
    pub(super) async fn assess_again(
        &self,
        day: Day,
        looked_at: &mut HashSet<(LetterId, i64)>,
    ) -> Result<usize, DeskError> {
        let today = self.today();
        let mut waiting = self.reader().waiting_pieces(day, today).await?;
        waiting.retain(|one| looked_at.insert((one.letter.clone(), one.number)) || one.unseen || one.date < today);
        let again = waiting.into_iter().map(|delivery| self.second_look(delivery, today));
        let mut again = stream::iter(again).buffered(UNDER_WAY * self.studio.threads.count()).chunks(TOGETHER);
        let mut taken_back = 0;
        while let Some(letters) = again.next().await {
            let mut act = self.begin(Actor::program()).await?;
            for looked in letters {
                let Some((letter, delivery, again)) = looked? else { continue };
                let clear = self.record_second_verdict(&mut act, &letter, &delivery, again).await?;
                taken_back += usize::from(!clear);
            }
            act.commit().await?;
        }
        Ok(taken_back)
    }

    /// What is to be said of a letter that waits for a run. One that has missed its date needs no assessment.
    async fn second_look(
        &self,
        delivery: Delivery,
        today: Day,
    ) -> Result<Option<(LetterRow, Delivery, Reassessment)>, DeskError> {
        let Some(letter) = self.reader().letter(&delivery.letter).await? else { return Ok(None) };
        let again = match delivery.date < today {
            true => Reassessment::stopped(&letter, missed(delivery.date)),
            false => self.reassess(&letter, delivery.date).await?,
        };
        Ok(Some((letter, delivery, again)))
    }

    /// Assesses an issued letter anew before it leaves: its rules, an approval that no longer covers it, or that it would read
    /// differently now.
    pub(super) async fn reassess(&self, letter: &LetterRow, date: Day) -> Result<Reassessment, DeskError> {
        let context = match self.read_case(letter).await {
            Ok(context) => context,
            // It is taken back, and its work says so to a person; what is behind it goes on.
            Err(DeskError::Unreadable { .. }) => return Ok(Reassessment::stopped(letter, unreadable())),
            Err(error) => return Err(error),
        };
        let (seen, before) = (context.seen, context.before.clone());
        let channel = context.data.addressee.channel;
        if !context.who.holds.is_empty() || !context.who.ends.is_empty() {
            let stops = [context.who.holds.clone(), context.who.ends.clone()].concat();
            return Ok(Reassessment { stops, seen, basis: Some(context.basis(&letter.id, &[], date.date())), before });
        }
        let Some(letter_type) = self.studio.catalogue.types.get(&letter.letter_type) else {
            return Ok(Reassessment { stops: vec![type_gone(&letter.letter_type)], seen, basis: None, before });
        };
        let assessed = match self.assess(letter_type, letter, date.date(), context) {
            Ok(assessed) => assessed,
            Err(unwritten) => {
                let basis = unwritten.basis.map(|basis| *basis);
                return Ok(Reassessment { stops: unwritten.faults, seen, basis, before });
            }
        };
        let differs = letter.channel != channel
            || letter.content_hash.as_ref().map(Sha256::as_str) != Some(assessed.composed.content_hash.as_str());
        let unapproved = assessed.needs_approval && letter.approved_seal.as_ref() != Some(&assessed.seal);
        let mut stops = assessed.answers.stops.clone();
        stops.extend(assessed.answers.ends.iter().cloned());
        // Where nothing has happened in the case, its words differ by letter types that were changed since: what was issued stands.
        let unchanged = seen == letter.seen();
        stops.extend((differs && !unchanged).then(reads_differently));
        stops.extend((unapproved && !differs).then(approval_void));
        if unchanged {
            return Ok(Reassessment { stops, seen, basis: Some(assessed.basis), before });
        }
        // Somebody who is new to the case may stand on the page.
        match self.set(&assessed.composed).await {
            Ok(typeset) => stops.extend(self.last_look(&assessed, &typeset)),
            Err(faults) => stops.extend(faults),
        }
        Ok(Reassessment { stops, seen, basis: Some(assessed.basis), before })
    }

    /// Assesses an issued letter anew before it leaves, whether its case has changed or not. If something stops it now, it is taken back
    /// and is worked again; the work then holds it, or sets it anew.
    pub(super) async fn still_clear(&self, letter: &LetterRow, delivery: &Delivery) -> Result<bool, DeskError> {
        let again = self.reassess(letter, delivery.date).await?;
        let mut act = self.begin(Actor::program()).await?;
        let clear = self.record_second_verdict(&mut act, letter, delivery, again).await?;
        act.commit().await?;
        Ok(clear)
    }

    /// Records the verdict on an issued letter before it leaves: that it may go, or that it is taken back. Gives whether it may go.
    pub(super) async fn record_second_verdict(
        &self,
        act: &mut Act,
        letter: &LetterRow,
        delivery: &Delivery,
        again: Reassessment,
    ) -> Result<bool, DeskError> {
        if !again.stops.is_empty() {
            self.take_back(act, letter, delivery, &again.stops).await?;
            return Ok(false);
        }
        act.set_seen(&letter.id, again.seen).await?;
        let (number, rests_on) = (delivery.number, again.basis.as_ref().map(Basis::hash));
        // What was interrupted between this verdict and its letter's leaving has it entered once.
        if rests_on.is_some() && again.before == rests_on.clone().map(|hash| (EntryKind::LetterCleared, hash)) {
            return Ok(true);
        }
        let basis = again.basis.filter(|_| again.before.map(|(_, hash)| hash) != rests_on);
        act.enter(letter.subject(), &Entry::LetterCleared(entry::Cleared { number, basis, rests_on })).await?;
        Ok(true)
    }

    /// Takes an issued letter back before it has left. Nothing happens where it has left, or a run has it.
    pub(super) async fn take_back(
        &self,
        act: &mut Act,
        letter: &LetterRow,
        delivery: &Delivery,
        reasons: &[Fault],
    ) -> Result<(), DeskError> {
        let problem = Reasons(reasons.to_vec()).to_string();
        if !act.end_delivery(delivery, DeliveryState::Recalled, &problem).await? {
            return Ok(());
        }
        if act.set_recalled(&letter.id).await? {
            let recalled = entry::Recalled { number: delivery.number, reasons: reasons.to_vec() };
            act.enter(letter.subject(), &Entry::LetterRecalled(recalled)).await?;
        }
        Ok(())
    }
}

/// The newest verdict on an issuance by the entries of its letter, and the hash of what it rests on.
pub(super) fn verdict_before(entries: &[FiledEntry], number: i64) -> Option<(EntryKind, Sha256)> {
    entries.iter().rev().find_map(|filed| match &filed.entry {
        Entry::LetterCleared(cleared) if cleared.number == number => {
            Some((EntryKind::LetterCleared, cleared.rests_on.clone()?))
        }
        Entry::LetterIssued(issued) if issued.number == number => {
            Some((EntryKind::LetterIssued, issued.basis.as_ref()?.hash()))
        }
        _ => None,
    })
}

pub(super) fn missed(date: Day) -> Fault {
    let Text { en, fr } = said::day(date.date());
    Fault::new(
        "mailing-date-missed",
        "",
        format!("The letter was dated {en} and missed that day's run. It is set again under a new date."),
        format!(
            "La lettre était datée du {fr} et a manqué le tirage de ce jour. Elle est composée de nouveau sous une nouvelle date."
        ),
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
