//! Mail merges: what was confirmed, and what became of each row.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::cases::listed;
use super::{Act, Reader, RegisterError, expect_one, json, json_text};
use crate::case::fault::Reasons;
use crate::case::{Actor, DeliveryState, LetterId, LetterState, MergeId, MergeState, Sha256, Stamp};

/// A merge without its sheet.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct MergeRecord {
    /// Its identity.
    pub id: MergeId,
    /// What people call it.
    pub name: String,
    /// The letter type's key.
    pub letter_type: String,
    /// The name of its file.
    pub file_name: String,
    /// The hash of its file.
    pub sheet_hash: Sha256,
    mapping: String,
    /// The hash that was confirmed.
    pub confirmed: Sha256,
    /// How far it has come.
    pub state: MergeState,
    confirmed_by: String,
    /// When it was confirmed: the time of its events.
    pub confirmed_at: Stamp,
    seconded_by: Option<String>,
    /// When the second person confirmed it.
    pub seconded_at: Option<Stamp>,
    stopped_by: Option<String>,
    /// When it was stopped.
    pub stopped_at: Option<Stamp>,
    /// Why.
    pub stop_reason: Option<String>,
}

impl MergeRecord {
    /// How its sheet was understood.
    pub fn mapping<M: DeserializeOwned>(&self) -> Result<M, RegisterError> {
        json(&self.mapping, "merges", &self.id)
    }

    /// Who confirmed it.
    pub fn confirmed_by(&self) -> Result<Actor, RegisterError> {
        json(&self.confirmed_by, "merges", &self.id)
    }

    /// Who confirmed it as the second person.
    pub fn seconded_by(&self) -> Result<Option<Actor>, RegisterError> {
        self.seconded_by.as_deref().map(|by| json(by, "merges", &self.id)).transpose()
    }

    /// Who stopped it.
    pub fn stopped_by(&self) -> Result<Option<Actor>, RegisterError> {
        self.stopped_by.as_deref().map(|by| json(by, "merges", &self.id)).transpose()
    }
}

/// A merge that is confirmed.
pub struct NewMerge<'m, M> {
    /// Its identity.
    pub id: &'m MergeId,
    /// What people call it.
    pub name: &'m str,
    /// The letter type's key.
    pub letter_type: &'m str,
    /// The name of its file.
    pub file_name: &'m str,
    /// Its file.
    pub sheet: &'m [u8],
    /// How it was understood.
    pub mapping: &'m M,
    /// The form under which the mapping is kept, and what of it is.
    pub form: (&'m str, &'m M),
    /// The hash that is confirmed.
    pub confirmed: &'m Sha256,
    /// Whether a second person must confirm it.
    pub state: MergeState,
}

/// A row of a merge.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct MergeRowRecord {
    /// The merge.
    pub merge: MergeId,
    /// Its number, as the sheet counts.
    pub row: i64,
    /// The hash of what the sheet says in it.
    pub content: String,
    /// The id of its event.
    pub event_id: String,
    /// The case.
    pub case_reference: String,
    /// `{case, party, facts}`; empty where the row is at fault.
    pub data: String,
    /// What was wrong with it.
    pub faults: Reasons,
    /// Its letter, once its event was taken.
    pub letter: Option<LetterId>,
}

/// A row that an earlier merge has made.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct MadeRow {
    /// What people call the merge.
    pub name: String,
    /// When it was confirmed.
    pub confirmed_at: Stamp,
}

/// Everything of a merge but its sheet.
macro_rules! merges {
    ($which:literal) => {
        concat!(
            "SELECT id, name, letter_type, file_name, sheet_hash, mapping, confirmed, state, confirmed_by, confirmed_at, seconded_by, ",
            "seconded_at, stopped_by, stopped_at, stop_reason FROM merges ",
            $which
        )
    };
}

/// Rows of merges.
macro_rules! rows {
    ($which:literal) => {
        concat!("SELECT merge, row, content, event_id, case_reference, data, faults, letter FROM merge_rows ", $which)
    };
}

/// Rows that are read at a time.
const PAGE: i64 = 500;

