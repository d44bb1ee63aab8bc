//! What must agree: amounts to the cent, and dates in their order.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::path::{FactPath, Values};
use crate::case::format::Formats;
use crate::case::{Fault, Language, Text};

/// Amounts that must be equal to the cent, and what the officer is told where they are not.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// The two amounts.
    pub equal: [FactPath; 2],
    /// The sentence, with `{0}` and `{1}` for the two amounts.
    otherwise: Text,
}

/// Dates of which each must not be after the next: paths of facts, or `letter.date`. A list's dates must all be in order.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InOrder {
    /// The dates, the earliest first.
    #[schemars(length(min = 2))]
    pub dates: Vec<FactPath>,
    /// What the officer is told where they are not.
    otherwise: Text,
}

/// The dates that are not in order. A date that is not there is in no one's way.
pub fn out_of_order<'o>(orders: impl Iterator<Item = &'o InOrder>, values: &Values<'_>) -> Vec<Fault> {
    let broken = |order: &&InOrder| {
        let dates: Vec<Vec<&str>> = order.dates.iter().map(|path| values.texts(path)).collect();
        // ISO dates are in order as texts are.
        dates.windows(2).any(|pair| pair[0].iter().any(|one| pair[1].iter().any(|next| one > next)))
    };
    let fault = |order: &InOrder| {
        let (place, Text { en, fr }) = (order.dates[0].pointer(), order.otherwise.clone());
        Fault::new("dates-out-of-order", place, en, fr)
    };
    orders.filter(broken).map(fault).collect()
}

/// The checks that do not hold, each with both figures.
pub fn mismatches(checks: &[Check], values: &Values<'_>) -> Vec<Fault> {
    // A figure that is not there does not agree with anything.
    let agrees = |check: &Check| {
        let [left, right] = check.equal.each_ref().map(|path| values.amount(path));
        matches!((left, right), (Ok(left), Ok(right)) if left == right)
    };
    checks.iter().filter(|check| !agrees(check)).map(|check| mismatch(check, values)).collect()
}

fn mismatch(check: &Check, values: &Values<'_>) -> Fault {
    let says = |language: Language| {
        let figure = |path: &FactPath| {
            let plain = values.at(path).ok().and_then(Value::as_str).unwrap_or("?");
            Formats::of(language).money(plain).unwrap_or_else(|| plain.to_owned())
        };
        let [left, right] = &check.equal;
        check.otherwise.get(language).replace("{0}", &figure(left)).replace("{1}", &figure(right))
    };
    Fault::new(
        "arithmetic-mismatch",
        check.equal[1].pointer(),
        format!("{} Correct the figures in the case system and send the event again.", says(Language::En)),
        format!("{} Corrigez les chiffres dans le système de dossiers et renvoyez l’événement.", says(Language::Fr)),
    )
}
