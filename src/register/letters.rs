//! Letters: how far they have come, and what moves them on.

use super::cases::Seen;
use super::marks::{Marks, sort_name};
use super::{Act, Reader, RegisterError, expect_one};
use crate::case::fault::Reasons;
use crate::case::{
    CaseRef, Channel, Day, DeliveryState, LetterId, LetterState, PersonId, PreferredLanguage, Sha256, Stamp, Times,
};

/// A letter that an event calls for.
#[derive(Debug)]
pub struct NewLetter<'l> {
    /// Its identity.
    pub id: &'l LetterId,
    /// The event's place in the register.
    pub event: i64,
    /// The letter type's key.
    pub letter_type: &'l str,
    /// The case.
    pub case: &'l CaseRef,
    /// Whom it is about.
    pub person: &'l PersonId,
    /// That person's name.
    pub person_name: &'l str,
    /// The name of whom it is addressed to.
    pub addressee_name: &'l str,
    /// The languages in which it is written.
    pub language: PreferredLanguage,
    /// How it reaches the addressee.
    pub channel: Channel,
}

/// A letter as the register holds it, with its newest issuance and delivery where there are any.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct LetterRow {
    /// Its place in the order of calling.
    pub sequence: i64,
    /// Its identity.
    pub id: LetterId,
    /// The event's place in the register.
    pub event: i64,
    /// The letter type's key.
    pub letter_type: String,
    /// The case.
    pub case_reference: CaseRef,
    /// Whom it is about.
    pub person: PersonId,
    /// That person's name.
    pub person_name: String,
    /// The name of whom it is addressed to.
    pub addressee_name: String,
    /// The languages in which it is written.
    pub language: PreferredLanguage,
    /// How it reaches the addressee.
    pub channel: Channel,
    /// How far it has come.
    pub state: LetterState,
    /// When it was called for.
    pub called_at: Stamp,
    /// How many workers died while they were at it.
    pub attempts: i64,
    /// The number of its newest issuance; 0 before the first.
    pub issuance: i64,
    /// How often it was wanted …
    pub wanted: i64,
    /// … and how many of these times it was worked.
    pub worked: i64,
    /// Whether it is held for another letter's sake.
    pub held_for_letters: bool,
    /// The program of its case.
    pub program: String,
    #[sqlx(flatten)]
    found: FoundColumns,
    #[sqlx(flatten)]
    seen: SeenColumns,
    /// Why it is stopped, or what an approver is to look at.
    pub reasons: Reasons,
    /// What an approval is bound to, while it waits for one.
    pub seal: Option<Sha256>,
    /// The hash of the words that were issued.
    pub content_hash: Option<Sha256>,
    /// The seal that was approved.
    pub approved_seal: Option<Sha256>,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// The newest issuance's date: its mailing date.
    pub date: Option<Day>,
    /// The hash of the newest issuance's PDF.
    pub sha256: Option<Sha256>,
    /// The newest issuance's pages.
    pub pages: Option<i64>,
    /// The times that the newest issuance gave its reader; absent where there is none, and before they were kept.
    pub times: Option<Times>,
    /// How the newest issuance travels.
    pub delivery: Option<DeliveryState>,
    /// Why the newest delivery was not made, or not yet.
    pub problem: Option<String>,
    /// Dollars that an approver's authority must reach, while it waits for one; absent before that was kept.
    pub amount: Option<String>,
    /// Since when it waits for an approval.
    pub awaited_since: Option<Stamp>,
    /// When it was sent back to its officer, until it is sent for approval again.
    pub returned_at: Option<Stamp>,
}

#[derive(Debug, Clone, Copy, sqlx::FromRow)]
struct SeenColumns {
    seen_case: i64,
    seen_person: i64,
}

/// What a letter is listed by.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
struct FoundColumns {
    day: String,
    sort_name: String,
    cents: i64,
}

/// What stands for an amount where there is none.
const NO_AMOUNT: i64 = -1;

