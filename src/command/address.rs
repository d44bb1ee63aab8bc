//! `recto address`.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use recto::case::address::check;
use recto::case::{Fault, json};
use serde_json::json as object;

use super::voice::voice;
use super::{Config, open_studio, place_of, print_json, views};

/// Arguments of `recto address`.
#[derive(clap::Args)]
pub struct Arguments {
    /// File of addresses, one JSON object a line: in parts, or `{"lines": […]}` with the name first; '-' is standard input.
    file: PathBuf,
    /// One JSON document on standard output.
    #[arg(long)]
    json: bool,
}

/// Prints each address as the window will show it, or its faults. Exit code 1 where one has faults. Nothing is recorded.
pub async fn run(arguments: Arguments, config: Config) -> anyhow::Result<ExitCode> {
    let studio = open_studio(&config)?;
    let is_input = arguments.file == Path::new("-");
    let name = place_of(&arguments.file, arguments.json);
    let mut text = Vec::new();
    match is_input {
        true => std::io::stdin().read_to_end(&mut text).context(name.clone())?,
        false => std::fs::File::open(&arguments.file)
            .and_then(|mut file| file.read_to_end(&mut text))
            .context(name.clone())?,
    };
    // What is in another encoding has no lines to be told apart.
    let lines: Vec<&[u8]> = match json::other_encoding(&text) {
        Some(_) => vec![text.as_slice()],
        None => text.split(|byte| *byte == b'\n').collect(),
    };
    let lines = lines.into_iter().enumerate().filter(|(_, line)| !line.trim_ascii().is_empty());
    let (mut shown, mut faulty) = (Vec::new(), false);
    for (at, line) in lines {
        let place = format!("{name}:{}", at + 1);
        let outcome = json::read(line.trim_ascii()).and_then(|address| check(&address, &studio.repertoire));
        faulty |= outcome.is_err();
        if arguments.json {
            shown.push(match outcome {
                Ok(block) => object!({"place": place, "block": block}),
                Err(faults) => object!({"place": place, "faults": views(&faults)}),
            });
        } else {
            print(&place, outcome);
        }
    }
    if arguments.json {
        print_json(&object!({"addresses": shown}));
    }
    Ok(ExitCode::from(u8::from(faulty)))
}

fn print(place: &str, outcome: Result<Vec<String>, Vec<Fault>>) {
    match outcome {
        Ok(block) => block.iter().for_each(|line| say!("{line}")),
        Err(faults) => {
            tell!("address.not-printed", place = place);
            faults.iter().for_each(|fault| say!("  {}", voice().fault(fault)));
        }
    }
    say!();
}
