//! What is said of a decision that was not taken.

use axum::http::StatusCode;

use super::Problem;
use crate::desk::DecideError;

impl From<DecideError> for Problem {
    fn from(error: DecideError) -> Problem {
        let says = error.says();
        let (status, kind, title) = match error {
            DecideError::NotFound(what) => return Problem::not_found(&what),
            DecideError::Desk(error) => return error.into(),
            DecideError::Faults(faults) => return Problem::faults(faults),
            DecideError::Preparer(_) => (
                StatusCode::FORBIDDEN,
                "preparer-cannot-approve",
                ("The preparer cannot approve", "Qui prépare ne peut pas approuver"),
            ),
            DecideError::NotAPerson => {
                (StatusCode::FORBIDDEN, "person-needed", ("A person decides this", "Une personne en décide"))
            }
            DecideError::OtherProgram(_) => {
                (StatusCode::FORBIDDEN, "other-program", ("Of another program", "D’un autre programme"))
            }
            DecideError::NoAuthority { .. } => (
                StatusCode::FORBIDDEN,
                "no-authority",
                ("Not within the authority of this role", "Hors du pouvoir de ce rôle"),
            ),
            DecideError::AllPrograms => {
                (StatusCode::FORBIDDEN, "other-program", ("Of other programs too", "D’autres programmes aussi"))
            }
            DecideError::NotReturned => (
                StatusCode::CONFLICT,
                "not-waiting",
                ("Not returned, or sent again already", "Pas renvoyée, ou déjà renvoyée pour approbation"),
            ),
            DecideError::NotOpened => (
                StatusCode::CONFLICT,
                "not-opened",
                ("Not opened as it stands now", "Pas ouverte dans son état actuel"),
            ),
            DecideError::NotOverridable(_) => (
                StatusCode::CONFLICT,
                "not-overridable",
                ("This rule cannot be overridden here", "Cette règle ne peut être levée ici"),
            ),
            DecideError::WhoIsIt => (StatusCode::CONFLICT, "who-is-it", ("Say who it is", "Dites de qui il s’agit")),
            DecideError::NoReason => {
                (StatusCode::UNPROCESSABLE_ENTITY, "reason-missing", ("A reason is required", "Un motif est requis"))
            }
            DecideError::NotWaiting(_) => {
                (StatusCode::CONFLICT, "not-waiting", ("Not waiting for this decision", "N’attend pas cette décision"))
            }
            DecideError::Changed => (
                StatusCode::CONFLICT,
                "not-waiting",
                ("Changed since it was seen", "Modifiée depuis qu’elle a été vue"),
            ),
        };
        Problem::new(status, kind, title, says)
    }
}
