//! What the desk's errors say to people, in both languages, with the remedy. What a library said of one is for the log alone.

use super::{DecideError, DeskError, OpenError};
use crate::case::said::{counted, day, io};
use crate::case::{FollowUpState, LetterState, Text};
use crate::rules::{Effect, guard, guards};

/// How far something has come that does not wait for a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// A letter, and whether it has left.
    Letter(LetterState, bool),
    /// A follow-up.
    FollowUp(FollowUpState),
}

impl Stand {
    fn says(self) -> Text {
        let (en, fr) = match self {
            Stand::Letter(LetterState::Issued, true) => (
                "The letter has gone out, and nothing takes it back. If something in it is wrong, correct it: ask for a letter of correction.",
                "La lettre est partie, et rien ne la reprend. Si elle contient une erreur, corrigez-la : demandez une lettre de correction.",
            ),
            Stand::Letter(LetterState::Issued, false) => (
                "The letter is issued already and waits to leave. To stop it, withdraw it before its run is closed.",
                "La lettre est déjà émise et attend son départ. Pour l’arrêter, retirez-la avant la fermeture de son tirage.",
            ),
            Stand::Letter(LetterState::Withdrawn, _) => (
                "The letter was withdrawn, for good. Send its event again under a new id to have it made.",
                "La lettre a été retirée pour de bon. Renvoyez son événement sous un nouvel id pour la faire produire.",
            ),
            Stand::Letter(LetterState::Held, _) => (
                "A rule holds the letter. See its reasons; it goes on by itself when their cause ends.",
                "Une règle retient la lettre. Voyez ses motifs; elle repart d’elle-même quand leur cause prend fin.",
            ),
            Stand::Letter(LetterState::Refused, _) => (
                "The letter cannot be made as asked. See its faults, and send the corrected event.",
                "La lettre ne peut pas être produite telle quelle. Voyez ses fautes et envoyez l’événement corrigé.",
            ),
            Stand::Letter(LetterState::Ended, _) => (
                "What called for the letter is gone. There is nothing to decide.",
                "Ce qui justifiait la lettre n’existe plus. Il n’y a rien à décider.",
            ),
            Stand::Letter(LetterState::AwaitingApproval, _) => (
                "The letter waits for an approval, or was approved and is about to be issued. No rule holds it.",
                "La lettre attend une approbation, ou a été approuvée et va être émise. Aucune règle ne la retient.",
            ),
            Stand::Letter(LetterState::Due | LetterState::Recalled, _) => (
                "The letter is still to be worked. Look at it again in a moment.",
                "La lettre reste à traiter. Regardez-la de nouveau dans un instant.",
            ),
            Stand::FollowUp(FollowUpState::Accepted) => {
                ("The follow-up was accepted already.", "Le suivi a déjà été accepté.")
            }
            Stand::FollowUp(FollowUpState::Declined) => {
                ("The follow-up was declined already.", "Le suivi a déjà été écarté.")
            }
            Stand::FollowUp(FollowUpState::Lapsed | FollowUpState::Proposed) => (
                "The ground of the follow-up is gone. There is nothing to decide.",
                "Le motif du suivi n’existe plus. Il n’y a rien à décider.",
            ),
        };
        Text::new(en, fr)
    }
}

