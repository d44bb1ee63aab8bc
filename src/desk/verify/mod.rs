//! Verifying: the archive against the register, the register against the case files, the case files' chains, the runs' files. No
//! table is left out but that of who is at work now.

mod case_files;
mod issuances;
mod letters;
mod merges;
mod people;
mod remedies;
mod runs;
mod wordings;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::Serialize;

use super::{Desk, DeskError};
use crate::case::{
    CaseRef, Channel, Entry, EntryKind, FollowUpId, LetterId, PersonId, PreferredLanguage, RunId, Sha256, Stamp, Text,
    entry,
};

/// Rows read at a time, so that memory stays flat.
const PIECE: i64 = 1_000;

/// One thing that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// A stable kebab-case code.
    pub code: &'static str,
    /// The object or row.
    pub place: String,
    /// What differs; as JSON, in English.
    #[serde(serialize_with = "in_english")]
    pub message: Text,
}

fn in_english<S: serde::Serializer>(message: &Text, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&message.en)
}

/// What the case file says was done to a letter.
#[derive(Default)]
struct LoggedLetter {
    /// Its issuances by number, taken out as the register's are found.
    issued: BTreeMap<i64, entry::Issued>,
    /// How many issuances there were.
    issuances: i64,
    /// What became of each issuance's delivery.
    deliveries: BTreeMap<i64, Entry>,
    /// What the newest verdict on each issuance rests on, by its hash.
    rests_on: BTreeMap<i64, Sha256>,
    /// The issuances with a verdict at release, and whether it rests on what the case file has.
    cleared: BTreeMap<i64, bool>,
    /// The issuances that were sent and must have had one: those of before it was always recorded need not.
    released: BTreeSet<i64>,
    /// The seals that were approved, and by whom.
    approvals: Vec<(Sha256, Option<String>)>,
    /// The newest entry that says how far it has come.
    last: Option<Entry>,
    /// Since when it waits for an approval, and since when it is sent back.
    awaited_since: Option<Stamp>,
    returned_at: Option<Stamp>,
    /// The hash of the words that were last issued.
    content_hash: Option<Sha256>,
    /// Dollars that it last asked for, or else was about.
    amount: Option<String>,
    /// How it was last issued, by the newest word of then.
    channel: Option<Channel>,
    language: Option<PreferredLanguage>,
}

/// What a case file says was taken.
struct LoggedEvent {
    taken: entry::Taken,
    at: Stamp,
    case: CaseRef,
}

/// What a case file says of a follow-up.
struct LoggedFollowUp {
    proposed: Option<entry::Proposed>,
    decided: Option<(entry::Decided, Option<String>)>,
    case: CaseRef,
}

/// A case file as its entries have it.
#[derive(Default)]
struct LoggedCase {
    entries: i64,
    /// The chain up to the last entry of version 2.
    chain: String,
}

/// What verification has found so far.
#[derive(Default)]
struct Audit {
    differences: Vec<Difference>,
    letters: HashMap<LetterId, LoggedLetter>,
    events: HashMap<i64, LoggedEvent>,
    follow_ups: HashMap<FollowUpId, LoggedFollowUp>,
    cases: HashMap<CaseRef, LoggedCase>,
    /// How many events were taken of each case and about each person.
    events_of_case: HashMap<CaseRef, i64>,
    events_of_person: HashMap<PersonId, i64>,
    /// The words that letters were issued with, by name and version.
    wordings: BTreeMap<(String, String), HashSet<Sha256>>,
    objects: HashSet<String>,
    /// Letters that were sent in print runs, by run and piece; pieces of before they were numbered have none.
    printed: HashMap<RunId, Vec<(Option<i64>, LetterId, i64)>>,
}

impl Audit {
    fn note(&mut self, code: &'static str, place: impl Into<String>, message: impl Into<Text>) {
        self.differences.push(Difference { code, place: place.into(), message: message.into() });
    }
}

impl Desk {
    /// Reads everything again and names every difference: objects against issuances (hash, size), what is kept with them, issuances,
    /// letters, events, approvals, deliveries and follow-ups against the case files, the case files' chains, runs and their files.
    ///
    /// It reads while others may write, so in a folder that is being worked in, what was written meanwhile may be named too:
    /// where something is found there, verify again, or while nothing works.
    pub async fn verify(&self) -> Result<Vec<Difference>, DeskError> {
        let mut audit = Audit::default();
        self.verify_entries(&mut audit).await?;
        self.verify_events(&mut audit).await?;
        self.verify_cases(&mut audit).await?;
        self.verify_follow_ups(&mut audit).await?;
        self.verify_issuances(&mut audit).await?;
        self.verify_houses(&mut audit).await?;
        self.verify_wordings(&mut audit).await?;
        self.verify_merges(&mut audit).await?;
        self.verify_people(&mut audit).await?;
        self.verify_letters(&mut audit).await?;
        for key in self.office.archive.keys().await? {
            if !audit.objects.contains(&key) {
                audit.note("object-unregistered", key, ("The archive has it, the register does not. A crash before an issuance was recorded leaves such an object; it was never sent.", "L’archive l’a, le registre ne l’a pas. Un arrêt avant l’inscription d’une émission laisse un tel fichier; il n’a jamais été envoyé."));
            }
        }
        self.verify_runs(&mut audit).await?;
        Ok(audit.differences)
    }
}

impl LoggedLetter {
    /// Takes in one entry about the letter.
    fn take_in(&mut self, said: Entry, actor: Option<String>, at: Stamp) {
        match &said {
            Entry::LetterReturned(_) => self.returned_at = Some(at),
            Entry::LetterResubmitted(_) | Entry::LetterWithdrawn(_) => self.returned_at = None,
            Entry::LetterApproved(approved) => {
                self.approvals.push((approved.seal.clone(), actor.or_else(|| approved.by.clone())));
            }
            Entry::LetterIssued(issued) => {
                self.issuances += 1;
                self.content_hash = Some(issued.content_hash.clone());
                self.amount.clone_from(&issued.amount);
                self.channel = issued.channel.or(self.channel);
                self.language = issued.language.or(self.language);
                self.rests_on.extend(issued.basis.as_ref().map(|basis| (issued.number, basis.hash())));
                self.released.extend(issued.times.as_ref().map(|_| issued.number));
                self.issued.insert(issued.number, issued.clone());
            }
            Entry::LetterCleared(cleared) => {
                let number = cleared.number;
                self.rests_on.extend(cleared.basis.as_ref().map(|basis| (number, basis.hash())));
                let agrees = cleared.rests_on.is_none() || cleared.rests_on.as_ref() == self.rests_on.get(&number);
                *self.cleared.entry(number).or_insert(true) &= agrees;
            }
            Entry::LetterSent(sent) => {
                self.deliveries.insert(sent.number, said.clone());
            }
            Entry::DeliveryFailed(failed) => {
                self.deliveries.insert(failed.number, said.clone());
            }
            Entry::LetterRecalled(recalled) => {
                self.deliveries.insert(recalled.number, said.clone());
            }
            _ => {}
        }
        // These say something of a letter without moving it.
        let beside = [
            EntryKind::LetterOverridden,
            EntryKind::LetterCleared,
            EntryKind::LetterApproved,
            EntryKind::LetterViewed,
            EntryKind::LetterResubmitted,
        ];
        if !beside.contains(&EntryKind::from(&said)) {
            let waits = matches!(said, Entry::ApprovalAwaited(_));
            self.awaited_since = waits.then(|| self.awaited_since.unwrap_or(at));
            self.last = Some(said);
        }
    }
}
