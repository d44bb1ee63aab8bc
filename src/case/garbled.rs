//! Accents that were broken before a text came here: read in another encoding than they were written in.
//!
//! UTF-8 read as Windows-1252 or Mac Roman (`LÃ©vesque`, `Oâ€™Brien`, `L√©vesque`), once or several times; Latin-1 read as Mac Roman
//! (`LÈvesque`); Windows-1252 read as Latin-1 (controls where apostrophes were); and what could not be read at all (U+FFFD). What is
//! found was undone by reading it back, so the word that was probably meant is known. Letters of real names are left alone: `São`,
//! `ÃGUEDA`, `MAÇÃ”` at the end of a quotation.

/// A word that is broken, and what was probably meant, where that can be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Garbled {
    /// The word as it came.
    pub word: String,
    /// The word as it was probably written.
    pub meant: Option<String>,
}

/// The sign for what could not be read.
const UNREADABLE: char = '\u{fffd}';
/// What Windows-1252 has at 0x80 to 0x9f; the others are those of Latin-1. Five places are empty.
const WINDOWS: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";
/// What Mac Roman has from 0x80 on.
const MAC: &str = "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»…\u{a0}ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\u{f8ff}ÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ";
/// Beginnings of words behind which a capital may stand in a real name.
const PREFIXES: [&str; 18] =
    ["h", "n", "t", "o", "mc", "mac", "mhic", "nic", "fitz", "de", "des", "du", "di", "da", "la", "le", "van", "von"];

/// The first word of a text that is broken.
pub fn garbled(text: &str) -> Option<Garbled> {
    if text.is_ascii() {
        return None;
    }
    text.split([' ', '\n', '\t']).zip(followers(text)).find_map(|(word, blank)| {
        let mended = mended(word, blank)?;
        let meant = (!mended.contains(UNREADABLE)).then_some(mended);
        Some(Garbled { word: word.to_owned(), meant })
    })
}

/// The text as it was probably written.
pub fn mend(text: &str) -> String {
    let words = text.split([' ', '\n', '\t']).zip(followers(text));
    let mut whole = String::with_capacity(text.len());
    for (word, blank) in words {
        whole.push_str(&mended(word, blank).unwrap_or_else(|| word.to_owned()));
        whole.extend(blank);
    }
    whole
}

/// The blank behind each word of a text; none behind the last.
fn followers(text: &str) -> impl Iterator<Item = Option<char>> {
    text.chars().filter(|c| matches!(c, ' ' | '\n' | '\t')).map(Some).chain([None])
}

/// A word read back as it was written, or nothing where it is in order. `blank` is what stands behind it.
fn mended(word: &str, blank: Option<char>) -> Option<String> {
    let mut mended: Option<String> = None;
    // What was broken several times is mended as often.
    for _ in 0..4 {
        let now = mended.as_deref().unwrap_or(word);
        let Some(better) =
            read_back(now, windows).or_else(|| read_back(now, mac_of_utf8)).or_else(|| lost_its_blank(now, blank))
        else {
            break;
        };
        mended = Some(better);
    }
    let now = mended.as_deref().unwrap_or(word);
    mended
        .clone()
        .or_else(|| controls(now))
        .or_else(|| latin_as_mac(now))
        .or_else(|| now.contains(UNREADABLE).then(|| now.to_owned()))
}

/// The byte that a character is in Windows-1252, Latin-1's controls where that has none.
fn windows(c: char) -> Option<u8> {
    let own = WINDOWS.chars().position(|known| known == c).map(|place| place as u8 + 0x80);
    own.or_else(|| u8::try_from(u32::from(c)).ok().filter(|byte| *byte >= 0x80))
}

/// The byte that a character is in Mac Roman, for what begins a letter or sign of UTF-8 there: `√`, `≈`, `¬` and `‚`, which no word has.
fn mac_of_utf8(c: char) -> Option<u8> {
    mac(c).filter(|byte| *byte < 0xc0 || matches!(c, '√' | '≈' | '¬' | '‚'))
}

/// The byte that a character is in Mac Roman.
fn mac(c: char) -> Option<u8> {
    MAC.chars().position(|known| known == c).map(|place| place as u8 + 0x80)
}

/// The word with each sequence of UTF-8 that was read as single characters read as one.
fn read_back(word: &str, byte: fn(char) -> Option<u8>) -> Option<String> {
    let characters: Vec<char> = word.chars().collect();
    let (mut whole, mut at, mut found, mut ended_at) = (String::new(), 0, false, None);
    while at < characters.len() {
        let sequence = sequence(&characters[at..], byte).filter(|(meant, length)| {
            let touches =
                ended_at == Some(at) || sequence(characters.get(at + length..).unwrap_or_default(), byte).is_some();
            is_broken(*meant, &characters, at, *length, touches)
        });
        match sequence {
            Some((meant, length)) => {
                whole.push(meant);
                at += length;
                (found, ended_at) = (true, Some(at));
            }
            // The third of “â€” and a control that got lost on the way.
            None if characters[at..].starts_with(&['â', '€']) => {
                whole.push('”');
                at += 2;
                found = true;
            }
            None => {
                whole.push(characters[at]);
                at += 1;
            }
        }
    }
    found.then_some(whole)
}

