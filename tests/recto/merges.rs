//! Mail merge, as an officer meets it: sheets of every kind, whose row it is, what is asked and refused, and that letters are made once.

use std::collections::BTreeMap;

use recto::case::{Language, LetterState, MergeState, Sha256};
use recto::desk::{DecideError, Desk, MergeCheck, MergeRequest, Merged};
use recto::merge::{Headings, Mapping, Meaning, fields};
use recto::people::Who;
use recto::register::{Filter, MergeRecord};
use recto::spreadsheet::{Cell, Workbook};
use rust_xlsxwriter::{Format, Formula, Workbook as Xlsx};
use serde_json::{Value, json};
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use crate::chance::Chance;
use crate::support::{catalogue, command, desk, event, machine, person, sample, seed, taken, work};

/// People of the register: given name, surname, language, postal address, mailbox.
const PEOPLE: [(&str, &str, &str, &str, &str); 8] = [
    ("Ana", "Fernandes", "en", "12 Elm St", "ana.f@example.org"),
    ("Jean-Marc", "Létourneau", "fr", "45 rue Cartier", "jm.letourneau@example.org"),
    ("Priya", "Ramanathan", "en", "7 King Rd", "priya.r@example.org"),
    ("Owen", "Blackwood", "en", "980 Queen St", "owen.b@example.org"),
    ("Chantal", "Beaupré", "fr", "18 rue Cantin", "c.beaupre@example.org"),
    ("Declan", "O’Brien", "en", "31 Lake Ave", "declan@example.org"),
    ("Rosa", "D’Amico", "en", "77 Rosedene Ave", "rosa@example.org"),
    ("Réjean", "Plamondon", "fr", "1187 rue Principale", "rejean.p@example.org"),
];

fn reference(place: usize) -> String {
    format!("DR-2026-0051{:02}", place + 1)
}

/// A desk whose register knows everybody.
async fn unit(folder: &std::path::Path) -> Desk {
    let desk = desk(folder).await;
    everybody_known(&desk).await;
    desk
}

/// Has a register know everybody.
pub async fn everybody_known(desk: &Desk) {
    for (place, (given, surname, language, street, email)) in PEOPLE.iter().enumerate() {
        let mut data = sample("debt-notice", "plausible");
        data["case"]["reference"] = json!(reference(place));
        data["party"] = json!({
            "id": format!("P-510{place:02}"), "role": "debtor", "given_name": given, "surname": surname, "language": language,
            "channel": if place % 3 == 2 { "email" } else { "print" }, "email": email,
            "address": {"lines": [street], "municipality": "Sudbury", "province": "ON", "postal_code": "P3E 0A1"},
        });
        taken(desk, &event(&format!("e-{place}"), "debt.referred", "2026-11-10T09:00:00-05:00", &data)).await;
    }
}

fn request(name: &str, sheet: impl Into<Vec<u8>>) -> MergeRequest {
    MergeRequest {
        letter_type: "account-statement".into(),
        sheet: sheet.into(),
        file_name: name.into(),
        mapping: None,
        programs: Vec::new(),
    }
}

async fn check(desk: &Desk, request: &MergeRequest) -> MergeCheck {
    desk.check_merge(request, &|_, _| {}).await.unwrap()
}

fn answered(request: &MergeRequest, key: &str, answer: &str) -> MergeRequest {
    let answers = [(key.to_owned(), answer.to_owned())].into();
    MergeRequest { mapping: Some(Mapping { answers, ..Mapping::default() }), ..request.clone() }
}

fn codes(check: &MergeCheck) -> BTreeMap<usize, Vec<String>> {
    let codes = |row: &recto::desk::CheckedRow| row.faults.iter().map(|fault| fault.code.clone()).collect::<Vec<_>>();
    check.rows.iter().filter(|row| !row.faults.is_empty()).map(|row| (row.number, codes(row))).collect()
}

fn whole(check: &MergeCheck) -> Vec<&str> {
    check.faults.iter().map(|fault| fault.code.as_str()).collect()
}

fn asked(check: &MergeCheck) -> Vec<&str> {
    check.questions.iter().map(|question| question.key.as_str()).collect()
}

fn left(check: &MergeCheck) -> Vec<(&'static str, &str)> {
    check.left_out.iter().map(|left| (left.what.as_str(), left.place.as_str())).collect()
}

