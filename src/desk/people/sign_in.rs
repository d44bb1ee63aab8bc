//! Signing in and out: by password, by a one-time link; and who holds a session.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::json;

use super::accounts::{detail, roles, taken, written};
use super::{account, drawn, held, new_secret};
use crate::case::texts::folded;
use crate::case::{AccountId, AccountState, Actor, AuditKind, Fault, Sha256, hex};
use crate::desk::{Desk, DeskError, PeopleError};
use crate::openid::ProviderError;
use crate::people::{
    Account, Particulars, Role, Secret, hashed, is_kept, is_over, is_password, is_to_be_noted, network,
};
use crate::register::{Act, RegisterError, SessionRow};

/// Bytes of an e-mail address at most.
const LONGEST_EMAIL: usize = 320;

/// Why somebody was not let in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Address and password are not those of an account that is open. Which of them it is, nobody is told.
    #[error("the e-mail address or the password is not right")]
    Wrong,
    /// There were too many attempts.
    #[error("too many attempts: wait {} s", .0.as_secs() + 1)]
    Wait(Duration),
    /// The link was used, is too old, or never was one.
    #[error("the link cannot be used any more")]
    NoLink,
    /// The account is closed.
    #[error("the account is closed")]
    Closed,
    /// None of the groups that the provider has somebody in gives a role here.
    #[error("none of the groups gives a role")]
    NoRole,
    /// The provider at which people sign in.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// What was chosen is not in order.
    #[error("what was chosen is not in order")]
    Faults(Vec<Fault>),
    /// Something else.
    #[error(transparent)]
    Desk(#[from] DeskError),
}

impl From<RegisterError> for SignInError {
    fn from(error: RegisterError) -> SignInError {
        SignInError::Desk(error.into())
    }
}

/// With what somebody comes to sign in.
#[derive(Debug, Clone, Copy)]
pub struct Proof<'p> {
    /// The network address that the request came from.
    pub address: &'p str,
    /// What the browser says to be.
    pub browser: &'p str,
}

/// To whom a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invited {
    /// The first administrator, who has no account yet.
    First,
    /// The owner of an account.
    Account(Account),
}

impl Desk {
    /// Signs somebody in by e-mail address and password. Gives the session's secret.
    pub async fn sign_in(&self, email: &str, password: &str, proof: Proof<'_>) -> Result<Secret, SignInError> {
        // No address is longer (RFC 5321, section 4.5.3.1); nor is what is kept of the attempts.
        if email.len() > LONGEST_EMAIL {
            return Err(SignInError::Wrong);
        }
        let aimed_at = folded(email.trim());
        self.attempt(&aimed_at, proof.address)?;
        let row = self.reader().account_by_email(email.trim()).await?;
        let kept = row.as_ref().and_then(|row| row.password.clone());
        let is_right = self.is_right(password, kept.clone()).await;
        let mut act = self.begin(Actor::program()).await?;
        let (id, name) = row.map(|row| (row.id, row.name)).unwrap_or_default();
        if !is_right || !is_still(&mut act, &id, kept.as_deref()).await? {
            // What was given as an address may be a password that went into the wrong field: it is not written down.
            act.audit(AuditKind::SignInFailed, &id, &json!({"address": proof.address})).await?;
            act.commit().await?;
            return Err(SignInError::Wrong);
        }
        self.succeeded(&aimed_at, proof.address);
        act.is_of(Actor::person(name));
        let secret = session(&mut act, &id, proof, "password").await?;
        act.drop_sessions_before((self.clock.now() - TimeDelta::days(1)).into()).await?;
        act.commit().await?;
        Ok(secret)
    }

    /// To whom a one-time link leads; none where it cannot be used any more.
    pub async fn invited(&self, link: &Secret) -> Result<Option<Invited>, DeskError> {
        let Some(row) = self.reader().link(&link.hash()).await? else { return Ok(None) };
        if row.ends_at.instant() <= self.clock.now() {
            return Ok(None);
        }
        match row.account {
            None => Ok(Some(Invited::First)),
            Some(id) => {
                let row = self.reader().account(&id).await?;
                Ok(row.map(|row| account(&row)).transpose()?.map(Invited::Account))
            }
        }
    }

