//! A register of many letters: rows alone, no PDFs, drawn by numbers, so that they are the same each time.

use std::path::Path;
use std::time::Instant;

use recto::register::Register;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

/// A list of words to draw from, as JSON.
const GIVEN: &str = r#"["Ann","Jean-Yves","Eino","Maria","Odette","Li","Fatima","Noël","Grace","Pavel","Chloé","Ahmed","Ingrid","Tuan","Rosa","Émile"]"#;
const SURNAMES: &str = r#"["Smith","Rantala","Santos","Wu","Delgado","O'Neil","Bélanger","Okafor","Kowalski","Nguyen","Singh","Lavoie","MacLeod","Haddad","Novak"]"#;
const TYPES: &str =
    r#"["debt-notice","plan-reminder","plan-confirmation","account-statement","cra-notice","dispute-decision"]"#;

/// What each event says, but for case and person.
const TOLD: &str = include_str!("../../letter-templates/debt-notice/samples/plausible.json");

/// The rows, by numbers from 1 on.
fn rows(count: usize) -> [String; 7] {
    let numbers = format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) ");
    let id = "printf('%s-%s-%s', substr(h, 1, 4), substr(h, 5, 4), substr(h, 9, 4))";
    // Twelve characters of the alphabet of numbers, drawn by a congruence.
    let drawn = (0..12).map(|place| {
        format!(
            "substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', 1 + (i * {} + i / {}) % 32, 1)",
            7 + 2 * place,
            1 + 32 * place / 2 + place
        )
    });
    let drawn = drawn.collect::<Vec<_>>().join(" || ");
    let day = "date('2020-01-01', '+' || (i % 2500) || ' days')";
    let (case, person) = ("printf('DR-%d-%06d', 2010 + i % 7, i / 3)", "printf('P-%06d', i / 3)");
    let program = "CASE WHEN i % 50 = 0 THEN 'sponsorship' WHEN i % 3 = 0 THEN 'odsp' ELSE 'ontario-works' END";
    let told = TOLD.replace('\'', "''");
    [
        format!("{numbers} INSERT INTO events (sequence, source, id, kind, case_reference, happened_at, taken_at, hash, data, person) \
                 SELECT i, 'urn:bench', i, 'debt.referred', {case}, {day} || 'T14:00:00.000Z', {day} || 'T15:00:00.000Z', '', \
                 json_set('{told}', '$.case.reference', {case}, '$.case.program', {program}, '$.party.id', {person}), {person} FROM n"),
        "INSERT INTO cases (reference, version, program) SELECT case_reference, count(*), json_extract(data, '$.case.program') FROM events GROUP BY case_reference".to_owned(),
        format!("{numbers}, d AS (SELECT i, {drawn} AS h FROM n) INSERT OR IGNORE INTO letters (sequence, id, event, letter_type, case_reference, person, person_name, \
                 addressee_name, names_folded, language, channel, state, called_at, issuance, worded, wanted, worked, day, cents, program) \
                 SELECT i, {id}, i, json_extract('{TYPES}', '$[' || (i % 6) || ']'), e.case_reference, e.person, \
                 json_extract('{GIVEN}', '$[' || (i / 3 % 16) || ']') || ' ' || replace(json_extract('{surnames}', '$[' || (i / 48 % 15) || ']'), '~', '''') || ' ' || (i / 720), '', '', \
                 'en', CASE i % 4 WHEN 0 THEN 'email' ELSE 'print' END, CASE WHEN i % 100 < 96 THEN 'issued' WHEN i % 100 = 96 THEN 'awaiting-approval' ELSE 'held' END, \
                 {day} || 'T15:00:00.000Z', CASE WHEN i % 100 < 96 THEN 1 ELSE 0 END, 1, 1, 1, CASE WHEN i % 100 < 96 THEN {day} ELSE '' END, \
                 (i * 7919) % 900000, c.program FROM d JOIN events e ON e.sequence = i JOIN cases c ON c.reference = e.case_reference", surnames = SURNAMES.replace('\'', "~")),
        "UPDATE letters SET addressee_name = person_name".to_owned(),
        "INSERT INTO issuances (letter, number, date, issued_at, sha256, bytes, pages, type_version, catalogue_hash, fonts_hash, typst_version) \
         SELECT id, 1, day, called_at, '', 1, 2, '1.0.0', '', '', '' FROM letters WHERE state = 'issued'".to_owned(),
        "INSERT INTO deliveries (letter, number, channel, date, state, due_at, sent_at) SELECT id, 1, channel, day, CASE WHEN sequence % 5000 = 7 THEN 'failed' \
         WHEN sequence % 400 = 0 THEN 'waiting' ELSE 'sent' END, called_at, called_at FROM letters WHERE state = 'issued'".to_owned(),
        format!("INSERT INTO letter_words (rowid, words) SELECT sequence, '{WORDS} ' || addressee_name || ' ' || case_reference || ' ' || day || ' ' || cents || \
                 CASE sequence % 3 WHEN 0 THEN ' trop-payé dû intérêts' ELSE ' overpayment interest' END FROM letters WHERE state = 'issued'"),
    ]
}

/// What stands on every letter.
const WORDS: &str = "You owe money to the Government of Ontario. This letter tells you why, how to pay, and what you can do if you cannot pay or do not agree. \
    You received assistance. For the period you were paid more than you were entitled to. It happened because a change was reported late. The Notice of Decision told you about \
    this. Now that you no longer receive assistance, the debt has been sent to our unit for collection. The full amount is payable now. How we arrived at the amount. How to pay: \
    by telephone banking, at your bank, by cheque or money order payable to the Minister of Finance. If you cannot pay the full amount, call us and we will arrange payments. If you \
    do not agree, tell us in writing what you do not agree with and why. If we do not hear from you, we may take further steps.";

/// Fills the register of a new folder with so many letters.
pub async fn fill(folder: &Path, count: usize) {
    Register::open(folder, "specimen").await.unwrap().close().await;
    let options = SqliteConnectOptions::new().filename(folder.join("recto.db")).foreign_keys(false);
    let mut database: SqliteConnection = options.connect().await.unwrap();
    let begun = Instant::now();
    for statement in rows(count) {
        sqlx::query(AssertSqlSafe(statement)).execute(&mut database).await.unwrap();
    }
    let runs = "INSERT INTO print_runs (id, date, ordinal, state, opened_at) SELECT DISTINCT day, day, 1, 'closed', day FROM letters WHERE day > '';";
    let pieces = "INSERT INTO pieces (run, number, letter, issuance, file, first_page, pages, state) \
                  SELECT day, sequence, id, 1, '', 1, 2, 'printed' FROM letters WHERE state = 'issued' AND channel = 'print'";
    for statement in [runs, pieces] {
        sqlx::query(statement).execute(&mut database).await.unwrap();
    }
    database.close().await.unwrap();
    println!("{count} letters written in {:.1} s", begun.elapsed().as_secs_f64());
}
