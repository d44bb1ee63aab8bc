//! The acts of the service: take, draft, approve, issue, send, close a run, verify. One act, one transaction; never any
//! other input or output inside it. The only room that knows the others.
//!
//! A [`Desk`] is a [`Studio`], which composes letters, with a data folder: register, archive, post and print runs.

mod again;
mod close;
mod decide;
mod explain;
mod follow;
mod issue;
mod look;
mod record;
mod reload;
mod send;
mod settings;
mod take;
mod verify;
mod weigh;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use tokio::sync::{Mutex, Notify};

use crate::archive::{self, Archive};
use crate::case::Clock;
use crate::dispatch::{Post, PrintError};
use crate::register::{Register, RegisterError};
use crate::studio::Studio;
pub use close::Closed;
pub use decide::DecideError;
pub use explain::Eligibility;
pub use reload::{OpenDesk, Reloaded};
pub use settings::{Environment, Member, Settings};
pub use take::{Outcome, Whole};
pub use verify::Difference;
pub use weigh::Weighed;

/// What can go wrong with an act. Faults of the input are not here: they are outcomes.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The register.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// The archive.
    #[error(transparent)]
    Archive(#[from] archive::ArchiveError),
    /// The print run.
    #[error(transparent)]
    Print(#[from] PrintError),
    /// Stored data that can no longer be read.
    #[error("event {event} can no longer be read: {problem}")]
    Unreadable {
        /// The event's place in the register.
        event: i64,
        /// What is wrong.
        problem: String,
    },
    /// A date that has no print run: it is past, has not come, or is no business day.
    #[error("there is no print run of {date} to close; the next one is that of {next}")]
    NoSuchRun {
        /// The date asked for.
        date: NaiveDate,
        /// The date of the run that can be closed.
        next: NaiveDate,
    },
    /// A print run whose closing was interrupted after its files were written.
    #[error(
        "the closing of the print run of {date} was interrupted, but its files are in {folder}. If they went to the mail room, \
         close that run by its date; if not, take the folder away, and its letters are set again under a new date"
    )]
    UnfinishedRun {
        /// The run's date.
        date: String,
        /// Its folder.
        folder: PathBuf,
    },
    /// The data folder.
    #[error("the data folder: {0}")]
    Io(#[from] std::io::Error),
}

/// The desk of one data folder.
pub struct Desk {
    /// What composes letters.
    pub studio: Studio,
    /// The register.
    pub register: Register,
    /// The service's clock.
    pub clock: Clock,
    settings: Settings,
    archive: Archive,
    post: Post,
    folder: PathBuf,
    wake: Arc<Notify>,
    /// Held while a print run is closed: one at a time.
    closing: Arc<Mutex<()>>,
    /// Held while letters are worked: each by one worker.
    working: Arc<Mutex<()>>,
}

impl Desk {
    /// Opens the desk of a data folder, making the folder where there is none.
    ///
    /// The fence is here: in the specimen environment mail goes to the outbox folder, whatever the settings say.
    pub async fn open(mut studio: Studio, settings: Settings, clock: Clock, folder: &Path) -> anyhow::Result<Desk> {
        make_private(folder)?;
        studio.specimen = settings.environment == Environment::Specimen;
        let register = Register::open(folder, settings.environment.as_str()).await?;
        let post = match (settings.environment, &settings.smtp) {
            (Environment::Specimen, _) => Post::folder(&folder.join("outbox"))?,
            (Environment::Production, Some(smtp)) => Post::smtp(smtp)?,
            (Environment::Production, None) if settings.outbox => Post::folder(&folder.join("outbox"))?,
            (Environment::Production, None) => anyhow::bail!(
                "production needs [smtp] to send e-mail; or set `outbox = true` to have mail written to the outbox folder"
            ),
        };
        let archive = Archive::open(folder)?;
        keep_house(&register, &studio).await?;
        let (folder, wake, closing, working) = (folder.to_owned(), Arc::default(), Arc::default(), Arc::default());
        Ok(Desk { studio, register, clock, settings, archive, post, folder, wake, closing, working })
    }

    /// A desk over the same register, archive and post, with other letter types.
    fn with_studio(&self, studio: Studio) -> Desk {
        Desk {
            studio,
            register: self.register.clone(),
            clock: self.clock,
            settings: self.settings.clone(),
            archive: self.archive.clone(),
            post: self.post.clone(),
            folder: self.folder.clone(),
            wake: Arc::clone(&self.wake),
            closing: Arc::clone(&self.closing),
            working: Arc::clone(&self.working),
        }
    }

    /// The environment that this desk works in.
    pub fn environment(&self) -> Environment {
        self.settings.environment
    }

    /// Waits until an act has made new work.
    pub fn woken(&self) -> impl Future<Output = ()> + '_ {
        self.wake.notified()
    }

    /// The exact bytes of a letter's newest issuance with their SHA-256, verified.
    pub async fn pdf(&self, letter: &str) -> Result<Option<(Vec<u8>, String)>, DeskError> {
        let Some(issuance) = self.register.issuance(letter).await? else { return Ok(None) };
        let key = archive::key(&issuance.date, letter, &issuance.sha256);
        let pdf = self.archive.get(&key, &issuance.sha256).await?;
        Ok(Some((pdf, issuance.sha256)))
    }
}

/// Keeps the house's typst files, so that what is set with them can be set again.
async fn keep_house(register: &Register, studio: &Studio) -> Result<(), RegisterError> {
    if register.house(studio.press.house_hash()).await?.is_some() {
        return Ok(());
    }
    let text = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).into_owned();
    let files = studio.catalogue.house.iter().map(|(name, bytes)| (name.clone(), text(bytes))).collect();
    let mut act = register.begin().await?;
    act.keep_house(studio.press.house_hash(), &files).await?;
    act.commit().await
}

/// Makes a data folder that its owner alone can enter: everything in it is somebody's.
pub fn make_private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}
