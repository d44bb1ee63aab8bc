//! Files that are there wholly or not at all.

use std::io::Write;
use std::path::Path;

/// Writes a file under another name, then renames it; both are on the disk when this returns.
pub fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let partial = path.with_extension("partial");
    let mut file = std::fs::File::create(&partial)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&partial, path)?;
    sync_folder(path.parent())
}

/// Makes a renaming in a folder last.
pub fn sync_folder(folder: Option<&Path>) -> std::io::Result<()> {
    folder.map_or(Ok(()), |folder| std::fs::File::open(folder)?.sync_all())
}
