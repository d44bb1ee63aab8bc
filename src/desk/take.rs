//! Taking events.

use serde_json::{Value, json};

use super::{Desk, DeskError};
use crate::case::texts::normalize;
use crate::case::{Actor, CaseEvent, Entry, Fault, LetterId, PersonId, entry};
use crate::intake::Offer;
use crate::letter::{Data, LetterType};
use crate::register::{Act, NewLetter, Subject, Taken, event_hash};

/// The code of an event whose source and id were taken before with other contents.
pub(super) const CONFLICT: &str = "event-conflict";

/// What became of an offered event.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It was recorded, and calls for these letters.
    Taken(Vec<LetterId>),
    /// It had been taken before; nothing changed. These are its letters.
    Repeated(Vec<LetterId>),
    /// It was not recorded, for these reasons.
    Refused(Vec<Fault>),
    /// It is good, but another event of the same request is not, so nothing of the request was recorded.
    Untouched,
}

/// Whether offers stand or fall together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Batch {
    /// All or none: one request, one outcome.
    AllOrNone,
    /// Each for itself: a file whose refused events are corrected and sent again.
    EachAlone,
}

/// An event that has passed its check.
pub(super) struct CheckedEvent<'c> {
    event: CaseEvent,
    data: Data,
    letters: Vec<&'c LetterType>,
}

impl Desk {
    /// Takes events: checks all of them, then records event, entry and the letters called for in one transaction.
    ///
    /// A source and id that were taken before change nothing and get the same answer; with other contents they are refused.
    pub async fn take(&self, actor: Actor, offers: Vec<Offer>, batch: Batch) -> Result<Vec<Outcome>, DeskError> {
        let checked: Vec<Result<CheckedEvent<'_>, Vec<Fault>>> =
            offers.into_iter().map(|offer| self.check(offer)).collect();
        if batch == Batch::AllOrNone && checked.iter().any(Result::is_err) {
            let outcome = |checked: Result<_, _>| checked.map_or_else(Outcome::Refused, |_| Outcome::Untouched);
            return Ok(checked.into_iter().map(outcome).collect());
        }
        let mut act = self.begin(actor).await?;
        let mut outcomes = Vec::with_capacity(checked.len());
        for one in checked {
            outcomes.push(match one {
                Ok(checked) => self.record(&mut act, checked).await?,
                Err(faults) => Outcome::Refused(faults),
            });
        }
        if batch == Batch::AllOrNone && outcomes.iter().any(|outcome| matches!(outcome, Outcome::Refused(_))) {
            let untouched = |outcome| if matches!(outcome, Outcome::Refused(_)) { outcome } else { Outcome::Untouched };
            return Ok(outcomes.into_iter().map(untouched).collect());
        }
        act.commit().await?;
        self.wake();
        Ok(outcomes)
    }

    pub(super) fn check(&self, offer: Offer) -> Result<CheckedEvent<'_>, Vec<Fault>> {
        let mut event = offer.event?;
        let (data, letters) = self.studio.check(&event)?;
        // What was told stays on record as it was told; whoever reads an address or a name in it reads the form that is printed.
        event.data = normalize(event.data);
        Ok(CheckedEvent { event, data, letters })
    }

    pub(super) async fn record(&self, act: &mut Act, checked: CheckedEvent<'_>) -> Result<Outcome, DeskError> {
        let CheckedEvent { event, data, letters } = checked;
        let person = PersonId::new(&data.person.id);
        let id = |letter: &&LetterType| LetterId::derive(&event.source, &event.id, &letter.key, &person);
        let ids: Vec<LetterId> = letters.iter().map(id).collect();
        let sequence = match act.take(&event).await? {
            Taken::New(sequence) => sequence,
            Taken::Repeated(_) => return Ok(Outcome::Repeated(ids)),
            Taken::Conflict(_) => return Ok(Outcome::Refused(vec![conflict(&event)])),
        };
        let taken = Entry::EventTaken(entry::Taken {
            hash: event_hash(&event),
            event: event.id,
            source: event.source,
            event_type: event.kind,
        });
        act.enter(Subject { case: &event.subject, event: Some(sequence), letter: None }, &taken).await?;
        act.requeue_case(&event.subject, &person).await?;
        for (letter, id) in letters.iter().zip(&ids) {
            let new = NewLetter {
                id,
                event: sequence,
                letter_type: &letter.key,
                case: &event.subject,
                person: &person,
                person_name: &data.person.full_name(),
                addressee_name: &data.addressee.full_name(),
                language: data.addressee.language,
                channel: letter.channel(&data.addressee),
            };
            act.call_for(&new).await?;
        }
        Ok(Outcome::Taken(ids))
    }
}

impl Outcome {
    /// The outcome as commands and the API show it, with faults in one language.
    pub fn view(&self, language: crate::case::Language) -> Value {
        match self {
            Outcome::Taken(letters) => json!({"outcome": "taken", "letters": letters}),
            Outcome::Repeated(letters) => json!({"outcome": "repeated", "letters": letters}),
            Outcome::Untouched => json!({"outcome": "untouched"}),
            Outcome::Refused(faults) => {
                let faults: Vec<_> = faults.iter().map(|fault| fault.view(language)).collect();
                json!({"outcome": "refused", "faults": faults})
            }
        }
    }
}

fn conflict(event: &CaseEvent) -> Fault {
    Fault::new(
        CONFLICT,
        "/id",
        format!(
            "Another event with source “{}” and id “{}” was taken before. Give this one an id of its own.",
            event.source, event.id
        ),
        format!(
            "Un autre événement de source « {} » et d’id « {} » a déjà été reçu. Donnez à celui-ci son propre id.",
            event.source, event.id
        ),
    )
}
