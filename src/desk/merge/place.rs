//! Where in a sheet something stands: the cell of a value of an event.

use crate::case::Text;
use crate::merge::{Column, Field, MergeRow, letters};

/// The columns of a sheet, by the fields that they tell.
pub(super) struct Places<'p> {
    columns: &'p [Column],
    fields: &'p [Field],
}

impl<'p> Places<'p> {
    pub fn of(columns: &'p [Column], fields: &'p [Field]) -> Places<'p> {
        Places { columns, fields }
    }

    /// The column that tells a field, or a part of it, or what it is a part of.
    fn column(&self, path: &str) -> Option<&'p Column> {
        let told = |is: &dyn Fn(&str) -> bool| {
            self.columns.iter().find(|column| column.field.is_some_and(|place| is(&self.fields[place].path)))
        };
        let name = matches!(path, "party.surname" | "party.given_name").then_some("party.full_name");
        told(&|own| own == path)
            .or_else(|| told(&|own| Some(own) == name))
            .or_else(|| told(&|own| own.starts_with(&format!("{path}."))))
            .or_else(|| told(&|own| path.starts_with(&format!("{own}."))))
            .or_else(|| {
                path.starts_with("party.address").then(|| told(&|own| own.starts_with("party.address"))).flatten()
            })
    }

    /// The cell of a field in a row; that of the case reference where no column tells it.
    pub fn cell(&self, path: &str, row: usize) -> String {
        let column = self.column(path).or_else(|| self.column("case.reference"));
        format!("{}{row}", column.map_or_else(|| "A".to_owned(), |column| letters(column.index)))
    }

    /// What a field's column is called; the field's own label where it has none.
    pub fn heading(&self, path: &str) -> String {
        self.column(path).map_or_else(|| self.label(path).en, |column| column.heading.clone())
    }

    /// Whether a column tells a field.
    pub fn has(&self, path: &str) -> bool {
        self.column(path).is_some()
    }

    /// What a field is called.
    pub fn label(&self, path: &str) -> Text {
        let is_in = |field: &&Field| field.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'));
        let own = self.fields.iter().find(|field| field.path == path).map(|field| field.whole_label.clone());
        own.or_else(|| self.fields.iter().find(is_in).map(group_label)).unwrap_or_else(|| path.into())
    }

    /// The path of a JSON Pointer into the request: `/data/facts/transactions/1/date` is `facts.transactions.date`.
    pub fn path_of(&self, pointer: &str) -> String {
        let steps = pointer
            .trim_start_matches("/data")
            .split('/')
            .filter(|step| !step.is_empty() && step.parse::<usize>().is_err());
        steps.collect::<Vec<_>>().join(".")
    }

    /// The cell that a JSON Pointer is about.
    pub fn placed(&self, pointer: &str, row: &MergeRow) -> String {
        let path = self.path_of(pointer);
        let index = pointer.split('/').find_map(|step| step.parse::<usize>().ok());
        let line =
            row.items.iter().find(|(list, _)| path.starts_with(list.as_str())).and_then(|(_, lines)| lines.get(index?));
        self.cell(&path, line.copied().unwrap_or(row.number))
    }
}

/// What that is called which a field is in.
fn group_label(field: &Field) -> Text {
    let of = |whole: &str, sign: &str| whole.split_once(sign).map_or(whole, |(list, _)| list).trim().to_owned();
    Text::new(of(&field.whole_label.en, ":"), of(&field.whole_label.fr, " :"))
}
