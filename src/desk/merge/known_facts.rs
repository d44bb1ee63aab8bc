//! Facts that the register knows and that need not be in a sheet: what a follow-up would say, today's balance, the account, and what the
//! newest event of the case had.

use chrono::{Months, NaiveDate};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::whose::Known;
use crate::case::interest::Method;
use crate::case::{CaseEvent, Policy, money};
use crate::letter::LetterType;
use crate::rules::{Debt, Figures, LetterProposal, MovementKind, Standing, grounds};

/// Puts what the letter needs, the sheet does not tell and the register knows into the facts.
pub(in crate::desk) fn fill(
    facts: &mut Value,
    letter: &LetterType,
    known: &Known,
    events: &[&CaseEvent],
    policy: &Policy,
    today: NaiveDate,
) {
    let standing = &known.standing;
    let proposed = proposed(letter, standing, policy, today);
    let number = facts["debt_number"].as_str().map(str::to_owned);
    // Where the sheet says for which day it speaks, the register's figures are those of that day.
    let on = facts["as_of"].as_str().and_then(|day| day.parse().ok()).unwrap_or(today);
    let owed = owed(standing, number.as_deref(), policy, on);
    let told = facts["balance"].as_str().map(str::to_owned);
    let required: Vec<String> =
        letter.schema.properties().into_iter().filter(|(_, required)| *required).map(|(name, _)| name).collect();
    for name in required {
        if !facts[&name].is_null() {
            continue;
        }
        // A balance that the sheet tells is true for the day that the sheet tells, unless it is today's.
        let own_balance = told.as_ref().is_none_or(|told| owed.is_some_and(|owed| money::plain(owed) == *told));
        let value = match name.as_str() {
            "letter" => Some(json!(true)),
            "balance" => owed.map(|owed| json!(money::plain(owed))),
            "as_of" if own_balance => owed.map(|_| json!(today.to_string())),
            "as_of" => None,
            "requested" => Some(json!(today.to_string())),
            "transactions" => account(standing, number.as_deref(), events, on),
            name => proposed.as_ref().and_then(|proposed| proposed.facts.get(name).cloned()),
        };
        let value = value.or_else(|| from_events(&name, known, events).filter(|_| !is_figure(&name)));
        if let Some(value) = value {
            facts[&name] = value;
        }
    }
    // An event that may change the standing alone says that it asks for its letter.
    let may_ask = letter.schema.source["properties"]["letter"].is_object();
    if may_ask && letter.description.called_by.when.is_some() {
        facts["letter"] = json!(true);
    }
    if facts["principal"].is_null()
        && letter.schema.source["required"].as_array().is_some_and(|list| list.contains(&json!("principal")))
    {
        split(facts, policy);
    }
}

/// Figures are true for a day only: those of an older event are none.
fn is_figure(name: &str) -> bool {
    matches!(name, "balance" | "as_of" | "principal" | "interest" | "previous_balance" | "transactions")
}

fn proposed(letter: &LetterType, standing: &Standing, policy: &Policy, today: NaiveDate) -> Option<LetterProposal> {
    let due = grounds(standing, policy, today).into_iter().filter_map(|proposal| proposal.letter);
    due.into_iter().find(|proposed| proposed.event == letter.description.called_by.event)
}

/// The debt that is meant: the one that is named, or the only one.
fn debt<'s>(standing: &'s Standing, number: Option<&str>) -> Option<&'s Debt> {
    let debts = &standing.ledger.debts;
    match (number, debts.as_slice()) {
        (Some(number), debts) => debts.iter().find(|debt| debt.number == number),
        (None, [one]) => Some(one),
        (None, _) => None,
    }
}

fn owed(standing: &Standing, number: Option<&str>, policy: &Policy, on: NaiveDate) -> Option<Decimal> {
    match debt(standing, number) {
        Some(debt) => standing.ledger.balance(debt, on, &policy.terms),
        None => standing.ledger.owed(on, &policy.terms),
    }
}

/// The account: the rows of the event that listed them last, and what moved since.
fn account(standing: &Standing, number: Option<&str>, events: &[&CaseEvent], on: NaiveDate) -> Option<Value> {
    let debt = debt(standing, number)?;
    let lists = |event: &&&CaseEvent| {
        account_of(event.facts()).is_some() && event.facts()["debt_number"].as_str().unwrap_or_default() == debt.number
    };
    let last = events.iter().filter(lists).max_by_key(|event| event.time)?;
    let mut rows = account_of(last.facts())?;
    let as_of = last.facts()["as_of"].as_str().and_then(|day| day.parse().ok()).unwrap_or_else(|| last.day());
    let listed = crate::rules::Listed::of(last.facts());
    let figures = Figures { as_of, told: last.time, listed: &listed };
    for movement in standing.ledger.moved_since(debt, figures, on) {
        let kind = match movement.kind {
            MovementKind::Dishonoured => json!("returned-payment"),
            kind => json!(kind),
        };
        let (side, amount) =
            if movement.amount < Decimal::ZERO { ("debit", -movement.amount) } else { ("credit", movement.amount) };
        rows.push(json!({"date": movement.on.to_string(), "kind": kind, side: money::plain(amount)}));
    }
    rows.sort_by(|one, other| one["date"].as_str().cmp(&other["date"].as_str()));
    Some(Value::Array(rows))
}

/// The rows of an account that an event lists: its transactions, or one a month for the assistance that a sponsor must reimburse.
fn account_of(facts: &Value) -> Option<Vec<Value>> {
    if let Some(rows) = facts["transactions"].as_array() {
        return Some(rows.clone());
    }
    // What was repaid before has no days, so that no account can be made of it.
    let paid = facts["paid"].as_str().and_then(money::parse).unwrap_or_default();
    let months = facts["months"].as_array().filter(|_| paid.is_zero())?;
    let row = |month: &Value| {
        let first: NaiveDate = format!("{}-01", month["month"].as_str()?).parse().ok()?;
        let last = first.checked_add_months(Months::new(1))?.pred_opt()?;
        Some(json!({"date": last.to_string(), "kind": "social-assistance", "debit": month["amount"]}))
    };
    months.iter().map(row).collect()
}

/// What the person's newest event said under this name.
fn from_events(name: &str, known: &Known, events: &[&CaseEvent]) -> Option<Value> {
    let own = events.iter().filter(|event| event.person() == known.person && !event.facts()[name].is_null());
    own.max_by_key(|event| event.time).map(|event| event.facts()[name].clone())
}

/// What is owed is all principal where the program charges no interest.
fn split(facts: &mut Value, policy: &Policy) {
    let balance = facts["balance"].clone();
    if policy.interest == Method::None && balance.is_string() {
        facts["principal"] = balance;
        facts["interest"] = json!("0.00");
    }
}
