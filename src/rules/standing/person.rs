//! What the events of a case say of one person.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Insolvency, day, text};
use crate::case::address::Address;
use crate::case::{CaseEvent, Format, PreferredLanguage};

/// A person of the case.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Person {
    /// The case system's key.
    pub id: String,
    /// The full name, as the newest event has it.
    pub name: String,
    /// What the person is to the debt.
    pub role: String,
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
    /// The newest address of an `address.changed` and when it changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<(DateTime<Utc>, Address)>,
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
    /// Safety flags in force: `family-violence`, `safe-contact`.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub flags: BTreeSet<String>,
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

/// A decision to wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deferral {
    /// `hardship` or `abuse`.
    pub ground: String,
    /// The last day; without end where it is not said.
    pub until: Option<NaiveDate>,
}

/// Somebody who acts for the person, so that letters are addressed to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Representative {
    /// The name or office, as it stands on the envelope.
    pub name: String,
    /// `representative`, `trustee` or `public-guardian`.
    pub kind: String,
    /// Whether the person has consented; a guardian or trustee needs no consent.
    pub consents: bool,
    /// The last day of the consent.
    pub until: Option<NaiveDate>,
    /// Where they get mail.
    pub address: Option<Address>,
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
    /// What an event of another case says of the person: all but what belongs to that case's debt.
    pub(super) fn apply_elsewhere(&mut self, event: &CaseEvent) {
        let of_the_debt = ["hardship.decided", "dispute.decided", "debt.transferred", "debt.recalled"];
        // A consent is for one case; a guardian or trustee acts in all.
        let consented = event.kind.starts_with("representative.") && event.data["facts"]["kind"] == "representative";
        let (name, role) = (self.name.clone(), self.role.clone());
        if !consented && !of_the_debt.contains(&event.kind.as_str()) {
            self.apply(event);
        }
        (self.name, self.role) = (name, role);
    }

    pub(super) fn apply(&mut self, event: &CaseEvent) {
        let (party, facts) = (&event.data["party"], &event.data["facts"]);
        self.read(event.time, party);
        match event.kind.as_str() {
            "person.died" if facts["in_error"] == true => (self.died, self.said_to_be_dead) = (None, false),
            "person.died" => self.died = day(facts, "died").or(Some(event.time.date_naive())),
            "debt.transferred" => self.transferred = day(facts, "transferred"),
            "debt.recalled" => {
                self.taken_back = self.transferred.take().is_some();
                self.recalled = day(facts, "recalled");
            }
            "insolvency.filed" => Insolvency::file(&mut self.insolvencies, event),
            "insolvency.ended" => Insolvency::end(&mut self.insolvencies, event),
            "assistance.resumed" => self.active_recipient = true,
            "assistance.ended" => self.active_recipient = false,
            "mail.returned" if facts["channel"] == "email" => self.email_returned = true,
            "mail.returned" => {
                self.mail_returned = true;
                self.returned_from = self.mail_to.as_ref().map(|address| address.block(""));
                self.said_to_be_dead |= facts["reason"] == "deceased";
            }
            "address.changed" => {
                // The address from which mail came back is no new one.
                let told = address(&facts["address"]).map(|address| address.block(""));
                self.mail_returned &= told.is_none() || told == self.returned_from;
                self.address = address(&facts["address"]).map(|address| (event.time, address));
                self.mail_to = self.address.as_ref().map(|(_, address)| address.clone());
            }
            "hardship.decided" => {
                let granted = facts["outcome"] != "refused";
                let deferral = Deferral { ground: text(facts, "ground"), until: day(facts, "until") };
                self.deferral = granted.then_some(deferral);
            }
            // What a sponsor has submitted was heeded: the unit waits until it decides otherwise.
            "dispute.decided" if facts["kind"] == "submission" && facts["outcome"] != "upheld" => {
                let until = day(facts, "until");
                self.deferral = Some(Deferral { ground: "submission".to_owned(), until });
            }
            "person.flagged" => {
                let flag = text(facts, "flag");
                if facts["lifted"] == true {
                    self.flags.remove(&flag)
                } else {
                    self.flags.insert(flag)
                };
            }
            "representative.named" => {
                self.representative = Some(Representative {
                    name: text(facts, "name"),
                    kind: text(facts, "kind"),
                    consents: facts["kind"] != "representative" || day(facts, "consent_signed").is_some(),
                    until: day(facts, "consent_until"),
                    address: address(&facts["address"]),
                });
            }
            "representative.ended" => self.representative = None,
            _ => {}
        }
        if let Some(on_file) = facts["sin_on_file"].as_bool() {
            self.sin_on_file = Some(on_file);
        }
    }

    /// What every event says of its party.
    fn read(&mut self, time: DateTime<Utc>, party: &Value) {
        let names = [party["given_name"].as_str(), party["surname"].as_str()];
        self.name = names.into_iter().flatten().collect::<Vec<_>>().join(" ");
        self.role = text(party, "role");
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

fn address(value: &Value) -> Option<Address> {
    Address::deserialize(value).ok()
}
