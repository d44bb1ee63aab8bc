//! Finding letters.
//!
//! Whatever is asked for, one of two ways leads to it. Where some condition leaves few letters, these are looked at one by one; where
//! each of them leaves many, the letters are gone through in the order that is wanted, and a page of it is full soon. Which of the two is
//! asked of the indexes: each condition has one.

use super::cases::listed;
use super::few::Few;
use super::letters::select_letters;
use super::marks::{Unsearchable, among_found, marks_wanted, words_wanted};
use super::{LetterRow, Reader, RegisterError};
use crate::case::texts::folded;
use crate::case::{CaseRef, Channel, Day, DeliveryState, LetterState, RunId};

/// So many of the newest letters with words that most have are looked at first.
const NEWEST: i64 = 500;

/// Which letters to list; an absent condition lets all pass.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// What somebody has in hand and does not say what it is: a letter's number or a part of one, a part of a case reference, a name in any
    /// order, a person's key; words on the pages where it is none of these.
    pub anything: Option<String>,
    /// A letter's number or a part of it, in whatever case; what is misread for one another is the same.
    pub number: Option<String>,
    /// The case.
    pub case: Option<CaseRef>,
    /// A part of the case's reference, in whatever case and with whatever between its parts.
    pub case_part: Option<String>,
    /// Parts of the name of whom the letter is about or of whom it is addressed to, in any order, or a part of the person's key.
    pub person: Option<String>,
    /// Words on its pages.
    pub words: Option<String>,
    /// The letter type's key.
    pub letter_type: Option<String>,
    /// The state.
    pub state: Option<LetterState>,
    /// How the newest issuance travels.
    pub delivery: Option<DeliveryState>,
    /// How it reaches the addressee.
    pub channel: Option<Channel>,
    /// The program of its case.
    pub program: Option<String>,
    /// The first mailing date …
    pub from: Option<Day>,
    /// … and the last.
    pub until: Option<Day>,
    /// The cents that it asks for, or else is about.
    pub cents: Option<i64>,
    /// The print run that it was in.
    pub run: Option<RunId>,
    /// In which order.
    pub order: Order,
    /// Only letters after this one (its `sequence`) in that order: the cursor.
    pub before: Option<i64>,
    /// Only letters of cases of these programs; of all where it names none.
    pub programs: Vec<String>,
    /// How many at most.
    pub limit: i64,
}

/// In which order letters are listed.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::VariantArray,
    serde::Serialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Order {
    /// Those that were called for last first.
    #[default]
    Newest,
    /// Those that were called for first first.
    Oldest,
    /// The latest mailing date first.
    Date,
    /// By the addressee's surname.
    Name,
    /// The largest amount first.
    Amount,
}

/// What is found.
#[derive(Debug, Default)]
pub struct Found {
    /// The letters.
    pub letters: Vec<LetterRow>,
    /// Whether what was asked for without saying what it is was found as words on the pages.
    pub as_words: bool,
}

/// Both people's names as they are searched, a line each.
pub(super) fn names_folded(person: &str, addressee: &str) -> String {
    format!("{}\n{}", folded(person), folded(addressee))
}

/// The letters that meet the conditions, each where it is given: `$17` is for the order's key, `$16` for few letters.
macro_rules! wanted {
    ($($rest:tt)+) => {
        select_letters!(
            "WHERE ($1 IS NULL OR l.case_reference = $1) AND ($2 IS NULL OR l.letter_type = $2) \
             AND ($3 IS NULL OR l.state = $3) AND ($4 IS NULL OR (d.state = $4 AND l.state = $18)) \
             AND ($5 IS NULL OR l.channel = $5) AND ($6 IS NULL OR l.program = $6) \
             AND ($7 IS NULL OR $7 LIKE '%,' || l.program || ',%') AND ($8 IS NULL OR l.day >= $8) \
             AND ($9 IS NULL OR (l.day <= $9 AND l.day > '')) AND ($10 IS NULL OR l.cents = $10) AND ($11 IS NULL OR EXISTS \
             (SELECT 1 FROM pieces p WHERE p.letter = l.id AND p.issuance = l.issuance AND p.run = $11)) AND ",
            among_found!(),
            " AND ",
            $($rest)+
        )
    };
}

/// That a letter is one of few, whose sequences are a JSON array. (PostgreSQL has `json_array_elements_text` for it.)
macro_rules! of_few {
    () => {
        "l.sequence IN (SELECT value FROM json_each($16)) AND "
    };
}

impl Reader {
    /// Letters that meet the conditions.
    pub async fn letters(&self, filter: &Filter) -> Result<Vec<LetterRow>, RegisterError> {
        Ok(self.find(filter).await?.letters)
    }

    /// The same, and how they were found.
    pub async fn find(&self, filter: &Filter) -> Result<Found, RegisterError> {
        if let Some(text) = &filter.anything {
            let probe = Filter { limit: 1, before: None, ..filter.clone() };
            if self.listed(&probe).await?.is_empty() {
                let words = Some(text.clone());
                let by_words = Filter { anything: None, words, ..filter.clone() };
                return Ok(Found { letters: self.listed(&by_words).await?, as_words: true });
            }
        }
        Ok(Found { letters: self.listed(filter).await?, as_words: false })
    }

