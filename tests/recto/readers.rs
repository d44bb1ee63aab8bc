//! One text for all readers: a name with marks that have no code point of their own comes out of the PDF as it went in.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;

use crate::support::{home, sample, studio, tool, tools};

/// Names with marks: below and above, on narrow and wide letters, several on one, the same letter with different ones, and twice in a row.
const NAMES: [&str; 14] = [
    "Sḵwx̱wú7mesh",
    "Kʷəl̓tsən",
    "šxʷməθkʷəy̓əmasəm",
    "x̱x̱x̱",
    "x̱ax̂ax\u{30c}",
    "y̓y̓Y̓",
    "W̓aq̓əm̓",
    "i̓l̓i̱",
    "m̃n̈z̧",
    "ɛ̃́b ɔ̀",
    "A̱\u{301}e\u{323}\u{302}",
    "Nguyễn Đặng",
    "ǝ\u{301}bo\u{331}",
    "Zoë Lévesque",
];

fn folded(text: &str) -> String {
    text.nfc().filter(|c| !c.is_whitespace()).collect()
}

fn read(path: &Path) -> [(&'static str, String); 3] {
    let python = tools().join("venv/bin/python");
    let output = Command::new(python).arg(home().join("tests/tools/readers.py")).arg(path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    let said = |name: &str| said[name].as_str().unwrap().to_owned();
    let poppler = tool("pdftotext", &["-raw", path.to_str().unwrap(), "-"]);
    [("poppler", poppler), ("pypdf", said("pypdf")), ("pdfminer", said("pdfminer"))]
}

#[test]
fn every_reader_reads_the_same_letters_in_the_block_and_in_the_salutation() {
    let (studio, runtime) = (studio(), tokio::runtime::Runtime::new().unwrap());
    for name in NAMES {
        let mut data = sample("debt-notice", "plausible");
        (data["party"]["given_name"], data["party"]["surname"]) = (json!("Ann"), json!(name));
        data["party"].as_object_mut().unwrap().shift_remove("title");
        data["party"]["address"]["lines"] = json!([format!("4512 {name} St")]);
        let letter = runtime.block_on(studio.preview("debt-notice", &data, "2026-11-17".parse().unwrap()));
        let letter = letter.unwrap_or_else(|faults| panic!("{name}: {faults:#?}"));
        assert!(letter.stops.is_empty(), "{name}: {:?}", letter.stops);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("letter.pdf");
        std::fs::write(&path, &letter.pdf).unwrap();
        let whole: String = name.nfc().collect();
        for (reader, text) in read(&path) {
            let text: String = text.replace('\u{a0}', " ").nfc().collect();
            for wanted in [
                format!("Dear Ann {whole}:"),
                format!("ANN {}", whole.to_uppercase()),
                format!("4512 {} ST", whole.to_uppercase()),
            ] {
                let wanted: String = wanted.nfc().collect();
                assert!(text.contains(&wanted), "{reader} does not read {wanted:?} in {text}");
            }
        }
        assert!(folded(&letter.pages.join("")).contains(&folded(&format!("Dear Ann {whole}:"))), "{name}");
    }
}
