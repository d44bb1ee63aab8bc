//! How long the service takes for each page, with many letters in the register and while a batch is being set.
//!
//!     cargo bench --bench pages -- [LETTERS] [--json]
//!
//! Fills the register of a new folder with invented letters (rows alone), 100,000 where nothing else is said, then has the samples' day taken and worked, and asks for each
//! page some hundred times while letters are being taken and set: the median, the 99th percentile and the slowest, in milliseconds of the service's
//! own time. What is typed has its page beside it. `--json` prints the same as one document.

#[path = "rows.rs"]
mod rows;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use chrono::DateTime;
use http_body_util::BodyExt;
use recto::case::{Actor, Clock, LetterState};
use recto::desk::{Batch, CurrentDesk, Desk, Proof, Settings};
use recto::intake::Offer;
use recto::people::{Particulars, Role, Who};
use recto::register::Filter;
use recto::studio::Studio;
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use tower::ServiceExt;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Times each page is asked for.
const TIMES: usize = 120;
/// People who are signed in.
const PEOPLE: usize = 13;
/// Letters of the batch that is set meanwhile, at a time.
const BATCH: usize = 50;

fn main() {
    let count = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(100_000);
    let as_json = std::env::args().any(|argument| argument == "--json");
    tokio::runtime::Runtime::new().unwrap().block_on(measure(count, as_json));
}

async fn measure(count: usize, as_json: bool) {
    let home = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    rows::fill(folder.path(), count).await;
    // What is drawn has no facts: nobody follows it up.
    let options = SqliteConnectOptions::new().filename(folder.path().join("recto.db"));
    let mut database: SqliteConnection = options.connect().await.unwrap();
    sqlx::query("UPDATE cases SET followed_on = '2099-01-01'").execute(&mut database).await.unwrap();
    // Nor has it a PDF: nothing of it is sent.
    sqlx::query("UPDATE deliveries SET state = 'sent' WHERE state = 'waiting'").execute(&mut database).await.unwrap();
    database.close().await.unwrap();
    let clock = Clock::Fixed(DateTime::parse_from_rfc3339("2026-11-17T14:45:00-05:00").unwrap().to_utc());
    let studio = Studio::open(home, true).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let desk = Desk::open(studio, Settings::default(), clock, folder.path()).await.unwrap();
    let day = std::fs::read_to_string(home.join("samples/events.jsonl")).unwrap();
    let day = day
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .map(|event: Value| Offer::of("day".into(), &event));
    desk.take(Actor::operator("bench"), day.collect(), Batch::EachAlone).await.unwrap();
    recto::work::until_idle(&desk, |_| {}).await.unwrap();
    let open = Arc::new(CurrentDesk::new(desk, home.to_owned()));
    let desk = open.desk();
    let service = Service::start(open, &desk).await;

    let newest = |state| Filter { state: Some(state), limit: 1, ..Filter::default() };
    let letters = desk.reader().letters(&newest(LetterState::Issued)).await.unwrap();
    let waiting = desk.reader().letters(&newest(LetterState::AwaitingApproval)).await.unwrap();
    let (letter, case) = (letters[0].id.to_string(), letters[0].case_reference.to_string());
    let form = service.answer(Request::get(format!("/letters/new?case={case}&letter=correspondence"))).await.1;
    let draft =
        form.split_once("action=\"/drafts/").and_then(|(_, rest)| rest.split_once('"')).map(|(id, _)| id.to_owned());
    let draft = draft.map(|id| id.replace("&#x2f;", "/")).expect("the page on which one writes");
    let person = letters[0].person.to_string();
    let typed = format!(
        "what=letter&key=correspondence&case={case}&person={person}&facts.subject.en=Your+question&facts.body.en=An+answer.&facts.subject.fr=Votre+question&facts.body.fr=Une+r%C3%A9ponse."
    );
    let pages = [
        ("first page", "/".to_owned()),
        ("my work", "/work".to_owned()),
        ("letters", "/letters".to_owned()),
        ("letters of a common name", "/letters?q=smith".to_owned()),
        ("letters with some words", "/letters?q=trop-pay%C3%A9".to_owned()),
        ("one letter", format!("/letters/{letter}")),
        ("one that waits, with its pages", format!("/letters/{}", waiting[0].id)),
        ("one case", format!("/cases/{case}")),
        ("plan calculator", format!("/cases/{case}/plan")),
        ("new letter", format!("/letters/new?case={case}")),
        ("decisions", "/decisions".to_owned()),
        ("work in hand", "/standards".to_owned()),
        ("print runs", "/runs".to_owned()),
    ];
    let batch = Setting::start(&desk, home);
    let mut measured = Vec::new();
    // One person alone would soon be asked to wait: each page has somebody of its own.
    for (person, (what, path)) in pages.iter().enumerate() {
        measured.push((*what, times(|| service.timed(person, Request::get(path.as_str()), Body::empty())).await));
    }
    let live = || {
        let request = Request::post(format!("/drafts/{draft}")).header("hx-request", "true");
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        service.timed(0, request, Body::from(typed.clone()))
    };
    measured.push(("page beside, while one types", times(live).await));
    let set = batch.stop().await;
    print(&measured, count, set, as_json);
}

