//! Reading an address from its parts: what is certain is mended, the rest is a fault.

use super::country::{self, Country, Entry};
use super::no_address::{is_nothing, says_no_address};
use super::text::{compact, folded, forbidden, is_blank, line, place_name};
use super::unit::{Beside, unit_behind_street, without_number_signs};
use super::{Address, Told, faults, free, postal_code, province};
use crate::case::Fault;

/// The parts of an address as they were told, and where each was found.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub attention: Option<String>,
    /// Each with its place among the lines that were told.
    pub lines: Vec<(usize, String)>,
    pub municipality: String,
    pub province: String,
    pub postal_code: String,
    pub country: String,
    /// The line of the municipality and that of the country, where all was told in lines.
    pub told_in: Option<(usize, usize)>,
}

/// An address as read.
#[derive(Debug)]
pub(super) struct Reading {
    pub address: Address,
    pub faults: Vec<Fault>,
    /// Of each line of the address, its place among the lines that were told.
    pub lines: Vec<usize>,
    told_in: Option<(usize, usize)>,
}

impl Told {
    /// Reads the address. Places of faults are below the address.
    pub(super) fn read(&self) -> Reading {
        let text = |part: &Option<String>| part.clone().unwrap_or_default();
        if self.municipality.is_none() && self.province.is_none() && self.postal_code.is_none() {
            let mut parts = free::parts(&self.lines, free::Name::Apart).parts;
            parts.attention = self.attention.clone();
            if parts.country.is_empty() {
                parts.country = text(&self.country);
            }
            return parts.read();
        }
        // Lines may come in one text.
        let lines = self.lines.iter().enumerate();
        let lines = lines.flat_map(|(at, text)| text.lines().map(move |line| (at, line.to_owned()))).collect();
        let parts = Parts {
            attention: self.attention.clone(),
            lines,
            municipality: text(&self.municipality),
            province: text(&self.province),
            postal_code: text(&self.postal_code),
            country: text(&self.country),
            told_in: None,
        };
        parts.read()
    }
}

impl Reading {
    /// The pointer, below the address, of what was told for a part such as `/municipality`.
    pub(super) fn place(&self, part: &str) -> String {
        place(self.told_in, part)
    }
}

fn place(told_in: Option<(usize, usize)>, part: &str) -> String {
    match told_in {
        Some((_, country)) if part == "/country" => format!("/lines/{country}"),
        Some((last, _)) => format!("/lines/{last}"),
        None => part.to_owned(),
    }
}

impl Parts {
    pub(super) fn read(&self) -> Reading {
        let country = Country::read(&self.country);
        let mut faults = Vec::new();
        let mut address = Address::default();
        match &country {
            Country::Canada => self.read_canadian(&mut address, &mut faults),
            Country::Abroad(entry, printed) => {
                address.country = Some(printed.clone());
                self.read_abroad(entry, &mut address, &mut faults);
            }
            Country::Unknown(meant) => {
                address.country = Some(line(&self.country));
                self.read_loosely(&mut address);
                faults.push(faults::country(&self.place("/country"), self.country.trim(), meant.as_deref()));
            }
        }
        let city = address.municipality.contains(char::is_alphabetic) && !says_no_address(&address.municipality);
        if !city {
            faults.insert(0, faults::city(&self.place("/municipality")));
        }
        let abroad = address.country.is_some();
        let strange = forbidden(&address.municipality, abroad);
        if !strange.is_empty() {
            faults.push(faults::forbidden(&self.place("/municipality"), &address.municipality, &strange));
        }
        let lines = self.read_lines(&mut address, &mut faults);
        // Somebody who has no address has neither a town nor a code: that is one fault.
        let says_none = |fault: &Fault| fault.code == "no-fixed-address";
        if lines.len() <= faults.iter().filter(|fault| says_none(fault)).count() && faults.iter().any(says_none) {
            faults.retain(says_none);
            faults.truncate(1);
        }
        let told = [&self.municipality, &self.province, &self.postal_code];
        if lines.is_empty() && told.into_iter().all(|part| is_blank(part)) {
            faults.retain(|fault| matches!(fault.code.as_str(), "no-fixed-address" | "too-few-lines"));
        }
        Reading { address, faults, lines, told_in: self.told_in }
    }

    fn place(&self, part: &str) -> String {
        place(self.told_in, part)
    }

