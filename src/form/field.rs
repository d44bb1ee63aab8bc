//! The fields that a schema has.

use serde_json::Value;

use super::typed::Typed;
use crate::case::Text;

/// From how many characters on a text gets a field of several lines.
const LONG: u64 = 121;
/// The pattern of a month in `_house/facts.schema.json`.
const MONTH: &str = "^[0-9]{4}-(0[1-9]|1[0-2])$";

/// A field, or several that belong together.
#[derive(Debug, Clone)]
pub struct Field {
    /// The property's name.
    pub name: String,
    /// What it is called.
    pub label: Text,
    /// What somebody should know who fills it in.
    pub hint: Option<Text>,
    /// Whether it must be there.
    pub required: bool,
    /// The most characters that it may have.
    pub longest: Option<u64>,
    /// On what it depends whether it may be there; always where nothing is said.
    pub when: Option<When>,
    /// Whether it is words that stand in the letter, in the letter's language.
    pub in_letter: bool,
    /// What it is.
    pub kind: Kind,
}

/// What must be chosen in another field.
#[derive(Debug, Clone)]
pub struct When {
    /// The path of the other field.
    pub path: String,
    /// What is typed there, one of these.
    pub is: Vec<String>,
}

/// What a field is.
#[derive(Debug, Clone)]
pub enum Kind {
    /// An object.
    Group(Vec<Field>),
    /// A list of objects.
    Rows(Vec<Field>),
    /// A list of texts; `days` where they are days.
    Lines {
        /// Whether each is a day.
        days: bool,
    },
    /// An officer's text, in the letter's language or in both.
    Both,
    /// A list of them.
    BothLines,
    /// Headings, paragraphs, lists and tables.
    LetterText,
    /// A text.
    Text,
    /// An e-mail address.
    Email,
    /// An amount in dollars.
    Amount,
    /// A day.
    Day,
    /// A month.
    Month,
    /// A whole number.
    Whole,
    /// One of these keys, each with its words.
    Choice(Vec<(String, Text)>),
    /// Yes or no.
    Truth,
    /// What can be but this.
    Fixed(Value),
}

impl Field {
    /// Whether its text may have several lines.
    pub fn is_long(&self) -> bool {
        self.longest.is_some_and(|longest| longest >= LONG)
    }

    /// Whether it may be there, by what is chosen now.
    pub fn applies(&self, typed: &Typed) -> bool {
        self.when.as_ref().is_none_or(|when| when.is.iter().any(|is| is == typed.at(&when.path)))
    }
}

/// The fields of an object's schema, in their order. `skip` names properties that nobody types, because who fills in the form says them by
/// being who they are.
pub fn fields(schema: &Value, skip: &[&str]) -> Vec<Field> {
    let required = |name: &str| schema["required"].as_array().is_some_and(|list| list.iter().any(|one| one == name));
    let properties = schema["properties"].as_object().into_iter().flatten();
    let asked = properties.filter(|(name, property)| property.is_object() && !skip.contains(&name.as_str()));
    asked.filter_map(|(name, property)| field(name, property, required(name), skip)).collect()
}

fn field(name: &str, property: &Value, required: bool, skip: &[&str]) -> Option<Field> {
    let kind = match property.get("const") {
        Some(one) if required => Kind::Fixed(one.clone()),
        Some(_) => return None,
        // What Recto alone says is nobody's to fill in.
        None if property["x-from"] == "recto" => return None,
        None => kind(property, skip),
    };
    let hint = worded(&property["x-hint"]).or_else(|| written_as(property));
    Some(Field {
        name: name.to_owned(),
        label: worded(&property["x-label"]).unwrap_or_else(|| language_label(name)),
        hint,
        required,
        longest: property["maxLength"].as_u64(),
        when: when(property),
        in_letter: [property, &property["items"]].iter().any(|words| words["x-recto"] == "officer-text"),
        kind,
    })
}

fn kind(property: &Value, skip: &[&str]) -> Kind {
    let (items, is) = (&property["items"], |kind: &str| property["type"] == kind);
    if items.is_object() {
        return match () {
            () if items["properties"]["paragraph"].is_object() => Kind::LetterText,
            () if is_officer_text(items) => Kind::BothLines,
            () if items["properties"].is_object() => Kind::Rows(fields(items, skip)),
            () => Kind::Lines { days: is_day(items) },
        };
    }
    if let Some(keys) = property["enum"].as_array() {
        let words = |key: &str| worded(&property["x-terms"][key]).unwrap_or_else(|| key.into());
        return Kind::Choice(keys.iter().filter_map(Value::as_str).map(|key| (key.to_owned(), words(key))).collect());
    }
    match property["format"].as_str() {
        _ if is_officer_text(property) => Kind::Both,
        _ if property["properties"].is_object() => Kind::Group(fields(property, skip)),
        Some("money" | "signed-money") => Kind::Amount,
        Some("email") => Kind::Email,
        _ if is_day(property) => Kind::Day,
        _ if property["pattern"] == MONTH => Kind::Month,
        _ if is("boolean") => Kind::Truth,
        _ if is("integer") => Kind::Whole,
        _ => Kind::Text,
    }
}

/// Whether it is a text of the letter's language or one in both.
fn is_officer_text(property: &Value) -> bool {
    property["properties"]["en"].is_object()
        && property["type"].as_array().is_some_and(|types| types.iter().any(|one| one == "string"))
}

fn is_day(property: &Value) -> bool {
    matches!(property["format"].as_str(), Some("date" | "past-date"))
}

fn worded(annotation: &Value) -> Option<Text> {
    Some(Text::new(annotation["en"].as_str()?, annotation["fr"].as_str()?))
}

/// How a text is written that has a form, with an example.
fn written_as(property: &Value) -> Option<Text> {
    let form = worded(&property["x-form"])?;
    let Some(example) = property["examples"][0].as_str() else { return Some(capital(&form)) };
    Some(capital(&Text::new(format!("{}: {example}", form.en), format!("{} : {example}", form.fr))))
}

fn capital(text: &Text) -> Text {
    let first = |text: &str| {
        let mut letters = text.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    };
    Text::new(first(&text.en), first(&text.fr))
}

/// Where a fact may stand only beside another one, what must be chosen there.
fn when(property: &Value) -> Option<When> {
    let (path, is) = (property["x-when"]["fact"].as_str()?, &property["x-when"]["is"]);
    let one = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let is = is.as_array().map_or_else(|| vec![one(is)], |list| list.iter().map(one).collect());
    Some(When { path: path.to_owned(), is })
}

/// What an officer's text in one of the languages is called.
fn language_label(name: &str) -> Text {
    match name {
        "en" => Text::new("English", "Anglais"),
        "fr" => Text::new("French", "Français"),
        other => other.into(),
    }
}
