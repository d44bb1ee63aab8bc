//! Sheets that the libraries of offices wrote are read as they are shown, and what cannot be read for certain is refused.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use recto::spreadsheet::{Cell, FileKind, Layout, Row, Workbook};

use crate::support::{home, tool, tools};

/// The folder of the sheets, written once.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    let write = || {
        let folder = tempfile::tempdir().unwrap();
        let python = tools().join("venv/bin/python").display().to_string();
        let script = home().join("tests/tools/sheets.py").display().to_string();
        tool(&python, &[&script, folder.path().to_str().unwrap()]);
        folder
    };
    FOLDER.get_or_init(write).path()
}

fn open(name: &str) -> Workbook {
    let workbook = Workbook::open(std::fs::read(folder().join(name)).unwrap(), name);
    workbook.unwrap_or_else(|fault| panic!("{name}: {fault:?}"))
}

fn layout(workbook: &Workbook) -> Layout {
    workbook.layout(&workbook.sheets()[0].name).unwrap()
}

/// The rows of the first sheet.
fn rows(workbook: &Workbook) -> Vec<Row> {
    let mut rows = Vec::new();
    let sheet = &workbook.sheets()[0].name;
    let visited = workbook.each_row(sheet, &layout(workbook), &mut |row| {
        rows.push(row);
        ControlFlow::Continue(())
    });
    visited.unwrap();
    rows
}

/// A row in one line, cell by cell.
pub fn line(workbook: &Workbook, number: usize) -> String {
    let row = rows(workbook).into_iter().find(|row| row.number == number).unwrap();
    row.cells.iter().map(said).collect::<Vec<_>>().join(" | ")
}

fn said(cell: &Cell) -> String {
    match cell {
        Cell::Blank => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Number { shown, .. } => format!("#{shown}"),
        Cell::Date(day) => day.format("%Y-%m-%d %H:%M").to_string(),
        Cell::Truth(truth) => truth.to_string(),
        Cell::Error(error) => format!("error {error}"),
        Cell::Unstored => "no value".to_owned(),
    }
}

/// The code of the fault with which a file is refused, when it is opened or read.
fn refusal(bytes: Vec<u8>, name: &str) -> Option<String> {
    let read = |workbook: Workbook| {
        workbook.sheets().iter().try_for_each(|sheet| {
            let layout = workbook.layout(&sheet.name)?;
            workbook.each_row(&sheet.name, &layout, &mut |_| ControlFlow::Continue(()))
        })
    };
    Workbook::open(bytes, name).and_then(read).err().map(|fault| fault.code.to_string())
}

#[test]
fn each_library_s_values_are_read_as_they_are_shown() {
    const ALL: &str =
        "DR-2026-004512 | #004512377 | #1,234.56 | #19.99 | #7.5% | 2026-11-17 00:00 | +1 416 555 0100 | true";
    let cases = [
        ("openpyxl.xlsx", 2, ALL.to_owned()),
        ("strict.xlsx", 2, ALL.to_owned()),
        ("xlsxwriter.xlsx", 1, ALL.to_owned()),
        ("xlsxwriter-inline.xlsx", 1, ALL.to_owned()),
        ("xlsxwriter-1904.xlsx", 1, ALL.to_owned()),
        ("xlwt.xls", 1, ALL.to_owned()),
        ("xlwt-1904.xls", 1, ALL.to_owned()),
    ];
    for (name, row, expected) in cases {
        assert_eq!(line(&open(name), row), expected, "{name}");
    }
    let ods = "DR-2026-004512 | #004512377 | #1 234,56 | #19.99 | #7,5 % | 2026-11-17 00:00 | #1 234,56 $ | true";
    assert_eq!(line(&open("odfpy.ods"), 1), ods);
    assert_eq!(line(&open("openpyxl-1904.xlsx"), 1), "2026-11-17 00:00 | 2026-11-17 13:30");
}

