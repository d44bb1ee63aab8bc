//! What is due in a case without anybody having said so: noticed from its standing, and proposed to the officer.

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::Standing;
use super::question::dated;
use super::standing::{Missed, Statement};
use crate::case::calendar::{business_days_after, deadline};
use crate::case::{Policy, Text, money};

/// Something that is due.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// What: `plan-reminder`, `plan-default`, `ready-for-transfer`, `paid-in-full`, `recall`, `answer-due`, `deferral-over`.
    pub kind: &'static str,
    /// Its ground: the same ground is proposed once.
    pub ground: String,
    /// Since when, or until when.
    pub due: NaiveDate,
    /// What the officer is told.
    pub says: Text,
    /// The letter that would go; none where it is work for a person.
    pub letter: Option<LetterProposal>,
}

/// The letter of a proposal, with the event that calls for it.
#[derive(Debug, Clone, PartialEq)]
pub struct LetterProposal {
    /// The letter type's key.
    pub letter_type: &'static str,
    /// The event's short type.
    pub event: &'static str,
    /// Its facts.
    pub facts: Value,
}

/// What is due for one person of a case on a day.
pub fn follow_ups(standing: &Standing, policy: &Policy, today: NaiveDate) -> Vec<Proposal> {
    let look = Look { standing, policy, today, balance: standing.ledger.owed(today, &policy.interest) };
    let mut due = look.answers();
    due.extend(look.deferral());
    if standing.person.died.is_none() {
        due.extend(look.plan());
        due.extend(look.transfer());
    }
    due.extend(look.paid());
    due.extend(look.recall());
    due
}

struct Look<'l> {
    standing: &'l Standing,
    policy: &'l Policy,
    today: NaiveDate,
    balance: Option<Decimal>,
}

