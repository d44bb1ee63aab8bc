//! `recto verify`.

use std::process::ExitCode;

use serde_json::json;

use super::{Config, open_desk, print_json};

/// Arguments of `recto verify`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Also set every issued letter again from its record, and name each that does not come out with the same bytes.
    #[arg(long)]
    set_again: bool,
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
    let mut differences = desk.verify().await?;
    let mut set = 0_u64;
    if arguments.set_again {
        differences.extend(desk.set_all_again(|| set += 1).await?);
    }
    desk.close().await;
    if arguments.json {
        print_json(&json!({"differences": differences, "set_again": set}));
    } else if differences.is_empty() {
        let again = if arguments.set_again {
            format!(" {set} issuances were set again to the same bytes.")
        } else {
            String::new()
        };
        say!("Archive, register and case files agree.{again}");
    } else {
        differences.iter().for_each(|d| say!("{}: {} [{}]", d.place, d.message, d.code));
    }
    Ok(ExitCode::from(u8::from(!differences.is_empty())))
}
