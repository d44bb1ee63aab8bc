//! A case and the party that a letter is addressed to.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::address::{Address, is_name, is_nothing, is_part_of_name, name_missing, name_not_latin, says_nothing};
use super::fault::Fault;
use super::language::Language;
use super::repertoire::Repertoire;
use super::role::{Role, Title};
use super::stored::stored_as_text;

/// A debt file at the unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// The unit's reference, such as `DR-2026-004512`. Never a Social Insurance Number or member ID.
    pub reference: String,
    /// The key of the program in `letter-templates/_programs/`, such as `ontario-works`.
    pub program: String,
    /// The office where the debt arose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub office: Option<Office>,
}

/// A local office of a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Office {
    /// Its name as printed.
    pub name: OfficeName,
}

/// What an office is called: one name, or one in each language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OfficeName {
    /// The same in both languages.
    One(String),
    /// In each.
    Each {
        /// In English.
        en: String,
        /// In French.
        fr: String,
    },
}

/// The person or estate that a letter is about or addressed to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// The case system's key of the person.
    pub id: String,
    /// What the party is to the debt, or the office in which it gets the letter.
    pub role: Role,
    /// Firm, office or body, on the line below the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// Absent where it is not known or not wished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Title>,
    /// Given names; absent for a single name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// Surname, or the only name.
    pub surname: String,
    /// The language that the party asked for.
    pub language: PreferredLanguage,
    /// How letters reach the party.
    pub channel: Channel,
    /// E-mail address; required for the e-mail channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The format that the party asked for.
    #[serde(default)]
    pub format: Format,
    /// Postal address; required for the print channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
}

impl Party {
    /// Given names and surname as written on the letter.
    pub fn full_name(&self) -> String {
        match &self.given_name {
            Some(given) => format!("{given} {}", self.surname),
            None => self.surname.clone(),
        }
    }

    /// The first lines of the address: the name or the estate of the person, and the organization below it.
    pub fn name_lines(&self) -> String {
        let name = match (self.role, self.language) {
            (Role::Estate, PreferredLanguage::Fr) => format!("Succession {}", self.full_name()),
            (Role::Estate, _) => format!("Estate of {}", self.full_name()),
            _ => self.full_name(),
        };
        [Some(&name), self.organization.as_ref()].into_iter().flatten().cloned().collect::<Vec<_>>().join("\n")
    }

    /// The lines of the address block: the addressee, then the address. Empty where the party has no postal address, and where
    /// nothing is sent.
    pub fn block(&self) -> Vec<String> {
        let address = self.address.as_ref().filter(|_| self.channel != Channel::File);
        address.map(|address| address.block(&self.name_lines())).unwrap_or_default()
    }
}

/// The members of a party's name in an event's data.
pub const NAMES: [&str; 2] = ["given_name", "surname"];

/// The full name of a party of an event's data, as letters have it: in Latin letters where the own one is in others.
pub fn full_name_in(party: &Value) -> String {
    let name = Some(&party["latin_name"]).filter(|name| name.is_object()).unwrap_or(party);
    NAMES.iter().filter_map(|part| name[*part].as_str()).collect::<Vec<_>>().join(" ")
}

/// Puts a party of an event's data into the form in which letters have it: the name in Latin letters where the own one is in others, the
/// address as printed.
pub fn write_out(party: &mut Value) {
    if let Ok(address) = Address::deserialize(&party["address"]) {
        party["address"] = json!(address);
    }
    if let (Some(latin), Some(party)) = (party["latin_name"].as_object().cloned(), party.as_object_mut()) {
        for part in NAMES {
            party.shift_remove(part);
            party.extend(latin.get(part).map(|name| (part.to_owned(), name.clone())));
        }
    }
}

/// What keeps a party's name from being printed, with places below `place`: no letter in it, or letters that no font has. A name in
/// another script is one fault, for it needs one thing: the same name in Latin letters.
pub fn name_faults(party: &Value, repertoire: &Repertoire, place: &str) -> Vec<Fault> {
    let latin = party["latin_name"].is_object();
    let (name, place) =
        if latin { (&party["latin_name"], format!("{place}/latin_name")) } else { (party, place.to_owned()) };
    let parts = || NAMES.iter().filter_map(|part| Some((*part, name[*part].as_str()?)));
    let whole = full_name_in(party);
    if !whole.trim().is_empty() && !is_name(&whole) {
        return vec![name_missing(&format!("{place}/surname"))];
    }
    if let Some((part, _)) = parts().find(|(_, text)| !is_part_of_name(text)) {
        return vec![name_missing(&format!("{place}/{part}"))];
    }
    let organization = party["organization"].as_str().filter(|text| is_nothing(text));
    if let Some(told) = organization {
        return vec![says_nothing(&format!("{}/organization", place.trim_end_matches("/latin_name")), told)];
    }
    let strange = |text: &str| text.chars().find(|c| c.is_alphabetic() && !repertoire.prints(*c));
    if let Some((part, character)) = parts().find_map(|(part, text)| Some((part, strange(text)?))) {
        return vec![name_not_latin(&format!("{place}/{part}"), &whole, character)];
    }
    parts().flat_map(|(part, text)| repertoire.faults(text, &format!("{place}/{part}"))).collect()
}

/// A language preference. Where it is not known, the party gets both complete letters (French Language Services Act, s. 5).
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    strum::IntoStaticStr,
    strum::EnumString,
    utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum PreferredLanguage {
    /// English.
    En,
    /// French.
    Fr,
    /// Not recorded.
    #[default]
    Unknown,
}

impl PreferredLanguage {
    /// The languages in which the letter is written, in order.
    pub fn languages(self) -> &'static [Language] {
        match self {
            PreferredLanguage::En => &[Language::En],
            PreferredLanguage::Fr => &[Language::Fr],
            PreferredLanguage::Unknown => &Language::BOTH,
        }
    }
}

/// How a letter reaches its party.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::VariantArray,
    utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Channel {
    /// Paper, in a print run.
    #[default]
    Print,
    /// The PDF attached to an e-mail.
    Email,
    /// Nothing is sent: an internal document, filed with the case. No party has this channel; a document's type does.
    #[serde(skip_deserializing)]
    File,
}

stored_as_text!(Channel, PreferredLanguage);

/// The format in which a party reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// The usual size.
    #[default]
    Standard,
    /// 18 points or more (O. Reg. 191/11, s. 12).
    LargePrint,
    /// As HTML and plain text beside the PDF, by e-mail.
    ScreenReader,
}
