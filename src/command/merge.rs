//! `recto merge`.

use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};
use recto::case::{Language, MergeState, Sha256, money, said};
use recto::desk::{DecideError, Desk, MergeCheck, MergeRequest, Merged, make_private};
use recto::merge::Mapping;
use recto::people::Who;
use recto::register::MergeRecord;
use recto::web::{MergeCheckView, MergeView};
use serde_json::json;

use super::voice::{Trouble, voice};
use super::{Config, open_desk, open_proven_desk, print_json, read_file, work_in};

/// Faults and questions that are printed for a person, at most; `--json` has all of them.
const SHOWN: usize = 40;

/// Arguments of `recto merge`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The letter type.
    letter: String,
    /// The sheet: CSV, TSV, XLSX, XLS or ODS.
    #[arg(required_unless_present = "template")]
    sheet: Option<PathBuf>,
    /// Checks, and makes nothing.
    #[arg(long)]
    dry_run: bool,
    /// How the sheet is to be understood.
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Writes an empty sheet for the letter type, to be filled in.
    #[arg(long, value_name = "FILE.xlsx")]
    template: Option<PathBuf>,
    /// Confirms what a dry run showed.
    #[arg(long, value_name = "HASH", conflicts_with = "dry_run")]
    confirm: Option<String>,
    /// What people call the merge.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Writes the sheet with what became of each row.
    #[arg(long, value_name = "FILE.xlsx")]
    result: Option<PathBuf>,
    /// Writes the letters of the rows to look at first: the first, the last, the longest, and three more.
    #[arg(long, value_name = "DIR")]
    preview: Option<PathBuf>,
    /// One JSON document on standard output.
    #[arg(long)]
    json: bool,
}

/// Checks a sheet, and makes its letters' events once they are confirmed.
pub async fn run(arguments: Arguments, config: Config) -> anyhow::Result<ExitCode> {
    let desk = if arguments.dry_run || arguments.template.is_some() {
        open_desk(&config).await?
    } else {
        open_proven_desk(&config).await?
    };
    let code = merge(&desk, &arguments, &config).await;
    desk.close().await;
    code
}

async fn merge(desk: &Desk, arguments: &Arguments, config: &Config) -> anyhow::Result<ExitCode> {
    if !desk.studio.catalogue.types.contains_key(&arguments.letter) {
        anyhow::bail!(Trouble(desk.studio.unknown_type(&arguments.letter).message));
    }
    if let Some(path) = &arguments.template {
        write(path, &desk.merge_template(&arguments.letter, voice().language)?.unwrap_or_default())?;
        tell!("merge.template", file = path.display());
    }
    let Some(path) = &arguments.sheet else { return Ok(ExitCode::SUCCESS) };
    let request = request(arguments, path)?;
    let bar = ProgressBar::no_length().with_style(ProgressStyle::with_template("{spinner} {pos}/{len}")?);
    let progress = |done: usize, all: usize| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    };
    if let Some(hash) = &arguments.confirm {
        let _work = work_in(config)?;
        let merged = confirmed(desk, &request, arguments, &Sha256::new(hash.trim()), &progress).await;
        bar.finish_and_clear();
        return merged;
    }
    let check = desk.check_merge(&request, &progress).await?;
    bar.finish_and_clear();
    if let Some(path) = &arguments.result {
        let sheet = desk.checked_result(&request, &check, voice().language).await.map_err(|error| decided(&error))?;
        write(path, &sheet)?;
    }
    if let Some(folder) = &arguments.preview {
        preview(desk, &check, folder).await?;
    }
    let in_order = check.faults.is_empty() && check.questions.is_empty() && check.totals.faulty == 0;
    if arguments.json {
        print_check(&check)?;
    } else {
        print(&check);
    }
    let code = ExitCode::from(u8::from(!in_order));
    let Some(hash) = check.confirm.clone().filter(|_| !arguments.dry_run && !arguments.json) else { return Ok(code) };
    if !std::io::stdin().is_terminal() {
        tell!("merge.how-to-confirm", hash = hash);
        return Ok(code);
    }
    hint!("merge.confirm", letters = check.totals.letters);
    let _ = std::io::stderr().flush();
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    if !matches!(answer.trim().to_lowercase().as_str(), "yes" | "oui") {
        tell!("merge.not-confirmed");
        return Ok(ExitCode::from(1));
    }
    let _work = work_in(config)?;
    confirmed(desk, &request, arguments, &hash, &progress).await
}

fn request(arguments: &Arguments, path: &Path) -> anyhow::Result<MergeRequest> {
    let unread = |error: std::io::Error| trouble!("trouble.file", file = path.display(); why = said::io(&error));
    let sheet = std::fs::read(path).map_err(unread)?;
    let mapping = arguments.map.as_deref().map(mapping).transpose()?;
    let file_name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(MergeRequest { letter_type: arguments.letter.clone(), sheet, file_name, mapping, programs: Vec::new() })
}

/// A mapping from its file, or from what a dry run has printed.
fn mapping(path: &Path) -> anyhow::Result<Mapping> {
    let text = read_file(path)?;
    let unread =
        |error: serde_json::Error| trouble!("merge.map-unread", file = path.display(); why = said::json(&error));
    let value: serde_json::Value = serde_json::from_str(&text).map_err(unread)?;
    let own = value.get("mapping").cloned().unwrap_or(value);
    serde_json::from_value(own).map_err(unread)
}

