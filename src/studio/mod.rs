//! Composing letters without a database: words, pages, preview, the last look, and the check of every letter type with all of its
//! samples in both languages. Nothing here has an effect.

mod bases;
mod check;
mod disclosure;
mod frame;
mod lines;
mod names;
mod parity;
mod preview;
mod reading;

use std::collections::BTreeSet;
use std::path::Path;

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::case::address::zip_of_nine;
use crate::case::format::Formats;
use crate::case::letter::sha256_hex;
use crate::case::repertoire::Repertoire;
use crate::case::{CaseEvent, CoveringMail, Fault, Format, Language, LetterId, Party};
use crate::letter::{Catalogue, Data, Draft, LetterType, Source, typst_texts};
use crate::rules::{Known, Person, last_look};
use crate::typeset::{Block, Job, PageText, Press, Threads, Typeset};
pub use check::{Checked, CheckedLetter};
pub use disclosure::{DisclosedLetter, DisclosureIndex};
pub use preview::Preview;
pub use reading::reading;

/// The letter types, the press and its threads.
pub struct Studio {
    /// The letter types.
    pub catalogue: Catalogue,
    /// The press.
    pub press: Press,
    /// The press's threads.
    pub threads: Threads,
    /// The characters that can be printed.
    pub repertoire: Repertoire,
    /// SHA-256 over the fonts.
    pub fonts_hash: String,
    /// Whether every page is marked as a specimen.
    pub specimen: bool,
}

/// A letter, composed: its draft, its words, and the job for the press.
pub struct Composed<'s> {
    /// Facts, derived values, deadlines, and what stops it.
    pub draft: Draft<'s>,
    /// The hash of the words: what an approval is bound to. Whatever changes a word, a figure or a date changes it; what changes
    /// only how they are written in typst does not.
    pub content_hash: String,
    /// What the press sets.
    pub job: Job,
}

impl Studio {
    /// Opens the studio of a home folder (`letter-templates`, `fonts`), or says everything that is wrong there.
    pub fn open(home: &Path, specimen: bool) -> Result<Studio, Vec<Fault>> {
        let folder = home.join("letter-templates");
        let loaded = Catalogue::load(&folder);
        let house = loaded.as_ref().map(|catalogue| catalogue.house.clone()).unwrap_or_default();
        let press = Press::new(&home.join("fonts"), &house);
        let mut faults = press.as_ref().map(|press| syntax_faults(&folder, press)).unwrap_or_default();
        let (catalogue, press) = match (loaded, press) {
            (Ok(catalogue), Ok(press)) if faults.is_empty() => (catalogue, press),
            (loaded, press) => {
                faults.extend([loaded.err(), press.err()].into_iter().flatten().flatten());
                return Err(faults);
            }
        };
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = Threads::start(&press, cores);
        let (repertoire, fonts_hash) = (press.repertoire(), press.fonts_hash().to_owned());
        Ok(Studio { catalogue, press, threads, repertoire, fonts_hash, specimen })
    }

    /// SHA-256 over the letter templates, the fonts and Recto's version: what is set with two studios of one state is the same.
    pub fn state(&self) -> String {
        let version = env!("CARGO_PKG_VERSION");
        sha256_hex(format!("{version}\n{}\n{}", self.catalogue.hash, self.fonts_hash).as_bytes())
    }

    /// Whether the whole check has found no fault in it, as `versions.toml` says.
    pub fn is_proven(&self) -> bool {
        self.catalogue.versions.checked == self.state()
    }

    /// Checks an event as [`Catalogue::check_event`] does.
    pub fn check(&self, event: &CaseEvent) -> Result<(Data, Vec<&LetterType>), Vec<Fault>> {
        self.catalogue.check_event(event, &self.repertoire)
    }

    /// Checks `{case, party, facts}` for one letter type.
    pub fn check_data(&self, letter: &LetterType, data: &Value) -> Result<Data, Vec<Fault>> {
        self.catalogue.check_letter_data(letter, data, None, &self.repertoire)
    }

    /// Checks them as somebody asks for the letter on a day.
    pub fn check_request(&self, letter: &LetterType, data: &Value, day: NaiveDate) -> Result<Data, Vec<Fault>> {
        self.catalogue.check_letter_data(letter, data, Some(day), &self.repertoire)
    }

