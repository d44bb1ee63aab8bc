//! The acts of the service: take, ask, work, approve, issue, send, close a run, verify. One act, one transaction, one actor; never any
//! other input or output inside it. The only room that knows the others.
//!
//! A [`Desk`] is a [`Studio`], which composes letters, over an office, which keeps them: register, archive, post and print runs.
//! Whoever only wants to know asks the [`Desk::reader`]; nothing but an act of the desk writes.

mod ask;
mod assess;
mod awaiting;
mod calls;
mod case_context;
mod case_read;
mod close;
mod correct;
mod decide;
mod disclose;
mod drafts;
mod explain;
mod follow;
mod health;
mod identify;
mod judge;
mod known;
mod look;
mod merge;
mod outlook;
mod people;
mod plan;
mod preview;
mod record;
mod release;
mod reload;
mod renew;
mod returns;
mod run_files;
mod says;
mod send;
mod set_again;
mod settings;
mod standards;
mod take;
mod tell;
mod verify;
mod weigh;
mod words;
mod work_letters;
mod worker;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::Notify;

use crate::archive::{self, Archive};
use crate::case::{Actor, Clock, Day, LetterId, LetterState, RunId, Sha256};
use crate::dispatch::{Post, PrintError, SmtpError};
use crate::openid::{self, Provider};
use crate::register::{Act, Reader, Register, RegisterError};
pub use crate::rules::{
    Answer, BalanceStep, DebtState, Dispute, Fate, Insolvency, Owed, People, Person, Plan, ProposalKind, RowState,
    Standing, StepKind, guard,
};
use crate::studio::Studio;
pub use ask::{LetterRequest, Requested};
pub use assess::Assessment;
pub use awaiting::{Awaiting, Changes, MayApprove, Passage, may_be_let_pass};
pub use calls::{Call, CalledBy};
pub use case_read::CaseRead;
pub use close::Closed;
pub use correct::Correctable;
pub use decide::{DecideError, rule_words};
pub use disclose::{Disclosed, Disclosure};
pub use drafts::{DRAFT_DAYS, DRAFTS_AT_MOST, Draft};
pub use explain::{Eligibility, Group};
pub use health::{Health, OpenSession};
pub use identify::WhoItIs;
pub use known::KnownCase;
pub use merge::{
    CheckedColumn, CheckedRow, MergeCheck, MergeRequest, MergeTally, Merged, Outlook, Totals, changed as merge_changed,
};
pub use outlook::{EventOutlook, Moved};
pub use people::{Invited, PeopleError, Proof, SignInError};
pub use plan::{PlanForm, PlanLetter, PlanSheet, Planned, plan_of};
pub use preview::{Foreseen, Look};
pub use reload::{CurrentDesk, Reload, ReloadState};
pub use run_files::RunFile;
pub use says::{NoRun, Stand, office};
pub use settings::{Environment, Settings};
pub use standards::{InHand, ServiceClock};
pub use take::{Batch, Outcome};
pub use tell::Told;
pub use verify::Difference;

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
    #[error("there is no print run of {} to close", .0.date)]
    NoSuchRun(NoRun),
    /// A print run whose closing was interrupted after its files were written.
    #[error(
        "the closing of the print run {run} was interrupted, but its files are in {folder}. If they went to the mail room, \
         close that run by its date; if not, take the folder away, and its letters are set again under a new date"
    )]
    UnfinishedRun {
        /// The run.
        run: RunId,
        /// Its folder.
        folder: PathBuf,
    },
    /// Somebody else is closing the run of this date.
    #[error("the print run of {0} is being closed already: wait until that is done")]
    RunClaimed(Day),
    /// The data folder.
    #[error("the data folder: {0}")]
    Io(#[from] std::io::Error),
    /// A task of this process broke off.
    #[error("a task broke off: {0}")]
    Task(#[from] tokio::task::JoinError),
}

/// Why a data folder cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The register.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// The archive.
    #[error(transparent)]
    Archive(#[from] archive::ArchiveError),
    /// The mail server's settings.
    #[error(transparent)]
    Smtp(#[from] SmtpError),
    /// The settings of the provider at which people sign in.
    #[error(transparent)]
    OpenId(#[from] openid::SettingsError),
    /// Production has nowhere to send e-mail.
    #[error("production needs [smtp] to send e-mail; or set `outbox = true` to have mail written to the outbox folder")]
    NoPost,
    /// The folder.
    #[error("the data folder: {0}")]
    Io(#[from] std::io::Error),
}

/// The desk of one data folder.
pub struct Desk {
    /// What composes letters.
    pub studio: Arc<Studio>,
    /// The service's clock.
    pub clock: Clock,
    office: Arc<Office>,
}

/// What keeps letters. Desks with other letter types share it.
struct Office {
    register: Register,
    settings: Settings,
    archive: Archive,
    post: Post,
    folder: PathBuf,
    wake: Notify,
    /// What is each row's own in the merge that was read back last.
    owners: tokio::sync::Mutex<Option<Arc<merge::Owners>>>,
    attempts: people::Attempts,
    provider: Option<Provider>,
}

impl Desk {
    /// Opens the desk of a data folder, making the folder where there is none.
    ///
    /// The fence is here: in the specimen environment mail goes to the outbox folder, whatever the settings say, and the studio must
    /// mark every page ([`Studio::specimen`] is set to what the environment asks).
    pub async fn open(mut studio: Studio, settings: Settings, clock: Clock, folder: &Path) -> Result<Desk, OpenError> {
        make_private(folder)?;
        studio.specimen = settings.environment == Environment::Specimen;
        let register = Register::open(folder, settings.environment.as_str()).await?;
        let post = match (settings.environment, &settings.smtp) {
            (Environment::Specimen, _) => Post::folder(&folder.join("outbox"))?,
            (Environment::Production, Some(smtp)) => Post::smtp(smtp)?,
            (Environment::Production, None) if settings.outbox => Post::folder(&folder.join("outbox"))?,
            (Environment::Production, None) => return Err(OpenError::NoPost),
        };
        let programs: Vec<&str> = studio.catalogue.programs.keys().map(String::as_str).collect();
        let provider = settings.openid.clone().map(|openid| Provider::new(openid, &programs)).transpose()?;
        let archive = Archive::open(folder)?;
        let office = Office {
            register,
            settings,
            archive,
            post,
            folder: folder.to_owned(),
            wake: Notify::new(),
            owners: tokio::sync::Mutex::default(),
            attempts: people::Attempts::default(),
            provider,
        };
        let desk = Desk { studio: Arc::new(studio), clock, office: Arc::new(office) };
        desk.keep_house().await?;
        desk.look_up_words().await?;
        Ok(desk)
    }

    /// A desk over the same office, with other letter types.
    fn with_studio(&self, studio: Studio) -> Desk {
        Desk { studio: Arc::new(studio), clock: self.clock, office: Arc::clone(&self.office) }
    }

    /// What reads the register.
    pub fn reader(&self) -> &Reader {
        self.office.register.reader()
    }

    /// Begins an act of somebody, now.
    async fn begin(&self, actor: Actor) -> Result<Act, RegisterError> {
        self.office.register.begin(actor, self.clock.now()).await
    }

    /// Today, in Toronto.
    fn today(&self) -> Day {
        self.clock.today().into()
    }

    /// The environment that this desk works in.
    pub fn environment(&self) -> Environment {
        self.office.settings.environment
    }

    /// Waits until an act has made new work.
    pub fn woken(&self) -> impl Future<Output = ()> + '_ {
        self.office.wake.notified()
    }

    /// Has the work look for what an act has made.
    fn wake(&self) {
        self.office.wake.notify_waiters();
    }

    /// Closes the register's connections.
    pub async fn close(&self) {
        self.office.register.close().await;
    }

    /// The exact bytes of a letter that is out, with their hash, verified. None where it is not issued, or was taken back.
    pub async fn pdf(&self, letter: &LetterId) -> Result<Option<(Vec<u8>, Sha256)>, DeskError> {
        let row = self.reader().letter(letter).await?;
        if row.is_none_or(|row| row.state != LetterState::Issued) {
            return Ok(None);
        }
        let Some(issuance) = self.reader().issuance(letter).await? else { return Ok(None) };
        let key = archive::key(&issuance.date.to_string(), letter, &issuance.sha256);
        let pdf = self.office.archive.get(&key, &issuance.sha256).await?;
        Ok(Some((pdf, issuance.sha256)))
    }

    /// Keeps the house's files, so that what is set with them can be set again.
    async fn keep_house(&self) -> Result<(), RegisterError> {
        let hash = Sha256::new(self.studio.press.house_hash());
        if self.reader().house(&hash).await?.is_some() {
            return Ok(());
        }
        let mut act = self.begin(Actor::program()).await?;
        act.keep_house(&hash, &self.studio.catalogue.house).await?;
        act.commit().await
    }
}

/// Makes a data folder that its owner alone can enter: everything in it is somebody's.
pub fn make_private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}
