//! One letter type, as its `letter.toml` describes it.

use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::derive::{Check, Derivation, InOrder};
use super::events::Events;
use super::key_facts::KeyFactsFrom;
use super::read::{read_text, read_toml};
use super::schema::Schema;
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
    /// Passages that must be on the page in both languages.
    #[serde(default)]
    pub passages: Vec<Passage>,
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
    /// Facts that the event must have for it, with their values, such as `letter = true`: an event that changes the standing
    /// whether it asks for a letter or not.
    #[serde(default, rename = "where")]
    pub facts: BTreeMap<String, Value>,
    /// Facts that the letter needs and its event alone does not, such as `balance`, or `missed.paid` in each item of a list.
    #[serde(default)]
    pub requires: Vec<String>,
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
    /// Whether somebody must approve it: `none`, or the amount that the authority must reach, such as `facts.excess`.
    pub approval: String,
    /// Whether a program may let the letter of a follow-up go without an officer: its event states nothing that only an officer may
    /// state, such as that a plan has defaulted.
    #[serde(default)]
    pub may_go_by_itself: bool,
    /// Whether only a letter with the very same facts counts as the same letter: replies may follow each other closely.
    #[serde(default)]
    pub repeats: bool,
    /// Letter types that contradict this one, so that they must not go on the same day.
    #[serde(default)]
    pub conflicts: Vec<String>,
    /// Pages at most, per language.
    pub page_limit: usize,
}

fn minimum_balance() -> String {
    "minimum_balance".to_owned()
}

/// A deadline: so many days after a date, moved to the next business day. The letter is held where the deadline has passed when
/// it is dated, or, for one that must have passed, where it has not.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Deadline {
    /// The program's policy parameter that has the days.
    pub days: String,
    /// The fact that has the date from which they count, such as `facts.decision.date`; the letter's date when absent.
    #[serde(default)]
    pub from: Option<String>,
    /// Works the deadline out only where this fact …
    #[serde(default)]
    pub when: Option<String>,
    /// … has this value.
    #[serde(default)]
    pub is: Option<String>,
    /// Whether it must have passed: the letter says that it has.
    #[serde(default)]
    pub passed: bool,
    /// What the officer is told that it is a deadline for.
    pub label: Text,
    /// Whether the policy's `deemed_receipt_days` are added: the days count from receipt, not from mailing.
    #[serde(default)]
    pub deemed_receipt: bool,
    /// Whether the days are business days, as those of the service standards are.
    #[serde(default)]
    pub business: bool,
}

/// A statement that must be found in the rendered text of each language.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Passage {
    /// Its name, shared by both languages.
    pub key: String,
    /// Words that stand on the English page.
    pub en: String,
    /// Words that stand on the French page.
    pub fr: String,
    /// Must be there only where this fact …
    #[serde(default)]
    pub when: Option<String>,
    /// … has this value.
    #[serde(default)]
    pub is: Option<String>,
}

impl Passage {
    /// Its words in one language, white space folded.
    pub fn words(&self, language: Language) -> String {
        let words = if language == Language::En { &self.en } else { &self.fr };
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Whether it must be on the page of a letter with these facts.
    pub fn is_due(&self, facts: &Value) -> bool {
        let Some(path) = &self.when else { return true };
        let pointer = path.strip_prefix("facts").map(|rest| rest.replace('.', "/")).unwrap_or_default();
        let value = facts.pointer(&pointer).unwrap_or(&Value::Null);
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Some(&text) == self.is.as_ref()
    }
}

impl LetterType {
    /// Reads one letter type's folder, or says everything that is wrong with it.
    pub(super) fn read(folder: &Path, events: &Events) -> Result<LetterType, Vec<Fault>> {
        let key = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut faults = Vec::new();
        let mut text = |name: &str| read_text(folder, &key, name).map_err(|fault| faults.push(fault)).ok();
        let toml = text("letter.toml");
        let (en, fr) = (text("en.typ"), text("fr.typ"));
        let description = toml.and_then(|toml| {
            read_toml::<Description>(&toml, &format!("{key}/letter.toml")).map_err(|more| faults.extend(more)).ok()
        });
        let schema = description.as_ref().and_then(|description| {
            let templates = folder.parent().unwrap_or(folder);
            events.schema_of(templates, &key, &description.called_by).map_err(|more| faults.extend(more)).ok()
        });
        // The words of a type that cannot be read otherwise are looked at all the same.
        for (text, name) in [(&en, "en.typ"), (&fr, "fr.typ")] {
            faults.extend(text.as_ref().and_then(|text| malformed(text, &format!("{key}/{name}"))));
        }
        let slip = description.as_ref().map(|description| read_slip(folder, &key, description.slip));
        let slip = slip.transpose().map_err(|more| faults.extend(more)).ok().flatten();
        let samples = read_samples(folder, &key).map_err(|more| faults.extend(more)).ok();
        match (description, schema, en, fr, slip, samples) {
            (Some(description), Some(schema), Some(en), Some(fr), Some(slip), Some(samples)) if faults.is_empty() => {
                let (hash, body) = (String::new(), Text { en, fr });
                Ok(LetterType { key, hash, description, schema, body, slip, samples })
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
        by.event == event && by.facts.iter().all(|(name, value)| facts.get(name) == Some(value))
    }

    /// How a letter of the type reaches a party: as the party asked, or not at all.
    pub fn channel(&self, party: &Party) -> Channel {
        if self.description.filed { Channel::File } else { party.channel }
    }

    /// Whether every letter of the type must be approved.
    pub fn needs_approval(&self) -> bool {
        self.description.rules.approval != "none"
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
            Ok(text) => match serde_json::from_str(&text) {
                Ok(sample) => {
                    samples.insert(name, sample);
                }
                Err(error) => faults.push(super::schema::json_fault(&shown, &error)),
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
