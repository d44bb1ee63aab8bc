//! What an event says has happened, read once from its kind and its facts.
//!
//! A kind that is not named here changes no standing by its facts; one that is named must be matched by every fold, so a new one is
//! the compiler's list of places. What only templates need of the facts stays JSON.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::dispute::{DisputeKind, Outcome};
use super::insolvency::{End, Filing};
use super::ledger::MovementKind;
use super::person::{Capacity, Flag, Ground};
use crate::case::address::Address;
use crate::case::schedule::Agreed;
use crate::case::{CaseEvent, Channel};

/// What an event told, read.
pub(super) struct Told<'e> {
    /// The event.
    pub event: &'e CaseEvent,
    /// The key of the person whom it is about.
    pub person: &'e str,
    /// The address of its party, where it was read.
    pub address: Option<Address>,
    /// What any event may say of the debt.
    pub figures: Figures,
    /// What has happened.
    pub happened: Happened,
}

/// What any event may say of the debt.
#[derive(Deserialize)]
pub(super) struct Figures {
    /// The debt's number within the case; empty for the only one.
    #[serde(default)]
    pub debt_number: String,
    pub period: Option<Period>,
    /// The decision behind it.
    pub decision: Option<Decision>,
    pub as_of: Option<NaiveDate>,
    pub balance: Option<Decimal>,
    pub sin_on_file: Option<bool>,
}

/// Something that happened, by the event's kind.
pub(super) enum Happened {
    Died(Died),
    AssistanceResumed,
    AssistanceEnded,
    MailReturned(MailReturned),
    AddressChanged(AddressChanged),
    Flagged(Flagged),
    RepresentativeNamed(RepresentativeNamed),
    RepresentativeEnded,
    Filed(Filed),
    FilingEnded(FilingEnded),
    HardshipDecided(HardshipDecided),
    DisputeReceived(DisputeReceived),
    DisputeDecided(DisputeDecided),
    InquiryReceived(InquiryReceived),
    InquiryAnswered,
    Referred(Referred),
    Adjusted,
    RecalculationOpened(RecalculationOpened),
    Recalculated(Recalculated),
    Transferred(Transferred),
    Recalled(Recalled),
    PaymentReceived(PaymentReceived),
    PaymentDishonoured(PaymentDishonoured),
    DebtPaid(DebtPaid),
    CreditFound(CreditFound),
    WrittenOff(WrittenOff),
    SettlementOffered(SettlementOffered),
    Settled(Settled),
    PlanProposed(PlanProposed),
    PlanAgreed(PlanAgreed),
    InstalmentMissed(InstalmentMissed),
    PlanDefaulted(PlanDefaulted),
    /// A letter went out by other means; the letters of a case have it, and no fold.
    LetterSent,
    /// Anything else: a letter is asked for, and nothing changes but the figures.
    Other,
}

#[derive(Deserialize)]
pub(super) struct Died {
    pub died: NaiveDate,
    #[serde(default)]
    pub in_error: bool,
}

#[derive(Deserialize)]
pub(super) struct MailReturned {
    pub returned: NaiveDate,
    pub reason: ReturnReason,
    #[serde(default)]
    pub channel: Channel,
    /// The identity of the letter, where it is known.
    pub letter: Option<String>,
}

/// Why mail came back.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ReturnReason {
    Moved,
    Unknown,
    IncompleteAddress,
    NoSuchAddress,
    Refused,
    Unclaimed,
    Deceased,
    Other,
}

#[derive(Deserialize)]
pub(super) struct AddressChanged {
    pub address: Address,
}

#[derive(Deserialize)]
pub(super) struct Flagged {
    pub flag: Flag,
    #[serde(default)]
    pub lifted: bool,
}

#[derive(Deserialize)]
pub(super) struct RepresentativeNamed {
    pub name: String,
    pub kind: Capacity,
    pub consent_signed: Option<NaiveDate>,
    pub consent_until: Option<NaiveDate>,
    pub address: Address,
}

