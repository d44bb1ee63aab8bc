//! All faults in one list, for those who proof-read the French beside the English: `tests/faults.md`, made from the sources.

use std::fmt::Write;

use axum::body::Body;
use axum::http::{Request, header};
use recto::case::fault::Reasons;
use recto::case::{Fault, Language};

use crate::http::{Api, TOKEN};
use crate::support::{files, home};

/// What stands for words that a call does not have itself.
const ELSEWHERE: &str = "(from elsewhere)";

/// A word, a text or a mark of Rust source; comments are none.
#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Mark(char),
}

/// What is said somewhere in the sources.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Said {
    /// The fault's code, or the guard's name; none for words that become part of a fault.
    code: String,
    file: String,
    /// English and French in turn.
    texts: Vec<String>,
}

#[test]
fn every_fault_stands_in_the_list_that_is_proof_read_in_both_languages() {
    let file = home().join("tests/faults.md");
    let wanted = listed();
    if std::env::var_os("RECTO_WRITE_FAULTS").is_some() {
        std::fs::write(&file, &wanted).unwrap();
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    let first = wanted.lines().zip(found.lines().chain(std::iter::repeat(""))).find(|(wanted, found)| wanted != found);
    assert!(
        wanted == found,
        "tests/faults.md is not current, from {first:?} on. Write it with RECTO_WRITE_FAULTS=1 tests/run every_fault_stands, and read what changed."
    );
}

#[test]
fn french_signs_stand_with_their_words_wherever_a_fault_is_said() {
    let fault =
        Fault::new("code", "/facts/a", "“a”: take it out.", "« a » : retirez « a » et « b c »; il est 10:30 là-bas.");
    let wanted = "«\u{a0}a\u{a0}»\u{a0}: retirez «\u{a0}a\u{a0}» et «\u{a0}b c\u{a0}»; il est 10:30 là-bas.";
    assert_eq!(fault.message.fr, wanted);
    assert_eq!(fault.view(Language::Fr).message, wanted);
    assert_eq!(fault.message.en, "“a”: take it out.", "English has no such signs");
    let kept = Reasons(vec![fault.clone()]).to_string();
    assert_eq!(recto::case::fault::problem(&kept, Language::Fr), wanted);
    assert_eq!(recto::case::fault::problem("550 no", Language::Fr), "Il a été dit\u{a0}: «\u{a0}550 no\u{a0}»");
}

#[tokio::test(flavor = "multi_thread")]
async fn french_signs_stand_with_their_words_in_what_the_api_answers() {
    let api = Api::start().await;
    let request = |path: &str| {
        let get = Request::get(path).header(header::ACCEPT_LANGUAGE, "fr");
        get.header(header::AUTHORIZATION, format!("Bearer {TOKEN}")).body(Body::empty()).unwrap()
    };
    for path in ["/api/v1/letters?limit=x&colour=blue", "/api/v1/letters/0000-0000-0000", "/api/v1/no-such-thing"] {
        let answer = api.answered(request(path)).await;
        let problem: serde_json::Value = serde_json::from_str(&answer.text).unwrap();
        assert!(answer.status.is_client_error(), "{path}");
        let said = problem.to_string();
        for parted in [" :", "« ", " »"] {
            assert!(!said.contains(parted), "{path}: “{parted}” in {said}");
        }
        assert!(said.contains("«\u{a0}") || said.contains("\u{a0}:") || path.ends_with("thing"), "{said}");
    }
}

/// The list as it must be.
fn listed() -> String {
    let (mut faults, mut guards, mut calls) = (Vec::new(), Vec::new(), 0);
    for (name, bytes) in files(&home().join("src")) {
        if !name.ends_with(".rs") || name == "case/fault.rs" {
            continue;
        }
        let tokens = tokens(&String::from_utf8(bytes).unwrap());
        // What the pages say is in words.toml beside them.
        let own =
            faults_in(&tokens, &name).into_iter().filter(|said| !said.code.is_empty() || !name.starts_with("web/"));
        faults.extend(own);
        calls += positions(&tokens, &["Fault", "new"]).len();
        if name.starts_with("rules/guards/") {
            guards.extend(guards_in(&tokens, &name));
        }
    }
    let new = faults.iter().filter(|said: &&Said| !said.code.is_empty()).count();
    // One whose words and code are all made elsewhere is listed there.
    faults.retain(|said| said.code != ELSEWHERE);
    faults.sort();
    assert!(new >= calls && calls > 80, "{new} of {calls} faults");
    assert_eq!(guards.len(), recto::rules::guards().count(), "{guards:#?}");
    let mut list = String::from(
        "# What Recto says when something is wrong\n\nMade from the sources by `tests/recto/faults.rs`; not written by hand. English above, French below; what stands in braces is\nfilled in. A letter type's own words are in its `letter.toml`.\n",
    );
    write_all(&mut list, "Faults", faults.iter().filter(|said| !said.code.is_empty()));
    write_all(&mut list, "Words that become part of a fault", faults.iter().filter(|said| said.code.is_empty()));
    write_all(&mut list, "Guards: what they say, and what they rest on", guards.iter());
    list
}

fn write_all<'s>(list: &mut String, title: &str, all: impl Iterator<Item = &'s Said>) {
    write!(list, "\n## {title}\n").unwrap();
    let mut before = None;
    for said in all {
        let heading = if said.code.is_empty() { &said.file } else { &said.code };
        if before != Some(heading) {
            write!(list, "\n### {heading}\n").unwrap();
        }
        before = Some(heading);
        writeln!(list).unwrap();
        said.texts.iter().for_each(|text| writeln!(list, "- {text}").unwrap());
    }
}

