//! People and tokens against the audit trail, and the trail against its chain.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Value, json};

use super::Audit;
use crate::case::AuditKind;
use crate::desk::people::detail;
use crate::desk::{Desk, DeskError};

/// Lines that are read together.
const PIECE: i64 = 1_000;

/// What the trail says last of an account or a token.
#[derive(Default)]
struct Logged {
    says: Value,
    closed: bool,
    /// Whose it is at providers.
    identities: BTreeSet<(String, String)>,
}

impl Desk {
    pub(super) async fn verify_people(&self, audit: &mut Audit) -> Result<(), DeskError> {
        let (mut logged, mut chain, mut last) = (HashMap::<String, Logged>::new(), String::new(), 0);
        loop {
            let rows = self.reader().audit_after(last, PIECE).await?;
            let Some(end) = rows.last().map(|row| row.number) else { break };
            for row in rows {
                let follows = row.number == last + 1 && row.after(&chain) == row.chain;
                if !follows {
                    audit.note("audit-altered", row.number.to_string(), altered());
                }
                (chain, last) = (row.chain.clone(), row.number);
                let said = row.detail()?;
                let known = logged.entry(row.subject).or_default();
                match row.kind {
                    AuditKind::AccountMade | AuditKind::TokenMade => known.says = said,
                    AuditKind::AccountChanged => known.says = said["now"].clone(),
                    AuditKind::AccountClosed | AuditKind::TokenRevoked => known.closed = true,
                    AuditKind::AccountOpened => known.closed = false,
                    AuditKind::IdentityLinked => {
                        let said = |name: &str| said[name].as_str().unwrap_or_default().to_owned();
                        known.identities.insert((said("issuer"), said("subject")));
                    }
                    _ => {}
                }
            }
            last = end;
        }
        if chain != self.reader().audit_chain().await? {
            audit.note("audit-altered", last.to_string(), altered());
        }
        let mut identities = HashMap::<_, BTreeSet<_>>::new();
        for row in self.reader().identities().await? {
            identities.entry(row.account).or_default().insert((row.issuer, row.subject));
        }
        for account in self.accounts().await? {
            let linked = identities.remove(&account.id).unwrap_or_default();
            if logged.get(&*account.id).is_some_and(|logged| logged.identities != linked) {
                audit.note("account-altered", account.id.to_string(), unlogged());
            }
            let closed = account.state == crate::case::AccountState::Closed;
            note_unless_logged(audit, logged.remove(&*account.id), &account.id, &detail(&account.is), closed);
        }
        for (row, token) in self.tokens().await? {
            let says = json!({"name": token.name, "permissions": token.permissions});
            note_unless_logged(audit, logged.remove(&*token.id), &token.id, &says, row.revoked_at.is_some());
        }
        for (id, _) in logged.into_iter().filter(|(_, logged)| !logged.says.is_null()) {
            audit.note("account-altered", id, unlogged());
        }
        Ok(())
    }
}

fn note_unless_logged(audit: &mut Audit, logged: Option<Logged>, id: &str, says: &Value, closed: bool) {
    if logged.is_none_or(|logged| logged.says != *says || logged.closed != closed) {
        audit.note("account-altered", id, unlogged());
    }
}

fn altered() -> (&'static str, &'static str) {
    (
        "The audit trail is not as it was written, from this line on.",
        "Le journal de vérification n’est pas tel qu’il a été écrit, à partir de cette ligne.",
    )
}

fn unlogged() -> (&'static str, &'static str) {
    (
        "This account or token is not as the audit trail says.",
        "Ce compte ou ce jeton n’est pas tel que le dit le journal de vérification.",
    )
}
