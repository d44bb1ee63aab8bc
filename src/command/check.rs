//! `recto check`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use futures_util::{StreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};
use recto::case::{Fault, Language};
use recto::desk::{CheckedLetter, Studio, differences};
use recto::letter::{LetterType, addressee};
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
    // The two languages of a sample come one after the other.
    for pair in checked.windows(2).filter(|pair| pair[0].is_twin_of(&pair[1])) {
        faults.extend(differences(&pair[0], &pair[1]));
    }
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
        for (sample, data) in &letter.samples {
            // Both in one only where the sample is of somebody whose language is not known: it is the two, one after the other.
            let both = (addressee(data)["language"] == "unknown").then_some(None);
            let languages = Language::BOTH.map(Some).into_iter().chain(both);
            sets.extend(languages.map(|language| (*letter, sample, language)));
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
    let mut pictures = Vec::new();
    for letter in checked {
        let folder = out.join(&letter.letter_type);
        std::fs::create_dir_all(&folder)?;
        let name = format!("{}.{}", letter.sample, letter.language);
        std::fs::write(folder.join(format!("{name}.pdf")), &letter.pdf)?;
        pictures.extend((1..=letter.pages).map(|page| (letter, page, folder.join(format!("{name}-{page}.png")))));
    }
    let draw = |(letter, page, path): (&CheckedLetter, usize, PathBuf)| {
        let pdf = letter.pdf.clone();
        async move { std::fs::write(path, studio.threads.draw(pdf, page, SCALE).await.unwrap_or_default()) }
    };
    let mut drawn = stream::iter(pictures.into_iter().map(draw)).buffer_unordered(2 * studio.threads.count());
    while let Some(written) = drawn.next().await {
        written?;
    }
    Ok(())
}
