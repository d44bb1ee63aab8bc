//! Signing in at the unit's OpenID Connect provider: who is who, and what their groups are worth here.

use serde_json::json;

use super::accounts::{detail, is_taken, roles, taken, written};
use super::sign_in::session;
use super::{account, drawn};
use crate::case::{AccountId, AccountState, Actor, AuditKind, hex};
use crate::desk::{Desk, DeskError, PeopleError, Proof, SignInError};
use crate::openid::{Identity, Provider, ProviderError};
use crate::people::{Account, Particulars, Secret};
use crate::register::Act;

/// How sessions that were begun at the provider stand in the audit trail.
const WAY: &str = "provider";

impl Desk {
    /// The provider at which the unit's people sign in; none where there are accounts of this service alone.
    pub fn provider(&self) -> Option<&Provider> {
        self.office.provider.as_ref()
    }

    /// Whether an account is that of somebody who signs in at the provider.
    pub async fn signs_in_elsewhere(&self, id: &AccountId) -> Result<bool, DeskError> {
        let Some(provider) = self.provider() else { return Ok(false) };
        Ok(self.reader().issuers_of(id).await?.iter().any(|issuer| issuer == provider.issuer()))
    }

    /// Begins to sign somebody in at the provider. Gives where to send the browser, and the secret that it keeps meanwhile.
    pub async fn begin_elsewhere(&self) -> Result<(String, Secret), SignInError> {
        let provider = self.provider().ok_or(SignInError::NoLink)?;
        let begun = Secret::of(&drawn()?);
        Ok((provider.begin(&begun).await?, begun))
    }

    /// Signs in whoever has come back from the provider, in a browser that kept what was begun. Their roles and programs are what their
    /// groups are worth now; whoever has an account of the same verified address gets no second one. Gives the session's secret.
    pub async fn sign_in_elsewhere(
        &self,
        begun: &Secret,
        state: &str,
        code: &str,
        proof: Proof<'_>,
    ) -> Result<Secret, SignInError> {
        let provider = self.provider().ok_or(SignInError::NoLink)?;
        // Each attempt has the provider asked.
        self.attempt_from(proof.address)?;
        let identity = provider.returned(begun, state, code).await?;
        self.succeeded_from(proof.address);
        let mut act = self.begin(Actor::person(&identity.name)).await?;
        let known = known(&mut act, &identity).await?;
        if let Some(account) = &known {
            act.is_of(Actor::person(&account.is.name));
        }
        let refusal = match &known {
            Some(account) if account.state == AccountState::Closed => Some(SignInError::Closed),
            _ if identity.roles.is_empty() => Some(SignInError::NoRole),
            _ => None,
        };
        if let Some(refusal) = refusal {
            let subject = known.map(|account| account.id).unwrap_or_default();
            // Whoever has left the unit is out of it at once, wherever they are still signed in.
            act.end_sessions(&subject).await?;
            let detail = json!({"way": WAY, "name": identity.name, "address": proof.address});
            act.audit(AuditKind::SignInFailed, &subject, &detail).await?;
            act.commit().await?;
            return Err(refusal);
        }
        let id = match known {
            Some(account) => self.taken_up(&mut act, account, &identity).await?,
            None => self.made(&mut act, &identity).await?,
        };
        // There is one way in: a password would outlast the provider's word.
        act.set_account_state(&id, AccountState::Open).await?;
        act.set_password(&id, None).await?;
        act.drop_links(Some(&id)).await?;
        act.drop_links(None).await?;
        let secret = session(&mut act, &id, proof, WAY).await?;
        act.commit().await?;
        Ok(secret)
    }

    /// What the provider says now is said of an account.
    async fn taken_up(&self, act: &mut Act, known: Account, identity: &Identity) -> Result<AccountId, SignInError> {
        let email = if identity.email_verified { identity.email.clone() } else { known.is.email.clone() };
        let (roles_now, programs) = (identity.roles.clone(), identity.programs.clone());
        let now = Particulars { name: known.is.name.clone(), email, roles: roles_now, programs };
        let now = self.in_order(now).map_err(unfit)?;
        if now != known.is {
            if !act.set_account(&known.id, written(&now, &roles(&now))).await? {
                return Err(SignInError::Faults(vec![taken()]));
            }
            let detail = json!({"before": detail(&known.is), "now": detail(&now)});
            act.audit(AuditKind::AccountChanged, &known.id, &detail).await?;
        }
        link(act, &known.id, identity).await?;
        Ok(known.id)
    }

    /// Makes an account for somebody who comes for the first time.
    async fn made(&self, act: &mut Act, identity: &Identity) -> Result<AccountId, SignInError> {
        let says = |name: String| Particulars {
            name,
            email: identity.email.clone(),
            roles: identity.roles.clone(),
            programs: identity.programs.clone(),
        };
        // Two people may share a name; the case files must tell them apart.
        for name in [identity.name.clone(), format!("{} ({})", identity.name, identity.email)] {
            let says = self.in_order(says(name)).map_err(unfit)?;
            let id = AccountId::new(hex(&drawn::<8>()?));
            if !is_taken(act, &id, &says.name).await? && act.add_account(&id, written(&says, &roles(&says))).await? {
                act.is_of(Actor::person(&says.name));
                act.audit(AuditKind::AccountMade, &id, &detail(&says)).await?;
                link(act, &id, identity).await?;
                return Ok(id);
            }
        }
        Err(SignInError::Faults(vec![taken()]))
    }
}

/// The account of somebody: the one that the provider's person has had before, or that of the same verified address, which nobody from
/// the provider has yet.
async fn known(act: &mut Act, identity: &Identity) -> Result<Option<Account>, DeskError> {
    let held = act.account_of(&identity.issuer, &identity.subject).await?;
    if let Some(row) = held {
        return Ok(Some(account(&row)?));
    }
    if !identity.email_verified {
        return Ok(None);
    }
    let row = act.account_without_identity(&identity.email, &identity.issuer).await?;
    Ok(row.as_ref().map(account).transpose()?)
}

/// Writes whose account it is at the provider, where that is not known yet.
async fn link(act: &mut Act, id: &AccountId, identity: &Identity) -> Result<(), DeskError> {
    if act.link_identity(id, &identity.issuer, &identity.subject).await? {
        let detail = json!({"issuer": identity.issuer, "subject": identity.subject});
        act.audit(AuditKind::IdentityLinked, id, &detail).await?;
    }
    Ok(())
}

fn unfit(error: PeopleError) -> SignInError {
    match error {
        PeopleError::Faults(faults) => SignInError::Faults(faults),
        PeopleError::Desk(error) => error.into(),
        PeopleError::NotFound(_) => ProviderError::NotBegun.into(),
    }
}
