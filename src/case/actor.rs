//! Who does what is done.

use serde::{Deserialize, Serialize};

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
}

impl Actor {
    /// One of the unit's people.
    pub fn person(name: impl Into<String>) -> Actor {
        Actor { kind: ActorKind::Person, name: name.into() }
    }

    /// A system with a token.
    pub fn case_system(name: impl Into<String>) -> Actor {
        Actor { kind: ActorKind::CaseSystem, name: name.into() }
    }

    /// Recto itself.
    pub fn program() -> Actor {
        Actor { kind: ActorKind::Program, name: "Recto".to_owned() }
    }

    /// Whoever runs a command, such as `recto take`.
    pub fn operator(command: impl Into<String>) -> Actor {
        Actor { kind: ActorKind::Operator, name: command.into() }
    }
}

super::stored::stored_as_text!(ActorKind);
