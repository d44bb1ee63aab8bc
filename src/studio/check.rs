//! Checking the letter types: every type, in both languages, with every sample.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;
use futures_util::{FutureExt, StreamExt, stream};
use serde_json::{Map, Value};

use super::Studio;
use super::bases::check_bases;
use super::lines::lines_differ;
use super::names::unknown_names;
use super::parity::{differences, figures_of_pages};
use crate::case::calendar::business_day_on_or_after;
use crate::case::figures::Figure;
use crate::case::{Fault, Language};
use crate::letter::{LetterType, addressee, in_language, readability, take_date, unused_parameters};
use crate::typeset::Block;

/// A sample that was set in one language.
pub struct CheckedLetter {
    /// The letter type.
    pub letter_type: String,
    /// The sample's file name without its ending.
    pub sample: String,
    /// `en`, `fr` or `both`.
    pub language: &'static str,
    /// Its date.
    pub date: NaiveDate,
    /// The data it was set from.
    pub data: Value,
    /// The PDF.
    pub pdf: Vec<u8>,
    /// Its pages.
    pub pages: usize,
    /// The figures in its rendered text, each with how often it stands there.
    pub figures: BTreeMap<Figure, usize>,
    /// Its blocks in reading order.
    pub blocks: Vec<Block>,
    /// The words of each page.
    pub text: Vec<String>,
}

impl CheckedLetter {
    /// How hard its body is to read: what stands between the subject and the closing, without headings and tables.
    pub fn readability(&self, language: Language) -> Option<f64> {
        let after = |block: &&Block| !matches!(block, Block::Heading { level: 1, .. });
        let body = self.blocks.iter().skip_while(after).take_while(|block| !matches!(block, Block::Closing));
        let texts: Vec<String> = body.flat_map(prose).collect();
        readability(texts.iter().map(String::as_str), language)
    }

    /// Whether the other is the French letter of the same sample as this English one.
    fn is_twin_of(&self, other: &CheckedLetter) -> bool {
        let sample = |letter: &CheckedLetter| (letter.letter_type.clone(), letter.sample.clone());
        sample(self) == sample(other) && (self.language, other.language) == ("en", "fr")
    }
}

/// What a check found.
pub struct Checked {
    /// The samples that could be set, in the order of their types and names, English before French before both.
    pub letters: Vec<CheckedLetter>,
    /// Everything that is wrong.
    pub faults: Vec<Fault>,
}

/// The running text of a block.
fn prose(block: &Block) -> Vec<String> {
    match block {
        Block::Paragraph { text, .. } => vec![text.to_string()],
        Block::List { items, .. } => items.iter().map(|item| item.to_string()).collect(),
        Block::Part(_) | Block::Heading { .. } | Block::Table(_) | Block::Facts(..) | Block::Closing => Vec::new(),
    }
}

impl Studio {
    /// Checks letter types wholly: their files, every sample in every language that it can have, whether the languages say the same,
    /// and whether words have changed under their version. `progress` is told how many letters there are each time that one of them is set.
    pub async fn check_types(&self, types: Vec<&LetterType>, progress: impl FnMut(usize)) -> Checked {
        let Checked { letters, faults } = self.check_samples(types, None, progress).await;
        Checked { letters, faults: self.catalogue.changed_words().into_iter().chain(faults).collect() }
    }

    /// As [`Studio::check_types`] does, with the samples of one file name alone where one is given.
    pub async fn check_samples(
        &self,
        types: Vec<&LetterType>,
        only: Option<&str>,
        mut progress: impl FnMut(usize),
    ) -> Checked {
        let mut faults = self.check_shared_texts();
        faults.extend(unused_parameters(&self.catalogue));
        faults.extend(self.catalogue.programs.values().flat_map(check_bases));
        faults.extend(self.catalogue.unlabelled());
        faults.extend(types.iter().flat_map(|letter| self.check_type(letter)));
        let mut wanted = Vec::new();
        for letter in types {
            for (sample, data) in letter.samples.iter().filter(|(name, _)| only.is_none_or(|only| only == *name)) {
                // Both in one only where the sample is of somebody whose language is not known: it is the two, one after the other.
                let both = (addressee(data)["language"] == "unknown").then_some(None);
                let languages = Language::BOTH.map(Some).into_iter().chain(both);
                wanted.extend(languages.map(|language| (letter, sample.as_str(), language)));
            }
        }
        let count = wanted.len();
        // Boxed, so that the compiler sees that the whole can move between threads.
        let check = |(letter, sample, language)| self.check_sample(letter, sample, language).boxed();
        let checks: Vec<_> = wanted.into_iter().map(check).collect();
        let mut results = stream::iter(checks).buffered(2 * self.threads.count());
        let mut letters: Vec<CheckedLetter> = Vec::new();
        while let Some(result) = results.next().await {
            progress(count);
            match result {
                Ok((letter, more)) => {
                    letters.push(letter);
                    faults.extend(more);
                }
                Err(more) => faults.extend(more),
            }
        }
        for pair in letters.windows(2).filter(|pair| pair[0].is_twin_of(&pair[1])) {
            let required = &self.catalogue.types[&pair[0].letter_type].must_say;
            faults.extend(differences(&pair[0], &pair[1], required));
        }
        Checked { letters, faults: together(faults) }
    }

