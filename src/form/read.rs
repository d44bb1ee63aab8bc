//! From what was typed, the value that is sent.

use serde_json::{Map, Value, json};

use super::blocks;
use super::field::{Field, Kind};
use super::typed::Typed;
use crate::case::{Fault, Language, money};
use crate::merge::{AmountText, DayText, read_amount, read_day, read_month};

/// A value, and what was typed that says none.
#[derive(Debug, Default)]
pub struct Reading {
    /// The value. What could not be read is in it as it was typed.
    pub value: Value,
    /// What could not be read, each at its JSON Pointer.
    pub faults: Vec<Fault>,
}

/// Reads what was typed below a path. `languages` are those of the letter: in which an officer's words are needed.
pub fn value(fields: &[Field], typed: &Typed, path: &str, languages: &[Language]) -> Reading {
    let mut reader = Reader { typed, languages, faults: Vec::new() };
    let value = Value::Object(reader.object(fields, path));
    Reading { value, faults: reader.faults }
}

struct Reader<'r> {
    typed: &'r Typed,
    languages: &'r [Language],
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn object(&mut self, fields: &[Field], path: &str) -> Map<String, Value> {
        let mut object = Map::new();
        for field in fields {
            let at = format!("{path}.{}", field.name);
            if !field.applies(self.typed) && !self.typed.is_blank(&at) {
                self.faults.push(does_not_apply(&at));
            }
            if let Some(value) = self.one(field, &at) {
                object.insert(field.name.clone(), value);
            }
        }
        object
    }

    fn one(&mut self, field: &Field, path: &str) -> Option<Value> {
        let text = self.typed.at(path);
        match &field.kind {
            Kind::Fixed(value) => return Some(value.clone()),
            // One that may be left out is, where nothing is typed in it.
            Kind::Group(_) if !field.required && self.typed.is_blank(path) => return None,
            Kind::Group(inner) => return Some(Value::Object(self.object(inner, path))),
            Kind::Rows(inner) => return self.rows(inner, path).or_else(|| field.required.then(|| json!([]))),
            Kind::Both => return self.both(path),
            Kind::BothLines => return self.both_lines(path),
            _ if text.is_empty() => return None,
            _ => {}
        }
        Some(match &field.kind {
            Kind::Lines { days } => {
                Value::Array(lines(text).map(|line| if *days { self.day(line, path) } else { json!(line) }).collect())
            }
            Kind::LetterText => blocks::read(text),
            Kind::Amount => self.amount(text, path),
            Kind::Day => self.day(text, path),
            Kind::Month => match read_month(text) {
                Some((year, month)) => json!(format!("{year:04}-{month:02}")),
                None => json!(text),
            },
            Kind::Whole => text.parse::<i64>().map_or_else(|_| json!(text), |whole| json!(whole)),
            Kind::Truth => json!(text == "true"),
            _ => json!(text),
        })
    }

    /// The rows of a list, without blank ones at its end; none where there is no row.
    fn rows(&mut self, inner: &[Field], path: &str) -> Option<Value> {
        let row = |number: usize| format!("{path}.{number}");
        let last = (0..self.typed.rows(path)).rev().find(|number| !self.typed.is_blank(&row(*number)))?;
        Some(Value::Array((0..=last).map(|number| Value::Object(self.object(inner, &row(number)))).collect()))
    }

    /// An officer's words: a text in a letter of one language, and both where both are needed or typed. Words in another language than
    /// the letter's stay by language, so that the schema says what is missing.
    fn both(&self, path: &str) -> Option<Value> {
        let text = |language: Language| self.typed.at(&format!("{path}.{}", language.code()));
        both_of(text(Language::En), text(Language::Fr), self.languages)
    }

    fn both_lines(&self, path: &str) -> Option<Value> {
        let list = |language: &str| lines(self.typed.at(&format!("{path}.{language}"))).collect::<Vec<_>>();
        let (en, fr) = (list("en"), list("fr"));
        let at = |list: &[&str], place: usize| list.get(place).copied().unwrap_or_default().to_owned();
        let all = (0..en.len().max(fr.len()))
            .filter_map(|place| both_of(&at(&en, place), &at(&fr, place), self.languages))
            .collect::<Vec<_>>();
        (!all.is_empty()).then_some(Value::Array(all))
    }

    fn amount(&mut self, text: &str, path: &str) -> Value {
        match read_amount(text) {
            AmountText::One(amount) if amount.normalize().scale() <= 2 => json!(money::plain(amount)),
            // One digit too many, or thousands: whoever typed it knows.
            AmountText::Either { thousands, .. } => {
                let whole = money::plain(thousands);
                self.unread(
                    path,
                    "amount-two-ways",
                    format!("“{text}” may be {whole}, or have a digit too many. Write the amount with its cents."),
                    format!(
                        "« {text} » est peut-être {whole}, ou a un chiffre de trop. Écrivez le montant avec ses cents."
                    ),
                    text,
                )
            }
            AmountText::One(_) | AmountText::None => self.unread(
                path,
                "amount-unreadable",
                format!("“{text}” is no amount to the cent. Write it like 1234.56."),
                format!("« {text} » n’est pas un montant au cent près. Écrivez-le comme 1234,56."),
                text,
            ),
        }
    }

    fn day(&mut self, text: &str, path: &str) -> Value {
        match read_day(text) {
            DayText::One(day) => json!(day.to_string()),
            DayText::Numbers(numbers) if numbers.only().is_some() => json!(numbers.only()),
            DayText::Numbers(_) => self.unread(
                path,
                "date-two-ways",
                format!("“{text}” can be more than one day. Write the year, the month and the day: 2026-11-17."),
                format!("« {text} » peut être plus d’un jour. Écrivez l’année, le mois et le jour : 2026-11-17."),
                text,
            ),
            DayText::None => self.unread(
                path,
                "date-unreadable",
                format!("“{text}” is no day. Write the year, the month and the day: 2026-11-17."),
                format!("« {text} » n’est pas un jour. Écrivez l’année, le mois et le jour : 2026-11-17."),
                text,
            ),
        }
    }

    fn unread(&mut self, path: &str, code: &str, en: String, fr: String, text: &str) -> Value {
        self.faults.push(Fault::new(code, format!("/{}", path.replace('.', "/")), en, fr));
        json!(text)
    }
}

fn does_not_apply(path: &str) -> Fault {
    Fault::new(
        "fact-does-not-apply",
        format!("/{}", path.replace('.', "/")),
        "This does not go with what you have chosen. Take out what is here, or choose otherwise.",
        "Ce champ ne va pas avec ce que vous avez choisi. Effacez ce qui s’y trouve, ou choisissez autre chose.",
    )
}

/// The lines of a text that say something.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

fn both_of(en: &str, fr: &str, languages: &[Language]) -> Option<Value> {
    match (en, fr, languages) {
        ("", "", _) => None,
        (words, "", [Language::En]) | ("", words, [Language::Fr]) => Some(json!(words)),
        ("", fr, _) => Some(json!({"fr": fr})),
        (en, "", _) => Some(json!({"en": en})),
        (en, fr, _) => Some(json!({"en": en, "fr": fr})),
    }
}
