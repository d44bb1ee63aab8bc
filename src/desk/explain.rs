//! For every letter type: is it called for, may it go to this person of this case today, and if not, why not?

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;

use super::assess::{Answers, Asking, asked};
use super::calls::{Call, OnFile, is_settled};
use super::case_context::{address_to_representative, as_it_stands};
use super::{CaseRead, DecideError, Desk, DeskError};
use crate::case::{Both, CaseEvent, CaseRef, Fault, LetterState, Policy, Text};
use crate::letter::{Data, LetterType, OnRequest, Program};
use crate::register::LetterRow;
use crate::rules::{Asked, OtherCase, People, Standing, reads_other_cases};

/// Whether a letter of one type is called for, and may go to one person today.
#[derive(Debug, Clone, Serialize)]
pub struct Eligibility {
    /// The letter type's key.
    pub letter_type: String,
    /// The person's key.
    pub person: String,
    /// The person's name.
    pub name: String,
    /// What an officer does about it.
    pub group: Group,
    /// What calls for it now.
    pub called_for: Vec<Call>,
    /// Whether it may go today.
    pub may_go: bool,
    /// Whether somebody must approve it first.
    pub needs_approval: bool,
    /// What stands against it: first what says that nothing on file bears it.
    pub reasons: Vec<Fault>,
    /// What an approver is to look at.
    pub notes: Vec<Fault>,
    /// The event whose facts it was judged by, where one called for it; without one, by the standing alone.
    pub event: Option<String>,
    /// Of what stands against it, by code: the first day on which it no longer does, where time alone is what it waits for.
    pub over: BTreeMap<String, NaiveDate>,
    /// The first day on which it may go if nothing happens until then; none where it may go today, or where time does not help.
    pub from: Option<NaiveDate>,
}

/// What an officer does about a letter type.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, strum::IntoStaticStr, strum::VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Group {
    /// Something calls for it now, whether it may go yet or not.
    CalledFor,
    /// Nothing calls for it, and an officer may ask for it.
    MayGo,
    /// It would have a ground, and something stands against it.
    MayNot,
    /// Nothing on file calls for it or bears it.
    NoGround,
}

impl Group {
    pub(super) fn of(may_go: bool) -> Group {
        if may_go { Group::MayGo } else { Group::MayNot }
    }

    /// As the API writes it.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// What stands above its letters.
    pub fn title(self) -> Both {
        match self {
            Group::CalledFor => Both { en: "Called for now", fr: "Demandées maintenant" },
            Group::MayGo => Both { en: "May go if you ask for them", fr: "Possibles si vous les demandez" },
            Group::MayNot => Both { en: "May not go today", fr: "Ne peuvent partir aujourd’hui" },
            Group::NoGround => Both { en: "Nothing on file calls for them", fr: "Rien au dossier ne les appelle" },
        }
    }
}

/// What one person's letters are judged by.
struct Judged<'j> {
    on_file: OnFile<'j>,
    people: &'j People<'j>,
    standing: &'j Standing,
    newest: &'j CaseEvent,
    program: &'j Program,
    policy: &'j Policy,
    /// What the person owes elsewhere; empty where no letter type asks for it.
    other_cases: &'j [OtherCase],
}

impl Eligibility {
    /// The answer where somebody must say first who the person is.
    pub(super) fn held_for(self, holds: &[Fault]) -> Eligibility {
        let known = |fault: &&Fault| !self.reasons.contains(fault);
        let reasons: Vec<Fault> = holds.iter().filter(known).chain(&self.reasons).cloned().collect();
        let group = if self.group == Group::MayGo { Group::of(reasons.is_empty()) } else { self.group };
        let from = self.from.filter(|_| holds.is_empty());
        Eligibility { may_go: reasons.is_empty(), reasons, group, from, ..self }
    }
}

impl Desk {
    /// Every letter type of the case's program for every person of the case; of one type where it is named. Empty where no event
    /// of the case was taken.
    pub async fn explain(&self, case: &CaseRef, letter_type: Option<&str>) -> Result<Vec<Eligibility>, DeskError> {
        let asked = |letter: &LetterType| letter_type.is_none_or(|wanted| wanted == letter.key);
        self.explain_read(&self.case(case).await?, asked).await
    }

