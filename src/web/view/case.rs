//! A case: its people with their standing, its letters, follow-ups and entries.

use chrono::NaiveDate;
use serde::Serialize;

use super::{EntryView, FollowUpView, LetterView};
use crate::case::insurance::masked;
use crate::case::{CaseRef, Channel, Day, Language, PersonId, PreferredLanguage, money};
use crate::desk::{DebtState, Desk, DeskError, Owed};
use crate::letter::Data;
use crate::register::Filter;

/// Letters of one case, at most.
const MAX_LETTERS: i64 = 1_000;

/// A case.
#[derive(Serialize, utoipa::ToSchema)]
pub struct CaseView {
    /// The case reference.
    pub reference: CaseRef,
    /// The program's key.
    pub program: String,
    /// Its parties, each with what stands in their way.
    pub parties: Vec<PartyView>,
    /// Its debts, each with what is owed on it today.
    pub debts: Vec<DebtView>,
    /// Its letters, newest first.
    pub letters: Vec<LetterView>,
    /// What Recto noticed to be due, and what was decided of it.
    pub follow_ups: Vec<FollowUpView>,
    /// What was done, in order.
    pub entries: Vec<EntryView>,
}

/// A party of a case.
#[derive(Serialize, utoipa::ToSchema)]
pub struct PartyView {
    /// The case system's key.
    pub id: PersonId,
    /// The name.
    pub name: String,
    /// `debtor`, `sponsor` …
    pub role: &'static str,
    /// The same in words, in the language of Accept-Language.
    pub role_name: String,
    /// `en`, `fr` or `unknown`.
    pub language: PreferredLanguage,
    /// `print` or `email`.
    pub channel: Channel,
    /// What the case's events say of the party: `deceased`, `insolvency_stay`, `open_dispute` …
    pub standing: Vec<&'static str>,
}

/// A debt of a case, by what Recto was told.
#[derive(Serialize, utoipa::ToSchema)]
pub struct DebtView {
    /// Its number within the case; empty for the only one.
    pub number: String,
    /// In what state it is.
    pub state: DebtState,
    /// Dollars that are owed on it, such as `1234.56`; below zero where more came than was owed, `null` where no balance was stated.
    pub balance: Option<String>,
    /// The day for which that is true: today.
    pub as_of: Day,
    /// Dollars that came above what was owed, and that nobody has looked into; absent where there are none.
    pub excess: Option<String>,
}

impl DebtView {
    fn of(owed: &Owed<'_>, today: NaiveDate) -> DebtView {
        DebtView {
            number: owed.debt.number.clone(),
            state: owed.state(),
            balance: owed.balance.map(money::plain),
            as_of: today.into(),
            excess: (!owed.excess.is_zero()).then(|| money::plain(owed.excess)),
        }
    }
}

impl CaseView {
    /// A case in one language, if an event of it was taken.
    pub(in crate::web) async fn of(
        desk: &Desk,
        reference: &CaseRef,
        language: Language,
    ) -> Result<Option<CaseView>, DeskError> {
        let reader = desk.reader();
        let case = desk.case(reference).await?;
        let who = desk.people(&case);
        let Some(program) = case.program() else { return Ok(None) };
        let today = desk.clock.today();
        let policy = desk.studio.catalogue.program(&program).ok().and_then(|program| program.policy_on(today));
        let terms = policy.map_or(&[][..], |policy| &policy.terms);
        let (mut parties, mut debts) = (Vec::new(), Vec::new());
        for id in who.known() {
            // Nobody of the case is shown by what somebody else's event says, or an older word.
            let Some(newest) = who.newest(&id) else { continue };
            let standing = who.standing(&id, &case.letters);
            let mut data = newest.data.clone();
            standing.person.reach.as_it_stands(&mut data["party"]);
            let Ok(data) = Data::read(&data) else { continue };
            // What is owed is the same for all of its parties.
            debts = standing.ledger.owed_each(today, terms).iter().map(|one| DebtView::of(one, today)).collect();
            let role = data.person.role.as_str();
            parties.push(PartyView {
                standing: standing.flags(today, terms),
                name: masked(&data.person.full_name()),
                role_name: desk.studio.catalogue.role(role).get(language).to_owned(),
                role,
                language: data.person.language,
                channel: data.person.channel,
                id,
            });
        }
        let filter = Filter { case: Some(reference.clone()), limit: MAX_LETTERS, ..Filter::default() };
        let letters = LetterView::all(reader.letters(&filter).await?, &desk.studio.catalogue, language);
        let follow_ups = reader.follow_ups(None, Some(reference), &[], MAX_LETTERS).await?;
        let follow_ups: Result<Vec<_>, DeskError> =
            follow_ups.into_iter().map(|row| FollowUpView::of(row, language)).collect();
        let entries = reader.entries_of_case(reference).await?;
        let entries = entries.into_iter().map(|filed| EntryView::of(filed, &desk.studio.catalogue, language)).collect();
        let (reference, follow_ups) = (reference.clone(), follow_ups?);
        Ok(Some(CaseView { reference, program, parties, debts, letters, follow_ups, entries }))
    }
}
