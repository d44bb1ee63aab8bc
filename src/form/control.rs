//! What a page shows of a form: each field with what was typed and what is wrong with it, in the reader's language.

use std::collections::BTreeSet;

use serde::Serialize;

use super::field::{Field, Kind};
use super::typed::Typed;
use crate::case::{Fault, Language};

/// A field as a page shows it, or several that belong together.
#[derive(Debug, Clone, Serialize)]
pub struct Control {
    /// The name of its field.
    pub path: String,
    /// The id of its element.
    pub id: String,
    /// What kind of control it is: `group`, `rows`, `row`, `line`, `long`, `letter-text`, `email`, `amount`, `day`, `month`, `whole`,
    /// `choice`, `truth`.
    pub kind: &'static str,
    /// What it is called.
    pub label: String,
    /// What to know who fills it in.
    pub hint: Option<String>,
    /// Whether it must be there.
    pub required: bool,
    /// What was typed.
    pub value: String,
    /// The language of the words that are typed into it, where it is not the page's.
    pub lang: Option<&'static str>,
    /// The most characters.
    pub longest: Option<u64>,
    /// What may be chosen: a key and its words.
    pub options: Vec<(String, String)>,
    /// What is wrong with it.
    pub faults: Vec<String>,
    /// What is in it.
    pub inner: Vec<Control>,
}

/// What is common to all controls of a form.
struct Page<'p> {
    typed: &'p Typed,
    faults: &'p [Fault],
    language: Language,
    /// The languages of the letter.
    languages: &'p [Language],
}

/// The controls of a form below a path. A fault belongs to the field that is nearest to its place; `faults` have places such as
/// `/facts/transactions/0/debit`.
pub fn controls(
    fields: &[Field],
    typed: &Typed,
    path: &str,
    (language, languages): (Language, &[Language]),
    faults: &[Fault],
) -> Vec<Control> {
    Page { typed, faults, language, languages }.below(fields, path)
}

