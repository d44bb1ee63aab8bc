//! Asking for a letter: an officer's letter is the event that calls for it, raised by the officer.

use serde_json::Value;

use super::take::CONFLICT;
use super::{Batch, Desk, DeskError, Outcome};
use crate::case::texts::folded;
use crate::case::{CaseEvent, CaseRef, Fault, LetterId};
use crate::intake::Offer;
use crate::letter::LetterType;
use crate::people::Who;
use crate::register::LetterRow;

/// The source of events that officers raise; their ids are the officers' own keys.
pub(super) const SOURCE: &str = "urn:recto:officer";

/// A letter that somebody asks for.
#[derive(Debug, Clone)]
pub struct LetterRequest {
    /// The letter type's key.
    pub letter_type: String,
    /// `{case, party, facts}`; the facts are those of the letter type's schema.
    pub data: Value,
    /// The asker's own key: the same key with the same request is the same letter, however often it is asked for.
    pub key: String,
}

/// What became of a request.
#[derive(Debug)]
pub enum Requested {
    /// The letter was called for, now or before.
    Called(Box<LetterRow>),
    /// Nothing was recorded, for these reasons.
    Refused(Vec<Fault>),
}

impl Desk {
    /// Asks for a letter. It goes the same way as any other: its event is taken, and the letter is drafted, assessed and issued.
    pub async fn ask_for(&self, by: &Who, request: LetterRequest) -> Result<Requested, DeskError> {
        let request = match self.request_of(by, request) {
            Ok(request) => request,
            Err(faults) => return Ok(Requested::Refused(faults)),
        };
        let (letter, event) = match self.event_for(&request) {
            Ok(called) => called,
            Err(faults) => return Ok(Requested::Refused(faults)),
        };
        if let Some(fault) = self.other_program(by, &event).await? {
            return Ok(Requested::Refused(vec![fault]));
        }
        let program = event.program().to_owned();
        // A repeat has the time of the first request, so that it is the same event.
        let known = self.reader().event_by_key(SOURCE, &request.key).await?;
        if known.is_none() {
            let case = self.case(&event.subject).await?;
            let missing = self.missing_grounds(letter, &event, &case).await?;
            if !missing.is_empty() {
                let at_letter = |fault| Fault { place: "/letter".to_owned(), ..fault };
                return Ok(Requested::Refused(missing.into_iter().map(at_letter).collect()));
            }
        }
        let event = CaseEvent { time: known.map_or(event.time, |known| known.event.time), ..event };
        let offer = Offer { place: String::new(), raw: Vec::new(), event: Ok(event) };
        let letters = match self.take(by.actor(), vec![offer], Batch::AllOrNone).await?.pop() {
            Some(Outcome::Taken(letters) | Outcome::Repeated(letters)) => letters,
            Some(Outcome::Refused(faults)) => {
                let faults = faults.into_iter().map(|fault| for_key(fault, &request.key)).collect();
                return Ok(Requested::Refused(faults));
            }
            Some(Outcome::Untouched) | None => Vec::new(),
        };
        let called = self.called(&letters, &request.letter_type).await?;
        let refused = || Requested::Refused(vec![not_for_program(&request.letter_type, &program)]);
        Ok(called.map_or_else(refused, Requested::Called))
    }

    /// Of some letters the one of a type.
    pub(super) async fn called(
        &self,
        letters: &[LetterId],
        letter_type: &str,
    ) -> Result<Option<Box<LetterRow>>, DeskError> {
        for id in letters {
            let row = self.reader().letter(id).await?;
            if let Some(row) = row.filter(|row| row.letter_type == letter_type) {
                return Ok(Some(Box::new(row)));
            }
        }
        Ok(None)
    }

    /// What keeps somebody from telling of a case: it is, or would be by what is told, of a program that they do not work in.
    pub async fn other_program(&self, by: &Who, event: &CaseEvent) -> Result<Option<Fault>, DeskError> {
        let known = self.reader().program_of(&event.subject).await?;
        let programs = known.as_deref().into_iter().chain([event.program()]);
        Ok(programs.filter(|program| !by.works_in(program)).map(|_| program_not_yours()).next())
    }

