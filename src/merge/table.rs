//! Where the table of a worksheet is: the row of its headings, and what stands above it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use super::field::Field;
use super::heading::{Headings, Meaning, counts};
use super::mapping::{Mapping, form, letters};
use super::reading::IsReference;
use crate::case::Fault;
use crate::spreadsheet::{Cell, Layout, Row, Workbook};

/// The rows in which headings are looked for.
const LOOKED_AT: usize = 60;

/// A table of a worksheet.
#[derive(Debug, Clone)]
pub struct Table {
    /// The worksheet's name.
    pub sheet: String,
    /// What it hides and joins.
    pub layout: Layout,
    /// The row of its headings.
    pub headings_row: usize,
    /// The headings from the first column on; blank where a column has none.
    pub headings: Vec<String>,
    /// The rows above them.
    pub above: Vec<usize>,
    /// Whether it has rows below its headings.
    pub has_rows: bool,
}

impl Table {
    /// The form of the sheet.
    pub fn form(&self) -> String {
        form(&self.headings)
    }

    /// The rows with a cell that is joined over several columns.
    pub fn wide_rows(&self) -> BTreeSet<usize> {
        self.layout.merged.iter().filter(|((_, from), (_, to))| to > from).map(|((first, _), _)| *first).collect()
    }

    /// Visits the rows below the headings, with what a cell that is joined over several rows says in each of them.
    pub fn each_line(&self, book: &Workbook, visit: &mut dyn FnMut(Row)) -> Result<(), Fault> {
        let mut tall: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
        for ((first, column), (last, _)) in self.layout.merged.iter().filter(|((first, _), (last, _))| last > first) {
            tall.entry(*first).or_default().push((*column, *last));
        }
        // Column, last row, and what is said.
        let mut open: Vec<(usize, usize, Cell)> = Vec::new();
        book.each_row(&self.sheet, &self.layout, &mut |mut row| {
            if row.number > self.headings_row {
                open.retain(|(_, last, _)| *last >= row.number);
                for (column, _, cell) in &open {
                    // Only a column that has something makes a joined cell, so that none is far away.
                    if row.cells.len() <= *column {
                        row.cells.resize(column + 1, Cell::Blank);
                    }
                    if row.cells[*column].is_blank() {
                        row.cells[*column] = cell.clone();
                    }
                }
                for (column, last) in tall.get(&row.number).into_iter().flatten() {
                    open.extend(
                        row.cells
                            .get(*column)
                            .filter(|cell| !cell.is_blank())
                            .map(|cell| (*column, *last, cell.clone())),
                    );
                }
                visit(row);
            }
            ControlFlow::Continue(())
        })
    }

    /// What the column of these letters is called; nothing where there is none.
    pub fn heading_of(&self, column: &str) -> String {
        let found = (0..self.headings.len()).find(|index| letters(*index) == column);
        found.map(|index| self.heading(index)).unwrap_or_default()
    }

    /// What a column is called where it is spoken of.
    pub fn heading(&self, column: usize) -> String {
        match self.headings.get(column).map(String::as_str).unwrap_or_default() {
            "" => letters(column),
            heading => heading.to_owned(),
        }
    }
}

/// The table of a worksheet; none where no row has headings that are known. `kept` are mappings that were kept, by form.
pub fn table(
    book: &Workbook,
    sheet: &str,
    headings: &Headings,
    kept: &BTreeMap<String, Mapping>,
    given: Option<&Mapping>,
    is_reference: IsReference<'_>,
) -> Result<Option<Table>, Fault> {
    let layout = book.layout(sheet)?;
    let mut rows: Vec<Row> = Vec::new();
    let mut more = false;
    book.each_row(sheet, &layout, &mut |row| {
        more = rows.len() == LOOKED_AT;
        if more {
            return ControlFlow::Break(());
        }
        rows.push(row);
        ControlFlow::Continue(())
    })?;
    let of_row = |row: &Row| headings_of(row, &rows, &layout);
    let is_kept = |row: &Row| of_row(row).is_some_and(|texts| kept.contains_key(&form(&texts)));
    let score = |row: &Row| {
        let texts = of_row(row).unwrap_or_default();
        let named = |text: &&String| {
            !text.is_empty()
                && (headings.meaning(text) != Meaning::Unknown
                    || given.is_some_and(|given| given.column("", text).is_some()))
        };
        texts.iter().filter(named).count()
    };
    let best = rows.iter().position(is_kept).or_else(|| {
        let scored = rows.iter().enumerate().map(|(place, row)| (score(row), place));
        scored
            .filter(|(score, _)| *score > 0)
            .max_by_key(|(score, place)| (*score, std::cmp::Reverse(*place)))
            .map(|(_, place)| place)
    });
    // Headings that nobody knows stand above the first row that has a case reference.
    let best = best.or_else(|| {
        let is_one = |cell: &Cell| matches!(cell, Cell::Text(text) if is_reference(text));
        let above = rows.iter().position(|row| row.cells.iter().any(is_one))?.checked_sub(1)?;
        of_row(&rows[above]).filter(|texts| texts.iter().filter(|text| !text.is_empty()).count() > 1).map(|_| above)
    });
    let Some(place) = best else { return Ok(None) };
    let row = &rows[place];
    let (texts, headings_row) = (of_row(row).unwrap_or_default(), row.number);
    let above = rows[..place].iter().map(|row| row.number).collect();
    let has_rows = more || rows.len() > place + 1;
    Ok(Some(Table { sheet: sheet.to_owned(), layout, headings_row, headings: texts, above, has_rows }))
}

/// The texts of a row that may be headings; none where it has numbers, dates or errors.
fn headings_of(row: &Row, rows: &[Row], layout: &Layout) -> Option<Vec<String>> {
    let mut texts: Vec<String> = Vec::new();
    for cell in &row.cells {
        texts.push(match cell {
            Cell::Blank => String::new(),
            Cell::Text(text) if text.chars().count() <= 120 => text.split_whitespace().collect::<Vec<_>>().join(" "),
            _ => return None,
        });
    }
    // A heading that is joined with cells below it stands in the first of them.
    for ((first, column), (last, _)) in &layout.merged {
        let covers = *first < row.number && row.number <= *last;
        let above = rows.iter().find(|other| other.number == *first).and_then(|other| other.cells.get(*column));
        if let (true, Some(Cell::Text(text))) = (covers, above) {
            if texts.len() <= *column {
                texts.resize(column + 1, String::new());
            }
            if texts[*column].is_empty() {
                texts[*column].clone_from(text);
            }
        }
    }
    let is_heading = texts.iter().any(|text| text.chars().any(char::is_alphabetic) || counts(text));
    is_heading.then_some(texts)
}

/// Whether a table can be that of a letter: one of its headings is the case reference, or one that a mapping names.
pub fn fits(table: &Table, headings: &Headings, fields: &[Field], given: Option<&Mapping>) -> bool {
    let is_reference = |place: usize| fields[place].path == super::field::REFERENCE;
    table.has_rows
        && table.headings.iter().enumerate().any(|(column, text)| {
            match given.and_then(|given| given.column(&letters(column), text)) {
                Some(field) => field == Some(super::field::REFERENCE),
                None => match headings.meaning(text) {
                    Meaning::One(place) => is_reference(place),
                    Meaning::Several(places) => places.into_iter().any(is_reference),
                    Meaning::Unknown => false,
                },
            }
        })
}
