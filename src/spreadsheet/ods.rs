//! Workbooks of OpenDocument, read cell by cell: what is stored and what is shown stand beside each other in them.

use std::io::{BufReader, Cursor, Read};
use std::ops::ControlFlow;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::layout::{attribute, local};
use super::{Cell, Layout, MAX_COLUMNS, MAX_ROWS, Row, Worksheet, unreadable};
use crate::case::Fault;

/// What is met on the way through a workbook.
enum Met {
    Sheet(Worksheet),
    /// Columns from one place on, and whether they are hidden.
    Columns(usize, usize, bool),
    /// A row with what it hides and joins.
    Row(Row, bool, Vec<((usize, usize), (usize, usize))>),
}

/// The sheets of the workbook.
pub(super) fn sheets(bytes: &[u8]) -> Result<Vec<Worksheet>, Fault> {
    let mut sheets = Vec::new();
    walk(bytes, None, &mut |met| {
        if let Met::Sheet(sheet) = met {
            sheets.push(sheet);
        }
        ControlFlow::Continue(())
    })?;
    Ok(sheets)
}

/// What a sheet hides or joins.
pub(super) fn layout(bytes: &[u8], sheet: &str) -> Result<Layout, Fault> {
    let mut layout = Layout::default();
    walk(bytes, Some(sheet), &mut |met| {
        match met {
            Met::Sheet(_) => {}
            Met::Columns(first, count, true) => {
                layout.hidden_columns.extend(first..first.saturating_add(count).min(MAX_COLUMNS))
            }
            Met::Columns(..) => {}
            Met::Row(row, filtered, merged) => {
                layout.filtered |= filtered;
                layout.merged.extend(merged);
                if row.hidden {
                    layout.hidden_rows.insert(row.number);
                }
            }
        }
        ControlFlow::Continue(())
    })?;
    Ok(layout)
}

/// Visits the rows of a sheet.
pub(super) fn each_row(bytes: &[u8], sheet: &str, visit: &mut dyn FnMut(Row) -> ControlFlow<()>) -> Result<(), Fault> {
    walk(bytes, Some(sheet), &mut |met| match met {
        Met::Row(row, ..) if !row.cells.is_empty() => visit(row),
        _ => ControlFlow::Continue(()),
    })
}

/// Where in a workbook the walk is.
#[derive(Default)]
struct Place {
    inside: bool,
    row: usize,
    repeated: usize,
    column: usize,
    cells: Vec<Cell>,
    hidden: bool,
    filtered: bool,
    merged: Vec<((usize, usize), (usize, usize))>,
    cell: Option<Open>,
    /// How deep it is within notes and drawings, whose words are no cell's.
    aside: usize,
}

/// A cell whose text is being read.
struct Open {
    kind: String,
    value: String,
    has_formula: bool,
    covered: bool,
    repeated: usize,
    text: String,
}

/// Goes through a workbook; rows and columns of the named sheet alone.
fn walk(bytes: &[u8], wanted: Option<&str>, visit: &mut dyn FnMut(Met) -> ControlFlow<()>) -> Result<(), Fault> {
    let damaged = |error: &dyn std::fmt::Display| unreadable(&format!("content.xml: {error}"));
    let mut package = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    let hidden_styles = hidden_styles(&mut package)?;
    let file = package.by_name("content.xml").map_err(|error| damaged(&error))?;
    let mut reader = Reader::from_reader(BufReader::new(file.take(super::file::MAX_PART)));
    let (mut buffer, mut place) = (Vec::new(), Place::default());
    loop {
        let event = reader.read_event_into(&mut buffer).map_err(|error| damaged(&error))?;
        let met = match event {
            Event::Start(start) => place.open(&start, wanted, &hidden_styles),
            Event::Empty(start) => {
                let met = place.open(&start, wanted, &hidden_styles);
                let name = start.name();
                met.or(place.close(local(name.as_ref())))
            }
            Event::Text(text) => {
                place.say(&text.xml_content(quick_xml::XmlVersion::Implicit1_0));
                None
            }
            Event::GeneralRef(entity) => {
                let said = entity.resolve_char_ref().ok().flatten().map(String::from);
                let said = said.or_else(|| quick_xml::escape::resolve_predefined_entity(&entity).map(str::to_owned));
                place.say(&said.ok_or_else(|| damaged(&"it has words of its own"))?);
                None
            }
            Event::End(end) => place.close(local(end.name().as_ref())),
            Event::Eof => return Ok(()),
            _ => None,
        };
        if met.is_some_and(|met| each(met, place.repeated, visit).is_break()) {
            return Ok(());
        }
        buffer.clear();
    }
}

