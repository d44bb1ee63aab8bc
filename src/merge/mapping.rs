//! How a sheet is understood: which column tells what, and what was answered where it can be understood in several ways.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::heading::{folded, is_same};
use crate::case::letter::sha256_hex;
use crate::case::{Both, Language, Text};

/// How a sheet is understood. It is proposed, confirmed or changed by hand, and kept under the sheet's form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The worksheet; the only one that fits where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// What each column tells, by its heading or its letter: a field, or nothing.
    #[serde(default)]
    pub columns: BTreeMap<String, Option<String>>,
    /// What is the same for every row, and in no column.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub for_all: BTreeMap<String, String>,
    /// Answers to questions, by their keys. An empty one takes back what was answered or kept: it is asked again.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, String>,
}

impl Mapping {
    /// What it says of a column, if anything.
    pub(super) fn column(&self, letter: &str, heading: &str) -> Option<Option<&str>> {
        let by_letter = self.columns.get(letter);
        let found =
            by_letter.or_else(|| self.columns.iter().find(|(name, _)| is_same(name, heading)).map(|(_, field)| field));
        found.map(Option::as_deref)
    }

    /// Has a column tell something, or nothing.
    pub fn tell(&mut self, letter: &str, heading: &str, field: Option<&str>) {
        self.propose(letter, heading);
        self.columns.insert(letter.to_owned(), field.map(str::to_owned));
        // It is asked anew whether one that is hidden is to be used.
        self.answers.remove(&format!("hidden-column:{letter}"));
    }

    /// Leaves it to the sheet what a column tells.
    fn propose(&mut self, letter: &str, heading: &str) {
        self.columns.retain(|name, _| name != letter && !is_same(name, heading));
    }

    /// Takes an answer back. `heading` is that of a column, by its letter.
    pub fn ask_again(&mut self, key: &str, heading: impl Fn(&str) -> String) {
        match key.split_once(':') {
            None if key == "sheet" => self.sheet = None,
            // What an answer has made of a column goes with it.
            Some(("column" | "hidden-column", letter)) => self.propose(letter, &heading(letter)),
            _ => {}
        }
        self.answers.insert(key.to_owned(), String::new());
    }

    /// This one, laid over one that was kept.
    pub(super) fn over(&self, kept: &Mapping, heading: impl Fn(&str) -> String) -> Mapping {
        let mut both = kept.clone();
        both.sheet.clone_from(&self.sheet);
        self.answers.iter().filter(|(_, answer)| answer.is_empty()).for_each(|(key, _)| both.ask_again(key, &heading));
        both.columns.retain(|name, _| self.column("", name).is_none());
        both.columns.extend(self.columns.clone());
        both.for_all.extend(self.for_all.clone());
        both.answers.extend(self.answers.clone());
        both
    }

    /// What is worth keeping for the next sheet of the same form: not what was said of this one's rows.
    pub fn of_form(&self) -> Mapping {
        let of_form = |key: &str| key.starts_with("dates:") || key.starts_with("column:");
        let kept = self.answers.iter().filter(|(key, answer)| of_form(key) && !answer.is_empty());
        Mapping {
            sheet: None,
            columns: self.columns.clone(),
            for_all: BTreeMap::new(),
            answers: kept.map(|(key, answer)| (key.clone(), answer.clone())).collect(),
        }
    }
}

/// The form of a sheet: its headings, however they are written.
pub fn form(headings: &[String]) -> String {
    let folded: Vec<String> = headings.iter().map(|heading| folded(heading)).collect();
    sha256_hex(folded.join("\n").as_bytes())
}

/// The letters of a column, from 0: A, B, … Z, AA.
pub fn letters(column: usize) -> String {
    let letter = char::from(b'A' + u8::try_from(column % 26).unwrap_or_default());
    if column < 26 { letter.to_string() } else { format!("{}{letter}", letters(column / 26 - 1)) }
}

/// Something that can be understood in several ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Its key among the answers of a mapping, such as `dates:D`.
    pub key: String,
    /// Where: a cell, or several.
    pub place: String,
    /// The question.
    pub message: Text,
    /// What may be answered.
    pub choices: Vec<Choice>,
}

/// An answer that may be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// As it stands among the answers.
    pub answer: String,
    /// What it means.
    pub message: Text,
}

impl Choice {
    pub(super) fn new(answer: impl Into<String>, message: impl Into<Text>) -> Choice {
        Choice { answer: answer.into(), message: message.into() }
    }
}