#[test]
fn numbers_are_shown_by_their_format_codes_and_never_as_another_number() {
    let expected = [
        "DR-0042",
        "1,234.56 $",
        "1,234.50",
        "($1,234.50)",
        "7.5 %",
        "(416) 555-0100",
        "046 454 286",
        "1/2",
        "30:00:00",
        "1.23E+05",
        "5.0",
        "7.00",
        "oui",
        "1.01",
        "28.5%",
        "100000000000000000000",
        "12.3",
        "1 234.56",
        "3",
        "-5",
    ];
    let shown = line(&open("codes.xlsx"), 1);
    assert_eq!(shown.split(" | ").map(|cell| cell.trim_start_matches('#')).collect::<Vec<_>>(), expected);
}

#[test]
fn formulas_give_their_stored_value_and_none_is_made_up() {
    let cases = [
        // openpyxl and odfpy store none; xlsxwriter and xlwt store 0 for what they do not know.
        ("openpyxl.xlsx", 3, "no value | error #N/A | #30:00"),
        ("xlsxwriter.xlsx", 2, "2026-11-17 00:00 | no value | ab | error #DIV/0! | Ana Côté"),
        ("xlsxwriter-1904.xlsx", 2, "2026-11-17 00:00 | no value | ab | error #DIV/0! | Ana Côté"),
        ("xlsxwriter-inline.xlsx", 2, "2026-11-17 00:00 | no value | ab | error #DIV/0!"),
        ("xlwt.xls", 3, "no value | Éloïse Côté"),
        ("odfpy.ods", 2, "no value | no value | error #N/A | error #DIV/0! | x | x"),
        (
            "kinds.xlsx",
            1,
            "2026-11-17 00:00 | 2026-11-17 13:30 | error #SPILL! | error #REF! |  | Ana | no value | false | <&é",
        ),
        ("no-places.xlsx", 1, "a | no value"),
    ];
    for (name, row, expected) in cases {
        assert_eq!(line(&open(name), row), expected, "{name}");
    }
}

#[test]
fn fractions_of_older_workbooks_are_exact_in_each_way_of_storing_them() {
    let expected = "#0.5 | #0.3 | #0.7 | #0.01 | #12345678.9 | #-0.07 | #1000000000 | #536870911";
    assert_eq!(line(&open("xlwt.xls"), 2), expected);
}

#[test]
fn what_is_hidden_filtered_or_joined_is_told() {
    let hidden = |name: &str| {
        let workbook = open(name);
        let layout = layout(&workbook);
        let rows: Vec<usize> = rows(&workbook).iter().filter(|row| row.hidden).map(|row| row.number).collect();
        (rows, layout.hidden_columns.into_iter().collect::<Vec<_>>(), layout.filtered, layout.merged)
    };
    assert_eq!(hidden("openpyxl.xlsx"), (vec![4, 6], vec![2, 3], true, vec![((9, 0), (10, 1))]));
    assert_eq!(hidden("xlwt.xls"), (vec![4, 5], vec![2], false, vec![((8, 0), (9, 1))]));
    let (ods_rows, columns, filtered, merged) = hidden("odfpy.ods");
    assert_eq!((ods_rows, columns, filtered), (vec![1003, 1004], vec![2], true));
    assert_eq!(merged, [((1005, 0), (1005, 1))]);
    assert_eq!(hidden("no-places.xlsx").0, [2, 3]);
    let columns = hidden("columns.xlsx").1;
    assert_eq!((&columns[..4], columns.last()), (&[1, 2, 4, 5][..], Some(&500)));
    let sheets =
        |name: &str| open(name).sheets().iter().map(|sheet| (sheet.name.clone(), sheet.hidden)).collect::<Vec<_>>();
    let named = |name: &str, hidden| (name.to_owned(), hidden);
    assert_eq!(sheets("openpyxl.xlsx"), [named("Dossiers", false), named("Cachée", true), named("Enfouie", true)]);
    assert_eq!(sheets("xlwt.xls"), [named("Dossiers", false), named("Cachée", true)]);
    assert_eq!(sheets("odfpy.ods"), [named("Dossiers", false), named("Cachée", true)]);
}