    async fn listed(&self, filter: &Filter) -> Result<Vec<LetterRow>, RegisterError> {
        let (marks, words) = match (marks_wanted(filter), words_wanted(filter)) {
            (Ok(marks), Ok(words)) => (marks, words),
            (Err(Unsearchable), _) | (_, Err(Unsearchable)) => return Ok(Vec::new()),
        };
        let few = self.few(filter, marks.as_deref(), words.as_deref()).await?;
        let after = self.place(filter).await?;
        // Words that most letters have: the newest of them mostly fill the page.
        if let (Order::Newest, None, Some(wanted)) = (filter.order, &few.letters, &words) {
            let newest = self.newest_worded(wanted, after.sequence, NEWEST).await?;
            let are_all = (newest.len() as i64) < NEWEST;
            let few = Few { letters: Some(newest.into_iter().collect()), has_words: true, ..Few::default() };
            let found = self.page(filter, marks.clone(), None, &few, &after).await?;
            if are_all || found.len() as i64 == filter.limit {
                return Ok(found);
            }
        }
        self.page(filter, marks, words, &few, &after).await
    }

    /// Letters that meet the conditions and are among few, where these are told.
    async fn page(
        &self,
        filter: &Filter,
        marks: Option<String>,
        words: Option<String>,
        few: &Few,
        after: &Place,
    ) -> Result<Vec<LetterRow>, RegisterError> {
        let query = match (filter.order, few.letters.is_some()) {
            (Order::Newest, true) => sqlx::query_as(wanted!(
                of_few!(),
                "$17 IS NOT NULL AND l.sequence < $15 ORDER BY l.sequence DESC LIMIT $14"
            )),
            (Order::Newest, false) => sqlx::query_as(wanted!(
                "$16 IS NULL AND $17 IS NOT NULL AND l.sequence < $15 ORDER BY l.sequence DESC LIMIT $14"
            )),
            (Order::Oldest, true) => {
                sqlx::query_as(wanted!(of_few!(), "$17 IS NOT NULL AND l.sequence > $15 ORDER BY l.sequence LIMIT $14"))
            }
            (Order::Oldest, false) => sqlx::query_as(wanted!(
                "$16 IS NULL AND $17 IS NOT NULL AND l.sequence > $15 ORDER BY l.sequence LIMIT $14"
            )),
            (Order::Date, true) => sqlx::query_as(wanted!(
                of_few!(),
                "(l.day, l.sequence) < ($17, $15) ORDER BY l.day DESC, l.sequence DESC LIMIT $14"
            )),
            (Order::Date, false) => sqlx::query_as(wanted!(
                "$16 IS NULL AND (l.day, l.sequence) < ($17, $15) ORDER BY l.day DESC, l.sequence DESC LIMIT $14"
            )),
            (Order::Name, true) => sqlx::query_as(wanted!(
                of_few!(),
                "(l.sort_name, l.sequence) > ($17, $15) ORDER BY l.sort_name, l.sequence LIMIT $14"
            )),
            (Order::Name, false) => sqlx::query_as(wanted!(
                "$16 IS NULL AND (l.sort_name, l.sequence) > ($17, $15) ORDER BY l.sort_name, l.sequence LIMIT $14"
            )),
            (Order::Amount, true) => sqlx::query_as(wanted!(
                of_few!(),
                "(l.cents, l.sequence) < ($17, $15) ORDER BY l.cents DESC, l.sequence DESC LIMIT $14"
            )),
            (Order::Amount, false) => sqlx::query_as(wanted!(
                "$16 IS NULL AND (l.cents, l.sequence) < ($17, $15) ORDER BY l.cents DESC, l.sequence DESC LIMIT $14"
            )),
        };
        let query = query
            .bind(&filter.case)
            .bind(&filter.letter_type)
            .bind(filter.state)
            .bind(filter.delivery)
            .bind(filter.channel)
            .bind(&filter.program)
            .bind(listed(&filter.programs))
            .bind(filter.from)
            .bind(filter.until)
            .bind(filter.cents)
            .bind(&filter.run)
            .bind(marks.filter(|_| !few.has_marks))
            .bind(words.filter(|_| !few.has_words))
            .bind(filter.limit)
            .bind(after.sequence)
            .bind(few.listed());
        let query = match &after.key {
            Key::Text(text) => query.bind(text),
            Key::Cents(cents) => query.bind(cents),
        };
        Ok(query.bind(LetterState::Issued).fetch_all(&self.pool).await?)
    }

    /// Where a list goes on.
    async fn place(&self, filter: &Filter) -> Result<Place, RegisterError> {
        let begins = filter.order.beginning();
        let Some(sequence) = filter.before else { return Ok(begins) };
        // Of a letter of other programs, nobody learns where it would stand.
        let sql = "SELECT day, sort_name, cents FROM letters WHERE sequence = $1 AND ($2 IS NULL OR $2 LIKE '%,' || program || ',%')";
        let query = sqlx::query_as(sql).bind(sequence).bind(listed(&filter.programs));
        let row: Option<(String, String, i64)> = query.fetch_optional(&self.pool).await?;
        let Some((day, name, cents)) = row else { return Ok(Place { sequence, ..begins }) };
        let key = match filter.order {
            Order::Newest | Order::Oldest => begins.key,
            Order::Date => Key::Text(day),
            Order::Name => Key::Text(name),
            Order::Amount => Key::Cents(cents),
        };
        Ok(Place { sequence, key })
    }
}

/// A place in a list: what the order goes by, and the letter's sequence.
struct Place {
    sequence: i64,
    key: Key,
}

enum Key {
    Text(String),
    Cents(i64),
}

impl Order {
    /// The place before the first letter.
    fn beginning(self) -> Place {
        match self {
            Order::Newest | Order::Amount => Place { sequence: i64::MAX, key: Key::Cents(i64::MAX) },
            Order::Oldest => Place { sequence: 0, key: Key::Cents(0) },
            // After every date, and before every name.
            Order::Date => Place { sequence: i64::MAX, key: Key::Text("~".to_owned()) },
            Order::Name => Place { sequence: 0, key: Key::Text(String::new()) },
        }
    }
}
