//! A follow-up.

use serde::Serialize;

use crate::case::{CaseRef, Day, FollowUpId, FollowUpState, Language, PersonId};
use crate::desk::DeskError;
use crate::register::FollowUpRow;

/// Follow-ups in one list, at most.
pub(in crate::web) const MAX_FOLLOW_UPS: i64 = 500;

/// Something that Recto noticed to be due.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FollowUpView {
    /// Its identity.
    pub id: FollowUpId,
    /// The case reference.
    pub case: CaseRef,
    /// The person's key.
    pub person: PersonId,
    /// What is due: `plan-reminder`, `answer-due` …
    pub kind: String,
    /// The letter that an acceptance asks for; absent where it is work for a person.
    pub letter: Option<String>,
    /// Since when, or until when.
    pub due: Day,
    /// What is to be done.
    pub says: String,
    /// `proposed`, `accepted`, `declined` or `lapsed`.
    pub state: FollowUpState,
    /// Who decided.
    pub decided_by: Option<String>,
    /// Why it was declined.
    pub reason: Option<String>,
}

impl FollowUpView {
    /// A follow-up in one language.
    pub(in crate::web) fn of(row: FollowUpRow, language: Language) -> Result<FollowUpView, DeskError> {
        Ok(FollowUpView {
            says: row.says()?.get(language).to_owned(),
            id: row.id,
            case: row.case_reference,
            person: row.person,
            kind: row.kind,
            letter: row.letter_type,
            due: row.due,
            state: row.state,
            decided_by: row.decided_by,
            reason: row.reason,
        })
    }
}
