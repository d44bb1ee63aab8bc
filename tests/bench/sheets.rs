//! Rows a second and peak memory of a sheet that is checked, beside openpyxl and pandas, which only read it, in one run.
//!
//!     cargo bench --bench sheets -- [ROWS]
//!
//! Makes a register that knows as many cases as the sheet has rows, and the sheet as a workbook and as text: twenty columns, of which eight
//! tell something, no two rows alike. `read` is what openpyxl and pandas do, and the recognition of what each cell says; `checked` is all
//! that `recto merge --dry-run` does: whose row it is, what the rules say of its letter, and what all rows come to.
//!
//! The Python is `$RECTO_TOOLS/venv/bin/python`, or `python3`; it needs openpyxl and pandas.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use chrono::DateTime;
use recto::case::{Actor, Clock};
use recto::desk::{Batch, Desk, MergeRequest, Settings};
use recto::intake::Offer;
use recto::merge::{self, fields};
use recto::spreadsheet::Workbook;
use recto::studio::Studio;
use rust_xlsxwriter::Workbook as Xlsx;
use serde_json::{Value, json};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const LETTER: &str = "account-statement";
const HEADINGS: [&str; 8] =
    ["Case reference", "First name", "Surname", "Street", "City", "Postal code", "E-mail", "Requested on"];
/// Columns that tell the letter nothing.
const OTHERS: usize = 12;

fn main() {
    let rows = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(10_000);
    tokio::runtime::Runtime::new().unwrap().block_on(measure(rows));
}

async fn measure(rows: usize) {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::Fixed(DateTime::parse_from_rfc3339("2026-11-17T10:00:00-05:00").unwrap().to_utc());
    let studio = Studio::open(home, true).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let desk = Desk::open(studio, Settings::default(), clock, folder.path()).await.unwrap();
    know(&desk, home, rows).await;
    for file in [write_xlsx(folder.path(), rows), write_csv(folder.path(), rows)] {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let sheet = std::fs::read(&file).unwrap();
        println!("\n{name}: {rows} rows of {} columns, {} KB", HEADINGS.len() + OTHERS, sheet.len() >> 10);
        let letter = &desk.studio.catalogue.types[LETTER];
        let known = fields(&desk.studio.catalogue, letter);
        timed("recto, read", rows, || {
            let book = Workbook::open(sheet.clone(), &name).unwrap();
            let is_reference = |text: &str| desk.studio.catalogue.is_reference(text);
            let reading = merge::read(&book, &known, None, &Default::default(), &is_reference).unwrap();
            assert_eq!(reading.rows.len(), rows);
        });
        let request = MergeRequest {
            letter_type: LETTER.into(),
            sheet: sheet.clone(),
            file_name: name,
            mapping: None,
            programs: Vec::new(),
        };
        forget_peak();
        let begun = Instant::now();
        let check = desk.check_merge(&request, &|_, _| {}).await.unwrap();
        report("recto, checked", rows, begun.elapsed().as_secs_f64(), peak());
        assert_eq!((check.totals.letters, check.totals.faulty), (rows, 0), "{:#?}", check.faults);
        drop(check);
        for reader in ["openpyxl", "pandas"] {
            read_by(reader, &file, rows);
        }
    }
}

fn person(number: usize) -> [String; 6] {
    [
        format!("Given{number}"),
        format!("Family-{number}"),
        format!("{number} Maple St"),
        "Sudbury".to_owned(),
        "P3E 0A1".to_owned(),
        format!("person{number}@example.org"),
    ]
}

/// Has the register know the people of all rows. No letter is made: that is the other benchmark.
async fn know(desk: &Desk, home: &Path, rows: usize) {
    let sample = home.join("letter-templates/debt-notice/samples/plausible.json");
    let sample: Value = serde_json::from_str(&std::fs::read_to_string(sample).unwrap()).unwrap();
    let numbers: Vec<usize> = (0..rows).collect();
    let begun = Instant::now();
    for chunk in numbers.chunks(500) {
        let offers = chunk.iter().map(|number| Offer::of("bench".into(), &referral(&sample, *number))).collect();
        desk.take(Actor::operator("bench"), offers, Batch::AllOrNone).await.unwrap();
    }
    println!("a register of {rows} cases, in {:.1} s", begun.elapsed().as_secs_f64());
}

