//! A spreadsheet read as a merge: worksheet, headings, columns, rows, and whatever else is in it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::column::Seen;
use super::columns::{Column, LEAVE_OUT, TAKE, columns};
use super::field::{Field, REFERENCE};
use super::groups::Groups;
use super::heading::{Headings, folded};
use super::lines::Lines;
use super::mapping::{Choice, LeftOut, Mapping, Question, What, letters};
use super::row::{MergeRow, line};
use super::survey::Survey;
use super::table::{Table, fits, table};
use super::value::{Settled, value};
use crate::case::{Fault, Text};
use crate::spreadsheet::{Cell, FileKind, Workbook};

/// What a spreadsheet says.
#[derive(Debug, Default)]
pub struct Reading {
    /// The columns of its table.
    pub columns: Vec<Column>,
    /// The rows, one for each letter.
    pub rows: Vec<MergeRow>,
    /// What no letter is made of.
    pub left_out: Vec<LeftOut>,
    /// What can be understood in several ways and was not answered.
    pub questions: Vec<Question>,
    /// What is wrong with the whole.
    pub faults: Vec<Fault>,
    /// How it was understood.
    pub mapping: Mapping,
    /// The form of the sheet, under which the mapping is kept.
    pub form: String,
}

/// Who knows what a case reference looks like.
pub type IsReference<'r> = &'r (dyn Fn(&str) -> bool + Sync);

/// Reads a spreadsheet. `given` is the mapping that somebody gave; `kept` are those that were kept, by the form of the sheet.
///
/// # Errors
///
/// A fault where the file is damaged, or too large.
pub fn read(
    book: &Workbook,
    fields: &[Field],
    given: Option<&Mapping>,
    kept: &BTreeMap<String, Mapping>,
    is_reference: IsReference<'_>,
) -> Result<Reading, Fault> {
    let headings = Headings::of(fields);
    let mut reading = Reading::default();
    let Some(table) = reading.choose(book, fields, &headings, given, kept, is_reference)? else { return Ok(reading) };
    reading.form = table.form();
    let own = Mapping::default();
    let kept = kept.get(&reading.form);
    let mapping = match (given, kept) {
        (Some(given), Some(kept)) => given.over(kept, |letter| table.heading_of(letter)),
        (Some(given), None) => given.clone(),
        (None, kept) => kept.unwrap_or(&own).clone(),
    };
    reading.read_table(book, &table, fields, &headings, &mapping, is_reference)?;
    Ok(reading)
}

impl Reading {
    /// The table that is merged; none where there is none, or where it must be asked which.
    fn choose(
        &mut self,
        book: &Workbook,
        fields: &[Field],
        headings: &Headings,
        given: Option<&Mapping>,
        kept: &BTreeMap<String, Mapping>,
        is_reference: IsReference<'_>,
    ) -> Result<Option<Table>, Fault> {
        let wanted = given.and_then(|given| given.sheet.as_deref().or(given.answers.get("sheet").map(String::as_str)));
        let wanted = wanted.filter(|wanted| !wanted.is_empty());
        if let Some(wanted) = wanted.filter(|wanted| book.sheets().iter().all(|sheet| sheet.name != *wanted)) {
            let known: Vec<&str> = book.sheets().iter().map(|sheet| sheet.name.as_str()).collect();
            self.faults.push(Fault::new(
                "worksheet-unknown",
                wanted,
                format!("There is no worksheet “{wanted}”. There are: {}.", known.join(", ")),
                format!("Il n’y a pas de feuille « {wanted} ». Il y a : {}.", known.join(", ")),
            ));
            return Ok(None);
        }
        let mut found = Vec::new();
        let (mut others, mut hidden) = (Vec::new(), Vec::new());
        for sheet in book.sheets() {
            let is_wanted = wanted == Some(sheet.name.as_str());
            if sheet.hidden && !is_wanted {
                hidden.push(sheet.name.clone());
                continue;
            }
            match table(book, &sheet.name, headings, kept, given, is_reference)? {
                Some(table) if wanted.is_none() || is_wanted => found.push(table),
                Some(table) => others.push(table.sheet),
                None => others.push(sheet.name.clone()),
            }
        }
        let all = found.len();
        let fitting: Vec<Table> = found
            .iter()
            .filter(|table| fits(table, headings, fields, given) || kept.contains_key(&table.form()))
            .cloned()
            .collect();
        let chosen = match (fitting.as_slice(), all) {
            ([one], _) => Some(one.clone()),
            ([], 1) => found.first().cloned(),
            _ => None,
        };
        let candidates = if fitting.is_empty() { &found } else { &fitting };
        if chosen.is_none() && !candidates.is_empty() {
            self.ask_sheet(candidates);
        }
        if all == 0 {
            self.faults.push(no_headings(book));
        }
        let merged = chosen.as_ref().map(|table| table.sheet.as_str());
        let asked: Vec<&str> = self
            .questions
            .iter()
            .flat_map(|question| question.choices.iter().map(|choice| choice.answer.as_str()))
            .collect();
        let beside = found.iter().map(|table| table.sheet.clone()).chain(others);
        let beside = beside.filter(|name| Some(name.as_str()) != merged && !asked.contains(&name.as_str()));
        let mut left: Vec<LeftOut> = beside.map(|name| LeftOut::sheet(What::OtherSheet, &name)).collect();
        left.extend(hidden.iter().map(|name| LeftOut::sheet(What::HiddenSheet, name)));
        if all > 0 {
            self.left_out.extend(left);
        }
        Ok(chosen)
    }

