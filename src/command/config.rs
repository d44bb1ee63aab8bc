//! Configuration: a file, `RECTO_…` variables, and defaults. None is needed.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
use recto::case::{Clock, said};
use recto::desk::{Environment, Settings};
use serde::Deserialize;

use super::read_file;

/// What can be set. `home`, `dir`, `listen` and `clock` stand beside the desk's settings at the top of the file.
#[derive(Debug, Clone, Deserialize)]
pub struct Config {
    /// The folder that has `letter-templates`, `fonts` and `samples`; the current one by default.
    #[serde(default)]
    pub home: PathBuf,
    /// The data folder; `recto-data` by default.
    #[serde(default = "data_folder")]
    pub dir: PathBuf,
    /// The address that the service listens on; loopback by default.
    #[serde(default = "loopback")]
    pub listen: String,
    /// An instant at which the clock stands still, for samples and tests; refused in production.
    #[serde(default)]
    pub clock: Option<DateTime<Utc>>,
    /// The desk's settings.
    #[serde(flatten)]
    pub desk: Settings,
}

fn data_folder() -> PathBuf {
    "recto-data".into()
}

fn loopback() -> String {
    "127.0.0.1:8080".into()
}

const KNOWN: [&str; 14] = [
    "home",
    "dir",
    "listen",
    "clock",
    "environment",
    "cut_off",
    "letter_attempts",
    "email_attempts",
    "email_retry_s",
    "people",
    "from",
    "smtp",
    "outbox",
    "openid",
];

impl Config {
    /// Reads the file, then the variables (`RECTO_ENVIRONMENT`, `RECTO_SMTP__HOST` …), then the command line's folder.
    #[expect(clippy::disallowed_methods, reason = "the front door is where place is read")]
    pub fn load(file: Option<&Path>, dir: Option<&Path>) -> anyhow::Result<Config> {
        let mut sources = config::Config::builder();
        if let Some(path) = file {
            let text = read_file(path)?;
            let table: toml::Table = toml::from_str(&text).with_context(|| path.display().to_string())?;
            if let Some(unknown) = table.keys().find(|key| !KNOWN.contains(&key.as_str())) {
                bail!(trouble!("trouble.setting", file = path.display(), name = unknown, known = KNOWN.join(", ")));
            }
            sources = sources.add_source(config::File::from_str(&text, config::FileFormat::Toml));
        }
        let variables =
            config::Environment::with_prefix("RECTO").prefix_separator("_").separator("__").try_parsing(true);
        let read = sources.add_source(variables).build().and_then(config::Config::try_deserialize);
        let mut config: Config =
            read.map_err(|error| trouble!("trouble.settings"; why = said::shape(&error.to_string())))?;
        if let Some(dir) = dir {
            config.dir = dir.to_owned();
        }
        let here = std::env::current_dir()?;
        config.home = here.join(&config.home);
        config.dir = here.join(&config.dir);
        if config.clock.is_some() && config.desk.environment == Environment::Production {
            bail!(trouble!("trouble.clock"));
        }
        if config.desk.environment == Environment::Production {
            config.check_production()?;
        }
        Ok(config)
    }

    /// Production takes no default that would send a letter astray, and no variable that it does not know.
    fn check_production(&self) -> anyhow::Result<()> {
        if self.desk.from == Settings::default().from {
            bail!(trouble!("trouble.from"));
        }
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("RECTO_")) {
            let setting = name.trim_start_matches("RECTO_").to_lowercase();
            if !KNOWN.contains(&setting.split("__").next().unwrap_or_default()) {
                bail!(trouble!("trouble.variable", name = name));
            }
        }
        Ok(())
    }

    /// The clock that the configuration asks for.
    pub fn clock(&self) -> Clock {
        self.clock.map_or(Clock::System, Clock::Fixed)
    }
}
