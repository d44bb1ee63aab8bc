//! Postal addresses, and the block that shows through the envelope's window: the one module that reads, mends, checks and prints them,
//! for every way in.
//!
//! The form is Canada Post's (Addressing Guidelines): capitals, no punctuation but in names, municipality and province on
//! the last line with one space before the province and two before the postal code, fewer than 40 characters a line
//! without the spaces. Letter case, blanks, hyphens, brackets, number signs and the names of provinces and countries are mended where it is
//! certain what was meant. Nothing is translated, cut or dropped: an address that does not fit is a fault; it is never shrunk.

mod block;
mod country;
mod faults;
mod free;
mod no_address;
mod postal_code;
mod province;
mod read;
mod request;
mod text;
mod unit;
mod words;

use serde::{Deserialize, Serialize};

use super::fault::Fault;
use super::repertoire::Repertoire;
use country::{CodePlace, Country};
pub(super) use faults::{name_missing, name_not_latin, says_nothing};
pub(super) use no_address::{is_name, is_nothing, is_part_of_name};
pub(super) use postal_code::is_zip_of_nine;
pub use request::check;
pub use text::folded;

/// Canada Post's limit on the characters of a line, not counting spaces.
pub const MAX_CHARACTERS: usize = 39;

/// A postal address as somebody tells it: in its parts, or as the lines that would be written on an envelope below the name
/// (`lines` alone).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Told {
    /// A line above the street, such as `ATTN …`.
    #[serde(default)]
    pub attention: Option<String>,
    /// Street, unit, box or route; all lines of the address where there is nothing else.
    #[serde(default)]
    pub lines: Vec<String>,
    /// City, town or township.
    #[serde(default)]
    pub municipality: Option<String>,
    /// Province, territory or (abroad) state, by name or letters.
    #[serde(default)]
    pub province: Option<String>,
    /// Postal code, or ZIP code in the United States.
    #[serde(default)]
    pub postal_code: Option<String>,
    /// Country; Canada where it is absent.
    #[serde(default)]
    pub country: Option<String>,
}

/// A postal address in the form in which it is printed. Whatever an event tells is read into this form, so that one address is the same
/// wherever it is compared, looked for or printed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Told")]
pub struct Address {
    /// A line above the street, such as `ATTN …`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attention: Option<String>,
    /// Street, unit, box or route: one to three lines.
    pub lines: Vec<String>,
    /// City, town or township.
    pub municipality: String,
    /// Two-letter province or territory; abroad the state, if any.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub province: String,
    /// Postal code, or ZIP code in the United States; there are countries without.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub postal_code: String,
    /// Country, only where it is not Canada.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

impl From<Told> for Address {
    /// What an event that was taken says; its faults were found then.
    fn from(told: Told) -> Address {
        told.read().address
    }
}

impl Told {
    /// Everything that keeps this address from the window below these lines of the addressee, with places below `place` (a JSON Pointer).
    pub fn faults(&self, addressee: &str, repertoire: &Repertoire, place: &str) -> Vec<Fault> {
        let reading = self.read();
        let mut faults = reading.block_faults(addressee, repertoire, place);
        faults.splice(..0, reading.faults.into_iter().map(|fault| fault.below(place)));
        faults
    }
}

impl Address {
    /// The lines as printed, those of the addressee first.
    pub fn block(&self, addressee: &str) -> Vec<String> {
        let mut block: Vec<String> = addressee.lines().map(capitals).collect();
        block.extend(self.attention.clone());
        block.extend(self.lines.iter().cloned());
        block.extend(self.last_lines());
        block.extend(self.country.clone());
        block
    }

    /// Municipality, province and code. The code stands alone on a line of its own where the line would be too long with it.
    fn last_lines(&self) -> Vec<String> {
        let country = self.country.as_deref().map(Country::read);
        let (abroad, before) = match country {
            Some(Country::Abroad(entry, _)) => (entry.code != "US", entry.code_place == CodePlace::Before),
            country => (country.is_some(), false),
        };
        let place =
            [&self.municipality, &self.province].map(String::as_str).into_iter().filter(|part| !part.is_empty());
        let place = place.collect::<Vec<_>>().join(" ");
        let code = &self.postal_code;
        if code.is_empty() {
            return vec![place];
        }
        if before {
            return vec![format!("{code} {place}").trim_end().to_owned()];
        }
        if characters(&place) + characters(code) > MAX_CHARACTERS {
            return vec![place, code.clone()];
        }
        let blanks = if abroad { " " } else { "  " };
        vec![format!("{place}{blanks}{code}").trim_start().to_owned()]
    }
}

/// The ZIP code of nine digits at the end of a line of a block, if there is one: it is no number of a person.
pub fn zip_of_nine(line: &str) -> Option<&str> {
    let (_, code) = line.rsplit_once("  ")?;
    is_zip_of_nine(code).then_some(code)
}

/// A line of the addressee: as it is, in capitals.
fn capitals(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase()
}

/// The characters of a line, not counting spaces.
fn characters(line: &str) -> usize {
    line.chars().filter(|c| !c.is_whitespace()).count()
}
