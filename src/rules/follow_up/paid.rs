//! What is due when money has come: a debt that is paid, and one on which too much has come.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{LetterProposal, Proposal, ProposalKind, Situation};
use crate::case::{Role, Tells, Text, calendar, money};
use crate::rules::found::{Detail, written};
use crate::rules::standing::{Debt, Figures, Movement, MovementKind, Owed};

impl Situation<'_> {
    /// The debt is paid: the closing letter, with the receipts where Recto knows all of them. Where too much has come, that is looked
    /// into first; and who is told of a refund is told with it that the debt is paid.
    pub(super) fn paid(&self) -> Option<Proposal> {
        let (ledger, person) = (&self.standing.ledger, &self.standing.person);
        let [debt] = ledger.debts.as_slice() else { return None };
        let paid = ledger.paid_since(debt, self.today, &self.policy.terms)?;
        // A debt that was never paid, such as one that was annulled, is not said to be.
        let came = debt.paid.is_some() || ledger.on_debt(&debt.number).next().is_some();
        let refunded = ledger.credits.iter().any(|credit| credit.person == person.id);
        let open = ledger.owed_each(self.today, &self.policy.terms).iter().any(|one| one.excess > Decimal::ZERO);
        if !came || refunded || open || self.has_letter(Tells::DebtPaid, paid) || person.role == Role::SponsoredPerson {
            return None;
        }
        let last = ledger.last_payment(&debt.number);
        let clears = last.map(|last| calendar::deadline(last, self.policy.clearing_days));
        let clears = clears.filter(|clears| *clears > paid);
        let says = match clears {
            Some(clears) => written(
                &[Detail::Day(paid), Detail::Day(clears)],
                "The debt was paid in full on {0}, and the last payment clears on {1}: then tell the person.",
                "La dette a été payée en totalité le {0} et le dernier paiement est compensé le {1} : en aviser alors la personne.",
            ),
            None => written(
                &[Detail::Day(paid)],
                "The debt was paid in full on {0}: tell the person.",
                "La dette a été payée en totalité le {0} : en aviser la personne.",
            ),
        };
        let letter = self.receipts(debt).map(|(owed, receipts)| LetterProposal {
            event: "debt.paid",
            facts: json!({
                "letter": true, "paid": paid.to_string(), "as_of": self.today.to_string(), "debt": money::plain(owed),
                "receipts": receipts, "transferred": person.transferred.is_some(),
            }),
            happens: None,
        });
        let due = clears.unwrap_or(paid);
        Some(Proposal { kind: ProposalKind::PaidInFull, cause: paid.to_string(), due, says, letter })
    }

    /// What was owed and all that came of it; none where that does not come out even.
    fn receipts(&self, debt: &Debt) -> Option<(Decimal, Vec<Value>)> {
        let stated = debt.stated.as_ref()?;
        let figures = Figures { as_of: stated.as_of, told: stated.told, listed: &stated.listed };
        let since = self.standing.ledger.moved_since(debt, figures, self.today);
        let mut came = without_returned(since);
        came.sort_by_key(|one| (one.on, one.told));
        let all: Decimal = came.iter().map(|one| one.amount).sum();
        let whole = all == stated.balance && came.iter().all(|one| one.amount > Decimal::ZERO);
        let row =
            |one: &&Movement| json!({"date": one.on.to_string(), "kind": one.kind, "amount": money::plain(one.amount)});
        whole.then(|| (stated.balance, came.iter().map(row).collect()))
    }

    /// More came than was owed: somebody looks into it, and tells of a credit if it is one. Proposed once, for who paid last.
    pub(super) fn excess(&self) -> Vec<Proposal> {
        let ledger = &self.standing.ledger;
        let own = |one: &Owed<'_>| ledger.payer(one.debt).is_none_or(|payer| payer == self.standing.person.id);
        let over =
            ledger.owed_each(self.today, &self.policy.terms).into_iter().filter(|one| one.excess > Decimal::ZERO);
        over.filter(own).map(|one| self.excess_on(&one)).collect()
    }

    fn excess_on(&self, Owed { debt, excess, .. }: &Owed<'_>) -> Proposal {
        let since = self.standing.ledger.paid_since(debt, self.today, &self.policy.terms).unwrap_or(self.today);
        let last = self.standing.ledger.on_debt(&debt.number).map(|one| one.on).filter(|on| *on <= self.today).max();
        Proposal {
            kind: ProposalKind::ExcessReceived,
            cause: format!("{} {since} {}", debt.number, money::plain(*excess)),
            due: last.unwrap_or(since).max(since),
            says: self.excess_words(debt, *excess),
            letter: None,
        }
    }

    fn excess_words(&self, debt: &Debt, excess: Decimal) -> Text {
        let amount = Detail::Amount(excess);
        if self.standing.ledger.debts.len() > 1 {
            let details = [amount, Detail::Fact(debt.number.clone())];
            return written(
                &details,
                "{0} more came on debt {1} than was owed. Look into it. If it is an excess, report the credit: the refund package is made from it.",
                "{0} de plus que le montant dû ont été reçus pour la dette {1}. Vérifier. S’il y a un excédent, signaler le crédit : le dossier de remboursement en est tiré.",
            );
        }
        written(
            &[amount],
            "{0} more came than was owed. Look into it. If it is an excess, report the credit: the refund package is made from it.",
            "{0} de plus que le montant dû ont été reçus. Vérifier. S’il y a un excédent, signaler le crédit : le dossier de remboursement en est tiré.",
        )
    }
}

/// The movements without the payments that came back, and their coming back.
fn without_returned(mut movements: Vec<&Movement>) -> Vec<&Movement> {
    while let Some(back) = movements.iter().position(|one| one.kind == MovementKind::Dishonoured) {
        let amount = -movements[back].amount;
        let paid = |one: &&Movement| one.kind == MovementKind::Payment && one.amount == amount;
        let Some(paid) = movements.iter().position(paid) else { return movements };
        movements.remove(back.max(paid));
        movements.remove(back.min(paid));
    }
    movements
}
