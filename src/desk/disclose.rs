//! Disclosure: all that there is of a case, or of a person, in one bundle, for whoever answers an access request.

use std::collections::{BTreeSet, HashSet};
use std::fs::File;
use std::io::Error;

use serde_json::{Value, json};

use super::{Desk, DeskError};
use crate::case::entry::{View, Viewed};
use crate::case::insurance::masked;
use crate::case::{AuditKind, CaseRef, Entry, FiledEntry, FollowUpId, Language, LetterId, LetterState, PersonId, hex};
use crate::dispatch::Bundle;
use crate::people::Who;
use crate::register::LetterRow;
use crate::studio::{DisclosedLetter, DisclosureIndex};

/// Follow-ups of one case, at most.
const MOST_FOLLOW_UPS: i64 = 10_000;

/// Of what a bundle is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disclosed {
    /// A case: all letters and the whole case file.
    Case(CaseRef),
    /// A person, in all cases: the letters about them, and what case files say of these and of the events about them.
    Person(PersonId),
}

/// What goes into a bundle.
#[derive(Debug)]
pub struct Disclosure {
    /// Of what it is.
    pub of: Disclosed,
    /// Its letters, in the order in which they were called for.
    pub letters: Vec<LetterRow>,
    /// The entries of the case files, case by case.
    pub entries: Vec<FiledEntry>,
}

impl Disclosure {
    /// The letters whose PDF is in it.
    fn issued(&self) -> impl Iterator<Item = &LetterRow> {
        self.letters.iter().filter(|letter| letter.state == LetterState::Issued)
    }
}

impl Desk {
    /// What a bundle would have in it, as far as somebody works in its programs; none where there is nothing of it.
    pub async fn disclosure(&self, by: &Who, of: Disclosed) -> Result<Option<Disclosure>, DeskError> {
        let (letters, entries) = match &of {
            Disclosed::Case(case) => {
                (self.reader().letters_of_case(case).await?, self.reader().entries_of_case(case).await?)
            }
            Disclosed::Person(person) => self.of_person(by, person).await?,
        };
        let is_there = !letters.is_empty() || !entries.is_empty();
        Ok(is_there.then_some(Disclosure { of, letters, entries }))
    }

    async fn of_person(&self, by: &Who, person: &PersonId) -> Result<(Vec<LetterRow>, Vec<FiledEntry>), DeskError> {
        let mut letters = self.reader().letters_about(person).await?;
        letters.retain(|letter| by.works_in(&letter.program));
        let own: HashSet<&LetterId> = letters.iter().map(|letter| &letter.id).collect();
        let told = self.reader().events_about(person).await?;
        let cases: BTreeSet<&CaseRef> =
            letters.iter().map(|letter| &letter.case_reference).chain(told.iter().map(|(case, ..)| case)).collect();
        let mut entries = Vec::new();
        for case in cases {
            let program = self.reader().program_of(case).await?.unwrap_or_default();
            if !by.works_in(&program) {
                continue;
            }
            let due = self.reader().follow_ups(None, Some(case), &[], MOST_FOLLOW_UPS).await?;
            let due: HashSet<FollowUpId> =
                due.into_iter().filter(|due| due.person == *person).map(|due| due.id).collect();
            let is_theirs = |filed: &FiledEntry| match (&filed.letter, &filed.entry) {
                (Some(letter), _) => own.contains(letter),
                (None, Entry::EventTaken(taken)) => {
                    told.iter().any(|(of, source, id)| of == case && *source == taken.source && *id == taken.event)
                }
                (None, Entry::FollowUpProposed(proposed)) => due.contains(&proposed.follow_up),
                (None, Entry::FollowUpDecided(decided)) => due.contains(&decided.follow_up),
                (None, _) => false,
            };
            let filed = self.reader().entries_of_case(case).await?;
            entries.extend(filed.into_iter().filter(is_theirs));
        }
        Ok((letters, entries))
    }

