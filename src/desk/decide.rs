//! What people decide of a letter: to approve it, or to let it pass a rule that allows it.

use serde_json::json;

use super::{Desk, DeskError, Member, Weighed};
use crate::case::{EntryKind, Fault, LetterState};
use crate::register::{LetterRow, NewEntry, folded};

/// Why a decision was not taken.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// There is no such letter or follow-up.
    #[error("there is no {0}")]
    NotFound(String),
    /// It is not waiting for this decision, or it has changed since it was seen.
    #[error("it does not wait for this decision any more, or has changed since it was seen: look at it again")]
    NotWaiting,
    /// The decider prepared it.
    #[error("{0} prepared or edited this letter and cannot approve it; somebody else must")]
    Preparer(String),
    /// The decider is not one of the unit's people.
    #[error("“{0}” is not one of the unit's people: add the name and role to [[people]] in recto.toml")]
    Unknown(String),
    /// The decider's role has not the authority.
    #[error("{name} ({role}) has not the authority for this; it takes: {needed}")]
    NoAuthority {
        /// Who decided.
        name: String,
        /// In which role.
        role: String,
        /// The roles that have it.
        needed: String,
    },
    /// The rule cannot be overridden.
    #[error("the rule “{0}” cannot be overridden, or does not hold this letter")]
    NotOverridable(String),
    /// No reason was given.
    #[error("a reason is required: say in a sentence why")]
    NoReason,
    /// The event that it would raise is not in order.
    #[error("the event that it would raise is not in order")]
    Faults(Vec<Fault>),
    /// Something else.
    #[error(transparent)]
    Desk(#[from] DeskError),
}

impl From<crate::register::RegisterError> for DecideError {
    fn from(error: crate::register::RegisterError) -> DecideError {
        DecideError::Desk(error.into())
    }
}

impl Desk {
    /// Approves what has this hash: the words and the notes that the approver was shown.
    ///
    /// The approver is one of the unit's people, with the authority for the letter's amount by the program's delegation table,
    /// and neither its preparer nor its last editor (`facts.prepared_by`, `facts.edited_by`). Any change of the letter after this
    /// makes the approval void, because it is bound to the hash.
    pub async fn approve(&self, letter: &str, content_hash: &str, by: &str) -> Result<(), DecideError> {
        let (row, weighed, member) = self.before_decision(letter, by).await?;
        if row.state()? == LetterState::AwaitingApproval && row.content_hash.as_deref() != Some(&weighed.seal) {
            // What was seen is not what would go today: a new date makes new words. It is drafted again, to be seen again.
            let mut act = self.register.begin().await?;
            act.reconsider(&row.case_reference, &row.party).await?;
            act.commit().await?;
            self.wake.notify_waiters();
            return Err(DecideError::NotWaiting);
        }
        let mut act = self.register.begin().await?;
        if !act.approve(letter, content_hash, &member.name).await? {
            return Err(DecideError::NotWaiting);
        }
        let detail = json!({
            "by": member.name,
            "role": member.role,
            "amount": crate::case::money::plain(weighed.amount),
            "content_hash": content_hash,
        });
        act.enter(self.clock.now(), entry(&row, EntryKind::LetterApproved, detail)).await?;
        act.commit().await?;
        self.wake.notify_waiters();
        Ok(())
    }

    /// Lets a held letter pass one rule, where the rule allows it, with a reason.
    ///
    /// It lifts this finding and no other: where the ground changes (another letter of the same kind, another date), the rule
    /// holds the letter again. Who may is who could approve the letter.
    pub async fn override_hold(&self, letter: &str, rule: &str, reason: &str, by: &str) -> Result<(), DecideError> {
        let (row, weighed, member) = self.before_decision(letter, by).await?;
        if reason.trim().is_empty() {
            return Err(DecideError::NoReason);
        }
        let policy = &weighed.composed.draft.policy;
        if !policy.override_roles.contains(&member.role) {
            return Err(DecideError::NoAuthority {
                name: member.name.clone(),
                role: member.role.clone(),
                needed: policy.override_roles.join(", "),
            });
        }
        let ground = weighed.may_pass.iter().find(|found| found.guard == rule);
        let ground = ground.ok_or_else(|| DecideError::NotOverridable(rule.to_owned()))?;
        if row.state()? != LetterState::Held {
            return Err(DecideError::NotWaiting);
        }
        let mut act = self.register.begin().await?;
        let detail = json!({"by": member.name, "role": member.role, "reason": reason.trim(), "ground": ground});
        act.enter(self.clock.now(), entry(&row, EntryKind::LetterOverridden, detail)).await?;
        act.reconsider(&row.case_reference, &row.party).await?;
        act.commit().await?;
        self.wake.notify_waiters();
        Ok(())
    }

