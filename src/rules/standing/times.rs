//! The times that letters gave, and which of them are spent.

use chrono::{DateTime, NaiveDate, Utc};

use super::{DisputeKind, SentLetter, Standing};
use crate::case::{Given, SpentBy, Step};

impl Standing {
    /// The last days that the letters to the person gave, each with its letter, as far as a step goes beyond those letters: what a letter
    /// of the same step or of a harder one gave does not stand in its way. A time is not counted where its letter has not left or came
    /// back, or where on a day the person has done what it was given for.
    pub fn times_given<'s>(
        &'s self,
        step: Step,
        debt: &'s str,
        on: NaiveDate,
    ) -> impl Iterator<Item = (NaiveDate, &'s SentLetter)> {
        let milder = move |letter: &&SentLetter| {
            letter.person == self.person.id
                && letter.has_come()
                && letter.is_about(debt)
                && Step::of(&letter.tells) < Some(step)
        };
        let letters = self.letters.iter().filter(milder);
        let times = letters.flat_map(|letter| letter.times.0.iter().map(move |given| (letter, given)));
        let running = times.filter(move |(letter, given)| !self.is_spent(letter, given, on));
        running.map(|(letter, given)| (given.until, letter))
    }

    /// Whether the times are over that letters gave when they told the person something. The day itself still counts.
    pub fn told_times_are_over<'l>(letters: impl IntoIterator<Item = &'l SentLetter>, on: NaiveDate) -> bool {
        letters.into_iter().all(|letter| letter.times.last().is_none_or(|until| until < on))
    }

    fn is_spent(&self, letter: &SentLetter, given: &Given, on: NaiveDate) -> bool {
        let Some(mailed) = letter.date else { return false };
        let answered = |kind| {
            let own = |dispute: &&super::Dispute| dispute.person == letter.person && dispute.kind == kind;
            let mut disputes = self.disputes.iter().filter(own).filter(|dispute| dispute.received >= mailed);
            disputes.any(|dispute| !dispute.is_open())
        };
        given.spent_by.iter().any(|act| match act {
            SpentBy::Payment => {
                let came = self.ledger.received_since(mailed, DateTime::<Utc>::MAX_UTC, on);
                given.amount.is_some_and(|asked| came >= asked)
            }
            SpentBy::Plan => {
                let own = |plan: &&super::Plan| plan.person == letter.person && plan.agreed_on.is_some();
                self.plans.iter().filter(own).any(|plan| plan.agreed_on >= Some(mailed))
            }
            SpentBy::Submission => answered(DisputeKind::Submission),
            SpentBy::Review => answered(DisputeKind::Review),
            SpentBy::Appeal => answered(DisputeKind::Appeal),
        })
    }
}
