//! The front door: commands, configuration, clock, shutdown.
//!
//! Data and progress go to different streams: with `--json`, standard output is one JSON document and nothing else.
//! Exit code 0 done, 1 refused or faults found, 2 wrong usage or trouble.

/// Prints a line to standard output. A reader who has gone away is no error.
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write;
        let _ = writeln!(std::io::stdout(), $($text)*);
    }};
}

#[macro_use]
mod voice;

mod address;
mod check;
mod config;
mod demo;
mod demo_folder;
mod explain;
mod front;
mod merge;
mod people;
mod proof;
mod render;
mod run;
mod serve;
mod take;
mod verify;
mod work;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use recto::case::{Fault, Language, Text, fault, insurance, said};
use recto::desk::{Desk, Environment, make_private};
use recto::studio::Studio;
use serde_json::Value;

use config::Config;
use voice::{fault_in, said_of, voice, why};

/// Government correspondence in debt recovery: case events to letters, sent and logged.
#[derive(Parser)]
#[command(version, about)]
pub struct Cli {
    /// Configuration file; none is needed for the default.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Data folder.
    #[arg(long, global = true, value_name = "DIR")]
    dir: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Walk through a day at the unit: take the samples, work, close the print run, then serve the pages.
    Demo(demo::Arguments),
    /// Take case events: JSON Lines or a JSON array of CloudEvents; '-' is standard input.
    Take(take::Arguments),
    /// Do what is due: draft, issue, send.
    Work(work::Arguments),
    /// Merge a sheet: its rows become letters.
    Merge(merge::Arguments),
    /// Print runs.
    #[command(subcommand)]
    Run(run::RunCommand),
    /// The unit's people: who has an account, and links to one.
    #[command(subcommand)]
    People(people::PeopleCommand),
    /// Set one letter as PDF, without a database and without any effect.
    Render(render::Arguments),
    /// Check the letter types: every type, both languages, every sample.
    Check(check::Arguments),
    /// Check addresses: the block as printed, or its faults.
    Address(address::Arguments),
    /// Say which letters are called for in a case, which may go today, which may not and why.
    Explain(explain::Arguments),
    /// Compare archive, register and case files, and name every difference.
    Verify(verify::Arguments),
    /// Serve the pages and the API, and work in the background.
    Serve(serve::Arguments),
}

/// Runs the command that the arguments ask for.
pub fn main() -> ExitCode {
    let matches = front::worded(Cli::command(), "recto").try_get_matches();
    let cli =
        matches.and_then(|matches| Cli::from_arg_matches(&matches)).unwrap_or_else(|error| front::refused(&error));
    let outcome = Config::load(cli.config.as_deref(), cli.dir.as_deref()).and_then(|config| {
        start_logging();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(run(cli.command, config))
    });
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("recto: {}", insurance::masked(&voice().said(&error)));
            if std::env::args().any(|argument| argument == "--json") {
                let message = insurance::masked(&said_of(&error, Language::En));
                let fault = serde_json::json!({"code": "trouble", "place": "", "message": message});
                print_json(&serde_json::json!({"faults": [fault]}));
            }
            ExitCode::from(2)
        }
    }
}

async fn run(command: Command, config: Config) -> anyhow::Result<ExitCode> {
    if config.desk.environment == Environment::Production {
        hint!("production");
    }
    match command {
        Command::Demo(arguments) => demo::run(arguments, config).await,
        Command::Take(arguments) => take::run(arguments, config).await,
        Command::Work(arguments) => work::run(arguments, config).await,
        Command::Merge(arguments) => merge::run(arguments, config).await,
        Command::Run(run::RunCommand::Close(arguments)) => run::close(arguments, config).await,
        Command::People(command) => people::run(command, config).await,
        Command::Render(arguments) => render::run(arguments, config).await,
        Command::Check(arguments) => check::run(arguments, config).await,
        Command::Address(arguments) => address::run(arguments, config).await,
        Command::Explain(arguments) => explain::run(arguments, config).await,
        Command::Verify(arguments) => verify::run(arguments, config).await,
        Command::Serve(arguments) => serve::run(arguments, config).await,
    }
}

