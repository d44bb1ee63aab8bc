//! Postal addresses, and the block that shows through the envelope's window.
//!
//! The form is Canada Post's (Addressing Guidelines): capitals, no punctuation but in names, municipality and province on
//! the last line with one space before the province and two before the postal code, fewer than 40 characters a line
//! without the spaces. Street and municipality names are never translated. An address that does not fit is a fault; it is
//! never shrunk or cut.

use serde::{Deserialize, Serialize};

use super::envelope::{AddressBlock, ENVELOPE};
use super::fault::Fault;
use super::repertoire::Repertoire;

/// Canada Post's limit on the characters of a line, not counting spaces.
pub const MAX_CHARACTERS: usize = 39;
/// The lines that show through the window.
const MAX_LINES: usize = ENVELOPE.address.lines;

/// A postal address as the case system holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// A line above the street, such as `ATTN …`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attention: Option<String>,
    /// Street, unit, box or route: one to three lines.
    pub lines: Vec<String>,
    /// City, town or township.
    pub municipality: String,
    /// Two-letter province, territory or (abroad) state.
    pub province: String,
    /// Postal code, or ZIP code in the United States.
    pub postal_code: String,
    /// Country, only where it is not Canada.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

impl Address {
    /// The lines as printed, those of the addressee first.
    pub fn block(&self, addressee: &str) -> Vec<String> {
        let mut block: Vec<String> = addressee.lines().map(capitals).collect();
        block.extend(self.attention.iter().map(|line| without_punctuation(line)));
        block.extend(self.lines.iter().map(|line| without_punctuation(line)));
        let code = capitals(&self.postal_code);
        block.push(format!("{} {}  {code}", capitals(&self.municipality), capitals(&self.province)));
        block.extend(self.country.iter().map(|country| capitals(country)));
        block
    }

    /// Everything that keeps this address from the window, with places below `place` (a JSON Pointer).
    pub fn faults(&self, name: &str, repertoire: &Repertoire, place: &str) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.country.is_none() {
            faults.extend(self.canadian_faults(place));
        }
        for (index, line) in self.lines.iter().enumerate() {
            faults.extend(number_sign_fault(line, &format!("{place}/lines/{index}")));
        }
        let block = self.block(name);
        if block.len() > MAX_LINES {
            faults.push(Fault::new(
                "address-too-many-lines",
                place,
                format!("The address has {} lines with the name; the window shows {MAX_LINES}. Join the unit to the street line (10-123 MAIN ST).", block.len()),
                format!("L’adresse compte {} lignes avec le nom; la fenêtre en montre {MAX_LINES}. Joignez l’unité à la ligne de la rue (10-123 RUE MAIN).", block.len()),
            ));
        }
        for (index, line) in block.iter().enumerate() {
            faults.extend(width_fault(line, repertoire, &self.place_of(index, name.lines().count(), place)));
        }
        faults
    }

    /// The pointer of the part that prints as line `index` of a block that begins with so many lines of the addressee.
    fn place_of(&self, index: usize, addressee: usize, place: &str) -> String {
        let attention = usize::from(self.attention.is_some());
        let party = place.trim_end_matches("/address");
        match index {
            0 => format!("{party}/surname"),
            i if i < addressee => format!("{party}/organization"),
            i if i == addressee && attention == 1 => format!("{place}/attention"),
            i if i < self.lines.len() + attention + addressee => format!("{place}/lines/{}", i - addressee - attention),
            _ => format!("{place}/municipality"),
        }
    }

    fn canadian_faults(&self, place: &str) -> Vec<Fault> {
        let mut faults = Vec::new();
        let letters = match self.province.to_ascii_uppercase().as_str() {
            "NL" => "A",
            "NS" => "B",
            "PE" => "C",
            "NB" => "E",
            "QC" => "GHJK",
            "ON" => "KLMNP",
            "MB" => "R",
            "SK" => "S",
            "AB" => "T",
            "BC" => "V",
            "NT" | "NU" => "X",
            "YT" => "Y",
            _ => "",
        };
        if letters.is_empty() {
            faults.push(Fault::new(
                "province-unknown",
                format!("{place}/province"),
                format!("“{}” is not a province or territory of Canada. Give its two letters (ON, QC …), or name the country.", self.province),
                format!("« {} » n’est pas une province ou un territoire du Canada. Donnez ses deux lettres (ON, QC…) ou nommez le pays.", self.province),
            ));
        }
        let code = self.postal_code.to_uppercase();
        if !is_postal_code(&code) {
            faults.push(Fault::new(
                "postal-code-malformed",
                format!("{place}/postal_code"),
                format!("“{}” is not a Canadian postal code. Write it as K1A 0B1; D, F, I, O, Q and U never occur.", self.postal_code),
                format!("« {} » n’est pas un code postal canadien. Écrivez-le comme K1A 0B1; D, F, I, O, Q et U n’y figurent jamais.", self.postal_code),
            ));
        } else if !letters.is_empty() && !letters.contains(&code[..1]) {
            faults.push(Fault::new(
                "postal-code-of-another-province",
                format!("{place}/postal_code"),
                format!("Postal code {code} is not of {}. Check both with the party.", self.province),
                format!(
                    "Le code postal {code} n’appartient pas à {}. Vérifiez les deux auprès de la personne.",
                    self.province
                ),
            ));
        }
        faults
    }
}

