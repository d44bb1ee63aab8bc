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

mod address;
mod check;
mod config;
mod demo;
mod explain;
mod proof;
mod render;
mod run;
mod serve;
mod take;
mod verify;
mod work;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};
use recto::case::{Fault, Language, fault, insurance};
use recto::desk::{Desk, Environment, make_private};
use recto::studio::Studio;
use serde_json::Value;

use config::Config;

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
    /// Print runs.
    #[command(subcommand)]
    Run(run::RunCommand),
    /// Set one letter as PDF, without a database and without any effect.
    Render(render::Arguments),
    /// Check the letter types: every type, both languages, every sample.
    Check(check::Arguments),
    /// Check addresses: the block as printed, or its faults.
    Address(address::Arguments),
    /// Say which letters may go to a case's people today, and why not.
    Explain(explain::Arguments),
    /// Compare archive, register and case files, and name every difference.
    Verify(verify::Arguments),
    /// Serve the pages and the API, and work in the background.
    Serve(serve::Arguments),
}

/// Runs the command that the arguments ask for.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = Config::load(cli.config.as_deref(), cli.dir.as_deref()).and_then(|config| {
        start_logging();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(run(cli.command, config))
    });
    match outcome {
        Ok(code) => code,
        Err(error) => {
            let message = insurance::masked(&format!("{error:#}"));
            eprintln!("recto: {message}");
            if std::env::args().any(|argument| argument == "--json") {
                let fault = serde_json::json!({"code": "trouble", "place": "", "message": message});
                print_json(&serde_json::json!({"faults": [fault]}));
            }
            ExitCode::from(2)
        }
    }
}

async fn run(command: Command, config: Config) -> anyhow::Result<ExitCode> {
    if config.desk.environment == Environment::Production {
        eprintln!("recto: PRODUCTION. Letters are real, and mail leaves this machine.");
    }
    match command {
        Command::Demo(arguments) => demo::run(arguments, config).await,
        Command::Take(arguments) => take::run(arguments, config).await,
        Command::Work(arguments) => work::run(arguments, config).await,
        Command::Run(run::RunCommand::Close(arguments)) => run::close(arguments, config).await,
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
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(|| Masked).init();
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
    Studio::open(&config.home, specimen).map_err(|faults| {
        let lines: Vec<String> = faults.iter().map(|fault| format!("\n  {fault}")).collect();
        anyhow::anyhow!("the letter types or fonts under {} are not in order:{}", config.home.display(), lines.concat())
    })
}

/// The desk of the configured data folder.
async fn open_desk(config: &Config) -> anyhow::Result<Desk> {
    let studio = open_studio(config)?;
    let desk = Desk::open(studio, config.desk.clone(), config.clock(), &config.dir).await;
    desk.with_context(|| format!("the data folder {} cannot be opened", config.dir.display()))
}

/// The file whose lock says that somebody works in the data folder.
const LOCK: &str = "recto.lock";

/// Says that this process works in the data folder. Several may: they share the work by claims. None may while the demo has it.
fn work_in(config: &Config) -> anyhow::Result<std::fs::File> {
    let file = lock_file(config)?;
    file.try_lock_shared().map_err(|_| {
        anyhow::anyhow!("recto demo has {} to itself: stop it first, or work in another folder", config.dir.display())
    })?;
    Ok(file)
}

/// Takes the data folder for this process alone.
fn hold(config: &Config) -> anyhow::Result<std::fs::File> {
    let file = lock_file(config)?;
    file.try_lock().map_err(|_| anyhow::anyhow!("another recto works in {}: stop it first", config.dir.display()))?;
    Ok(file)
}

fn lock_file(config: &Config) -> anyhow::Result<std::fs::File> {
    make_private(&config.dir)?;
    Ok(std::fs::File::options().create(true).append(true).open(config.dir.join(LOCK))?)
}

/// Prints one JSON document to standard output.
fn print_json(value: &Value) {
    say!("{value:#}");
}

/// Faults as the contract shows them, in English.
fn views(faults: &[Fault]) -> Vec<fault::FaultView> {
    fault::views(faults, Language::En)
}
