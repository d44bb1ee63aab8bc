//! Guards that look at the person: life, insolvency, safety, address, consent.

use serde_json::Value;

use super::{Effect, Guard};
use crate::case::{Language, Text};
use crate::rules::question::{Question, dated, plainly};
use crate::rules::standing::Insolvency;

/// The guards.
pub const GUARDS: [Guard; 16] = [
    Guard {
        key: "debtor-living",
        rule: "B1",
        effect: Effect::Hold,
        basis: (
            "unit policy: only an estate letter after a death",
            "politique de l’unité : après un décès, seule une lettre à la succession",
        ),
        says: (
            "The person has died, or mail came back saying so. Only a letter to the estate may go.",
            "La personne est décédée, ou du courrier revenu le dit. Seule une lettre à la succession peut partir.",
        ),
        finds: |q| {
            let person = &q.standing.person;
            plainly(person.died.is_some() || person.said_to_be_dead || q.letter.role == "estate")
        },
    },
    Guard {
        key: "payee-living-or-estate",
        rule: "B1",
        effect: Effect::Hold,
        basis: (
            "unit policy: after a death, the estate is written to and paid",
            "politique de l’unité : après un décès, on écrit à la succession et on la paie",
        ),
        says: (
            "The person has died. Address the letter to the estate.",
            "La personne est décédée. Adressez la lettre à la succession.",
        ),
        finds: |q| {
            let own = ["debtor", "sponsor", "co-signer"].contains(&q.letter.role);
            plainly(q.standing.person.died.is_some() && own)
        },
    },
    Guard {
        key: "addressed-to-estate",
        rule: "B1",
        effect: Effect::Hold,
        basis: (
            "unit policy: an estate letter follows a reported death and goes to the estate",
            "politique de l’unité : une lettre à la succession suit un décès signalé et s’adresse à la succession",
        ),
        says: (
            "This letter is for the estate of a person whose death was reported.",
            "Cette lettre s’adresse à la succession d’une personne dont le décès a été signalé.",
        ),
        finds: |q| plainly(q.standing.person.died.is_none() || q.letter.role != "estate"),
    },
    Guard {
        key: "no-insolvency-stay",
        rule: "B2",
        effect: Effect::Hold,
        basis: (
            "Bankruptcy and Insolvency Act, ss. 69 to 69.3",
            "Loi sur la faillite et l’insolvabilité, art. 69 à 69.3",
        ),
        says: (
            "A stay of proceedings is in force after an insolvency filing. Write to the trustee instead.",
            "Une suspension des procédures est en vigueur à la suite d’un dossier d’insolvabilité. Écrivez plutôt au syndic.",
        ),
        finds: |q| {
            // The trustee may be told what is owed, and nobody else; that nothing is owed may be said.
            let asks = q.letter.role != "trustee" && !q.asks_for_nothing();
            let stayed = |one: &&Insolvency| asks && one.stay_in_force() && is_provable(q, one);
            let filing = q.standing.person.insolvencies.iter().find(stayed)?;
            Some(filing.filed.map_or(Text::new("", ""), |day| dated(day, "It was filed on {}.", "Le dépôt est du {}.")))
        },
    },
    Guard {
        key: "addressed-to-trustee",
        rule: "B2",
        effect: Effect::Hold,
        basis: (
            "Bankruptcy and Insolvency Act, ss. 69 to 69.3",
            "Loi sur la faillite et l’insolvabilité, art. 69 à 69.3",
        ),
        says: (
            "This letter is for the licensed insolvency trustee. Make the trustee its addressee.",
            "Cette lettre s’adresse au syndic autorisé en insolvabilité. Faites-en le destinataire.",
        ),
        finds: |q| plainly(q.letter.role != "trustee"),
    },
    Guard {
        key: "debt-not-released",
        rule: "B3",
        effect: Effect::Hold,
        basis: ("Bankruptcy and Insolvency Act, s. 178(2)", "Loi sur la faillite et l’insolvabilité, par. 178(2)"),
        says: (
            "A discharge has released this debt, and no ground of s. 178(1) for its survival is on file.",
            "Une libération a éteint cette dette, et aucun motif du par. 178(1) pour sa survie n’est au dossier.",
        ),
        finds: |q| plainly(q.standing.person.insolvencies.iter().any(|one| one.has_released() && is_provable(q, one))),
    },
    Guard {
        key: "no-deferral",
        rule: "B7",
        effect: Effect::Hold,
        basis: (
            "Canada (AG) v. Mavi, 2011 SCC 30; unit policy on hardship",
            "Canada (PG) c. Mavi, 2011 CSC 30; politique de l’unité sur les difficultés financières",
        ),
        says: ("Recovery is deferred.", "Le recouvrement est différé."),
        finds: |q| {
            let deferral = q.standing.person.deferral.as_ref().filter(|_| q.standing.person.is_deferred(q.date))?;
            Some(
                deferral
                    .until
                    .map_or(Text::new("", ""), |day| dated(day, "It runs until {}.", "Le report court jusqu’au {}.")),
            )
        },
    },
    Guard {
        key: "contact-is-safe",
        rule: "B8",
        effect: Effect::Review,
        basis: ("unit policy on safety; FIPPA, s. 42", "politique de l’unité sur la sécurité; LAIPVP, art. 42"),
        says: (
            "A safety flag is in force in this case. See that the letter reveals no place, and that it reaches the person alone.",
            "Un indicateur de sécurité est en vigueur dans ce dossier. Assurez-vous que la lettre ne révèle aucun lieu et qu’elle n’atteint que la personne.",
        ),
        finds: |q| plainly(has_flag(q)),
    },
    Guard {
        key: "no-shared-address",
        rule: "B8",
        effect: Effect::Hold,
        basis: (
            "unit policy on safety: no contact at an address that is shared",
            "politique de l’unité sur la sécurité : aucun contact à une adresse partagée",
        ),
        says: (
            "A safety flag is in force, and somebody else of this case gets mail at the same address.",
            "Un indicateur de sécurité est en vigueur, et une autre personne de ce dossier reçoit son courrier à la même adresse.",
        ),
        finds: |q| {
            let reached = |person: &crate::rules::standing::Person| match q.letter.by_mail {
                true => person.mail_to.as_ref().map(|address| address.block("").join("\n")),
                false => person.email.as_deref().map(str::to_lowercase),
            };
            let own = reached(&q.standing.person);
            let shared = |other: &crate::rules::standing::Person| own.is_some() && reached(other) == own;
            plainly(has_flag(q) && q.standing.others.iter().any(shared))
        },
    },
    Guard {
        key: "mail-deliverable",
        rule: "B11",
        effect: Effect::Hold,
        basis: (
            "unit policy: no letter to an address from which mail came back",
            "politique de l’unité : pas de lettre à une adresse d’où le courrier est revenu",
        ),
        says: (
            "Mail to this person came back. Get a new address first.",
            "Le courrier adressé à cette personne est revenu. Obtenez d’abord une nouvelle adresse.",
        ),
        finds: |q| {
            let person = &q.standing.person;
            let own = !["trustee", "mpp", "ombudsman", "representative"].contains(&q.letter.role);
            plainly(own && if q.letter.by_mail { person.mail_returned } else { person.email_returned })
        },
    },
    Guard {
        key: "not-active-recipient",
        rule: "B17",
        effect: Effect::Hold,
        basis: (
            "unit policy: collection from a person who gets assistance again is with the local office",
            "politique de l’unité : le recouvrement auprès d’une personne qui reçoit de nouveau de l’aide revient au bureau local",
        ),
        says: (
            "The person gets assistance again. Return the file to the local office.",
            "La personne reçoit de nouveau de l’aide. Renvoyez le dossier au bureau local.",
        ),
        finds: |q| plainly(q.standing.person.active_recipient),
    },
    Guard {
        key: "sin-on-file",
        rule: "B18",
        effect: Effect::Hold,
        basis: (
            "Income Tax Act, s. 237; CRA privacy impact assessment of the refund set-off program",
            "Loi de l’impôt sur le revenu, art. 237; évaluation des facteurs relatifs à la vie privée du programme de l’ARC",
        ),
        says: (
            "The Social Insurance Number is not on file, and the CRA cannot find the person without it. Ask the person to call.",
            "Le numéro d’assurance sociale n’est pas au dossier et l’ARC ne peut trouver la personne sans lui. Demandez à la personne d’appeler.",
        ),
        finds: |q| plainly(q.standing.person.sin_on_file != Some(true)),
    },
    Guard {
        key: "consent-valid",
        rule: "B22",
        effect: Effect::Hold,
        basis: ("FIPPA, s. 42: disclosure with consent", "LAIPVP, art. 42 : divulgation avec consentement"),
        says: (
            "No signed consent of the person is in force on the letter's date. Answer the person alone, or get one.",
            "Aucun consentement signé de la personne n’est en vigueur à la date de la lettre. Répondez à la personne seule ou obtenez-en un.",
        ),
        finds: |q| {
            let consent = &q.letter.facts["consent"];
            let day = |name: &str| consent[name].as_str().and_then(|day| day.parse::<chrono::NaiveDate>().ok());
            let signed = day("signed").is_some_and(|signed| signed <= q.date);
            // What was consented to for a representative ends with the life of who gave it.
            let ended = (q.standing.person.died.is_some() && q.letter.role == "representative")
                || day("until").is_some_and(|until| until < q.date);
            plainly(!signed || ended)
        },
    },
    Guard {
        key: "representative-reachable",
        rule: "B22",
        effect: Effect::Hold,
        basis: (
            "unit policy: letters go to the representative on file",
            "politique de l’unité : les lettres vont à la personne qui représente",
        ),
        says: (
            "Somebody acts for this person, and the letter cannot be addressed to them: it goes by e-mail, or their address is not known.",
            "Quelqu’un représente cette personne et la lettre ne peut lui être adressée : elle part par courriel, ou l’adresse n’est pas connue.",
        ),
        finds: |q| {
            let own = ["debtor", "sponsor", "co-signer"].contains(&q.letter.role);
            let representative = q.standing.person.represented_by(q.date);
            plainly(own && representative.is_some_and(|one| one.address.is_none() || !q.letter.by_mail))
        },
    },
    Guard {
        key: "both-languages",
        rule: "B10",
        effect: Effect::Hold,
        basis: ("French Language Services Act, s. 5", "Loi sur les services en français, art. 5"),
        says: (
            "The letter's own words are missing in a language that the person is to get. Add them.",
            "Le texte de la lettre manque dans une langue que la personne doit recevoir. Ajoutez-le.",
        ),
        finds: |q| {
            let texts = q.letter.officer_texts.iter().flat_map(|place| place.values(q.letter.facts));
            plainly(texts.into_iter().any(|(_, text)| lacks_language(text, q.letter.languages)))
        },
    },
    Guard {
        key: "not-sponsorship",
        rule: "B19",
        effect: Effect::Hold,
        basis: (
            "Canada (AG) v. Mavi, 2011 SCC 30: a sponsorship debt may be deferred, not forgiven",
            "Canada (PG) c. Mavi, 2011 CSC 30 : une dette de parrainage peut être différée, non remise",
        ),
        says: (
            "A sponsorship debt cannot be settled for less.",
            "Une dette de parrainage ne peut être réglée à rabais.",
        ),
        finds: |q| plainly(q.program == "sponsorship"),
    },
];

/// Whether a text is not there in each language: a plain one where the letter is written in both, or one that has not both.
fn lacks_language(text: &Value, languages: &[Language]) -> bool {
    match text {
        Value::String(_) => languages.len() > 1,
        Value::Object(map) => languages.iter().any(|language| !map.contains_key(language.code())),
        _ => false,
    }
}

/// Whether a debt of the letter is a claim provable in a filing; a debt of which nothing is known is.
fn is_provable(q: &Question<'_>, filing: &Insolvency) -> bool {
    let debts = q.debts();
    debts.is_empty() && filing.has_provable(None) || debts.into_iter().any(|debt| filing.has_provable(Some(debt)))
}

/// Whether a safety flag is in force for anybody in the case.
fn has_flag(q: &Question<'_>) -> bool {
    let mut people = std::iter::once(&q.standing.person).chain(&q.standing.others);
    people.any(|person| !person.flags.is_empty())
}
