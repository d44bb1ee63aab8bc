//! The accounts of the unit's people, and the one-time links to them.

use super::{Act, Reader, RegisterError, expect_one, json, json_text};
use crate::case::texts::folded;
use crate::case::{AccountId, AccountState, Sha256, Stamp};

/// One person's account.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct AccountRow {
    /// Its identity.
    pub id: AccountId,
    /// The person's name.
    pub name: String,
    /// The address by which the person signs in.
    pub email: String,
    roles: String,
    programs: String,
    /// How it stands.
    pub state: AccountState,
    /// What Argon2id made of the password; none where none was set.
    pub password: Option<String>,
    /// When it was made.
    pub made_at: Stamp,
}

impl AccountRow {
    /// The roles, as they are written.
    pub fn roles(&self) -> Result<Vec<String>, RegisterError> {
        json(&self.roles, "accounts", &self.id)
    }

    /// The keys of the programs that the person may work in.
    pub fn programs(&self) -> Result<Vec<String>, RegisterError> {
        json(&self.programs, "accounts", &self.id)
    }
}

/// What an administrator says of an account.
#[derive(Debug, Clone, Copy)]
pub struct AccountSays<'a> {
    /// The person's name.
    pub name: &'a str,
    /// The address.
    pub email: &'a str,
    /// The roles.
    pub roles: &'a [&'static str],
    /// The programs.
    pub programs: &'a [String],
}

/// A one-time link.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct LinkRow {
    /// The account; none where it is the first administrator's, who makes it.
    pub account: Option<AccountId>,
    /// When it can be used no more.
    pub ends_at: Stamp,
}

impl Act {
    /// Makes an account. False where another one has the name or the address.
    pub async fn add_account(&mut self, id: &AccountId, says: AccountSays<'_>) -> Result<bool, RegisterError> {
        let sql = "INSERT INTO accounts (id, name, name_folded, email, email_folded, roles, programs, state, made_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
        let added = sqlx::query(sql)
            .bind(id)
            .bind(says.name)
            .bind(folded(says.name))
            .bind(says.email)
            .bind(folded(says.email))
            .bind(json_text(&says.roles, "accounts", id)?)
            .bind(json_text(&says.programs, "accounts", id)?)
            .bind(AccountState::Invited)
            .bind(self.now())
            .execute(&mut *self.transaction)
            .await?;
        Ok(added.rows_affected() == 1)
    }

    /// Changes what is said of an account. False where another one has the name or the address.
    pub async fn set_account(&mut self, id: &AccountId, says: AccountSays<'_>) -> Result<bool, RegisterError> {
        let sql = "UPDATE accounts SET name = $2, name_folded = $3, email = $4, email_folded = $5, roles = $6, programs = $7 \
                   WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM accounts WHERE id <> $1 AND (name_folded = $3 OR email_folded = $5))";
        let changed = sqlx::query(sql)
            .bind(id)
            .bind(says.name)
            .bind(folded(says.name))
            .bind(says.email)
            .bind(folded(says.email))
            .bind(json_text(&says.roles, "accounts", id)?)
            .bind(json_text(&says.programs, "accounts", id)?)
            .execute(&mut *self.transaction)
            .await?;
        Ok(changed.rows_affected() == 1)
    }

    /// Opens or closes an account.
    pub async fn set_account_state(&mut self, id: &AccountId, state: AccountState) -> Result<(), RegisterError> {
        let query = sqlx::query("UPDATE accounts SET state = $2 WHERE id = $1").bind(id).bind(state);
        expect_one(&query.execute(&mut *self.transaction).await?, "accounts", id)
    }

    /// Keeps what Argon2id made of a password, or that there is none.
    pub async fn set_password(&mut self, id: &AccountId, password: Option<&str>) -> Result<(), RegisterError> {
        let query = sqlx::query("UPDATE accounts SET password = $2 WHERE id = $1").bind(id).bind(password);
        expect_one(&query.execute(&mut *self.transaction).await?, "accounts", id)
    }

    /// Makes a link, in the place of every earlier one of the account.
    pub async fn set_link(
        &mut self,
        account: Option<&AccountId>,
        secret: &Sha256,
        ends_at: Stamp,
    ) -> Result<(), RegisterError> {
        self.drop_links(account).await?;
        let sql = "INSERT INTO sign_in_links (secret_hash, account, ends_at) VALUES ($1, $2, $3)";
        sqlx::query(sql).bind(secret).bind(account).bind(ends_at).execute(&mut *self.transaction).await?;
        Ok(())
    }

    /// Takes all links to an account away, or those to the first administrator's.
    pub async fn drop_links(&mut self, account: Option<&AccountId>) -> Result<(), RegisterError> {
        let sql = "DELETE FROM sign_in_links WHERE account = $1 OR (account IS NULL AND $1 IS NULL)";
        sqlx::query(sql).bind(account).execute(&mut *self.transaction).await?;
        Ok(())
    }

    /// Uses a link. False where there is none, or it was used.
    pub async fn use_link(&mut self, secret: &Sha256) -> Result<bool, RegisterError> {
        let used = sqlx::query("DELETE FROM sign_in_links WHERE secret_hash = $1").bind(secret);
        Ok(used.execute(&mut *self.transaction).await?.rows_affected() == 1)
    }
}

macro_rules! select_accounts {
    ($rest:literal) => {
        concat!("SELECT id, name, email, roles, programs, state, password, made_at FROM accounts ", $rest)
    };
}

pub(super) use select_accounts;

impl Act {
    /// One account, as this act finds it.
    pub async fn account(&mut self, id: &AccountId) -> Result<Option<AccountRow>, RegisterError> {
        let query = sqlx::query_as(select_accounts!("WHERE id = $1")).bind(id);
        Ok(query.fetch_optional(&mut *self.transaction).await?)
    }

    /// All accounts, by name, as this act finds them.
    pub async fn accounts(&mut self) -> Result<Vec<AccountRow>, RegisterError> {
        Ok(sqlx::query_as(select_accounts!("ORDER BY name_folded")).fetch_all(&mut *self.transaction).await?)
    }
}

impl Reader {
    /// All accounts, by name.
    pub async fn accounts(&self) -> Result<Vec<AccountRow>, RegisterError> {
        Ok(sqlx::query_as(select_accounts!("ORDER BY name_folded")).fetch_all(&self.pool).await?)
    }

    /// One account.
    pub async fn account(&self, id: &AccountId) -> Result<Option<AccountRow>, RegisterError> {
        Ok(sqlx::query_as(select_accounts!("WHERE id = $1")).bind(id).fetch_optional(&self.pool).await?)
    }

    /// The account with an address.
    pub async fn account_by_email(&self, email: &str) -> Result<Option<AccountRow>, RegisterError> {
        let sql = select_accounts!("WHERE email_folded = $1");
        Ok(sqlx::query_as(sql).bind(folded(email)).fetch_optional(&self.pool).await?)
    }

    /// A link that was not used.
    pub async fn link(&self, secret: &Sha256) -> Result<Option<LinkRow>, RegisterError> {
        let sql = "SELECT account, ends_at FROM sign_in_links WHERE secret_hash = $1";
        Ok(sqlx::query_as(sql).bind(secret).fetch_optional(&self.pool).await?)
    }
}
