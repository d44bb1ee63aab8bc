//! A sheet that comes back: the officer's own rows and columns in their order, and beside them what became of each row.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::check::{MergeCheck, MergeRequest};
use crate::case::{Both, DeliveryState, Fault, Language, LetterState, MergeId, Text};
use crate::desk::{DecideError, Desk, DeskError};
use crate::merge::{Mapping, is_own};
use crate::register::{LetterRow, MergeRowRecord};
use crate::spreadsheet::{Cell, CellOut, ColumnOut, Row, SheetOut, Workbook, exact};

/// The headings of the columns that Recto adds.
const HEADINGS: [Both; 5] = [
    Both { en: "Recto: what became of it", fr: "Recto : suite donnée" },
    Both { en: "Recto: letter", fr: "Recto : lettre" },
    Both { en: "Recto: date", fr: "Recto : date" },
    Both { en: "Recto: sent by", fr: "Recto : mode d’envoi" },
    Both { en: "Recto: why", fr: "Recto : motif" },
];

/// How far the rows of a merge have come.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
pub struct MergeTally {
    /// Rows.
    pub rows: usize,
    /// Rows whose events were taken.
    pub letters: usize,
    /// Rows at fault.
    pub faulty: usize,
    /// Letters by state.
    #[schema(value_type = Object)]
    pub states: BTreeMap<LetterState, usize>,
}

/// What became of a row.
#[derive(Debug, Clone, Default)]
struct Became {
    what: Text2,
    letter: String,
    date: Option<chrono::NaiveDate>,
    sent_by: Text2,
    why: Text2,
}

/// A text in both languages that may be empty.
type Text2 = [String; 2];

fn both(text: Both) -> Text2 {
    [text.en.to_owned(), text.fr.to_owned()]
}

fn said(faults: &[Fault]) -> Text2 {
    let said = |language| {
        let each = faults.iter().map(|fault| {
            let message: &Text = &fault.message;
            if fault.place.is_empty() {
                message.get(language).to_owned()
            } else {
                format!("{}: {}", fault.place, message.get(language))
            }
        });
        each.collect::<Vec<_>>().join(" ")
    };
    [said(Language::En), said(Language::Fr)]
}

impl Desk {
    /// How far the rows of a merge have come.
    pub async fn merge_tally(&self, merge: &MergeId) -> Result<MergeTally, DeskError> {
        let mut tally = MergeTally::default();
        for (state, faulty, rows) in self.reader().merge_states(merge).await? {
            tally.rows += rows;
            match state {
                Some(state) => {
                    tally.letters += rows;
                    *tally.states.entry(state).or_default() += rows;
                }
                None if faulty => tally.faulty += rows,
                None => {}
            }
        }
        Ok(tally)
    }

    /// The sheet of a merge with what became of each row, as a workbook.
    pub async fn merge_result(&self, merge: &MergeId, language: Language) -> Result<Vec<u8>, DecideError> {
        let record = self.merge_record(merge).await?;
        let sheet = self.reader().merge_sheet(merge).await?.unwrap_or_default();
        let mapping: Mapping = record.mapping()?;
        let mut became = BTreeMap::new();
        let mut after = 0;
        while let Some(rows) = self.reader().next_merge_rows(merge, &mut after).await? {
            for row in &rows {
                let letter = match &row.letter {
                    Some(letter) => self.reader().letter(letter).await?,
                    None => None,
                };
                became.insert(usize::try_from(row.row).unwrap_or_default(), became_of(row, letter));
            }
        }
        let kept = Kept { sheet, file_name: record.file_name.clone(), name: mapping.sheet, written: self.clock.now() };
        kept.with_columns_aside(became, language).await
    }

    /// The sheet of a check with what is wrong with each row, as a workbook.
    pub async fn checked_result(
        &self,
        request: &MergeRequest,
        check: &MergeCheck,
        language: Language,
    ) -> Result<Vec<u8>, DecideError> {
        let rows = check.rows.iter().map(|row| {
            let what = match (&row.outlook, row.faults.is_empty()) {
                (None, true) if row.waits => both(Both { en: "waits for an answer", fr: "attend une réponse" }),
                (_, false) => both(Both { en: "to correct", fr: "à corriger" }),
                (Some(outlook), _) if !outlook.may_go => both(Both { en: "would be held", fr: "serait retenue" }),
                _ => both(Both { en: "would go", fr: "partirait" }),
            };
            let reasons = row.outlook.as_ref().map(|outlook| outlook.reasons.as_slice()).unwrap_or_default();
            let why = if row.faults.is_empty() { said(reasons) } else { said(&row.faults) };
            (row.number, Became { what, why, ..Became::default() })
        });
        let rows = rows.collect();
        let kept = Kept {
            sheet: request.sheet.clone(),
            file_name: request.file_name.clone(),
            name: check.mapping.sheet.clone(),
            written: self.clock.now(),
        };
        kept.with_columns_aside(rows, language).await
    }
}

/// A sheet as it came.
struct Kept {
    sheet: Vec<u8>,
    file_name: String,
    /// The worksheet that was merged.
    name: Option<String>,
    /// When it is written anew.
    written: DateTime<Utc>,
}

impl Kept {
    /// With Recto's columns; read and written aside, because a long sheet takes seconds.
    async fn with_columns_aside(
        self,
        became: BTreeMap<usize, Became>,
        language: Language,
    ) -> Result<Vec<u8>, DecideError> {
        let written = tokio::task::spawn_blocking(move || self.with_columns(&became, language)).await;
        written.map_err(|error| DecideError::Desk(DeskError::from(error)))?
    }

