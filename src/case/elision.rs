//! French words that lose their vowel before a name: `d’Anne` and `de Jean`, `qu’Yves` and `que Hassan`.
//!
//! Before a vowel, and before an h that is not sounded. Which h is not sounded no rule tells (Office québécois de la langue française):
//! it is so in old French names and in words of Latin, and not in names from elsewhere, which are the most; so those are listed.

use super::texts::without_marks;

/// Names and words whose h is not sounded, without their accents.
const SILENT: [&str; 45] = [
    "habitat",
    "habitation",
    "habitations",
    "hebergement",
    "hebert",
    "hector",
    "helene",
    "heloise",
    "henri",
    "henriette",
    "herbert",
    "heritage",
    "heritiers",
    "hermance",
    "hermas",
    "hermel",
    "hermelle",
    "hermenegilde",
    "hermine",
    "herve",
    "heure",
    "hilaire",
    "hilarion",
    "hippolyte",
    "histoire",
    "homere",
    "honorable",
    "honore",
    "honorine",
    "hopital",
    "hopitaux",
    "horace",
    "horizon",
    "horizons",
    "hormidas",
    "hormisdas",
    "hortense",
    "hospice",
    "hote",
    "hotel",
    "hubert",
    "hugolin",
    "huguette",
    "huissier",
    "hyacinthe",
];
/// Words before whose vowel nothing is lost.
const SOUNDED: [&str; 8] = ["onze", "onzieme", "oui", "ouistiti", "uhlan", "ululement", "yaourt", "yoga"];

/// The word before the name: `de Jean`, `d’Anne`. A masculine or plural article melts with `de`: `du ministère`, `des Services`.
pub fn elided(word: &str, name: &str) -> String {
    let article = |article: &str, melted: &str| name.strip_prefix(article).map(|rest| format!("{melted} {rest}"));
    let melted = if word == "de" { article("le ", "du").or_else(|| article("les ", "des")) } else { None };
    melted.unwrap_or_else(|| match is_open(name) {
        true => format!("{}’{name}", word.trim_end_matches(['e', 'a'])),
        false => format!("{word} {name}"),
    })
}

/// Whether a name begins with a vowel, or with an h that is not sounded.
fn is_open(name: &str) -> bool {
    let name = name.trim_start_matches(['«', '“', '"', '\u{a0}', ' ']);
    let folded: String = without_marks(name).flat_map(char::to_lowercase).collect();
    let end = folded.find(|c: char| !c.is_alphabetic()).unwrap_or(folded.len());
    let (first, mut letters) = (&folded[..end], folded.chars());
    match (letters.next(), letters.next()) {
        (Some('h'), _) => SILENT.contains(&first),
        // Yves and Yvonne, but Yann and Yolande.
        (Some('y'), behind) => behind.is_none_or(|c| !matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'œ')),
        (Some('a' | 'e' | 'i' | 'o' | 'u' | 'æ' | 'œ'), _) => !SOUNDED.contains(&first),
        _ => false,
    }
}
