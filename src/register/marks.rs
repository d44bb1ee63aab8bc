//! Finding by a part of what people have in hand (a letter's number, a case, a person's key, a name) and by words on the pages.
//!
//! Both indexes are SQLite's own (FTS5), and only this file knows it: another database brings its own full-text search, and its own
//! form of this file. They are derived, and hold nothing that is not in the letters and their sources: a register whose indexes are
//! empty is as good as before, and has them made anew where it is opened (`letters.sort_name` and `letters.worded` set back).

use sqlx::{Sqlite, Transaction};

use super::letters::select_letters;
use super::search::Filter;
use super::{Act, LetterRow, Reader, RegisterError};
use crate::case::texts::folded;
use crate::case::{CaseRef, LetterId, PersonId};

/// The fewest characters that a part has by which something is found.
pub const SHORTEST_PART: usize = 3;

/// What a letter is known by.
pub(super) struct Marks<'m> {
    pub sequence: i64,
    pub letter: &'m LetterId,
    pub case: &'m CaseRef,
    pub person: &'m PersonId,
    pub names: [&'m str; 2],
}

/// A letter's number without its dashes, in capitals, with one of the characters that are misread for one another in place of each of
/// them: 2 for Z, 8 for B, 5 for S, 0 for O, 1 for I and L, V for U.
pub fn folded_number(text: &str) -> String {
    let plain = |c: char| match c.to_ascii_uppercase() {
        'Z' => '2',
        'B' => '8',
        'S' => '5',
        'O' => '0',
        'I' | 'L' => '1',
        'U' => 'V',
        other => other,
    };
    text.chars().filter(char::is_ascii_alphanumeric).map(plain).collect()
}

