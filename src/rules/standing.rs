//! The standing of a case: what its events, taken together, say of it today.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::case::CaseEvent;
use crate::case::address::Address;

/// The standing of a case and one of its parties.
///
/// It is worked out from all events of the case in the order in which they *happened*, so an event that arrives late or out
/// of order ends in the same standing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Standing {
    /// The party has died.
    pub deceased: bool,
    /// A stay under the Bankruptcy and Insolvency Act is in force for the party.
    pub insolvency_stay: bool,
    /// The party was discharged, which releases provable claims (s. 178(2)).
    pub discharged: bool,
    /// Disputes, reviews and submissions that are not answered.
    pub open_disputes: usize,
    /// When a dispute was last decided in the person's favour, wholly or in part: figures of before are no longer right.
    pub debt_changed: Option<DateTime<Utc>>,
    /// The debt was paid.
    pub paid: bool,
    /// A repayment plan was agreed and has not defaulted.
    pub plan_in_good_standing: bool,
    /// The party gets assistance again, so that collection is with the local office.
    pub active_recipient: bool,
    /// Mail to the party came back and no new address is known since.
    pub mail_returned: bool,
    /// The party's newest address and when it changed.
    pub address: Option<(DateTime<Utc>, Address)>,
}

impl Standing {
    /// The standing that the case's events lead to, for the party with this key.
    pub fn of(events: &[CaseEvent], party: &str) -> Standing {
        let mut ordered: Vec<&CaseEvent> = events.iter().collect();
        ordered.sort_by(|a, b| (a.time, &a.source, &a.id).cmp(&(b.time, &b.source, &b.id)));
        let mut standing = Standing::default();
        for event in ordered {
            standing.apply(event, event.data["party"]["id"] == party);
        }
        standing
    }

    fn apply(&mut self, event: &CaseEvent, own: bool) {
        let facts = &event.data["facts"];
        match event.kind.as_str() {
            "person.died" if own => self.deceased = true,
            "insolvency.filed" if own => self.insolvency_stay = true,
            "insolvency.ended" if own => {
                self.insolvency_stay = false;
                self.discharged |= facts["outcome"] == "discharged";
            }
            "debt.referred" => self.paid = false,
            "dispute.received" => self.open_disputes += 1,
            "dispute.decided" => {
                self.open_disputes = self.open_disputes.saturating_sub(1);
                if facts["outcome"] != "upheld" {
                    self.debt_changed = Some(event.time);
                }
            }
            "debt.paid" => self.paid = true,
            "plan.agreed" => self.plan_in_good_standing = true,
            "plan.defaulted" => self.plan_in_good_standing = false,
            "assistance.resumed" if own => self.active_recipient = true,
            "assistance.ended" if own => self.active_recipient = false,
            "mail.returned" if own => self.mail_returned = true,
            "address.changed" if own => {
                self.mail_returned = false;
                self.address = Address::deserialize(&facts["address"]).ok().map(|address| (event.time, address));
            }
            _ => {}
        }
    }

    /// The party's address if it changed after an instant, such as the event that a letter was made from.
    pub fn address_since(&self, instant: DateTime<Utc>) -> Option<&Address> {
        self.address.as_ref().filter(|(changed, _)| *changed > instant).map(|(_, address)| address)
    }
}