/// The character that UTF-8 has for the bytes of the next characters, and how many these are.
fn sequence(characters: &[char], byte: fn(char) -> Option<u8>) -> Option<(char, usize)> {
    let length = match byte(*characters.first()?)? {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    let bytes: Vec<u8> = characters.get(..length)?.iter().copied().map(byte).collect::<Option<_>>()?;
    Some((std::str::from_utf8(&bytes).ok()?.chars().next()?, length))
}

/// Whether a sequence that could be one character of UTF-8 is one, and not letters of a real word.
fn is_broken(meant: char, characters: &[char], at: usize, length: usize, touches: bool) -> bool {
    let (before, rest) = (at.checked_sub(1).map(|at| characters[at]), &characters[at + 1..at + length]);
    let behind = characters.get(at + length).copied();
    let letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
    match meant {
        // Letters and signs of English, French, and languages of Europe.
        '\u{a0}'..='\u{17f}'
        | '\u{218}'..='\u{21b}'
        | '\u{1e00}'..='\u{1eff}'
        | '\u{2010}'..='\u{2044}'
        | '€'
        | '№'
        | '™'
        | '\u{fb00}'..='\u{fb06}'
        | '\u{feff}'
        | UNREADABLE => {}
        // Marks stand behind their letter.
        '\u{300}'..='\u{33f}' => return letter(before),
        // Another script has several letters in a row.
        _ => return touches && meant.is_alphabetic(),
    }
    if !rest.iter().copied().all(may_follow_a_word) {
        return true;
    }
    match before {
        Some(before) if before.is_lowercase() || before.is_ascii_digit() => true,
        // A capital, and the end of a quotation or the like: a word in capitals ends there, unless it goes on.
        Some(before) if before.is_uppercase() && rest == ['’'] => matches!(behind, Some('U' | 'u')),
        Some(before) if before.is_uppercase() => letter(behind),
        // A word that goes on behind the sign, or that no language has.
        _ => letter(behind) || matches!(characters[at], 'Â' | 'Ã'),
    }
}

/// What may stand behind a word that ends with an accented capital.
fn may_follow_a_word(c: char) -> bool {
    matches!(
        c,
        '\u{a0}'
            | '’'
            | '‘'
            | '“'
            | '”'
            | '–'
            | '—'
            | '…'
            | '«'
            | '»'
            | '‹'
            | '›'
            | '™'
            | '®'
            | 'ª'
            | 'º'
    )
}

/// `Ã ` for `à`, and `Â ` for a no-break space, where the second half has become a plain blank: behind a small letter or alone.
fn lost_its_blank(word: &str, blank: Option<char>) -> Option<String> {
    let (last, stem) = word.chars().next_back().map(|last| (last, &word[..word.len() - last.len_utf8()]))?;
    let before = stem.chars().next_back();
    let alone =
        before.is_none_or(|c| c.is_lowercase() || c.is_ascii_digit() || matches!(c, '(' | '«' | '“' | '\'' | '’'));
    match last {
        'Ã' if alone && blank == Some(' ') => Some(format!("{stem}à")),
        'Â' if alone && blank == Some(' ') && before.is_none_or(|c| !c.is_alphabetic() || c.is_lowercase()) => {
            Some(stem.to_owned())
        }
        _ => None,
    }
}

/// Windows-1252 read as Latin-1: controls for apostrophes, quotation marks and dashes.
fn controls(word: &str) -> Option<String> {
    let is_control = |c: char| ('\u{80}'..='\u{9f}').contains(&c);
    let meant = |c: char| WINDOWS.chars().nth(u32::from(c) as usize - 0x80).filter(|meant| !is_control(*meant));
    word.contains(is_control)
        .then(|| word.chars().map(|c| if is_control(c) { meant(c).unwrap_or(UNREADABLE) } else { c }).collect())
}

/// Latin-1 read as Mac Roman: a capital with an accent within a word, `È` for `é`.
fn latin_as_mac(word: &str) -> Option<String> {
    let characters: Vec<char> = word.chars().collect();
    let mut found = false;
    let meant = characters.iter().enumerate().map(|(at, c)| {
        let start = characters[..at].iter().rposition(|c| !c.is_alphabetic()).map_or(0, |place| place + 1);
        let stem: String = characters[start..at].iter().collect();
        let behind = characters.get(at + 1).copied();
        let goes_on = behind.is_some_and(char::is_lowercase);
        let ends = stem.ends_with(char::is_lowercase) && !behind.is_some_and(char::is_alphabetic);
        let broken = !stem.is_empty()
            && !PREFIXES.contains(&stem.to_lowercase().as_str())
            && match c {
                'È' | 'Ë' | 'Î' | 'Ô' | 'Ù' => goes_on || ends,
                'Á' | 'Í' | 'Ó' => goes_on && stem.ends_with(char::is_lowercase),
                _ => false,
            };
        found |= broken;
        if broken { mac(*c).map_or(*c, char::from) } else { *c }
    });
    let meant: String = meant.collect();
    found.then_some(meant)
}

/// The character that a byte is in Windows-1252.
pub fn of_windows(byte: u8) -> char {
    match byte {
        0x80..=0x9f => WINDOWS.chars().nth(usize::from(byte) - 0x80).unwrap_or(UNREADABLE),
        other => char::from(other),
    }
}
