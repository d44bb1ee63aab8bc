//! Whose account somebody's is at an OpenID Connect provider.

use super::accounts::select_accounts;
use super::{AccountRow, Act, Reader, RegisterError};
use crate::case::AccountId;
use crate::case::texts::folded;

/// Whose account it is.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct IdentityRow {
    /// The provider.
    pub issuer: String,
    /// The person, as the provider knows them.
    pub subject: String,
    /// The account.
    pub account: AccountId,
}

impl Act {
    /// The account that somebody at a provider has.
    pub async fn account_of(&mut self, issuer: &str, subject: &str) -> Result<Option<AccountRow>, RegisterError> {
        let sql =
            select_accounts!("WHERE id = (SELECT i.account FROM identities i WHERE i.issuer = $1 AND i.subject = $2)");
        Ok(sqlx::query_as(sql).bind(issuer).bind(subject).fetch_optional(&mut *self.transaction).await?)
    }

    /// The account with an address, unless somebody at the provider has it already.
    pub async fn account_without_identity(
        &mut self,
        email: &str,
        issuer: &str,
    ) -> Result<Option<AccountRow>, RegisterError> {
        let sql = select_accounts!(
            "WHERE email_folded = $1 AND NOT EXISTS (SELECT 1 FROM identities i WHERE i.account = accounts.id AND i.issuer = $2)"
        );
        Ok(sqlx::query_as(sql).bind(folded(email)).bind(issuer).fetch_optional(&mut *self.transaction).await?)
    }

    /// Writes whose account it is. False where that is known.
    pub async fn link_identity(
        &mut self,
        account: &AccountId,
        issuer: &str,
        subject: &str,
    ) -> Result<bool, RegisterError> {
        let sql = "INSERT INTO identities (issuer, subject, account) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        let linked = sqlx::query(sql).bind(issuer).bind(subject).bind(account).execute(&mut *self.transaction).await?;
        Ok(linked.rows_affected() == 1)
    }
}

impl Reader {
    /// All that is known of whose accounts are whose.
    pub async fn identities(&self) -> Result<Vec<IdentityRow>, RegisterError> {
        let sql = "SELECT issuer, subject, account FROM identities ORDER BY account, issuer";
        Ok(sqlx::query_as(sql).fetch_all(&self.pool).await?)
    }

    /// At which providers an account signs in.
    pub async fn issuers_of(&self, account: &AccountId) -> Result<Vec<String>, RegisterError> {
        let sql = "SELECT issuer FROM identities WHERE account = $1 ORDER BY issuer";
        Ok(sqlx::query_scalar(sql).bind(account).fetch_all(&self.pool).await?)
    }
}
