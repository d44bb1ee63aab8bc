//! The words that letters were issued with, by version.

use super::{Act, Reader, RegisterError};
use crate::case::letter::Wording;

impl Act {
    /// Keeps the words that a letter is issued with; those of a version that is known stay what they were.
    pub async fn keep_wordings(&mut self, wordings: &[Wording]) -> Result<(), RegisterError> {
        for wording in wordings {
            sqlx::query(
                "INSERT INTO wordings (name, version, hash) VALUES ($1, $2, $3) ON CONFLICT (name, version) DO NOTHING",
            )
            .bind(&wording.name)
            .bind(&wording.version)
            .bind(&wording.hash)
            .execute(&mut *self.transaction)
            .await?;
        }
        Ok(())
    }
}

impl Reader {
    /// The words that letters were issued with, each version of them once.
    pub async fn wordings(&self) -> Result<Vec<Wording>, RegisterError> {
        let sql = "SELECT name, version, hash FROM wordings ORDER BY name, version";
        Ok(sqlx::query_as(sql).fetch_all(&self.pool).await?)
    }
}
