//! Tables of text: CSV, TSV, and whatever Excel calls so in French. Encoding and separator are told by the bytes.

use std::borrow::Cow;
use std::ops::ControlFlow;

use csv::{ReaderBuilder, StringRecord};
use encoding_rs::{MACINTOSH, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

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
        let mut text = decoded(bytes)?;
        if text.contains('\r') {
            text = Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"));
        }
        let first = text.lines().next().unwrap_or_default();
        // Excel's own word for it.
        let named = first.trim_matches('"').strip_prefix("sep=").and_then(|rest| rest.bytes().next());
        let separator = named.filter(u8::is_ascii).unwrap_or_else(|| separator(&text));
        let table = Table { skipped: usize::from(named.is_some()), text, separator };
        quotes_close(table.rows(), separator)?;
        Ok(table)
    }

    /// The text of the rows.
    fn rows(&self) -> &str {
        match self.skipped {
            0 => &self.text,
            _ => self.text.split_once('\n').map_or("", |(_, rest)| rest),
        }
    }

    pub(super) fn each_row(&self, visit: &mut dyn FnMut(Row) -> ControlFlow<()>) -> Result<(), Fault> {
        self.each_record(&mut |number, record| {
            let mut cells: Vec<Cell> = record.iter().map(Cell::text).collect();
            cells.truncate(cells.iter().rposition(|cell| !cell.is_blank()).map_or(0, |last| last + 1));
            if cells.is_empty() { ControlFlow::Continue(()) } else { visit(Row { number, hidden: false, cells }) }
        })
    }

    /// Visits the records with the numbers of their rows.
    fn each_record(&self, visit: &mut dyn FnMut(usize, &StringRecord) -> ControlFlow<()>) -> Result<(), Fault> {
        let mut reader = ReaderBuilder::new();
        reader.delimiter(self.separator).has_headers(false).flexible(true);
        let mut reader = reader.from_reader(self.rows().as_bytes());
        let mut record = StringRecord::new();
        // A spreadsheet counts a text of several lines as one row, a line without anything as one too, and its own word for the separator
        // as none.
        let (mut number, mut begins) = (0, 0);
        while reader.read_record(&mut record).map_err(|error| unreadable(&error.to_string()))? {
            let ends = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
            let read = self.rows().as_bytes().get(begins..ends).unwrap_or_default();
            number += read.iter().take_while(|byte| **byte == b'\n').count() + 1;
            begins = ends;
            if visit(number, &record).is_break() {
                break;
            }
        }
        Ok(())
    }
}

/// Refuses a text in which a quotation mark that opens a cell swallows the lines after it: it closes nowhere, or in the midst of another
/// line.
fn quotes_close(text: &str, separator: u8) -> Result<(), Fault> {
    let bytes = text.as_bytes();
    let (mut at, mut line) = (0, 1);
    let mut starts = true;
    while let Some(byte) = bytes.get(at) {
        if starts && *byte == b'"' {
            let (opened, began) = (line, at);
            at += 1;
            loop {
                match bytes.get(at) {
                    None => return Err(open_quote(opened)),
                    Some(b'"') if bytes.get(at + 1) == Some(&b'"') => at += 2,
                    Some(b'"') => break,
                    Some(other) => (line, at) = (line + usize::from(*other == b'\n'), at + 1),
                }
            }
            let closes = bytes.get(at + 1).is_none_or(|next| *next == separator || matches!(next, b'\n' | b' '));
            if !closes && bytes[began..at].contains(&b'\n') {
                return Err(open_quote(opened));
            }
        }
        starts = bytes.get(at).is_some_and(|byte| *byte == separator || *byte == b'\n');
        line += usize::from(bytes.get(at) == Some(&b'\n'));
        at += 1;
    }
    Ok(())
}

fn open_quote(line: usize) -> Fault {
    Fault::new(
        "sheet-damaged",
        format!("line {line}"),
        "A quotation mark opens a cell here and does not close it: the lines after it would be lost in it. Take it out, or double it.",
        "Un guillemet droit ouvre une cellule ici sans la fermer : les lignes suivantes s’y perdraient. Enlevez-le ou doublez-le.",
    )
}

/// The text of the bytes: UTF-8 and UTF-16 by their mark or by what they are; all else as Windows-1252, or as what Excel calls "CSV
/// (Macintosh)" where lines end as they did there.
fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, Fault> {
    let encoding = match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        None if std::str::from_utf8(bytes).is_ok() && !bytes.contains(&0) => UTF_8,
        None if bytes.contains(&b'\r') && !bytes.contains(&b'\n') && !bytes.contains(&0) => MACINTOSH,
        None => wide(bytes).unwrap_or(WINDOWS_1252),
    };
    let (text, _, malformed) = encoding.decode(bytes);
    let is_control = |c: char| c == '\0' || ('\u{80}'..'\u{a0}').contains(&c) && c != '\u{85}';
    if malformed || text.contains(is_control) || encoding == WINDOWS_1252 && is_of_another_code_page(&text) {
        return Err(unreadable("the text is in no encoding that is known"));
    }
    Ok(text)
}

/// What `é`, `É` and `à` of older code pages become in Windows-1252 stands between small letters there, and nowhere else.
fn is_of_another_code_page(text: &str) -> bool {
    let after = |by: usize| text.chars().skip(by);
    let mut threes = text.chars().zip(after(1)).zip(after(2));
    threes.any(|((before, c), next)| matches!(c, 'Ž' | 'ƒ' | 'ˆ' | '‚') && before.is_lowercase() && next.is_lowercase())
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

/// The separator that gives most rows the same number of cells. The comma comes last among equals, for it stands within amounts and
/// addresses; a semicolon where there is none, so that commas stay within their cells.
fn separator(text: &str) -> u8 {
    let evenness = |separator: u8| {
        let table = Table { text: Cow::Borrowed(text), separator, skipped: 0 };
        let mut widths = std::collections::BTreeMap::<usize, usize>::new();
        let mut rows = 0;
        let _ = table.each_record(&mut |_, record| {
            *widths.entry(record.len()).or_default() += 1;
            rows += 1;
            if rows < LOOKED_AT { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        // A title stands alone in its row; that says nothing of the others.
        let alone = widths.get(&1).copied().unwrap_or_default();
        if alone * 4 < rows * 3 && rows - alone >= 2 {
            widths.remove(&1);
            rows -= alone;
        }
        let (width, most) = widths.into_iter().max_by_key(|(width, rows)| (*rows, *width)).unwrap_or_default();
        (width > 1, most * 10 / rows.max(1), separator != b',', width)
    };
    let best = SEPARATORS.into_iter().rev().max_by_key(|separator| evenness(*separator));
    best.filter(|best| evenness(*best).0).unwrap_or(b';')
}
