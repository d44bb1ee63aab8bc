//! One letter type, as its `letter.toml` describes it.

use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::agree::{Check, InOrder};
use super::deadline::Deadline;
use super::derive::{Derivation, circular, in_order_of_need};
use super::events::Events;
use super::key_facts::KeyFactsFrom;
use super::must_say::{MustSay, Owed, SharedTexts, framed, not_as_stated};
use super::path::{Condition, FactPath};
use super::read::{read_text, read_toml, toml_line};
use super::resolve::Reach;
use super::schema::{Schema, read_json};
use super::template::malformed;
use crate::case::{Channel, Fault, Language, Party, Tells, Text};

/// A letter type: its description, the schema of its facts, and its samples. Its words are with the [`super::Writer`]s.
pub struct LetterType {
    /// The folder's name, such as `debt-notice`.
    pub key: String,
    /// SHA-256 over its own files without the samples, over its event's schema, the house and the programs: what a letter of the
    /// type says rests on these and on its facts alone.
    pub hash: String,
    /// What `letter.toml` says.
    pub description: Description,
    /// What must be on the page in both languages: its own words, those of the shared texts that it owes, and those of its frame.
    pub must_say: Vec<MustSay>,
    /// The text of `letter.toml`, for the lines of its faults.
    toml: String,
    /// The schema of the facts.
    pub schema: Schema,
    /// The body's source in English and French.
    pub body: Text,
    /// The source of what is cut off the letter, where that is its own: `slip.en.typ` and `slip.fr.typ`.
    pub slip: Option<Text>,
    /// The samples by file name: `{case, party, facts}` each.
    pub samples: BTreeMap<String, Value>,
}

/// What `letter.toml` says of a letter type.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// The version of the type, recorded with each letter.
    pub version: String,
    /// The subject line and the PDF's title.
    pub title: Text,
    /// The fact that stands as its subject line in place of the title, where an officer writes what the letter is about.
    #[serde(default)]
    pub subject: Option<FactPath>,
    /// Whether it is an internal document: filed with the case, set as a memorandum, and sent to nobody.
    #[serde(default)]
    pub filed: bool,
    /// What it tells its reader that a rule rests on.
    #[serde(default)]
    pub tells: Vec<Tells>,
    /// Which event calls for the letter.
    pub called_by: CalledBy,
    /// What is cut off the letter and sent back, if anything.
    #[serde(default)]
    pub slip: Option<Slip>,
    /// Guards, approval, page limit.
    pub rules: Rules,
    /// From where it has its amount and its day.
    #[serde(default)]
    pub key_facts: KeyFactsFrom,
    /// Deadlines by name.
    #[serde(default)]
    pub deadlines: BTreeMap<String, Deadline>,
    /// Derived values by name.
    #[serde(default)]
    pub derived: BTreeMap<String, Derivation>,
    /// Dates that must be in order.
    #[serde(default)]
    pub in_order: Vec<InOrder>,
    /// Identities that must hold to the cent.
    #[serde(default)]
    pub checks: Vec<Check>,
    /// Shared texts that the letter must have, by key: `always`, or where a condition holds.
    #[serde(default)]
    pub shared: BTreeMap<String, Owed>,
    /// The type's own words that must be on the page in both languages.
    #[serde(default)]
    pub must_say: Vec<MustSay>,
}

/// What is cut off a letter and sent back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Slip {
    /// It goes with a payment: the house's remittance slip, or one of the letter type's own.
    Payment,
    /// It carries an answer, such as an acceptance: always the letter type's own.
    Reply,
}

/// The event that calls for a letter type.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CalledBy {
    /// The event's short type, such as `debt.referred`.
    pub event: String,
    /// The programs for which it does; all of them when absent.
    #[serde(default)]
    pub programs: Vec<String>,
    /// What the event's facts must say for it, such as that `facts.letter` is true: an event that changes the standing whether it
    /// asks for a letter or not.
    #[serde(default)]
    pub when: Option<Condition>,
    /// Facts that the letter needs and its event alone does not, such as `balance`, or `missed.paid` in each item of a list.
    #[serde(default)]
    pub requires: Vec<String>,
    /// Whether an officer may ask for the letter at any time.
    #[serde(default)]
    pub on_request: OnRequest,
    /// The follow-ups that the letter settles, such as `answer-due`, besides those that raise its event.
    #[serde(default)]
    pub follow_ups: Vec<String>,
}

