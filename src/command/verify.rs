//! `recto verify`.

use std::process::ExitCode;

use recto::people::Who;
use serde_json::json;

use super::voice::voice;
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
        anyhow::bail!(trouble!("trouble.no-register", folder = config.dir.display()));
    }
    let desk = open_desk(&config).await?;
    let mut differences = desk.verify().await?;
    let mut set = 0_u64;
    if arguments.set_again {
        differences.extend(desk.set_all_again(|| set += 1).await?);
    }
    if let Err(error) = desk.note_verified(&Who::Operator("recto verify".to_owned()), differences.len()).await {
        tracing::warn!(%error, "that the register was verified could not be noted");
    }
    desk.close().await;
    if arguments.json {
        print_json(&json!({"differences": differences, "set_again": set}));
    } else if differences.is_empty() {
        tell!("verify.agrees");
        if arguments.set_again {
            say!("{}.", voice().counted(usize::try_from(set).unwrap_or_default(), "again"));
        }
    } else {
        let language = voice().language;
        for difference in &differences {
            say!("{}: {} [{}]", difference.place, difference.message.get(language), difference.code);
            tell!("verify.what-to-do", remedy = difference.remedy().get(language));
        }
        tell!("verify.found", differences = voice().counted(differences.len(), "difference"));
    }
    Ok(ExitCode::from(u8::from(!differences.is_empty())))
}
