//! The pages of mail merges, form by form: what is understood, refused, confirmed and stopped. `browser.rs` looks at them.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use recto::case::letter::sha256_hex;
use recto::case::{AuditKind, LetterState};
use recto::register::{AuditFilter, Filter};

use crate::http::{Answer, Api, TOKEN, form};
use crate::merges::{everybody_known, sheet};
use crate::support::work;

const BOUNDARY: &str = "a-line-that-is-in-no-part";

fn asked(method: &str, path: &str) -> axum::http::request::Builder {
    let request = Request::builder().method(method).uri(path).header(header::ACCEPT_LANGUAGE, "en");
    request.header(header::AUTHORIZATION, format!("Bearer {TOKEN}"))
}

async fn get(api: &Api, path: &str) -> Answer {
    api.answered(asked("GET", path).body(Body::empty()).unwrap()).await
}

/// Hands in a sheet.
async fn hand_in(api: &Api, letter: &str, name: &str, sheet: &[u8]) -> Answer {
    let mut body = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"letter\"\r\n\r\n{letter}\r\n--{BOUNDARY}\r\nContent-Disposition: form-data; \
         name=\"sheet\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(sheet);
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    api.answered(asked("POST", "/merges").header(header::CONTENT_TYPE, kind).body(Body::from(body)).unwrap()).await
}

/// Sends a form.
async fn fill_in(api: &Api, path: &str, fields: &[(&str, &str)]) -> Answer {
    api.answered(form(asked("POST", path), fields)).await
}

/// What stands in a page between two marks.
fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}"));
    rest.split_once(after).unwrap().0
}

/// A page that is checked by now.
async fn checked(api: &Api, path: &str) -> String {
    loop {
        let page = get(api, path).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        if page.text.contains("id=\"verdict\"") {
            return page.text;
        }
    }
}

async fn unit() -> Api {
    let api = Api::start().await;
    everybody_known(&api.desk).await;
    api
}