/// Whether an officer may ask for a letter at any time, and what must be on file then.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnRequest {
    /// It tells of what must have happened first: an event or a follow-up calls for it. Its grounds must be on file before.
    #[default]
    OnlyWhenCalledFor,
    /// Whenever its grounds are on file.
    OnItsGrounds,
    /// Whenever its grounds are on file, or the request itself states them.
    StatingItsGrounds,
}

/// What must be so before a letter of the type may go.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// The guards by name; `rules::guards` has them all. `@set` stands for those of a set in `_house/guards.toml`.
    pub guards: Vec<String>,
    /// The policy parameter that has the smallest balance that may be asked for.
    #[serde(default = "minimum_balance")]
    pub minimum: String,
    /// Whether somebody must approve each letter: `none`, or the amount that the authority must reach, such as `facts.excess`.
    pub approval: Approval,
    /// The amount that the authority must reach where a guard asks for a review of a letter that needs no approval otherwise:
    /// `facts.balance` when absent, `none` where the letter is about no amount, so that whoever may approve anything may.
    #[serde(default)]
    review: Option<Approval>,
    /// Whether a program may let the letter of a follow-up go without an officer: its event states nothing that only an officer may
    /// state, such as that a plan has defaulted.
    #[serde(default)]
    pub may_go_by_itself: bool,
    /// Whether only a letter with the very same facts counts as the same letter: replies may follow each other closely.
    #[serde(default)]
    pub repeats: bool,
    /// The facts that tell such letters apart, such as `plan`; all of them where none is named.
    #[serde(default)]
    pub told_apart_by: Vec<String>,
    /// Letter types that contradict this one, so that they must not go on the same day.
    #[serde(default)]
    pub conflicts: Vec<String>,
    /// Pages at most, per language.
    pub page_limit: usize,
}

fn minimum_balance() -> String {
    "minimum_balance".to_owned()
}

impl Rules {
    /// The path to the amount that an approver's authority must reach, with the name under which letter.toml has it; none where
    /// the letter is about no amount.
    pub fn amount(&self) -> Option<(FactPath, &'static str)> {
        if let Approval::Amount(path) = &self.approval {
            return Some((path.clone(), "approval"));
        }
        match &self.review {
            Some(Approval::None(_)) => None,
            Some(Approval::Amount(path)) => Some((path.clone(), "review")),
            None => Some((FactPath::balance(), "review")),
        }
    }

    /// Whether the amount is the balance because letter.toml names none.
    pub(super) fn takes_balance(&self) -> bool {
        matches!((&self.approval, &self.review), (Approval::None(_), None))
    }
}

/// The amount that an approver's authority must reach: `none`, or the path to it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Approval {
    /// There is none.
    None(NoAmount),
    /// The amount, such as `facts.excess`.
    Amount(FactPath),
}

/// The word `none`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NoAmount {
    /// No amount.
    None,
}

impl LetterType {
    /// Reads one letter type's folder, or says everything that is wrong with it.
    pub(super) fn read(folder: &Path, events: &Events) -> Result<LetterType, Vec<Fault>> {
        let key = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut faults = Vec::new();
        let mut text = |name: &str| read_text(folder, &key, name).map_err(|fault| faults.push(fault)).ok();
        let toml = text("letter.toml");
        let (en, fr) = (text("en.typ"), text("fr.typ"));
        let description = toml.as_ref().and_then(|toml| {
            read_toml::<Description>(toml, &format!("{key}/letter.toml")).map_err(|more| faults.extend(more)).ok()
        });
        let schema = description.as_ref().and_then(|description| {
            let templates = folder.parent().unwrap_or(folder);
            events.schema_of(templates, &key, &description.called_by).map_err(|more| faults.extend(more)).ok()
        });
        // The words of a type that cannot be read otherwise are checked all the same.
        for (text, name) in [(&en, "en.typ"), (&fr, "fr.typ")] {
            faults.extend(text.as_ref().and_then(|text| malformed(text, &format!("{key}/{name}"))));
        }
        let slip = description.as_ref().map(|description| read_slip(folder, &key, description.slip));
        let slip = slip.transpose().map_err(|more| faults.extend(more)).ok().flatten();
        let samples = read_samples(folder, &key).map_err(|more| faults.extend(more)).ok();
        match (description, schema, en, fr, slip, samples) {
            (Some(description), Some(schema), Some(en), Some(fr), Some(slip), Some(samples)) if faults.is_empty() => {
                let (hash, must_say, toml) = (String::new(), description.must_say.clone(), toml.unwrap_or_default());
                let body = Text { en, fr };
                let read = LetterType { key, hash, description, must_say, toml, schema, body, slip, samples };
                let faults = read.path_faults();
                if faults.is_empty() { Ok(read) } else { Err(faults) }
            }
            _ => Err(faults),
        }
    }

