//! The records of an older workbook that calamine does not give: what is hidden or joined, and by which format each cell is shown.
//!
//! Records and their fields are those of [MS-XLS]; each is a kind, a length and so many bytes.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use super::file::{encrypted, too_much, with_macros};
use super::{Layout, MAX_COLUMNS, unreadable};
use crate::case::Fault;

const BOUND_SHEET: u16 = 0x0085;
const FILE_PASS: u16 = 0x002f;
const FORMAT: u16 = 0x041e;
const XF: u16 = 0x00e0;
const ROW: u16 = 0x0208;
const COL_INFO: u16 = 0x007d;
const MERGED_CELLS: u16 = 0x00e5;
const FILTER_MODE: u16 = 0x009b;
const BOF: u16 = 0x0809;
const END: u16 = 0x000a;
const DIMENSIONS: u16 = 0x0200;
const FORMULA: u16 = 0x0006;
/// Written by each Excel since 2002: which engine worked the formulas out.
const RECALC_ID: u16 = 0x01c1;
/// Cells with one number: NUMBER, RK, FORMULA.
const CELLS: [u16; 3] = [0x0203, 0x027e, FORMULA];
const MULTIPLE_RK: u16 = 0x00bd;
/// Cells with a text, a truth or an error: LABEL, BOOLERR, STRING, RSTRING, LABELSST.
const TEXTS: [u16; 5] = [0x0204, 0x0205, 0x0207, 0x00d6, 0x00fd];

/// The most rows and columns of a sheet of BIFF.
const SIZE: (usize, usize) = (65_536, 256);
/// The most sheets, and the most cells of all of them with the blank ones between: calamine makes room for each.
const MAX_SHEETS: usize = 256;
const MAX_AREA: usize = 10_000_000;

/// A workbook's records.
pub(super) struct Records {
    stream: Vec<u8>,
}

/// A sheet as the workbook lists it.
pub(super) struct Listed {
    pub name: String,
    pub hidden: bool,
    pub is_table: bool,
    at: usize,
}

/// What a sheet's records say of its cells.
#[derive(Default)]
pub(super) struct Said {
    pub layout: Layout,
    /// The format of each cell, by row from 1 and column from 0, as a place among the styles.
    pub styles: BTreeMap<(usize, usize), u16>,
    /// Whether no Excel since 2002 worked the formulas out: a library writes 0 for the values that it does not know.
    never_calculated: bool,
}

impl Records {
    pub fn read(bytes: &[u8]) -> Result<Records, Fault> {
        let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(|error| unreadable(&error.to_string()))?;
        let name =
            file.walk().find(|entry| matches!(entry.name(), "Workbook" | "Book")).map(|entry| entry.path().to_owned());
        let name = name.ok_or_else(|| unreadable("there is no workbook in it"))?;
        let mut stream = Vec::new();
        let opened = file.open_stream(name).map_err(|error| unreadable(&error.to_string()))?;
        opened.take(super::file::MAX_PART).read_to_end(&mut stream).map_err(|error| unreadable(&error.to_string()))?;
        let records = Records { stream };
        match records.from(0).next() {
            Some((BOF, data)) if number(data, 0) >= 0x0500 => {}
            _ => return Err(unreadable("it is older than Excel 5, or no workbook; save it as .xlsx")),
        }
        if records.globals().any(|(kind, _)| kind == FILE_PASS) {
            return Err(encrypted());
        }
        records.measure()?;
        Ok(records)
    }

    /// Refuses what calamine would trust: places beyond the file, and sheets that say, or have, more cells than fit.
    fn measure(&self) -> Result<(), Fault> {
        let sheets = self.sheets()?;
        if sheets.len() > MAX_SHEETS {
            return Err(too_much());
        }
        let mut area = 0;
        for sheet in &sheets {
            if sheet.at >= self.stream.len() {
                return Err(unreadable("a sheet lies beyond the end of the file"));
            }
            let (mut last_row, mut last_column) = (0, 0);
            for (kind, data) in self.from(sheet.at).take_while(|(kind, _)| *kind != END) {
                let at = |place: usize| usize::from(number(data, place));
                if kind == DIMENSIONS {
                    said_size(data)?;
                } else if kind == MULTIPLE_RK && data.len() >= 6 {
                    (last_row, last_column) = (last_row.max(at(0) + 1), last_column.max(at(data.len() - 2) + 1));
                } else if CELLS.contains(&kind) || TEXTS.contains(&kind) {
                    (last_row, last_column) = (last_row.max(at(0) + 1), last_column.max(at(2) + 1));
                }
            }
            area += last_row * last_column;
        }
        if area > MAX_AREA { Err(too_much()) } else { Ok(()) }
    }

    /// The records from a place in the stream on.
    fn from(&self, at: usize) -> impl Iterator<Item = (u16, &[u8])> {
        let mut at = at;
        std::iter::from_fn(move || {
            let head = self.stream.get(at..at + 4)?;
            let (kind, length) = (number(head, 0), usize::from(number(head, 2)));
            let data = self.stream.get(at + 4..at + 4 + length)?;
            at += 4 + length;
            Some((kind, data))
        })
    }

    fn globals(&self) -> impl Iterator<Item = (u16, &[u8])> {
        self.from(0).take_while(|(kind, _)| *kind != END)
    }

    /// The sheets in order.
    pub fn sheets(&self) -> Result<Vec<Listed>, Fault> {
        let wide = self.is_wide();
        let mut sheets = Vec::new();
        for (_, data) in self.globals().filter(|(kind, data)| *kind == BOUND_SHEET && data.len() > 7) {
            let at = u32::from_le_bytes([data[0], data[1], data[2], data[3]]) as usize;
            if data[5] == 1 {
                return Err(with_macros());
            }
            let name = text(&data[6..], 1, wide);
            sheets.push(Listed { name, hidden: data[4] & 3 != 0, is_table: data[5] == 0, at });
        }
        Ok(sheets)
    }

