//! What the guards of the debt ask of money that came: whether it pays the debt in full, whether it is too much, who gets it back.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::case::calendar;
use crate::rules::found::{Answer, Detail, Note, Unread, found};
use crate::rules::question::{OtherCase, Question};
use crate::rules::standing::{Debt, Movement, MovementKind};

/// What came in, as a letter lists it.
#[derive(Deserialize)]
struct Receipt {
    date: NaiveDate,
    kind: MovementKind,
    amount: Decimal,
}

/// Whether a debt can be said to be paid in full, and if not, why not.
pub(super) fn paid_in_full(q: &Question<'_>) -> Answer {
    let (debts, number) = (q.debts(), q.debt_number());
    let receipts: Vec<Receipt> = q.list("receipts")?;
    let came: Decimal = receipts.iter().map(|row| row.amount).sum();
    let stated: Decimal = debts.iter().filter_map(|debt| debt.stated.as_ref()).map(|stated| stated.balance).sum();
    if !receipts.is_empty() && came < stated {
        return found(Note::new(
            "less",
            [Detail::Amount(came), Detail::Amount(stated)],
            "The receipts come to {0}, but {1} was owed",
            "Les sommes reçues sont de {0}, mais {1} étaient dus",
        ));
    }
    let owed: Vec<_> = debts.iter().map(|debt| q.balance(debt)).collect();
    if debts.is_empty() || owed.contains(&None) {
        return found(Note::new("unknown", [], "No balance of it is on file", "Aucun solde n’en est au dossier"));
    }
    let open: Decimal = owed.iter().flatten().filter(|owed| **owed > Decimal::ZERO).sum();
    if open > Decimal::ZERO {
        let details = [Detail::Amount(open)];
        return found(Note::new("open", details, "{0} is still owed", "Il reste {0} à payer"));
    }
    if let Some(excess) = debts.iter().map(|debt| excess(q, debt)).find(|excess| *excess > Decimal::ZERO) {
        return found(Note::new(
            "excess",
            [Detail::Amount(excess)],
            "{0} more came than was owed, and it has not been reported as a credit",
            "{0} de plus que le montant dû ont été reçus et n’ont pas été signalés comme crédit",
        ));
    }
    let told = receipts.iter().filter(|row| row.kind == MovementKind::Payment).map(|row| row.date);
    let last = told.chain(q.standing.ledger.last_payment(number)).max();
    let clears = last.map(|day| (day, calendar::deadline(day, q.policy.clearing_days)));
    match clears.filter(|(_, clears)| *clears > q.date) {
        Some((day, clears)) => found(Note::new(
            "clears",
            [Detail::Day(day), Detail::Day(clears)],
            "It is paid, but its last payment, of {0}, clears on {1}",
            "Elle est payée, mais son dernier paiement, du {0}, est compensé le {1}",
        )),
        None => Ok(None),
    }
}

/// What came above what is owed on a debt, and was not found to be paid back.
pub(super) fn excess(q: &Question<'_>, debt: &Debt) -> Decimal {
    let each = q.standing.ledger.owed_each(q.date, &q.policy.terms);
    each.into_iter().find(|one| one.debt.number == debt.number).map_or(Decimal::ZERO, |one| one.excess)
}

/// The movement by which what was paid on no debt in particular came to count for one of the letter's debts, after the day of its figures.
pub(super) fn carried_over<'q>(q: &Question<'q>) -> Result<Option<&'q Movement>, Unread> {
    let (as_of, ledger, terms) = (q.day("as_of")?, &q.standing.ledger, &q.policy.terms);
    let differs = |debt: &&Debt| ledger.carried(debt, as_of, terms) != ledger.carried(debt, q.date, terms);
    let unnamed = ledger.movements.iter().filter(|one| one.debt.is_empty() && one.on > as_of && one.on <= q.date);
    Ok(unnamed.max_by_key(|one| one.on).filter(|_| !q.debt_number().is_empty() && q.debts().iter().any(differs)))
}

/// What is to be looked at before money is paid back.
pub(super) fn refund_notes(q: &Question<'_>) -> Answer {
    let receipts: Vec<Receipt> = q.list("receipts")?;
    let set_off = receipts.iter().any(|row| row.kind == MovementKind::CraSetOff);
    let number = q.debt_number();
    let in_case = |debt: &Debt| {
        !number.is_empty() && debt.number != number && q.balance(debt).is_some_and(|owed| owed > Decimal::ZERO)
    };
    let more = q.standing.ledger.debts.iter().any(in_case);
    let shared = q.standing.others.iter().any(|other| other.role.is_liable());
    let person = &q.standing.person;
    let mut notes = Vec::new();
    let mut note = |is_so: bool, what, en, fr| notes.extend(is_so.then(|| Note::new(what, [], en, fr)));
    note(set_off, "set-off", "part of the money came from the CRA", "une partie de la somme vient de l’ARC");
    note(
        shared,
        "shared",
        "somebody else is liable for the same debt and may have paid",
        "une autre personne répond de la même dette et a pu payer",
    );
    notes.extend(q.owed().filter(|owed| *owed > Decimal::ZERO).map(|owed| {
        Note::new(
            "owed",
            [Detail::Amount(owed)],
            "by the case's events {0} is still owed",
            "selon les événements du dossier, {0} sont encore dus",
        )
    }));
    let mut note = |is_so: bool, what, en, fr| notes.extend(is_so.then(|| Note::new(what, [], en, fr)));
    note(
        more,
        "other-debt",
        "the person owes another debt in this case",
        "la personne doit une autre dette dans ce dossier",
    );
    note(person.died.is_some(), "death", "the person has died", "la personne est décédée");
    let filed = !person.insolvencies.is_empty();
    note(filed, "filing", "there is an insolvency filing", "il y a un dossier d’insolvabilité");
    let owes = |case: &OtherCase| Some((case.reference.clone(), case.owed.filter(|owed| *owed > Decimal::ZERO)?));
    notes.extend(q.other_cases.iter().find_map(owes).map(|(case, owed)| {
        let details = [Detail::Amount(owed), Detail::Case(case)];
        Note::new("other-case", details, "the person owes {0} in {1}", "la personne doit {0} dans {1}")
    }));
    Ok((!notes.is_empty()).then_some(notes))
}
