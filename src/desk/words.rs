//! By what issued letters are found: the words of their sources, and their amount.
//!
//! Both are noted in the act that issues a letter. What was issued before that was done has them from the register itself, where the desk is
//! opened: the words from the source that is kept, the amount from the facts that the letter was issued with. So the index of words can
//! be made anew at any time, and nothing of it has to be proved; an amount that is in the case file is held against it by `recto verify`.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::Desk;
use crate::case::{Actor, Entry, LetterId};
use crate::letter::{Data, Draft};
use crate::register::{KeptSource, LetterRow, RegisterError};
use crate::typeset::words_to_find;

/// Letters that are looked up in one transaction.
const PIECE: i64 = 500;

/// By what a letter is found beside its names and numbers.
pub(super) struct Findable {
    /// The words of its pages.
    pub words: String,
    /// The amount that it asks for, or else is about.
    pub amount: Option<Decimal>,
}

impl Findable {
    /// Of a letter that is issued.
    pub fn of(draft: &Draft<'_>, source: &KeptSource) -> Findable {
        Findable { words: words_to_find(&source.main, source.footer.as_deref()), amount: amount(draft) }
    }
}

/// The amount that a letter asks for, or else is about. What is none is a fault of its type, which its check has named.
pub(super) fn amount(draft: &Draft<'_>) -> Option<Decimal> {
    draft.key_facts().ok().and_then(|facts| facts.sum)
}

/// An amount as it is searched.
pub(super) fn cents(amount: Option<Decimal>) -> Option<i64> {
    amount.and_then(|amount| (amount * Decimal::ONE_HUNDRED).to_i64()).filter(|cents| *cents >= 0)
}

impl Desk {
    /// Has those letters found by their words and amounts that were issued before letters were.
    pub(super) async fn look_up_words(&self) -> Result<(), RegisterError> {
        let mut after = 0;
        loop {
            let letters = self.reader().unworded(after, PIECE).await?;
            let Some((last, ..)) = letters.last() else { return Ok(()) };
            after = *last;
            let mut found = Vec::new();
            for (_, letter, number) in letters {
                let kept = self.reader().kept(&letter, number).await?;
                let words = kept.map(|kept| words_to_find(&kept.source.main, kept.source.footer.as_deref()));
                let amount = self.amount_issued(&letter).await?;
                found.push((letter, number, words.unwrap_or_default(), cents(amount)));
            }
            let mut act = self.begin(Actor::program()).await?;
            for (letter, number, words, cents) in found {
                act.set_words(&letter, number, &words).await?;
                act.set_cents(&letter, cents).await?;
            }
            act.commit().await?;
        }
    }

    /// The amount of an issued letter: as its case file has it, or else by the facts that it was issued with and the type of today.
    async fn amount_issued(&self, letter: &LetterId) -> Result<Option<Decimal>, RegisterError> {
        let Some(row) = self.reader().letter(letter).await? else { return Ok(None) };
        let entries = self.reader().entries_of_letter(letter).await?.into_iter().rev();
        let issued =
            entries.filter_map(|filed| if let Entry::LetterIssued(issued) = filed.entry { Some(issued) } else { None });
        let Some(issued) = issued.into_iter().next() else { return Ok(None) };
        match issued.amount {
            Some(amount) => Ok(amount.parse().ok()),
            None => self.amount_of_facts(&row, issued.basis.and_then(|basis| basis.facts)).await,
        }
    }

    async fn amount_of_facts(
        &self,
        row: &LetterRow,
        renewed: Option<serde_json::Value>,
    ) -> Result<Option<Decimal>, RegisterError> {
        let (Some(stored), Some(date)) = (self.reader().event(row.event).await?, row.date) else { return Ok(None) };
        let Some(letter_type) = self.studio.catalogue.types.get(&row.letter_type) else { return Ok(None) };
        let mut data = stored.event.data;
        if let Some(facts) = renewed {
            data["facts"] = facts;
        }
        let Ok(data) = Data::read(&data) else { return Ok(None) };
        let draft = self.studio.catalogue.draft(letter_type, row.id.clone(), date.date(), data);
        Ok(draft.ok().as_ref().and_then(amount))
    }
}
