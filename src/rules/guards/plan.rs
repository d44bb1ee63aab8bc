//! Guards of what was agreed on, proposed and offered, and of how a plan is kept.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::{Effect, Guard, Needs};
use crate::case::{Both, Tells};
use crate::rules::found::{Answer, Detail, Note, found, plainly};
use crate::rules::question::Question;
use crate::rules::standing::{MissedRow, Offer, SentLetter, Standing, Terms};

/// The guards.
pub const GUARDS: [Guard; 6] = [
    Guard {
        key: "no-plan-in-good-standing",
        rule: "B13",
        effect: Effect::Hold,
        basis: Some(Both {
            en: "program policy: a plan that is kept excludes referral and new demands",
            fr: "politique du programme : une entente respectée exclut le renvoi et toute nouvelle demande",
        }),
        says: Both { en: "A repayment plan is in good standing.", fr: "Une entente de paiement est respectée." },
        reads: &[],
        reads_if_there: &[],
        needs: Needs::Nothing,
        finds: |q| {
            let set_off =
                q.letter.tells.iter().any(|told| [Tells::TransferIntended, Tells::TransferMade].contains(told));
            let excludes = !set_off || q.policy.plan_excludes_set_off;
            plainly(excludes && q.standing.kept_plan().is_some())
        },
    },
    Guard {
        key: "plan-still-agreed",
        rule: "B13",
        effect: Effect::End,
        basis: Some(Both {
            en: "unit policy: only the newest plan is confirmed",
            fr: "politique de l’unité : seule la plus récente entente est confirmée",
        }),
        says: Both {
            en: "A newer plan has taken the place of this one, or it has defaulted.",
            fr: "Une entente plus récente a remplacé celle-ci, ou elle n’est plus respectée.",
        },
        reads: &[],
        reads_if_there: &["plan", "balance"],
        needs: Needs::Nothing,
        finds: |q| {
            let Some(plan) = q.standing.plan() else { return Ok(None) };
            if plan.defaulted.is_some() {
                return plainly(true);
            }
            plainly_or_other(q, plan.told, plan.terms)
        },
    },
    Guard {
        key: "plan-still-proposed",
        rule: "B13",
        effect: Effect::End,
        basis: Some(Both {
            en: "unit policy: only the newest proposal goes, and none for what was agreed on since",
            fr: "politique de l’unité : seule la plus récente proposition est envoyée, et aucune après un accord",
        }),
        says: Both {
            en: "A newer proposal or plan has taken the place of this one.",
            fr: "Une proposition ou une entente plus récente a remplacé celle-ci.",
        },
        reads: &[],
        reads_if_there: &["plan", "balance"],
        needs: Needs::Nothing,
        finds: |q| {
            let agreed = q.standing.plan().filter(|plan| plan.is_kept() && plan.told >= q.letter.asked_at);
            match (agreed, q.standing.proposal()) {
                (Some(plan), _) => plainly_or_other(q, plan.told, plan.terms),
                (None, Some(proposal)) => plainly_or_other(q, proposal.told, Some(proposal.terms)),
                (None, None) => Ok(None),
            }
        },
    },
    Guard {
        key: "offer-still-made",
        rule: "B21",
        effect: Effect::End,
        basis: Some(Both {
            en: "unit policy: only the newest offer goes",
            fr: "politique de l’unité : seule la plus récente offre est envoyée",
        }),
        says: Both {
            en: "A newer offer has taken the place of this one.",
            fr: "Une offre plus récente a remplacé celle-ci.",
        },
        reads: &["offer"],
        reads_if_there: &["debt_number"],
        needs: Needs::Nothing,
        finds: |q| {
            let (own, asked_at) = (q.amount("offer")?, q.letter.asked_at);
            let newer = |offer: &&Offer| offer.told > asked_at || (offer.told == asked_at && offer.amount != own);
            match q.standing.offer(q.debt_number(), q.date).filter(newer) {
                Some(offer) => {
                    let details = [offer.amount, own].map(Detail::Amount);
                    found(Note::new("other", details, "It is of {0}, not of {1}", "Elle est de {0}, et non de {1}"))
                }
                None => Ok(None),
            }
        },
    },
    Guard {
        key: "instalment-still-missed",
        rule: "B13",
        effect: Effect::End,
        basis: Some(Both {
            en: "unit policy: no reminder for what has come in",
            fr: "politique de l’unité : aucun rappel pour ce qui est arrivé",
        }),
        says: Both {
            en: "What was missed has come in since, or the plan has defaulted.",
            fr: "Ce qui manquait est arrivé depuis, ou l’entente n’est plus respectée.",
        },
        reads: &["as_of", "cure_amount", "missed"],
        reads_if_there: super::debt::LISTED,
        needs: Needs::Nothing,
        finds: |q| {
            let missing = q.amount("cure_amount")?;
            let came: Decimal = q.moved()?.into_iter().map(|movement| movement.amount).sum();
            let defaulted = q.standing.plan().is_some_and(|plan| plan.defaulted.is_some());
            let less = q.arrears().is_some_and(|arrears| arrears < missing);
            plainly(q.is_cured(&q.list("missed")?) || less || came >= missing || defaulted)
        },
    },
    Guard {
        key: "reminder-sent-and-cure-passed",
        rule: "B13",
        effect: Effect::Hold,
        basis: Some(Both {
            en: "unit policy: a plan is cancelled only after a reminder and {cure_days} days to cure",
            fr: "politique de l’unité : une entente n’est annulée qu’après un rappel et {cure_days} jours pour corriger",
        }),
        says: Both {
            en: "No reminder that came through is on file, or its time to cure is not over.",
            fr: "Aucun rappel parvenu n’est au dossier, ou le délai pour corriger n’est pas écoulé.",
        },
        reads: &["missed"],
        reads_if_there: &[],
        needs: Needs::Nothing,
        finds: |q| {
            let missed: Vec<MissedRow> = q.list("missed")?;
            let first = missed.iter().map(|row| row.due).min();
            let told = q.standing.told_by(&[Tells::InstalmentMissed], "");
            let told: Vec<&SentLetter> = told.filter(|one| first.is_none_or(|first| one.date >= Some(first))).collect();
            // The first reminder of what is missed counts, unless a later one has said a later day.
            let reminded = told.iter().filter_map(|letter| letter.date).min();
            let over = reminded.is_some_and(|day| q.is_over(day, q.policy.cure_days));
            plainly(q.is_cured(&missed) || !over || !Standing::told_times_are_over(told, q.date))
        },
    },
];

/// What is found against a letter about a plan where the newest one, told at an instant, is another: what of it differs, as far as
/// both are known. Two that were told at one instant are the same where their terms are.
fn plainly_or_other(q: &Question<'_>, told: DateTime<Utc>, terms: Option<Terms>) -> Answer {
    let own = q.terms();
    let differs = own.zip(terms).filter(|(own, newest)| own != newest);
    if told < q.letter.asked_at || (told == q.letter.asked_at && differs.is_none()) {
        return Ok(None);
    }
    let Some((own, newest)) = differs else { return plainly(true) };
    let of = |terms: Terms| [terms.plan.monthly().round_dp(2), terms.balance].map(Detail::Amount);
    let first = |terms: Terms| Detail::Day(terms.plan.first_due);
    let ([monthly, balance], [own_monthly, own_balance]) = (of(newest), of(own));
    let details = [monthly, first(newest), balance, own_monthly, first(own), own_balance];
    found(Note::new(
        "other",
        details,
        "The newest repays {2} with {0} a month from {1}; this one, {5} with {3} a month from {4}",
        "La plus récente rembourse {2} à raison de {0} par mois à compter du {1}; celle-ci, {5} à raison de {3} par mois à compter du {4}",
    ))
}
