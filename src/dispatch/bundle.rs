//! A bundle: files in one zip, each with its hash in a manifest, written to a temporary file so that memory stays flat.

use std::fs::File;
use std::io::{Seek, Write};
use std::path::Path;

use chrono::{DateTime, Datelike, Timelike, Utc};
use serde::Serialize;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::case::Sha256;

/// A file of a bundle, as the manifest has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BundledFile {
    /// Its name within the bundle.
    pub name: String,
    /// Its size in bytes.
    pub bytes: usize,
    /// Its hash.
    pub sha256: Sha256,
}

/// A bundle that is being written.
pub struct Bundle {
    zip: ZipWriter<File>,
    options: SimpleFileOptions,
    /// The files that are in it already.
    pub files: Vec<BundledFile>,
}

impl Bundle {
    /// Begins a bundle in a folder, under a name that nobody has. The file has no name any more once it is open: whatever happens to this
    /// process, nothing of it stays.
    ///
    /// # Errors
    ///
    /// Trouble with the folder.
    pub fn begin(folder: &Path, name: &str, made: DateTime<Utc>) -> std::io::Result<Bundle> {
        use std::os::unix::fs::OpenOptionsExt;
        let path = folder.join(name);
        let file = File::options().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
        std::fs::remove_file(&path)?;
        let second = u8::try_from(made.second()).unwrap_or_default();
        let [month, day, hour, minute] =
            [made.month(), made.day(), made.hour(), made.minute()].map(|part| u8::try_from(part).unwrap_or_default());
        let year = u16::try_from(made.year()).unwrap_or(1980);
        let time = zip::DateTime::from_date_and_time(year, month, day, hour, minute, second).unwrap_or_default();
        let options = SimpleFileOptions::default().last_modified_time(time).unix_permissions(0o600);
        Ok(Bundle { zip: ZipWriter::new(file), options, files: Vec::new() })
    }

    /// Puts a file into it. What is packed already, as a PDF is, is not packed again.
    ///
    /// # Errors
    ///
    /// Trouble with the file, such as a full disk.
    pub fn put(&mut self, name: &str, bytes: &[u8]) -> std::io::Result<()> {
        let is_packed = name.ends_with(".pdf");
        let method = if is_packed { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        self.zip.start_file(name, self.options.compression_method(method)).map_err(std::io::Error::other)?;
        self.zip.write_all(bytes)?;
        self.files.push(BundledFile { name: name.to_owned(), bytes: bytes.len(), sha256: Sha256::of(bytes) });
        Ok(())
    }

    /// Ends it with a list of its hashes, as `sha256sum -c` reads it. Gives the file, at its beginning.
    ///
    /// # Errors
    ///
    /// Trouble with the file.
    pub fn end(mut self) -> std::io::Result<File> {
        let sums: String = self.files.iter().map(|file| format!("{}  {}\n", file.sha256, file.name)).collect();
        self.put("SHA256SUMS", sums.as_bytes())?;
        let mut file = self.zip.finish().map_err(std::io::Error::other)?;
        file.rewind()?;
        Ok(file)
    }
}