    /// Drafts a letter and writes its words. The data must have been checked.
    pub fn compose<'s>(
        &'s self,
        letter: &'s LetterType,
        id: LetterId,
        date: NaiveDate,
        data: Data,
    ) -> Result<Composed<'s>, Vec<Fault>> {
        self.write(self.catalogue.draft(letter, id, date, data)?)
    }

    /// Writes the words of a draft.
    pub fn write<'s>(&'s self, mut draft: Draft<'s>) -> Result<Composed<'s>, Vec<Fault>> {
        let ident = format!("{} {}", draft.id, draft.date);
        let source: Source = self.catalogue.write(&draft, self.specimen)?;
        // A specimen says so on each of its pages.
        let words = self.press.words(&source.main, &source.footer);
        // The same words in another format are another letter.
        let format = draft.data.addressee.format;
        let form = if format == Format::Standard { String::new() } else { format!("{}\n", json!(format)) };
        let content_hash = sha256_hex(format!("{form}{}\n{words}", self.specimen).as_bytes());
        // A time that a letter could give, and does not say, it does not give.
        let says = |day: &str| {
            draft.languages.iter().filter_map(|one| Formats::of(*one).date(day)).any(|day| source.main.contains(&day))
        };
        draft.times.retain(|given| says(&given.until.to_string()));
        let job = Job {
            main: source.main,
            footer: Some(source.footer),
            ident,
            block: source.block,
            parts: source.parts,
            page_limit: Some(source.page_limit),
        };
        Ok(Composed { draft, content_hash, job })
    }

    /// A fault of typesetting with the template's own file and line beside that of the source, where its words tell it.
    pub fn at_template(&self, draft: &Draft<'_>, main: &str, mut fault: Fault) -> Fault {
        let line = fault.place.strip_prefix("/main.typ:").and_then(|line| line.parse::<usize>().ok());
        let line = line.and_then(|line| main.lines().nth(line.checked_sub(1)?));
        let place = |language: &Language| self.catalogue.writer(*language).place_of(&draft.letter.key, line?);
        if let Some(place) = draft.languages.iter().find_map(place) {
            fault.place = format!("{place} ({})", fault.place);
        }
        fault
    }

    /// The last look at a letter's finished pages: what stands on them and must not. `others` are the other people of the case.
    pub fn last_look(&self, draft: &Draft<'_>, others: &[Person], set: &Typeset) -> Vec<Fault> {
        let words: Vec<String> = set.pages.iter().map(PageText::words).collect();
        let mut faults = self.look_at(draft, others, &words);
        faults.extend(missing_words(draft, &set.blocks));
        faults.extend(frame::faults(draft, &set.blocks));
        faults
    }

    /// The last look at the words of a letter's covering mail.
    pub fn last_look_at_mail(&self, draft: &Draft<'_>, others: &[Person], mail: &CoveringMail) -> Vec<Fault> {
        self.look_at(draft, others, &[format!("{}\n{}", mail.subject, mail.text)])
    }

    /// What stands in these words and must not.
    fn look_at(&self, draft: &Draft<'_>, others: &[Person], words: &[String]) -> Vec<Fault> {
        let foreign = draft.letter.schema.foreign_numbers.iter().flat_map(|place| place.values(&draft.data.facts));
        let block = draft.data.addressee.block();
        let zip = block.iter().filter_map(|line| zip_of_nine(line));
        let foreign: Vec<&str> = foreign.filter_map(|(_, number)| number.as_str()).chain(zip).collect();
        let known = Known {
            is_reference: &|word| self.catalogue.is_reference(word),
            foreign_numbers: &foreign,
            figures: &self.catalogue.figures(draft),
            printed: &self.catalogue.printed(draft),
            facts: &draft.data.facts,
            own_names: &[&draft.data.addressee, &draft.data.person].map(Party::full_name),
            case: &draft.data.case.reference,
            others,
            block: &block,
        };
        last_look(words, &known)
    }
}

/// What is no typst in any file of the letter templates, whichever way the conditions in it go.
fn syntax_faults(folder: &Path, press: &Press) -> Vec<Fault> {
    let texts = typst_texts(folder)
        .into_iter()
        .flat_map(|(file, texts)| texts.into_iter().map(move |text| (file.clone(), text)));
    let mut faults: Vec<Fault> = texts.flat_map(|(file, text)| press.syntax_faults(&file, &text)).collect();
    let mut seen = BTreeSet::new();
    faults.retain(|fault| seen.insert(fault.to_string()));
    faults
}

/// What the letter must say and does not. Read in its blocks, because a page may end within a sentence.
fn missing_words(draft: &Draft<'_>, blocks: &[Block]) -> Vec<Fault> {
    let text = blocks.iter().map(Block::text).collect::<Vec<_>>().join(" ");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let due = draft.letter.must_say.iter().filter(|must_say| must_say.is_due(&draft.data.facts));
    let lacking = due.flat_map(|must_say| draft.languages.iter().map(move |language| (must_say, *language)));
    let lacking = lacking.filter(|(must_say, language)| !text.contains(&must_say.words(*language)));
    lacking.map(|(must_say, language)| passage_missing(&must_say.key, &must_say.words(language), language)).collect()
}

fn passage_missing(key: &str, words: &str, language: Language) -> Fault {
    let code = language.code();
    Fault::new(
        "passage-missing",
        format!("must_say {key} ({code})"),
        format!("The letter must say “{key}”, but “{words}” was not found in the {code} text. Say it there."),
        format!("La lettre doit dire « {key} », mais « {words} » est introuvable dans le texte ({code}). Dites-le."),
    )
}
