//! What waits for a decision, as those who decide are shown it: who prepared it, who may approve it, whether they have opened it as it
//! stands, and what has changed since they last saw it.

use std::collections::VecDeque;

use super::ask::SOURCE;
use super::decide::{is_one_of, said_preparers};
use super::{Assessment, DecideError, Desk, DeskError};
use crate::case::entry::Viewed;
use crate::case::{Actor, ActorKind, Entry, EntryKind, FiledEntry, Language, LetterId, LetterState, Sha256, Stamp};
use crate::people::Who;
use crate::register::LetterRow;
use crate::rules::{Effect, guard};
use crate::studio::reading;
use crate::typeset::Typeset;

/// A letter that waits for an approval, for somebody who may give it.
#[derive(Debug)]
pub struct Awaiting {
    /// The letter.
    pub letter: LetterRow,
    /// Who asked for it, prepared or edited it.
    pub prepared_by: Vec<String>,
    /// The roles that may approve it, by the delegation table of its program; none where its amount is not known.
    pub approvers: Vec<String>,
    /// Whether this person may, and with others.
    pub stand: MayApprove,
}

/// Whether somebody may approve a letter, and together with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum MayApprove {
    /// They may, and have opened it as it stands.
    Yes,
    /// They may, and have not opened it yet.
    NotOpened,
    /// They may, and have opened it as it was before.
    Changed,
    /// It is approved, or being worked again.
    UnderWay,
    /// They prepared or edited it.
    Preparer,
    /// Their roles have not the authority.
    NoAuthority,
}

/// What has changed in a letter since somebody last saw another version of it.
#[derive(Debug, serde::Serialize)]
pub struct Changes {
    /// When they last saw that version.
    pub seen_at: Stamp,
    /// The passages that differ, as they were and as they are.
    pub passages: Vec<Passage>,
}

/// A passage as it was and as it is; nothing where there was or is none.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Passage {
    /// As it was.
    pub was: Option<String>,
    /// As it is.
    pub is: Option<String>,
}

impl Desk {
    /// What waits for an approval in the programs of somebody who decides: the oldest first, or the largest amount.
    pub async fn awaiting(&self, by: &Who, largest_first: bool, limit: i64) -> Result<Vec<Awaiting>, DeskError> {
        let mut awaiting = Vec::new();
        for letter in self.reader().awaiting(largest_first, by.programs(), limit).await? {
            awaiting.push(self.awaits(letter, by).await?);
        }
        Ok(awaiting)
    }

    /// How a letter that waits stands for somebody.
    pub async fn awaits(&self, letter: LetterRow, by: &Who) -> Result<Awaiting, DeskError> {
        let prepared_by = self.preparers(&letter).await?;
        let program = self.reader().program_of(&letter.case_reference).await?.unwrap_or_default();
        let program = self.studio.catalogue.program(&program).ok();
        let policy = program.and_then(|program| program.policy_on(self.clock.today()));
        let amount = letter.amount.as_deref().and_then(|amount| amount.parse().ok());
        let approvers: Vec<String> = match (policy, amount) {
            (Some(policy), Some(amount)) => {
                policy.approvers(&letter.letter_type, amount).into_iter().map(str::to_owned).collect()
            }
            _ => Vec::new(),
        };
        let has_role = |name: &String| by.roles().iter().any(|role| role.as_str() == name);
        let stand = match self.opened(&letter, by).await? {
            _ if letter.is_to_work() || letter.is_approved() => MayApprove::UnderWay,
            _ if by.person().is_some_and(|account| is_one_of(&prepared_by, account)) => MayApprove::Preparer,
            _ if amount.is_some() && !approvers.iter().any(has_role) => MayApprove::NoAuthority,
            Some(seal) if letter.seal.as_ref() == Some(&seal) => MayApprove::Yes,
            Some(_) => MayApprove::Changed,
            None => MayApprove::NotOpened,
        };
        let prepared_by = prepared_by.into_iter().map(|one| one.name).collect();
        Ok(Awaiting { letter, prepared_by, approvers, stand })
    }

