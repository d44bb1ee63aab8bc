//! What an officer can do about what a guard finds, where the guard's own words do not say it.

use crate::case::Both;

const fn both(en: &'static str, fr: &'static str) -> Both {
    Both { en, fr }
}

/// The remedies by guard.
pub(super) const REMEDIES: &[(&str, Both)] = &[
    ("debt-to-decide-on", both("Record the referral of the debt first.", "Inscrivez d’abord le renvoi de la dette.")),
    ("payment-on-file", both("Record the payment that came back first.", "Inscrivez d’abord le paiement refusé.")),
    ("debt-transferred", both("Record the transfer to the CRA first.", "Inscrivez d’abord le transfert à l’ARC.")),
    ("offer-open", both("Offer the settlement first.", "Proposez d’abord le règlement.")),
    (
        "letter-to-correct",
        both(
            "Look whether the number of the letter is right; one that was sent otherwise is recorded as sent first.",
            "Vérifiez le numéro de la lettre; si elle a été envoyée par un autre moyen, inscrivez d’abord son envoi.",
        ),
    ),
    (
        "debtor-living",
        both(
            "A letter to the estate may go. If the report is wrong, record that it was made in error.",
            "Une lettre à la succession peut partir. Si l’avis est erroné, inscrivez qu’il a été fait par erreur.",
        ),
    ),
    ("addressed-to-estate", both("Make the estate its addressee.", "Faites de la succession le destinataire.")),
    (
        "no-insolvency-stay",
        both(
            "It ends when the trustee’s discharge, or the end of the filing, is recorded.",
            "Elle prend fin lorsque la libération du syndic, ou la fin du dossier, est inscrite.",
        ),
    ),
    (
        "debt-not-released",
        both(
            "Record a ground of s. 178(1) with its evidence, where there is one.",
            "Inscrivez un motif du par. 178(1) avec sa preuve, s’il y en a un.",
        ),
    ),
    (
        "no-deferral",
        both(
            "Wait for its end, or record a new decision on hardship.",
            "Attendez sa fin, ou inscrivez une nouvelle décision sur les difficultés financières.",
        ),
    ),
    (
        "no-shared-address",
        both(
            "Record a safe address of the person, or that the flag is lifted.",
            "Inscrivez une adresse sûre de la personne, ou la levée de l’indicateur.",
        ),
    ),
    (
        "representative-reachable",
        both(
            "Record where the representative gets mail, or that letters go by mail.",
            "Inscrivez l’adresse postale du représentant, ou l’envoi par la poste.",
        ),
    ),
    ("not-sponsorship", both("Propose a repayment plan instead.", "Proposez plutôt une entente de paiement.")),
    (
        "no-open-dispute",
        both(
            "Record the decision, and send the letter that tells it.",
            "Inscrivez la décision et envoyez la lettre qui l’annonce.",
        ),
    ),
    ("review-period-over", both("Wait until it is over.", "Attendez qu’il soit écoulé.")),
    (
        "transfer-notice-given",
        both(
            "Send the notice of intention, and wait until its time is over.",
            "Envoyez l’avis d’intention et attendez que son délai soit écoulé.",
        ),
    ),
    (
        "opportunity-to-explain",
        both(
            "Send a letter that asks for an explanation, and wait until its time is over.",
            "Envoyez une lettre qui demande des explications et attendez que son délai soit écoulé.",
        ),
    ),
    ("given-time-over", both("Wait until it is over.", "Attendez qu’il soit écoulé.")),
    (
        "no-duplicate",
        both(
            "Wait, or ask a manager to let it pass with a reason.",
            "Attendez, ou demandez une dérogation motivée à votre gestionnaire.",
        ),
    ),
    (
        "no-conflicting-letter",
        both("Withdraw the other letter, or wait a day.", "Retirez l’autre lettre, ou attendez un jour."),
    ),
    (
        "no-plan-in-good-standing",
        both(
            "As long as it is kept, nothing more is asked for.",
            "Tant qu’elle est respectée, rien de plus n’est demandé.",
        ),
    ),
    (
        "reminder-sent-and-cure-passed",
        both(
            "Send the reminder, and wait until its time to cure is over.",
            "Envoyez le rappel et attendez la fin du délai pour corriger.",
        ),
    ),
    (
        "minimum-balance",
        both(
            "Nothing to do; so small a sum is not asked for.",
            "Rien à faire; une somme si faible n’est pas réclamée.",
        ),
    ),
    (
        "debt-validated",
        both(
            "Have the referral validated, or wait for the new calculation, and record it.",
            "Faites valider le renvoi, ou attendez le nouveau calcul, puis inscrivez-le.",
        ),
    ),
    ("figures-recent", both("Give a balance of today.", "Donnez un solde à jour.")),
    (
        "balance-agrees",
        both(
            "Give the balance that the case page works out, or record what is missing in it.",
            "Donnez le solde que calcule la page du dossier, ou inscrivez ce qui y manque.",
        ),
    ),
    (
        "debt-as-decided",
        both("Prepare the letter anew, with the figures of today.", "Refaites la lettre avec les chiffres du jour."),
    ),
    (
        "debt-paid-in-full",
        both(
            "It may go once the whole debt is paid and the last payment has cleared.",
            "Elle peut partir une fois toute la dette payée et le dernier paiement compensé.",
        ),
    ),
    (
        "all-undertakings-settled",
        both(
            "Settle the other debt first, or agree on a plan for it.",
            "Réglez d’abord l’autre dette, ou convenez d’une entente à son sujet.",
        ),
    ),
];
