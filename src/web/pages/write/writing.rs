//! What somebody is writing: which letter or event, about whom, what was typed, and the data that it makes.

use serde_json::{Value, json};

use super::OWN_FACTS;
use crate::case::{CaseRef, DraftId, Fault, Language, LetterId, PersonId, Text};
use crate::desk::{DeskError, Draft, LetterRequest};
use crate::form::{self, Control, Field, Kind, Typed};
use crate::people::{Permission, Who};
use crate::web::Service;

/// Whether it is a letter or an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString)]
#[strum(serialize_all = "kebab-case")]
pub(super) enum What {
    /// A letter that is asked for.
    Letter,
    /// An event that is told.
    Event,
}

impl What {
    /// What somebody must be permitted who writes it: what is filled in is what they may see.
    pub fn needs(self) -> [Permission; 2] {
        match self {
            What::Letter => [Permission::Look, Permission::Prepare],
            What::Event => [Permission::Look, Permission::Record],
        }
    }

    /// The title of the letter type or the event with a key; none where there is none any more.
    pub fn title(self, service: &Service, key: &str) -> Option<Text> {
        let catalogue = &service.desk.studio.catalogue;
        match self {
            What::Letter => Some(catalogue.types.get(key)?.description.title.clone()),
            What::Event => catalogue.event_schema(key).map(|_| catalogue.happened(key)),
        }
    }
}

/// What somebody is writing.
#[derive(Debug, Clone)]
pub(super) struct Writing {
    pub id: DraftId,
    pub what: What,
    /// The letter type's key, or the event's short type.
    pub key: String,
    pub case: CaseRef,
    /// Empty where it is somebody whom the case does not know.
    pub person: PersonId,
    /// The letter whose place it is to take.
    pub replaces: Option<LetterId>,
    pub typed: Typed,
}

/// A part of the form: what is below one root of the data.
pub(super) struct Part {
    pub root: &'static str,
    fields: Vec<Field>,
}

/// What was typed, as data.
pub(super) struct Written {
    /// `{case, party, facts}`, and `addressee` where somebody else is written to.
    pub data: Value,
    /// The languages of the letter.
    pub languages: &'static [Language],
    /// What could not be read, at places such as `/facts/plan/amount`.
    pub faults: Vec<Fault>,
}

impl Writing {
    /// What was kept of it.
    pub fn of(draft: Draft) -> Option<Writing> {
        let typed = serde_json::from_str(&draft.typed).ok()?;
        Some(Writing {
            id: draft.id,
            what: draft.kind.parse().ok()?,
            key: draft.what,
            case: draft.case,
            person: draft.person,
            replaces: draft.replaces,
            typed,
        })
    }

    /// What is to be kept of it.
    pub fn draft(&self, service: &Service) -> Draft {
        Draft {
            id: self.id.clone(),
            kind: <&str>::from(self.what).to_owned(),
            what: self.key.clone(),
            case: self.case.clone(),
            person: self.person.clone(),
            replaces: self.replaces.clone(),
            typed: json!(self.typed).to_string(),
            saved_at: service.desk.clock.now().into(),
        }
    }

    /// What it is called; none where there is no such letter type or event.
    pub fn title(&self, service: &Service) -> Option<Text> {
        self.what.title(service, &self.key)
    }

    /// The parts of its form.
    pub fn parts(&self, service: &Service) -> Option<Vec<Part>> {
        let catalogue = &service.desk.studio.catalogue;
        let schema = match self.what {
            What::Letter => &catalogue.types.get(&self.key)?.schema,
            What::Event => catalogue.event_schema(&self.key)?,
        };
        let [(_, case), (_, party)] = catalogue.schemas();
        let mut parts = Vec::new();
        if self.person.as_str().is_empty() {
            let mut fields = form::fields(&case.source, &["reference"]);
            fields.iter_mut().filter(|field| field.name == "program").for_each(|field| field.kind = programs(service));
            parts.push(Part { root: "case", fields });
            parts.push(Part { root: "party", fields: form::fields(&party.source, &[]) });
        }
        parts.push(Part { root: "facts", fields: form::fields(&schema.source, &OWN_FACTS) });
        if self.what == What::Letter {
            parts.push(Part { root: "addressee", fields: form::fields(&party.source, &[]) });
        }
        Some(parts)
    }

