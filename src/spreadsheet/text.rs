//! Tables of text: CSV, TSV, and whatever Excel calls so in French. Encoding and separator are told by the bytes.

use std::borrow::Cow;
use std::ops::ControlFlow;

use csv::{ReaderBuilder, StringRecord};
use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::{Cell, Row, unreadable};
use crate::case::Fault;

/// The separators that are looked for.
const SEPARATORS: [u8; 4] = [b';', b'\t', b',', b'|'];
/// The lines by which the separator is told.
const LOOKED_AT: usize = 50;

/// A text with its separator.
pub(super) struct Table<'b> {
    text: Cow<'b, str>,
    pub separator: u8,
    /// The lines before the first record that are no rows: `sep=;`.
    skipped: usize,
}

impl Table<'_> {
    pub(super) fn of(bytes: &[u8]) -> Result<Table<'_>, Fault> {
        let text = decoded(bytes)?;
        let first = text.lines().next().unwrap_or_default();
        // Excel's own word for it.
        let named = first.trim().trim_matches('"').strip_prefix("sep=").and_then(|rest| rest.bytes().next());
        let separator = named.unwrap_or_else(|| separator(&text));
        Ok(Table { skipped: usize::from(named.is_some()), text, separator })
    }

    pub(super) fn each_row(&self, visit: &mut dyn FnMut(Row) -> ControlFlow<()>) -> Result<(), Fault> {
        let mut text: &str = &self.text;
        // Excel's own word for the separator is no row.
        for _ in 0..self.skipped {
            text = text.split_once('\n').map_or("", |(_, rest)| rest);
        }
        let text = evened(text, self.separator);
        let mut reader = self.reader(&text);
        let (mut record, mut number) = (StringRecord::new(), 0);
        while reader.read_record(&mut record).map_err(|error| unreadable(&error.to_string()))? {
            number += 1;
            let mut cells: Vec<Cell> = record.iter().map(Cell::text).collect();
            cells.truncate(cells.iter().rposition(|cell| !cell.is_blank()).map_or(0, |last| last + 1));
            if !cells.is_empty() && visit(Row { number, hidden: false, cells }).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn reader<'t>(&self, text: &'t str) -> csv::Reader<&'t [u8]> {
        ReaderBuilder::new().delimiter(self.separator).has_headers(false).flexible(true).from_reader(text.as_bytes())
    }
}

/// The text with one kind of line end, and a separator on each line without anything: a spreadsheet counts such a line as a row, and csv
/// leaves it out.
fn evened(text: &str, separator: u8) -> String {
    let separator = char::from(separator);
    let mut evened = String::with_capacity(text.len() + 16);
    let (mut quoted, mut fresh, mut blank) = (false, true, true);
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            // A quote opens at the beginning of a field alone; a doubled one within stays inside.
            '"' if quoted => {
                if characters.peek() == Some(&'"') {
                    evened.push('"');
                    characters.next();
                } else {
                    quoted = false;
                }
                evened.push('"');
            }
            '"' if fresh => {
                (quoted, fresh, blank) = (true, false, false);
                evened.push('"');
            }
            '\r' | '\n' => {
                if c == '\r' && characters.peek() == Some(&'\n') {
                    characters.next();
                }
                if blank && !quoted {
                    evened.push(separator);
                }
                evened.push('\n');
                if !quoted {
                    (fresh, blank) = (true, true);
                }
            }
            c => {
                fresh = c == separator && !quoted;
                blank = false;
                evened.push(c);
            }
        }
    }
    evened
}

/// The text of the bytes: UTF-8 and UTF-16 by their mark or by what they are, all else as Windows-1252.
fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, Fault> {
    let encoding = match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        None if std::str::from_utf8(bytes).is_ok() && !bytes.contains(&0) => UTF_8,
        None => wide(bytes).unwrap_or(WINDOWS_1252),
    };
    let (text, _, malformed) = encoding.decode(bytes);
    if malformed || text.contains('\0') {
        return Err(unreadable("the text is in no encoding that is known"));
    }
    Ok(text)
}

/// UTF-16 without a mark: every second byte of its Latin letters and digits is nought.
fn wide(bytes: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let start = &bytes[..bytes.len().min(4096)];
    let noughts = |first: usize| start.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    let most = start.len() * 2 / 5;
    match () {
        () if bytes.len() < 4 => None,
        () if noughts(1) >= most && noughts(0) == 0 => Some(UTF_16LE),
        () if noughts(0) >= most && noughts(1) == 0 => Some(UTF_16BE),
        () => None,
    }
}

/// The separator that parts the lines most evenly; a semicolon where there is none, so that commas stay within their cells.
fn separator(text: &str) -> u8 {
    let evenness = |separator: u8| {
        let table = Table { text: Cow::Borrowed(text), separator, skipped: 0 };
        let mut widths = Vec::new();
        let _ = table.each_row(&mut |row| {
            widths.push(row.cells.len());
            if widths.len() < LOOKED_AT { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        let widest = widths.iter().copied().max().unwrap_or_default();
        // Rows nearly as wide as the widest one: the last cells of a row may be blank, and a title stands alone.
        let even = widths.iter().filter(|width| **width * 2 > widest).count();
        let share = if widths.is_empty() { 0 } else { even * 100 / widths.len() };
        (widest > 1, share >= 50, widest.min(40), share)
    };
    SEPARATORS
        .into_iter()
        .rev()
        .max_by_key(|separator| evenness(*separator))
        .filter(|best| evenness(*best).0)
        .unwrap_or(b';')
}
