//! Spreadsheets as people keep them: what stands in their cells as it is shown, row by row, whatever program wrote them.
//!
//! Nothing is guessed here: what a file is is told by its bytes and not by its name, and what cannot be read for certain is refused with
//! a word why.

mod biff;
mod file;
mod layout;
mod number;
mod ods;
mod text;
mod write;
mod xls;
mod xlsx;

use std::ops::ControlFlow;

use chrono::{NaiveDate, NaiveDateTime};

pub use self::file::FileKind;
use self::file::{file_kind, unreadable};
pub use self::number::exact;
use self::text::Table;
pub use self::write::{CellOut, ColumnOut, SheetOut, csv};
use crate::case::Fault;

/// The most bytes of a file: ten times what 100,000 rows of an office take.
pub const MAX_FILE: usize = 128 << 20;
/// The most rows of a sheet.
pub const MAX_ROWS: usize = 100_000;
/// Rows that it may have besides: titles, headings, totals, notes.
const OTHER_ROWS: usize = 1_000;
/// The most columns of a sheet.
pub const MAX_COLUMNS: usize = 500;
/// The most characters of a cell's text, as in Excel.
pub const MAX_CELL: usize = 32_767;

/// A spreadsheet file.
pub struct Workbook {
    kind: FileKind,
    bytes: Vec<u8>,
    sheets: Vec<Worksheet>,
}

/// A sheet of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Worksheet {
    /// Its name; empty in a text file, which has but one.
    pub name: String,
    /// Whether it is hidden.
    pub hidden: bool,
}

/// A row as its sheet counts it.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its number, from 1.
    pub number: usize,
    /// Whether it is hidden, by hand or by a filter.
    pub hidden: bool,
    /// Its cells from the first column on, without the blank ones at the end.
    pub cells: Vec<Cell>,
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing, or blanks.
    Blank,
    /// Text, without blanks around it.
    Text(String),
    /// A number.
    Number {
        /// As it is stored.
        stored: f64,
        /// As its format shows it.
        shown: String,
    },
    /// A date, with the time of day where it has one.
    Date(NaiveDateTime),
    /// True or false.
    Truth(bool),
    /// An error of the spreadsheet, such as `#N/A`.
    Error(String),
    /// A formula whose value was not stored with it.
    Unstored,
}

/// What a sheet hides or joins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    /// Rows that are hidden, by number.
    pub hidden_rows: std::collections::BTreeSet<usize>,
    /// Columns that are hidden, from 0.
    pub hidden_columns: std::collections::BTreeSet<usize>,
    /// Whether a filter leaves rows out.
    pub filtered: bool,
    /// Cells that are joined: first row and column, last row and column; rows by number, columns from 0.
    pub merged: Vec<((usize, usize), (usize, usize))>,
    /// Formulas whose value was not stored: row by number, column from 0.
    pub unstored: std::collections::BTreeSet<(usize, usize)>,
    /// Errors that stand in cells, by the same places.
    errors: std::collections::BTreeMap<(usize, usize), String>,
}

impl Workbook {
    /// A file as it came. `name` is what its ending is compared with.
    ///
    /// # Errors
    ///
    /// One fault where it is no spreadsheet, is encrypted, has macros, is damaged, or is too large.
    pub fn open(bytes: Vec<u8>, name: &str) -> Result<Workbook, Fault> {
        if bytes.len() > MAX_FILE {
            return Err(file::too_much());
        }
        let kind = file_kind(&bytes, name)?;
        let sheets = match kind {
            FileKind::Text => vec![Worksheet::default()],
            FileKind::Xlsx => xlsx::sheets(&bytes)?,
            FileKind::Xls => xls::sheets(&bytes)?,
            FileKind::Ods => ods::sheets(&bytes)?,
        };
        Ok(Workbook { kind, bytes, sheets })
    }

    /// What kind of file it is.
    pub fn kind(&self) -> FileKind {
        self.kind
    }

    /// Its sheets in order.
    pub fn sheets(&self) -> &[Worksheet] {
        &self.sheets
    }

    /// What a sheet hides or joins.
    ///
    /// # Errors
    ///
    /// A fault where the sheet is damaged.
    pub fn layout(&self, sheet: &str) -> Result<Layout, Fault> {
        match self.kind {
            FileKind::Text => Ok(Layout::default()),
            FileKind::Xlsx => layout::of(&self.bytes, sheet),
            FileKind::Xls => xls::layout(&self.bytes, sheet),
            FileKind::Ods => ods::layout(&self.bytes, sheet),
        }
    }

    /// Visits the rows of a sheet that have something in them, in order.
    ///
    /// # Errors
    ///
    /// A fault where the sheet is damaged, or has more than [`MAX_ROWS`] rows besides titles and the like, [`MAX_COLUMNS`] columns or [`MAX_CELL`] characters in a
    /// cell.
    pub fn each_row(
        &self,
        sheet: &str,
        layout: &Layout,
        visit: &mut dyn FnMut(Row) -> ControlFlow<()>,
    ) -> Result<(), Fault> {
        let mut count = 0;
        let mut excess = None;
        let mut bounded = |row: Row| {
            count += 1;
            if count > MAX_ROWS + OTHER_ROWS || row.cells.len() > MAX_COLUMNS {
                excess = Some(file::too_large(row.number));
                return ControlFlow::Break(());
            }
            if row.cells.iter().any(Cell::is_too_long) {
                excess = Some(file::too_long(row.number));
                return ControlFlow::Break(());
            }
            visit(row)
        };
        match self.kind {
            FileKind::Text => Table::of(&self.bytes)?.each_row(&mut bounded)?,
            FileKind::Xlsx => xlsx::each_row(&self.bytes, sheet, layout, &mut bounded)?,
            FileKind::Xls => xls::each_row(&self.bytes, sheet, layout, &mut bounded)?,
            FileKind::Ods => ods::each_row(&self.bytes, sheet, &mut bounded)?,
        }
        excess.map_or(Ok(()), Err)
    }
}

impl Cell {
    /// A cell of a text, without the blanks around it.
    fn text(text: &str) -> Cell {
        let text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'));
        if text.is_empty() { Cell::Blank } else { Cell::Text(text.to_owned()) }
    }

    fn is_too_long(&self) -> bool {
        matches!(self, Cell::Text(text) if text.len() > MAX_CELL && text.chars().count() > MAX_CELL)
    }

    /// Whether there is nothing in it.
    pub fn is_blank(&self) -> bool {
        *self == Cell::Blank
    }
}

/// A date as ISO 8601 writes it, with or without a time of day.
fn iso_date(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim().trim_end_matches('Z');
    let whole = || NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok();
    whole().or_else(|| text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0))
}
