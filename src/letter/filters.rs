//! How values become words of typst source: the filters of one language, and what is wrong where one cannot write a value.

use std::sync::Arc;

use fast_qr::{ECL, QRBuilder};
use minijinja::value::Value as Template;
use minijinja::{Environment, Error, ErrorKind, Output, UndefinedBehavior};

use super::words::Words;
use crate::case::bold;
use crate::case::format::Formats;
use crate::case::remittance::scan_line;
use crate::case::{Language, Text};

/// The filters for French words that lose their vowel before a name.
pub const ELIDING: [&str; 4] = ["de", "que", "le", "la"];

/// An environment with the filters of one language, strict about names.
pub(super) fn environment(language: Language, words: &Words) -> Environment<'static> {
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
    environment.add_filter("as_written", |line: Template| written_out(&line).map(|line| safe(&line)));
    // `{{ facts.balance | scan_line(case.account) }}`, and the same as a picture that a telephone reads: `| qr`.
    environment
        .add_filter("scan_line", |amount: Template, account: String| Ok(safe(&read_by_machines(&amount, &account)?)));
    environment.add_filter("qr", |amount: Template, account: String| {
        let digits = read_by_machines(&amount, &account)?.replace(' ', "");
        let code = qr_code(&digits).ok_or_else(|| unfit(not_written(&digits, "qr")))?;
        Ok(safe(&code))
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

/// What machines read on a payment slip.
fn read_by_machines(amount: &Template, account: &str) -> Result<String, Error> {
    let amount = written_out(amount)?;
    let line = amount.parse().ok().and_then(|amount| scan_line(account, amount));
    line.ok_or_else(|| unfit(not_written(&amount, "scan_line")))
}

/// A QR code as an SVG picture, a unit a module, with the quiet zone of four that readers need.
fn qr_code(digits: &str) -> Option<String> {
    const QUIET: usize = 4;
    let code = QRBuilder::new(digits).ecl(ECL::M).build().ok()?;
    let dark = (0..code.size).flat_map(|y| (0..code.size).map(move |x| (x, y))).filter(|(x, y)| code[*y][*x].value());
    let path: String = dark.map(|(x, y)| format!("M{} {}h1v1h-1z", x + QUIET, y + QUIET)).collect();
    let side = code.size + 2 * QUIET;
    Some(format!("<svg xmlns='http://www.w3.org/2000/svg' width='{side}' height='{side}'><path d='{path}'/></svg>"))
}

/// A text as it is, where its own blanks count.
fn safe(text: &str) -> Template {
    Template::from_safe_string(typst_string(text))
}

/// Writes a value as a typst string expression. What a block or macro of ours has already written passes as it is.
pub(super) fn write_value(out: &mut Output, formats: &Formats, value: &Template) -> Result<(), Error> {
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
pub(super) fn with_bold(formats: &Formats, text: &str) -> String {
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
pub(super) fn said_of(error: &Error) -> Text {
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
