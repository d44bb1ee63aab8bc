//! What the events of a case say of one person.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Insolvency;
use super::crosses::Crosses;
use super::dispute::{DisputeKind, Outcome};
use super::happened::{Happened, HardshipOutcome, MailReturned, RepresentativeNamed, ReturnReason, Told};
use super::reach::{Reach, Word, is_same_mailbox, is_same_place};
use crate::case::address::Address;
use crate::case::party::full_name_in;
use crate::case::{CaseEvent, Channel, Role};

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
    /// Mail to the person came back, and the newest word is an address from which some did.
    pub mail_returned: bool,
    /// The addresses from which it came back.
    #[serde(skip)]
    pub(super) returned_from: Vec<Address>,
    /// E-mail to the person came back, and the newest word is an address from which some did.
    pub email_returned: bool,
    #[serde(skip)]
    pub(super) bounced_from: Vec<String>,
    /// It came back before any e-mail address was on file: the first one that is told is that from which it did.
    #[serde(skip)]
    pub(super) bounced_before: bool,
    /// How the person is reached, by the newest word on each of it.
    pub reach: Reach,
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
    /// Whether the Social Insurance Number is on file; never the number itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sin_on_file: Option<bool>,
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
    /// When that was told.
    pub told: DateTime<Utc>,
}

impl Person {
    /// What an event of another case says of the person: as much of it as crosses.
    pub(super) fn apply_elsewhere(&mut self, told: &Told<'_>) {
        let (name, role) = (self.name.clone(), self.role);
        match told.happened.crosses() {
            Crosses::Nothing => self.hear(told),
            Crosses::Party => self.reach(told),
            Crosses::Person => self.apply(told),
        }
        (self.name, self.role) = (name, role);
    }

    pub(super) fn apply(&mut self, told: &Told<'_>) {
        let before = self.reach.address.as_ref().map(|word| word.is.clone());
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
            Happened::MailReturned(facts) => self.mail_came_back(facts, before),
            Happened::AddressChanged(facts) => {
                // Who has moved back to an address from which mail once came is there again.
                if before.is_some_and(|before| !has_returned(&self.returned_from, &before)) {
                    self.returned_from.retain(|place| !is_same_place(place, &facts.address));
                }
                self.reach.move_to(told.event.time, &facts.address);
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
            Happened::RepresentativeNamed(facts) => {
                self.representative = Some(Representative::named(facts, told.event.time))
            }
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

    /// Mail came back: from the address that was on file, and from the one that the event itself has.
    fn mail_came_back(&mut self, facts: &MailReturned, before: Option<Address>) {
        if facts.channel == Channel::Email {
            let email = self.reach.email.as_ref().map(|word| word.is.clone());
            self.bounced_before |= email.is_none();
            self.bounced_from.extend(email);
            return;
        }
        let now = self.reach.address.as_ref().map(|word| word.is.clone());
        self.returned_from.extend(before.into_iter().chain(now));
        self.mail_returned |= self.reach.address.is_none();
        self.said_to_be_dead |= facts.reason == ReturnReason::Deceased;
    }

    /// What every event says of how its party is reached, and whether the number is on file.
    fn reach(&mut self, told: &Told<'_>) {
        self.hear(told);
        self.sin_on_file = told.figures.sin_on_file.or(self.sin_on_file);
    }

    /// What every event says of its party.
    fn hear(&mut self, told: &Told<'_>) {
        let party = &told.event.data["party"];
        self.name_by(party);
        let heard = |address: &Address| !has_returned(&self.returned_from, address);
        self.reach.hear_at(told.event.time, party, told.address.clone(), heard);
        if let Some(email) = self.reach.email.as_ref().filter(|_| self.bounced_before) {
            self.bounced_from.push(email.is.clone());
            self.bounced_before = false;
        }
    }

    fn name_by(&mut self, party: &Value) {
        self.name = full_name_in(party);
        // Whose role cannot be read is taken to be liable, which is what most rules protect.
        self.role = Role::deserialize(&party["role"]).unwrap_or(Role::Debtor);
    }

    /// Somebody whom an event names and of whom nothing else counts.
    pub(in crate::rules) fn named_by(event: &CaseEvent) -> Person {
        let mut person = Person { id: event.person().to_string(), ..Person::default() };
        person.name_by(&event.data["party"]);
        person.reach.hear(event.time, &event.data["party"], |_| true);
        person
    }

    /// Whether a page that shows nothing of one of two shows nothing of the other either: name, address and mailbox are the same.
    pub(in crate::rules) fn shows_the_same(&self, other: &Person) -> bool {
        let address = |one: &Person| one.reach.address.as_ref().map(|word| word.is.clone());
        let email = |one: &Person| one.reach.email.as_ref().map(|word| word.is.clone());
        (&self.id, &self.name, address(self), email(self)) == (&other.id, &other.name, address(other), email(other))
    }

    /// What came back, by the newest words: when all events are known.
    pub(super) fn conclude(&mut self) {
        let returned = self.reach.address.as_ref().is_some_and(|word| has_returned(&self.returned_from, &word.is));
        self.mail_returned = returned || (self.mail_returned && self.reach.address.is_none());
        let bounced = |word: &Word<String>| self.bounced_from.iter().any(|from| is_same_mailbox(from, &word.is));
        self.email_returned = self.bounced_before || self.reach.email.as_ref().is_some_and(bounced);
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
    fn named(facts: &RepresentativeNamed, told: DateTime<Utc>) -> Representative {
        Representative {
            name: facts.name.clone(),
            kind: facts.kind,
            consents: !facts.kind.needs_consent() || facts.consent_signed.is_some(),
            until: facts.consent_until,
            address: facts.address.clone(),
            told,
        }
    }
}

fn has_returned(returned_from: &[Address], address: &Address) -> bool {
    returned_from.iter().any(|place| is_same_place(place, address))
}
