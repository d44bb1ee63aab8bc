//! `recto verify`.

use std::process::ExitCode;

use serde_json::json;

use super::{Config, open_desk, print_json};

/// Arguments of `recto verify`.
#[derive(clap::Args)]
pub struct Arguments {
    /// One JSON document on standard output.
    #[arg(long)]
    json: bool,
}

/// Verifies a data folder.
pub async fn run(arguments: Arguments, config: Config) -> anyhow::Result<ExitCode> {
    if !config.dir.join("recto.db").exists() {
        anyhow::bail!("there is no register in {}: name the data folder with --dir", config.dir.display());
    }
    let desk = open_desk(&config).await?;
    let differences = desk.verify().await?;
    desk.register.close().await;
    if arguments.json {
        print_json(&json!({"differences": differences}));
    } else if differences.is_empty() {
        say!("Archive, register and case files agree.");
    } else {
        differences.iter().for_each(|d| say!("{}: {} [{}]", d.place, d.message, d.code));
    }
    Ok(ExitCode::from(u8::from(!differences.is_empty())))
}