impl LetterRow {
    /// The cents that it asks for, or else is about; none where it is about no money, and where nothing is known of it.
    pub fn cents(&self) -> Option<i64> {
        Some(self.found.cents).filter(|cents| *cents != NO_AMOUNT)
    }

    /// Whether it is listed by what it says itself: its date, and its addressee's name.
    pub fn is_listed_rightly(&self) -> bool {
        let day = self.date.map(|day| day.to_string()).unwrap_or_default();
        self.found.day == day && self.found.sort_name == sort_name(&self.addressee_name)
    }

    /// Whether it is to be worked.
    pub fn is_to_work(&self) -> bool {
        self.wanted > self.worked
    }

    /// Whether what waits for approval has been approved.
    pub fn is_approved(&self) -> bool {
        self.approved_seal.is_some() && self.approved_seal == self.seal
    }

    /// What its verdict has seen.
    pub fn seen(&self) -> Seen {
        Seen { case: self.seen.seen_case, person: self.seen.seen_person }
    }
}

macro_rules! select_letters {
    ($($rest:tt)+) => {
        concat!(
            "SELECT l.sequence, l.id, l.event, l.letter_type, l.case_reference, l.person, l.person_name, l.addressee_name, ",
            "l.language, l.channel, l.state, l.called_at, l.attempts, l.issuance, l.wanted, l.worked, l.held_for_letters, ",
            "l.seen_case, l.seen_person, l.reasons, l.seal, l.content_hash, l.approved_seal, l.approved_by, ",
            "l.program, l.day, l.sort_name, l.cents, l.amount, l.awaited_since, l.returned_at, i.date, i.sha256, i.pages, i.times, ",
            "d.state AS delivery, d.problem FROM letters l ",
            "LEFT JOIN issuances i ON i.letter = l.id AND i.number = l.issuance ",
            "LEFT JOIN deliveries d ON d.letter = l.id AND d.number = l.issuance ",
            $($rest)+
        )
    };
}
pub(super) use select_letters;

impl Act {
    /// Records a letter as due.
    pub async fn call_for(&mut self, letter: &NewLetter<'_>) -> Result<(), RegisterError> {
        let sequence = sqlx::query_scalar(
            "INSERT INTO letters (id, event, letter_type, case_reference, person, person_name, addressee_name, names_folded, \
             language, channel, state, called_at, wanted, sort_name, program) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, \
             $11, $12, 1, $13, coalesce((SELECT program FROM cases WHERE reference = $4), '')) RETURNING sequence",
        )
        .bind(letter.id)
        .bind(letter.event)
        .bind(letter.letter_type)
        .bind(letter.case)
        .bind(letter.person)
        .bind(letter.person_name)
        .bind(letter.addressee_name)
        .bind(super::search::names_folded(letter.person_name, letter.addressee_name))
        .bind(letter.language)
        .bind(letter.channel)
        .bind(LetterState::Due)
        .bind(self.now())
        .bind(sort_name(letter.addressee_name))
        .fetch_one(&mut *self.transaction)
        .await?;
        let names = [letter.person_name, letter.addressee_name];
        let marks = Marks { sequence, letter: letter.id, case: letter.case, person: letter.person, names };
        marks.write(&mut self.transaction).await
    }

    /// Notes the cents that a letter asks for, or else is about.
    pub async fn set_cents(&mut self, letter: &LetterId, cents: Option<i64>) -> Result<(), RegisterError> {
        let set = sqlx::query("UPDATE letters SET cents = $2 WHERE id = $1")
            .bind(letter)
            .bind(cents.unwrap_or(NO_AMOUNT))
            .execute(&mut *self.transaction)
            .await?;
        expect_one(&set, "letters", letter)
    }

