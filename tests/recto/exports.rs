//! What Recto writes for spreadsheets has no cell that they run as a formula, and every reference and number as it is.

use recto::spreadsheet::{CellOut, ColumnOut, SheetOut, Workbook, csv};

use crate::spreadsheets::line;
use crate::support::{files, home, tool, tools};

/// Texts that programs have run as formulas, and others that they have changed.
const TEXTS: [&str; 10] = [
    "=1+1",
    "+1 416 555 0100",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "004512377",
    "4.479E+11",
    "DR-2026-004512",
    "03/04/2026",
    "Ana, \"Côté\"",
];

#[test]
fn workbooks_are_written_without_a_formula_and_with_each_text_as_it_is() {
    let columns = vec![ColumnOut {
        width: 20,
        note: Some("As in the register".to_owned()),
        choices: vec!["en".to_owned(), "fr".to_owned()],
    }];
    let written = "2026-11-17T14:00:00Z".parse().unwrap();
    let bytes = || {
        let sheet = SheetOut { name: "Dossiers", columns: &columns, headings_row: 1, written };
        let amount = CellOut::Amount("-1234.56".parse().unwrap());
        let day = CellOut::Day("2026-11-17".parse().unwrap());
        let texts = TEXTS.map(|text| CellOut::Text(text.to_owned()));
        let rows = std::iter::once(vec![CellOut::Text("=Heading".to_owned()), CellOut::Blank, amount, day]);
        sheet.bytes((1..).zip(rows.chain(texts.map(|text| vec![text])))).unwrap()
    };
    assert!(bytes() == bytes(), "the same sheet gives the same bytes");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.xlsx");
    std::fs::write(&path, bytes()).unwrap();
    // openpyxl tells a formula (f) from a text (s).
    let script = "import sys, json, openpyxl\ns = openpyxl.load_workbook(sys.argv[1]).active\n\
        print(json.dumps([[s.cell(r, 1).data_type, s.cell(r, 1).value, s.cell(r, 1).number_format] for r in range(1, s.max_row + 1)]))";
    let python = tools().join("venv/bin/python").display().to_string();
    let read: serde_json::Value =
        serde_json::from_str(&tool(&python, &["-c", script, path.to_str().unwrap()])).unwrap();
    for (row, text) in ["=Heading"].iter().chain(&TEXTS).enumerate() {
        assert_eq!(read[row], serde_json::json!(["s", text, "@"]), "row {row}");
    }
    let workbook = Workbook::open(bytes(), "out.xlsx").unwrap();
    assert_eq!(line(&workbook, 1), "=Heading |  | #-1,234.56 | 2026-11-17 00:00");
}

#[test]
fn every_column_with_choices_has_its_list_however_long_it_is() {
    let column = |choices: Vec<String>| ColumnOut { width: 20, note: None, choices };
    let columns = vec![
        column(vec!["en".into(), "fr".into()]),
        column(vec!["yes, by mail".into(), "no".into()]),
        column((0..40).map(|number| format!("Choice number {number}")).collect()),
        column(Vec::new()),
    ];
    let sheet = SheetOut {
        name: "Sheet",
        columns: &columns,
        headings_row: 1,
        written: "2026-11-17T14:00:00Z".parse().unwrap(),
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.xlsx");
    let headings = ["A", "B", "C", "D"].map(|heading| CellOut::Text(heading.to_owned())).to_vec();
    std::fs::write(&path, sheet.bytes([(1, headings)]).unwrap()).unwrap();
    let script = "import sys, json, openpyxl\nb = openpyxl.load_workbook(sys.argv[1])\n\
        l = b['Lists']\n\
        print(json.dumps({'lists': {str(v.sqref): v.formula1 for v in b['Sheet'].data_validations.dataValidation},\
        'state': l.sheet_state, 'B': [c.value for c in l['A']][:2], 'C': len([c for c in l['B'] if c.value])}))";
    let python = tools().join("venv/bin/python").display().to_string();
    let read: serde_json::Value =
        serde_json::from_str(&tool(&python, &["-c", script, path.to_str().unwrap()])).unwrap();
    let lists =
        serde_json::json!({"A2:A5001": "\"en,fr\"", "B2:B5001": "Lists!$A$1:$A$2", "C2:C5001": "Lists!$B$1:$B$40"});
    assert_eq!(read["lists"], lists, "{read:#}");
    assert_eq!((&read["state"], &read["C"]), (&serde_json::json!("hidden"), &serde_json::json!(40)));
    assert_eq!(read["B"], serde_json::json!(["yes, by mail", "no"]));
}

#[test]
fn exports_as_text_have_no_cell_that_begins_a_formula() {
    let cases = [
        ("=1+1", "'=1+1"),
        ("+1 416 555 0100", "'+1 416 555 0100"),
        ("+14165550100", "'+14165550100"),
        ("-2+3", "'-2+3"),
        (" =1+1", "' =1+1"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t=1", "'\t=1"),
        ("＝1+1", "'＝1+1"),
        // Amounts stay amounts, and texts stay texts.
        ("-1234.56", "-1234.56"),
        ("-5", "-5"),
        ("-5-", "'-5-"),
        ("-", "'-"),
        ("", ""),
        ("1=1", "1=1"),
        ("DR-2026-004512", "DR-2026-004512"),
        ("a, \"b\"; =c", "a, \"b\"; =c"),
    ];
    let written = csv(cases.map(|(text, _)| ("x", text))).unwrap();
    let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(written.as_slice());
    let read: Vec<String> = reader.records().map(|record| record.unwrap()[1].to_owned()).collect();
    assert_eq!(read, cases.map(|(_, expected)| expected.to_owned()));
    let writers: Vec<String> = files(&home().join("src"))
        .into_iter()
        .filter(|(_, bytes)| String::from_utf8_lossy(bytes).contains("csv::Writer"))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(writers, ["spreadsheet/write.rs"], "each export is written by the one that neutralises");
}
