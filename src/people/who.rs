//! Who does something.

use super::{Account, Permission, Role, SystemToken};
use crate::case::Actor;

/// Who does something. It is known by what it holds (a session, a token, the machine itself), and never by what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// A person who is signed in.
    Person(Account),
    /// A system, by its token.
    System(SystemToken),
    /// Whoever runs this machine: by a command, which it names, or by the token of the data folder.
    Operator(String),
}

impl Who {
    /// As the case file has it.
    pub fn actor(&self) -> Actor {
        match self {
            Who::Person(account) => Actor::account(&account.id, &account.is.name),
            Who::System(token) => Actor::case_system(&token.name),
            Who::Operator(command) => Actor::operator(command),
        }
    }

    /// Whether they may do something at all.
    pub fn may(&self, permission: Permission) -> bool {
        match self {
            Who::Person(account) => account.may(permission),
            Who::System(token) => permission.is_for_systems() && token.permissions.contains(&permission),
            Who::Operator(_) => permission.is_for_systems(),
        }
    }

    /// Whether they may work in a program.
    pub fn works_in(&self, program: &str) -> bool {
        match self {
            Who::Person(account) => account.works_in(program),
            Who::System(_) | Who::Operator(_) => true,
        }
    }

    /// Keys of the programs that they may work in; all where there is none.
    pub fn programs(&self) -> &[String] {
        self.person().map_or(&[], |account| &account.is.programs)
    }

    /// The person, where it is one.
    pub fn person(&self) -> Option<&Account> {
        match self {
            Who::Person(account) => Some(account),
            Who::System(_) | Who::Operator(_) => None,
        }
    }

    /// In which roles; none where it is no person.
    pub fn roles(&self) -> &[Role] {
        self.person().map_or(&[], |account| &account.is.roles)
    }
}
