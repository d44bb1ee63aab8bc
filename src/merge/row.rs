//! A row of a sheet as the data of an event: values at their places, and what is wrong with its cells.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::columns::Column;
use super::field::{FULL_NAME, Field, LINES, UNIT};
use super::heading::unit_word;
use super::mapping::letters;
use super::value::{self, text_of};
use crate::case::Fault;
use crate::spreadsheet::Cell;

/// What a sheet says of one letter: a row, or several lines of one case.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MergeRow {
    /// The number of its first line, as the sheet counts.
    pub number: usize,
    /// The numbers of all its lines.
    pub lines: Vec<usize>,
    /// `{case, party, facts}`, as far as the sheet tells them, as JSON text: sheets are long.
    pub data: String,
    /// The person's whole name, where one cell has it.
    pub full_name: Option<String>,
    /// The line of each item of a list, by the list's path.
    pub items: BTreeMap<String, Vec<usize>>,
    /// What is wrong with its cells.
    pub faults: Vec<Fault>,
    /// Whether a cell of it waits for the answer to a question about its column.
    pub waits: bool,
}

impl MergeRow {
    /// What the sheet tells.
    pub fn data(&self) -> Value {
        serde_json::from_str(&self.data).unwrap_or_default()
    }
}

/// The values at a path of `{case, party, facts}`: several where it goes through a list, or ends at one.
pub fn values_at<'v>(data: &'v Value, path: &str) -> Vec<&'v Value> {
    let mut values = vec![data];
    for step in path.split('.') {
        let below = values.into_iter().flat_map(|value| match value {
            Value::Array(items) => items.iter().map(|item| &item[step]).collect(),
            other => vec![&other[step]],
        });
        values = below.collect();
    }
    let each = values.into_iter().flat_map(|value| match value {
        Value::Array(items) => items.iter().collect(),
        other => vec![other],
    });
    each.filter(|value| !value.is_null()).collect()
}

/// The values of one line, by field.
#[derive(Debug, Default)]
pub(super) struct LineRead {
    pub number: usize,
    /// Values that stand for themselves, by field.
    pub values: BTreeMap<usize, Value>,
    /// The item of each list that the line has, by the list's path.
    pub items: BTreeMap<String, Value>,
    pub faults: Vec<Fault>,
    pub waits: bool,
}

/// A fault of a cell, which says its column by its heading.
pub(super) fn cell_fault(code: &str, row: usize, column: &Column, en: &str, fr: &str) -> Fault {
    let place = format!("{}{row}", letters(column.index));
    Fault::new(code, place, format!("“{}”: {en}", column.heading), format!("« {} » : {fr}", column.heading))
}

/// Reads the cells of a line.
pub(super) fn line(number: usize, cells: &[Cell], columns: &[Column], fields: &[Field]) -> LineRead {
    let mut read = LineRead { number, ..LineRead::default() };
    // The lines of an address are one value, from however many columns.
    let (mut lines, mut unit): (Vec<String>, _) = (Vec::new(), None);
    for column in columns {
        let (Some(place), Some(cell)) = (column.field, cells.get(column.index)) else { continue };
        let field = &fields[place];
        let value = match value::value(cell, field, column.settled) {
            Ok(Some(value)) => value,
            Ok(None) => continue,
            Err(wrong) if column.asks && wrong.code.ends_with("-two-ways") => {
                read.waits = true;
                continue;
            }
            Err(wrong) => {
                read.faults.push(cell_fault(wrong.code, number, column, &wrong.en, &wrong.fr));
                continue;
            }
        };
        match (&field.list, field.path.as_str()) {
            (_, LINES) => lines.extend(value.as_str().into_iter().flat_map(str::lines).map(str::to_owned)),
            (_, UNIT) => unit = text_of(cell).ok().map(|text| (text, column.heading.clone())),
            (Some(list), path) if path == list => drop(read.items.insert(list.clone(), scalars(cell, field, column))),
            (Some(list), path) => {
                let item = read.items.entry(list.clone()).or_insert_with(|| json!({}));
                set(item, &path[list.len() + 1..], value);
            }
            (None, _) => drop(read.values.insert(place, value)),
        }
    }
    if let Some((unit, heading)) = unit {
        let is_bare =
            unit.chars().filter(|c| c.is_alphabetic()).count() <= 1 || unit.starts_with(|c: char| c.is_ascii_digit());
        let unit = if is_bare { format!("{} {}", unit_word(&heading), unit.trim_start_matches('#')) } else { unit };
        match lines.first_mut() {
            Some(street) => *street = format!("{street} {unit}"),
            None => lines.push(unit),
        }
    }
    let place = fields.iter().position(|field| field.path == LINES).filter(|_| !lines.is_empty());
    if let Some(place) = place {
        read.values.insert(place, json!(lines));
    }
    read
}