    /// What differs between the languages of the shared texts.
    fn check_shared_texts(&self) -> Vec<Fault> {
        let shared = self.catalogue.shared.iter();
        let file = |key: &str| format!("_house/shared/{key}.fr.typ");
        shared.flat_map(|(key, text)| lines_differ(&text.source.en, &text.source.fr, &file(key))).collect()
    }

    /// Everything that is wrong with a letter type's files, before any sample is set: unknown guards, names that the schema
    /// does not have, facts that one language uses and the other does not.
    fn check_type(&self, letter: &LetterType) -> Vec<Fault> {
        let mut faults = Vec::new();
        let file = |name: &str| format!("{}/{name}", letter.key);
        let [en, fr] = Language::BOTH.map(|language| self.catalogue.writer(language).names_in_body(&letter.key));
        faults.extend(en.difference(&fr).map(|name| one_sided(name, file("fr.typ"))));
        faults.extend(fr.difference(&en).map(|name| one_sided(name, file("en.typ"))));
        faults.extend(lines_differ(&letter.body.en, &letter.body.fr, &file("fr.typ")));
        let slip = letter.slip.as_ref();
        faults.extend(slip.into_iter().flat_map(|slip| lines_differ(&slip.en, &slip.fr, &file("slip.fr.typ"))));
        let properties = letter.schema.properties();
        // Letters that the same event calls for share its facts.
        let event = &letter.description.called_by.event;
        let shared = self.catalogue.types.values().filter(|other| other.description.called_by.event == *event);
        let names = |other: &LetterType| self.catalogue.writer(Language::En).names_in_body(&other.key);
        let used: BTreeSet<String> = shared.flat_map(|other| self.facts_used(other, &names(other))).collect();
        let known = |name: &String| properties.iter().any(|(property, _)| property == name);
        let own = en.iter().chain(&fr).filter_map(|name| fact(name)).collect::<BTreeSet<_>>();
        faults.extend(
            own.iter()
                .filter(|name| !known(name))
                .map(|name| not_in_schema(name, &letter.schema.shown, file("en.typ"))),
        );
        faults.extend(unknown_names(letter, &properties, &file("letter.toml")));
        let unused = properties.iter().filter(|(name, required)| *required && !used.contains(name));
        faults.extend(unused.map(|(name, _)| never_used(name, letter.schema.shown.clone())));
        faults
    }

    /// Sets one sample in one language, or in both, and says what is wrong with it: beside it, or alone where it cannot be set.
    async fn check_sample(
        &self,
        letter: &LetterType,
        sample: &str,
        languages: Option<Language>,
    ) -> Result<(CheckedLetter, Vec<Fault>), Vec<Fault>> {
        let place = format!("{}/samples/{sample}", letter.key);
        let mut data = letter.samples[sample].clone();
        let day = take_date(&mut data).ok_or_else(|| vec![undated(&place)])?;
        let date = business_day_on_or_after(day);
        in_language(&mut data, languages.map_or("unknown", Language::code));
        let set = self.preview(&letter.key, &data, date).await;
        let set =
            set.map_err(|faults| faults.into_iter().map(|f| at_sample(f, &place, languages)).collect::<Vec<_>>())?;
        let mut faults: Vec<Fault> = set.stops.into_iter().map(|f| at_sample(f, &place, languages)).collect();
        faults.extend(set.blocks.iter().filter_map(|block| without_key(block, &place, languages)));
        let footer = Language::BOTH.map(|language| footer_words(self.catalogue.writer(language).words()));
        faults.extend(outside_paragraphs(&set.words, &set.blocks, &footer.concat(), &place, languages));
        let checked = CheckedLetter {
            letter_type: letter.key.clone(),
            sample: sample.trim_end_matches(".json").to_owned(),
            language: languages.map_or("both", Language::code),
            date,
            data,
            figures: figures_of_pages(&set.words),
            pages: set.pages.len(),
            blocks: set.blocks,
            text: set.pages,
            pdf: set.pdf,
        };
        Ok((checked, faults))
    }

    fn facts_used(&self, letter: &LetterType, body: &BTreeSet<String>) -> BTreeSet<String> {
        let house = self.catalogue.writer(Language::En).names_in_house(&letter.key);
        // What decides whether a letter may go need not stand in it.
        let weighed = letter.schema.weighed.iter().map(|place| place.fact().to_owned());
        let weighed = weighed.chain(letter.description.facts());
        body.iter().cloned().chain(house).filter_map(|name| fact(&name)).chain(weighed).collect()
    }
}

/// `decision` of `facts.decision.date`.
fn fact(name: &str) -> Option<String> {
    Some(name.strip_prefix("facts.")?.split('.').next()?.to_owned())
}

