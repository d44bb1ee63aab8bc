//! The case files: their chains, and what they say of events, cases, persons and follow-ups.

use std::collections::HashMap;

use super::{Audit, LoggedCase, LoggedEvent, LoggedFollowUp, PIECE};
use crate::case::letter::Wording;
use crate::case::{CaseRef, Entry, FollowUpState};
use crate::desk::{Desk, DeskError};
use crate::register::{ChainedEntry, FollowUpRow, StoredEvent, event_hash};

impl Desk {
    /// Follows every chain: the one of version 1 through all cases, and each case's own from where that ended.
    pub(super) async fn verify_entries(&self, audit: &mut Audit) -> Result<(), DeskError> {
        let genesis = self.reader().genesis().await?;
        let (mut after, mut shared, mut chains) = (0, String::new(), HashMap::<CaseRef, (i64, String)>::new());
        loop {
            let entries = self.reader().entries_after(after, PIECE).await?;
            let Some(last) = entries.last() else { break };
            after = last.sequence;
            for entry in entries {
                let (number, chain) =
                    chains.entry(entry.case_reference.clone()).or_insert_with(|| (0, genesis.clone()));
                *number += 1;
                let before = if entry.version == 1 { &mut shared } else { chain };
                if entry.after(before) != entry.chain || entry.number != *number {
                    audit.note(
                        "entry-altered",
                        format!("entries/{}", entry.sequence),
                        ("The entry does not continue the chain: it was altered, or one before it was taken out or put in.", "L’inscription ne suit pas la chaîne : elle a été modifiée, ou une inscription avant elle a été retirée ou ajoutée."),
                    );
                }
                before.clone_from(&entry.chain);
                collect(&entry, audit);
            }
        }
        if shared != genesis {
            audit.note(
                "chain-altered",
                "settings/chain",
                (
                    "The chain of version 1 does not end where version 2 begins.",
                    "La chaîne de la version 1 ne finit pas là où commence la version 2.",
                ),
            );
        }
        Ok(())
    }

    pub(super) async fn verify_events(&self, audit: &mut Audit) -> Result<(), DeskError> {
        let mut after = 0;
        loop {
            let events = self.reader().events_after(after, PIECE).await?;
            let Some(last) = events.last() else { break };
            after = last.sequence;
            for StoredEvent { sequence, hash, taken_at, person, event } in events {
                *audit.events_of_case.entry(event.subject.clone()).or_default() += 1;
                *audit.events_of_person.entry(event.person()).or_default() += 1;
                let as_logged = audit.events.remove(&sequence).is_some_and(|logged| {
                    logged.taken.hash == hash
                        && logged.taken.source == event.source
                        && logged.taken.event == event.id
                        && logged.at == taken_at
                        && logged.case == event.subject
                });
                if event_hash(&event) != hash || event.person() != person || !as_logged {
                    audit.note(
                        "event-altered",
                        format!("events/{sequence}"),
                        ("The event is not what was taken.", "L’événement n’est pas celui qui a été reçu."),
                    );
                }
            }
        }
        for sequence in std::mem::take(&mut audit.events).into_keys() {
            audit.note(
                "event-missing",
                format!("events/{sequence}"),
                ("The case file has it, the register does not.", "Le journal du dossier l’a, le registre ne l’a pas."),
            );
        }
        Ok(())
    }

    /// Cases and persons have the versions that their events give them, and a case file as long as its entries.
    pub(super) async fn verify_cases(&self, audit: &mut Audit) -> Result<(), DeskError> {
        let mut after = CaseRef::default();
        loop {
            let cases = self.reader().cases_after(&after, PIECE).await?;
            let Some(last) = cases.last() else { break };
            after = last.reference.clone();
            for case in cases {
                // A case without entries or events in the audit differs from its row, which counts them.
                let LoggedCase { entries, chain } = audit.cases.remove(&case.reference).unwrap_or_default();
                let events = audit.events_of_case.remove(&case.reference).unwrap_or_default();
                if (case.version, case.entries, &case.chain) != (events, entries, &chain) {
                    let message = (
                        "Its number of events or entries, or the end of its chain, is not that of its case file.",
                        "Son nombre d’événements ou d’inscriptions, ou la fin de sa chaîne, n’est pas celui du journal du dossier.",
                    );
                    audit.note("case-altered", format!("cases/{}", case.reference), message);
                }
            }
        }
        let mut after = String::new();
        loop {
            let persons = self.reader().persons_after(&after, PIECE).await?;
            let Some((last, _)) = persons.last() else { break };
            after = last.to_string();
            for (person, version) in persons {
                if audit.events_of_person.remove(&person) != Some(version) {
                    audit.note(
                        "person-altered",
                        format!("persons/{person}"),
                        ("Its version is not that of its events.", "Sa version n’est pas celle de ses événements."),
                    );
                }
            }
        }
        let missing: Vec<String> = std::mem::take(&mut audit.cases)
            .into_keys()
            .chain(std::mem::take(&mut audit.events_of_case).into_keys())
            .map(|case| format!("cases/{case}"))
            .chain(std::mem::take(&mut audit.events_of_person).into_keys().map(|person| format!("persons/{person}")))
            .collect();
        for place in missing {
            audit.note(
                "case-missing",
                place,
                (
                    "There are events or entries of it, but the register does not have it.",
                    "Des événements ou des inscriptions le nomment, mais le registre ne l’a pas.",
                ),
            );
        }
        Ok(())
    }

