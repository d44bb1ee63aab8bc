//! What a page shows of a sheet that was checked: what was understood, what is asked, what is wrong, and what the rows come to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::case::fault::{FaultView, views};
use crate::case::format::Formats;
use crate::case::party::full_name_in;
use crate::case::{Fault, Language};
use crate::desk::{CheckedColumn, CheckedRow, MergeCheck, Totals};
use crate::merge::{self, FULL_NAME, Field, REFERENCE, values_at};
use crate::web::Service;
use crate::web::view::{LeftOutView, QuestionView};

/// Rows on one page.
const ROWS: usize = 50;
/// Faults that are shown; the workbook with what was found has all of them.
const FAULTS: usize = 200;

/// Puts a check into the context of a page that shows its rows from that of a number on.
pub(super) fn put(context: &mut Value, service: &Service, check: &MergeCheck, at: usize, language: Language) {
    let fields = fields(service, check);
    let first = check.rows.iter().position(|row| row.number >= at).unwrap_or_default() / ROWS * ROWS;
    let last = (first + ROWS).min(check.rows.len());
    let row_faults = check.rows.iter().map(|row| row.faults.len()).sum::<usize>();
    let questions: Vec<QuestionView> = check.questions.iter().map(|one| QuestionView::of(one, language)).collect();
    let checked = json!({
        "ready": check.confirm.is_some(),
        "confirm": check.confirm,
        "needs_second": service.desk.needs_second(check),
        "questions": questions,
        "answered": answered(check, &fields, language),
        "faults": check.faults.iter().map(|fault| whole(fault, language)).collect::<Vec<_>>(),
        "fields": fields.iter().map(|field| json!({"path": field.path, "label": field.shown(language)})).collect::<Vec<_>>(),
        "columns": columns(check),
        "for_all": for_all(check, &fields, language),
        "left_out": check.left_out.iter().map(|left| LeftOutView::of(left, language)).collect::<Vec<_>>(),
        "totals": totals(&check.totals, service, &fields, language),
        "row_faults": faults(&check.rows, language),
        "row_fault_count": row_faults,
        "told": told(check).iter().map(|field| field.shown(language)).collect::<Vec<_>>(),
        "rows": check.rows[first..last].iter().map(|row| row_shown(check, row, language)).collect::<Vec<_>>(),
        "row_count": check.rows.len(),
        "rows_from": first + 1,
        "rows_to": last,
        "before": (first > 0).then(|| check.rows[first.saturating_sub(ROWS)].number),
        "after": (last < check.rows.len()).then(|| check.rows[last].number),
        "look_at": check.totals.to_look_at.iter().map(|place| named(&check.rows[*place])).collect::<Vec<_>>(),
    });
    context["check"] = checked;
}

/// What stands against the whole. Where it is about a field, the words name it: its path is for programs.
fn whole(fault: &Fault, language: Language) -> FaultView {
    let mut view = fault.view(language);
    if fault.place.contains('.') {
        view.place.clear();
    }
    view
}

/// The fields that the letter has.
fn fields(service: &Service, check: &MergeCheck) -> Vec<Field> {
    let catalogue = &service.desk.studio.catalogue;
    catalogue.types.get(&check.letter_type).map(|letter| merge::fields(catalogue, letter)).unwrap_or_default()
}

/// The fields that columns tell, each once, in the order of the columns.
fn told(check: &MergeCheck) -> Vec<&Field> {
    let mut seen = BTreeSet::new();
    let fields = check.columns.iter().filter_map(|column| column.field.as_ref());
    fields.filter(|field| seen.insert(field.path.as_str())).collect()
}

fn columns(check: &MergeCheck) -> Vec<Value> {
    let asked = |letters: &str| check.questions.iter().any(|question| question.key == format!("column:{letters}"));
    let shown = check.columns.iter().map(|column| {
        json!({
            "letters": column.letters,
            "heading": column.heading,
            "examples": column.examples,
            "field": column.field.as_ref().map(|field| &field.path),
            "hidden": column.hidden,
            "asked": asked(&column.letters),
        })
    });
    shown.collect()
}

/// What may have been asked, by the first part of its key.
const ASKED: [&str; 8] =
    ["column", "dates", "amounts", "hidden-column", "hidden-rows", "made-before", "reach-differs", "sheet"];
/// What is answered in the same words whatever was asked.
const ANSWERS: [&str; 9] =
    ["day-first", "month-first", "year-first", "thousands", "decimals", "take", "leave-out", "again", "register"];

/// What was answered already, and can be asked again: what was asked, and the answer in words or as it is.
fn answered(check: &MergeCheck, fields: &[Field], language: Language) -> Vec<Value> {
    let given = check.mapping.answers.iter().filter(|(_, answer)| !answer.is_empty());
    let answers = given.filter_map(|(key, answer)| {
        let (kind, column) = key.split_once(':').unwrap_or((key, ""));
        let kind = ASKED.into_iter().find(|known| *known == kind)?;
        let field = fields.iter().find(|field| field.path == *answer).map(|field| field.shown(language));
        let word = match kind {
            "reach-differs" if answer == "sheet" => Some("sheet"),
            "sheet" => None,
            _ => ANSWERS.into_iter().find(|known| known == answer),
        };
        Some(json!({"key": key, "kind": kind, "column": column, "word": word, "answer": field.unwrap_or(answer)}))
    });
    answers.collect()
}

