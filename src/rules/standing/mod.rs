//! The standing of a case: what its events and the letters sent, taken together, say of it.
//!
//! It is worked out from all events of the case in the order in which they *happened*, so an event that arrives late or out
//! of order ends in the same standing; nothing of it is stored that could go stale.

mod dispute;
mod insolvency;
mod ledger;
mod person;
mod plan;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;

use crate::case::CaseEvent;
pub use dispute::Dispute;
pub use insolvency::Insolvency;
pub use ledger::{Debt, Ledger, Movement, Statement};
pub use person::Person;
pub use plan::{Missed, Plan};

/// The standing of a case, seen from one person.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Standing {
    /// The person whom the letter is about.
    pub person: Person,
    /// Everybody else in the case: another debtor, a co-signer, the sponsored person.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Person>,
    /// The debts, and what was paid on them by anybody: nobody pays a joint debt twice.
    pub ledger: Ledger,
    /// The newest repayment plan of each person.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub plans: Vec<Plan>,
    /// Disputes, reviews, appeals and sponsors' submissions, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub disputes: Vec<Dispute>,
    /// Inquiries of the person that nobody has answered: the day on which each came, and whether by telephone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inquiries: Vec<(NaiveDate, bool)>,
    /// Letters of the case, those to others too, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub letters: Vec<SentLetter>,
}

/// A letter of the case, on its way or gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SentLetter {
    /// Its identity; empty where it went out by other means than Recto.
    pub id: String,
    /// The letter type's key.
    pub letter_type: String,
    /// The person whom it is about.
    pub person: String,
    /// The number of its debt within the case; empty for the only one.
    pub debt: String,
    /// The hash of its facts, by which a letter is told from another of its type.
    #[serde(skip)]
    pub facts_hash: String,
    /// Whether it goes by mail.
    pub by_mail: bool,
    /// Its date, which is the day it is mailed; none where it is not issued yet.
    pub date: Option<NaiveDate>,
    /// Whether it has left.
    pub sent: bool,
    /// Whether it came back.
    pub returned: bool,
    /// Its place among the register's letters; `None` where it went out by other means.
    pub sequence: Option<i64>,
}

impl Standing {
    /// The standing of a case for the person with this key, from its events and letters.
    ///
    /// `events` may have those of the person's other cases: what they say of the person (a death, a filing, an address, a flag)
    /// is true here too; what they say of a debt is not.
    pub fn of(case: &str, person: &str, events: &[CaseEvent], letters: &[SentLetter]) -> Standing {
        let mut ordered: Vec<&CaseEvent> = events.iter().collect();
        ordered.sort_by(|a, b| (a.time, &a.source, &a.id).cmp(&(b.time, &b.source, &b.id)));
        let mut standing = Standing { letters: letters.to_vec(), ..Standing::default() };
        person.clone_into(&mut standing.person.id);
        for event in &ordered {
            if event.subject == case {
                standing.apply(event);
            } else if event.data["party"]["id"] == person {
                standing.person.apply_elsewhere(event);
            }
        }
        // What came back is marked when all that was sent is known.
        let own = |event: &&&CaseEvent| event.subject == case && event.kind == "mail.returned";
        for event in ordered.iter().filter(own) {
            standing.mark_returned(event);
        }
        standing
    }

    fn apply(&mut self, event: &CaseEvent) {
        // An answer that does not say what it answers is that to the oldest open one.
        let told = Dispute::told(&self.disputes, event);
        let event = told.as_ref().unwrap_or(event);
        let facts = &event.data["facts"];
        let on = |name: &str| day(facts, name);
        let own = event.data["party"]["id"] == self.person.id.as_str();
        self.person_of(event).apply(event);
        self.ledger.apply(event);
        match event.kind.as_str() {
            "dispute.received" => self.disputes.push(Dispute::received(event)),
            "dispute.decided" => Dispute::decide(&mut self.disputes, event),
            "inquiry.received" if own => {
                self.inquiries.extend(on("received").map(|day| (day, facts["by"] == "telephone")));
            }
            "inquiry.answered" if own && !self.inquiries.is_empty() => drop(self.inquiries.remove(0)),
            "plan.agreed" => {
                if let Some(plan) = Plan::of(event) {
                    self.plans.retain(|one| one.person != plan.person);
                    self.plans.push(plan);
                }
            }
            "plan.instalment-missed" | "plan.defaulted" => {
                let person = text(&event.data["party"], "id");
                match self.plans.iter_mut().find(|plan| plan.person == person) {
                    Some(plan) => plan.apply(event),
                    None => {
                        let mut plan = Plan::unknown(event);
                        plan.apply(event);
                        self.plans.push(plan);
                    }
                }
            }
            "letter.sent" => self.letters.push(SentLetter {
                id: String::new(),
                letter_type: text(facts, "letter"),
                person: text(&event.data["party"], "id"),
                debt: text(facts, "debt_number"),
                facts_hash: String::new(),
                by_mail: true,
                date: on("mailed"),
                sent: true,
                returned: false,
                sequence: None,
            }),
            _ => {}
        }
    }

