//! What the events of a case say of one person.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Insolvency;
use super::crosses::Crosses;
use super::dispute::{DisputeKind, Outcome};
use super::happened::{Happened, HardshipOutcome, MailReturned, RepresentativeNamed, ReturnReason, Told};
use crate::case::address::Address;
use crate::case::party::full_name_in;
use crate::case::{Channel, Format, PreferredLanguage, Role};

/// A person of the case.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Person {
    /// The case system's key.
    pub id: String,
    /// The full name, as the newest event has it.
    pub name: String,
    /// What the person is to the debt.
    pub role: Role,
    /// The day of death.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub died: Option<NaiveDate>,
    /// Mail came back with the word that the person has died, and nobody has said that it is so or not.
    pub said_to_be_dead: bool,
    /// Filings under the Bankruptcy and Insolvency Act, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub insolvencies: Vec<Insolvency>,
    /// The person gets assistance again, so that collection is with the local office.
    pub active_recipient: bool,
    /// Mail to the person came back and no new address is known since.
    pub mail_returned: bool,
    /// The address from which it came back.
    #[serde(skip)]
    pub returned_from: Option<Vec<String>>,
    /// E-mail to the person came back and no new address is known since.
    pub email_returned: bool,
    /// The newest address of an `address.changed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<NewAddress>,
    /// Where the newest event says that the person gets mail.
    #[serde(skip)]
    pub mail_to: Option<Address>,
    /// Recovery waits: hardship or abuse.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deferral: Option<Deferral>,
    /// Since when the Canada Revenue Agency has the person's debt; none before, and after a recall.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transferred: Option<NaiveDate>,
    /// When it last gave it back: a notice of before no longer counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recalled: Option<NaiveDate>,
    /// Whether that took back a transfer that is on file.
    pub taken_back: bool,
    /// Safety flags in force.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub flags: BTreeSet<Flag>,
    /// Who acts for the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub representative: Option<Representative>,
    /// The newest preferences and when they were told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferences: Option<Preferences>,
    /// Whether the Social Insurance Number is on file; never the number itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sin_on_file: Option<bool>,
    /// Where the newest event says that the person gets e-mail.
    #[serde(skip)]
    pub email: Option<String>,
}

/// An address, and since when it is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewAddress {
    /// When it was told.
    pub told: DateTime<Utc>,
    /// The address.
    pub address: Address,
}

/// Why a person must be written to with care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flag {
    /// Violence in the family.
    FamilyViolence,
    /// Only one way to reach the person is safe.
    SafeContact,
}

/// Why recovery waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ground {
    /// The person cannot pay.
    Hardship,
    /// Abuse or violence.
    Abuse,
    /// What a sponsor has submitted.
    #[serde(skip_deserializing)]
    Submission,
}

/// In what right somebody acts for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Capacity {
    /// By the person's consent.
    Representative,
    /// As the licensed insolvency trustee.
    Trustee,
    /// As the Public Guardian and Trustee.
    PublicGuardian,
}

impl Capacity {
    /// Whether it rests on the person's consent, so that it is for one case and may end.
    pub fn needs_consent(self) -> bool {
        self == Capacity::Representative
    }
}

/// A decision to wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deferral {
    /// Why.
    pub ground: Ground,
    /// The last day; without end where it is not said.
    pub until: Option<NaiveDate>,
}

/// Somebody who acts for the person, so that letters are addressed to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Representative {
    /// The name or office, as it stands on the envelope.
    pub name: String,
    /// In what right.
    pub kind: Capacity,
    /// Whether the person has consented; a guardian or trustee needs no consent.
    pub consents: bool,
    /// The last day of the consent.
    pub until: Option<NaiveDate>,
    /// Where they get mail.
    pub address: Address,
}

/// How the person wants to be written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Preferences {
    /// When this was told.
    pub told: DateTime<Utc>,
    /// The language.
    pub language: PreferredLanguage,
    /// The format.
    pub format: Format,
}

impl Person {
    /// What an event of another case says of the person: as much of it as crosses.
    pub(super) fn apply_elsewhere(&mut self, told: &Told<'_>) {
        let (name, role) = (self.name.clone(), self.role);
        match told.happened.crosses() {
            Crosses::Nothing => {}
            Crosses::Party => self.reach(told),
            Crosses::Person => self.apply(told),
        }
        (self.name, self.role) = (name, role);
    }

