//! What people decide of a letter: to approve it, to let it pass a rule that allows it, or to withdraw it.

use serde_json::json;

use super::{Assessment, Desk, DeskError, Member, Stand};
use crate::case::insurance::masked;
use crate::case::{Actor, DeliveryState, Entry, Fault, LetterId, LetterState, Sha256, Text, entry, money};
use crate::register::{LetterRow, folded};
use crate::rules::guard;

/// Why a decision was not taken.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// There is no such letter or follow-up.
    #[error("there is no {0}")]
    NotFound(String),
    /// It does not wait for this decision.
    #[error("it does not wait for this decision: {0:?}")]
    NotWaiting(Stand),
    /// What was seen is not what would go now.
    #[error("it has changed since it was seen")]
    Changed,
    /// The decider prepared it.
    #[error("{0} prepared or edited this letter and cannot approve it; somebody else must")]
    Preparer(String),
    /// The decider is not one of the unit's people.
    #[error("“{0}” is not one of the unit's people: add the name and role to [[people]] in recto.toml")]
    Unknown(String),
    /// The decider's role has not the authority.
    #[error("{name} ({role}) has not the authority for this; it takes: {}", needed.join(", "))]
    NoAuthority {
        /// Who decided.
        name: String,
        /// In which role.
        role: String,
        /// The roles that have it.
        needed: Vec<String>,
    },
    /// The rule cannot be overridden.
    #[error("the rule “{0}” cannot be overridden, or does not hold this letter")]
    NotOverridable(String),
    /// The follow-up asks who somebody is, and is neither accepted nor declined.
    #[error(
        "this asks who somebody is, and is neither accepted nor declined: answer it with POST /api/v1/follow-ups/{{id}}/answer"
    )]
    WhoIsIt,
    /// No reason was given.
    #[error("a reason is required: say in a sentence why")]
    NoReason,
    /// The letter cannot be drafted or written now, or the event that it would raise is not in order.
    #[error("the letter or its event is not in order")]
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
    /// Approves what has this seal: the words and the notes that the approver was shown.
    ///
    /// The approver is one of the unit's people, with the authority for the letter's amount by the program's delegation table,
    /// and neither its preparer nor its last editor (`facts.prepared_by`, `facts.edited_by`). Any change of the letter after this
    /// makes the approval void, because it is bound to the seal.
    pub async fn approve(&self, letter: &LetterId, seal: &Sha256, by: &str) -> Result<(), DecideError> {
        let (row, assessed, member) = self.before_decision(letter, by).await?;
        let mut act = self.begin(Actor::person(&member.name)).await?;
        if row.state == LetterState::AwaitingApproval && row.seal.as_ref() != Some(&assessed.seal) {
            // What was seen is not what would go today: a new date makes new words. It is drafted again, to be seen again.
            act.requeue_case(&row.case_reference, &row.person).await?;
            act.commit().await?;
            self.wake();
            return Err(DecideError::Changed);
        }
        if !act.set_approved(letter, seal, &member.name).await? {
            let other = row.state == LetterState::AwaitingApproval && row.seal.as_ref() != Some(seal);
            return Err(if other { DecideError::Changed } else { not_waiting(&row) });
        }
        let approved = entry::Approved {
            role: member.role.clone(),
            amount: money::plain(assessed.amount),
            seal: seal.clone(),
            by: None,
        };
        act.enter(row.subject(), &Entry::LetterApproved(approved)).await?;
        act.commit().await?;
        self.wake();
        Ok(())
    }

    /// Lets a held letter pass one rule, where the rule allows it, with a reason.
    ///
    /// It lifts this finding and no other: where something else is found (another letter of the same kind, another date), the rule
    /// holds the letter again. Who may is who could approve the letter.
    pub async fn override_hold(
        &self,
        letter: &LetterId,
        rule: &str,
        reason: &str,
        by: &str,
    ) -> Result<(), DecideError> {
        let (row, assessed, member) = self.before_decision(letter, by).await?;
        let reason = given(reason)?;
        let policy = assessed.composed.draft.policy;
        if !policy.override_roles.contains(&member.role) {
            return Err(no_authority(member, &policy.override_roles));
        }
        let finding = assessed.answers.may_pass.iter().find(|found| found.guard == rule);
        let finding = finding.ok_or_else(|| DecideError::NotOverridable(rule.to_owned()))?;
        if row.state != LetterState::Held {
            return Err(not_waiting(&row));
        }
        let overridden = entry::Overridden { role: member.role.clone(), reason, finding: json!(finding) };
        let mut act = self.begin(Actor::person(&member.name)).await?;
        act.enter(row.subject(), &Entry::LetterOverridden(overridden)).await?;
        act.requeue_case(&row.case_reference, &row.person).await?;
        act.commit().await?;
        self.wake();
        Ok(())
    }

    /// Takes a letter out for ever, before it has left, with a reason: what was asked for by mistake, or corrected since.
    pub async fn withdraw(&self, letter: &LetterId, reason: &str, by: &str) -> Result<(), DecideError> {
        let member = self.member(by)?;
        let reason = given(reason)?;
        self.take_out(letter, Actor::person(&member.name), member.role.clone(), reason).await
    }

    /// Takes a letter out for ever, for somebody in a role.
    pub(super) async fn take_out(
        &self,
        letter: &LetterId,
        actor: Actor,
        role: String,
        reason: String,
    ) -> Result<(), DecideError> {
        let row = self.letter_to_decide(letter).await?;
        let waiting = self.reader().waiting_delivery(letter).await?;
        let mut act = self.begin(actor).await?;
        if let Some(delivery) = waiting {
            self.take_back(&mut act, &row, &delivery, &[withdrawn()]).await?;
        }
        if !act.set_withdrawn(letter).await? {
            return Err(not_waiting(&row));
        }
        act.enter(row.subject(), &Entry::LetterWithdrawn(entry::Withdrawn { role, reason })).await?;
        act.requeue_rivals(&row.case_reference, letter).await?;
        act.commit().await?;
        self.wake();
        Ok(())
    }

    /// A letter as it would go today, for those who decide of it: calculation, deadlines and what speaks against it.
    pub async fn assessed(&self, letter: &LetterId) -> Result<(LetterRow, Assessment<'_>), DecideError> {
        let row = self.letter_to_decide(letter).await?;
        let context = self.read_case(&row).await?;
        let date = self.mailing_date(context.data.addressee.channel).await?;
        let gone = || DecideError::Faults(vec![super::judge::type_gone(&row.letter_type)]);
        let letter_type = self.studio.catalogue.types.get(&row.letter_type).ok_or_else(gone)?;
        let assessed = self.assess(letter_type, &row, date, context);
        let assessed = assessed.map_err(|unwritten| DecideError::Faults(unwritten.faults))?;
        Ok((row, assessed))
    }

    async fn letter_to_decide(&self, letter: &LetterId) -> Result<LetterRow, DecideError> {
        let row = self.reader().letter(letter).await?;
        row.ok_or_else(|| DecideError::NotFound(format!("letter {letter}")))
    }

    /// The letter, and who decides: one of the unit's people, with the authority, not its preparer.
    async fn before_decision(
        &self,
        letter: &LetterId,
        by: &str,
    ) -> Result<(LetterRow, Assessment<'_>, &Member), DecideError> {
        let (row, assessed) = self.assessed(letter).await?;
        let member = self.member(by)?;
        let facts = &assessed.composed.draft.data.facts;
        let is_decider = |fact: &str| facts[fact].as_str().is_some_and(|name| may_be_the_same(name, &member.name));
        if is_decider("prepared_by") || is_decider("edited_by") {
            return Err(DecideError::Preparer(member.name.clone()));
        }
        let policy = assessed.composed.draft.policy;
        if !policy.may_approve(&member.role, &row.letter_type, assessed.amount) {
            return Err(no_authority(member, &policy.approvers(&row.letter_type, assessed.amount)));
        }
        Ok((row, assessed, member))
    }

    /// One of the unit's people as who does something.
    pub fn somebody(&self, name: &str) -> Result<Actor, DecideError> {
        self.member(name).map(|member| Actor::person(&member.name))
    }

    /// The unit's people.
    pub fn members(&self) -> &[Member] {
        &self.office.settings.people
    }

    /// One of the unit's people by name.
    pub(super) fn member(&self, name: &str) -> Result<&Member, DecideError> {
        let wanted = folded(name.trim());
        let found = self.office.settings.people.iter().find(|member| folded(&member.name) == wanted);
        found.ok_or_else(|| DecideError::Unknown(name.to_owned()))
    }
}

