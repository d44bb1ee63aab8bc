//! How a person is reached: on each of it the newest word, by the time at which it was told and whatever told it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use crate::case::address::{Address, folded};
use crate::case::{CaseEvent, Channel, Format, PreferredLanguage};

/// The addresses of the parties of a case's events: most events have the same one, and none is read twice.
#[derive(Default)]
pub(super) struct Addresses<'e>(Vec<(&'e Value, Option<Address>)>);

impl<'e> Addresses<'e> {
    /// The address of an event's party.
    pub fn of(&mut self, event: &'e CaseEvent) -> Option<Address> {
        let told = &event.data["party"]["address"];
        if let Some((_, address)) = self.0.iter().find(|(other, _)| *other == told) {
            return address.clone();
        }
        let address: Option<Address> = read(told);
        self.0.push((told, address.clone()));
        address
    }
}

/// What was told of one thing, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Word<T> {
    /// When it was told.
    pub told: DateTime<Utc>,
    /// What.
    pub is: T,
    /// Since when that has been the word, whoever has said it again.
    #[serde(skip)]
    pub since: DateTime<Utc>,
    /// Something else was told at the same instant, so that neither is the newer one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub contested: bool,
    /// Whether an event told it for its own sake, and not as what its sender had on file.
    #[serde(skip)]
    said: bool,
}

/// The newest words on how a person is reached. What no event has told is none; what the newest event leaves out, the older word
/// still says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Reach {
    /// How letters go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Word<Channel>>,
    /// Where mail goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Word<Address>>,
    /// Where e-mail goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<Word<String>>,
    /// The language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Word<PreferredLanguage>>,
    /// The format.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<Word<Format>>,
}

impl Reach {
    /// Takes in what an event has of its party. An address that is not `heard` is none: a record that still has the address from which
    /// mail came back says nothing new.
    pub(in crate::rules) fn hear(&mut self, told: DateTime<Utc>, party: &Value, heard: impl Fn(&Address) -> bool) {
        self.hear_at(told, party, read(&party["address"]), heard);
    }

    /// The same where the party's address was read before.
    pub(super) fn hear_at(
        &mut self,
        told: DateTime<Utc>,
        party: &Value,
        address: Option<Address>,
        heard: impl Fn(&Address) -> bool,
    ) {
        hear(&mut self.channel, told, read(&party["channel"]), false, PartialEq::eq);
        hear(&mut self.address, told, address.filter(heard), false, is_same_place);
        hear(&mut self.email, told, read(&party["email"]), false, |one: &String, other| is_same_mailbox(one, other));
        hear(&mut self.language, told, read(&party["language"]), false, PartialEq::eq);
        hear(&mut self.format, told, read(&party["format"]), false, PartialEq::eq);
    }

    /// Takes in an address that an event tells for its own sake.
    pub(super) fn move_to(&mut self, told: DateTime<Utc>, address: &Address) {
        hear(&mut self.address, told, Some(address.clone()), true, is_same_place);
    }

    /// Whether the newest words leave open how a letter goes, or to where. Two were told at the same instant, or a person who reads
    /// with a screen reader, which needs e-mail, is to get paper.
    pub fn is_contested(&self, by_mail: bool) -> bool {
        let place = if by_mail { contested(&self.address) } else { contested(&self.email) };
        contested(&self.channel) || contested(&self.language) || contested(&self.format) || place || self.contradicts()
    }

    /// Whether the format that the person asked for cannot go the way that the person asked for.
    pub fn contradicts(&self) -> bool {
        let is_print = self.channel.as_ref().is_some_and(|word| word.is == Channel::Print);
        is_print && self.format.as_ref().is_some_and(|word| word.is == Format::ScreenReader)
    }