/// The faults that a file makes, and the words that its functions put into them.
fn faults_in(tokens: &[Token], file: &str) -> Vec<Said> {
    let mut found = Vec::new();
    let said = |code: String, texts| Said { code, file: file.to_owned(), texts };
    let calls = positions(tokens, &["Fault", "new"]).into_iter().chain(positions(tokens, &["fault"]));
    for at in calls {
        let arguments = arguments(&tokens[at..]);
        let texts: Vec<Vec<String>> = arguments.iter().map(|one| texts(one)).collect();
        if let [code, _, en, fr] = texts.as_slice() {
            // A code that is neither a literal nor a constant of the file is that of a guard, or of a fault that is listed where it is named.
            let code = code.first().cloned().or_else(|| constant(tokens, arguments[0]));
            let code = code.unwrap_or_else(|| ELSEWHERE.to_owned());
            let named = |texts: &[String]| if texts.is_empty() { ELSEWHERE.to_owned() } else { texts.join(" · ") };
            found.push(said(code, vec![named(en), named(fr)]));
        }
    }
    // Parts of a sentence: pairs of texts that are given as such, and tuples.
    for at in positions(tokens, &["Text", "new"]) {
        let both: Vec<String> = arguments(&tokens[at..]).iter().flat_map(|one| texts(one)).collect();
        found.extend((both.iter().any(|text| text.contains(char::is_alphabetic))).then(|| said(String::new(), both)));
    }
    for (at, token) in tokens.iter().enumerate() {
        let is_call = at > 0 && matches!(&tokens[at - 1], Token::Word(_) | Token::Mark('!'));
        if *token == Token::Mark('(') && !is_call {
            let pair = arguments(&tokens[at..]);
            let both: Vec<String> = pair.iter().flat_map(|one| texts(one)).collect();
            let sentence = both.iter().all(|text| text.contains(' ') && text.contains(char::is_alphabetic))
                && both.len() == 2
                && pair.len() == 2;
            found.extend((sentence && !is_field(tokens, at)).then(|| said(String::new(), both)));
        }
    }
    found
}

/// The text of a constant of the file, by its name.
fn constant(tokens: &[Token], name: &[Token]) -> Option<String> {
    let [Token::Word(name)] = name else { return None };
    let begins = [Token::Word("const".to_owned()), Token::Word(name.clone()), Token::Mark(':')];
    let at = tokens.windows(3).position(|window| *window == begins)?;
    tokens[at..].iter().take(8).find_map(|token| if let Token::Text(text) = token { Some(text.clone()) } else { None })
}

/// Whether a tuple is a guard's `says` or `basis`, which are listed with it.
fn is_field(tokens: &[Token], at: usize) -> bool {
    let field = at.checked_sub(2).map(|before| &tokens[before]);
    field.is_some_and(|word| ["says", "basis"].iter().any(|name| *word == Token::Word((*name).to_owned())))
}

