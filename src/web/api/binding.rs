//! CloudEvents over HTTP, by the HTTP protocol binding 1.0.2: structured, batched and binary mode.

use axum::http::{HeaderMap, HeaderValue, header};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::case::attributes::is_json;
use crate::case::{Fault, json};
use crate::intake::Offer;
use crate::web::problem::Problem;

/// The events of a request.
pub(super) struct Message {
    /// The events in their structured form.
    pub(super) events: Vec<Value>,
    /// Whether they came as an array.
    pub(super) is_batch: bool,
    /// What is wrong with the headers, in binary mode.
    faults: Vec<Fault>,
}

enum Mode {
    Structured,
    Batch,
    Binary,
    /// JSON without `ce-` headers, which is what it looks like: an event or an array of them.
    Plain,
}

impl Message {
    /// Reads a request's headers and body.
    pub(super) fn read(headers: &HeaderMap, body: &[u8]) -> Result<Message, Problem> {
        let mode = mode(headers)?;
        let value: Value = json::read(body).map_err(Problem::unreadable)?;
        match (mode, value) {
            (Mode::Binary, data) => Ok(binary(headers, data)),
            (Mode::Batch | Mode::Plain, Value::Array(events)) => {
                Ok(Message { events, is_batch: true, faults: Vec::new() })
            }
            (Mode::Batch, _) => Err(Problem::bad_request(
                "A batch is an array of events. Send one event as application/cloudevents+json.",
                "Un lot est un tableau d’événements. Envoyez un seul événement comme application/cloudevents+json.",
            )),
            (Mode::Structured | Mode::Plain, event) => {
                Ok(Message { events: vec![event], is_batch: false, faults: Vec::new() })
            }
        }
    }

    /// The events as they are offered to the desk, each with all its faults.
    pub(super) fn offers(&self) -> Vec<Offer> {
        let offer = |(index, event): (usize, &Value)| Offer::of(index.to_string(), event);
        let mut offers: Vec<Offer> = self.events.iter().enumerate().map(offer).collect();
        if let (false, Some(offer)) = (self.faults.is_empty(), offers.first_mut()) {
            // What is wrong with a header is said once.
            let said = |fault: &Fault| self.faults.iter().any(|other| other.place == fault.place);
            let more = offer.event.as_ref().err().into_iter().flatten().filter(|fault| !said(fault)).cloned();
            offer.event = Err(self.faults.iter().cloned().chain(more).collect());
        }
        offers
    }
}

fn mode(headers: &HeaderMap) -> Result<Mode, Problem> {
    let is_binary = headers.keys().any(|name| name.as_str().starts_with("ce-"));
    let mut kinds = headers.get_all(header::CONTENT_TYPE).iter();
    let Some(kind) = kinds.next() else {
        // Binary mode says it by datacontenttype, which may be absent.
        return if is_binary { Ok(Mode::Binary) } else { Err(Problem::media_type()) };
    };
    let kind = kind.to_str().ok().and_then(|kind| kind.parse::<mime::Mime>().ok()).filter(|_| kinds.next().is_none());
    // JSON is UTF-8 (RFC 8259, section 8.1): bytes that are called something else would be read as other letters.
    let is_utf8 = |kind: &mime::Mime| kind.get_param(mime::CHARSET).is_none_or(|charset| charset == mime::UTF_8);
    let kind = kind.filter(is_utf8).ok_or_else(Problem::media_type)?;
    match kind.essence_str() {
        "application/cloudevents+json" => Ok(Mode::Structured),
        "application/cloudevents-batch+json" => Ok(Mode::Batch),
        other if other.starts_with("application/cloudevents") || !is_json(other) => Err(Problem::media_type()),
        _ => Ok(if is_binary { Mode::Binary } else { Mode::Plain }),
    }
}

/// An event in binary mode: attributes from `ce-…` headers, the media type of the data from `Content-Type`, the data from the body.
fn binary(headers: &HeaderMap, data: Value) -> Message {
    let (mut event, mut faults) = (Map::new(), Vec::new());
    for name in headers.keys() {
        let Some(attribute) = name.as_str().strip_prefix("ce-") else { continue };
        let mut values = headers.get_all(name).iter();
        match (values.next().map(decoded), values.next(), attribute) {
            (_, Some(_), _) => faults.push(repeated(attribute)),
            // They have places of their own in the message.
            (_, _, "data" | "datacontenttype") => faults.push(misplaced(attribute)),
            (Some(Some(value)), None, _) => drop(event.insert(attribute.to_owned(), Value::from(value))),
            (_, None, _) => {
                // What it says is not known; that it is there is.
                event.insert(attribute.to_owned(), Value::from(""));
                faults.push(undecodable(attribute));
            }
        }
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    event.extend(kind.map(|kind| ("datacontenttype".to_owned(), Value::from(kind))));
    event.insert("data".to_owned(), data);
    Message { events: vec![Value::Object(event)], is_batch: false, faults }
}

/// A header's value as the attribute has it: quotation marks taken off, then percent-decoded once (section 3.1.3.2). None where it
/// cannot be.
fn decoded(value: &HeaderValue) -> Option<String> {
    let text = unquoted(value.to_str().ok()?.trim())?;
    let is_encoded = |rest: &str| rest.len() >= 2 && rest.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
    let whole = text.split('%').skip(1).all(is_encoded);
    let decoded = percent_decode_str(&text).decode_utf8().ok().filter(|_| whole)?;
    Some(decoded.into_owned())
}

/// A text without its quotation marks, and without the backslashes within them (RFC 9110, section 5.6.4).
fn unquoted(text: &str) -> Option<String> {
    let (mut plain, mut is_quoted, mut chars) = (String::with_capacity(text.len()), false, text.chars());
    while let Some(c) = chars.next() {
        match c {
            '"' => is_quoted = !is_quoted,
            '\\' if is_quoted => plain.push(chars.next()?),
            c => plain.push(c),
        }
    }
    (!is_quoted).then_some(plain)
}

fn repeated(attribute: &str) -> Fault {
    Fault::new(
        "event-attribute",
        format!("/{attribute}"),
        format!("The header ce-{attribute} stands there more than once. Send it once."),
        format!("L’en-tête ce-{attribute} figure plus d’une fois. Envoyez-le une seule fois."),
    )
}

fn misplaced(attribute: &str) -> Fault {
    let (en, fr) = match attribute {
        "data" => ("in the body", "dans le corps de la requête"),
        _ => ("as Content-Type", "comme Content-Type"),
    };
    Fault::new(
        "event-attribute",
        format!("/{attribute}"),
        format!("There is no header ce-{attribute}. Send it {en}."),
        format!("Il n’y a pas d’en-tête ce-{attribute}. Envoyez-le {fr}."),
    )
}

fn undecodable(attribute: &str) -> Fault {
    Fault::new(
        "event-attribute",
        format!("/{attribute}"),
        format!(
            "The header ce-{attribute} cannot be decoded. Write blanks, quotation marks, percent signs and what is not ASCII as the percent-encoded bytes of UTF-8, such as %C3%A9 for é."
        ),
        format!(
            "L’en-tête ce-{attribute} ne peut pas être décodé. Écrivez les espaces, les guillemets, les signes de pourcentage et ce qui n’est pas ASCII en octets UTF-8 codés, comme %C3%A9 pour é."
        ),
    )
}
