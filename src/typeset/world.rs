//! The closed world of one letter: its two sources, the house's files and the fonts. Nothing else can be read.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use sha2::{Digest, Sha256};
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::layout::Abs;
use typst::syntax::{DiagSpan, FileId, RootedPath, Source, SyntaxDiagnostic, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook, FontVariant, FontVariations};
use typst::utils::LazyHash;
use typst::{Feature, Library, LibraryExt, World, WorldExt};

use super::outline::MARKS;
use super::words::{labels, words_of};
use crate::case::hex;
use crate::case::repertoire::Repertoire;
use crate::case::{Fault, Text, said};

/// What all letters share.
#[derive(Clone)]
pub struct House {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    pub(super) fonts_hash: String,
    files: HashMap<FileId, Bytes>,
    sources: HashMap<FileId, Source>,
    pub(super) files_hash: String,
    /// What the house's typst files say themselves, for what an approval is bound to.
    pub(super) words: String,
    main: FileId,
    footer: FileId,
}

impl House {
    pub(super) fn read(folder: &Path, house: &BTreeMap<String, Vec<u8>>) -> Result<House, Vec<Fault>> {
        let mut paths: Vec<_> = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "ttf" || extension == "otf"));
        paths.sort();
        let (mut fonts, mut hash) = (Vec::new(), Sha256::new());
        for path in &paths {
            let bytes = std::fs::read(path).map_err(|error| vec![no_fonts(folder, &said::io(&error))])?;
            hash.update(&bytes);
            fonts.extend(Font::iter(Bytes::new(bytes)));
        }
        if fonts.is_empty() {
            return Err(vec![no_fonts(folder, &Text::new("there is no font in it", "il n’y a pas de police"))]);
        }
        let bare = House {
            // The heads of rows, `pdf.header-cell`.
            library: LazyHash::new(
                Library::builder().with_features([Feature::A11yExtras].into_iter().collect()).build(),
            ),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts_hash: hex(&hash.finalize()),
            fonts,
            files: HashMap::new(),
            sources: HashMap::new(),
            files_hash: String::new(),
            words: String::new(),
            main: file_id("/main.typ"),
            footer: file_id("/footer.typ"),
        };
        let house = bare.with_files(house);
        let lacking = house.marks_lacking();
        if lacking.is_empty() { Ok(house) } else { Err(lacking) }
    }

    /// The labels that are read back from finished letters and that no typst file of the house sets.
    fn marks_lacking(&self) -> Vec<Fault> {
        let set: HashSet<String> = self.sources.values().flat_map(|source| labels(source.root())).collect();
        let lacking = MARKS.into_iter().filter(|mark| !self.sources.is_empty() && !set.contains(*mark));
        lacking.map(mark_lacking).collect()
    }

    /// The same fonts beside other files of the house.
    pub(super) fn with_files(&self, house: &BTreeMap<String, Vec<u8>>) -> House {
        let (mut files, mut sources, mut hash) = (HashMap::new(), HashMap::new(), Sha256::new());
        let mut words = String::new();
        for (name, bytes) in house {
            let id = file_id(&format!("/house/{name}"));
            files.insert(id, Bytes::new(bytes.clone()));
            // What is no text is no source; typst says so where it is imported.
            if let Some(text) = std::str::from_utf8(bytes).ok().filter(|_| name.ends_with(".typ")) {
                let source = Source::new(id, text.to_owned());
                words.push_str(&words_of(source.root()));
                sources.insert(id, source);
            }
            for part in [name.as_bytes(), bytes.as_slice()] {
                hash.update((part.len() as u64).to_be_bytes());
                hash.update(part);
            }
        }
        House { files, sources, words, files_hash: hex(&hash.finalize()), ..self.clone() }
    }

    pub(super) fn repertoire(&self) -> Repertoire {
        let upright = |font: &&Font| font.info().variant == FontVariant::default();
        Repertoire::new(self.fonts.iter().filter(upright).map(widths).collect())
    }
}

