//! What a file is, told by its bytes: names and endings lie.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use crate::case::Fault;

/// The most bytes of one part of a workbook, unpacked.
pub(super) const MAX_PART: u64 = 256 << 20;
/// The most bytes of a whole workbook, unpacked.
const MAX_UNPACKED: u64 = 512 << 20;
/// The most parts of a workbook.
const MAX_PARTS: usize = 2_000;

/// A kind of file that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// Text with separators: CSV, TSV.
    Text,
    /// A workbook of Excel since 2007.
    Xlsx,
    /// A workbook of Excel until 2003.
    Xls,
    /// A workbook of OpenDocument.
    Ods,
}

/// The kind of a file, or why it is not read. One whose ending says that it is another kind was renamed by somebody: what its program
/// would show of it is not what is in it.
pub(super) fn file_kind(bytes: &[u8], name: &str) -> Result<FileKind, Fault> {
    let kind = kind_of(bytes)?;
    match told_kind(name) {
        Some(told) if told != kind => Err(refused("sheet-disguised", DISGUISED)),
        _ => Ok(kind),
    }
}

/// The kind of a file by its bytes.
fn kind_of(bytes: &[u8]) -> Result<FileKind, Fault> {
    let start = bytes.trim_ascii_start();
    match () {
        () if start.is_empty() => Err(refused("sheet-empty", EMPTY)),
        () if bytes.starts_with(b"PK\x03\x04") => packed(bytes),
        () if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) => compound(bytes),
        () if is_ancient(bytes) => Err(refused("sheet-other-file", ANCIENT)),
        () if bytes.starts_with(b"%PDF") => Err(refused("sheet-other-file", PDF)),
        () if begins(start, b"<") => Err(refused("sheet-other-file", MARKUP)),
        () if begins(start, b"{\\rtf") => Err(refused("sheet-other-file", DOCUMENT)),
        () if is_binary(bytes) => Err(refused("sheet-other-file", OTHER)),
        () => Ok(FileKind::Text),
    }
}

fn begins(start: &[u8], mark: &[u8]) -> bool {
    start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start().starts_with(mark)
}

/// Whether the bytes are no text: other control characters than those of lines and tabs, unless every second byte is nought (UTF-16).
fn is_binary(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(8192)];
    let wide = start.starts_with(&[0xff, 0xfe])
        || start.starts_with(&[0xfe, 0xff])
        || start.iter().filter(|c| **c == 0).count() * 5 > start.len() * 2;
    let controls = start.iter().filter(|c| **c < 0x20 && !b"\t\n\r\x0c\x1a".contains(c)).count();
    !wide && (start.contains(&0) || controls * 50 > start.len())
}

/// A workbook of Excel 4 or before is records without a package; the first of them says what they are.
fn is_ancient(bytes: &[u8]) -> bool {
    matches!(bytes, [0x09, 0x00 | 0x02 | 0x04 | 0x08, 0x04..=0x10, 0x00, ..])
}

/// The kind that a file's ending says; none where it says none that is read.
fn told_kind(name: &str) -> Option<FileKind> {
    let (_, ending) = name.rsplit_once('.')?;
    match ending.to_ascii_lowercase().as_str() {
        "xlsx" | "xlsm" => Some(FileKind::Xlsx),
        "xls" => Some(FileKind::Xls),
        "ods" => Some(FileKind::Ods),
        "csv" | "tsv" | "tab" | "txt" => Some(FileKind::Text),
        _ => None,
    }
}

/// A file of packed parts: a workbook, if they are in order.
fn packed(bytes: &[u8]) -> Result<FileKind, Fault> {
    let mut package = ZipArchive::new(Cursor::new(bytes)).map_err(|error| unreadable(&error.to_string()))?;
    let has = |package: &ZipArchive<_>, end: &str| package.file_names().flatten().any(|name| name.ends_with(end));
    // What a part is is told by its kind; its name may be any.
    let kinds = part(&mut package, "[Content_Types].xml").unwrap_or_default();
    if has(&package, "vbaProject.bin")
        || ["vbaProject", "macroEnabled", "macrosheet"].iter().any(|kind| kinds.contains(kind))
        || package.file_names().flatten().any(|name| name.contains("/macrosheets/"))
    {
        return Err(refused("sheet-macros", MACROS));
    }
    if has(&package, "xl/workbook.bin") {
        return Err(refused("sheet-other-file", BINARY));
    }
    if has(&package, "META-INF/manifest.xml") && has(&package, "content.xml") {
        measure(&mut package)?;
        return open_document(&mut package);
    }
    if !has(&package, "xl/workbook.xml") {
        return Err(refused("sheet-other-file", if has(&package, "word/document.xml") { DOCUMENT } else { OTHER }));
    }
    measure(&mut package)?;
    Ok(FileKind::Xlsx)
}

