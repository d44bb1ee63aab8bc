//! `recto work`.

use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};
use recto::desk::Desk;
use recto::register::LetterTally;
use recto::work::{self, Worked};
use serde_json::json;

use super::voice::voice;
use super::{Config, open_proven_desk, print_json, work_in};

/// Arguments of `recto work`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Work until nothing is due, then end.
    #[arg(long, required = true)]
    until_idle: bool,
    /// One JSON document on standard output.
    #[arg(long)]
    json: bool,
}

/// Works until nothing is due.
pub async fn run(arguments: Arguments, config: Config) -> anyhow::Result<ExitCode> {
    let _held = work_in(&config)?;
    let desk = open_proven_desk(&config).await?;
    let worked = until_idle(&desk).await?;
    let tally = desk.reader().tally().await?;
    desk.close().await;
    if arguments.json {
        let states: Vec<_> = tally
            .into_iter()
            .map(|LetterTally { letter_type, state, channel, delivery, count }| {
                json!({"type": letter_type, "state": state, "channel": channel, "delivery": delivery, "letters": count})
            })
            .collect();
        print_json(&json!({"worked": worked.sum(), "letters": states}));
    } else {
        let counted = |count, unit| voice().counted(count, unit);
        tell!(
            "work.done",
            letters = counted(worked.letters, "worked"),
            emails = counted(worked.emails, "email"),
            cases = counted(worked.cases, "case"),
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// Works until nothing is due, with a progress bar. Gives what it worked.
pub async fn until_idle(desk: &Desk) -> anyhow::Result<Worked> {
    let style = ProgressStyle::with_template(&format!("{{bar:40}} {{pos}}/{{len}} {}", words!("work.progress")))?;
    let due = desk.reader().due_count().await?;
    let bar = ProgressBar::new(due).with_style(style);
    let mut worked = Worked::default();
    work::until_idle(desk, |more| {
        worked += more;
        let done = (worked.letters + worked.emails) as u64;
        // An issued letter may lead to an e-mail, which is due then and not before.
        bar.set_length(due.max(done));
        bar.set_position(done);
    })
    .await?;
    bar.finish_and_clear();
    Ok(worked)
}
