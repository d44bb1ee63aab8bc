//! Telling what happened: events that somebody brings, by the API or by hand, and what they would change.

use serde_json::{Value, json};

use super::ask::{SOURCE, not_you, own_name};
use super::{Batch, CaseRead, Desk, DeskError, Outcome};
use crate::case::{CaseEvent, CaseRef, Fault};
use crate::intake::Offer;
use crate::people::Who;
use crate::rules::{Answer, IDENTIFIED};

/// What the sources of Recto's own events begin with.
const OWN_SOURCES: &str = "urn:recto:";
/// The facts by which an event says who prepared it.
const OWN_NAMES: [&str; 2] = ["prepared_by", "edited_by"];

/// Something that happened, as somebody tells it by hand.
#[derive(Debug, Clone)]
pub struct Told {
    /// The event's short type, such as `payment.received`.
    pub kind: String,
    /// The case.
    pub case: CaseRef,
    /// `{case, party, facts}`.
    pub data: Value,
    /// Its own key: told twice, it is one event.
    pub key: String,
}

impl Desk {
    /// Takes events that somebody brings, and that are not Recto's own: of programs that they work in, and, where a person brings them,
    /// prepared by nobody else.
    pub async fn take_from(&self, by: &Who, mut offers: Vec<Offer>, batch: Batch) -> Result<Vec<Outcome>, DeskError> {
        for offer in &mut offers {
            let Ok(event) = &offer.event else { continue };
            let mut faults = not_theirs(by, event);
            faults.extend(self.other_program(by, event).await?);
            if !faults.is_empty() {
                offer.event = Err(faults);
            }
        }
        self.take(by.actor(), offers, batch).await
    }

    /// Takes an event that somebody tells by hand.
    pub async fn tell(&self, by: &Who, told: Told) -> Result<Outcome, DeskError> {
        let known = self.reader().event_by_key(SOURCE, &told.key).await?;
        let event = self.told_event(by, told);
        if let Some(fault) = self.other_program(by, &event).await? {
            return Ok(Outcome::Refused(vec![fault]));
        }
        // A repeat has the time of the first telling, so that it is the same event.
        let event = CaseEvent { time: known.map_or(event.time, |known| known.event.time), ..event };
        let offer = Offer { place: String::new(), raw: Vec::new(), event: Ok(event) };
        let outcome = self.take(by.actor(), vec![offer], Batch::AllOrNone).await?.pop();
        Ok(outcome.unwrap_or(Outcome::Untouched))
    }

    /// The event that takes back one of a case's events, which was told in error: it says so, and the first counts for nothing from then on. None
    /// where the case has no such event, or is of a program that somebody does not work in.
    pub async fn taking_back(
        &self,
        by: &Who,
        case: &CaseRef,
        (source, id): (&str, &str),
        reason: &str,
        key: &str,
    ) -> Result<Option<Told>, DeskError> {
        let read = self.case(case).await?;
        let event = read.event(source, id).filter(|_| read.program().is_some_and(|program| by.works_in(&program)));
        Ok(event.map(|event| self.taken_back(by, &read, event, (reason, key))))
    }

    /// The same of an event of a case that was read.
    pub(super) fn taken_back(&self, by: &Who, read: &CaseRead, event: &CaseEvent, (reason, key): (&str, &str)) -> Told {
        let reason = Some(reason.trim()).filter(|reason| !reason.is_empty());
        let mut facts = json!({
            "identified": self.clock.today(), "answer": Answer::Mistake, "event_source": event.source,
            "event_id": event.id, "decided_by": by.actor().name, "reason": reason,
        });
        facts.as_object_mut().into_iter().for_each(|facts| facts.retain(|_, fact| !fact.is_null()));
        let mut data = event.data.clone();
        data["facts"] = facts;
        data["case"]["program"] = json!(read.program_without(event));
        data.as_object_mut().map(|data| data.shift_remove("addressee"));
        Told { kind: IDENTIFIED.to_owned(), case: event.subject.clone(), data, key: key.to_owned() }
    }

    /// The event that somebody tells. Who tells it prepared it.
    pub(super) fn told_event(&self, by: &Who, told: Told) -> CaseEvent {
        let Told { kind, case, mut data, key } = told;
        let schema = self.studio.catalogue.event_schema(&kind);
        let has = |fact: &str| schema.is_some_and(|schema| schema.properties().iter().any(|(name, _)| name == fact));
        if let (Some(account), true, Some(facts)) = (by.person(), has("prepared_by"), data["facts"].as_object_mut()) {
            facts.insert("prepared_by".to_owned(), json!(account.is.name));
        }
        CaseEvent { source: SOURCE.to_owned(), id: key, kind, subject: case, time: self.clock.now(), data }
    }
}

/// What keeps somebody from bringing an event, whatever it tells.
fn not_theirs(by: &Who, event: &CaseEvent) -> Vec<Fault> {
    let mut faults = Vec::new();
    if event.source.starts_with(OWN_SOURCES) {
        faults.push(Fault::new(
            "source-reserved",
            "/source",
            format!("Sources that begin with “{OWN_SOURCES}” are Recto's own. Give the event the source of the system that sends it."),
            format!("Les sources qui commencent par « {OWN_SOURCES} » sont celles de Recto. Donnez à l’événement la source du système qui l’envoie."),
        ));
    }
    if let Some(account) = by.person() {
        let name = &account.is.name;
        let others = OWN_NAMES.iter().filter(|fact| !own_name(&event.facts()[**fact], name));
        faults.extend(others.map(|fact| not_you(fact, name)));
    }
    faults
}
