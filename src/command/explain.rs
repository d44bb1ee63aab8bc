//! `recto explain`: may a letter go to a case's people today, and why not?

use std::process::ExitCode;

use recto::case::CaseRef;
use recto::desk::Eligibility;
use serde_json::json;

use super::voice::{Trouble, voice};
use super::{Config, open_desk, print_json, views};

/// Arguments of `recto explain`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The case reference, such as DR-2026-004512.
    case: String,
    /// The letter type; all of them when absent.
    letter: Option<String>,
    /// One JSON document on standard output.
    #[arg(long)]
    json: bool,
}

/// Lists, for every letter type, whether it may go today and why not. Exit code 1 where the letter that was named may not go.
pub async fn run(arguments: Arguments, config: Config) -> anyhow::Result<ExitCode> {
    let desk = open_desk(&config).await?;
    if let Some(letter) = arguments.letter.as_deref().filter(|key| !desk.studio.catalogue.types.contains_key(*key)) {
        anyhow::bail!(Trouble(desk.studio.unknown_type(letter).message));
    }
    let answers = desk.explain(&CaseRef::new(&arguments.case), arguments.letter.as_deref()).await?;
    desk.close().await;
    if answers.is_empty() {
        anyhow::bail!(trouble!("trouble.no-case", case = arguments.case));
    }
    if arguments.json {
        print_json(&json!({"case": arguments.case, "letters": answers.iter().map(view).collect::<Vec<_>>()}));
    } else {
        answers.iter().for_each(print);
    }
    let stopped = arguments.letter.is_some() && answers.iter().all(|answer| !answer.may_go);
    Ok(if stopped { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn print(answer: &Eligibility) {
    let may = match (answer.may_go, answer.needs_approval) {
        (true, false) => words!("explain.may"),
        (true, true) => words!("explain.approval"),
        (false, _) => words!("explain.not"),
    };
    let by = answer
        .event
        .as_deref()
        .map_or_else(|| words!("explain.standing"), |event| words!("explain.event", event = event));
    say!("{:26} {} ({}): {may}, {by}", answer.letter_type, answer.name, answer.person);
    for reason in answer.reasons.iter().chain(&answer.notes) {
        say!("    {} {}: {}", reason.place, reason.code, reason.message.get(voice().language));
    }
}

fn view(answer: &Eligibility) -> serde_json::Value {
    json!({
        "letter": answer.letter_type,
        "person": answer.person,
        "name": answer.name,
        "may_go": answer.may_go,
        "needs_approval": answer.needs_approval,
        "reasons": views(&answer.reasons),
        "notes": views(&answer.notes),
        "event": answer.event,
    })
}
