//! All letter types, with the house, the programs and the events that call for no letter.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

use chrono::NaiveDate;
use serde_json::Value;

use super::addressed::{addressed_faults, without_names_and_addresses};
use super::agree::InOrder;
use super::data::{Data, future_facts};
use super::events::Events;
use super::hash::{entries, file_name, hash_of, hash_of_event, hash_of_type};
use super::house::house_files;
use super::key_facts::unknown_labels;
use super::kind::LetterType;
use super::must_say::{SharedTexts, read_shared};
use super::order::read_in_order;
use super::phones::phone_faults;
use super::plan::{plan_faults, planned_from};
use super::policy_names;
use super::program::Program;
use super::read::{read_text, read_toml};
use super::schema::Schema;
use super::template::Writer;
use super::words::Words;
use crate::case::figures::{Figure, figures_of};
use crate::case::format::Formats;
use crate::case::repertoire::Repertoire;
use crate::case::texts::{self, normalize};
use crate::case::{CaseEvent, Fault, Language, Tells};

/// Everything in `letter-templates/`, read and compiled.
pub struct Catalogue {
    /// The letter types by key.
    pub types: BTreeMap<String, LetterType>,
    /// The programs by key.
    pub programs: BTreeMap<String, Program>,
    /// The files of the house that typst reads, by name, such as `letter.typ`: what `/house/…` holds for the typesetter.
    pub house: BTreeMap<String, Vec<u8>>,
    /// The texts that many letters have, by key.
    pub shared: SharedTexts,
    /// SHA-256 over every file, recorded with each letter.
    pub hash: String,
    pub(super) writers: [Writer; 2],
    /// Dates that must be in order in every letter that has them.
    pub(super) in_order: Vec<InOrder>,
    /// The figures of each program and of the house, in each language.
    pub(super) known: [BTreeMap<String, HashSet<Figure>>; 2],
    case: Schema,
    party: Schema,
    events: Events,
}

impl Catalogue {
    /// Reads a `letter-templates` folder, or says everything that is wrong in it, with file and line.
    pub fn load(folder: &Path) -> Result<Catalogue, Vec<Fault>> {
        let mut faults = Vec::new();
        let sets = load_guard_sets(folder, &mut faults);
        let events = Events::read(folder, &mut faults);
        let mut types = load_types(folder, &sets, &events, &mut faults);
        let programs = load_programs(folder, &mut faults);
        let shared = read_shared(folder).map_err(|more| faults.extend(more)).ok();
        if let Some(shared) = &shared {
            // A frame that cannot be read is said by the writers.
            let frame =
                |name: &str| std::fs::read_to_string(folder.join(format!("_house/{name}.typ"))).unwrap_or_default();
            let frames = ["frame", "memorandum"].map(frame);
            for letter in types.values_mut() {
                let frame = &frames[usize::from(letter.description.filed)];
                faults.extend(letter.owe_shared(shared, frame).err().into_iter().flatten());
            }
        }
        let in_order = read_in_order(folder, &types).map_err(|more| faults.extend(more)).ok();
        let mut of_house = |shown: &str| events.of_house(folder, shown).map_err(|more| faults.extend(more)).ok();
        let (case, party) = (of_house("_house/case.schema.json"), of_house("_house/party.schema.json"));
        let words = Words::read(&folder.join("_house")).map_err(|more| faults.extend(more)).ok();
        let writers = words.zip(shared.as_ref()).and_then(|(words, shared)| {
            let writer = |language| Writer::new(language, folder, &types, &words, shared);
            let [en, fr] = Language::BOTH.map(writer);
            match (en, fr) {
                (Ok(en), Ok(fr)) => Some([en, fr]),
                (en, fr) => {
                    faults.extend([en.err(), fr.err()].into_iter().flatten().flatten());
                    None
                }
            }
        });
        // What a type or program that cannot be read would have said is not called unknown.
        if faults.is_empty() {
            faults.extend(writers.iter().flat_map(|writers| unknown_labels(&types, writers)));
            faults.extend(policy_names::unknown_names(&types, &programs));
        }
        match (case, party, writers, shared, in_order) {
            (Some(case), Some(party), Some(writers), Some(shared), Some(in_order)) if faults.is_empty() => {
                let rests_on = [hash_of(&folder.join("_house")), hash_of(&folder.join("_programs"))];
                for letter in types.values_mut() {
                    let event = hash_of_event(folder, &letter.description.called_by.event);
                    letter.hash = hash_of_type(&folder.join(&letter.key), &[&rests_on[..], &[event]].concat());
                }
                let house = house_files(&folder.join("_house"));
                let known = Language::BOTH.map(|language| {
                    let words = writers[language as usize].words();
                    programs
                        .iter()
                        .map(|(key, program)| (key.clone(), known_figures(program, words, language)))
                        .collect()
                });
                let hash = hash_of(folder);
                Ok(Catalogue { known, types, programs, house, shared, hash, writers, in_order, case, party, events })
            }
            _ => Err(faults),
        }
    }

