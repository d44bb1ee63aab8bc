//! A letter before it is made.

use chrono::NaiveDate;
use serde_json::Value;

use super::Studio;
use crate::case::{Fault, Language, LetterId, Text};
use crate::letter::{Draft, in_language};
use crate::typeset::{Block, PageText};

/// A letter as it would be, and what would stop it.
pub struct Preview {
    /// The PDF.
    pub pdf: Vec<u8>,
    /// The words of each page, white space folded.
    pub pages: Vec<String>,
    /// The words of each page with their no-break spaces, as figures are read in them.
    pub words: Vec<String>,
    /// Its headings, paragraphs, lists and tables, in reading order.
    pub blocks: Vec<Block>,
    /// Arithmetic that does not agree, deadlines that have passed, and what must not stand on the page. The standing of the
    /// case is not read.
    pub stops: Vec<Fault>,
    /// What an officer would have to look at first.
    pub notes: Vec<Fault>,
    /// The days that it gives or rests on, each with what it is a deadline for; the first of them first.
    pub deadlines: Vec<(Text, NaiveDate)>,
}

/// The identity shown on a letter that is not one yet.
fn no_id() -> LetterId {
    LetterId::new("0000-0000-0000")
}

impl Studio {
    /// Sets `{case, party, facts}` as a letter of a type, without a database and without any effect.
    pub async fn preview(&self, letter_type: &str, data: &Value, date: NaiveDate) -> Result<Preview, Vec<Fault>> {
        let letter = self.catalogue.types.get(letter_type).ok_or_else(|| vec![self.unknown_type(letter_type)])?;
        let data = self.check_request(letter, data, date)?;
        let composed = self.compose(letter, no_id(), date, data)?;
        let (draft, main) = (&composed.draft, composed.job.main.clone());
        let set = self.threads.set_first(composed.job).await;
        let typeset = set.map_err(|faults| {
            faults.into_iter().map(|fault| self.at_template(draft, &main, fault)).collect::<Vec<_>>()
        })?;
        let (mut stops, notes) = (composed.draft.stops.clone(), composed.draft.notes.clone());
        stops.extend(self.last_look(&composed.draft, &[], &typeset));
        let deadlines = deadlines(&composed.draft);
        let pages = typeset.pages.iter().map(PageText::text).collect();
        let words = typeset.pages.iter().map(PageText::words).collect();
        Ok(Preview { pdf: typeset.pdf, pages, words, blocks: typeset.blocks, stops, notes, deadlines })
    }

    /// Sets it as if it went in one language alone, for somebody who wants to see it in that: with the words of the house in the language,
    /// and those of officers, where they are written in it.
    pub async fn preview_in(
        &self,
        language: Language,
        letter_type: &str,
        data: &Value,
        date: NaiveDate,
    ) -> Result<Preview, Vec<Fault>> {
        let letter = self.catalogue.types.get(letter_type).ok_or_else(|| vec![self.unknown_type(letter_type)])?;
        let unwritten = letter.schema.unwritten_in(language, &data["facts"]);
        if !unwritten.is_empty() {
            return Err(unwritten.iter().map(|(at, label)| not_written(at, label, language)).collect());
        }
        let mut data = data.clone();
        in_language(&mut data, language.code());
        self.preview(letter_type, &data, date).await
    }

    /// The fault of a letter type that does not exist.
    pub fn unknown_type(&self, letter_type: &str) -> Fault {
        let known = self.catalogue.types.keys().cloned().collect::<Vec<_>>().join(", ");
        Fault::new(
            "letter-type-unknown",
            "/letter",
            format!("“{letter_type}” is not a letter type. Known are: {known}."),
            format!("« {letter_type} » n’est pas un type de lettre. Sont connus : {known}."),
        )
    }
}

fn not_written(at: &str, label: &Text, language: Language) -> Fault {
    let (en, fr) = match language {
        Language::En => ("English", "en anglais"),
        Language::Fr => ("French", "en français"),
    };
    Fault::new(
        "words-not-in-language",
        format!("/facts{at}"),
        format!("“{}” is not written in {en}. Look at the letter in the language in which it goes.", label.en),
        format!("« {} » n’est pas rédigé {fr}. Regardez la lettre dans la langue où elle part.", label.fr),
    )
}

fn deadlines(draft: &Draft<'_>) -> Vec<(Text, NaiveDate)> {
    let labelled = draft.letter.description.deadlines.iter();
    let day = |name: &String| draft.deadlines.get(name)?.as_str()?.parse().ok();
    let mut deadlines: Vec<(Text, NaiveDate)> =
        labelled.filter_map(|(name, deadline)| Some((deadline.label.clone(), day(name)?))).collect();
    deadlines.sort_by_key(|(_, day)| *day);
    deadlines
}
