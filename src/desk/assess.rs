//! Assessing a letter: everything that speaks against it, and what an approval of it would be bound to.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde_json::json;

use super::Desk;
use super::case_context::CaseContext;
use crate::case::entry::Basis;
use crate::case::{Channel, CoveringMail, Fault, Policy, Sha256};
use crate::letter::{Data, LetterType};
use crate::register::LetterRow;
use crate::rules::{Asked, Effect, Finding, Found, OtherCase, Question, Standing, findings, over_on};
use crate::studio::Composed;

/// A letter that was composed and assessed by the standing of its case.
pub struct Assessment<'s> {
    /// The letter: facts, derived values, deadlines, words.
    pub composed: Composed<'s>,
    /// What the guards answer, and the arithmetic.
    pub answers: Answers,
    /// Whether it must be approved.
    pub needs_approval: bool,
    /// The amount that an approver's authority must reach.
    pub amount: Decimal,
    /// Its covering mail, where it goes by e-mail.
    pub mail: Option<CoveringMail>,
    /// What an approval is bound to: the words, those of the covering mail, and the notes.
    pub seal: Sha256,
    /// The standing that it was assessed by.
    pub standing: Standing,
    /// What it was assessed by, as the case file keeps it.
    pub basis: Basis,
}

/// What speaks against a letter.
#[derive(Debug, Default)]
pub struct Answers {
    /// What holds it.
    pub stops: Vec<Fault>,
    /// Which of that says that nothing on file bears it.
    pub groundless: Vec<Fault>,
    /// What of it a manager may let pass, as it was found.
    pub may_pass: Vec<Found>,
    /// What ends it: its own cause is gone.
    pub ends: Vec<Fault>,
    /// What an approver is to look at.
    pub notes: Vec<Fault>,
    /// Of what holds it, by code: the first day on which it no longer does, where time alone is what it waits for.
    pub over: BTreeMap<String, NaiveDate>,
    /// The first day on which no guard holds it any more, if nothing happens until then.
    pub from: Option<NaiveDate>,
}

/// What guards are asked about a letter with: where it stands, and what it stands in.
pub(super) struct Asking<'a> {
    pub letter: Asked<'a>,
    pub standing: &'a Standing,
    pub policy: &'a Policy,
    pub traits: crate::case::Traits,
    pub other_cases: &'a [OtherCase],
    pub overridden: &'a [Found],
    pub date: NaiveDate,
}

impl Asking<'_> {
    /// Asks the named guards. The one place that does, for a letter that is worked as for one that is only thought of.
    pub fn answers(self, guards: &[String]) -> Answers {
        let question = Question::new(self.standing, self.policy, self.traits, self.letter, self.date, self.other_cases);
        let mut answers = Answers::default();
        for Finding { effect, found, reason } in findings(guards, &question) {
            match effect {
                Effect::HoldUnlessOverridden if self.overridden.contains(&found) => {}
                Effect::HoldUnlessOverridden => {
                    answers.stops.push(reason);
                    answers.may_pass.push(found);
                }
                Effect::Hold => answers.stops.push(reason),
                Effect::Ground => {
                    answers.groundless.push(reason.clone());
                    answers.stops.push(reason);
                }
                Effect::End => answers.ends.push(reason),
                Effect::Review => answers.notes.push(reason),
            }
        }
        let over = |stop: &Fault| Some((stop.code.clone(), over_on(&stop.code, &question)?));
        answers.over = answers.stops.iter().filter_map(over).collect();
        let stops = |date| {
            let found = findings(guards, &question.on(date));
            found.iter().any(|one| matches!(one.effect, Effect::Hold | Effect::HoldUnlessOverridden | Effect::Ground))
        };
        let all = answers.stops.iter().all(|stop| answers.over.contains_key(&stop.code));
        answers.from = answers.over.values().max().copied().filter(|from| all && !stops(*from));
        answers
    }
}