/// Faults that say the same of several samples, as one: with the first place, and how many more there are.
fn together(faults: Vec<Fault>) -> Vec<Fault> {
    let mut gathered: Vec<(Fault, usize)> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for fault in faults {
        let sample = fault.place.contains("/samples/");
        let said = format!("{} {} {}", fault.code, fault.message.en, if sample { "" } else { &fault.place });
        match known.get(&said) {
            Some(index) => gathered[*index].1 += 1,
            None => {
                known.insert(said, gathered.len());
                gathered.push((fault, 0));
            }
        }
    }
    let told = |(fault, more): (Fault, usize)| match fault.place.contains("/samples/") && more > 0 {
        true => Fault { place: format!("{} and {more} more", fault.place), ..fault },
        false => fault,
    };
    gathered.into_iter().map(told).collect()
}

/// A fault of a sample, its place the sample's; a fault of a template keeps its own place.
fn at_sample(fault: Fault, place: &str, language: Option<Language>) -> Fault {
    if fault.place.contains(".typ:") && !fault.place.starts_with("/main.typ") {
        return fault;
    }
    let language = language.map_or("both", Language::code);
    let place = format!("{place} ({language}) {}", fault.place);
    Fault { place: place.trim_end().to_owned(), ..fault }
}

/// The words of the footer, which is no part of the reading.
fn footer_words(words: &Map<String, Value>) -> Vec<String> {
    let pointers = ["/letter_id", "/reference_footer", "/page", "/of", "/memorandum/document_id"];
    let words = Value::Object(words.clone());
    let texts = pointers.iter().filter_map(|pointer| words.pointer(pointer)?.as_str());
    texts.flat_map(plain_words).collect()
}

fn plain_words(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().any(char::is_alphabetic));
    parts.map(str::to_owned).collect()
}

/// Words that stand on the page and in no heading, paragraph, list or table: neither a screen reader nor the comparison of the
/// languages would find them.
fn outside_paragraphs(
    pages: &[String],
    blocks: &[Block],
    footer: &[String],
    sample: &str,
    language: Option<Language>,
) -> Option<Fault> {
    let mut known: HashSet<String> = blocks.iter().flat_map(|block| plain_words(&block.text())).collect();
    known.extend(footer.iter().cloned());
    let mut lone: Vec<String> =
        pages.iter().flat_map(|page| plain_words(page)).filter(|word| !known.contains(word)).collect();
    lone.dedup();
    let lone = lone.join(" ");
    (!lone.is_empty()).then(|| {
        Fault::new(
            "text-outside-a-paragraph",
            format!("{sample} ({})", language.map_or("both", Language::code)),
            format!("These words are in no heading, paragraph, list or table: “{lone}”. Set them as a paragraph."),
            format!("Ces mots ne sont dans aucun titre, paragraphe, liste ou tableau : « {lone} ». Composez-les en paragraphe."),
        )
    })
}

/// A section whose heading has no key cannot be compared with its counterpart in the other language.
fn without_key(block: &Block, sample: &str, language: Option<Language>) -> Option<Fault> {
    let Block::Heading { level: 2, key: None, text } = block else { return None };
    Some(Fault::new(
        "heading-without-key",
        format!("{sample} ({})", language.map_or("both", Language::code)),
        format!(
            "The heading “{text}” has no key. Write one behind it that both languages share, such as <how-to-pay>."
        ),
        format!(
            "Le titre « {text} » n’a pas de clé. Écrivez-en une à sa suite, commune aux deux langues, comme <how-to-pay>."
        ),
    ))
}

/// A sample of which nobody knows for which day it is set.
fn undated(sample: &str) -> Fault {
    Fault::new(
        "sample-undated",
        sample,
        "The sample does not say for which day it is. Add \"dated\": \"2026-11-17\" beside \"facts\", or the fact “as_of”.",
        "L’exemple ne dit pas pour quel jour il est. Ajoutez \"dated\": \"2026-11-17\" à côté de \"facts\", ou le fait « as_of ».",
    )
}

fn one_sided(name: &str, place: String) -> Fault {
    Fault::new(
        "languages-differ",
        place,
        format!("“{name}” is used in the other language and not here. Say the same in both."),
        format!("« {name} » est employé dans l’autre langue et non ici. Dites la même chose dans les deux."),
    )
}

fn not_in_schema(name: &str, schema: &str, place: String) -> Fault {
    Fault::new(
        "name-not-in-schema",
        place,
        format!("“facts.{name}” is used, but {schema} does not have it."),
        format!("« facts.{name} » est employé, mais {schema} ne l’a pas."),
    )
}

fn never_used(name: &str, place: String) -> Fault {
    Fault::new(
        "fact-never-used",
        place,
        format!("“{name}” is required, but no text, derived value, deadline or check uses it."),
        format!("« {name} » est obligatoire, mais aucun texte, calcul, échéance ni vérification ne l’emploie."),
    )
}