/// The text of a small part.
fn part(package: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> Result<String, Fault> {
    let mut text = String::new();
    let part = package.by_name(name).map_err(|error| unreadable(&error.to_string()))?;
    part.take(16 << 20).read_to_string(&mut text).map_err(|error| unreadable(&error.to_string()))?;
    Ok(text)
}

/// A package of OpenDocument: a spreadsheet without password and macros.
fn open_document(package: &mut ZipArchive<Cursor<&[u8]>>) -> Result<FileKind, Fault> {
    let manifest = part(package, "META-INF/manifest.xml")?;
    let kind = part(package, "mimetype").unwrap_or_default();
    match () {
        () if manifest.contains("encryption-data") => Err(refused("sheet-encrypted", ENCRYPTED)),
        () if manifest.contains("Basic/") && manifest.contains("/script-lb.xml") || manifest.contains("\"Scripts/") => {
            Err(refused("sheet-macros", MACROS))
        }
        () if kind.contains("opendocument.spreadsheet") || manifest.contains("opendocument.spreadsheet") => {
            Ok(FileKind::Ods)
        }
        () => Err(refused("sheet-other-file", DOCUMENT)),
    }
}

/// Unpacks everything once, counting: what a package says of its own sizes is not to be trusted.
fn measure(package: &mut ZipArchive<Cursor<&[u8]>>) -> Result<(), Fault> {
    if package.len() > MAX_PARTS {
        return Err(refused("sheet-too-large", BOMB));
    }
    let mut left = MAX_UNPACKED;
    for index in 0..package.len() {
        let part = package.by_index(index).map_err(|error| unreadable(&error.to_string()))?;
        let most = left.min(MAX_PART);
        let unpacked = std::io::copy(&mut part.take(most + 1), &mut std::io::sink());
        let unpacked = unpacked.map_err(|error| unreadable(&error.to_string()))?;
        if unpacked > most {
            return Err(refused("sheet-too-large", BOMB));
        }
        left -= unpacked;
    }
    Ok(())
}

/// An OLE file: an older workbook, or a newer one under a password.
fn compound(bytes: &[u8]) -> Result<FileKind, Fault> {
    let file = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(|error| unreadable(&error.to_string()))?;
    let has = |name: &str| file.walk().any(|entry| entry.name().eq_ignore_ascii_case(name));
    match () {
        () if has("EncryptedPackage") => Err(refused("sheet-encrypted", ENCRYPTED)),
        () if has("WordDocument") => Err(refused("sheet-other-file", DOCUMENT)),
        () if has("_VBA_PROJECT") || has("_VBA_PROJECT_CUR") => Err(refused("sheet-macros", MACROS)),
        () if has("Workbook") || has("Book") => Ok(FileKind::Xls),
        () => Err(refused("sheet-other-file", OTHER)),
    }
}

/// A workbook that opens by a password only.
pub(super) fn encrypted() -> Fault {
    refused("sheet-encrypted", ENCRYPTED)
}

/// A workbook with macros.
pub(super) fn with_macros() -> Fault {
    refused("sheet-macros", MACROS)
}

/// What is wrong with a file, in English and in French.
type Says = (&'static str, &'static str);

const EMPTY: Says = ("The file is empty.", "Le fichier est vide.");
const PDF: Says = (
    "This is a PDF, and not a spreadsheet. Take the sheet that it was made from.",
    "Ceci est un PDF, et non une feuille de calcul. Prenez la feuille dont il a été tiré.",
);
const MARKUP: Says = (
    "This is a web page or XML under the name of a spreadsheet. Open it in Excel and save it as a workbook (.xlsx).",
    "Ceci est une page Web ou du XML sous le nom d’une feuille de calcul. Ouvrez-le dans Excel et enregistrez-le comme classeur (.xlsx).",
);
const DOCUMENT: Says = (
    "This is a word processor's document, and not a spreadsheet. Take the sheet that it was merged from.",
    "Ceci est un document de traitement de texte, et non une feuille de calcul. Prenez la feuille qui a servi à la fusion.",
);
const OTHER: Says = (
    "This is no spreadsheet that Recto reads. Save it as a workbook (.xlsx) or as text (.csv).",
    "Ceci n’est pas une feuille de calcul que Recto lit. Enregistrez-la comme classeur (.xlsx) ou comme texte (.csv).",
);
const BINARY: Says = (
    "This is a binary workbook (.xlsb). Open it in Excel and save it as .xlsx.",
    "Ceci est un classeur binaire (.xlsb). Ouvrez-le dans Excel et enregistrez-le en .xlsx.",
);
const ANCIENT: Says = (
    "This is a workbook of Excel 4 or before. Open it in Excel and save it as .xlsx.",
    "Ceci est un classeur d’Excel 4 ou antérieur. Ouvrez-le dans Excel et enregistrez-le en .xlsx.",
);
const MACROS: Says = (
    "The workbook has macros, which can change what its cells show. Save it without them, as .xlsx.",
    "Le classeur contient des macros, qui peuvent changer ce que montrent ses cellules. Enregistrez-le sans elles, en .xlsx.",
);
const ENCRYPTED: Says = (
    "The workbook opens by a password only. Save it without one, and keep it where only the unit can reach it.",
    "Le classeur ne s’ouvre qu’avec un mot de passe. Enregistrez-le sans mot de passe, là où seule l’unité peut y accéder.",
);
const DISGUISED: Says = (
    "The file's ending does not say what it is: a workbook under the name of text or of another kind of workbook, or text under the name of a workbook. Open it in Excel, look at it, and save it as .xlsx or .csv.",
    "L’extension du fichier ne dit pas ce qu’il est : un classeur sous le nom d’un texte ou d’un autre type de classeur, ou du texte sous le nom d’un classeur. Ouvrez-le dans Excel, vérifiez-le, et enregistrez-le en .xlsx ou en .csv.",
);
const BOMB: Says = (
    "The file is larger, or unpacks to more, than any that people fill in. Copy the cells that are needed into a new one.",
    "Le fichier, ou ce qu’il contient une fois décompressé, est plus gros que tout ce qui se remplit à la main. Copiez les cellules utiles dans un nouveau classeur.",
);

fn refused(code: &str, (en, fr): Says) -> Fault {
    Fault::new(code, "", en, fr)
}

/// A file that cannot be read, with what its reader says.
pub(super) fn unreadable(detail: &str) -> Fault {
    Fault::new(
        "sheet-damaged",
        "",
        format!("The file is damaged: {detail}. Open it in the program that made it, and save it anew."),
        format!(
            "Le fichier est endommagé : {detail}. Ouvrez-le dans le programme qui l’a créé, et enregistrez-le de nouveau."
        ),
    )
}

/// A sheet with more rows or columns than are taken.
pub(super) fn too_large(row: usize) -> Fault {
    Fault::new(
        "sheet-too-large",
        format!("row {row}"),
        format!("A merge has at most {} rows and {} columns. Divide the sheet.", super::MAX_ROWS, super::MAX_COLUMNS),
        format!(
            "Une fusion a au plus {} lignes et {} colonnes. Divisez la feuille.",
            super::MAX_ROWS,
            super::MAX_COLUMNS
        ),
    )
}

/// A file that is larger than any of an office.
pub(super) fn too_much() -> Fault {
    refused("sheet-too-large", BOMB)
}

/// A cell with more text than any program takes.
pub(super) fn too_long(row: usize) -> Fault {
    Fault::new(
        "sheet-too-large",
        format!("row {row}"),
        format!("A cell has more than {} characters. Shorten it.", super::MAX_CELL),
        format!("Une cellule a plus de {} caractères. Raccourcissez-la.", super::MAX_CELL),
    )
}
