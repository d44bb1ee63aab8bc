//! Guards of the course of the case: what was answered, told, agreed on, and sent already.

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::Value;

use super::{Effect, Guard, Needs};
use crate::case::clock::toronto;
use crate::case::{Both, Step, Tells};
use crate::rules::facts_hash;
use crate::rules::found::{Detail, Note, Unread, found, plainly};
use crate::rules::question::Question;
use crate::rules::standing::{Debt, Dispute, DisputeKind, SentLetter, Standing, same_debt};

/// The guards.
pub const GUARDS: [Guard; 7] = [
    Guard {
        key: "no-open-dispute",
        rule: "B4",
        effect: Effect::Hold,
        basis: None,
        says: Both {
            en: "A dispute, review or submission has not been answered.",
            fr: "Une contestation, une révision ou des observations attendent une réponse.",
        },
        reads: &[],
        reads_if_there: &["debt_number"],
        needs: Needs::Nothing,
        finds: |q| {
            let about = |dispute: &&Dispute| same_debt(&dispute.debt, q.debt_number());
            match q.standing.open_disputes().find(about) {
                Some(Dispute { answer: Some(answer), .. }) => found(Note::new(
                    "untold",
                    [Detail::Day(answer.on)],
                    "It was decided on {0}, and no letter that told the person has left",
                    "La décision est du {0}, et aucune lettre n’est partie pour l’annoncer à la personne",
                )),
                Some(open) => {
                    found(Note::new("received", [Detail::Day(open.received)], "It came on {0}", "Elle date du {0}"))
                }
                None => Ok(None),
            }
        },
    },
    Guard {
        key: "review-period-over",
        rule: "B5",
        effect: Effect::Hold,
        basis: None,
        says: Both {
            en: "The time to ask for an internal review is not over.",
            fr: "Le délai pour demander une révision interne n’est pas écoulé.",
        },
        reads: &[],
        reads_if_there: &["debt_number"],
        needs: Needs::Nothing,
        finds: |q| {
            if !q.traits.internal_review {
                return Ok(None);
            }
            match review_runs_from(q) {
                Some(day) if q.is_over(day, q.policy.review_days) => Ok(None),
                Some(day) => {
                    found(Note::new("runs-from", [Detail::Day(day)], "It runs from {0}", "Il court à compter du {0}"))
                }
                None => found(Note::new(
                    "none",
                    [],
                    "No date of the decision is on file: send the event again with “decision”",
                    "Aucune date de décision n’est au dossier : renvoyez l’événement avec « decision »",
                )),
            }
        },
    },
    Guard {
        key: "transfer-notice-given",
        rule: "B6",
        effect: Effect::Hold,
        basis: Some(Both {
            en: "Income Tax Act, s. 164(2); program policy: {notice_days} days of notice, and the time of the mail",
            fr: "Loi de l’impôt sur le revenu, par. 164(2); politique du programme : {notice_days} jours d’avis et le temps de l’envoi",
        }),
        says: Both {
            en: "The person was not told of the transfer, or the time of the notice is not over.",
            fr: "La personne n’a pas été avisée du transfert, ou le délai de l’avis n’est pas écoulé.",
        },
        reads: &["transferred"],
        reads_if_there: &["debt_number"],
        needs: Needs::Nothing,
        finds: |q| {
            let recalled = q.standing.person.recalled;
            let told = q.standing.told_by(&[Tells::TransferIntended], q.debt_number());
            let told: Vec<&SentLetter> = told.filter(|one| recalled.is_none_or(|on| one.date > Some(on))).collect();
            // Over on the day of the transfer, not only on that of the letter.
            let on = match q.day("transferred") {
                Err(Unread::NothingAsked) => q.date,
                transferred => transferred?.min(q.date),
            };
            // Over by the policy, and by what the notices said.
            let said = Standing::told_times_are_over(told.iter().copied(), on);
            match told.iter().filter_map(|letter| letter.date).max() {
                Some(day) if said && q.policy.is_over(day, q.policy.notice_days, on) => Ok(None),
                Some(day) => {
                    let days = [Detail::Day(day)];
                    found(Note::new("mailed", days, "The notice was mailed on {0}", "L’avis a été envoyé le {0}"))
                }
                None => found(Note::new(
                    "none",
                    [],
                    "No notice that came through is on file",
                    "Aucun avis qui soit parvenu n’est au dossier",
                )),
            }
        },
    },
    Guard {
        key: "opportunity-to-explain",
        rule: "B7",
        effect: Effect::Hold,
        basis: None,
        says: Both {
            en: "The sponsor has not had the time to explain their circumstances.",
            fr: "La personne répondante n’a pas eu le temps d’expliquer sa situation.",
        },
        reads: &[],
        reads_if_there: &["earlier_notices", "debt_number"],
        needs: Needs::Nothing,
        finds: |q| {
            let named = q.list_if_there("earlier_notices")?;
            let over = first_told(q, &[Tells::RightToExplain], &named)
                .is_some_and(|day| q.is_over(day, q.policy.explain_days));
            plainly(q.traits.explain_before_enforcement && !over)
        },
    },
    Guard {
        key: "given-time-over",
        rule: "B6",
        effect: Effect::Hold,
        basis: Some(Both {
            en: "unit policy: a time that a letter gave is kept",
            fr: "politique de l’unité : un délai qu’une lettre a donné est respecté",
        }),
        says: Both {
            en: "A letter gave the person a time that is not over, and this one goes further.",
            fr: "Une lettre a donné à la personne un délai qui n’est pas écoulé, et celle-ci va plus loin.",
        },
        reads: &[],
        reads_if_there: &["debt_number", "transferred"],
        needs: Needs::Nothing,
        finds: |q| {
            let Some(step) = Step::of(q.letter.tells) else { return Ok(None) };
            // Over on the day of the transfer, not only on that of the letter.
            let transferred = q.fact_if_there("transferred").and_then(|day| NaiveDate::deserialize(day).ok());
            let on = transferred.map_or(q.date, |transferred| transferred.min(q.date));
            // What the step itself waits for has a rule of its own.
            let own: &[Tells] = match step {
                Step::TransferMade => &[Tells::TransferIntended],
                Step::PlanEnded => &[Tells::InstalmentMissed],
                Step::Demand | Step::TransferIntended => &[],
            };
            let times = q.standing.times_given(step, q.debt_number(), on);
            let running = times.filter(|(until, letter)| *until >= on && !letter.tells(own));
            match running.max_by_key(|(until, _)| *until) {
                Some((until, letter)) => {
                    let days = letter.date.into_iter().chain([until]).map(Detail::Day).collect::<Vec<_>>();
                    let (en, fr) = ("The one of {0} gives until {1}", "Celle du {0} donne jusqu’au {1}");
                    found(Note::new("until", days, en, fr))
                }
                None => Ok(None),
            }
        },
    },
    Guard {
        key: "no-duplicate",
        rule: "B21",
        effect: Effect::HoldUnlessOverridden,
        basis: Some(Both {
            en: "unit policy: the same letter does not go twice within {duplicate_days} days",
            fr: "politique de l’unité : la même lettre ne part pas deux fois en moins de {duplicate_days} jours",
        }),
        says: Both {
            en: "The same letter went to this person, or is about to.",
            fr: "La même lettre a été envoyée à cette personne, ou va l’être.",
        },
        reads: &[],
        reads_if_there: &["debt_number"],
        needs: Needs::OtherLetters,
        finds: |q| {
            let days = i64::from(q.policy.duplicate_days);
            let close = |letter: &SentLetter| letter.date.is_none_or(|day| (q.date - day).num_days().abs() < days);
            let hash = facts_hash(q.letter.facts.unwrap_or(&Value::Null), q.letter.told_apart_by);
            let same = |letter: &SentLetter| {
                letter.letter_type == q.letter.letter_type
                    && same_debt(&letter.debt, q.debt_number())
                    && (!q.letter.repeats || letter.facts_hash == hash)
            };
            let dated = |day| Note::new("dated", [Detail::Day(day)], "It is dated {0}", "Elle est datée du {0}");
            let earlier = earlier(q).find(|letter| same(letter) && close(letter));
            Ok(earlier.map(|letter| letter.date.map(dated).into_iter().collect()))
        },
    },
    Guard {
        key: "no-conflicting-letter",
        rule: "B21",
        effect: Effect::Hold,
        basis: Some(Both {
            en: "unit policy: letters that contradict each other do not go on one day",
            fr: "politique de l’unité : des lettres qui se contredisent ne partent pas le même jour",
        }),
        says: Both {
            en: "A letter that contradicts this one goes to the person on the same day.",
            fr: "Une lettre qui contredit celle-ci part le même jour à la même personne.",
        },
        reads: &[],
        reads_if_there: &[],
        needs: Needs::OtherLetters,
        finds: |q| {
            let on_its_way = |letter: &&SentLetter| letter.date.is_none_or(|day| day == q.date);
            // A letter sent by other means has no id, and neither has one that does not exist yet: they are two letters.
            let other = |letter: &&SentLetter| {
                letter.person == q.standing.person.id && (letter.id.is_empty() || letter.id != q.letter.id)
            };
            // A first notice of a debt that was referred before has had its days to leave; once it has left, it gives its time.
            let first = |letter: &SentLetter| letter.tells(&[Tells::ReviewRight, Tells::RightToExplain]);
            let asked = toronto(q.letter.asked_at).date().min(q.date);
            let together = |letter: &&SentLetter| !first(letter) || letter.asked.is_none_or(|day| day >= asked);
            let mut letters = q.standing.letters.iter().filter(other).filter(on_its_way).filter(together);
            plainly(letters.any(|letter| q.letter.conflicts.contains(&letter.letter_type)))
        },
    },
];

