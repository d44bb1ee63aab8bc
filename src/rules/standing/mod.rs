//! The standing of a case: what its events and the letters sent, taken together, say of it.
//!
//! It is worked out from all events of the case in the order in which they *happened*, so an event that arrives late or out
//! of order ends in the same standing; nothing of it is stored that could go stale.

mod balance;
mod crosses;
mod dispute;
mod flags;
mod happened;
mod insolvency;
mod ledger;
mod offers;
mod person;
mod plan;
mod reach;
mod times;
mod worked_out;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use self::happened::{Happened, MailReturned, Told};
use crate::case::{CaseEvent, Channel, Given, Tells, Times};
pub use balance::{DebtState, Figures, Listed, Owed};
pub use dispute::{Dispute, DisputeKind, Outcome};
pub use happened::{Means, MissedRow};
pub use insolvency::{Filing, Insolvency};
pub use ledger::{Debt, Ledger, Movement, MovementKind};
pub use offers::{Offer, Proposed};
pub use person::{Flag, Ground, Person, Representative};
pub use plan::{Missed, Plan, PlanRow, RowState, Terms};
use reach::Addresses;
pub use reach::{Reach, Word, is_same_mailbox, is_same_place};
pub use worked_out::{Step as BalanceStep, StepKind, WorkedOut};

/// Whether what was told of two debts may be of one, by their numbers: what names none is about all.
pub(super) fn same_debt(one: &str, other: &str) -> bool {
    one.is_empty() || other.is_empty() || one == other
}

/// The standing of a case, seen from one person.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Standing {
    /// The person whom the letter is about.
    pub person: Person,
    /// Everybody else in the case: another debtor, a co-signer, the sponsored person.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Person>,
    /// People of whom something was told in the case that does not count: no letter may have anything of theirs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub strangers: Vec<Person>,
    /// The debts, and what was paid on them by anybody: nobody pays a joint debt twice.
    pub ledger: Ledger,
    /// The newest repayment plan of each person.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub plans: Vec<Plan>,
    /// The newest plan that was proposed to each person.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub proposals: Vec<Proposed>,
    /// Settlements that the unit offered, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<Offer>,
    /// Disputes, reviews, appeals and sponsors' submissions, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub disputes: Vec<Dispute>,
    /// Inquiries of the person that nobody has answered, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inquiries: Vec<Inquiry>,
    /// Letters of the case, those to others too, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub letters: Vec<SentLetter>,
    /// The ids of events whose facts are not as their kind has them. What is not read may speak against any letter.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
}

/// Somebody asked about the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Inquiry {
    /// When it came.
    pub received: NaiveDate,
    /// How; by mail where it is not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<Means>,
}

/// A letter of the case, on its way or gone.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SentLetter {
    /// Its identity; empty where it went out by other means than Recto.
    pub id: String,
    /// The letter type's key.
    pub letter_type: String,
    /// What letters of its type tell.
    pub tells: Vec<Tells>,
    /// The person whom it is about.
    pub person: String,
    /// The number of its debt within the case; empty for the only one.
    pub debt: String,
    /// The hash of its facts, by which a letter is told from another of its type.
    #[serde(skip)]
    pub facts_hash: String,
    /// Whether it goes by mail.
    pub by_mail: bool,
    /// The day of the event that called for it; none where it went out by other means.
    #[serde(skip)]
    pub asked: Option<NaiveDate>,
    /// Its date, which is the day it is mailed; none where it is not issued yet.
    pub date: Option<NaiveDate>,
    /// Whether it has left.
    pub sent: bool,
    /// Whether it came back.
    pub returned: bool,
    /// Its place among the register's letters; `None` where it went out by other means.
    pub sequence: Option<i64>,
    /// The event that called for it, by source and id; empty where it went out by other means.
    #[serde(skip)]
    pub event: String,
    /// What it answers, where it says so.
    #[serde(skip)]
    pub answers: Option<DisputeKind>,
    /// The times that it gave its reader.
    #[serde(skip_serializing_if = "is_none_given")]
    pub times: Times,
}

fn is_none_given(times: &Times) -> bool {
    times.0.is_empty()
}

/// What the letter types say of one that went out by other means.
pub struct ByOtherMeans {
    /// What letters of its type tell.
    pub tells: Vec<Tells>,
    /// The times that one of its day gives.
    pub times: Vec<Given>,
}

