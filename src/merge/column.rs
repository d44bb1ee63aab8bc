//! What the cells of a column show, taken together: how its days are written, whether its amounts can be read two ways, and what it
//! may be where its heading does not say.

use std::collections::BTreeSet;

use strum::VariantArray;

use super::amount::{self, AmountText};
use super::day::{self, DayOrder, DayText, Numbers};
use super::field::{Field, FieldKind};
use super::value::{Settled, text_of};
use crate::case::{insurance, mailbox};
use crate::spreadsheet::Cell;

/// Values of a column that are kept as examples.
const EXAMPLES: usize = 3;
/// Characters of an example, at most.
const EXAMPLE_LENGTH: usize = 48;

/// What was seen in a column.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Cells that are not blank.
    pub filled: usize,
    /// Numbers.
    pub numbers: usize,
    references: usize,
    /// Days, typed or in words.
    days: usize,
    /// Amounts, with their cents or a sign of dollars.
    amounts: usize,
    /// The rows in which words stand about what could be a Social Insurance Number.
    pub insured: Vec<usize>,
    /// Cells that are such a number and nothing else: of any nine digits one in ten could be one.
    insured_numbers: usize,
    mailboxes: usize,
    postal_codes: usize,
    /// The orders in which all days in numbers are days, and the first row that has one.
    orders: Option<BTreeSet<DayOrder>>,
    /// The first day that could be read in several orders.
    pub first_day: Option<(usize, String)>,
    /// The first amount that can be read two ways.
    pub first_either: Option<(usize, String)>,
    /// The first values that differ.
    examples: Vec<String>,
    /// Whether each number is one more than the last.
    counted: Option<f64>,
    broken_count: bool,
}

impl Seen {
    /// Looks at a cell. `is_reference` knows case references.
    pub fn look(&mut self, row: usize, cell: &Cell, is_reference: &dyn Fn(&str) -> bool) {
        if cell.is_blank() {
            return;
        }
        self.filled += 1;
        self.keep_example(cell);
        let text = match cell {
            Cell::Text(text) => text,
            Cell::Number { shown, .. } => shown,
            _ => "",
        };
        if insurance::masked(text) != text {
            if text.chars().any(char::is_alphabetic) {
                self.insured.extend((self.insured.len() < 1000).then_some(row));
            } else {
                self.insured_numbers += 1;
            }
        }
        // What has no digit is neither a day nor an amount, and most cells are words.
        let has_digit = text.contains(char::is_numeric);
        let day = if has_digit { day::read(text) } else { DayText::None };
        match cell {
            Cell::Number { stored, .. } => {
                self.numbers += 1;
                self.count(*stored);
            }
            Cell::Text(text) => {
                match text.parse::<u32>() {
                    Ok(number) => self.count(f64::from(number)),
                    Err(_) => self.broken_count = true,
                }
                self.references += usize::from(has_digit && is_reference(text));
                self.mailboxes += usize::from(text.contains('@') && mailbox::is_mailbox(text));
                self.postal_codes += usize::from(has_digit && is_postal_code(text));
                if let DayText::Numbers(numbers) = day {
                    self.look_at_day(row, text, numbers);
                }
            }
            _ => self.broken_count = true,
        }
        self.days += usize::from(matches!(cell, Cell::Date(_)) || day != DayText::None);
        let amount = if has_digit { amount::read(text) } else { AmountText::None };
        if let (AmountText::Either { .. }, Cell::Text(text)) = (&amount, cell) {
            self.first_either.get_or_insert_with(|| (row, text.clone()));
        }
        let has_cents = text.contains('$') || text.contains(['.', ',']);
        self.amounts += usize::from(has_cents && amount != AmountText::None);
    }

    fn count(&mut self, number: f64) {
        self.broken_count |=
            self.counted.is_some_and(|last| number != last + 1.0) || self.counted.is_none() && number > 1.0;
        self.counted = Some(number);
    }

