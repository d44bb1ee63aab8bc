//! The tokens of systems.

use serde_json::json;

use super::accounts::is_taken;
use super::{PeopleError, drawn, new_secret, system_token};
use crate::case::{Actor, AuditKind, Fault, TokenId, hex};
use crate::desk::{Desk, DeskError};
use crate::people::{Permission, Secret, SystemToken, Who, is_name, is_to_be_noted};
use crate::register::TokenRow;

/// The longest name of a system, in characters.
const LONGEST_NAME: usize = 80;

impl Desk {
    /// The tokens of systems, by name; those that were revoked last. Each with what its system may do.
    pub async fn tokens(&self) -> Result<Vec<(TokenRow, SystemToken)>, DeskError> {
        let rows = self.reader().tokens().await?;
        let read = |row: TokenRow| system_token(&row).map(|token| (row, token));
        Ok(rows.into_iter().map(read).collect::<Result<_, _>>()?)
    }

    /// Makes a token for a system. Its text is shown once.
    pub async fn make_token(
        &self,
        by: &Who,
        name: &str,
        permissions: &[Permission],
    ) -> Result<(SystemToken, Secret), PeopleError> {
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        let (mut permissions, mut faults) = (permissions.to_vec(), Vec::new());
        permissions.retain(|permission| permission.is_for_systems());
        permissions.sort_unstable();
        permissions.dedup();
        if !is_name(&name) || name.chars().count() > LONGEST_NAME {
            faults.push(no_name());
        }
        if permissions.is_empty() {
            faults.push(no_permission());
        }
        if !faults.is_empty() {
            return Err(PeopleError::Faults(faults));
        }
        let token = SystemToken { id: TokenId::new(hex(&drawn::<8>()?)), name, permissions };
        let secret = new_secret()?;
        let written: Vec<&'static str> = token.permissions.iter().map(|permission| permission.as_str()).collect();
        let mut act = self.begin(by.actor()).await?;
        if is_taken(&mut act, &token.id, &token.name).await? {
            return Err(PeopleError::fault(name_taken()));
        }
        act.add_token(&token.id, &token.name, &secret.hash(), &written).await?;
        let detail = json!({"name": token.name, "permissions": written});
        act.audit(AuditKind::TokenMade, &token.id, &detail).await?;
        act.commit().await?;
        Ok((token, secret))
    }

    /// Revokes a token: whoever holds it is let in no more.
    pub async fn revoke_token(&self, by: &Who, id: &TokenId) -> Result<(), PeopleError> {
        let mut act = self.begin(by.actor()).await?;
        if !act.revoke_token(id).await? {
            return Err(PeopleError::NotFound(format!("token {id}")));
        }
        act.audit(AuditKind::TokenRevoked, id, &json!({})).await?;
        act.commit().await?;
        Ok(())
    }

    /// The system that holds a token; its use is noted now and then.
    pub async fn system(&self, secret: &Secret) -> Result<Option<SystemToken>, DeskError> {
        let Some(row) = self.reader().token_by_secret(&secret.hash()).await? else { return Ok(None) };
        let now = self.clock.now();
        if row.used_at.is_none_or(|used| is_to_be_noted(used.instant(), now)) {
            let mut act = self.begin(Actor::case_system(&row.name)).await?;
            act.note_token(&row.id).await?;
            act.commit().await?;
        }
        Ok(Some(system_token(&row)?))
    }
}

fn no_name() -> Fault {
    Fault::new(
        "name-invalid",
        "name",
        format!(
            "A system's name has letters, and {LONGEST_NAME} characters at most. Write it as it is to stand in the case files."
        ),
        format!(
            "Le nom d’un système a des lettres, et {LONGEST_NAME} caractères au plus. Écrivez-le comme il doit figurer aux dossiers."
        ),
    )
}

fn no_permission() -> Fault {
    Fault::new(
        "permission-missing",
        "permissions",
        "Choose what the system may do.",
        "Choisissez ce que le système peut faire.",
    )
}

fn name_taken() -> Fault {
    Fault::new(
        "token-taken",
        "name",
        "Another token or an account has this name, or one that looks the same, now or before. Give this one a name of its own, so that the case files tell them apart.",
        "Un autre jeton ou un compte porte ou a porté ce nom, ou un nom d’apparence identique. Donnez à celui-ci son propre nom, pour que les dossiers les distinguent.",
    )
}
