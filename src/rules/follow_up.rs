//! What is due in a case without anybody having said so: noticed from its standing, and proposed to the officer.

mod paid;

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::found::dated;
use super::standing::{DisputeKind, Insolvency, Means, Missed, Owed, Plan};
use super::{SentLetter, Standing};
use crate::case::calendar::business_days_after;
use crate::case::{Policy, Step, Tells, Text, money};

/// Something that is due.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// What.
    pub kind: ProposalKind,
    /// Its cause: the same cause is proposed once.
    pub cause: String,
    /// Since when, or until when.
    pub due: NaiveDate,
    /// What the officer is told.
    pub says: Text,
    /// The event that calls for the letter that would go; none where it is work for a person.
    pub letter: Option<LetterProposal>,
}

/// What can be due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum ProposalKind {
    /// A reminder of what is missed.
    PlanReminder,
    /// The plan has defaulted.
    PlanDefault,
    /// The time of the notice of intention is over.
    ReadyForTransfer,
    /// The person is to be told that the debt is paid.
    PaidInFull,
    /// More came than was owed, and nobody has looked into it.
    ExcessReceived,
    /// The debt must be taken back from the CRA.
    Recall,
    /// What came must be acknowledged.
    AcknowledgementDue,
    /// It must be answered.
    AnswerDue,
    /// The unit has waited for as long as it said.
    DeferralOver,
    /// Somebody must say whom an event is about, or whether two names are one person's. Its answer is an event of its own.
    WhoIsIt,
}

impl ProposalKind {
    /// The kind as the register and the API write it.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// How much harm is done by waiting: nothing is more harmful than the first of these. Who may be somebody else, and money that is taken or
    /// kept though it is not owed, before people who wait for an answer, and those before the unit's own money.
    pub fn harm(self) -> usize {
        match self {
            ProposalKind::WhoIsIt | ProposalKind::Recall => 0,
            ProposalKind::ExcessReceived => 1,
            ProposalKind::AnswerDue | ProposalKind::AcknowledgementDue => 2,
            ProposalKind::PaidInFull => 3,
            ProposalKind::DeferralOver | ProposalKind::PlanReminder | ProposalKind::PlanDefault => 4,
            ProposalKind::ReadyForTransfer => 5,
        }
    }

    /// All kinds, so written.
    pub fn names() -> &'static [&'static str] {
        <ProposalKind as strum::VariantNames>::VARIANTS
    }
}

/// The event of a proposal. Which letters it calls for is for the letter types to say.
#[derive(Debug, Clone, PartialEq)]
pub struct LetterProposal {
    /// The event's short type.
    pub event: &'static str,
    /// Its facts.
    pub facts: Value,
    /// The fact that says when what the event tells has happened: the day on which it is accepted, whatever the day of its letter.
    pub happens: Option<&'static str>,
}

/// What is due for one person of a case on a day.
pub fn follow_ups(standing: &Standing, policy: &Policy, today: NaiveDate) -> Vec<Proposal> {
    Situation::of(standing, policy, today, false).due()
}

/// What would be due if nothing had to be waited for. A follow-up that was accepted has its ground for as long as it is among them: what
/// is waited for holds its letter and does not end it.
pub fn grounds(standing: &Standing, policy: &Policy, today: NaiveDate) -> Vec<Proposal> {
    Situation::of(standing, policy, today, true).due()
}

struct Situation<'l> {
    standing: &'l Standing,
    policy: &'l Policy,
    today: NaiveDate,
    /// The debts that something is asked for.
    owed: Vec<Owed<'l>>,
    /// Whether it does not matter that something must be waited for.
    at_any_rate: bool,
}

