//! Whether two names may be one person's.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::case::Role;

/// Forms of address and what follows a name; they are nobody's own.
const TITLES: &str = "mr mrs ms miss mx m mme mlle me dr dre prof hon rev sir madam madame monsieur mademoiselle maitre docteur \
    docteure jr sr ii iii iv feu feue late";
/// Words that many names have, and that make no two of them one person's.
const COMMON: &str = "of the estate succession trustee syndic and et de des du del della di da das do dos la le les el al il lo van \
    von der den ter ten zu bin bint ibn ben abu abd mac mc fitz st ste saint sainte san santa inc ltd ltee limited \
    corp llp co cie company";

/// A name as an event gives it.
#[derive(Debug, Clone)]
pub struct Name {
    /// As it is written.
    pub shown: String,
    /// All its words, folded: one spelling of it, in whatever order and whatever fields.
    words: BTreeSet<String>,
    /// What it shares with other names of the same person: a surname, a given name, whole or in parts.
    keys: BTreeSet<String>,
}

impl Name {
    /// The name of an event's party. The firm or office counts only where the party is one, as a trustee or a representative is:
    /// two people of one shelter are two people.
    pub fn of(party: &Value) -> Name {
        let role = Role::deserialize(&party["role"]).unwrap_or_default();
        let organization = party["organization"].as_str().filter(|_| role.is_intermediary());
        let latin = &party["latin_name"];
        let printed = if latin.is_object() { given_and_surname(latin) } else { given_and_surname(party) };
        let mut name = Name::from_fields(printed.into_iter().chain([organization]).flatten());
        // Who is written in Latin letters as well may be named in the own ones elsewhere.
        name.keys.extend(Name::from_fields(given_and_surname(party).into_iter().flatten()).keys);
        name
    }

    /// A name that was written down whole.
    pub fn whole(text: &str) -> Name {
        Name::from_fields([text])
    }

    fn from_fields<'f>(fields: impl IntoIterator<Item = &'f str>) -> Name {
        let fields: Vec<&str> = fields.into_iter().collect();
        let mut name = Name { shown: fields.join(" "), words: BTreeSet::new(), keys: BTreeSet::new() };
        for field in fields {
            let mut words = folded(field);
            words.retain(|word| !is_one_of(TITLES, word));
            // Initials alone are nobody's in particular: neither each of them nor together.
            if words.iter().any(|word| !is_initial(word)) {
                name.keys.insert(words.concat());
            }
            let own = words.iter().filter(|word| !is_initial(word) && !is_one_of(COMMON, word));
            name.keys.extend(own.cloned());
            name.words.extend(words);
        }
        name
    }

    /// Whether it is the same name: the same words, in whatever order and spelling.
    pub fn is(&self, other: &Name) -> bool {
        self.words == other.words
    }

    /// Whether it shares a surname or a given name with another: as a married person's, a shortened or a swapped one does.
    pub fn agrees(&self, other: &Name) -> bool {
        self.is(other) || !self.keys.is_disjoint(&other.keys)
    }

    /// Whether the words of one of the two are among those of the other: `J. Tremblay` and `Jean-Yves Tremblay-Ouellet` are, `Marie
    /// Tremblay` and `Jean Tremblay` are not. An initial is the beginning of a word.
    pub fn contains(&self, other: &Name) -> bool {
        let within = |few: &Name, many: &Name| {
            let has = |word: &String| {
                many.words.iter().any(|one| {
                    one == word
                        || is_initial(word) && one.starts_with(word.as_str())
                        || is_initial(one) && word.starts_with(one.as_str())
                })
            };
            few.words.iter().any(|word| !is_initial(word)) && few.words.iter().all(has)
        };
        within(self, other) || within(other, self)
    }

    /// One spelling of it, by which it is told from others.
    pub fn key(&self) -> String {
        self.words.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
    }
}

fn is_one_of(list: &str, word: &str) -> bool {
    list.split(' ').any(|one| one == word)
}

fn given_and_surname(name: &Value) -> [Option<&str>; 2] {
    ["given_name", "surname"].map(|part| name[part].as_str())
}

/// A letter that stands for a name.
fn is_initial(word: &str) -> bool {
    word.len() == 1 && word.is_ascii()
}

/// The words of a text in lower case, without accents; what parts them (blanks, hyphens, apostrophes, points) is left out.
fn folded(text: &str) -> Vec<String> {
    let plain = |c: char| -> &'static [char] {
        match c {
            'œ' => &['o', 'e'],
            'æ' => &['a', 'e'],
            'ß' => &['s', 's'],
            'ø' => &['o'],
            'ł' => &['l'],
            'đ' | 'ð' => &['d'],
            'þ' => &['t', 'h'],
            'ı' => &['i'],
            _ => &[],
        }
    };
    let letters = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    let text: String = letters.flat_map(|c| if plain(c).is_empty() { vec![c] } else { plain(c).to_vec() }).collect();
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}
