//! Programs: the creditor behind a debt, and the policy that was in force on a day.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::read::read_toml;
use super::words::words_missing;
use crate::case::interest::{Method, Terms};
use crate::case::policy::{Delegation, Policy};
use crate::case::{Fault, Language};

/// A program of `_programs/`: its words, its contact, where to pay, and its policy by date.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// The file's name without its ending, such as `ontario-works`.
    #[serde(skip)]
    pub key: String,
    /// Words in English.
    en: Map<String, Value>,
    /// Words in French, the same names.
    fr: Map<String, Value>,
    /// Telephone numbers and e-mail address where they are not the unit's.
    #[serde(default)]
    contact: Map<String, Value>,
    /// Where and how to pay.
    pay_to: Value,
    /// Policy parameters, each set in force from its date until the next.
    policy: Vec<Period>,
}

/// A set of policy parameters in force from a date.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
struct Period {
    effective: NaiveDate,
    /// The source of each parameter, or `unsourced default`.
    sources: BTreeMap<String, String>,
    /// How interest is charged, and at how many per cent a year.
    interest: String,
    interest_percent: Decimal,
    /// Who may approve what.
    delegation: Vec<Delegation>,
    /// Roles that may let a letter pass a rule that allows it.
    override_roles: Vec<String>,
    /// Letters that a follow-up sends by itself.
    automatic: Vec<String>,
    #[serde(flatten)]
    parameters: Map<String, Value>,
}

/// Parameters that rules rest on: without one of them, a rule would be off.
const REQUIRED: [&str; 14] = [
    "review_days",
    "deemed_receipt_days",
    "notice_days",
    "explain_days",
    "minimum_balance",
    "set_off_minimum",
    "plan_minimum_percent",
    "plan_minimum_amount",
    "cure_days",
    "figures_days",
    "duplicate_days",
    "clearing_days",
    "grace_days",
    "answer_business_days",
];

/// Follow-up letters whose event states nothing that only an officer may state, such as that a plan has defaulted.
const MAY_GO_BY_THEMSELVES: [&str; 2] = ["plan-reminder", "paid-in-full"];

impl Program {
    /// Reads a program file; both languages must have the same words, and each parameter its source.
    pub fn read(key: &str, text: &str, shown: &str) -> Result<Program, Vec<Fault>> {
        let mut program: Program = read_toml(text, shown)?;
        key.clone_into(&mut program.key);
        program.policy.sort_by_key(|policy| policy.effective);
        let mut faults = words_missing(&program.en, &program.fr, shown);
        for policy in &program.policy {
            faults.extend(Method::parse(&policy.interest).is_none().then(|| unknown_method(&policy.interest, shown)));
            let own = ["interest", "interest_percent", "delegation", "override_roles", "automatic"].into_iter();
            let lacking = REQUIRED.iter().filter(|name| !policy.parameters.contains_key(**name));
            faults.extend(lacking.map(|name| parameter_missing(name, shown)));
            let barred = policy.automatic.iter().filter(|letter| !MAY_GO_BY_THEMSELVES.contains(&letter.as_str()));
            faults.extend(barred.map(|letter| not_by_itself(letter, shown)));
            let named = own.chain(policy.parameters.keys().map(String::as_str));
            faults.extend(named.filter(|name| !policy.sources.contains_key(*name)).map(|name| {
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

    /// Takes the unit's telephone numbers and e-mail address where the program has none of its own.
    pub(super) fn share_contact(&mut self, unit: &Map<String, Value>) {
        let own = std::mem::replace(&mut self.contact, unit.clone());
        self.contact.extend(own);
    }

    /// The policy in force on a day. `None` before the first one came into force.
    pub fn policy_on(&self, day: NaiveDate) -> Option<Policy> {
        let period = self.policy.iter().rev().find(|policy| policy.effective <= day)?;
        let mut parameters = period.parameters.clone();
        parameters.insert("interest".into(), json!(period.interest));
        parameters.insert("interest_percent".into(), json!(period.interest_percent.to_string()));
        let terms = |period: &Period| Terms {
            from: period.effective,
            method: Method::parse(&period.interest).unwrap_or(Method::None),
            percent: period.interest_percent,
        };
        Some(Policy {
            parameters,
            interest: self.policy.iter().map(terms).collect(),
            delegation: period.delegation.clone(),
            override_roles: period.override_roles.clone(),
            automatic: period.automatic.clone(),
        })
    }

    /// Its policies, oldest first.
    pub(super) fn policies(&self) -> impl Iterator<Item = Policy> {
        self.policy.iter().filter_map(|period| self.policy_on(period.effective))
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
        view.insert("pay_to".into(), self.pay_to.clone());
        Value::Object(view)
    }
}

fn unknown_method(method: &str, shown: &str) -> Fault {
    Fault::new(
        "interest-unknown",
        shown,
        format!("“{method}” is no way to charge interest. Write none, simple or monthly-compound."),
        format!("« {method} » n’est pas une façon de porter intérêt. Écrivez none, simple ou monthly-compound."),
    )
}

fn parameter_missing(name: &str, shown: &str) -> Fault {
    Fault::new(
        "policy-incomplete",
        shown,
        format!("A [[policy]] does not say “{name}”, and a rule rests on it. Add it, with its source."),
        format!("Une section [[policy]] n’indique pas « {name} », dont dépend une règle. Ajoutez-le avec sa source."),
    )
}

fn not_by_itself(letter: &str, shown: &str) -> Fault {
    let known = MAY_GO_BY_THEMSELVES.join(", ");
    Fault::new(
        "follow-up-not-automatic",
        shown,
        format!("“{letter}” cannot be automatic: an officer decides. These may be: {known}."),
        format!("« {letter} » ne peut être automatique : une personne décide. Peuvent l’être : {known}."),
    )
}
