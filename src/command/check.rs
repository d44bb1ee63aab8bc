//! `recto check`.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use recto::case::{Fault, Language};
use recto::desk::Environment;
use recto::letter::LetterType;
use recto::studio::{Checked, Studio};
use serde_json::{Value, json};

use super::proof::{self, Change};
use super::voice::voice;
use super::{Config, open_studio, print_json, views};

/// How often a watched folder is read.
const WATCH_INTERVAL: Duration = Duration::from_millis(150);
/// The sample that an author sees first.
const FIRST: &str = "plausible.json";

/// Arguments of `recto check`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Letter types; all of them by default.
    letters: Vec<String>,
    /// Folder for every sample as PDF and PNG in both languages, with an index page to leaf through.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Folder of an earlier --out: says which letters have changed since, and how, by text and by page image.
    #[arg(long, value_name = "DIR")]
    against: Option<PathBuf>,
    /// Check again whenever a file of the letter types changes, until it is stopped: the plausible sample first.
    #[arg(long, conflicts_with_all = ["json", "against"])]
    watch: bool,
    /// Keep the words of each version in letter-templates/versions.toml, where the check finds no fault in the whole set.
    #[arg(long, conflicts_with_all = ["letters", "watch"])]
    lock: bool,
    /// One JSON document on standard output.
    #[arg(long)]
    json: bool,
}

/// Checks letter types.
pub async fn run(arguments: Arguments, config: Config) -> anyhow::Result<ExitCode> {
    if arguments.watch {
        return watch(&arguments, &config).await;
    }
    let specimen = config.desk.environment == Environment::Specimen;
    let studio = match Studio::open(&config.home, specimen) {
        Ok(studio) => studio,
        Err(faults) if arguments.json => {
            print_json(&json!({"types": 0, "letters": 0, "faults": views(&faults)}));
            return Ok(ExitCode::FAILURE);
        }
        Err(faults) => {
            faults.iter().for_each(|fault| say!("{}", voice().fault(fault)));
            tell!("check.unreadable", faults = voice().counted(faults.len(), "fault"));
            return Ok(ExitCode::FAILURE);
        }
    };
    let (types, unknown) = wanted(&studio, &arguments.letters);
    let keys: Vec<String> = types.iter().map(|letter| letter.key.clone()).collect();
    let bar = ProgressBar::new(0)
        .with_style(ProgressStyle::with_template(&format!("{{bar:40}} {{pos}}/{{len}} {}", words!("check.progress")))?);
    let checked = studio.check_types(types, |count| {
        bar.set_length(count as u64);
        bar.inc(1);
    });
    let Checked { letters, faults } = checked.await;
    bar.finish_and_clear();
    let faults: Vec<Fault> = unknown.into_iter().chain(faults).collect();
    let changes = proofs(&studio, &letters, &keys, &arguments).await?;
    if arguments.lock && faults.is_empty() {
        studio.catalogue.lock(&studio.state()).context("letter-templates/versions.toml")?;
    }
    let readable = readability(&studio, &letters, &keys);
    if arguments.json {
        let mut report =
            json!({"types": keys.len(), "letters": letters.len(), "faults": views(&faults), "readability": readable});
        if arguments.against.is_some() {
            report["changes"] = json!(changes);
        }
        print_json(&report);
    } else {
        changes.iter().for_each(print_change);
        print_readability(&readable);
        faults.iter().for_each(|fault| say!("{}", voice().fault(fault)));
        let counted = |count, unit| voice().counted(count, unit);
        if arguments.against.is_some() {
            tell!("check.differ", differ = counted(changes.len(), "differ"), letters = letters.len());
        }
        tell!(
            "check.done",
            types = counted(keys.len(), "type"),
            letters = counted(letters.len(), "set"),
            faults = counted(faults.len(), "fault"),
        );
    }
    Ok(ExitCode::from(u8::from(!faults.is_empty())))
}

/// Compares the proofs with earlier ones and writes them, as asked.
async fn proofs(
    studio: &Studio,
    letters: &[recto::studio::CheckedLetter],
    keys: &[String],
    arguments: &Arguments,
) -> anyhow::Result<Vec<proof::Change>> {
    // Compared before anything is written: the earlier proofs may lie in the same folder.
    let mut changes = Vec::new();
    if let Some(earlier) = &arguments.against {
        changes = proof::compare(studio, letters, keys, earlier).await?;
    }
    if let Some(out) = &arguments.out {
        if let Some(earlier) = arguments
            .against
            .as_ref()
            .filter(|earlier| std::fs::canonicalize(earlier).ok() == std::fs::canonicalize(out).ok())
        {
            anyhow::bail!(trouble!("trouble.earlier-proofs", folder = earlier.display()));
        }
        proof::write(studio, letters, keys, out).await?;
        if let Some(earlier) = &arguments.against {
            proof::write_changes(&changes, earlier, out)?;
        }
    }
    Ok(changes)
}

