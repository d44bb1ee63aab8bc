//! What the typesetter reads of the house: typst files and pictures, beside the envelope's measures.

use std::collections::BTreeMap;
use std::path::Path;

use super::hash::{entries, file_name};
use crate::case::envelope::{ENVELOPE, Zone};

/// The endings of the files that typst reads. Fonts are not among them: they are the press's.
const READ_BY_TYPST: [&str; 4] = ["typ", "svg", "png", "jpg"];
/// The files of the house that are templates: Recto renders them, and typst never sees them.
pub(super) const TEMPLATES: [&str; 4] = ["document", "footer", "frame", "memorandum"];
/// The file that Recto itself writes.
const ENVELOPE_FILE: &str = "envelope.typ";

/// The house's files by the name below `/house/` that typst reads them by, such as `letter.typ` or `arms/ontario.svg`.
pub(super) fn house_files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    collect(folder, "", &mut files);
    files.retain(|name, _| name.strip_suffix(".typ").is_none_or(|name| !TEMPLATES.contains(&name)));
    files.insert(ENVELOPE_FILE.to_owned(), envelope().into_bytes());
    files
}

fn collect(folder: &Path, below: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for path in entries(folder) {
        let name = format!("{below}{}", file_name(&path));
        let read = path.extension().is_some_and(|ending| READ_BY_TYPST.iter().any(|read| ending == *read));
        if path.is_dir() && name != "shared" {
            collect(&path, &format!("{name}/"), files);
        } else if read && let Ok(bytes) = std::fs::read(&path) {
            files.insert(name, bytes);
        }
    }
}

/// The envelope's measures as a typst file.
fn envelope() -> String {
    let zone = |zone: Zone| {
        format!("(left: {}mm, right: {}mm, top: {}mm, bottom: {}mm)", zone.left, zone.right, zone.top, zone.bottom)
    };
    let (envelope, address, (width, height)) = (ENVELOPE, ENVELOPE.address, ENVELOPE.paper);
    format!(
        "// Written by Recto: see src/case/envelope.rs.\n#let envelope = (\n  paper: (width: {width}mm, height: {height}mm),\n  \
         fold: {}mm,\n  window: {},\n  ever-visible: {},\n  \
         address: (left: {}mm, top: {}mm, width: {}mm, lines: {}, pitch: {}mm, size: {}pt),\n  beside: {}mm,\n  below: {}mm,\n)\n",
        envelope.fold,
        zone(envelope.window),
        zone(envelope.ever_visible),
        address.left,
        address.top,
        address.width,
        address.lines,
        address.pitch,
        address.size_pt,
        envelope.beside,
        envelope.below,
    )
}
