//! A first look at the lines of a table: how many there are, which are blank, and which are hidden.

use super::columns::{LEAVE_OUT, TAKE};
use super::mapping::{Choice, LeftOut, Question, What, rows_said};
use super::reading::Reading;
use super::table::Table;
use crate::case::Text;
use crate::spreadsheet::Row;

/// What a first look at the lines has seen.
#[derive(Default)]
pub(super) struct Survey {
    pub any: bool,
    all: usize,
    hidden: Vec<usize>,
    blank: Vec<usize>,
    last: usize,
}

impl Survey {
    pub fn look(&mut self, row: &Row, headings_row: usize) {
        let before = if self.last == 0 { headings_row } else { self.last };
        self.blank.extend((before + 1..row.number).take(1000));
        self.last = row.number;
        self.any = true;
        self.all += 1;
        if row.hidden {
            self.hidden.push(row.number);
        }
    }

    pub fn say(&self, reading: &mut Reading, taken: Option<&str>, table: &Table) {
        if !self.blank.is_empty() {
            reading.left_out.push(LeftOut::rows(What::Blank, &self.blank));
        }
        let tall: Vec<usize> = table
            .layout
            .merged
            .iter()
            .filter(|((first, _), (last, _))| last > first && *first > table.headings_row)
            .map(|((first, _), _)| *first)
            .collect();
        if !tall.is_empty() {
            reading.left_out.push(LeftOut::rows(What::Merged, &tall));
        }
        match (self.hidden.len(), taken) {
            (0, _) | (_, Some(TAKE)) => {}
            (_, Some(LEAVE_OUT)) => reading.left_out.push(LeftOut::rows(What::HiddenRow, &self.hidden)),
            (hidden, _) => {
                let said = rows_said(&self.hidden);
                let (all, filtered) = (self.all, table.layout.filtered);
                let (en, fr) = if filtered {
                    ("hidden, some by a filter", "masquées, dont certaines par un filtre")
                } else {
                    ("hidden", "masquées")
                };
                reading.questions.push(Question {
                    key: "hidden-rows".to_owned(),
                    place: said,
                    message: Text::new(
                        format!("{all} rows, {hidden} {en}. Are the hidden rows to be merged?"),
                        format!("{all} lignes, {hidden} {fr}. Faut-il fusionner les lignes masquées?"),
                    ),
                    choices: vec![
                        Choice::new(LEAVE_OUT, ("leave them out", "les omettre")),
                        Choice::new(TAKE, ("merge them, too", "les fusionner aussi")),
                    ],
                });
            }
        }
    }
}
