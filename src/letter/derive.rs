//! Values that Recto works out from the facts, in exact decimals, and the identities that must hold.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::case::format::Formats;
use crate::case::interest::accrued;
use crate::case::schedule::{Instalment, schedule};
use crate::case::{Fault, Language, Policy, Text, money};

/// One derived value: a function and the facts it is made from.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Derivation {
    function: Function,
    /// The list or amounts it works on, as dotted paths such as `facts.transactions`.
    of: Paths,
    /// The amount of each item (`sum`); `amount` where it is not named.
    #[serde(default)]
    item: Option<String>,
    /// The amount to be spread (`schedule`).
    #[serde(default)]
    amount: Option<String>,
    /// The amount that was owed (`excess`).
    #[serde(default)]
    owed: Option<String>,
    /// The day from which interest counts (`interest`); where the facts do not have it, there is none.
    #[serde(default)]
    from: Option<String>,
    /// The day until which it counts (`interest`).
    #[serde(default)]
    until: Option<String>,
}

/// What can be derived. Each is a small identity of the ledger; letter types combine them.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Function {
    /// Transactions with the balance after each: `{rows, debits, credits, closing}`.
    RunningBalance,
    /// Equal instalments with the remainder last: `{rows, count, last_amount, last_due, total}`.
    Schedule,
    /// The sum of the `amount`s of a list.
    Sum,
    /// The sum of some amounts.
    Total,
    /// The first amount less the others.
    Difference,
    /// Receipts against what was owed: `{rows, received, excess, paid_off_on}`.
    Excess,
    /// The interest on an amount by the program's terms.
    Interest,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Paths {
    One(String),
    Many(Vec<String>),
}

/// Amounts that must be equal to the cent, and what the officer is told where they are not.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    equal: [String; 2],
    /// The sentence, with `{0}` and `{1}` for the two amounts.
    otherwise: Text,
}

/// Dates of which each must not be after the next: paths of facts, or `letter.date`. A list's dates must all be in order.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InOrder {
    dates: Vec<String>,
    /// What the officer is told where they are not.
    otherwise: Text,
}

/// The dates that are not in order. A date that is not there is in no one's way.
pub fn out_of_order(orders: &[InOrder], facts: &Value, date: NaiveDate) -> Vec<Fault> {
    let root = json!({"facts": facts, "letter": {"date": date.to_string()}});
    let broken = |order: &&InOrder| {
        let dates: Vec<Vec<&str>> = order.dates.iter().map(|path| texts_at(&root, path)).collect();
        // ISO dates are in order as texts are.
        dates.windows(2).any(|pair| pair[0].iter().any(|one| pair[1].iter().any(|next| one > next)))
    };
    let fault = |order: &InOrder| Fault {
        code: "dates-out-of-order".to_owned(),
        place: format!("/{}", order.dates[0].replace('.', "/")),
        message: order.otherwise.clone(),
    };
    orders.iter().filter(broken).map(fault).collect()
}

/// The texts at a dotted path; of each item where the path goes through a list.
fn texts_at<'v>(value: &'v Value, path: &str) -> Vec<&'v str> {
    if let Value::Array(list) = value {
        return list.iter().flat_map(|item| texts_at(item, path)).collect();
    }
    match path.split_once('.') {
        Some((name, rest)) => value.get(name).map(|inner| texts_at(inner, rest)).unwrap_or_default(),
        None if path.is_empty() => value.as_str().into_iter().collect(),
        None => value.get(path).map(|inner| texts_at(inner, "")).unwrap_or_default(),
    }
}

impl Check {
    /// The paths that it reads.
    pub fn reads(&self) -> [&str; 2] {
        [&self.equal[0], &self.equal[1]]
    }
}

/// Works out all derived values of a letter, in whatever order they need each other.
pub fn derive_all(
    derivations: &BTreeMap<String, Derivation>,
    facts: &Value,
    policy: &Policy,
) -> Result<Value, Vec<Fault>> {
    let mut root = json!({"facts": facts, "derived": {}});
    let mut open: Vec<_> = derivations.iter().collect();
    while !open.is_empty() {
        let (mut faults, mut later, before) = (Vec::new(), Vec::new(), open.len());
        for (name, derivation) in open {
            match derivation.value(&root, policy) {
                Ok(value) => root["derived"][name.as_str()] = value,
                Err(problem) => {
                    faults.push(underivable(name, &problem));
                    later.push((name, derivation));
                }
            }
        }
        if later.len() == before {
            return Err(faults);
        }
        open = later;
    }
    Ok(root["derived"].take())
}

/// The checks that do not hold, each with both figures.
pub fn mismatches(checks: &[Check], facts: &Value, derived: &Value) -> Vec<Fault> {
    let root = json!({"facts": facts, "derived": derived});
    // A figure that is not there does not agree with anything.
    let agrees = |check: &Check| {
        let [left, right] = check.equal.each_ref().map(|path| amount_at(&root, path));
        matches!((left, right), (Ok(left), Ok(right)) if left == right)
    };
    checks.iter().filter(|check| !agrees(check)).map(|check| mismatch(check, &root)).collect()
}

impl Derivation {
    /// The paths that it reads, such as `facts.transactions`.
    pub fn reads(&self) -> Vec<&str> {
        let of = match &self.of {
            Paths::One(path) => vec![path.as_str()],
            Paths::Many(paths) => paths.iter().map(String::as_str).collect(),
        };
        let more = [&self.amount, &self.owed, &self.from, &self.until];
        of.into_iter().chain(more.into_iter().filter_map(Option::as_deref)).collect()
    }