    /// Uses a one-time link: the password is set, every other session ends, and a new one begins. The first administrator says who they
    /// are besides.
    pub async fn sign_in_by_link(
        &self,
        link: &Secret,
        first: Option<(&str, &str)>,
        password: &str,
        proof: Proof<'_>,
    ) -> Result<Secret, SignInError> {
        let (id, is, is_new) = match self.invited(link).await?.ok_or(SignInError::NoLink)? {
            Invited::Account(account) => (account.id, account.is, false),
            Invited::First => {
                let (name, email) = first.unwrap_or_default();
                let (name, email) = (name.to_owned(), email.to_owned());
                let says = Particulars { name, email, roles: vec![Role::Administrator], programs: Vec::new() };
                let says = match self.in_order(says.clone()) {
                    Ok(says) => says,
                    Err(PeopleError::Faults(mut faults)) => {
                        faults.extend(is_password(password, &says).err());
                        return Err(SignInError::Faults(faults));
                    }
                    Err(PeopleError::Desk(error)) => return Err(error.into()),
                    Err(PeopleError::NotFound(_)) => return Err(SignInError::NoLink),
                };
                (AccountId::new(hex(&drawn::<8>()?)), says, true)
            }
        };
        is_password(password, &is).map_err(|fault| SignInError::Faults(vec![fault]))?;
        let kept = self.hashed(password).await?;
        let mut act = self.begin(Actor::person(&is.name)).await?;
        if !act.use_link(&link.hash()).await? {
            return Err(SignInError::NoLink);
        }
        if is_new {
            if !act.add_account(&id, written(&is, &roles(&is))).await? {
                return Err(SignInError::Faults(vec![taken()]));
            }
            act.audit(AuditKind::AccountMade, &id, &detail(&is)).await?;
        }
        act.set_account_state(&id, AccountState::Open).await?;
        act.set_password(&id, Some(&kept)).await?;
        act.end_sessions(&id).await?;
        act.audit(AuditKind::PasswordSet, &id, &json!({"by": "link"})).await?;
        let secret = session(&mut act, &id, proof, "link").await?;
        act.commit().await?;
        Ok(secret)
    }

    /// Changes the password of somebody who is signed in and knows the old one. Their other sessions end.
    pub async fn change_password(
        &self,
        own: &Account,
        current: &Secret,
        old: &str,
        new: &str,
        proof: Proof<'_>,
    ) -> Result<(), SignInError> {
        self.attempt(&folded(&own.is.email), proof.address)?;
        let kept = self.reader().account(&own.id).await?.and_then(|row| row.password);
        if !self.is_right(old, kept.clone()).await {
            // Whoever sits at somebody's open session guesses, too.
            let detail = json!({"way": "password-change", "address": proof.address});
            let mut act = self.begin(Actor::person(&own.is.name)).await?;
            act.audit(AuditKind::SignInFailed, &own.id, &detail).await?;
            act.commit().await?;
            return Err(SignInError::Wrong);
        }
        self.succeeded(&folded(&own.is.email), proof.address);
        is_password(new, &own.is).map_err(|fault| SignInError::Faults(vec![fault]))?;
        let chosen = self.hashed(new).await?;
        let mut act = self.begin(Actor::person(&own.is.name)).await?;
        if !is_still(&mut act, &own.id, kept.as_deref()).await? {
            return Err(SignInError::Wrong);
        }
        act.set_password(&own.id, Some(&chosen)).await?;
        act.end_other_sessions(&own.id, &current.hash()).await?;
        act.drop_links(Some(&own.id)).await?;
        act.audit(AuditKind::PasswordSet, &own.id, &json!({"by": "owner"})).await?;
        act.commit().await?;
        Ok(())
    }