/// The characters of a font with their widths in em.
fn widths(font: &Font) -> BTreeMap<char, f64> {
    let plain = font.clone().instantiate(font.info().variant, Abs::pt(9.0), &FontVariations(Default::default()));
    let face = plain.ttf();
    let mut widths = BTreeMap::new();
    let tables = face.tables().cmap.into_iter().flat_map(|cmap| cmap.subtables);
    for subtable in tables.filter(|table| table.is_unicode()) {
        subtable.codepoints(|code| {
            let character = char::from_u32(code);
            let glyph = character.and_then(|c| face.glyph_index(c)).filter(|glyph| glyph.0 != 0);
            if let (Some(c), Some(glyph)) = (character, glyph) {
                let advance = f64::from(face.glyph_hor_advance(glyph).unwrap_or(0));
                widths.insert(c, advance / f64::from(face.units_per_em()));
            }
        });
    }
    widths
}

/// Fixed virtual paths only: typst interns each for ever, 65,535 in all.
fn file_id(path: &str) -> FileId {
    let path = VirtualPath::new(path).expect("our own paths are virtual paths");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

/// The world of one letter.
pub struct LetterWorld<'h> {
    house: &'h House,
    main: Source,
    footer: Option<Source>,
}

impl<'h> LetterWorld<'h> {
    pub(super) fn new(house: &'h House, main: &str, footer: Option<&str>) -> LetterWorld<'h> {
        let footer = footer.map(|footer| Source::new(house.footer, footer.to_owned()));
        LetterWorld { house, main: Source::new(house.main, main.to_owned()), footer }
    }

    /// What is no typst in the letter's source: `:line`, and the problem with its hints.
    pub(super) fn syntax_errors(&self) -> Vec<(String, String)> {
        let (errors, _) = self.main.root().errors_and_warnings();
        let described = |error: &SyntaxDiagnostic| {
            let hints: String = error.hints.iter().map(|hint| format!(" {}", hint.v)).collect();
            (self.place_of(error.span).replace("/main.typ", ""), format!("{}.{hints}", error.message))
        };
        errors.iter().map(described).collect()
    }

    /// `file:line` of a place in a source.
    pub(super) fn place_of(&self, span: DiagSpan) -> String {
        let Some(id) = span.id() else { return "/main.typ".to_owned() };
        let file = id.get().vpath().get_with_slash().to_owned();
        let line = || {
            let source = self.source(id).ok()?;
            let start = self.range(span)?.start;
            source.lines().byte_to_line(start)
        };
        line().map_or(file.clone(), |line| format!("{file}:{}", line + 1))
    }
}

impl World for LetterWorld<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.house.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.house.book
    }

    fn main(&self) -> FileId {
        self.house.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let own = [Some(&self.main), self.footer.as_ref()].into_iter().flatten().find(|source| source.id() == id);
        let source = own.or_else(|| self.house.sources.get(&id)).cloned();
        source.ok_or_else(|| match self.house.files.contains_key(&id) {
            true => FileError::NotSource,
            false => missing(id),
        })
    }

    /// A picture or other file of the house. The letter's own sources are none.
    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.house.files.get(&id).cloned().ok_or_else(|| missing(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.house.fonts.get(index).cloned()
    }

    /// A letter's date is its mailing date, given in its source; the world has none.
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn missing(id: FileId) -> FileError {
    FileError::NotFound(id.get().vpath().get_with_slash().into())
}

fn mark_lacking(mark: &str) -> Fault {
    Fault::new(
        "mark-missing",
        "_house/letter.typ",
        format!(
            "Nothing sets the label <{mark}>, by which Recto reads finished letters back. Put it back, or change it in src/typeset/outline.rs too."
        ),
        format!(
            "Rien ne pose l’étiquette <{mark}>, par laquelle Recto relit les lettres composées. Remettez-la, ou changez-la aussi dans src/typeset/outline.rs."
        ),
    )
}

fn no_fonts(folder: &Path, problem: &Text) -> Fault {
    let place = folder.display().to_string();
    Fault::new(
        "fonts-missing",
        place,
        format!(
            "The letters' fonts cannot be read: {}. Run recto where the repository is, or name that folder with `home` or RECTO_HOME.",
            problem.en
        ),
        format!(
            "Les polices des lettres ne peuvent pas être lues : {}. Lancez recto là où se trouve le dépôt, ou nommez ce dossier par `home` ou RECTO_HOME.",
            problem.fr
        ),
    )
}
