//! Print files: issued letters merged so that each starts on the front of a sheet, with manifest and control totals.

use std::path::Path;

use lopdf::{Dictionary, Document, Object, ObjectId, dictionary};
use serde::Serialize;
use serde_json::json;

use super::file::{sync_folder, write_whole};
use crate::case::sheet::sheets;
use crate::case::{CaseRef, LetterId, PreferredLanguage, Sha256, Text, said};

/// Pieces in one print file at most: about 60 kB of memory each while it is merged.
const PIECES_PER_FILE: usize = 2_000;

/// Where a piece is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The print file's name.
    pub file: String,
    /// Its first page in that file, from 1.
    pub first_page: i64,
}

/// Where pieces of so many pages are printed, in order: each begins on the front of a sheet, and a file has so many pieces at most.
pub fn lay_out(pages: &[i64]) -> Vec<Place> {
    let mut places = Vec::with_capacity(pages.len());
    let mut first_page = 1;
    for (index, pages) in pages.iter().enumerate() {
        if index.is_multiple_of(PIECES_PER_FILE) {
            first_page = 1;
        }
        let file = format!("letters-{:03}.pdf", index / PIECES_PER_FILE + 1);
        places.push(Place { file, first_page });
        first_page += pages + pages % 2;
    }
    places
}

/// A letter to be printed.
pub struct PrintPiece {
    /// Its number in the run, from 1.
    pub piece: i64,
    /// Where it is printed.
    pub place: Place,
    /// The letter's identity.
    pub letter: LetterId,
    /// The case.
    pub case: CaseRef,
    /// The letter type's key.
    pub letter_type: String,
    /// The languages in which it is written.
    pub language: PreferredLanguage,
    /// The hash of the issued PDF.
    pub sha256: Sha256,
    /// Pages of the issued PDF, as the register has them.
    pub pages: i64,
    /// The issued PDF.
    pub pdf: Vec<u8>,
}

/// The control totals of a run: what the mail room counts against.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Totals {
    /// The mailing date.
    pub date: String,
    /// Print files.
    pub files: usize,
    /// Letters.
    pub pieces: usize,
    /// Printed pages, without blank backs.
    pub pages: usize,
    /// Blank pages put in so that the next letter starts on a front.
    pub blank_pages: usize,
    /// Sheets of paper.
    pub sheets: usize,
}

