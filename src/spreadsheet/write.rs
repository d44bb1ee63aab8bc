//! Writing workbooks: no cell that a spreadsheet would run as a formula, every reference and number as it is.
//!
//! Texts are written as texts, in the format of texts; one that begins like a formula has Excel's own mark of a text before it as well (its
//! quote prefix), so that it stays one when somebody edits the cell. Nothing personal stands in the file's properties.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::prelude::{Decimal, ToPrimitive};
use rust_xlsxwriter::{
    DataValidation, DocProperties, ExcelDateTime, Format, FormatBorder, Formula, Note, Workbook, Worksheet, XlsxError,
    utility,
};

/// A cell to be written.
#[derive(Debug, Clone, PartialEq)]
pub enum CellOut {
    /// Nothing.
    Blank,
    /// A text, as it is.
    Text(String),
    /// Dollars.
    Amount(Decimal),
    /// A number.
    Number(f64),
    /// A day.
    Day(NaiveDate),
}

/// A column to be written.
#[derive(Debug, Clone, Default)]
pub struct ColumnOut {
    /// Its width, in characters.
    pub width: u16,
    /// What is said of it beside its heading.
    pub note: Option<String>,
    /// What may be chosen in it.
    pub choices: Vec<String>,
}

/// A sheet to be written.
pub struct SheetOut<'s> {
    /// Its name.
    pub name: &'s str,
    /// Its columns.
    pub columns: &'s [ColumnOut],
    /// The number of the row of its headings, from 1.
    pub headings_row: usize,
    /// When it is written, by the service's clock.
    pub written: DateTime<Utc>,
}

/// The most that Excel takes as the text of a list of choices.
const MAX_CHOICES: usize = 255;
/// The hidden worksheet of the lists that are longer.
const LISTS: &str = "Lists";
/// Rows below the headings that have a list of choices.
const CHOICE_ROWS: u32 = 5_000;

impl SheetOut<'_> {
    /// The bytes of a workbook with these rows: each with its number from 1, in order.
    pub fn bytes(&self, rows: impl IntoIterator<Item = (usize, Vec<CellOut>)>) -> Result<Vec<u8>, XlsxError> {
        let mut workbook = Workbook::new();
        let at = ExcelDateTime::from_timestamp(self.written.timestamp())?;
        workbook.set_properties(&DocProperties::new().set_creation_datetime(&at));
        let sheet = workbook.add_worksheet();
        sheet.set_name(self.name)?;
        let (text, heading) = (
            Format::new().set_num_format("@"),
            Format::new().set_bold().set_num_format("@").set_border_bottom(FormatBorder::Thin).set_text_wrap(),
        );
        let (quoted, day, amount) = (
            text.clone().set_quote_prefix(),
            Format::new().set_num_format("yyyy-mm-dd"),
            Format::new().set_num_format("#,##0.00"),
        );
        for (number, cells) in rows {
            let row = row_of(number);
            for (column, cell) in cells.into_iter().enumerate() {
                let column = column_of(column);
                match cell {
                    CellOut::Blank => {}
                    CellOut::Text(words) if number == self.headings_row => {
                        sheet.write_with_format(row, column, words, &heading)?;
                    }
                    CellOut::Text(words) => {
                        let format = if begins_formula(&words) { &quoted } else { &text };
                        sheet.write_string_with_format(row, column, words, format)?;
                    }
                    CellOut::Amount(value) => {
                        sheet.write_number_with_format(row, column, value.to_f64().unwrap_or_default(), &amount)?;
                    }
                    CellOut::Number(value) => {
                        sheet.write_number(row, column, value)?;
                    }
                    CellOut::Day(date) => {
                        sheet.write_datetime_with_format(row, column, date, &day)?;
                    }
                }
            }
        }
        let lists = self.finish(sheet, &text)?;
        if !lists.is_empty() {
            let sheet = workbook.add_worksheet();
            sheet.set_name(LISTS)?.set_hidden(true);
            for (column, choices) in lists.iter().enumerate() {
                for (row, choice) in choices.iter().enumerate() {
                    sheet.write_string_with_format(row_of(row + 1), column_of(column), choice.as_str(), &text)?;
                }
            }
        }
        workbook.save_to_buffer()
    }

    /// Gives each column its width, note and list; gives the lists that are too long to stand in a cell's own rules.
    fn finish(&self, sheet: &mut Worksheet, text: &Format) -> Result<Vec<&[String]>, XlsxError> {
        let mut lists: Vec<&[String]> = Vec::new();
        let heading = row_of(self.headings_row);
        for (place, column) in self.columns.iter().enumerate() {
            let index = column_of(place);
            sheet.set_column_width(index, f64::from(column.width))?;
            sheet.set_column_format(index, text)?;
            if let Some(note) = &column.note {
                sheet.insert_note(heading, index, &Note::new(note).set_author(""))?;
            }
            if column.choices.is_empty() {
                continue;
            }
            let length: usize = column.choices.iter().map(|choice| choice.encode_utf16().count() + 1).sum();
            let list = if length <= MAX_CHOICES && column.choices.iter().all(|choice| !choice.contains(',')) {
                DataValidation::new().allow_list_strings(&column.choices)?
            } else {
                lists.push(&column.choices);
                let letters = utility::column_number_to_name(column_of(lists.len() - 1));
                let cells = format!("={LISTS}!${letters}$1:${letters}${}", column.choices.len());
                DataValidation::new().allow_list_formula(Formula::new(cells))
            };
            sheet.add_data_validation(heading + 1, index, heading + CHOICE_ROWS, index, &list)?;
        }
        sheet.set_freeze_panes(heading + 1, 0)?;
        Ok(lists)
    }
}

fn row_of(number: usize) -> u32 {
    u32::try_from(number.saturating_sub(1)).unwrap_or(u32::MAX)
}

fn column_of(place: usize) -> u16 {
    u16::try_from(place).unwrap_or(u16::MAX)
}

/// Rows as CSV for programs, with a heading row if they have names. A text that a spreadsheet would run as a formula has an apostrophe
/// before it, as OWASP advises ("CSV Injection"); negative amounts stay as they are. CSV cannot say that digits are a text, so what people
/// are to open is written as a workbook.
///
/// # Errors
///
/// An error where a row is none that CSV can hold.
pub fn csv<R: serde::Serialize>(rows: impl IntoIterator<Item = R>) -> Result<Vec<u8>, ::csv::Error> {
    let mut plain = ::csv::Writer::from_writer(Vec::new());
    for row in rows {
        plain.serialize(row)?;
    }
    let plain = plain.into_inner().map_err(|error| error.into_error())?;
    let mut safe = ::csv::Writer::from_writer(Vec::new());
    for record in ::csv::ReaderBuilder::new().has_headers(false).from_reader(plain.as_slice()).records() {
        safe.write_record(record?.iter().map(neutral))?;
    }
    Ok(safe.into_inner().map_err(|error| error.into_error())?)
}

fn neutral(text: &str) -> String {
    let is_amount = text.strip_prefix('-').is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_digit()) && rest.bytes().all(|c| c.is_ascii_digit() || c == b'.')
    });
    if !is_amount && (begins_formula(text) || begins_formula(text.trim_start())) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// Whether a spreadsheet would take a text for the beginning of a formula; some take the wide signs of East Asian keyboards too.
fn begins_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}
