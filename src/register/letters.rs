//! Letters and how far they have come.

use chrono::{DateTime, Utc};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::{Act, Register, RegisterError, json};
use crate::case::clock::stamp;
use crate::case::{Fault, LetterId, LetterState};

/// A letter that an event calls for.
pub struct NewLetter<'l> {
    /// Its identity.
    pub id: &'l LetterId,
    /// The event's place in the register.
    pub event: i64,
    /// The letter type's key.
    pub letter_type: &'l str,
    /// The case reference.
    pub case: &'l str,
    /// The party's key.
    pub party: &'l str,
    /// The party's name.
    pub name: &'l str,
    /// `en`, `fr` or `unknown`.
    pub language: &'l str,
    /// `print`, `email` or `file`.
    pub channel: &'l str,
}

/// A letter as the register holds it, with its newest issuance and delivery where there are any.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct LetterRow {
    /// Its place in the order of calling.
    pub sequence: i64,
    /// Its identity.
    pub id: String,
    /// The event's place in the register.
    pub event: i64,
    /// The letter type's key.
    pub letter_type: String,
    /// The case reference.
    pub case_reference: String,
    /// The party's key.
    pub party: String,
    /// The party's name.
    pub party_name: String,
    /// `en`, `fr` or `unknown`.
    pub language: String,
    /// `print`, `email` or `file`.
    pub channel: String,
    state: String,
    /// When it was called for, UTC.
    pub called_at: String,
    /// How often it was worked.
    pub attempts: i64,
    /// The number of its newest issuance; 0 before the first.
    pub issuance: i64,
    /// The newest event of the case that the letter's verdict has seen.
    pub considered: i64,
    reasons: String,
    /// The hash of the words that wait for approval or were issued.
    pub content_hash: Option<String>,
    /// The hash that was approved.
    pub approved_hash: Option<String>,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// The newest issuance's date: its mailing date.
    pub date: Option<String>,
    /// The newest issuance's SHA-256.
    pub sha256: Option<String>,
    /// The newest issuance's pages.
    pub pages: Option<i64>,
    /// The newest delivery's state: `waiting`, `sent`, `failed` or `recalled`.
    pub delivery: Option<String>,
    /// Why the newest delivery was not made, or not yet.
    pub problem: Option<String>,
}

impl LetterRow {
    /// How far the letter has come.
    pub fn state(&self) -> Result<LetterState, RegisterError> {
        LetterState::parse(&self.state).ok_or_else(|| RegisterError::Inconsistent {
            table: "letters",
            row: self.id.clone(),
            problem: format!("“{}” is not a state", self.state),
        })
    }

    /// Why it is held or refused.
    pub fn reasons(&self) -> Result<Vec<Fault>, RegisterError> {
        json(&self.reasons, "letters", &self.id)
    }
}

/// Which letters to list; an absent condition lets all pass.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The case reference.
    pub case: Option<String>,
    /// A part of the party's name, or the party's key.
    pub person: Option<String>,
    /// The letter type's key.
    pub letter_type: Option<String>,
    /// The state.
    pub state: Option<LetterState>,
    /// The newest delivery's state.
    pub delivery: Option<&'static str>,
    /// The mailing date.
    pub date: Option<String>,
    /// Only letters called for before this one (its `sequence`): the cursor.
    pub before: Option<i64>,
    /// How many at most.
    pub limit: i64,
}

