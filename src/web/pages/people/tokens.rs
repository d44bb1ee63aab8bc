//! The tokens of systems.

use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Value, json};
use strum::VariantArray;

use super::{Asked, answer};
use crate::case::fault::views;
use crate::case::{Fault, TokenId};
use crate::desk::PeopleError;
use crate::people::{Permission, SystemToken, Who};
use crate::register::TokenRow;
use crate::web::Service;
use crate::web::problem::Problem;

pub(super) async fn list(State(service): State<Service>, asked: Asked) -> Response {
    answer(&service, &asked, "tokens.html", context(&service, &asked, ("", &[]), &[], None)).await
}

async fn context(
    service: &Service,
    asked: &Asked,
    (name, chosen): (&str, &[Permission]),
    faults: &[Fault],
    made: Option<Value>,
) -> Result<Option<Value>, Problem> {
    let view = |(row, token): &(TokenRow, SystemToken)| {
        json!({
            "id": token.id, "name": token.name, "permissions": token.permissions, "made_at": row.made_at,
            "used_at": row.used_at, "revoked_at": row.revoked_at,
        })
    };
    let tokens = service.desk.tokens().await?;
    let for_systems: Vec<&Permission> = Permission::VARIANTS.iter().filter(|one| one.is_for_systems()).collect();
    Ok(Some(json!({
        "tokens": tokens.iter().map(view).collect::<Vec<_>>(),
        "permissions": for_systems,
        "name": name,
        "chosen": chosen,
        "made": made,
        "problem": views(faults, asked.language),
    })))
}

pub(super) async fn make(
    State(service): State<Service>,
    asked: Asked,
    who: Who,
    Form(given): Form<Vec<(String, String)>>,
) -> Response {
    let all = |wanted: &'static str| given.iter().filter(move |(name, _)| name == wanted).map(|(_, value)| value);
    let name = all("name").next().cloned().unwrap_or_default();
    let chosen: Vec<Permission> = all("permission").filter_map(|one| one.parse().ok()).collect();
    match service.desk.make_token(&who, &name, &chosen).await {
        Ok((token, secret)) => {
            let made = json!({"name": token.name, "text": secret.text()});
            answer(&service, &asked, "tokens.html", context(&service, &asked, ("", &[]), &[], Some(made))).await
        }
        Err(PeopleError::Faults(faults)) => {
            let context = context(&service, &asked, (&name, &chosen), &faults, None);
            let page = answer(&service, &asked, "tokens.html", context).await;
            (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
        }
        Err(error) => asked.problem(&service, &Problem::from(error)),
    }
}

pub(super) async fn revoke(
    State(service): State<Service>,
    asked: Asked,
    who: Who,
    Path(id): Path<TokenId>,
) -> Response {
    match service.desk.revoke_token(&who, &id).await {
        Ok(()) => Redirect::to("/tokens").into_response(),
        Err(error) => asked.problem(&service, &Problem::from(error)),
    }
}
