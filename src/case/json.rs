//! JSON from outside, read strictly: what one reader takes for the last of two names and another for the first is refused, and what
//! is no UTF-8 text is called what it is.
//!
//! RFC 8259 leaves open what a name means that an object has twice; here it means nothing. UTF-8 with a byte order mark is read.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::fault::Fault;

/// What some programs put before UTF-8 text.
const BYTE_ORDER_MARK: &str = "\u{feff}";
/// Stands for half of a surrogate pair while it is looked for: no character, in no text.
const HALF: char = '\u{fdd0}';

/// Reads one JSON value, or says everything that keeps it from being read, with JSON Pointers where there are any.
pub fn read(bytes: &[u8]) -> Result<Value, Vec<Fault>> {
    if let Some(encoding) = other_encoding(bytes) {
        return Err(vec![not_utf8(encoding)]);
    }
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK.as_bytes()).unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| vec![strange_byte(bytes, error.valid_up_to())])?;
    let twice = RefCell::new(Vec::new());
    let whole = without_halves(text);
    let mut reader = serde_json::Deserializer::from_str(&whole);
    let value = Strict { place: "", twice: &twice }.deserialize(&mut reader);
    let value = value.and_then(|value| reader.end().map(|()| value)).map_err(|error| vec![not_json(&error)])?;
    let mut faults: Vec<Fault> = twice.into_inner().into_iter().map(|place| name_twice(&place)).collect();
    visit(&value, "", &mut |value, place| match value {
        Value::String(text) => faults.extend(text.contains(HALF).then(|| half(place))),
        Value::Object(map) => {
            let names = map.keys().filter(|name| name.contains(HALF));
            faults.extend(names.map(|name| half(&below(place, name))));
        }
        _ => {}
    });
    if faults.is_empty() { Ok(value) } else { Err(faults) }
}

/// The encoding of a text that is neither UTF-8 nor one of bytes: UTF-16 or UTF-32, by their mark or by the zeros beside ASCII.
pub fn other_encoding(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] | [0, 0, 0, _, ..] | [_, 0, 0, 0, ..] => Some("UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, ..] | [_, 0, ..] => Some("UTF-16"),
        _ => None,
    }
}

/// UTF-16 as text, with what cannot be read shown as such; nothing where it is none.
pub fn from_utf16(bytes: &[u8]) -> Option<String> {
    let units = |of: fn([u8; 2]) -> u16| bytes.chunks_exact(2).map(|pair| of([pair[0], pair[1]])).collect::<Vec<_>>();
    let units = match (other_encoding(bytes)?, bytes) {
        ("UTF-16", [0xfe, 0xff, ..] | [0, ..]) => units(u16::from_be_bytes),
        ("UTF-16", _) => units(u16::from_le_bytes),
        _ => return None,
    };
    Some(String::from_utf16_lossy(&units).trim_start_matches(BYTE_ORDER_MARK).to_owned())
}

/// The JSON Pointer (RFC 6901) of what has a name, or stands at an index, below a place.
pub fn below(place: &str, name: &str) -> String {
    format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// The name that a step of a JSON Pointer stands for.
pub fn step(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

/// Shows each value within a value, and itself, with its JSON Pointer.
pub fn visit(value: &Value, place: &str, see: &mut dyn FnMut(&Value, &str)) {
    see(value, place);
    match value {
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(index, one)| visit(one, &format!("{place}/{index}"), see));
        }
        Value::Object(map) => map.iter().for_each(|(name, one)| visit(one, &below(place, name), see)),
        _ => {}
    }
}

/// A value that has each name once in each of its objects; where one has not, its place is put down.
struct Strict<'s> {
    place: &'s str,
    twice: &'s RefCell<Vec<String>>,
}

impl Strict<'_> {
    fn inside(&self, step: &str) -> String {
        below(self.place, step)
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            let place = self.inside(&list.len().to_string());
            match items.next_element_seed(Strict { place: &place, twice: self.twice })? {
                Some(item) => list.push(item),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let place = self.inside(&name);
            let value = members.next_value_seed(Strict { place: &place, twice: self.twice })?;
            if map.insert(name, value).is_some() {
                let mut twice = self.twice.borrow_mut();
                if !twice.contains(&place) {
                    twice.push(place);
                }
            }
        }
        Ok(Value::Object(map))
    }
}

