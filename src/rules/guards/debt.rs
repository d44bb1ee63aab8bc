//! Guards that look at the debt: its figures, whether it is still owed, what a plan or a refund comes to.

use rust_decimal::Decimal;

use super::{Effect, Guard};
use crate::case::schedule::monthly;
use crate::case::{Text, calendar};
use crate::rules::question::{Question, dated, plainly, priced};

/// The guards.
pub const GUARDS: [Guard; 12] = [
    Guard {
        key: "minimum-balance",
        rule: "B9",
        effect: Effect::Hold,
        basis: ("Ontario Works Directive 9.3", "Directive 9.3 d’Ontario au travail"),
        says: (
            "The balance is not above the smallest amount that is asked for.",
            "Le solde ne dépasse pas le plus petit montant qui est réclamé.",
        ),
        // A figure that cannot be read stops the letter too.
        finds: |q| {
            let balance = q.amount("balance").or_else(|| q.owed(q.date));
            let minimum = q.policy.decimal(q.letter.minimum);
            plainly(!matches!((balance, minimum), (Some(balance), Some(minimum)) if balance > minimum))
        },
    },
    Guard {
        key: "debt-validated",
        rule: "B12",
        effect: Effect::Hold,
        basis: (
            "unit policy: a referral is validated before any letter; no letter while a recalculation is open",
            "politique de l’unité : un renvoi est validé avant toute lettre; aucune lettre pendant un nouveau calcul",
        ),
        says: (
            "The referral is not validated, the debt is being calculated again, or a letter or payment names a debt that was never referred.",
            "Le renvoi n’est pas validé, la dette fait l’objet d’un nouveau calcul, ou une lettre ou un paiement nomme une dette jamais renvoyée.",
        ),
        finds: |q| {
            let open = q.debts().iter().any(|debt| debt.unchecked || debt.recalculation.is_some());
            plainly(open || q.standing.ledger.has_stray_movement())
        },
    },
    Guard {
        key: "debt-as-decided",
        rule: "B12",
        effect: Effect::End,
        basis: (
            "unit policy: after a decision that changes a debt, it is referred again with its new amount",
            "politique de l’unité : après une décision qui modifie une dette, celle-ci est renvoyée avec son nouveau montant",
        ),
        says: (
            "The debt was changed after this letter was asked for, so its figures are no longer right.",
            "La dette a été modifiée après la demande de cette lettre; ses chiffres ne sont donc plus justes.",
        ),
        finds: |q| {
            let changed = |debt: &&crate::rules::standing::Debt| debt.changed.is_some_and(|on| on > q.letter.asked_at);
            plainly(q.debts().iter().any(changed))
        },
    },
    Guard {
        key: "figures-current",
        rule: "B12",
        effect: Effect::Hold,
        basis: (
            "unit policy: no letter with a balance from before a payment (Ontario Ombudsman, “Making the grade”, 2011)",
            "politique de l’unité : aucune lettre dont le solde précède un paiement (ombudsman de l’Ontario, 2011)",
        ),
        says: (
            "Money moved on this debt after the letter's as-of date. Send the event again with the new balance.",
            "La dette a connu un mouvement après la date du solde de la lettre. Renvoyez l’événement avec le nouveau solde.",
        ),
        finds: |q| {
            let as_of = q.day("as_of")?;
            let ledger = &q.standing.ledger;
            let moved = |debt| ledger.moved_since(debt, as_of, q.letter.asked_at, q.date);
            let (on, amount) = q.debts().into_iter().flat_map(moved).next()?;
            let text = priced(&[amount.abs()], "{0} moved on {}.", "{0} le {}.");
            Some(dated(on, &text.en, &text.fr))
        },
    },
    Guard {
        key: "figures-recent",
        rule: "B12",
        effect: Effect::HoldUnlessOverridden,
        basis: (
            "unit policy: a balance is not older than the policy's figures_days",
            "politique de l’unité : un solde n’est pas plus ancien que figures_days",
        ),
        says: ("The balance is too old.", "Le solde est trop ancien."),
        finds: |q| {
            let as_of = q.day("as_of")?;
            let days = q.policy.days("figures_days")?;
            let old = (q.date - as_of).num_days() > i64::from(days);
            old.then(|| dated(as_of, "It is that of {}.", "C’est celui du {}."))
        },
    },
    Guard {
        key: "balance-agrees",
        rule: "B12",
        effect: Effect::Hold,
        basis: (
            "unit policy: a balance is what the case's events come to; a joint debt is never collected twice",
            "politique de l’unité : un solde est ce que donnent les événements du dossier; une dette solidaire n’est jamais perçue deux fois",
        ),
        says: (
            "The balance does not agree with the case's debts, payments and interest.",
            "Le solde ne concorde pas avec les dettes, les paiements et les intérêts du dossier.",
        ),
        finds: |q| {
            let (as_of, claimed) = (q.day("as_of")?, q.amount("balance")?);
            // What a discharge has released is owed no more, whatever was stated.
            if q.asks_for_nothing() && q.standing.person.insolvencies.iter().any(|one| one.has_released()) {
                return None;
            }
            let debts = q.debts();
            let newer =
                debts.iter().filter_map(|debt| debt.stated).find(|stated| stated.as_of > as_of && !stated.claimed);
            if let Some(newer) = newer {
                return Some(dated(
                    newer.as_of,
                    "A newer balance is on file, that of {}.",
                    "Un solde plus récent est au dossier, celui du {}.",
                ));
            }
            let known = q.owed(as_of)?;
            (known != claimed).then(|| {
                priced(
                    &[known, claimed],
                    "They come to {0}, but the letter says {1}.",
                    "Ils donnent {0}, mais la lettre dit {1}.",
                )
            })
        },
    },
    Guard {
        key: "debt-not-paid",
        rule: "B14",
        effect: Effect::End,
        basis: (
            "unit policy: nothing is asked for a debt that is paid",
            "politique de l’unité : rien n’est réclamé pour une dette payée",
        ),
        says: ("The debt was paid.", "La dette a été payée."),
        finds: |q| {
            let debts = q.debts();
            if q.asks_for_nothing() {
                return None;
            }
            let paid = !debts.is_empty() && debts.iter().all(|debt| debt.paid.is_some());
            plainly(paid || q.owed(q.date).is_some_and(|owed| owed <= Decimal::ZERO))
        },
    },
    Guard {
        key: "debt-not-written-off",
        rule: "B14",
        effect: Effect::End,
        basis: (
            "Financial Administration Act, s. 5: nothing is asked for a debt that is written off",
            "Loi sur l’administration financière, art. 5 : rien n’est réclamé pour une dette radiée",
        ),
        says: ("The debt was written off.", "La dette a été radiée."),
        finds: |q| {
            let debts = q.debts();
            let all = !debts.is_empty() && debts.iter().all(|debt| debt.written_off.is_some());
            plainly(all && !q.asks_for_nothing())
        },
    },
    Guard {
        key: "debt-paid-in-full",
        rule: "B14",
        effect: Effect::Hold,
        basis: (
            "unit policy: paid in full is confirmed when the balance is zero and the last payment has cleared",
            "politique de l’unité : le paiement intégral est confirmé quand le solde est nul et le dernier paiement compensé",
        ),
        says: (
            "The debt is not paid in full, or its last payment has not cleared.",
            "La dette n’est pas payée en totalité, ou son dernier paiement n’est pas compensé.",
        ),
        finds: |q| {
            let debts = q.debts();
            let open = debts.is_empty() || debts.iter().any(|debt| debt.paid.is_none());
            let receipts = q.letter.facts["receipts"].as_array().into_iter().flatten();
            // What the CRA sends and what is adjusted cannot bounce.
            let told =
                receipts.filter(|row| row["kind"] == "payment").filter_map(|row| row["date"].as_str()?.parse().ok());
            let number = q.debt_number();
            let own =
                |one: &&crate::rules::Movement| one.kind == "payment" && (number.is_empty() || one.debt == number);
            let known = q.standing.ledger.movements.iter().filter(own).map(|one| one.on);
            let last = told.chain(known).max();
            let clears = last.zip(q.policy.days("clearing_days")).map(|(day, days)| calendar::deadline(day, days));
            let pending = clears.filter(|day| *day > q.date);
            let rows = q.letter.facts["receipts"].as_array().map(Vec::as_slice).unwrap_or_default();
            let came: Decimal =
                rows.iter().filter_map(|row| row["amount"].as_str().and_then(crate::case::money::parse)).sum();
            let stated: Decimal = debts.iter().filter_map(|debt| debt.stated).map(|stated| stated.balance).sum();
            if !rows.is_empty() && came < stated {
                return Some(priced(
                    &[came, stated],
                    "The receipts come to {0}, but {1} was owed.",
                    "Les sommes reçues sont de {0}, mais {1} étaient dus.",
                ));
            }
            match (open, pending) {
                (true, _) => Some(Text::new("", "")),
                (false, Some(day)) => Some(dated(day, "It clears on {}.", "La compensation est le {}.")),
                (false, None) => None,
            }
        },
    },
    Guard {
        key: "refund-reviewed",
        rule: "B16",
        effect: Effect::Review,
        basis: (
            "unit policy: who is paid back, and what else is owed, is looked at before a refund",
            "politique de l’unité : on vérifie avant un remboursement qui est remboursé et ce qui est dû par ailleurs",
        ),
        says: ("Look before you approve:", "À vérifier avant d’approuver :"),
        finds: refund_notes,
    },
    Guard {
        key: "all-undertakings-settled",
        rule: "B20",
        effect: Effect::Hold,
        basis: (
            "Immigration and Refugee Protection Regulations, s. 135",
            "Règlement sur l’immigration et la protection des réfugiés, art. 135",
        ),
        says: (
            "Another sponsorship debt of this person is neither paid nor under a plan that is kept, so the default has not ended.",
            "Une autre dette de parrainage de cette personne n’est ni payée ni visée par une entente respectée; le manquement n’a donc pas pris fin.",
        ),
        finds: |q| {
            // All debts of the case count, not only the one that the letter is about; and a plan that is kept has nothing missing.
            let kept = q.standing.kept_plan().is_some() && q.arrears().is_none_or(|missing| missing <= Decimal::ZERO);
            let own = q.standing.ledger.debts.iter().any(|debt| debt.paid.is_none()) && !kept;
            let open = |case: &&crate::rules::OtherCase| {
                case.program == "sponsorship" && case.owed != Some(Decimal::ZERO) && !case.plan_kept
            };
            let other = q.other_cases.iter().find(open);
            let named =
                other.map(|case| Text::new(format!("See {}.", case.reference), format!("Voir {}.", case.reference)));
            named.or(plainly(own))
        },
    },
    Guard {
        key: "plan-minimum",
        rule: "B15",
        effect: Effect::Review,
        basis: (
            "program policy: plan_minimum_percent of the balance and plan_minimum_amount a month",
            "politique du programme : plan_minimum_percent du solde et plan_minimum_amount par mois",
        ),
        says: (
            "The instalments are below the program's minimum.",
            "Les versements sont inférieurs au minimum du programme.",
        ),
        finds: |q| {
            let (monthly, balance) = (monthly(&q.letter.facts["plan"])?, q.amount("balance")?);
            let share = q.policy.decimal("plan_minimum_percent")? * balance / Decimal::ONE_HUNDRED;
            // A debt smaller than the minimum is paid at once.
            let minimum = share.max(q.policy.decimal("plan_minimum_amount")?).min(balance);
            (monthly < minimum).then(|| {
                let figures = [monthly, minimum].map(|amount| amount.round_dp(2));
                priced(
                    &figures,
                    "They come to {0} a month; the minimum is {1}.",
                    "Ils donnent {0} par mois; le minimum est de {1}.",
                )
            })
        },
    },
];

