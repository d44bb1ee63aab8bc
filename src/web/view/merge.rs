//! A sheet that was checked, and a merge, as the API and the commands show them.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::case::fault::{FaultView, views};
use crate::case::{Language, MergeId, MergeState, Sha256, Stamp, money};
use crate::desk::{CheckedRow, MergeCheck, Totals};
use crate::merge::{LeftOut, Mapping, Question};
use crate::register::{MergeRecord, RegisterError};

/// A sheet that was checked whole, before anything is made.
#[derive(Serialize, utoipa::ToSchema)]
pub struct MergeCheckView {
    /// The letter type's key.
    letter: String,
    /// Each row that makes a letter, or would if it had no faults.
    rows: Vec<RowView>,
    /// What each column was understood to tell.
    columns: Vec<ColumnView>,
    /// What no letter is made of.
    left_out: Vec<LeftOutView>,
    /// What must be answered first, in the mapping's `answers`.
    questions: Vec<QuestionView>,
    /// What is wrong with the whole.
    faults: Vec<FaultView>,
    /// What the rows come to.
    totals: TotalsView,
    /// Rows to look at first: the first, the last, the longest, and three more.
    to_look_at: Vec<usize>,
    /// The mapping as it stands: to be kept, changed, and given again.
    #[schema(value_type = Object)]
    mapping: Mapping,
    /// The hash that confirms exactly this; null while there are faults of the whole, or questions.
    confirm: Option<Sha256>,
}

/// A row.
#[derive(Serialize, utoipa::ToSchema)]
pub struct RowView {
    /// Its number, as the sheet counts.
    row: usize,
    /// All its lines, where several make one letter.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rows: Vec<usize>,
    /// Values as they would go into the event, by dotted path.
    #[schema(value_type = Object)]
    values: Map<String, Value>,
    /// What is wrong with it; places are cells.
    faults: Vec<FaultView>,
    /// What would become of its letter; null where it is at fault.
    outlook: Option<OutlookView>,
}

/// What would become of a letter.
#[derive(Serialize, utoipa::ToSchema)]
pub struct OutlookView {
    /// Whether it would go today.
    may_go: bool,
    /// Whether somebody must approve it first.
    needs_approval: bool,
    /// What would hold or end it.
    reasons: Vec<FaultView>,
}

/// A column.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ColumnView {
    /// Its letters.
    column: String,
    /// Its heading.
    heading: String,
    /// The field that it tells, as a dotted path; null where it tells none.
    field: Option<String>,
    /// The first values in it that differ, as they are shown.
    examples: Vec<String>,
    /// Whether it is hidden.
    hidden: bool,
}

/// Something that is left out.
#[derive(Serialize, utoipa::ToSchema)]
pub struct LeftOutView {
    /// What it is: `title`, `blank`, `counter`, `total`, `hidden-row` …
    what: &'static str,
    /// Where: rows, a column, a worksheet.
    place: String,
    /// What it is, in words.
    message: String,
}

/// A question.
#[derive(Serialize, utoipa::ToSchema)]
pub struct QuestionView {
    /// Its key among the answers.
    key: String,
    /// Where.
    place: String,
    /// The question.
    message: String,
    /// What may be answered.
    choices: Vec<ChoiceView>,
}

/// An answer that may be given.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ChoiceView {
    /// As it stands among the answers.
    answer: String,
    /// What it means.
    message: String,
}

/// What the rows come to.
#[derive(Serialize, utoipa::ToSchema)]
pub struct TotalsView {
    /// Letters.
    letters: usize,
    /// Rows at fault.
    faulty: usize,
    /// Letters that rules would hold or end.
    held: usize,
    /// Letters that somebody would have to approve.
    to_approve: usize,
    /// Letters by language.
    #[schema(value_type = Object)]
    languages: Value,
    /// Letters by channel.
    #[schema(value_type = Object)]
    channels: Value,
    /// Letters by program.
    #[schema(value_type = Object)]
    programs: Value,
    /// Dollars by field.
    #[schema(value_type = Object)]
    amounts: Map<String, Value>,
    /// Different values by field.
    #[schema(value_type = Object)]
    different: Value,
    /// People who would get several.
    several: Vec<SeveralView>,
}

/// Somebody who would get several letters.
#[derive(Serialize, utoipa::ToSchema)]
pub struct SeveralView {
    /// The person's key.
    person: String,
    /// The name.
    name: String,
    /// The rows.
    rows: Vec<usize>,
}

