//! What a workbook says of its rows besides their cells: which are hidden, which cells are joined, and which formulas have no value.
//! calamine reads none of this.

use std::io::{BufReader, Cursor, Read};
use std::ops::RangeInclusive;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::{Layout, MAX_COLUMNS, unreadable};
use crate::case::Fault;

type Package<'b> = ZipArchive<Cursor<&'b [u8]>>;

/// The layout of a sheet.
pub(super) fn of(bytes: &[u8], sheet: &str) -> Result<Layout, Fault> {
    let mut package = ZipArchive::new(Cursor::new(bytes)).map_err(|error| unreadable(&error.to_string()))?;
    let (path, recalculated) = path_of(&mut package, sheet)?;
    let mut layout = Layout::default();
    let mut cell = Met { recalculated, ..Met::default() };
    let (mut row, mut column) = (0_usize, 0);
    each_element(&mut package, &path, |element| match element {
        Element::Start(name, start) => match name {
            "row" => {
                row = number(start, "r").unwrap_or(row.saturating_add(1));
                column = 0;
                if is_true(start, "hidden") || is_nothing(start, "ht") {
                    layout.hidden_rows.insert(row);
                }
            }
            "col" if is_true(start, "hidden") || is_nothing(start, "width") => {
                layout.hidden_columns.extend(columns(start))
            }
            "filterColumn" => layout.filtered = true,
            "mergeCell" => layout.merged.extend(attribute(start, "ref").as_deref().and_then(area)),
            "c" => {
                // Some programs leave the places out: the next row, the next cell.
                let at = attribute(start, "r").as_deref().and_then(place).unwrap_or((row, column));
                column = at.1 + 1;
                cell = Met { at, recalculated, kind: attribute(start, "t").unwrap_or_default(), ..Met::default() };
            }
            "f" => cell.has_formula = true,
            "v" => (cell.has_value, cell.inside) = (true, true),
            "is" => cell.has_text = true,
            _ => {}
        },
        Element::Text(text) => cell.hear(text),
        Element::End("v") => cell.inside = false,
        Element::End("c") => {
            if cell.is_unstored() {
                layout.unstored.insert(cell.at);
            }
            if cell.kind == "e" {
                layout.errors.insert(cell.at, std::mem::take(&mut cell.value));
            }
        }
        Element::End(_) => {}
    })?;
    Ok(layout)
}

/// A cell as it is met on the way.
#[derive(Default)]
struct Met {
    at: (usize, usize),
    kind: String,
    has_formula: bool,
    has_value: bool,
    has_text: bool,
    /// Whether the way is within its value, and the first of what is said there.
    inside: bool,
    value: String,
    recalculated: bool,
}

impl Met {
    fn hear(&mut self, text: &str) {
        if self.inside && self.value.len() < 64 {
            self.value.push_str(text.trim());
        }
    }

    /// Whether it is a formula whose value nobody worked out. Libraries write such formulas without value, or with 0 in a workbook that
    /// asks to be worked out when it is opened; a formula of text may well have nothing as its value.
    fn is_unstored(&self) -> bool {
        let is_number = matches!(self.kind.as_str(), "" | "n");
        let nothing = match self.kind.as_str() {
            "str" => !self.has_value,
            _ => self.value.is_empty(),
        };
        self.has_formula && !self.has_text && (nothing || self.recalculated && is_number && self.value == "0")
    }
}