/// Logs go to standard error; `RUST_LOG` sets how much. They carry no name, no address and no letter's words.
fn start_logging() {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,recto=info"));
    // Colours are for a terminal: in a file they are noise.
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(|| Masked).init();
}

/// Standard error, on which no Social Insurance Number is written, whatever a message says.
struct Masked;

impl std::io::Write for Masked {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        std::io::stderr().write_all(&insurance::masked_bytes(line))?;
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        std::io::stderr().flush()
    }
}

/// The studio of the configured home, or its faults as one error.
fn open_studio(config: &Config) -> anyhow::Result<Studio> {
    let specimen = config.desk.environment == Environment::Specimen;
    Studio::open(&config.home, specimen).map_err(|faults| not_in_order(config, &faults))
}

/// The desk of the configured data folder.
async fn open_desk(config: &Config) -> anyhow::Result<Desk> {
    let studio = open_studio(config)?;
    let desk = Desk::open(studio, config.desk.clone(), config.clock(), &config.dir).await;
    desk.map_err(|error| trouble!("trouble.folder", folder = config.dir.display(); why = why(error)))
}

/// The desk of the configured data folder, to make letters with: its letter types are in order, or their faults are one error.
async fn open_proven_desk(config: &Config) -> anyhow::Result<Desk> {
    let desk = open_desk(config).await?;
    if !desk.studio.is_proven() {
        tracing::info!("checking the letter types: versions.toml does not say that this set has passed the check");
    }
    match desk.prove(&desk.studio).await {
        Ok(_) => Ok(desk),
        Err(faults) => {
            desk.close().await;
            Err(not_in_order(config, &faults))
        }
    }
}

fn not_in_order(config: &Config, faults: &[Fault]) -> anyhow::Error {
    let lines = |language| faults.iter().map(|fault| format!("\n  {}", fault_in(fault, language))).collect::<String>();
    let faults = Text::new(lines(Language::En), lines(Language::Fr));
    trouble!("trouble.studio", home = config.home.display(); faults = faults)
}

/// The file whose lock says that somebody works in the data folder.
const LOCK: &str = "recto.lock";

/// Says that this process works in the data folder. Several may: they share the work by claims. None may while the demo has it.
fn work_in(config: &Config) -> anyhow::Result<std::fs::File> {
    let file = lock_file(config)?;
    file.try_lock_shared().map_err(|_| trouble!("trouble.demo-holds", folder = config.dir.display()))?;
    Ok(file)
}

/// Takes the data folder for this process alone.
fn hold(config: &Config) -> anyhow::Result<std::fs::File> {
    let file = lock_file(config)?;
    file.try_lock().map_err(|_| trouble!("trouble.another", folder = config.dir.display()))?;
    Ok(file)
}

fn lock_file(config: &Config) -> anyhow::Result<std::fs::File> {
    let open = || {
        make_private(&config.dir)?;
        std::fs::File::options().create(true).append(true).open(config.dir.join(LOCK))
    };
    open().map_err(|error: std::io::Error| trouble!("trouble.folder", folder = config.dir.display(); why = why(error)))
}

/// Reads a file whole.
fn read_file(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path)
        .map_err(|error| trouble!("trouble.file", file = path.display(); why = said::io(&error)))
}

/// How the places of faults name a file. Standard input has words for a person, and stays '-' in JSON.
fn place_of(file: &Path, as_json: bool) -> String {
    if file == Path::new("-") && !as_json { words!("take.standard-input") } else { file.display().to_string() }
}

/// Prints one JSON document to standard output.
fn print_json(value: &Value) {
    say!("{value:#}");
}

/// Faults as the contract shows them, in English.
fn views(faults: &[Fault]) -> Vec<fault::FaultView> {
    fault::views(faults, Language::En)
}