/// Writes the letters to look at first, each under the number of its row.
async fn preview(desk: &Desk, check: &MergeCheck, folder: &Path) -> anyhow::Result<()> {
    make_private(folder).map_err(|error| trouble!("trouble.file", file = folder.display(); why = said::io(&error)))?;
    for place in &check.totals.to_look_at {
        let row = &check.rows[*place];
        let data = serde_json::from_str(&row.data)?;
        if let Ok(foreseen) = desk.preview_row(&check.letter_type, &data).await? {
            write(&folder.join(format!("row-{}.pdf", row.number)), &foreseen.set.pdf)?;
        }
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(path, bytes).map_err(|error| trouble!("trouble.file", file = path.display(); why = said::io(&error)))
}

fn operator() -> Who {
    Who::Operator("recto merge".to_owned())
}

fn decided(error: &DecideError) -> anyhow::Error {
    anyhow::Error::new(Trouble(error.says()))
}

async fn confirmed(
    desk: &Desk,
    request: &MergeRequest,
    arguments: &Arguments,
    hash: &Sha256,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> anyhow::Result<ExitCode> {
    let name = arguments.name.as_deref().unwrap_or_default();
    let merged =
        desk.confirm_merge(&operator(), request, name, hash, progress).await.map_err(|error| decided(&error))?;
    let record = match merged {
        Merged::Recorded(record) => record,
        Merged::Changed(check) => {
            let fault = recto::desk::merge_changed();
            if arguments.json {
                print_json(&json!({"faults": super::views(&[fault]), "confirm": check.confirm}));
            } else {
                print(&check);
                say!("\n{}", voice().fault(&fault));
            }
            return Ok(ExitCode::from(1));
        }
    };
    while desk.make_merges().await? > 0 {}
    let record = desk.reader().merge(&record.id).await?.unwrap_or(*record);
    let tally = desk.merge_tally(&record.id).await?;
    if let Some(path) = &arguments.result {
        let sheet = desk.merge_result(&record.id, voice().language).await.map_err(|error| decided(&error))?;
        write(path, &sheet)?;
    }
    if arguments.json {
        print_json(&json!({"merge": MergeView::of(&record)?, "tally": tally}));
    } else {
        print_record(&record, &tally);
    }
    Ok(ExitCode::SUCCESS)
}

fn print_record(record: &MergeRecord, tally: &recto::desk::MergeTally) {
    let key = match record.state {
        MergeState::AwaitingSecond => "merge.state.awaiting-second",
        MergeState::Taking => "merge.state.taking",
        MergeState::Made => "merge.state.made",
        MergeState::Stopped => "merge.state.stopped",
    };
    say!("{}", words!(key, name = record.name, id = record.id, letters = tally.letters, faulty = tally.faulty));
}

fn print_check(check: &MergeCheck) -> anyhow::Result<()> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    serde_json::to_writer(&mut out, &MergeCheckView::of(check, Language::En))?;
    writeln!(out)?;
    Ok(())
}

/// What was found, for a person: first what stands against it.
fn print(check: &MergeCheck) {
    let language = voice().language;
    for fault in &check.faults {
        say!("{}", voice().fault(fault));
    }
    for question in &check.questions {
        say!(
            "{}",
            words!(
                "merge.question",
                place = question.place,
                question = question.message.get(language),
                key = question.key
            )
        );
        for choice in &question.choices {
            say!("    {:14} {}", choice.answer, choice.message.get(language));
        }
    }
    let faulty: Vec<_> = check.rows.iter().flat_map(|row| &row.faults).collect();
    for fault in faulty.iter().take(SHOWN) {
        say!("{}", voice().fault(fault));
    }
    if faulty.len() > SHOWN {
        tell!("merge.more", count = faulty.len() - SHOWN);
    }
    for left in &check.left_out {
        say!("{}", left.message(language));
    }
    for column in &check.columns {
        let told = column.field.as_ref().map_or("–", |field| field.shown(language));
        say!("  {:3} {} → {told}", column.letters, column.heading);
    }
    let held: Vec<_> =
        check.rows.iter().filter(|row| row.outlook.as_ref().is_some_and(|outlook| !outlook.may_go)).collect();
    for row in held.iter().take(SHOWN) {
        let reasons = row
            .outlook
            .iter()
            .flat_map(|outlook| &outlook.reasons)
            .map(|reason| reason.message.get(language))
            .collect::<Vec<_>>()
            .join(" ");
        say!("{}", words!("merge.held", row = row.number, reasons = reasons));
    }
    let totals = &check.totals;
    let listed = |counts: &std::collections::BTreeMap<String, usize>| {
        counts.iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
    };
    tell!(
        "merge.totals",
        letters = totals.letters,
        faulty = totals.faulty,
        held = totals.held,
        approve = totals.to_approve
    );
    say!("  {}; {}; {}", listed(&totals.languages), listed(&totals.channels), listed(&totals.programs));
    for (path, sum) in &totals.amounts {
        say!("  {path}: {}", money::plain(*sum));
    }
    for (person, name, rows) in &totals.several {
        say!("{}", words!("merge.several", name = name, person = person, rows = recto::merge::rows_said(rows)));
    }
}