/// Letters to the person that were called for before this one, or have left, and did not come back.
fn earlier<'q>(q: &'q Question<'_>) -> impl Iterator<Item = &'q SentLetter> {
    let before = |letter: &&SentLetter| {
        letter.person == q.standing.person.id
            && !letter.returned
            && (letter.id != q.letter.id || letter.id.is_empty())
            && (letter.sent || letter.sequence.is_none_or(|place| q.letter.sequence.is_none_or(|own| place < own)))
    };
    q.standing.letters.iter().filter(before)
}

/// From when the time to ask for a review runs that ends last: from the decision behind each debt that is still owed, or from the day on
/// which the person was told of what became of a review, which may be appealed. None where no date of a decision is on file for one of
/// them: then no time counts as over.
fn review_runs_from(q: &Question<'_>) -> Option<NaiveDate> {
    let of_kind = |kind| q.standing.disputes.iter().filter(move |dispute| dispute.kind == kind);
    // Where an appeal was made, the time for it is no longer open.
    let appealed = of_kind(DisputeKind::Appeal).next().is_some();
    let told = |debt: &Debt| {
        let about = |one: &&Dispute| same_debt(&one.debt, &debt.number);
        of_kind(DisputeKind::Review).filter(|_| !appealed).filter(about).filter_map(|one| one.told).max()
    };
    let (owed, done): (Vec<&Debt>, Vec<&Debt>) =
        q.debts().into_iter().partition(|debt| !q.is_debt_paid(debt) && debt.written_off.is_none());
    let debts = if owed.is_empty() { done } else { owed };
    let days: Option<Vec<NaiveDate>> = debts.into_iter().map(|debt| debt.decided.max(told(debt))).collect();
    days?.into_iter().max()
}

/// The first day on which the person was told one of some things: by a letter on file, or by one that the letter names.
fn first_told(q: &Question<'_>, what: &[Tells], named: &[NaiveDate]) -> Option<NaiveDate> {
    let sent = q.standing.told_by(what, q.debt_number()).filter_map(|letter| letter.date);
    // A notice that came back has told nobody.
    let own = |letter: &&SentLetter| letter.returned && letter.person == q.standing.person.id;
    let returned: Vec<_> = q.standing.letters.iter().filter(own).map(|letter| letter.date).collect();
    sent.chain(named.iter().copied().filter(|day| !returned.contains(&Some(*day)))).min()
}
