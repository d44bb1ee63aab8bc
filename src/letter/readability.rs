//! How hard a text is to read.
//!
//! English has the Flesch-Kincaid grade, 0.39 words a sentence + 11.8 syllables a word - 15.59 (Kincaid, Fishburne, Rogers and
//! Chissom, US Navy CNTECHTRA 8-75, 1975): letters are to be at about grade 8. French has the score of Kandel and Moles, 207 - 1.015
//! words a sentence - 73.6 syllables a word (Cahiers d'études de radio-télévision 19, 1958): 60 to 70 is ordinary, higher is easier.
//! A figure or an abbreviation in capitals is a word of one syllable (Flesch, How to Write Plain English, 1979). Syllables are counted
//! by rule, without a dictionary of sounds.

use crate::case::Language;

/// The English grade or the French score of some sentences' text; `None` for a text without a sentence.
pub fn readability<'t>(paragraphs: impl Iterator<Item = &'t str>, language: Language) -> Option<f64> {
    let (mut sentences, mut words, mut syllables) = (0_u32, 0_u32, 0_u32);
    for sentence in paragraphs.flat_map(sentences_of) {
        sentences += 1;
        for word in words_of(&sentence) {
            words += 1;
            syllables += syllables_of(word, language);
        }
    }
    if sentences == 0 || words == 0 {
        return None;
    }
    let (length, weight) = (f64::from(words) / f64::from(sentences), f64::from(syllables) / f64::from(words));
    Some(match language {
        Language::En => 0.39 * length + 11.8 * weight - 15.59,
        Language::Fr => 207.0 - 1.015 * length - 73.6 * weight,
    })
}

/// The sentences of a paragraph; a paragraph that ends with no stop, such as a telephone line, has none.
fn sentences_of(paragraph: &str) -> Vec<String> {
    const SHORT: [&str; 8] = ["a.m.", "p.m.", "Mr.", "Ms.", "Dr.", "St.", "No.", "R.S.O."];
    let (mut sentences, mut current) = (Vec::new(), Vec::new());
    // No-break spaces hold what is one word: an amount, a date's day and month.
    for word in paragraph.split([' ', '\n']).filter(|word| !word.is_empty()) {
        current.push(word);
        let bare = word.trim_end_matches(['”', '»', ')', '\u{a0}']);
        if bare.ends_with(['.', '?', '!']) && !SHORT.contains(&bare) {
            sentences.push(std::mem::take(&mut current).join(" "));
        }
    }
    sentences
}

fn words_of(sentence: &str) -> impl Iterator<Item = &str> {
    sentence.split([' ', '-', '/', '\u{a0}']).filter(|word| word.chars().any(char::is_alphanumeric))
}

fn syllables_of(word: &str, language: Language) -> u32 {
    let letters: Vec<char> = word.chars().filter(|c| c.is_alphabetic()).collect();
    let figure = word.chars().any(|c| c.is_ascii_digit() || c == '@');
    if figure || (letters.len() > 1 && letters.iter().all(|c| c.is_uppercase())) {
        return 1;
    }
    let small = word.to_lowercase().replace('’', "'");
    let part = match language {
        Language::En => small.trim_end_matches("'s"),
        // What is elided belongs to the word: d'une is one word of two syllables, as it is spoken.
        Language::Fr => small.split_once('\'').map_or(small.as_str(), |(_, rest)| rest),
    };
    let part: String = part.chars().filter(|c| c.is_alphabetic()).collect();
    let groups = vowel_groups(&part);
    groups.saturating_sub(mute_endings(&part, language)).max(1)
}

fn is_vowel(letter: char) -> bool {
    "aeiouyàâäéèêëîïôöùûüœæ".contains(letter)
}

fn vowel_groups(part: &str) -> u32 {
    let (mut groups, mut before) = (0, ' ');
    for letter in part.chars() {
        // An é stands apart from a vowel beside it, as in « créance »; so do i and a or o in English « violence ».
        let apart = before == 'é' || (before == 'i' && "aoé".contains(letter)) || (before == 'e' && letter == 'o');
        if is_vowel(letter) && (!is_vowel(before) || apart) {
            groups += 1;
        }
        before = letter;
    }
    // -tion and its like are one syllable in both languages.
    let joined = ["tio", "sio", "cio", "tia", "cia", "gio"]
        .iter()
        .map(|ending| part.matches(ending).count() as u32)
        .sum::<u32>();
    groups - joined.min(groups)
}

/// How many endings of a word are written and not spoken.
fn mute_endings(part: &str, language: Language) -> u32 {
    let before = |ending: &str| part.strip_suffix(ending).and_then(|stem| stem.chars().next_back());
    let consonant = |letter: Option<char>| letter.is_some_and(|letter| !is_vowel(letter));
    match language {
        Language::En => {
            let e = consonant(before("e")) && !(part.ends_with("le") && consonant(before("le")));
            let ed = before("ed").is_some_and(|letter| !is_vowel(letter) && letter != 't' && letter != 'd');
            let es = before("es").is_some_and(|letter| !is_vowel(letter) && !"sxzcgh".contains(letter));
            u32::from(e || ed || es)
                + u32::from(["ement", "ely", "eful", "eless"].iter().any(|ending| consonant(before(ending))))
        }
        Language::Fr => {
            let plural_verb = part.ends_with("ent") && !part.ends_with("ment") && !part.ends_with("client");
            u32::from(consonant(before("e")) || consonant(before("es")) || (plural_verb && consonant(before("ent"))))
        }
    }
}
