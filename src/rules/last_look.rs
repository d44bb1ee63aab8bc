//! The last look at the page: the finished words themselves are read before anything is recorded.
//!
//! Whatever went wrong before (a fact in the wrong place, a template with a figure typed into it, a reference mixed up), it is
//! found here, because here is what the person would read. The rules are B18 and B23 of the unit's list, and the privacy
//! incidents that they come from (IPC of Ontario, PC-040077: a Social Insurance Number on the stub of another's cheque).

use std::collections::HashSet;

use serde_json::Value;

use super::standing::Person;
use crate::case::Fault;
use crate::case::address::zip_of_nine;
use crate::case::figures::{Figure, figures};
use crate::case::insurance;

/// What the page may say.
pub struct Known<'k> {
    /// The figures of what the letter was written from that is its own, in every form in which they may stand.
    pub figures: &'k HashSet<Figure>,
    /// The words with digits in the templates' own text, such as `164` of an act's section, and the figures of program and house.
    pub printed: &'k [&'k HashSet<Figure>],
    /// The facts alone: what an officer has put there may stand on the page.
    pub facts: &'k Value,
    /// The names of the addressee and of the person whom the letter is about.
    pub own_names: &'k [String],
    /// The case reference.
    pub case: &'k str,
    /// Whether a word has the shape of a case reference.
    pub is_reference: &'k dyn Fn(&str) -> bool,
    /// Numbers among the facts that others have given, such as that of an estate at the Superintendent of Bankruptcy: nine digits of
    /// its own, which are no Social Insurance Number.
    pub foreign_numbers: &'k [&'k str],
    /// Everybody else in the case.
    pub others: &'k [Person],
    /// The lines of the address block.
    pub block: &'k [String],
}

/// What must not go out on these pages.
pub fn last_look(pages: &[String], known: &Known<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    // Pages are numbered, and so are the items of lists.
    let numbered = pages.len().max(longest_list(known.facts));
    let numbered: HashSet<Figure> = (1..=numbered).map(|number| Figure::Word(number.to_string())).collect();
    let facts = texts(known.facts).join("\n");
    let own_name = |word: &str| known.own_names.iter().any(|name| name.split_whitespace().any(|part| part == word));
    for (index, page) in pages.iter().enumerate() {
        let place = format!("page {}", index + 1);
        let without_foreign = known.foreign_numbers.iter().fold(page.clone(), |page, number| page.replace(number, " "));
        if insurance::holds(&without_foreign) {
            faults.push(insurance_number(&place));
        }
        let is_known = |figure: &Figure| {
            let mut sets = known.printed.iter().copied().chain([known.figures, &numbered]);
            sets.any(|set| set.contains(figure))
        };
        let mut strange: Vec<Figure> = figures(page).into_iter().filter(|figure| !is_known(figure)).collect();
        strange.sort();
        strange.dedup();
        faults.extend(strange.iter().map(|figure| unknown_figure(figure, &place)));
        faults.extend(
            words_with_digits(page)
                .filter(|one| *one != known.case && (known.is_reference)(one))
                .map(|one| other_case(one, &place)),
        );
        for other in known.others {
            faults
                .extend(details(other, known, &facts).filter(|text| contains(page, text)).map(|_| other_party(&place)));
        }
        let empties = ["undefined", "NaN", "null"].into_iter();
        let stands = |word: &&str| says_exactly(page, word) && !facts.contains(*word) && !own_name(word);
        faults.extend(empties.filter(stands).map(|word| empty(word, &place)));
    }
    let own_number = |line: &&String| longest_number(line.trim_end_matches(zip_of_nine(line).unwrap_or_default())) >= 9;
    faults.extend(known.block.iter().filter(own_number).map(|_| number_in_window()));
    let blank = texts(known.facts).into_iter().any(|text| text.trim().is_empty());
    faults.extend(blank.then(|| empty("", "facts")));
    faults.dedup();
    faults
}

fn longest_list(value: &Value) -> usize {
    match value {
        Value::Array(list) => list.iter().map(longest_list).max().unwrap_or_default().max(list.len()),
        Value::Object(map) => map.values().map(longest_list).max().unwrap_or_default(),
        _ => 0,
    }
}