    /// What is wrong with an event's data, all of it; or the data in its checked form and the letter types that the
    /// event calls for.
    ///
    /// Nothing is taken, drafted or drawn that has not passed here: schemas of case, party and facts, every character
    /// printable, the address in its window, the e-mail address where one is needed.
    pub fn check_event(
        &self,
        event: &CaseEvent,
        repertoire: &Repertoire,
    ) -> Result<(Data, Vec<&LetterType>), Vec<Fault>> {
        let program = event.data.pointer("/case/program").and_then(Value::as_str).unwrap_or_default();
        let facts = &event.data["facts"];
        let letters: Vec<&LetterType> = self.called_by(&event.kind, program, facts);
        // The facts of an event that calls for several letters must be those of each.
        let mut schemas: Vec<&Schema> = letters.iter().map(|letter| &letter.schema).collect();
        // One that asks for a letter of another program is not taken without it.
        if !self.types.values().any(|letter| letter.is_asked_for_by(&event.kind, facts)) {
            schemas.extend(self.events.schema(&event.kind));
        }
        if schemas.is_empty() {
            self.program(program).map_err(|fault| vec![fault.below("/data")])?;
            return Err(vec![self.unused_fault(event, program)]);
        }
        let plans: Vec<_> = letters.iter().map(|letter| (*letter, planned_from(event))).collect();
        let data = self
            .check_data(&event.data, &schemas, &plans, repertoire)
            .map_err(|faults| faults.into_iter().map(|fault| fault.below("/data")).collect::<Vec<_>>())?;
        let future = future_facts(event, schemas.iter().flat_map(|schema| &schema.past_days));
        if !future.is_empty() {
            return Err(future);
        }
        if event.subject != data.case.reference.as_str() {
            return Err(vec![Fault::new(
                "subject-not-the-case",
                "/subject",
                format!(
                    "The subject is {}, but data.case.reference is {}. Make them the same.",
                    event.subject, data.case.reference
                ),
                format!(
                    "Le sujet est {}, mais data.case.reference est {}. Faites qu’ils soient identiques.",
                    event.subject, data.case.reference
                ),
            )]);
        }
        Ok((data, letters))
    }

    /// The letter types that an event of this short type, for this program, with these facts, calls for.
    pub fn called_by(&self, event: &str, program: &str, facts: &Value) -> Vec<&LetterType> {
        self.types.values().filter(|letter| letter.is_called_by(event, program, facts)).collect()
    }

    /// What letters of a type tell; nothing where there is no such type.
    pub fn tells(&self, letter_type: &str) -> &[Tells] {
        self.types.get(letter_type).map_or(&[], |letter| &letter.description.tells)
    }

    /// Whether a word has the shape of a case reference, as the schema of case has it.
    pub fn is_reference(&self, word: &str) -> bool {
        self.case.allows("reference", word)
    }

    /// The schema of an event that calls for no letter; `None` where there is none of this short type.
    pub fn event_schema(&self, kind: &str) -> Option<&Schema> {
        self.events.schema(kind)
    }

    /// The properties that a form could not name: those without a label, in all schemas, with file and line.
    pub fn unlabelled(&self) -> Vec<Fault> {
        let types = self.types.values().map(|letter| &letter.schema);
        let schemas = types.chain([&self.case, &self.party]);
        let mut faults = self.events.unlabelled();
        faults.extend(schemas.flat_map(|schema| schema.unlabelled.iter().cloned()));
        faults
    }