/// The guards of a file: what each says, and what it rests on.
fn guards_in(tokens: &[Token], file: &str) -> Vec<Said> {
    let field = |name: &str, from: usize| {
        let word = Token::Word(name.to_owned());
        let at = from + tokens[from..].windows(2).position(|two| two[0] == word && two[1] == Token::Mark(':'))?;
        let texts = tokens[at..]
            .iter()
            .filter_map(|token| if let Token::Text(text) = token { Some(text.clone()) } else { None });
        Some((at, texts.take(2).collect::<Vec<_>>()))
    };
    let mut found = Vec::new();
    let mut from = 0;
    while let Some((at, key)) = field("key", from).filter(|(at, _)| matches!(tokens.get(at + 2), Some(Token::Text(_))))
    {
        let (_, says) = field("says", at).unwrap();
        let (_, basis) = field("basis", at).unwrap();
        found.push(Said { code: key[0].clone(), file: file.to_owned(), texts: [says, basis].concat() });
        from = at + 2;
    }
    found
}

/// Where calls of a function begin, at their opening brackets.
fn positions(tokens: &[Token], name: &[&str]) -> Vec<usize> {
    let mut wanted: Vec<Token> = Vec::new();
    for (index, word) in name.iter().enumerate() {
        if index > 0 {
            wanted.extend([Token::Mark(':'), Token::Mark(':')]);
        }
        wanted.push(Token::Word((*word).to_owned()));
    }
    wanted.push(Token::Mark('('));
    let ends = |at: &usize| {
        *at == 0 || !matches!(tokens[at - 1], Token::Mark('.' | ':')) && tokens[at - 1] != Token::Word("fn".to_owned())
    };
    let found = tokens.windows(wanted.len()).enumerate().filter(|(_, window)| *window == wanted).map(|(at, _)| at);
    found.filter(ends).map(|at| at + wanted.len() - 1).collect()
}

/// What stands between the commas of a bracket that opens here.
fn arguments(tokens: &[Token]) -> Vec<&[Token]> {
    let (mut depth, mut begin, mut found) = (0, 1, Vec::new());
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Mark('(' | '[' | '{') => depth += 1,
            Token::Mark(')' | ']' | '}') => depth -= 1,
            Token::Mark(',') if depth == 1 => {
                found.push(&tokens[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
        if depth == 0 {
            found.push(&tokens[begin..at]);
            break;
        }
    }
    found.retain(|one| !one.is_empty());
    found
}

fn texts(tokens: &[Token]) -> Vec<String> {
    tokens.iter().filter_map(|token| if let Token::Text(text) = token { Some(text.clone()) } else { None }).collect()
}

fn tokens(source: &str) -> Vec<Token> {
    let (chars, mut at, mut found) = (source.chars().collect::<Vec<char>>(), 0, Vec::new());
    while at < chars.len() {
        let c = chars[at];
        match c {
            '/' if chars.get(at + 1) == Some(&'/') => {
                at += chars[at..].iter().take_while(|c| **c != '\n').count();
            }
            '"' => {
                let (text, end) = text(&chars, at + 1);
                found.push(Token::Text(text));
                at = end;
            }
            // A character, as '"' or '\n'; a lifetime has no second quote.
            '\'' if chars.get(at + 1) == Some(&'\\') => {
                at += 2 + chars[at + 2..].iter().skip(1).take_while(|c| **c != '\'').count() + 2
            }
            '\'' if chars.get(at + 2) == Some(&'\'') => at += 3,
            c if c.is_alphanumeric() || c == '_' => {
                let word: String = chars[at..].iter().take_while(|c| c.is_alphanumeric() || **c == '_').collect();
                at += word.chars().count();
                found.push(Token::Word(word));
            }
            c => {
                if !c.is_whitespace() {
                    found.push(Token::Mark(c));
                }
                at += 1;
            }
        }
    }
    found
}

/// A text from behind its first quote, and where it ends. A line that is continued goes on without its blanks.
fn text(chars: &[char], mut at: usize) -> (String, usize) {
    let mut text = String::new();
    while chars[at] != '"' {
        if chars[at] == '\\' {
            at += 1;
            match chars[at] {
                '\n' => at += chars[at..].iter().take_while(|c| c.is_whitespace()).count() - 1,
                'n' => text.push(' '),
                'u' => {
                    let code: String = chars[at + 2..].iter().take_while(|c| **c != '}').collect();
                    text.extend(u32::from_str_radix(&code, 16).ok().and_then(char::from_u32));
                    at += code.len() + 2;
                }
                other => text.push(other),
            }
        } else {
            text.push(chars[at]);
        }
        at += 1;
    }
    (text, at + 1)
}
