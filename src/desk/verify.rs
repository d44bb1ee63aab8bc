//! Verifying: the archive against the register, the register against itself, the case file's chain, the runs' files.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::Serialize;
use serde_json::Value;

use super::{Desk, DeskError};
use crate::archive::{self, ArchiveError};
use crate::case::letter::sha256_hex;
use crate::case::{Channel, LetterId, LetterState};
use crate::letter::Data;
use crate::register::{ChainedEntry, Filter, Issuance, LetterRow, NewEntry, StoredEvent, chained, event_hash};

/// Rows read at a time, so that memory stays flat.
const PIECE: i64 = 1_000;

/// One thing that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// A stable kebab-case code.
    pub code: &'static str,
    /// The object or row.
    pub place: String,
    /// What differs.
    pub message: String,
}

/// What the case file says was done to a letter.
#[derive(Default)]
struct Logged {
    issued: BTreeMap<i64, Value>,
    /// The words that were last issued or wait for approval.
    content_hash: Option<String>,
    /// Why it was last stopped.
    reasons: Value,
    /// Issuances, found again or not.
    issuances: usize,
    /// What became of each issuance's delivery: the kind of the entry, and its detail.
    deliveries: BTreeMap<i64, (String, Value)>,
    /// The hashes of words that were approved.
    approved: Vec<String>,
    last: String,
}

/// What verification has found so far.
#[derive(Default)]
struct Audit {
    differences: Vec<Difference>,
    letters: HashMap<String, Logged>,
    /// Hash, source and id of each event.
    events: HashMap<i64, [String; 3]>,
    objects: HashSet<String>,
    runs: BTreeSet<String>,
}

impl Audit {
    fn note(&mut self, code: &'static str, place: impl Into<String>, message: impl Into<String>) {
        self.differences.push(Difference { code, place: place.into(), message: message.into() });
    }
}

impl Desk {
    /// Reads everything again and names every difference: objects against issuances (hash, size), issuances, letters,
    /// events, approvals and deliveries against the case file, the case file's chain, and the files of closed runs.
    ///
    /// It reads while others may write, so in a folder that is being worked in, what was written meanwhile may be named too:
    /// where something is found there, verify again, or while nothing works.
    pub async fn verify(&self) -> Result<Vec<Difference>, DeskError> {
        let mut audit = Audit::default();
        self.verify_entries(&mut audit).await?;
        self.verify_events(&mut audit).await?;
        self.verify_issuances(&mut audit).await?;
        self.verify_letters(&mut audit).await?;
        for key in self.archive.keys().await? {
            if !audit.objects.contains(&key) {
                audit.note("object-unregistered", key, "The archive has it, the register does not. A crash before an issuance was recorded leaves such an object; it was never sent.");
            }
        }
        self.verify_runs(&mut audit).await?;
        Ok(audit.differences)
    }

    async fn verify_entries(&self, audit: &mut Audit) -> Result<(), DeskError> {
        let (mut after, mut chain) = (0, String::new());
        loop {
            let entries = self.register.entries_after(after, PIECE).await?;
            let Some(last) = entries.last() else { return Ok(()) };
            after = last.sequence;
            for entry in entries {
                check_link(&entry, &chain, audit);
                chain.clone_from(&entry.chain);
                collect(entry, audit);
            }
        }
    }

    async fn verify_events(&self, audit: &mut Audit) -> Result<(), DeskError> {
        let mut after = 0;
        loop {
            let events = self.register.events_after(after, PIECE).await?;
            let Some(last) = events.last() else { break };
            after = last.sequence;
            for StoredEvent { sequence, hash, event } in events {
                let logged = audit.events.remove(&sequence);
                if event_hash(&event) != hash || logged != Some([hash, event.source, event.id]) {
                    audit.note("event-altered", format!("events/{sequence}"), "The event is not what was taken.");
                }
            }
        }
        for sequence in std::mem::take(&mut audit.events).into_keys() {
            audit.note("event-missing", format!("events/{sequence}"), "The case file has it, the register does not.");
        }
        Ok(())
    }

