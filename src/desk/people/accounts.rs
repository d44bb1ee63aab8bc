//! Accounts: inviting somebody, changing what is said of them, closing and opening their account, a new link.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{account, drawn, new_secret};
use crate::case::{AccountId, AccountState, AuditKind, Fault, hex};
use crate::desk::{Desk, DeskError};
use crate::people::{Account, LINK_HOURS, Particulars, Permission, Secret, Who, look_alike};
use crate::register::{AccountSays, Act, RegisterError};

/// Why something was not done about people or tokens.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// There is no such account or token.
    #[error("there is no {0}")]
    NotFound(String),
    /// What was said is not in order.
    #[error("what was said is not in order")]
    Faults(Vec<Fault>),
    /// Something else.
    #[error(transparent)]
    Desk(#[from] DeskError),
}

impl From<RegisterError> for PeopleError {
    fn from(error: RegisterError) -> PeopleError {
        PeopleError::Desk(error.into())
    }
}

impl PeopleError {
    pub(super) fn fault(fault: Fault) -> PeopleError {
        PeopleError::Faults(vec![fault])
    }
}

impl Desk {
    /// All accounts, by name.
    pub async fn accounts(&self) -> Result<Vec<Account>, DeskError> {
        let rows = self.reader().accounts().await?;
        Ok(rows.iter().map(account).collect::<Result<_, _>>()?)
    }

    /// One account.
    pub async fn account(&self, id: &AccountId) -> Result<Account, PeopleError> {
        let row = self.reader().account(id).await?;
        let row = row.ok_or_else(|| PeopleError::NotFound(format!("account {id}")))?;
        Ok(account(&row)?)
    }

    /// Makes an account for somebody, and a one-time link by which they choose their password and sign in.
    pub async fn invite(&self, by: &Who, says: Particulars) -> Result<(Account, Secret), PeopleError> {
        let says = self.in_order(says)?;
        let id = AccountId::new(hex(&drawn::<8>()?));
        let mut act = self.begin(by.actor()).await?;
        if is_taken(&mut act, &id, &says.name).await? || !act.add_account(&id, written(&says, &roles(&says))).await? {
            return Err(PeopleError::fault(taken()));
        }
        act.audit(AuditKind::AccountMade, &id, &detail(&says)).await?;
        // Somebody has an account now: nobody comes as the first administrator any more.
        act.drop_links(None).await?;
        let secret = self.link(&mut act, &id).await?;
        act.commit().await?;
        Ok((Account { id, is: says, state: AccountState::Invited }, secret))
    }

    /// Changes what is said of an account. Nobody gives themselves a role or a program.
    pub async fn change_account(&self, by: &Who, id: &AccountId, says: Particulars) -> Result<Account, PeopleError> {
        let says = self.in_order(says)?;
        let before = self.account(id).await?;
        let own = by.person().is_some_and(|account| account.id == *id);
        if own && (before.is.roles != says.roles || before.is.programs != says.programs) {
            return Err(PeopleError::fault(own_account()));
        }
        let elsewhere = self.signs_in_elsewhere(id).await?;
        let stays = |is: &Particulars| (is.email.clone(), is.roles.clone(), is.programs.clone());
        if elsewhere && stays(&before.is) != stays(&says) {
            return Err(PeopleError::fault(said_elsewhere()));
        }
        let mut act = self.begin(by.actor()).await?;
        if !says.roles.iter().any(|role| role.permissions().contains(&Permission::Administer)) {
            keep_an_administrator(&mut act, id).await?;
        }
        if is_taken(&mut act, id, &says.name).await? || !act.set_account(id, written(&says, &roles(&says))).await? {
            return Err(PeopleError::fault(taken()));
        }
        act.audit(AuditKind::AccountChanged, id, &json!({"before": detail(&before.is), "now": detail(&says)})).await?;
        act.commit().await?;
        Ok(Account { is: says, ..before })
    }

    /// Closes an account: its sessions end, and its links. What it did stays its own.
    pub async fn close_account(&self, by: &Who, id: &AccountId) -> Result<(), PeopleError> {
        let account = self.account(id).await?;
        let mut act = self.begin(by.actor()).await?;
        keep_an_administrator(&mut act, id).await?;
        act.set_account_state(id, AccountState::Closed).await?;
        act.end_sessions(id).await?;
        act.drop_links(Some(id)).await?;
        act.audit(AuditKind::AccountClosed, id, &json!({"name": account.is.name})).await?;
        act.commit().await?;
        Ok(())
    }

    /// Opens a closed account again; its owner chooses a new password by the link.
    pub async fn open_account(&self, by: &Who, id: &AccountId) -> Result<Secret, PeopleError> {
        let account = self.account(id).await?;
        let mut act = self.begin(by.actor()).await?;
        act.set_account_state(id, AccountState::Invited).await?;
        act.audit(AuditKind::AccountOpened, id, &json!({"name": account.is.name})).await?;
        let secret = self.link(&mut act, id).await?;
        act.commit().await?;
        Ok(secret)
    }

    /// A one-time link by which somebody chooses a new password. The old one holds until it is used.
    pub async fn link_to(&self, by: &Who, id: &AccountId) -> Result<Secret, PeopleError> {
        let account = self.account(id).await?;
        if account.state == AccountState::Closed {
            return Err(PeopleError::fault(closed()));
        }
        let mut act = self.begin(by.actor()).await?;
        let secret = self.link(&mut act, id).await?;
        act.commit().await?;
        Ok(secret)
    }

