//! Lines that make one letter together.

use std::collections::BTreeMap;

use serde_json::Value;

use super::columns::Column;
use super::field::{Field, REFERENCE};
use super::heading::folded;
use super::row::{LineRead, MergeRow, row};

/// Lines by the case that they are about, in the order of the sheet.
pub(super) struct Groups<'g> {
    columns: &'g [Column],
    fields: &'g [Field],
    /// What every row says.
    for_all: &'g [(usize, Value)],
    /// The rows so far, where no column has items of a list: each line is one.
    rows: Vec<MergeRow>,
    /// The fields that tell whose a line is.
    keys: Vec<usize>,
    /// The column of the reference.
    reference: Option<usize>,
    has_lists: bool,
    order: Vec<Vec<LineRead>>,
    by_key: BTreeMap<String, usize>,
    /// The first letter of each case.
    first: BTreeMap<String, usize>,
}

impl<'g> Groups<'g> {
    pub fn new(columns: &'g [Column], fields: &'g [Field], for_all: &'g [(usize, Value)]) -> Groups<'g> {
        let of =
            |path: &str| columns.iter().filter_map(|column| column.field).find(|place| fields[*place].path == path);
        let told = columns.iter().filter_map(|column| column.field);
        Groups {
            columns,
            fields,
            for_all,
            rows: Vec::new(),
            keys: [REFERENCE, "party.id", "party.full_name", "party.given_name", "party.surname", "facts.debt_number"]
                .iter()
                .filter_map(|path| of(path))
                .collect(),
            reference: of(REFERENCE),
            has_lists: told.clone().any(|place| fields[place].list.is_some()),
            order: Vec::new(),
            by_key: BTreeMap::new(),
            first: BTreeMap::new(),
        }
    }

    pub fn add(&mut self, line: LineRead) {
        if !self.has_lists {
            return self.rows.push(row(vec![line], self.columns, self.fields, self.for_all));
        }
        let text = |place: &usize| line.values.get(place).map(|value| folded(value.as_str().unwrap_or_default()));
        let key: Vec<String> = self.keys.iter().map(|place| text(place).unwrap_or_default()).collect();
        // A further line of the one above says nothing but its item.
        let goes_on = line.values.is_empty() && !line.items.is_empty() && line.faults.is_empty();
        if let (true, Some(last)) = (goes_on, self.order.last_mut()) {
            return last.push(line);
        }
        let named = self.reference.is_some_and(|place| line.values.contains_key(&place));
        // A further line may say its case alone.
        let bare = self.reference.is_some_and(|place| line.values.keys().all(|known| *known == place));
        let first = self
            .reference
            .and_then(|place| line.values.get(&place))
            .and_then(|value| self.first.get(&value.to_string()));
        if let Some(place) = first.copied().filter(|_| bare && !line.items.is_empty()) {
            return self.order[place].push(line);
        }
        if let Some(value) = self.reference.and_then(|place| line.values.get(&place)) {
            self.first.entry(value.to_string()).or_insert(self.order.len());
        }
        if let Some(place) = self.by_key.get(&key.join("\n")).filter(|_| named) {
            return self.order[*place].push(line);
        }
        self.by_key.insert(key.join("\n"), self.order.len());
        self.order.push(vec![line]);
    }

    pub fn rows(mut self) -> Vec<MergeRow> {
        self.rows.extend(self.order.into_iter().map(|lines| row(lines, self.columns, self.fields, self.for_all)));
        self.rows
    }
}
