//! Sources to pages to PDF, or what is wrong and where. A pure function of the sources, the house's files and the fonts.
//!
//! A [`Press`] holds what all letters share. It works on threads of its own, one a core, because typst needs deep stacks
//! and must not stall the service; a letter that panics fails alone. After every compile, failed ones too, comemo's caches
//! are emptied: measured as the fastest and the smallest way.

mod clusters;
mod image;
mod outline;
mod page;
mod said;
mod threads;
mod words;
mod world;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use typst::comemo;
use typst::diag::SourceDiagnostic;
use typst::foundations::Smart;
use typst::syntax::parse;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::case::Fault;
use crate::case::repertoire::Repertoire;
pub use image::{page_png, picture_difference};
pub use outline::{Block, Boxed, Row};
pub use page::PageText;
pub use said::Said;
pub use threads::Threads;
use words::{plain_words, words_of};
use world::{House, LetterWorld};

/// The words of a letter's sources, as it is found by them.
pub fn words_to_find(main: &str, footer: Option<&str>) -> String {
    [Some(main), footer].into_iter().flatten().map(|source| plain_words(&parse(source))).collect::<Vec<_>>().join(" ")
}

/// The typst version that sets the letters, recorded with each of them.
pub const TYPST_VERSION: &str = "0.15.1";

/// What is to be set: typst sources and what must be true of the pages.
#[derive(Debug, Clone)]
pub struct Job {
    /// The contents of `/main.typ`.
    pub main: String,
    /// The contents of `/footer.typ`; none for a letter of before its foot had a file of its own.
    pub footer: Option<String>,
    /// What identifies the document for ever; hashed into the PDF's identifier.
    pub ident: String,
    /// The lines of the address block, which must show in the window of each part; empty where there is no block.
    pub block: Vec<String>,
    /// Parts, each starting on the front of a sheet with an address block.
    pub parts: usize,
    /// Pages at most; no limit where absent.
    pub page_limit: Option<usize>,
}

/// A letter, set.
#[derive(Debug, Clone)]
pub struct Typeset {
    /// The archival, accessible PDF (PDF/A-2a and PDF/UA-1). The same job gives the same bytes.
    pub pdf: Vec<u8>,
    /// The words of each page, in reading order of the pages.
    pub pages: Vec<PageText>,
    /// Its headings, paragraphs, lists and tables, in reading order.
    pub blocks: Vec<Block>,
}

/// The fonts and the house's files: everything that all letters share.
#[derive(Clone)]
pub struct Press {
    house: Arc<House>,
}

impl Press {
    /// Reads the fonts of a folder (`*.ttf`) beside the house's files: typst sources, and pictures that they show. A house that
    /// does not set the labels by which letters are read back is a fault.
    pub fn new(fonts: &Path, house: &BTreeMap<String, Vec<u8>>) -> Result<Press, Vec<Fault>> {
        Ok(Press { house: Arc::new(House::read(fonts, house)?) })
    }

    /// The same fonts beside the files of another house, such as the one of an older letter's time.
    pub fn with_house(&self, house: &BTreeMap<String, Vec<u8>>) -> Press {
        Press { house: Arc::new(self.house.with_files(house)) }
    }

    /// SHA-256 over the house's files, recorded with each letter.
    pub fn house_hash(&self) -> &str {
        &self.house.files_hash
    }

    /// The characters that the fonts can print, with their widths.
    pub fn repertoire(&self) -> Repertoire {
        self.house.repertoire()
    }

    /// SHA-256 over the font files, recorded with each letter.
    pub fn fonts_hash(&self) -> &str {
        &self.house.fonts_hash
    }

    /// The words of a letter in a canonical form: what an approval is bound to. See `words.rs` for what counts.
    pub fn words(&self, main: &str, footer: &str) -> String {
        [main, footer].map(|source| words_of(&parse(source))).concat() + &self.house.words
    }

    /// Sets a letter and exports its PDF. Needs a thread with a deep stack: see [`Threads`].
    pub fn set(&self, job: &Job) -> Result<Typeset, Vec<Fault>> {
        self.with_pages(job, |document, pages| {
            let options = PdfOptions {
                ident: Smart::Custom(job.ident.clone()),
                creator: Smart::Custom(Some("Recto".to_owned())),
                timestamp: None,
                page_ranges: None,
                standards: PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
                    .expect("PDF/A-2a and PDF/UA-1 are compatible"),
                tagged: true,
                pretty: false,
            };
            let pdf = typst_pdf::pdf(document, &options)
                .map_err(|errors| errors.iter().map(plain_fault).collect::<Vec<_>>())?;
            Ok(Typeset { pdf, pages, blocks: outline::read(document) })
        })
    }

    /// What is no typst in a source, all of it, with its lines. `shown` names the source.
    pub fn syntax_faults(&self, shown: &str, text: &str) -> Vec<Fault> {
        let world = LetterWorld::new(&self.house, text, None);
        let errors = world.syntax_errors().into_iter();
        errors.map(|(line, problem)| fault(&format!("{shown}{line}"), &problem)).collect()
    }

    fn with_pages<T>(
        &self,
        job: &Job,
        export: impl FnOnce(&PagedDocument, Vec<PageText>) -> Result<T, Vec<Fault>>,
    ) -> Result<T, Vec<Fault>> {
        let world = LetterWorld::new(&self.house, &job.main, job.footer.as_deref());
        let result = compile(&world).and_then(|document| {
            let pages = page::read(&document);
            let faults = page::faults(&pages, job);
            if faults.is_empty() { export(&document, pages) } else { Err(faults) }
        });
        comemo::evict(0);
        result
    }
}

fn compile(world: &LetterWorld<'_>) -> Result<PagedDocument, Vec<Fault>> {
    let compiled = typst::compile::<PagedDocument>(world);
    let place = |diagnostic: &SourceDiagnostic| diagnostic_fault(world, diagnostic);
    match compiled.output {
        // A warning is a fault here: a letter is right or it is not made.
        Ok(_) if !compiled.warnings.is_empty() => Err(compiled.warnings.iter().map(place).collect()),
        Ok(document) => Ok(clusters::joined(document)),
        Err(errors) => Err(errors.iter().map(place).collect()),
    }
}

fn diagnostic_fault(world: &LetterWorld<'_>, diagnostic: &SourceDiagnostic) -> Fault {
    // What the house refuses is the fault of the letter's line that asked for it.
    let asked = diagnostic.trace.iter().map(|point| world.place_of(point.span.into()));
    let own = world.place_of(diagnostic.span);
    let place = std::iter::once(own.clone()).chain(asked).find(|place| place.starts_with("/main.typ:")).unwrap_or(own);
    let hints: String = diagnostic.hints.iter().map(|hint| format!(" {}", hint.v)).collect();
    fault(&place, &format!("{}.{hints}", diagnostic.message))
}

fn plain_fault(diagnostic: &SourceDiagnostic) -> Fault {
    let hints: String = diagnostic.hints.iter().map(|hint| format!(" {}", hint.v)).collect();
    fault("/main.typ", &format!("{}.{hints}", diagnostic.message))
}

fn fault(place: &str, message: &str) -> Fault {
    Fault::new(
        "typesetting-failed",
        place,
        format!("The letter cannot be set; tell those who maintain its type. What typst says of it: “{message}”"),
        format!(
            "La lettre ne peut pas être composée; avisez les responsables de son type. Ce qu’en dit typst, en anglais : « {message} »"
        ),
    )
}
