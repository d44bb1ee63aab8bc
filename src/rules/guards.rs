//! The guards: each a rule that may stop a letter.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::Standing;
use crate::case::{Fault, Text};

/// What a guard looks at.
pub struct Question<'q> {
    /// The standing of the case and the party.
    pub standing: &'q Standing,
    /// When the event that calls for the letter happened: what its figures are true of.
    pub asked_at: DateTime<Utc>,
    /// Whether the letter is addressed to an estate.
    pub to_estate: bool,
    /// Whether it goes by mail.
    pub by_mail: bool,
    /// The balance that the letter asks for.
    pub balance: Option<Decimal>,
    /// The policy's smallest balance that may be asked for.
    pub minimum_balance: Option<Decimal>,
}

/// A rule that may stop a letter.
pub struct Guard {
    /// Its stable name, as `letter.toml` lists it.
    pub key: &'static str,
    /// Its number in the unit's list of blocking rules.
    pub rule: &'static str,
    /// The law or policy it rests on, in English and French.
    pub basis: (&'static str, &'static str),
    stops: fn(&Question<'_>) -> bool,
    en: &'static str,
    fr: &'static str,
}

/// All guards.
pub const GUARDS: [Guard; 11] = [
    Guard {
        key: "debtor-living",
        rule: "B1",
        basis: (
            "unit policy: only an estate letter after a death",
            "politique de l’unité : après un décès, seule une lettre à la succession",
        ),
        stops: |q| q.standing.deceased || q.to_estate,
        en: "The person has died. Only a letter to the estate may go.",
        fr: "La personne est décédée. Seule une lettre à la succession peut partir.",
    },
    Guard {
        key: "payee-living-or-estate",
        rule: "B1",
        basis: (
            "unit policy: after a death, money is paid to the estate",
            "politique de l’unité : après un décès, la somme est versée à la succession",
        ),
        stops: |q| q.standing.deceased && !q.to_estate,
        en: "The person has died. Address the reimbursement to the estate.",
        fr: "La personne est décédée. Adressez le remboursement à la succession.",
    },
    Guard {
        key: "no-insolvency-stay",
        rule: "B2",
        basis: (
            "Bankruptcy and Insolvency Act, ss. 69 to 69.3",
            "Loi sur la faillite et l’insolvabilité, art. 69 à 69.3",
        ),
        stops: |q| q.standing.insolvency_stay,
        en: "A stay of proceedings is in force after an insolvency filing. Write to the trustee instead.",
        fr: "Une suspension des procédures est en vigueur à la suite d’un dossier d’insolvabilité. Écrivez plutôt au syndic.",
    },
    Guard {
        key: "debt-not-released",
        rule: "B3",
        basis: ("Bankruptcy and Insolvency Act, s. 178(2)", "Loi sur la faillite et l’insolvabilité, par. 178(2)"),
        stops: |q| q.standing.discharged,
        en: "The person was discharged, which releases provable claims. Establish first whether this debt survives.",
        fr: "La personne a été libérée, ce qui éteint les réclamations prouvables. Établissez d’abord si cette créance subsiste.",
    },
    Guard {
        key: "no-open-dispute",
        rule: "B4",
        basis: (
            "Ontario Works Act, 1997, ss. 24 to 28; Canada (AG) v. Mavi, 2011 SCC 30",
            "Loi de 1997 sur le programme Ontario au travail, art. 24 à 28; Canada (PG) c. Mavi, 2011 CSC 30",
        ),
        stops: |q| q.standing.open_disputes > 0,
        en: "A dispute, review or submission has not been answered.",
        fr: "Une contestation, une révision ou des observations attendent une réponse.",
    },
    Guard {
        key: "debt-as-decided",
        rule: "B12",
        basis: (
            "unit policy: after a decision that changes a debt, it is referred again with its new amount",
            "politique de l’unité : après une décision qui modifie une dette, celle-ci est renvoyée avec son nouveau montant",
        ),
        stops: |q| q.standing.debt_changed.is_some_and(|changed| changed > q.asked_at),
        en: "A dispute was decided in the person's favour after this letter was asked for, so its figures are no longer right.",
        fr: "Une contestation a été tranchée en faveur de la personne après la demande de cette lettre; ses chiffres ne sont donc plus justes.",
    },
    Guard {
        key: "debt-not-paid",
        rule: "B14",
        basis: (
            "unit policy: nothing is asked for a debt that is paid",
            "politique de l’unité : rien n’est réclamé pour une dette payée",
        ),
        stops: |q| q.standing.paid,
        en: "The debt was paid.",
        fr: "La dette a été payée.",
    },
    Guard {
        key: "minimum-balance",
        rule: "B9",
        basis: ("Ontario Works Directive 9.3", "Directive 9.3 d’Ontario au travail"),
        // A figure that cannot be read stops the letter too.
        stops: |q| !matches!((q.balance, q.minimum_balance), (Some(balance), Some(minimum)) if balance > minimum),
        en: "The balance is not above the smallest amount that is asked for.",
        fr: "Le solde ne dépasse pas le plus petit montant qui est réclamé.",
    },
    Guard {
        key: "mail-deliverable",
        rule: "B11",
        basis: (
            "unit policy: no letter to an address from which mail came back",
            "politique de l’unité : pas de lettre à une adresse d’où le courrier est revenu",
        ),
        stops: |q| q.by_mail && q.standing.mail_returned,
        en: "Mail to this person came back. Get a new address first.",
        fr: "Le courrier adressé à cette personne est revenu. Obtenez d’abord une nouvelle adresse.",
    },
    Guard {
        key: "no-plan-in-good-standing",
        rule: "B13",
        basis: (
            "program policy: a plan that is kept excludes referral and new demands",
            "politique du programme : une entente respectée exclut le renvoi et toute nouvelle demande",
        ),
        stops: |q| q.standing.plan_in_good_standing,
        en: "A repayment plan is in good standing.",
        fr: "Une entente de paiement est respectée.",
    },
    Guard {
        key: "not-active-recipient",
        rule: "B17",
        basis: (
            "unit policy: collection from a person who gets assistance again is with the local office",
            "politique de l’unité : le recouvrement auprès d’une personne qui reçoit de nouveau de l’aide revient au bureau local",
        ),
        stops: |q| q.standing.active_recipient,
        en: "The person gets assistance again. Return the file to the local office.",
        fr: "La personne reçoit de nouveau de l’aide. Renvoyez le dossier au bureau local.",
    },
];

/// The reasons of those of the named guards that stop the letter; a name that no guard has is a reason too.
pub fn reasons(names: &[String], question: &Question<'_>) -> Vec<Fault> {
    names.iter().filter_map(|name| reason(name, question)).collect()
}

fn reason(name: &str, question: &Question<'_>) -> Option<Fault> {
    let Some(guard) = GUARDS.iter().find(|guard| guard.key == name) else {
        let (en, fr) = (
            "The letter type names a guard that does not exist.",
            "Le type de lettre nomme une garde qui n’existe pas.",
        );
        return Some(Fault { code: name.to_owned(), place: "letter.toml".to_owned(), message: Text::new(en, fr) });
    };
    (guard.stops)(question).then(|| {
        let message =
            Text::new(format!("{} ({})", guard.en, guard.basis.0), format!("{} ({})", guard.fr, guard.basis.1));
        Fault { code: guard.key.to_owned(), place: guard.rule.to_owned(), message }
    })
}
