//! Workbooks of Excel since 2007, read cell by cell.

use std::io::Cursor;
use std::ops::ControlFlow;

use calamine::{Data, DataRef, Reader, SheetVisible, Xlsx};

use super::file::too_large;
use super::number::{dated, shown};
use super::{Cell, Layout, MAX_COLUMNS, Row, Worksheet, unreadable};
use crate::case::Fault;

type XlsxFile<'b> = Xlsx<Cursor<&'b [u8]>>;

fn open(bytes: &[u8]) -> Result<XlsxFile<'_>, Fault> {
    Xlsx::new(Cursor::new(bytes)).map_err(|error| unreadable(&error.to_string()))
}

/// The sheets of the workbook that have cells; charts and macros have none.
pub(super) fn sheets(bytes: &[u8]) -> Result<Vec<Worksheet>, Fault> {
    let workbook = open(bytes)?;
    let tables = workbook.sheets_metadata().iter().filter(|sheet| sheet.typ == calamine::SheetType::WorkSheet);
    let sheet =
        |one: &calamine::Sheet| Worksheet { name: one.name.clone(), hidden: one.visible != SheetVisible::Visible };
    Ok(tables.map(sheet).collect())
}

/// Visits the rows of a sheet.
pub(super) fn each_row(
    bytes: &[u8],
    sheet: &str,
    layout: &Layout,
    visit: &mut dyn FnMut(Row) -> ControlFlow<()>,
) -> Result<(), Fault> {
    let damaged = |error: calamine::XlsxError| unreadable(&error.to_string());
    let mut workbook = open(bytes)?;
    let mut cells = workbook.worksheet_cells_reader(sheet).map_err(damaged)?;
    let codes: Vec<String> = cells.styles().iter().map(code).collect();
    let mut row = Row { number: 0, hidden: false, cells: Vec::new() };
    let mut give = |row: Row| if row.cells.is_empty() { ControlFlow::Continue(()) } else { visit(row) };
    // The place of the cell before, so that each comes after it.
    let mut before = (0, 0);
    loop {
        let (at, value) = match cells.next_cell_with_style_id() {
            Ok(None) => break,
            Ok(Some((cell, style))) => {
                let (line, column) = cell.get_position();
                let code = codes.get(style).map_or("", String::as_str);
                ((line as usize + 1, column as usize + 1), read(cell.get_value(), code))
            }
            // Errors of newer functions, such as #SPILL!, stop calamine before it says where; they are the next error of the sheet.
            Err(calamine::XlsxError::CellError(error)) => {
                let mut after = layout.errors.range((before.0, before.1)..);
                let at = after.next().ok_or_else(|| unreadable(&error))?.0;
                ((at.0, at.1 + 1), Cell::Error(error))
            }
            Err(error) => return Err(damaged(error)),
        };
        if at <= before {
            return Err(unreadable(&format!("the cells of row {} are out of order", at.0)));
        }
        before = at;
        let (number, column) = (at.0, at.1 - 1);
        if number != row.number {
            let next = Row { number, hidden: layout.hidden_rows.contains(&number), cells: Vec::new() };
            if give(std::mem::replace(&mut row, next)).is_break() {
                return Ok(());
            }
        }
        let value = match layout.unstored.contains(&(number, column)) {
            true => Cell::Unstored,
            false => value,
        };
        if !value.is_blank() {
            // Refused before room is made for what lies between.
            if column >= MAX_COLUMNS {
                return Err(too_large(number));
            }
            row.cells.resize(column, Cell::Blank);
            row.cells.push(value);
        }
    }
    let _ = give(row);
    Ok(())
}

fn code(style: &calamine::Style) -> String {
    style.number_format.as_ref().map(|format| format.format_code.clone()).unwrap_or_default()
}

fn read(value: &DataRef<'_>, code: &str) -> Cell {
    match value {
        DataRef::Empty => Cell::Blank,
        DataRef::String(text) => Cell::text(text),
        DataRef::SharedString(text) => Cell::text(text),
        DataRef::Float(stored) => Cell::Number { stored: *stored, shown: shown(*stored, code) },
        DataRef::Int(stored) => Cell::Number { stored: *stored as f64, shown: shown(*stored as f64, code) },
        DataRef::Bool(truth) => Cell::Truth(*truth),
        DataRef::DateTime(date) => dated(*date, code),
        DataRef::DateTimeIso(text) => super::iso_date(text).map_or_else(|| Cell::text(text), Cell::Date),
        DataRef::DurationIso(text) => Cell::text(text),
        DataRef::Error(error) => Cell::Error(Data::Error(error.clone()).to_string()),
    }
}
