//! What each column of a table tells: as the mapping says, as its heading says, or as its cells show.

use std::collections::{BTreeMap, BTreeSet};

use super::ask::{ask_field, ask_mark, ask_order, dates_mixed, is_insured};
use super::column::Seen;
use super::day::DayOrder;
use super::field::{FULL_NAME, Field, FieldKind};
use super::heading::{Headings, Meaning, counts, is_own, may_repeat};
use super::mapping::{Choice, LeftOut, Mapping, Question, What, letters};
use super::table::Table;
use super::value::Settled;
use crate::case::{Fault, Text};

/// A column of a table.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its place, from 0.
    pub index: usize,
    /// Its heading; its letter where it has none.
    pub heading: String,
    /// The field that it tells, as a place among the fields; none where it tells nothing.
    pub field: Option<usize>,
    /// The first values in it that differ, as they are shown.
    pub examples: Vec<String>,
    /// Whether it is hidden.
    pub hidden: bool,
    /// Whether it only counts rows.
    pub counter: bool,
    /// Whether a question about how its cells are written is open.
    pub asks: bool,
    /// What holds for all of its cells.
    pub settled: Settled,
}

/// What was understood of the columns.
#[derive(Debug, Default)]
pub struct Columns {
    /// The columns in order.
    pub columns: Vec<Column>,
    /// What can be understood in several ways.
    pub questions: Vec<Question>,
    /// What tells nothing.
    pub left_out: Vec<LeftOut>,
    /// What is wrong with them.
    pub faults: Vec<Fault>,
    /// The mapping as it stands.
    pub mapping: Mapping,
}

/// The answer that leaves something out.
pub const LEAVE_OUT: &str = "leave-out";
/// The answer that takes something in.
pub const TAKE: &str = "take";

/// What the columns of a table tell. `given` is the mapping that was given, or kept for the form.
pub fn columns(table: &Table, fields: &[Field], headings: &Headings, seen: &[Seen], given: &Mapping) -> Columns {
    let width = table.headings.len().max(seen.len());
    let mut made = Columns {
        mapping: Mapping {
            sheet: Some(table.sheet.clone()).filter(|name| !name.is_empty()),
            for_all: given.for_all.clone(),
            answers: given.answers.clone(),
            columns: BTreeMap::new(),
        },
        ..Columns::default()
    };
    let meanings: Vec<Meaning> = (0..width).map(|index| meaning(table, fields, headings, seen, index)).collect();
    let taken: BTreeSet<usize> = meanings
        .iter()
        .filter_map(|meaning| if let Meaning::One(place) = meaning { Some(*place) } else { None })
        .collect();
    let empty = Seen::default();
    for (index, meaning) in meanings.into_iter().enumerate() {
        let text = table.headings.get(index).map(String::as_str).unwrap_or_default();
        let seen = seen.get(index).unwrap_or(&empty);
        if text.is_empty() && seen.filled == 0 {
            continue;
        }
        let letter = letters(index);
        let field = match given.column(&letter, text) {
            Some(None) => None,
            Some(Some(path)) => made.field_named(fields, path, &letter, &table.heading(index)),
            None => made.proposed(meaning, fields, &taken, &letter, &table.heading(index), given),
        };
        let hidden = table.layout.hidden_columns.contains(&index);
        let counter = field.is_none() && (counts(text) || text.is_empty() && seen.counts());
        made.refuse_insured(field.map(|place| &fields[place]), text, seen, &letter);
        let mut column = Column {
            index,
            heading: table.heading(index),
            field,
            examples: seen.examples(),
            hidden,
            counter,
            asks: false,
            settled: seen.settled(),
        };
        made.ask_hidden(&mut column, given);
        made.settle(&mut column, fields, seen, given);
        made.columns.push(column);
    }
    made.ask_untold(fields, seen, given);
    made.refuse_doubles(fields);
    made.conclude(table, fields);
    made
}

