//! What the unit has in hand: what came and waits for an answer, and letters that are not out yet.

use serde_json::Value;

use super::cases::listed;
use super::{Reader, RegisterError, json};
use crate::case::{
    Actor, CaseRef, Day, EntryKind, FollowUpId, FollowUpState, LetterId, LetterState, PersonId, Stamp, Text,
};

/// A follow-up that has a service standard's time, with what else the case file has of it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ClockRow {
    /// Its identity.
    pub id: FollowUpId,
    /// The case.
    pub case_reference: CaseRef,
    /// The person.
    pub person: PersonId,
    /// That person's name, where a letter has it.
    pub person_name: Option<String>,
    /// What is due.
    pub kind: String,
    /// Until when.
    pub due: Day,
    says: String,
    actor: Option<String>,
    proposed: Option<String>,
}

impl ClockRow {
    /// What the officer is told.
    pub fn says(&self) -> Result<Text, RegisterError> {
        json(&self.says, "follow_ups", &self.id)
    }

    /// Who acted last in the case, of the unit's people.
    pub fn actor(&self) -> Result<Option<Actor>, RegisterError> {
        self.actor.as_deref().map(|actor| json(actor, "entries", &self.id)).transpose()
    }

    /// What came and when, as its cause says: `inquiry 2026-11-16`.
    pub fn cause(&self) -> Result<(String, Option<Day>), RegisterError> {
        let Some(proposed) = &self.proposed else { return Ok((String::new(), None)) };
        let detail: Value = json(proposed, "entries", &self.id)?;
        let cause = detail["cause"].as_str().unwrap_or_default();
        let (what, day) = cause.split_once(' ').unwrap_or((cause, ""));
        Ok((what.to_owned(), day.parse().ok()))
    }
}

/// Letters that are not out yet, with what says whose they are: `$1` is the kind of the entry of what was taken, `$2` that of an answer to
/// what was sent back.
macro_rules! select_in_hand {
    ($rest:literal) => {
        concat!(
            "SELECT l.id, l.state, l.called_at, l.returned_at, ev.source, ev.data, \
             (SELECT e.actor FROM entries e WHERE e.case_reference = l.case_reference AND e.event = l.event \
             AND e.kind = $1 ORDER BY e.number LIMIT 1) AS taken_by, \
             (SELECT m.confirmed_by FROM merge_rows r JOIN merges m ON m.id = r.merge WHERE r.letter = l.id LIMIT 1) AS merged_by, \
             EXISTS (SELECT 1 FROM entries e WHERE e.letter = l.id AND e.kind = $2) AS is_answered \
             FROM letters l JOIN events ev ON ev.sequence = l.event WHERE ",
            $rest
        )
    };
}

/// A letter that is not out yet, with what says whose it is.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct InHandRow {
    /// Its identity.
    pub id: LetterId,
    /// How far it has come.
    pub state: LetterState,
    /// When it was called for.
    pub called_at: Stamp,
    /// When it was sent back to its officer.
    pub returned_at: Option<Stamp>,
    /// The source of its event.
    pub source: String,
    /// Whether it was sent back and sent for approval again.
    pub is_answered: bool,
    taken_by: Option<String>,
    merged_by: Option<String>,
    data: String,
}

impl InHandRow {
    /// Who took its event.
    pub fn taken_by(&self) -> Result<Option<Actor>, RegisterError> {
        self.taken_by.as_deref().map(|actor| json(actor, "entries", &self.id)).transpose()
    }

    /// Who confirmed the merge that it is a row of.
    pub fn merged_by(&self) -> Result<Option<Actor>, RegisterError> {
        self.merged_by.as_deref().map(|actor| json(actor, "merges", &self.id)).transpose()
    }

    /// The facts of its event.
    pub fn facts(&self) -> Result<Value, RegisterError> {
        let mut data: Value = json(&self.data, "events", &self.id)?;
        Ok(data["facts"].take())
    }
}

impl Reader {
    /// What waits for an acknowledgement or an answer, the first due first; with who of the unit acted last in the case, looks and
    /// decisions apart.
    pub async fn service_clocks(&self, programs: &[String], limit: i64) -> Result<Vec<ClockRow>, RegisterError> {
        let sql = "SELECT f.id, f.case_reference, f.person, f.kind, f.due, f.says, \
                   (SELECT l.person_name FROM letters l WHERE l.case_reference = f.case_reference AND l.person = f.person ORDER BY l.sequence DESC LIMIT 1) AS person_name, \
                   (SELECT e.actor FROM entries e WHERE e.case_reference = f.case_reference AND e.actor LIKE '{\"kind\":\"person\"%' \
                   AND e.kind NOT IN ($4, $5, $6, $7, $9) ORDER BY e.number DESC LIMIT 1) AS actor, \
                   (SELECT e.detail FROM entries e WHERE e.case_reference = f.case_reference AND e.kind = $8 \
                   AND e.detail LIKE '%' || f.id || '%' ORDER BY e.number DESC LIMIT 1) AS proposed \
                   FROM follow_ups f WHERE f.state = $1 AND f.kind IN ('acknowledgement-due', 'answer-due') \
                   AND ($2 IS NULL OR EXISTS (SELECT 1 FROM cases c WHERE c.reference = f.case_reference \
                   AND $2 LIKE '%,' || c.program || ',%')) ORDER BY f.due, f.id LIMIT $3";
        let query = sqlx::query_as(sql).bind(FollowUpState::Proposed).bind(listed(programs)).bind(limit);
        let query = query.bind(EntryKind::LetterViewed).bind(EntryKind::LetterApproved);
        let query = query.bind(EntryKind::LetterOverridden).bind(EntryKind::LetterReturned);
        let query = query.bind(EntryKind::FollowUpProposed).bind(EntryKind::CaseViewed);
        Ok(query.fetch_all(&self.pool).await?)
    }

    /// Letters that are not out yet and that somebody has to see to, the oldest first.
    pub async fn letters_in_hand(&self, programs: &[String], limit: i64) -> Result<Vec<InHandRow>, RegisterError> {
        let sql = select_in_hand!(
            "l.state IN ($3, $4, $5) AND ($6 IS NULL OR $6 LIKE '%,' || l.program || ',%') ORDER BY l.sequence LIMIT $7"
        );
        let mut query = sqlx::query_as(sql).bind(EntryKind::EventTaken).bind(EntryKind::LetterResubmitted);
        for state in LetterState::STOPPED {
            query = query.bind(state);
        }
        Ok(query.bind(listed(programs)).bind(limit).fetch_all(&self.pool).await?)
    }

    /// The newest letters in a state.
    pub async fn newest_in_hand(
        &self,
        state: LetterState,
        programs: &[String],
        limit: i64,
    ) -> Result<Vec<InHandRow>, RegisterError> {
        let sql = select_in_hand!(
            "l.state = $3 AND ($4 IS NULL OR $4 LIKE '%,' || l.program || ',%') ORDER BY l.sequence DESC LIMIT $5"
        );
        let query = sqlx::query_as(sql).bind(EntryKind::EventTaken).bind(EntryKind::LetterResubmitted);
        Ok(query.bind(state).bind(listed(programs)).bind(limit).fetch_all(&self.pool).await?)
    }
}
