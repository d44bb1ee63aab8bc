//! The data folder of a demo: made anew each time, and never over what somebody else put there or did in it.

use std::fs::File;
use std::path::Path;

use anyhow::{Context, bail};
use recto::case::letter::sha256_hex;
use recto::register::Reader;

use super::{Config, LOCK, hold, open_desk};

/// The file that marks a data folder as one that `demo` made.
const MARK: &str = "demo";
/// What the mark says while a demo is at work: what is there then is the demo's.
const UNFINISHED: &str = "unfinished";
/// What a demo's folder may have.
const OWN: [&str; 11] = [
    LOCK,
    MARK,
    "recto.db",
    "recto.db-wal",
    "recto.db-shm",
    "archive",
    "outbox",
    "runs",
    "refused",
    "token",
    "workers",
];

/// Makes way for a fresh data folder and holds it. Only one that an earlier demo made, that nobody works in, and in which nothing was
/// done since, is cleared.
pub async fn clear(config: &Config) -> anyhow::Result<File> {
    let dir = &config.dir;
    let names = names_in(dir)?;
    if names.iter().any(|name| name != LOCK) && !names.iter().any(|name| name == MARK) {
        bail!(trouble!("trouble.not-demo", folder = dir.display()));
    }
    if let Some(stranger) = names.iter().find(|name| !OWN.contains(&name.as_str())) {
        bail!(trouble!("trouble.stranger", folder = dir.display(), what = stranger));
    }
    let held = hold(config)?;
    if names.iter().any(|name| name == MARK) {
        let mark = std::fs::read_to_string(dir.join(MARK)).unwrap_or_default();
        let known = mark.lines().last().unwrap_or_default();
        if known != UNFINISHED && known != state_in(config).await {
            bail!(trouble!("trouble.worked-in", folder = dir.display()));
        }
        hint!("demo.replaces", folder = dir.display());
    }
    for name in names.iter().filter(|name| *name != LOCK) {
        let path = dir.join(name);
        let removed = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        removed.with_context(|| path.display().to_string())?;
    }
    mark(dir, UNFINISHED)?;
    Ok(held)
}

/// Marks the folder with what the demo left in it.
pub async fn finish(dir: &Path, reader: &Reader) -> anyhow::Result<()> {
    mark(dir, &state(dir, reader).await?)
}

fn mark(dir: &Path, state: &str) -> anyhow::Result<()> {
    let words =
        "This folder was made by `recto demo`, which makes it anew while nobody has worked in it. What it left:";
    std::fs::write(dir.join(MARK), format!("{words}\n{state}\n")).with_context(|| dir.display().to_string())
}

/// The names in a folder; none where there is no folder.
fn names_in(dir: &Path) -> anyhow::Result<Vec<String>> {
    if !dir.exists() {
        return Ok(Vec::new());
    }
    let entries = dir.read_dir().with_context(|| dir.display().to_string())?;
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}

/// What is in the folder now; a word of its own where that cannot be told.
async fn state_in(config: &Config) -> String {
    let unreadable = || "unreadable".to_owned();
    let Ok(desk) = open_desk(config).await else { return unreadable() };
    let now = state(&config.dir, desk.reader()).await.unwrap_or_else(|_| unreadable());
    desk.close().await;
    now
}

/// The end of the register's entries, and the names and sizes of the files beside it: whatever is done in a folder changes one of them.
async fn state(dir: &Path, reader: &Reader) -> anyhow::Result<String> {
    let (mut after, mut told) = (0, String::new());
    loop {
        let entries = reader.entries_after(after, 1_000).await?;
        let Some(last) = entries.last() else { break };
        after = last.sequence;
        told = format!("{} {}\n", last.sequence, last.chain);
    }
    for folder in ["archive", "outbox", "runs", "refused"] {
        list(&dir.join(folder), folder, &mut told);
    }
    Ok(sha256_hex(told.as_bytes()))
}

fn list(path: &Path, shown: &str, told: &mut String) {
    for name in names_in(path).unwrap_or_default() {
        let (inner, shown) = (path.join(&name), format!("{shown}/{name}"));
        match std::fs::metadata(&inner) {
            Ok(metadata) if metadata.is_dir() => list(&inner, &shown, told),
            Ok(metadata) => told.push_str(&format!("{shown} {}\n", metadata.len())),
            Err(_) => told.push_str(&format!("{shown}\n")),
        }
    }
}