impl Desk {
    /// Drafts a letter for a date, assesses it and writes its words.
    ///
    /// The guards are asked before a word is written, so that what holds a letter is said even where its words cannot be.
    pub(super) fn assess<'s>(
        &'s self,
        letter_type: &'s LetterType,
        letter: &LetterRow,
        date: NaiveDate,
        context: CaseContext,
    ) -> Result<Assessment<'s>, Unwritten> {
        let guards = &letter_type.description.rules.guards;
        let basis = context.basis(&letter.id, guards, date);
        let CaseContext { data, standing, asked_at, gone, other_cases, overridden, who, returned, .. } = context;
        let draft = self.studio.catalogue.draft(letter_type, letter.id.clone(), date, data)?;
        let asking = Asking {
            letter: Asked {
                id: &letter.id,
                sequence: Some(letter.sequence),
                ..asked(letter_type, &draft.data, asked_at)
            },
            standing: &standing,
            policy: draft.policy,
            traits: draft.program.traits,
            other_cases: &other_cases,
            overridden: &overridden,
            date,
        };
        let mut answers = asking.answers(guards);
        answers.stops.splice(0..0, who.holds.into_iter().chain(draft.stops.iter().cloned()));
        answers.stops.splice(0..0, returned.holds);
        answers.ends.splice(0..0, who.ends);
        answers.ends.extend(gone);
        answers.notes.extend(draft.notes.iter().cloned());
        let amount = match draft.amount_to_approve() {
            Ok(amount) => amount,
            Err(fault) => {
                return Err(Unwritten { faults: vec![fault], stops: answers.stops, basis: Some(Box::new(basis)) });
            }
        };
        let by_email = draft.data.addressee.channel == Channel::Email;
        let mail = by_email.then(|| self.studio.catalogue.email(&draft, self.studio.specimen)).transpose();
        let (composed, mail) = match (self.studio.write(draft), mail) {
            (Ok(composed), Ok(mail)) => (composed, mail),
            (composed, mail) => {
                let faults = [composed.err(), mail.err()].into_iter().flatten().flatten().collect();
                return Err(Unwritten { faults, stops: answers.stops, basis: Some(Box::new(basis)) });
            }
        };
        // What was sent back once is approved by somebody, whatever it says now.
        let needs_approval = letter_type.needs_approval() || !answers.notes.is_empty() || returned.once;
        let mailbox = composed.draft.data.addressee.email.as_deref().filter(|_| by_email);
        let seal = seal(&composed, mail.as_ref(), mailbox, &answers.notes);
        Ok(Assessment { composed, answers, needs_approval, amount, mail, seal, standing, basis })
    }
}

/// What an approval is bound to: the words, the covering mail with its mailbox, and the notes.
fn seal(composed: &Composed<'_>, mail: Option<&CoveringMail>, mailbox: Option<&str>, notes: &[Fault]) -> Sha256 {
    let mail = mail.map(|mail| json!([mailbox, mail]));
    Sha256::of(json!([composed.content_hash, mail, notes]).to_string().as_bytes())
}

/// A letter whose words could not be written.
#[derive(Default)]
pub(super) struct Unwritten {
    /// Why not.
    pub faults: Vec<Fault>,
    /// What holds it besides.
    pub stops: Vec<Fault>,
    /// What it was assessed by; none where it could not even be drafted.
    pub basis: Option<Box<Basis>>,
}

impl From<Vec<Fault>> for Unwritten {
    fn from(faults: Vec<Fault>) -> Unwritten {
        Unwritten { faults, ..Unwritten::default() }
    }
}

/// What a guard is asked of a letter that has no place in the register yet.
pub(super) fn asked<'q>(letter: &'q LetterType, data: &'q Data, asked_at: DateTime<Utc>) -> Asked<'q> {
    let rules = &letter.description.rules;
    Asked {
        letter_type: &letter.key,
        tells: &letter.description.tells,
        id: "",
        sequence: None,
        asked_at,
        facts: Some(&data.facts),
        officer_texts: &letter.schema.officer_texts,
        role: data.addressee.role,
        by_mail: data.addressee.channel == Channel::Print,
        languages: data.addressee.language.languages(),
        minimum: &rules.minimum,
        repeats: rules.repeats,
        told_apart_by: &rules.told_apart_by,
        conflicts: &rules.conflicts,
    }
}