#[test]
fn repeated_rows_are_counted_and_a_million_blank_ones_cost_nothing() {
    let workbook = open("odfpy.ods");
    let begun = Instant::now();
    let alike: Vec<usize> = rows(&workbook)
        .iter()
        .filter(|row| row.cells == [Cell::Text("alike".to_owned())])
        .map(|row| row.number)
        .collect();
    assert_eq!(alike, [1006, 1007, 1008]);
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[test]
fn what_cannot_be_read_for_certain_is_refused_by_name() {
    let cases = [
        ("macros.xlsx", Some("sheet-macros")),
        ("macro-kind.xlsx", Some("sheet-macros")),
        ("macro-sheet.xlsx", Some("sheet-macros")),
        ("macros.ods", Some("sheet-macros")),
        ("encrypted.ods", Some("sheet-encrypted")),
        ("bomb.xlsx", Some("sheet-too-large")),
        ("many.xlsx", Some("sheet-too-large")),
        ("wide.xlsx", Some("sheet-too-large")),
        ("far.xlsx", Some("sheet-too-large")),
        ("long.xlsx", Some("sheet-too-large")),
        ("long-text.xlsx", Some("sheet-too-large")),
        ("longest-text.xlsx", None),
        ("entities.ods", Some("sheet-damaged")),
        ("cut.ods", Some("sheet-damaged")),
        ("rows-out-of-order.xlsx", Some("sheet-damaged")),
        ("cells-out-of-order.xlsx", Some("sheet-damaged")),
        ("openpyxl.xlsx", None),
        ("odfpy.ods", None),
        ("xlwt.xls", None),
    ];
    for (name, code) in cases {
        assert_eq!(refusal(std::fs::read(folder().join(name)).unwrap(), name).as_deref(), code, "{name}");
    }
    for (name, renamed) in
        [("openpyxl.xlsx", "a.csv"), ("openpyxl.xlsx", "a.xls"), ("xlwt.xls", "a.xlsx"), ("odfpy.ods", "a.txt")]
    {
        let bytes = std::fs::read(folder().join(name)).unwrap();
        assert_eq!(refusal(bytes.clone(), renamed).as_deref(), Some("sheet-disguised"), "{name} as {renamed}");
        assert_eq!(refusal(bytes, "a"), None, "{name} without an ending");
    }
    let bytes: [(&[u8], &str, &str); 8] = [
        (b"", "a.csv", "sheet-empty"),
        (b"%PDF-1.7", "a.xlsx", "sheet-other-file"),
        (b"<html><table>", "a.xls", "sheet-other-file"),
        (b"<?xml version=\"1.0\"?><office:document/>", "a.fods", "sheet-other-file"),
        (b"a;b\n1;2\n", "a.xls", "sheet-disguised"),
        (b"\x09\x00\x04\x00\x02\x00\x10\x00", "a.xls", "sheet-other-file"),
        (b"\x09\x08\x08\x00\x00\x05\x05\x00", "a.xls", "sheet-other-file"),
        (b"PK\x03\x04", "a.xlsx", "sheet-damaged"),
    ];
    for (bytes, name, code) in bytes {
        assert_eq!(refusal(bytes.to_vec(), name).as_deref(), Some(code), "{:?}", String::from_utf8_lossy(bytes));
    }
}

fn text_rows(bytes: &[u8]) -> Vec<String> {
    let workbook = Workbook::open(bytes.to_vec(), "a.csv").unwrap_or_else(|fault| panic!("{fault:?}"));
    assert_eq!(workbook.kind(), FileKind::Text);
    let line = |row: &Row| format!("{}: {}", row.number, row.cells.iter().map(said).collect::<Vec<_>>().join(" | "));
    rows(&workbook).iter().map(line).collect()
}

fn wide(text: &str, of: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(of).collect()
}

#[test]
fn texts_are_told_apart_by_their_bytes() {
    let cases: Vec<(&str, Vec<u8>, &[&str])> = vec![
        (
            "decimal commas",
            b"Nom;Solde;Frais\nAna;12,50;1,00\nLuc;13,75;2,00\n".to_vec(),
            &["1: Nom | Solde | Frais", "2: Ana | 12,50 | 1,00", "3: Luc | 13,75 | 2,00"],
        ),
        (
            "two columns with decimal commas",
            b"Solde;Frais\n12,50;1,00\n".to_vec(),
            &["1: Solde | Frais", "2: 12,50 | 1,00"],
        ),
        (
            "addresses between tabs",
            b"Name\tAddress\nAna\t12 Main St, Toronto, ON\nLuc\t1 King St, Ottawa, ON\n".to_vec(),
            &["1: Name | Address", "2: Ana | 12 Main St, Toronto, ON", "3: Luc | 1 King St, Ottawa, ON"],
        ),
        ("commas", b"a,b,c\n1,2;3,4\n5,,\n".to_vec(), &["1: a | b | c", "2: 1 | 2;3 | 4", "3: 5"]),
        ("a title", b"Letters of March\n\na;b\n1,5;2\n".to_vec(), &["1: Letters of March", "3: a | b", "4: 1,5 | 2"]),
        ("one column", b"Name\nAna, B\nLuc\n".to_vec(), &["1: Name", "2: Ana, B", "3: Luc"]),
        ("separators at the ends", b"a;b;;\n1;2;;\n".to_vec(), &["1: a | b", "2: 1 | 2"]),
        ("sep=", b"sep=,\na,b;c\n".to_vec(), &["1: a | b;c"]),
        ("sep=tab", b"sep=\t\r\na\tb;c\r\n".to_vec(), &["1: a | b;c"]),
        ("mixed line ends", b"a;b\r\n1;2\r3;4\n".to_vec(), &["1: a | b", "2: 1 | 2", "3: 3 | 4"]),
        (
            "lines within a cell",
            b"a;b\n\"1\r\n2\";x\n\"3;4\";\"5\"\"6\"\n".to_vec(),
            &["1: a | b", "2: 1\n2 | x", "3: 3;4 | 5\"6"],
        ),
        ("inches", b"a;b\n6\" pipe;x\n\"The\" barn;y\n".to_vec(), &["1: a | b", "2: 6\" pipe | x", "3: The barn | y"]),
        ("Windows-1252", b"a;b\n\xc9lo\xefse;\x80 5 \x97 \x9cuf\n".to_vec(), &["1: a | b", "2: Éloïse | € 5 — œuf"]),
        ("CSV (Macintosh)", b"a;b\r\x83lo\x95se;Qu\x8ebec\r".to_vec(), &["1: a | b", "2: Éloïse | Québec"]),
        ("UTF-8", "\u{feff}a;b\nÉloïse;x\n".as_bytes().to_vec(), &["1: a | b", "2: Éloïse | x"]),
        ("UTF-16LE", wide("\u{feff}a\tb\nÉlo\tx\n", u16::to_le_bytes), &["1: a | b", "2: Élo | x"]),
        ("UTF-16BE", wide("\u{feff}a\tb\nÉlo\tx\n", u16::to_be_bytes), &["1: a | b", "2: Élo | x"]),
        ("UTF-16LE without mark", wide("a\tb\nElo\tx\n", u16::to_le_bytes), &["1: a | b", "2: Elo | x"]),
    ];
    for (name, bytes, expected) in cases {
        assert_eq!(text_rows(&bytes), expected, "{name}");
    }
    let refused: [(&str, &[u8]); 6] = [
        ("a quote that swallows the rest", b"a;b\n\"1;2\n3;4\n"),
        ("a quote that swallows a line", b"a;b\n\"1;2\n3;\"4\n5;6\n"),
        ("older code pages", b"a;b\nQu\x82bec;x\n"),
        ("Macintosh with the line ends of others", b"a;b\nQu\x8ebec;x\n"),
        ("a byte that Windows-1252 does not have", b"a;b\nfran\x8dais;x\n"),
        ("nought far within", &[b"a;b\n".repeat(3000), b"\0".to_vec()].concat()),
    ];
    for (name, bytes) in refused {
        assert_eq!(refusal(bytes.to_vec(), "a.csv").as_deref(), Some("sheet-damaged"), "{name}");
    }
    let long = |length: usize| format!("a;b\n{};x\n", "y".repeat(length)).into_bytes();
    assert_eq!(refusal(long(32_767), "a.csv"), None);
    assert_eq!(refusal(long(32_768), "a.csv").as_deref(), Some("sheet-too-large"));
    assert_eq!(refusal(b"a;b\n".repeat(101_001), "a.csv").as_deref(), Some("sheet-too-large"));
}

/// The sample files that are damaged below.
fn samples() -> &'static [(PathBuf, Vec<u8>)] {
    static SAMPLES: OnceLock<Vec<(PathBuf, Vec<u8>)>> = OnceLock::new();
    let names = ["openpyxl.xlsx", "kinds.xlsx", "xlsxwriter.xlsx", "xlwt.xls", "odfpy.ods"];
    SAMPLES.get_or_init(|| {
        let mut samples: Vec<_> =
            names.iter().map(|name| (PathBuf::from(name), std::fs::read(folder().join(name)).unwrap())).collect();
        samples.push((PathBuf::from("a.csv"), b"a;\"b\"\n\"1\n2\";\xc9t\xe9\n6\";x\n".to_vec()));
        samples
    })
}

