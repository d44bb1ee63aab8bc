//! Workbooks of Excel until 2003: values by calamine, what they look like by their own records.

use std::io::Cursor;
use std::ops::ControlFlow;

use calamine::{Data, ExcelDateTime, ExcelDateTimeType, Reader, Xls};

use super::biff::Records;
use super::number::{dated, is_date_code, shown};
use super::{Cell, Layout, Row, Worksheet, unreadable};
use crate::case::Fault;

/// The sheets of the workbook that have cells.
pub(super) fn sheets(bytes: &[u8]) -> Result<Vec<Worksheet>, Fault> {
    let listed = Records::read(bytes)?.sheets()?;
    let tables = listed.into_iter().filter(|sheet| sheet.is_table);
    Ok(tables.map(|sheet| Worksheet { name: sheet.name, hidden: sheet.hidden }).collect())
}

/// What a sheet hides or joins.
pub(super) fn layout(bytes: &[u8], sheet: &str) -> Result<Layout, Fault> {
    Ok(Records::read(bytes)?.of(sheet)?.layout)
}

/// Visits the rows of a sheet.
pub(super) fn each_row(
    bytes: &[u8],
    sheet: &str,
    layout: &Layout,
    visit: &mut dyn FnMut(Row) -> ControlFlow<()>,
) -> Result<(), Fault> {
    let damaged = |error: calamine::XlsError| unreadable(&error.to_string());
    let records = Records::read(bytes)?;
    let (codes, said) = (records.codes(), records.of(sheet)?);
    let code = |at: (usize, usize)| {
        said.styles.get(&at).and_then(|style| codes.get(usize::from(*style))).map_or("", String::as_str)
    };
    // calamine indexes by what the file says of itself, and panics where that is not so.
    let read_sheet = || {
        let mut workbook = Xls::new(Cursor::new(bytes))?;
        Ok((workbook.has_1904_epoch(), workbook.worksheet_range(sheet)?))
    };
    let (is_1904, range) = std::panic::catch_unwind(read_sheet)
        .map_err(|_| unreadable("its records do not fit together"))?
        .map_err(damaged)?;
    let (first, left) = range.start().map_or((0, 0), |(row, column)| (row as usize, column as usize));
    for (index, values) in range.rows().enumerate() {
        let number = first + index + 1;
        let mut cells = vec![Cell::Blank; left];
        for (place, value) in values.iter().enumerate() {
            let at = (number, left + place);
            cells.push(if layout.unstored.contains(&at) { Cell::Unstored } else { read(value, code(at), is_1904) });
        }
        cells.truncate(cells.iter().rposition(|cell| !cell.is_blank()).map_or(0, |last| last + 1));
        let row = Row { number, hidden: layout.hidden_rows.contains(&number), cells };
        if !row.cells.is_empty() && visit(row).is_break() {
            break;
        }
    }
    Ok(())
}

fn read(value: &Data, code: &str, is_1904: bool) -> Cell {
    match value {
        Data::Empty => Cell::Blank,
        Data::String(text) => Cell::text(text),
        // calamine does not know every format of a day.
        Data::Float(stored) if is_date_code(code) => {
            dated(ExcelDateTime::new(*stored, ExcelDateTimeType::DateTime, is_1904), code)
        }
        Data::Float(stored) => Cell::Number { stored: *stored, shown: shown(*stored, code) },
        Data::Int(stored) => Cell::Number { stored: *stored as f64, shown: shown(*stored as f64, code) },
        Data::Bool(truth) => Cell::Truth(*truth),
        Data::DateTime(date) => dated(*date, code),
        Data::DateTimeIso(text) | Data::DurationIso(text) => Cell::text(text),
        error @ Data::Error(_) => Cell::Error(error.to_string()),
    }
}
