//! Whether some condition of a search leaves few letters: asked of the index of each.

use std::collections::HashSet;

use super::search::Filter;
use super::{Reader, RegisterError};
use crate::case::{CaseRef, Channel, Day, DeliveryState, LetterState, RunId};

/// So many letters at most are few.
const FEW: usize = 2_000;
/// So few that no other condition is asked whether it leaves fewer.
const VERY_FEW: usize = 200;

/// A condition that one index answers.
enum Condition<'f> {
    Case(&'f CaseRef),
    Cents(i64),
    Run(&'f RunId),
    Delivery(DeliveryState),
    Days(Option<Day>, Option<Day>),
    State(LetterState),
    Type(&'f str),
    Program(&'f str),
    Channel(Channel),
}

/// The letters that conditions leave, where they are few.
#[derive(Debug, Default)]
pub(super) struct Few {
    /// Their sequences; none where every condition leaves many.
    pub letters: Option<HashSet<i64>>,
    /// Whether all of them have the marks that are wanted …
    pub has_marks: bool,
    /// … and the words.
    pub has_words: bool,
}

impl Few {
    /// Leaves those that are in another set too, unless that was cut off. False where it was.
    fn take(&mut self, others: Vec<i64>) -> bool {
        if others.len() > FEW {
            return false;
        }
        let others = others.into_iter();
        self.letters = Some(match &self.letters {
            None => others.collect(),
            Some(few) => others.filter(|one| few.contains(one)).collect(),
        });
        true
    }

    fn are_very_few(&self) -> bool {
        self.letters.as_ref().is_some_and(|few| few.len() <= VERY_FEW)
    }

    /// The sequences as a JSON array.
    pub fn listed(&self) -> Option<String> {
        let numbers = |few: &HashSet<i64>| few.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
        self.letters.as_ref().map(|few| format!("[{}]", numbers(few)))
    }
}

impl Filter {
    /// Its conditions, those first that mostly leave fewest.
    fn conditions(&self) -> Vec<Condition<'_>> {
        let program = match &self.programs[..] {
            [one] => Some(one.as_str()),
            _ => None,
        };
        let days = self.from.or(self.until).map(|_| Condition::Days(self.from, self.until));
        let conditions = [
            self.case.as_ref().map(Condition::Case),
            self.cents.map(Condition::Cents),
            self.run.as_ref().map(Condition::Run),
            self.delivery.map(Condition::Delivery),
            days,
            self.state.map(Condition::State),
            self.letter_type.as_deref().map(Condition::Type),
            self.program.as_deref().or(program).map(Condition::Program),
            self.channel.map(Condition::Channel),
        ];
        conditions.into_iter().flatten().collect()
    }
}

impl Reader {
    /// The letters that the conditions leave, where one of them leaves few.
    pub(super) async fn few(
        &self,
        filter: &Filter,
        marks: Option<&str>,
        words: Option<&str>,
    ) -> Result<Few, RegisterError> {
        let (mut few, limit) = (Few::default(), FEW as i64 + 1);
        if let Some(wanted) = marks {
            few.has_marks = few.take(self.marked(wanted, limit).await?);
        }
        if let Some(wanted) = words.filter(|_| !few.are_very_few()) {
            few.has_words = few.take(self.worded(wanted, limit).await?);
        }
        for condition in filter.conditions() {
            if few.are_very_few() {
                break;
            }
            few.take(self.left_by(condition, limit).await?);
        }
        Ok(few)
    }

    async fn left_by(&self, condition: Condition<'_>, limit: i64) -> Result<Vec<i64>, RegisterError> {
        let query = match condition {
            Condition::Case(case) => {
                sqlx::query_scalar("SELECT sequence FROM letters WHERE case_reference = $2 LIMIT $1")
                    .bind(limit)
                    .bind(case)
            }
            Condition::Cents(cents) => {
                sqlx::query_scalar("SELECT sequence FROM letters WHERE cents = $2 LIMIT $1").bind(limit).bind(cents)
            }
            Condition::Run(run) => sqlx::query_scalar(
                "SELECT l.sequence FROM pieces p JOIN letters l ON l.id = p.letter WHERE p.run = $2 LIMIT $1",
            )
            .bind(limit)
            .bind(run),
            Condition::Delivery(state) => sqlx::query_scalar(
                "SELECT l.sequence FROM deliveries d JOIN letters l ON l.id = d.letter AND l.issuance = d.number \
                 WHERE d.state = $2 LIMIT $1",
            )
            .bind(limit)
            .bind(state),
            Condition::Days(from, until) => {
                let sql =
                    "SELECT sequence FROM letters WHERE day >= coalesce($2, '0') AND day <= coalesce($3, '~') LIMIT $1";
                sqlx::query_scalar(sql).bind(limit).bind(from).bind(until)
            }
            Condition::State(state) => {
                sqlx::query_scalar("SELECT sequence FROM letters WHERE state = $2 LIMIT $1").bind(limit).bind(state)
            }
            Condition::Type(key) => {
                sqlx::query_scalar("SELECT sequence FROM letters WHERE letter_type = $2 LIMIT $1").bind(limit).bind(key)
            }
            Condition::Program(key) => {
                sqlx::query_scalar("SELECT sequence FROM letters WHERE program = $2 LIMIT $1").bind(limit).bind(key)
            }
            Condition::Channel(channel) => {
                sqlx::query_scalar("SELECT sequence FROM letters WHERE channel = $2 LIMIT $1").bind(limit).bind(channel)
            }
        };
        Ok(query.fetch_all(&self.pool).await?)
    }
}