fn statements() -> String {
    sheet(|_| "2026-11-12".into(), "Date de la demande")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_taken_in_is_said_beside_its_field() {
    let api = unit().await;
    let neither = hand_in(&api, "", "", b"").await;
    assert_eq!(neither.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(neither.text.contains("href=\"#letter\"") && neither.text.contains("href=\"#sheet\""), "{}", neither.text);
    let unknown = hand_in(&api, "no-such", "a.csv", b"a;b").await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unknown.text.contains("no-such"), "{}", unknown.text);
    let kept = hand_in(&api, "account-statement", "", b"").await;
    assert!(kept.text.contains("value=\"account-statement\" selected"), "what was chosen is kept");
    let large = hand_in(&api, "account-statement", "a.csv", &vec![b'a'; (64 << 20) + 1]).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(large.text.contains("<h1") && large.text.contains("a spreadsheet 64 MiB"), "{}", large.text);
    let empty = get(&api, "/merges/empty-sheet?letter=").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let empty = get(&api, "/merges/empty-sheet?letter=account-statement").await;
    assert!(empty.status == StatusCode::OK && empty.text.starts_with("PK"));
    for path in [
        "/merges/sheets/0",
        "/merges/sheets/0/rows/2",
        "/merges/sheets/0/rows/2/page-1.png",
        "/merges/0",
        "/merges/sheets/0/checked.xlsx",
    ] {
        assert_eq!(get(&api, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let not_a_sheet = hand_in(&api, "account-statement", "C:\\letters\\a.pdf", b"%PDF-1.7").await;
    assert_eq!(not_a_sheet.status, StatusCode::SEE_OTHER);
    let page = checked(&api, &not_a_sheet.place).await;
    assert!(page.contains("sheet-other-file") && page.contains("<h1 class=\"h1--under\">a.pdf</h1>"), "{page}");
    assert!(!page.contains("/confirm\""), "there is nothing to confirm");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_is_understood_as_its_page_is_told() {
    let api = unit().await;
    // Days that can be read in two ways, a column of its own kind of words, and one that a hand has to name.
    let text =
        sheet(|place| format!("0{}/0{}/2026;{}", place % 3 + 1, place % 4 + 1, place * 10), "Demandée le;Mystère");
    let taken = hand_in(&api, "account-statement", "relevés d’été.csv", text.as_bytes()).await;
    let address = taken.place;
    let page = checked(&api, &address).await;
    assert!(page.contains("name=\"answer:dates:B\""), "{page}");
    assert!(
        page.contains("Waits for an answer") && !page.contains("To correct"),
        "nothing is wrong with its rows: {page}"
    );
    assert!(page.contains("<option value=\"\">") && page.contains("name=\"column:C\""), "{page}");
    let mut tells = vec![("answer:dates:B", "day-first"), ("column:A", "case.reference"), ("column:C", "")];
    assert_eq!(fill_in(&api, &address, &tells).await.place, address);
    let page = checked(&api, &address).await;
    assert!(!page.contains("name=\"answer:dates:B\"") && page.contains("value=\"dates:B\""), "answered: {page}");
    assert!(
        page.contains("id=\"confirm\"") && page.contains("<td>2026-03-01</td>") || page.contains("<td>2026-01-01</td>"),
        "{page}"
    );
    // An answer is taken back, and asked for again.
    fill_in(&api, &address, &[("ask-again", "dates:B")]).await;
    assert!(checked(&api, &address).await.contains("name=\"answer:dates:B\""));
    // Two columns for one thing are refused, by name.
    tells[2] = ("column:C", "case.reference");
    fill_in(&api, &address, &tells).await;
    let page = checked(&api, &address).await;
    assert!(page.contains("columns-for-one-thing"), "{page}");
    fill_in(&api, &address, &[("column:C", "")]).await;
    assert!(!checked(&api, &address).await.contains("columns-for-one-thing"));
    let workbook = get(&api, &format!("{address}/checked.xlsx")).await;
    assert!(workbook.status == StatusCode::OK && workbook.text.starts_with("PK"));
    // The same sheet by the API, which shows what was understood.
    let id = address.rsplit('/').next().unwrap();
    let shown = api.get(&format!("/merges/uploads/{id}")).await;
    assert_eq!(shown["columns"][1]["examples"][0], "01/01/2026");
    assert_eq!(shown["mapping"]["answers"]["dates:B"], "day-first");
    let discarded = fill_in(&api, &format!("{address}/discard"), &[]).await;
    assert_eq!((discarded.status, discarded.place.as_str()), (StatusCode::SEE_OTHER, "/merges"));
    assert_eq!(get(&api, &address).await.status, StatusCode::NOT_FOUND);
    let (status, _) = api.call("GET", &format!("/merges/uploads/{id}"), &[], String::new()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_kept_of_an_earlier_sheet_can_be_asked_again() {
    let api = unit().await;
    let text = |month: usize| sheet(|place| format!("0{}/0{month}/2026", place + 1), "Demandée le");
    let first = hand_in(&api, "account-statement", "a.csv", text(2).as_bytes()).await.place;
    checked(&api, &first).await;
    fill_in(&api, &first, &[("answer:dates:B", "day-first")]).await;
    let page = checked(&api, &first).await;
    let hash = between(&page, "name=\"hash\" value=\"", "\"").to_owned();
    api.fill_in("O. Officer", &format!("{first}/confirm"), &[("hash", &hash)]).await;
    while get(&api, &first).await.status != StatusCode::SEE_OTHER {}
    // The next sheet with these headings is understood alike, until somebody says otherwise.
    let second = hand_in(&api, "account-statement", "b.csv", text(3).as_bytes()).await.place;
    let page = checked(&api, &second).await;
    assert!(page.contains("2026-03-08") && !page.contains("name=\"answer:dates:B\""), "{page}");
    fill_in(&api, &second, &[("ask-again", "dates:B")]).await;
    let page = checked(&api, &second).await;
    assert!(page.contains("name=\"answer:dates:B\"") && !page.contains("2026-03-08"), "{page}");
    // It stays asked while something else is changed.
    fill_in(&api, &second, &[("column:A", "case.reference")]).await;
    assert!(checked(&api, &second).await.contains("name=\"answer:dates:B\""));
    fill_in(&api, &second, &[("answer:dates:B", "month-first")]).await;
    let page = checked(&api, &second).await;
    assert!(page.contains("2026-08-03") && !page.contains("name=\"answer:dates:B\""), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_sheets_are_kept_than_there_is_room_for_and_those_go_first_that_nobody_asks_for() {
    let api = unit().await;
    let text = statements();
    let mut places = Vec::new();
    for number in 0..25 {
        let taken = hand_in(&api, "account-statement", &format!("{number}.csv"), text.as_bytes()).await;
        checked(&api, &taken.place).await;
        places.push(taken.place);
        // The first is looked at all the while.
        assert_eq!(get(&api, &places[0]).await.status, StatusCode::OK, "{number}");
    }
    assert_eq!(get(&api, &places[1]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(get(&api, &places[2]).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_every_row_says_alike_can_be_said_once() {
    let api = unit().await;
    let text = sheet(|_| "x".into(), "Rien");
    let address = hand_in(&api, "plan-confirmation", "m.csv", text.as_bytes()).await.place;
    let page = checked(&api, &address).await;
    let field = between(&page, "name=\"for-all:", "\"").to_owned();
    let name = format!("for-all:{field}");
    fill_in(&api, &address, &[(&name, "November 31, 2026")]).await;
    let page = checked(&api, &address).await;
    assert!(page.contains("for-all-wrong") && page.contains("value=\"November 31, 2026\""), "{page}");
    fill_in(&api, &address, &[(&name, "2026-11-02")]).await;
    let page = checked(&api, &address).await;
    assert!(!page.contains("for-all-wrong"), "{page}");
    fill_in(&api, &address, &[(&name, "")]).await;
    assert!(!checked(&api, &address).await.contains("value=\"2026-11-02\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_is_confirmed_as_it_was_seen_by_one_of_the_units_people_and_stopped() {
    let api = unit().await;
    let text = statements().replace("DR-2026-005104;2026-11-12", "DR-2026-005104;2026-11-31");
    let address = hand_in(&api, "account-statement", "statements.csv", text.as_bytes()).await.place;
    let page = checked(&api, &address).await;
    assert!(page.contains("href=\"") && page.contains(&format!("{address}?at=5#row-5")), "{page}");
    assert!(page.contains("id=\"row-5\""), "the fault's row");
    // The letters of the rows, and none of the one at fault.
    assert_eq!(get(&api, &format!("{address}/rows/2/page-1.png")).await.status, StatusCode::OK);
    assert!(get(&api, &format!("{address}/rows/2/letter.pdf")).await.text.starts_with("%PDF"));
    let row = get(&api, &format!("{address}/rows/2")).await.text;
    assert!(row.contains("DR-2026-005101") && row.contains("rows/3\" rel=\"next\""), "{row}");
    let row = get(&api, &format!("{address}/rows/5")).await.text;
    assert!(row.contains("date-unreadable") && !row.contains("letter.pdf"), "{row}");

    let hash = between(&page, "name=\"hash\" value=\"", "\"").to_owned();
    let confirm = format!("{address}/confirm");
    let nobody = api.fill_in("R. Cords", &confirm, &[("hash", &hash), ("name", "November")]).await;
    assert_eq!(nobody.status, StatusCode::FORBIDDEN, "{}", nobody.text);
    let other = "0".repeat(64);
    assert_eq!(api.fill_in("O. Officer", &confirm, &[("hash", &other)]).await.place, address);
    let page = checked(&api, &address).await;
    assert!(page.contains("id=\"changed\""), "{page}");
    let letters = async || {
        let filter = Filter { letter_type: Some("account-statement".into()), limit: 100, ..Filter::default() };
        api.desk.reader().letters(&filter).await.unwrap()
    };
    assert!(letters().await.is_empty(), "nothing is made before");

    for _ in 0..2 {
        let confirmed = api.fill_in("O. Officer", &confirm, &[("hash", &hash), ("name", "November")]).await;
        assert_eq!(confirmed.status, StatusCode::SEE_OTHER, "{}", confirmed.text);
    }
    let merge = loop {
        let answer = get(&api, &address).await;
        if answer.status == StatusCode::SEE_OTHER {
            break answer.place;
        }
    };
    let (status, _) = api.call("GET", &address.replace("/merges/sheets", "/merges/uploads"), &[], String::new()).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "the API leads to the merge, too");
    let page = get(&api, &merge).await.text;
    assert!(page.contains("id=\"progress\"") && page.contains("progress.js"), "it is being made: {page}");
    work(&api.desk).await;
    let page = get(&api, &merge).await.text;
    assert!(!page.contains("id=\"progress\"") && page.contains("November") && page.contains("O. Officer"), "{page}");
    assert!(page.contains("date-unreadable") || page.contains("E5") || page.contains("B5"), "the row at fault: {page}");
    assert_eq!(letters().await.len(), 7);
    assert!(get(&api, "/merges").await.text.contains(&format!("href=\"{merge}\">November")));
    let result = get(&api, &format!("{merge}/result.xlsx")).await;
    assert!(result.status == StatusCode::OK && result.text.starts_with("PK"));

    let (status, closed) = api.call("POST", "/runs/2026-11-17/close", &[], String::new()).await;
    assert_eq!(status, StatusCode::OK, "{closed:#}");
    let stop = format!("{merge}/stop");
    let unsaid = api.fill_in("O. Officer", &stop, &[("reason", " ")]).await;
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", unsaid.text);
    assert!(unsaid.text.contains("role=\"alert\""), "{}", unsaid.text);
    let stopped = api.fill_in("O. Officer", &stop, &[("reason", "The wrong month")]).await;
    assert_eq!((stopped.status, stopped.place), (StatusCode::SEE_OTHER, merge.clone()));
    let page = get(&api, &merge).await.text;
    assert!(page.contains("The wrong month") && !page.contains(&stop), "{page}");
    // Two are e-mails, which wait for half an hour; the others have left with the print run.
    let states: Vec<LetterState> = letters().await.iter().map(|letter| letter.state).collect();
    let withdrawn = states.iter().filter(|state| **state == LetterState::Withdrawn).count();
    assert_eq!((states.len(), withdrawn), (7, 2), "{states:?}");
    // A form's own address, in another language or from the history, leads to the page that has it.
    assert_eq!(get(&api, &format!("{stop}?lang=fr")).await.place, merge);
    assert_eq!(get(&api, &format!("{address}/confirm?lang=fr")).await.place, address);
    assert_eq!(api.fill_in("O. Officer", "/merges/0/stop", &[("reason", "x")]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_merge_is_confirmed_by_a_second_person_on_its_page() {
    let api = unit().await;
    let rows: String = (0..60)
        .map(|day| format!("DR-2026-0051{:02};2026-{:02}-{:02}\n", day % 8 + 1, day / 28 + 1, day % 28 + 1))
        .collect();
    let text = format!("Dossier;Date de la demande\n{rows}");
    let address = hand_in(&api, "account-statement", "many.csv", text.as_bytes()).await.place;
    let page = checked(&api, &address).await;
    assert!(page.contains("?at=52#rows\" rel=\"next\""), "sixty rows, fifty a page: {page}");
    let further = get(&api, &format!("{address}?at=61")).await.text;
    assert!(further.contains("id=\"row-61\"") && !further.contains("id=\"row-3\"") && further.contains("rel=\"prev\""));
    if !page.contains("name=\"hash\"") {
        panic!("{page}");
    }
    let hash = between(&page, "name=\"hash\" value=\"", "\"").to_owned();
    assert!(page.contains("a second person must confirm it"), "{page}");
    api.fill_in("O. Officer", &format!("{address}/confirm"), &[("hash", &hash)]).await;
    let merge = loop {
        let answer = get(&api, &address).await;
        if answer.status == StatusCode::SEE_OTHER {
            break answer.place;
        }
    };
    let page = get(&api, &merge).await.text;
    let second = format!("{merge}/second");
    let page_of = async |name: &str| api.open(name, &merge, "en").await.text;
    assert!(!page.contains(&second), "no system seconds: {page}");
    assert!(!page_of("O. Officer").await.contains(&second) && page_of("A. Manager").await.contains(&second));
    assert_eq!(api.fill_in("O. Officer", &second, &[]).await.status, StatusCode::FORBIDDEN);
    api.fill_in("A. Manager", &second, &[]).await;
    let page = page_of("D. Director").await;
    assert!(page.contains("A. Manager") && !page.contains(&second), "{page}");
    assert!(page.contains(&format!("{merge}?after=51#rows")), "{page}");
    assert!(get(&api, &format!("{merge}?after=51")).await.text.contains("Row 52"));
    // A merge is of many cases: who was shown what is on file of them, and who looked, stands in the audit trail.
    for _ in 0..2 {
        api.open("R. Cords", &format!("{merge}/result.xlsx"), "en").await;
    }
    let id = merge.trim_start_matches("/merges/");
    api.call_by("D. Director", "GET", &format!("/merges/{id}/result"), &[], String::new()).await;
    let audited = async |kind: AuditKind| {
        let filter = AuditFilter { kind: Some(kind), limit: 100, ..AuditFilter::default() };
        let lines = api.desk.reader().audit(&filter).await.unwrap();
        let mut names: Vec<String> = lines.iter().map(|line| line.actor().unwrap().name).collect();
        names.sort();
        (names, lines[0].detail().unwrap())
    };
    let (handed_in, sheet) = audited(AuditKind::SheetChecked).await;
    assert_eq!((handed_in, &sheet["file"]), (vec!["API".to_owned()], &"many.csv".into()));
    assert_eq!(sheet["sha256"], sha256_hex(text.as_bytes()));
    let (viewed, merge) = audited(AuditKind::MergeViewed).await;
    assert_eq!(
        (viewed, &merge["name"]),
        (["A. Manager", "API", "D. Director", "O. Officer"].map(String::from).to_vec(), &"many.csv".into())
    );
    let (fetched, _) = audited(AuditKind::MergeFetched).await;
    assert_eq!(fetched, ["D. Director", "R. Cords", "R. Cords"]);
    for (kind, words) in
        [("sheet-checked", "Feuille à fusionner vérifiée"), ("merge-viewed", "Lignes d’une fusion consultées")]
    {
        let trail = api.open("S. Admin", &format!("/audit?kind={kind}"), "fr").await.text;
        assert!(trail.contains(&format!("<td>{words}</td>")) && trail.contains("many.csv"), "{trail}");
    }
}