    /// The same of a case that was read, for some letter types.
    pub async fn explain_read(
        &self,
        read: &CaseRead,
        asked: impl Fn(&LetterType) -> bool,
    ) -> Result<Vec<Eligibility>, DeskError> {
        self.explain_with(read, asked, None).await
    }

    /// The same as it would be with one event more.
    pub(super) async fn explain_with(
        &self,
        read: &CaseRead,
        asked: impl Fn(&LetterType) -> bool,
        more: Option<&CaseEvent>,
    ) -> Result<Vec<Eligibility>, DeskError> {
        let rows = self.reader().letters_of_case(read.reference()).await?;
        let due = self.undecided(read).await?;
        let people = self.people_of(read, |_| true, more);
        let (stored, letters) = (read.counted(&people), &read.letters);
        let mut answers = Vec::new();
        for person in &people.known() {
            let (standing, holds) = (people.standing(person, letters), people.holds(person, None));
            let on_file = OnFile { person, events: &stored, letters, rows: &rows, due: &due };
            let Some(newest) = people.newest(person) else { continue };
            let Some((program, policy)) = self.program_and_policy(newest.program(), self.clock.today()) else {
                continue;
            };
            let wanted = |letter: &&LetterType| {
                let programs = &letter.description.called_by.programs;
                let own = programs.is_empty() || programs.iter().any(|one| one == newest.program());
                own && asked(letter)
            };
            let wanted: Vec<&LetterType> = self.studio.catalogue.types.values().filter(wanted).collect();
            // What is owed elsewhere is read once, whichever of them asks for it.
            let asks = wanted.iter().find(|letter| reads_other_cases(&letter.description.rules.guards)).copied();
            let other_cases = &self.other_cases(asks, &people, person).await?[..];
            let standing = &standing;
            let judged = Judged { on_file, people: &people, standing, newest, program, policy, other_cases };
            for letter in wanted {
                answers.extend(self.eligibility(letter, &judged, read).await?.map(|answer| answer.held_for(&holds)));
            }
        }
        Ok(answers)
    }

    /// A program and its policy on a day.
    pub(super) fn program_and_policy(&self, program: &str, on: chrono::NaiveDate) -> Option<(&Program, &Policy)> {
        let program = self.studio.catalogue.program(program).ok()?;
        Some((program, program.policy_on(on)?))
    }

    async fn eligibility(
        &self,
        letter: &LetterType,
        judged: &Judged<'_>,
        read: &CaseRead,
    ) -> Result<Option<Eligibility>, DeskError> {
        let asking = judged.on_file.asking(letter);
        // An event whose letter has left, or was withdrawn, calls for nothing more.
        let open = asking.filter(|(_, row)| !row.is_some_and(is_settled));
        let mut calls: Vec<Call> = judged.on_file.due(letter).map(Call::of_follow_up).collect();
        let happened = |event: &CaseEvent| self.studio.catalogue.happened(&event.kind);
        let untold = judged.on_file.untold(letter);
        let untold = untold.map(|stored| Call::of_standing(&stored.event, &happened(&stored.event)));
        calls.extend(untold.filter(|_| calls.is_empty()));
        let proposed = judged.on_file.due(letter).find_map(|due| due.event(self.clock.now()));
        let (facts_of, own) = match open {
            Some((stored, row)) => {
                calls.insert(0, Call::of_event(&stored.event, &happened(&stored.event), row));
                (Some(&stored.event), row)
            }
            None => (proposed.as_ref(), None),
        };
        let Some(mut answers) = self.judged_by(letter, judged, facts_of, own) else { return Ok(None) };
        let mut needs_approval = letter.needs_approval() || !answers.notes.is_empty();
        if let Some(row) = own {
            // As the work assesses it, with its arithmetic, its deadlines and what a manager let pass.
            match self.assessed_in(row, read).await {
                Ok(assessed) => (answers, needs_approval) = (assessed.answers, assessed.needs_approval),
                Err(DecideError::Desk(error)) => return Err(error),
                // Its words cannot be written: the reasons are those that it was refused for.
                Err(_) => (answers.stops, answers.from) = (row.reasons.to_vec(), None),
            }
        }
        let ended = own.is_some_and(|row| row.state == LetterState::Ended) && !answers.ends.is_empty();
        if ended || !answers.groundless.is_empty() {
            calls.clear();
        }
        let only_called = letter.description.called_by.on_request == OnRequest::OnlyWhenCalledFor;
        if calls.is_empty() && only_called && !ended {
            let happened = self.studio.catalogue.happened(&letter.description.called_by.event);
            answers.groundless.push(nothing_calls(letter, &happened, asking.and_then(|(_, row)| row)));
        }
        Ok(Some(answered(
            letter,
            judged.standing,
            calls,
            answers,
            needs_approval,
            open.map(|(stored, _)| &stored.event),
        )))
    }

