//! The plan calculator of a case.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use chrono::{Datelike, NaiveDate, Weekday};
use serde_json::{Value, json};

use super::list::encoded;
use super::{Asked, answer};
use crate::case::entry::View;
use crate::case::fault::views;
use crate::case::schedule::{Agreed, Frequency, Instalment};
use crate::case::{CaseRef, Language, calendar, money};
use crate::desk::{PlanForm, PlanLetter, PlanSheet, Planned, office};
use crate::people::Who;
use crate::web::Service;
use crate::web::problem::Problem;
use crate::web::view::EligibilityView;

pub(super) async fn show(
    State(service): State<Service>,
    asked: Asked,
    who: Who,
    Path(reference): Path<CaseRef>,
    Query(form): Query<PlanForm>,
) -> Response {
    let context = async {
        service.desk.looked_at_case(&who, &reference, View::Page).await?;
        context(&service, asked.language, &reference, form).await
    };
    answer(&service, &asked, "plan.html", context).await
}

async fn context(
    service: &Service,
    language: Language,
    case: &CaseRef,
    form: PlanForm,
) -> Result<Option<Value>, Problem> {
    let Some(sheet) = service.desk.plan(case, form).await? else { return Ok(None) };
    let PlanSheet { form, people, debts, balance, as_of, minimum, policy, methods, planned, faults, letters } = sheet;
    let pairs = |pairs: Vec<(String, String)>| -> Vec<Value> {
        pairs.into_iter().map(|(key, name)| json!({"key": key, "name": name})).collect()
    };
    let methods = methods.into_iter().map(|(key, words)| (key, words.get(language).to_owned())).collect();
    let letters: Vec<Value> = letters.into_iter().map(|letter| letter_view(service, language, case, letter)).collect();
    Ok(Some(json!({
        "case": case,
        "form": form,
        "people": pairs(people),
        "debts": pairs(debts.into_iter().map(|(number, owed)| (number, money::plain(owed))).collect()),
        "balance": balance.map(money::plain),
        "as_of": as_of.to_string(),
        "minimum": money::plain(minimum),
        "percent": policy.plan_minimum_percent.normalize().to_string(),
        "least": money::plain(policy.plan_minimum_amount),
        "instalments_at_most": policy.plan_instalments_at_most,
        "months_at_most": policy.plan_months_at_most,
        "methods": pairs(methods),
        "planned": planned.as_ref().map(plan_view),
        "faults": views(&faults, language),
        "letters": letters,
    })))
}

fn plan_view(planned: &Planned) -> Value {
    let Planned { agreed, schedule, is_below } = planned;
    let row = |(place, one): (usize, &Instalment)| {
        json!({
            "number": place + 1, "due": one.due.to_string(), "amount": money::plain(one.amount),
            "balance": money::plain(one.balance), "moved": is_moved(agreed, one.due), "closed": closed(one.due),
        })
    };
    let rows: Vec<Value> = schedule.iter().enumerate().map(row).collect();
    let last = schedule.last();
    json!({
        "instalment": money::plain(agreed.instalment),
        "frequency": agreed.frequency,
        "first_due": agreed.first_due.to_string(),
        "last_due": last.map(|one| one.due.to_string()),
        "last_amount": last.map(|one| money::plain(one.amount)),
        "last_differs": last.is_some_and(|one| one.amount != agreed.instalment),
        "count": rows.len(),
        "total": money::plain(schedule.iter().map(|one| one.amount).sum()),
        "monthly": money::plain(agreed.monthly().round_dp(2)),
        "below": is_below,
        "moved": rows.iter().filter(|row| row["moved"] == true).count(),
        "rows": rows,
    })
}

/// Whether an instalment of a month that is too short falls on its last day instead.
fn is_moved(agreed: &Agreed, due: NaiveDate) -> bool {
    agreed.frequency == Frequency::Monthly && due.day() != agreed.first_due.day()
}

/// Why banks and the unit do not work on a day; nothing where they do.
fn closed(due: NaiveDate) -> Option<&'static str> {
    match due.weekday() {
        Weekday::Sat => Some("saturday"),
        Weekday::Sun => Some("sunday"),
        _ => (!calendar::is_business_day(due)).then_some("holiday"),
    }
}

fn letter_view(service: &Service, language: Language, case: &CaseRef, letter: PlanLetter) -> Value {
    let PlanLetter { answer, approvers, facts } = letter;
    let approvers: Vec<String> = approvers.iter().map(|role| office(role).get(language).to_owned()).collect();
    // The names are those of the facts, by their dotted paths.
    let facts = facts.iter().map(|(path, value)| format!("&{}={}", encoded(path), encoded(value)));
    let query = format!(
        "case={}&person={}&letter={}{}",
        encoded(case),
        encoded(&answer.person),
        encoded(&answer.letter_type),
        facts.collect::<String>()
    );
    let answer = EligibilityView::of(answer, &service.desk.studio.catalogue, language);
    json!({"answer": answer, "approvers": approvers, "query": query})
}
