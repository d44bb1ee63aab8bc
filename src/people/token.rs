//! The token of a system.

use super::Permission;
use crate::case::TokenId;

/// A system that comes with a token of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemToken {
    /// By which the register knows it.
    pub id: TokenId,
    /// The system's name, as it goes into the case files.
    pub name: String,
    /// What it may do.
    pub permissions: Vec<Permission>,
}