impl SentLetter {
    /// The letter of a `letter.sent`: one that went out by other means than Recto. None of another event, and of one that cannot be
    /// read, which the standing names.
    pub fn by_other_means(
        event: &CaseEvent,
        of_type: impl FnOnce(&str, NaiveDate) -> ByOtherMeans,
    ) -> Option<SentLetter> {
        #[derive(Deserialize)]
        struct Facts {
            letter: String,
            mailed: NaiveDate,
            /// The last day that it gave, where that is not what letters of its type give.
            until: Option<NaiveDate>,
            kind: Option<DisputeKind>,
        }
        let told = Told::read(event).ok().filter(|told| matches!(told.happened, Happened::LetterSent))?;
        let facts = Facts::deserialize(&event.data["facts"]).ok()?;
        let ByOtherMeans { tells, mut times } = of_type(&facts.letter, facts.mailed);
        if let Some(until) = facts.until {
            if times.is_empty() {
                times.push(Given { name: "by".to_owned(), until, spent_by: Vec::new(), amount: None });
            }
            times.iter_mut().for_each(|given| given.until = until);
        }
        Some(SentLetter {
            tells,
            letter_type: facts.letter,
            person: told.person.to_owned(),
            debt: told.figures.debt_number,
            by_mail: true,
            date: Some(facts.mailed),
            sent: true,
            answers: facts.kind,
            times: Times(times),
            ..SentLetter::default()
        })
    }

    /// Whether it has left, and did not come back.
    pub fn has_come(&self) -> bool {
        self.sent && !self.returned
    }

    /// Whether it is about a debt; one that names none is about all of them.
    fn is_about(&self, debt: &str) -> bool {
        same_debt(&self.debt, debt)
    }

    /// Whether it tells something, or one of several things.
    pub fn tells(&self, what: &[Tells]) -> bool {
        self.tells.iter().any(|told| what.contains(told))
    }
}