    /// Moves a letter to a state, if it may become that. False where it may not: it has moved on meanwhile.
    pub(super) async fn move_letter(&mut self, letter: &LetterId, to: LetterState) -> Result<bool, RegisterError> {
        let state: Option<LetterState> = sqlx::query_scalar("SELECT state FROM letters WHERE id = $1")
            .bind(letter)
            .fetch_optional(&mut *self.transaction)
            .await?;
        let Some(state) = state.filter(|state| state.may_become().contains(&to)) else { return Ok(false) };
        let moved = sqlx::query("UPDATE letters SET state = $2 WHERE id = $1 AND state = $3")
            .bind(letter)
            .bind(to)
            .bind(state)
            .execute(&mut *self.transaction)
            .await?;
        Ok(moved.rows_affected() == 1)
    }

    /// Records the approval of what has this seal, and has the letter worked. False where nothing of that seal waits.
    pub async fn set_approved(&mut self, letter: &LetterId, seal: &Sha256, by: &str) -> Result<bool, RegisterError> {
        let approved = sqlx::query(
            "UPDATE letters SET approved_seal = $2, approved_by = $3, wanted = wanted + 1, attempts = 0 \
             WHERE id = $1 AND state = $4 AND seal = $2 AND returned_at IS NULL AND (approved_seal IS NULL OR approved_seal <> $2)",
        )
        .bind(letter)
        .bind(seal)
        .bind(by)
        .bind(LetterState::AwaitingApproval)
        .execute(&mut *self.transaction)
        .await?;
        Ok(approved.rows_affected() == 1)
    }

    /// Notes that an issued letter's verdict still holds after all that was seen now.
    pub async fn set_seen(&mut self, letter: &LetterId, seen: Seen) -> Result<(), RegisterError> {
        let set = sqlx::query("UPDATE letters SET seen_case = $2, seen_person = $3 WHERE id = $1")
            .bind(letter)
            .bind(seen.case)
            .bind(seen.person)
            .execute(&mut *self.transaction)
            .await?;
        expect_one(&set, "letters", letter)
    }

    /// Takes a letter out for ever. False where it was withdrawn before, or is out.
    pub async fn set_withdrawn(&mut self, letter: &LetterId) -> Result<bool, RegisterError> {
        if !self.move_letter(letter, LetterState::Withdrawn).await? {
            return Ok(false);
        }
        let set = sqlx::query(
            "UPDATE letters SET reasons = $2, seal = NULL, content_hash = NULL, held_for_letters = $3, amount = NULL, \
             awaited_since = NULL, returned_at = NULL, worked = wanted WHERE id = $1",
        )
        .bind(letter)
        .bind(Reasons::default())
        .bind(false)
        .execute(&mut *self.transaction)
        .await?;
        expect_one(&set, "letters", letter)?;
        Ok(true)
    }

    /// Takes an issued letter back, to be worked again. False where it is not out.
    pub async fn set_recalled(&mut self, letter: &LetterId) -> Result<bool, RegisterError> {
        if !self.move_letter(letter, LetterState::Recalled).await? {
            return Ok(false);
        }
        let set = sqlx::query("UPDATE letters SET wanted = wanted + 1, attempts = 0 WHERE id = $1")
            .bind(letter)
            .execute(&mut *self.transaction)
            .await?;
        expect_one(&set, "letters", letter)?;
        Ok(true)
    }

    /// A letter that was taken back goes another way from now on. Nothing happens to one that was not.
    pub async fn set_channel(&mut self, letter: &LetterId, channel: Channel) -> Result<(), RegisterError> {
        sqlx::query("UPDATE letters SET channel = $2 WHERE id = $1 AND state = $3")
            .bind(letter)
            .bind(channel)
            .bind(LetterState::Recalled)
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }

    /// Has the letters of a case, and those about a person in other cases, worked again.
    pub async fn requeue_case(&mut self, case: &CaseRef, person: &PersonId) -> Result<(), RegisterError> {
        let mut query = sqlx::query(
            "UPDATE letters SET wanted = wanted + 1, attempts = 0 WHERE (case_reference = $1 OR person = $2) \
             AND state IN ($3, $4, $5, $6, $7, $8)",
        )
        .bind(case)
        .bind(person);
        for state in LetterState::WORKABLE {
            query = query.bind(state);
        }
        query.execute(&mut *self.transaction).await?;
        Ok(())
    }

