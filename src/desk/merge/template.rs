//! An empty sheet for a letter type: headings in the asker's language, lists to choose from, one row as an example.

use serde_json::Value;

use crate::case::{Language, money};
use crate::desk::{Desk, DeskError};
use crate::merge::{Field, FieldKind, Headings, LINES, Meaning, REFERENCE, example_word, fields, truth_word};
use crate::spreadsheet::{CellOut, ColumnOut, SheetOut};

/// What the register knows of everybody in a case.
const KNOWN: [&str; 2] = ["party.given_name", "party.surname"];

impl Desk {
    /// An empty sheet for a letter type, as a workbook; none where there is no such type. What the register knows of a case has no
    /// column, but for the name, by which people find their row; the letter of somebody who is new to Recto has all of them.
    pub fn merge_template(&self, letter_type: &str, language: Language) -> Result<Option<Vec<u8>>, DeskError> {
        let catalogue = &self.studio.catalogue;
        let Some(letter) = catalogue.types.get(letter_type) else { return Ok(None) };
        let all = fields(catalogue, letter);
        let headings = Headings::of(&all);
        let brings = catalogue.brings_person(&letter.description.called_by.event);
        let wanted: Vec<&Field> = all.iter().filter(|field| is_wanted(field, brings)).collect();
        let example = catalogue.letter_example(letter).map(|example| example["data"].clone()).unwrap_or_default();
        let columns: Vec<ColumnOut> = wanted.iter().map(|field| column(field, language)).collect();
        let first = wanted.iter().map(|field| CellOut::Text(heading(field, &all, &headings, language)));
        // One letter as an example: its items stand in lines of their own below its first.
        let lists = wanted.iter().filter_map(|field| field.list.as_deref());
        let lines = lists.filter_map(|list| at(&example, list)?.as_array().map(Vec::len)).max().unwrap_or(1).max(1);
        let line = |line: usize| {
            let cells = wanted.iter().map(|field| match line == 0 || field.path == REFERENCE || field.list.is_some() {
                // Nobody makes a letter of the example by leaving it in.
                true if field.path == REFERENCE => match cell(field, &example, line, language) {
                    CellOut::Text(text) => CellOut::Text(format!("{} {text}", example_word(language))),
                    other => other,
                },
                true => cell(field, &example, line, language),
                false => CellOut::Blank,
            });
            (line + 2, cells.collect::<Vec<_>>())
        };
        let sheet = SheetOut { name: "Recto", columns: &columns, headings_row: 1, written: self.clock.now() };
        let bytes = sheet.bytes(std::iter::once((1, first.collect())).chain((0..lines).map(line)));
        bytes.map(Some).map_err(|error| DeskError::Io(std::io::Error::other(error)))
    }
}

fn is_wanted(field: &Field, brings: bool) -> bool {
    match field.path.as_str() {
        REFERENCE => true,
        path if KNOWN.contains(&path) => true,
        "party.full_name" | "party.address.unit" => false,
        path if path.starts_with("party.latin_name") => false,
        path if path.starts_with("facts.") => true,
        _ => brings,
    }
}

fn column(field: &Field, language: Language) -> ColumnOut {
    let choices = match &field.kind {
        FieldKind::Words(words) => words.shown.iter().map(|(key, _)| word(words, key, language)).collect(),
        FieldKind::Truth => [true, false].map(|truth| truth_word(truth, language).to_owned()).to_vec(),
        _ => Vec::new(),
    };
    let hint = field.hint.as_ref().map(|hint| hint.get(language).to_owned());
    let width = u16::try_from(field.shown(language).chars().count() + 4).unwrap_or(40).clamp(14, 40);
    ColumnOut { width, note: hint, choices }
}

/// The word of a key, if the reader takes it for that key; the key itself where it does not.
fn word(words: &crate::merge::ValueWords, key: &str, language: Language) -> String {
    let shown = words.shown.iter().find(|(known, _)| known == key).map(|(_, text)| text.get(language).to_owned());
    shown
        .filter(|shown| words.key(shown) == Some(key) && shown.chars().count() <= 60 && !shown.contains(','))
        .unwrap_or_else(|| key.to_owned())
}

/// The heading of a field: its label, if it means this field alone when it is read.
fn heading(field: &Field, all: &[Field], headings: &Headings, language: Language) -> String {
    let place = all.iter().position(|one| one.path == field.path).unwrap_or_default();
    let ways = [field.label.get(language), field.whole_label.get(language), &field.path];
    let unique = |text: &&str| {
        headings.meaning(text) == Meaning::One(place)
            && all.iter().filter(|one| one.label.get(language) == *text).count() < 2
    };
    ways.into_iter().find(unique).unwrap_or(&field.path).to_owned()
}

/// The value at a dotted path.
fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, step| value.get(step))
}

/// A field of the example; of a list, that of one of its items.
fn cell(field: &Field, example: &Value, line: usize, language: Language) -> CellOut {
    let value = match &field.list {
        Some(list) => {
            let item = at(example, list).and_then(|items| items.get(line));
            item.and_then(|item| if field.path == *list { Some(item) } else { at(item, &field.path[list.len() + 1..]) })
        }
        None => at(example, &field.path),
    };
    let value = value.unwrap_or(&Value::Null);
    let text = match (value, &field.kind) {
        (Value::Array(items), FieldKind::Paragraphs) => {
            let paragraphs = items.iter().filter_map(|item| item["paragraph"].as_str());
            paragraphs.collect::<Vec<_>>().join("\n")
        }
        (Value::Array(items), _) if field.path == LINES => {
            items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n")
        }
        (Value::String(text), FieldKind::Words(words)) => word(words, text, language),
        (Value::String(text), _) => text.clone(),
        (Value::Bool(truth), _) => truth_word(*truth, language).to_owned(),
        (Value::Number(number), _) => number.to_string(),
        _ => return CellOut::Blank,
    };
    match &field.kind {
        FieldKind::Amount { .. } => money::parse_signed(&text).map_or(CellOut::Text(text), CellOut::Amount),
        FieldKind::Day => text.parse().map_or(CellOut::Text(text), CellOut::Day),
        _ => CellOut::Text(text),
    }
}
