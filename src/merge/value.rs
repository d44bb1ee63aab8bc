//! What a cell says as the value of a field.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::{Value, json};

use super::amount::{self, AmountText};
use super::day::{self, DayOrder, DayText};
use super::field::{Field, FieldKind};
use super::words::{self, ValueWords};
use crate::case::{Language, money};
use crate::spreadsheet::{Cell, exact};

/// What was settled for a column as a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settled {
    /// How days in numbers are written in it.
    pub order: Option<DayOrder>,
    /// Whether 173,900 are thousands.
    pub thousands: Option<bool>,
}

/// Why a cell is no value: a code, and what is wrong with the remedy in both languages.
pub struct Wrong {
    /// The code of the fault.
    pub code: &'static str,
    /// In English.
    pub en: String,
    /// In French.
    pub fr: String,
}

fn wrong<T>(code: &'static str, en: impl Into<String>, fr: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong { code, en: en.into(), fr: fr.into() })
}

/// The value of a cell; none where it is blank.
pub fn value(cell: &Cell, field: &Field, settled: Settled) -> Result<Option<Value>, Wrong> {
    match cell {
        Cell::Blank => return Ok(None),
        Cell::Error(error) => {
            return wrong(
                "cell-error",
                format!("“{error}” is an error of the spreadsheet. Mend the formula, or type the value."),
                format!("« {error} » est une erreur de la feuille de calcul. Corrigez la formule, ou tapez la valeur."),
            );
        }
        Cell::Unstored => {
            return wrong(
                "formula-unstored",
                "the cell has a formula whose result was not saved with it. Open the sheet in the program that made it and save it, or type the value.",
                "la cellule contient une formule dont le résultat n’a pas été enregistré. Ouvrez la feuille dans le programme qui l’a créée et enregistrez-la, ou tapez la valeur.",
            );
        }
        Cell::Text(text) if text.chars().all(|c| matches!(c, '-' | '–' | '—')) => return Ok(None),
        _ => {}
    }
    let value = match &field.kind {
        FieldKind::Amount { .. } => json!(money::plain(amount_of(cell, settled)?)),
        FieldKind::Day => json!(day_of(cell, settled)?),
        FieldKind::Month => json!(month_of(cell)?),
        FieldKind::Words(known) => json!(key_of(&text_of(cell)?, known)?),
        FieldKind::Truth => json!(truth_of(cell)?),
        FieldKind::Whole => json!(whole_of(cell)?),
        FieldKind::Paragraphs => paragraphs(&text_of(cell)?),
        FieldKind::Text | FieldKind::FullName | FieldKind::AddressLine | FieldKind::Unit => json!(text_of(cell)?),
    };
    Ok(Some(value))
}

/// The text of a cell as it is shown.
pub fn text_of(cell: &Cell) -> Result<String, Wrong> {
    match cell {
        Cell::Text(text) if is_scientific(text) => scientific(text),
        Cell::Text(text) => Ok(text.clone()),
        Cell::Number { shown, .. } if is_scientific(shown) || shown.contains('#') => scientific(shown),
        Cell::Number { shown, .. } => Ok(shown.clone()),
        Cell::Date(date) => wrong(
            "cell-is-date",
            format!(
                "the spreadsheet has made a date of it ({}). Format the cell as text, and type it anew.",
                date.date()
            ),
            format!(
                "la feuille de calcul en a fait une date ({}). Mettez la cellule au format texte, et retapez la valeur.",
                date.date()
            ),
        ),
        Cell::Truth(truth) => Ok(if *truth { "true" } else { "false" }.to_owned()),
        Cell::Blank | Cell::Error(_) | Cell::Unstored => Ok(String::new()),
    }
}

/// Whether a spreadsheet has written a long number as a power of ten, and so lost its digits.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, power)) = text.split_once(['E', 'e']) else { return false };
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','));
    is_number(mantissa.trim_start_matches(['-', '+'])) && power.starts_with(['+', '-']) && is_number(&power[1..])
}

fn scientific<T>(text: &str) -> Result<T, Wrong> {
    wrong(
        "number-scientific",
        format!(
            "“{text}” is a long number that the spreadsheet wrote as a power of ten; its last digits are lost. Format the cell as text, and type the number anew."
        ),
        format!(
            "« {text} » est un long nombre que la feuille de calcul a écrit en puissance de dix; ses derniers chiffres sont perdus. Mettez la cellule au format texte, et retapez le nombre."
        ),
    )
}

fn amount_of(cell: &Cell, settled: Settled) -> Result<Decimal, Wrong> {
    let value = match cell {
        Cell::Number { stored, shown } => {
            if shown.ends_with('%') {
                return no_amount(shown);
            }
            let Some(value) = exact(*stored) else { return no_amount(shown) };
            if value.scale() <= 2 && !amount::is_shown(value, shown) {
                return wrong(
                    "amount-shown-otherwise",
                    format!(
                        "the cell shows {shown}, but holds {value}: its format hides part of the amount. Show all of it with two decimals, or type the amount that is meant."
                    ),
                    format!(
                        "la cellule affiche {shown}, mais contient {value} : son format cache une partie du montant. Affichez-le avec deux décimales, ou tapez le montant voulu."
                    ),
                );
            }
            value
        }
        Cell::Text(text) => match amount::read(text) {
            AmountText::One(value) => value,
            AmountText::Either { thousands, decimals } => match settled.thousands {
                Some(true) => thousands,
                Some(false) => decimals,
                None => return either(text, thousands, decimals),
            },
            AmountText::None => return no_amount(text),
        },
        Cell::Date(date) => return no_amount(&date.date().to_string()),
        other => return no_amount(&text_of(other)?),
    };
    let value = value.normalize();
    // A program wrote out all digits of what it stores; a spreadsheet shows 15 of them.
    let value = if value.scale() > 9 { value.to_f64().and_then(exact).unwrap_or(value) } else { value };
    if value.scale() > 2 {
        return wrong(
            "amount-cents",
            format!("{value} has more than two decimals, and no amount is rounded silently. Write it to the cent."),
            format!(
                "{value} a plus de deux décimales, et aucun montant n’est arrondi en silence. Écrivez-le au cent près."
            ),
        );
    }
    Ok(value)
}