async fn times<F: Future<Output = f64>>(mut ask: impl FnMut() -> F) -> Vec<f64> {
    let mut times = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        times.push(ask().await);
    }
    times.sort_by(f64::total_cmp);
    times
}

fn print(measured: &[(&str, Vec<f64>)], count: usize, set: usize, as_json: bool) {
    let rows =
        measured.iter().map(|(what, times)| (*what, times[TIMES / 2], times[TIMES * 99 / 100], times[TIMES - 1]));
    if as_json {
        let rows: Vec<Value> = rows
            .map(|(what, median, p99, slowest)| json!({"page": what, "median_ms": median, "p99_ms": p99, "slowest_ms": slowest}))
            .collect();
        println!("{}", json!({"letters": count, "set_meanwhile": set, "pages": rows}));
        return;
    }
    println!("{count} letters in the register; {set} were set meanwhile");
    println!("{:32} {:>10} {:>10} {:>11}", "page", "median ms", "p99 ms", "slowest ms");
    for (what, median, p99, slowest) in rows {
        println!("{what:32} {median:>10.1} {p99:>10.1} {slowest:>11.1}");
    }
}

/// The service, and people who are signed in.
struct Service {
    router: Router,
    cookies: Vec<String>,
}

impl Service {
    async fn start(open: Arc<CurrentDesk>, desk: &Desk) -> Service {
        let here = Proof { address: "192.0.2.1", browser: "bench" };
        let mut cookies = Vec::new();
        for number in 1..=PEOPLE {
            let is = Particulars {
                name: format!("Manager {}", "x".repeat(number)),
                email: format!("manager.{number}@fsu.example.ca"),
                roles: vec![Role::Manager],
                programs: Vec::new(),
            };
            let (_, link) = desk.invite(&Who::Operator("bench".to_owned()), is).await.unwrap();
            let secret = desk.sign_in_by_link(&link, None, "four words that nobody knows", here).await.unwrap();
            cookies.push(format!("__Host-recto_session={}", secret.text()));
        }
        Service { router: recto::web::router(open, "bench").unwrap(), cookies }
    }

    async fn answer(&self, request: axum::http::request::Builder) -> (StatusCode, String) {
        self.send(0, request, Body::empty()).await
    }

    async fn send(&self, person: usize, request: axum::http::request::Builder, body: Body) -> (StatusCode, String) {
        let request = request.header(header::COOKIE, &self.cookies[person]).header("sec-fetch-site", "same-origin");
        let answer = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let status = answer.status();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Milliseconds until a page is whole.
    async fn timed(&self, person: usize, request: axum::http::request::Builder, body: Body) -> f64 {
        let begun = Instant::now();
        let (status, text) = self.send(person, request, body).await;
        let time = begun.elapsed().as_secs_f64() * 1e3;
        assert_eq!(status, StatusCode::OK, "{text}");
        time
    }
}

/// Letters that are taken and set for as long as pages are asked for.
struct Setting {
    over: Arc<AtomicBool>,
    set: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

impl Setting {
    fn start(desk: &Arc<Desk>, home: &std::path::Path) -> Setting {
        let sample = home.join("letter-templates/debt-notice/samples/plausible.json");
        let sample: Value = serde_json::from_str(&std::fs::read_to_string(sample).unwrap()).unwrap();
        let (over, set) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (desk, is_over, counted) = (Arc::clone(desk), Arc::clone(&over), Arc::clone(&set));
        let task = tokio::spawn(async move {
            let mut number = 0;
            while !is_over.load(Ordering::Relaxed) {
                let some = (number..number + BATCH).map(|number| offer(&sample, number)).collect();
                desk.take(Actor::operator("bench"), some, Batch::AllOrNone).await.unwrap();
                recto::work::until_idle(&desk, |_| {}).await.unwrap();
                number += BATCH;
                counted.store(number, Ordering::Relaxed);
            }
        });
        Setting { over, set, task }
    }

    /// How many letters were set.
    async fn stop(self) -> usize {
        self.over.store(true, Ordering::Relaxed);
        self.task.await.unwrap();
        self.set.load(Ordering::Relaxed)
    }
}

/// A letter of a case of its own.
fn offer(sample: &Value, number: usize) -> Offer {
    let mut data = sample.clone();
    let reference = format!("DR-2019-{number:06}");
    data["case"]["reference"] = json!(reference);
    data["party"]["id"] = json!(format!("B-{number}"));
    let event = json!({
        "specversion": "1.0", "id": format!("batch-{number}"), "source": "urn:bench", "type": "ca.on.recto.debt.referred.v1",
        "subject": reference, "time": "2026-11-17T09:00:00-05:00", "datacontenttype": "application/json", "data": data,
    });
    Offer::of("bench".into(), &event)
}