    async fn verify_issuances(&self, audit: &mut Audit) -> Result<(), DeskError> {
        let (mut letter, mut number) = (String::new(), 0);
        loop {
            let issuances = self.register.issuances_after(&letter, number, PIECE).await?;
            let Some(last) = issuances.last() else { break };
            (letter, number) = (last.letter.clone(), last.number);
            for issuance in issuances {
                self.verify_issuance(&issuance, audit).await?;
            }
        }
        let unregistered: Vec<String> = audit
            .letters
            .iter()
            .flat_map(|(letter, logged)| logged.issued.keys().map(move |number| format!("{letter}/{number}")))
            .collect();
        for place in unregistered {
            audit.note(
                "issuance-missing",
                place,
                "The case file says that it was issued; the register does not have it.",
            );
        }
        Ok(())
    }

    async fn verify_issuance(&self, issuance: &Issuance, audit: &mut Audit) -> Result<(), DeskError> {
        let place = format!("{}/{}", issuance.letter, issuance.number);
        let logged = audit.letters.get_mut(&issuance.letter).and_then(|logged| logged.issued.remove(&issuance.number));
        match logged {
            None => audit.note("issuance-unlogged", &place, "It was issued, but the case file does not say so."),
            Some(detail) if !agrees(issuance, &detail) => {
                audit.note("issuance-altered", &place, "The register's row is not what the case file says was issued.");
            }
            Some(_) => {}
        }
        let key = archive::key(&issuance.date, &issuance.letter, &issuance.sha256);
        match self.archive.get(&key, &issuance.sha256).await {
            Ok(pdf) if pdf.len() as i64 != issuance.bytes => {
                audit.note(
                    "object-size-differs",
                    &key,
                    format!("{} bytes, registered are {}.", pdf.len(), issuance.bytes),
                );
            }
            Ok(_) => {}
            Err(ArchiveError::Altered { found, .. }) => {
                audit.note(
                    "object-altered",
                    &key,
                    format!("Its SHA-256 is {found}, registered is {}.", issuance.sha256),
                );
            }
            Err(ArchiveError::Store(object_store::Error::NotFound { .. })) => {
                audit.note("object-missing", &key, "The register has it, the archive does not.");
            }
            Err(error) => return Err(error.into()),
        }
        audit.objects.insert(key);
        Ok(())
    }

    async fn verify_letters(&self, audit: &mut Audit) -> Result<(), DeskError> {
        let mut before = None;
        loop {
            let filter = Filter { before, limit: PIECE, ..Filter::default() };
            let letters = self.register.letters(&filter).await?;
            let Some(last) = letters.last() else { break };
            before = Some(last.sequence);
            for letter in letters {
                self.verify_letter(&letter, audit).await?;
            }
        }
        for (letter, _) in std::mem::take(&mut audit.letters) {
            audit.note("letter-missing", letter, "The case file has it, the register does not.");
        }
        Ok(())
    }

