//! What people are to a debt, and what they may therefore be told.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What somebody is to a debt, or the office in which they get a letter about it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Role {
    /// Who got the assistance that must be paid back.
    #[default]
    Debtor,
    /// Who signed an undertaking for somebody else who got assistance.
    Sponsor,
    /// Who signed it too.
    CoSigner,
    /// What a person of these left: letters go to whoever looks after it.
    Estate,
    /// For whom the undertaking was signed; owes nothing.
    SponsoredPerson,
    /// The licensed insolvency trustee.
    Trustee,
    /// Who acts for the person with consent, such as a lawyer.
    Representative,
    /// A member of the provincial parliament.
    Mpp,
    /// The Ombudsman of Ontario.
    Ombudsman,
}

impl Role {
    /// The role as events write it.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether they answer for the debt themselves: joint and several debtors each for all of it.
    pub fn is_liable(self) -> bool {
        matches!(self, Role::Debtor | Role::Sponsor | Role::CoSigner)
    }

    /// Whether they are a person of the case, and not somebody who writes about it or looks after what is left.
    pub fn is_person_of_the_case(self) -> bool {
        self.is_liable() || self == Role::SponsoredPerson
    }

    /// Whether they stand between the unit and the person: a letter to them is about somebody else.
    pub fn is_intermediary(self) -> bool {
        matches!(self, Role::Trustee | Role::Representative | Role::Mpp | Role::Ombudsman)
    }

    /// Whether they may be told which program the debt is owed to, and under which act. Others learn it from no letter of ours,
    /// because it says that the person got social assistance.
    pub fn may_be_told_the_program(self) -> bool {
        self.is_liable() || self == Role::Estate
    }

    /// What templates may ask of a role, by name. They compare no role's name themselves.
    pub fn predicates(self) -> Map<String, Value> {
        let all = [
            ("is_liable", self.is_liable()),
            ("is_person_of_the_case", self.is_person_of_the_case()),
            ("is_intermediary", self.is_intermediary()),
            ("may_be_told_the_program", self.may_be_told_the_program()),
            ("is_estate", self == Role::Estate),
            ("is_trustee", self == Role::Trustee),
            ("is_mpp", self == Role::Mpp),
        ];
        all.into_iter().map(|(name, is_so)| (name.to_owned(), Value::Bool(is_so))).collect()
    }
}

/// How a person is addressed; where there is none, by the full name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Title {
    /// Mr., Monsieur.
    Mr,
    /// Ms., Madame.
    Ms,
}

impl Title {
    /// The title as events and words.toml write it.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}
