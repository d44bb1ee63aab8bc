//! Weighing a letter: everything that speaks against it, and what an approval of it would be bound to.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::Desk;
use super::look::Looked;
use crate::case::letter::sha256_hex;
use crate::case::{Channel, Fault, LetterId};
use crate::letter::{Data, LetterType};
use crate::register::LetterRow;
use crate::rules::{Asked, Effect, Finding, Question, Standing, findings};
use crate::studio::Composed;

/// A letter that was composed and weighed by the standing of its case.
pub struct Weighed<'s> {
    /// The letter: facts, derived values, deadlines, words.
    pub composed: Composed<'s>,
    /// What holds it.
    pub stops: Vec<Fault>,
    /// What ends it: its own ground is gone.
    pub ends: Vec<Fault>,
    /// What an approver is to look at.
    pub notes: Vec<Fault>,
    /// Whether it must be approved.
    pub needs_approval: bool,
    /// The amount that an approver's authority must reach.
    pub amount: Decimal,
    /// What an approval is bound to: the words, and the notes.
    pub seal: String,
    /// The standing that it was weighed by.
    pub standing: Standing,
    /// What it was weighed by, as the case file keeps it.
    pub ground: Value,
}

impl Desk {
    /// Drafts a letter for a date, weighs it and writes its words.
    ///
    /// The guards are asked before a word is written, so that what holds a letter is said even where its words cannot be.
    pub(super) fn weigh<'s>(
        &'s self,
        letter_type: &'s LetterType,
        letter: &LetterRow,
        date: NaiveDate,
        looked: Looked,
    ) -> Result<Weighed<'s>, Unwritten> {
        let Looked { data, standing, considered, asked_at, other_cases, overridden } = looked;
        let draft = self.studio.catalogue.draft(letter_type, LetterId(letter.id.clone()), date, data)?;
        let asked =
            Asked { id: &letter.id, sequence: Some(letter.sequence), ..asked(letter_type, &draft.data, asked_at) };
        let (program, policy) = (draft.program.key.as_str(), &draft.policy);
        let question =
            Question { standing: &standing, policy, program, letter: asked, date, other_cases: &other_cases };
        let guards = &letter_type.description.rules.guards;
        let (mut stops, mut ends, mut notes) = (draft.stops.clone(), Vec::new(), Vec::new());
        for Finding { effect, reason } in findings(guards, &question) {
            match effect {
                Effect::HoldUnlessOverridden if overridden.contains(&reason) => {}
                Effect::Hold | Effect::HoldUnlessOverridden => stops.push(reason),
                Effect::End => ends.push(reason),
                Effect::Review => notes.push(reason),
            }
        }
        let ground = json!({
            "guards": guards,
            "overridden": overridden,
            "standing": standing,
            "considered": considered,
            "policy_on": date.to_string(),
        });
        let amount = match draft.amount_to_approve() {
            Ok(amount) => amount,
            Err(fault) => return Err(Unwritten { faults: vec![fault], stops, ground }),
        };
        let composed = match self.studio.write(draft) {
            Ok(composed) => composed,
            Err(faults) => return Err(Unwritten { faults, stops, ground }),
        };
        let needs_approval = letter_type.needs_approval() || !notes.is_empty();
        let seal = match notes.is_empty() {
            true => composed.content_hash.clone(),
            false => sha256_hex(format!("{}\n{}", composed.content_hash, json!(notes)).as_bytes()),
        };
        Ok(Weighed { composed, stops, ends, notes, needs_approval, amount, seal, standing, ground })
    }
}

/// A letter whose words could not be written.
#[derive(Default)]
pub(super) struct Unwritten {
    /// Why not.
    pub faults: Vec<Fault>,
    /// What holds it besides.
    pub stops: Vec<Fault>,
    /// What it was weighed by.
    pub ground: Value,
}

impl From<Vec<Fault>> for Unwritten {
    fn from(faults: Vec<Fault>) -> Unwritten {
        Unwritten { faults, ..Unwritten::default() }
    }
}

/// What a guard looks at of a letter that has no place in the register yet.
pub(super) fn asked<'q>(letter: &'q LetterType, data: &'q Data, asked_at: DateTime<Utc>) -> Asked<'q> {
    let rules = &letter.description.rules;
    Asked {
        letter_type: &letter.key,
        id: "",
        sequence: None,
        asked_at,
        facts: &data.facts,
        role: &data.addressee.role,
        by_mail: data.addressee.channel == Channel::Print,
        languages: data.addressee.language.languages(),
        minimum: &rules.minimum,
        repeats: rules.repeats,
        conflicts: &rules.conflicts,
    }
}