    /// What the guards answer, with the facts of an event where there is one, and else by the standing alone.
    fn judged_by(
        &self,
        letter: &LetterType,
        judged: &Judged<'_>,
        event: Option<&CaseEvent>,
        own: Option<&LetterRow>,
    ) -> Option<Answers> {
        let today = self.clock.today();
        let from = event.unwrap_or(judged.newest);
        let mut json = as_it_stands(from, judged.standing, &judged.people.addressee(from));
        address_to_representative(&mut json, judged.standing, today);
        let mut data = Data::read(&json).ok()?;
        if event.is_none() {
            data.facts = Value::Object(serde_json::Map::new());
        }
        let asked_at: DateTime<Utc> = event.map_or(self.clock.now(), |event| event.time);
        let asked = Asked {
            // The letter that its event called for does not stand in its own way.
            id: own.map_or("", |row| row.id.as_str()),
            sequence: own.map(|row| row.sequence),
            facts: event.map(|_| &data.facts),
            ..asked(letter, &data, asked_at)
        };
        let asks = reads_other_cases(&letter.description.rules.guards);
        let asking = Asking {
            letter: asked,
            standing: judged.standing,
            policy: judged.policy,
            traits: judged.program.traits,
            other_cases: if asks { judged.other_cases } else { &[] },
            overridden: &[],
            date: today,
        };
        Some(asking.answers(&letter.description.rules.guards))
    }
}

/// The answer, with what says that nothing bears the letter before what stands against it otherwise.
pub(super) fn answered(
    letter: &LetterType,
    standing: &Standing,
    called_for: Vec<Call>,
    answers: Answers,
    needs_approval: bool,
    event: Option<&CaseEvent>,
) -> Eligibility {
    let Answers { stops, ends, notes, groundless, over, from, .. } = answers;
    let has_ground = groundless.is_empty();
    let others = stops.into_iter().filter(|reason| !groundless.iter().any(|one| one.code == reason.code));
    let from = from.filter(|_| ends.is_empty());
    let others: Vec<Fault> = others.chain(ends).collect();
    let reasons = [groundless, others].concat();
    let group = match (has_ground, called_for.is_empty()) {
        (false, _) => Group::NoGround,
        (true, false) => Group::CalledFor,
        (true, true) => Group::of(reasons.is_empty()),
    };
    Eligibility {
        letter_type: letter.key.clone(),
        person: standing.person.id.clone(),
        name: standing.person.name.clone(),
        group,
        called_for,
        may_go: reasons.is_empty(),
        from: from.filter(|_| reasons.iter().all(|reason| over.contains_key(&reason.code))),
        over,
        needs_approval,
        reasons,
        notes,
        event: event.map(|event| event.id.clone()),
    }
}

/// A letter that tells of something that must have happened first, where nothing on file has.
fn nothing_calls(letter: &LetterType, happened: &Text, settled: Option<&LetterRow>) -> Fault {
    let kind = &letter.description.called_by.event;
    let (en, fr) = match settled {
        Some(row) => (
            format!("Nothing calls for another one: the last one is {}, and it is settled.", row.id),
            format!("Rien n’en appelle une autre : la dernière est {}, et elle est réglée.", row.id),
        ),
        None => (
            format!(
                "Nothing on file calls for it. It tells that {}, and no such event was recorded: record it first.",
                happened.en
            ),
            format!(
                "Rien au dossier ne l’appelle. Elle annonce ceci : {}; aucun événement de ce genre n’est inscrit : inscrivez-le d’abord.",
                happened.fr
            ),
        ),
    };
    Fault::new("nothing-calls-for-it", kind, en, fr)
}