fn meaning(table: &Table, fields: &[Field], headings: &Headings, seen: &[Seen], index: usize) -> Meaning {
    let text = table.headings.get(index).map(String::as_str).unwrap_or_default();
    let seen = seen.get(index);
    let shown = seen.and_then(|seen| seen.shows(fields));
    match headings.meaning(text) {
        // What counts the rows is no case reference, whatever it is called.
        Meaning::One(place) if seen.is_some_and(|seen| !seen.can_be(&fields[place])) => {
            shown.map_or(Meaning::Unknown, Meaning::One)
        }
        Meaning::One(place) => Meaning::One(place),
        Meaning::Several(places) if shown.is_some_and(|shown| places.contains(&shown)) => {
            Meaning::One(shown.unwrap_or_default())
        }
        Meaning::Several(places) => Meaning::Several(places),
        Meaning::Unknown => shown.map_or(Meaning::Unknown, Meaning::One),
    }
}

impl Columns {
    /// The field that a mapping names, or the fault that there is none of the name.
    fn field_named(&mut self, fields: &[Field], path: &str, letter: &str, heading: &str) -> Option<usize> {
        let found = fields.iter().position(|field| field.path == path);
        if found.is_none() {
            let near = fields
                .iter()
                .map(|field| (strsim::jaro_winkler(&field.path, path), &field.path))
                .max_by(|one, other| one.0.total_cmp(&other.0));
            let near = near.map(|(_, path)| path.as_str()).unwrap_or_default();
            self.faults.push(Fault::new(
                "field-unknown",
                letter,
                format!("The mapping of column {letter} “{heading}” names “{path}”, which the letter does not have. Did you mean “{near}”?"),
                format!("L’affectation de la colonne {letter} « {heading} » nomme « {path} », que la lettre n’a pas. Vouliez-vous dire « {near} »?"),
            ));
        }
        found
    }

    /// The field that a heading means; asked where it means several that no other column tells.
    fn proposed(
        &mut self,
        meaning: Meaning,
        fields: &[Field],
        taken: &BTreeSet<usize>,
        letter: &str,
        heading: &str,
        given: &Mapping,
    ) -> Option<usize> {
        let mut places = match meaning {
            Meaning::One(place) => return Some(place),
            Meaning::Unknown => return None,
            Meaning::Several(places) => places,
        };
        places.retain(|place| !taken.contains(place) || may_repeat(&fields[*place]));
        let of_path = |path: &str| fields.iter().position(|field| field.path == path);
        // “Nom” beside “Prénom” is the surname; alone it is the whole name.
        if places.iter().any(|place| fields[*place].path == FULL_NAME) {
            let has_given = of_path("party.given_name").is_some_and(|place| taken.contains(&place));
            let wanted = if has_given { "party.surname" } else { FULL_NAME };
            if let Some(place) = of_path(wanted).filter(|place| places.contains(place)) {
                return Some(place);
            }
        }
        // An item of a list is told only in columns beside others of its list.
        let lists: BTreeSet<&str> = taken.iter().filter_map(|place| fields[*place].list.as_deref()).collect();
        places.retain(|place| fields[*place].list.as_deref().is_none_or(|list| lists.contains(list)));
        let in_list: Vec<usize> = places.iter().copied().filter(|place| fields[*place].list.is_some()).collect();
        if let [place] = in_list.as_slice() {
            return Some(*place);
        }
        match places.as_slice() {
            [] => None,
            [place] => Some(*place),
            _ => {
                let key = format!("column:{letter}");
                match given.answers.get(&key).map(String::as_str) {
                    Some(LEAVE_OUT) => None,
                    Some(path) if places.iter().any(|place| fields[*place].path == path) => of_path(path),
                    _ => {
                        self.questions.push(ask_field(key, letter, heading, fields, &places));
                        None
                    }
                }
            }
        }
    }

