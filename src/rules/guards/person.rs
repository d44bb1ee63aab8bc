//! Guards of the person: life, insolvency, safety, address, consent.

use chrono::NaiveDate;
use serde::Deserialize;

use super::{Effect, Guard, Needs};
use crate::case::{Both, Role, lack_language};
use crate::rules::found::{Detail, Note, Unread, found, plainly};
use crate::rules::question::Question;
use crate::rules::standing::{Insolvency, Person, Word, is_same_mailbox, is_same_place};

/// The guards.
pub const GUARDS: [Guard; 17] = [
    Guard {
        key: "debtor-living",
        rule: "B1",
        effect: Effect::Hold,
        basis: Some(Both {
            en: "unit policy: only an estate letter after a death",
            fr: "politique de l’unité : après un décès, seule une lettre à la succession",
        }),
        says: Both {
            en: "The person has died, or mail came back saying so. Only a letter to the estate may go.",
            fr: "La personne est décédée, ou du courrier revenu le dit. Seule une lettre à la succession peut partir.",
        },
        reads: &[],
        reads_if_there: &[],
        needs: Needs::Nothing,
        finds: |q| {
            let person = &q.standing.person;
            plainly(person.died.is_some() || person.said_to_be_dead || q.letter.role == Role::Estate)
        },
    },
    Guard {
        key: "payee-living-or-estate",
        rule: "B1",
        effect: Effect::Hold,
        basis: Some(Both {
            en: "unit policy: after a death, the estate is written to and paid",
            fr: "politique de l’unité : après un décès, on écrit à la succession et on la paie",
        }),
        says: Both {
            en: "The person has died. Address the letter to the estate.",
            fr: "La personne est décédée. Adressez la lettre à la succession.",
        },
        reads: &[],
        reads_if_there: &[],
        needs: Needs::Nothing,
        finds: |q| plainly(q.standing.person.died.is_some() && q.letter.role.is_liable()),
    },
    Guard {
        key: "addressed-to-estate",
        rule: "B1",
        effect: Effect::Hold,
        basis: Some(Both {
            en: "unit policy: an estate letter follows a reported death and goes to the estate",
            fr: "politique de l’unité : une lettre à la succession suit un décès signalé et s’adresse à la succession",
        }),
        says: Both {
            en: "This letter is for the estate of a person whose death was reported.",
            fr: "Cette lettre s’adresse à la succession d’une personne dont le décès a été signalé.",
        },
        reads: &[],
        reads_if_there: &[],
        needs: Needs::Nothing,
        finds: |q| plainly(q.standing.person.died.is_none() || q.letter.role != Role::Estate),
    },
    Guard {
        key: "no-insolvency-stay",
        rule: "B2",
        effect: Effect::Hold,
        basis: Some(Both {
            en: "Bankruptcy and Insolvency Act, ss. 69 to 69.3",
            fr: "Loi sur la faillite et l’insolvabilité, art. 69 à 69.3",
        }),
        says: Both {
            en: "A stay of proceedings is in force after an insolvency filing. Write to the trustee instead.",
            fr: "Une suspension des procédures est en vigueur à la suite d’un dossier d’insolvabilité. Écrivez plutôt au syndic.",
        },
        reads: &[],
        reads_if_there: &["balance", "debt_number"],
        needs: Needs::Nothing,
        finds: |q| {
            // The trustee may be told what is owed, and nobody else; that nothing is owed may be said.
            if q.letter.role == Role::Trustee || q.asks_for_nothing()? {
                return Ok(None);
            }
            let stayed = |one: &&Insolvency| one.stay_in_force() && is_provable(q, one);
            match q.standing.person.insolvencies.iter().find(stayed) {
                Some(filing) => {
                    found(Note::new("filed", [Detail::Day(filing.filed)], "It was filed on {0}", "Le dépôt est du {0}"))
                }
                None => Ok(None),
            }
        },
    },
    Guard {
        key: "addressed-to-trustee",
        rule: "B2",
        effect: Effect::Hold,
        basis: Some(Both {
            en: "Bankruptcy and Insolvency Act, ss. 69 to 69.3",
            fr: "Loi sur la faillite et l’insolvabilité, art. 69 à 69.3",
        }),
        says: Both {
            en: "This letter is for the licensed insolvency trustee. Make the trustee its addressee.",
            fr: "Cette lettre s’adresse au syndic autorisé en insolvabilité. Faites-en le destinataire.",
        },
        reads: &[],
        reads_if_there: &[],
        needs: Needs::Nothing,
        finds: |q| plainly(q.letter.role != Role::Trustee),
    },
    Guard {
        key: "debt-not-released",
        rule: "B3",
        effect: Effect::Hold,
        basis: Some(Both {
            en: "Bankruptcy and Insolvency Act, s. 178(2)",
            fr: "Loi sur la faillite et l’insolvabilité, par. 178(2)",
        }),
        says: Both {
            en: "A discharge has released this debt, and no ground of s. 178(1) for its survival is on file.",
            fr: "Une libération a éteint cette dette, et aucun motif du par. 178(1) pour sa survie n’est au dossier.",
        },
        reads: &[],
        reads_if_there: &["debt_number"],
        needs: Needs::Nothing,
        finds: |q| plainly(q.standing.person.insolvencies.iter().any(|one| one.has_released() && is_provable(q, one))),
    },
    Guard {
        key: "no-deferral",
        rule: "B7",
        effect: Effect::Hold,
        basis: None,
        says: Both { en: "Recovery is deferred.", fr: "Le recouvrement est différé." },
        reads: &[],
        reads_if_there: &[],
        needs: Needs::Nothing,
        finds: |q| {
            let deferral = q.standing.person.deferral.as_ref().filter(|_| q.standing.person.is_deferred(q.date));
            let until = |day| {
                let days = [Detail::Day(day)];
                Note::new("until", days, "It runs until {0}", "Le report court jusqu’au {0}")
            };
            Ok(deferral.map(|deferral| deferral.until.map(until).into_iter().collect()))
        },
    },
    Guard {
        key: "contact-is-safe",
        rule: "B8",
        effect: Effect::Review,
        basis: Some(Both {
            en: "unit policy on safety; FIPPA, s. 42",
            fr: "politique de l’unité sur la sécurité; LAIPVP, art. 42",
        }),
        says: Both {
            en: "A safety flag is in force in this case. See that the letter reveals no place, and that it reaches the person alone.",
            fr: "Un indicateur de sécurité est en vigueur dans ce dossier. Assurez-vous que la lettre ne révèle aucun lieu et qu’elle n’atteint que la personne.",
        },
        reads: &[],
        reads_if_there: &[],
        needs: Needs::Nothing,
        finds: |q| plainly(has_flag(q)),
    },
    Guard {
        key: "no-shared-address",
        rule: "B8",
        effect: Effect::Hold,
        basis: Some(Both {
            en: "unit policy on safety: no contact at an address that is shared",
            fr: "politique de l’unité sur la sécurité : aucun contact à une adresse partagée",
        }),
        says: Both {
            en: "A safety flag is in force, and somebody else of this case gets mail at the same address.",
            fr: "Un indicateur de sécurité est en vigueur, et une autre personne de ce dossier reçoit son courrier à la même adresse.",
        },
        reads: &[],
        reads_if_there: &[],
        needs: Needs::Nothing,
        finds: |q| {
            let own = &q.standing.person.reach;
            let shared = |other: &Person| match q.letter.by_mail {
                true => both(&own.address, &other.reach.address, is_same_place),
                false => both(&own.email, &other.reach.email, |one, other| is_same_mailbox(one, other)),
            };
            plainly(has_flag(q) && q.standing.others.iter().any(shared))
        },
    },
    Guard {
        key: "mail-deliverable",
        rule: "B11",
        effect: Effect::Hold,
        basis: Some(Both {
            en: "unit policy: no letter to an address from which mail came back",
            fr: "politique de l’unité : pas de lettre à une adresse d’où le courrier est revenu",
        }),
        says: Both {
            en: "Mail to this person came back. Get a new address first.",
            fr: "Le courrier adressé à cette personne est revenu. Obtenez d’abord une nouvelle adresse.",
        },
        reads: &[],
        reads_if_there: &[],
        needs: Needs::Nothing,
        finds: |q| {
            let person = &q.standing.person;
            let came_back = if q.letter.by_mail { person.mail_returned } else { person.email_returned };
            plainly(!q.letter.role.is_intermediary() && came_back)
        },
    },
    Guard {
        key: "reach-certain",
        rule: "B11",
        effect: Effect::Hold,
        basis: Some(Both {
            en: "unit policy: a letter goes where the newest word says; a format that was asked for is kept (O. Reg. 191/11, s. 12)",
            fr: "politique de l’unité : une lettre va là où le dit la plus récente information; le format demandé est respecté (Règl. de l’Ont. 191/11, art. 12)",
        }),
        says: Both {
            en: "How to reach the person is not certain: two things were told at the same instant, or a screen reader was asked for and letters on paper. Ask the person.",
            fr: "La façon de joindre la personne est incertaine : deux choses ont été dites au même instant, ou un lecteur d’écran et des lettres sur papier ont été demandés. Demandez à la personne.",
        },
        reads: &[],
        reads_if_there: &[],
        needs: Needs::Nothing,
        finds: |q| plainly(!q.letter.role.is_intermediary() && q.standing.person.reach.is_contested(q.letter.by_mail)),
    },
    Guard {
        key: "not-active-recipient",
        rule: "B17",
        effect: Effect::Hold,
        basis: Some(Both {
            en: "unit policy: collection from a person who gets assistance again is with the local office",
            fr: "politique de l’unité : le recouvrement auprès d’une personne qui reçoit de nouveau de l’aide revient au bureau local",
        }),
        says: Both {
            en: "The person gets assistance again. Return the file to the local office.",
            fr: "La personne reçoit de nouveau de l’aide. Renvoyez le dossier au bureau local.",
        },
        reads: &[],
        reads_if_there: &[],
        needs: Needs::Nothing,
        finds: |q| plainly(q.standing.person.active_recipient),
    },
    Guard {
        key: "sin-on-file",
        rule: "B18",
        effect: Effect::Hold,
        basis: Some(Both {
            en: "Income Tax Act, s. 237; CRA privacy impact assessment of the refund set-off program",
            fr: "Loi de l’impôt sur le revenu, art. 237; évaluation des facteurs relatifs à la vie privée du programme de l’ARC",
        }),
        says: Both {
            en: "The Social Insurance Number is not on file, and the CRA cannot find the person without it. Ask the person to call.",
            fr: "Le numéro d’assurance sociale n’est pas au dossier et l’ARC ne peut trouver la personne sans lui. Demandez à la personne d’appeler.",
        },
        reads: &[],
        reads_if_there: &[],
        needs: Needs::Nothing,
        finds: |q| plainly(q.standing.person.sin_on_file != Some(true)),
    },
    Guard {
        key: "consent-valid",
        rule: "B22",
        effect: Effect::Hold,
        basis: Some(Both {
            en: "FIPPA, s. 42: disclosure with consent",
            fr: "LAIPVP, art. 42 : divulgation avec consentement",
        }),
        says: Both {
            en: "No signed consent of the person is in force on the letter's date. Answer the person alone, or get one.",
            fr: "Aucun consentement signé de la personne n’est en vigueur à la date de la lettre. Répondez à la personne seule ou obtenez-en un.",
        },
        reads: &["consent"],
        reads_if_there: &[],
        needs: Needs::Nothing,
        finds: |q| {
            // Where nobody has asked yet, nobody has consented.
            let consent = match q.fact("consent") {
                Ok(consent) => Consent::deserialize(consent).map_err(|_| Unread::Fact("consent"))?,
                Err(Unread::NothingAsked) => return plainly(true),
                Err(unread) => return Err(unread),
            };
            // What was consented to for a representative ends with the life of who gave it.
            let ended = (q.standing.person.died.is_some() && q.letter.role == Role::Representative)
                || consent.until.is_some_and(|until| until < q.date);
            plainly(consent.signed > q.date || ended)
        },
    },
    Guard {
        key: "representative-reachable",
        rule: "B22",
        effect: Effect::Hold,
        basis: Some(Both {
            en: "unit policy: letters go to the representative on file",
            fr: "politique de l’unité : les lettres vont à la personne qui représente",
        }),
        says: Both {
            en: "Somebody acts for this person, and the letter cannot be addressed to them: it goes by e-mail, or their address is not known.",
            fr: "Quelqu’un représente cette personne et la lettre ne peut lui être adressée : elle part par courriel, ou l’adresse n’est pas connue.",
        },
        reads: &[],
        reads_if_there: &[],
        needs: Needs::Nothing,
        finds: |q| {
            let acts = q.standing.person.represented_by(q.date).is_some();
            plainly(q.letter.role.is_liable() && acts && !q.letter.by_mail)
        },
    },
    Guard {
        key: "both-languages",
        rule: "B10",
        effect: Effect::Hold,
        basis: Some(Both { en: "French Language Services Act, s. 5", fr: "Loi sur les services en français, art. 5" }),
        says: Both {
            en: "The letter's own words are missing in a language that the person is to get. Add them.",
            fr: "Le texte de la lettre manque dans une langue que la personne doit recevoir. Ajoutez-le.",
        },
        reads: &[],
        reads_if_there: &[],
        needs: Needs::Nothing,
        finds: |q| {
            let texts = q.letter.officer_texts.iter().zip(q.letter.facts.iter().cycle());
            let mut texts = texts.flat_map(|(place, facts)| place.values(facts));
            plainly(texts.any(|(_, text)| lack_language(text, q.letter.languages)))
        },
    },
    Guard {
        key: "not-sponsorship",
        rule: "B19",
        effect: Effect::Hold,
        basis: None,
        says: Both {
            en: "A sponsorship debt cannot be settled for less.",
            fr: "Une dette de parrainage ne peut être réglée à rabais.",
        },
        reads: &[],
        reads_if_there: &[],
        needs: Needs::Nothing,
        finds: |q| plainly(!q.traits.may_be_forgiven),
    },
];

/// A person's consent to tell somebody else.
#[derive(Deserialize)]
struct Consent {
    signed: NaiveDate,
    until: Option<NaiveDate>,
}

/// Whether a debt of the letter is a claim provable in a filing; a debt of which nothing is known is.
fn is_provable(q: &Question<'_>, filing: &Insolvency) -> bool {
    let debts = q.debts();
    debts.is_empty() && filing.has_provable(None) || debts.into_iter().any(|debt| filing.has_provable(Some(debt)))
}

/// Whether there are two words, and they are the same.
fn both<T>(one: &Option<Word<T>>, other: &Option<Word<T>>, same: fn(&T, &T) -> bool) -> bool {
    one.as_ref().zip(other.as_ref()).is_some_and(|(one, other)| same(&one.is, &other.is))
}

/// Whether a safety flag is in force for anybody in the case.
fn has_flag(q: &Question<'_>) -> bool {
    let mut people = std::iter::once(&q.standing.person).chain(&q.standing.others);
    people.any(|person| !person.flags.is_empty())
}