#[derive(Deserialize)]
pub(super) struct Filed {
    pub filed: NaiveDate,
    pub kind: Filing,
}

#[derive(Deserialize)]
pub(super) struct FilingEnded {
    pub ended: NaiveDate,
    pub outcome: End,
    #[serde(default)]
    pub survives: bool,
    pub ground: Option<String>,
    pub evidence: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct HardshipDecided {
    pub outcome: HardshipOutcome,
    pub ground: Ground,
    pub until: Option<NaiveDate>,
}

/// Whether the unit waits.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum HardshipOutcome {
    Granted,
    Partly,
    Refused,
}

#[derive(Deserialize)]
pub(super) struct DisputeReceived {
    pub received: NaiveDate,
    #[serde(default)]
    pub kind: DisputeKind,
}

#[derive(Deserialize)]
pub(super) struct DisputeDecided {
    pub decided: NaiveDate,
    pub outcome: Outcome,
    /// Which is answered; the oldest open one where it is not said.
    pub kind: Option<DisputeKind>,
    pub until: Option<NaiveDate>,
}

#[derive(Deserialize)]
pub(super) struct InquiryReceived {
    pub received: NaiveDate,
    pub by: Option<Means>,
}

/// How an inquiry came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Means {
    /// By telephone.
    Telephone,
    /// By mail.
    Mail,
    /// By e-mail.
    Email,
}

#[derive(Deserialize)]
pub(super) struct Referred {
    pub decision: Option<Decision>,
    #[serde(default)]
    pub months: Vec<Month>,
    pub validated: Option<bool>,
}

#[derive(Deserialize)]
pub(super) struct Decision {
    pub date: NaiveDate,
}

#[derive(Deserialize)]
pub(super) struct Month {
    /// Year and month, such as `2025-03`.
    pub month: String,
}

impl Referred {
    /// From the first month to the last, where assistance is told month by month.
    pub fn months(&self) -> Option<Period> {
        let first = |row: &Month| format!("{}-01", row.month).parse().ok();
        Some(Period { from: first(self.months.first()?)?, to: first(self.months.last()?)? })
    }
}

/// A time with its first and last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

#[derive(Deserialize)]
pub(super) struct RecalculationOpened {
    pub opened: NaiveDate,
}

#[derive(Deserialize)]
pub(super) struct Recalculated {
    pub recalculated: NaiveDate,
}

#[derive(Deserialize)]
pub(super) struct Transferred {
    pub transferred: NaiveDate,
}

#[derive(Deserialize)]
pub(super) struct Recalled {
    pub recalled: NaiveDate,
}

#[derive(Deserialize)]
pub(super) struct PaymentReceived {
    pub received: NaiveDate,
    pub amount: Decimal,
    pub kind: MovementKind,
}

#[derive(Deserialize)]
pub(super) struct PaymentDishonoured {
    pub dishonoured: NaiveDate,
    pub amount: Decimal,
    pub fee: Option<Decimal>,
}

#[derive(Deserialize)]
pub(super) struct DebtPaid {
    pub paid: NaiveDate,
}

#[derive(Deserialize)]
pub(super) struct CreditFound {
    pub as_of: NaiveDate,
    pub excess: Decimal,
}

#[derive(Deserialize)]
pub(super) struct WrittenOff {
    pub decided: NaiveDate,
}

#[derive(Deserialize)]
pub(super) struct Settled {
    pub accepted: NaiveDate,
}

#[derive(Deserialize)]
pub(super) struct SettlementOffered {
    pub offer: Decimal,
    pub forgone: Decimal,
}

#[derive(Deserialize)]
pub(super) struct PlanProposed {
    pub balance: Decimal,
    pub plan: Agreed,
}

#[derive(Deserialize)]
pub(super) struct PlanAgreed {
    pub agreed_on: NaiveDate,
    pub as_of: NaiveDate,
    pub balance: Decimal,
    pub plan: Agreed,
}

#[derive(Deserialize)]
pub(super) struct InstalmentMissed {
    pub missed: Vec<MissedRow>,
}