/// Visits what is met; a row with something in it as often as it is repeated, for two that are alike are written as one.
fn each(met: Met, repeated: usize, visit: &mut dyn FnMut(Met) -> ControlFlow<()>) -> ControlFlow<()> {
    let Met::Row(row, filtered, merged) = met else { return visit(met) };
    let times = if row.cells.is_empty() { 1 } else { repeated.min(MAX_ROWS + 2) };
    for place in 0..times {
        let again = Row { number: row.number.saturating_add(place), ..row.clone() };
        visit(Met::Row(again, filtered, if place == 0 { merged.clone() } else { Vec::new() }))?;
    }
    ControlFlow::Continue(())
}

/// The styles of tables that are not shown.
fn hidden_styles(package: &mut ZipArchive<Cursor<&[u8]>>) -> Result<Vec<String>, Fault> {
    let (mut hidden, mut style) = (Vec::new(), None);
    super::layout::each_element(package, "content.xml", |element| {
        if let super::layout::Element::Start(name, start) = element {
            match name {
                "style" => style = attribute(start, "style:name"),
                "table-properties" if attribute(start, "table:display").as_deref() == Some("false") => {
                    hidden.extend(style.take())
                }
                _ => {}
            }
        }
    })?;
    Ok(hidden)
}

impl Place {
    fn open(&mut self, start: &BytesStart<'_>, wanted: Option<&str>, hidden_styles: &[String]) -> Option<Met> {
        let name = start.name();
        let is_hidden = || matches!(attribute(start, "table:visibility").as_deref(), Some("collapse" | "filter"));
        let count = |name: &str| attribute(start, name).and_then(|count| count.parse().ok()).unwrap_or(1).max(1);
        match local(name.as_ref()) {
            "table" if self.aside == 0 => {
                let name = attribute(start, "table:name").unwrap_or_default();
                *self = Place { inside: wanted == Some(name.as_str()), ..Place::default() };
                let hidden = attribute(start, "table:style-name").is_some_and(|style| hidden_styles.contains(&style));
                return Some(Met::Sheet(Worksheet { name, hidden }));
            }
            "annotation" | "frame" | "shapes" | "tracked-changes" => self.aside += 1,
            "table-column" if self.inside && self.aside == 0 => {
                let (first, columns) = (self.column, count("table:number-columns-repeated"));
                self.column = self.column.saturating_add(columns);
                return Some(Met::Columns(first, columns, is_hidden()));
            }
            "table-row" if self.inside => {
                self.repeated = count("table:number-rows-repeated");
                self.hidden = is_hidden();
                self.filtered = attribute(start, "table:visibility").as_deref() == Some("filter");
                (self.column, self.cells, self.merged) = (0, Vec::new(), Vec::new());
            }
            cell @ ("table-cell" | "covered-table-cell") if self.inside && self.aside == 0 => {
                let kind = attribute(start, "office:value-type").unwrap_or_default();
                let value = [
                    "office:value",
                    "office:date-value",
                    "office:boolean-value",
                    "office:time-value",
                    "office:string-value",
                ];
                let rows = count("table:number-rows-spanned");
                let columns = count("table:number-columns-spanned");
                if rows > 1 || columns > 1 {
                    let (row, column) = (self.row.saturating_add(1), self.column);
                    self.merged
                        .push(((row, column), (row.saturating_add(rows - 1), column.saturating_add(columns - 1))));
                }
                self.cell = Some(Open {
                    value: value.iter().find_map(|name| attribute(start, name)).unwrap_or_default(),
                    kind,
                    has_formula: attribute(start, "table:formula").is_some(),
                    covered: cell == "covered-table-cell",
                    repeated: count("table:number-columns-repeated"),
                    text: String::new(),
                });
            }
            "p" if self.aside == 0 => {
                if let Some(cell) = self.cell.as_mut().filter(|cell| !cell.text.is_empty()) {
                    cell.text.push('\n');
                }
            }
            "s" => self.say(&" ".repeat(count("text:c").min(1000))),
            "tab" => self.say("\t"),
            "line-break" => self.say("\n"),
            _ => {}
        }
        None
    }