    /// The person whom an event is about.
    fn person_of(&mut self, event: &CaseEvent) -> &mut Person {
        let id = text(&event.data["party"], "id");
        if id == self.person.id {
            return &mut self.person;
        }
        let place = self.others.iter().position(|other| other.id == id).unwrap_or_else(|| {
            self.others.push(Person { id, ..Person::default() });
            self.others.len() - 1
        });
        &mut self.others[place]
    }

    /// Marks the letter that came back: the one that is named, or the person's newest one of before that went the same way.
    fn mark_returned(&mut self, event: &CaseEvent) {
        let facts = &event.data["facts"];
        let (named, person) = (text(facts, "letter"), text(&event.data["party"], "id"));
        let (returned, by_mail) = (day(facts, "returned"), facts["channel"] != "email");
        let known = self.letters.iter().position(|letter| !named.is_empty() && letter.id == named);
        let own = |letter: &SentLetter| {
            letter.person == person && letter.sent && letter.by_mail == by_mail && letter.date <= returned
        };
        let newest = || {
            let letters = self.letters.iter().enumerate().filter(|(_, letter)| own(letter));
            letters.max_by_key(|(_, letter)| letter.date).map(|(place, _)| place)
        };
        if let Some(place) = known.or_else(newest) {
            self.letters[place].returned = true;
        }
    }

    /// Disputes that are not answered.
    pub fn open_disputes(&self) -> impl Iterator<Item = &Dispute> {
        self.disputes.iter().filter(|dispute| dispute.decided.is_none())
    }

    /// The person's own newest plan.
    pub fn plan(&self) -> Option<&Plan> {
        self.plans.iter().find(|plan| plan.person == self.person.id)
    }

    /// A plan that is kept on the debts of the case, by whomever.
    pub fn kept_plan(&self) -> Option<&Plan> {
        self.plans.iter().find(|plan| plan.is_kept() && !self.is_completed(plan))
    }

    /// Whether all of a plan has come in.
    fn is_completed(&self, plan: &Plan) -> bool {
        let total: rust_decimal::Decimal = plan.instalments.iter().map(|(_, amount)| *amount).sum();
        let received = plan.counts_from.map(|day| self.ledger.received_since(day, plan.told, NaiveDate::MAX));
        !plan.instalments.is_empty() && received.is_some_and(|received| received >= total)
    }

    /// The letters of some types that went to the person about a debt (any, where no number is given) and did not come back.
    pub fn told_by<'l>(&'l self, types: &'l [&str], debt: &'l str) -> impl Iterator<Item = &'l SentLetter> {
        let about = move |letter: &&SentLetter| debt.is_empty() || letter.debt.is_empty() || letter.debt == debt;
        self.letters
            .iter()
            .filter(move |l| {
                l.person == self.person.id && l.sent && !l.returned && types.contains(&l.letter_type.as_str())
            })
            .filter(about)
    }

    /// The person's address if it changed after an instant, such as the event that a letter was made from.
    pub fn address_since(&self, instant: DateTime<Utc>) -> Option<&crate::case::address::Address> {
        self.person.address.as_ref().filter(|(changed, _)| *changed > instant).map(|(_, address)| address)
    }
}

/// A date among facts.
fn day(facts: &Value, name: &str) -> Option<NaiveDate> {
    facts[name].as_str().and_then(|day| day.parse().ok())
}

/// A text among facts; empty where there is none.
fn text(facts: &Value, name: &str) -> String {
    facts[name].as_str().unwrap_or_default().to_owned()
}

/// An amount among facts.
fn amount(facts: &Value, name: &str) -> Option<rust_decimal::Decimal> {
    facts[name].as_str().and_then(crate::case::money::parse)
}