/// What stands in the place of a word of a part.
const ODD: [&str; 8] = ["ZZZZZZ4", "4294967295", "99999999999999999999", "-1", "", "A0", "1e308", "&x;"];

/// A packed file in one part of which some words are others.
fn altered(bytes: &[u8], part: prop::sample::Index, edits: &[(prop::sample::Index, &str)]) -> Vec<u8> {
    let mut package = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let chosen = part.index(package.len());
    let mut packed = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for index in 0..package.len() {
        let mut file = package.by_index(index).unwrap();
        let (name, mut text) = (file.name().unwrap().into_owned(), Vec::new());
        std::io::Read::read_to_end(&mut file, &mut text).unwrap();
        if index == chosen {
            let whole = String::from_utf8_lossy(&text).into_owned();
            let mut words: Vec<String> =
                whole.split_inclusive(|c: char| !c.is_ascii_alphanumeric()).map(str::to_owned).collect();
            for (at, odd) in edits {
                let count = words.len();
                if let Some(word) = words.get_mut(at.index(count.max(1))) {
                    let end = word.chars().last().filter(|c| !c.is_ascii_alphanumeric());
                    *word = format!("{odd}{}", end.map(String::from).unwrap_or_default());
                }
            }
            text = words.concat().into_bytes();
        }
        packed.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut packed, &text).unwrap();
    }
    packed.finish().unwrap().into_inner()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    /// No damage makes Recto panic, or wait: a damaged file is read or refused.
    #[test]
    fn damaged_files_are_read_or_refused(which in 0..6_usize, flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8), cut in prop::option::weighted(0.3, any::<prop::sample::Index>())) {
        let (name, bytes) = &samples()[which];
        let mut bytes = bytes.clone();
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let begun = Instant::now();
        let _ = refusal(bytes, name.to_str().unwrap());
        prop_assert!(begun.elapsed() < Duration::from_secs(5));
    }

    /// The same where what is written in a part was changed, and packed again: places, numbers and counts that no sheet has.
    #[test]
    fn altered_parts_are_read_or_refused(which in prop::sample::select(vec![0_usize, 1, 2, 4]), part in any::<prop::sample::Index>(), edits in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(ODD.to_vec())), 1..4)) {
        let (name, bytes) = &samples()[which];
        let begun = Instant::now();
        let _ = refusal(altered(bytes, part, &edits), name.to_str().unwrap());
        prop_assert!(begun.elapsed() < Duration::from_secs(5));
    }
}
