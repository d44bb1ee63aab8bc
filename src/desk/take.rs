//! Taking events.

use serde_json::{Value, json};

use super::{Desk, DeskError};
use crate::case::{CaseEvent, EntryKind, Fault, LetterId};
use crate::intake::Offer;
use crate::letter::{Data, LetterType};
use crate::register::{Act, NewEntry, NewLetter, Taken};

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
pub enum Whole {
    /// All or none: one request, one outcome.
    Yes,
    /// Each for itself: a file whose refused events are corrected and sent again.
    No,
}

/// An event that has passed its check.
pub(super) struct Checked<'c> {
    event: CaseEvent,
    data: Data,
    letters: Vec<&'c LetterType>,
}

impl Desk {
    /// Takes events: checks all of them, then records event, entry and the letters called for in one transaction.
    ///
    /// A source and id that were taken before change nothing and get the same answer; with other contents they are refused.
    pub async fn take(&self, offers: Vec<Offer>, whole: Whole) -> Result<Vec<Outcome>, DeskError> {
        let checked: Vec<Result<Checked<'_>, Vec<Fault>>> = offers.into_iter().map(|offer| self.check(offer)).collect();
        if whole == Whole::Yes && checked.iter().any(Result::is_err) {
            let outcome = |one: Result<_, _>| one.map_or_else(Outcome::Refused, |_| Outcome::Untouched);
            return Ok(checked.into_iter().map(outcome).collect());
        }
        let mut act = self.register.begin().await?;
        let mut outcomes = Vec::with_capacity(checked.len());
        for one in checked {
            outcomes.push(match one {
                Ok(checked) => self.record(&mut act, checked).await?,
                Err(faults) => Outcome::Refused(faults),
            });
        }
        if whole == Whole::Yes && outcomes.iter().any(|outcome| matches!(outcome, Outcome::Refused(_))) {
            let untouched = |one| if matches!(one, Outcome::Refused(_)) { one } else { Outcome::Untouched };
            return Ok(outcomes.into_iter().map(untouched).collect());
        }
        act.commit().await?;
        self.wake.notify_waiters();
        Ok(outcomes)
    }

    pub(super) fn check(&self, offer: Offer) -> Result<Checked<'_>, Vec<Fault>> {
        let mut event = offer.event?;
        let (data, letters) = self.studio.check(&event)?;
        event.data = data.json.clone();
        Ok(Checked { event, data, letters })
    }

    pub(super) async fn record(&self, act: &mut Act, checked: Checked<'_>) -> Result<Outcome, DeskError> {
        let Checked { event, data, letters } = checked;
        let id = |letter: &&LetterType| LetterId::derive(&event.source, &event.id, &letter.key, &data.person.id);
        let ids: Vec<LetterId> = letters.iter().map(id).collect();
        let now = self.clock.now();
        let sequence = match act.take(&event, now).await? {
            Taken::New(sequence) => sequence,
            Taken::Repeated(_) => return Ok(Outcome::Repeated(ids)),
            Taken::Conflict(_) => return Ok(Outcome::Refused(vec![conflict(&event)])),
        };
        let entry = NewEntry {
            case: &event.subject,
            kind: EntryKind::EventTaken,
            event: Some(sequence),
            letter: None,
            detail: json!({
                "event": event.id,
                "source": event.source,
                "type": event.kind,
                "hash": crate::register::event_hash(&event),
            }),
        };
        act.enter(now, entry).await?;
        act.reconsider(&event.subject, &data.person.id).await?;
        let name = data.addressee.full_name();
        for (letter, id) in letters.iter().zip(&ids) {
            let new = NewLetter {
                id,
                event: sequence,
                letter_type: &letter.key,
                case: &event.subject,
                party: &data.person.id,
                name: &name,
                language: data.addressee_json()["language"].as_str().unwrap_or_default(),
                channel: letter.channel(&data.addressee).as_str(),
            };
            act.call_for(&new, now).await?;
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
        "event-conflict",
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