/// The letter types asked for, and a fault for each that there is not.
fn wanted<'s>(studio: &'s Studio, names: &[String]) -> (Vec<&'s LetterType>, Vec<Fault>) {
    let types = &studio.catalogue.types;
    let unknown =
        names.iter().filter(|name| !types.contains_key(*name)).map(|name| studio.unknown_type(name)).collect();
    (types.values().filter(|letter| names.is_empty() || names.contains(&letter.key)).collect(), unknown)
}

/// How hard each type's plausible sample is to read.
fn readability(studio: &Studio, letters: &[recto::studio::CheckedLetter], keys: &[String]) -> Value {
    let of = |key: &String, language: Language| {
        let mut plausible =
            letters.iter().filter(|letter| letter.letter_type == *key && letter.language == language.code());
        let rounded = |figure: f64| (figure * 10.0).round() / 10.0;
        plausible.find(|letter| format!("{}.json", letter.sample) == FIRST)?.readability(language).map(rounded)
    };
    let line = |key: &String| json!({"type": key, "version": studio.catalogue.types[key].description.version, "en_grade": of(key, Language::En), "fr_score": of(key, Language::Fr)});
    keys.iter().map(line).collect()
}

fn print_readability(lines: &Value) {
    tell!("check.readability");
    let figure = |value: &Value| value.as_f64().map_or("–".to_owned(), |figure| format!("{figure:.1}"));
    for line in lines.as_array().into_iter().flatten() {
        let key = line["type"].as_str().unwrap_or_default();
        say!("{key:28} {:>13} {:>12}", figure(&line["en_grade"]), figure(&line["fr_score"]));
    }
}

fn print_change(change: &Change) {
    let pages: Vec<String> = change
        .pages
        .iter()
        .map(|(page, share)| words!("check.page", page = page, share = format!("{:.1}", share * 100.0)))
        .collect();
    let look =
        if pages.is_empty() { String::new() } else { format!(": {} {}", pages.join(", "), words!("check.looks")) };
    say!("{} {}{look}", change.letter, words!(&format!("check.kind.{}", change.kind)));
    change.text.iter().for_each(|run| say!("    … {run} …"));
}

/// Checks again at every change of a file. What an author has broken is said, and the watch goes on.
async fn watch(arguments: &Arguments, config: &Config) -> anyhow::Result<ExitCode> {
    let folder = config.home.join("letter-templates");
    if !folder.is_dir() {
        anyhow::bail!(trouble!("trouble.no-templates", folder = folder.display()));
    }
    let mut seen = None;
    loop {
        let mut hash = DefaultHasher::new();
        stamp(&folder, &mut hash);
        let now = Some(hash.finish());
        if now == seen {
            tokio::time::sleep(WATCH_INTERVAL).await;
            continue;
        }
        seen = now;
        let begun = Instant::now();
        match open_studio(config) {
            Err(error) => say!("{}", voice().said(&error)),
            Ok(studio) => look_at(&studio, arguments, begun).await?,
        }
        tell!("check.waiting", folder = folder.display());
    }
}

async fn look_at(studio: &Studio, arguments: &Arguments, begun: Instant) -> anyhow::Result<()> {
    let (types, unknown) = wanted(studio, &arguments.letters);
    unknown.iter().for_each(|fault| say!("{}", voice().fault(fault)));
    for (what, samples) in [("check.plausible", Some(FIRST)), ("check.samples", None)] {
        let checked = studio.check_samples(types.clone(), samples, |_| {}).await;
        checked.faults.iter().for_each(|fault| say!("{}", voice().fault(fault)));
        if let Some(out) = &arguments.out {
            let keys: Vec<String> = types.iter().map(|letter| letter.key.clone()).collect();
            proof::write(studio, &checked.letters, &keys, out).await?;
        }
        tell!(
            "check.looked",
            what = words!(what),
            letters = voice().counted(checked.letters.len(), "letter"),
            faults = voice().counted(checked.faults.len(), "fault"),
            seconds = format!("{:.2}", begun.elapsed().as_secs_f64()),
        );
    }
    Ok(())
}

/// What tells whether anything below a folder has changed: names, times and sizes.
fn stamp(folder: &Path, hash: &mut DefaultHasher) {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let metadata = std::fs::metadata(&path).ok();
        (&path, metadata.as_ref().and_then(|one| one.modified().ok()), metadata.as_ref().map(std::fs::Metadata::len))
            .hash(hash);
        if metadata.is_some_and(|one| one.is_dir()) {
            stamp(&path, hash);
        }
    }
}
