//! Programs: the creditor behind a debt, and the policy that was in force on a day.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::kind::read_toml;
use crate::case::{Fault, Language};

/// A program of `_programs/`: its words, its contact, where to pay, and its policy by date.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// The file's name without its ending, such as `ontario-works`.
    #[serde(skip)]
    pub key: String,
    /// Words in English.
    en: Map<String, Value>,
    /// Words in French, the same names.
    fr: Map<String, Value>,
    /// Telephone numbers, address and hours.
    contact: Value,
    /// Where and how to pay.
    pay_to: Value,
    /// Policy parameters, each set in force from its date until the next.
    policy: Vec<Policy>,
}

/// A set of policy parameters in force from a date.
#[derive(Debug, Clone, Deserialize)]
struct Policy {
    effective: NaiveDate,
    /// The source of each parameter, or `unsourced default`.
    sources: BTreeMap<String, String>,
    #[serde(flatten)]
    parameters: Map<String, Value>,
}

impl Program {
    /// Reads a program file; both languages must have the same words, and each parameter its source.
    pub fn read(key: &str, text: &str, shown: &str) -> Result<Program, Vec<Fault>> {
        let mut program: Program = read_toml(text, shown).map_err(|fault| vec![fault])?;
        key.clone_into(&mut program.key);
        program.policy.sort_by_key(|policy| policy.effective);
        let mut faults = Vec::new();
        for (one, other, language) in [(&program.en, &program.fr, "fr"), (&program.fr, &program.en, "en")] {
            faults.extend(one.keys().filter(|name| !other.contains_key(*name)).map(|name| {
                Fault::new(
                    "word-missing",
                    shown,
                    format!("“{name}” is missing in [{language}]. Say it in both languages."),
                    format!("« {name} » manque dans [{language}]. Dites-le dans les deux langues."),
                )
            }));
        }
        for policy in &program.policy {
            faults.extend(policy.parameters.keys().filter(|name| !policy.sources.contains_key(*name)).map(|name| {
                Fault::new(
                    "policy-unsourced",
                    shown,
                    format!("“{name}” has no source in [policy.sources]. Name it, or write \"unsourced default\"."),
                    format!("« {name} » n’a pas de source dans [policy.sources]. Nommez-la ou écrivez « unsourced default »."),
                )
            }));
        }
        if faults.is_empty() { Ok(program) } else { Err(faults) }
    }

    /// The policy parameters in force on a day. `None` before the first set came into force.
    pub fn policy_on(&self, day: NaiveDate) -> Option<&Map<String, Value>> {
        self.policy.iter().rev().find(|policy| policy.effective <= day).map(|policy| &policy.parameters)
    }

    /// The program as templates see it in one language.
    pub fn in_language(&self, language: Language) -> Value {
        let words = match language {
            Language::En => &self.en,
            Language::Fr => &self.fr,
        };
        let mut view = words.clone();
        view.insert("key".into(), json!(self.key));
        view.insert("contact".into(), self.contact.clone());
        view.insert("pay_to".into(), self.pay_to.clone());
        Value::Object(view)
    }
}
