//! Words: minijinja over typst, one [`Writer`] a language.
//!
//! Every value is written as a typst string expression `#"…";`, so no value can become markup; templates are strict, so a
//! name that is not there is a fault and never a blank.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;
use std::sync::Arc;

use minijinja::value::{Serde, Value as Template};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, UndefinedBehavior, escape_formatter};
use serde_json::{Map, Value};

use super::house::TEMPLATES;
use super::kind::LetterType;
use super::must_say::SharedTexts;
use super::read::read_text;
use super::static_text::static_text;
use super::words::Words;
use crate::case::bold;
use crate::case::figures::{Figure, figures};
use crate::case::format::Formats;
use crate::case::{CoveringMail, Fault, Language, Party, Role, Text, Title};

/// The templates that are a letter type's own.
const OWN: [&str; 2] = ["body", "slip"];

/// The filters for French words that lose their vowel before a name.
pub const ELIDING: [&str; 4] = ["de", "que", "le", "la"];

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

/// An environment with the filters of one language, strict about names.
fn environment(language: Language, words: &Words) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let formats = Formats::of(language);
    type Write = fn(&Formats, &str) -> Option<String>;
    let filters: [(&'static str, Write); 6] = [
        ("money", Formats::money),
        ("date", Formats::date),
        ("month", Formats::month),
        ("number", Formats::number),
        ("percent", Formats::percent),
        ("phone", Formats::phone),
    ];
    for (name, write) in filters {
        environment.add_filter(name, move |value: Template| {
            let text = written_out(&value)?;
            write(formats, &text).ok_or_else(|| unfit(not_written(&text, name)))
        });
    }
    // « de Jean », « d’Anne »: French words that lose their vowel before a name.
    for word in ELIDING {
        let value = move |name: Template| written_out(&name).map(|name| formats.elided(word, &name));
        environment.add_filter(word, value);
    }
    // A line that never breaks keeps its own blanks: that of an address, as Canada Post reads it.
    environment.add_filter("as_written", |line: Template| {
        written_out(&line).map(|line| Template::from_safe_string(typst_string(&line)))
    });
    let terms = Arc::new(words.terms.clone());
    environment.add_filter("plural", move |count: Template, one: String, many: String| {
        let text = written_out(&count)?;
        formats.plural(&text, &one, &many).ok_or_else(|| {
            unfit(Text::new(format!("“{text}” cannot be counted"), format!("« {text} » ne peut pas être compté")))
        })
    });
    // `list("date")` writes each item by another filter first.
    environment.add_filter("list", move |items: Vec<String>, filter: Option<String>| {
        let Some(filter) = filter else { return Ok(formats.list(&items)) };
        let write = filters.iter().find(|(name, _)| *name == filter).map(|(_, write)| write);
        let write = write.ok_or_else(|| {
            unfit(Text::new(
                format!("“{filter}” writes no items of a list"),
                format!("« {filter} » n’écrit pas les éléments d’une liste"),
            ))
        })?;
        let item = |text: &String| write(formats, text).ok_or_else(|| unfit(not_written(text, &filter)));
        Ok(formats.list(&items.iter().map(item).collect::<Result<Vec<_>, Error>>()?))
    });
    environment.add_filter("term", move |key: String, family: String| {
        let term = terms.get(&family).and_then(|family| family.get(&key));
        term.map(|text| text.get(language).to_owned()).ok_or_else(|| {
            unfit(Text::new(
                format!("terms.toml has no [{family}.{key}]"),
                format!("terms.toml n’a pas [{family}.{key}]"),
            ))
        })
    });
    environment
}

/// The text of a value that a filter writes; a name that is not there, or says nothing, is never a blank.
fn written_out(value: &Template) -> Result<String, Error> {
    let text = value.to_string();
    match value.is_undefined() || value.is_none() || text.is_empty() {
        true => {
            Err(unfit(Text::new("there is no such value, or it is empty", "cette valeur n’existe pas ou est vide")))
        }
        false => Ok(text),
    }
}

/// Writes a value as a typst string expression. What a block or macro of ours has already written passes as it is.
fn write_value(out: &mut Output, formats: &Formats, value: &Template) -> Result<(), Error> {
    if value.is_safe() {
        return out.write_str(value.as_str().unwrap_or_default()).map_err(Error::from);
    }
    if value.as_str().is_none() && !value.is_number() {
        return Err(unfit(Text::new(
            "a list or a group has no printed form; name the text or number inside it",
            "une liste ou un groupe ne s’imprime pas; nommez le texte ou le nombre qui s’y trouve",
        )));
    }
    out.write_str(&typst_string(&formats.text(&value.to_string()))).map_err(Error::from)
}

/// A text with its bold: each part a string expression of its own, so that no more of it than that becomes markup.
fn with_bold(formats: &Formats, text: &str) -> String {
    let runs = bold::runs(text);
    let whole: String = runs.iter().map(|run| run.words.as_str()).collect();
    // Where a line may not end is a matter of the whole text; it changes blanks, and never how many characters there are.
    let held = formats.text(&whole);
    let mut rest = held.chars();
    let written = runs.iter().map(|run| {
        let words = typst_string(&rest.by_ref().take(run.words.chars().count()).collect::<String>());
        if run.strong { format!("#strong[{words}];") } else { words }
    });
    written.collect()
}

/// A text as a typst string expression in markup. This is the one place where a value becomes source.
fn typst_string(text: &str) -> String {
    format!("#\"{}\";", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

fn not_written(text: &str, filter: &str) -> Text {
    Text::new(
        format!("“{text}” cannot be written as {filter}"),
        format!("« {text} » ne peut pas être écrit par {filter}"),
    )
}

/// An error of our own filters, its words in both languages.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.en)]
struct Unfit(Text);

fn unfit(problem: Text) -> Error {
    Error::new(ErrorKind::InvalidOperation, problem.en.clone()).with_source(Unfit(problem))
}

/// What is wrong with a template, as it follows a colon: our filters' own words, or those for a kind of error.
fn said_of(error: &Error) -> Text {
    if let Some(Unfit(problem)) = std::error::Error::source(error).and_then(|source| source.downcast_ref()) {
        return problem.clone();
    }
    let (en, fr) = match error.kind() {
        ErrorKind::SyntaxError | ErrorKind::BadEscape => (
            "it is not written as minijinja is; look for a brace, a quotation mark or an end of “if” or “for” that is missing or too many",
            "ce n’est pas écrit comme du minijinja; cherchez une accolade, un guillemet ou une fin de « if » ou de « for » qui manque ou est de trop",
        ),
        ErrorKind::UndefinedError => ("a value that it names is not there", "une valeur qu’il nomme n’existe pas"),
        ErrorKind::UnknownFilter => ("there is no filter of this name", "aucun filtre ne porte ce nom"),
        ErrorKind::UnknownTest | ErrorKind::UnknownFunction | ErrorKind::UnknownMethod => {
            ("there is no test or function of this name", "aucun test ni aucune fonction ne porte ce nom")
        }
        ErrorKind::TemplateNotFound => ("there is no shared text of this name", "aucun texte commun ne porte ce nom"),
        ErrorKind::MissingArgument | ErrorKind::TooManyArguments => (
            "a filter or function gets too few or too many values",
            "un filtre ou une fonction reçoit trop ou trop peu de valeurs",
        ),
        _ => ("a value cannot be used in this way", "une valeur ne peut pas être employée ainsi"),
    };
    Text::new(en, fr)
}
