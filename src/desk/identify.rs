//! Saying who somebody is: an officer's answer to what waits for it.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use strum::VariantArray;

use super::ask::SOURCE;
use super::decide::given;
use super::follow::{decide, identity_of_question};
use super::{CaseRead, DecideError, Desk, DeskError, Outcome, Stand};
use crate::case::{Actor, CaseEvent, CaseRef, Fault, FollowUpId, FollowUpState, PersonId, insurance};
use crate::intake::Offer;
use crate::people::Who;
use crate::register::{Act, FollowUpRow};
use crate::rules::{About, Answer, Doubt, IDENTIFIED, Name, People, WhoIsIt};

/// What an officer says.
#[derive(Debug, Clone)]
pub struct WhoItIs {
    /// The answer.
    pub answer: Answer,
    /// Of two people: the name that is right in this case. The one by which the case knows the person where it is not said.
    pub name: Option<String>,
    /// The known person.
    pub person: Option<PersonId>,
    /// The other case.
    pub case: Option<CaseRef>,
    /// Why, for the case file.
    pub reason: Option<String>,
}

impl Desk {
    /// Answers a follow-up that asks who somebody is, for somebody. What counted for nothing counts from now on; or it is
    /// set aside, and where it is about a known person or belongs to another case, it is taken anew there by the same act.
    pub async fn say_who_it_is(&self, id: &FollowUpId, said: &WhoItIs, by: &Who) -> Result<Outcome, DecideError> {
        let row = self.follow_up_to_decide(id).await?;
        let case = self.case(&row.case_reference).await?;
        let people = self.people(&case);
        let mut questions = people.questions().into_iter();
        let question = questions.find(|question| identity_of_question(people.case(), question) == *id);
        let question = question.ok_or(DecideError::NotWaiting(Stand::FollowUp(row.state)))?;
        if !question.about.is_answered_by(said.answer) {
            return Err(DecideError::Faults(vec![answers_other_question(said.answer)]));
        }
        let answer = self.answer(&question, said, &people, &by.actor(), id)?;
        // Whether there is such a case in a program of others, nobody learns by it.
        if let Some(other) = &said.case
            && self.reader().program_of(other).await?.is_some_and(|program| !by.works_in(&program))
        {
            return Err(faults(case_not_there()));
        }
        let anew = self.taken_anew(&question, said, &people, &case, id).await?;
        let reason = said.reason.as_deref().and_then(|reason| given(reason).ok());
        let mut act = self.begin(by.actor()).await?;
        let outcome = self.record_answer(&mut act, &row, reason, answer, anew).await?;
        act.commit().await?;
        self.wake();
        Ok(outcome)
    }

    /// The answers that a follow-up which asks who somebody is can have; none where it asks nothing, or no more.
    pub async fn answers_to(&self, row: &FollowUpRow) -> Result<Vec<Answer>, DeskError> {
        let case = self.case(&row.case_reference).await?;
        let people = self.people(&case);
        let mut questions = people.questions().into_iter();
        let question = questions.find(|question| identity_of_question(people.case(), question) == row.id);
        let about = question.map(|question| question.about);
        let fits = |answer: &&Answer| about.as_ref().is_some_and(|about| about.is_answered_by(**answer));
        Ok(Answer::VARIANTS.iter().filter(fits).copied().collect())
    }

    async fn record_answer(
        &self,
        act: &mut Act,
        row: &FollowUpRow,
        reason: Option<String>,
        answer: CaseEvent,
        anew: Option<CaseEvent>,
    ) -> Result<Outcome, DecideError> {
        if !decide(act, row, FollowUpState::Accepted, reason).await? {
            return Err(DecideError::NotWaiting(Stand::FollowUp(row.state)));
        }
        let mut outcome = Outcome::Taken(Vec::new());
        for event in std::iter::once(answer).chain(anew) {
            let offer = Offer { place: format!("follow-up {}", row.id), raw: Vec::new(), event: Ok(event) };
            outcome = self.record(act, self.check(offer).map_err(DecideError::Faults)?).await?;
            if let Outcome::Refused(faults) = outcome {
                return Err(DecideError::Faults(faults));
            }
        }
        Ok(outcome)
    }