#[derive(Deserialize)]
pub(super) struct PlanDefaulted {
    pub defaulted: NaiveDate,
    #[serde(default)]
    pub missed: Vec<MissedRow>,
}

/// An instalment that did not come, or not in full, as facts list it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissedRow {
    /// When it was due.
    pub due: NaiveDate,
    /// What was due.
    pub amount: Decimal,
    /// What came of it.
    pub paid: Option<Decimal>,
}

impl<'e> Told<'e> {
    /// Reads an event. The error says which of its facts is not as its kind's schema has it.
    pub fn read(event: &'e CaseEvent) -> Result<Told<'e>, serde_json::Error> {
        let (facts, person) = (&event.data["facts"], event.data["party"]["id"].as_str().unwrap_or_default());
        let (figures, happened) = (Figures::deserialize(facts)?, Happened::read(&event.kind, facts)?);
        Ok(Told { event, person, address: None, figures, happened })
    }
}

impl Happened {
    fn read(kind: &str, facts: &Value) -> Result<Happened, serde_json::Error> {
        Ok(match kind {
            "person.died" => Happened::Died(Deserialize::deserialize(facts)?),
            "assistance.resumed" => Happened::AssistanceResumed,
            "assistance.ended" => Happened::AssistanceEnded,
            "mail.returned" => Happened::MailReturned(Deserialize::deserialize(facts)?),
            "address.changed" => Happened::AddressChanged(Deserialize::deserialize(facts)?),
            "person.flagged" => Happened::Flagged(Deserialize::deserialize(facts)?),
            "representative.named" => Happened::RepresentativeNamed(Deserialize::deserialize(facts)?),
            "representative.ended" => Happened::RepresentativeEnded,
            "insolvency.filed" => Happened::Filed(Deserialize::deserialize(facts)?),
            "insolvency.ended" => Happened::FilingEnded(Deserialize::deserialize(facts)?),
            "hardship.decided" => Happened::HardshipDecided(Deserialize::deserialize(facts)?),
            "dispute.received" => Happened::DisputeReceived(Deserialize::deserialize(facts)?),
            "dispute.decided" => Happened::DisputeDecided(Deserialize::deserialize(facts)?),
            "inquiry.received" => Happened::InquiryReceived(Deserialize::deserialize(facts)?),
            "inquiry.answered" => Happened::InquiryAnswered,
            "debt.referred" => Happened::Referred(Deserialize::deserialize(facts)?),
            "debt.adjusted" => Happened::Adjusted,
            "debt.recalculation-opened" => Happened::RecalculationOpened(Deserialize::deserialize(facts)?),
            "debt.recalculated" => Happened::Recalculated(Deserialize::deserialize(facts)?),
            "debt.transferred" => Happened::Transferred(Deserialize::deserialize(facts)?),
            "debt.recalled" => Happened::Recalled(Deserialize::deserialize(facts)?),
            "payment.received" => Happened::PaymentReceived(Deserialize::deserialize(facts)?),
            "payment.dishonoured" => Happened::PaymentDishonoured(Deserialize::deserialize(facts)?),
            "debt.paid" => Happened::DebtPaid(Deserialize::deserialize(facts)?),
            "credit.found" => Happened::CreditFound(Deserialize::deserialize(facts)?),
            "debt.written-off" => Happened::WrittenOff(Deserialize::deserialize(facts)?),
            "settlement.offered" => Happened::SettlementOffered(Deserialize::deserialize(facts)?),
            "settlement.accepted" => Happened::Settled(Deserialize::deserialize(facts)?),
            "plan.proposed" => Happened::PlanProposed(Deserialize::deserialize(facts)?),
            "plan.agreed" => Happened::PlanAgreed(Deserialize::deserialize(facts)?),
            "plan.instalment-missed" => Happened::InstalmentMissed(Deserialize::deserialize(facts)?),
            "plan.defaulted" => Happened::PlanDefaulted(Deserialize::deserialize(facts)?),
            "letter.sent" => Happened::LetterSent,
            _ => Happened::Other,
        })
    }
}