    /// Takes a letter out for ever, before it has left, with a reason: what was asked for by mistake, or corrected since.
    pub async fn withdraw(&self, letter: &str, reason: &str, by: &str) -> Result<(), DecideError> {
        let row = self.register.letter(letter).await?;
        let row = row.ok_or_else(|| DecideError::NotFound(format!("letter {letter}")))?;
        let member = self.member(by)?;
        if reason.trim().is_empty() {
            return Err(DecideError::NoReason);
        }
        let waiting = self.register.waiting_delivery(letter).await?;
        let mut act = self.register.begin().await?;
        if let Some(delivery) = waiting {
            self.take_back(&mut act, &row, &delivery, &[withdrawn()]).await?;
        }
        if !act.withdraw(letter).await? {
            return Err(DecideError::NotWaiting);
        }
        let detail = json!({"by": member.name, "role": member.role, "reason": reason.trim()});
        act.enter(self.clock.now(), entry(&row, EntryKind::LetterWithdrawn, detail)).await?;
        act.release_others(&row.case_reference, letter).await?;
        act.commit().await?;
        self.wake.notify_waiters();
        Ok(())
    }

    /// A letter as it would go today, for those who decide of it: calculation, deadlines and what speaks against it.
    pub async fn weighed(&self, letter: &str) -> Result<(LetterRow, Weighed<'_>), DecideError> {
        let row = self.register.letter(letter).await?;
        let row = row.ok_or_else(|| DecideError::NotFound(format!("letter {letter}")))?;
        let looked = self.look(&row).await?;
        let date = self.mailing_date(looked.data.addressee.channel).await?;
        let letter_type = self.studio.catalogue.types.get(&row.letter_type).ok_or(DecideError::NotWaiting)?;
        let weighed = self.weigh(letter_type, &row, date, looked).map_err(|_| DecideError::NotWaiting)?;
        Ok((row, weighed))
    }

    /// The letter, and who decides: one of the unit's people, with the authority, not its preparer.
    async fn before_decision(&self, letter: &str, by: &str) -> Result<(LetterRow, Weighed<'_>, &Member), DecideError> {
        let (row, weighed) = self.weighed(letter).await?;
        let member = self.member(by)?;
        let facts = &weighed.composed.draft.data.facts;
        let own = |name: &str| facts[name].as_str().is_some_and(|one| may_be_the_same(one, &member.name));
        if own("prepared_by") || own("edited_by") {
            return Err(DecideError::Preparer(member.name.clone()));
        }
        let policy = &weighed.composed.draft.policy;
        if !policy.may_approve(&member.role, &row.letter_type, weighed.amount) {
            return Err(DecideError::NoAuthority {
                name: member.name.clone(),
                role: member.role.clone(),
                needed: policy.approvers(&row.letter_type, weighed.amount).join(", "),
            });
        }
        Ok((row, weighed, member))
    }

    /// One of the unit's people by name.
    pub(super) fn member(&self, name: &str) -> Result<&Member, DecideError> {
        let wanted = folded(name.trim());
        let found = self.settings.people.iter().find(|member| folded(&member.name) == wanted);
        found.ok_or_else(|| DecideError::Unknown(name.to_owned()))
    }
}

/// Whether two spellings may name one person: the same last name, and the same first letter. Rather once too often than once too
/// seldom.
fn may_be_the_same(one: &str, other: &str) -> bool {
    let (one, other) = (folded(one), folded(other));
    let last = |name: &str| name.split_whitespace().next_back().map(str::to_owned);
    let first = |name: &str| name.trim().chars().next();
    last(&one).is_some() && last(&one) == last(&other) && first(&one) == first(&other)
}

fn withdrawn() -> Fault {
    Fault::new(
        "withdrawn",
        "",
        "Somebody of the unit withdrew the letter.",
        "Une personne de l’unité a retiré la lettre.",
    )
}

fn entry(row: &LetterRow, kind: EntryKind, detail: serde_json::Value) -> NewEntry<'_> {
    NewEntry { case: &row.case_reference, kind, event: Some(row.event), letter: Some(&row.id), detail }
}