    /// Has everything worked again that is stopped: the day or the letter types have changed.
    pub async fn requeue_stopped(&mut self) -> Result<(), RegisterError> {
        let mut query = sqlx::query("UPDATE letters SET wanted = wanted + 1, attempts = 0 WHERE state IN ($1, $2, $3)");
        for state in LetterState::STOPPED {
            query = query.bind(state);
        }
        query.execute(&mut *self.transaction).await?;
        Ok(())
    }

    /// Has the letters of a case worked again that are held for another letter's sake, because this one is in their way no more.
    pub async fn requeue_rivals(&mut self, case: &CaseRef, letter: &LetterId) -> Result<(), RegisterError> {
        sqlx::query(
            "UPDATE letters SET wanted = wanted + 1, attempts = 0 \
             WHERE case_reference = $1 AND id <> $2 AND state = $3 AND held_for_letters = $4",
        )
        .bind(case)
        .bind(letter)
        .bind(LetterState::Held)
        .bind(true)
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Begins a day, or, within it, the time in which print is promised to a later run: what is stopped is worked again, because a time
    /// that ran may be over, and the date is another. False where that was done.
    pub async fn begin_day(&mut self, day: Day, print: Day) -> Result<bool, RegisterError> {
        let begun = sqlx::query(
            "INSERT INTO settings (name, value) VALUES ('day', $1) \
             ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE settings.value < excluded.value",
        )
        .bind(format!("{day} {print}"))
        .execute(&mut *self.transaction)
        .await?;
        if begun.rows_affected() == 0 {
            return Ok(false);
        }
        self.requeue_stopped().await?;
        Ok(true)
    }
}

impl Reader {
    /// Letters that are to be worked and nobody works on, oldest first, one of each case: what becomes of it bears on the next.
    pub async fn due_letters(&self, limit: i64) -> Result<Vec<LetterRow>, RegisterError> {
        let sql = select_letters!(
            "WHERE l.wanted > l.worked AND NOT EXISTS (SELECT 1 FROM claims WHERE subject = 'case/' || l.case_reference) \
             AND NOT EXISTS (SELECT 1 FROM letters o WHERE o.case_reference = l.case_reference \
             AND o.wanted > o.worked AND o.sequence < l.sequence) ORDER BY l.sequence LIMIT $1"
        );
        Ok(sqlx::query_as(sql).bind(limit).fetch_all(&self.pool).await?)
    }

    /// How many letters are to be worked, those that somebody works on included.
    pub async fn due_count(&self) -> Result<u64, RegisterError> {
        let count: i64 =
            sqlx::query_scalar("SELECT count(*) FROM letters WHERE wanted > worked").fetch_one(&self.pool).await?;
        Ok(count.unsigned_abs())
    }

    /// One letter.
    pub async fn letter(&self, id: &LetterId) -> Result<Option<LetterRow>, RegisterError> {
        Ok(sqlx::query_as(select_letters!("WHERE l.id = $1")).bind(id).fetch_optional(&self.pool).await?)
    }

    /// All letters about a person, in the order in which they were called for.
    pub async fn letters_about(&self, person: &PersonId) -> Result<Vec<LetterRow>, RegisterError> {
        let sql = select_letters!("WHERE l.person = $1 ORDER BY l.sequence");
        Ok(sqlx::query_as(sql).bind(person).fetch_all(&self.pool).await?)
    }

    /// All letters of a case, in the order in which they were called for.
    pub async fn letters_of_case(&self, case: &CaseRef) -> Result<Vec<LetterRow>, RegisterError> {
        let sql = select_letters!("WHERE l.case_reference = $1 ORDER BY l.sequence");
        Ok(sqlx::query_as(sql).bind(case).fetch_all(&self.pool).await?)
    }
}