impl Act {
    /// Records a merge. False where exactly this was confirmed before.
    pub async fn confirm_merge<M: Serialize>(&mut self, new: &NewMerge<'_, M>) -> Result<bool, RegisterError> {
        let inserted = sqlx::query(
            "INSERT INTO merges (id, name, letter_type, file_name, sheet_hash, sheet, mapping, confirmed, state, confirmed_by, confirmed_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING",
        )
        .bind(new.id)
        .bind(new.name)
        .bind(new.letter_type)
        .bind(new.file_name)
        .bind(Sha256::of(new.sheet))
        .bind(new.sheet)
        .bind(json_text(new.mapping, "merges", new.id)?)
        .bind(new.confirmed)
        .bind(new.state)
        .bind(json_text(self.actor(), "merges", new.id)?)
        .bind(self.now())
        .execute(&mut *self.transaction)
        .await?;
        if inserted.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query(
            "INSERT INTO sheet_mappings (letter_type, form, mapping) VALUES ($1, $2, $3) \
             ON CONFLICT (letter_type, form) DO UPDATE SET mapping = excluded.mapping",
        )
        .bind(new.letter_type)
        .bind(new.form.0)
        .bind(json_text(new.form.1, "sheet_mappings", new.form.0)?)
        .execute(&mut *self.transaction)
        .await?;
        Ok(true)
    }