    fn look_at_day(&mut self, row: usize, text: &str, numbers: Numbers) {
        let possible: BTreeSet<DayOrder> =
            DayOrder::VARIANTS.iter().copied().filter(|order| numbers.day(*order).is_some()).collect();
        if possible.is_empty() {
            return;
        }
        let days: BTreeSet<_> = possible.iter().map(|order| numbers.day(*order)).collect();
        if days.len() > 1 {
            self.first_day.get_or_insert_with(|| (row, text.to_owned()));
        }
        self.orders = Some(match self.orders.take() {
            Some(known) => known.intersection(&possible).copied().collect(),
            None => possible,
        });
    }

    fn keep_example(&mut self, cell: &Cell) {
        if self.examples.len() < EXAMPLES {
            let text = match cell {
                Cell::Date(date) => date.date().to_string(),
                other => text_of(other).unwrap_or_default(),
            };
            if !self.examples.contains(&text) {
                self.examples.push(text);
            }
        }
    }

    /// The first values that differ, as they may be shown.
    pub fn examples(&self) -> Vec<String> {
        self.examples.iter().map(|text| shown(text)).collect()
    }

    /// Whether it counts the rows.
    pub fn counts(&self) -> bool {
        self.filled > 0 && !self.broken_count
    }

    /// The orders in which all its days in numbers can be read; none where no single one does.
    pub fn orders(&self) -> Vec<DayOrder> {
        self.orders.iter().flatten().copied().collect()
    }

    /// Whether its days can be read in more than one way, and nothing in it says in which.
    pub fn has_two_ways(&self) -> bool {
        self.first_day.is_some() && self.orders.as_ref().is_some_and(|orders| orders.len() > 1)
    }

    /// What its cells settle for it.
    pub fn settled(&self) -> Settled {
        let order = if self.has_two_ways() { None } else { self.orders().first().copied() };
        Settled { order, thousands: None }
    }

    /// The field that its cells show it to be, whatever its heading.
    pub fn shows(&self, fields: &[Field]) -> Option<usize> {
        let most = |count: usize| self.filled > 0 && count * 5 >= self.filled * 4;
        let path = match () {
            () if most(self.references) => "case.reference",
            () if most(self.mailboxes) => "party.email",
            () if most(self.postal_codes) => "party.address.postal_code",
            () => return None,
        };
        fields.iter().position(|field| field.path == path)
    }

    /// Whether most of its cells are what could be Social Insurance Numbers.
    pub fn is_insured(&self) -> bool {
        self.filled > 0 && self.insured_numbers * 2 > self.filled
    }

    /// Whether its cells are values of this kind, so that a column whose heading says nothing may be it.
    pub fn is_like(&self, kind: &FieldKind) -> bool {
        let most = |count: usize| self.filled > 0 && count * 2 > self.filled;
        match kind {
            FieldKind::Day => most(self.days),
            FieldKind::Amount { .. } => most(self.amounts),
            _ => false,
        }
    }

    /// Whether its cells can be what its heading says.
    pub fn can_be(&self, field: &Field) -> bool {
        match field.path.as_str() {
            "case.reference" => self.filled == 0 || self.references * 2 >= self.filled || !self.counts(),
            _ => !matches!(field.kind, FieldKind::FullName) || self.numbers < self.filled.max(1),
        }
    }
}

/// Whether it is a Canadian postal code, in whatever spacing.
fn is_postal_code(text: &str) -> bool {
    let code: Vec<char> = text.chars().filter(|c| !matches!(c, ' ' | '-' | '\u{a0}')).collect();
    code.len() == 6
        && code.iter().enumerate().all(|(at, c)| if at % 2 == 0 { c.is_ascii_alphabetic() } else { c.is_ascii_digit() })
}

/// A value as an example of others: cut short, and without anything that could be a Social Insurance Number.
fn shown(text: &str) -> String {
    let short: String = insurance::masked(text).chars().take(EXAMPLE_LENGTH).collect();
    if short.chars().count() == EXAMPLE_LENGTH { format!("{short}…") } else { short }
}
