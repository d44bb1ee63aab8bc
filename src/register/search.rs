//! Finding letters, and counting them.

use super::cases::listed;
use super::letters::select_letters;
use super::{LetterRow, Reader, RegisterError};
use crate::case::texts::folded;
use crate::case::{CaseRef, Channel, Day, DeliveryState, LetterState};

/// Which letters to list; an absent condition lets all pass.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The case.
    pub case: Option<CaseRef>,
    /// A part of the name of whom the letter is about or of whom it is addressed to, or the person's key.
    pub person: Option<String>,
    /// The letter type's key.
    pub letter_type: Option<String>,
    /// The state.
    pub state: Option<LetterState>,
    /// How the newest issuance travels.
    pub delivery: Option<DeliveryState>,
    /// The mailing date.
    pub date: Option<Day>,
    /// Only letters called for before this one (its `sequence`): the cursor.
    pub before: Option<i64>,
    /// Only letters of cases of these programs; of all where it names none.
    pub programs: Vec<String>,
    /// How many at most.
    pub limit: i64,
}

/// How many letters of one type are in one state, and travel in one way.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct LetterTally {
    /// The letter type's key.
    pub letter_type: String,
    /// The state.
    pub state: LetterState,
    /// How they reach their addressees.
    pub channel: Channel,
    /// How their newest issuances travel.
    pub delivery: Option<DeliveryState>,
    /// How many.
    pub count: i64,
}

/// Both people's names as they are searched, a line each.
pub(super) fn names_folded(person: &str, addressee: &str) -> String {
    format!("{}\n{}", folded(person), folded(addressee))
}

impl Reader {
    /// Letters that meet the conditions, newest first.
    pub async fn letters(&self, filter: &Filter) -> Result<Vec<LetterRow>, RegisterError> {
        let sql = select_letters!(
            "WHERE ($1 IS NULL OR l.case_reference = $1) \
             AND ($2 IS NULL OR l.person = $2 OR l.names_folded LIKE $3 ESCAPE '\\') \
             AND ($4 IS NULL OR l.letter_type = $4) AND ($5 IS NULL OR l.state = $5) \
             AND ($6 IS NULL OR i.date = $6) AND ($7 IS NULL OR l.sequence < $7) \
             AND ($8 IS NULL OR (d.state = $8 AND l.state = $9)) \
             AND ($10 IS NULL OR EXISTS (SELECT 1 FROM cases c WHERE c.reference = l.case_reference \
             AND $10 LIKE '%,' || c.program || ',%')) ORDER BY l.sequence DESC LIMIT $11"
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
            .bind(filter.state)
            .bind(filter.date)
            .bind(filter.before)
            .bind(filter.delivery)
            .bind(LetterState::Issued)
            .bind(listed(&filter.programs))
            .bind(filter.limit)
            .fetch_all(&self.pool)
            .await?)
    }

    /// How many letters of each type are in each state, with the channel and how they travel.
    pub async fn tally(&self) -> Result<Vec<LetterTally>, RegisterError> {
        Ok(sqlx::query_as(
            "SELECT l.letter_type, l.state, l.channel, d.state AS delivery, count(*) AS count FROM letters l \
             LEFT JOIN deliveries d ON d.letter = l.id AND d.number = l.issuance \
             GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
        )
        .fetch_all(&self.pool)
        .await?)
    }
}
