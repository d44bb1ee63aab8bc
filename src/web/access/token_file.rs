//! The token of the data folder: whoever can read it runs this machine.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context;

use crate::case::hex;

/// The file in the data folder that holds the token.
pub const TOKEN_FILE: &str = "token";

/// The token of a data folder, made at the first start and readable by its owner alone.
pub fn token(folder: &Path) -> anyhow::Result<String> {
    let path = folder.join(TOKEN_FILE);
    let known = match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        // A token that cannot be read is not replaced: whoever has it would be shut out.
        known => known.with_context(|| path.display().to_string())?,
    };
    // A file that was cut short is no token: an empty one would open the door to everybody.
    if known.trim().len() == 64 && known.trim().bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(known.trim().to_owned());
    }
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
    let token = hex(&bytes);
    let partial = path.with_extension("partial");
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&partial)?;
    writeln!(file, "{token}")?;
    file.sync_all()?;
    std::fs::rename(&partial, &path)?;
    Ok(token)
}
