//! `recto demo`: a day at the unit, from the samples.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
use recto::case::clock::toronto;
use recto::case::{Actor, CaseRef, Channel, DeliveryState, FollowUpState, LetterState, Text};
use recto::desk::{Desk, Environment, Member};
use recto::register::Filter;
use serde::Deserialize;

use super::take::{Tally, take_file};
use super::work::until_idle;
use super::{Config, LOCK, hold, open_desk, serve};

/// The file that marks a data folder as one that `demo` made and may make anew.
const MARK: &str = "demo";

/// Arguments of `recto demo`.
#[derive(clap::Args)]
pub struct Arguments {
    /// End after the day, without serving the pages.
    #[arg(long)]
    no_serve: bool,
}

/// `samples/day.toml`.
#[derive(Deserialize)]
struct Day {
    /// The instant at which the day's clock stands still.
    now: DateTime<Utc>,
    /// The unit's people.
    people: Vec<Member>,
}

/// One line of `samples/approvals.json`.
#[derive(Deserialize)]
struct Approval {
    case: CaseRef,
    letter: String,
    by: Approver,
}

#[derive(Deserialize)]
struct Approver {
    name: String,
}

/// Walks through the sample day.
pub async fn run(arguments: Arguments, mut config: Config) -> anyhow::Result<ExitCode> {
    if config.desk.environment == Environment::Production {
        bail!("the demo is invented people's letters: it does not run in production");
    }
    let samples = config.home.join("samples");
    let day = std::fs::read_to_string(samples.join("day.toml")).context("samples/day.toml")?;
    let day: Day = toml::from_str(&day).context("samples/day.toml")?;
    (config.clock, config.desk.people) = (Some(day.now), day.people);
    let _held = clear(&config)?;
    std::fs::write(config.dir.join(MARK), "This folder was made by `recto demo`, which makes it anew each time.\n")?;
    let desk = open_desk(&config).await?;

    eprintln!("Taking the day's events …");
    let mut tally = Tally::default();
    take_file(&desk, &samples.join("events.jsonl"), &config.dir, &mut tally).await?;
    eprintln!("Drafting, checking, typesetting, archiving, sending …");
    until_idle(&desk).await?;
    let approved = approve(&desk, &samples).await?;
    until_idle(&desk).await?;
    eprintln!("Closing the print run …");
    let closed = desk.close_run(Actor::operator("recto demo"), desk.run_date()).await?;
    until_idle(&desk).await?;

    say!("A day at the unit: {}\n", toronto(day.now).format("%A %-d %B %Y, %H:%M"));
    tally.print();
    say!();
    print_letters(&desk).await?;
    print_stopped(&desk).await?;
    print_follow_ups(&desk).await?;
    let t = &closed.totals;
    say!("\n{approved} letters were approved by a manager, as samples/approvals.json says.");
    say!("\nWhere it lies");
    say!("  print run   {}  ({} letters, {} sheets)", closed.folder.display(), t.pieces, t.sheets);
    say!("  e-mail      {}", config.dir.join("outbox").display());
    say!("  archive     {}", config.dir.join("archive").display());
    say!("  register    {}", config.dir.join("recto.db").display());
    say!("\nEvery page says SPECIMEN, and no mail leaves this machine.\n");
    if arguments.no_serve {
        desk.close().await;
        return Ok(ExitCode::SUCCESS);
    }
    serve::serve(desk, &config).await
}

/// Makes way for a fresh data folder and holds it. Only one that an earlier demo made, and that nobody works in, is cleared.
fn clear(config: &Config) -> anyhow::Result<std::fs::File> {
    let dir = &config.dir;
    let in_use = dir.exists() && dir.read_dir()?.flatten().any(|entry| entry.file_name() != LOCK);
    if in_use && !dir.join(MARK).exists() {
        bail!("{} has data in it that no demo made: give another folder with --dir", dir.display());
    }
    let held = hold(config)?;
    for entry in dir.read_dir()?.flatten().filter(|entry| entry.file_name() != LOCK) {
        let path = entry.path();
        let removed = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        removed.with_context(|| path.display().to_string())?;
    }
    Ok(held)
}

