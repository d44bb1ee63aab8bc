//! What people decide of a letter: to approve it, to let it pass a rule that allows it, or to withdraw it.

use serde_json::{Value, json};

use super::ask::SOURCE;
use super::case_context::CaseContext;
use super::correct::corrects;
use super::{Assessment, CaseRead, Desk, DeskError, Stand};
use crate::case::insurance::masked;
use crate::case::texts::folded;
use crate::case::{Actor, ActorKind, DeliveryState, Entry, Fault, LetterId, LetterState, Sha256, Text, entry, money};
use crate::people::{Account, Permission, Who};
use crate::register::{Act, LetterRow};
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
    /// A system or the machine's operator decides nothing: a person who is signed in does.
    #[error("only a person who is signed in decides this")]
    NotAPerson,
    /// The letter or case is of a program that the decider does not work in.
    #[error("{0} is of a program that you do not work in")]
    OtherProgram(String),
    /// The decider's role has not the authority.
    #[error("{name} ({}) has not the authority for this; it takes: {}", roles.join(", "), needed.join(", "))]
    NoAuthority {
        /// Who decided.
        name: String,
        /// In which roles.
        roles: Vec<String>,
        /// The roles that have it.
        needed: Vec<String>,
    },
    /// A print run has the letters of all programs, and this person works in some.
    #[error("a print run has the letters of all programs: somebody who works in all of them closes it")]
    AllPrograms,
    /// The letter was not sent back to its officer, or was sent for approval again already.
    #[error("the letter was not returned, or was sent for approval again already")]
    NotReturned,
    /// The letter was not opened by who would approve it with others.
    #[error("not opened as it stands now: open it, look at it, and decide then")]
    NotOpened,
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
    /// The approver is a person who is signed in, with the authority for the letter's amount by the program's delegation table,
    /// and neither who asked for it, nor its preparer or last editor by its own facts (`prepared_by`, `edited_by`). Any change of the letter after this
    /// makes the approval void, because it is bound to the seal.
    pub async fn approve(&self, letter: &LetterId, seal: &Sha256, by: &Who) -> Result<(), DecideError> {
        let (row, assessed, account, role) = self.before_decision(letter, by).await?;
        let mut act = self.begin(by.actor()).await?;
        if row.state == LetterState::AwaitingApproval && row.seal.as_ref() != Some(&assessed.seal) {
            // What was seen is not what would go today: a new date makes new words. It is drafted again, to be seen again.
            act.requeue_case(&row.case_reference, &row.person).await?;
            act.commit().await?;
            self.wake();
            return Err(DecideError::Changed);
        }
        if !act.set_approved(letter, seal, &account.is.name).await? {
            let other = row.state == LetterState::AwaitingApproval && row.seal.as_ref() != Some(seal);
            return Err(if other { DecideError::Changed } else { not_waiting(&row) });
        }
        let approved = entry::Approved {
            role: role.to_owned(),
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
        by: &Who,
    ) -> Result<(), DecideError> {
        let (row, assessed, account, _) = self.before_decision(letter, by).await?;
        let reason = given(reason)?;
        let policy = assessed.composed.draft.policy;
        let role = role_of(account, |role| policy.override_roles.iter().any(|one| one == role));
        let role = role.ok_or_else(|| no_authority(account, &policy.override_roles))?;
        let finding = assessed.answers.may_pass.iter().find(|found| found.guard == rule);
        let finding = finding.ok_or_else(|| DecideError::NotOverridable(rule.to_owned()))?;
        if row.state != LetterState::Held {
            return Err(not_waiting(&row));
        }
        let overridden = entry::Overridden { role: role.to_owned(), reason, finding: json!(finding) };
        let mut act = self.begin(by.actor()).await?;
        act.enter(row.subject(), &Entry::LetterOverridden(overridden)).await?;
        act.requeue_case(&row.case_reference, &row.person).await?;
        act.commit().await?;
        self.wake();
        Ok(())
    }

    /// Takes a letter out for ever, before it has left, with a reason: what was asked for by mistake, or corrected since.
    pub async fn withdraw(&self, letter: &LetterId, reason: &str, by: &Who) -> Result<(), DecideError> {
        self.take_out(letter, by.actor(), given(reason)?).await
    }

    /// Takes a letter out for ever, for somebody.
    pub(super) async fn take_out(&self, letter: &LetterId, actor: Actor, reason: String) -> Result<(), DecideError> {
        let role = self.office_of(&actor).await?;
        let row = self.letter_to_decide(letter).await?;
        let mut act = self.begin(actor).await?;
        self.take_out_by(&mut act, &row, role, reason).await?;
        act.commit().await?;
        self.wake();
        Ok(())
    }

    /// Takes a letter out by an act, for whoever does it in a role.
    pub(super) async fn take_out_by(
        &self,
        act: &mut Act,
        row: &LetterRow,
        role: String,
        reason: String,
    ) -> Result<(), DecideError> {
        if let Some(delivery) = self.reader().waiting_delivery(&row.id).await? {
            self.take_back(act, row, &delivery, &[withdrawn()]).await?;
        }
        if !act.set_withdrawn(&row.id).await? {
            return Err(not_waiting(row));
        }
        act.enter(row.subject(), &Entry::LetterWithdrawn(entry::Withdrawn { role, reason })).await?;
        act.requeue_rivals(&row.case_reference, &row.id).await?;
        Ok(())
    }

    /// A letter as it would go today, for those who decide of it: calculation, deadlines and what speaks against it.
    pub async fn assessed(&self, letter: &LetterId) -> Result<(LetterRow, Assessment<'_>), DecideError> {
        let row = self.letter_to_decide(letter).await?;
        let assessed = self.assessed_by(&row, self.read_case(&row).await?).await?;
        Ok((row, assessed))
    }

    /// The same by a case that was read.
    pub(super) async fn assessed_in(&self, row: &LetterRow, case: &CaseRead) -> Result<Assessment<'_>, DecideError> {
        let seen = self.reader().versions(&row.case_reference, &row.person).await?;
        self.assessed_by(row, self.context_in(row, case, seen).await?).await
    }

    async fn assessed_by(&self, row: &LetterRow, context: CaseContext) -> Result<Assessment<'_>, DecideError> {
        let date = self.mailing_date(context.data.addressee.channel).await?;
        let gone = || DecideError::Faults(vec![super::judge::type_gone(&row.letter_type)]);
        let letter_type = self.studio.catalogue.types.get(&row.letter_type).ok_or_else(gone)?;
        let assessed = self.assess(letter_type, row, date, context);
        assessed.map_err(|unwritten| DecideError::Faults(unwritten.faults))
    }

    pub(super) async fn letter_to_decide(&self, letter: &LetterId) -> Result<LetterRow, DecideError> {
        let row = self.reader().letter(letter).await?;
        row.ok_or_else(|| DecideError::NotFound(format!("letter {letter}")))
    }

    /// The letter, who decides and in which role: a person with the authority, who has not prepared it.
    pub(super) async fn before_decision<'w>(
        &self,
        letter: &LetterId,
        by: &'w Who,
    ) -> Result<(LetterRow, Assessment<'_>, &'w Account, &'static str), DecideError> {
        let (row, assessed) = self.assessed(letter).await?;
        let account = by.person().ok_or(DecideError::NotAPerson)?;
        let mut prepared: Vec<Actor> = self.askers(&row).await?;
        prepared.extend(said_preparers(&assessed.composed.draft.data.facts).map(Actor::person));
        if is_one_of(&prepared, account) {
            return Err(DecideError::Preparer(account.is.name.clone()));
        }
        let policy = assessed.composed.draft.policy;
        let role = role_of(account, |role| policy.may_approve(role, &row.letter_type, assessed.amount));
        let role = role.ok_or_else(|| no_authority(account, &policy.approvers(&row.letter_type, assessed.amount)))?;
        Ok((row, assessed, account, role))
    }

    /// The people who asked for a letter: whose act took its event, who confirmed the merge that it is a row of, and who sent it for
    /// approval again.
    pub(super) async fn askers(&self, row: &LetterRow) -> Result<Vec<Actor>, DeskError> {
        let mut asked = vec![self.reader().taken_by(&row.case_reference, row.event).await?];
        if let Some(merged) = self.reader().merge_row_of(&row.id).await?
            && let Some(record) = self.reader().merge(&merged.merge).await?
        {
            asked.push(Some(record.confirmed_by()?));
        }
        asked.extend(self.askers_before(row).await?);
        asked.extend(self.resubmitters(&row.id).await?.into_iter().map(Some));
        Ok(asked.into_iter().flatten().filter(|actor| actor.kind == ActorKind::Person).collect())
    }

    /// Who asked for the letters whose place a letter has taken, one after the other: what it says may be their words.
    async fn askers_before(&self, row: &LetterRow) -> Result<Vec<Option<Actor>>, DeskError> {
        let mut asked = Vec::new();
        let mut event = self.reader().event(row.event).await?;
        while let Some(own) = event.take().filter(|own| own.event.source == SOURCE) {
            let Some(taking) = self.reader().event_by_key(SOURCE, &corrects(&own.event.id)).await? else { break };
            let before = taking.event.facts()["event_id"].as_str().unwrap_or_default();
            event = self.reader().event_by_key(SOURCE, before).await?;
            let Some(before) = &event else { break };
            asked.push(self.reader().taken_by(&before.event.subject, before.sequence).await?);
            asked.extend(said_preparers(before.event.facts()).map(|name| Some(Actor::person(name))));
        }
        Ok(asked)
    }

    /// In which role somebody prepares, or what they are where it is no person.
    pub(super) async fn office_of(&self, actor: &Actor) -> Result<String, DeskError> {
        if actor.kind != ActorKind::Person {
            return Ok(actor.kind.as_str().to_owned());
        }
        let account = self
            .accounts()
            .await?
            .into_iter()
            .find(|account| Actor::account(&account.id, &account.is.name).is_same(actor));
        let prepares = |account: Account| {
            account.is.roles.into_iter().find(|role| role.permissions().contains(&Permission::Prepare))
        };
        Ok(account.and_then(prepares).map_or_else(String::new, |role| role.as_str().to_owned()))
    }
}

