//! Work in hand: what came and waits for an acknowledgement or an answer, by the service standards in business days; and letters that
//! are not out yet. Each with the officer whose it is.

use super::decide::said_preparers;
use super::{Desk, DeskError};
use crate::case::calendar::business_days_between;
use crate::case::{Actor, ActorKind, Day, LetterState, Stamp};
use crate::register::{ClockRow, InHandRow};

/// Something that came and waits for the unit: until when, and whose it is.
#[derive(Debug)]
pub struct ServiceClock {
    /// The follow-up.
    pub row: ClockRow,
    /// What came, as the cause has it: `inquiry`, `dispute` …
    pub what: String,
    /// When it came.
    pub received: Option<Day>,
    /// The business days that the standard gives.
    pub standard: i64,
    /// Business days that are left; below zero where it is late.
    pub left: i64,
    /// Who acted last in the case; none where nobody of the unit has.
    pub officer: Option<String>,
}

/// A letter that is not out yet.
#[derive(Debug)]
pub struct InHand {
    /// How far it has come.
    pub state: LetterState,
    /// Whether it was sent back to its officer.
    pub is_returned: bool,
    /// When it was called for.
    pub called_at: Stamp,
    /// Who prepared it or asked for it; none where no person did.
    pub officer: Option<String>,
}

impl Desk {
    /// What waits for an acknowledgement or an answer, the first due first.
    pub async fn service_clocks(&self, programs: &[String], limit: i64) -> Result<Vec<ServiceClock>, DeskError> {
        let today = self.clock.today();
        let rows = self.reader().service_clocks(programs, limit).await?;
        let clock = |row: ClockRow| -> Result<ServiceClock, DeskError> {
            let (what, received) = row.cause()?;
            let due = row.due.date();
            let standard = received.map_or(0, |received: Day| business_days_between(received.date(), due));
            let left = business_days_between(today, due);
            let officer = row.actor()?.filter(is_person).map(|actor| actor.name);
            Ok(ServiceClock { row, what, received, standard, left, officer })
        };
        rows.into_iter().map(clock).collect()
    }

    /// Letters that are not out yet and that somebody has to see to, the oldest first.
    pub async fn letters_in_hand(&self, programs: &[String], limit: i64) -> Result<Vec<InHand>, DeskError> {
        let rows = self.reader().letters_in_hand(programs, limit).await?;
        let in_hand = |row: InHandRow| -> Result<InHand, DeskError> {
            let facts = row.facts()?;
            let asked = [row.taken_by()?, row.merged_by()?].into_iter().flatten().find(is_person);
            let officer = said_preparers(&facts).next().or(asked.map(|actor| actor.name));
            let (state, called_at) = (row.state, row.called_at);
            Ok(InHand { state, is_returned: row.returned_at.is_some(), called_at, officer })
        };
        rows.into_iter().map(in_hand).collect()
    }
}

fn is_person(actor: &Actor) -> bool {
    actor.kind == ActorKind::Person
}
