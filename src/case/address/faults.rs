//! What can be wrong with an address, and how it is mended.

use super::super::envelope::ENVELOPE;
use super::super::fault::Fault;
use super::MAX_CHARACTERS;

/// The lines that show through the window.
pub(super) const MAX_LINES: usize = ENVELOPE.address.lines;

pub(super) fn postal_code(place: &str, given: &str, meant: Option<&str>) -> Fault {
    let (en, fr) = meant_is(meant);
    if given.trim().is_empty() {
        return Fault::new(
            "postal-code-invalid",
            place,
            "The postal code is missing. Add it, such as K1A 0B1.",
            "Le code postal manque. Ajoutez-le, par exemple K1A 0B1.",
        );
    }
    Fault::new(
        "postal-code-invalid",
        place,
        format!(
            "“{given}” is not a Canadian postal code.{en} It has letters and digits in turn, such as K1A 0B1; the letters D, F, I, O, Q and U never occur."
        ),
        format!(
            "« {given} » n’est pas un code postal canadien.{fr} Il alterne lettres et chiffres, comme K1A 0B1; les lettres D, F, I, O, Q et U n’y figurent jamais."
        ),
    )
}

pub(super) fn zip_code(place: &str, given: &str) -> Fault {
    if given.is_empty() {
        return Fault::new(
            "postal-code-invalid",
            place,
            "The ZIP code is missing. Add its five digits, such as 14201.",
            "Le code ZIP manque. Ajoutez ses cinq chiffres, par exemple 14201.",
        );
    }
    Fault::new(
        "postal-code-invalid",
        place,
        format!("“{given}” is not a ZIP code of the United States. Write five digits, or nine: 14201 or 14201-1234."),
        format!(
            "« {given} » n’est pas un code ZIP des États-Unis. Écrivez cinq chiffres, ou neuf : 14201 ou 14201-1234."
        ),
    )
}

pub(super) fn other_province(place: &str, code: &str, province: &str, of: &[&str]) -> Fault {
    let of = of.join(", ");
    Fault::new(
        "postal-code-province-mismatch",
        place,
        format!("Postal code {code} belongs to {of}, not to {province}. Check both with the person."),
        format!("Le code postal {code} appartient à {of}, non à {province}. Vérifiez les deux auprès de la personne."),
    )
}

pub(super) fn other_state(place: &str, code: &str, state: &str) -> Fault {
    Fault::new(
        "postal-code-province-mismatch",
        place,
        format!("ZIP code {code} is not one of {state}. Check both with the person."),
        format!("Le code ZIP {code} n’est pas de {state}. Vérifiez les deux auprès de la personne."),
    )
}

pub(super) fn province(place: &str, given: &str, meant: Option<&str>) -> Fault {
    let (en, fr) = meant_is(meant);
    if given.trim().is_empty() {
        return Fault::new(
            "province-unknown",
            place,
            format!("The province is missing.{en} Add its two letters, such as ON, or its name."),
            format!("La province manque.{fr} Ajoutez ses deux lettres, comme ON, ou son nom."),
        );
    }
    Fault::new(
        "province-unknown",
        place,
        format!(
            "“{given}” is not a province or territory of Canada.{en} Give its name or its two letters (ON, QC …); for an address abroad, name the country."
        ),
        format!(
            "« {given} » n’est pas une province ou un territoire du Canada.{fr} Donnez son nom ou ses deux lettres (ON, QC…); pour une adresse à l’étranger, nommez le pays."
        ),
    )
}

pub(super) fn contradicts_country(place: &str, given: &str, country: &str) -> Fault {
    Fault::new(
        "province-unknown",
        place,
        format!(
            "The province or state is “{given}”, and the country is “{country}”: they do not go together. Find out which is right, and correct the other."
        ),
        format!(
            "La province ou l’État est « {given} », et le pays est « {country} » : les deux ne vont pas ensemble. Cherchez lequel est juste et corrigez l’autre."
        ),
    )
}

pub(super) fn ontario_ca(place: &str) -> Fault {
    Fault::new(
        "province-unknown",
        place,
        "“Ontario, CA” is the city of Ontario in California, or the province of Ontario in Canada. Add the ZIP code or the postal code, and the country.",
        "« Ontario, CA » est la ville d’Ontario en Californie ou la province de l’Ontario au Canada. Ajoutez le code ZIP ou le code postal, et le pays.",
    )
}

pub(in crate::case) fn says_nothing(place: &str, given: &str) -> Fault {
    Fault::new(
        "line-says-nothing",
        place,
        format!("“{given}” says that there is nothing to put here, and it would be printed. Leave it out."),
        format!("« {given} » dit qu’il n’y a rien à mettre ici, et ce serait imprimé. Omettez-le."),
    )
}

pub(super) fn state_without_country(place: &str, given: &str) -> Fault {
    Fault::new(
        "province-unknown",
        place,
        format!("“{given}” is a state, not a province. If the address is in the United States, say so in its country."),
        format!("« {given} » est un État, non une province. Si l’adresse est aux États-Unis, dites-le dans son pays."),
    )
}

pub(super) fn state(place: &str, given: &str) -> Fault {
    if given.is_empty() {
        return Fault::new(
            "province-unknown",
            place,
            "The state is missing. Add its two letters, such as NY, or its name.",
            "L’État manque. Ajoutez ses deux lettres, comme NY, ou son nom.",
        );
    }
    Fault::new(
        "province-unknown",
        place,
        format!("“{given}” is not a state of the United States. Give its name or its two letters, such as NY."),
        format!("« {given} » n’est pas un État des États-Unis. Donnez son nom ou ses deux lettres, comme NY."),
    )
}