/// Who prepared or edited a letter, as its facts say.
pub(super) fn said_preparers(facts: &Value) -> impl Iterator<Item = String> + '_ {
    ["prepared_by", "edited_by"].into_iter().filter_map(|fact| facts[fact].as_str()).map(str::to_owned)
}

/// Whether somebody may be one of these.
pub(super) fn is_one_of(people: &[Actor], account: &Account) -> bool {
    let own = Actor::account(&account.id, &account.is.name);
    people.iter().any(|one| one.is_same(&own) || may_be_the_same(&one.name, &own.name))
}

/// The first of somebody's roles that will do.
pub(super) fn role_of(account: &Account, will_do: impl Fn(&str) -> bool) -> Option<&'static str> {
    account.is.roles.iter().map(|role| role.as_str()).find(|role| will_do(role))
}

/// Whether two spellings may name one person: the same last name, and the same first letter. Rather once too often than once too
/// seldom.
fn may_be_the_same(name: &str, other: &str) -> bool {
    let (name, other) = (folded(name), folded(other));
    let last = |name: &str| name.split_whitespace().next_back().map(str::to_owned);
    let first = |name: &str| name.trim().chars().next();
    last(&name).is_some() && last(&name) == last(&other) && first(&name) == first(&other)
}

pub(super) fn not_waiting(row: &LetterRow) -> DecideError {
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

fn no_authority(account: &Account, needed: &[impl ToString]) -> DecideError {
    let needed = needed.iter().map(ToString::to_string).collect();
    let roles = account.is.roles.iter().map(|role| role.as_str().to_owned()).collect();
    DecideError::NoAuthority { name: account.is.name.clone(), roles, needed }
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
