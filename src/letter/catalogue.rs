//! All letter types, with the house, the programs and the events that call for no letter.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde_json::Value;

use super::addressed::{addressed_faults, without_names_and_addresses};
use super::agree::InOrder;
use super::data::{Data, future_facts, missing, unknown_part, unreadable};
use super::events::Events;
use super::hash::{hash_of, hash_of_event, hash_of_type};
use super::house::house_files;
use super::key_facts::unknown_labels;
use super::kind::LetterType;
use super::load;
use super::must_say::SharedTexts;
use super::order::read_in_order;
use super::plan::{plan_faults, planned_from};
use super::policy_names;
use super::program::Program;
use super::saved_phrases::{SavedPhrase, unknown_programs};
use super::schema::Schema;
use super::template::Writer;
use super::versions::{self, Versions};
use super::words::Words;
use crate::case::figures::{Figure, figures_of};
use crate::case::format::Formats;
use crate::case::letter::Wording;
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
    /// What officers often say in letters of their own words.
    pub phrases: Vec<SavedPhrase>,
    /// SHA-256 over every file but `versions.toml`, recorded with each letter.
    pub hash: String,
    /// What `versions.toml` says.
    pub versions: Versions,
    pub(super) folder: PathBuf,
    pub(super) wordings: BTreeMap<String, Wording>,
    pub(super) writers: [Writer; 2],
    /// Dates that must be in order in every letter that has them.
    pub(super) in_order: Vec<InOrder>,
    /// The figures of each program and of the house, in each language.
    pub(super) known: [BTreeMap<String, HashSet<Figure>>; 2],
    pub(super) case: Schema,
    pub(super) party: Schema,
    pub(super) events: Events,
}

impl Catalogue {
    /// Reads a `letter-templates` folder, or says everything that is wrong in it, with file and line.
    pub fn load(folder: &Path) -> Result<Catalogue, Vec<Fault>> {
        let mut faults = Vec::new();
        let sets = load::guard_sets(folder, &mut faults);
        let events = Events::read(folder, &mut faults);
        let mut types = load::types(folder, &sets, &events, &mut faults);
        let programs = load::programs(folder, &mut faults);
        let shared = load::shared(folder, &mut types, &mut faults);
        let in_order = read_in_order(folder, &types).map_err(|more| faults.extend(more)).ok();
        let mut of_house = |shown: &str| events.of_house(folder, shown).map_err(|more| faults.extend(more)).ok();
        let (case, party) = (of_house("_house/case.schema.json"), of_house("_house/party.schema.json"));
        let words = Words::read(&folder.join("_house")).map_err(|more| faults.extend(more)).ok();
        let writers = words.zip(shared.as_ref()).and_then(|(words, (shared, _))| {
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
        let versions = Versions::read(folder).map_err(|more| faults.extend(more)).ok();
        let wordings = versions::wordings(folder, &types, &programs).map_err(|more| faults.extend(more)).ok();
        // What a type or program that cannot be read would have said is not called unknown.
        if faults.is_empty() {
            faults.extend(writers.iter().flat_map(|writers| unknown_labels(&types, writers)));
            faults.extend(policy_names::unknown_names(&types, &programs));
            faults.extend(shared.iter().flat_map(|(_, phrases)| unknown_programs(phrases, &programs)));
        }
        let read = (case, party, writers, shared, in_order, versions.zip(wordings));
        let (Some(case), Some(party), Some(writers), Some(shared), Some(in_order), Some((versions, wordings))) = read
        else {
            return Err(faults);
        };
        if !faults.is_empty() {
            return Err(faults);
        }
        let rests_on = [hash_of(&folder.join("_house")), hash_of(&folder.join("_programs"))];
        for letter in types.values_mut() {
            let event = hash_of_event(folder, &letter.description.called_by.event);
            letter.hash = hash_of_type(&folder.join(&letter.key), &[&rests_on[..], &[event]].concat());
        }
        let house = house_files(&folder.join("_house"));
        let known = Language::BOTH.map(|language| {
            let words = writers[language as usize].words();
            let figures = |(key, program): (&String, &Program)| (key.clone(), known_figures(program, words, language));
            programs.iter().map(figures).collect()
        });
        let (hash, folder, (shared, phrases)) = (hash_of(folder), folder.to_owned(), shared);
        Ok(Catalogue {
            known,
            types,
            programs,
            house,
            shared,
            phrases,
            hash,
            versions,
            folder,
            wordings,
            writers,
            in_order,
            case,
            party,
            events,
        })
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
        let future = future_facts(event, &schemas);
        if !future.is_empty() {
            return Err(future);
        }
        if event.subject != data.case.reference.as_str() {
            return Err(vec![Fault::new(
                "subject-not-the-case",
                "/subject",
                format!(
                    "The subject of the event is {}, but the case that it tells of is {}. Make them the same.",
                    event.subject, data.case.reference
                ),
                format!(
                    "Le sujet de l’événement est {}, mais le dossier dont il parle est {}. Faites qu’ils soient identiques.",
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

    /// The properties that a form could not show: those without a label, or whose values have no words, in all schemas, with file
    /// and line.
    pub fn unlabelled(&self) -> Vec<Fault> {
        let types = self.types.values().map(|letter| &letter.schema);
        let schemas = types.chain([&self.case, &self.party]);
        let mut faults = self.events.unlabelled();
        faults.extend(schemas.flat_map(|schema| schema.unlabelled.iter().cloned()));
        // Types of one event have its schema.
        let mut seen = BTreeSet::new();
        faults.retain(|fault| seen.insert(fault.to_string()));
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
        let known = |language| {
            let named = self.programs.iter().map(|(key, program)| {
                let name = program.in_language(language)["name"].as_str().unwrap_or_default().to_owned();
                if name.is_empty() { key.clone() } else { format!("{key} ({name})") }
            });
            named.collect::<Vec<_>>().join(", ")
        };
        self.programs.get(key).ok_or_else(|| {
            Fault::new(
                "program-unknown",
                "/case/program",
                format!("“{key}” is not a program. Known are: {}.", known(Language::En)),
                format!("« {key} » n’est pas un programme. Sont connus : {}.", known(Language::Fr)),
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
        // What a value means says more than how it is written: “EI” is no program, whatever the form of one.
        let meaning = self.meaning_faults(&data, repertoire);
        faults.retain(|fault| !meaning.iter().any(|other| other.place == fault.place));
        // A name that was spoiled cannot be written with the fonts either: that is one mistake.
        faults.extend(meaning.into_iter().filter(|fault| spoiled.iter().all(|one| one.place != fault.place)));
        faults.extend(spoiled);
        faults.extend(texts::unprintable(&without_names_and_addresses(&data), repertoire));
        match Data::read(&data) {
            Ok(read) if faults.is_empty() => Ok(read),
            Err(error) if faults.is_empty() => Err(vec![unreadable(&error)]),
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
