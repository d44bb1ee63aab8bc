//! Who is signed in, and the tokens of systems.

use super::{Act, Reader, RegisterError, json, json_text};
use crate::case::texts::folded;
use crate::case::{AccountId, Sha256, Stamp, TokenId};

/// A session of somebody who is signed in.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SessionRow {
    /// The hash of its secret.
    pub secret_hash: Sha256,
    /// Whose.
    pub account: AccountId,
    /// When it was made.
    pub made_at: Stamp,
    /// When it was noted last.
    pub seen_at: Stamp,
    /// What the browser says to be.
    pub browser: String,
}

/// The token of a system.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct TokenRow {
    /// Its identity.
    pub id: TokenId,
    /// The system's name.
    pub name: String,
    permissions: String,
    /// When it was made.
    pub made_at: Stamp,
    /// When it was noted last that it was used.
    pub used_at: Option<Stamp>,
    /// When it was revoked.
    pub revoked_at: Option<Stamp>,
}

impl TokenRow {
    /// What the system may do, as it is written.
    pub fn permissions(&self) -> Result<Vec<String>, RegisterError> {
        json(&self.permissions, "system_tokens", &self.id)
    }
}

macro_rules! select_tokens {
    ($rest:literal) => {
        concat!("SELECT id, name, permissions, made_at, used_at, revoked_at FROM system_tokens ", $rest)
    };
}

impl Act {
    /// Makes a session.
    pub async fn add_session(
        &mut self,
        secret: &Sha256,
        account: &AccountId,
        browser: &str,
    ) -> Result<(), RegisterError> {
        let sql = "INSERT INTO sessions (secret_hash, account, made_at, seen_at, browser) VALUES ($1, $2, $3, $3, $4)";
        let query = sqlx::query(sql).bind(secret).bind(account).bind(self.now()).bind(browser);
        query.execute(&mut *self.transaction).await?;
        Ok(())
    }

    /// Notes that somebody is still there.
    pub async fn note_session(&mut self, secret: &Sha256) -> Result<(), RegisterError> {
        let sql = "UPDATE sessions SET seen_at = $2 WHERE secret_hash = $1";
        sqlx::query(sql).bind(secret).bind(self.now()).execute(&mut *self.transaction).await?;
        Ok(())
    }

    /// Ends a session.
    pub async fn end_session(&mut self, secret: &Sha256) -> Result<bool, RegisterError> {
        let ended = sqlx::query("DELETE FROM sessions WHERE secret_hash = $1").bind(secret);
        Ok(ended.execute(&mut *self.transaction).await?.rows_affected() == 1)
    }

    /// Ends all sessions of an account. Gives how many.
    pub async fn end_sessions(&mut self, account: &AccountId) -> Result<u64, RegisterError> {
        let ended = sqlx::query("DELETE FROM sessions WHERE account = $1").bind(account);
        Ok(ended.execute(&mut *self.transaction).await?.rows_affected())
    }

    /// Ends all sessions of an account but one.
    pub async fn end_other_sessions(&mut self, account: &AccountId, but: &Sha256) -> Result<(), RegisterError> {
        let sql = "DELETE FROM sessions WHERE account = $1 AND secret_hash <> $2";
        sqlx::query(sql).bind(account).bind(but).execute(&mut *self.transaction).await?;
        Ok(())
    }

    /// Takes away sessions that were noted last before an instant.
    pub async fn drop_sessions_before(&mut self, seen: Stamp) -> Result<(), RegisterError> {
        sqlx::query("DELETE FROM sessions WHERE seen_at < $1").bind(seen).execute(&mut *self.transaction).await?;
        Ok(())
    }

    /// The tokens of systems, as this act finds them.
    pub async fn tokens(&mut self) -> Result<Vec<TokenRow>, RegisterError> {
        Ok(sqlx::query_as(select_tokens!("ORDER BY name_folded")).fetch_all(&mut *self.transaction).await?)
    }

    /// Keeps the token of a system.
    pub async fn add_token(
        &mut self,
        id: &TokenId,
        name: &str,
        secret: &Sha256,
        permissions: &[&'static str],
    ) -> Result<(), RegisterError> {
        let sql = "INSERT INTO system_tokens (id, name, name_folded, secret_hash, permissions, made_at) \
                   VALUES ($1, $2, $3, $4, $5, $6)";
        let query = sqlx::query(sql).bind(id).bind(name).bind(folded(name)).bind(secret);
        let query = query.bind(json_text(&permissions, "system_tokens", id)?).bind(self.now());
        query.execute(&mut *self.transaction).await?;
        Ok(())
    }

    /// Notes that a token was used.
    pub async fn note_token(&mut self, id: &TokenId) -> Result<(), RegisterError> {
        let sql = "UPDATE system_tokens SET used_at = $2 WHERE id = $1";
        sqlx::query(sql).bind(id).bind(self.now()).execute(&mut *self.transaction).await?;
        Ok(())
    }

    /// Revokes a token. False where there is none, or it was revoked before.
    pub async fn revoke_token(&mut self, id: &TokenId) -> Result<bool, RegisterError> {
        let sql = "UPDATE system_tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
        let revoked = sqlx::query(sql).bind(id).bind(self.now()).execute(&mut *self.transaction).await?;
        Ok(revoked.rows_affected() == 1)
    }
}

impl Reader {
    /// A session by the hash of its secret.
    pub async fn session(&self, secret: &Sha256) -> Result<Option<SessionRow>, RegisterError> {
        let sql = "SELECT secret_hash, account, made_at, seen_at, browser FROM sessions WHERE secret_hash = $1";
        Ok(sqlx::query_as(sql).bind(secret).fetch_optional(&self.pool).await?)
    }

    /// The sessions of an account, the newest first.
    pub async fn sessions_of(&self, account: &AccountId) -> Result<Vec<SessionRow>, RegisterError> {
        let sql = "SELECT secret_hash, account, made_at, seen_at, browser FROM sessions WHERE account = $1 ORDER BY made_at DESC";
        Ok(sqlx::query_as(sql).bind(account).fetch_all(&self.pool).await?)
    }

    /// The tokens of systems, by name; those that were revoked last.
    pub async fn tokens(&self) -> Result<Vec<TokenRow>, RegisterError> {
        let sql = select_tokens!("ORDER BY revoked_at IS NOT NULL, name_folded");
        Ok(sqlx::query_as(sql).fetch_all(&self.pool).await?)
    }

    /// A token that was not revoked, by the hash of its secret.
    pub async fn token_by_secret(&self, secret: &Sha256) -> Result<Option<TokenRow>, RegisterError> {
        let sql = select_tokens!("WHERE secret_hash = $1 AND revoked_at IS NULL");
        Ok(sqlx::query_as(sql).bind(secret).fetch_optional(&self.pool).await?)
    }
}
