//! JSON API and pages.
use std::path::Path;
use std::sync::Arc;

use crate::desk::Desk;

/// The file.
pub const TOKEN_FILE: &str = "token";

/// Token.
pub fn token(_: &Path) -> anyhow::Result<String> {
    Ok(String::new())
}

/// Router.
pub fn router(_: Arc<Desk>, _: &str) -> anyhow::Result<axum::Router> {
    Ok(axum::Router::new())
}