    fn say(&mut self, text: &str) {
        if let Some(cell) = self.cell.as_mut().filter(|_| self.aside == 0) {
            cell.text.push_str(text);
        }
    }

    fn close(&mut self, name: &str) -> Option<Met> {
        match name {
            "annotation" | "frame" | "shapes" | "tracked-changes" => self.aside = self.aside.saturating_sub(1),
            "table-cell" | "covered-table-cell" if self.aside == 0 => {
                let cell = self.cell.take()?;
                let (repeated, value) = (cell.repeated, cell.read());
                // What is repeated to the end of the sheet is blank.
                let times = if value.is_blank() { 0 } else { repeated.min(MAX_COLUMNS + 1) };
                if times > 0 {
                    self.cells.resize(self.column.min(MAX_COLUMNS + 1), Cell::Blank);
                    self.cells.extend(std::iter::repeat_n(value, times));
                }
                self.column = self.column.saturating_add(repeated);
            }
            "table-row" if self.inside => {
                let number = self.row.saturating_add(1);
                self.row = self.row.saturating_add(self.repeated);
                let row = Row { number, hidden: self.hidden, cells: std::mem::take(&mut self.cells) };
                return Some(Met::Row(row, self.filtered, std::mem::take(&mut self.merged)));
            }
            "table" if self.aside == 0 => self.inside = false,
            _ => {}
        }
        None
    }
}

impl Open {
    /// What the cell says.
    fn read(self) -> Cell {
        let shown = self.text.trim();
        if self.covered {
            return Cell::Blank;
        }
        if self.has_formula && self.kind != "string" && self.value.is_empty() && shown.is_empty() {
            return Cell::Unstored;
        }
        // An error has no type, or that of a text or a number that is none.
        if self.has_formula && (shown.starts_with('#') && shown.ends_with(['!', '?', 'A']) || shown.starts_with("Err:"))
        {
            return Cell::Error(shown.to_owned());
        }
        match self.kind.as_str() {
            "float" | "currency" | "percentage" => match self.value.parse() {
                Ok(stored) => {
                    let shown = if shown.is_empty() { super::number::shown(stored, "") } else { shown.to_owned() };
                    Cell::Number { stored, shown: plain(&shown, stored) }
                }
                Err(_) => Cell::text(shown),
            },
            "date" => super::iso_date(&self.value).map_or_else(|| Cell::text(shown), Cell::Date),
            "boolean" => Cell::Truth(self.value == "true"),
            _ => Cell::text(if shown.is_empty() { &self.value } else { shown }),
        }
    }
}

/// A number as it is shown, with a point before its decimals, whatever the language of the sheet: a plain number with a comma is the one
/// that is stored.
fn plain(shown: &str, stored: f64) -> String {
    let is_plain =
        shown.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '-')) && shown.matches(',').count() == 1;
    let point = shown.replace(',', ".");
    if is_plain && point.parse::<f64>().is_ok_and(|value| (value - stored).abs() < 0.005) {
        point
    } else {
        shown.to_owned()
    }
}
