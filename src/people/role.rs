//! Roles, permissions, and the one table of which role has which.

use serde::{Deserialize, Serialize};

/// What somebody is in the unit. Who may approve up to which amount is in the delegation table of each program, which names these
/// roles.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Role {
    /// A debt recovery officer.
    Officer,
    /// Leads a team of officers.
    TeamLead,
    /// Manages the unit.
    Manager,
    /// Answers for it.
    Director,
    /// Prints, folds and posts.
    MailRoom,
    /// Keeps the record and answers access requests.
    Records,
    /// Writes letter types.
    Author,
    /// Looks after accounts, tokens and the service; sees no case by it.
    Administrator,
}

impl Role {
    /// The role as the register, the delegation tables and words.toml write it.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// What the role may do.
    pub fn permissions(self) -> &'static [Permission] {
        let row = PERMISSIONS.iter().find(|(role, _)| *role == self);
        row.map_or(&[], |(_, permissions)| permissions)
    }
}

/// Something that may be done, or may not.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::VariantArray,
    utoipa::ToSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Permission {
    /// See cases, letters, follow-ups, merges and runs, and fetch letters.
    Look,
    /// Record what happened in a case.
    Record,
    /// Ask for letters, merge sheets, decide on follow-ups, withdraw what has not left.
    Prepare,
    /// Approve letters, let them pass a rule, second large merges; how far is the delegation table's to say. Only people have it.
    Decide,
    /// See and close print runs.
    Mail,
    /// Fetch all that there is of a case or a person in one bundle, for an access request.
    Disclose,
    /// Take letter types anew.
    Author,
    /// Accounts, roles, tokens, sessions, and the audit trail. Only people have it.
    Administer,
}

impl Permission {
    /// The permission as the register and words.toml write it.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether a system can have it by its token: what two people must have looked at is not done by a program.
    pub fn is_for_systems(self) -> bool {
        !matches!(self, Permission::Decide | Permission::Administer)
    }
}

use Permission::{Administer, Author, Decide, Disclose, Look, Mail, Prepare, Record};

/// Which role may do what: pages, API and downloads alike ask here and nowhere else.
pub const PERMISSIONS: [(Role, &[Permission]); 8] = [
    (Role::Officer, &[Look, Record, Prepare]),
    (Role::TeamLead, &[Look, Record, Prepare, Decide]),
    (Role::Manager, &[Look, Record, Prepare, Decide, Mail, Disclose]),
    (Role::Director, &[Look, Record, Prepare, Decide, Mail, Disclose]),
    (Role::MailRoom, &[Mail]),
    (Role::Records, &[Look, Disclose]),
    (Role::Author, &[Author]),
    (Role::Administrator, &[Administer]),
];
