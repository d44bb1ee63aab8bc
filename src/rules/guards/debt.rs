//! Guards of the debt: its figures, whether it is still owed, what a plan or a refund comes to.

use rust_decimal::Decimal;

use super::paid::{carried_over, excess, paid_in_full, refund_notes};
use super::{Effect, Guard, Needs};
use crate::case::Both;
use crate::case::schedule::Agreed;
use crate::rules::found::{Answer, Detail, Note, Unread, found, plainly};
use crate::rules::question::{OtherCase, Question};
use crate::rules::standing::{Debt, Movement};

/// The debt that a letter is about, and the movements that it lists.
pub(super) const LISTED: &[&str] =
    &["debt_number", "transactions", "receipts", "dishonoured", "amount", "fee", "paid_on", "paid"];

/// The guards.
pub const GUARDS: [Guard; 14] = [
    Guard {
        key: "minimum-balance",
        rule: "B9",
        effect: Effect::Hold,
        basis: None,
        says: Both {
            en: "The balance is not above the smallest amount that is asked for.",
            fr: "Le solde ne dépasse pas le plus petit montant qui est réclamé.",
        },
        reads: &["balance"],
        reads_if_there: &["debt_number"],
        needs: Needs::Nothing,
        finds: |q| {
            let balance = match q.amount("balance") {
                Err(Unread::NothingAsked) => q.owed(),
                balance => Some(balance?),
            };
            let above = balance.zip(q.policy.amount(q.letter.minimum)).is_some_and(|(owed, minimum)| owed > minimum);
            plainly(!above)
        },
    },
    Guard {
        key: "debt-validated",
        rule: "B12",
        effect: Effect::Hold,
        basis: Some(Both {
            en: "unit policy: a referral is validated before any letter; no letter while a recalculation is open",
            fr: "politique de l’unité : un renvoi est validé avant toute lettre; aucune lettre pendant un nouveau calcul",
        }),
        says: Both {
            en: "The referral is not validated, the debt is being calculated again, or a letter or payment names a debt that was never referred.",
            fr: "Le renvoi n’est pas validé, la dette fait l’objet d’un nouveau calcul, ou une lettre ou un paiement nomme une dette jamais renvoyée.",
        },
        reads: &[],
        reads_if_there: &["debt_number"],
        needs: Needs::Nothing,
        finds: |q| {
            let open = q.debts().iter().any(|debt| debt.unchecked || debt.recalculation.is_some());
            plainly(open || q.standing.ledger.has_stray_movement())
        },
    },
    Guard {
        key: "debt-as-decided",
        rule: "B12",
        effect: Effect::End,
        basis: Some(Both {
            en: "unit policy: after a decision that changes a debt, it is referred again with its new amount",
            fr: "politique de l’unité : après une décision qui modifie une dette, celle-ci est renvoyée avec son nouveau montant",
        }),
        says: Both {
            en: "The debt was changed after this letter was asked for, so its figures are no longer right.",
            fr: "La dette a été modifiée après la demande de cette lettre; ses chiffres ne sont donc plus justes.",
        },
        reads: &[],
        reads_if_there: &["debt_number"],
        needs: Needs::Nothing,
        finds: |q| {
            let changed = |debt: &&Debt| debt.changed.is_some_and(|on| on > q.letter.asked_at);
            plainly(q.debts().iter().any(changed))
        },
    },
    Guard {
        key: "figures-current",
        rule: "B12",
        effect: Effect::Hold,
        basis: Some(Both {
            en: "unit policy: no letter with a balance from before a payment (Ontario Ombudsman, “Making the grade”, 2011)",
            fr: "politique de l’unité : aucune lettre dont le solde précède un paiement (ombudsman de l’Ontario, 2011)",
        }),
        says: Both {
            en: "Money moved on this debt that is not in the letter's figures. Send the event again with the new figures.",
            fr: "La dette a connu un mouvement qui n’est pas dans les chiffres de la lettre. Renvoyez l’événement avec les nouveaux chiffres.",
        },
        reads: &["as_of"],
        reads_if_there: LISTED,
        needs: Needs::Nothing,
        finds: not_in_figures,
    },
    Guard {
        key: "stated-balance-current",
        rule: "B12",
        effect: Effect::Hold,
        basis: Some(Both {
            en: "unit policy: no letter with a balance from before a payment (Ontario Ombudsman, “Making the grade”, 2011)",
            fr: "politique de l’unité : aucune lettre dont le solde précède un paiement (ombudsman de l’Ontario, 2011)",
        }),
        says: Both {
            en: "The letter states a balance, and money moved on the debt that is not in it. Send the event again with the new balance, or without one.",
            fr: "La lettre donne un solde, et la dette a connu un mouvement qui n’y est pas. Renvoyez l’événement avec le nouveau solde, ou sans solde.",
        },
        reads: &[],
        reads_if_there: &["as_of", "debt_number"],
        needs: Needs::Nothing,
        finds: |q| if q.fact_if_there("as_of").is_some() { not_in_figures(q) } else { Ok(None) },
    },
    Guard {
        key: "claim-current",
        rule: "B12",
        effect: Effect::Hold,
        basis: Some(Both {
            en: "Bankruptcy and Insolvency Act, s. 121: a claim is what was owed on the day of the filing",
            fr: "Loi sur la faillite et l’insolvabilité, art. 121 : la réclamation est ce qui était dû le jour du dépôt",
        }),
        says: Both {
            en: "Money moved on this debt up to the day of the claim, and the claim does not have it. Send the event again with the amount of that day.",
            fr: "La dette a connu, jusqu’au jour de la réclamation, un mouvement que celle-ci n’a pas. Renvoyez l’événement avec le montant de ce jour.",
        },
        reads: &["as_of"],
        reads_if_there: &["debt_number"],
        needs: Needs::Nothing,
        finds: |q| {
            let as_of = q.day("as_of")?;
            moved_note(q.moved()?.into_iter().find(|movement| movement.on <= as_of))
        },
    },
    Guard {
        key: "figures-recent",
        rule: "B12",
        effect: Effect::HoldUnlessOverridden,
        basis: Some(Both {
            en: "unit policy: a balance is not older than {figures_days} days",
            fr: "politique de l’unité : un solde ne date pas de plus de {figures_days} jours",
        }),
        says: Both { en: "The balance is too old.", fr: "Le solde est trop ancien." },
        reads: &["as_of"],
        reads_if_there: &[],
        needs: Needs::Nothing,
        finds: |q| {
            let as_of = q.day("as_of")?;
            match (q.date - as_of).num_days() > i64::from(q.policy.figures_days) {
                true => found(Note::new("as-of", [Detail::Day(as_of)], "It is that of {0}", "C’est celui du {0}")),
                false => Ok(None),
            }
        },
    },
    Guard {
        key: "balance-agrees",
        rule: "B12",
        effect: Effect::Hold,
        basis: Some(Both {
            en: "unit policy: a balance is what the case's events come to; a joint debt is never collected twice",
            fr: "politique de l’unité : un solde est ce que donnent les événements du dossier; une dette solidaire n’est jamais perçue deux fois",
        }),
        says: Both {
            en: "The balance does not agree with the case's debts, payments and interest.",
            fr: "Le solde ne concorde pas avec les dettes, les paiements et les intérêts du dossier.",
        },
        reads: &["as_of", "balance"],
        reads_if_there: &["debt_number"],
        needs: Needs::Nothing,
        finds: |q| {
            let (as_of, claimed) = (q.day("as_of")?, q.amount("balance")?);
            // What a discharge has released is owed no more, whatever was stated.
            if claimed == Decimal::ZERO && q.standing.person.insolvencies.iter().any(|one| one.has_released()) {
                return Ok(None);
            }
            let stated = q.debts().into_iter().filter_map(|debt| debt.stated.as_ref());
            if let Some(newer) = stated.into_iter().find(|stated| stated.as_of > as_of && !stated.claimed) {
                return found(Note::new(
                    "newer",
                    [Detail::Day(newer.as_of)],
                    "A newer balance is on file, that of {0}",
                    "Un solde plus récent est au dossier, celui du {0}",
                ));
            }
            let (credit, debts) = (&q.standing.ledger.credits, q.debts());
            // What was found to be paid back may have been paid back by then, or not.
            let paid_back =
                claimed.is_zero() && !credit.is_empty() && debts.iter().all(|debt| excess(q, debt).is_zero());
            match q.owed_on(as_of).filter(|known| *known != claimed && !(paid_back && *known < Decimal::ZERO)) {
                Some(known) => found(Note::new(
                    "other",
                    [Detail::Amount(known), Detail::Amount(claimed)],
                    "They come to {0}, but the letter says {1}",
                    "Ils donnent {0}, mais la lettre dit {1}",
                )),
                None => Ok(None),
            }
        },
    },
    Guard {
        key: "debt-not-paid",
        rule: "B14",
        effect: Effect::End,
        basis: Some(Both {
            en: "unit policy: nothing is asked for a debt that is paid",
            fr: "politique de l’unité : rien n’est réclamé pour une dette payée",
        }),
        says: Both { en: "The debt was paid.", fr: "La dette a été payée." },
        reads: &[],
        reads_if_there: &["balance", "debt_number"],
        needs: Needs::Nothing,
        finds: |q| {
            if q.asks_for_nothing()? {
                return Ok(None);
            }
            plainly(q.is_paid() || q.owed().is_some_and(|owed| owed <= Decimal::ZERO))
        },
    },
    Guard {
        key: "debt-not-written-off",
        rule: "B14",
        effect: Effect::End,
        basis: Some(Both {
            en: "Financial Administration Act, s. 5: nothing is asked for a debt that is written off",
            fr: "Loi sur l’administration financière, art. 5 : rien n’est réclamé pour une dette radiée",
        }),
        says: Both { en: "The debt was written off.", fr: "La dette a été radiée." },
        reads: &[],
        reads_if_there: &["balance", "debt_number"],
        needs: Needs::Nothing,
        finds: |q| plainly(!q.asks_for_nothing()? && q.standing.ledger.is_written_off(q.debt_number())),
    },
    Guard {
        key: "debt-paid-in-full",
        rule: "B14",
        effect: Effect::Hold,
        basis: Some(Both {
            en: "unit policy: paid in full is confirmed when the balance is zero and the last payment has cleared",
            fr: "politique de l’unité : le paiement intégral est confirmé quand le solde est nul et le dernier paiement compensé",
        }),
        says: Both {
            en: "That the debt is paid in full cannot be confirmed now.",
            fr: "Le paiement intégral de la dette ne peut pas être confirmé maintenant.",
        },
        reads: &["receipts"],
        reads_if_there: &["debt_number"],
        needs: Needs::Nothing,
        finds: paid_in_full,
    },
    Guard {
        key: "refund-reviewed",
        rule: "B16",
        effect: Effect::Review,
        basis: Some(Both {
            en: "unit policy: who is paid back, and what else is owed, is looked at before a refund",
            fr: "politique de l’unité : on vérifie avant un remboursement qui est remboursé et ce qui est dû par ailleurs",
        }),
        says: Both { en: "Look before you approve:", fr: "À vérifier avant d’approuver :" },
        reads: &["receipts"],
        reads_if_there: &["debt_number"],
        needs: Needs::OtherCases,
        finds: refund_notes,
    },
    Guard {
        key: "all-undertakings-settled",
        rule: "B20",
        effect: Effect::Hold,
        basis: None,
        says: Both {
            en: "Another sponsorship debt of this person is neither paid nor under a plan that is kept, so the default has not ended.",
            fr: "Une autre dette de parrainage de cette personne n’est ni payée ni visée par une entente respectée; le manquement n’a donc pas pris fin.",
        },
        reads: &[],
        reads_if_there: &[],
        needs: Needs::OtherCases,
        finds: |q| {
            // All debts of the case count, not only the one that the letter is about; and a plan that is kept has nothing missing.
            let kept = q.standing.kept_plan().is_some() && q.arrears().is_none_or(|missing| missing <= Decimal::ZERO);
            let own = !q.standing.ledger.is_paid(q.date, &q.policy.terms) && !kept;
            let is_owed = |case: &OtherCase| case.owed.is_none_or(|owed| owed > Decimal::ZERO);
            let open = |case: &&OtherCase| case.undertaking && is_owed(case) && !case.plan_kept;
            match q.other_cases.iter().find(open) {
                Some(case) => found(Note::new("case", [Detail::Case(case.reference.clone())], "See {0}", "Voir {0}")),
                None => plainly(own),
            }
        },
    },
    Guard {
        key: "plan-minimum",
        rule: "B15",
        effect: Effect::Review,
        basis: Some(Both {
            en: "program policy: a month, {plan_minimum_percent} of the balance, and {plan_minimum_amount} at least",
            fr: "politique du programme : par mois, {plan_minimum_percent} du solde, et au moins {plan_minimum_amount}",
        }),
        says: Both {
            en: "The instalments are below the program's minimum.",
            fr: "Les versements sont inférieurs au minimum du programme.",
        },
        reads: &["plan", "balance"],
        reads_if_there: &[],
        needs: Needs::Nothing,
        finds: |q| {
            let (plan, balance) = (q.fact("plan")?, q.amount("balance")?);
            let monthly = Agreed::read(plan).map_err(|_| Unread::Fact("plan"))?.monthly();
            let minimum = q.policy.plan_minimum(balance);
            match monthly < minimum {
                true => found(Note::new(
                    "below",
                    [monthly, minimum].map(|amount| Detail::Amount(amount.round_dp(2))),
                    "They come to {0} a month; the minimum is {1}",
                    "Ils donnent {0} par mois; le minimum est de {1}",
                )),
                false => Ok(None),
            }
        },
    },
];

/// The first movement that the letter's figures do not have.
fn not_in_figures(q: &Question<'_>) -> Answer {
    moved_note(match q.moved()?.into_iter().next() {
        None => carried_over(q)?,
        moved => moved,
    })
}

fn moved_note(moved: Option<&Movement>) -> Answer {
    let Some(Movement { on, amount, .. }) = moved else { return Ok(None) };
    let details = [Detail::Amount(amount.abs()), Detail::Day(*on)];
    found(Note::new("moved", details, "{0} moved on {1}", "{0} le {1}"))
}
