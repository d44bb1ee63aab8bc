//! What a file is that has no case events in it, told by its first bytes.

use crate::case::{Fault, Text};

/// A file that somebody may take for one of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Spreadsheet,
    CommaSeparated,
    WordProcessor,
    Pdf,
    Archive,
}

impl Kind {
    /// The kind of a file that begins so; `None` where it may be JSON.
    pub(super) fn of(start: &[u8]) -> Option<Kind> {
        let has = |name: &[u8]| start.windows(name.len()).any(|part| part == name);
        // Office files are ZIP archives, known by the names of what is in them; older ones are OLE containers.
        if start.starts_with(b"PK\x03\x04") {
            return Some(match () {
                () if has(b"xl/") || has(b"opendocument.spreadsheet") => Kind::Spreadsheet,
                () if has(b"word/") || has(b"opendocument.text") => Kind::WordProcessor,
                () if has(b"[Content_Types].xml") => Kind::Spreadsheet,
                () => Kind::Archive,
            });
        }
        if start.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
            return Some(Kind::Spreadsheet);
        }
        if start.starts_with(b"%PDF") {
            return Some(Kind::Pdf);
        }
        is_comma_separated(start).then_some(Kind::CommaSeparated)
    }

    /// The one fault of such a file.
    pub(super) fn fault(self) -> Fault {
        let what = match self {
            Kind::Spreadsheet => Text::new("This is a spreadsheet", "Ceci est une feuille de calcul"),
            Kind::CommaSeparated => {
                Text::new("This is a spreadsheet as text (CSV)", "Ceci est une feuille de calcul en texte (CSV)")
            }
            Kind::WordProcessor => {
                Text::new("This is a word processor's document", "Ceci est un document de traitement de texte")
            }
            Kind::Pdf => Text::new("This is a PDF", "Ceci est un PDF"),
            Kind::Archive => Text::new("This is a ZIP archive", "Ceci est une archive ZIP"),
        };
        Fault::new(
            "file-not-events",
            "",
            format!(
                "{}, and not a file of case events. Take a file of JSON, one CloudEvent a line, as samples/events.jsonl is.",
                what.en
            ),
            format!(
                "{}, et non un fichier d’événements de dossier. Prenez un fichier JSON, un CloudEvent par ligne, comme samples/events.jsonl.",
                what.fr
            ),
        )
    }
}

/// Whether the text is a table of values with commas, semicolons or tabs between them: its first line has at least two of them and
/// begins as no JSON does.
fn is_comma_separated(start: &[u8]) -> bool {
    let text = start.trim_ascii_start();
    let Some(first) = text.first() else { return false };
    let json = b"{[\"-tfn".contains(first) || first.is_ascii_digit();
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let quoted = *first == b'"' && !line.contains(&b':');
    let separators = [b',', b';', b'\t'].iter().any(|mark| line.contains(mark));
    let braces = line.iter().any(|byte| b"{}[]".contains(byte));
    separators && !braces && (!json || quoted || line.iter().any(u8::is_ascii_alphabetic))
}

/// A file with nothing in it.
pub(super) fn empty() -> Fault {
    Fault::new(
        "file-empty",
        "",
        "There is no event in it. Give one CloudEvent a line, or an array of them.",
        "Il n’y a aucun événement. Donnez un CloudEvent par ligne, ou un tableau de CloudEvents.",
    )
}