impl MergeCheckView {
    /// A check, in one language.
    pub fn of(check: &MergeCheck, language: Language) -> MergeCheckView {
        let columns = check.columns.iter().map(|column| ColumnView {
            column: column.letters.clone(),
            heading: column.heading.clone(),
            field: column.field.as_ref().map(|field| field.path.clone()),
            examples: column.examples.clone(),
            hidden: column.hidden,
        });
        MergeCheckView {
            letter: check.letter_type.clone(),
            rows: check.rows.iter().map(|row| RowView::of(row, language)).collect(),
            columns: columns.collect(),
            left_out: check.left_out.iter().map(|left| LeftOutView::of(left, language)).collect(),
            questions: check.questions.iter().map(|question| QuestionView::of(question, language)).collect(),
            faults: views(&check.faults, language),
            totals: TotalsView::of(&check.totals),
            to_look_at: check.totals.to_look_at.iter().map(|place| check.rows[*place].number).collect(),
            mapping: check.mapping.clone(),
            confirm: check.confirm.clone(),
        }
    }
}

impl RowView {
    fn of(row: &CheckedRow, language: Language) -> RowView {
        let mut values = Map::new();
        flatten("", &serde_json::from_str(&row.data).unwrap_or_default(), &mut values);
        let outlook = row.outlook.as_ref().map(|outlook| OutlookView {
            may_go: outlook.may_go,
            needs_approval: outlook.needs_approval,
            reasons: views(&outlook.reasons, language),
        });
        let rows = if row.lines.len() > 1 { row.lines.clone() } else { Vec::new() };
        RowView { row: row.number, rows, values, faults: views(&row.faults, language), outlook }
    }
}

/// The values of a group by their dotted paths; a list is one value.
fn flatten(path: &str, value: &Value, into: &mut Map<String, Value>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                flatten(&path, value, into);
            }
        }
        Value::Null => {}
        other => drop(into.insert(path.to_owned(), other.clone())),
    }
}

impl LeftOutView {
    /// What is left out, in one language.
    pub fn of(left: &LeftOut, language: Language) -> LeftOutView {
        LeftOutView { what: left.what.as_str(), place: left.place.clone(), message: left.message(language).to_owned() }
    }
}

impl QuestionView {
    /// A question, in one language.
    pub fn of(question: &Question, language: Language) -> QuestionView {
        let choices = question.choices.iter().map(|choice| ChoiceView {
            answer: choice.answer.clone(),
            message: choice.message.get(language).to_owned(),
        });
        QuestionView {
            key: question.key.clone(),
            place: question.place.clone(),
            message: question.message.get(language).to_owned(),
            choices: choices.collect(),
        }
    }
}

impl TotalsView {
    fn of(totals: &Totals) -> TotalsView {
        let several = totals.several.iter().map(|(person, name, rows)| SeveralView {
            person: person.clone(),
            name: name.clone(),
            rows: rows.clone(),
        });
        TotalsView {
            letters: totals.letters,
            faulty: totals.faulty,
            held: totals.held,
            to_approve: totals.to_approve,
            languages: json!(totals.languages),
            channels: json!(totals.channels),
            programs: json!(totals.programs),
            amounts: totals.amounts.iter().map(|(path, sum)| (path.clone(), json!(money::plain(*sum)))).collect(),
            different: json!(totals.different),
            several: several.collect(),
        }
    }
}

/// A merge that was confirmed.
#[derive(Serialize, utoipa::ToSchema)]
pub struct MergeView {
    /// Its identity.
    pub id: MergeId,
    /// What people call it.
    pub name: String,
    /// The letter type's key.
    pub letter: String,
    /// The name of its file.
    pub file: String,
    /// How far it has come.
    pub state: MergeState,
    /// The hash that was confirmed.
    pub confirmed: Sha256,
    /// Who confirmed it.
    pub confirmed_by: String,
    /// When.
    pub confirmed_at: Stamp,
    /// Who confirmed it as the second person.
    pub seconded_by: Option<String>,
    /// Who stopped it.
    pub stopped_by: Option<String>,
    /// Why.
    pub stop_reason: Option<String>,
}

impl MergeView {
    /// A merge.
    pub fn of(record: &MergeRecord) -> Result<MergeView, RegisterError> {
        Ok(MergeView {
            id: record.id.clone(),
            name: record.name.clone(),
            letter: record.letter_type.clone(),
            file: record.file_name.clone(),
            state: record.state,
            confirmed: record.confirmed.clone(),
            confirmed_by: record.confirmed_by()?.name,
            confirmed_at: record.confirmed_at,
            seconded_by: record.seconded_by()?.map(|actor| actor.name),
            stopped_by: record.stopped_by()?.map(|actor| actor.name),
            stop_reason: record.stop_reason.clone(),
        })
    }
}
