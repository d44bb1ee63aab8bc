//! Issued PDFs as immutable objects in the data folder's `archive/`, put only if absent, their hash verified on every read.

use std::path::Path;
use std::sync::Arc;

use futures_util::TryStreamExt;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload};

use crate::case::letter::sha256_hex;
use crate::case::{Text, said};

/// What can go wrong with the archive.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The store said no.
    #[error("the archive: {0}")]
    Store(#[from] object_store::Error),
    /// The folder cannot be made.
    #[error("the archive's folder: {0}")]
    Folder(#[from] std::io::Error),
    /// An object is not what was put there.
    #[error("archive object {key} has the hash {found}, but {wanted} was put there")]
    Altered {
        /// The object.
        key: String,
        /// The hash that it was put under.
        wanted: String,
        /// The hash of what is there now.
        found: String,
    },
}

impl ArchiveError {
    /// What is wrong, and what to do; what the store said is for the log.
    pub fn says(&self) -> Text {
        match self {
            ArchiveError::Store(object_store::Error::NotFound { path, .. }) => Text::new(
                format!("The archive has no {path}. Restore it from the back-up, and run `recto verify`."),
                format!("L’archive n’a pas {path}. Restaurez-le de la copie de sauvegarde et lancez `recto verify`."),
            ),
            ArchiveError::Store(_) => Text::new(
                "The archive cannot be read or written. Look at the disk and at who may write in the data folder, and try again.",
                "L’archive ne peut pas être lue ou écrite. Vérifiez le disque et qui peut écrire dans le dossier de données, puis réessayez.",
            ),
            ArchiveError::Folder(error) => {
                let why = said::io(error);
                Text::new(
                    format!("The archive's folder cannot be made: {}.", why.en),
                    format!("Le dossier de l’archive ne peut pas être créé : {}.", why.fr),
                )
            }
            ArchiveError::Altered { key, .. } => Text::new(
                format!(
                    "The archive's {key} is not what was put there. Restore it from the back-up, and run `recto verify`."
                ),
                format!(
                    "Le fichier {key} de l’archive n’est plus celui qui y a été mis. Restaurez-le de la copie de sauvegarde et lancez `recto verify`."
                ),
            ),
        }
    }
}

/// The archive of one data folder.
#[derive(Clone)]
pub struct Archive {
    store: Arc<LocalFileSystem>,
}

/// The key of an issued letter: its date, then its id and the hash of its bytes, so that no two contents share a key.
pub fn key(date: &str, letter: &str, sha256: &str) -> String {
    format!("{date}/{letter}-{sha256}.pdf")
}

impl Archive {
    /// Opens the archive in a data folder, making it where there is none.
    pub fn open(folder: &Path) -> Result<Archive, ArchiveError> {
        let folder = folder.join("archive");
        std::fs::create_dir_all(&folder)?;
        let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Archive { store: Arc::new(store) })
    }

    /// Puts a PDF under its key unless it is there. The same bytes are put as often as one likes.
    pub async fn put(&self, key: &str, pdf: Vec<u8>) -> Result<(), ArchiveError> {
        let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        match self.store.put_opts(&Key::from(key), PutPayload::from(pdf), options).await {
            Ok(_) | Err(object_store::Error::AlreadyExists { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes out a PDF that was put there for an issuance that was never recorded. Nothing that was issued is ever taken out.
    pub async fn discard(&self, key: &str) -> Result<(), ArchiveError> {
        match self.store.delete(&Key::from(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Reads a PDF and verifies its hash.
    pub async fn get(&self, key: &str, sha256: &str) -> Result<Vec<u8>, ArchiveError> {
        let bytes = self.store.get(&Key::from(key)).await?.bytes().await?;
        let found = sha256_hex(&bytes);
        if found != sha256 {
            return Err(ArchiveError::Altered { key: key.to_owned(), wanted: sha256.to_owned(), found });
        }
        Ok(bytes.to_vec())
    }

    /// The keys of all objects.
    pub async fn keys(&self) -> Result<Vec<String>, ArchiveError> {
        let objects: Vec<_> = self.store.list(None).try_collect().await?;
        Ok(objects.into_iter().map(|object| object.location.to_string()).collect())
    }
}
