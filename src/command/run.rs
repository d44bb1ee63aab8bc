//! `recto run close`.

use std::process::ExitCode;

use chrono::NaiveDate;
use serde_json::json;

use recto::case::{Actor, said};

use super::voice::voice;
use super::{Config, open_proven_desk, print_json, work_in};

/// Commands on print runs.
#[derive(clap::Subcommand)]
pub enum RunCommand {
    /// Close the print run of a date: merge the issued letters and print the folder they lie in.
    Close(Arguments),
}

/// Arguments of `recto run close`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Mailing date, such as 2026-11-17; by default today in Toronto, or the next business day.
    #[arg(long)]
    date: Option<NaiveDate>,
    /// One JSON document on standard output.
    #[arg(long)]
    json: bool,
}

/// Closes a print run.
pub async fn close(arguments: Arguments, config: Config) -> anyhow::Result<ExitCode> {
    let _held = work_in(&config)?;
    let desk = open_proven_desk(&config).await?;
    let date = arguments.date.unwrap_or(desk.run_date());
    let closed = desk.close_run(Actor::operator("recto run close"), date).await?;
    desk.close().await;
    if arguments.json {
        print_json(&json!({"folder": closed.folder, "totals": closed.totals, "taken_back": closed.taken_back}));
    } else {
        let t = &closed.totals;
        say!("{}", closed.folder.display());
        let counted = |count, unit| voice().counted(count, unit);
        tell!(
            "close.totals",
            letters = counted(t.pieces, "letter"),
            sheets = counted(t.sheets, "sheet"),
            pages = counted(t.pages, "page"),
            blanks = counted(t.blank_pages, "blank"),
        );
        if t.pieces == 0 {
            tell!("close.empty");
        }
        if closed.taken_back > 0 {
            say!("{}.", counted(closed.taken_back, "back"));
        }
        if let Some((date, letters)) = closed.waits_next {
            let letters = counted(usize::try_from(letters).unwrap_or_default(), "waits");
            let day = said::day(date.date());
            tell!("close.waits", letters = letters, day = day.get(voice().language), date = date);
        }
    }
    Ok(ExitCode::SUCCESS)
}