/// A reference or a key without what stands between its parts, in capitals.
fn folded_key(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// The words of names, each after a blank; and those that are written with a sign in between, without it too (`O'Neil`).
fn folded_names(names: &[&str]) -> String {
    let mut text = String::new();
    for name in names.iter().enumerate().filter(|(at, name)| !names[..*at].contains(name)).map(|(_, name)| folded(name))
    {
        for chunk in name.split_whitespace() {
            let words: Vec<&str> = words_of(chunk).collect();
            text.extend(words.iter().map(|word| format!(" {word}")));
            text.extend((words.len() > 1).then(|| format!(" {}", words.concat())));
        }
    }
    text + " "
}

/// A name as lists are sorted by it: the last word, which mostly is the surname, before the others.
pub(super) fn sort_name(name: &str) -> String {
    let name = folded(name);
    let (given, surname) = name.trim().rsplit_once(' ').unwrap_or(("", name.trim()));
    // Never empty: by that is known what has no marks yet.
    if surname.is_empty() { "-".to_owned() } else { format!("{surname} {given}").trim_end().to_owned() }
}

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// A part that stands in one of the columns; none where it is too short to be looked for.
fn part(column: &str, text: &str) -> Option<String> {
    (text.chars().count() >= SHORTEST_PART).then(|| format!("({{{column}}} : \"{text}\")"))
}

fn number(text: &str) -> Option<String> {
    part("letter", &folded_number(text))
}

fn case(text: &str) -> Option<String> {
    part("case_reference", &folded_key(text))
}

/// Each word of a name, in whatever order, or the person's key. A word of two letters is the beginning of a name; a single letter says
/// too little.
fn person(text: &str) -> Option<String> {
    let text = folded(text);
    let found = words_of(&text).filter_map(|word| match word.chars().count() {
        1 => None,
        2 => part("names", &format!(" {word}")),
        _ => part("names", word),
    });
    let names = joined(found, " AND ");
    let key = Some(folded_key(&text)).filter(|key| key.contains(|c: char| c.is_ascii_digit()));
    joined(key.and_then(|key| part("person", &key)).into_iter().chain(names), " OR ")
}

/// What is pasted without saying what it is.
fn anything(text: &str) -> Option<String> {
    joined([number(text), case(text), person(text)].into_iter().flatten(), " OR ")
}

fn joined(parts: impl Iterator<Item = String>, by: &str) -> Option<String> {
    let parts: Vec<String> = parts.collect();
    (!parts.is_empty()).then(|| format!("({})", parts.join(by)))
}

/// What the parts of a search must match, in the database's own form: none where it names no part; an error where one of them is
/// nothing that can be looked for.
pub(super) fn marks_wanted(filter: &Filter) -> Result<Option<String>, Unsearchable> {
    let wanted = [
        filter.anything.as_deref().map(anything),
        filter.number.as_deref().map(number),
        filter.case_part.as_deref().map(case),
        filter.person.as_deref().map(person),
    ];
    let parts: Option<Vec<String>> = wanted.into_iter().flatten().collect();
    parts.map(|parts| joined(parts.into_iter(), " AND ")).ok_or(Unsearchable)
}

/// What is looked for has nothing that an index could have.
pub(super) struct Unsearchable;

/// The words that must all be on the pages; between quotation marks, as they follow one another.
pub(super) fn words_wanted(filter: &Filter) -> Result<Option<String>, Unsearchable> {
    let Some(text) = filter.words.as_deref() else { return Ok(None) };
    let text = text.replace(['«', '»', '“', '”'], "\"").replace(char::is_control, " ");
    let mut phrases = Vec::new();
    for (at, piece) in text.split('"').enumerate() {
        match at % 2 {
            1 => phrases.push(piece),
            _ => phrases.extend(piece.split_whitespace()),
        }
    }
    let phrases = phrases.into_iter().filter(|phrase| phrase.contains(char::is_alphanumeric));
    joined(phrases.map(phrase), " AND ").map(Some).ok_or(Unsearchable)
}

/// Words that follow one another. A figure is found as letters print it too, with its thousands apart.
fn phrase(text: &str) -> String {
    let plain = format!("\"{text}\"");
    let figure = text.trim_matches('$');
    let (whole, cents) = figure.split_once(['.', ',']).unwrap_or((figure, ""));
    if whole.len() < 4 || !whole.bytes().chain(cents.bytes()).all(|byte| byte.is_ascii_digit()) {
        return plain;
    }
    let apart = whole.char_indices().map(|(at, digit)| match at > 0 && (whole.len() - at).is_multiple_of(3) {
        true => format!(" {digit}"),
        false => digit.to_string(),
    });
    format!("({plain} OR \"{} {cents}\")", apart.collect::<String>())
}

impl Marks<'_> {
    /// Has the letter found by them.
    pub async fn write(&self, transaction: &mut Transaction<'static, Sqlite>) -> Result<(), RegisterError> {
        sqlx::query(
            "INSERT INTO letter_marks (rowid, letter, case_reference, person, names) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(self.sequence)
        .bind(folded_number(self.letter))
        .bind(folded_key(self.case))
        .bind(folded_key(self.person))
        .bind(folded_names(&self.names))
        .execute(&mut **transaction)
        .await?;
        Ok(())
    }
}

impl Act {
    /// Has a letter found by the words of an issuance, and by those of none before it.
    pub async fn set_words(&mut self, letter: &LetterId, issuance: i64, words: &str) -> Result<(), RegisterError> {
        sqlx::query(
            "DELETE FROM letter_words WHERE rowid = (SELECT sequence FROM letters WHERE id = $1 AND worded > 0)",
        )
        .bind(letter)
        .execute(&mut *self.transaction)
        .await?;
        sqlx::query("INSERT INTO letter_words (rowid, words) SELECT sequence, $2 FROM letters WHERE id = $1")
            .bind(letter)
            .bind(words)
            .execute(&mut *self.transaction)
            .await?;
        sqlx::query("UPDATE letters SET worded = $2 WHERE id = $1")
            .bind(letter)
            .bind(issuance)
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }
}

impl Reader {
    /// Some letters by their marks.
    pub(super) async fn marked(&self, wanted: &str, limit: i64) -> Result<Vec<i64>, RegisterError> {
        let sql = "SELECT rowid FROM letter_marks WHERE letter_marks MATCH $1 LIMIT $2";
        Ok(sqlx::query_scalar(sql).bind(wanted).bind(limit).fetch_all(&self.pool).await?)
    }

    /// Some letters by words on their pages.
    pub(super) async fn worded(&self, wanted: &str, limit: i64) -> Result<Vec<i64>, RegisterError> {
        let sql = "SELECT rowid FROM letter_words WHERE letter_words MATCH $1 LIMIT $2";
        Ok(sqlx::query_scalar(sql).bind(wanted).bind(limit).fetch_all(&self.pool).await?)
    }

    /// The newest letters before one by words on their pages.
    pub(super) async fn newest_worded(&self, wanted: &str, before: i64, limit: i64) -> Result<Vec<i64>, RegisterError> {
        let sql =
            "SELECT rowid FROM letter_words WHERE letter_words MATCH $1 AND rowid < $2 ORDER BY rowid DESC LIMIT $3";
        let query = sqlx::query_scalar(sql).bind(wanted).bind(before).bind(limit);
        Ok(query.fetch_all(&self.pool).await?)
    }

    /// The letters that a number means, as it was written or read: one, or none; several where misreading makes them alike.
    pub async fn letters_meant(&self, number: &str) -> Result<Vec<LetterRow>, RegisterError> {
        let Some(wanted) = self::number(number).filter(|_| folded_number(number).len() == 12) else {
            return Ok(Vec::new());
        };
        let sql = select_letters!(
            "WHERE l.sequence IN (SELECT rowid FROM letter_marks WHERE letter_marks MATCH $1) ORDER BY l.sequence LIMIT 5"
        );
        Ok(sqlx::query_as(sql).bind(wanted).fetch_all(&self.pool).await?)
    }

    /// Letters whose newest issuance cannot be found by its words yet, each with that issuance's number.
    pub async fn unworded(&self, after: i64, limit: i64) -> Result<Vec<(i64, LetterId, i64)>, RegisterError> {
        let sql = "SELECT sequence, id, issuance FROM letters WHERE issuance > worded AND sequence > $1 ORDER BY sequence LIMIT $2";
        Ok(sqlx::query_as(sql).bind(after).bind(limit).fetch_all(&self.pool).await?)
    }
}

/// The conditions that a letter `l` is among those with wanted marks, and with wanted words on its pages, each where it is given.
macro_rules! among_found {
    () => {
        "($12 IS NULL OR l.sequence IN (SELECT rowid FROM letter_marks WHERE letter_marks MATCH $12)) \
         AND ($13 IS NULL OR l.sequence IN (SELECT rowid FROM letter_words WHERE letter_words MATCH $13))"
    };
}
pub(super) use among_found;
