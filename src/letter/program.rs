//! Programs: the creditor behind a debt, and the policy that was in force on a day.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::phones::phone_faults;
use super::read::read_toml;
use super::words::words_missing;
use crate::case::interest::Terms;
use crate::case::{Fault, Language, Policy, Text, Traits};

/// A program of `_programs/`: its words, its contact, what kind of debts it has, and its policy by date.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// The file's name without its ending, such as `ontario-works`.
    #[serde(skip)]
    pub key: String,
    /// What kind of debts it has.
    pub traits: Traits,
    /// Words in English.
    en: Map<String, Value>,
    /// Words in French, the same names.
    fr: Map<String, Value>,
    /// Telephone numbers and e-mail address where they are not the unit's.
    #[serde(default)]
    contact: Map<String, Value>,
    /// What guards rest on where that is the program's own law, by guard.
    #[serde(default)]
    pub bases: BTreeMap<String, Text>,
    /// Policies, each in force from its date until the next.
    pub(super) policy: Vec<Policy>,
}

impl Program {
    /// Reads a program file; both languages must have the same words, and each parameter its source.
    pub fn read(key: &str, text: &str, shown: &str) -> Result<Program, Vec<Fault>> {
        let mut program: Program = read_toml(text, shown)?;
        key.clone_into(&mut program.key);
        program.policy.sort_by_key(|policy| policy.effective);
        let mut faults = words_missing(&program.en, &program.fr, shown);
        for (words, at) in [(&program.en, "/en"), (&program.fr, "/fr"), (&program.contact, "/contact")] {
            faults.extend(phone_faults(words, at, text, shown));
        }
        faults.extend(program.policy.iter().flat_map(|policy| unsourced(policy, shown)));
        let terms = |policy: &Policy| Terms {
            from: policy.effective,
            method: policy.interest,
            percent: policy.interest_percent,
        };
        let terms: Vec<Terms> = program.policy.iter().map(terms).collect();
        for policy in &mut program.policy {
            policy.terms.clone_from(&terms);
            policy.bases.clone_from(&program.bases);
        }
        if faults.is_empty() { Ok(program) } else { Err(faults) }
    }

    /// Takes the unit's telephone numbers and e-mail address where the program has none of its own.
    pub(super) fn share_contact(&mut self, unit: &Map<String, Value>) {
        let own = std::mem::replace(&mut self.contact, unit.clone());
        self.contact.extend(own);
    }

    /// The policy in force on a day. `None` before the first one came into force.
    pub fn policy_on(&self, day: NaiveDate) -> Option<&Policy> {
        self.policy.iter().rev().find(|policy| policy.effective <= day)
    }

    /// The program as templates see it in one language.
    pub fn in_language(&self, language: Language) -> Value {
        let words = match language {
            Language::En => &self.en,
            Language::Fr => &self.fr,
        };
        let mut view = words.clone();
        view.insert("key".into(), json!(self.key));
        view.insert("contact".into(), Value::Object(self.contact.clone()));
        if let Value::Object(traits) = json!(self.traits) {
            view.extend(traits);
        }
        Value::Object(view)
    }
}

/// Parameters without a source, and names that are given twice.
fn unsourced(policy: &Policy, shown: &str) -> Vec<Fault> {
    let fields = policy.parameters();
    let own = ["delegation", "override_roles", "automatic"].into_iter().chain(fields.keys().map(String::as_str));
    let named: Vec<&str> = policy.deadlines.keys().chain(policy.words.keys()).map(String::as_str).collect();
    let twice = named
        .iter()
        .filter(|name| fields.contains_key(**name) || named.iter().filter(|other| other == name).count() > 1);
    let mut faults: Vec<Fault> = twice.map(|name| named_twice(name, shown)).collect();
    let all = own.chain(named.iter().copied()).filter(|name| !policy.sources.contains_key(*name));
    faults.extend(all.map(|name| {
        Fault::new(
            "policy-unsourced",
            shown,
            format!("“{name}” has no source in [policy.sources]. Name it, or write \"unsourced default\"."),
            format!("« {name} » n’a pas de source dans [policy.sources]. Nommez-la ou écrivez « unsourced default »."),
        )
    }));
    faults
}

fn named_twice(name: &str, shown: &str) -> Fault {
    Fault::new(
        "policy-named-twice",
        shown,
        format!(
            "“{name}” is given twice in one [[policy]]. Keep it where rules read it, or once in [policy.deadlines] or [policy.words]."
        ),
        format!(
            "« {name} » figure deux fois dans une section [[policy]]. Gardez-le où les règles le lisent, ou une fois dans [policy.deadlines] ou [policy.words]."
        ),
    )
}