    pub(super) fn apply(&mut self, told: &Told<'_>) {
        self.reach(told);
        match &told.happened {
            Happened::Died(facts) if facts.in_error => (self.died, self.said_to_be_dead) = (None, false),
            Happened::Died(facts) => self.died = Some(facts.died),
            Happened::Transferred(facts) => self.transferred = Some(facts.transferred),
            Happened::Recalled(facts) => {
                self.taken_back = self.transferred.take().is_some();
                self.recalled = Some(facts.recalled);
            }
            Happened::Filed(facts) => Insolvency::file(&mut self.insolvencies, facts),
            Happened::FilingEnded(facts) => Insolvency::end(&mut self.insolvencies, facts),
            Happened::AssistanceResumed => self.active_recipient = true,
            Happened::AssistanceEnded => self.active_recipient = false,
            Happened::MailReturned(facts) => self.mail_came_back(facts),
            Happened::AddressChanged(facts) => {
                // The address from which mail came back is no new one.
                self.mail_returned &= Some(facts.address.block("")) == self.returned_from;
                self.address = Some(NewAddress { told: told.event.time, address: facts.address.clone() });
                self.mail_to = Some(facts.address.clone());
            }
            Happened::HardshipDecided(facts) => {
                let deferral = Deferral { ground: facts.ground, until: facts.until };
                self.deferral = (facts.outcome != HardshipOutcome::Refused).then_some(deferral);
            }
            Happened::DisputeDecided(facts) => {
                // What a sponsor has submitted was heeded: the unit waits until it decides otherwise.
                if facts.kind == Some(DisputeKind::Submission) && facts.outcome != Outcome::Upheld {
                    self.deferral = Some(Deferral { ground: Ground::Submission, until: facts.until });
                }
            }
            Happened::Flagged(facts) if facts.lifted => drop(self.flags.remove(&facts.flag)),
            Happened::Flagged(facts) => drop(self.flags.insert(facts.flag)),
            Happened::RepresentativeNamed(facts) => self.representative = Some(Representative::named(facts)),
            Happened::RepresentativeEnded => self.representative = None,
            Happened::DisputeReceived(_)
            | Happened::InquiryReceived(_)
            | Happened::InquiryAnswered
            | Happened::Referred(_)
            | Happened::Adjusted
            | Happened::RecalculationOpened(_)
            | Happened::Recalculated(_)
            | Happened::PaymentReceived(_)
            | Happened::PaymentDishonoured(_)
            | Happened::DebtPaid(_)
            | Happened::WrittenOff(_)
            | Happened::Settled(_)
            | Happened::PlanProposed(_)
            | Happened::SettlementOffered(_)
            | Happened::PlanAgreed(_)
            | Happened::InstalmentMissed(_)
            | Happened::PlanDefaulted(_)
            | Happened::CreditFound(_)
            | Happened::LetterSent
            | Happened::Other => {}
        }
    }

    fn mail_came_back(&mut self, facts: &MailReturned) {
        if facts.channel == Channel::Email {
            self.email_returned = true;
            return;
        }
        self.mail_returned = true;
        self.returned_from = self.mail_to.as_ref().map(|address| address.block(""));
        self.said_to_be_dead |= facts.reason == ReturnReason::Deceased;
    }

    /// What every event says of how its party is reached.
    fn reach(&mut self, told: &Told<'_>) {
        self.read(told.event.time, &told.event.data["party"]);
        self.sin_on_file = told.figures.sin_on_file.or(self.sin_on_file);
    }

    /// What every event says of its party.
    fn read(&mut self, time: DateTime<Utc>, party: &Value) {
        self.name = full_name_in(party);
        // Whose role cannot be read is taken to be liable, which is what most rules protect.
        self.role = Role::deserialize(&party["role"]).unwrap_or(Role::Debtor);
        self.mail_to = address(&party["address"]).or(self.mail_to.take());
        let email = party["email"].as_str().map(str::to_owned);
        // What came back came from the address of before.
        let another = email.is_some() && self.email.is_some() && email != self.email;
        self.email_returned &= !another;
        self.email = email.or(self.email.take());
        let language = PreferredLanguage::deserialize(&party["language"]).ok();
        let format = Format::deserialize(&party["format"]).unwrap_or_default();
        self.preferences = language.map(|language| Preferences { told: time, language, format }).or(self.preferences);
    }

    /// Whether recovery waits on a day.
    pub fn is_deferred(&self, today: NaiveDate) -> bool {
        self.deferral.as_ref().is_some_and(|deferral| deferral.until.is_none_or(|until| today <= until))
    }

    /// Who acts for the person on a day; nobody once the consent is over.
    pub fn represented_by(&self, today: NaiveDate) -> Option<&Representative> {
        self.representative.as_ref().filter(|one| one.consents && one.until.is_none_or(|until| today <= until))
    }
}

impl Representative {
    fn named(facts: &RepresentativeNamed) -> Representative {
        Representative {
            name: facts.name.clone(),
            kind: facts.kind,
            consents: !facts.kind.needs_consent() || facts.consent_signed.is_some(),
            until: facts.consent_until,
            address: facts.address.clone(),
        }
    }
}

fn address(value: &Value) -> Option<Address> {
    Address::deserialize(value).ok()
}
