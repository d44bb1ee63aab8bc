//! `recto work`.

use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};
use recto::desk::Desk;
use recto::register::LetterTally;
use recto::work;
use serde_json::json;

use super::voice::voice;
use super::{Config, open_desk, print_json, work_in};

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
    let desk = open_desk(&config).await?;
    let looked_at = until_idle(&desk).await?;
    let tally = desk.reader().tally().await?;
    desk.close().await;
    if arguments.json {
        let states: Vec<_> = tally
            .into_iter()
            .map(|LetterTally { letter_type, state, channel, delivery, count }| {
                json!({"type": letter_type, "state": state, "channel": channel, "delivery": delivery, "letters": count})
            })
            .collect();
        print_json(&json!({"worked": looked_at, "letters": states}));
    } else {
        tell!("work.done", worked = voice().counted(looked_at, "worked"));
    }
    Ok(ExitCode::SUCCESS)
}

/// Works until nothing is due, with a progress bar. Gives how many letters and e-mails it worked.
pub async fn until_idle(desk: &Desk) -> anyhow::Result<usize> {
    let style = ProgressStyle::with_template(&format!("{{bar:40}} {{pos}}/{{len}} {}", words!("work.progress")))?;
    let due = desk.reader().due_count().await?;
    let bar = ProgressBar::new(due).with_style(style);
    let mut looked_at = 0;
    work::until_idle(desk, |more| {
        looked_at += more;
        // An issued letter may lead to an e-mail, which is due then and not before.
        bar.set_length(due.max(looked_at as u64));
        bar.set_position(looked_at as u64);
    })
    .await?;
    bar.finish_and_clear();
    Ok(looked_at)
}
