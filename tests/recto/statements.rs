//! Every SQL statement of the register is one that its database understands, whether a test runs it or not.

use std::collections::BTreeMap;

use recto::register::Register;
use sqlx::{AssertSqlSafe, Connection, Executor, SqlSafeStr, SqliteConnection};

use crate::support::{files, home};

/// The macros that write parts of statements: their bodies by name.
type Macros = BTreeMap<String, String>;

/// The end of a string literal that begins at the start of a text, after its closing quotation mark.
fn literal_end(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !is_escaped => return at + 1,
            _ => is_escaped = c == '\\' && !is_escaped,
        }
    }
    panic!("a literal without an end: {text}");
}

/// What a string literal says: a backslash at the end of a line takes the space before the next with it.
fn literal(quoted: &str) -> String {
    let lines = quoted[1..quoted.len() - 1].split("\\\n").map(str::trim_start);
    lines.collect::<String>().replace("\\\\", "\\")
}

/// The end of what stands in a bracket, which begins at the start of a text, after the closing bracket.
fn bracket_end(text: &str) -> usize {
    let (mut at, mut depth) = (0, 0);
    while at < text.len() {
        match text.as_bytes()[at] {
            b'"' => at += literal_end(&text[at..]) - 1,
            b'(' | b'{' => depth += 1,
            b')' | b'}' if depth == 1 => return at + 1,
            b')' | b'}' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    panic!("a bracket without an end: {text}");
}

/// The text that an expression of literals, `concat!` and the register's macros makes.
fn written(expression: &str, macros: &Macros) -> String {
    let (mut at, mut text) = (0, String::new());
    while at < expression.len() {
        let rest = &expression[at..];
        if rest.starts_with('"') {
            let end = literal_end(rest);
            text.push_str(&literal(&rest[..end]));
            at += end;
        } else if let Some(arguments) = rest.strip_prefix("!(") {
            let name = expression[..at].rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
            let end = bracket_end(&rest[1..]);
            let arguments = &arguments[..end - 2];
            let body = macros.get(name).map(|body| body.replace("$($rest)+", "$rest").replace("$rest", arguments));
            text.push_str(&written(&body.unwrap_or_else(|| arguments.to_owned()), macros));
            at += 1 + end;
        } else {
            at += rest.chars().next().unwrap().len_utf8();
        }
    }
    text
}

/// Takes the macros out of a source file.
fn take_macros(source: &str, macros: &mut Macros) -> String {
    let mut parts = source.split("macro_rules! ");
    let mut code = parts.next().unwrap().to_owned();
    for part in parts {
        let (name, rest) = part.split_once(' ').unwrap();
        let end = bracket_end(rest);
        let (_, body) = rest[..end].split_once("=> {").unwrap();
        macros.insert(name.to_owned(), body.to_owned());
        code.push_str(&rest[end..]);
    }
    code
}

/// The statements of a source file.
fn statements(code: &str, macros: &Macros) -> Vec<String> {
    let (mut at, mut found) = (0, Vec::new());
    while at < code.len() {
        let rest = &code[at..];
        let is_macro = macros
            .keys()
            .map(String::as_str)
            .chain(["concat"])
            .find(|name| rest.strip_prefix(*name).is_some_and(|rest| rest.starts_with("!(")));
        let end = match is_macro {
            Some(name) => name.len() + 1 + bracket_end(&rest[name.len() + 1..]),
            None if rest.starts_with("'\"'") => 3,
            None if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            None if rest.starts_with('"') => literal_end(rest),
            None => rest.chars().next().unwrap().len_utf8(),
        };
        if is_macro.is_some() || rest.starts_with('"') {
            let text = written(&rest[..end], macros);
            let verbs = ["SELECT ", "INSERT ", "UPDATE ", "DELETE "];
            found.extend(Some(text).filter(|text| verbs.iter().any(|verb| text.starts_with(verb))));
        }
        at += end;
    }
    found
}

#[tokio::test]
async fn every_statement_of_the_register_is_understood_by_its_database() {
    let mut macros = Macros::new();
    let sources = files(&home().join("src/register")).into_iter().filter(|(name, _)| name.ends_with(".rs"));
    let sources: Vec<(String, String)> =
        sources.map(|(name, bytes)| (name, take_macros(&String::from_utf8(bytes).unwrap(), &mut macros))).collect();
    let folder = tempfile::tempdir().unwrap();
    Register::open(folder.path(), "specimen").await.unwrap().close().await;
    let address = format!("sqlite:{}", folder.path().join("recto.db").display());
    let mut database = SqliteConnection::connect(&address).await.unwrap();
    for (name, code) in sources {
        let found = statements(&code, &macros);
        assert_eq!(found.len(), code.matches("sqlx::query").count(), "{name} has others than were found: {found:#?}");
        for statement in found {
            let prepared = database.prepare(AssertSqlSafe(statement.clone()).into_sql_str()).await;
            assert!(prepared.is_ok(), "src/register/{name}: {statement}\n{:?}", prepared.err());
        }
    }
    let wrong = database.prepare("SELECT nothing FROM letters".into_sql_str()).await;
    assert!(wrong.is_err(), "the test finds what is wrong");
}