/// What holds for every row: what was said, and what no column tells.
fn for_all(check: &MergeCheck, fields: &[Field], language: Language) -> Vec<Value> {
    let missing = check.faults.iter().filter(|fault| fault.code == "column-missing").map(|fault| fault.place.as_str());
    let said = check.mapping.for_all.keys().map(String::as_str);
    let paths: BTreeSet<&str> = missing.chain(said).collect();
    let of = |path: &&str| fields.iter().find(|field| field.path == **path && field.list.is_none());
    let shown = paths.iter().filter_map(|path| {
        let field = of(path)?;
        let hint = field.hint.as_ref().map(|hint| hint.get(language));
        Some(json!({"path": path, "label": field.shown(language), "hint": hint, "value": check.mapping.for_all.get(*path)}))
    });
    shown.collect()
}

fn totals(totals: &Totals, service: &Service, fields: &[Field], language: Language) -> Value {
    let label = |path: &str| {
        let field = fields.iter().find(|field| field.path == path);
        field.map_or_else(|| path.to_owned(), |field| field.shown(language).to_owned())
    };
    let program = |key: &str| {
        let program = service.desk.studio.catalogue.programs.get(key);
        let name = program.map(|program| program.in_language(language)["name"].clone());
        name.as_ref().and_then(Value::as_str).unwrap_or(key).to_owned()
    };
    let counted = |counts: &BTreeMap<String, usize>| {
        counts.iter().map(|(key, count)| json!({"key": key, "count": count})).collect::<Vec<_>>()
    };
    let amounts: Vec<Value> = totals
        .amounts
        .iter()
        .map(|(path, sum)| json!({"label": label(path), "sum": Formats::of(language).sum(*sum)}))
        .collect();
    let several: Vec<Value> =
        totals.several.iter().map(|(_, name, rows)| json!({"name": name, "rows": merge::rows_said(rows)})).collect();
    json!({
        "letters": totals.letters,
        "faulty": totals.faulty,
        "held": totals.held,
        "to_approve": totals.to_approve,
        "languages": counted(&totals.languages),
        "channels": counted(&totals.channels),
        "programs": totals.programs.iter().map(|(key, count)| json!({"name": program(key), "count": count})).collect::<Vec<_>>(),
        "amounts": amounts,
        "several": several,
    })
}

/// The first faults of rows, each with its row and its cell.
fn faults(rows: &[CheckedRow], language: Language) -> Vec<Value> {
    let each = rows.iter().flat_map(|row| row.faults.iter().map(move |fault| (row, fault)));
    let shown = each.take(FAULTS).map(|(row, fault)| {
        let FaultView { code, place, message } = fault.view(language);
        json!({"row": row.number, "place": place, "code": code, "message": message})
    });
    shown.collect()
}

/// A row by its number, its case and its person.
fn named(row: &CheckedRow) -> Value {
    let data = data(row);
    let name = row.person.as_ref().map(|(_, name)| name.clone());
    let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| full_name_in(&data["party"]));
    json!({"number": row.number, "case": data["case"]["reference"], "name": name})
}

fn data(row: &CheckedRow) -> Value {
    serde_json::from_str(&row.data).unwrap_or_default()
}

/// What stands at a path, as it would go into the event.
fn text_at(data: &Value, path: &str) -> String {
    if path == FULL_NAME {
        return full_name_in(&data["party"]);
    }
    let texts = values_at(data, path).into_iter().map(|value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    texts.collect::<Vec<_>>().join("; ")
}

/// A row with what its columns tell, each cell that is at fault marked.
pub(super) fn row_shown(check: &MergeCheck, row: &CheckedRow, language: Language) -> Value {
    let data = data(row);
    let faulty: BTreeSet<&str> =
        row.faults.iter().map(|fault| fault.place.trim_end_matches(|c: char| c.is_ascii_digit())).collect();
    let cells = told(check).into_iter().map(|field| {
        let of_field = |column: &&CheckedColumn| column.field.as_ref().is_some_and(|own| own.path == field.path);
        let faulty = check.columns.iter().filter(of_field).any(|column| faulty.contains(column.letters.as_str()));
        // What there is in place of a cell that is at fault is not the sheet's.
        let text = if faulty && field.path != REFERENCE { String::new() } else { text_at(&data, &field.path) };
        json!({"label": field.shown(language), "text": text, "faulty": faulty})
    });
    let cells: Vec<Value> = cells.collect();
    let mut shown: Map<String, Value> = Map::new();
    if let Value::Object(named) = named(row) {
        shown.extend(named);
    }
    let outlook = row.outlook.as_ref();
    let state = match outlook {
        None if row.waits && row.faults.is_empty() => "waits",
        None => "faulty",
        Some(outlook) if !outlook.may_go => "held",
        Some(outlook) if outlook.needs_approval => "to-approve",
        Some(_) => "goes",
    };
    shown.insert("cells".into(), json!(cells));
    shown.insert("lines".into(), json!(if row.lines.len() > 1 { merge::rows_said(&row.lines) } else { String::new() }));
    shown.insert("state".into(), json!(state));
    let reasons = outlook.map(|outlook| views(&outlook.reasons, language)).unwrap_or_default();
    shown.insert("reasons".into(), json!(if row.faults.is_empty() { reasons } else { views(&row.faults, language) }));
    Value::Object(shown)
}
