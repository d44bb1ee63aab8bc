//! Where the service stands, for whoever looks after it. It says nothing of any case: letters by their numbers, no names, no
//! addresses.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use super::{Desk, DeskError, PeopleError};
use crate::case::{AuditKind, DeliveryState, MergeState, Sha256, Stamp};
use crate::people::{Account, Who, is_over};
use crate::register::{MergeRecord, Queue, RunRow, SessionRow, TroubledDelivery, UnmadeRow};

/// What is listed of each kind, at most.
const LISTED: i64 = 100;
/// Sessions that are looked through, at most.
const SESSIONS: i64 = 1_000;
/// How long `df` may take, and how often it is looked whether it has ended.
const DF_WITHIN: Duration = Duration::from_secs(1);
const DF_LOOK: Duration = Duration::from_millis(5);
/// Characters by which a session is named on a page: its secret's hash is nobody's to see.
const NAMED_BY: usize = 16;

/// Where the service stands.
#[derive(Debug)]
pub struct Health {
    /// What waits for the work.
    pub queue: Queue,
    /// Letters that cannot be made.
    pub unmade: Vec<UnmadeRow>,
    /// Deliveries that are tried again.
    pub failing: Vec<TroubledDelivery>,
    /// Deliveries that have given up.
    pub given_up: Vec<TroubledDelivery>,
    /// Print runs whose closing is not finished.
    pub closing: Vec<RunRow>,
    /// Mail merges whose rows are still being taken.
    pub taking: Vec<MergeRecord>,
    /// Files of refused events that wait to be corrected and taken again.
    pub refused_files: usize,
    /// When the register was verified last, and how many differences were found.
    pub verified: Option<(Stamp, i64)>,
    /// Bytes of the register.
    pub register_bytes: u64,
    /// Bytes that are free where the data folder lies; none where the system does not say.
    pub free_bytes: Option<u64>,
}

/// A session that is not over, with its owner.
#[derive(Debug)]
pub struct OpenSession {
    /// By what a page names it.
    pub name: String,
    /// Whose it is.
    pub account: Account,
    /// The session.
    pub row: SessionRow,
}

impl Desk {
    /// Where the service stands.
    pub async fn health(&self) -> Result<Health, DeskError> {
        let (reader, folder) = (self.reader(), &self.office.folder);
        let files = ["recto.db", "recto.db-wal"].map(|name| folder.join(name));
        Ok(Health {
            queue: reader.queue().await?,
            unmade: reader.unmade(LISTED).await?,
            failing: reader.troubled(DeliveryState::Waiting, LISTED).await?,
            given_up: reader.troubled(DeliveryState::Failed, LISTED).await?,
            closing: reader.closing_runs().await?,
            taking: reader.merges(Some(MergeState::Taking), &[], LISTED).await?,
            refused_files: files_in(&folder.join("refused")),
            verified: reader.verified().await?,
            register_bytes: files.iter().filter_map(|file| file.metadata().ok()).map(|file| file.len()).sum(),
            free_bytes: free_bytes(folder).await,
        })
    }

    /// Keeps that the register was verified, and what was found.
    pub async fn note_verified(&self, by: &Who, differences: usize) -> Result<(), DeskError> {
        let mut act = self.begin(by.actor()).await?;
        act.note_verified(differences).await?;
        Ok(act.commit().await?)
    }

    /// The sessions of all people that are not over, the last seen first.
    pub async fn open_sessions(&self) -> Result<Vec<OpenSession>, DeskError> {
        let (now, accounts) = (self.clock.now(), self.accounts().await?);
        let rows = self.reader().all_sessions(SESSIONS).await?.into_iter();
        let rows = rows.filter(|row| !is_over(row.made_at.instant(), row.seen_at.instant(), now));
        let open = rows.filter_map(|row| {
            let account = accounts.iter().find(|account| account.id == row.account)?.clone();
            Some(OpenSession { name: named(&row), account, row })
        });
        Ok(open.collect())
    }

    /// Ends one session of somebody; the audit trail says whose and by whom.
    pub async fn end_session(&self, by: &Who, name: &str) -> Result<(), PeopleError> {
        let open = self.open_sessions().await?;
        let session = open.iter().find(|one| one.name == name);
        let missing = || PeopleError::NotFound(format!("session {name}"));
        let OpenSession { account, row, .. } = session.ok_or_else(missing)?;
        let mut act = self.begin(by.actor()).await?;
        if !act.end_session(&row.secret_hash).await? {
            return Err(missing());
        }
        act.audit(AuditKind::SessionsEnded, &account.id, &json!({"sessions": 1})).await?;
        act.commit().await?;
        Ok(())
    }
}

/// By what a page names a session: it tells neither the secret nor what the register keeps of it.
fn named(row: &SessionRow) -> String {
    Sha256::of(row.secret_hash.as_str().as_bytes()).as_str()[..NAMED_BY].to_owned()
}

/// How many files a folder has; none where it is not there.
fn files_in(folder: &Path) -> usize {
    folder.read_dir().map_or(0, |entries| entries.flatten().filter(|entry| entry.path().is_file()).count())
}

/// Bytes that are free where a folder lies, as `df` says; none where it says nothing in time, as of a disk that does not answer.
async fn free_bytes(folder: &Path) -> Option<u64> {
    let mut df = Command::new("df");
    let df = df.arg("-Pk").arg("--").arg(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut asked = df.spawn().ok()?;
    let began = Instant::now();
    while asked.try_wait().ok()?.is_none() {
        if began.elapsed() > DF_WITHIN {
            let _ = asked.kill();
            // One that cannot be ended is waited for where nobody waits for it.
            tokio::task::spawn_blocking(move || asked.wait());
            return None;
        }
        tokio::time::sleep(DF_LOOK).await;
    }
    let mut said = String::new();
    asked.stdout.take()?.read_to_string(&mut said).ok()?;
    let kilobytes: u64 = said.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    Some(kilobytes * 1024)
}