    /// The lines above the municipality, and the places of those that are kept.
    fn read_lines(&self, address: &mut Address, faults: &mut Vec<Fault>) -> Vec<usize> {
        let abroad = address.country.is_some();
        let mut places = Vec::new();
        let mut nothing = None;
        let starts_street = |text: &str| {
            let text = folded(text);
            text.contains(' ') && text.starts_with(|c: char| c.is_ascii_digit())
        };
        for (at, told) in &self.lines {
            if is_blank(told) {
                nothing = nothing.or_else(|| says_no_address(told).then_some((*at, told)));
                continue;
            }
            let here = format!("/lines/{at}");
            if says_no_address(told) {
                faults.push(faults::no_fixed_address(&here, told.trim()));
                address.lines.push(line(told));
                places.push(*at);
                continue;
            }
            let street = self.lines.iter().any(|(other, text)| other != at && starts_street(text));
            let beside = Beside { street, french: address.province == "QC" };
            let printed = mended(&line(told), abroad, &beside).unwrap_or_else(|line| {
                faults.push(faults::number_sign(&here, told.trim()));
                line
            });
            let strange: Vec<char> =
                forbidden(&printed, abroad).into_iter().filter(|c| *c != '#' && *c != '°').collect();
            if !strange.is_empty() {
                faults.push(faults::forbidden(&here, &printed, &strange));
            }
            address.lines.push(printed);
            places.push(*at);
        }
        let settled = |text: &str| abroad || self.is_delivery(text) || says_no_address(text);
        let settled = self.lines.iter().any(|(at, text)| places.contains(at) && settled(text));
        match nothing {
            _ if settled => {}
            Some((at, told)) => faults.push(faults::no_fixed_address(&format!("/lines/{at}"), told.trim())),
            None => faults.push(faults::too_few_lines(&self.place("/lines"))),
        }
        address.attention = self.attention.as_deref().filter(|text| !is_blank(text)).map(line);
        if let Some(attention) = &address.attention {
            let told = self.attention.as_deref().unwrap_or_default();
            faults.extend(is_nothing(told).then(|| faults::says_nothing("/attention", told.trim())));
            let strange = forbidden(attention, abroad);
            faults.extend((!strange.is_empty()).then(|| faults::forbidden("/attention", attention, &strange)));
        }
        places
    }

    /// Whether a line can say where mail goes within Canada: a number alone does not, nor the municipality said again.
    fn is_delivery(&self, line: &str) -> bool {
        let words = folded(line);
        words.contains(char::is_alphabetic) && words != folded(&self.municipality)
    }

    fn read_canadian(&self, address: &mut Address, faults: &mut Vec<Fault>) {
        let (city, named) = self.city_and_province();
        let code = postal_code::canadian(&self.postal_code);
        let beside = country::province_beside(&self.country);
        let known = [self.province_told(), &named, beside.unwrap_or_default()];
        let given = known.into_iter().find(|part| !is_blank(part)).unwrap_or_default();
        address.municipality = place_name(&city);
        address.province = line(given);
        address.postal_code = line(&self.postal_code);
        let province = province::province_alone(given);
        if let Some(fault) = self.state_fault(given) {
            return faults.push(fault);
        }
        if province.is_some() && beside.is_some_and(|beside| province != Some(beside)) {
            faults.push(faults::contradicts_country(&self.place("/province"), given, self.country.trim()));
        }
        match (province, &code) {
            (Some(province), _) => province.clone_into(&mut address.province),
            (None, code) => {
                let of = code.as_ref().map_or(&[][..], |code| postal_code::provinces(code));
                let only = if let [only] = of { Some(*only) } else { None };
                let meant = province::closest(given).or(only);
                faults.push(faults::province(&self.place("/province"), given, meant));
            }
        }
        match code {
            Ok(code) => {
                let of = postal_code::provinces(&code);
                if let Some(other) = province.filter(|province| !of.contains(province)) {
                    faults.push(faults::other_province(&self.place("/postal_code"), &code, other, of));
                }
                address.postal_code = code;
            }
            Err(meant) => {
                faults.push(faults::postal_code(
                    &self.place("/postal_code"),
                    self.postal_code.trim(),
                    meant.as_deref(),
                ));
            }
        }
    }

    /// The province as it was told, without the letters of Canada.
    fn province_told(&self) -> &str {
        let told = self.province.trim();
        match postal_code::canadian(&self.postal_code) {
            Ok(_) if matches!(compact(told).as_str(), "CA" | "CAN") => "",
            Ok(_) => free::without_canada(told),
            Err(_) => told,
        }
    }