/// The text with a sign for each half of a surrogate pair that stands alone, such as `\ud800`: no parser would say where it is.
fn without_halves(text: &str) -> String {
    let (mut whole, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find('\\') {
        whole.push_str(&rest[..at]);
        let unit = |text: &str| text.strip_prefix("\\u").and_then(|text| u16::from_str_radix(text.get(..4)?, 16).ok());
        let (first, second) = (unit(&rest[at..]), rest.get(at + 6..).and_then(unit));
        let length = match (first, second) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                whole.push(HALF);
                rest = &rest[at + 6..];
                continue;
            }
            // What follows a backslash is passed over with it: `\\u…` is none.
            _ => 1 + rest[at + 1..].chars().next().map_or(0, char::len_utf8),
        };
        whole.push_str(&rest[at..at + length]);
        rest = &rest[at + length..];
    }
    whole.push_str(rest);
    whole
}

/// What is no UTF-8: the word of the first strange byte, as it would read in Windows-1252, which most such files are in.
fn strange_byte(bytes: &[u8], at: usize) -> Fault {
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b',' | b':');
    let from = bytes[..at].iter().rposition(is_end).map_or(0, |place| place + 1);
    let to = bytes[at..].iter().position(is_end).map_or(bytes.len(), |place| at + place);
    let word: String = bytes[from..to].iter().take(60).map(|byte| super::garbled::of_windows(*byte)).collect();
    let word = super::insurance::masked(&word);
    Fault::new(
        "not-utf-8",
        "",
        format!(
            "Not UTF-8 text: “{word}” has a byte of another encoding, probably Windows-1252. Save the file as UTF-8, so that accents arrive as they were written."
        ),
        format!(
            "Ce n’est pas du texte UTF-8 : « {word} » contient un octet d’un autre codage, sans doute Windows-1252. Enregistrez le fichier en UTF-8 pour que les accents arrivent tels quels."
        ),
    )
}

fn not_utf8(encoding: &str) -> Fault {
    Fault::new(
        "not-utf-8",
        "",
        format!(
            "The file is {encoding}, not UTF-8. Save it as UTF-8 (in PowerShell: Out-File -Encoding utf8), and send it again."
        ),
        format!(
            "Le fichier est en {encoding}, et non en UTF-8. Enregistrez-le en UTF-8 (dans PowerShell : Out-File -Encoding utf8) et renvoyez-le."
        ),
    )
}

fn not_json(error: &serde_json::Error) -> Fault {
    let line = |line: &str| if error.line() > 1 { format!("{line} {}, ", error.line()) } else { String::new() };
    let (line_en, line_fr, column) = (line("line"), line("ligne"), error.column());
    let (en, fr) = match error.classify() {
        serde_json::error::Category::Eof => (
            "it ends before all that was opened is closed. Perhaps a part got lost; send the whole",
            "le texte finit avant que tout ce qui a été ouvert soit fermé. Une partie s’est peut-être perdue; envoyez le tout",
        ),
        _ => (
            "something is wrong shortly before this place, such as a comma, a quotation mark or a bracket that is missing or too many. Mend it there",
            "quelque chose ne va pas juste avant cet endroit, comme une virgule, un guillemet ou un crochet en moins ou en trop. Corrigez-le à cet endroit",
        ),
    };
    Fault::new(
        "json-malformed",
        "",
        format!("Not JSON ({line_en}character {column}): {en}."),
        format!("Ce n’est pas du JSON ({line_fr}caractère {column}) : {fr}."),
    )
}

fn name_twice(place: &str) -> Fault {
    let name = step(place.rsplit('/').next().unwrap_or_default());
    Fault::new(
        "json-malformed",
        place,
        format!("“{name}” occurs twice in one object, so nobody can tell which value is meant. Keep the right one."),
        format!(
            "« {name} » figure deux fois dans un même objet : on ne peut pas savoir quelle valeur est la bonne. Gardez la bonne."
        ),
    )
}

fn half(place: &str) -> Fault {
    Fault::new(
        "character-incomplete",
        place,
        "This text has half of a character (a surrogate escape, \\ud800 to \\udfff, without its other half). Write the character itself, or both halves.",
        "Ce texte contient la moitié d’un caractère (une séquence d’échappement \\ud800 à \\udfff sans son autre moitié). Écrivez le caractère lui-même ou les deux moitiés.",
    )
}