    /// Writes a bundle. `readable` is its case file in words, as one HTML document; `statuses` says in words how far each letter has come.
    /// Who had it made stands in the audit trail, and in the case file of each letter whose PDF is in it.
    pub async fn bundle(
        &self,
        by: &Who,
        disclosure: &Disclosure,
        language: Language,
        readable: String,
        status: impl Fn(&LetterRow) -> String,
    ) -> Result<File, DeskError> {
        let name = format!("disclosure-{}.zip", hex(&super::people::drawn::<16>()?));
        let mut bundle = Bundle::begin(&self.office.folder, &name, self.clock.now())?;
        let index = self.index(by, disclosure, language, status).await?;
        let job = self.studio.disclosure_job(&index, language);
        let set = self.studio.threads.set(job).await.map_err(|faults| {
            let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
            Error::other(format!("the index of the bundle cannot be set: {}", said.join("; ")))
        })?;
        bundle = put(bundle, "index.pdf".to_owned(), set.pdf).await?;
        bundle = put(bundle, "case-file.html".to_owned(), readable.into_bytes()).await?;
        let entries = disclosure.entries.iter().map(|filed| as_data(filed, &disclosure.of)).collect::<Vec<_>>();
        bundle = put(bundle, "case-file.json".to_owned(), json!(entries).to_string().into_bytes()).await?;
        // One letter at a time is in memory.
        for letter in disclosure.issued() {
            let Some((pdf, _)) = self.pdf(&letter.id).await? else { continue };
            let day = letter.date.map(|day| day.to_string()).unwrap_or_default();
            bundle = put(bundle, format!("letters/{day}_{}.pdf", letter.id), pdf).await?;
        }
        let manifest = json!({
            "of": match &disclosure.of {
                Disclosed::Case(case) => json!({"case": case}),
                Disclosed::Person(person) => json!({"person": person}),
            },
            "made_at": crate::case::Stamp::from(self.clock.now()),
            "made_by": by.actor(),
            "environment": self.environment().as_str(),
            "files": bundle.files,
        });
        bundle = put(bundle, "manifest.json".to_owned(), format!("{manifest:#}\n").into_bytes()).await?;
        let manifest = bundle.files.last().map(|file| file.sha256.clone());
        let file = tokio::task::spawn_blocking(move || bundle.end()).await??;
        let detail = json!({"letters": disclosure.issued().count(), "manifest": manifest});
        self.note_bundle(by, disclosure, &detail).await?;
        Ok(file)
    }

    async fn note_bundle(&self, by: &Who, disclosure: &Disclosure, detail: &Value) -> Result<(), DeskError> {
        let subject = match &disclosure.of {
            Disclosed::Case(case) => case.as_str(),
            Disclosed::Person(person) => person.as_str(),
        };
        let mut act = self.begin(by.actor()).await?;
        act.audit(AuditKind::BundleFetched, subject, detail).await?;
        for letter in disclosure.issued() {
            act.enter(letter.subject(), &Entry::LetterViewed(Viewed { way: View::Bundle, seal: None })).await?;
        }
        Ok(act.commit().await?)
    }

    async fn index(
        &self,
        by: &Who,
        disclosure: &Disclosure,
        language: Language,
        status: impl Fn(&LetterRow) -> String,
    ) -> Result<DisclosureIndex, DeskError> {
        let types = &self.studio.catalogue.types;
        let letter = |row: &LetterRow| {
            let title = types.get(&row.letter_type).map(|one| one.description.title.get(language));
            let out = row.state == LetterState::Issued;
            DisclosedLetter {
                id: row.id.to_string(),
                day: row.date.filter(|_| out).map(|day| day.to_string()).unwrap_or_default(),
                title: title.unwrap_or(&row.letter_type).to_owned(),
                case: row.case_reference.to_string(),
                name: masked(&row.addressee_name),
                status: status(row),
                pages: row.pages.filter(|_| out),
            }
        };
        let of = match &disclosure.of {
            Disclosed::Case(case) => case.to_string(),
            Disclosed::Person(person) => match disclosure.letters.last() {
                Some(letter) => format!("{} ({})", masked(&letter.person_name), masked(person)),
                None => masked(person),
            },
        };
        let is_person = matches!(disclosure.of, Disclosed::Person(_));
        let letters = disclosure.letters.iter().map(letter).collect();
        Ok(DisclosureIndex { of, is_person, day: self.today().to_string(), by: by.actor().name, letters })
    }
}

/// Puts a file into a bundle, off the threads that answer requests.
async fn put(mut bundle: Bundle, name: String, bytes: Vec<u8>) -> Result<Bundle, DeskError> {
    let put = tokio::task::spawn_blocking(move || bundle.put(&name, &bytes).map(|()| bundle));
    Ok(put.await??)
}

/// An entry as data. Of a person, without the standing that a verdict rests on: it is that of the whole case, with its other people.
fn as_data(filed: &FiledEntry, of: &Disclosed) -> Value {
    let mut data = json!(filed);
    if let (Disclosed::Person(_), Some(basis)) = (of, data["detail"]["basis"].as_object_mut()) {
        basis.shift_remove("standing");
    }
    data
}