impl<'l> Situation<'l> {
    fn of(standing: &'l Standing, policy: &'l Policy, today: NaiveDate, at_any_rate: bool) -> Situation<'l> {
        let owed = standing.ledger.asked_for(today, &policy.terms);
        Situation { standing, policy, today, owed, at_any_rate }
    }

    /// What letters say is owed; none where no balance is known.
    fn balance(&self) -> Option<Decimal> {
        if self.owed.is_empty() { None } else { self.owed.iter().map(|one| one.balance).sum() }
    }

    fn due(&self) -> Vec<Proposal> {
        let mut due = self.answers();
        due.extend(self.deferral());
        if self.standing.person.died.is_none() || self.at_any_rate {
            due.extend(self.plan());
            due.extend(self.transfer());
        }
        due.extend(self.paid());
        due.extend(self.excess());
        due.extend(self.recall());
        due
    }

    fn is_paid(&self) -> bool {
        !self.owed.is_empty() && self.owed.iter().all(Owed::is_paid)
    }

    /// Whether a stay is in force for a debt of the case.
    fn is_stayed(&self) -> bool {
        let provable = |one: &Insolvency| {
            let debts = &self.standing.ledger.debts;
            debts.is_empty() || debts.iter().any(|debt| one.has_provable(Some(debt)))
        };
        self.standing.person.insolvencies.iter().any(|one| one.stay_in_force() && provable(one))
    }

    /// Whether the debts were written off, or released by a discharge.
    fn is_gone(&self) -> bool {
        let debts = &self.standing.ledger.debts;
        let provable = |one: &Insolvency| debts.is_empty() || debts.iter().any(|debt| one.has_provable(Some(debt)));
        let released = self.standing.person.insolvencies.iter().any(|one| one.has_released() && provable(one));
        released || self.standing.ledger.is_written_off("")
    }

    /// Whether something must be answered or waited for before the unit goes on.
    fn waits(&self) -> bool {
        let person = &self.standing.person;
        let open = self.standing.open_disputes().next().is_some();
        let waits = open || person.is_deferred(self.today) || person.active_recipient || self.is_stayed();
        (waits && !self.at_any_rate) || self.is_gone()
    }

    /// The newest letter that told the person of something and reached them, by its day.
    fn told(&self, what: Tells) -> Option<NaiveDate> {
        self.standing.told_by(&[what], "").filter_map(|letter| letter.date).max()
    }

    /// The last day that letters gave beyond which a step goes.
    fn last_given(&self, step: Step) -> Option<NaiveDate> {
        self.standing.times_given(step, "", self.today).map(|(until, _)| until).max()
    }

    /// Whether such a day is not over.
    fn has_time_left(&self, step: Step) -> bool {
        self.last_given(step).is_some_and(|until| until >= self.today)
    }

    /// Whether a letter that tells the person of something is on its way or went on a day or later.
    fn has_letter(&self, what: Tells, since: NaiveDate) -> bool {
        let own = |letter: &&SentLetter| letter.person == self.standing.person.id && !letter.returned;
        let letters = self.standing.letters.iter().filter(own);
        letters.filter(|letter| letter.tells(&[what])).any(|l| l.date.is_none_or(|day| day >= since))
    }

    /// What of the person waits to be acknowledged and answered, by the service standards in business days.
    fn answers(&self) -> Vec<Proposal> {
        let policy = self.policy;
        let own = self.standing.open_disputes().filter(|dispute| dispute.person == self.standing.person.id);
        // What is decided needs no acknowledgement any more, only the letter that tells it.
        let disputes = own.map(|one| {
            let acknowledge = policy.acknowledge_business_days;
            (Waits::Dispute(one.kind), one.received, acknowledge, one.answer.is_some())
        });
        let inquiries = self.standing.inquiries.iter().map(|one| match one.by {
            Some(Means::Telephone) => (Waits::Inquiry, one.received, policy.telephone_business_days, false),
            Some(Means::Mail | Means::Email) | None => {
                (Waits::Inquiry, one.received, policy.acknowledge_business_days, false)
            }
        });
        let mut due = Vec::new();
        for (kind, received, acknowledge, decided) in disputes.chain(inquiries) {
            let (key, french) = kind.names();
            let cause = format!("{key} {received}");
            let (en, fr) = (format!("what came on {{}} ({key})."), format!("ce qui est arrivé le {{}} ({french})."));
            if !decided && !self.has_letter(Tells::Receipt, received) {
                due.push(Proposal {
                    kind: ProposalKind::AcknowledgementDue,
                    cause: cause.clone(),
                    due: business_days_after(received, acknowledge),
                    says: dated(received, &format!("Acknowledge {en}"), &format!("Accuser réception de {fr}")),
                    letter: None,
                });
            }
            due.push(Proposal {
                kind: ProposalKind::AnswerDue,
                cause,
                due: business_days_after(received, policy.answer_business_days),
                says: dated(received, &format!("Answer {en}"), &format!("Répondre à {fr}")),
                letter: None,
            });
        }
        due
    }

    fn deferral(&self) -> Option<Proposal> {
        let until = self.standing.person.deferral.as_ref()?.until.filter(|until| *until < self.today)?;
        Some(Proposal {
            kind: ProposalKind::DeferralOver,
            cause: until.to_string(),
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
        let plan = self.standing.plan().filter(|plan| plan.is_kept() && !self.is_paid() && !self.waits())?;
        let (agreed_on, since) = (plan.agreed_on?, plan.counts_from?);
        let grace = Days::new(self.policy.grace_days.into());
        let ledger = &self.standing.ledger;
        let received = ledger.received_since(since, plan.told, self.today);
        let behind = plan.behind(received, self.today - grace);
        let (first, last) = (behind.first()?.due, behind.last()?.due);
        let balance = money::plain(self.balance()?);
        let missed = behind.iter().map(|one| missed_row(plan, one)).collect::<Vec<_>>();
        // The first reminder of what is missed: a second one would prolong the time to cure for ever.
        let told = self.standing.told_by(&[Tells::InstalmentMissed], "");
        let reminders = told.filter_map(|letter| Some((letter.date?, letter))).filter(|(day, _)| *day >= first);
        let reminded = reminders.min_by_key(|(day, _)| *day);
        if let Some((day, reminder)) = reminded.filter(|_| !self.has_letter(Tells::PlanDefaulted, first)) {
            let cure_by = reminder.times.last().unwrap_or_else(|| self.policy.deadline(day, self.policy.cure_days));
            if cure_by >= self.today || self.has_time_left(Step::PlanEnded) {
                return None;
            }
            let facts = json!({
                "letter": true, "defaulted": self.today.to_string(), "as_of": self.today.to_string(), "balance": balance,
                "agreed_on": agreed_on.to_string(), "missed": missed, "reminded_on": day.to_string(),
                "cure_by": cure_by.to_string(),
            });
            return Some(Proposal {
                kind: ProposalKind::PlanDefault,
                cause: format!("{agreed_on} {day}"),
                due: cure_by,
                says: dated(
                    cure_by,
                    "What was missed did not come by {}: the plan has defaulted.",
                    "Ce qui manquait n’est pas arrivé le {} : l’entente n’est plus respectée.",
                ),
                letter: Some(LetterProposal { event: "plan.defaulted", facts, happens: Some("defaulted") }),
            });
        }
        if self.has_letter(Tells::InstalmentMissed, first) {
            return None;
        }
        let cure: Decimal = behind.iter().map(|one| one.amount).sum();
        let facts = json!({
            "letter": true, "as_of": self.today.to_string(), "balance": balance, "agreed_on": agreed_on.to_string(),
            "missed": missed, "cure_amount": money::plain(cure),
        });
        Some(Proposal {
            kind: ProposalKind::PlanReminder,
            cause: format!("{agreed_on} {last}"),
            due: last + grace,
            says: dated(last, "The instalment of {} was missed.", "Le versement du {} n’a pas été fait."),
            letter: Some(LetterProposal { event: "plan.instalment-missed", facts, happens: None }),
        })
    }

    /// The time of the notice of intention is over, and nothing has come of it.
    fn transfer(&self) -> Option<Proposal> {
        let standing = self.standing;
        let told = self
            .told(Tells::TransferIntended)
            .filter(|day| standing.person.recalled.is_none_or(|recalled| *day > recalled))?;
        let over = self.policy.deadline(told, self.policy.notice_days);
        let over = self.last_given(Step::TransferMade).map_or(over, |given| given.max(over));
        let settled = standing.kept_plan().is_some() || self.is_paid() || standing.person.transferred.is_some();
        if self.waits() || settled || self.is_gone() || over >= self.today {
            return None;
        }
        let facts = json!({
            "transferred": self.today.to_string(), "as_of": self.today.to_string(),
            "balance": money::plain(self.balance()?), "notice_date": told.to_string(),
            "sin_on_file": standing.person.sin_on_file.unwrap_or(false),
        });
        Some(Proposal {
            kind: ProposalKind::ReadyForTransfer,
            cause: told.to_string(),
            due: over,
            says: dated(
                over,
                "The time of the notice was over on {}: the debt may be transferred to the CRA.",
                "Le délai de l’avis a pris fin le {} : la dette peut être transférée à l’ARC.",
            ),
            // Without the number on file there is nothing to transfer yet: it is work for a person.
            letter: (standing.person.sin_on_file == Some(true)).then_some(LetterProposal {
                event: "debt.transferred",
                facts,
                happens: Some("transferred"),
            }),
        })
    }

    /// The CRA still has a debt that must not be collected any more. What was taken back stays so, whatever becomes of its cause.
    fn recall(&self) -> Vec<Proposal> {
        let Some(transferred) = self.standing.person.transferred else { return Vec::new() };
        let person = &self.standing.person;
        let planned = self.standing.kept_plan().is_some() && self.policy.plan_excludes_set_off;
        let causes = [
            (self.is_paid(), "paid"),
            (self.is_gone(), "gone"),
            (planned, "plan"),
            (self.is_stayed(), "stay"),
            (person.died.is_some(), "death"),
            (person.is_deferred(self.today), "deferral"),
        ];
        let Some(balance) = self.balance().map(|balance| balance.max(Decimal::ZERO)) else { return Vec::new() };
        let facts = json!({
            "recalled": self.today.to_string(), "transferred": transferred.to_string(),
            "as_of": self.today.to_string(), "balance": money::plain(balance),
        });
        let proposal = |cause| Proposal {
            kind: ProposalKind::Recall,
            cause: format!("{transferred} {cause}"),
            due: self.today,
            says: dated(
                transferred,
                "The debt went to the CRA on {} and must be taken back.",
                "La dette est passée à l’ARC le {} et doit être retirée.",
            ),
            // After a death no letter tells of it; the debt is taken back all the same.
            letter: person.died.is_none().then(|| LetterProposal {
                event: "debt.recalled",
                facts: facts.clone(),
                happens: Some("recalled"),
            }),
        };
        let so = causes.into_iter().filter(|(is_so, _)| *is_so || self.at_any_rate).map(|(_, cause)| proposal(cause));
        so.take(if self.at_any_rate { usize::MAX } else { 1 }).collect()
    }
}

/// A missed instalment as letters show it.
fn missed_row(plan: &Plan, missed: &Missed) -> Value {
    let whole = plan.instalments.iter().find(|one| one.due == missed.due).map_or(missed.amount, |one| one.amount);
    json!({"due": missed.due.to_string(), "amount": money::plain(whole), "paid": money::plain(whole - missed.amount)})
}

/// What waits for an answer.
enum Waits {
    Dispute(DisputeKind),
    Inquiry,
}

impl Waits {
    /// Its name in English, by which its cause is known, and in French.
    fn names(&self) -> (&'static str, &'static str) {
        match self {
            Waits::Dispute(kind) => {
                let french = match kind {
                    DisputeKind::Dispute => "contestation",
                    DisputeKind::Review => "révision",
                    DisputeKind::Appeal => "appel",
                    DisputeKind::Submission => "observations",
                };
                (kind.into(), french)
            }
            Waits::Inquiry => ("inquiry", "demande"),
        }
    }
}
