//! One person's account.

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};
use unicode_security::confusable_detection::skeleton;

use super::{Permission, Role};
use crate::case::texts::folded;
use crate::case::{AccountId, AccountState, Fault};

/// The longest name, in characters.
const LONGEST_NAME: usize = 80;

/// What an administrator says of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Particulars {
    /// The name, as it goes into the case files. No two accounts have one that reads the same.
    pub name: String,
    /// The e-mail address, by which the person signs in.
    pub email: String,
    /// The roles.
    pub roles: Vec<Role>,
    /// Keys of the programs that the person may work in; all where it names none.
    pub programs: Vec<String>,
}

impl Particulars {
    /// What is wrong with it; `programs` are those that there are.
    pub fn faults(&self, programs: &[&str]) -> Vec<Fault> {
        let mut faults = Vec::new();
        let name = self.name.trim();
        if !is_name(name) || name.chars().count() > LONGEST_NAME {
            faults.push(Fault::new(
                "name-invalid",
                "name",
                format!("A name has letters, and {LONGEST_NAME} characters at most. Write it as it is to stand in the case files."),
                format!("Un nom a des lettres, et {LONGEST_NAME} caractères au plus. Écrivez-le comme il doit figurer aux dossiers."),
            ));
        }
        if self.email.trim().parse::<lettre::Address>().is_err() {
            faults.push(Fault::new(
                "email-invalid",
                "email",
                "An e-mail address has a name, @ and a domain, such as a.tremblay@fsu.example.ca.",
                "Une adresse électronique a un nom, @ et un domaine, comme a.tremblay@fsu.example.ca.",
            ));
        }
        if self.roles.is_empty() {
            faults.push(Fault::new(
                "role-missing",
                "roles",
                "Choose at least one role.",
                "Choisissez au moins un rôle.",
            ));
        }
        for unknown in self.programs.iter().filter(|program| !programs.contains(&program.as_str())) {
            faults.push(Fault::new(
                "program-unknown",
                "programs",
                format!("There is no program “{unknown}”. There are: {}.", programs.join(", ")),
                format!("Il n’y a pas de programme « {unknown} ». Il y a : {}.", programs.join(", ")),
            ));
        }
        faults
    }
}

/// Whether something can stand in the case files as a name: it has letters, and nothing that does not show.
pub fn is_name(name: &str) -> bool {
    let is_hidden = |c: char| matches!(c.general_category_group(), GeneralCategoryGroup::Other);
    name.chars().any(char::is_alphabetic) && !name.chars().any(is_hidden)
}

/// Whether two names look the same, though they may be written with other letters (UTS #39, section 4): the case files would not tell
/// them apart, and four eyes are read from names.
pub fn look_alike(one: &str, other: &str) -> bool {
    // Both ways round: `0` looks like a capital `O`, and a Cyrillic `О` like one in any case.
    let bare = |name: &str| skeleton(name).collect::<String>();
    let looks = |name: &str| [folded(&bare(name)), bare(&folded(name))];
    looks(one).iter().zip(looks(other)).any(|(one, other)| *one == other)
}

/// One person's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// By which the register knows it.
    pub id: AccountId,
    /// What an administrator said of the person.
    pub is: Particulars,
    /// How it stands.
    pub state: AccountState,
}

impl Account {
    /// Whether one of its roles has a permission.
    pub fn may(&self, permission: Permission) -> bool {
        self.is.roles.iter().any(|role| role.permissions().contains(&permission))
    }

    /// Whether the person may work in a program.
    pub fn works_in(&self, program: &str) -> bool {
        self.is.programs.is_empty() || self.is.programs.iter().any(|own| own == program)
    }
}