    /// Letters that were sent back to somebody who prepared them; those that no person prepared come back to everybody.
    pub async fn came_back(&self, to: &Who, limit: i64) -> Result<Vec<LetterRow>, DeskError> {
        let mut own = Vec::new();
        for letter in self.reader().returned(to.programs(), limit).await? {
            let prepared_by = self.preparers(&letter).await?;
            if prepared_by.is_empty() || to.person().is_some_and(|account| is_one_of(&prepared_by, account)) {
                own.push(letter);
            }
        }
        Ok(own)
    }

    /// Approves a letter that this person has opened exactly as it stands.
    pub async fn approve_opened(&self, letter: &LetterId, seal: &Sha256, by: &Who) -> Result<(), DecideError> {
        let row = self.letter_to_decide(letter).await?;
        let program = self.reader().program_of(&row.case_reference).await?;
        if program.is_some_and(|program| !by.works_in(&program)) {
            return Err(DecideError::OtherProgram(letter.to_string()));
        }
        if self.opened(&row, by).await?.as_ref() != Some(seal) {
            return Err(DecideError::NotOpened);
        }
        self.approve(letter, seal, by).await
    }

    /// The newest letters in a state that somebody asked for, prepared or edited, of so many that are looked through.
    pub async fn prepared_by(&self, who: &Who, state: LetterState, among: i64) -> Result<Vec<LetterRow>, DeskError> {
        let Some(account) = who.person() else { return Ok(Vec::new()) };
        let mut own = Vec::new();
        for row in self.reader().newest_in_hand(state, who.programs(), among).await? {
            let mut people: Vec<Actor> = [row.taken_by()?, row.merged_by()?].into_iter().flatten().collect();
            people.extend(said_preparers(&row.facts()?).map(Actor::person));
            people.retain(|one| one.kind == ActorKind::Person);
            let is_own = is_one_of(&people, account);
            // Whoever asked for what it replaces, or answered when it was sent back, is asked for only where that can be.
            if !is_own && row.source != SOURCE && !row.is_answered {
                continue;
            }
            let Some(letter) = self.reader().letter(&row.id).await? else { continue };
            if is_own || is_one_of(&self.preparers(&letter).await?, account) {
                own.push(letter);
            }
        }
        Ok(own)
    }

    /// Who asked for a letter, prepared or edited it, each once.
    pub async fn preparers(&self, letter: &LetterRow) -> Result<Vec<Actor>, DeskError> {
        let mut people = self.askers(letter).await?;
        if let Some(stored) = self.reader().event(letter.event).await? {
            people.extend(said_preparers(&stored.event.data["facts"]).map(Actor::person));
        }
        let mut each: Vec<Actor> = Vec::new();
        people.into_iter().for_each(|one| {
            if !each.iter().any(|known| known.name == one.name) {
                each.push(one);
            }
        });
        Ok(each)
    }

    /// What an approval of the version that somebody last opened would be bound to.
    async fn opened(&self, letter: &LetterRow, by: &Who) -> Result<Option<Sha256>, DeskError> {
        let kinds = [EntryKind::LetterViewed, EntryKind::LetterReturned];
        let entries = self.reader().entries_of_kinds(&letter.id, kinds).await?;
        Ok(opened(&entries, by).next_back().map(|(seal, _)| seal.clone()))
    }