    async fn verify_letter(&self, letter: &LetterRow, audit: &mut Audit) -> Result<(), DeskError> {
        let logged = audit.letters.remove(&letter.id).unwrap_or_default();
        let event = self.register.event(letter.event).await?.map(|stored| stored.event);
        let letter_type = self.studio.catalogue.types.get(&letter.letter_type);
        let as_called = event.is_some_and(|event| {
            let id = LetterId::derive(&event.source, &event.id, &letter.letter_type, &letter.party);
            let data = Data::read(&event.data);
            data.is_ok_and(|data| {
                id.as_str() == letter.id
                    && event.subject == letter.case_reference
                    && data.person.id == letter.party
                    && data.addressee.full_name() == letter.party_name
                    && letter_type.map_or(data.addressee.channel, |one| one.channel(&data.addressee)).as_str()
                        == letter.channel
                    && data.addressee_json()["language"] == letter.language.as_str()
            })
        });
        if !as_called {
            audit.note("letter-altered", &letter.id, "The register's row is not what its event called for.");
        }
        let state = letter.state()?;
        let expected = match logged.last.as_str() {
            "letter-held" => vec![LetterState::Held, LetterState::Due],
            "approval-awaited" => vec![LetterState::AwaitingApproval, LetterState::Due],
            "letter-refused" => vec![LetterState::Refused, LetterState::Due],
            "letter-withdrawn" => vec![LetterState::Withdrawn],
            "letter-ended" => vec![LetterState::Ended, LetterState::Due],
            "letter-issued" | "letter-sent" | "delivery-failed" => vec![LetterState::Issued],
            _ => vec![LetterState::Due],
        };
        if !expected.contains(&state) {
            let message =
                format!("Its state is {}, but the case file's last entry is “{}”.", state.as_str(), logged.last);
            audit.note("letter-state-differs", &letter.id, message);
        }
        let reasons = serde_json::json!(letter.reasons()?);
        let said = !logged.last.is_empty() && (reasons != logged.reasons || letter.content_hash != logged.content_hash);
        if letter.issuance != logged.issuances as i64 || said {
            audit.note("letter-altered", &letter.id, "Its issuance, words or reasons are not those of the case file.");
        }
        let approval = letter.approved_hash.as_ref();
        if approval.is_some_and(|hash| !logged.approved.contains(hash)) {
            audit.note(
                "approval-unlogged",
                &letter.id,
                "The register says that it was approved; the case file does not.",
            );
        }
        self.verify_deliveries(letter, &logged, audit).await
    }

    /// Each issuance has one delivery, and it stands as the case file says; what is filed has none.
    async fn verify_deliveries(&self, letter: &LetterRow, logged: &Logged, audit: &mut Audit) -> Result<(), DeskError> {
        let deliveries = self.register.deliveries_of(&letter.id).await?;
        let numbers: Vec<i64> = deliveries.iter().map(|delivery| delivery.number).collect();
        let on_its_way = if letter.channel == Channel::File.as_str() { 0 } else { letter.issuance };
        if numbers != (1..=on_its_way).collect::<Vec<_>>() {
            audit.note("delivery-missing", &letter.id, "Not every issuance has its one delivery.");
        }
        for delivery in deliveries {
            let entry = logged.deliveries.get(&delivery.number).map(|(kind, detail)| (kind.as_str(), detail));
            let agrees = match (delivery.state.as_str(), entry) {
                ("sent", Some(("letter-sent", detail))) => {
                    detail["channel"] == delivery.channel
                        && delivery.sent_at.is_some()
                        && detail["run"].as_str() == delivery.run.as_deref()
                        && detail["message_id"].as_str() == delivery.message_id.as_deref()
                }
                ("failed", Some(("delivery-failed", _))) | ("recalled", Some(("letter-recalled", _))) => true,
                ("waiting", entry) => entry.is_none(),
                _ => false,
            };
            if !agrees {
                let place = format!("{}/{}", letter.id, delivery.number);
                audit.note("delivery-differs", place, "The delivery is not what the case file says.");
            }
        }
        Ok(())
    }

    /// Compares each closed run's files with its SHA256SUMS.
    async fn verify_runs(&self, audit: &mut Audit) -> Result<(), DeskError> {
        let runs = self.register.runs(i64::MAX).await?;
        for date in std::mem::take(&mut audit.runs) {
            if !runs.iter().any(|run| run.date == date && run.closed_at.is_some()) {
                audit.note(
                    "run-missing",
                    format!("runs/{date}"),
                    "Letters were sent in it, but the register does not have it as closed.",
                );
            }
        }
        for run in runs {
            let folder = self.folder.join("runs").join(&run.date);
            if run.state != "closed" {
                audit.note(
                    "run-unfinished",
                    format!("runs/{}", run.date),
                    "Its closing was interrupted. `recto run close` goes on with it.",
                );
                continue;
            }
            let totals = std::fs::read_to_string(folder.join("totals.json")).unwrap_or_default();
            let written: Value = serde_json::from_str(&totals).unwrap_or_default();
            let registered: Value = serde_json::from_str(&run.totals.unwrap_or_default()).unwrap_or_default();
            if written != registered {
                audit.note(
                    "run-altered",
                    format!("runs/{}", run.date),
                    "The register's control totals are not those of the run's folder.",
                );
            }
            let Ok(sums) = std::fs::read_to_string(folder.join("SHA256SUMS")) else {
                audit.note(
                    "run-missing",
                    format!("runs/{}", run.date),
                    "Its SHA256SUMS is not there. `recto run close` writes the same files again.",
                );
                continue;
            };
            for line in sums.lines() {
                let Some((wanted, name)) = line.split_once("  ") else { continue };
                let place = format!("runs/{}/{name}", run.date);
                match std::fs::read(folder.join(name)) {
                    Ok(bytes) if sha256_hex(&bytes) == wanted => {}
                    Ok(_) => audit.note("run-file-altered", place, "Its SHA-256 is not the one in SHA256SUMS."),
                    Err(_) => audit.note("run-file-missing", place, "SHA256SUMS names it, but it is not there."),
                }
            }
        }
        Ok(())
    }
}

