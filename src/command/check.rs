//! `recto check`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use futures_util::{StreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};
use recto::case::{Fault, Language};
use recto::desk::{CheckedLetter, Studio};
use recto::letter::LetterType;
use serde_json::json;

use super::{Config, open_studio, print_json, views};

/// Pixels a point of the page images: 108 dots an inch.
const SCALE: f32 = 1.5;

/// Arguments of `recto check`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Letter types; all of them by default.
    letters: Vec<String>,
    /// Folder for every sample as PDF and PNG, in both languages.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// One JSON document on standard output.
    #[arg(long)]
    json: bool,
}

/// Checks letter types.
pub async fn run(arguments: Arguments, config: Config) -> anyhow::Result<ExitCode> {
    let studio = open_studio(&config)?;
    let mut faults = Vec::new();
    for name in &arguments.letters {
        if !studio.catalogue.types.contains_key(name) {
            faults.push(studio.unknown_type(name));
        }
    }
    let wanted = |letter: &&LetterType| arguments.letters.is_empty() || arguments.letters.contains(&letter.key);
    let letters: Vec<&LetterType> = studio.catalogue.types.values().filter(wanted).collect();
    letters.iter().for_each(|letter| faults.extend(studio.check_type(letter)));
    let checked = check_samples(&studio, &letters, &mut faults).await?;
    if let Some(out) = &arguments.out {
        write_out(&studio, &checked, out).await?;
    }
    if arguments.json {
        print_json(&json!({"types": letters.len(), "letters": checked.len(), "faults": views(&faults)}));
    } else {
        faults.iter().for_each(|fault| say!("{fault}"));
        say!("{} letter types, {} letters set, {} faults.", letters.len(), checked.len(), faults.len());
    }
    Ok(ExitCode::from(u8::from(!faults.is_empty())))
}

async fn check_samples(
    studio: &Studio,
    letters: &[&LetterType],
    faults: &mut Vec<Fault>,
) -> anyhow::Result<Vec<CheckedLetter>> {
    let mut sets = Vec::new();
    for letter in letters {
        for sample in letter.samples.keys() {
            sets.extend([Some(Language::En), Some(Language::Fr), None].map(|language| (*letter, sample, language)));
        }
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} letters")?;
    let bar = ProgressBar::new(sets.len() as u64).with_style(style);
    let checks = sets.into_iter().map(|(letter, sample, language)| studio.check_sample(letter, sample, language));
    let mut results = stream::iter(checks).buffered(2 * studio.threads.count());
    let mut checked = Vec::new();
    while let Some(result) = results.next().await {
        bar.inc(1);
        match result {
            Ok(letter) => checked.push(letter),
            // A fault of a template comes with every sample; it is said once.
            Err(more) => more.into_iter().for_each(|fault| {
                if !faults.contains(&fault) {
                    faults.push(fault);
                }
            }),
        }
    }
    bar.finish_and_clear();
    Ok(checked)
}

async fn write_out(studio: &Studio, checked: &[CheckedLetter], out: &Path) -> anyhow::Result<()> {
    for letter in checked {
        let folder = out.join(&letter.letter_type);
        std::fs::create_dir_all(&folder)?;
        let name = format!("{}.{}", letter.sample, letter.language);
        std::fs::write(folder.join(format!("{name}.pdf")), &letter.pdf)?;
        for page in 1..=letter.pages {
            let png = studio.threads.draw(letter.pdf.clone(), page, SCALE).await.unwrap_or_default();
            std::fs::write(folder.join(format!("{name}-{page}.png")), png)?;
        }
    }
    Ok(())
}