/// What can go wrong with a print run.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// A PDF cannot be read or written.
    #[error("letter {letter} cannot be merged: {error}")]
    Pdf {
        /// The letter.
        letter: LetterId,
        /// What the PDF library said.
        error: lopdf::Error,
    },
    /// An issued PDF has not the pages that the register has.
    #[error("letter {letter} has {found} pages, but the register has {registered}")]
    PagesDiffer {
        /// The letter.
        letter: LetterId,
        /// Pages in the PDF.
        found: usize,
        /// Pages in the register.
        registered: i64,
    },
    /// A piece is not where the register says that it is printed.
    #[error("letter {letter} begins on page {found} of {file}, but the register says page {registered}")]
    Misplaced {
        /// The letter.
        letter: LetterId,
        /// The print file.
        file: String,
        /// The page on which it begins.
        found: i64,
        /// The page that the register has.
        registered: i64,
    },
    /// An issued PDF cannot be read from the archive.
    #[error("letter {letter} cannot be read: {problem}")]
    Unreadable {
        /// The letter.
        letter: LetterId,
        /// What the archive said.
        problem: String,
    },
    /// The folder cannot be written.
    #[error("the run's folder: {0}")]
    Io(#[from] std::io::Error),
    /// The manifest cannot be written.
    #[error("the run's manifest: {0}")]
    Manifest(#[from] csv::Error),
}

impl PrintError {
    /// What is wrong, and what to do; what a library said is for the log.
    pub fn says(&self) -> Text {
        let not_merged = |letter: &LetterId| {
            Text::new(
                format!(
                    "The letter {letter} cannot be put into the print run as it was issued. Run `recto verify`, and do what it says of it."
                ),
                format!(
                    "La lettre {letter} ne peut pas être mise dans le tirage telle qu’émise. Lancez `recto verify` et faites ce qu’il en dit."
                ),
            )
        };
        match self {
            PrintError::Pdf { letter, .. }
            | PrintError::PagesDiffer { letter, .. }
            | PrintError::Misplaced { letter, .. }
            | PrintError::Unreadable { letter, .. } => not_merged(letter),
            PrintError::Io(error) => {
                let why = said::io(error);
                Text::new(
                    format!("The run's folder cannot be written: {}. Mend that, and close the run again.", why.en),
                    format!(
                        "Le dossier du tirage ne peut pas être écrit : {}. Corrigez cela et fermez le tirage de nouveau.",
                        why.fr
                    ),
                )
            }
            PrintError::Manifest(_) => Text::new(
                "The run's manifest cannot be written. Look at the disk, and close the run again.",
                "Le manifeste du tirage ne peut pas être écrit. Vérifiez le disque et fermez le tirage de nouveau.",
            ),
        }
    }
}

/// One line of the manifest: a piece and where it is printed. It names no person.
#[derive(Serialize)]
struct ManifestLine {
    piece: i64,
    letter: LetterId,
    case: CaseRef,
    letter_type: String,
    language: PreferredLanguage,
    file: String,
    first_page: i64,
    pages: usize,
    sheets: usize,
    sha256: Sha256,
}

/// Writes a run's folder: print files, `manifest.csv`, `manifest.json`, `totals.json` and `SHA256SUMS`. The same pieces in the
/// same order give the same bytes. The folder appears whole: it is written under another name and renamed.
pub fn write_run(
    folder: &Path,
    date: &str,
    pieces: impl Iterator<Item = Result<PrintPiece, PrintError>>,
) -> Result<Totals, PrintError> {
    let partial = folder.with_extension("partial");
    if partial.exists() {
        std::fs::remove_dir_all(&partial)?;
    }
    std::fs::create_dir_all(&partial)?;
    let mut totals = Totals { date: date.to_owned(), ..Totals::default() };
    let (mut lines, mut sums) = (Vec::new(), Vec::new());
    let mut write = |name: &str, bytes: &[u8]| {
        sums.push(format!("{}  {name}\n", Sha256::of(bytes)));
        write_whole(&partial.join(name), bytes)
    };
    let mut pieces = pieces.peekable();
    while let Some(first) = pieces.next() {
        totals.files += 1;
        let mut next = Some(first?);
        let name = next.as_ref().map(|piece| piece.place.file.clone()).unwrap_or_default();
        let mut file = PrintFile::new();
        while let Some(piece) = next.take() {
            lines.push(file.add(piece)?);
            let same =
                |piece: &Result<PrintPiece, PrintError>| piece.as_ref().map_or(true, |one| one.place.file == name);
            next = pieces.next_if(same).transpose()?;
        }
        totals.pages += file.pages.len() - file.blanks;
        totals.blank_pages += file.blanks;
        totals.sheets += file.pages.len() / 2;
        write(&name, &file.finish()?)?;
    }
    totals.pieces = lines.len();
    write("manifest.csv", &crate::spreadsheet::csv(&lines)?)?;
    write("manifest.json", pretty(&json!(lines)).as_bytes())?;
    write("totals.json", pretty(&json!(totals)).as_bytes())?;
    write_whole(&partial.join("SHA256SUMS"), sums.concat().as_bytes())?;
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::rename(&partial, folder)?;
    sync_folder(folder.parent())?;
    Ok(totals)
}

fn pretty(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}

/// A print file in the making.
struct PrintFile {
    document: Document,
    tree: ObjectId,
    pages: Vec<ObjectId>,
    blanks: usize,
}

impl PrintFile {
    fn new() -> PrintFile {
        let mut document = Document::with_version("1.7");
        let tree = document.new_object_id();
        PrintFile { document, tree, pages: Vec::new(), blanks: 0 }
    }

    /// Adds a letter's pages, and a blank back where their number is odd.
    fn add(&mut self, piece: PrintPiece) -> Result<ManifestLine, PrintError> {
        let id = piece.letter.clone();
        let failed = |error| PrintError::Pdf { letter: id.clone(), error };
        let mut letter = Document::load_mem(&piece.pdf).map_err(failed)?;
        letter.renumber_objects_with(self.document.max_id + 1);
        self.document.max_id = letter.max_id;
        let first_page = self.pages.len() as i64 + 1;
        let Place { file, first_page: registered } = piece.place;
        if first_page != registered {
            return Err(PrintError::Misplaced { letter: piece.letter, file, found: first_page, registered });
        }
        let pages: Vec<ObjectId> = letter.get_pages().into_values().collect();
        if pages.len() as i64 != piece.pages {
            return Err(PrintError::PagesDiffer { letter: piece.letter, found: pages.len(), registered: piece.pages });
        }
        for id in &pages {
            let page = own_page(&letter, *id, self.tree).map_err(failed)?;
            letter.objects.insert(*id, Object::Dictionary(page));
        }
        self.document.objects.append(&mut letter.objects);
        self.pages.extend(&pages);
        if !pages.len().is_multiple_of(2) {
            let blank = dictionary! { "Type" => "Page", "Parent" => self.tree, "Resources" => Dictionary::new(),
            "MediaBox" => vec![0.into(), 0.into(), 612.into(), 792.into()] };
            self.pages.push(self.document.add_object(blank));
            self.blanks += 1;
        }
        Ok(ManifestLine {
            piece: piece.piece,
            letter: piece.letter,
            case: piece.case,
            letter_type: piece.letter_type,
            language: piece.language,
            file,
            first_page,
            pages: pages.len(),
            sheets: sheets(pages.len()).len(),
            sha256: piece.sha256,
        })
    }

    fn finish(mut self) -> Result<Vec<u8>, PrintError> {
        let kids: Vec<Object> = self.pages.iter().map(|id| Object::Reference(*id)).collect();
        let count = kids.len() as i64;
        let tree = dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count };
        self.document.objects.insert(self.tree, Object::Dictionary(tree));
        let catalogue = self.document.add_object(dictionary! { "Type" => "Catalog", "Pages" => self.tree });
        self.document.trailer.set("Root", catalogue);
        // What no page needs goes: structure trees, outlines and metadata of the single letters.
        self.document.prune_objects();
        self.document.renumber_objects();
        self.document.compress();
        let mut bytes = Vec::new();
        self.document.save_to(&mut bytes)?;
        Ok(bytes)
    }
}

/// A page that stands by itself: what it inherits copied in, what belongs to its old document taken out.
fn own_page(letter: &Document, id: ObjectId, tree: ObjectId) -> Result<Dictionary, lopdf::Error> {
    let mut page = letter.get_dictionary(id)?.clone();
    for name in [b"Resources".as_slice(), b"MediaBox", b"CropBox", b"Rotate"] {
        let mut above = page.get(b"Parent").and_then(Object::as_reference);
        while let (false, Ok(parent)) = (page.has(name), above) {
            let parent = letter.get_dictionary(parent)?;
            if let Ok(inherited) = parent.get(name) {
                page.set(name, inherited.clone());
            }
            above = parent.get(b"Parent").and_then(Object::as_reference);
        }
    }
    for name in [b"StructParents".as_slice(), b"Annots", b"Tabs"] {
        page.remove(name);
    }
    page.set("Parent", tree);
    Ok(page)
}