impl Page<'_> {
    fn below(&self, fields: &[Field], path: &str) -> Vec<Control> {
        let asked = fields.iter().filter(|field| !matches!(field.kind, Kind::Fixed(_)));
        let asked = asked.map(|field| (field, format!("{path}.{}", field.name)));
        // What does not apply to what is chosen is left out, but for what was typed there, which is nobody's to lose.
        let shown = asked.filter(|(field, path)| field.applies(self.typed) || !self.typed.is_blank(path));
        shown.map(|(field, path)| self.one(field, path)).collect()
    }

    fn one(&self, field: &Field, path: String) -> Control {
        let long = if field.is_long() { "long" } else { "line" };
        let (kind, inner) = match &field.kind {
            Kind::Group(inner) => ("group", self.group(inner, &path)),
            Kind::Rows(inner) => ("rows", self.rows(inner, &path)),
            Kind::Both => ("group", self.both(field, &path, long)),
            Kind::BothLines => ("group", self.both(field, &path, "lines")),
            Kind::Lines { .. } => ("lines", Vec::new()),
            Kind::LetterText => ("letter-text", Vec::new()),
            Kind::Text => (long, Vec::new()),
            Kind::Email => ("email", Vec::new()),
            Kind::Amount => ("amount", Vec::new()),
            Kind::Day => ("day", Vec::new()),
            Kind::Month => ("month", Vec::new()),
            Kind::Whole => ("whole", Vec::new()),
            Kind::Choice(_) => ("choice", Vec::new()),
            Kind::Truth | Kind::Fixed(_) => ("truth", Vec::new()),
        };
        let options = match &field.kind {
            Kind::Choice(keys) => {
                keys.iter().map(|(key, words)| (key.clone(), words.get(self.language).to_owned())).collect()
            }
            _ => Vec::new(),
        };
        // Words by language are fields named by it; others of a letter in one language are in that.
        let own = match self.languages {
            [one] if field.in_letter => Some(*one),
            _ => None,
        };
        let lang = Language::parse(&field.name).or(own).map(Language::code);
        // What is wrong with a field within is said there.
        let parts = matches!(field.kind, Kind::Group(_) | Kind::Rows(_));
        Control { options, inner, lang, ..self.plain(field, path, kind, parts) }
    }

    /// The fields of a group; of words by language, those of the letter's languages, and of the other one where they are there.
    fn group(&self, inner: &[Field], path: &str) -> Vec<Control> {
        let by_language = inner.iter().all(|field| Language::parse(&field.name).is_some());
        let is_needed = |field: &&Field| match Language::parse(&field.name).filter(|_| by_language) {
            Some(language) => self.is_needed(language, path),
            None => true,
        };
        let mut needed: Vec<Field> = inner.iter().filter(is_needed).cloned().collect();
        // A schema wants at least one; the letter wants its own.
        needed.iter_mut().filter(|_| by_language).for_each(|field| field.required = true);
        self.below(&needed, path)
    }

    /// Whether words below a path are needed in a language, or are there.
    fn is_needed(&self, language: Language, path: &str) -> bool {
        self.languages.contains(&language) || !self.typed.is_blank(&format!("{path}.{}", language.code()))
    }

    fn plain(&self, field: &Field, path: String, kind: &'static str, parts: bool) -> Control {
        let own = self.faults.iter().filter(|fault| {
            let place = path_of(&fault.place);
            place == path || !parts && is_below(&place, &path)
        });
        Control {
            id: path.replace('.', "-"),
            kind,
            label: field.label.get(self.language).to_owned(),
            hint: field.hint.as_ref().map(|hint| hint.get(self.language).to_owned()),
            required: field.required,
            value: self.typed.as_typed(&path).to_owned(),
            lang: None,
            longest: field.longest,
            options: Vec::new(),
            faults: own.map(|fault| fault.message.get(self.language).to_owned()).collect(),
            inner: Vec::new(),
            path,
        }
    }

    fn rows(&self, inner: &[Field], path: &str) -> Vec<Control> {
        let row = |number: usize| {
            let path = format!("{path}.{number}");
            Control {
                id: path.replace('.', "-"),
                kind: "row",
                label: (number + 1).to_string(),
                hint: None,
                required: false,
                value: String::new(),
                lang: None,
                longest: None,
                options: Vec::new(),
                faults: Vec::new(),
                inner: self.below(inner, &path),
                path,
            }
        };
        (0..self.typed.rows(path)).map(row).collect()
    }

    /// The words in the letter's language, and in the other one where both are needed, or are there.
    fn both(&self, field: &Field, path: &str, kind: &'static str) -> Vec<Control> {
        let one = |language: Language| {
            let label = match language {
                Language::En => ("English", "Anglais").into(),
                Language::Fr => ("French", "Français").into(),
            };
            let own = Field { name: language.code().to_owned(), label, hint: None, ..field.clone() };
            let path = format!("{path}.{}", language.code());
            Control { lang: Some(language.code()), faults: Vec::new(), ..self.plain(&own, path, kind, true) }
        };
        Language::BOTH.into_iter().filter(|language| self.is_needed(*language, path)).map(one).collect()
    }
}

/// Whether the fields that were sent are those that the controls have, none more and none less.
pub fn were_sent(controls: &[Control], typed: &Typed) -> bool {
    let mut fields = BTreeSet::new();
    gather(controls, &mut fields);
    // The reference of the case goes with them, by the name of a part.
    fields.into_iter().eq(typed.0.keys().map(String::as_str).filter(|path| path.contains('.')))
}

/// The names of all fields: a group and a list have none of their own, a row has.
fn gather<'c>(controls: &'c [Control], into: &mut BTreeSet<&'c str>) {
    for control in controls {
        if !matches!(control.kind, "group" | "rows") {
            into.insert(&control.path);
        }
        gather(&control.inner, into);
    }
}

/// The field that is nearest to a fault's place: where somebody goes who mends it.
pub fn nearest<'c>(controls: &'c [Control], place: &str) -> Option<&'c Control> {
    let place = path_of(place);
    let at = controls.iter().find(|control| place == control.path || is_below(&place, &control.path))?;
    let within = nearest_within(at, &place);
    Some(within.unwrap_or_else(|| first_field(at)))
}

fn nearest_within<'c>(control: &'c Control, place: &str) -> Option<&'c Control> {
    let at = control.inner.iter().find(|inner| *place == inner.path || is_below(place, &inner.path))?;
    Some(nearest_within(at, place).unwrap_or_else(|| first_field(at)))
}

fn first_field(control: &Control) -> &Control {
    control.inner.first().map_or(control, first_field)
}

/// A JSON Pointer as the path of a field.
fn path_of(place: &str) -> String {
    place.trim_start_matches('/').replace('/', ".")
}

fn is_below(place: &str, path: &str) -> bool {
    place.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'))
}
