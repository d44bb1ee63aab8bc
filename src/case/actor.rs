//! Who does what is done.

use serde::{Deserialize, Serialize};

use super::AccountId;

/// What kind of actor it is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::EnumString, utoipa::ToSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum ActorKind {
    /// One of the unit's people.
    Person,
    /// A system that sends events or asks for letters, by its token.
    CaseSystem,
    /// Recto itself: what is due, and what the program's policy lets go without anybody.
    Program,
    /// Whoever runs the commands on this machine.
    Operator,
}

/// Who does an act. Every entry of the case file has one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Actor {
    /// What kind of actor.
    pub kind: ActorKind,
    /// The person's name, the system's, or the command.
    pub name: String,
    /// Of a person: the account, by which somebody is known whose name has changed. Absent in entries of before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
}

impl Actor {
    /// One of the unit's people, by name alone.
    pub fn person(name: impl Into<String>) -> Actor {
        Actor::of(ActorKind::Person, name)
    }

    /// One of the unit's people, by the account.
    pub fn account(account: &AccountId, name: impl Into<String>) -> Actor {
        Actor { account: Some(account.clone()), ..Actor::person(name) }
    }

    fn of(kind: ActorKind, name: impl Into<String>) -> Actor {
        Actor { kind, name: name.into(), account: None }
    }

    /// Whether two acts are the same actor's: by the account where both have one, and else by name.
    pub fn is_same(&self, other: &Actor) -> bool {
        match (&self.account, &other.account) {
            (Some(own), Some(other)) => own == other,
            _ => self.kind == other.kind && self.name == other.name,
        }
    }

    /// A system with a token.
    pub fn case_system(name: impl Into<String>) -> Actor {
        Actor::of(ActorKind::CaseSystem, name)
    }

    /// Recto itself.
    pub fn program() -> Actor {
        Actor::of(ActorKind::Program, "Recto")
    }

    /// Whoever runs a command, such as `recto take`.
    pub fn operator(command: impl Into<String>) -> Actor {
        Actor::of(ActorKind::Operator, command)
    }
}

super::stored::stored_as_text!(ActorKind);
