//! Words: minijinja over typst, one [`Writer`] a language.
//!
//! Every value is written as a typst string expression `#"…";`, so no value can become markup; templates are strict, so a
//! name that is not there is a fault and never a blank.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

use minijinja::value::{Serde, Value as Template};
use minijinja::{AutoEscape, Environment, Error, escape_formatter};
use serde_json::{Map, Value};

use super::filters::{environment, said_of, with_bold, write_value};
use super::house::TEMPLATES;
use super::kind::LetterType;
use super::must_say::SharedTexts;
use super::read::read_text;
use super::static_text::static_text;
use super::words::Words;
use crate::case::figures::{Figure, figures};
use crate::case::format::Formats;
use crate::case::{CoveringMail, Fault, Language, Party, Role, Text, Title};

/// The templates that are a letter type's own.
const OWN: [&str; 2] = ["body", "slip"];

/// Writes letters and their covering e-mails in one language.
pub struct Writer {
    language: Language,
    words: Map<String, Value>,
    bodies: BTreeMap<String, Environment<'static>>,
    printed: BTreeMap<String, HashSet<Figure>>,
    email: Environment<'static>,
}

impl Writer {
    pub(super) fn new(
        language: Language,
        folder: &Path,
        types: &BTreeMap<String, LetterType>,
        words: &Words,
        shared: &SharedTexts,
    ) -> Result<Writer, Vec<Fault>> {
        let house = folder.join("_house");
        let code = language.code();
        let mut faults = Vec::new();
        let mut base = environment(language, words);
        base.set_auto_escape_callback(|_| AutoEscape::Custom("typst".into()));
        base.set_formatter(move |out, _, value| write_value(out, Formats::of(language), value));
        base.add_filter("with_bold", move |text: &str| {
            Template::from_safe_string(with_bold(Formats::of(language), text))
        });
        for name in TEMPLATES {
            let shown = format!("_house/{name}.typ");
            let added = read_text(folder, "", &shown).and_then(|text| add(&mut base, name, text, &shown));
            faults.extend(added.err());
        }
        for (key, text) in shared {
            let shown = format!("_house/shared/{key}.{code}.typ");
            faults.extend(add(&mut base, key, text.source.get(language).to_owned(), &shown).err());
        }
        let mut bodies = BTreeMap::new();
        for letter in types.values() {
            let mut own = base.clone();
            let shown = format!("{}/{code}.typ", letter.key);
            faults.extend(add(&mut own, "body", letter.body.get(language).to_owned(), &shown).err());
            if let Some(slip) = &letter.slip {
                let shown = format!("{}/slip.{code}.typ", letter.key);
                faults.extend(add(&mut own, "slip", slip.get(language).to_owned(), &shown).err());
            }
            bodies.insert(letter.key.clone(), own);
        }
        let mut email = environment(language, words);
        email.set_auto_escape_callback(|name| if name == "html" { AutoEscape::Html } else { AutoEscape::None });
        email.set_formatter(move |out, state, value| match value.as_str().filter(|_| !value.is_safe()) {
            Some(text) => escape_formatter(out, state, &Template::from(Formats::of(language).text(text))),
            None => escape_formatter(out, state, value),
        });
        for (name, extension) in [("text", "txt"), ("html", "html")] {
            let file = format!("email.{code}.{extension}");
            let shown = format!("_house/{file}");
            let added = read_text(&house, "_house", &file).and_then(|text| add(&mut email, name, text, &shown));
            faults.extend(added.err());
        }
        let printed = bodies.iter().map(|(key, body)| (key.clone(), printed(body, words, language))).collect();
        let words = words.of(language).clone();
        if faults.is_empty() { Ok(Writer { language, words, bodies, printed, email }) } else { Err(faults) }
    }

    /// The house's words in this language.
    pub fn words(&self) -> &Map<String, Value> {
        &self.words
    }

    /// One of the house's templates of one letter type's letter, rendered, or what is wrong in it and where.
    pub(super) fn rendered(&self, letter: &LetterType, template: &str, context: Value) -> Result<String, Fault> {
        let environment = &self.bodies[&letter.key];
        render(environment, template, context).map_err(|error| self.template_fault(&letter.key, &error))
    }

    /// The covering e-mail: its text, and its HTML as one `<div>`.
    pub(super) fn email(&self, context: Value) -> Result<CoveringMail, Fault> {
        let part = |name| render(&self.email, name, context.clone()).map_err(|error| self.template_fault(name, &error));
        let subject = self.words.get("email_subject").and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(CoveringMail { subject, text: part("text")?, html: part("html")? })
    }

    /// The names that a letter type's own body and slip use, such as `facts.balance`.
    pub fn names_in_body(&self, letter_type: &str) -> BTreeSet<String> {
        OWN.iter().flat_map(|template| names(&self.bodies[letter_type], template)).collect()
    }

    /// The names that the covering e-mail uses.
    pub fn names_in_email(&self) -> BTreeSet<String> {
        ["text", "html"].into_iter().flat_map(|part| names(&self.email, part)).collect()
    }

    /// The names that the frame and the shared texts use.
    pub fn names_in_house(&self, letter_type: &str) -> BTreeSet<String> {
        let environment = &self.bodies[letter_type];
        let house = environment.templates().map(|(name, _)| name).filter(|name| !OWN.contains(name));
        house.flat_map(|name| names(environment, name)).collect()
    }

