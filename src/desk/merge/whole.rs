//! What is wrong, or to be asked, of a sheet as a whole, when all of its rows were looked at.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::check::{CheckedRow, Looked, MergeCheck};
use super::complete::{REGISTER, SHEET};
use super::faults::not_one_person;
use super::place::Places;
use super::totals::Totals;
use crate::case::clock::toronto;
use crate::case::{Fault, Language, Sha256, Text};
use crate::letter::LetterType;
use crate::merge::{self, Choice, LEAVE_OUT, LeftOut, Question, What};

/// Rows that do not belong together, at most, before the whole sheet is refused; and so is one in which they are half of all.
const MIXED_UP: usize = 3;
/// The answer that makes letters once more.
const AGAIN: &str = "again";

impl MergeCheck {
    pub(super) fn conclude(
        &mut self,
        mut looked: Vec<Looked>,
        places: &Places<'_>,
        letter: &LetterType,
        state: &str,
        day: &str,
    ) {
        self.leave_out_made(&mut looked);
        foreign_reach(&mut looked, places);
        self.refuse_mixed_up(&looked);
        self.ask_reach(&looked);
        self.say_missing(&looked, places);
        self.rows = looked.into_iter().map(|one| one.row).collect();
        refuse_twice(&mut self.rows, places, letter);
        for row in self.rows.iter_mut().filter(|row| !row.faults.is_empty()) {
            row.outlook = None;
        }
        self.totals = Totals::of(&self.rows, &self.columns);
        let whole = self.faults.is_empty() && self.questions.is_empty();
        if whole && self.totals.letters > 0 {
            self.confirm = Some(self.hash(state, day));
        }
    }

    /// What confirming it confirms: the sheet, how it was understood, the templates, the day, and each event.
    fn hash(&self, state: &str, day: &str) -> Sha256 {
        let rows: Vec<Value> =
            self.rows.iter().map(|row| json!([row.number, row.event, row.data, row.faults.is_empty()])).collect();
        Sha256::of(json!([self.letter_type, self.sheet, self.mapping, state, day, rows]).to_string().as_bytes())
    }

    /// Rows whose letters an earlier merge has made.
    fn leave_out_made(&mut self, looked: &mut Vec<Looked>) {
        let before: Vec<usize> = looked.iter().filter(|one| !one.made.is_empty()).map(|one| one.row.number).collect();
        if before.is_empty() {
            return;
        }
        let answer = self.mapping.answers.get("made-before").map(String::as_str);
        // The sheet that came back has what became of each row.
        let came_back = self.columns.iter().any(|column| merge::is_own(&column.heading));
        match answer {
            Some(AGAIN) => {}
            Some(LEAVE_OUT) => looked.retain(|one| one.made.is_empty()),
            _ if came_back => looked.retain(|one| one.made.is_empty()),
            _ => {
                let first = looked.iter().find_map(|one| one.made.first());
                let (when, merge) = first
                    .map(|made| (toronto(made.confirmed_at.instant()).date().to_string(), made.name.clone()))
                    .unwrap_or_default();
                let count = before.len();
                self.questions.push(Question {
                    key: "made-before".to_owned(),
                    place: merge::rows_said(&before),
                    message: Text::new(
                        format!("{count} rows say what rows of an earlier merge said (“{merge}”, {when}), whose letters were made. Are they to be made once more?"),
                        format!("{count} lignes disent ce que disaient des lignes d’une fusion antérieure (« {merge} », {when}), dont les lettres ont été faites. Faut-il les faire encore une fois?"),
                    ),
                    choices: vec![
                        Choice { answer: LEAVE_OUT.to_owned(), message: Text::new("no; leave them out", "non; les omettre") },
                        Choice { answer: AGAIN.to_owned(), message: Text::new("yes; make them again", "oui; les refaire") },
                    ],
                });
                return;
            }
        }
        if answer != Some(AGAIN) {
            self.left_out.push(LeftOut::rows(What::MadeBefore, &before));
        }
    }

    fn refuse_mixed_up(&mut self, looked: &[Looked]) {
        let mixed: Vec<&Looked> = looked.iter().filter(|one| !one.mixed.is_empty()).collect();
        if mixed.len() <= MIXED_UP && (mixed.len() < 2 || mixed.len() * 2 <= looked.len()) {
            return;
        }
        let mut paths: BTreeMap<&str, usize> = BTreeMap::new();
        mixed.iter().flat_map(|one| &one.mixed).for_each(|path| *paths.entry(path).or_default() += 1);
        let named = |language: Language| {
            let label = |path: &&str| {
                self.columns
                    .iter()
                    .find(|column| column.field.as_ref().is_some_and(|field| field.path.starts_with(*path)))
                    .map_or_else(|| (*path).to_owned(), |column| format!("{} “{}”", column.letters, column.heading))
            };
            let shown = paths.keys().map(label).collect::<Vec<_>>().join(", ");
            if language == Language::Fr { shown.replace('“', "« ").replace('”', " »") } else { shown }
        };
        let rows: Vec<usize> = mixed.iter().map(|one| one.row.number).collect();
        let (count, all) = (mixed.len(), looked.len());
        self.faults.push(Fault::new(
            "sheet-mixed-up",
            merge::rows_said(&rows),
            format!("In {count} of {all} rows the parts do not belong to one person by the register: {}. This looks like a column that was sorted without the others, so no row of the sheet is taken. Make the sheet anew from its source.", named(Language::En)),
            format!("Dans {count} lignes sur {all}, les parties ne sont pas d’une même personne selon le registre : {}. On dirait une colonne triée sans les autres; aucune ligne de la feuille n’est donc prise. Refaites la feuille à partir de sa source.", named(Language::Fr)),
        ));
    }