    fn value(&self, root: &Value, policy: &Policy) -> Result<Value, String> {
        match self.function {
            Function::RunningBalance => running_balance(self.list(root)?),
            Function::Schedule => {
                schedule_view(at(root, self.one()?)?, amount_at(root, required(&self.amount, "amount")?)?)
            }
            Function::Excess => excess(self.list(root)?, amount_at(root, required(&self.owed, "owed")?)?),
            Function::Interest => self.interest(root, policy),
            Function::Sum => {
                let item = self.item.as_deref().unwrap_or("amount");
                let amounts: Result<Vec<_>, _> = self.list(root)?.iter().map(|row| row_amount(row, item)).collect();
                Ok(json!(money::plain(amounts?.into_iter().sum())))
            }
            Function::Total => Ok(json!(money::plain(self.amounts(root)?.into_iter().sum()))),
            Function::Difference => {
                let amounts = self.amounts(root)?;
                let (first, rest) = amounts.split_first().ok_or("it names no amounts")?;
                Ok(json!(money::plain(*first - rest.iter().sum::<Decimal>())))
            }
        }
    }

    fn interest(&self, root: &Value, policy: &Policy) -> Result<Value, String> {
        let day = |path: &Option<String>, name: &str| -> Result<Option<NaiveDate>, String> {
            let found = at(root, required(path, name)?).ok();
            let parsed =
                found.map(|day| day.as_str().and_then(|day| day.parse().ok()).ok_or(format!("{day} is no date")));
            parsed.transpose()
        };
        let until = day(&self.until, "until")?.ok_or("the day until which interest counts is not there")?;
        let principal = amount_at(root, self.one()?)?;
        let interest = day(&self.from, "from")?.map(|from| accrued(principal, from, until, &[], &policy.terms));
        Ok(json!(money::plain(interest.unwrap_or_default())))
    }

    fn one(&self) -> Result<&str, String> {
        match &self.of {
            Paths::One(path) => Ok(path),
            Paths::Many(_) => Err("“of” must name one value".into()),
        }
    }

    fn list<'v>(&self, root: &'v Value) -> Result<&'v [Value], String> {
        let path = self.one()?;
        at(root, path)?.as_array().map(Vec::as_slice).ok_or(format!("{path} is not a list"))
    }

    fn amounts(&self, root: &Value) -> Result<Vec<Decimal>, String> {
        match &self.of {
            Paths::One(path) => Ok(vec![amount_at(root, path)?]),
            Paths::Many(paths) => paths.iter().map(|path| amount_at(root, path)).collect(),
        }
    }
}

fn running_balance(rows: &[Value]) -> Result<Value, String> {
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
fn schedule_view(plan: &Value, amount: Decimal) -> Result<Value, String> {
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

fn excess(receipts: &[Value], owed: Decimal) -> Result<Value, String> {
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
        return Err(format!("the receipts ({received}) do not exceed the debt ({owed})"));
    }
    Ok(json!({
        "rows": rows,
        "received": money::plain(received),
        "excess": money::plain(received - owed),
        "paid_off_on": paid_off_on,
    }))
}

/// The value at a dotted path such as `facts.decision.date`.
pub fn at<'v>(root: &'v Value, path: &str) -> Result<&'v Value, String> {
    path.split('.').try_fold(root, |value, name| value.get(name)).ok_or(format!("{path} is not there"))
}

/// The amount at a dotted path, or what is wrong with it.
pub fn amount_at(root: &Value, path: &str) -> Result<Decimal, String> {
    let text = at(root, path)?.as_str();
    text.and_then(|text| text.parse().ok()).ok_or(format!("{path} is not an amount"))
}

fn row_amount(row: &Value, name: &str) -> Result<Decimal, String> {
    row.get(name).and_then(Value::as_str).and_then(money::parse).ok_or(format!("“{name}” is not an amount"))
}

fn required<'t>(path: &'t Option<String>, name: &str) -> Result<&'t str, String> {
    path.as_deref().ok_or(format!("letter.toml does not name its “{name}”"))
}

fn underivable(name: &str, problem: &str) -> Fault {
    Fault::new(
        "derivation-impossible",
        format!("/derived/{name}"),
        format!("“{name}” cannot be worked out: {problem}. Check the facts against the ledger."),
        format!("« {name} » ne peut pas être calculé ({problem}). Vérifiez les faits dans le grand livre."),
    )
}

fn mismatch(check: &Check, root: &Value) -> Fault {
    let says = |language: Language| {
        let figure = |path: &str| {
            let plain = at(root, path).ok().and_then(Value::as_str).unwrap_or("?");
            Formats::of(language).money(plain).unwrap_or_else(|| plain.to_owned())
        };
        let [left, right] = &check.equal;
        check.otherwise.get(language).replace("{0}", &figure(left)).replace("{1}", &figure(right))
    };
    Fault::new(
        "arithmetic-mismatch",
        format!("/{}", check.equal[1].replace('.', "/")),
        format!("{} Correct the figures in the case system and send the event again.", says(Language::En)),
        format!("{} Corrigez les chiffres dans le système de dossiers et renvoyez l’événement.", says(Language::Fr)),
    )
}