    /// The file and line of a template of a letter type that wrote a line of its typst source, as far as the template's own words
    /// tell it.
    pub fn place_of(&self, letter_type: &str, line: &str) -> Option<String> {
        let own = line.split("#\"").flat_map(|piece| piece.split("\";").last()).map(str::trim);
        let longest = own.max_by_key(|piece| piece.len()).filter(|piece| piece.len() > 3)?;
        let templates = self.bodies.get(letter_type)?.templates();
        let found = templates.filter_map(|(name, template)| {
            let index = template.source().lines().position(|line| line.contains(longest))?;
            Some(format!("{}:{}", self.file(letter_type, name), index + 1))
        });
        found.last()
    }

    /// The words with digits in what the templates of a letter type say themselves, such as `164` of an act's section. Amounts
    /// and dates are not among them: those must come from the facts.
    pub fn printed(&self, letter_type: &str) -> &HashSet<Figure> {
        &self.printed[letter_type]
    }

    /// The salutation and the closing for a party. A member of parliament with a title has those of the office.
    pub fn courtesies(&self, party: &Party) -> (String, String) {
        let word = |key: &str| self.words.get(key).and_then(Value::as_str);
        // A single name may be a surname or not: a salutation that needs the surname is none for it.
        let fits = |title: &String| {
            party.given_name.is_some()
                || !word(&format!("salutation_{title}")).is_some_and(|text| text.contains("{surname}"))
        };
        let title = party.title.map(Title::as_str);
        let title = title.map(|title| if party.role == Role::Mpp { format!("mpp_{title}") } else { title.to_owned() });
        let title = title.filter(fits).unwrap_or_else(|| "name".to_owned());
        let kind = if party.role == Role::Estate { party.role.as_str() } else { &title };
        let fill = |text: &str| text.replace("{surname}", &party.surname).replace("{full_name}", &party.full_name());
        let salutation = word(&format!("salutation_{kind}")).or(word("salutation_name")).unwrap_or_default();
        let closing = word(&format!("closing_{kind}")).or(word("closing")).unwrap_or_default();
        (fill(salutation), fill(closing))
    }

    /// The file of a template.
    fn file(&self, letter_type: &str, template: &str) -> String {
        let code = self.language.code();
        match template {
            "body" => format!("{letter_type}/{code}.typ"),
            "slip" => format!("{letter_type}/slip.{code}.typ"),
            house if TEMPLATES.contains(&house) => format!("_house/{template}.typ"),
            "text" => format!("_house/email.{code}.txt"),
            "html" => format!("_house/email.{code}.html"),
            shared => format!("_house/shared/{shared}.{code}.typ"),
        }
    }

    fn template_fault(&self, letter_type: &str, error: &Error) -> Fault {
        let error = innermost(error);
        let file = error.name().map_or_else(|| letter_type.to_owned(), |name| self.file(letter_type, name));
        let place = error.line().map_or_else(|| file.clone(), |line| format!("{file}:{line}"));
        let problem = said_of(error);
        let line = self.bodies.get(letter_type).and_then(|body| body.get_template(error.name()?).ok());
        let line =
            line.and_then(|template| template.source().lines().nth(error.line()?.checked_sub(1)?).map(str::to_owned));
        let line = line.map(|line| line.trim().chars().take(120).collect::<String>());
        let quoted = line
            .map_or_else(|| Text::new("", ""), |line| Text::new(format!(", in: {line}"), format!(", dans : {line}")));
        Fault::new(
            "template-faulty",
            place,
            format!("The letter's template cannot be written out: {}{}.", problem.en, quoted.en),
            format!("Le gabarit de la lettre ne peut pas être rédigé : {}{}.", problem.fr, quoted.fr),
        )
    }
}

/// The words with digits in the templates' own text and in the terms.
fn printed(templates: &Environment<'_>, words: &Words, language: Language) -> HashSet<Figure> {
    let sources: Vec<String> = templates
        .templates()
        .map(|(_, template)| static_text(template.source(), None).replace('~', "\u{a0}"))
        .collect();
    let terms = words.terms.values().flat_map(BTreeMap::values).map(|text| text.get(language));
    let texts = sources.iter().map(String::as_str).chain(terms);
    texts.flat_map(figures).filter(|figure| matches!(figure, Figure::Word(_))).collect()
}

/// The error in the template that was included, where an error comes through an include.
fn innermost(error: &Error) -> &Error {
    let inner = std::error::Error::source(error).and_then(|source| source.downcast_ref::<Error>());
    inner.map_or(error, innermost)
}

fn names(environment: &Environment<'_>, template: &str) -> BTreeSet<String> {
    let found = environment.get_template(template);
    found.map(|template| template.undeclared_variables(true).into_iter().collect()).unwrap_or_default()
}

/// What is no template of minijinja in a text.
pub(super) fn malformed(text: &str, shown: &str) -> Option<Fault> {
    add(&mut Environment::new(), "text", text.to_owned(), shown).err()
}

fn add(environment: &mut Environment<'static>, name: &str, text: String, shown: &str) -> Result<(), Fault> {
    environment.add_template_owned(name.to_owned(), text).map_err(|error| {
        let place = error.line().map_or_else(|| shown.to_owned(), |line| format!("{shown}:{line}"));
        let problem = said_of(&error);
        Fault::new(
            "template-malformed",
            place,
            format!("The template cannot be read: {}.", problem.en),
            format!("Le gabarit ne peut pas être lu : {}.", problem.fr),
        )
    })
}

fn render(environment: &Environment<'_>, name: &str, context: Value) -> Result<String, Error> {
    environment.get_template(name)?.render(Template::from(Serde(context)))
}
