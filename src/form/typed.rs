//! What was typed, and the rows that are added, moved and taken out of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The most characters of all that is typed into one form: three hundred pages.
pub const MOST: usize = 1 << 20;

/// The most rows of a list: more than any schema takes, and few enough to be gone through.
const MOST_ROWS: usize = 1_000;

/// What was typed: a text for each path, kept whether it can be read or not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Typed(pub BTreeMap<String, String>);

/// What somebody does to the rows of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Adds one at the end of the list at a path.
    Add(String),
    /// Takes the row at a path out.
    Remove(String),
    /// Moves it up by one.
    Up(String),
}

impl Change {
    /// What a button says: `add:PATH`, `remove:PATH.N`, `up:PATH.N`.
    pub fn read(button: &str) -> Option<Change> {
        let (act, path) = button.split_once(':')?;
        match act {
            "add" => Some(Change::Add(path.to_owned())),
            "remove" => Some(Change::Remove(path.to_owned())),
            "up" => Some(Change::Up(path.to_owned())),
            _ => None,
        }
    }
}

impl Typed {
    /// The fields of a form that was sent: those with these roots, and with rows that a form can have.
    pub fn of(given: &[(String, String)], roots: &[&str]) -> Typed {
        let is_row = |step: &str| step.parse::<usize>().is_ok_and(|row| row < MOST_ROWS);
        let is_step = |step: &str| is_row(step) || !step.starts_with(|first: char| first.is_ascii_digit());
        let own =
            |path: &str| roots.contains(&path.split('.').next().unwrap_or_default()) && path.split('.').all(is_step);
        let fields = given.iter().filter(|(path, _)| own(path));
        // Browsers send CR LF, and the number of lines is the same without.
        Typed(fields.map(|(path, text)| (path.clone(), text.replace("\r\n", "\n"))).collect())
    }

    /// The text at a path; empty where there is none.
    pub fn at(&self, path: &str) -> &str {
        self.0.get(path).map_or("", |text| text.trim())
    }

    /// The text at a path, as it was typed.
    pub fn as_typed(&self, path: &str) -> &str {
        self.0.get(path).map_or("", String::as_str)
    }

    /// Types a text at a path.
    pub fn put(&mut self, path: impl Into<String>, text: impl Into<String>) {
        self.0.insert(path.into(), text.into());
    }

    /// Adds a paragraph to the text at a path, at its end; nothing where the form has no such field.
    pub fn add_to(&mut self, path: &str, paragraph: &str) {
        if let Some(text) = self.0.get_mut(path) {
            *text = [text.trim_end(), paragraph]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join("\n\n");
        }
    }

    /// Whether nothing is typed at a path or below it.
    pub fn is_blank(&self, path: &str) -> bool {
        self.below(path).all(|(_, text)| text.trim().is_empty())
    }

    fn below<'t>(&'t self, path: &'t str) -> impl Iterator<Item = (&'t String, &'t String)> {
        let is_below =
            move |one: &str| one.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        self.0
            .range(path.to_owned()..)
            .take_while(move |(one, _)| one.starts_with(path))
            .filter(move |(one, _)| is_below(one))
    }

    /// How many rows the list at a path has.
    pub fn rows(&self, path: &str) -> usize {
        let number = |one: &str| one.strip_prefix(path)?.strip_prefix('.')?.split('.').next()?.parse::<usize>().ok();
        let numbers = self.below(path).filter_map(|(one, _)| number(one)).filter(|row| *row < MOST_ROWS);
        numbers.max().map_or(0, |last| last + 1)
    }

    /// Changes the rows of a list.
    pub fn change(&mut self, change: &Change) {
        match change {
            Change::Add(path) if self.rows(path) < MOST_ROWS => self.put(format!("{path}.{}", self.rows(path)), ""),
            Change::Add(_) => {}
            Change::Remove(row) => {
                let Some((list, number)) = row_of(row).filter(|(list, number)| *number < self.rows(list)) else {
                    return;
                };
                let last = self.rows(list).saturating_sub(1);
                (number..last).for_each(|at| self.swap(list, at, at + 1));
                self.cut(&format!("{list}.{last}"));
            }
            Change::Up(row) => {
                let is_there = |list: &str, number: usize| number > 0 && number < self.rows(list);
                let Some((list, number)) = row_of(row).filter(|(list, number)| is_there(list, *number)) else { return };
                self.swap(list, number - 1, number);
            }
        }
    }

    fn swap(&mut self, list: &str, one: usize, other: usize) {
        let (one, other) = (format!("{list}.{one}"), format!("{list}.{other}"));
        let (first, second) = (self.cut(&one), self.cut(&other));
        let moved = |rows: Vec<(String, String)>, to: &str| {
            rows.into_iter().map(|(rest, text)| (format!("{to}{rest}"), text)).collect::<Vec<_>>()
        };
        self.0.extend(moved(first, &other));
        self.0.extend(moved(second, &one));
    }

    /// Takes out what is at a path and below it: what is left of each path behind it, with its text.
    fn cut(&mut self, path: &str) -> Vec<(String, String)> {
        let paths: Vec<String> = self.below(path).map(|(one, _)| one.clone()).collect();
        paths.into_iter().filter_map(|one| Some((one[path.len()..].to_owned(), self.0.remove(&one)?))).collect()
    }
}

/// The list of a row's path, and the row's number.
fn row_of(path: &str) -> Option<(&str, usize)> {
    let (list, number) = path.rsplit_once('.')?;
    Some((list, number.parse().ok()?))
}