/// The values of a cell that has several, set apart by semicolons or breaks of the line.
fn scalars(cell: &Cell, field: &Field, column: &Column) -> Value {
    let text = if let Cell::Text(text) = cell { text.as_str() } else { "" };
    let parts: Vec<&str> = text.split([';', '\n']).map(str::trim).filter(|part| !part.is_empty()).collect();
    let read = |cell: &Cell| value::value(cell, field, column.settled).ok().flatten();
    if parts.len() < 2 {
        return Value::Array(read(cell).into_iter().collect());
    }
    Value::Array(parts.into_iter().filter_map(|part| read(&Cell::Text(part.to_owned()))).collect())
}

/// Puts a value at a dotted path.
pub(super) fn set(data: &mut Value, path: &str, value: Value) {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    if !data.is_object() {
        *data = Value::Object(Map::new());
    }
    match rest {
        None => data[first] = value,
        Some(rest) => set(&mut data[first], rest, value),
    }
}

/// The row of several lines, or of one. `for_all` is what every row says.
pub(super) fn row(read: Vec<LineRead>, columns: &[Column], fields: &[Field], for_all: &[(usize, Value)]) -> MergeRow {
    let mut made = MergeRow { number: read.first().map_or(0, |line| line.number), ..MergeRow::default() };
    let mut data = json!({"case": {}, "party": {}, "facts": {}});
    for (place, value) in for_all {
        put(&mut data, &mut made, &fields[*place], value.clone());
    }
    let mut values: BTreeMap<usize, (usize, Value)> = BTreeMap::new();
    let mut lists: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in read {
        made.lines.push(line.number);
        made.faults.extend(line.faults);
        made.waits |= line.waits;
        for (place, value) in line.values {
            match values.get(&place) {
                None => drop(values.insert(place, (line.number, value))),
                Some((_, known)) if *known == value => {}
                Some((first, known)) => {
                    let column = columns.iter().find(|column| column.field == Some(place));
                    let (known, value) = (said(known), said(&value));
                    made.faults.extend(column.map(|column| {
                        cell_fault(
                            "lines-differ",
                            line.number,
                            column,
                            &format!("row {first} of the same case says {known}, this one {value}. They make one letter: write the same in both, or leave it blank in the further lines."),
                            &format!("la ligne {first} du même dossier dit {known}, celle-ci {value}. Elles forment une seule lettre : écrivez la même chose dans les deux, ou laissez la cellule vide dans les lignes suivantes."),
                        )
                    }));
                }
            }
        }
        for (list, item) in line.items {
            let items = lists.entry(list.clone()).or_default();
            let places = made.items.entry(list).or_default();
            match item {
                Value::Array(several) => {
                    places.extend(several.iter().map(|_| line.number));
                    items.extend(several);
                }
                item => {
                    places.push(line.number);
                    items.push(item);
                }
            }
        }
    }
    for (place, (_, value)) in values {
        put(&mut data, &mut made, &fields[place], value);
    }
    for (list, items) in lists {
        set(&mut data, &list, Value::Array(items));
    }
    made.data = data.to_string();
    made
}

fn put(data: &mut Value, made: &mut MergeRow, field: &Field, value: Value) {
    if field.path == FULL_NAME {
        made.full_name = value.as_str().map(str::to_owned);
    } else {
        set(data, &field.path, value);
    }
}

fn said(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), |text| format!("“{text}”"))
}
