//! `recto explain`: which letters are called for in a case, which may go to its people today, and which may not and why.

use std::process::ExitCode;

use recto::case::{CaseRef, Language};
use recto::desk::{Call, Eligibility, Group};
use serde_json::json;
use strum::VariantArray;

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

/// Lists the letter types: called for, may go, may not and why, and those that nothing on file calls for. Exit code 1 where the letter that was named may not go.
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
        print(&answers, voice().language);
    }
    let stopped = arguments.letter.is_some() && answers.iter().all(|answer| !answer.may_go);
    Ok(if stopped { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// The letters in the groups that an officer asks for, each with what calls for it and what stands against it.
fn print(answers: &[Eligibility], language: Language) {
    for group in Group::VARIANTS {
        let letters: Vec<&Eligibility> = answers.iter().filter(|answer| answer.group == *group).collect();
        if letters.is_empty() {
            continue;
        }
        say!("{}", group.title().get(language));
        letters.into_iter().for_each(|letter| print_letter(letter, language));
        say!();
    }
}

fn print_letter(answer: &Eligibility, language: Language) {
    let Eligibility { letter_type, name, person, .. } = answer;
    say!("  {letter_type:26} {name} ({person}): {}", verdict(answer));
    for call in &answer.called_for {
        let letter = call.letter.as_ref().map(|letter| format!(" ({letter})")).unwrap_or_default();
        say!("      {}{letter}", call.says.get(language));
    }
    // Where nothing bears it, what else stands against it is beside the point.
    let borne = answer.group != Group::NoGround;
    let reasons = answer.reasons.iter().take(if borne { usize::MAX } else { 1 });
    for reason in reasons.chain(answer.notes.iter().filter(|_| borne)) {
        say!("      {} {}: {}", reason.place, reason.code, reason.message.get(language));
    }
}

fn verdict(answer: &Eligibility) -> String {
    match (answer.may_go, answer.needs_approval) {
        (true, false) => words!("explain.may"),
        (true, true) => words!("explain.approval"),
        (false, _) => words!("explain.not"),
    }
}

fn view(answer: &Eligibility) -> serde_json::Value {
    json!({
        "letter": answer.letter_type,
        "person": answer.person,
        "name": answer.name,
        "group": answer.group.as_str(),
        "called_for": answer.called_for.iter().map(call).collect::<Vec<_>>(),
        "may_go": answer.may_go,
        "needs_approval": answer.needs_approval,
        "reasons": views(&answer.reasons),
        "notes": views(&answer.notes),
        "event": answer.event,
    })
}

fn call(call: &Call) -> serde_json::Value {
    json!({
        "by": call.by.as_str(),
        "id": call.id,
        "since": call.since.to_string(),
        "says": call.says.en,
        "letter": call.letter,
    })
}
