//! The audit trail: what was done about people and tokens, with filters, and as CSV.

use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use strum::VariantArray;

use super::{Asked, answer};
use crate::case::AuditKind;
use crate::desk::DeskError;
use crate::register::AuditFilter;
use crate::spreadsheet::csv;
use crate::web::Service;
use crate::web::problem::Problem;

/// Lines on one page.
const LINES: i64 = 100;
/// Lines of a file, at most.
const MOST: i64 = 100_000;

/// Lines as the pages show them. An account or a token is named as it was when the line was written, where the line says so.
pub(super) async fn lines(service: &Service, filter: &AuditFilter) -> Result<Vec<Value>, Problem> {
    let rows = service.desk.reader().audit(filter).await?;
    let line = |row: &crate::register::AuditRow| -> Result<Value, Problem> {
        let detail = row.detail()?;
        Ok(json!({
            "number": row.number, "at": row.at, "actor": row.actor()?, "kind": row.kind, "subject": row.subject,
            "detail": facts(&detail),
        }))
    };
    rows.iter().map(line).collect()
}

/// What a line says besides, each with its values; of a change, what holds now.
fn facts(detail: &Value) -> Vec<Value> {
    let now = detail.get("now").unwrap_or(detail);
    let facts = now.as_object().into_iter().flatten().filter(|(_, value)| !value.as_array().is_some_and(Vec::is_empty));
    facts.map(|(name, value)| json!({"name": name, "values": values(value)})).collect()
}

fn values(value: &Value) -> Vec<String> {
    match value {
        Value::Array(list) => list.iter().flat_map(values).collect(),
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}

/// The filter of a query: `kind`, `subject` and `before`. What is not understood lets all pass.
fn filter(given: &[(String, String)], limit: i64) -> AuditFilter {
    let text = |wanted: &str| {
        let found = given.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.trim());
        found.filter(|value| !value.is_empty())
    };
    AuditFilter {
        kind: text("kind").and_then(|kind| kind.parse().ok()),
        subject: text("subject").map(str::to_owned),
        before: text("before").and_then(|number| number.parse().ok()),
        limit,
    }
}

pub(super) async fn list(
    State(service): State<Service>,
    asked: Asked,
    Query(given): Query<Vec<(String, String)>>,
) -> Response {
    answer(&service, &asked, "audit.html", context(&service, &filter(&given, LINES + 1))).await
}

async fn context(service: &Service, filter: &AuditFilter) -> Result<Option<Value>, Problem> {
    let mut lines = lines(service, filter).await?;
    let more = lines.len() as i64 > LINES;
    lines.truncate(LINES as usize);
    let accounts = service.desk.accounts().await?;
    let tokens = service.desk.tokens().await?;
    let people = accounts.iter().map(|account| json!({"id": account.id, "name": account.is.name}));
    let systems = tokens.iter().map(|(_, token)| json!({"id": token.id, "name": token.name}));
    Ok(Some(json!({
        "kinds": AuditKind::VARIANTS,
        "subjects": people.chain(systems).collect::<Vec<_>>(),
        "kind": filter.kind,
        "subject": filter.subject,
        "next": lines.last().filter(|_| more).map(|line| line["number"].clone()),
        "lines": lines,
    })))
}

pub(super) async fn file(
    State(service): State<Service>,
    asked: Asked,
    Query(given): Query<Vec<(String, String)>>,
) -> Response {
    match written(&service, &filter(&given, MOST)).await {
        Ok(bytes) => {
            let disposition = "attachment; filename=\"audit.csv\"";
            let kind = "text/csv; charset=utf-8";
            ([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition)], bytes).into_response()
        }
        Err(problem) => asked.problem(&service, &problem),
    }
}

/// A line as the file has it; its column names are these fields'.
#[derive(serde::Serialize)]
struct CsvLine {
    number: i64,
    at: String,
    actor_kind: &'static str,
    actor: String,
    what: AuditKind,
    subject: String,
    detail: String,
}

async fn written(service: &Service, filter: &AuditFilter) -> Result<Vec<u8>, Problem> {
    let mut lines = Vec::new();
    for row in service.desk.reader().audit(filter).await? {
        let actor = row.actor()?;
        lines.push(CsvLine {
            number: row.number,
            at: row.at.to_string(),
            actor_kind: actor.kind.as_str(),
            actor: actor.name,
            what: row.kind,
            detail: row.detail()?.to_string(),
            subject: row.subject,
        });
    }
    Ok(csv(lines).map_err(|error| DeskError::Io(std::io::Error::other(error)))?)
}
