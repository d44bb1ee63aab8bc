//! Values that Recto works out from the facts, in exact decimals.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::path::{FactPath, Values};
use crate::case::interest::accrued;
use crate::case::schedule::{Instalment, schedule};
use crate::case::{Fault, Policy, Text, money};

/// One derived value: a function and what it reads. Each is a small identity of the ledger; letter types combine them.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(tag = "function", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Derivation {
    /// Transactions with the balance after each: `{rows, debits, credits, closing}`.
    RunningBalance {
        /// The list of transactions, `{date, debit or credit}` each.
        of: FactPath,
    },
    /// Equal instalments with the remainder last: `{rows, count, last_amount, last_due, total}`.
    Schedule {
        /// The plan: `{instalment, frequency, first_due}`.
        of: FactPath,
        /// The amount to be spread.
        amount: FactPath,
    },
    /// The sum of one amount of each item of a list.
    Sum {
        /// The list.
        of: FactPath,
        /// The name of the amount in each item.
        #[serde(default = "amount")]
        item: String,
    },
    /// The sum of some amounts.
    Total {
        /// The amounts; one that the letter can do without, such as `facts.interest?`, counts where it is there.
        of: Vec<FactPath>,
    },
    /// The first amount less the others.
    Difference {
        /// The amounts, at least one.
        #[schemars(length(min = 1))]
        of: Vec<FactPath>,
    },
    /// Receipts against what was owed: `{rows, received, excess, paid_off_on}`.
    Excess {
        /// The receipts, `{date, amount}` each.
        of: FactPath,
        /// The amount that was owed.
        owed: FactPath,
    },
    /// The interest on an amount by the program's terms.
    Interest {
        /// The amount.
        of: FactPath,
        /// The day from which interest counts; where the facts do not have it, there is none.
        from: FactPath,
        /// The day until which it counts.
        until: FactPath,
    },
}

fn amount() -> String {
    "amount".to_owned()
}

/// Works out all derived values of a letter, each after what it reads. A value that rests on one that cannot be worked out is not
/// a fault of its own.
pub fn derive_all(
    derivations: &BTreeMap<String, Derivation>,
    facts: &Value,
    policy: &Policy,
) -> Result<Value, Vec<Fault>> {
    let mut derived = Value::Object(Map::new());
    let mut faults = Vec::new();
    let order = in_order_of_need(derivations).map_err(|circle| vec![circular(&circle, "/derived".to_owned())])?;
    for name in order {
        let derivation = &derivations[name];
        if derivation.needs().any(|other| derivations.contains_key(other) && derived.get(other).is_none()) {
            continue;
        }
        match derivation.value(&Values { derived: &derived, ..Values::of_facts(facts) }, policy) {
            Ok(value) => derived[name] = value,
            Err(problem) => faults.push(underivable(name, &problem)),
        }
    }
    if faults.is_empty() { Ok(derived) } else { Err(faults) }
}

/// The names of the derivations, each after those that it reads; or those that read each other in a circle.
pub(super) fn in_order_of_need(derivations: &BTreeMap<String, Derivation>) -> Result<Vec<&str>, Vec<&str>> {
    let mut open: Vec<(&str, &Derivation)> = derivations.iter().map(|(name, one)| (name.as_str(), one)).collect();
    let mut order = Vec::with_capacity(open.len());
    while !open.is_empty() {
        let waits =
            |(_, one): &(&str, &Derivation)| one.needs().any(|other| open.iter().any(|(name, _)| *name == other));
        let (later, now): (Vec<_>, Vec<_>) = open.iter().copied().partition(waits);
        if now.is_empty() {
            return Err(later.into_iter().map(|(name, _)| name).collect());
        }
        order.extend(now.into_iter().map(|(name, _)| name));
        open = later;
    }
    Ok(order)
}

