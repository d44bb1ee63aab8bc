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
    let path = path_of(&mut package, sheet)?;
    let mut layout = Layout::default();
    let mut cell = Formula::default();
    let mut row = 0;
    each_element(&mut package, &path, |element| match element {
        Element::Start(name, start) => match name {
            "row" => {
                row = number(start, "r").unwrap_or(row + 1);
                if is_true(start, "hidden") || attribute(start, "ht").is_some_and(|height| height.parse() == Ok(0.0)) {
                    layout.hidden_rows.insert(row);
                }
            }
            "col" if is_true(start, "hidden") => layout.hidden_columns.extend(columns(start)),
            "filterColumn" => layout.filtered = true,
            "mergeCell" => layout.merged.extend(attribute(start, "ref").as_deref().and_then(area)),
            "c" => cell = Formula { at: attribute(start, "r").as_deref().and_then(place), has: false, value: false },
            "f" => cell.has = true,
            "v" | "is" => cell.value = true,
            _ => {}
        },
        Element::End("c") => layout.unstored.extend(cell.at.take().filter(|_| cell.has && !cell.value)),
        Element::End(_) => {}
    })?;
    Ok(layout)
}

/// A cell as it is gone through.
#[derive(Default)]
struct Formula {
    at: Option<(usize, usize)>,
    has: bool,
    value: bool,
}

pub(super) enum Element<'e> {
    Start(&'e str, &'e BytesStart<'e>),
    End(&'e str),
}

/// Where in the package a sheet of a name is.
fn path_of(package: &mut Package<'_>, sheet: &str) -> Result<String, Fault> {
    let workbook =
        package.file_names().flatten().find(|name| name.ends_with("workbook.xml")).map(std::borrow::Cow::into_owned);
    let workbook = workbook.ok_or_else(|| unreadable("there is no workbook in it"))?;
    let (folder, file) = workbook.rsplit_once('/').unwrap_or(("", &workbook));
    let mut wanted = None;
    each_element(package, &workbook, |element| {
        if let Element::Start("sheet", start) = element
            && attribute(start, "name").as_deref() == Some(sheet)
        {
            wanted = attribute(start, "r:id").or_else(|| attribute(start, "id"));
        }
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
    Ok(target.strip_prefix('/').map_or_else(|| format!("{folder}/{target}"), str::to_owned))
}

pub(super) fn each_element(
    package: &mut Package<'_>,
    path: &str,
    mut visit: impl FnMut(Element<'_>),
) -> Result<(), Fault> {
    let file = package.by_name(path).map_err(|error| unreadable(&format!("{path}: {error}")))?;
    let mut reader = Reader::from_reader(BufReader::new(file.take(super::file::MAX_PART)));
    let mut buffer = Vec::new();
    loop {
        match reader.read_event_into(&mut buffer).map_err(|error| unreadable(&format!("{path}: {error}")))? {
            Event::Start(start) => visit(Element::Start(local(start.name().as_ref()), &start)),
            Event::Empty(start) => {
                let name = start.name();
                let name = local(name.as_ref());
                visit(Element::Start(name, &start));
                visit(Element::End(name));
            }
            Event::End(end) => visit(Element::End(local(end.name().as_ref()))),
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
    let letter = |c: u8| c.is_ascii_uppercase().then(|| usize::from(c - b'A') + 1);
    let column = letters.bytes().try_fold(0, |column: usize, c| Some(column * 26 + letter(c)?))?;
    Some((row.parse().ok()?, column.checked_sub(1)?))
}

fn area(text: &str) -> Option<((usize, usize), (usize, usize))> {
    let (first, last) = text.split_once(':')?;
    Some((place(first)?, place(last)?))
}
