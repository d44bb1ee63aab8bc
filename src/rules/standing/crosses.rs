//! What of one case is true of the same person in another.

use super::happened::Happened;

/// How much of an event of another case is true of the person in this one.
#[derive(PartialEq, Eq)]
pub(super) enum Crosses {
    /// How the person is reached, and nothing else: it is that case's own.
    Nothing,
    /// That, and whether the Social Insurance Number is on file.
    Party,
    /// What it says of the person, too.
    Person,
}

impl Happened {
    /// How much of it is true of the person in the person's other cases. A new kind crosses as far as this says, and no further.
    pub fn crosses(&self) -> Crosses {
        match self {
            Happened::Died(_)
            | Happened::AssistanceResumed
            | Happened::AssistanceEnded
            | Happened::MailReturned(_)
            | Happened::AddressChanged(_)
            | Happened::Flagged(_)
            | Happened::RepresentativeEnded
            | Happened::Filed(_)
            | Happened::FilingEnded(_) => Crosses::Person,
            // A consent is for one case; a guardian or trustee acts in all.
            Happened::RepresentativeNamed(named) if named.kind.needs_consent() => Crosses::Nothing,
            Happened::RepresentativeNamed(_) => Crosses::Person,
            // What is decided of one debt, and who has it.
            Happened::HardshipDecided(_)
            | Happened::DisputeDecided(_)
            | Happened::Transferred(_)
            | Happened::Recalled(_) => Crosses::Nothing,
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
            | Happened::Other => Crosses::Party,
        }
    }
}
