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
    /// The newest repayment plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    /// When a plan was proposed that nobody has agreed to yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan_proposed: Option<NaiveDate>,
    /// When a settlement was offered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settlement_offered: Option<NaiveDate>,
    /// Disputes, reviews, appeals and sponsors' submissions, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub disputes: Vec<Dispute>,
    /// Since when the Canada Revenue Agency has the debt; none before, and after a recall.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transferred: Option<NaiveDate>,
    /// Whether the newest recall took back a transfer that is on file.
    pub taken_back: bool,
    /// When it last gave it back: a notice of before no longer counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recalled: Option<NaiveDate>,
    /// Inquiries that nobody has answered, by the day on which they came.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inquiries: Vec<NaiveDate>,
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
        let facts = &event.data["facts"];
        let on = |name: &str| day(facts, name);
        self.person_of(event).apply(event);
        self.ledger.apply(event);
        match event.kind.as_str() {
            "dispute.received" => self.disputes.push(Dispute::received(event)),
            "dispute.decided" => Dispute::decide(&mut self.disputes, event),
            "inquiry.received" => self.inquiries.extend(on("received")),
            "inquiry.answered" if !self.inquiries.is_empty() => drop(self.inquiries.remove(0)),
            "plan.proposed" => self.plan_proposed = Some(event.time.date_naive()),
            "plan.agreed" => {
                self.plan = Plan::of(event).or(self.plan.take());
                self.plan_proposed = None;
            }
            "settlement.offered" => self.settlement_offered = on("as_of"),
            "plan.instalment-missed" | "plan.defaulted" => {
                self.plan.get_or_insert_with(|| Plan::unknown(event)).apply(event);
            }
            "debt.transferred" => self.transferred = on("transferred"),
            "debt.recalled" => {
                self.taken_back = self.transferred.take().is_some();
                self.recalled = on("recalled");
            }
            "letter.sent" => self.letters.push(SentLetter {
                id: String::new(),
                letter_type: text(facts, "letter"),
                person: text(&event.data["party"], "id"),
                debt: text(facts, "debt_number"),
                facts_hash: String::new(),
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

    /// Marks the letter that came back: the one that is named, or the person's newest one of before.
    fn mark_returned(&mut self, event: &CaseEvent) {
        let facts = &event.data["facts"];
        let (named, person) = (text(facts, "letter"), text(&event.data["party"], "id"));
        let returned = day(facts, "returned");
        let own = |letter: &&mut SentLetter| letter.person == person && letter.sent && letter.date <= returned;
        let letter = if named.is_empty() {
            self.letters.iter_mut().filter(own).max_by_key(|letter| letter.date)
        } else {
            self.letters.iter_mut().find(|letter| letter.id == named)
        };
        if let Some(letter) = letter {
            letter.returned = true;
        }
    }

    /// Disputes that are not answered.
    pub fn open_disputes(&self) -> impl Iterator<Item = &Dispute> {
        self.disputes.iter().filter(|dispute| dispute.decided.is_none())
    }

    /// The plan, where it was agreed on and has not defaulted.
    pub fn kept_plan(&self) -> Option<&Plan> {
        self.plan.as_ref().filter(|plan| plan.is_kept())
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
