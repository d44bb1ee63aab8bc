//! A sheet checked whole, before anything is made: each row as the event that it would be, held against the register and weighed by the
//! rules, and what all of them come to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::StreamExt;
use serde_json::{Value, json};

use super::known_facts;
use super::place::Places;
use super::totals::Totals;
use super::whose::{Known, Whose, name_of, told_address, whose};
use crate::case::clock::toronto;
use crate::case::letter::sha256_hex;
use crate::case::texts::normalize;
use crate::case::{CaseRef, Channel, Fault, Language, PreferredLanguage, Sha256, Text};
use crate::desk::explain::Group;
use crate::desk::{Desk, DeskError, LetterRequest};
use crate::letter::LetterType;
use crate::merge::{self, Choice, Field, LEAVE_OUT, LeftOut, Mapping, MergeRow, Question, Reading, What};
use crate::register::MadeRow;
use crate::spreadsheet::Workbook;

/// Rows that are checked side by side.
const TOGETHER: usize = 4;
/// Rows that do not belong together, at most, before the whole sheet is refused; and so is one in which they are half of all.
const MIXED_UP: usize = 3;
/// The answer that makes letters once more.
const AGAIN: &str = "again";
/// The answer by which the sheet's word on how somebody is reached counts.
const SHEET: &str = "sheet";
/// The answer by which the register's does.
const REGISTER: &str = "register";
/// What is said of how somebody is reached.
const REACHED: [&str; 3] = ["language", "channel", "format"];

/// A spreadsheet that is to be merged.
#[derive(Debug, Clone)]
pub struct MergeRequest {
    /// The letter type's key.
    pub letter_type: String,
    /// The file as it came.
    pub sheet: Vec<u8>,
    /// Its name.
    pub file_name: String,
    /// How it is to be understood, as far as somebody has said.
    pub mapping: Option<Mapping>,
}

/// What was found of a sheet. Nothing is recorded.
#[derive(Debug, Default)]
pub struct MergeCheck {
    /// The letter type's key.
    pub letter_type: String,
    /// The hash of the file.
    pub sheet: Option<Sha256>,
    /// What the columns tell: letters, heading, field, hidden.
    pub columns: Vec<CheckedColumn>,
    /// The rows that make letters, and those at fault.
    pub rows: Vec<CheckedRow>,
    /// What no letter is made of.
    pub left_out: Vec<LeftOut>,
    /// What must be answered first.
    pub questions: Vec<Question>,
    /// What is wrong with the whole.
    pub faults: Vec<Fault>,
    /// How it was understood.
    pub mapping: Mapping,
    /// The form under which the mapping is kept.
    pub form: String,
    /// What the rows come to.
    pub totals: Totals,
    /// What confirms exactly this; none while something stands against the whole.
    pub confirm: Option<Sha256>,
}

/// A column as it was understood.
#[derive(Debug, Clone)]
pub struct CheckedColumn {
    /// Its letters.
    pub letters: String,
    /// Its heading.
    pub heading: String,
    /// The field that it tells.
    pub field: Option<Field>,
    /// Whether it is hidden.
    pub hidden: bool,
}

/// A row as the event that it would be.
#[derive(Debug, Clone, Default)]
pub struct CheckedRow {
    /// Its number, as the sheet counts.
    pub number: usize,
    /// All its lines.
    pub lines: Vec<usize>,
    /// The hash of what the sheet says in it, by which it is known when it comes again.
    pub content: String,
    /// The id of its event.
    pub event: String,
    /// `{case, party, facts}` as JSON text.
    pub data: String,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
    /// What would become of it; none of a row at fault.
    pub outlook: Option<Outlook>,
    /// The person's key and name, where they are known.
    pub person: Option<(String, String)>,
}

/// What would become of a letter.
#[derive(Debug, Clone)]
pub struct Outlook {
    /// Whether it would go today.
    pub may_go: bool,
    /// Whether somebody must approve it.
    pub needs_approval: bool,
    /// What would hold or end it.
    pub reasons: Vec<Fault>,
    /// The language of the letter.
    pub language: PreferredLanguage,
    /// How it goes.
    pub channel: Channel,
    /// The program.
    pub program: String,
}