/// A name as it is searched: lower case, without accents.
pub fn folded(name: &str) -> String {
    name.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

macro_rules! select_letters {
    ($rest:literal) => {
        concat!(
            "SELECT l.*, i.date, i.sha256, i.pages, d.state AS delivery, d.problem FROM letters l ",
            "LEFT JOIN issuances i ON i.letter = l.id AND i.number = l.issuance ",
            "LEFT JOIN deliveries d ON d.letter = l.id AND d.number = l.issuance ",
            $rest
        )
    };
}

impl Act {
    /// Records a letter as due.
    pub async fn call_for(&mut self, letter: &NewLetter<'_>, now: DateTime<Utc>) -> Result<(), RegisterError> {
        sqlx::query(
            "INSERT INTO letters (id, event, letter_type, case_reference, party, party_name, name_folded, language, \
             channel, state, called_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'due', $10)",
        )
        .bind(letter.id.as_str())
        .bind(letter.event)
        .bind(letter.letter_type)
        .bind(letter.case)
        .bind(letter.party)
        .bind(letter.name)
        .bind(folded(letter.name))
        .bind(letter.language)
        .bind(letter.channel)
        .bind(stamp(now))
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Has the stopped letters of a case, and of a person's other cases, looked at again.
    pub async fn reconsider(&mut self, case: &str, person: &str) -> Result<(), RegisterError> {
        sqlx::query(
            "UPDATE letters SET state = 'due', attempts = 0 WHERE (case_reference = $1 OR party = $2) \
             AND state IN ('due', 'held', 'awaiting-approval', 'refused', 'ended')",
        )
        .bind(case)
        .bind(person)
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Has what is stopped looked at again on a new day: a time that ran may be over, and the date is another. False where that was
    /// done on this day.
    pub async fn begin_day(&mut self, day: &str) -> Result<bool, RegisterError> {
        let begun = sqlx::query(
            "INSERT INTO settings (name, value) VALUES ('day', $1) \
             ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE settings.value < excluded.value",
        )
        .bind(day)
        .execute(&mut *self.transaction)
        .await?;
        if begun.rows_affected() == 0 {
            return Ok(false);
        }
        self.look_again_at_all().await?;
        Ok(true)
    }

    /// Has everything looked at again that is held, refused or waits for approval: the day or the letter types have changed.
    pub async fn look_again_at_all(&mut self) -> Result<(), RegisterError> {
        let stopped =
            "UPDATE letters SET state = 'due', attempts = 0 WHERE state IN ('held', 'awaiting-approval', 'refused')";
        sqlx::query(stopped).execute(&mut *self.transaction).await?;
        Ok(())
    }

    /// Has the letters of a case looked at again that another letter held, because one of them no longer stands in their way.
    pub async fn release_others(&mut self, case: &str, letter: &str) -> Result<(), RegisterError> {
        sqlx::query(
            "UPDATE letters SET state = 'due', attempts = 0 WHERE case_reference = $1 AND id <> $2 AND state = 'held' \
             AND (reasons LIKE '%no-duplicate%' OR reasons LIKE '%no-conflicting-letter%')",
        )
        .bind(case)
        .bind(letter)
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Counts an attempt at each letter, before the work: a letter that kills its worker is found by its count.
    pub async fn count_attempts(&mut self, letters: &[LetterRow]) -> Result<(), RegisterError> {
        for letter in letters {
            sqlx::query("UPDATE letters SET attempts = attempts + 1 WHERE id = $1 AND state = 'due'")
                .bind(&letter.id)
                .execute(&mut *self.transaction)
                .await?;
        }
        Ok(())
    }

    /// Takes back an attempt that came to nothing through no fault of the letter.
    pub async fn give_back_attempt(&mut self, letter: &str) -> Result<(), RegisterError> {
        sqlx::query("UPDATE letters SET attempts = attempts - 1 WHERE id = $1 AND attempts > 0")
            .bind(letter)
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }

    /// Moves a due letter on, by a verdict that has seen the case's events up to `considered`. False where the letter is no
    /// longer due, or where the case has newer events: then the verdict does not count and the letter stays due.
    pub async fn move_on(
        &mut self,
        letter: &str,
        state: LetterState,
        reasons: &[Fault],
        content_hash: Option<&str>,
        considered: i64,
    ) -> Result<bool, RegisterError> {
        let reasons = serde_json::to_string(reasons).unwrap_or_default();
        let moved = sqlx::query(
            "UPDATE letters SET state = $2, reasons = $3, content_hash = $4, considered = $5 \
             WHERE id = $1 AND state = 'due' AND NOT EXISTS \
             (SELECT 1 FROM events e WHERE e.sequence > $5 \
             AND (e.case_reference = letters.case_reference OR e.person = letters.party))",
        )
        .bind(letter)
        .bind(state.as_str())
        .bind(reasons)
        .bind(content_hash)
        .bind(considered)
        .execute(&mut *self.transaction)
        .await?;
        Ok(moved.rows_affected() == 1)
    }

    /// Records the approval of what has this hash, and makes the letter due. False where nothing of that hash waits.
    pub async fn approve(&mut self, letter: &str, hash: &str, by: &str) -> Result<bool, RegisterError> {
        let approved = sqlx::query(
            "UPDATE letters SET state = 'due', attempts = 0, approved_hash = $2, approved_by = $3 \
             WHERE id = $1 AND state = 'awaiting-approval' AND content_hash = $2",
        )
        .bind(letter)
        .bind(hash)
        .bind(by)
        .execute(&mut *self.transaction)
        .await?;
        Ok(approved.rows_affected() == 1)
    }

    /// Notes that an issued letter's verdict still holds after the case's events up to `considered`.
    pub async fn confirm(&mut self, letter: &str, considered: i64) -> Result<(), RegisterError> {
        sqlx::query("UPDATE letters SET considered = $2 WHERE id = $1 AND considered < $2")
            .bind(letter)
            .bind(considered)
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }

    /// Takes a letter out for ever. False where it was withdrawn before, or has left.
    pub async fn withdraw(&mut self, letter: &str) -> Result<bool, RegisterError> {
        let withdrawn = sqlx::query(
            "UPDATE letters SET state = 'withdrawn', reasons = '[]', content_hash = NULL \
             WHERE id = $1 AND state NOT IN ('withdrawn', 'issued')",
        )
        .bind(letter)
        .execute(&mut *self.transaction)
        .await?;
        Ok(withdrawn.rows_affected() == 1)
    }

    /// Takes an issued letter back to be worked again: it missed its date, or its case has changed.
    pub async fn recall(&mut self, letter: &str) -> Result<(), RegisterError> {
        sqlx::query("UPDATE letters SET state = 'due', attempts = 0 WHERE id = $1 AND state = 'issued'")
            .bind(letter)
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }
}

impl Register {
    /// Letters that are to be worked, oldest first, one of each case: what becomes of it bears on the next.
    pub async fn due_letters(&self, limit: i64) -> Result<Vec<LetterRow>, RegisterError> {
        let sql = select_letters!(
            "WHERE l.state = 'due' AND NOT EXISTS (SELECT 1 FROM letters o WHERE o.case_reference = l.case_reference \
             AND o.state = 'due' AND o.sequence < l.sequence) ORDER BY l.sequence LIMIT $1"
        );
        Ok(sqlx::query_as(sql).bind(limit).fetch_all(&self.reader).await?)
    }

    /// How many letters are to be worked.
    pub async fn due_count(&self) -> Result<u64, RegisterError> {
        let count: i64 =
            sqlx::query_scalar("SELECT count(*) FROM letters WHERE state = 'due'").fetch_one(&self.reader).await?;
        Ok(count.unsigned_abs())
    }

    /// One letter.
    pub async fn letter(&self, id: &str) -> Result<Option<LetterRow>, RegisterError> {
        Ok(sqlx::query_as(select_letters!("WHERE l.id = $1")).bind(id).fetch_optional(&self.reader).await?)
    }

    /// All letters of a case, in the order in which they were called for.
    pub async fn letters_of_case(&self, case: &str) -> Result<Vec<LetterRow>, RegisterError> {
        let sql = select_letters!("WHERE l.case_reference = $1 ORDER BY l.sequence");
        Ok(sqlx::query_as(sql).bind(case).fetch_all(&self.reader).await?)
    }

    /// The letters that one event called for.
    pub async fn letters_of_event(&self, event: i64) -> Result<Vec<LetterRow>, RegisterError> {
        let sql = select_letters!("WHERE l.event = $1 ORDER BY l.sequence");
        Ok(sqlx::query_as(sql).bind(event).fetch_all(&self.reader).await?)
    }

    /// Letters that meet the conditions, newest first.
    pub async fn letters(&self, filter: &Filter) -> Result<Vec<LetterRow>, RegisterError> {
        let sql = select_letters!(
            "WHERE ($1 IS NULL OR l.case_reference = $1) \
             AND ($2 IS NULL OR l.party = $2 OR l.name_folded LIKE $3 ESCAPE '\\') \
             AND ($4 IS NULL OR l.letter_type = $4) AND ($5 IS NULL OR l.state = $5) \
             AND ($6 IS NULL OR i.date = $6) AND ($7 IS NULL OR l.sequence < $7) \
             AND ($8 IS NULL OR (d.state = $8 AND l.state = 'issued')) ORDER BY l.sequence DESC LIMIT $9"
        );
        let pattern = filter.person.as_deref().map(|person| {
            let escaped = folded(person).replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            format!("%{escaped}%")
        });
        Ok(sqlx::query_as(sql)
            .bind(&filter.case)
            .bind(&filter.person)
            .bind(pattern)
            .bind(&filter.letter_type)
            .bind(filter.state.map(LetterState::as_str))
            .bind(&filter.date)
            .bind(filter.before)
            .bind(filter.delivery)
            .bind(filter.limit)
            .fetch_all(&self.reader)
            .await?)
    }

    /// How many letters of each type are in each state, with the channel and the newest delivery's state.
    pub async fn tally(&self) -> Result<Vec<(String, String, String, Option<String>, i64)>, RegisterError> {
        Ok(sqlx::query_as(
            "SELECT l.letter_type, l.state, l.channel, d.state, count(*) FROM letters l \
             LEFT JOIN deliveries d ON d.letter = l.id AND d.number = l.issuance \
             GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
        )
        .fetch_all(&self.reader)
        .await?)
    }
}