    pub(super) async fn verify_follow_ups(&self, audit: &mut Audit) -> Result<(), DeskError> {
        let mut after = String::new();
        loop {
            let rows = self.reader().follow_ups_after(&after, PIECE).await?;
            let Some(last) = rows.last() else { break };
            after = last.id.to_string();
            for row in rows {
                let logged = audit.follow_ups.remove(&row.id);
                if !logged.is_some_and(|logged| agrees(&row, &logged)) {
                    audit.note(
                        "follow-up-altered",
                        format!("follow_ups/{}", row.id),
                        ("It is not what the case file says.", "Ce n’est pas ce que dit le journal du dossier."),
                    );
                }
            }
        }
        for id in std::mem::take(&mut audit.follow_ups).into_keys() {
            audit.note(
                "follow-up-missing",
                format!("follow_ups/{id}"),
                ("The case file has it, the register does not.", "Le journal du dossier l’a, le registre ne l’a pas."),
            );
        }
        Ok(())
    }
}

/// Whether a follow-up is what the case file says was proposed, and decided since.
fn agrees(row: &FollowUpRow, logged: &LoggedFollowUp) -> bool {
    let Some(proposed) = &logged.proposed else { return false };
    let as_proposed = row.case_reference == logged.case
        && row.kind == proposed.kind
        && row.letter_type == proposed.letter
        && row.due == proposed.due
        && row.says().is_ok_and(|says| says == proposed.says);
    let as_decided = match &logged.decided {
        None => row.state == FollowUpState::Proposed && row.decided_by.is_none() && row.reason.is_none(),
        Some((decided, by)) => {
            row.state == decided.decision
                && row.reason == decided.reason
                && by.as_ref().is_none_or(|by| row.decided_by.as_ref() == Some(by))
        }
    };
    as_proposed && as_decided
}

/// Takes in what an entry says, to be held against the register's rows.
fn collect(chained: &ChainedEntry, audit: &mut Audit) {
    let case = audit.cases.entry(chained.case_reference.clone()).or_default();
    case.entries += 1;
    if chained.version > 1 {
        case.chain.clone_from(&chained.chain);
    }
    let Ok(filed) = chained.read() else {
        audit.note(
            "entry-altered",
            format!("entries/{}", chained.sequence),
            ("The entry cannot be read.", "L’inscription ne peut pas être lue."),
        );
        return;
    };
    let actor = filed.actor.map(|actor| actor.name);
    let (case, at) = (filed.case, filed.at);
    match (filed.entry, filed.letter, chained.event) {
        (Entry::EventTaken(taken), _, Some(event)) => {
            audit.events.insert(event, LoggedEvent { taken, at, case });
        }
        (Entry::FollowUpProposed(proposed), ..) => {
            let logged = LoggedFollowUp { decided: None, case, proposed: Some(proposed.clone()) };
            audit.follow_ups.insert(proposed.follow_up, logged);
        }
        (Entry::FollowUpDecided(decided), ..) => {
            let none = LoggedFollowUp { proposed: None, decided: None, case };
            let logged = audit.follow_ups.entry(decided.follow_up.clone()).or_insert(none);
            logged.decided = Some((decided, actor));
        }
        (said, Some(letter), _) => {
            if let Entry::LetterSent(sent) = &said
                && let Some(run) = &sent.run
            {
                let piece = (sent.piece, letter.clone(), sent.number);
                audit.printed.entry(run.clone()).or_default().push(piece);
            }
            if let Entry::LetterIssued(issued) = &said {
                for Wording { name, version, hash } in issued.wordings.iter().cloned() {
                    audit.wordings.entry((name, version)).or_default().insert(hash);
                }
            }
            audit.letters.entry(letter).or_default().take_in(said, actor, at);
        }
        _ => {}
    }
}
