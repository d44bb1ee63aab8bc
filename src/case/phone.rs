//! Telephone numbers, read in whatever form and written in the language's own.
//!
//! Those of the North American Numbering Plan, `1-800-555-0199` in English, `1 800 555-0199` in French (OQLF, BDL 3293; the Translation
//! Bureau), with letters for the last figures (`277-SLRR`) and an extension (`ext. 12`, `poste 12`) where they have them; service codes
//! such as 211; and international ones, which both languages write alike. What is none of these is none, and is never printed as one.

use super::language::Language;

const NBSP: char = '\u{a0}';
/// What an extension is called, in both languages.
const EXTENSION: [&str; 8] = ["extension", "poste", "ext.", "ext", "p.", "x.", "x", "#"];
/// The digits of an extension, at most.
const LONGEST_EXTENSION: usize = 6;

/// A telephone number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phone {
    /// A North American one: whether it is dialled with a 1 before it; area code, exchange and line; the extension.
    American(bool, [String; 3], Option<String>),
    /// One of another country, in its groups, the country's code with its sign first.
    Foreign(Vec<String>),
    /// A service code of three figures.
    Service(String),
}

impl Phone {
    /// Reads a number in any usual form; `None` for whatever is none.
    pub fn read(text: &str) -> Option<Phone> {
        let text = text.trim();
        if let [b'2'..=b'9', b'1', b'1'] = text.as_bytes() {
            return Some(Phone::Service(text.to_owned()));
        }
        let (number, extension) = with_extension(text)?;
        let (number, plus) = number.strip_prefix('+').map_or((number, false), |number| (number, true));
        let mark =
            |c: char| matches!(c, ' ' | NBSP | '-' | '.' | '/' | '(' | ')' | '\u{2010}' | '\u{2011}' | '\u{2013}');
        let brackets = [number.matches('(').count(), number.matches(')').count()];
        if !matches!(brackets, [0, 0] | [1, 1]) || !number.chars().all(|c| c.is_ascii_alphanumeric() || mark(c)) {
            return None;
        }
        let groups: Vec<&str> = number.split(mark).filter(|group| !group.is_empty()).collect();
        let all = groups.concat();
        if plus && !all.starts_with('1') {
            let fits =
                (8..=15).contains(&all.len()) && all.bytes().all(|byte| byte.is_ascii_digit()) && extension.is_none();
            return fits.then(|| Phone::Foreign(groups.into_iter().map(str::to_owned).collect()));
        }
        american(&groups, &all)
            .filter(|(long, _)| *long || !plus)
            .map(|(long, parts)| Phone::American(long, parts, extension))
    }

    /// The number as a language writes it; it does not break over a line.
    pub fn written(&self, language: Language) -> String {
        let (between, word) = match language {
            Language::En => ('-', "ext."),
            Language::Fr => (NBSP, "poste"),
        };
        match self {
            Phone::American(long, [area, exchange, line], extension) => {
                let first = if *long { format!("1{between}") } else { String::new() };
                let extension = extension.iter().map(|digits| format!(", {word}{NBSP}{digits}")).collect::<String>();
                format!("{first}{area}{between}{exchange}-{line}{extension}")
            }
            Phone::Foreign(groups) => format!("+{}", groups.join("\u{a0}")),
            Phone::Service(code) => code.clone(),
        }
    }
}

/// Area code, exchange and line of ten figures, with a 1 before them or without, in their usual groups; digits in other groups are
/// another kind of number. Neither area nor exchange begins with 0 or 1; letters may stand for the figures of a line.
fn american(groups: &[&str], all: &str) -> Option<(bool, [String; 3])> {
    let long = all.len() == 11 && all.starts_with('1');
    let local = if long { &all[1..] } else { all };
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let usual =
        matches!(lengths.as_slice(), [10] | [11] | [1, 10] | [3, 7] | [1, 3, 7] | [3, 3, 4] | [1, 3, 3, 4] | [6, 4]);
    let (dialled, line) = local.split_at_checked(6)?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let begins = [0, 3].iter().all(|place| dialled.as_bytes()[*place] >= b'2');
    let word = lengths.last() == Some(&4) && line.bytes().all(|byte| byte.is_ascii_uppercase());
    let fits = local.len() == 10 && usual && digits(dialled) && begins && (digits(line) || word);
    fits.then(|| (long, [&local[..3], &local[3..6], line].map(str::to_owned)))
}

/// A number and its extension, where it has one. `None` where words stand behind it that are none.
fn with_extension(text: &str) -> Option<(&str, Option<String>)> {
    let begins = |(at, c): (usize, char)| {
        let before = text[..at].chars().next_back();
        (c == '#' || c.is_lowercase()) && before.is_some_and(|c| !c.is_alphabetic())
    };
    let Some((at, _)) = text.char_indices().find(|place| begins(*place)) else { return Some((text, None)) };
    Some((text[..at].trim_end_matches([' ', NBSP, ',', ';', '(']), Some(extension(&text[at..])?)))
}

fn extension(rest: &str) -> Option<String> {
    let digits = EXTENSION.iter().find_map(|word| rest.strip_prefix(word))?.trim_matches([' ', NBSP, ':', '.', ')']);
    let fits = (1..=LONGEST_EXTENSION).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| digits.to_owned())
}
