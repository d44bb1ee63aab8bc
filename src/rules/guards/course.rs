//! Guards that look at the course of the case: what was answered, told, agreed on, and sent already.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{Effect, Guard};
use crate::case::Text;
use crate::rules::question::{Question, dated, plainly};
use crate::rules::standing::SentLetter;

/// The guards.
pub const GUARDS: [Guard; 11] = [
    Guard {
        key: "no-open-dispute",
        rule: "B4",
        effect: Effect::Hold,
        basis: (
            "Ontario Works Act, 1997, ss. 24 to 28; Canada (AG) v. Mavi, 2011 SCC 30",
            "Loi de 1997 sur le programme Ontario au travail, art. 24 à 28; Canada (PG) c. Mavi, 2011 CSC 30",
        ),
        says: (
            "A dispute, review or submission has not been answered.",
            "Une contestation, une révision ou des observations attendent une réponse.",
        ),
        finds: |q| {
            let number = q.debt_number();
            let about = |dispute: &&crate::rules::standing::Dispute| {
                number.is_empty() || dispute.debt.is_empty() || dispute.debt == number
            };
            let open = q.standing.open_disputes().find(about)?;
            Some(open.received.map_or(Text::new("", ""), |day| dated(day, "It came on {}.", "Elle date du {}.")))
        },
    },
    Guard {
        key: "review-period-over",
        rule: "B5",
        effect: Effect::Hold,
        basis: (
            "Ontario Works Act, 1997, ss. 24 and 25(3): 30 days from receipt, which is 3 days after mailing",
            "Loi de 1997 sur le programme Ontario au travail, art. 24 et par. 25(3) : 30 jours après la réception, soit 3 jours après l’envoi",
        ),
        says: (
            "The time to ask for an internal review is not over.",
            "Le délai pour demander une révision interne n’est pas écoulé.",
        ),
        // There is no internal review of a sponsorship debt.
        finds: |q| {
            if q.program == "sponsorship" {
                return None;
            }
            let told = first_told(q, &["debt-notice"]);
            // A decision on a review begins a time to appeal; where an appeal was made, that is no longer open.
            let appealed = q.standing.disputes.iter().any(|dispute| dispute.kind == "appeal");
            let reviews = q.standing.disputes.iter().filter(|dispute| dispute.kind == "review" && !appealed);
            let answered = reviews.filter_map(|dispute| dispute.decided.as_ref()?.0);
            let decided = q.debts().into_iter().filter_map(|debt| debt.decided);
            let runs_from = decided.chain(answered).max().or(told);
            match runs_from {
                Some(day) if q.is_over(day, "review_days") => None,
                Some(day) => Some(dated(day, "It runs from {}.", "Il court à compter du {}.")),
                None => Some(Text::new("No decision is on file.", "Aucune décision n’est au dossier.")),
            }
        },
    },
    Guard {
        key: "transfer-notice-given",
        rule: "B6",
        effect: Effect::Hold,
        basis: (
            "Income Tax Act, s. 164(2); program policy: notice_days, and the time of the mail",
            "Loi de l’impôt sur le revenu, par. 164(2); politique du programme : notice_days et le temps de l’envoi",
        ),
        says: (
            "The person was not told of the transfer, or the time of the notice is not over.",
            "La personne n’a pas été avisée du transfert, ou le délai de l’avis n’est pas écoulé.",
        ),
        finds: |q| match q
            .standing
            .told_by(&["cra-transfer-notice"], q.debt_number())
            .filter_map(|letter| letter.date)
            .filter(|day| q.standing.person.recalled.is_none_or(|recalled| *day > recalled))
            .max()
        {
            // Over on the day of the transfer, not only on that of the letter.
            Some(day) if q.is_over_on(q.day("transferred").unwrap_or(q.date).min(q.date), day, "notice_days") => None,
            Some(day) => Some(dated(day, "The notice was mailed on {}.", "L’avis a été envoyé le {}.")),
            None => Some(Text::new(
                "No notice that came through is on file.",
                "Aucun avis qui soit parvenu n’est au dossier.",
            )),
        },
    },
    Guard {
        key: "opportunity-to-explain",
        rule: "B7",
        effect: Effect::Hold,
        basis: (
            "Canada (AG) v. Mavi, 2011 SCC 30: a sponsor may explain before enforcement; explain_days",
            "Canada (PG) c. Mavi, 2011 CSC 30 : la personne répondante peut s’expliquer avant toute exécution; explain_days",
        ),
        says: (
            "The sponsor has not had the time to explain their circumstances.",
            "La personne répondante n’a pas eu le temps d’expliquer sa situation.",
        ),
        finds: |q| {
            let told = || first_told(q, &["sponsor-debt-notice", "cra-transfer-notice"]);
            plainly(q.program == "sponsorship" && !told().is_some_and(|day| q.is_over(day, "explain_days")))
        },
    },
    Guard {
        key: "no-plan-in-good-standing",
        rule: "B13",
        effect: Effect::Hold,
        basis: (
            "program policy: a plan that is kept excludes referral and new demands",
            "politique du programme : une entente respectée exclut le renvoi et toute nouvelle demande",
        ),
        says: ("A repayment plan is in good standing.", "Une entente de paiement est respectée."),
        finds: |q| {
            let set_off = q.letter.letter_type.starts_with("cra-transfer");
            let excludes = !set_off || q.policy.is_on("plan_excludes_set_off");
            plainly(excludes && q.standing.kept_plan().is_some())
        },
    },
    Guard {
        key: "plan-still-agreed",
        rule: "B13",
        effect: Effect::End,
        basis: (
            "unit policy: only the newest plan is confirmed",
            "politique de l’unité : seule la plus récente entente est confirmée",
        ),
        says: (
            "A newer plan has taken the place of this one, or it has defaulted.",
            "Une entente plus récente a remplacé celle-ci, ou elle n’est plus respectée.",
        ),
        finds: |q| {
            let gone = |plan: &crate::rules::standing::Plan| plan.told > q.letter.asked_at || plan.defaulted.is_some();
            plainly(q.standing.plan().is_some_and(gone))
        },
    },
    Guard {
        key: "instalment-still-missed",
        rule: "B13",
        effect: Effect::End,
        basis: (
            "unit policy: no reminder for what has come in",
            "politique de l’unité : aucun rappel pour ce qui est arrivé",
        ),
        says: (
            "What was missed has come in since, or the plan has defaulted.",
            "Ce qui manquait est arrivé depuis, ou l’entente n’est plus respectée.",
        ),
        finds: |q| {
            let (as_of, missing) = (q.day("as_of")?, q.amount("cure_amount")?);
            let moved = |debt| q.standing.ledger.moved_since(debt, as_of, q.letter.asked_at, q.date);
            let since = q.debts().into_iter().flat_map(moved);
            let came: Decimal = since.map(|(_, amount)| amount).sum();
            let defaulted = q.standing.plan().is_some_and(|plan| plan.defaulted.is_some());
            let less = q.arrears().is_some_and(|arrears| arrears < missing);
            plainly(q.is_cured() || less || came >= missing || defaulted)
        },
    },
    Guard {
        key: "reminder-sent-and-cure-passed",
        rule: "B13",
        effect: Effect::Hold,
        basis: (
            "unit policy: a plan is cancelled only after a reminder and the time to cure; cure_days",
            "politique de l’unité : une entente n’est annulée qu’après un rappel et le délai pour corriger; cure_days",
        ),
        says: (
            "No reminder that came through is on file, or its time to cure is not over.",
            "Aucun rappel parvenu n’est au dossier, ou le délai pour corriger n’est pas écoulé.",
        ),
        finds: |q| {
            let missed = q.letter.facts["missed"].as_array().into_iter().flatten();
            let first: Option<NaiveDate> = missed.filter_map(|row| row["due"].as_str()?.parse().ok()).min();
            let told = q.standing.told_by(&["plan-reminder"], "").filter_map(|letter| letter.date);
            // The first reminder of what is missed counts: a second one does not prolong the time to cure.
            let reminded = told.filter(|day| first.is_none_or(|first| *day >= first)).min();
            plainly(q.is_cured() || !reminded.is_some_and(|day| q.is_over(day, "cure_days")))
        },
    },
    Guard {
        key: "debt-transferred",
        rule: "B6",
        effect: Effect::Hold,
        basis: (
            "unit policy: only a transfer that was made is taken back",
            "politique de l’unité : on ne retire qu’un transfert qui a été fait",
        ),
        says: (
            "No transfer of this debt to the CRA is on file.",
            "Aucun transfert de cette dette à l’ARC n’est au dossier.",
        ),
        finds: |q| plainly(!q.standing.person.taken_back),
    },
    Guard {
        key: "no-duplicate",
        rule: "B21",
        effect: Effect::HoldUnlessOverridden,
        basis: (
            "unit policy: the same letter does not go twice within duplicate_days",
            "politique de l’unité : la même lettre ne part pas deux fois en moins de duplicate_days jours",
        ),
        says: (
            "The same letter went to this person, or is about to.",
            "La même lettre a été envoyée à cette personne, ou va l’être.",
        ),
        finds: |q| {
            let days = i64::from(q.policy.days("duplicate_days").unwrap_or_default());
            let close = |letter: &SentLetter| letter.date.is_none_or(|day| (q.date - day).num_days().abs() < days);
            let same = |letter: &SentLetter| {
                letter.letter_type == q.letter.letter_type
                    && (letter.debt == q.debt_number() || letter.debt.is_empty() || q.debt_number().is_empty())
                    && (!q.letter.repeats || letter.facts_hash == super::super::facts_hash(q.letter.facts))
            };
            let found = earlier(q).find(|letter| same(letter) && close(letter))?;
            Some(found.date.map_or(Text::new("", ""), |day| dated(day, "It is dated {}.", "Elle est datée du {}.")))
        },
    },
    Guard {
        key: "no-conflicting-letter",
        rule: "B21",
        effect: Effect::Hold,
        basis: (
            "unit policy: letters that contradict each other do not go on one day",
            "politique de l’unité : des lettres qui se contredisent ne partent pas le même jour",
        ),
        says: (
            "A letter that contradicts this one goes to the person on the same day.",
            "Une lettre qui contredit celle-ci part le même jour à la même personne.",
        ),
        finds: |q| {
            let on_its_way = |letter: &&SentLetter| letter.date.is_none_or(|day| day == q.date);
            let own = |letter: &&SentLetter| letter.person == q.standing.person.id && letter.id != q.letter.id;
            let mut letters = q.standing.letters.iter().filter(own).filter(on_its_way);
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

/// The first day on which the person was told of the debt: by a letter on file, or one that the letter names.
fn first_told(q: &Question<'_>, types: &[&str]) -> Option<NaiveDate> {
    let sent = q.standing.told_by(types, q.debt_number()).filter_map(|letter| letter.date);
    let named = q.letter.facts["earlier_notices"].as_array().into_iter().flatten();
    let named = named.filter_map(|day| day.as_str()?.parse::<NaiveDate>().ok());
    // A notice that came back has told nobody.
    let own = |letter: &&SentLetter| letter.returned && letter.person == q.standing.person.id;
    let returned: Vec<_> = q.standing.letters.iter().filter(own).map(|letter| letter.date).collect();
    sent.chain(named.filter(|day| !returned.contains(&Some(*day)))).min()
}
