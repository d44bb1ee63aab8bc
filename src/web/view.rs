//! Letters, cases and entries as the API and the pages show them.

use serde::Serialize;

use crate::case::fault::{FaultView, views};
use crate::case::{Entry, Fault, Language, LetterState};
use crate::letter::Catalogue;
use crate::register::{LetterRow, RegisterError};

/// A letter.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LetterView {
    /// Its identity.
    pub id: String,
    /// The letter type's key.
    #[serde(rename = "type")]
    pub letter_type: String,
    /// The letter type's title.
    pub title: String,
    /// The case reference.
    pub case: String,
    /// The party's key in the case system.
    pub party: String,
    /// The party's name.
    pub party_name: String,
    /// `en`, `fr`, or `unknown` for both.
    pub language: String,
    /// `print` or `email`.
    pub channel: String,
    /// How far it has come.
    pub state: LetterState,
    /// `waiting`, `sent`, `failed` or `recalled`; absent before it is issued.
    pub delivery: Option<String>,
    /// Why it was not sent, or not yet.
    pub problem: Option<String>,
    /// Its mailing date; absent before it is issued.
    pub date: Option<String>,
    /// Its pages; absent before it is issued.
    pub pages: Option<i64>,
    /// SHA-256 of its PDF; absent before it is issued.
    pub sha256: Option<String>,
    /// The hash of its words, to which an approval is bound.
    pub content_hash: Option<String>,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// When it was called for, UTC.
    pub called_at: String,
    /// Why it is held or refused.
    pub reasons: Vec<FaultView>,
}

impl LetterView {
    /// A letter in one language.
    pub fn of(row: LetterRow, catalogue: &Catalogue, language: Language) -> Result<LetterView, RegisterError> {
        let title = catalogue.types.get(&row.letter_type).map(|letter| letter.description.title.get(language));
        let (state, reasons) = (row.state()?, row.reasons()?);
        let issued = state == LetterState::Issued;
        let approved = row.approved_hash.is_some() && row.approved_hash == row.content_hash;
        Ok(LetterView {
            state,
            title: title.unwrap_or(&row.letter_type).to_owned(),
            reasons: views(&reasons, language),
            delivery: row.delivery.filter(|_| issued),
            problem: row.problem.filter(|_| issued),
            date: row.date.filter(|_| issued),
            pages: row.pages.filter(|_| issued),
            sha256: row.sha256.filter(|_| issued),
            id: row.id,
            letter_type: row.letter_type,
            case: row.case_reference,
            party: row.party,
            party_name: row.party_name,
            language: row.language,
            channel: row.channel,
            content_hash: row.content_hash,
            approved_by: row.approved_by.filter(|_| approved),
            called_at: row.called_at,
        })
    }

    /// Letters in one language.
    pub fn all(
        rows: Vec<LetterRow>,
        catalogue: &Catalogue,
        language: Language,
    ) -> Result<Vec<LetterView>, RegisterError> {
        rows.into_iter().map(|row| LetterView::of(row, catalogue, language)).collect()
    }
}

/// An entry with its reasons, where it has any, in one language.
pub fn entry(mut entry: Entry, language: Language) -> Entry {
    if let Ok(reasons) = serde_json::from_value::<Vec<Fault>>(entry.detail["reasons"].take()) {
        entry.detail["reasons"] = serde_json::json!(views(&reasons, language));
    } else if let Some(detail) = entry.detail.as_object_mut() {
        detail.remove("reasons");
    }
    entry
}
