//! `recto render`.

use std::path::PathBuf;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::ValueEnum;
use recto::case::Fault;
use recto::case::calendar::business_day_on_or_after;
use recto::case::said;
use recto::letter::{in_language, take_date};
use serde_json::json;

use super::voice::voice;
use super::{Config, open_studio, print_json, views};

/// Arguments of `recto render`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Letter type, such as debt-notice.
    letter: String,
    /// File with {case, party, facts}, or a CloudEvent whose data is that.
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// Language, whatever the party prefers.
    #[arg(long, value_enum)]
    lang: Lang,
    /// Set it at 18 points, whatever the party prefers.
    #[arg(long)]
    large_print: bool,
    /// Date of the letter; by default today in Toronto, or the next business day.
    #[arg(long)]
    date: Option<NaiveDate>,
    /// The PDF to write.
    #[arg(short, long, value_name = "OUT.pdf")]
    out: PathBuf,
    /// One JSON document on standard output.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Lang {
    En,
    Fr,
    Both,
}

/// Sets one letter.
pub async fn run(arguments: Arguments, config: Config) -> anyhow::Result<ExitCode> {
    let studio = open_studio(&config)?;
    let shown = arguments.data.display().to_string();
    let bytes = std::fs::read(&arguments.data)
        .map_err(|error| trouble!("trouble.file", file = shown; why = said::io(&error)))?;
    let value = match recto::case::json::read(&bytes) {
        Ok(value) => value,
        Err(faults) => return Ok(refused(&faults, &shown, arguments.json)),
    };
    let mut data = if value.get("specversion").is_some() { value["data"].clone() } else { value };
    let language = match arguments.lang {
        Lang::En => "en",
        Lang::Fr => "fr",
        Lang::Both => "unknown",
    };
    in_language(&mut data, language);
    let whom = if data.get("addressee").is_some() { "addressee" } else { "party" };
    if arguments.large_print && data[whom].is_object() {
        data[whom]["format"] = json!("large-print");
    }
    // A sample of a letter type may carry the day that it is set for; without one it is a letter of today.
    let dated = data.get("dated").is_some().then(|| take_date(&mut data)).flatten();
    let date = arguments.date.or(dated).unwrap_or_else(|| config.clock().today());
    let date = if arguments.date.is_some() { date } else { business_day_on_or_after(date) };
    match studio.preview(&arguments.letter, &data, date).await {
        Ok(letter) => {
            std::fs::write(&arguments.out, &letter.pdf).map_err(
                |error| trouble!("trouble.not-written", file = arguments.out.display(); why = said::io(&error)),
            )?;
            // What asks for an approval holds it too: nobody can give one here.
            let held_for: Vec<_> = letter.stops.iter().chain(&letter.notes).cloned().collect();
            let (pages, warnings) = (letter.pages.len(), views(&held_for));
            if arguments.json {
                print_json(&json!({"out": arguments.out, "pages": pages, "date": date, "would_be_held_for": warnings}));
            } else {
                let pages = voice().counted(pages, "page");
                let day = said::day(date);
                tell!("render.done", file = arguments.out.display(), pages = pages, day = day.get(voice().language));
                held_for.iter().for_each(|fault| hint!("render.held", fault = voice().fault(fault)));
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(faults) => Ok(refused(&faults, &shown, arguments.json)),
    }
}

/// Says why there is no letter.
fn refused(faults: &[Fault], shown: &str, as_json: bool) -> ExitCode {
    if as_json {
        print_json(&json!({"faults": views(faults)}));
    } else {
        faults.iter().for_each(|fault| eprintln!("{shown}{}", voice().fault(fault)));
    }
    ExitCode::FAILURE
}
