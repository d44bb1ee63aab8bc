//! Grounds: what must be on file before a letter of a type has anything to rest on.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::Value;

use super::{Effect, Guard, Needs};
use crate::case::{Both, Tells};
use crate::rules::found::{Answer, Detail, Note, Unread, found, plainly};
use crate::rules::question::Question;
use crate::rules::standing::{Debt, Dispute, DisputeKind, Movement, MovementKind, Offer, Plan, SentLetter};

/// The grounds.
pub const GUARDS: [Guard; 14] = [
    Guard {
        key: "debt-on-file",
        rule: "B12",
        effect: Effect::Ground,
        basis: Both {
            en: "unit policy: a letter about a debt needs the debt",
            fr: "politique de l’unité : une lettre sur une dette suppose une dette",
        },
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
        basis: Both {
            en: "Financial Administration Act, s. 5; unit policy: a decision about a debt needs a debt that is owed",
            fr: "Loi sur l’administration financière, art. 5; politique de l’unité : une décision sur une dette suppose une dette qui est due",
        },
        says: Both { en: "There is no debt to decide on.", fr: "Il n’y a pas de dette sur laquelle décider." },
        reads: &[],
        reads_if_there: &["debt_number"],
        needs: Needs::Nothing,
        finds: debt_to_decide_on,
    },
    Guard {
        key: "plan-on-file",
        rule: "B13",
        effect: Effect::Ground,
        basis: Both {
            en: "unit policy: a letter about a plan needs the plan that was agreed on",
            fr: "politique de l’unité : une lettre sur une entente suppose une entente conclue",
        },
        says: Both {
            en: "No repayment plan of this person is on file. Record the plan that was agreed on first, or look whether the case number is right.",
            fr: "Aucune entente de paiement de cette personne n’est au dossier. Inscrivez d’abord l’entente conclue, ou vérifiez le numéro du dossier.",
        },
        reads: &[],
        reads_if_there: &[],
        needs: Needs::Nothing,
        finds: |q| plainly(q.standing.plan().is_none_or(|plan| plan.agreed_on.is_none())),
    },
    Guard {
        key: "plan-to-confirm",
        rule: "B13",
        effect: Effect::Ground,
        basis: Both {
            en: "unit policy: a plan is confirmed after it was proposed or agreed on",
            fr: "politique de l’unité : une entente est confirmée après avoir été proposée ou conclue",
        },
        says: Both {
            en: "Neither a plan that was agreed on nor a proposal to this person is on file. Record the agreement, or propose the plan first.",
            fr: "Ni une entente conclue ni une proposition faite à cette personne n’est au dossier. Inscrivez l’accord, ou proposez d’abord l’entente.",
        },
        reads: &[],
        reads_if_there: &[],
        needs: Needs::Nothing,
        finds: |q| {
            let plan = q.standing.plan();
            let ended = plan.filter(|plan| plan.defaulted.is_some()).map(|plan| plan.told);
            let proposed = q.standing.proposal().is_some_and(|one| ended.is_none_or(|ended| one.told > ended));
            plainly(
                !plan.is_some_and(Plan::is_kept)
                    && !proposed
                    && !plan.is_some_and(|plan| plan.told == q.letter.asked_at),
            )
        },
    },
    Guard {
        key: "offer-open",
        rule: "B19",
        effect: Effect::Ground,
        basis: Both {
            en: "unit policy: only an offer that the person was told of is accepted, in its time and for its amount; settlement_days",
            fr: "politique de l’unité : seule une offre annoncée à la personne est acceptée, dans son délai et pour son montant; settlement_days",
        },
        says: Both {
            en: "No open offer of this settlement is on file.",
            fr: "Aucune offre ouverte de ce règlement n’est au dossier.",
        },
        reads: &["accepted", "paid_on", "paid", "forgone"],
        reads_if_there: &["debt_number"],
        needs: Needs::Nothing,
        finds: offer_open,
    },
    Guard {
        key: "credit-on-file",
        rule: "B16",
        effect: Effect::Ground,
        basis: Both {
            en: "unit policy: only what came in above the debt is paid back",
            fr: "politique de l’unité : seul ce qui dépasse la dette est remboursé",
        },
        says: Both {
            en: "Nothing on file says that more came in than was owed. Record the payments or the credit first.",
            fr: "Rien au dossier n’indique que les sommes reçues dépassent la dette. Inscrivez d’abord les paiements ou le crédit.",
        },
        reads: &[],
        reads_if_there: &["debt_number"],
        needs: Needs::Nothing,
        finds: |q| {
            let found = q.standing.credits.iter().any(|person| *person == q.standing.person.id);
            let owed = |debt: &&Debt| q.standing.ledger.balance(debt, q.date, &q.policy.terms);
            let overpaid = q.debts().iter().any(|debt| owed(debt).is_some_and(|owed| owed < Decimal::ZERO));
            plainly(!found && !overpaid)
        },
    },
    Guard {
        key: "filing-on-file",
        rule: "B2",
        effect: Effect::Ground,
        basis: Both {
            en: "Bankruptcy and Insolvency Act, s. 124: a claim is proved in a filing",
            fr: "Loi sur la faillite et l’insolvabilité, art. 124 : une réclamation est prouvée dans un dossier d’insolvabilité",
        },
        says: Both {
            en: "No insolvency filing of this person is on file. Record the filing first.",
            fr: "Aucun dossier d’insolvabilité de cette personne n’est au dossier. Inscrivez d’abord le dépôt.",
        },
        reads: &[],
        reads_if_there: &[],
        needs: Needs::Nothing,
        finds: |q| plainly(q.standing.person.insolvencies.is_empty()),
    },
    Guard {
        key: "filing-ended",
        rule: "B3",
        effect: Effect::Ground,
        basis: Both {
            en: "Bankruptcy and Insolvency Act, s. 178: what becomes of a debt is told when a filing has ended",
            fr: "Loi sur la faillite et l’insolvabilité, art. 178 : le sort d’une dette est annoncé quand un dossier a pris fin",
        },
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
        basis: Both {
            en: "unit policy: an estate is written to after a death",
            fr: "politique de l’unité : on écrit à une succession après un décès",
        },
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
        key: "dispute-open",
        rule: "B4",
        effect: Effect::Ground,
        basis: Both {
            en: "OPS Service Directive: what has arrived is acknowledged until it is answered",
            fr: "directive sur les services de la FPO : on accuse réception de ce qui est arrivé jusqu’à la réponse",
        },
        says: Both {
            en: "No dispute, review or submission of this person waits for an answer. Record it first.",
            fr: "Aucune contestation, révision ni observation de cette personne n’attend de réponse. Inscrivez-la d’abord.",
        },
        reads: &[],
        reads_if_there: &[],
        needs: Needs::Nothing,
        finds: |q| plainly(!own_disputes(q).any(|dispute| dispute.answer.is_none())),
    },
    Guard {
        key: "dispute-to-answer",
        rule: "B4",
        effect: Effect::Ground,
        basis: Both {
            en: "unit policy: a decision answers what the person wrote",
            fr: "politique de l’unité : une décision répond à ce que la personne a écrit",
        },
        says: Both {
            en: "Nothing of this kind that the person wrote is on file for this decision to answer. Record the dispute, review or submission first.",
            fr: "Rien de tel que la personne ait écrit n’est au dossier, à quoi cette décision répondrait. Inscrivez d’abord la contestation, la révision ou les observations.",
        },
        reads: &[],
        reads_if_there: &["decided", "kind", "debt_number"],
        needs: Needs::Nothing,
        finds: dispute_to_answer,
    },
    Guard {
        key: "payment-on-file",
        rule: "B12",
        effect: Effect::Ground,
        basis: Both {
            en: "unit policy: only a payment that was recorded can come back",
            fr: "politique de l’unité : seul un paiement inscrit peut être refusé",
        },
        says: Both {
            en: "The payment that came back is not on file.", fr: "Le paiement refusé n’est pas au dossier."
        },
        reads: &["amount", "dishonoured"],
        reads_if_there: &["debt_number"],
        needs: Needs::Nothing,
        finds: |q| {
            let (amount, returned) = (q.amount("amount")?, q.day("dishonoured")?);
            let own = |one: &&Movement| one.kind == MovementKind::Payment && one.amount == amount && one.on <= returned;
            if q.standing.ledger.movements.iter().any(|one| own(&one)) {
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
        key: "letter-to-correct",
        rule: "B21",
        effect: Effect::Ground,
        basis: Both {
            en: "unit policy: only a letter that was issued to this person is corrected",
            fr: "politique de l’unité : seule une lettre émise à cette personne est corrigée",
        },
        says: Both {
            en: "The letter that is to be corrected is not on file.",
            fr: "La lettre à corriger n’est pas au dossier.",
        },
        reads: &[],
        reads_if_there: &["wrong"],
        needs: Needs::Nothing,
        finds: letter_to_correct,
    },
    Guard {
        key: "debt-transferred",
        rule: "B6",
        effect: Effect::Ground,
        basis: Both {
            en: "unit policy: only a transfer that was made is taken back",
            fr: "politique de l’unité : on ne retire qu’un transfert qui a été fait",
        },
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
    let owed = |debt: &&Debt| q.standing.ledger.balance(debt, q.date, &q.policy.terms);
    match debts.iter().all(|debt| owed(debt).is_some_and(|owed| owed <= Decimal::ZERO)) {
        true => found(Note::new("nothing-owed", [], "Nothing is owed any more", "Rien n’est plus dû")),
        false => Ok(None),
    }
}

/// The offer that is accepted: one that the person was told of, whose time is not over, of the same amounts.
fn offer_open(q: &Question<'_>) -> Answer {
    let acceptance = match q.letter.facts {
        None => None,
        Some(_) => Some((q.day("accepted")?.max(q.day("paid_on")?), q.amount("paid")?, q.amount("forgone")?)),
    };
    let told = |letter: &&SentLetter| letter.date.is_some();
    let told = q.standing.told_by(&[Tells::SettlementOffered], q.debt_number()).filter(told).max_by_key(|one| one.date);
    let Some(mailed) = told.and_then(|letter| letter.date) else {
        return found(Note::new(
            "untold",
            [],
            "The person was told of no offer; make the offer and send its letter first",
            "Aucune offre n’a été annoncée à la personne; faites l’offre et envoyez d’abord sa lettre",
        ));
    };
    let mut notes = Vec::new();
    let late = acceptance.map_or(q.date, |(late, ..)| late);
    if q.is_over_on(mailed, q.policy.settlement_days, late) {
        let last = q.policy.deadline(mailed, q.policy.settlement_days);
        notes.push(Note::new(
            "over",
            [last, late].map(Detail::Day),
            "It could be accepted and paid until {0}, and this is of {1}; make a new offer",
            "Elle pouvait être acceptée et payée jusqu’au {0}, et ceci date du {1}; faites une nouvelle offre",
        ));
    }
    if let Some((_, paid, forgone)) = acceptance {
        // One that went out by other means than Recto is on file without its amounts.
        let differs = |offer: &&Offer| offer.amount != paid || offer.forgone != forgone;
        notes.extend(q.standing.offer(q.debt_number()).filter(differs).map(|offer| {
            Note::new(
                "other",
                [offer.amount, offer.forgone, paid, forgone].map(Detail::Amount),
                "The offer is {0} with {1} not collected, and the acceptance says {2} with {3} not collected; correct it, or make a new offer",
                "L’offre est de {0}, avec {1} non recouvrés, et l’acceptation indique {2}, avec {3} non recouvrés; corrigez-la, ou faites une nouvelle offre",
            )
        }));
    }
    Ok((!notes.is_empty()).then_some(notes))
}

fn own_disputes<'q>(q: &'q Question<'_>) -> impl Iterator<Item = &'q Dispute> {
    q.standing.disputes.iter().filter(|dispute| dispute.person == q.standing.person.id)
}

/// What the person wrote that is open, or that this very decision has answered.
fn dispute_to_answer(q: &Question<'_>) -> Answer {
    let kind = q.fact_if_there("kind").and_then(|kind| DisputeKind::deserialize(kind).ok());
    let decided = q.fact_if_there("decided").and_then(|day| NaiveDate::deserialize(day).ok());
    let number = q.debt_number();
    let meant = |dispute: &&Dispute| {
        let about = number.is_empty() || dispute.debt.is_empty() || dispute.debt == number;
        about && kind.is_none_or(|kind| kind == dispute.kind)
    };
    let waits = |dispute: &Dispute| dispute.answer.is_none_or(|answer| Some(answer.on) == decided);
    plainly(!own_disputes(q).filter(meant).any(waits))
}

/// The letter that was wrong, by the number at its foot or, where none is named, by its date.
fn letter_to_correct(q: &Question<'_>) -> Answer {
    let own = |letter: &&SentLetter| letter.person == q.standing.person.id && letter.date.is_some();
    let mut letters = q.standing.letters.iter().filter(own);
    let Some(wrong) = q.fact_if_there("wrong") else { return plainly(letters.next().is_none()) };
    let dated = NaiveDate::deserialize(&wrong["date"]).map_err(|_| Unread::Fact("wrong"))?;
    match wrong.get("letter").and_then(Value::as_str) {
        None if letters.any(|letter| letter.date == Some(dated)) => Ok(None),
        None => found(Note::new(
            "no-letter-of-the-day",
            [Detail::Day(dated)],
            "No letter of {0} to this person was issued or recorded as sent; correct the date, or record the letter",
            "Aucune lettre du {0} à cette personne n’a été émise ni inscrite comme envoyée; corrigez la date, ou inscrivez la lettre",
        )),
        Some(number) => match letters.find(|letter| !letter.id.is_empty() && figures(&letter.id) == figures(number)) {
            Some(letter) if letter.date == Some(dated) => Ok(None),
            Some(letter) => found(Note::new(
                "other-day",
                [Detail::Day(letter.date.unwrap_or(dated)), Detail::Day(dated)],
                "The letter of this number is dated {0}, not {1}; correct the date or the number",
                "La lettre de ce numéro est datée du {0}, et non du {1}; corrigez la date ou le numéro",
            )),
            None => found(Note::new(
                "no-letter-of-the-number",
                [],
                "No letter of this number was issued to this person in this case; correct the number",
                "Aucune lettre de ce numéro n’a été émise à cette personne dans ce dossier; corrigez le numéro",
            )),
        },
    }
}

/// A letter's number without what people write between its parts.
fn figures(number: &str) -> String {
    number.chars().filter(char::is_ascii_alphanumeric).map(|one| one.to_ascii_uppercase()).collect()
}