    /// What has changed in a letter that waits since somebody last saw another version of it; none where they saw none.
    pub async fn changes(
        &self,
        letter: &LetterRow,
        by: &Who,
        language: Language,
    ) -> Result<Option<Changes>, DeskError> {
        let Some(present) = &letter.seal else { return Ok(None) };
        let entries = self.reader().entries_of_letter(&letter.id).await?;
        let other = opened(&entries, by).rfind(|(seal, _)| *seal != present);
        let Some((other, seen_at)) = other else { return Ok(None) };
        let shown = |wanted: &Sha256| {
            entries.iter().rev().find_map(|filed| match &filed.entry {
                Entry::ApprovalAwaited(awaited) if awaited.seal == *wanted && !awaited.words.is_empty() => {
                    let notes = awaited.reasons.iter().map(|note| note.message.get(language).to_owned());
                    Some(awaited.words.iter().cloned().chain(notes).collect::<Vec<_>>())
                }
                _ => None,
            })
        };
        let passages = match (shown(other), shown(present)) {
            (Some(was), Some(is)) => side_by_side(&was, &is),
            _ => Vec::new(),
        };
        Ok(Some(Changes { seen_at, passages }))
    }

    /// The words that an approver is shown: those of the pages, and of the covering mail.
    pub(super) fn words_shown(&self, assessed: &Assessment<'_>, typeset: &Typeset) -> Vec<String> {
        let title = assessed.composed.draft.title();
        let pages = reading(&typeset.blocks, &title, |_| String::new(), false).text;
        let mail = assessed.mail.iter().flat_map(|mail| [mail.subject.as_str(), mail.text.as_str()]);
        let lines = std::iter::once(pages.as_str()).chain(mail).flat_map(str::lines).map(str::trim);
        let is_rule = |line: &str| line.chars().all(|c| matches!(c, '=' | '-'));
        lines.filter(|line| !line.is_empty() && !is_rule(line)).map(str::to_owned).collect()
    }
}

/// Whether somebody with the authority may let a letter pass the rule that has this key.
pub fn may_be_let_pass(rule: &str) -> bool {
    guard(rule).is_some_and(|guard| guard.effect == Effect::HoldUnlessOverridden)
}

/// The versions that somebody has opened, in order, and when.
fn opened<'e>(entries: &'e [FiledEntry], by: &Who) -> impl DoubleEndedIterator<Item = (&'e Sha256, Stamp)> {
    let actor = by.actor();
    entries.iter().filter_map(move |filed| match &filed.entry {
        Entry::LetterViewed(Viewed { seal: Some(seal), .. })
            if filed.actor.as_ref().is_some_and(|one| one.is_same(&actor)) =>
        {
            Some((seal, filed.at))
        }
        _ => None,
    })
}

/// The passages in which two texts differ, in order: by the longest common subsequence of their lines.
fn side_by_side(was: &[String], is: &[String]) -> Vec<Passage> {
    // How many lines the rests of both have in common.
    let mut common = vec![vec![0_u32; is.len() + 1]; was.len() + 1];
    for (i, old) in was.iter().enumerate().rev() {
        for (j, new) in is.iter().enumerate().rev() {
            common[i][j] = if old == new { common[i + 1][j + 1] + 1 } else { common[i + 1][j].max(common[i][j + 1]) };
        }
    }
    let (mut i, mut j, mut passages) = (0, 0, Vec::new());
    let (mut gone, mut come) = (VecDeque::new(), VecDeque::new());
    while i < was.len() || j < is.len() {
        if i < was.len() && j < is.len() && was[i] == is[j] {
            pair(&mut gone, &mut come, &mut passages);
            (i, j) = (i + 1, j + 1);
        } else if j == is.len() || (i < was.len() && common[i + 1][j] >= common[i][j + 1]) {
            gone.push_back(was[i].clone());
            i += 1;
        } else {
            come.push_back(is[j].clone());
            j += 1;
        }
    }
    pair(&mut gone, &mut come, &mut passages);
    passages
}

/// What went and what came between two lines that stayed, beside each other.
fn pair(gone: &mut VecDeque<String>, come: &mut VecDeque<String>, passages: &mut Vec<Passage>) {
    while !gone.is_empty() || !come.is_empty() {
        passages.push(Passage { was: gone.pop_front(), is: come.pop_front() });
    }
}