impl Look<'_> {
    fn is_paid(&self) -> bool {
        let debts = &self.standing.ledger.debts;
        let told = !debts.is_empty() && debts.iter().all(|debt| debt.paid.is_some());
        told || self.balance.is_some_and(|balance| balance <= Decimal::ZERO)
    }

    /// The newest letter of a type that reached the person, by its day.
    fn told(&self, letter_type: &str) -> Option<NaiveDate> {
        self.standing.told_by(&[letter_type], "").filter_map(|letter| letter.date).max()
    }

    /// Whether a letter of a type about the person is on its way or went on a day or later.
    fn has_letter(&self, letter_type: &str, since: NaiveDate) -> bool {
        let own = |letter: &&super::SentLetter| letter.person == self.standing.person.id;
        let letters = self.standing.letters.iter().filter(own);
        letters.filter(|letter| letter.letter_type == letter_type).any(|l| l.date.is_none_or(|day| day >= since))
    }

    /// What waits for an answer, by the service standard in business days.
    fn answers(&self) -> Vec<Proposal> {
        let days = self.policy.days("answer_business_days").unwrap_or_default();
        let disputes =
            self.standing.open_disputes().filter_map(|dispute| Some((dispute.kind.as_str(), dispute.received?)));
        let inquiries = self.standing.inquiries.iter().map(|received| ("inquiry", *received));
        let answer = |(kind, received): (&str, NaiveDate)| Proposal {
            kind: "answer-due",
            ground: format!("{kind} {received}"),
            due: business_days_after(received, days),
            says: dated(
                received,
                &format!("Answer what came on {{}} ({kind})."),
                &format!("Répondre à ce qui est arrivé le {{}} ({}).", french(kind)),
            ),
            letter: None,
        };
        disputes.chain(inquiries).map(answer).collect()
    }

    fn deferral(&self) -> Option<Proposal> {
        let until = self.standing.person.deferral.as_ref()?.until.filter(|until| *until < self.today)?;
        Some(Proposal {
            kind: "deferral-over",
            ground: until.to_string(),
            due: until,
            says: dated(
                until,
                "The deferral ended on {}. Look at the case again.",
                "Le report a pris fin le {}. Revoir le dossier.",
            ),
            letter: None,
        })
    }

    /// A reminder for what is missed, and the default when it is not cured in time.
    fn plan(&self) -> Option<Proposal> {
        let plan =
            self.standing.kept_plan().filter(|plan| plan.person == self.standing.person.id && !self.is_paid())?;
        let (agreed_on, since) = (plan.agreed_on?, plan.counts_from?);
        let grace = Days::new(self.policy.days("grace_days").unwrap_or_default().into());
        let ledger = &self.standing.ledger;
        let received =
            ledger.movements.iter().filter(|one| one.on > since && one.on <= self.today).map(|one| one.amount).sum();
        let behind = plan.behind(received, self.today - grace);
        let last = behind.last()?.due;
        let balance = money::plain(self.balance?);
        let missed = behind.iter().map(|one| missed_row(plan, one)).collect::<Vec<_>>();
        let reminded = self.told("plan-reminder").filter(|day| *day > last);
        if let Some(day) = reminded.filter(|_| !self.has_letter("plan-default", last)) {
            let cure = self.policy.days("cure_days")?;
            if !self.policy.is_over(day, cure, self.today) {
                return None;
            }
            let cure_by = deadline(day, cure + self.policy.days("deemed_receipt_days").unwrap_or_default());
            let facts = json!({
                "letter": true, "defaulted": self.today.to_string(), "as_of": self.today.to_string(), "balance": balance,
                "agreed_on": agreed_on.to_string(), "missed": missed, "reminded_on": day.to_string(),
                "cure_by": cure_by.to_string(),
            });
            return Some(Proposal {
                kind: "plan-default",
                ground: format!("{agreed_on} {day}"),
                due: cure_by,
                says: dated(
                    cure_by,
                    "What was missed did not come by {}: the plan has defaulted.",
                    "Ce qui manquait n’est pas arrivé le {} : l’entente n’est plus respectée.",
                ),
                letter: Some(LetterProposal { letter_type: "plan-default", event: "plan.defaulted", facts }),
            });
        }
        if self.has_letter("plan-reminder", last) {
            return None;
        }
        let cure: Decimal = behind.iter().map(|one| one.amount).sum();
        let facts = json!({
            "letter": true, "as_of": self.today.to_string(), "balance": balance, "agreed_on": agreed_on.to_string(),
            "missed": missed, "cure_amount": money::plain(cure),
        });
        Some(Proposal {
            kind: "plan-reminder",
            ground: format!("{agreed_on} {last}"),
            due: last + grace,
            says: dated(last, "The instalment of {} was missed.", "Le versement du {} n’a pas été fait."),
            letter: Some(LetterProposal { letter_type: "plan-reminder", event: "plan.instalment-missed", facts }),
        })
    }

    /// The time of the notice of intention is over, and nothing has come of it.
    fn transfer(&self) -> Option<Proposal> {
        let standing = self.standing;
        let told =
            self.told("cra-transfer-notice").filter(|day| standing.recalled.is_none_or(|recalled| *day > recalled))?;
        let days = self.policy.days("notice_days")?;
        let stays = standing.person.insolvencies.iter().any(super::standing::Insolvency::stay_in_force);
        let waits = standing.open_disputes().next().is_some() || standing.person.is_deferred(self.today) || stays;
        let settled = standing.kept_plan().is_some() || self.is_paid() || standing.transferred.is_some();
        if waits || settled || !self.policy.is_over(told, days, self.today) {
            return None;
        }
        let over = deadline(told, days + self.policy.days("deemed_receipt_days").unwrap_or_default());
        let facts = json!({
            "transferred": self.today.to_string(), "as_of": self.today.to_string(),
            "balance": money::plain(self.balance?), "notice_date": told.to_string(),
            "sin_on_file": standing.person.sin_on_file.unwrap_or(false),
        });
        Some(Proposal {
            kind: "ready-for-transfer",
            ground: told.to_string(),
            due: over,
            says: dated(
                over,
                "The time of the notice was over on {}: the debt may be transferred to the CRA.",
                "Le délai de l’avis a pris fin le {} : la dette peut être transférée à l’ARC.",
            ),
            letter: Some(LetterProposal { letter_type: "cra-transfer-confirmed", event: "debt.transferred", facts }),
        })
    }

    /// The debt is paid: the closing letter, with the receipts where Recto knows all of them.
    fn paid(&self) -> Option<Proposal> {
        let ledger = &self.standing.ledger;
        let [debt] = ledger.debts.as_slice() else { return None };
        let last = ledger.last_movement().map(|one| one.on);
        let paid = debt.paid.or(last).filter(|_| self.is_paid())?;
        if self.has_letter("paid-in-full", paid) || self.standing.person.role == "sponsored-person" {
            return None;
        }
        let receipts = debt.stated.and_then(|Statement { as_of, balance: stated, told, .. }| {
            let since: Vec<_> = ledger
                .movements
                .iter()
                .filter(|one| one.on > as_of || (one.on == as_of && one.told > told))
                .collect();
            let all: Decimal = since.iter().map(|one| one.amount).sum();
            let whole = all == stated && since.iter().all(|one| one.amount > Decimal::ZERO);
            let row = |one: &&super::Movement| json!({"date": one.on.to_string(), "kind": one.kind, "amount": money::plain(one.amount)});
            whole.then(|| (stated, since.iter().map(row).collect::<Vec<_>>()))
        });
        let letter = receipts.map(|(owed, receipts)| LetterProposal {
            letter_type: "paid-in-full",
            event: "debt.paid",
            facts: json!({
                "letter": true, "paid": paid.to_string(), "as_of": self.today.to_string(), "debt": money::plain(owed),
                "receipts": receipts, "transferred": self.standing.transferred.is_some(),
            }),
        });
        Some(Proposal {
            kind: "paid-in-full",
            ground: paid.to_string(),
            due: paid,
            says: dated(
                paid,
                "The debt was paid in full on {}: tell the person.",
                "La dette a été payée en totalité le {} : en aviser la personne.",
            ),
            letter,
        })
    }

    /// The CRA still has a debt that must not be collected any more.
    fn recall(&self) -> Option<Proposal> {
        let transferred = self.standing.transferred?;
        let person = &self.standing.person;
        let stays = person.insolvencies.iter().any(super::standing::Insolvency::stay_in_force);
        let planned = self.standing.kept_plan().is_some() && self.policy.is_on("plan_excludes_set_off");
        let ended = self.is_paid() || planned || stays || person.died.is_some() || person.is_deferred(self.today);
        ended.then_some(())?;
        let balance = self.balance?.max(Decimal::ZERO);
        let facts = json!({
            "recalled": self.today.to_string(), "transferred": transferred.to_string(),
            "as_of": self.today.to_string(), "balance": money::plain(balance),
        });
        Some(Proposal {
            kind: "recall",
            ground: transferred.to_string(),
            due: self.today,
            says: dated(
                transferred,
                "The debt went to the CRA on {} and must be taken back.",
                "La dette est passée à l’ARC le {} et doit être retirée.",
            ),
            letter: Some(LetterProposal { letter_type: "cra-transfer-recalled", event: "debt.recalled", facts }),
        })
    }
}

/// A missed instalment as letters show it.
fn missed_row(plan: &super::Plan, missed: &Missed) -> Value {
    let whole =
        plan.instalments.iter().find(|(due, _)| *due == missed.due).map_or(missed.amount, |(_, amount)| *amount);
    json!({"due": missed.due.to_string(), "amount": money::plain(whole), "paid": money::plain(whole - missed.amount)})
}

fn french(kind: &str) -> &str {
    match kind {
        "review" => "révision",
        "appeal" => "appel",
        "submission" => "observations",
        "inquiry" => "demande",
        _ => "contestation",
    }
}