    /// Whether an event of this short type, for this program, with these facts, calls for the letter.
    pub fn is_called_by(&self, event: &str, program: &str, facts: &Value) -> bool {
        let programs = &self.description.called_by.programs;
        self.is_asked_for_by(event, facts) && (programs.is_empty() || programs.iter().any(|p| p == program))
    }

    /// Whether an event of this short type with these facts asks for the letter, whatever its program.
    pub(super) fn is_asked_for_by(&self, event: &str, facts: &Value) -> bool {
        let by = &self.description.called_by;
        by.event == event && by.when.as_ref().is_none_or(|when| when.holds(facts))
    }

    /// How a letter of the type reaches a party: as the party asked, or not at all.
    pub fn channel(&self, party: &Party) -> Channel {
        if self.description.filed { Channel::File } else { party.channel }
    }

    /// Whether every letter of the type must be approved.
    pub fn needs_approval(&self) -> bool {
        matches!(self.description.rules.approval, Approval::Amount(_))
    }

    /// The file and line of what a JSON Pointer names in letter.toml.
    pub(super) fn place(&self, pointer: &str) -> String {
        format!("{}/letter.toml:{}", self.key, toml_line(&self.toml, pointer))
    }

    /// Paths of letter.toml that lead nowhere, or to something of another kind; derived values that wait for each other.
    fn path_faults(&self) -> Vec<Fault> {
        let (derived, place) = (&self.description.derived, |pointer: &str| self.place(pointer));
        let reach = Reach::of(&self.schema.source, &self.description);
        let unsaid = self.description.rules.takes_balance() && !reach.has_balance();
        let mut uses = self.description.uses();
        uses.retain(|one| !unsaid || one.at != "/rules/review");
        let mut faults = reach.faults(&uses, place);
        faults.extend(unsaid.then(|| no_balance(place("/rules"))));
        faults.extend(in_order_of_need(derived).err().map(|circle| circular(&circle, place("/derived"))));
        faults
    }

    /// Whether a path leads to a date among its facts.
    pub(super) fn has_date(&self, path: &FactPath) -> bool {
        Reach::of(&self.schema.source, &self.description).has_date(path)
    }

    /// Takes what the shared texts must say of those that letter.toml owes and of those in its frame, or says where letter.toml and
    /// the body do not agree on them.
    pub(super) fn owe_shared(&mut self, texts: &SharedTexts, frame: &str) -> Result<(), Vec<Fault>> {
        let owed = &self.description.shared;
        let slip = self.slip.as_ref().map_or("", |slip| &slip.en);
        let own = format!("{}\n{slip}", self.body.en);
        let (always, chosen) = framed(frame, texts);
        let faults = not_as_stated(owed, &own, &chosen, texts, |pointer| self.place(pointer));
        if !faults.is_empty() {
            return Err(faults);
        }
        let in_frame = always.into_iter().flat_map(|key| texts[key].owed(None));
        let in_body = owed.iter().flat_map(|(key, owed)| texts[key].owed(owed.when()));
        self.must_say.extend(in_body.chain(in_frame));
        Ok(())
    }