    /// The answer as an event of the case.
    fn answer(
        &self,
        question: &WhoIsIt,
        said: &WhoItIs,
        people: &People<'_>,
        by: &Actor,
        id: &FollowUpId,
    ) -> Result<CaseEvent, DecideError> {
        let now = self.clock.now();
        // A reason with a number stands in the case file alone, masked: no event is taken with a number that was masked.
        let reason =
            said.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty() && !insurance::holds(reason));
        let mut facts = json!({
            "identified": self.clock.today(), "answer": said.answer, "decided_by": by.name, "reason": reason,
            "person": said.person.as_ref().filter(|_| said.answer == Answer::KnownPerson),
            "case": said.case.as_ref().filter(|_| said.answer == Answer::OtherCase),
        });
        let data = match &question.about {
            About::Event(event) => {
                (facts["event_source"], facts["event_id"]) = (json!(event.source), json!(event.id));
                let mut data = event.data.clone();
                // Where it counts for nothing, the case stays in the program in which the others have it.
                let others = people.own_events().filter(|one| one.key() != event.key());
                data["case"]["program"] = json!(others.last().unwrap_or(event).program());
                data
            }
            About::Names(doubt) => {
                let (name, other) = right_and_other(doubt, said.name.as_deref()).map_err(faults)?;
                (facts["name"], facts["other_name"]) = (json!(name), json!(other));
                people.newest(&question.person).map(|event| event.data.clone()).unwrap_or_default()
            }
        };
        if let Some(facts) = facts.as_object_mut() {
            facts.retain(|_, value| !value.is_null());
        }
        let data = json!({"case": data["case"], "party": data["party"], "facts": facts});
        Ok(officers_event(id, "answer", IDENTIFIED, people.case(), now, data))
    }

    /// The event as it should have come: about the known person, or in the other case. None where it stays, or was a mistake.
    async fn taken_anew(
        &self,
        question: &WhoIsIt,
        said: &WhoItIs,
        people: &People<'_>,
        case: &CaseRead,
        id: &FollowUpId,
    ) -> Result<Option<CaseEvent>, DecideError> {
        let About::Event(event) = &question.about else { return Ok(None) };
        let mut data = event.data.clone();
        let subject = match said.answer {
            Answer::KnownPerson => {
                let person = said.person.as_ref().filter(|person| people.known().contains(person));
                let person = person.ok_or_else(|| faults(person_not_known(people)))?;
                let newest = people.newest(person).ok_or_else(|| faults(person_not_known(people)))?;
                data["party"] = newest.data["party"].clone();
                people.standing(person, &case.letters).person.reach.as_it_stands(&mut data["party"]);
                people.case().clone()
            }
            Answer::OtherCase => {
                let other = said.case.as_ref().filter(|other| *other != people.case());
                let other = other.ok_or_else(|| faults(case_not_there()))?;
                let read = self.case(other).await?;
                let newest = self.people(&read).own_events().last().cloned();
                data["case"] = newest.ok_or_else(|| faults(case_not_there()))?.data["case"].clone();
                other.clone()
            }
            _ => return Ok(None),
        };
        Ok(Some(officers_event(id, "anew", &event.kind, &subject, event.time, data)))
    }

    /// What those are told who have sent events: which of them wait for somebody to say who they are about. One list an event.
    pub async fn notices(&self, events: &[(CaseRef, String, String)]) -> Result<Vec<Vec<Fault>>, DeskError> {
        let mut notices = vec![Vec::new(); events.len()];
        let mut cases: Vec<&CaseRef> = events.iter().map(|(case, ..)| case).collect();
        cases.sort_unstable();
        cases.dedup();
        for reference in cases {
            let case = self.case(reference).await?;
            let people = self.people(&case);
            for (place, (_, source, id)) in events.iter().enumerate().filter(|(_, (subject, ..))| subject == reference)
            {
                notices[place].extend(case.event(source, id).into_iter().flat_map(|event| people.notices(event)));
            }
        }
        Ok(notices)
    }
}

fn officers_event(
    id: &FollowUpId,
    what: &str,
    kind: &str,
    case: &CaseRef,
    time: DateTime<Utc>,
    data: Value,
) -> CaseEvent {
    let id = format!("{id}-{what}");
    CaseEvent { source: SOURCE.to_owned(), id, kind: kind.to_owned(), subject: case.clone(), time, data }
}

/// Of two names under one key the one that is right in the case, as it is said, and the other.
fn right_and_other<'d>(doubt: &'d Doubt, said: Option<&str>) -> Result<(&'d str, &'d str), Fault> {
    let (own, other) = (doubt.name.as_str(), doubt.other.as_str());
    let is = |name: &str| said.is_none_or(|said| Name::whole(said).is(&Name::whole(name)));
    if is(own) {
        return Ok((own, other));
    }
    if is(other) { Ok((other, own)) } else { Err(name_of_neither(doubt)) }
}

fn faults(fault: Fault) -> DecideError {
    DecideError::Faults(vec![fault])
}

fn answers_other_question(answer: Answer) -> Fault {
    let (en, fr) = match answer.is_about_names() {
        true => (
            "This asks whom an event is about. Answer new-person, known-person, other-case or mistake.",
            "Il s’agit de dire qui un événement concerne. Répondez new-person, known-person, other-case ou mistake.",
        ),
        false => (
            "This asks whether two names are one person's. Answer one-person or two-people.",
            "Il s’agit de dire si deux noms sont ceux d’une seule personne. Répondez one-person ou two-people.",
        ),
    };
    Fault::new("answer-unfit", "/answer", en, fr)
}

fn name_of_neither(Doubt { name, other, .. }: &Doubt) -> Fault {
    Fault::new(
        "name-of-neither",
        "/name",
        format!("Name the one of the two who is the person of this case: {name} or {other}."),
        format!("Nommez celle des deux qui est la personne de ce dossier : {name} ou {other}."),
    )
}

fn person_not_known(people: &People<'_>) -> Fault {
    let known = people.known().iter().map(PersonId::to_string).collect::<Vec<_>>().join(", ");
    Fault::new(
        "person-not-known",
        "/person",
        format!("Name a person whom the case knows: {known}."),
        format!("Nommez une personne que le dossier connaît : {known}."),
    )
}

fn case_not_there() -> Fault {
    Fault::new(
        "case-not-there",
        "/case",
        "Name another case of which an event was taken.",
        "Nommez un autre dossier dont un événement a été reçu.",
    )
}