impl Standing {
    /// The standing of a case for the person with this key, from its events and letters: those of Recto, and those that went out
    /// [`SentLetter::by_other_means`].
    ///
    /// `events` may have those of the person's other cases: what they say of the person (a death, a filing, an address, a flag)
    /// is true here too; what they say of a debt is not.
    pub fn of<'e>(
        case: &str,
        person: &str,
        events: impl IntoIterator<Item = &'e CaseEvent>,
        letters: &[SentLetter],
    ) -> Standing {
        let mut ordered: Vec<&CaseEvent> = events.into_iter().collect();
        // Of two that happened at one instant, the later is the one that was taken later.
        ordered.sort_by_key(|event| event.time);
        let mut standing = Standing { letters: letters.to_vec(), ..Standing::default() };
        person.clone_into(&mut standing.person.id);
        let (mut returned, mut addresses) = (Vec::new(), Addresses::default());
        for event in ordered {
            let own = event.subject == case;
            let read = Told::read(event);
            match read.map(|told| Told { address: addresses.of(event), ..told }) {
                Ok(told) if own => {
                    let told = standing.apply(told);
                    returned.extend(matches!(told.happened, Happened::MailReturned(_)).then_some(told));
                }
                Ok(told) if told.person == person => standing.person.apply_elsewhere(&told),
                Ok(_) => {}
                Err(_) => standing.unread.push(event.id.clone()),
            }
        }
        // What came back is marked when all that was sent is known.
        for told in &returned {
            if let Happened::MailReturned(facts) = &told.happened {
                standing.mark_returned(told.person, facts);
            }
        }
        standing.person.conclude();
        standing.others.iter_mut().for_each(Person::conclude);
        Dispute::tell(&mut standing.disputes, &standing.letters);
        standing
    }

    fn apply<'e>(&mut self, mut told: Told<'e>) -> Told<'e> {
        // An answer that does not say what it answers is that to the oldest open one.
        let answered = Dispute::answered_by(&self.disputes, &told, None).map(|place| self.disputes[place].kind);
        if let Happened::DisputeDecided(facts) = &mut told.happened {
            facts.kind = facts.kind.or(answered);
        }
        let own = told.person == self.person.id;
        self.person_of(told.person).apply(&told);
        self.ledger.apply(&told);
        match &told.happened {
            Happened::DisputeReceived(facts) => self.disputes.push(Dispute::received(&told, facts)),
            Happened::DisputeDecided(facts) => Dispute::decide(&mut self.disputes, &told, facts),
            Happened::InquiryReceived(facts) if own => {
                self.inquiries.push(Inquiry { received: facts.received, by: facts.by });
            }
            Happened::InquiryAnswered if own && !self.inquiries.is_empty() => drop(self.inquiries.remove(0)),
            Happened::PlanProposed(facts) => {
                self.proposals.retain(|one| one.person != told.person);
                self.proposals.push(Proposed::of(&told, facts));
            }
            Happened::SettlementOffered(facts) => self.offers.push(Offer::of(&told, facts)),
            Happened::PlanAgreed(facts) => {
                self.plans.retain(|one| one.person != told.person);
                self.plans.push(Plan::of(&told, facts));
            }
            Happened::InstalmentMissed(facts) => self.plan_of(&told).miss(&facts.missed),
            Happened::PlanDefaulted(facts) => {
                let plan = self.plan_of(&told);
                plan.miss(&facts.missed);
                plan.defaulted = Some(facts.defaulted);
            }
            Happened::InquiryReceived(_)
            | Happened::InquiryAnswered
            | Happened::Died(_)
            | Happened::AssistanceResumed
            | Happened::AssistanceEnded
            | Happened::MailReturned(_)
            | Happened::AddressChanged(_)
            | Happened::Flagged(_)
            | Happened::RepresentativeNamed(_)
            | Happened::RepresentativeEnded
            | Happened::Filed(_)
            | Happened::FilingEnded(_)
            | Happened::HardshipDecided(_)
            | Happened::Referred(_)
            | Happened::Adjusted
            | Happened::RecalculationOpened(_)
            | Happened::Recalculated(_)
            | Happened::Transferred(_)
            | Happened::Recalled(_)
            | Happened::PaymentReceived(_)
            | Happened::PaymentDishonoured(_)
            | Happened::DebtPaid(_)
            | Happened::WrittenOff(_)
            | Happened::Settled(_)
            | Happened::CreditFound(_)
            | Happened::LetterSent
            | Happened::Other => {}
        }
        told
    }

    /// The plan of an event's person; one of which nothing else is known where none was agreed on.
    fn plan_of(&mut self, told: &Told<'_>) -> &mut Plan {
        let place = self.plans.iter().position(|plan| plan.person == told.person).unwrap_or_else(|| {
            self.plans.push(Plan::unknown(told));
            self.plans.len() - 1
        });
        &mut self.plans[place]
    }

    /// The person whom an event is about.
    fn person_of(&mut self, id: &str) -> &mut Person {
        if id == self.person.id {
            return &mut self.person;
        }
        let place = self.others.iter().position(|other| other.id == id).unwrap_or_else(|| {
            self.others.push(Person { id: id.to_owned(), ..Person::default() });
            self.others.len() - 1
        });
        &mut self.others[place]
    }

    /// Marks the letter that came back: the one that is named, or the person's newest one of before that went the same way.
    fn mark_returned(&mut self, person: &str, facts: &MailReturned) {
        let by_mail = facts.channel != Channel::Email;
        let named = |letter: &SentLetter| facts.letter.as_ref().is_some_and(|named| letter.id == *named);
        let known = self.letters.iter().position(named);
        let own = |letter: &SentLetter| {
            letter.person == person && letter.sent && letter.by_mail == by_mail && letter.date <= Some(facts.returned)
        };
        let newest = || {
            let letters = self.letters.iter().enumerate().filter(|(_, letter)| own(letter));
            letters.max_by_key(|(_, letter)| letter.date).map(|(place, _)| place)
        };
        if let Some(place) = known.or_else(newest) {
            self.letters[place].returned = true;
        }
    }

    /// Disputes that are not decided, or of which the person was not told what was.
    pub fn open_disputes(&self) -> impl Iterator<Item = &Dispute> {
        self.disputes.iter().filter(|dispute| dispute.is_open())
    }

    /// The person's own newest plan.
    pub fn plan(&self) -> Option<&Plan> {
        self.plans.iter().find(|plan| plan.person == self.person.id)
    }

    /// The newest plan that was proposed to the person.
    pub fn proposal(&self) -> Option<&Proposed> {
        self.proposals.iter().find(|one| one.person == self.person.id)
    }

    /// The newest settlement of a debt that was offered to the person by a day (of any, where no number is given).
    pub fn offer(&self, debt: &str, by: NaiveDate) -> Option<&Offer> {
        let about = |offer: &&Offer| same_debt(&offer.debt, debt);
        self.offers.iter().filter(|one| one.person == self.person.id && one.on <= by).rfind(about)
    }

    /// A plan that is kept on the debts of the case, by whomever.
    pub fn kept_plan(&self) -> Option<&Plan> {
        self.plans.iter().find(|plan| plan.is_kept() && !self.is_completed(plan))
    }

    /// Whether all of a plan has come in.
    pub fn is_completed(&self, plan: &Plan) -> bool {
        let total: rust_decimal::Decimal = plan.instalments.iter().map(|one| one.amount).sum();
        let received = plan.counts_from.map(|day| self.ledger.received_since(day, plan.told, NaiveDate::MAX));
        !plan.instalments.is_empty() && received.is_some_and(|received| received >= total)
    }

    /// How the instalments of a plan are kept on a day, in order; none where its terms are not known.
    pub fn kept(&self, plan: &Plan, today: NaiveDate, grace_days: u32) -> Vec<PlanRow> {
        let Some(since) = plan.counts_from else { return Vec::new() };
        plan.rows(self.ledger.received_since(since, plan.told, today), today, grace_days)
    }

    /// The letters that told the person one of some things about a debt (any, where no number is given) and did not come back.
    pub fn told_by<'l>(&'l self, what: &'l [Tells], debt: &'l str) -> impl Iterator<Item = &'l SentLetter> {
        let own = |letter: &&SentLetter| letter.person == self.person.id && letter.has_come();
        self.letters.iter().filter(own).filter(|letter| letter.tells(what)).filter(|letter| letter.is_about(debt))
    }
}