    fn ask_sheet(&mut self, tables: &[Table]) {
        let choices = tables.iter().map(|table| Choice::new(&table.sheet, Text::from(table.sheet.as_str()))).collect();
        self.questions.push(Question {
            key: "sheet".to_owned(),
            place: String::new(),
            message: Text::new(
                "Several worksheets have a table that could be merged. Which one is it?",
                "Plusieurs feuilles ont un tableau qui pourrait être fusionné. De laquelle s’agit-il?",
            ),
            choices,
        });
    }

    fn read_table(
        &mut self,
        book: &Workbook,
        table: &Table,
        fields: &[Field],
        headings: &Headings,
        mapping: &Mapping,
        is_reference: IsReference<'_>,
    ) -> Result<(), Fault> {
        let mut seen: Vec<Seen> = Vec::new();
        let mut survey = Survey::default();
        let taken = mapping.answers.get("hidden-rows").map(String::as_str);
        table.each_line(book, &mut |row| {
            survey.look(&row, table.headings_row);
            if row.hidden && taken == Some(LEAVE_OUT) {
                return;
            }
            if seen.len() < row.cells.len() {
                seen.resize(row.cells.len(), Seen::default());
            }
            for (index, cell) in row.cells.iter().enumerate() {
                // The headings once more are no value.
                if !matches!(cell, Cell::Text(text) if table.headings.get(index).is_some_and(|heading| folded(heading) == folded(text)))
                {
                    seen[index].look(row.number, cell, is_reference);
                }
            }
        })?;
        let made = columns(table, fields, headings, &seen, mapping);
        self.columns = made.columns;
        self.questions.extend(made.questions);
        self.left_out.extend(made.left_out);
        self.faults.extend(made.faults);
        self.mapping = made.mapping;
        if !table.above.is_empty() {
            self.left_out.push(LeftOut::rows(What::Title, &table.above));
        }
        survey.say(self, taken, table);
        let for_all = self.for_all(mapping, fields);
        let has_reference =
            self.columns.iter().any(|column| column.field.is_some_and(|place| fields[place].path == REFERENCE));
        let asks = |question: &Question| question.choices.iter().any(|choice| choice.answer == REFERENCE);
        if !has_reference && !self.questions.iter().any(asks) {
            self.faults.push(no_reference(table));
        }
        if !survey.any {
            self.faults.push(no_rows(table));
        }
        self.read_rows(book, table, fields, &for_all, taken, is_reference)
    }

    /// What every row says, by the mapping.
    fn for_all(&mut self, mapping: &Mapping, fields: &[Field]) -> Vec<(usize, Value)> {
        let mut said = Vec::new();
        for (path, text) in &mapping.for_all {
            let place = fields.iter().position(|field| field.path == *path);
            let column = place.filter(|place| self.columns.iter().any(|column| column.field == Some(*place)));
            let read =
                place.map(|place| value(&Cell::Text(text.trim().to_owned()), &fields[place], Settled::default()));
            let (en, fr) = match (place, column, read) {
                (None, ..) => {
                    ("the letter has nothing of this name".to_owned(), "la lettre n’a rien de ce nom".to_owned())
                }
                (_, Some(_), _) => ("a column tells it, too".to_owned(), "une colonne le dit aussi".to_owned()),
                (Some(place), None, Some(Ok(Some(value)))) => {
                    said.push((place, value));
                    continue;
                }
                (_, _, Some(Err(wrong))) => (wrong.en, wrong.fr),
                _ => continue,
            };
            self.faults.push(Fault::new(
                "for-all-wrong",
                path.as_str(),
                format!("What is said for all rows of “{path}”: {en}"),
                format!("Ce qui est dit de « {path} » pour toutes les lignes : {fr}"),
            ));
        }
        said
    }