    /// Whether texts say by a byte of their own how wide they are, as since Excel 97.
    fn is_wide(&self) -> bool {
        self.from(0).next().is_some_and(|(_, data)| number(data, 0) >= 0x0600)
    }

    /// The format codes of the styles.
    pub fn codes(&self) -> Vec<String> {
        let wide = self.is_wide();
        let mut own: BTreeMap<u16, String> = BTreeMap::new();
        let mut codes = Vec::new();
        for (kind, data) in self.globals() {
            match kind {
                FORMAT if data.len() > 4 => {
                    drop(own.insert(number(data, 0), text(&data[2..], if wide { 2 } else { 1 }, wide)))
                }
                XF if data.len() >= 4 => codes.push(number(data, 2)),
                _ => {}
            }
        }
        let code = |id: u16| own.get(&id).cloned().or_else(|| ssfmt::format_code_from_id(id.into()).map(str::to_owned));
        codes.into_iter().map(|id| code(id).unwrap_or_default()).collect()
    }

    /// What a sheet's records say.
    pub fn of(&self, sheet: &str) -> Result<Said, Fault> {
        let sheets = self.sheets()?;
        let listed = sheets.iter().find(|listed| listed.name == sheet);
        let at = listed.ok_or_else(|| unreadable(&format!("the sheet “{sheet}” is not in it")))?.at;
        let mut said = Said { never_calculated: !self.globals().any(|(kind, _)| kind == RECALC_ID), ..Said::default() };
        let mut depth = 0;
        for (kind, data) in self.from(at) {
            match kind {
                BOF => depth += 1,
                END if depth == 1 => break,
                END => depth -= 1,
                // What is within a chart is none of the table's.
                _ if depth == 1 => said.hear(kind, data),
                _ => {}
            }
        }
        Ok(said)
    }
}

impl Said {
    fn hear(&mut self, kind: u16, data: &[u8]) {
        let at = |place: usize| usize::from(number(data, place));
        match kind {
            // Hidden is one of its flags; so is a height of nothing.
            ROW if data.len() >= 14 && (number(data, 12) & 0x20 != 0 || number(data, 6) & 0x7fff == 0) => {
                self.layout.hidden_rows.insert(at(0) + 1);
            }
            COL_INFO if data.len() >= 10 && number(data, 8) & 1 != 0 => {
                self.layout.hidden_columns.extend(at(0)..=at(2).min(MAX_COLUMNS))
            }
            FILTER_MODE => self.layout.filtered = true,
            MERGED_CELLS if data.len() >= 2 => {
                let areas =
                    data[2..].chunks_exact(8).map(|area| [0, 2, 4, 6].map(|place| usize::from(number(area, place))));
                self.layout.merged.extend(areas.map(|[first, last, from, to]| ((first + 1, from), (last + 1, to))));
            }
            MULTIPLE_RK if data.len() > 6 => {
                for (place, one) in data[4..data.len() - 2].chunks_exact(6).enumerate() {
                    self.styles.insert((at(0) + 1, at(2) + place), number(one, 0));
                }
            }
            kind if CELLS.contains(&kind) && data.len() >= 6 => {
                let place = (at(0) + 1, at(2));
                self.styles.insert(place, number(data, 4));
                if kind == FORMULA && self.never_calculated && data.get(6..14).is_some_and(is_nothing) {
                    self.layout.unstored.insert(place);
                }
            }
            _ => {}
        }
    }
}

/// Whether a formula's value is 0 or an empty text.
fn is_nothing(value: &[u8]) -> bool {
    value == [0; 8] || value[0] == 3 && value[6..] == [0xff, 0xff]
}

/// Whether a sheet says a size that BIFF has.
fn said_size(data: &[u8]) -> Result<(), Fault> {
    let at = |place: usize| usize::from(number(data, place));
    // Since Excel 97 rows have four bytes.
    let (rows, columns) = if data.len() == 10 {
        ((at(0), at(2)), (at(4), at(6)))
    } else {
        ((at(0) + (at(2) << 16), at(4) + (at(6) << 16)), (at(8), at(10)))
    };
    let fits = |(first, after): (usize, usize), most: usize| first <= after && after <= most;
    if fits(rows, SIZE.0) && fits(columns, SIZE.1) {
        Ok(())
    } else {
        Err(unreadable("a sheet says a size that it cannot have"))
    }
}

fn number(data: &[u8], at: usize) -> u16 {
    data.get(at..at + 2).map_or(0, |two| u16::from_le_bytes([two[0], two[1]]))
}

/// A text with its length in so many bytes before it; since Excel 97 with a byte that says how wide its characters are.
fn text(data: &[u8], length_bytes: usize, wide: bool) -> String {
    let length = if length_bytes == 1 { usize::from(data[0]) } else { usize::from(number(data, 0)) };
    let rest = data.get(length_bytes..).unwrap_or_default();
    match (wide, rest.split_first()) {
        (true, Some((flags, rest))) if flags & 1 == 1 => {
            let units: Vec<u16> =
                rest.chunks_exact(2).take(length).map(|two| u16::from_le_bytes([two[0], two[1]])).collect();
            String::from_utf16_lossy(&units)
        }
        // One byte a character is Latin-1, the low half of UTF-16.
        (true, Some((_, rest))) => rest.iter().take(length).map(|byte| char::from(*byte)).collect(),
        _ => encoding_rs::WINDOWS_1252.decode(&rest[..length.min(rest.len())]).0.into_owned(),
    }
}