    /// Who holds a session that is not over; its use is noted now and then.
    pub async fn signed_in(&self, secret: &Secret) -> Result<Option<Account>, DeskError> {
        let now = self.clock.now();
        let session = self.reader().session(&secret.hash()).await?;
        let going_on = |row: &SessionRow| !is_over(row.made_at.instant(), row.seen_at.instant(), now);
        let Some(session) = session.filter(going_on) else { return Ok(None) };
        let row = self.reader().account(&session.account).await?;
        let Some(row) = row.filter(|row| row.state == AccountState::Open) else { return Ok(None) };
        if is_to_be_noted(session.seen_at.instant(), now) {
            let mut act = self.begin(Actor::person(&row.name)).await?;
            act.note_session(&secret.hash()).await?;
            act.commit().await?;
        }
        Ok(Some(account(&row)?))
    }

    /// The sessions of an account that are not over, the newest first.
    pub async fn sessions(&self, id: &AccountId) -> Result<Vec<SessionRow>, DeskError> {
        let now = self.clock.now();
        let mut sessions = self.reader().sessions_of(id).await?;
        sessions.retain(|row| !is_over(row.made_at.instant(), row.seen_at.instant(), now));
        Ok(sessions)
    }

    /// Signs somebody out.
    pub async fn sign_out(&self, own: &Account, secret: &Secret) -> Result<(), DeskError> {
        let mut act = self.begin(Actor::person(&own.is.name)).await?;
        if act.end_session(&secret.hash()).await? {
            act.audit(AuditKind::SignedOut, &own.id, &json!({})).await?;
        }
        act.commit().await?;
        Ok(())
    }

    /// Whether a password is the one that is kept.
    async fn is_right(&self, given: &str, kept: Option<String>) -> bool {
        let given = given.to_owned();
        matches!(self.in_turn(move || is_kept(&given, kept.as_deref())).await, Ok(true))
    }

    async fn hashed(&self, password: &str) -> Result<String, SignInError> {
        let (password, salt) = (password.to_owned(), drawn::<16>()?);
        let hashed = self.in_turn(move || hashed(&password, &salt)).await?;
        Ok(hashed.map_err(|error| DeskError::Io(std::io::Error::other(error)))?)
    }

    /// Does what hashes a password, when it has its turn. The turn is held until that is done, even where nobody waits for it any more.
    async fn in_turn<T: Send + 'static>(&self, hash: impl FnOnce() -> T + Send + 'static) -> Result<T, DeskError> {
        let turn = Arc::clone(&self.office.attempts.hashing).acquire_owned().await;
        let hashing = move || {
            let _turn = turn;
            hash()
        };
        Ok(tokio::task::spawn_blocking(hashing).await?)
    }

    fn attempt(&self, account: &str, address: &str) -> Result<(), SignInError> {
        self.attempt_from(address)?;
        let noted = held(&self.office.attempts.at_account).attempt(account, Instant::now());
        noted.map_err(SignInError::Wait)
    }

    pub(super) fn attempt_from(&self, address: &str) -> Result<(), SignInError> {
        let noted = held(&self.office.attempts.from_address).attempt(&network(address), Instant::now());
        noted.map_err(SignInError::Wait)
    }

    fn succeeded(&self, account: &str, address: &str) {
        held(&self.office.attempts.at_account).forget(account);
        self.succeeded_from(address);
    }

    pub(super) fn succeeded_from(&self, address: &str) {
        held(&self.office.attempts.from_address).give_back(&network(address));
    }
}

/// Whether an account is open, with the password that was compared: hashing takes long enough for somebody to close it, or to set another
/// password, meanwhile.
async fn is_still(act: &mut Act, id: &AccountId, password: Option<&str>) -> Result<bool, RegisterError> {
    let now = act.account(id).await?;
    Ok(now.is_some_and(|row| row.state == AccountState::Open && row.password.as_deref() == password))
}

/// Begins a session, and writes that somebody signed in.
pub(super) async fn session(act: &mut Act, id: &AccountId, proof: Proof<'_>, way: &str) -> Result<Secret, DeskError> {
    const LONGEST_BROWSER: usize = 200;
    let secret = new_secret()?;
    let browser: String = proof.browser.chars().filter(|c| !c.is_control()).take(LONGEST_BROWSER).collect();
    let hash: Sha256 = secret.hash();
    act.add_session(&hash, id, &browser).await?;
    act.audit(AuditKind::SignedIn, id, &json!({"way": way, "address": proof.address})).await?;
    Ok(secret)
}