    fn ask_reach(&mut self, looked: &[Looked]) {
        let differ: Vec<usize> =
            looked.iter().filter(|one| !one.reached.is_empty()).map(|one| one.row.number).collect();
        if differ.is_empty()
            || self.mapping.answers.get("reach-differs").is_some_and(|answer| answer == SHEET || answer == REGISTER)
        {
            return;
        }
        let count = differ.len();
        self.questions.push(Question {
            key: "reach-differs".to_owned(),
            place: merge::rows_said(&differ),
            message: Text::new(
                format!("{count} rows say another language, channel or reading format than the register. Which is right?"),
                format!("{count} lignes indiquent une autre langue, un autre mode d’envoi ou un autre format de lecture que le registre. Qu’est-ce qui est exact?"),
            ),
            choices: vec![
                Choice { answer: REGISTER.to_owned(), message: Text::new("the register", "le registre") },
                Choice { answer: SHEET.to_owned(), message: Text::new("the sheet; it is the newest word", "la feuille; c’est la plus récente information") },
            ],
        });
    }

    /// What most rows lack, and no column has, is said of the whole.
    fn say_missing(&mut self, looked: &[Looked], places: &Places<'_>) {
        let mut missing: BTreeMap<&str, usize> = BTreeMap::new();
        for one in looked {
            let paths: BTreeSet<&str> = one.missing.iter().map(String::as_str).collect();
            paths.into_iter().for_each(|path| *missing.entry(path).or_default() += 1);
        }
        for (path, count) in missing.into_iter().filter(|(_, count)| *count * 2 > looked.len()) {
            let label = places.label(path);
            let all = looked.len();
            self.faults.push(Fault::new(
                "column-missing",
                path,
                format!("No column tells “{}” (`{path}`), which the letter needs and the register does not know for {count} of {all} rows. Add the column, or say in the mapping what holds for all rows.", label.en),
                format!("Aucune colonne ne dit « {} » (`{path}`), dont la lettre a besoin et que le registre ne connaît pas pour {count} lignes sur {all}. Ajoutez la colonne, ou dites dans l’affectation ce qui vaut pour toutes les lignes.", label.fr),
            ));
        }
    }
}

/// A mailbox or an address that the register does not have for this person, and has for that of another row.
fn foreign_reach(looked: &mut [Looked], places: &Places<'_>) {
    let person = |one: &Looked| one.row.person.as_ref().map(|(id, _)| id.clone()).unwrap_or_default();
    let mut owners: BTreeMap<String, (String, usize)> = BTreeMap::new();
    for one in looked.iter() {
        let own = one.own.iter().flat_map(|(email, address)| [email.clone(), address.clone()]).flatten();
        for what in own {
            owners.entry(what).or_insert_with(|| (person(one), one.row.number));
        }
    }
    for one in looked.iter_mut() {
        let who = person(one);
        let told = [("party.email", one.told.0.clone()), ("party.address", one.told.1.clone())];
        for (path, what) in told {
            let Some((owner, row)) = what.and_then(|what| owners.get(&what)).filter(|(owner, _)| *owner != who) else {
                continue;
            };
            let says = Text::new(
                format!(
                    "by the register this is that of {owner}, whose row is {row}. See whether one column was sorted without the others."
                ),
                format!(
                    "selon le registre, c’est celle de {owner}, à la ligne {row}. Vérifiez si une colonne a été triée sans les autres."
                ),
            );
            one.mixed.push(path);
            one.row.faults.push(not_one_person(places, one.row.number, path, &says));
        }
    }
}

/// The same case and person twice: the very same row, or two that contradict each other.
fn refuse_twice(rows: &mut [CheckedRow], places: &Places<'_>, letter: &LetterType) {
    let mut first: BTreeMap<(String, String), usize> = BTreeMap::new();
    for index in 0..rows.len() {
        let data: Value = serde_json::from_str(&rows[index].data).unwrap_or_default();
        let Some(reference) = data["case"]["reference"].as_str() else { continue };
        let person = rows[index].person.as_ref().map(|(id, _)| id.clone()).unwrap_or_default();
        let debt = data["facts"]["debt_number"].as_str().unwrap_or_default();
        let key = (format!("{reference} {debt}"), person);
        let Some(other) = first.get(&key).copied() else {
            first.insert(key, index);
            continue;
        };
        let (number, before) = (rows[index].number, rows[other].number);
        if rows[index].content == rows[other].content {
            rows[index].faults.push(Fault::new(
                "row-repeated",
                places.cell("case.reference", number),
                format!("The row says the same as row {before}. Take one of them out."),
                format!("La ligne dit la même chose que la ligne {before}. Retirez l’une des deux."),
            ));
        } else if !letter.description.rules.repeats || !letter.description.rules.told_apart_by.is_empty() {
            for (one, another) in [(index, before), (other, number)] {
                let place = places.cell("case.reference", rows[one].number);
                rows[one].faults.push(Fault::new(
                    "case-twice",
                    place,
                    format!("Row {another} is of the same case and person, and says something else. Only one of them can be right: take the other out."),
                    format!("La ligne {another} porte sur le même dossier et la même personne, et dit autre chose. Une seule peut être exacte : retirez l’autre."),
                ));
            }
        }
    }
}
