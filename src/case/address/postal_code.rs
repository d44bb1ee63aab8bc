//! Postal codes of Canada, and ZIP codes.
//!
//! Form: Canada Post, `A1A 1A1`; the letters D, F, I, O, Q and U never occur, W and Z never first. The province is that of the forward
//! sortation area, the first three characters; of some 1,660 areas in use, only K1A lies in two provinces (federal offices in Ottawa and
//! Gatineau), and X is shared by two territories.

/// A code as printed; or, where it is none, the one that was probably meant.
pub(super) fn canadian(text: &str) -> Result<String, Option<String>> {
    let code: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    if let Some(code) = printed(&code) {
        return Ok(code);
    }
    // What is often taken for a digit, and for a letter.
    let meant = |(place, c): (usize, &char)| match (place % 2 == 1, c) {
        (true, 'O' | 'Q' | 'D') => '0',
        (true, 'I' | 'L') => '1',
        (true, 'Z') => '2',
        (true, 'S') => '5',
        (true, 'G') => '6',
        (true, 'B') => '8',
        (false, '1') => 'L',
        (false, '2') => 'Z',
        (false, '5') => 'S',
        (false, '6') => 'G',
        (false, '8') => 'B',
        _ => *c,
    };
    Err(printed(&code.iter().enumerate().map(meant).collect::<Vec<char>>()))
}

/// Whether a text looks as if it were meant for a Canadian postal code.
pub(super) fn resembles_canadian(text: &str) -> bool {
    let code: Vec<char> = text.chars().filter(|c| *c != '-').collect();
    let turns = |(place, c): (usize, &char)| if place % 2 == 0 { c.is_ascii_alphabetic() } else { c.is_ascii_digit() };
    code.len() == 6 && (code.iter().enumerate().all(turns) || !matches!(canadian(text), Err(None)))
}

fn printed(code: &[char]) -> Option<String> {
    const FIRST: &str = "ABCEGHJKLMNPRSTVXY";
    const OTHER: &str = "ABCEGHJKLMNPRSTVWXYZ";
    let fits = |(place, c): (usize, &char)| match place {
        0 => FIRST.contains(*c),
        2 | 4 => OTHER.contains(*c),
        _ => c.is_ascii_digit(),
    };
    let good = code.len() == 6 && code.iter().enumerate().all(fits);
    good.then(|| code[..3].iter().chain(&[' ']).chain(&code[3..]).collect())
}

/// The provinces to which the area of a printed code belongs.
pub(super) fn provinces(code: &str) -> &'static [&'static str] {
    match (&code[..3], &code[..1]) {
        ("K1A", _) => &["ON", "QC"],
        ("X0A" | "X0B" | "X0C", _) => &["NU"],
        ("X0E" | "X0G" | "X1A", _) => &["NT"],
        (_, "X") => &["NT", "NU"],
        (_, "A") => &["NL"],
        (_, "B") => &["NS"],
        (_, "C") => &["PE"],
        (_, "E") => &["NB"],
        (_, "G" | "H" | "J") => &["QC"],
        (_, "K" | "L" | "M" | "N" | "P") => &["ON"],
        (_, "R") => &["MB"],
        (_, "S") => &["SK"],
        (_, "T") => &["AB"],
        (_, "V") => &["BC"],
        (_, "Y") => &["YT"],
        _ => &[],
    }
}

/// A ZIP code as printed, `14201` or `14201-1234`.
pub(super) fn zip(text: &str) -> Option<String> {
    let mut digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    if digits.len() == 9 && digits.is_ascii() {
        digits.insert(5, '-');
    }
    let is_short = digits.len() == 5 && digits.bytes().all(|byte| byte.is_ascii_digit());
    (is_short || is_zip_of_nine(&digits)).then_some(digits)
}

/// Whether the text is a ZIP code of nine digits as printed, `14201-1234`.
pub(in crate::case) fn is_zip_of_nine(text: &str) -> bool {
    let digits = |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('-').is_some_and(|(five, four)| digits(five, 5) && digits(four, 4))
}