impl Derivation {
    /// What it reads, with the names under which letter.toml has it.
    pub fn reads(&self) -> Vec<(&'static str, &FactPath)> {
        match self {
            Derivation::RunningBalance { of } | Derivation::Sum { of, .. } => vec![("of", of)],
            Derivation::Schedule { of, amount } => vec![("of", of), ("amount", amount)],
            Derivation::Excess { of, owed } => vec![("of", of), ("owed", owed)],
            Derivation::Interest { of, from, until } => vec![("of", of), ("from", from), ("until", until)],
            Derivation::Total { of } | Derivation::Difference { of } => of.iter().map(|path| ("of", path)).collect(),
        }
    }

    /// The derived values that it reads.
    fn needs(&self) -> impl Iterator<Item = &str> {
        self.reads().into_iter().filter_map(|(_, path)| path.derived())
    }

    /// What it makes, as a schema: paths lead into it as into the facts.
    pub(super) fn shape(&self) -> Value {
        let (money, date) = (json!({"type": "string", "format": "money"}), json!({"type": "string", "format": "date"}));
        let object = |amounts: &[&str], dates: &[&str]| {
            let rows = json!({"type": "array", "items": {"type": "object"}});
            let amounts = amounts.iter().map(|name| ((*name).to_owned(), money.clone()));
            let dates = dates.iter().map(|name| ((*name).to_owned(), date.clone()));
            let properties: Map<String, Value> = amounts.chain(dates).chain([("rows".to_owned(), rows)]).collect();
            let required: Vec<&String> = properties.keys().collect();
            json!({"type": "object", "required": required, "properties": properties})
        };
        match self {
            Derivation::RunningBalance { .. } => object(&["debits", "credits", "closing"], &[]),
            Derivation::Schedule { .. } => object(&["last_amount", "total"], &["last_due"]),
            Derivation::Excess { .. } => object(&["received", "excess"], &["paid_off_on"]),
            _ => money,
        }
    }

    fn value(&self, values: &Values<'_>, policy: &Policy) -> Result<Value, Text> {
        let amounts = |paths: &[FactPath]| paths.iter().map(|path| values.amount(path)).collect::<Result<Vec<_>, _>>();
        Ok(match self {
            Derivation::RunningBalance { of } => running_balance(list(values, of)?)?,
            Derivation::Schedule { of, amount } => schedule_view(values.at(of)?, values.amount(amount)?)?,
            Derivation::Excess { of, owed } => excess(list(values, of)?, values.amount(owed)?)?,
            Derivation::Interest { of, from, until } => {
                let until = day(values, until)?.ok_or_else(|| {
                    Text::new(
                        "the day until which interest counts is not there",
                        "le dernier jour des intérêts n’y est pas",
                    )
                })?;
                let principal = values.amount(of)?;
                let interest = day(values, from)?.map(|from| accrued(principal, from, until, &[], &policy.terms));
                plain(interest.unwrap_or_default())
            }
            Derivation::Sum { of, item } => {
                let amounts: Result<Vec<_>, _> = list(values, of)?.iter().map(|row| row_amount(row, item)).collect();
                plain(amounts?.into_iter().sum())
            }
            Derivation::Total { of } => {
                let there = |path: &&FactPath| !path.is_optional() || values.at(path).is_ok();
                let amounts = of.iter().filter(there).map(|path| values.amount(path));
                plain(amounts.sum::<Result<Decimal, Text>>()?)
            }
            Derivation::Difference { of } => {
                let amounts = amounts(of)?;
                let (first, rest) = amounts
                    .split_first()
                    .ok_or_else(|| Text::new("it names no amounts", "aucun montant n’est nommé"))?;
                plain(*first - rest.iter().sum::<Decimal>())
            }
        })
    }
}

fn plain(amount: Decimal) -> Value {
    json!(money::plain(amount))
}

fn list<'v>(values: &Values<'v>, path: &FactPath) -> Result<&'v [Value], Text> {
    values
        .at(path)?
        .as_array()
        .map(Vec::as_slice)
        .ok_or_else(|| Text::new(format!("“{path}” is not a list"), format!("« {path} » n’est pas une liste")))
}

