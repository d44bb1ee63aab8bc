//! How the command line speaks: the words of `words.toml`, in the language of `--lang`, or else of `LC_ALL`, `LC_MESSAGES` or `LANG`.
//! JSON on standard output is for programs, and stays English.

use std::sync::OnceLock;

use recto::case::{Fault, Language, Phrases, Text, said};
use recto::desk::{DeskError, OpenError};
use recto::register::RegisterError;

/// The language and the words of this process.
pub struct Voice {
    /// The language that a person is spoken to in.
    pub language: Language,
    words: Phrases,
}

/// The words of a key in the language of this process: `words!("demo.approved", letters = 3)`.
macro_rules! words {
    ($key:expr $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::command::voice::voice().filled($key, &[$((stringify!($name), $value.to_string())),*])
    };
}

/// Prints the words of a key to standard output.
macro_rules! tell {
    ($($arguments:tt)*) => { say!("{}", words!($($arguments)*)) };
}

/// Prints the words of a key to standard error, as progress is.
macro_rules! hint {
    ($($arguments:tt)*) => { eprintln!("{}", words!($($arguments)*)) };
}

/// What stops a command, in both languages: `trouble!("trouble.port-taken", address = listen)`. What has words of its own in each
/// stands behind a semicolon: `trouble!("trouble.file", file = path; why = said::io(&error))`.
macro_rules! trouble {
    ($key:expr $(, $name:ident = $value:expr)* $(; $($said:ident = $text:expr),+)?) => {
        anyhow::Error::new($crate::command::voice::voice().trouble(
            $key,
            &[$((stringify!($name), $value.to_string())),*],
            &[$($((stringify!($said), $text)),+)?],
        ))
    };
}

/// What stops a command.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.en)]
pub struct Trouble(pub Text);

/// The voice of this process.
pub fn voice() -> &'static Voice {
    static VOICE: OnceLock<Voice> = OnceLock::new();
    VOICE.get_or_init(|| Voice {
        language: language(&std::env::args().collect::<Vec<_>>(), |name| std::env::var(name).ok()),
        words: Phrases::read(include_str!("words.toml")).expect("words.toml is read in the tests"),
    })
}

/// The language that a command line and its environment ask for. The `--lang` of `render` is the letter's.
fn language(arguments: &[String], variable: impl Fn(&str) -> Option<String>) -> Language {
    let render = arguments.iter().position(|argument| argument == "render").unwrap_or(arguments.len());
    let own = &arguments[..render];
    let asked = own.iter().enumerate().find_map(|(at, argument)| match argument.strip_prefix("--lang") {
        Some("") => own.get(at + 1).cloned(),
        Some(value) => value.strip_prefix('=').map(str::to_owned),
        None => None,
    });
    let set = || ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(&variable).find(|value| !value.is_empty());
    let wanted = asked.or_else(set).unwrap_or_default().to_ascii_lowercase();
    if wanted.starts_with("fr") { Language::Fr } else { Language::En }
}

impl Voice {
    /// The words of a key, with what stands in braces filled in.
    pub fn filled(&self, key: &str, values: &[(&str, String)]) -> String {
        filled(self.text(key).get(self.language), values)
    }

    /// The words of a key that has nothing to be filled in.
    pub fn word(&'static self, key: &str) -> &'static str {
        self.words.get(key, self.language).unwrap_or_default()
    }

    /// A number with its noun.
    pub fn counted(&self, count: usize, unit: &str) -> String {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        // A terminal breaks where it likes, and whoever searches its output types a plain blank.
        let counted = self.words.counted(count, unit, self.language).map(|counted| counted.replace('\u{a0}', " "));
        counted.unwrap_or_else(|| count.to_string())
    }

    /// A key's words in both languages, filled in with what is the same in both and with what is not.
    pub fn trouble(&self, key: &str, values: &[(&str, String)], texts: &[(&str, Text)]) -> Trouble {
        let said = |language| {
            let texts = texts.iter().map(|(name, text)| (*name, text.get(language).to_owned()));
            filled(self.text(key).get(language), &values.iter().cloned().chain(texts).collect::<Vec<_>>())
        };
        Trouble(Text::new(said(Language::En), said(Language::Fr)))
    }

    /// The words of a key. One without words shows itself, which the tests find.
    fn text(&self, key: &str) -> Text {
        self.words.text(key).cloned().unwrap_or_else(|| Text::new(key, key))
    }

    /// A fault on a line of its own.
    pub fn fault(&self, fault: &Fault) -> String {
        fault_in(fault, self.language)
    }

    /// What stopped a command, in this voice's language.
    pub fn said(&self, error: &anyhow::Error) -> String {
        said_of(error, self.language)
    }
}

/// A fault on a line of its own, in a language.
pub fn fault_in(fault: &Fault, language: Language) -> String {
    let place = if fault.place.is_empty() { String::new() } else { format!("{}: ", fault.place) };
    format!("{place}{} [{}]", fault.message.get(language), fault.code)
}

/// Why something failed, in both languages, as it follows a colon.
pub fn why(error: impl Into<anyhow::Error>) -> Text {
    let error = error.into();
    Text::new(said_of(&error, Language::En), said_of(&error, Language::Fr))
}

/// What stopped a command: what it was about, then what was wrong. What a library said is for the log.
pub fn said_of(error: &anyhow::Error, language: Language) -> String {
    let mut parts: Vec<String> = Vec::new();
    for cause in error.chain() {
        match says(cause) {
            Some(text) => {
                parts.push(text.get(language).to_owned());
                break;
            }
            None => parts.push(cause.to_string()),
        }
    }
    tracing::debug!("{error:#}");
    parts.join(": ")
}

/// The words for an error whose own are not for people.
fn says(cause: &(dyn std::error::Error + 'static)) -> Option<Text> {
    if let Some(Trouble(text)) = cause.downcast_ref() {
        return Some(text.clone());
    }
    let desk = cause.downcast_ref::<DeskError>().map(DeskError::says);
    let open = || cause.downcast_ref::<OpenError>().map(OpenError::says);
    let register = || cause.downcast_ref::<RegisterError>().map(RegisterError::says);
    let io = || cause.downcast_ref::<std::io::Error>().map(said::io);
    let json = || cause.downcast_ref::<serde_json::Error>().map(said::json);
    let toml = || cause.downcast_ref::<toml::de::Error>().map(|error| said::shape(error.message()));
    desk.or_else(open).or_else(register).or_else(io).or_else(json).or_else(toml)
}

fn filled(text: &str, values: &[(&str, String)]) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}