/// Whether the text is a Canadian postal code in its printed form, `A1A 1A1`.
pub fn is_postal_code(text: &str) -> bool {
    const FIRST: &str = "ABCEGHJKLMNPRSTVXY";
    const OTHER: &str = "ABCEGHJKLMNPRSTVWXYZ";
    let characters: Vec<char> = text.chars().collect();
    characters.len() == 7
        && characters.iter().enumerate().all(|(place, c)| match place {
            0 => FIRST.contains(*c),
            2 | 5 => OTHER.contains(*c),
            3 => *c == ' ',
            _ => c.is_ascii_digit(),
        })
}

fn capitals(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase()
}

fn without_punctuation(line: &str) -> String {
    capitals(&line.replace([',', '.', ';', ':'], " "))
}

fn number_sign_fault(line: &str, place: &str) -> Option<Fault> {
    let words: Vec<String> = line.split_whitespace().map(str::to_uppercase).collect();
    let before_number = |w: &[String]| {
        matches!(w[0].trim_end_matches('.'), "NO" | "N°" | "Nº") && w[1].starts_with(|c: char| c.is_ascii_digit())
    };
    let sign = line.contains('#') || line.contains('№') || words.windows(2).any(before_number);
    sign.then(|| {
        Fault::new(
            "address-number-sign",
            place,
            format!("“{line}” has a number sign, which Canada Post does not read. Write 10-123 MAIN ST or 123 MAIN ST APT 10."),
            format!("« {line} » contient un signe de numéro, que Postes Canada ne lit pas. Écrivez 10-123 RUE MAIN ou 123 RUE MAIN APP 10."),
        )
    })
}

fn width_fault(line: &str, repertoire: &Repertoire, place: &str) -> Option<Fault> {
    let characters = line.chars().filter(|c| !c.is_whitespace()).count();
    let AddressBlock { width: widest, size_pt, .. } = ENVELOPE.address;
    let width = repertoire.width_em(line) * size_pt * 25.4 / 72.0;
    (characters > MAX_CHARACTERS || width > widest).then(|| {
        Fault::new(
            "address-line-too-long",
            place,
            format!("“{line}” has {characters} characters and is {width:.0} mm wide; the window shows {MAX_CHARACTERS} characters and {widest:.0} mm. Use Canada Post's abbreviations or a line more."),
            format!("« {line} » compte {characters} caractères et mesure {width:.0} mm; la fenêtre montre {MAX_CHARACTERS} caractères et {widest:.0} mm. Employez les abréviations de Postes Canada ou une ligne de plus."),
        )
    })
}
