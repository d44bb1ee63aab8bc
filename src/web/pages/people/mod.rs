//! The administrator's pages: people, the tokens of systems, and the audit trail.

mod accounts;
mod audit;
mod tokens;

use axum::Router;
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::{Asked, answer};
use crate::people::PERMISSIONS;
use crate::web::Shared;

pub(super) fn router() -> Router<Shared> {
    Router::new()
        .route("/people", get(accounts::list).post(accounts::invite))
        .route("/people/{id}", get(accounts::show).post(accounts::change))
        .route("/people/{id}/link", post(accounts::link))
        .route("/people/{id}/close", post(accounts::close))
        .route("/people/{id}/open", post(accounts::open))
        .route("/people/{id}/sign-out-everywhere", post(accounts::sign_out_everywhere))
        .route("/tokens", get(tokens::list).post(tokens::make))
        .route("/tokens/{id}/revoke", post(tokens::revoke))
        .route("/audit", get(audit::list))
        .route("/audit.csv", get(audit::file))
}

/// The table of roles and permissions, as the pages show it.
fn table() -> Vec<Value> {
    PERMISSIONS.iter().map(|(role, permissions)| json!({"role": role, "may": permissions})).collect()
}