    /// No Social Insurance Number is kept, and a merge keeps its sheet: a column of them is refused, and so is one that is nothing else's
    /// and has some. Those of the letter's own values are found by the check of its data.
    fn refuse_insured(&mut self, field: Option<&Field>, text: &str, seen: &Seen, letter: &str) {
        let named = is_insured(text) || field.is_none() && seen.is_insured();
        if !named && (field.is_some() || seen.insured.is_empty()) {
            return;
        }
        let place = if named {
            letter.to_owned()
        } else {
            seen.insured.iter().take(20).map(|row| format!("{letter}{row}")).collect::<Vec<_>>().join(", ")
        };
        self.faults.push(Fault::new(
            "insurance-numbers",
            place,
            format!("Column {letter} “{text}” has what could be Social Insurance Numbers. They stand in no letter, and a merge keeps its sheet: take them out, and give the sheet without them."),
            format!("La colonne {letter} « {text} » contient ce qui pourrait être des numéros d’assurance sociale. Ils ne figurent dans aucune lettre, et une fusion conserve sa feuille : retirez-les, et donnez la feuille sans eux."),
        ));
    }

    /// A column of days or amounts that says nothing is asked about where the letter needs one that no column tells: what the register
    /// would say in its place may be another.
    fn ask_untold(&mut self, fields: &[Field], seen: &[Seen], given: &Mapping) {
        let told: BTreeSet<usize> = self.columns.iter().filter_map(|column| column.field).collect();
        let wanted = |place: &usize| {
            let field = &fields[*place];
            field.required && field.list.is_none() && !told.contains(place) && !given.for_all.contains_key(&field.path)
        };
        let wanted: Vec<usize> = (0..fields.len()).filter(wanted).collect();
        for index in 0..self.columns.len() {
            let mut column = self.columns[index].clone();
            if column.field.is_some() || column.counter || is_own(&column.heading) {
                continue;
            }
            let (letter, empty) = (letters(column.index), Seen::default());
            let seen = seen.get(column.index).unwrap_or(&empty);
            let is_like = |place: &usize| seen.is_like(&fields[*place].kind);
            let places: Vec<usize> = wanted.iter().copied().filter(is_like).collect();
            let key = format!("column:{letter}");
            let known = given.column(&letter, &column.heading).is_some()
                || self.questions.iter().any(|question| question.key == key);
            if places.is_empty() || known {
                continue;
            }
            let answer = given.answers.get(&key).map(String::as_str);
            column.field = places.iter().copied().find(|place| Some(fields[*place].path.as_str()) == answer);
            if column.field.is_none() && answer != Some(LEAVE_OUT) {
                self.questions.push(ask_field(key, &letter, &column.heading, fields, &places));
            }
            self.ask_hidden(&mut column, given);
            self.settle(&mut column, fields, seen, given);
            self.columns[index] = column;
        }
    }

    /// A hidden column that tells something is asked about.
    fn ask_hidden(&mut self, column: &mut Column, given: &Mapping) {
        if !column.hidden || column.field.is_none() {
            return;
        }
        let letter = letters(column.index);
        let key = format!("hidden-column:{letter}");
        match given.answers.get(&key).map(String::as_str) {
            Some(TAKE) => {}
            Some(LEAVE_OUT) => {
                column.field = None;
                self.left_out.push(LeftOut::column(What::HiddenColumn, &letter, &column.heading));
            }
            _ => self.questions.push(Question {
                key,
                place: letter.clone(),
                message: Text::new(
                    format!("Column {letter} “{}” is hidden. Is it to be used?", column.heading),
                    format!("La colonne {letter} « {} » est masquée. Faut-il s’en servir?", column.heading),
                ),
                choices: vec![
                    Choice::new(TAKE, ("use it", "s’en servir")),
                    Choice::new(LEAVE_OUT, ("leave it out", "l’omettre")),
                ],
            }),
        }
    }

