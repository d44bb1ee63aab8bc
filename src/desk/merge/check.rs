//! A sheet checked whole, before anything is made: each row as the event that it would be, held against the register and weighed by the
//! rules, and what all of them come to.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use super::complete::{complete, complete_new, place_key, reference};
use super::faults::{no_reference, not_one_person, unknown_case};
use super::known_facts;
use super::place::Places;
use super::totals::Totals;
use super::whose::{Known, Whose, name_of, told_address, whose};
use crate::case::letter::sha256_hex;
use crate::case::texts::normalize;
use crate::case::{CaseRef, Channel, Fault, LetterId, PreferredLanguage, Sha256};
use crate::desk::ask::program_not_yours;
use crate::desk::explain::Group;
use crate::desk::{Desk, DeskError, LetterRequest};
use crate::letter::LetterType;
use crate::merge::{self, Field, LeftOut, Mapping, MergeRow, Question, Reading};
use crate::register::MadeRow;
use crate::rules::Name;
use crate::spreadsheet::Workbook;

/// Rows that are taken up at a time.
const AT_A_TIME: usize = 500;
/// Rows that are checked side by side: while some are read from the register, others are weighed.
const TOGETHER: usize = 8;
/// What says that the facts of a letter disagree with each other, which only whoever told them can mend.
const DISAGREE: [&str; 2] = ["arithmetic-mismatch", "dates-out-of-order"];

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
    /// Keys of the programs that its asker works in; all where there is none. What the register knows of other cases is not shown.
    pub programs: Vec<String>,
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
    /// The first values in it that differ, as they are shown.
    pub examples: Vec<String>,
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
    /// Whether it waits for the answer to a question about one of its columns.
    pub waits: bool,
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
pub(super) struct Looked {
    pub row: CheckedRow,
    /// What the register has: mailbox and address.
    pub own: Option<(Option<String>, Option<String>)>,
    /// What the row tells of somebody of whom the register has none.
    pub told: (Option<String>, Option<String>),
    /// Whether its parts are not one person's.
    pub mixed: Vec<&'static str>,
    /// What the row says otherwise of how the person is reached.
    pub reached: Vec<&'static str>,
    /// Facts that are missing and have no column.
    pub missing: Vec<String>,
    pub made: Vec<MadeRow>,
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
        self.check_rows(&mut check, letter, &fields, reading, &request.programs, progress).await?;
        Ok(check)
    }

    async fn check_rows(
        &self,
        check: &mut MergeCheck,
        letter: &LetterType,
        fields: &[Field],
        reading: Reading,
        programs: &[String],
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
                examples: column.examples.clone(),
                hidden: column.hidden,
            })
            .collect();
        let all = rows.len();
        let answers = check.mapping.answers.clone();
        let mut looked = Vec::with_capacity(all);
        for some in rows.chunks(AT_A_TIME) {
            let looks: Vec<_> = some.iter().map(|row| self.look(letter, row, &places, &answers, programs)).collect();
            let mut looks = stream::iter(looks).buffered(TOGETHER);
            while let Some(one) = looks.next().await {
                looked.push(one?);
                progress(looked.len(), all);
            }
        }
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
        programs: &[String],
    ) -> Result<Looked, DeskError> {
        let mut data = normalize(row.data());
        let content = sha256_hex(
            format!("{}\n{}\n{:?}", letter.key, crate::case::event::sorted(&data), row.full_name).as_bytes(),
        );
        let made = self.reader().made_before(&content).await?;
        let mut looked = Looked::at(row, content, made);
        let Some(told) = data["case"]["reference"].as_str().map(reference) else {
            let has_own = row.faults.iter().any(|fault| fault.place == places.cell("case.reference", row.number));
            looked.row.faults.extend((!has_own).then(|| no_reference(places, row.number)));
            looked.row.data = data.to_string();
            return Ok(looked);
        };
        data["case"]["reference"] = json!(told);
        let case = self.case(&CaseRef::new(&told)).await?;
        if case.program().is_some_and(|program| !programs.is_empty() && !programs.contains(&program)) {
            let place = places.cell("case.reference", row.number);
            looked.row.faults.push(Fault { place, ..program_not_yours() });
            looked.row.data = data.to_string();
            return Ok(looked);
        }
        let people = self.people(&case);
        let name = name_of(&data["party"], row.full_name.as_deref());
        let mut is_somebody = true;
        match whose(&case, &people, &data["party"], name.as_ref()) {
            Whose::Known(known) => {
                looked.hold_against(&known, &data["party"], name.as_ref(), (places, row.number));
                looked.reached = complete(&mut data, &known, answers.get("reach-differs").map(String::as_str));
                let own: Vec<_> = people.own_events().collect();
                let program = data["case"]["program"].as_str().unwrap_or_default().to_owned();
                // What is asked about may be what would be filled in.
                let policy = self.program_and_policy(&program, self.clock.today()).filter(|_| !row.waits);
                if let Some((_, policy)) = policy {
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
            Whose::NoCase => {
                is_somebody = false;
                looked.row.faults.push(unknown_case(places, row.number, &told));
            }
            Whose::Unclear(differs) => {
                is_somebody = false;
                looked.mixed.extend((differs.path == "party.id").then_some(differs.path));
                looked.row.faults.push(not_one_person(places, row.number, differs.path, &differs.says));
            }
        }
        let id = data["party"]["id"].as_str();
        looked.row.person = id.map(|id| (id.to_owned(), crate::case::party::full_name_in(&data["party"])));
        // Of whom nobody is known, and what waits for an answer, nothing can be weighed yet.
        if is_somebody && !row.waits {
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
        let id = LetterId::new("0000-0000-0000");
        let draft = self.studio.catalogue.draft(letter, id, draftable.date, draftable.data.clone());
        let stops = draft.map_or_else(|faults| faults, |draft| draft.stops);
        let (wrong, stops): (Vec<Fault>, Vec<Fault>) =
            stops.into_iter().partition(|stop| DISAGREE.contains(&stop.code.as_str()));
        let at = |fault: Fault| Fault { place: places.cell("case.reference", row.number), ..fault };
        looked.row.faults.extend(wrong.into_iter().map(at));
        let reasons = [verdict.reasons, stops].concat();
        let addressee = &draftable.data.addressee;
        looked.row.outlook = Some(Outlook {
            may_go: reasons.is_empty(),
            needs_approval: verdict.needs_approval,
            reasons,
            language: addressee.language,
            channel: addressee.channel,
            program: event.program().to_owned(),
        });
        Ok(())
    }
}

impl Looked {
    /// A row of which nothing is known but what it says.
    fn at(row: &MergeRow, content: String, made: Vec<MadeRow>) -> Looked {
        let again = made.len();
        let event = if again == 0 { content[..32].to_owned() } else { format!("{}-{}", &content[..32], again + 1) };
        let (number, lines, faults, waits) = (row.number, row.lines.clone(), row.faults.clone(), row.waits);
        Looked {
            row: CheckedRow { number, lines, content, event, faults, waits, ..CheckedRow::default() },
            own: None,
            told: (None, None),
            mixed: Vec::new(),
            reached: Vec::new(),
            missing: Vec::new(),
            made,
        }
    }

    /// Says what of the row is not the person's by the register.
    fn hold_against(&mut self, known: &Known, party: &Value, name: Option<&Name>, (places, row): (&Places<'_>, usize)) {
        for one in known.differs(party, name) {
            self.mixed.push(one.path);
            self.row.faults.push(not_one_person(places, row, one.path, &one.says));
        }
        self.told = (
            party["email"].as_str().filter(|_| known.email.is_none()).map(str::to_lowercase),
            told_address(party).filter(|_| known.address.is_none()).map(|one| place_key(&one)),
        );
        self.own = Some((known.email.as_deref().map(str::to_lowercase), known.address.as_ref().map(place_key)));
    }
}