pub(super) fn country(place: &str, given: &str, meant: Option<&str>) -> Fault {
    let (en, fr) = meant_is(meant);
    Fault::new(
        "country-unknown",
        place,
        format!(
            "“{given}” is not a country.{en} Write its full name in English or French, or leave it out for an address in Canada."
        ),
        format!(
            "« {given} » n’est pas un pays.{fr} Écrivez son nom au long, en français ou en anglais, ou omettez-le pour une adresse au Canada."
        ),
    )
}

pub(super) fn city(place: &str) -> Fault {
    Fault::new(
        "city-missing",
        place,
        "The municipality is missing. Give it in its own place: on the last line before the province, or after a comma.",
        "La municipalité manque. Donnez-la à sa place : à la dernière ligne avant la province, ou après une virgule.",
    )
}

pub(in crate::case) fn name_missing(place: &str) -> Fault {
    Fault::new(
        "name-missing",
        place,
        "There is no name. Put the name of the person or organization on the first line, above the address.",
        "Il n’y a pas de nom. Inscrivez le nom de la personne ou de l’organisme à la première ligne, au-dessus de l’adresse.",
    )
}

pub(super) fn no_fixed_address(place: &str, given: &str) -> Fault {
    Fault::new(
        "no-fixed-address",
        place,
        format!(
            "“{given}” is not an address. Give one, use general delivery (GD) at a post office that the person can reach, or reach the person another way; if the rest is the address, take this line out."
        ),
        format!(
            "« {given} » n’est pas une adresse. Donnez-en une, employez la poste restante (PR ou GD) à un bureau de poste que la personne peut atteindre, ou joignez-la autrement; si le reste est l’adresse, retirez cette ligne."
        ),
    )
}

pub(super) fn too_few_lines(place: &str) -> Fault {
    Fault::new(
        "too-few-lines",
        place,
        "There is no line above the municipality. Add the number and street, a box (PO BOX 12), a rural route (RR 2) or general delivery (GD).",
        "Il n’y a aucune ligne au-dessus de la municipalité. Ajoutez le numéro et la rue, une case postale (CP 12), une route rurale (RR 2) ou la poste restante (PR ou GD).",
    )
}

pub(super) fn too_many_lines(place: &str, lines: usize) -> Fault {
    Fault::new(
        "too-many-lines",
        place,
        format!(
            "The address has {lines} lines with the name; the window shows {MAX_LINES}. Join the unit to the street line (10-123 MAIN ST)."
        ),
        format!(
            "L’adresse compte {lines} lignes avec le nom; la fenêtre en montre {MAX_LINES}. Joignez l’unité à la ligne de la rue (10-123 RUE MAIN)."
        ),
    )
}

pub(super) fn too_long(place: &str, line: &str, characters: usize, width: f64) -> Fault {
    let widest = ENVELOPE.address.width;
    Fault::new(
        "line-too-long",
        place,
        format!(
            "“{line}” has {characters} characters and is {width:.0} mm wide; the window shows {MAX_CHARACTERS} characters and {widest:.0} mm. Use Canada Post's abbreviations or a line more."
        ),
        format!(
            "« {line} » compte {characters} caractères et mesure {width:.0} mm; la fenêtre montre {MAX_CHARACTERS} caractères et {widest:.0} mm. Employez les abréviations de Postes Canada ou une ligne de plus."
        ),
    )
}

pub(super) fn number_sign(place: &str, line: &str) -> Fault {
    Fault::new(
        "line-forbidden-character",
        place,
        format!(
            "“{line}” has a number sign, which Canada Post does not read, and it is not certain what it numbers. Write 10-123 MAIN ST or 123 MAIN ST APT 10."
        ),
        format!(
            "« {line} » contient un signe de numéro, que Postes Canada ne lit pas, et ce qu’il numérote n’est pas certain. Écrivez 10-123 RUE MAIN ou 123 RUE MAIN APP 10."
        ),
    )
}

pub(super) fn forbidden(place: &str, line: &str, characters: &[char]) -> Fault {
    let shown: Vec<String> = characters.iter().map(|c| shown(*c)).collect();
    let shown = shown.join(", ");
    Fault::new(
        "line-forbidden-character",
        place,
        format!(
            "“{line}” has what no address can show: {shown}. Write the line in Latin letters, digits, hyphens and apostrophes."
        ),
        format!(
            "« {line} » contient ce qu’aucune adresse ne peut montrer : {shown}. Écrivez la ligne en lettres latines, chiffres, traits d’union et apostrophes."
        ),
    )
}

fn shown(c: char) -> String {
    let code = u32::from(c);
    if c.is_control() || c.is_whitespace() || c == '\u{ad}' || code >= 0x2000 && !c.is_alphanumeric() {
        format!("U+{code:04X}")
    } else {
        c.to_string()
    }
}

/// A suggestion, as part of a sentence.
fn meant_is(meant: Option<&str>) -> (String, String) {
    meant.map_or_else(Default::default, |meant| {
        (format!(" Did you mean {meant}?"), format!(" Vouliez-vous dire {meant}?"))
    })
}

pub(in crate::case) fn name_not_latin(place: &str, name: &str, character: char) -> Fault {
    let code = character as u32;
    Fault::new(
        "character-not-printable",
        place,
        format!(
            "The letters' fonts cannot print the name “{name}”: none has “{character}” (U+{code:04X}). Give the name in Latin letters too: it is printed, and the own one stays on record."
        ),
        format!(
            "Les polices des lettres ne peuvent pas imprimer le nom « {name} » : aucune n’a « {character} » (U+{code:04X}). Donnez aussi le nom en lettres latines : c’est lui qui est imprimé, et le nom d’origine reste au dossier."
        ),
    )
}