pub(super) enum Element<'e> {
    Start(&'e str, &'e BytesStart<'e>),
    Text(&'e str),
    End(&'e str),
}

/// Where in the package a sheet of a name is, and whether the workbook asks to be worked out when it is opened.
fn path_of(package: &mut Package<'_>, sheet: &str) -> Result<(String, bool), Fault> {
    let workbook =
        package.file_names().flatten().find(|name| name.ends_with("workbook.xml")).map(std::borrow::Cow::into_owned);
    let workbook = workbook.ok_or_else(|| unreadable("there is no workbook in it"))?;
    let (folder, file) = workbook.rsplit_once('/').unwrap_or(("", &workbook));
    let (mut wanted, mut recalculated) = (None, false);
    each_element(package, &workbook, |element| match element {
        Element::Start("sheet", start) if attribute(start, "name").as_deref() == Some(sheet) => {
            let id = start.attributes().flatten().find(|one| local(one.key.as_ref()) == "id");
            wanted = id.and_then(|id| attribute(start, id.key.as_ref()));
        }
        Element::Start("calcPr", start) => recalculated = is_true(start, "fullCalcOnLoad"),
        _ => {}
    })?;
    let mut target = None;
    each_element(package, &format!("{folder}/_rels/{file}.rels"), |element| {
        if let Element::Start("Relationship", start) = element
            && attribute(start, "Id") == wanted
        {
            target = attribute(start, "Target");
        }
    })?;
    let target = target.ok_or_else(|| unreadable(&format!("the sheet “{sheet}” is not in it")))?;
    Ok((target.strip_prefix('/').map_or_else(|| format!("{folder}/{target}"), str::to_owned), recalculated))
}

pub(super) fn each_element(
    package: &mut Package<'_>,
    path: &str,
    mut visit: impl FnMut(Element<'_>),
) -> Result<(), Fault> {
    let file = package.by_name(path).map_err(|error| unreadable(&format!("{path}: {error}")))?;
    let mut reader = Reader::from_reader(BufReader::new(file.take(super::file::MAX_PART)));
    let (mut buffer, mut depth) = (Vec::new(), 0_usize);
    loop {
        match reader.read_event_into(&mut buffer).map_err(|error| unreadable(&format!("{path}: {error}")))? {
            Event::Start(start) => {
                depth += 1;
                visit(Element::Start(local(start.name().as_ref()), &start));
            }
            Event::Text(text) => visit(Element::Text(&text)),
            Event::Empty(start) => {
                let name = start.name();
                let name = local(name.as_ref());
                visit(Element::Start(name, &start));
                visit(Element::End(name));
            }
            Event::End(end) => {
                depth = depth.saturating_sub(1);
                visit(Element::End(local(end.name().as_ref())));
            }
            Event::Eof if depth > 0 => return Err(unreadable(&format!("{path} ends too early"))),
            Event::Eof => return Ok(()),
            _ => {}
        }
        buffer.clear();
    }
}

pub(super) fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

pub(super) fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = start.attributes().flatten().find(|one| one.key.as_ref() == name)?;
    found.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned)
}

fn is_true(start: &BytesStart<'_>, name: &str) -> bool {
    matches!(attribute(start, name).as_deref(), Some("1" | "true"))
}

/// Whether a height or width is given as nothing.
fn is_nothing(start: &BytesStart<'_>, name: &str) -> bool {
    attribute(start, name).is_some_and(|size| size.trim().parse() == Ok(0.0_f64))
}

fn number(start: &BytesStart<'_>, name: &str) -> Option<usize> {
    attribute(start, name)?.parse().ok()
}

/// The columns of a `col`, from 0.
fn columns(start: &BytesStart<'_>) -> RangeInclusive<usize> {
    let (first, last) = (number(start, "min").unwrap_or(1).max(1), number(start, "max").unwrap_or(1).max(1));
    first - 1..=(last - 1).min(MAX_COLUMNS)
}

/// `B3` is row 3 and column 1.
fn place(text: &str) -> Option<(usize, usize)> {
    let digits = text.find(|c: char| c.is_ascii_digit())?;
    let (letters, row) = text.split_at(digits);
    let letter = |c: u8| c.is_ascii_alphabetic().then(|| usize::from(c.to_ascii_uppercase() - b'A') + 1);
    let column = letters.bytes().try_fold(0, |column: usize, c| column.checked_mul(26)?.checked_add(letter(c)?))?;
    Some((row.parse().ok()?, column.checked_sub(1)?))
}

fn area(text: &str) -> Option<((usize, usize), (usize, usize))> {
    let (first, last) = text.split_once(':')?;
    Some((place(first)?, place(last)?))
}
