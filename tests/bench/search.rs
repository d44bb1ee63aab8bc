//! How long it takes to find letters among many.
//!
//!     cargo bench --bench search -- [LETTERS]
//!
//! Fills the register of a new folder with invented letters (rows alone, no PDFs), 100,000 where nothing else is said, and asks for each
//! condition and order some twenty times: the median and the slowest are printed.

#[path = "rows.rs"]
mod rows;

use std::time::Instant;

use recto::case::{CaseRef, Channel, DeliveryState, LetterState, RunId};
use recto::register::{Filter, Order, Reader, Register};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Times each search is asked.
const TIMES: usize = 20;

fn main() {
    let count = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(100_000);
    tokio::runtime::Runtime::new().unwrap().block_on(measure(count));
}

async fn measure(count: usize) {
    let folder = tempfile::tempdir().unwrap();
    rows::fill(folder.path(), count).await;
    // Opened, the register makes what is lacking of the indexes.
    let begun = Instant::now();
    let register = Register::open(folder.path(), "specimen").await.unwrap();
    println!("their marks made in {:.1} s", begun.elapsed().as_secs_f64());
    let size = std::fs::metadata(folder.path().join("recto.db")).unwrap().len();
    println!("the register has {} MB", size >> 20);
    searches(register.reader(), count).await;
}

async fn searches(reader: &Reader, count: usize) {
    let newest = reader
        .letters(&Filter {
            limit: 1,
            state: Some(LetterState::Issued),
            before: Some(count as i64 / 2),
            ..Filter::default()
        })
        .await
        .unwrap();
    let some = &newest[0];
    let text = |text: &str| Some(text.to_owned());
    let case = some.case_reference.to_string();
    let all = Filter { limit: 51, ..Filter::default() };
    let number = some.id.to_lowercase();
    let day = some.date.unwrap_or_else(|| "2024-03-01".parse().unwrap());
    let searches = [
        ("nothing asked", all.clone()),
        ("whole number", Filter { number: text(&number), ..all.clone() }),
        ("part of a number", Filter { number: text(&number[5..9]), ..all.clone() }),
        ("three of a number", Filter { number: text(&number[..3]), ..all.clone() }),
        ("pasted case", Filter { anything: text(&case), ..all.clone() }),
        ("part of a case", Filter { case_part: text(&case[8..]), ..all.clone() }),
        ("exact case", Filter { case: Some(CaseRef::new(&*case)), ..all.clone() }),
        ("a name", Filter { person: text(&some.person_name), ..all.clone() }),
        ("a common surname", Filter { person: text("smith"), ..all.clone() }),
        ("a common surname, by amount", Filter { person: text("smith"), order: Order::Amount, ..all.clone() }),
        ("two letters", Filter { person: text("wu"), ..all.clone() }),
        ("person's key", Filter { person: text(&some.person), ..all.clone() }),
        ("nobody", Filter { anything: text("zygmunt"), ..all.clone() }),
        ("rare words", Filter { words: text(&some.person_name), ..all.clone() }),
        ("words of a third", Filter { words: text("trop-payé"), ..all.clone() }),
        ("words of a third, by name", Filter { words: text("trop-payé"), order: Order::Name, ..all.clone() }),
        ("words of all", Filter { words: text("\"Government of Ontario\""), ..all.clone() }),
        ("words of all, by amount", Filter { words: text("ontario"), order: Order::Amount, ..all.clone() }),
        ("words of all, in a case", Filter { words: text("ontario"), case_part: text(&case), ..all.clone() }),
        ("one day", Filter { from: Some(day), until: Some(day), ..all.clone() }),
        (
            "some years, by name",
            Filter {
                from: "2021-01-01".parse().ok(),
                until: "2024-12-31".parse().ok(),
                order: Order::Name,
                ..all.clone()
            },
        ),
        ("held", Filter { state: Some(LetterState::Held), ..all.clone() }),
        ("sent", Filter { state: Some(LetterState::Issued), delivery: Some(DeliveryState::Sent), ..all.clone() }),
        ("could not be sent", Filter { delivery: Some(DeliveryState::Failed), ..all.clone() }),
        ("a run", Filter { run: Some(RunId::new(day.to_string())), ..all.clone() }),
        ("a small program", Filter { program: text("sponsorship"), ..all.clone() }),
        (
            "a channel and a type",
            Filter { channel: Some(Channel::Email), letter_type: text("cra-notice"), ..all.clone() },
        ),
        ("an amount", Filter { cents: some.cents(), ..all.clone() }),
        ("by name", Filter { order: Order::Name, ..all.clone() }),
        ("by amount, far on", Filter { order: Order::Amount, before: Some(some.sequence), ..all.clone() }),
        (
            "held, of a program, with words",
            Filter { state: Some(LetterState::Held), program: text("odsp"), words: text("ontario"), ..all.clone() },
        ),
        (
            "many conditions that nothing meets",
            Filter {
                channel: Some(Channel::Email),
                state: Some(LetterState::Issued),
                letter_type: text("plan-reminder"),
                words: text("ontario"),
                ..all.clone()
            },
        ),
    ];
    println!("{:38} {:>6} {:>10} {:>10}", "search", "found", "median ms", "slowest ms");
    for (what, filter) in searches {
        let (mut times, mut found) = (Vec::new(), 0);
        for _ in 0..TIMES {
            let begun = Instant::now();
            found = reader.letters(&filter).await.unwrap().len();
            times.push(begun.elapsed().as_secs_f64() * 1e3);
        }
        times.sort_by(f64::total_cmp);
        println!("{what:38} {found:>6} {:>10.1} {:>10.1}", times[TIMES / 2], times[TIMES - 1]);
    }
}
