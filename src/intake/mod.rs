//! Files of case events, in JSON Lines or as one JSON array, as a stream of offers: each an event or what is wrong with it.

use std::io::{BufRead, Read};

use serde_json::Value;

use crate::case::{CaseEvent, Fault};

/// The longest event, in bytes.
const MAX_EVENT_BYTES: usize = 1 << 20;
/// The largest file that is one JSON array, in bytes; JSON Lines may be as long as they like.
const MAX_ARRAY_BYTES: u64 = 256 << 20;

/// An event offered, or why it cannot be read.
#[derive(Debug, Clone)]
pub struct Offer {
    /// Where it was found: `file:line`, or its place in an array.
    pub place: String,
    /// The event as it came, so that what is refused is not lost.
    pub raw: String,
    /// The event, or its faults.
    pub event: Result<CaseEvent, Vec<Fault>>,
}

impl Offer {
    /// An offer of one JSON value.
    pub fn of(place: String, value: &Value) -> Offer {
        Offer { place, raw: value.to_string(), event: CaseEvent::read(value) }
    }

    fn faulty(place: String, raw: String, fault: Fault) -> Offer {
        Offer { place, raw, event: Err(vec![fault]) }
    }
}

/// Reads events one after the other. `name` is how places name the source.
pub fn read(
    mut source: impl BufRead + 'static,
    name: &str,
) -> std::io::Result<Box<dyn Iterator<Item = std::io::Result<Offer>>>> {
    let start = source.fill_buf()?;
    let is_array = start.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    if is_array { read_array(source, name) } else { Ok(Box::new(Lines { source, name: name.to_owned(), line: 0 })) }
}

fn read_array(source: impl BufRead, name: &str) -> std::io::Result<Box<dyn Iterator<Item = std::io::Result<Offer>>>> {
    let mut text = Vec::new();
    source.take(MAX_ARRAY_BYTES).read_to_end(&mut text)?;
    let name = name.to_owned();
    let offers: Vec<Offer> = match serde_json::from_slice::<Vec<Value>>(&text) {
        Ok(events) => {
            events.iter().enumerate().map(|(index, event)| Offer::of(format!("{name}[{index}]"), event)).collect()
        }
        Err(error) => {
            let raw = String::from_utf8_lossy(&text).into_owned();
            vec![Offer::faulty(format!("{name}:{}", error.line()), raw, not_json(&error.to_string()))]
        }
    };
    Ok(Box::new(offers.into_iter().map(Ok)))
}

struct Lines<S> {
    source: S,
    name: String,
    line: usize,
}

impl<S: BufRead> Iterator for Lines<S> {
    type Item = std::io::Result<Offer>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let mut line = Vec::new();
            let limit = MAX_EVENT_BYTES as u64 + 1;
            match (&mut self.source).take(limit).read_until(b'\n', &mut line) {
                Ok(0) => return None,
                Ok(_) => self.line += 1,
                Err(error) => return Some(Err(error)),
            }
            let text = String::from_utf8_lossy(&line);
            if text.trim().is_empty() {
                continue;
            }
            return Some(Ok(self.offer(text.trim(), line.len() > MAX_EVENT_BYTES)));
        }
    }
}

impl<S: BufRead> Lines<S> {
    fn offer(&mut self, text: &str, too_long: bool) -> Offer {
        let place = format!("{}:{}", self.name, self.line);
        if too_long {
            // The rest of the line is passed over, so that the next event is read from its start.
            let _ = self.source.skip_until(b'\n');
            return Offer::faulty(place, text.chars().take(1000).collect(), too_long_fault());
        }
        match serde_json::from_str::<Value>(text) {
            Ok(value) => Offer { raw: text.to_owned(), ..Offer::of(place, &value) },
            Err(error) => Offer::faulty(place, text.to_owned(), not_json(&error.to_string())),
        }
    }
}

fn not_json(problem: &str) -> Fault {
    Fault::new(
        "json-malformed",
        "",
        format!("Not JSON: {problem}. Give one CloudEvent a line, or one array of them."),
        format!("Ce n’est pas du JSON : {problem}. Donnez un CloudEvent par ligne, ou un tableau de CloudEvents."),
    )
}

fn too_long_fault() -> Fault {
    Fault::new(
        "event-too-long",
        "",
        format!("The event is longer than {MAX_EVENT_BYTES} bytes. Split what it says into several events."),
        format!("L’événement dépasse {MAX_EVENT_BYTES} octets. Répartissez son contenu en plusieurs événements."),
    )
}
