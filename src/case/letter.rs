//! What belongs to a letter beside its pages.

use serde::{Deserialize, Serialize};

use super::Sha256;

/// A letter's words without its pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// One HTML document: headings, lists and tables as such, each part and passage in its language.
    pub html: String,
    /// The same as plain text; a table is read row by row, each figure after the name of its column.
    pub text: String,
}

/// The covering e-mail of a letter, as it was written when the letter was issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoveringMail {
    /// The subject; it names nobody and no debt.
    pub subject: String,
    /// The plain-text alternative.
    pub text: String,
    /// The HTML alternative.
    pub html: String,
}

/// The SHA-256 of some bytes, in lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    super::Sha256::of(bytes).to_string()
}

/// The words of a letter type, of the house or of a program, under their version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
pub struct Wording {
    /// Whose they are: a letter type's key, `_house`, `_programs/<key>`.
    pub name: String,
    /// Their version.
    pub version: String,
    /// SHA-256 over the files that have them.
    pub hash: Sha256,
}
