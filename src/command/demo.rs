//! `recto demo`: a day at the unit, from the samples.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
use recto::case::clock::toronto;
use recto::case::format::Formats;
use recto::case::{CaseRef, Channel, DeliveryState, FollowUpState, LetterState, said};
use recto::desk::{Desk, Environment, MergeRequest, Proof, office};
use recto::people::{Particulars, Role, Who};
use recto::register::Filter;
use serde::Deserialize;

use super::take::{Tally, take_file};
use super::voice::voice;
use super::work::until_idle;
use super::{Config, demo_folder, open_desk, place_of, serve};

/// Arguments of `recto demo`.
#[derive(clap::Args)]
pub struct Arguments {
    /// End after the day, without serving the pages.
    #[arg(long)]
    no_serve: bool,
    /// Address to listen on; loopback by default.
    #[arg(long, conflicts_with = "no_serve")]
    listen: Option<String>,
}

/// `samples/day.toml`.
#[derive(Deserialize)]
struct Day {
    /// The instant at which the day's clock stands still.
    now: DateTime<Utc>,
    /// The unit's people.
    people: Vec<DayPerson>,
    /// What is merged.
    merge: DayMerge,
}

/// One of the unit's people.
#[derive(Deserialize)]
struct DayPerson {
    name: String,
    email: String,
    roles: Vec<Role>,
}

/// A sheet of `samples/` that is merged.
#[derive(Deserialize)]
struct DayMerge {
    /// The letter type's key.
    letter: String,
    /// The file.
    sheet: String,
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
        bail!(trouble!("trouble.demo-production"));
    }
    let samples = config.home.join("samples");
    let file = samples.join("day.toml");
    let day = std::fs::read_to_string(&file)
        .map_err(|error| trouble!("trouble.samples", file = file.display(); why = said::io(&error)))?;
    let day: Day = toml::from_str(&day).context("samples/day.toml")?;
    config.clock = Some(day.now);
    config.listen = arguments.listen.unwrap_or(config.listen);
    let listener = if arguments.no_serve { None } else { Some(serve::listen(&config.listen).await?) };
    let _held = demo_folder::clear(&config).await?;
    let desk = open_desk(&config).await?;

    hint!("demo.taking");
    let mut tally = Tally::default();
    let events = samples.join("events.jsonl");
    take_file(&desk, &events, &place_of(&events, false), &config.dir, &mut tally).await?;
    hint!("demo.working");
    until_idle(&desk).await?;
    let password = invite(&desk, &day.people).await?;
    let approved = approve(&desk, &samples).await?;
    until_idle(&desk).await?;
    hint!("demo.closing");
    let closed = desk.close_run(operator().actor(), desk.run_date()).await?;
    hint!("demo.merging");
    let merged = merge(&desk, &samples, &day.merge).await?;
    until_idle(&desk).await?;

    demo_folder::finish(&config.dir, desk.reader()).await?;
    let (now, formats) = (toronto(day.now), Formats::of(voice().language));
    let date = formats.date(&now.date().to_string()).unwrap_or_default();
    tell!("demo.day", day = date, time = now.format("%H:%M"));
    say!();
    tally.print();
    say!();
    print_letters(&desk).await?;
    print_stopped(&desk).await?;
    print_follow_ups(&desk).await?;
    let t = &closed.totals;
    let counted = |count, unit| voice().counted(count, unit);
    say!("\n{}", words!("demo.approved", letters = counted(approved, "approved")));
    tell!("demo.merged", letters = counted(merged, "letter"), sheet = day.merge.sheet);
    say!("\n{}", words!("demo.where"));
    let (letters, sheets) = (counted(t.pieces, "letter"), counted(t.sheets, "sheet"));
    tell!("demo.run", folder = closed.folder.display(), letters = letters, sheets = sheets);
    for (key, name) in [("demo.outbox", "outbox"), ("demo.archive", "archive"), ("demo.register", "recto.db")] {
        tell!(key, folder = config.dir.join(name).display());
    }
    say!("\n{}\n", words!("demo.specimen"));
    let Some(listener) = listener else {
        desk.close().await;
        return Ok(ExitCode::SUCCESS);
    };
    tell!("demo.sign-in", password = password);
    for person in &day.people {
        let word = |role: &Role| office(role.as_str()).get(voice().language).to_owned();
        let roles: Vec<String> = person.roles.iter().map(word).collect();
        say!("  {:32}{}", person.email, roles.join(", "));
    }
    say!();
    serve::serve(desk, &config, listener).await
}