/// An amount as it is spoken of: to the cent, and with all of its decimals where it has more.
pub fn shown(amount: Decimal) -> String {
    if amount.scale() > 2 { amount.to_string() } else { money::plain(amount) }
}

fn no_amount<T>(text: &str) -> Result<T, Wrong> {
    wrong(
        "amount-unreadable",
        format!("“{text}” is not an amount. Write it like 1,234.56 or 1 234,56."),
        format!("« {text} » n’est pas un montant. Écrivez-le comme 1 234,56 ou 1,234.56."),
    )
}

fn either<T>(text: &str, thousands: Decimal, decimals: Decimal) -> Result<T, Wrong> {
    let (thousands, decimals) = (shown(thousands), shown(decimals));
    wrong(
        "amount-two-ways",
        format!(
            "“{text}” can be read as {thousands} or as {decimals}. Answer the question about this column, or write the amount with its cents."
        ),
        format!(
            "« {text} » peut se lire {thousands} ou {decimals}. Répondez à la question sur cette colonne, ou écrivez le montant avec ses cents."
        ),
    )
}

fn day_of(cell: &Cell, settled: Settled) -> Result<String, Wrong> {
    match cell {
        Cell::Date(date) => Ok(date.date().to_string()),
        Cell::Number { shown, .. } => match day::read(shown) {
            // 20261117, and what a format of a number's own shows as a day.
            DayText::One(day) => Ok(day.to_string()),
            _ => wrong(
                "date-is-number",
                format!(
                    "“{shown}” is a number, and not a date. If it is one, give the cell the format of a date, and see which day it shows."
                ),
                format!(
                    "« {shown} » est un nombre, et non une date. S’il s’agit d’une date, donnez à la cellule un format de date, et vérifiez le jour affiché."
                ),
            ),
        },
        Cell::Text(text) => match (day::read(text), settled.order) {
            (DayText::One(day), _) => Ok(day.to_string()),
            (DayText::Numbers(numbers), order) if order.is_some() || numbers.only().is_some() => {
                match order.map_or_else(|| numbers.only(), |order| numbers.day(order)) {
                    Some(day) => Ok(day.to_string()),
                    None => no_day(text),
                }
            }
            (DayText::Numbers(_), _) => wrong(
                "date-two-ways",
                format!(
                    "“{text}” can be read in more than one way. Answer the question about this column, or write dates like 2026-11-17."
                ),
                format!(
                    "« {text} » peut se lire de plus d’une façon. Répondez à la question sur cette colonne, ou écrivez les dates comme 2026-11-17."
                ),
            ),
            (DayText::None, _) => no_day(text),
        },
        other => no_day(&text_of(other)?),
    }
}

fn no_day<T>(text: &str) -> Result<T, Wrong> {
    wrong(
        "date-unreadable",
        format!("“{text}” is not a date. Write it like 2026-11-17."),
        format!("« {text} » n’est pas une date. Écrivez-la comme 2026-11-17."),
    )
}

fn month_of(cell: &Cell) -> Result<String, Wrong> {
    let text = match cell {
        Cell::Date(date) => date.date().to_string(),
        other => text_of(other)?,
    };
    match day::month(&text) {
        Some((year, month)) => Ok(format!("{year:04}-{month:02}")),
        None => wrong(
            "month-unreadable",
            format!("“{text}” is not a month. Write it like 2025-03."),
            format!("« {text} » n’est pas un mois. Écrivez-le comme 2025-03."),
        ),
    }
}

fn key_of(text: &str, known: &ValueWords) -> Result<String, Wrong> {
    if let Some(key) = known.key(text) {
        return Ok(key.to_owned());
    }
    let listed = |language: Language| {
        let listed = known.shown.iter().map(|(key, words)| match words.get(language) {
            words if words == key => key.clone(),
            words => format!("{key} ({words})"),
        });
        listed.collect::<Vec<_>>().join(", ")
    };
    wrong(
        "word-unknown",
        format!("“{text}” is none of these: {}.", listed(Language::En)),
        format!("« {text} » n’est aucune de ces valeurs : {}.", listed(Language::Fr)),
    )
}

fn truth_of(cell: &Cell) -> Result<bool, Wrong> {
    let text = match cell {
        Cell::Truth(truth) => return Ok(*truth),
        other => text_of(other)?,
    };
    match words::truth(&text) {
        Some(truth) => Ok(truth),
        None => wrong(
            "truth-unreadable",
            format!("“{text}” is neither yes nor no."),
            format!("« {text} » n’est ni oui ni non."),
        ),
    }
}

fn whole_of(cell: &Cell) -> Result<i64, Wrong> {
    let text = text_of(cell)?;
    match text.parse() {
        Ok(whole) => Ok(whole),
        Err(_) => wrong(
            "number-unreadable",
            format!("“{text}” is not a whole number."),
            format!("« {text} » n’est pas un nombre entier."),
        ),
    }
}

/// Paragraphs, as a break of the line sets them apart.
fn paragraphs(text: &str) -> Value {
    let paragraphs = text.lines().map(str::trim).filter(|line| !line.is_empty());
    Value::Array(paragraphs.map(|line| json!({"paragraph": line})).collect())
}