/// Whether two spellings may name one person: the same last name, and the same first letter. Rather once too often than once too
/// seldom.
fn may_be_the_same(name: &str, other: &str) -> bool {
    let (name, other) = (folded(name), folded(other));
    let last = |name: &str| name.split_whitespace().next_back().map(str::to_owned);
    let first = |name: &str| name.trim().chars().next();
    last(&name).is_some() && last(&name) == last(&other) && first(&name) == first(&other)
}

fn not_waiting(row: &LetterRow) -> DecideError {
    // What is filed has no delivery: it is where it goes to.
    let gone = row.delivery.is_none_or(|delivery| delivery != DeliveryState::Waiting);
    DecideError::NotWaiting(Stand::Letter(row.state, gone))
}

fn withdrawn() -> Fault {
    Fault::new(
        "withdrawn",
        "",
        "Somebody of the unit withdrew the letter before it left.",
        "Une personne de l’unité a retiré la lettre avant son départ.",
    )
}

fn no_authority(member: &Member, needed: &[impl ToString]) -> DecideError {
    let needed = needed.iter().map(ToString::to_string).collect();
    DecideError::NoAuthority { name: member.name.clone(), role: member.role.clone(), needed }
}

/// A reason, which must be given.
pub(super) fn given(reason: &str) -> Result<String, DecideError> {
    let reason = reason.trim();
    if reason.is_empty() { Err(DecideError::NoReason) } else { Ok(masked(reason)) }
}

/// What a rule says to the officer, by its key; none where no rule has it any more.
pub fn rule_words(key: &str) -> Option<Text> {
    guard(key).map(|guard| Text::new(guard.says.en, guard.says.fr))
}