    /// Checks `{case, party, facts}` for one letter type, without an event around it; as asked for on a day, where it is not on file yet.
    pub fn check_letter_data(
        &self,
        letter: &LetterType,
        data: &Value,
        asked_on: Option<NaiveDate>,
        repertoire: &Repertoire,
    ) -> Result<Data, Vec<Fault>> {
        let plans: Vec<_> = asked_on.map(|day| (letter, day)).into_iter().collect();
        self.check_data(data, &[&letter.schema], &plans, repertoire)
    }

    /// A program, or the fault that there is none of this key.
    pub fn program(&self, key: &str) -> Result<&Program, Fault> {
        let known = || self.programs.keys().cloned().collect::<Vec<_>>().join(", ");
        self.programs.get(key).ok_or_else(|| {
            Fault::new(
                "program-unknown",
                "/case/program",
                format!("“{key}” is not a program. Known are: {}.", known()),
                format!("« {key} » n’est pas un programme. Sont connus : {}.", known()),
            )
        })
    }

    fn check_data(
        &self,
        data: &Value,
        facts: &[&Schema],
        plans: &[(&LetterType, NaiveDate)],
        repertoire: &Repertoire,
    ) -> Result<Data, Vec<Fault>> {
        let data = normalize(data.clone());
        let mut faults = Vec::new();
        let parts = [("case", &self.case), ("party", &self.party), ("addressee", &self.party)];
        for (name, schema) in parts.into_iter().chain(facts.iter().map(|schema| ("facts", *schema))) {
            match data.get(name) {
                Some(part) => faults.extend(schema.faults(part, &format!("/{name}"))),
                None if name == "addressee" => {}
                None => faults.push(missing(name)),
            }
        }
        faults.extend(plans.iter().flat_map(|(letter, told)| plan_faults(letter, &data, &self.programs, *told)));
        // Schemas of several letters may find the same fault.
        let mut seen = BTreeSet::new();
        faults.retain(|fault| seen.insert(fault.to_string()));
        let others = data
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(name, _)| !["case", "party", "addressee", "facts"].contains(&name.as_str()));
        faults.extend(others.map(|(name, _)| unknown_part(name)));
        let spoiled = texts::faults(&data, repertoire);
        let meaning = self.meaning_faults(&data, repertoire).into_iter();
        // A name that was spoiled cannot be written with the fonts either: that is one mistake.
        faults.extend(meaning.filter(|fault| spoiled.iter().all(|one| one.place != fault.place)));
        faults.extend(spoiled);
        faults.extend(texts::unprintable(&without_names_and_addresses(&data), repertoire));
        match Data::read(&data) {
            Ok(read) if faults.is_empty() => Ok(read),
            Err(error) if faults.is_empty() => Err(vec![unreadable(&error.to_string())]),
            _ => Err(faults),
        }
    }

    /// What schemas cannot say: that the program exists, and that the address fits. Checked part by part, so that a fault
    /// in one part does not hide those of another.
    fn meaning_faults(&self, data: &Value, repertoire: &Repertoire) -> Vec<Fault> {
        let mut faults = Vec::new();
        let text = |pointer: &str| data.pointer(pointer).and_then(Value::as_str);
        faults.extend(text("/case/program").and_then(|program| self.program(program).err()));
        faults.extend(addressed_faults(data, repertoire));
        faults
    }

    fn unused_fault(&self, event: &CaseEvent, program: &str) -> Fault {
        let mut known: Vec<&str> = self.types.values().map(|l| l.description.called_by.event.as_str()).collect();
        known.extend(self.events.kinds());
        known.sort_unstable();
        known.dedup();
        let known = known.join(", ");
        Fault::new(
            "event-not-handled",
            "/type",
            format!(
                "No letter type and no event schema handles “{}” for program “{program}”. Handled are: {known}.",
                event.kind
            ),
            format!(
                "Aucun type de lettre ni schéma d’événement ne traite « {} » pour le programme « {program} ». Sont traités : {known}.",
                event.kind
            ),
        )
    }
}

/// The figures of a program and of the house's words, such as telephone numbers and sections of acts.
fn known_figures(program: &Program, words: &serde_json::Map<String, Value>, language: Language) -> HashSet<Figure> {
    let mut known = Vec::new();
    let words = Value::Object(words.clone());
    for value in [&program.in_language(language), &words] {
        figures_of(value, &mut known);
        figures_of(&held_together(value, Formats::of(language)), &mut known);
    }
    known.into_iter().collect()
}