fn referral(sample: &Value, number: usize) -> Value {
    let mut data = sample.clone();
    let [given, surname, street, city, postal_code, email] = person(number);
    data["case"]["reference"] = json!(format!("DR-2026-{number:06}"));
    data["party"] = json!({
        "id": format!("P-{number}"), "role": "debtor", "given_name": given, "surname": surname, "language": "en", "channel": "print", "email": email,
        "address": {"lines": [street], "municipality": city, "province": "ON", "postal_code": postal_code},
    });
    json!({
        "specversion": "1.0",
        "id": format!("e-{number}"),
        "source": "urn:bench",
        "type": "ca.on.recto.debt.referred.v1",
        "subject": data["case"]["reference"],
        "time": "2026-11-17T09:00:00-05:00",
        "data": data,
    })
}

/// The cells of a row.
fn cells(number: usize) -> Vec<String> {
    let [given, surname, street, city, postal_code, email] = person(number);
    let date = format!("2026-{:02}-{:02}", number / 28 % 10 + 1, number % 28 + 1);
    let mut cells = vec![format!("DR-2026-{number:06}"), given, surname, street, city, postal_code, email, date];
    cells.extend((0..OTHERS).map(|column| format!("remark {column} of {number}")));
    cells
}

fn headings() -> Vec<String> {
    let others = (0..OTHERS).map(|column| format!("Own column {column}"));
    HEADINGS.iter().map(|heading| (*heading).to_owned()).chain(others).collect()
}

fn write_xlsx(folder: &Path, rows: usize) -> PathBuf {
    let mut book = Xlsx::new();
    let sheet = book.add_worksheet();
    for (row, cells) in std::iter::once(headings()).chain((0..rows).map(cells)).enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            sheet.write_string(u32::try_from(row).unwrap(), u16::try_from(column).unwrap(), cell).unwrap();
        }
    }
    let path = folder.join("sheet.xlsx");
    book.save(&path).unwrap();
    path
}

fn write_csv(folder: &Path, rows: usize) -> PathBuf {
    let path = folder.join("sheet.csv");
    let mut writer = csv::Writer::from_path(&path).unwrap();
    std::iter::once(headings()).chain((0..rows).map(cells)).for_each(|cells| writer.write_record(cells).unwrap());
    writer.flush().unwrap();
    path
}

/// Has a Python library read the sheet, in a process of its own.
fn read_by(reader: &str, file: &Path, rows: usize) {
    let own = std::env::var_os("RECTO_TOOLS").map(|tools| Path::new(&tools).join("venv/bin/python"));
    let python = own.filter(|python| python.exists()).unwrap_or_else(|| "python3".into());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bench/read_sheet.py");
    let output = Command::new(python).arg(script).arg(reader).arg(file).output().unwrap();
    let told: Result<Value, _> = serde_json::from_slice(&output.stdout);
    match told {
        Ok(told) if told["rows"] == json!(rows) => {
            report(reader, rows, told["seconds"].as_f64().unwrap(), told["peak_kb"].as_u64().unwrap());
        }
        _ => println!(
            "{reader:24} did not read it: {}",
            String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or_default()
        ),
    }
}

fn timed(what: &str, rows: usize, act: impl FnOnce()) {
    forget_peak();
    let begun = Instant::now();
    act();
    report(what, rows, begun.elapsed().as_secs_f64(), peak());
}

fn report(what: &str, rows: usize, seconds: f64, peak_kb: u64) {
    println!("{what:24} {seconds:7.2} s  {:>9.0} rows a second  peak {:>5} MB", rows as f64 / seconds, peak_kb >> 10);
}

/// Has the peak of this process counted anew, from what it holds now.
fn forget_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// The most that this process has held since, in KB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}