impl DecideError {
    /// What it says to whoever decides.
    pub fn says(&self) -> Text {
        match self {
            DecideError::NotFound(what) => {
                Text::new(format!("There is no “{what}” here."), format!("Il n’y a pas de « {what} » ici."))
            }
            DecideError::NotWaiting(stand) => stand.says(),
            DecideError::WhoIsIt => Text::new(
                "This asks who somebody is, and is neither accepted nor declined: answer it with POST /api/v1/follow-ups/{id}/answer.",
                "Ce suivi demande de qui il s’agit; il n’est ni accepté ni écarté : répondez par POST /api/v1/follow-ups/{id}/answer.",
            ),
            DecideError::Changed => Text::new(
                "What you were shown is not what would go now: the seal is another. Look at the letter again (its review has the new seal), and decide then.",
                "Ce qui vous a été montré n’est plus ce qui partirait : le sceau a changé. Regardez la lettre de nouveau (son examen a le nouveau sceau), puis décidez.",
            ),
            DecideError::Preparer(who) => Text::new(
                format!("{who} prepared or edited this letter and cannot approve it; somebody else must."),
                format!(
                    "{who} a préparé ou modifié cette lettre et ne peut pas l’approuver; une autre personne le doit."
                ),
            ),
            DecideError::NotAPerson => Text::new(
                "A system or a command decides nothing: sign in, and decide yourself.",
                "Un système ou une commande ne décide de rien : ouvrez une session et décidez vous-même.",
            ),
            DecideError::OtherProgram(what) => Text::new(
                format!("{what} is of a program that you do not work in. An administrator can add it to your account."),
                format!(
                    "{what} relève d’un programme dans lequel vous ne travaillez pas. L’administration peut l’ajouter à votre compte."
                ),
            ),
            DecideError::NoAuthority { name, roles, needed } => {
                let words = |roles: &[String]| {
                    let roles: Vec<Text> = roles.iter().map(|role| office(role)).collect();
                    let list = |get: fn(&Text) -> &str| roles.iter().map(get).collect::<Vec<_>>().join(", ");
                    Text::new(list(|role| &role.en), list(|role| &role.fr))
                };
                let (roles, needed) = (words(roles), words(needed));
                Text::new(
                    format!("{name} ({}) has not the authority for this; it takes: {}.", roles.en, needed.en),
                    format!("{name} ({}) n’a pas le pouvoir de le faire; il faut : {}.", roles.fr, needed.fr),
                )
            }
            DecideError::AllPrograms => Text::new(
                "A print run has the letters of all programs, but you work in only some of them. Somebody who works in all of them closes it.",
                "Un tirage contient les lettres de tous les programmes, mais vous ne travaillez que dans certains d’entre eux. Une personne qui travaille dans tous les programmes le ferme.",
            ),
            DecideError::NotReturned => Text::new(
                "The letter was not returned, or has already been sent for approval again. Look at it again.",
                "La lettre n’a pas été retournée, ou elle a déjà été soumise de nouveau à l’approbation. Regardez-la de nouveau.",
            ),
            DecideError::NotOpened => Text::new(
                "You have not opened this letter as it stands now. Open it, look at its pages, and decide then.",
                "Vous n’avez pas ouvert cette lettre dans son état actuel. Ouvrez-la, regardez ses pages, puis décidez.",
            ),
            DecideError::NotOverridable(rule) => not_overridable(rule),
            DecideError::NoReason => Text::new(
                "A reason is required: say in a sentence why.",
                "Un motif est requis : dites pourquoi en une phrase.",
            ),
            DecideError::Faults(_) => Text::new(
                "The letter or its event is not in order; each fault says what to do.",
                "La lettre ou son événement n’est pas en règle; chaque faute dit quoi faire.",
            ),
            DecideError::Desk(error) => error.says(),
        }
    }
}

/// Why a rule lets nobody pass here: there is none of this key, it never does, or it does not hold the letter.
fn not_overridable(rule: &str) -> Text {
    let may: Vec<&str> =
        guards().filter(|guard| guard.effect == Effect::HoldUnlessOverridden).map(|guard| guard.key).collect();
    let may = may.join(", ");
    match guard(rule) {
        None => Text::new(
            format!("There is no rule “{rule}”. These may be overridden: {may}."),
            format!("Il n’y a pas de règle « {rule} ». Peuvent être levées : {may}."),
        ),
        Some(guard) if guard.effect != Effect::HoldUnlessOverridden => Text::new(
            format!("Nobody can override the rule “{rule}”: it ends with its cause. These may be overridden: {may}."),
            format!(
                "Personne ne peut lever la règle « {rule} » : elle prend fin avec sa cause. Peuvent être levées : {may}."
            ),
        ),
        Some(_) => Text::new(
            format!("The rule “{rule}” does not hold this letter. See its reasons for what does."),
            format!("La règle « {rule} » ne retient pas cette lettre. Voyez ses motifs pour ce qui la retient."),
        ),
    }
}

/// A role of the delegation tables; one that the unit has named itself, as it is.
pub fn office(role: &str) -> Text {
    match role {
        "officer" => Text::new("officer", "agent ou agente"),
        "team-lead" => Text::new("team lead", "chef d’équipe"),
        "manager" => Text::new("manager", "gestionnaire"),
        "director" => Text::new("director", "directeur ou directrice"),
        "mail-room" => Text::new("mail room", "salle du courrier"),
        "records" => Text::new("records", "gestion des documents"),
        "author" => Text::new("author of letter types", "rédaction des types de lettres"),
        "administrator" => Text::new("administrator", "administration"),
        own => Text::new(own, own),
    }
}