    /// Settles how the days and amounts of a column are written, or asks.
    fn settle(&mut self, column: &mut Column, fields: &[Field], seen: &Seen, given: &Mapping) {
        let Some(field) = column.field.map(|place| &fields[place]) else { return };
        let letter = letters(column.index);
        match (&field.kind, &seen.first_day, &seen.first_either) {
            (FieldKind::Day, Some((row, text)), _) if seen.has_two_ways() => {
                let key = format!("dates:{letter}");
                let orders = seen.orders();
                let answer = given.answers.get(&key).and_then(|answer| answer.parse::<DayOrder>().ok());
                column.settled.order = answer.filter(|order| orders.contains(order));
                column.asks = column.settled.order.is_none();
                if column.asks {
                    self.questions.push(ask_order(key, format!("{letter}{row}"), &column.heading, text, &orders));
                }
            }
            (FieldKind::Day, Some((row, text)), _) if seen.orders().is_empty() => {
                self.faults.push(dates_mixed(&format!("{letter}{row}"), &column.heading, text))
            }
            (FieldKind::Amount { .. }, _, Some((row, text))) => {
                let key = format!("amounts:{letter}");
                column.settled.thousands = match given.answers.get(&key).map(String::as_str) {
                    Some("thousands") => Some(true),
                    Some("decimals") => Some(false),
                    _ => None,
                };
                column.asks = column.settled.thousands.is_none();
                if column.asks {
                    self.questions.push(ask_mark(key, format!("{letter}{row}"), &column.heading, text));
                }
            }
            _ => {}
        }
    }

    /// Two columns for one thing are refused.
    fn refuse_doubles(&mut self, fields: &[Field]) {
        let mut by_field: BTreeMap<usize, Vec<&Column>> = BTreeMap::new();
        for column in &self.columns {
            if let Some(field) = column.field {
                by_field.entry(field).or_default().push(column);
            }
        }
        for (field, columns) in by_field {
            let field = &fields[field];
            let mut folded: Vec<String> =
                columns.iter().map(|column| super::heading::folded(&column.heading)).collect();
            folded.sort_unstable();
            let repeated = folded.windows(2).any(|pair| pair[0] == pair[1]);
            if columns.len() < 2 || may_repeat(field) && !repeated && are_lines(&columns) {
                continue;
            }
            let named = |and: &str, open: &str, close: &str| {
                let named: Vec<String> = columns
                    .iter()
                    .map(|column| format!("{} {open}{}{close}", letters(column.index), column.heading))
                    .collect();
                named.join(and)
            };
            self.faults.push(Fault::new(
                "columns-for-one-thing",
                columns.iter().map(|column| letters(column.index)).collect::<Vec<_>>().join(", "),
                format!("Several columns tell one thing, “{}”: {}. Take all but one out, or say in the mapping which one counts.", field.whole_label.en, named(" and ", "“", "”")),
                format!("Plusieurs colonnes disent une seule chose, « {} » : {}. N’en gardez qu’une, ou dites dans l’affectation laquelle compte.", field.whole_label.fr, named(" et ", "« ", " »")),
            ));
        }
    }

    fn conclude(&mut self, table: &Table, fields: &[Field]) {
        for column in &self.columns {
            let letter = letters(column.index);
            let name = match table.headings.get(column.index).map(String::as_str).unwrap_or_default() {
                "" => letter.clone(),
                _ if self
                    .columns
                    .iter()
                    .filter(|other| super::heading::is_same(&other.heading, &column.heading))
                    .count()
                    > 1 =>
                {
                    letter.clone()
                }
                heading => heading.to_owned(),
            };
            let field = column.field.map(|place| fields[place].path.clone());
            let asked = self.questions.iter().any(|question| question.key == format!("column:{letter}"));
            if field.is_none() && !asked && !self.left_out.iter().any(|left| left.place == letter) {
                self.left_out.push(LeftOut::column(What::Column, &letter, &column.heading));
            }
            // What is asked about is not settled yet.
            if !asked {
                self.mapping.columns.insert(name, field);
            }
        }
    }
}

/// Whether several columns are the lines of one address, and not one line twice: their headings say which line each is, or one is the
/// street and the other the place.
fn are_lines(columns: &[&Column]) -> bool {
    let numbers: Vec<Option<u32>> = columns
        .iter()
        .map(|column| column.heading.chars().rev().find(char::is_ascii_digit).and_then(|c| c.to_digit(10)))
        .collect();
    let distinct: BTreeSet<&u32> = numbers.iter().flatten().collect();
    let numbered = numbers.iter().flatten().count();
    // “Adresse” and “Adresse 2”, “Adresse” and “Adresse (suite)”, “Street” and “PO Box”.
    numbered == distinct.len()
}
