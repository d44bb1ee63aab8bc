//! Where a line may not break: what belongs together in a text that somebody has typed, held by no-break spaces.
//!
//! Amounts, dates, hours, percentages, civilities, numbers with what they count and « n° 5 » in the forms of both languages, whichever
//! the text is in: an officer may quote one in the other. Guillemets and the colon in French. The forms are those of Justice Canada's jurilinguistic notes and of the Office
//! québécois de la langue française. Nothing but blanks changes, so every word and figure stays what it was.

use std::sync::LazyLock;

use super::format::Formats;
use super::language::Language;

const NBSP: char = '\u{a0}';
/// Threes of digits in a row that can be one number; more are a list.
const LONGEST_NUMBER: usize = 4;

/// What stands before a name.
const CIVILITIES: [&str; 28] = [
    "M.", "MM.", "Mme", "Mmes", "Mlle", "Mlles", "Me", "Mes", "Dr", "Drs", "Dre", "Dres", "Pr", "Pre", "Mgr", "Mr",
    "Mr.", "Mrs", "Mrs.", "Ms", "Ms.", "Mx", "Mx.", "Dr.", "Prof.", "Hon.", "Rev.", "Messrs.",
];
/// What stands before a number that it names.
const NUMBERED: [&str; 62] = [
    "n°",
    "nº",
    "n°s",
    "no",
    "no.",
    "nos",
    "num.",
    "numéro",
    "numéros",
    "number",
    "numbers",
    "p.",
    "pp.",
    "page",
    "pages",
    "art.",
    "article",
    "articles",
    "par.",
    "paragraphe",
    "paragraphes",
    "paragraph",
    "paragraphs",
    "alinéa",
    "section",
    "sections",
    "s.",
    "ss.",
    "chapter",
    "chapitre",
    "ch.",
    "annexe",
    "appendix",
    "schedule",
    "form",
    "formulaire",
    "fig.",
    "figure",
    "table",
    "tableau",
    "step",
    "étape",
    "part",
    "partie",
    "item",
    "point",
    "line",
    "ligne",
    "room",
    "bureau",
    "suite",
    "unit",
    "unité",
    "app.",
    "apt.",
    "box",
    "cp",
    "c.p.",
    "ext.",
    "poste",
    "vol.",
    "§",
];
/// Units and the like that begin with a capital.
const UNITS: [&str; 14] =
    ["CA", "US", "CAD", "USD", "CA$", "US$", "$CA", "$US", "M$", "G$", "A.M.", "P.M.", "AM", "PM"];
/// Currencies that stand before their amount.
const CURRENCIES: [&str; 6] = ["$", "CAD", "USD", "CA$", "US$", "€"];
/// Small words that no number counts.
const SMALL: [&str; 72] = [
    "a", "à", "au", "aux", "and", "après", "are", "as", "at", "avant", "avec", "be", "before", "but", "by", "car",
    "ce", "cette", "comme", "dans", "de", "des", "depuis", "donc", "dont", "du", "elle", "en", "est", "et", "for",
    "from", "has", "he", "il", "ils", "in", "is", "it", "je", "la", "le", "les", "mais", "ne", "not", "nous", "of",
    "on", "or", "ou", "où", "par", "pas", "plus", "pour", "qui", "que", "sans", "se", "she", "sont", "sur", "that",
    "the", "they", "to", "was", "we", "which", "with", "you",
];
/// Months shortened.
const SHORT_MONTHS: [&str; 22] = [
    "janv.", "févr.", "avr.", "juill.", "sept.", "oct.", "nov.", "déc.", "Jan.", "Feb.", "Mar.", "Apr.", "Aug.",
    "Sept.", "Oct.", "Nov.", "Dec.", "Jan", "Feb", "Sept", "Nov", "Dec",
];

/// The text with a no-break space for each blank at which a line may not end.
pub fn held_together(text: &str, language: Language) -> String {
    if !text.contains(' ') {
        return text.to_owned();
    }
    text.split('\n').map(|text| line(text, language)).collect::<Vec<_>>().join("\n")
}

fn line(text: &str, language: Language) -> String {
    let words: Vec<&str> = text.split([' ', NBSP]).collect();
    let mut written = String::with_capacity(text.len() + 8);
    let mut blanks = text.chars().filter(|c| [' ', NBSP].contains(c));
    for (at, word) in words.iter().enumerate() {
        written.push_str(word);
        if let Some(blank) = blanks.next() {
            written.push(if belong_together(&words, at, language) { NBSP } else { blank });
        }
    }
    written
}

/// Whether a word and the next may not be parted.
fn belong_together(words: &[&str], at: usize, language: Language) -> bool {
    let word = |at: Option<usize>| at.and_then(|at| words.get(at)).copied().unwrap_or_default();
    let (before, left, right, behind) = (word(at.checked_sub(1)), words[at], words[at + 1], word(Some(at + 2)));
    if left.is_empty() || right.is_empty() {
        return false;
    }
    let (core, next) = (opened(left), closed(right));
    let begins_with_digit = right.starts_with(|c: char| c.is_ascii_digit());
    signs(right)
        || (language == Language::Fr && french_signs(left, right))
        || grouped(words, at)
        || counted(core, next, closed(behind))
        || (["per", "pour"].contains(&core) && next == "cent" || core == "p." && next == "100")
            && is_number(opened(before))
        || (matches!(core, "h" | "min") && begins_with_digit && is_number(opened(before)))
        || (is_month(core) && begins_with_digit)
        || (is_month(opened(before)) && core.ends_with(',') && is_year(next) && is_number(core))
        || (is_number(core) && is_month(next))
        || (CIVILITIES.contains(&core) && right.starts_with(char::is_uppercase))
        || (begins_with_digit && NUMBERED.contains(&core.to_lowercase().as_str()))
        || (CURRENCIES.contains(&core) && begins_with_digit)
        || (core == "$" && UNITS.contains(&next))
        || (is_shaped(core, "A0A") && is_shaped(next, "0A0"))
        || telephone(before, core, next)
}

