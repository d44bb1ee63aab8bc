//! Letters a second through the whole path, and bare typst on the same drafts, in one run.
//!
//!     cargo bench --bench letters -- [LETTERS]
//!
//! The whole path is what `recto take` and `recto work` do: JSON, schemas, SQLite with `synchronous=FULL`, drafting, guards,
//! typesetting, archive, register. Bare typst sets the very same sources on as many threads and throws the PDFs away.

use std::time::Instant;

use chrono::DateTime;
use recto::case::{Actor, Clock, LetterId, PersonId};
use recto::desk::{Batch, Desk, Settings};
use recto::intake::Offer;
use recto::studio::Studio;
use serde_json::{Value, json};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let count = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(1000);
    tokio::runtime::Runtime::new().unwrap().block_on(measure(count));
}

async fn measure(count: usize) {
    let home = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let sample = home.join("letter-templates/debt-notice/samples/plausible.json");
    let sample: Value = serde_json::from_str(&std::fs::read_to_string(sample).unwrap()).unwrap();
    let clock = Clock::Fixed(DateTime::parse_from_rfc3339("2026-11-17T10:00:00-05:00").unwrap().to_utc());
    let folder = tempfile::tempdir().unwrap();
    let studio = Studio::open(home, true).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let desk = Desk::open(studio, Settings::default(), clock, folder.path()).await.unwrap();
    let data: Vec<Value> = (0..count).map(|number| numbered(&sample, number)).collect();

    let begun = Instant::now();
    for chunk in data.chunks(500) {
        let offers = chunk.iter().map(|data| Offer::of("bench".into(), &event(data))).collect();
        desk.take(Actor::operator("bench"), offers, Batch::AllOrNone).await.unwrap();
    }
    report("events taken", count, begun);
    let begun = Instant::now();
    recto::work::until_idle(&desk, |_| {}).await.unwrap();
    let whole = report("letters, the whole path", count, begun);

    let letter = &desk.studio.catalogue.types["debt-notice"];
    let mut jobs = Vec::new();
    for (number, data) in data.iter().enumerate() {
        let checked = desk.studio.check_data(letter, data).unwrap();
        let id = LetterId::derive("bench", &number.to_string(), "debt-notice", &PersonId::new("P"));
        jobs.push(desk.studio.compose(letter, id, clock.today(), checked).unwrap().job);
    }
    let begun = Instant::now();
    let threads = &desk.studio.threads;
    let mut setting = tokio::task::JoinSet::new();
    for job in jobs {
        while setting.len() >= 2 * threads.count() {
            setting.join_next().await.unwrap().unwrap();
        }
        let threads = threads.clone();
        setting.spawn(async move { drop(threads.set(job).await.unwrap()) });
    }
    setting.join_all().await;
    let bare = report("letters, bare typst", count, begun);
    println!("the whole path runs at {:.2} of bare typst", bare / whole);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("VmHWM: unknown");
    println!("peak memory {}", peak.trim_start_matches("VmHWM:").trim());
}

/// A case of its own for each letter.
fn numbered(sample: &Value, number: usize) -> Value {
    let mut data = sample.clone();
    data["case"]["reference"] = json!(format!("DR-2026-{number:06}"));
    data["party"]["id"] = json!(format!("P-{number}"));
    data
}

fn event(data: &Value) -> Value {
    json!({
        "specversion": "1.0",
        "id": data["party"]["id"],
        "source": "urn:bench",
        "type": "ca.on.recto.debt.referred.v1",
        "subject": data["case"]["reference"],
        "time": "2026-11-17T09:00:00-05:00",
        "data": data,
    })
}

/// Prints a figure and gives the seconds.
fn report(what: &str, count: usize, begun: Instant) -> f64 {
    let seconds = begun.elapsed().as_secs_f64();
    println!("{what:24} {count:>7} in {seconds:7.2} s  {:>8.1} a second", count as f64 / seconds);
    seconds
}