    /// Puts the guards of each named set in its place.
    pub fn expand_guards(&mut self, sets: &BTreeMap<String, Vec<String>>) -> Result<(), Vec<Fault>> {
        let (mut expanded, mut faults) = (Vec::new(), Vec::new());
        for name in &self.description.rules.guards {
            match name.strip_prefix('@').map(|set| sets.get(set)) {
                None => expanded.push(name.clone()),
                Some(Some(guards)) => expanded.extend(guards.iter().cloned()),
                Some(None) => faults.push(unknown_set(name, &self.key, sets)),
            }
        }
        self.description.rules.guards = expanded;
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}

/// What is cut off letters of a type, where that is its own.
fn read_slip(folder: &Path, key: &str, slip: Option<Slip>) -> Result<Option<Text>, Vec<Fault>> {
    let there = Language::BOTH.iter().any(|language| folder.join(slip_file(*language)).exists());
    match (slip, there) {
        (None, true) => return Err(vec![slip_unannounced(key)]),
        (None | Some(Slip::Payment), false) => return Ok(None),
        (Some(Slip::Payment), true) | (Some(Slip::Reply), _) => {}
    }
    let [en, fr] = Language::BOTH.map(|language| read_text(folder, key, &slip_file(language)));
    match (en, fr) {
        (Ok(en), Ok(fr)) => Ok(Some(Text { en, fr })),
        (en, fr) => Err([en.err(), fr.err()].into_iter().flatten().collect()),
    }
}

fn slip_file(language: Language) -> String {
    format!("slip.{}.typ", language.code())
}

fn slip_unannounced(key: &str) -> Fault {
    Fault::new(
        "slip-unannounced",
        format!("{key}/letter.toml"),
        "There is a slip beside it, but letter.toml does not say that the letter has one, so it would not be set. Write slip = \"payment\" or slip = \"reply\" above the first table.",
        "Un talon se trouve à côté, mais letter.toml ne dit pas que la lettre en a un; il ne serait donc pas composé. Écrivez slip = \"payment\" ou slip = \"reply\" avant la première section.",
    )
}

/// A type that has no balance must say what an approver's authority must reach.
fn no_balance(place: String) -> Fault {
    Fault::new(
        "review-amount-unsaid",
        place,
        "A guard may ask for a review, and the schema requires no facts.balance. Say under [rules] which amount the approver's authority must reach, such as review = \"facts.excess\", or review = \"none\" where the letter is about no amount.",
        "Une garde peut demander un examen, et le schéma n’exige pas de facts.balance. Dites sous [rules] quel montant doit couvrir le pouvoir de la personne qui approuve, comme review = \"facts.excess\", ou review = \"none\" si la lettre ne porte sur aucun montant.",
    )
}

fn unknown_set(name: &str, key: &str, sets: &BTreeMap<String, Vec<String>>) -> Fault {
    let known = sets.keys().map(|set| format!("@{set}")).collect::<Vec<_>>().join(", ");
    Fault::new(
        "guard-set-unknown",
        format!("{key}/letter.toml"),
        format!("“{name}” is no set of _house/guards.toml. Known are: {known}."),
        format!("« {name} » n’est pas un ensemble de _house/guards.toml. Sont connus : {known}."),
    )
}

fn read_samples(folder: &Path, key: &str) -> Result<BTreeMap<String, Value>, Vec<Fault>> {
    let mut samples = BTreeMap::new();
    let mut faults = Vec::new();
    let files = std::fs::read_dir(folder.join("samples")).into_iter().flatten().flatten();
    for file in files.filter(|file| file.path().extension().is_some_and(|e| e == "json")) {
        let name = file.file_name().to_string_lossy().into_owned();
        let shown = format!("{key}/samples/{name}");
        match read_text(&folder.join("samples"), &format!("{key}/samples"), &name) {
            Ok(text) => match read_json(&shown, &text) {
                Ok(sample) => {
                    samples.insert(name, sample);
                }
                Err(more) => faults.extend(more),
            },
            Err(fault) => faults.push(fault),
        }
    }
    if samples.is_empty() && faults.is_empty() {
        faults.push(Fault::new(
            "samples-missing",
            format!("{key}/samples"),
            "The letter type has no sample. Add at least one plausible case as samples/plausible.json.",
            "Le type de lettre n’a pas d’exemple. Ajoutez au moins un cas plausible : samples/plausible.json.",
        ));
    }
    if faults.is_empty() { Ok(samples) } else { Err(faults) }
}