/// A value with its texts as a page has them.
fn held_together(value: &Value, formats: &Formats) -> Value {
    match value {
        Value::String(text) => Value::String(formats.text(text)),
        Value::Array(list) => list.iter().map(|one| held_together(one, formats)).collect(),
        Value::Object(map) => map.iter().map(|(name, one)| (name.clone(), held_together(one, formats))).collect(),
        other => other.clone(),
    }
}

fn unreadable(problem: &str) -> Fault {
    Fault::new(
        "data-unreadable",
        "",
        format!("The data cannot be read: {problem}. Compare it with the schemas of case, party and facts."),
        format!("Les données ne peuvent pas être lues : {problem}. Comparez-les aux schémas de case, party et facts."),
    )
}

fn missing(name: &str) -> Fault {
    Fault::new(
        "fact-missing",
        format!("/{name}"),
        format!("“{name}” is required and missing. Add it."),
        format!("« {name} » est obligatoire et manque. Ajoutez-le."),
    )
}

fn unknown_part(name: &str) -> Fault {
    Fault::new(
        "fact-unknown",
        format!("/{name}"),
        format!("“{name}” is not part of an event's data, which is {{case, party, addressee, facts}}. Take it out."),
        format!(
            "« {name} » ne fait pas partie des données d’un événement, soit {{case, party, addressee, facts}}. Retirez-le."
        ),
    )
}

fn load_guard_sets(folder: &Path, faults: &mut Vec<Fault>) -> BTreeMap<String, Vec<String>> {
    let read = read_text(&folder.join("_house"), "_house", "guards.toml").map_err(|fault| vec![fault]);
    let sets = read.and_then(|text| read_toml(&text, "_house/guards.toml"));
    sets.map_err(|more| faults.extend(more)).unwrap_or_default()
}

fn load_types(
    folder: &Path,
    sets: &BTreeMap<String, Vec<String>>,
    events: &Events,
    faults: &mut Vec<Fault>,
) -> BTreeMap<String, LetterType> {
    let is_type = |path: &std::path::PathBuf| path.is_dir() && !file_name(path).starts_with(['_', '.']);
    let mut types = BTreeMap::new();
    for path in entries(folder).into_iter().filter(is_type) {
        let read = LetterType::read(&path, events).and_then(|mut letter| letter.expand_guards(sets).map(|()| letter));
        match read {
            Ok(letter) => {
                types.insert(letter.key.clone(), letter);
            }
            Err(more) => faults.extend(more),
        }
    }
    if types.is_empty() && faults.is_empty() {
        faults.push(Fault::new(
            "letter-types-missing",
            folder.display().to_string(),
            "There is no letter type here. Start Recto in the folder that has letter-templates, or set `home` to it.",
            "Il n’y a ici aucun type de lettre. Démarrez Recto dans le dossier qui contient letter-templates, ou réglez `home`.",
        ));
    }
    types
}

fn load_programs(folder: &Path, faults: &mut Vec<Fault>) -> BTreeMap<String, Program> {
    let contact = read_text(&folder.join("_house"), "_house", "contact.toml").map_err(|fault| vec![fault]);
    let contact = contact.and_then(|text| {
        let contact: serde_json::Map<String, Value> = read_toml(&text, "_house/contact.toml")?;
        let faults = phone_faults(&contact, "", &text, "_house/contact.toml");
        if faults.is_empty() { Ok(contact) } else { Err(faults) }
    });
    let contact = contact.map_err(|more| faults.extend(more)).unwrap_or_default();
    let folder = folder.join("_programs");
    let mut programs = BTreeMap::new();
    for path in entries(&folder) {
        let name = file_name(&path);
        let Some(key) = name.strip_suffix(".toml") else { continue };
        let shown = format!("_programs/{name}");
        let read = read_text(&folder, "_programs", &name).map_err(|fault| vec![fault]);
        match read.and_then(|text| Program::read(key, &text, &shown)) {
            Ok(mut program) => {
                program.share_contact(&contact);
                programs.insert(program.key.clone(), program);
            }
            Err(more) => faults.extend(more),
        }
    }
    programs
}