    /// The data that was typed, with what the register knows of case and person.
    pub async fn written(&self, service: &Service, who: &Who, parts: &[Part]) -> Result<Written, DeskError> {
        let mut data = json!({"case": {"reference": self.case}});
        let mut faults = Vec::new();
        if !self.person.as_str().is_empty()
            && let Some(known) = service.desk.known_data(who, None, &self.case, &self.person).await?
        {
            (data["case"], data["party"]) = (known["case"].clone(), known["party"].clone());
        }
        // Who is written to first: the words are read in their languages.
        let persons = parts.iter().filter(|part| part.root != "facts");
        for part in persons.filter(|part| part.root != "addressee" || !self.typed.is_blank("addressee")) {
            let read = form::value(&part.fields, &self.typed, part.root, &[]);
            faults.extend(read.faults);
            match (data.get_mut(part.root).and_then(Value::as_object_mut), read.value) {
                (Some(has), Value::Object(more)) => has.extend(more),
                (_, value) => data[part.root] = value,
            }
        }
        let languages = languages(&data);
        for part in parts.iter().filter(|part| part.root == "facts") {
            let read = form::value(&part.fields, &self.typed, part.root, languages);
            faults.extend(read.faults);
            data["facts"] = read.value;
        }
        Ok(Written { data, languages, faults })
    }

    /// The facts that were typed, with what officers write by language: for a look at the letter in another one than it goes in.
    pub fn facts_by_language(&self, parts: &[Part]) -> Value {
        let facts = parts.iter().find(|part| part.root == "facts");
        facts.map_or(Value::Null, |part| form::value(&part.fields, &self.typed, part.root, &Language::BOTH).value)
    }

    /// The data that it would be asked for with.
    pub fn request(&self, data: &Value) -> LetterRequest {
        LetterRequest { letter_type: self.key.clone(), data: data.clone(), key: self.id.to_string() }
    }

    /// Puts a saved phrase at the end of a text, in each language in which the form has it.
    pub fn put_in(&mut self, service: &Service, path: &str, key: &str) {
        let phrase = service.desk.studio.catalogue.phrases.iter().find(|phrase| phrase.key == key);
        for (language, phrase) in
            Language::BOTH.into_iter().flat_map(|language| phrase.map(|phrase| (language, phrase)))
        {
            self.typed.add_to(&format!("{path}.{}", language.code()), phrase.text.get(language));
        }
    }

    /// Types out what another letter of its type was asked for with.
    pub fn type_out(&mut self, data: &Value, parts: &[Part]) {
        let languages = languages(data);
        for part in parts {
            form::type_out(&part.fields, &data[part.root], &mut self.typed, part.root, languages);
        }
    }

    /// Types out what the register knows of it, where nothing is typed.
    pub async fn fill_in(&mut self, service: &Service, who: &Who, parts: &[Part]) -> Result<(), DeskError> {
        let letter = (self.what == What::Letter).then_some(self.key.as_str());
        let known = service.desk.known_data(who, letter, &self.case, &self.person).await?;
        let Some(known) = known else { return Ok(()) };
        let languages = languages(&known);
        for part in parts.iter().filter(|part| part.root == "facts") {
            form::type_out(&part.fields, &known["facts"], &mut self.typed, part.root, languages);
        }
        Ok(())
    }
}

impl Part {
    /// What a page shows of it.
    pub fn controls(
        &self,
        typed: &Typed,
        (language, languages): (Language, &[Language]),
        faults: &[Fault],
    ) -> Vec<Control> {
        form::controls(&self.fields, typed, self.root, (language, languages), faults)
    }
}

/// In which languages a letter of this data is written.
fn languages(data: &Value) -> &'static [Language] {
    match data.get("addressee").unwrap_or(&data["party"])["language"].as_str() {
        Some("en") => &[Language::En],
        Some("fr") => &[Language::Fr],
        _ => &Language::BOTH,
    }
}

/// The programs, to choose from.
fn programs(service: &Service) -> Kind {
    let named = service.desk.studio.catalogue.programs.iter().map(|(key, program)| {
        let name = |language| program.in_language(language)["name"].as_str().unwrap_or(key).to_owned();
        (key.clone(), Text::new(name(Language::En), name(Language::Fr)))
    });
    Kind::Choice(named.collect())
}
