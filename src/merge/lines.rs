//! What the lines below the headings are: the table's own, totals, counters, notes, the headings once more.

use rust_decimal::Decimal;

use super::columns::Column;
use super::field::{Field, FieldKind, REFERENCE};
use super::heading::folded;
use super::mapping::What;
use super::words::VOCABULARY;
use crate::case::Language;
use crate::spreadsheet::{Cell, exact};

/// Knows the lines of a table.
pub struct Lines<'t> {
    headings: &'t [String],
    columns: &'t [Column],
    fields: &'t [Field],
    is_reference: &'t dyn Fn(&str) -> bool,
    /// The sums of the columns of amounts, of all lines and since the last total.
    sums: Vec<(usize, Decimal, Decimal)>,
}

impl<'t> Lines<'t> {
    /// The lines of a table with these columns.
    pub fn new(
        headings: &'t [String],
        columns: &'t [Column],
        fields: &'t [Field],
        is_reference: &'t dyn Fn(&str) -> bool,
    ) -> Lines<'t> {
        let amounts = columns
            .iter()
            .filter(|column| column.field.is_none_or(|place| matches!(fields[place].kind, FieldKind::Amount { .. })));
        let sums = amounts.map(|column| (column.index, Decimal::ZERO, Decimal::ZERO)).collect();
        Lines { headings, columns, fields, is_reference, sums }
    }

    /// What a line is, if it is none of the table's own.
    pub fn what(&mut self, cells: &[Cell], joined: bool) -> Option<What> {
        let what = self.judge(cells, joined);
        for (index, all, since) in &mut self.sums {
            if what == Some(What::Total) {
                *since = Decimal::ZERO;
            } else if let (None, Some(amount)) = (what, cells.get(*index).and_then(amount)) {
                *all += amount;
                *since += amount;
            }
        }
        what
    }

    fn judge(&self, cells: &[Cell], joined: bool) -> Option<What> {
        if self.repeats_headings(cells) {
            return Some(What::RepeatedHeadings);
        }
        let filled: Vec<usize> = (0..cells.len()).filter(|index| !cells[*index].is_blank()).collect();
        let told: Vec<&Column> =
            self.columns.iter().filter(|column| column.field.is_some() && filled.contains(&column.index)).collect();
        if self.reference(cells).is_some_and(|text| (self.is_reference)(&text)) {
            return None;
        }
        if self.reference(cells).is_some_and(|text| is_example(&text)) {
            return Some(What::Example);
        }
        let text_of = |index: &usize| if let Cell::Text(text) = &cells[*index] { Some(text.as_str()) } else { None };
        let has_reference = self.reference(cells).is_some();
        let is_key = |column: &Column| column.field.is_some_and(|place| self.fields[place].path == REFERENCE);
        // A word for a total, with nothing beside it but amounts and numbers.
        let words: Vec<&str> = filled
            .iter()
            .filter_map(text_of)
            .filter(|text| super::amount::read(text) == super::amount::AmountText::None)
            .collect();
        if words.iter().any(|text| is_total(text)) && words.len() <= 2 {
            return Some(What::Total);
        }
        if !has_reference && words.is_empty() && !told.is_empty() && self.is_sum(cells, &told) {
            return Some(What::Total);
        }
        if told.is_empty() {
            let numbers = words.is_empty();
            return Some(if numbers { What::Counter } else { What::Note });
        }
        // “4 records” where the reference would stand.
        let counted = told.len() == 1 && filled.len() == 1 && is_key(told[0]);
        if counted && words.iter().any(|text| text.contains(char::is_whitespace)) {
            return Some(What::Note);
        }
        let only_counter = told.len() == 1 && filled.len() == 1 && is_key(told[0]);
        if only_counter && is_small_number(&cells[told[0].index]) {
            return Some(What::Counter);
        }
        if let ([_], [text]) = (filled.as_slice(), words.as_slice()) {
            let is_long = text.chars().count() > 40 || text.ends_with([':', '.']) && text.contains(' ');
            if joined || is_long || is_note(text) {
                return Some(What::Note);
            }
        }
        None
    }

    fn reference(&self, cells: &[Cell]) -> Option<String> {
        let column = self
            .columns
            .iter()
            .find(|column| column.field.is_some_and(|place| self.fields[place].path == REFERENCE))?;
        match cells.get(column.index)? {
            Cell::Text(text) => Some(text.clone()),
            Cell::Number { shown, .. } => Some(shown.clone()),
            _ => None,
        }
    }

    /// Whether all that is told are amounts that the lines before come to.
    fn is_sum(&self, cells: &[Cell], told: &[&Column]) -> bool {
        told.iter().all(|column| {
            let sum = self.sums.iter().find(|(index, ..)| *index == column.index);
            let amount = cells.get(column.index).and_then(amount);
            matches!((sum, amount), (Some((_, all, since)), Some(amount)) if amount == *all || amount == *since)
        })
    }

    fn repeats_headings(&self, cells: &[Cell]) -> bool {
        let named = self.headings.iter().filter(|heading| !heading.is_empty()).count();
        let same = self.headings.iter().zip(cells).filter(|(heading, cell)| {
            matches!(cell, Cell::Text(text) if !heading.is_empty() && folded(text) == folded(heading))
        });
        let same = same.count();
        same > 0 && same * 2 > named
    }
}

fn amount(cell: &Cell) -> Option<Decimal> {
    match cell {
        Cell::Number { stored, .. } => exact(*stored),
        Cell::Text(text) => match super::amount::read(text) {
            super::amount::AmountText::One(value) => Some(value),
            _ => None,
        },
        _ => None,
    }
}

fn is_small_number(cell: &Cell) -> bool {
    let text = match cell {
        Cell::Number { shown, .. } => shown.clone(),
        Cell::Text(text) => text.clone(),
        _ => return false,
    };
    text.trim_end_matches('.').len() <= 6 && text.trim_end_matches('.').parse::<u32>().is_ok()
}

/// Whether a text is a word for a total, by itself or with what it is the total of.
fn is_total(text: &str) -> bool {
    let text = folded(text);
    let begins = |word: &String| {
        text == folded(word) || text.strip_prefix(&folded(word)).is_some_and(|rest| rest.starts_with(' '))
    };
    text.split(' ').count() <= 6 && VOCABULARY.totals.iter().any(begins)
        || text.ends_with(" total") && text.split(' ').count() <= 6
}

/// What stands before the case reference in the example of an empty sheet.
pub fn example_word(language: Language) -> &'static str {
    match language {
        Language::En => "Example:",
        Language::Fr => "Exemple :",
    }
}

fn is_example(reference: &str) -> bool {
    let begins = |language: Language| {
        folded(reference).strip_prefix(&folded(example_word(language))).is_some_and(|rest| rest.starts_with(' '))
    };
    Language::BOTH.into_iter().any(begins)
}

fn is_note(text: &str) -> bool {
    let text_folded = folded(text);
    let begins = |word: &String| {
        text_folded == folded(word) || text_folded.strip_prefix(&folded(word)).is_some_and(|rest| rest.starts_with(' '))
    };
    text.starts_with(['*', '†', '(']) || VOCABULARY.notes.iter().any(begins)
}
