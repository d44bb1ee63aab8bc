//! What is wrong with something, where, and what to do about it.

use serde::{Deserialize, Serialize};

use super::insurance::masked;
use super::language::{Language, Text};
use super::no_break::french_signs_held;

/// One thing that is wrong: a stable code, the place, and a message with the remedy in both languages.
///
/// Faults are collected, never thrown at the first: whoever mends the input sees all of them at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// A stable kebab-case code, such as `money-malformed`. Programs may rely on it.
    pub code: String,
    /// Where: a JSON Pointer into the event, or `file:line`.
    pub place: String,
    /// What is wrong and how to mend it.
    #[serde(flatten)]
    pub message: Text,
}

/// A fault as the contract shows it, in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FaultView {
    /// The stable kebab-case code.
    pub code: String,
    /// A JSON Pointer into the event, or `file:line`.
    pub place: String,
    /// What is wrong and how to mend it.
    pub message: String,
}

impl Fault {
    /// A fault with its message in English and French. No fault repeats a Social Insurance Number, wherever it is shown or kept.
    pub fn new(code: &str, place: impl Into<String>, en: impl Into<String>, fr: impl Into<String>) -> Fault {
        Fault { code: code.to_owned(), place: masked(&place.into()), message: worded(&en.into(), &fr.into()) }
    }

    /// The fault in one language.
    pub fn view(&self, language: Language) -> FaultView {
        FaultView { code: self.code.clone(), place: self.place.clone(), message: self.message.get(language).to_owned() }
    }

    /// The same fault, its place moved below `prefix`.
    pub fn below(mut self, prefix: &str) -> Fault {
        self.place = format!("{prefix}{}", self.place);
        self
    }
}

/// Words that say what is wrong, as they are shown and kept: the one place through which they all go. They repeat no Social Insurance
/// Number, and no line ends before a French colon or within guillemets.
pub fn worded(en: &str, fr: &str) -> Text {
    Text::new(masked(en), french_signs_held(&masked(fr)))
}

/// Faults in one language.
pub fn views(faults: &[Fault], language: Language) -> Vec<FaultView> {
    faults.iter().map(|fault| fault.view(language)).collect()
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} [{}]", self.place, self.message.en, self.code)
    }
}

/// Faults as a row of the register keeps them: JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reasons(pub Vec<Fault>);

impl std::ops::Deref for Reasons {
    type Target = [Fault];

    fn deref(&self) -> &[Fault] {
        &self.0
    }
}

impl std::fmt::Display for Reasons {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&serde_json::to_string(&self.0).map_err(|_| std::fmt::Error)?)
    }
}

impl std::str::FromStr for Reasons {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> Result<Reasons, serde_json::Error> {
        serde_json::from_str(text).map(Reasons)
    }
}

super::stored::stored_by_display!(Reasons);

/// Why something was not sent, from what its row keeps: faults of ours in one language. What older rows have is a list of codes, of
/// which nobody learns anything, or a mail server's words, which are quoted.
pub fn problem(kept: &str, language: Language) -> String {
    if let Ok(reasons) = kept.parse::<Reasons>() {
        return reasons.iter().map(|fault| fault.message.get(language)).collect::<Vec<_>>().join(" ");
    }
    let is_codes = kept.chars().all(|c| c.is_ascii_lowercase() || "-, ".contains(c));
    match (is_codes, language) {
        (true, Language::En) => "It was taken back before it left; the history says why.".to_owned(),
        (true, Language::Fr) => "Elle a été reprise avant son départ; l’historique dit pourquoi.".to_owned(),
        (false, Language::En) => format!("It was said: “{kept}”"),
        (false, Language::Fr) => french_signs_held(&format!("Il a été dit : « {kept} »")),
    }
}