    fn with_columns(self, became: &BTreeMap<usize, Became>, language: Language) -> Result<Vec<u8>, DecideError> {
        let unread = |fault: Fault| DecideError::Faults(vec![fault]);
        let book = Workbook::open(self.sheet, &self.file_name).map_err(unread)?;
        let name = self.name.as_deref().or(book.sheets().first().map(|sheet| sheet.name.as_str())).unwrap_or_default();
        let mut rows: Vec<Row> = Vec::new();
        let layout = book.layout(name).map_err(unread)?;
        book.each_row(name, &layout, &mut |row| {
            rows.push(row);
            ControlFlow::Continue(())
        })
        .map_err(unread)?;
        // Columns of Recto's own, from an earlier time, make room for these.
        let is_ours = |cell: &Cell| matches!(cell, Cell::Text(text) if is_own(text));
        let first_row = became.keys().next().copied().unwrap_or(usize::MAX);
        let headings = rows
            .iter()
            .filter(|row| row.number < first_row)
            .max_by_key(|row| row.cells.iter().filter(|cell| matches!(cell, Cell::Text(_))).count());
        let headings_row = headings.map_or(1, |row| row.number);
        let own = headings.and_then(|row| row.cells.iter().position(is_ours));
        let width = own.unwrap_or_else(|| rows.iter().map(|row| row.cells.len()).max().unwrap_or_default());
        let place = if language == Language::En { 0 } else { 1 };
        let out = rows.into_iter().map(|row| {
            let mut cells: Vec<CellOut> = row.cells.into_iter().take(width).map(cell_out).collect();
            cells.resize(width, CellOut::Blank);
            if row.number == headings_row {
                cells.extend(HEADINGS.iter().map(|heading| CellOut::Text(heading.get(language).to_owned())));
            } else if let Some(one) = became.get(&row.number) {
                let text = |text: &str| if text.is_empty() { CellOut::Blank } else { CellOut::Text(text.to_owned()) };
                cells.extend([
                    text(&one.what[place]),
                    text(&one.letter),
                    one.date.map_or(CellOut::Blank, CellOut::Day),
                    text(&one.sent_by[place]),
                    text(&one.why[place]),
                ]);
            }
            (row.number, cells)
        });
        let columns: Vec<ColumnOut> = (0..width + HEADINGS.len())
            .map(|index| ColumnOut { width: if index == width + 4 { 80 } else { 20 }, ..ColumnOut::default() })
            .collect();
        let sheet = SheetOut { name: "Recto", columns: &columns, headings_row, written: self.written };
        sheet.bytes(out).map_err(|error| DecideError::Desk(DeskError::Io(std::io::Error::other(error))))
    }
}

fn cell_out(cell: Cell) -> CellOut {
    match cell {
        Cell::Blank => CellOut::Blank,
        Cell::Text(text) | Cell::Error(text) => CellOut::Text(text),
        // What is shown as it is stored is a number; leading zeros and the like are kept as they are shown.
        Cell::Number { stored, shown } => match exact(stored) {
            Some(value) if shown == value.to_string() => CellOut::Number(stored),
            Some(value) if value.scale() <= 2 && shown.replace(',', "") == format!("{value:.2}") => {
                CellOut::Amount(value)
            }
            _ => CellOut::Text(shown),
        },
        Cell::Date(date) => CellOut::Day(date.date()),
        Cell::Truth(truth) => CellOut::Text(if truth { "TRUE" } else { "FALSE" }.to_owned()),
        Cell::Unstored => CellOut::Blank,
    }
}

fn became_of(row: &MergeRowRecord, letter: Option<LetterRow>) -> Became {
    let Some(letter) = letter else {
        let what = if row.faults.is_empty() {
            Both { en: "not made", fr: "non faite" }
        } else {
            Both { en: "to correct", fr: "à corriger" }
        };
        return Became { what: both(what), why: said(&row.faults), ..Became::default() };
    };
    let sent = letter.delivery == Some(DeliveryState::Sent);
    let what = match letter.state {
        LetterState::Issued if sent => Both { en: "sent", fr: "envoyée" },
        LetterState::Issued => Both { en: "issued", fr: "émise" },
        LetterState::Due | LetterState::Recalled => Both { en: "being made", fr: "en préparation" },
        LetterState::Held => Both { en: "held", fr: "retenue" },
        LetterState::AwaitingApproval => Both { en: "waits for an approval", fr: "en attente d’approbation" },
        LetterState::Refused => Both { en: "could not be made", fr: "n’a pas pu être faite" },
        LetterState::Ended => Both { en: "ended: its cause is gone", fr: "sans objet" },
        LetterState::Withdrawn => Both { en: "withdrawn", fr: "retirée" },
    };
    let sent_by = match super::totals::channel(letter.channel) {
        "print" => Both { en: "mail", fr: "poste" },
        "email" => Both { en: "e-mail", fr: "courriel" },
        _ => Both { en: "filed", fr: "classée" },
    };
    let reasons = if letter.state == LetterState::Issued { Vec::new() } else { letter.reasons.to_vec() };
    Became {
        what: both(what),
        letter: letter.id.to_string(),
        date: letter.date.map(|day| day.date()).filter(|_| letter.state == LetterState::Issued),
        sent_by: both(sent_by),
        why: said(&reasons),
    }
}