/// All texts in a value.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(list) => list.iter().flat_map(texts).collect(),
        Value::Object(map) => map.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// What may be a case reference, such as `DR-2026-004512`: letters, digits and hyphens in a row, and whatever stands between blanks.
fn words_with_digits(page: &str) -> impl Iterator<Item = &str> {
    let closed = page.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let spaced = page.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    closed.chain(spaced).filter(|word| word.bytes().any(|byte| byte.is_ascii_digit()))
}

/// What would give another person away: the full name, unless the letter's own facts say it (a sponsor is told who was sponsored);
/// the street and the e-mail address always, unless they are the addressee's own.
fn details<'o>(other: &'o Person, known: &'o Known<'_>, facts: &'o str) -> impl Iterator<Item = &'o str> {
    let own = known.block.join("\n").to_lowercase();
    let own_name = |name: &str| known.own_names.iter().any(|own| own.to_lowercase().contains(&name.to_lowercase()));
    let name = Some(other.name.as_str()).filter(|name| name.contains(' ') && !facts.contains(name) && !own_name(name));
    let streets = other.reach.address.iter().flat_map(|word| &word.is.lines).map(String::as_str);
    let places = streets.filter(|line| line.len() > 5).chain(other.reach.email.as_ref().map(|word| word.is.as_str()));
    name.into_iter().chain(places.filter(move |place| !own.contains(&place.to_lowercase())))
}

/// Whether a text has this word, whole, just as it is.
fn says_exactly(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric()).any(|one| one == word)
}

/// Whether a text has these words, whole, whatever their case.
fn contains(text: &str, words: &str) -> bool {
    let (text, words) = (text.to_lowercase().replace('\u{a0}', " "), words.to_lowercase());
    let whole = |at: usize| {
        let before = text[..at].chars().next_back();
        let after = text[at + words.len()..].chars().next();
        [before, after].into_iter().flatten().all(|c| !c.is_alphanumeric())
    };
    text.match_indices(&words).any(|(at, _)| whole(at))
}

/// The most digits in a row, blanks and hyphens apart.
fn longest_number(line: &str) -> usize {
    let closed: String = line.chars().filter(|c| !matches!(c, '-' | ' ' | '\u{a0}')).collect();
    closed.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or_default()
}

fn insurance_number(place: &str) -> Fault {
    Fault::new(
        "insurance-number-on-page",
        place,
        "Nine digits on this page could be a Social Insurance Number. Take them out of the facts; no letter ever shows one.",
        "Neuf chiffres sur cette page pourraient être un numéro d’assurance sociale. Retirez-les des faits; aucune lettre n’en montre.",
    )
}

fn unknown_figure(figure: &Figure, place: &str) -> Fault {
    Fault::new(
        "figure-unknown",
        place,
        format!(
            "“{figure}” stands on the page, but is neither a fact nor derived from one. Take it out of the template."
        ),
        format!("« {figure} » figure sur la page, mais n’est ni un fait ni une valeur calculée. Retirez-le du modèle."),
    )
}

fn other_case(reference: &str, place: &str) -> Fault {
    Fault::new(
        "other-case-on-page",
        place,
        format!("The reference {reference} of another case stands on the page."),
        format!("La référence {reference} d’un autre dossier figure sur la page."),
    )
}

fn other_party(place: &str) -> Fault {
    Fault::new(
        "other-person-on-page",
        place,
        "The name, street or e-mail address of another person of this case stands on the page.",
        "Le nom, la rue ou l’adresse de courriel d’une autre personne de ce dossier figure sur la page.",
    )
}

fn number_in_window() -> Fault {
    Fault::new(
        "number-in-window",
        "/party/address",
        "The address has nine digits or more in a row, as a member ID has. Nothing of the kind may show through the window.",
        "L’adresse contient neuf chiffres de suite ou plus, comme un numéro de membre. Rien de tel ne doit paraître dans la fenêtre.",
    )
}

fn empty(word: &str, place: &str) -> Fault {
    Fault::new(
        "value-empty",
        place,
        format!("A value is empty (“{word}”). Fill it in, or leave the fact out."),
        format!("Une valeur est vide (« {word} »). Remplissez-la ou omettez le fait."),
    )
}