fn value(check: &MergeCheck, row: usize, pointer: &str) -> Value {
    let row = check.rows.iter().find(|one| one.number == row).unwrap_or_else(|| panic!("no row {row}: {check:#?}"));
    serde_json::from_str::<Value>(&row.data).unwrap().pointer(pointer).cloned().unwrap_or_default()
}

/// A sheet of everybody, with a cell for each of these.
pub fn sheet(cells: impl Fn(usize) -> String, heading: &str) -> String {
    let rows = (0..PEOPLE.len()).map(|place| format!("{};{}\n", reference(place), cells(place)));
    format!("Dossier;{heading}\n{}", rows.collect::<String>())
}

async fn made(desk: &Desk, request: &MergeRequest, by: Who) -> MergeRecord {
    let hash = check(desk, request).await.confirm.expect("it can be confirmed");
    match desk.confirm_merge(&by, request, "Statements", &hash, &|_, _| {}).await.unwrap() {
        Merged::Recorded(record) => *record,
        Merged::Changed(check) => panic!("{check:#?}"),
    }
}

async fn letters(desk: &Desk) -> usize {
    let filter = Filter { letter_type: Some("account-statement".into()), limit: 1_000, ..Filter::default() };
    desk.reader().letters(&filter).await.unwrap().len()
}