fn refund_notes(q: &Question<'_>) -> Option<Text> {
    let set_off = q.letter.facts["receipts"].as_array().into_iter().flatten().any(|row| row["kind"] == "cra-set-off");
    let number = q.debt_number();
    let in_case = |debt: &&crate::rules::standing::Debt| {
        let owed = q.standing.ledger.balance(debt, q.date, &q.policy.interest);
        !number.is_empty() && debt.number != number && owed.is_some_and(|owed| owed > Decimal::ZERO)
    };
    let more = q.standing.ledger.debts.iter().any(|debt| in_case(&debt));
    let owes = q.other_cases.iter().find_map(|case| Some((case, case.owed.filter(|owed| *owed > Decimal::ZERO)?)));
    let shared =
        q.standing.others.iter().any(|other| ["debtor", "sponsor", "co-signer"].contains(&other.role.as_str()));
    let person = &q.standing.person;
    let mut notes: Vec<(String, String)> = Vec::new();
    let mut note = |is_so: bool, en: &str, fr: &str| {
        if is_so {
            notes.push((en.to_owned(), fr.to_owned()));
        }
    };
    note(set_off, "part of the money came from the CRA", "une partie de la somme vient de l’ARC");
    note(
        shared,
        "somebody else is liable for the same debt and may have paid",
        "une autre personne répond de la même dette et a pu payer",
    );
    if let Some(owed) = q.owed(q.date).filter(|owed| *owed > Decimal::ZERO) {
        let figure = priced(&[owed], "{0}", "{0}");
        let (en, fr) = (
            format!("by the case's events {} is still owed", figure.en),
            format!("selon les événements du dossier, {} sont encore dus", figure.fr),
        );
        note(true, &en, &fr);
    }
    note(more, "the person owes another debt in this case", "la personne doit une autre dette dans ce dossier");
    note(person.died.is_some(), "the person has died", "la personne est décédée");
    note(!person.insolvencies.is_empty(), "there is an insolvency filing", "il y a un dossier d’insolvabilité");
    if let Some((case, owed)) = owes {
        let figure = priced(&[owed], "{0}", "{0}");
        notes.push((
            format!("the person owes {} in {}", figure.en, case.reference),
            format!("la personne doit {} dans {}", figure.fr, case.reference),
        ));
    }
    let (en, fr): (Vec<_>, Vec<_>) = notes.into_iter().unzip();
    (!en.is_empty()).then(|| Text::new(format!("{}.", en.join("; ")), format!("{}.", fr.join("; "))))
}