    /// What is wrong where the place is one of the United States, or may be: their country is not told, or another one.
    fn state_fault(&self, given: &str) -> Option<Fault> {
        let (place, country) = (self.place("/province"), compact(&self.country));
        let letters = if country == "CA" { "CA" } else { "" };
        let is_ontario_ca = compact(&[&self.municipality, &self.province, letters].join(" ")) == "ONTARIOCA";
        if postal_code::zip(&self.postal_code).is_none() {
            let is_open = is_ontario_ca && postal_code::canadian(&self.postal_code).is_err();
            return is_open.then(|| faults::ontario_ca(&place));
        }
        let behind = free::split_province(&self.municipality, true).1;
        let named = if is_blank(given) { [behind.as_str(), letters] } else { [given, ""] };
        let state =
            if is_ontario_ca { Some("CA") } else { named.into_iter().find(|name| province::state(name).is_some()) };
        let state = state.filter(|_| is_ontario_ca || province::province_alone(given).is_none())?;
        Some(match country.is_empty() || is_nothing(&self.country) || country == state {
            true => faults::state_without_country(&place, state),
            false => faults::contradicts_country(&place, state, self.country.trim()),
        })
    }

    /// What is wrong where the country is not Canada, and the province is one of Canada's: told in full, or with a postal code of its own.
    fn province_abroad(&self, states: bool) -> Option<Fault> {
        let (text, code) = free::split_code(&self.municipality)
            .unwrap_or_else(|| (self.municipality.clone(), self.postal_code.clone()));
        let behind = free::split_province(&text, false).1;
        let named = if is_blank(&self.province) { behind.as_str() } else { self.province.trim() };
        let province = province::province(named).filter(|_| !(states && province::state(named).is_some()))?;
        let code = postal_code::canadian(&code).ok();
        let own = code.is_some_and(|code| postal_code::provinces(&code).contains(&province));
        (own || province::is_full_name(named))
            .then(|| faults::contradicts_country(&self.place("/province"), named, self.country.trim()))
    }

    /// The municipality without the province and the code that stand behind it, and that province: `Ottawa (Ontario)`, `Ottawa, ON`. Québec
    /// is a city too.
    fn city_and_province(&self) -> (String, String) {
        let own = postal_code::canadian(&self.postal_code).ok();
        let whole = self.municipality.trim();
        let whole = if own.is_some() { free::without_canada(whole) } else { whole };
        if own.is_some() && is_blank(self.province_told()) && !is_blank(&self.province) && compact(whole) == "ONTARIO" {
            return (String::new(), whole.to_owned());
        }
        let again =
            free::split_code(whole).filter(|(_, code)| own.is_some() && postal_code::canadian(code).ok() == own);
        let text = again.as_ref().map_or(whole, |(text, _)| text.as_str());
        let (city, named) = free::split_province(text, false);
        let set_apart =
            text.ends_with([')', ']']) || text.contains(',') || again.is_some() || province::is_no_place(&named);
        let is_same = province::province(&named) == province::province_alone(self.province_told());
        if !named.is_empty() && (is_blank(self.province_told()) || set_apart && is_same) {
            return (city, named);
        }
        (if again.is_some() { city } else { whole.to_owned() }, String::new())
    }

    fn read_abroad(&self, entry: &Entry, address: &mut Address, faults: &mut Vec<Fault>) {
        self.read_loosely(address);
        if let Some(fault) = self.province_abroad(entry.code == "US") {
            return faults.push(fault);
        }
        // Told in lines, the last one is written as it is in that country.
        if entry.code != "US" {
            return;
        }
        let given = (self.province.trim(), self.postal_code.trim());
        let state = province::state(given.0);
        match state {
            Some((code, _)) => code.clone_into(&mut address.province),
            None => faults.push(faults::state(&self.place("/province"), given.0)),
        }
        match postal_code::zip(given.1) {
            Some(zip) => {
                let other = state.filter(|(_, digits)| !digits.contains(&zip[..1]));
                faults.extend(other.map(|(code, _)| faults::other_state(&self.place("/postal_code"), &zip, code)));
                address.postal_code = zip;
            }
            None => faults.push(faults::zip_code(&self.place("/postal_code"), given.1)),
        }
    }

    fn read_loosely(&self, address: &mut Address) {
        let or_nothing = |text: &str| if says_no_address(text) { String::new() } else { place_name(text) };
        address.municipality = place_name(&self.municipality);
        address.province = or_nothing(&self.province);
        address.postal_code = or_nothing(&self.postal_code);
    }
}

/// A line with its units as Canada Post has them; or the line as it is, where a number sign in it is not certain.
fn mended(line: &str, abroad: bool, beside: &Beside) -> Result<String, String> {
    match without_number_signs(line, beside) {
        _ if abroad => Ok(line.to_owned()),
        Some(line) => Ok(unit_behind_street(&line)),
        None => Err(line.to_owned()),
    }
}