/// What one row has brought along for the whole.
struct Looked {
    row: CheckedRow,
    /// What the register has: mailbox and address.
    own: Option<(Option<String>, Option<String>)>,
    /// What the row tells of somebody of whom the register has none.
    told: (Option<String>, Option<String>),
    /// Whether its parts are not one person's.
    mixed: Vec<&'static str>,
    /// What the row says otherwise of how the person is reached.
    reached: Vec<&'static str>,
    /// Facts that are missing and have no column.
    missing: Vec<String>,
    made: Vec<MadeRow>,
}

impl Desk {
    /// Checks a sheet whole. `progress` is told how many rows of how many are done.
    pub async fn check_merge(
        &self,
        request: &MergeRequest,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<MergeCheck, DeskError> {
        let mut check = MergeCheck { letter_type: request.letter_type.clone(), ..MergeCheck::default() };
        let Some(letter) = self.studio.catalogue.types.get(&request.letter_type) else {
            check.faults.push(self.studio.unknown_type(&request.letter_type));
            return Ok(check);
        };
        check.sheet = Some(Sha256::of(&request.sheet));
        let kept = self.reader().kept_mappings(&letter.key).await?;
        let (studio, asked) = (Arc::clone(&self.studio), request.clone());
        // A workbook is unpacked and read: seconds, where it is long.
        let read = tokio::task::spawn_blocking(move || {
            let fields = merge::fields(&studio.catalogue, studio.catalogue.types.get(&asked.letter_type)?);
            let is_reference = |text: &str| studio.catalogue.is_reference(&reference(text));
            let book = Workbook::open(asked.sheet, &asked.file_name);
            let reading =
                book.and_then(|book| merge::read(&book, &fields, asked.mapping.as_ref(), &kept, &is_reference));
            Some((fields, reading))
        });
        let Some((fields, reading)) = read.await? else { return Ok(check) };
        let reading = match reading {
            Ok(reading) => reading,
            Err(fault) => {
                check.faults.push(fault);
                return Ok(check);
            }
        };
        self.check_rows(&mut check, letter, &fields, reading, progress).await?;
        Ok(check)
    }

    async fn check_rows(
        &self,
        check: &mut MergeCheck,
        letter: &LetterType,
        fields: &[Field],
        reading: Reading,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<(), DeskError> {
        let Reading { columns, rows, left_out, questions, faults, mapping, form } = reading;
        (check.left_out, check.questions, check.faults, check.mapping, check.form) =
            (left_out, questions, faults, mapping, form);
        let places = Places::of(&columns, fields);
        check.columns = columns
            .iter()
            .map(|column| CheckedColumn {
                letters: merge::letters(column.index),
                heading: column.heading.clone(),
                field: column.field.map(|place| fields[place].clone()),
                hidden: column.hidden,
            })
            .collect();
        let all = rows.len();
        let answers = check.mapping.answers.clone();
        let mut looked = Vec::with_capacity(all);
        let mut work = futures_util::stream::iter(rows.iter().map(|row| self.look(letter, row, &places, &answers)))
            .buffered(TOGETHER);
        while let Some(one) = work.next().await {
            looked.push(one?);
            progress(looked.len(), all);
        }
        drop(work);
        check.conclude(looked, &places, letter, &self.studio.state(), &self.clock.today().to_string());
        Ok(())
    }

    /// One row: whose it is, what the register adds, and what the rules say of its letter.
    async fn look(
        &self,
        letter: &LetterType,
        row: &MergeRow,
        places: &Places<'_>,
        answers: &BTreeMap<String, String>,
    ) -> Result<Looked, DeskError> {
        let mut data = normalize(row.data());
        let content = sha256_hex(
            format!("{}\n{}\n{:?}", letter.key, crate::case::event::sorted(&data), row.full_name).as_bytes(),
        );
        let made = self.reader().made_before(&content).await?;
        let again = made.len();
        let event = if again == 0 { content[..32].to_owned() } else { format!("{}-{}", &content[..32], again + 1) };
        let mut looked = Looked {
            row: CheckedRow {
                number: row.number,
                lines: row.lines.clone(),
                content,
                event,
                faults: row.faults.clone(),
                ..CheckedRow::default()
            },
            own: None,
            told: (None, None),
            mixed: Vec::new(),
            reached: Vec::new(),
            missing: Vec::new(),
            made,
        };
        let Some(told) = data["case"]["reference"].as_str().map(reference) else {
            let has_own = row.faults.iter().any(|fault| fault.place == places.cell("case.reference", row.number));
            looked.row.faults.extend((!has_own).then(|| no_reference(places, row.number)));
            looked.row.data = data.to_string();
            return Ok(looked);
        };
        data["case"]["reference"] = json!(told);
        let case = self.case(&CaseRef::new(&told)).await?;
        let people = self.people(&case);
        let name = name_of(&data["party"], row.full_name.as_deref());
        match whose(&case, &people, &data["party"], name.as_ref()) {
            Whose::Known(known) => {
                for one in known.differs(&data["party"], name.as_ref()) {
                    looked.mixed.push(one.path);
                    looked.row.faults.push(not_one_person(places, row.number, one.path, &one.says));
                }
                looked.told = (
                    data["party"]["email"].as_str().filter(|_| known.email.is_none()).map(str::to_lowercase),
                    told_address(&data["party"]).filter(|_| known.address.is_none()).map(|one| place_key(&one)),
                );
                looked.own =
                    Some((known.email.as_deref().map(str::to_lowercase), known.address.as_ref().map(place_key)));
                looked.reached = complete(&mut data, &known, answers.get("reach-differs").map(String::as_str));
                let own: Vec<_> = people.own_events().collect();
                if let Some((_, policy)) =
                    self.program_and_policy(data["case"]["program"].as_str().unwrap_or_default(), self.clock.today())
                {
                    known_facts::fill(&mut data["facts"], letter, &known, &own, policy, self.clock.today());
                }
            }
            Whose::NoCase if self.studio.catalogue.brings_person(&letter.description.called_by.event) => {
                looked.row.faults.extend(complete_new(&mut data, row, places));
                looked.told = (
                    data["party"]["email"].as_str().map(str::to_lowercase),
                    told_address(&data["party"]).map(|one| place_key(&one)),
                );
            }
            Whose::NoCase => looked.row.faults.push(unknown_case(places, row.number, &told)),
            Whose::Unclear(differs) => {
                looked.mixed.extend((differs.path == "party.id").then_some(differs.path));
                looked.row.faults.push(not_one_person(places, row.number, differs.path, &differs.says));
            }
        }
        let id = data["party"]["id"].as_str();
        looked.row.person = id.map(|id| (id.to_owned(), crate::case::party::full_name_in(&data["party"])));
        let is_known = looked.own.is_some() || looked.row.person.is_some();
        if is_known {
            self.weigh_row(letter, row, places, &data, &case, &mut looked).await?;
        }
        let mut shown = data;
        crate::case::party::write_out(&mut shown["party"]);
        looked.row.data = shown.to_string();
        Ok(looked)
    }

    async fn weigh_row(
        &self,
        letter: &LetterType,
        row: &MergeRow,
        places: &Places<'_>,
        data: &Value,
        case: &crate::desk::CaseRead,
        looked: &mut Looked,
    ) -> Result<(), DeskError> {
        let request =
            LetterRequest { letter_type: letter.key.clone(), data: data.clone(), key: looked.row.event.clone() };
        let (_, event) = match self.event_for(&request) {
            Ok(called) => called,
            Err(faults) => {
                for fault in faults {
                    let path = places.path_of(&fault.place);
                    let known = looked.row.faults.iter().any(|known| known.place == places.placed(&fault.place, row));
                    let missing = fault.code == "fact-missing";
                    if missing && !places.has(&path) {
                        looked.missing.push(path);
                    }
                    // A cell that could not be read is not missing as well.
                    if !(missing && known) {
                        looked.row.faults.push(Fault { place: places.placed(&fault.place, row), ..fault });
                    }
                }
                return Ok(());
            }
        };
        let (verdict, draftable) = self.weigh(letter, &event, case).await?;
        if verdict.group == Group::NoGround {
            let at = |fault: &Fault| Fault { place: places.cell("case.reference", row.number), ..fault.clone() };
            looked.row.faults.extend(verdict.reasons.iter().map(at));
            return Ok(());
        }
        let addressee = &draftable.data.addressee;
        looked.row.outlook = Some(Outlook {
            may_go: verdict.may_go,
            needs_approval: verdict.needs_approval,
            reasons: verdict.reasons,
            language: addressee.language,
            channel: addressee.channel,
            program: event.program().to_owned(),
        });
        Ok(())
    }
}

impl MergeCheck {
    fn conclude(&mut self, mut looked: Vec<Looked>, places: &Places<'_>, letter: &LetterType, state: &str, day: &str) {
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
        let came_back = self.columns.iter().any(|column| super::result::is_own_heading(&column.heading));
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

/// A case reference as it is written on letters: capitals, plain hyphens, no blanks.
fn reference(text: &str) -> String {
    let hyphen = |c: char| if matches!(c, '‐' | '‑' | '–' | '—' | '\u{2212}') { '-' } else { c };
    text.chars().filter(|c| !c.is_whitespace()).map(hyphen).collect::<String>().to_uppercase()
}

fn place_key(address: &crate::case::address::Address) -> String {
    crate::case::address::folded(&address.block("").join(" "))
}

/// Takes from the register what the row does not tell of case and person. Gives what the row says otherwise of how the person is reached.
fn complete(data: &mut Value, known: &Known, answer: Option<&str>) -> Vec<&'static str> {
    let mut reached = Vec::new();
    let told = data["party"].take();
    let mut party = known.data["party"].clone();
    for name in REACHED {
        let differs = !told[name].is_null() && !party[name].is_null() && told[name] != party[name];
        if differs {
            reached.push(name);
        }
        if !told[name].is_null() && (party[name].is_null() || differs && answer == Some(SHEET)) {
            party[name] = told[name].clone();
        }
    }
    // What the register does not have yet is told by the row; names and places that agree stand as the register has them.
    for name in ["address", "email", "title", "organization", "role"] {
        let has_none = party[name].is_null();
        if has_none && !told[name].is_null() {
            party[name] = told[name].clone();
        }
    }
    if party["address"].is_null()
        && let Some(address) = &known.address
    {
        party["address"] = json!(address);
    }
    if party["email"].is_null()
        && let Some(email) = &known.email
    {
        party["email"] = json!(email);
    }
    if let Some(party) = party.as_object_mut() {
        party.retain(|_, value| !value.is_null());
    }
    data["party"] = party;
    let told = data["case"].take();
    let mut case = known.data["case"].clone();
    for (name, value) in told.as_object().into_iter().flatten() {
        case[name] = value.clone();
    }
    data["case"] = case;
    reached
}

/// What a row of a new case leaves to be understood.
fn complete_new(data: &mut Value, row: &MergeRow, places: &Places<'_>) -> Option<Fault> {
    let party = &mut data["party"];
    if party["channel"].is_null() && party["address"].is_object() {
        party["channel"] = json!("print");
    }
    let name = row.full_name.as_ref().filter(|_| party["surname"].is_null())?;
    match name.split_once(',') {
        Some((surname, given)) if !surname.trim().is_empty() && !given.trim().is_empty() => {
            party["surname"] = json!(surname.trim());
            party["given_name"] = json!(given.trim());
            None
        }
        _ => Some(Fault::new(
            "name-in-one-cell",
            places.cell(merge::FULL_NAME, row.number),
            format!(
                "“{name}” does not tell which is the surname, and the register does not know this person yet. Write it as “Surname, Given name”, or in two columns."
            ),
            format!(
                "« {name} » ne dit pas quel est le nom de famille, et le registre ne connaît pas encore cette personne. Écrivez « Nom, Prénom », ou utilisez deux colonnes."
            ),
        )),
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
        } else if !letter.description.rules.repeats {
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

fn no_reference(places: &Places<'_>, row: usize) -> Fault {
    Fault::new(
        "reference-missing",
        places.cell("case.reference", row),
        "The row has no case reference. Fill it in, or take the row out.",
        "La ligne n’a pas de numéro de dossier. Remplissez-le, ou retirez la ligne.",
    )
}

fn unknown_case(places: &Places<'_>, row: usize, reference: &str) -> Fault {
    Fault::new(
        "case-unknown",
        places.cell("case.reference", row),
        format!(
            "The register has no case “{reference}”. See whether the reference is right; the letter is one of a case that is on file."
        ),
        format!(
            "Le registre n’a pas de dossier « {reference} ». Vérifiez le numéro; la lettre porte sur un dossier inscrit."
        ),
    )
}

fn not_one_person(places: &Places<'_>, row: usize, path: &str, says: &Text) -> Fault {
    let heading = places.heading(path);
    let (en, fr) = (format!("“{heading}”: {}", says.en), format!("« {heading} » : {}", says.fr));
    Fault::new("row-not-of-one-person", places.cell(path, row), en, fr)
}