    /// The request as somebody's own: where its letter says who prepared it, it is nobody but the person who is signed in. A system
    /// answers for whom it names.
    pub(super) fn request_of(&self, by: &Who, mut request: LetterRequest) -> Result<LetterRequest, Vec<Fault>> {
        let mut faults = Vec::new();
        let letter = self.studio.catalogue.types.get(&request.letter_type);
        if let (Some(account), Some(letter)) = (by.person(), letter)
            && let Some(facts) = request.data["facts"].as_object_mut()
        {
            let name = &account.is.name;
            let others = ["prepared_by", "edited_by"].into_iter();
            let others = others.filter(|fact| facts.get(*fact).is_some_and(|told| !own_name(told, name)));
            faults.extend(others.map(|fact| not_you(fact, name)));
            if letter.schema.properties().iter().any(|(property, _)| property == "prepared_by") {
                facts.insert("prepared_by".to_owned(), name.clone().into());
            }
        }
        if faults.is_empty() { Ok(request) } else { Err(faults) }
    }

    /// The letter type and the event that calls for the letter, or everything that is wrong with the request.
    pub(super) fn event_for(&self, request: &LetterRequest) -> Result<(&LetterType, CaseEvent), Vec<Fault>> {
        let catalogue = &self.studio.catalogue;
        let letter = catalogue.types.get(&request.letter_type);
        let letter = letter.ok_or_else(|| vec![self.studio.unknown_type(&request.letter_type)])?;
        let program = request.data["case"]["program"].as_str();
        let kind = letter.description.called_by.event.clone();
        // Whether there is such a program at all, the check of the data says.
        if let Some(program) = program.filter(|program| catalogue.programs.contains_key(*program))
            && !letter.is_called_by(&kind, program, &request.data["facts"])
        {
            return Err(vec![not_for_program(&request.letter_type, program)]);
        }
        let below = |faults: Vec<Fault>| faults.into_iter().map(|fault| fault.below("/data")).collect::<Vec<_>>();
        let checked = self.studio.check_request(letter, &request.data, self.clock.today()).map_err(below)?;
        let event = CaseEvent {
            source: SOURCE.to_owned(),
            id: request.key.clone(),
            kind,
            subject: CaseRef::new(checked.case.reference),
            time: self.clock.now(),
            data: request.data.clone(),
        };
        Ok((letter, event))
    }
}

/// Whether a name that is told, if one is, is somebody's own.
pub(super) fn own_name(told: &Value, name: &str) -> bool {
    told.as_str().is_none_or(|told| folded(told.trim()) == folded(name))
}

pub(super) fn not_you(fact: &str, name: &str) -> Fault {
    Fault::new(
        "prepared-by-somebody-else",
        format!("/data/facts/{fact}"),
        format!(
            "You are signed in as {name}: what you ask for is yours. Leave this out, or have the other person ask."
        ),
        format!(
            "Vous avez ouvert une session à titre de {name} : ce que vous demandez est de vous. Laissez ce champ, ou faites faire la demande par l’autre personne."
        ),
    )
}

/// The case is of a program that whoever asks does not work in. Which it is, is not said.
pub(super) fn program_not_yours() -> Fault {
    Fault::new(
        "program-not-yours",
        "/data/case/program",
        "This case, or what is told of it, is of a program that you do not work in. An administrator can add the program to your account.",
        "Ce dossier, ou ce qui en est dit, relève d’un programme dans lequel vous ne travaillez pas. L’administration peut ajouter le programme à votre compte.",
    )
}

/// The code of a request whose key was used before for another one.
const KEY_REUSED: &str = "idempotency-key-reused";

/// The key of a request is the id of its event, which the asker never sees.
fn for_key(fault: Fault, key: &str) -> Fault {
    if fault.code != CONFLICT {
        return fault;
    }
    Fault::new(
        KEY_REUSED,
        "Idempotency-Key",
        format!(
            "The key “{key}” was used before, for a request that said something else. Send this one under a key of its own; to repeat the first, send it unchanged."
        ),
        format!(
            "La clé « {key} » a déjà servi pour une requête qui disait autre chose. Envoyez celle-ci sous sa propre clé; pour répéter la première, envoyez-la telle quelle."
        ),
    )
}

fn not_for_program(letter: &str, program: &str) -> Fault {
    Fault::new(
        "letter-not-for-program",
        "/letter",
        format!("“{letter}” is not a letter of the program “{program}”."),
        format!("« {letter} » n’est pas une lettre du programme « {program} »."),
    )
}