impl DeskError {
    /// What it says to whoever asked for the act.
    pub fn says(&self) -> Text {
        match self {
            DeskError::Register(error) => error.says(),
            DeskError::Archive(error) => error.says(),
            DeskError::Print(error) => error.says(),
            DeskError::Unreadable { event, .. } => Text::new(
                format!("The event {event} can no longer be read. Run `recto verify`, and do what it says."),
                format!("L’événement {event} ne peut plus être lu. Lancez `recto verify` et faites ce qu’il dit."),
            ),
            DeskError::NoSuchRun(no_run) => no_run.says(),
            DeskError::UnfinishedRun { run, .. } => Text::new(
                format!(
                    "The closing of the print run {run} was interrupted after its files were written. If they went to the \
                     mail room, close that run by its date; if not, take away the folder runs/{run}, and its letters are set \
                     again under a new date."
                ),
                format!(
                    "La fermeture du tirage {run} a été interrompue après l’écriture de ses fichiers. S’ils sont allés à la \
                     salle du courrier, fermez ce tirage par sa date; sinon, retirez le dossier runs/{run}, et ses lettres \
                     seront composées de nouveau sous une nouvelle date."
                ),
            ),
            DeskError::RunClaimed(date) => {
                let Text { en, fr } = day(date.date());
                Text::new(
                    format!("The print run of {en} is being closed already: wait until that is done."),
                    format!("Le tirage du {fr} est déjà en cours de fermeture : attendez qu’elle soit terminée."),
                )
            }
            DeskError::Io(error) => folder(error),
            DeskError::Task(_) => Text::new(
                "Recto broke off in the middle. Nothing is lost: try again, and report it to those who maintain Recto if it comes back.",
                "Recto s’est interrompu. Rien n’est perdu : réessayez, et signalez-le aux responsables de Recto si cela se répète.",
            ),
        }
    }
}

/// A date that has no print run to be closed now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoRun {
    /// The date that was asked for.
    pub date: chrono::NaiveDate,
    /// The date of today's run, or of the next business day's.
    pub next: chrono::NaiveDate,
    /// Whether the run of `next` was closed already.
    pub closed: bool,
    /// Letters that wait for the date that was asked for.
    pub waiting: i64,
    /// Whether the date is a business day.
    pub business_day: bool,
}

impl NoRun {
    fn says(self) -> Text {
        let NoRun { date, next, closed, waiting, business_day } = self;
        let letters = counted(
            usize::try_from(waiting).unwrap_or_default(),
            ("letter waits", "lettre attend"),
            ("letters wait", "lettres attendent"),
        );
        let Text { en: next_en, fr: next_fr } = day(next);
        let Text { en: date_en, fr: date_fr } = day(date);
        let open = match closed {
            true => Text::new(format!("The run of {next_en} is closed."), format!("Le tirage du {next_fr} est fermé.")),
            false => Text::new(
                format!("Today the run of {next_en} can be closed."),
                format!("Aujourd’hui, c’est le tirage du {next_fr} qui peut être fermé."),
            ),
        };
        let (en, fr) = match () {
            () if !business_day => (
                format!("{date_en} is no business day, so no mail goes on it."),
                format!("Le {date_fr} n’est pas un jour ouvrable : aucun courrier ne part ce jour-là."),
            ),
            () if date < next => (
                format!(
                    "{date_en} is over, and no run was opened on it. Letters of that date are set again under a new one."
                ),
                format!(
                    "Le {date_fr} est passé, et aucun tirage n’a été ouvert ce jour-là. Ses lettres sont composées de nouveau sous une autre date."
                ),
            ),
            () if waiting > 0 => (
                format!("{} for {date_en}; close the run on that day.", letters.en),
                format!("{} le {date_fr}; fermez le tirage ce jour-là.", letters.fr),
            ),
            () => (
                format!("No letter waits for {date_en} yet, and its run can be closed on that day only."),
                format!("Aucune lettre n’attend encore le {date_fr}, et son tirage ne peut être fermé que ce jour-là."),
            ),
        };
        Text::new(format!("{en} {}", open.en), format!("{fr} {}", open.fr))
    }
}

impl OpenError {
    /// What it says to whoever starts Recto.
    pub fn says(&self) -> Text {
        match self {
            OpenError::Register(error) => error.says(),
            OpenError::Archive(error) => error.says(),
            OpenError::Smtp(error) => error.says(),
            OpenError::OpenId(error) => error.says(),
            OpenError::NoPost => Text::new(
                "Production needs [smtp] to send e-mail; or set `outbox = true` to have mail written to the outbox folder.",
                "La production a besoin de [smtp] pour envoyer des courriels; ou réglez `outbox = true` pour les écrire dans le dossier outbox.",
            ),
            OpenError::Io(error) => folder(error),
        }
    }
}

/// A data folder that cannot be used.
fn folder(error: &std::io::Error) -> Text {
    let why = io(error);
    Text::new(
        format!("The data folder cannot be used: {}. Name another with --dir, or mend that.", why.en),
        format!(
            "Le dossier de données ne peut pas être utilisé : {}. Nommez-en un autre par --dir ou corrigez cela.",
            why.fr
        ),
    )
}
