//! Files of case events, in JSON Lines, as one JSON array or as one event, as a stream of offers: each an event or what is wrong with it.

mod kind;

use std::io::{BufRead, Read};

use serde_json::Value;

use self::kind::{Kind, empty};
use crate::case::{CaseEvent, Fault, json};

/// The longest event, in bytes.
const MAX_EVENT_BYTES: usize = 1 << 20;
/// The largest file that is one JSON array, in bytes; JSON Lines may be as long as they like.
const MAX_ARRAY_BYTES: u64 = 256 << 20;

/// What some programs put before UTF-8 text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// An event offered, or why it cannot be read.
#[derive(Debug, Clone)]
pub struct Offer {
    /// Where it was found: `file:line`, or its place in an array.
    pub place: String,
    /// The event as it came, so that what is refused is not lost; the beginning of one that is too long.
    pub raw: Vec<u8>,
    /// The event, or its faults.
    pub event: Result<CaseEvent, Vec<Fault>>,
}

impl Offer {
    /// An offer of one JSON value.
    pub fn of(place: String, value: &Value) -> Offer {
        let raw = value.to_string().into_bytes();
        if raw.len() > MAX_EVENT_BYTES {
            return Offer::faulty(place, &raw[..1000], too_long_fault());
        }
        Offer { place, raw, event: CaseEvent::read(value) }
    }

    fn faulty(place: String, raw: &[u8], fault: Fault) -> Offer {
        Offer { place, raw: raw.to_vec(), event: Err(vec![fault]) }
    }
}

/// Reads events one after the other. `name` is how places name the source.
pub fn read(
    mut source: impl BufRead + 'static,
    name: &str,
) -> std::io::Result<Box<dyn Iterator<Item = std::io::Result<Offer>>>> {
    let start = source.fill_buf()?;
    if json::other_encoding(start).is_some() {
        return read_whole(source, name);
    }
    let start = start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(start);
    if let Some(kind) = Kind::of(start) {
        return Ok(Box::new(std::iter::once(Ok(Offer::faulty(name.to_owned(), b"", kind.fault())))));
    }
    // An array, or one event written over several lines, is read as a whole; else there is an event a line.
    let start = start.trim_ascii_start();
    let first_line = start.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii();
    let is_whole = start.starts_with(b"[") || first_line == b"{";
    if is_whole {
        read_whole(source, name)
    } else {
        Ok(Box::new(Lines { source, name: name.to_owned(), line: 0, found: 0 }))
    }
}

fn read_whole(source: impl BufRead, name: &str) -> std::io::Result<Box<dyn Iterator<Item = std::io::Result<Offer>>>> {
    let mut text = Vec::new();
    source.take(MAX_ARRAY_BYTES + 1).read_to_end(&mut text)?;
    let name = name.to_owned();
    if text.len() as u64 > MAX_ARRAY_BYTES {
        let offer = Offer::faulty(name, b"", array_too_long());
        return Ok(Box::new(std::iter::once(Ok(offer))));
    }
    let offers: Vec<Offer> = match json::read(&text) {
        Ok(Value::Array(events)) if events.is_empty() => vec![Offer::faulty(name, b"", empty())],
        Ok(Value::Array(events)) => {
            events.iter().enumerate().map(|(index, event)| Offer::of(format!("{name}[{index}]"), event)).collect()
        }
        Ok(event) => vec![Offer::of(name, &event)],
        Err(faults) => {
            // In the encoding that it is to be sent in, the events that are kept can be taken as they are.
            let text = json::from_utf16(&text).map_or(text, String::into_bytes);
            vec![Offer { place: name, raw: text, event: Err(faults) }]
        }
    };
    Ok(Box::new(offers.into_iter().map(Ok)))
}

struct Lines<S> {
    source: S,
    name: String,
    line: usize,
    /// How many offers there were so far; a file without one is at fault.
    found: usize,
}

impl<S: BufRead> Iterator for Lines<S> {
    type Item = std::io::Result<Offer>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let mut line = Vec::new();
            let limit = MAX_EVENT_BYTES as u64 + 1;
            match (&mut self.source).take(limit).read_until(b'\n', &mut line) {
                Ok(0) if self.found == 0 => {
                    self.found = 1;
                    return Some(Ok(Offer::faulty(self.name.clone(), b"", empty())));
                }
                Ok(0) => return None,
                Ok(_) => self.line += 1,
                Err(error) => return Some(Err(error)),
            }
            if self.line == 1 && line.starts_with(BYTE_ORDER_MARK) {
                line.drain(..BYTE_ORDER_MARK.len());
            }
            if line.trim_ascii().is_empty() {
                continue;
            }
            self.found += 1;
            return Some(Ok(self.offer(&line)));
        }
    }
}

impl<S: BufRead> Lines<S> {
    fn offer(&mut self, line: &[u8]) -> Offer {
        let place = format!("{}:{}", self.name, self.line);
        if line.len() > MAX_EVENT_BYTES {
            // The rest of the line is passed over, so that the next event is read from its start.
            if !line.ends_with(b"\n") {
                let _ = self.source.skip_until(b'\n');
            }
            return Offer::faulty(place, &line[..1000], too_long_fault());
        }
        let line = line.trim_ascii();
        match json::read(line) {
            Ok(value) => Offer { raw: line.to_vec(), ..Offer::of(place, &value) },
            Err(faults) => Offer { place, raw: line.to_vec(), event: Err(faults) },
        }
    }
}

fn array_too_long() -> Fault {
    let limit = MAX_ARRAY_BYTES >> 20;
    Fault::new(
        "file-too-long",
        "",
        format!(
            "An array may have {limit} MiB at most. Give one CloudEvent a line instead; such a file may be of any length."
        ),
        format!(
            "Un tableau peut compter {limit} Mio au plus. Donnez plutôt un CloudEvent par ligne; un tel fichier peut être de toute longueur."
        ),
    )
}

fn too_long_fault() -> Fault {
    let limit = MAX_EVENT_BYTES >> 20;
    Fault::new(
        "event-too-long",
        "",
        format!("The event is longer than {limit} MiB. Split what it says into several events."),
        format!("L’événement dépasse {limit} Mio. Répartissez son contenu en plusieurs événements."),
    )
}