/// Signs that stand with the number before them.
fn signs(right: &str) -> bool {
    let alone = |sign: char| right.strip_prefix(sign).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
    ['%', '$', '€', '¢', '°'].into_iter().any(alone)
}

/// The French colon, and guillemets, which hold what they enclose. An English text has none; before `;`, `!` and `?` Canada has no
/// blank, and where somebody has typed one it is an ordinary one.
fn french_signs(left: &str, right: &str) -> bool {
    right.starts_with(['»', ':']) || left.ends_with('«')
}

/// A French text whose colons and guillemets stand with what is before and within them; the other blanks stay what they are.
pub fn french_signs_held(text: &str) -> String {
    text.replace(" :", "\u{a0}:").replace("« ", "«\u{a0}").replace(" »", "\u{a0}»")
}

/// Threes of digits: `1 846,35`.
fn grouped(words: &[&str], at: usize) -> bool {
    let digits = |word: &str| word.chars().take_while(char::is_ascii_digit).count();
    let three = |word: &str| {
        let whole = digits(word);
        whole == 3 && !word[whole..].starts_with(|c: char| c.is_alphanumeric() || c == '-' || c == '/')
    };
    let first = |word: &str| (1..=3).contains(&word.len()) && digits(word) == word.len();
    let from = (0..=at).rev().take_while(|place| digits(opened(words[*place])) == opened(words[*place]).len()).last();
    let Some(from) = from.filter(|from| first(opened(words[*from])) && !words[*from].is_empty()) else { return false };
    let group = |word: &&&str| three(word);
    from + words[from + 1..].iter().take_while(group).count() > at
        && words[from + 1..].iter().take_while(group).count() <= LONGEST_NUMBER
}

/// A number and what it counts: `30 jours`, `5 business`, `100 CA`, `4 p.m.`; a year counts nothing.
fn counted(number: &str, noun: &str, behind: &str) -> bool {
    let per_cent = matches!(noun, "per" | "pour") && behind == "cent" || noun == "p." && behind == "100";
    let small = noun.starts_with(char::is_lowercase) && !SMALL.contains(&noun) && !is_year(number);
    is_number(number) && !number.ends_with(',') && (small || per_cent || UNITS.contains(&noun))
}

/// Parts of a telephone number: `1 800 555-0199`, `(416) 555-0142`, `416 555 0142`.
fn telephone(before: &str, left: &str, right: &str) -> bool {
    let area = |word: &str| is_shaped(word.trim_start_matches('(').trim_end_matches(')'), "000");
    (area(left) || matches!(left, "1" | "+1")) && is_shaped(right, "000-0000")
        || area(before) && is_shaped(left, "000") && is_shaped(right, "0000")
}

/// Whether a word has a shape: `0` stands for a digit, `A` for a capital, all else for itself.
fn is_shaped(word: &str, shape: &str) -> bool {
    word.len() == shape.len()
        && word.bytes().zip(shape.bytes()).all(|(byte, shape)| match shape {
            b'0' => byte.is_ascii_digit(),
            b'A' => byte.is_ascii_uppercase(),
            other => byte == other,
        })
}

/// A word without the signs before it.
fn opened(word: &str) -> &str {
    word.trim_start_matches(['(', '[', '“', '"', '«', '‘'])
}

/// A word without the signs behind it; a point that belongs to it, as in `p.m.`, stays.
fn closed(word: &str) -> &str {
    let closed = word.trim_end_matches([',', ';', ':', '!', '?', ')', ']', '”', '"', '»', '…', '’']);
    match closed.strip_suffix('.') {
        Some(stem) if !stem.contains('.') && !SHORT_MONTHS.contains(&closed) && stem != "p" => stem,
        _ => closed,
    }
}

/// A number, with its sign and its decimals; `1er` and `17,` are.
fn is_number(word: &str) -> bool {
    let plain = word.trim_start_matches(['$', '-', '–', '−', '+', '±']).trim_end_matches(',');
    let plain =
        ["er", "re", "st", "nd", "rd", "th", "e"].iter().find_map(|end| plain.strip_suffix(end)).unwrap_or(plain);
    let fraction = matches!(plain, "½" | "¼" | "¾");
    fraction
        || plain.starts_with(|c: char| c.is_ascii_digit())
            && plain.ends_with(|c: char| c.is_ascii_digit() || matches!(c, '½' | '¼' | '¾'))
            && plain
                .chars()
                .all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '–' | '/' | ':' | '½' | '¼' | '¾'))
}

fn is_year(word: &str) -> bool {
    is_shaped(word, "0000") && (word.starts_with("19") || word.starts_with("20") || word.starts_with("21"))
}

/// The name of a month in either language, whole or shortened.
fn is_month(word: &str) -> bool {
    static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
        let name = |language, month| {
            let written = Formats::of(language).month(&format!("2025-{month:02}")).unwrap_or_default();
            written.split(NBSP).next().unwrap_or_default().to_owned()
        };
        Language::BOTH.into_iter().flat_map(|language| (1..=12).map(move |month| name(language, month))).collect()
    });
    SHORT_MONTHS.contains(&word) || NAMES.iter().any(|name| name == word)
}