    /// Records a row of a merge, with the program that it names.
    pub async fn add_merge_row(&mut self, row: &MergeRowRecord, program: &str) -> Result<(), RegisterError> {
        sqlx::query(
            "INSERT INTO merge_rows (merge, row, content, event_id, case_reference, data, faults, program) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&row.merge)
        .bind(row.row)
        .bind(&row.content)
        .bind(&row.event_id)
        .bind(&row.case_reference)
        .bind(&row.data)
        .bind(&row.faults)
        .bind(program)
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Records what became of a row: its letter, or what was wrong with it in the end.
    pub async fn set_merge_row(
        &mut self,
        merge: &MergeId,
        row: i64,
        letter: Option<&LetterId>,
        faults: &Reasons,
    ) -> Result<(), RegisterError> {
        let set = sqlx::query("UPDATE merge_rows SET letter = $3, faults = $4 WHERE merge = $1 AND row = $2")
            .bind(merge)
            .bind(row)
            .bind(letter)
            .bind(faults)
            .execute(&mut *self.transaction)
            .await?;
        expect_one(&set, "merge_rows", merge)
    }

    /// Moves a merge on from a state. False where it is not in it any more.
    pub async fn set_merge_state(
        &mut self,
        merge: &MergeId,
        from: MergeState,
        to: MergeState,
    ) -> Result<bool, RegisterError> {
        let set = sqlx::query("UPDATE merges SET state = $3 WHERE id = $1 AND state = $2")
            .bind(merge)
            .bind(from)
            .bind(to)
            .execute(&mut *self.transaction)
            .await?;
        Ok(set.rows_affected() == 1)
    }

    /// Records that a second person has confirmed a merge. False where it does not wait for one.
    pub async fn second_merge(&mut self, merge: &MergeId) -> Result<bool, RegisterError> {
        let by = json_text(self.actor(), "merges", merge)?;
        let set = sqlx::query(
            "UPDATE merges SET state = $2, seconded_by = $3, seconded_at = $4 WHERE id = $1 AND state = $5",
        )
        .bind(merge)
        .bind(MergeState::Taking)
        .bind(by)
        .bind(self.now())
        .bind(MergeState::AwaitingSecond)
        .execute(&mut *self.transaction)
        .await?;
        Ok(set.rows_affected() == 1)
    }

    /// Records that the merge of a letter was stopped, if it was made by one.
    pub async fn stop_merge_of(&mut self, letter: &LetterId, reason: &str) -> Result<(), RegisterError> {
        let sql = "SELECT merge FROM merge_rows WHERE letter = $1";
        let merge: Option<(MergeId,)> = sqlx::query_as(sql).bind(letter).fetch_optional(&mut *self.transaction).await?;
        if let Some((merge,)) = merge {
            self.stop_merge(&merge, reason).await?;
        }
        Ok(())
    }

    /// Records that a merge was stopped. False where it was before.
    pub async fn stop_merge(&mut self, merge: &MergeId, reason: &str) -> Result<bool, RegisterError> {
        let by = json_text(self.actor(), "merges", merge)?;
        let set = sqlx::query("UPDATE merges SET state = $2, stopped_by = $3, stopped_at = $4, stop_reason = $5 WHERE id = $1 AND state <> $2")
            .bind(merge)
            .bind(MergeState::Stopped)
            .bind(by)
            .bind(self.now())
            .bind(reason)
            .execute(&mut *self.transaction)
            .await?;
        Ok(set.rows_affected() == 1)
    }
}

impl Reader {
    /// The mappings that were kept for a letter type, by the form of their sheets.
    pub async fn kept_mappings<M: DeserializeOwned>(
        &self,
        letter_type: &str,
    ) -> Result<BTreeMap<String, M>, RegisterError> {
        let sql = "SELECT form, mapping FROM sheet_mappings WHERE letter_type = $1";
        let rows: Vec<(String, String)> = sqlx::query_as(sql).bind(letter_type).fetch_all(&self.pool).await?;
        rows.into_iter().map(|(form, mapping)| Ok((form.clone(), json(&mapping, "sheet_mappings", &form)?))).collect()
    }

    /// The rows of merges that say the same and whose events were taken, or are being.
    pub async fn made_before(&self, content: &str) -> Result<Vec<MadeRow>, RegisterError> {
        let sql = "SELECT merges.name, merges.confirmed_at FROM merge_rows JOIN merges ON merges.id = merge_rows.merge \
                   WHERE merge_rows.content = $1 AND merge_rows.data <> '' AND (merge_rows.letter IS NOT NULL OR merges.state <> $2) \
                   ORDER BY merges.confirmed_at";
        Ok(sqlx::query_as(sql).bind(content).bind(MergeState::Stopped).fetch_all(&self.pool).await?)
    }

    /// A merge.
    pub async fn merge(&self, id: &MergeId) -> Result<Option<MergeRecord>, RegisterError> {
        Ok(sqlx::query_as(merges!("WHERE id = $1")).bind(id).fetch_optional(&self.pool).await?)
    }

    /// The merge of what was confirmed.
    pub async fn merge_of(&self, confirmed: &Sha256) -> Result<Option<MergeRecord>, RegisterError> {
        Ok(sqlx::query_as(merges!("WHERE confirmed = $1")).bind(confirmed).fetch_optional(&self.pool).await?)
    }

    /// The newest merges; of one state where it is named.
    pub async fn merges(
        &self,
        state: Option<MergeState>,
        programs: &[String],
        limit: i64,
    ) -> Result<Vec<MergeRecord>, RegisterError> {
        let sql = merges!(
            "WHERE ($1 IS NULL OR state = $1) AND ($2 IS NULL OR NOT EXISTS (SELECT 1 FROM merge_rows r \
             LEFT JOIN cases c ON c.reference = r.case_reference WHERE r.merge = merges.id AND COALESCE(c.program, r.program) <> '' \
             AND $2 NOT LIKE '%,' || COALESCE(c.program, r.program) || ',%')) \
             ORDER BY confirmed_at DESC, id LIMIT $3"
        );
        Ok(sqlx::query_as(sql).bind(state).bind(listed(programs)).bind(limit).fetch_all(&self.pool).await?)
    }

    /// Whether a merge has a row of a case that is of none of these programs; of a case that nothing was told of yet, by what the row says.
    pub async fn merge_has_others(&self, id: &str, programs: &[String]) -> Result<bool, RegisterError> {
        let sql = "SELECT count(*) FROM (SELECT 1 FROM merge_rows r LEFT JOIN cases c ON c.reference = r.case_reference \
                   WHERE r.merge = $1 AND COALESCE(c.program, r.program) <> '' \
                   AND $2 NOT LIKE '%,' || COALESCE(c.program, r.program) || ',%' LIMIT 1) AS other";
        let Some(listed) = listed(programs) else { return Ok(false) };
        let count: i64 = sqlx::query_scalar(sql).bind(id).bind(listed).fetch_one(&self.pool).await?;
        Ok(count > 0)
    }

    /// The sheet of a merge.
    pub async fn merge_sheet(&self, id: &MergeId) -> Result<Option<Vec<u8>>, RegisterError> {
        let row: Option<(Vec<u8>,)> =
            sqlx::query_as("SELECT sheet FROM merges WHERE id = $1").bind(id).fetch_optional(&self.pool).await?;
        Ok(row.map(|(sheet,)| sheet))
    }

    /// The next rows of a merge behind a number, in order, and moves the number on; none where there are no more.
    pub async fn next_merge_rows(
        &self,
        merge: &MergeId,
        after: &mut i64,
    ) -> Result<Option<Vec<MergeRowRecord>>, RegisterError> {
        let rows = self.merge_rows(merge, *after, PAGE).await?;
        Ok(rows.last().map(|row| row.row).map(|last| {
            *after = last;
            rows
        }))
    }

    /// So many rows of a merge behind a number, in order.
    pub async fn merge_rows(
        &self,
        merge: &MergeId,
        after: i64,
        limit: i64,
    ) -> Result<Vec<MergeRowRecord>, RegisterError> {
        let sql = rows!("WHERE merge = $1 AND row > $2 ORDER BY row LIMIT $3");
        Ok(sqlx::query_as(sql).bind(merge).bind(after).bind(limit).fetch_all(&self.pool).await?)
    }

    /// How many rows of a merge have a letter in each state, have none yet, or are at fault.
    pub async fn merge_states(
        &self,
        merge: &MergeId,
    ) -> Result<Vec<(Option<LetterState>, bool, usize)>, RegisterError> {
        let sql = "SELECT letters.state, merge_rows.faults <> '[]', COUNT(*) FROM merge_rows \
                   LEFT JOIN letters ON letters.id = merge_rows.letter WHERE merge_rows.merge = $1 GROUP BY 1, 2";
        let rows: Vec<(Option<LetterState>, bool, i64)> = sqlx::query_as(sql).bind(merge).fetch_all(&self.pool).await?;
        Ok(rows
            .into_iter()
            .map(|(state, faulty, count)| (state, faulty, usize::try_from(count).unwrap_or_default()))
            .collect())
    }

    /// Rows of a merge whose events are still to be taken.
    pub async fn merge_rows_to_take(&self, merge: &MergeId, limit: i64) -> Result<Vec<MergeRowRecord>, RegisterError> {
        let sql = rows!("WHERE merge = $1 AND letter IS NULL AND faults = '[]' ORDER BY row LIMIT $2");
        Ok(sqlx::query_as(sql).bind(merge).bind(limit).fetch_all(&self.pool).await?)
    }

    /// Letters of stopped merges that have not left, each with its merge.
    pub async fn letters_of_stopped_merges(&self, limit: i64) -> Result<Vec<(LetterId, MergeId)>, RegisterError> {
        let sql = "SELECT letters.id, merges.id FROM merges JOIN merge_rows ON merge_rows.merge = merges.id \
                   JOIN letters ON letters.id = merge_rows.letter \
                   LEFT JOIN deliveries ON deliveries.letter = letters.id AND deliveries.number = letters.issuance \
                   WHERE merges.state = $1 AND letters.state <> $2 AND (letters.state <> $3 OR deliveries.state = $4) LIMIT $5";
        let query =
            sqlx::query_as(sql).bind(MergeState::Stopped).bind(LetterState::Withdrawn).bind(LetterState::Issued);
        Ok(query.bind(DeliveryState::Waiting).bind(limit).fetch_all(&self.pool).await?)
    }

    /// The row that a letter was made of; none where no merge has made it.
    pub async fn merge_row_of(&self, letter: &LetterId) -> Result<Option<MergeRowRecord>, RegisterError> {
        Ok(sqlx::query_as(rows!("WHERE letter = $1")).bind(letter).fetch_optional(&self.pool).await?)
    }
}
