//! Grounds of the debt and the person: what must be on file before a letter has anything to rest on.

use rust_decimal::Decimal;

use super::{Effect, Guard, Needs};
use crate::case::Both;
use crate::rules::found::{Answer, Detail, Note, found, plainly};
use crate::rules::question::Question;
use crate::rules::standing::{Debt, MovementKind};

/// The grounds.
pub const GUARDS: [Guard; 8] = [
    Guard {
        key: "debt-on-file",
        rule: "B12",
        effect: Effect::Ground,
        basis: Some(Both {
            en: "unit policy: a letter about a debt needs the debt",
            fr: "politique de l’unité : une lettre sur une dette suppose une dette",
        }),
        says: Both {
            en: "No debt is on file in this case. Record its referral first, or look whether the case number is right.",
            fr: "Aucune dette n’est au dossier. Inscrivez d’abord son renvoi, ou vérifiez le numéro du dossier.",
        },
        reads: &[],
        reads_if_there: &[],
        needs: Needs::Nothing,
        finds: |q| plainly(q.standing.ledger.debts.is_empty()),
    },
    Guard {
        key: "debt-to-decide-on",
        rule: "B15",
        effect: Effect::Ground,
        basis: Some(Both {
            en: "Financial Administration Act, s. 5; unit policy: a decision about a debt needs a debt that is owed",
            fr: "Loi sur l’administration financière, art. 5; politique de l’unité : une décision sur une dette suppose une dette qui est due",
        }),
        says: Both { en: "There is no debt to decide on.", fr: "Il n’y a pas de dette sur laquelle décider." },
        reads: &[],
        reads_if_there: &["debt_number"],
        needs: Needs::Nothing,
        finds: debt_to_decide_on,
    },
    Guard {
        key: "credit-on-file",
        rule: "B16",
        effect: Effect::Ground,
        basis: Some(Both {
            en: "unit policy: only what came in above the debt is paid back",
            fr: "politique de l’unité : seul ce qui dépasse la dette est remboursé",
        }),
        says: Both {
            en: "Nothing on file says that more came in than was owed. Record the payments or the credit first.",
            fr: "Rien au dossier n’indique que les sommes reçues dépassent la dette. Inscrivez d’abord les paiements ou le crédit.",
        },
        reads: &[],
        reads_if_there: &["debt_number"],
        needs: Needs::Nothing,
        finds: |q| {
            let found = q.standing.ledger.credits.iter().any(|credit| credit.person == q.standing.person.id);
            let overpaid = q.debts().into_iter().any(|debt| q.balance(debt).is_some_and(|owed| owed < Decimal::ZERO));
            plainly(!found && !overpaid)
        },
    },
    Guard {
        key: "filing-on-file",
        rule: "B2",
        effect: Effect::Ground,
        basis: Some(Both {
            en: "Bankruptcy and Insolvency Act, s. 124: a claim is proved in a filing",
            fr: "Loi sur la faillite et l’insolvabilité, art. 124 : une réclamation est prouvée dans un dossier d’insolvabilité",
        }),
        says: Both {
            en: "No insolvency filing of this person that goes on is on file. Record the filing first.",
            fr: "Aucun dossier d’insolvabilité en cours de cette personne n’est au dossier. Inscrivez d’abord le dépôt.",
        },
        reads: &[],
        reads_if_there: &[],
        needs: Needs::Nothing,
        finds: |q| plainly(q.standing.person.insolvencies.iter().all(|one| one.ended.is_some())),
    },
    Guard {
        key: "filing-ended",
        rule: "B3",
        effect: Effect::Ground,
        basis: Some(Both {
            en: "Bankruptcy and Insolvency Act, s. 178: what becomes of a debt is told when a filing has ended",
            fr: "Loi sur la faillite et l’insolvabilité, art. 178 : le sort d’une dette est annoncé quand un dossier a pris fin",
        }),
        says: Both {
            en: "No insolvency filing of this person that has ended is on file. Record the filing and its end first.",
            fr: "Aucun dossier d’insolvabilité terminé de cette personne n’est au dossier. Inscrivez d’abord le dépôt et sa fin.",
        },
        reads: &[],
        reads_if_there: &[],
        needs: Needs::Nothing,
        finds: |q| {
            let mut filings = q.standing.person.insolvencies.iter();
            plainly(!filings.any(|one| one.ended.is_some() || one.released.is_some()))
        },
    },
    Guard {
        key: "death-on-file",
        rule: "B1",
        effect: Effect::Ground,
        basis: Some(Both {
            en: "unit policy: an estate is written to after a death",
            fr: "politique de l’unité : on écrit à une succession après un décès",
        }),
        says: Both {
            en: "No death of this person is on file. Record it first.",
            fr: "Aucun décès de cette personne n’est au dossier. Inscrivez-le d’abord.",
        },
        reads: &[],
        reads_if_there: &[],
        needs: Needs::Nothing,
        finds: |q| plainly(q.standing.person.died.is_none()),
    },
    Guard {
        key: "payment-on-file",
        rule: "B12",
        effect: Effect::Ground,
        basis: Some(Both {
            en: "unit policy: only a payment that was recorded can come back",
            fr: "politique de l’unité : seul un paiement inscrit peut être refusé",
        }),
        says: Both {
            en: "The payment that came back is not on file.", fr: "Le paiement refusé n’est pas au dossier."
        },
        reads: &["amount", "dishonoured"],
        reads_if_there: &["debt_number"],
        needs: Needs::Nothing,
        finds: |q| {
            let (amount, returned) = (q.amount("amount")?, q.day("dishonoured")?);
            let ledger = &q.standing.ledger;
            let told = ledger.movements.iter().map(|one| (one.kind, one.amount, one.on));
            // What a referral or a statement lists is on file too.
            let statements = ledger.debts.iter().flat_map(|debt| [&debt.stated, &debt.paid]).flatten();
            let listed = statements.flat_map(|one| &one.listed).map(|one| (one.kind, one.amount, one.on));
            let is_it = |(kind, came, on)| kind == MovementKind::Payment && came == amount && on <= returned;
            if told.chain(listed).any(is_it) {
                return Ok(None);
            }
            found(Note::new(
                "amount",
                [Detail::Amount(amount), Detail::Day(returned)],
                "No payment of {0} by {1} was recorded; record it first, or correct the amount",
                "Aucun paiement de {0} au plus tard le {1} n’est inscrit; inscrivez-le d’abord, ou corrigez le montant",
            ))
        },
    },
    Guard {
        key: "debt-transferred",
        rule: "B6",
        effect: Effect::Ground,
        basis: Some(Both {
            en: "unit policy: only a transfer that was made is taken back",
            fr: "politique de l’unité : on ne retire qu’un transfert qui a été fait",
        }),
        says: Both {
            en: "No transfer of this debt to the CRA is on file.",
            fr: "Aucun transfert de cette dette à l’ARC n’est au dossier.",
        },
        reads: &[],
        reads_if_there: &[],
        needs: Needs::Nothing,
        finds: |q| {
            // Where nobody has asked yet, one that can still be taken back is enough.
            let ahead = q.letter.facts.is_none() && q.standing.person.transferred.is_some();
            plainly(!q.standing.person.taken_back && !ahead)
        },
    },
];

/// A debt that is known otherwise than by the decision, and that something is owed on.
fn debt_to_decide_on(q: &Question<'_>) -> Answer {
    let debts: Vec<&Debt> = q.debts().into_iter().filter(|debt| debt.known).collect();
    if debts.is_empty() {
        return found(Note::new(
            "unknown",
            [],
            "None is on file otherwise; record its referral first, or look whether the case number is right",
            "Aucune n’est autrement au dossier; inscrivez d’abord son renvoi, ou vérifiez le numéro du dossier",
        ));
    }
    match debts.into_iter().all(|debt| q.is_debt_paid(debt)) {
        true => found(Note::new("nothing-owed", [], "Nothing is owed any more", "Rien n’est plus dû")),
        false => Ok(None),
    }
}