fn officer() -> Who {
    person("O. Officer")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_that_was_sorted_without_the_others_refuses_the_sheet_and_single_rows_are_refused_alone() {
    let folder = tempfile::tempdir().unwrap();
    let desk = unit(folder.path()).await;
    let all = PEOPLE.len();
    let moved = |by: usize| {
        sheet(
            |place| {
                let (_, surname, ..) = PEOPLE[place];
                let (.., street, email) = PEOPLE[(place + by) % all];
                format!("{surname};{street};P3E 0A1;{email}")
            },
            "Nom;Adresse;Code postal;Courriel",
        )
    };
    let right = check(&desk, &request("a.csv", moved(0))).await;
    assert!(right.confirm.is_some() && codes(&right).is_empty(), "{right:#?}");
    let wrong = check(&desk, &request("a.csv", moved(1))).await;
    assert_eq!(whole(&wrong), ["sheet-mixed-up"]);
    assert_eq!(codes(&wrong).len(), all, "each row is refused");
    assert!(wrong.confirm.is_none());
    // Two names that changed places: two rows, and not the sheet.
    let swapped = |place: usize| match place {
        0 => 3,
        3 => 0,
        place => place,
    };
    let names = check(&desk, &request("a.csv", sheet(|place| PEOPLE[swapped(place)].1.to_owned(), "Nom"))).await;
    assert_eq!(codes(&names).keys().copied().collect::<Vec<_>>(), [2, 5]);
    assert!(whole(&names).is_empty() && names.confirm.is_some());
    // Somebody else's number, an unknown case, and no case at all.
    let strays = format!("Dossier;N° de personne\n{};P-51001\nDR-2026-999999;\n;P-51002\n", reference(0));
    let strays = check(&desk, &request("a.csv", strays)).await;
    let found: Vec<String> = codes(&strays).into_values().flatten().collect();
    assert_eq!(found, ["row-not-of-one-person", "case-unknown", "reference-missing"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_sheet_is_the_same_in_every_encoding_and_with_every_separator() {
    let folder = tempfile::tempdir().unwrap();
    let desk = unit(folder.path()).await;
    let text = sheet(
        |place| format!("{};2026-11-0{};\"1 846,35 $\"", PEOPLE[place].1, place % 9 + 1),
        "Nom de famille;Demandé le;Solde dû",
    );
    let utf16 = |little: bool| {
        let unit = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
        format!("\u{feff}{text}").encode_utf16().flat_map(unit).collect::<Vec<u8>>()
    };
    let windows = encoding_rs::WINDOWS_1252.encode(&text).0.into_owned();
    let forms: [(&str, Vec<u8>); 9] = [
        ("UTF-8", text.clone().into_bytes()),
        ("UTF-8 with a mark", format!("\u{feff}{text}").into_bytes()),
        ("Windows-1252", windows),
        ("UTF-16LE", utf16(true)),
        ("UTF-16BE", utf16(false)),
        ("UTF-16LE without a mark", utf16(true)[2..].to_vec()),
        ("commas", text.replace(';', ",").into_bytes()),
        ("tabs", text.replace(';', "\t").into_bytes()),
        ("Excel's sep=", format!("sep=;\r\n{}", text.replace('\n', "\r\n")).into_bytes()),
    ];
    let mut first = None;
    for (name, bytes) in forms {
        let found = check(&desk, &request("feuille.csv", bytes)).await;
        assert!(codes(&found).is_empty() && found.confirm.is_some(), "{name}: {found:#?}");
        let rows: Vec<(usize, String)> = found.rows.iter().map(|row| (row.number, row.data.clone())).collect();
        assert_eq!(rows[0].0, 2, "{name}");
        assert_eq!(first.get_or_insert_with(|| rows.clone()), &rows, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_row_is_said_and_hidden_rows_are_asked_about() {
    let folder = tempfile::tempdir().unwrap();
    let desk = unit(folder.path()).await;
    let mut book = Xlsx::new();
    let page = book.add_worksheet();
    page.set_name("Relevés").unwrap();
    page.merge_range(0, 0, 0, 3, "Statements, November", &Format::new()).unwrap();
    for (column, heading) in ["No", "Case #", "Client Name", "Balance owing"].iter().enumerate() {
        page.write(2, column as u16, *heading).unwrap();
    }
    for (place, person) in PEOPLE.iter().take(4).enumerate() {
        let row = 3 + place as u32;
        page.write(row, 0, place as u32 + 1).unwrap();
        page.write(row, 1, reference(place)).unwrap();
        page.write(row, 2, format!("{}, {}", person.1, person.0)).unwrap();
        page.write(row, 3, 1846.35).unwrap();
    }
    page.set_row_hidden(4).unwrap();
    page.write(7, 0, 5).unwrap();
    page.write(8, 1, "TOTAL").unwrap();
    page.write_formula(8, 3, Formula::new("=SUM(D4:D7)").set_result("7385.40")).unwrap();
    page.write(10, 0, "Prepared by R. Tait").unwrap();
    book.add_worksheet().set_name("Notes").unwrap().write(0, 0, "Nothing").unwrap();
    let hidden = book.add_worksheet();
    hidden.set_name("Old").unwrap().write(0, 0, "Case #").unwrap();
    hidden.write(1, 0, reference(7)).unwrap();
    hidden.set_hidden(true);
    let bytes = book.save_to_buffer().unwrap();
    let asking = request("a.xlsx", bytes);
    let found = check(&desk, &asking).await;
    assert_eq!(asked(&found), ["hidden-rows"]);
    assert!(found.questions[0].message.en.contains("1 hidden"), "{}", found.questions[0].message.en);
    assert!(found.confirm.is_none(), "nothing is silently in or out");
    let out = check(&desk, &answered(&asking, "hidden-rows", "leave-out")).await;
    assert_eq!(out.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [4, 6, 7]);
    for what in [
        ("title", "1"),
        ("blank", "2, 10"),
        ("counter", "8"),
        ("total", "9"),
        ("note", "11"),
        ("hidden-row", "5"),
        ("hidden-sheet", "Old"),
        ("other-sheet", "Notes"),
    ] {
        // The row between title and headings is above them, and not within the table.
        let what = if what.0 == "blank" { ("blank", "10") } else { what };
        assert!(left(&out).contains(&what), "{what:?} of {:?}", left(&out));
    }
    let taken = check(&desk, &answered(&asking, "hidden-rows", "take")).await;
    assert_eq!(taken.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [4, 5, 6, 7]);
    assert!(codes(&taken).is_empty() && taken.confirm.is_some(), "{taken:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_amount_is_never_a_hundred_or_a_thousand_times_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let desk = unit(folder.path()).await;
    let amounts = async |cells: &[&str]| {
        let rows = cells.iter().enumerate().map(|(place, cell)| format!("{}\t{cell}\n", reference(place)));
        check(&desk, &request("a.tsv", format!("Dossier\tSolde dû\n{}", rows.collect::<String>()))).await
    };
    let good = amounts(&[
        "$1,846.35",
        "1 846,35 $",
        "1\u{a0}846,35",
        "1\u{202f}846,35 $ CA",
        "1.846,35",
        "CAD 1846.35",
        "1'846.35",
        "1846,35",
    ])
    .await;
    for row in 2..10 {
        assert_eq!(value(&good, row, "/facts/balance"), "1846.35", "row {row}");
    }
    let same = amounts(&["19.989999999999998"]).await;
    assert_eq!(value(&same, 2, "/facts/balance"), "19.99", "as a spreadsheet shows it");
    for two_ways in ["173,900", "1.234", "$1,234"] {
        let asking = amounts(&[two_ways]).await;
        assert_eq!(asked(&asking), ["amounts:B"], "{two_ways}");
        assert!(asking.confirm.is_none());
        assert_eq!(value(&asking, 2, "/facts/amount"), Value::Null);
    }
    let wrong = amounts(&["19.9951", "4.479E+11", "7.5 %", "12 34,00", "1,23,456.00", "douze"]).await;
    let found: Vec<Vec<String>> = codes(&wrong).into_values().collect();
    assert!(found.iter().all(|codes| codes.iter().any(|code| code.starts_with("amount-"))), "{found:?}");
    assert_eq!(found.len(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_and_dates_of_a_workbook_are_as_they_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    let desk = unit(folder.path()).await;
    let mut book = Xlsx::new();
    let page = book.add_worksheet();
    let dashed = Format::new().set_num_format("\"DR-2026-\"000000");
    let date = Format::new().set_num_format("dd/mm/yyyy");
    for (column, heading) in ["File no.", "Amt owing", "Date requested"].iter().enumerate() {
        page.write(0, column as u16, *heading).unwrap();
    }
    let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 3).unwrap();
    page.write_number_with_format(1, 0, 5101, &dashed).unwrap();
    page.write(1, 1, 6_154.5 * 0.3).unwrap();
    page.write_datetime_with_format(1, 2, day, &date).unwrap();
    page.write_number(2, 0, 5102).unwrap();
    page.write(2, 1, 1846.35).unwrap();
    page.write_number(2, 2, 46329).unwrap();
    page.write(3, 0, reference(2)).unwrap();
    page.write_number_with_format(3, 1, 19.995, &Format::new().set_num_format("0.00")).unwrap();
    page.write_formula_with_format(3, 2, Formula::new("=DATE(2026,11,3)").set_result("46329"), &date).unwrap();
    page.write(4, 0, reference(3)).unwrap();
    page.write_number_with_format(4, 1, 1846.35, &Format::new().set_num_format("#,##0")).unwrap();
    page.write_formula(4, 2, Formula::new("=NA()").set_result("#N/A")).unwrap();
    let found = check(&desk, &request("a.xlsx", book.save_to_buffer().unwrap())).await;
    assert_eq!(
        (value(&found, 2, "/case/reference"), value(&found, 2, "/facts/balance")),
        (json!(reference(0)), json!("1846.35"))
    );
    assert_eq!(
        (value(&found, 2, "/facts/requested"), value(&found, 4, "/facts/requested")),
        (json!("2026-11-03"), json!("2026-11-03"))
    );
    let found = codes(&found);
    assert!(
        found[&3].contains(&"date-is-number".to_owned()) && found[&3].contains(&"case-unknown".to_owned()),
        "{found:?}"
    );
    assert_eq!(found[&4], ["amount-cents"]);
    assert!(found[&5].contains(&"amount-shown-otherwise".to_owned()), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_understood_in_two_ways_is_asked_and_two_columns_for_one_thing_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let desk = unit(folder.path()).await;
    let dates =
        |first: &str| format!("Dossier,Date de la demande\n{},{first}\n{},05/06/2026\n", reference(0), reference(1));
    let asking = request("a.csv", dates("03/04/2026"));
    let found = check(&desk, &asking).await;
    assert_eq!((asked(&found), found.confirm.is_none(), codes(&found).is_empty()), (vec!["dates:B"], true, true));
    let day_first = check(&desk, &answered(&asking, "dates:B", "day-first")).await;
    assert_eq!(
        (value(&day_first, 2, "/facts/requested"), value(&day_first, 3, "/facts/requested")),
        (json!("2026-04-03"), json!("2026-06-05"))
    );
    // What one row shows settles it for all.
    let shown = check(&desk, &request("a.csv", dates("10/31/2026"))).await;
    assert_eq!(value(&shown, 3, "/facts/requested"), "2026-05-06");
    let mixed = check(&desk, &request("a.csv", format!("{}{},31/10/2026\n", dates("10/31/2026"), reference(2)))).await;
    assert_eq!(whole(&mixed), ["dates-mixed"]);
    // A column of days that says nothing is asked about, and how its days are written once it is known what it is.
    let untold = request("a.csv", format!("Dossier;Quand\n{};03/04/2026\n", reference(0)));
    assert_eq!(asked(&check(&desk, &untold).await), ["column:B"]);
    let told = answered(&untold, "column:B", "facts.requested");
    assert_eq!(asked(&check(&desk, &told).await), ["dates:B"]);
    assert!(check(&desk, &answered(&untold, "column:B", "leave-out")).await.questions.is_empty());
    for headings in ["Adresse;Adresse", "courriel;e-mail", "Solde dû;Balance owing"] {
        let twice = check(&desk, &request("a.csv", format!("Dossier;{headings}\n{};a;b\n", reference(0)))).await;
        assert_eq!(whole(&twice), ["columns-for-one-thing"], "{headings}");
        let (one, two) = headings.split_once(';').unwrap();
        assert!(
            [one, two].iter().all(|name| twice.faults[0].message.fr.contains(name)),
            "{}",
            twice.faults[0].message.fr
        );
    }
    let insured = check(&desk, &request("a.csv", format!("Dossier;NAS\n{};046 454 286\n", reference(0)))).await;
    assert_eq!(whole(&insured), ["insurance-numbers"]);
    let broken = check(&desk, &request("a.csv", format!("Dossier;Nom\n{};LÃ©tourneau\n", reference(1)))).await;
    assert!(broken.confirm.is_none() && !codes(&broken).is_empty(), "broken accents are seen before anything is made");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_is_made_once_however_often_it_is_confirmed_and_comes_back_as_a_sheet() {
    let folder = tempfile::tempdir().unwrap();
    let desk = unit(folder.path()).await;
    work(&desk).await;
    let text =
        sheet(|place| if place == 4 { "31/31/2026".into() } else { format!("2026-11-0{}", place + 1) }, "Demandé le");
    let first = request("releves.csv", text.clone());
    let found = check(&desk, &first).await;
    assert_eq!(codes(&found).keys().copied().collect::<Vec<_>>(), [6], "{found:#?}");
    let record = made(&desk, &first, officer()).await;
    // Killed before the first row: another process goes on.
    drop(desk);
    let desk = crate::support::desk(folder.path()).await;
    assert_eq!(letters(&desk).await, 0);
    work(&desk).await;
    assert_eq!(letters(&desk).await, 7);
    assert_eq!(desk.reader().merge(&record.id).await.unwrap().unwrap().state, MergeState::Made);
    let again = desk.confirm_merge(&officer(), &first, "", &record.confirmed, &|_, _| {}).await.unwrap();
    assert!(matches!(again, Merged::Recorded(same) if same.id == record.id));
    work(&desk).await;
    assert_eq!(letters(&desk).await, 7, "a repeated confirmation makes nothing");
    let same = check(&desk, &first).await;
    assert_eq!((asked(&same), same.confirm.is_none()), (vec!["made-before"], true));
    // What became of each row stands beside the officer's own columns, in their order.
    let result = desk.merge_result(&record.id, Language::Fr).await.unwrap();
    let rows = rows_of(&result, "releves.xlsx");
    assert_eq!(rows[0][..3], ["Dossier", "Demandé le", "Recto : suite donnée"]);
    assert_eq!(rows.len(), 9);
    assert_eq!(rows[5][2], "à corriger");
    assert!(rows[5][6].contains("31/31/2026"), "{:?}", rows[5]);
    assert!(rows[1][2] == "émise" || rows[1][2] == "envoyée", "{:?}", rows[1]);
    // Corrected and sent again, only what changed is taken.
    let mut corrected = Xlsx::new();
    let page = corrected.add_worksheet();
    for (number, row) in rows.iter().enumerate() {
        for (column, cell) in row.iter().enumerate() {
            let cell = if number == 5 && column == 1 { "2026-11-05" } else { cell };
            page.write(number as u32, column as u16, cell).unwrap();
        }
    }
    let corrected = request("releves.xlsx", corrected.save_to_buffer().unwrap());
    let found = check(&desk, &corrected).await;
    assert_eq!(found.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [6], "{found:#?}");
    made(&desk, &corrected, officer()).await;
    work(&desk).await;
    assert_eq!(letters(&desk).await, 8);
    assert!(desk.verify().await.unwrap().is_empty());
}

/// The rows of a workbook as texts.
fn rows_of(bytes: &[u8], name: &str) -> Vec<Vec<String>> {
    let book = Workbook::open(bytes.to_vec(), name).unwrap();
    let sheet = book.sheets()[0].name.clone();
    let mut rows = Vec::new();
    let layout = book.layout(&sheet).unwrap();
    book.each_row(&sheet, &layout, &mut |row| {
        let text = |cell: &Cell| match cell {
            Cell::Text(text) => text.clone(),
            Cell::Number { shown, .. } => shown.clone(),
            Cell::Date(date) => date.date().to_string(),
            _ => String::new(),
        };
        rows.push(row.cells.iter().map(text).collect());
        std::ops::ControlFlow::Continue(())
    })
    .unwrap();
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_merge_waits_for_a_second_person_and_a_stopped_one_takes_its_letters_back() {
    let folder = tempfile::tempdir().unwrap();
    let desk = unit(folder.path()).await;
    work(&desk).await;
    let mut connection =
        SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(folder.path().join("recto.db")))
            .await
            .unwrap();
    let asking = request("a.csv", sheet(|place| format!("2026-11-0{}", place + 1), "Demandé le"));
    let record = made(&desk, &asking, officer()).await;
    assert_eq!(record.state, MergeState::Taking, "eight letters are few enough for one person");
    // Whose a row is of whose case nothing was told yet, the row says: as if nobody were known, it is still not everybody's.
    let of = async |program: &str| {
        let programs = [program.to_owned()];
        let listed = desk.reader().merges(None, &programs, 10).await.unwrap().len();
        (desk.reader().merge_has_others(&record.id, &programs).await.unwrap(), listed)
    };
    let unknown = "UPDATE cases SET reference = 'X-' || reference WHERE reference LIKE 'DR-2026-0051%'";
    sqlx::query("PRAGMA foreign_keys = OFF").execute(&mut connection).await.unwrap();
    sqlx::query(unknown).execute(&mut connection).await.unwrap();
    assert_eq!((of("odsp").await, of("ontario-works").await), ((true, 0), (false, 1)));
    let known = "UPDATE cases SET reference = substr(reference, 3) WHERE reference LIKE 'X-%'";
    sqlx::query(known).execute(&mut connection).await.unwrap();
    let waits = "UPDATE merges SET state = 'awaiting-second'";
    sqlx::query(waits).execute(&mut connection).await.unwrap();
    work(&desk).await;
    assert_eq!(letters(&desk).await, 0);
    let own = desk.second_merge(&record.id, &person("O. Officer")).await;
    assert!(matches!(own, Err(DecideError::Preparer(_))), "who confirmed it first is no second person");
    assert!(matches!(desk.second_merge(&record.id, &machine()).await, Err(DecideError::NotAPerson)));
    assert_eq!(desk.second_merge(&record.id, &person("A. Manager")).await.unwrap().state, MergeState::Taking);
    work(&desk).await;
    assert_eq!(letters(&desk).await, 8);
    let mails = desk.merge_tally(&record.id).await.unwrap();
    assert_eq!(mails.states.get(&LetterState::Issued), Some(&8));
    assert!(desk.stop_merge(&record.id, " ", &person("A. Manager")).await.is_err(), "a reason is given");
    desk.stop_merge(&record.id, "The list was last month’s", &person("A. Manager")).await.unwrap();
    let tally = desk.merge_tally(&record.id).await.unwrap();
    // Six wait for their print run, and the two e-mails for half an hour: none has left.
    assert_eq!((tally.states.get(&LetterState::Withdrawn), tally.states.get(&LetterState::Issued)), (Some(&8), None));
    assert!(desk.verify().await.unwrap().is_empty());
}

/// Makes a merge, mixes up two of its rows in the register, as if their letters had been mixed up between the sheet and the press, and
/// has it worked; gives why it was stopped.
async fn mixed_up(swap: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let desk = unit(folder.path()).await;
    work(&desk).await;
    let asking = request("a.csv", sheet(|place| format!("2026-11-0{}", place + 1), "Demandé le"));
    let record = made(&desk, &asking, officer()).await;
    while desk.make_merges().await.unwrap() > 0 {}
    let mut connection =
        SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(folder.path().join("recto.db")))
            .await
            .unwrap();
    let other = "FROM merge_rows AS other WHERE other.merge = merge_rows.merge AND other.row = 5 - merge_rows.row";
    let sql = format!("UPDATE merge_rows SET data = (SELECT {swap} {other}) WHERE row IN (2, 3)");
    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    work(&desk).await;
    let stopped = desk.reader().merge(&record.id).await.unwrap().unwrap();
    assert_eq!(stopped.state, MergeState::Stopped, "{stopped:?}");
    let tally = desk.merge_tally(&record.id).await.unwrap();
    assert_eq!(
        tally.states.get(&LetterState::Issued).copied().unwrap_or_default(),
        tally.letters - tally.states[&LetterState::Withdrawn],
        "what has not left is withdrawn"
    );
    assert!(tally.states[&LetterState::Withdrawn] >= 6, "{tally:?}");
    stopped.stop_reason.unwrap()
}

/// A merge that is killed again and again, between its confirmation and its last row, by the same command that is given once more.
#[tokio::test(flavor = "multi_thread")]
async fn a_merge_that_is_killed_at_random_moments_makes_each_letter_once() {
    let mut chance = Chance(seed());
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let known = unit(&data).await;
    work(&known).await;
    known.close().await;
    // More rows than are taken in one transaction, and more than one person may confirm.
    let day = |number: usize| format!("2026-{:02}-{:02}", number / 28 + 1, number % 28 + 1);
    let row = |number: usize| format!("{};{}\n", reference(number % PEOPLE.len()), day(number / PEOPLE.len()));
    let rows: String = (0..240).map(row).collect();
    let file = folder.path().join("sheet.csv");
    std::fs::write(&file, format!("Dossier;Date de la demande\n{rows}")).unwrap();
    let merge = |more: &[&str]| {
        let own = ["merge", "account-statement", file.to_str().unwrap(), "--json"];
        let mut command = command(&data, &[&own, more].concat());
        command.stderr(std::process::Stdio::null());
        command
    };
    let checked: Value = serde_json::from_slice(&merge(&["--dry-run"]).output().unwrap().stdout).unwrap();
    let hash = checked["confirm"].as_str().unwrap_or_else(|| panic!("{checked:#}"));
    let mut kills = 0;
    for seconded in [false, true] {
        if seconded {
            let known = desk(&data).await;
            let record = known.reader().merge_of(&Sha256::new(hash)).await.unwrap().unwrap();
            known.second_merge(&record.id, &person("A. Manager")).await.unwrap();
            known.close().await;
        }
        let mut moment = 0.05;
        loop {
            let mut process = merge(&["--confirm", hash]).stdout(std::process::Stdio::null()).spawn().unwrap();
            std::thread::sleep(std::time::Duration::from_secs_f64(moment));
            if let Some(status) = process.try_wait().unwrap() {
                assert!(status.success(), "{status}");
                break;
            }
            process.kill().unwrap();
            process.wait().unwrap();
            kills += 1;
            moment += 0.25 * chance.draw();
        }
    }
    assert!(kills >= 2, "{kills}");
    let after = desk(&data).await;
    let [record] = &after.reader().merges(None, &[], 10).await.unwrap()[..] else { panic!("one merge") };
    assert_eq!(record.state, MergeState::Made);
    let tally = after.merge_tally(&record.id).await.unwrap();
    assert_eq!((tally.rows, tally.letters, tally.faulty), (240, 240, 0), "{tally:?}");
    assert_eq!(letters(&after).await, 240, "each once");
    after.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_is_not_its_row_stops_the_merge() {
    let whole = mixed_up("other.data").await;
    assert!(whole.contains("does not stand in its letter"), "{whole}");
    // One value that no name and no address gives away.
    let one =
        mixed_up("json_set(merge_rows.data, '$.facts.requested', json_extract(other.data, '$.facts.requested'))").await;
    assert!(one.contains("another “requested” than row"), "{one}");
}

#[test]
fn every_letter_type_has_an_empty_sheet_whose_headings_are_understood_in_both_languages() {
    let catalogue = catalogue();
    for letter in catalogue.types.values() {
        let all = fields(&catalogue, letter);
        let headings = Headings::of(&all);
        for field in &all {
            let place = all.iter().position(|one| one.path == field.path).unwrap();
            assert_eq!(headings.meaning(&field.path), Meaning::One(place), "{}: {}", letter.key, field.path);
        }
        for language in Language::BOTH {
            let known = [
                ["Case reference", "Numéro de dossier"],
                ["Surname", "Nom de famille"],
                ["Postal code", "Code postal"],
            ];
            for heading in known.map(|both| both[language as usize]) {
                assert!(matches!(headings.meaning(heading), Meaning::One(_)), "{}: {heading}", letter.key);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_sheet_is_read_as_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    for letter in [
        "debt-notice",
        "sponsor-debt-notice",
        "plan-proposal",
        "account-statement",
        "cra-transfer-notice",
        "correspondence",
    ] {
        for language in Language::BOTH {
            let sheet = desk.merge_template(letter, language).unwrap().unwrap();
            let asking = MergeRequest { letter_type: letter.into(), ..request("t.xlsx", sheet.clone()) };
            let untouched = check(&desk, &asking).await;
            assert!(untouched.rows.is_empty() && untouched.confirm.is_none(), "the example makes no letter");
            assert!(left(&untouched).iter().any(|(what, _)| *what == "example"), "{letter}: {:?}", left(&untouched));
            // The same as somebody's own rows.
            let quoted = |cell: &String| {
                let own = cell.trim_start_matches("Example: ").trim_start_matches("Exemple : ");
                format!("\"{}\"", own.replace('"', "\"\""))
            };
            let lines = rows_of(&sheet, "t.xlsx")
                .iter()
                .map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(";"))
                .collect::<Vec<_>>();
            let asking = MergeRequest { letter_type: letter.into(), ..request("t.csv", lines.join("\n")) };
            let found = check(&desk, &asking).await;
            let unknown: Vec<&str> =
                found.columns.iter().filter(|column| column.field.is_none()).map(|column| &*column.heading).collect();
            assert!(
                unknown.is_empty() && found.questions.is_empty(),
                "{letter} {language:?}: {unknown:?} {:?}",
                found.questions
            );
            let faults = codes(&found);
            let readable =
                |code: &&String| !code.contains("unreadable") && !code.contains("unknown") || *code == "case-unknown";
            assert!(faults.values().flatten().all(|code| readable(&code)), "{letter} {language:?}: {faults:?}");
            if letter.ends_with("debt-notice") {
                assert!(faults.is_empty() && found.confirm.is_some(), "{letter} {language:?}: {:#?}", found.rows);
            }
        }
    }
}

#[test]
fn files_that_are_no_sheets_are_refused_with_a_word_why() {
    let mut package = std::io::Cursor::new(Vec::new());
    let mut zip = zip::ZipWriter::new(&mut package);
    zip.start_file("word/document.xml", zip::write::SimpleFileOptions::default()).unwrap();
    zip.finish().unwrap();
    let cases: [(&str, Vec<u8>, &str); 8] = [
        ("a.csv", b"  \r\n".to_vec(), "sheet-empty"),
        ("a.xlsx", b"Dossier;Nom\nA;B\n".to_vec(), "sheet-disguised"),
        ("a.xls", b"<html><table><tr><td>Dossier</td></tr></table></html>".to_vec(), "sheet-other-file"),
        ("a.pdf", b"%PDF-1.7\n".to_vec(), "sheet-other-file"),
        ("a.docx", package.into_inner(), "sheet-other-file"),
        ("a.xlsx", b"PK\x03\x04garbage".to_vec(), "sheet-damaged"),
        ("a.xls", vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0], "sheet-damaged"),
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), "sheet-other-file"),
    ];
    for (name, bytes, code) in cases {
        let fault = Workbook::open(bytes, name).err().unwrap_or_else(|| panic!("{name} was read"));
        assert_eq!(fault.code, code, "{name}: {fault}");
    }
}