/// Something in the sheet that no letter is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// What it is.
    pub what: What,
    /// Where: `rows 1–3`, a column, a worksheet.
    pub place: String,
    /// What it is, in words.
    pub message: Text,
}

/// What is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum What {
    /// Rows above the headings.
    Title,
    /// Rows without anything.
    Blank,
    /// Rows with nothing but their number.
    Counter,
    /// The example of an empty sheet that was filled in.
    Example,
    /// Rows of totals.
    Total,
    /// The headings once more.
    RepeatedHeadings,
    /// Words beside the table.
    Note,
    /// Rows that are hidden, by hand or by a filter.
    HiddenRow,
    /// A column that is hidden.
    HiddenColumn,
    /// A worksheet that is hidden.
    HiddenSheet,
    /// Another worksheet.
    OtherSheet,
    /// A column that tells nothing of the letter.
    Column,
    /// Cells that are joined; what they say holds for each of them.
    Merged,
    /// Rows whose letters were made by an earlier merge.
    MadeBefore,
}

impl What {
    /// As programs read it.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// What is said of it.
    pub(super) fn says(self) -> Both {
        let (en, fr) = match self {
            What::Title => ("stands above the headings", "se trouve au-dessus des en-têtes"),
            What::Blank => ("blank", "vide"),
            What::Counter => ("nothing but a number", "rien qu’un numéro"),
            What::Example => ("the example of the empty sheet", "l’exemple de la feuille vide"),
            What::Total => ("a total", "un total"),
            What::RepeatedHeadings => ("the headings once more", "les en-têtes encore une fois"),
            What::Note => ("words beside the table", "du texte à côté du tableau"),
            What::HiddenRow => {
                ("hidden or filtered out, and left out as you chose", "masquée ou filtrée, et omise selon votre choix")
            }
            What::HiddenColumn => ("a hidden column", "une colonne masquée"),
            What::HiddenSheet => ("a hidden worksheet", "une feuille masquée"),
            What::OtherSheet => ("another worksheet", "une autre feuille"),
            What::Column => ("tells nothing that the letter needs", "ne dit rien dont la lettre ait besoin"),
            What::Merged => (
                "joined cells: what they say holds for each of their rows",
                "cellules fusionnées : ce qu’elles disent vaut pour chacune de leurs lignes",
            ),
            What::MadeBefore => {
                ("its letter was made by an earlier merge", "sa lettre a été faite par une fusion antérieure")
            }
        };
        Both { en, fr }
    }
}

/// Rows as people say them: `row 3`, `rows 3–5, 9`.
pub fn rows_said(rows: &[usize]) -> String {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for row in rows {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == *row => *last = *row,
            _ => ranges.push((*row, *row)),
        }
    }
    let more = ranges.len().saturating_sub(40);
    let shown = ranges
        .iter()
        .take(40)
        .map(|(first, last)| if first == last { first.to_string() } else { format!("{first}–{last}") });
    let shown = shown.collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{shown} … (+{more})") } else { shown }
}

impl LeftOut {
    /// Rows that are left out.
    pub fn rows(what: What, rows: &[usize]) -> LeftOut {
        let Both { en, fr } = what.says();
        let said = rows_said(rows);
        let (en_row, fr_row) = if rows.len() == 1 { ("Row", "Ligne") } else { ("Rows", "Lignes") };
        LeftOut {
            what,
            place: said.clone(),
            message: Text::new(format!("{en_row} {said}: {en}."), format!("{fr_row} {said} : {fr}.")),
        }
    }

    pub(super) fn column(what: What, letter: &str, heading: &str) -> LeftOut {
        let Both { en, fr } = what.says();
        LeftOut {
            what,
            place: letter.to_owned(),
            message: Text::new(
                format!("Column {letter} “{heading}”: {en}."),
                format!("Colonne {letter} « {heading} » : {fr}."),
            ),
        }
    }

    pub(super) fn sheet(what: What, name: &str) -> LeftOut {
        let Both { en, fr } = what.says();
        LeftOut {
            what,
            place: name.to_owned(),
            message: Text::new(format!("“{name}”: {en}."), format!("« {name} » : {fr}.")),
        }
    }

    /// What it is, in one language.
    pub fn message(&self, language: Language) -> &str {
        self.message.get(language)
    }
}