    /// Ends all sessions of an account. Gives how many.
    pub async fn end_sessions(&self, by: &Who, id: &AccountId) -> Result<u64, PeopleError> {
        self.account(id).await?;
        let mut act = self.begin(by.actor()).await?;
        let ended = act.end_sessions(id).await?;
        act.drop_links(Some(id)).await?;
        act.audit(AuditKind::SessionsEnded, id, &json!({"sessions": ended})).await?;
        act.commit().await?;
        Ok(ended)
    }

    /// The link of the first administrator, made anew; none where somebody has an account.
    pub async fn first_link(&self, by: &Who) -> Result<Option<Secret>, DeskError> {
        if !self.reader().accounts().await?.is_empty() {
            return Ok(None);
        }
        let secret = new_secret()?;
        let mut act = self.begin(by.actor()).await?;
        act.set_link(None, &secret.hash(), self.link_ends()).await?;
        act.audit(AuditKind::LinkMade, "", &json!({})).await?;
        act.commit().await?;
        Ok(Some(secret))
    }

    /// Writes a link to an account.
    async fn link(&self, act: &mut Act, id: &AccountId) -> Result<Secret, DeskError> {
        let secret = new_secret()?;
        act.set_link(Some(id), &secret.hash(), self.link_ends()).await?;
        act.audit(AuditKind::LinkMade, id, &json!({})).await?;
        Ok(secret)
    }

    fn link_ends(&self) -> crate::case::Stamp {
        (self.clock.now() + TimeDelta::hours(LINK_HOURS)).into()
    }

    /// What an administrator says, trimmed, its roles in their order and once each.
    pub(super) fn in_order(&self, says: Particulars) -> Result<Particulars, PeopleError> {
        let programs: Vec<&str> = self.studio.catalogue.programs.keys().map(String::as_str).collect();
        let faults = says.faults(&programs);
        if !faults.is_empty() {
            return Err(PeopleError::Faults(faults));
        }
        let (mut roles, mut of) = (says.roles, says.programs);
        roles.sort_unstable();
        roles.dedup();
        of.sort_unstable();
        of.dedup();
        let name = says.name.split_whitespace().collect::<Vec<_>>().join(" ");
        Ok(Particulars { name, email: says.email.trim().to_owned(), roles, programs: of })
    }
}

/// Where an administrator goes, somebody else must be able to administer: an account that can sign in. It is asked within the act, so
/// that two who go at the same time do not each rely on the other.
async fn keep_an_administrator(act: &mut Act, going: &AccountId) -> Result<(), PeopleError> {
    let rows = act.accounts().await?;
    let accounts = rows.iter().map(account).collect::<Result<Vec<_>, _>>()?;
    let administers = |one: &&Account| one.may(Permission::Administer);
    let goes = accounts.iter().filter(administers).any(|one| one.id == *going);
    let stays = |one: &Account| one.id != *going && one.state == AccountState::Open;
    match goes && !accounts.iter().filter(administers).any(stays) {
        true => Err(PeopleError::fault(last_administrator())),
        false => Ok(()),
    }
}

/// Whether a name looks like that of another account, or of a system, now or before.
pub(super) async fn is_taken(act: &mut Act, id: &str, name: &str) -> Result<bool, RegisterError> {
    let accounts = act.accounts().await?.into_iter().map(|row| (row.id.to_string(), row.name));
    let systems = act.tokens().await?.into_iter().map(|row| (row.id.to_string(), row.name));
    Ok(accounts.chain(systems).any(|(own, known)| own != id && look_alike(&known, name)))
}

/// The roles as the register writes them.
pub(super) fn roles(says: &Particulars) -> Vec<&'static str> {
    says.roles.iter().map(|role| role.as_str()).collect()
}

pub(super) fn written<'a>(says: &'a Particulars, roles: &'a [&'static str]) -> AccountSays<'a> {
    AccountSays { name: &says.name, email: &says.email, roles, programs: &says.programs }
}

/// What is said of an account, as the audit trail has it.
pub(in crate::desk) fn detail(says: &Particulars) -> Value {
    json!({"name": says.name, "email": says.email, "roles": says.roles, "programs": says.programs})
}

/// The name or the address is another account's.
pub(super) fn taken() -> Fault {
    Fault::new(
        "account-taken",
        "name",
        "Another account has this e-mail address; or another account or a system has this name, or one that looks the same. Each person has one account; where two people share a name, add what tells them apart.",
        "Un autre compte a cette adresse électronique; ou un autre compte ou un système a ce nom, ou un nom d’apparence identique. Chaque personne a un seul compte; si deux personnes ont le même nom, ajoutez ce qui les distingue.",
    )
}

fn own_account() -> Fault {
    Fault::new(
        "own-account",
        "roles",
        "Nobody changes their own roles or programs. Ask another administrator.",
        "Personne ne change ses propres rôles ou programmes. Demandez à une autre administratrice ou un autre administrateur.",
    )
}

fn said_elsewhere() -> Fault {
    Fault::new(
        "account-of-provider",
        "roles",
        "This person signs in with the organization's account, and their address, roles and programs are what it says. Change their groups there; it holds from their next sign-in.",
        "Cette personne ouvre sa session avec le compte de l’organisation, qui dit son adresse, ses rôles et ses programmes. Changez ses groupes là-bas; cela vaut dès sa prochaine session.",
    )
}

fn last_administrator() -> Fault {
    Fault::new(
        "last-administrator",
        "roles",
        "Nobody else could look after the accounts then. Make somebody else an administrator first, who has signed in.",
        "Plus personne ne pourrait alors gérer les comptes. Donnez d’abord ce rôle à une autre personne, qui a déjà ouvert une session.",
    )
}

fn closed() -> Fault {
    Fault::new(
        "account-closed",
        "",
        "The account is closed. Open it again first.",
        "Le compte est fermé. Rouvrez-le d’abord.",
    )
}