    fn read_rows(
        &mut self,
        book: &Workbook,
        table: &Table,
        fields: &[Field],
        for_all: &[(usize, Value)],
        taken: Option<&str>,
        is_reference: IsReference<'_>,
    ) -> Result<(), Fault> {
        let columns = std::mem::take(&mut self.columns);
        let mut left: BTreeMap<What, Vec<usize>> = BTreeMap::new();
        let mut lines = Lines::new(&table.headings, &columns, fields, is_reference);
        let mut grouped = Groups::new(&columns, fields, for_all);
        let wide = table.wide_rows();
        table.each_line(book, &mut |row| {
            // Until it is said, hidden rows are neither in nor out.
            if row.hidden && taken != Some(TAKE) {
                return;
            }
            if let Some(what) = lines.what(&row.cells, wide.contains(&row.number)) {
                left.entry(what).or_default().push(row.number);
                return;
            }
            let mut read = line(row.number, &row.cells, &columns, fields);
            // Whose cells do not fit under the headings has a separator too many, and nothing in it stands where it should.
            if book.kind() == FileKind::Text && row.cells.len() > table.headings.len() {
                read.faults = vec![too_wide(row.number, row.cells.len(), table.headings.len())];
            }
            grouped.add(read);
        })?;
        self.left_out.extend(left.iter().map(|(what, rows)| LeftOut::rows(*what, rows)));
        self.rows = grouped.rows();
        self.columns = columns;
        Ok(())
    }
}

fn too_wide(row: usize, cells: usize, headings: usize) -> Fault {
    Fault::new(
        "row-too-wide",
        format!("{}{row}", letters(headings)),
        format!(
            "The row has {cells} cells under {headings} headings. A separator stands within a value that has no quotation marks around it: put them there, or save the sheet as a workbook."
        ),
        format!(
            "La ligne a {cells} cellules sous {headings} en-têtes. Un séparateur se trouve dans une valeur sans guillemets : ajoutez-les, ou enregistrez la feuille comme classeur."
        ),
    )
}

fn no_headings(book: &Workbook) -> Fault {
    let names: BTreeSet<&str> =
        book.sheets().iter().map(|sheet| sheet.name.as_str()).filter(|name| !name.is_empty()).collect();
    let of = if names.is_empty() {
        String::new()
    } else {
        format!(" ({})", names.into_iter().collect::<Vec<_>>().join(", "))
    };
    Fault::new(
        "headings-not-found",
        "",
        format!(
            "No row of headings was found in the first rows of the sheet{of}. Write a row of headings above the data, such as “Case reference”, or name the columns in a mapping."
        ),
        format!(
            "Aucune ligne d’en-têtes n’a été trouvée dans les premières lignes de la feuille{of}. Écrivez une ligne d’en-têtes au-dessus des données, comme « Numéro de dossier », ou nommez les colonnes dans une affectation."
        ),
    )
}

fn no_reference(table: &Table) -> Fault {
    let named: Vec<String> = table.headings.iter().filter(|heading| !heading.is_empty()).cloned().collect();
    Fault::new(
        "column-missing",
        format!("{}", table.headings_row),
        format!(
            "No column tells the case reference, without which nobody knows whose a row is. The headings are in row {}: {}. Say in the mapping which of them it is.",
            table.headings_row,
            named.join(", ")
        ),
        format!(
            "Aucune colonne ne dit le numéro de dossier, sans lequel on ne sait pas à qui est une ligne. Les en-têtes sont à la ligne {} : {}. Dites dans l’affectation laquelle c’est.",
            table.headings_row,
            named.join(", ")
        ),
    )
}

fn no_rows(table: &Table) -> Fault {
    Fault::new(
        "rows-missing",
        letters(0) + &(table.headings_row + 1).to_string(),
        "There are headings, and no row below them.",
        "Il y a des en-têtes, et aucune ligne en dessous.",
    )
}
