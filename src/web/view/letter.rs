//! A letter.

use chrono::NaiveDate;
use serde::Serialize;

use crate::case::fault::{FaultView, problem, views};
use crate::case::insurance::masked;
use crate::case::{
    CaseRef, Channel, Day, DeliveryState, Language, LetterId, LetterState, PersonId, PreferredLanguage, Sha256, Stamp,
};
use crate::letter::Catalogue;
use crate::register::LetterRow;

/// A letter.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LetterView {
    /// Its identity.
    pub id: LetterId,
    /// The letter type's key.
    #[serde(rename = "type")]
    pub letter_type: String,
    /// The letter type's title.
    pub title: String,
    /// The case reference.
    pub case: CaseRef,
    /// Whom it is about: the key in the case system.
    pub person: PersonId,
    /// The name of whom it is about.
    pub person_name: String,
    /// The name of whom it is addressed to.
    pub addressee_name: String,
    /// `en`, `fr`, or `unknown` for both.
    pub language: PreferredLanguage,
    /// How it reaches the addressee: `print`, `email`, or `file` for an internal document.
    #[schema(value_type = String, pattern = "^(print|email|file)$")]
    pub channel: Channel,
    /// How far it has come.
    pub state: LetterState,
    /// Whether it is to be worked: for the first time, or again because something has changed.
    pub to_work: bool,
    /// How it travels; absent before it is issued.
    pub delivery: Option<DeliveryState>,
    /// Why it was not sent, or not yet.
    pub problem: Option<String>,
    /// Its mailing date; absent before it is issued.
    pub date: Option<Day>,
    /// The day on which it goes if nothing stops it: the date of the run that it would catch, or today. Given for one letter, while it
    /// has not left.
    pub goes_on: Option<Day>,
    /// Its pages; absent before it is issued.
    pub pages: Option<i64>,
    /// Dollars that it asks for, or else is about, such as `1234.56`; absent where it is about no money, and before its words were written.
    pub amount: Option<String>,
    /// SHA-256 of its PDF; absent before it is issued.
    pub sha256: Option<Sha256>,
    /// The hash of its words; absent before it is issued.
    pub content_hash: Option<Sha256>,
    /// What an approval is bound to, while it waits for one: the words and the notes.
    pub seal: Option<Sha256>,
    /// Who approved what waits, or was issued.
    pub approved_by: Option<String>,
    /// When it was called for.
    pub called_at: Stamp,
    /// Why it is held or refused.
    pub reasons: Vec<FaultView>,
}

impl LetterView {
    /// A letter in one language.
    pub(in crate::web) fn of(row: LetterRow, catalogue: &Catalogue, language: Language) -> LetterView {
        let title = catalogue.types.get(&row.letter_type).map(|letter| letter.description.title.get(language));
        let issued = row.state == LetterState::Issued;
        let approved = issued || row.is_approved();
        let amount = row.cents().map(|cents| format!("{}.{:02}", cents / 100, cents % 100));
        LetterView {
            state: row.state,
            to_work: row.is_to_work(),
            title: title.unwrap_or(&row.letter_type).to_owned(),
            reasons: views(&row.reasons, language),
            delivery: row.delivery.filter(|_| issued),
            problem: row.problem.filter(|_| issued).map(|kept| problem(&kept, language)),
            date: row.date.filter(|_| issued),
            goes_on: None,
            amount,
            pages: row.pages.filter(|_| issued),
            sha256: row.sha256.filter(|_| issued),
            id: row.id,
            letter_type: row.letter_type,
            case: row.case_reference,
            person: row.person,
            person_name: masked(&row.person_name),
            addressee_name: masked(&row.addressee_name),
            language: row.language,
            channel: row.channel,
            content_hash: row.content_hash.filter(|_| issued),
            seal: row.seal,
            approved_by: row.approved_by.filter(|_| approved),
            called_at: row.called_at,
        }
    }

    /// The same letter, with the day on which it goes.
    pub(in crate::web) fn going(self, on: Option<NaiveDate>) -> LetterView {
        LetterView { goes_on: on.map(Day::from), ..self }
    }

    /// Letters in one language.
    pub(in crate::web) fn all(rows: Vec<LetterRow>, catalogue: &Catalogue, language: Language) -> Vec<LetterView> {
        rows.into_iter().map(|row| LetterView::of(row, catalogue, language)).collect()
    }
}