/// Approves the letters that the samples name.
async fn approve(desk: &Desk, samples: &Path) -> anyhow::Result<usize> {
    let text = std::fs::read_to_string(samples.join("approvals.json")).context("samples/approvals.json")?;
    let approvals: Vec<Approval> = serde_json::from_str(&text).context("samples/approvals.json")?;
    let mut approved = 0;
    for approval in approvals {
        let filter = Filter {
            case: Some(approval.case),
            letter_type: Some(approval.letter),
            state: Some(LetterState::AwaitingApproval),
            limit: 10,
            ..Filter::default()
        };
        for letter in desk.reader().letters(&filter).await? {
            let seal = letter.seal.context("a letter that waits for approval has a seal")?;
            desk.approve(&letter.id, &seal, &approval.by.name).await?;
            approved += 1;
        }
    }
    Ok(approved)
}

/// The table of letters by type and what became of them.
async fn print_letters(desk: &Desk) -> anyhow::Result<()> {
    const COLUMNS: [&str; 7] = ["issued", "printed", "e-mailed", "held", "ended", "approval", "refused"];
    let tally = desk.reader().tally().await?;
    say!("{:28}{}", "letter", COLUMNS.map(|column| format!("{column:>10}")).concat());
    let mut sums = [0; 7];
    for (key, letter) in &desk.studio.catalogue.types {
        let mut row = [0; 7];
        for tally in tally.iter().filter(|tally| tally.letter_type == *key) {
            let sent = tally.delivery == Some(DeliveryState::Sent);
            let facts = [
                tally.state == LetterState::Issued,
                sent && tally.channel == Channel::Print,
                sent && tally.channel == Channel::Email,
                tally.state == LetterState::Held,
                tally.state == LetterState::Ended,
                tally.state == LetterState::AwaitingApproval,
                tally.state == LetterState::Refused,
            ];
            for (place, is_so) in facts.into_iter().enumerate() {
                row[place] += if is_so { tally.count } else { 0 };
            }
        }
        if row == [0; 7] {
            continue;
        }
        say!("{:28}{}", letter.key, row.map(|count| format!("{count:>10}")).concat());
        sums.iter_mut().zip(row).for_each(|(sum, count)| *sum += count);
    }
    say!("{:28}{}", "in all", sums.map(|count| format!("{count:>10}")).concat());
    Ok(())
}

/// What Recto noticed to be due and proposes to the officers.
async fn print_follow_ups(desk: &Desk) -> anyhow::Result<()> {
    let due = desk.reader().follow_ups(Some(FollowUpState::Proposed), None, 1_000).await?;
    say!("\n  {} follow-ups wait for an officer", due.len());
    for row in due {
        say!("      {}  {}  due {}: {}", row.case_reference, row.kind, row.due, row.says()?.en);
    }
    Ok(())
}

/// The letters that do not go today, and why.
async fn print_stopped(desk: &Desk) -> anyhow::Result<()> {
    for state in [LetterState::Held, LetterState::Ended, LetterState::AwaitingApproval, LetterState::Refused] {
        let filter = Filter { state: Some(state), limit: 1_000, ..Filter::default() };
        for letter in desk.reader().letters(&filter).await? {
            let title = desk.studio.catalogue.types.get(&letter.letter_type).map(|t| &t.description.title);
            let title = title.map(|Text { en, .. }| en.clone()).unwrap_or(letter.letter_type.clone());
            say!("\n  {}  {}  {title}", state.as_str(), letter.case_reference);
            for reason in letter.reasons.iter() {
                say!("      {}: {}", reason.place, reason.message.en);
            }
        }
    }
    Ok(())
}