fn check_link(entry: &ChainedEntry, before: &str, audit: &mut Audit) {
    let kind = crate::case::EntryKind::parse(&entry.kind);
    let detail = serde_json::from_str(&entry.detail);
    let (Some(kind), Ok(detail)) = (kind, detail) else {
        audit.note("entry-altered", format!("entries/{}", entry.sequence), "The entry cannot be read.");
        return;
    };
    let written =
        NewEntry { case: &entry.case_reference, kind, event: entry.event, letter: entry.letter.as_deref(), detail };
    if chained(before, &entry.at, &written) != entry.chain {
        audit.note(
            "entry-altered",
            format!("entries/{}", entry.sequence),
            "The entry does not continue the chain: it was altered, or one before it was taken out or put in.",
        );
    }
}

fn collect(entry: ChainedEntry, audit: &mut Audit) {
    let detail: Value = serde_json::from_str(&entry.detail).unwrap_or_default();
    let number = detail["number"].as_i64().unwrap_or_default();
    match (entry.kind.as_str(), entry.letter, entry.event) {
        ("event-taken", _, Some(event)) => {
            let text = |name: &str| detail[name].as_str().unwrap_or_default().to_owned();
            audit.events.insert(event, [text("hash"), text("source"), text("event")]);
        }
        (kind, Some(letter), _) => {
            if kind == "letter-sent" {
                audit.runs.extend(detail["run"].as_str().map(str::to_owned));
            }
            let logged = audit.letters.entry(letter).or_default();
            if !["letter-overridden", "letter-cleared"].contains(&kind) {
                kind.clone_into(&mut logged.last);
            }
            match kind {
                "letter-issued" => {
                    logged.issuances += 1;
                    logged.content_hash = detail["content_hash"].as_str().map(str::to_owned);
                    logged.reasons = Value::Array(Vec::new());
                    logged.issued.insert(number, detail);
                }
                "approval-awaited" => {
                    logged.content_hash = detail["content_hash"].as_str().map(str::to_owned);
                    logged.reasons = detail["reasons"].clone();
                }
                "letter-withdrawn" => (logged.content_hash, logged.reasons) = (None, Value::Array(Vec::new())),
                "letter-held" | "letter-refused" | "letter-ended" => {
                    logged.content_hash = None;
                    logged.reasons = detail["reasons"].clone();
                }
                "letter-approved" => logged.approved.extend(detail["content_hash"].as_str().map(str::to_owned)),
                "letter-sent" | "delivery-failed" | "letter-recalled" => {
                    logged.deliveries.insert(number, (kind.to_owned(), detail));
                }
                _ => {}
            }
        }
        _ => {}
    }
}

fn agrees(issuance: &Issuance, detail: &Value) -> bool {
    detail["date"] == issuance.date.as_str()
        && detail["sha256"] == issuance.sha256.as_str()
        && detail["bytes"] == issuance.bytes
        && detail["pages"] == issuance.pages
        && detail["type_version"] == issuance.type_version.as_str()
        && detail["type_hash"].as_str().unwrap_or_default() == issuance.type_hash
        && detail["catalogue_hash"] == issuance.catalogue_hash.as_str()
        && detail["fonts_hash"] == issuance.fonts_hash.as_str()
        && detail["typst_version"] == issuance.typst_version.as_str()
}
