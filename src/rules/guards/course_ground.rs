//! Grounds of the course of the case: the plan, offer, dispute or letter that must be on file before a letter can tell of it.

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::Value;

use super::{Effect, Guard, Needs};
use crate::case::{Both, Tells};
use crate::rules::found::{Answer, Detail, Note, Unread, found, plainly};
use crate::rules::question::Question;
use crate::rules::standing::{Dispute, DisputeKind, Offer, Plan, SentLetter, same_debt};

/// The grounds.
pub const GUARDS: [Guard; 6] = [
    Guard {
        key: "plan-on-file",
        rule: "B13",
        effect: Effect::Ground,
        basis: Some(Both {
            en: "unit policy: a letter about a plan needs the plan that was agreed on",
            fr: "politique de l’unité : une lettre sur une entente suppose une entente conclue",
        }),
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
        basis: Some(Both {
            en: "unit policy: a plan is confirmed after it was proposed or agreed on",
            fr: "politique de l’unité : une entente est confirmée après avoir été proposée ou conclue",
        }),
        says: Both {
            en: "Neither a plan that was agreed on nor a proposal to this person is on file. Record the agreement, or propose the plan first.",
            fr: "Ni une entente conclue ni une proposition faite à cette personne n’est au dossier. Inscrivez l’accord, ou proposez d’abord l’entente.",
        },
        reads: &[],
        reads_if_there: &[],
        needs: Needs::Nothing,
        finds: |q| {
            let plan = q.standing.plan();
            // Where nobody has asked yet: one that was confirmed is not confirmed again.
            let agreed = plan.filter(|plan| q.letter.facts.is_none() && plan.is_kept()).and_then(|plan| plan.agreed_on);
            if let Some(day) = agreed.and_then(|day| told_since(q, day)) {
                return found(Note::new(
                    "confirmed",
                    [Detail::Day(day)],
                    "The plan on file was confirmed on {0}",
                    "L’entente au dossier a été confirmée le {0}",
                ));
            }
            let ended = plan.filter(|plan| plan.defaulted.is_some()).map(|plan| plan.told);
            let proposed = q.standing.proposal().is_some_and(|one| ended.is_none_or(|ended| one.told > ended));
            // The plan that asks for the letter is on file, also where another took its place since: that is `plan-still-agreed`.
            let since = plan.is_some_and(|plan| plan.told >= q.letter.asked_at);
            plainly(!plan.is_some_and(Plan::is_kept) && !proposed && !since)
        },
    },
    Guard {
        key: "offer-open",
        rule: "B19",
        effect: Effect::Ground,
        basis: Some(Both {
            en: "unit policy: only an offer that the person was told of is accepted, in its time and for its amount",
            fr: "politique de l’unité : seule une offre annoncée à la personne est acceptée, dans son délai et pour son montant",
        }),
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
        key: "dispute-open",
        rule: "B4",
        effect: Effect::Ground,
        basis: Some(Both {
            en: "OPS Service Directive: what has arrived is acknowledged until it is answered",
            fr: "directive sur les services de la FPO : on accuse réception de ce qui est arrivé jusqu’à la réponse",
        }),
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
        basis: Some(Both {
            en: "unit policy: a decision answers what the person wrote",
            fr: "politique de l’unité : une décision répond à ce que la personne a écrit",
        }),
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
        key: "letter-to-correct",
        rule: "B21",
        effect: Effect::Ground,
        basis: Some(Both {
            en: "unit policy: only a letter that was issued to this person is corrected",
            fr: "politique de l’unité : seule une lettre émise à cette personne est corrigée",
        }),
        says: Both {
            en: "The letter that is to be corrected is not on file.",
            fr: "La lettre à corriger n’est pas au dossier.",
        },
        reads: &[],
        reads_if_there: &["wrong"],
        needs: Needs::Nothing,
        finds: letter_to_correct,
    },
];

/// The offer that is accepted: one that the person was told of, whose time is not over, of the same amounts.
fn offer_open(q: &Question<'_>) -> Answer {
    let acceptance = match q.letter.facts {
        None => None,
        Some(_) => Some((q.day("accepted")?.max(q.day("paid_on")?), q.amount("paid")?, q.amount("forgone")?)),
    };
    let told = |letter: &&SentLetter| letter.date.is_some();
    let told = q.standing.told_by(&[Tells::SettlementOffered], q.debt_number()).filter(told).max_by_key(|one| one.date);
    let Some((letter, mailed)) = told.and_then(|letter| Some((letter, letter.date?))) else {
        return found(Note::new(
            "untold",
            [],
            "The person was told of no offer; make the offer and send its letter first",
            "Aucune offre n’a été annoncée à la personne; faites l’offre et envoyez d’abord sa lettre",
        ));
    };
    let mut notes = Vec::new();
    let late = acceptance.map_or(q.date, |(late, ..)| late);
    if let Some(last) = letter.times.last().filter(|last| late > *last) {
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
        notes.extend(q.standing.offer(q.debt_number(), mailed).filter(differs).map(|offer| {
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

/// The day of a letter of the same type to the person, of a day or later; today where it is on its way.
fn told_since(q: &Question<'_>, day: NaiveDate) -> Option<NaiveDate> {
    let own = |one: &&SentLetter| {
        one.person == q.standing.person.id && one.letter_type == q.letter.letter_type && !one.returned
    };
    let days = q.standing.letters.iter().filter(own).map(|letter| letter.date.unwrap_or(q.date));
    days.filter(|told| *told >= day).max()
}

/// What the person wrote that is open, or that this very decision has answered.
fn dispute_to_answer(q: &Question<'_>) -> Answer {
    let kind = q.fact_if_there("kind").and_then(|kind| DisputeKind::deserialize(kind).ok());
    let decided = q.fact_if_there("decided").and_then(|day| NaiveDate::deserialize(day).ok());
    let meant =
        |dispute: &&Dispute| same_debt(&dispute.debt, q.debt_number()) && kind.is_none_or(|kind| kind == dispute.kind);
    // What is decided and not told is not answered.
    let waits = |dispute: &Dispute| dispute.is_open() || dispute.answer.as_ref().map(|answer| answer.on) == decided;
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