/// The day at a path; `None` where it is not there.
fn day(values: &Values<'_>, path: &FactPath) -> Result<Option<NaiveDate>, Text> {
    let found = values.at(path).ok();
    let read = |day: &Value| {
        day.as_str()
            .and_then(|day| day.parse().ok())
            .ok_or_else(|| Text::new(format!("{day} is not a date"), format!("{day} n’est pas une date")))
    };
    found.map(read).transpose()
}

fn running_balance(rows: &[Value]) -> Result<Value, Text> {
    let (mut debits, mut credits) = (Decimal::ZERO, Decimal::ZERO);
    let mut shown = Vec::with_capacity(rows.len());
    for row in rows {
        let side = |name: &str| row.get(name).map_or(Ok(Decimal::ZERO), |_| row_amount(row, name));
        debits += side("debit")?;
        credits += side("credit")?;
        let mut view = row.as_object().cloned().unwrap_or_default();
        view.entry("debit").or_insert(json!(""));
        view.entry("credit").or_insert(json!(""));
        view.insert("balance".into(), json!(money::plain(debits - credits)));
        shown.push(Value::Object(view));
    }
    Ok(json!({
        "rows": shown,
        "debits": money::plain(debits),
        "credits": money::plain(credits),
        "closing": money::plain(debits - credits),
    }))
}

/// The instalments of a plan, as templates see them.
fn schedule_view(plan: &Value, amount: Decimal) -> Result<Value, Text> {
    let instalments = schedule(plan, amount)?;
    let row = |(index, one): (usize, &Instalment)| {
        json!({
            "number": index + 1,
            "due": one.due.to_string(),
            "amount": money::plain(one.amount),
            "balance": money::plain(one.balance),
        })
    };
    let rows: Vec<Value> = instalments.iter().enumerate().map(row).collect();
    let last = rows.last().cloned().unwrap_or_default();
    Ok(json!({
        "count": rows.len(),
        "last_amount": last["amount"],
        "last_due": last["due"],
        "total": money::plain(instalments.iter().map(|one| one.amount).sum()),
        "rows": rows,
    }))
}

fn excess(receipts: &[Value], owed: Decimal) -> Result<Value, Text> {
    let (mut received, mut paid_off_on, mut rows) = (Decimal::ZERO, Value::Null, Vec::new());
    for receipt in receipts {
        received += row_amount(receipt, "amount")?;
        if received >= owed && paid_off_on.is_null() {
            paid_off_on = receipt["date"].clone();
        }
        let mut view: Map<String, Value> = receipt.as_object().cloned().unwrap_or_default();
        view.insert("received".into(), json!(money::plain(received)));
        rows.push(Value::Object(view));
    }
    if received <= owed {
        return Err(Text::new(
            format!("the receipts ({received}) do not exceed the debt ({owed})"),
            format!("les sommes reçues ({received}) ne dépassent pas la dette ({owed})"),
        ));
    }
    Ok(json!({
        "rows": rows,
        "received": money::plain(received),
        "excess": money::plain(received - owed),
        "paid_off_on": paid_off_on,
    }))
}

fn row_amount(row: &Value, name: &str) -> Result<Decimal, Text> {
    row.get(name)
        .and_then(Value::as_str)
        .and_then(money::parse)
        .ok_or_else(|| Text::new(format!("“{name}” is not an amount"), format!("« {name} » n’est pas un montant")))
}

/// Derived values that read each other in a circle.
pub(super) fn circular(circle: &[&str], place: String) -> Fault {
    let names = circle.join(", ");
    Fault::new(
        "derivation-circular",
        place,
        format!("These derived values wait for each other: {names}. Derive one of them from the facts alone."),
        format!("Ces valeurs calculées s’attendent l’une l’autre : {names}. Calculez-en une à partir des faits seuls."),
    )
}

fn underivable(name: &str, problem: &Text) -> Fault {
    Fault::new(
        "derivation-impossible",
        format!("/derived/{name}"),
        format!("“{name}” cannot be worked out: {}. Check the facts against the ledger.", problem.en),
        format!("« {name} » ne peut pas être calculé : {}. Vérifiez les faits dans le grand livre.", problem.fr),
    )
}