fn operator() -> Who {
    Who::Operator("recto demo".to_owned())
}

/// Makes an account for each of the unit's people, with one password for all: the demo's folder is a specimen, and belongs to whoever
/// tries it. Gives the password.
async fn invite(desk: &Desk, people: &[DayPerson]) -> anyhow::Result<String> {
    let here = Proof { address: "127.0.0.1", browser: "recto demo" };
    let mut password = String::new();
    for person in people {
        let (name, email, roles) = (person.name.clone(), person.email.clone(), person.roles.clone());
        let (account, link) =
            desk.invite(&operator(), Particulars { name, email, roles, programs: Vec::new() }).await?;
        if password.is_empty() {
            password = format!("recto-{}", &link.hash()[..12]);
        }
        desk.sign_in_by_link(&link, None, &password, here).await?;
        desk.end_sessions(&operator(), &account.id).await?;
    }
    Ok(password)
}

/// One of the unit's people, as if signed in.
async fn person(desk: &Desk, name: &str) -> anyhow::Result<Who> {
    let account = desk.accounts().await?.into_iter().find(|account| account.is.name == name);
    account.map(Who::Person).with_context(|| format!("samples/day.toml has no {name}"))
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
            desk.approve(&letter.id, &seal, &person(desk, &approval.by.name).await?).await?;
            approved += 1;
        }
    }
    Ok(approved)
}

/// Merges the sheet of an officer, as it was checked. Gives how many letters it called for.
async fn merge(desk: &Desk, samples: &Path, day: &DayMerge) -> anyhow::Result<usize> {
    let sheet = std::fs::read(samples.join(&day.sheet)).with_context(|| day.sheet.clone())?;
    let file_name =
        Path::new(&day.sheet).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let letter_type = day.letter.clone();
    let request = MergeRequest { letter_type, sheet, file_name, mapping: None, programs: Vec::new() };
    let check = desk.check_merge(&request, &|_, _| {}).await?;
    let hash = check.confirm.context("the sample sheet is in order")?;
    desk.confirm_merge(&operator(), &request, "", &hash, &|_, _| {}).await?;
    Ok(check.totals.letters)
}

/// The table of letters by type and what became of them.
async fn print_letters(desk: &Desk) -> anyhow::Result<()> {
    const WIDTH: usize = 12;
    const COLUMNS: [&str; 7] = ["issued", "printed", "e-mailed", "held", "ended", "approval", "refused"];
    let tally = desk.reader().tally().await?;
    let columns = COLUMNS.map(|column| format!("{:>WIDTH$}", words!(&format!("demo.column.{column}"))));
    say!("{:28}{}", words!("demo.column.letter"), columns.concat());
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
        say!("{:28}{}", letter.key, row.map(|count| format!("{count:>WIDTH$}")).concat());
        sums.iter_mut().zip(row).for_each(|(sum, count)| *sum += count);
    }
    say!("{:28}{}", words!("demo.in-all"), sums.map(|count| format!("{count:>WIDTH$}")).concat());
    Ok(())
}

/// What Recto noticed to be due and proposes to the officers.
async fn print_follow_ups(desk: &Desk) -> anyhow::Result<()> {
    let due = desk.reader().follow_ups(Some(FollowUpState::Proposed), None, &[], 1_000).await?;
    say!("\n  {}", voice().counted(due.len(), "follow-up"));
    for row in due {
        let says = row.says()?;
        tell!("demo.follow-up", case = row.case_reference, due = row.due, says = says.get(voice().language));
    }
    Ok(())
}

/// The letters that do not go today, and why.
async fn print_stopped(desk: &Desk) -> anyhow::Result<()> {
    for state in [LetterState::Held, LetterState::Ended, LetterState::AwaitingApproval, LetterState::Refused] {
        let filter = Filter { state: Some(state), limit: 1_000, ..Filter::default() };
        for letter in desk.reader().letters(&filter).await? {
            let title = desk.studio.catalogue.types.get(&letter.letter_type).map(|t| &t.description.title);
            let language = voice().language;
            let title = title.map_or(&*letter.letter_type, |title| title.get(language));
            say!("\n  {}  {}  {title}", words!(&format!("state.{}", state.as_str())), letter.case_reference);
            for reason in letter.reasons.iter() {
                let place = if reason.place.is_empty() { String::new() } else { format!("{}: ", reason.place) };
                say!("      {place}{}", reason.message.get(language));
            }
        }
    }
    Ok(())
}