    /// An event's party with the newest words. What it does not have, and its channel does not need, is not put into it.
    pub fn as_it_stands(&self, party: &mut Value) {
        let Some(party) = party.as_object_mut() else { return };
        let mut put = |name: &str, newest: Option<Value>, needed: bool| {
            if let Some(value) = newest.filter(|_| needed || party.contains_key(name)) {
                party.insert(name.to_owned(), value);
            }
        };
        let goes_by = |channel| self.channel.as_ref().is_some_and(|word| word.is == channel);
        put("channel", word(&self.channel), true);
        put("address", word(&self.address), goes_by(Channel::Print));
        put("email", word(&self.email), goes_by(Channel::Email));
        put("language", word(&self.language), true);
        // What cannot be set is held for somebody to ask, and drafted in the usual format meanwhile.
        let format = if self.contradicts() { Some(serde_json::json!(Format::Standard)) } else { word(&self.format) };
        put("format", format, true);
    }
}

fn word<T: Serialize>(word: &Option<Word<T>>) -> Option<Value> {
    word.as_ref().map(|word| serde_json::json!(word.is))
}

fn contested<T>(word: &Option<Word<T>>) -> bool {
    word.as_ref().is_some_and(|word| word.contested)
}

fn read<T: serde::de::DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(value).ok()
}

/// Takes in a word. Events come in the order in which they happened; of two of the same instant, what was told for its own sake counts
/// more than what a sender had on file.
fn hear<T>(known: &mut Option<Word<T>>, told: DateTime<Utc>, is: Option<T>, said: bool, same: fn(&T, &T) -> bool) {
    let Some(is) = is else { return };
    let contested = match known {
        Some(word) if word.told == told && word.said && !said => return,
        Some(word) if word.told == told && word.said == said => word.contested || !same(&word.is, &is),
        _ => false,
    };
    let since = known.as_ref().filter(|word| same(&word.is, &is)).map_or(told, |word| word.since);
    *known = Some(Word { told, is, since, contested, said });
}

/// Whether two texts are one mailbox, as far as anybody but its server can tell.
pub fn is_same_mailbox(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// Words of an address that are no street's own: what kind of street, of unit, and which direction.
const KINDS: &str = "ST STREET RUE AVE AV AVENUE RD ROAD CH CHEMIN DR DRIVE LANE LN CRES CRESCENT CRT COURT CT PL PLACE BLVD BOUL \
    BOULEVARD HWY HIGHWAY ROUTE RTE RANG COTE WAY CIR CIRCLE SQ SQUARE TERR TERRACE PKY PARKWAY APT APP UNIT UNITE \
    SUITE BUREAU BOX PO CP CASE POSTALE RR NO N S E W O EAST WEST EST";

/// Whether two addresses are one place, however they are spelled: the same postal code and the same numbers, and a word of the street
/// in common where both have one. The unit may stand before the street number or after the street.
pub fn is_same_place(one: &Address, other: &Address) -> bool {
    if one == other {
        return true;
    }
    let closed = |text: &str| folded(text).replace(' ', "");
    let foreign = |address: &Address| address.country.as_deref().map(closed);
    let (own, others) = (Place::of(one), Place::of(other));
    let codes = closed(&one.postal_code) == closed(&other.postal_code) && foreign(one) == foreign(other);
    let named =
        own.names.is_empty() || others.names.is_empty() || own.names.iter().any(|name| others.names.contains(name));
    codes && own.numbers == others.numbers && named
}

/// The lines of an address in parts.
struct Place {
    /// What begins with a digit, in order of itself.
    numbers: Vec<String>,
    names: Vec<String>,
}

impl Place {
    fn of(address: &Address) -> Place {
        let all = address.lines.iter().flat_map(|line| words(line));
        let (mut numbers, mut names): (Vec<String>, Vec<String>) =
            all.partition(|word| word.starts_with(|c: char| c.is_ascii_digit()));
        numbers.sort_unstable();
        names.retain(|name| !KINDS.split(' ').any(|kind| kind == name));
        Place { numbers, names }
    }
}

/// The words of a text in capitals, without accents and marks.
fn words(text: &str) -> Vec<String> {
    folded(text).split_whitespace().map(str::to_owned).collect()
}
