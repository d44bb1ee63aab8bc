//! Bold in a text that somebody has typed: `**words**`. Nothing else in it has a meaning, and a single `*` never has one.
//!
//! The marks hug their words and touch no other: `2 ** 3`, `2**3**4`, `****1234` and marks without their fellows are what they look like.
//! With a backslash before them (`\**words**`), so are those that would make bold.

const MARK: char = '*';

/// A part of a text, without its marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its words.
    pub words: String,
    /// Whether they stand in bold.
    pub strong: bool,
}

/// The parts of a text, in order; none is empty.
pub fn runs(text: &str) -> Vec<Run> {
    let typed: Vec<char> = text.chars().collect();
    let mut runs: Vec<Run> = Vec::new();
    let mut add = |characters: &[char], strong: bool| match runs.last_mut().filter(|last| !last.strong && !strong) {
        Some(last) => last.words.extend(characters),
        None => runs.push(Run { words: characters.iter().collect(), strong }),
    };
    let mut at = 0;
    while at < typed.len() {
        let is_escape = typed[at] == '\\';
        let begins = at + usize::from(is_escape);
        match end_of_bold(&typed, begins) {
            Some(end) if is_escape => {
                add(&typed[begins..end], false);
                at = end;
            }
            Some(end) => {
                add(&typed[begins + 2..end - 2], true);
                at = end;
            }
            None => {
                add(&typed[at..=at], false);
                at += 1;
            }
        }
    }
    runs
}

/// The words of a text as they are read, without the marks of bold.
pub fn plain(text: &str) -> String {
    runs(text).into_iter().map(|run| run.words).collect()
}

/// Where bold that begins at a place ends, behind its mark; nothing where none begins there.
fn end_of_bold(typed: &[char], at: usize) -> Option<usize> {
    let is_mark = |place: usize| typed.get(place..place + 2) == Some(&[MARK, MARK]);
    let touches = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric() || *c == MARK);
    let hugs = |c: Option<&char>| c.is_some_and(|c| !c.is_whitespace() && *c != MARK);
    if !is_mark(at) || touches(at.checked_sub(1).map(|before| &typed[before])) || !hugs(typed.get(at + 2)) {
        return None;
    }
    let ends = |place: &usize| is_mark(*place) && hugs(typed.get(place - 1)) && !touches(typed.get(place + 2));
    (at + 3..typed.len()).find(ends).map(|place| place + 2)
}
