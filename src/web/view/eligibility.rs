//! Whether a letter is called for and may go.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;
use strum::VariantArray;

use crate::case::fault::{FaultView, views};
use crate::case::{Day, Fault, Language, LetterId};
use crate::desk::{Call, CaseRead, Desk, DeskError, Eligibility, Group, guard};
use crate::letter::Catalogue;

/// Whether a letter of one type is called for, and may go to one person of the case today.
#[derive(Serialize, utoipa::ToSchema)]
pub struct EligibilityView {
    /// The letter type's key.
    pub letter: String,
    /// The letter type's title.
    pub title: String,
    /// The person's key.
    pub person: String,
    /// The person's name.
    pub name: String,
    /// `called-for`: something calls for it now, whether it may go yet or not; `may-go`: nothing calls for it, and an officer may ask
    /// for it; `may-not`: something stands against it; `no-ground`: nothing on file calls for it or bears it.
    pub group: &'static str,
    /// What calls for it now.
    pub called_for: Vec<CallView>,
    /// Whether it may go today.
    pub may_go: bool,
    /// Whether somebody must approve it first.
    pub needs_approval: bool,
    /// The first day on which it may go if nothing happens until then; absent where it may go today, or where time does not help.
    pub from: Option<Day>,
    /// What stands against it: first what says that nothing on file bears it.
    pub reasons: Vec<ReasonView>,
    /// What an approver is to look at.
    pub notes: Vec<FaultView>,
    /// The event whose facts it was judged by, where one called for it; without one, by the standing alone.
    pub event: Option<String>,
}

/// What stands against a letter, until when, and what would change it.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ReasonView {
    /// The stable kebab-case code.
    pub code: String,
    /// The rule's number, or where.
    pub place: String,
    /// What stands against it.
    pub message: String,
    /// The first day on which it no longer does; absent where time alone does not help.
    pub until: Option<Day>,
    /// What would change it, where the message does not say so.
    pub remedy: Option<String>,
}

/// The letter types of one group, as a page shows them.
#[derive(Serialize)]
pub struct GroupView {
    /// The group's key.
    pub key: &'static str,
    /// Its title.
    pub title: &'static str,
    /// Its letter types for each person.
    pub letters: Vec<EligibilityView>,
}

impl GroupView {
    /// The groups of a case that was read that have letter types, in one language: first what is called for.
    pub(in crate::web) async fn all(
        desk: &Desk,
        read: &CaseRead,
        language: Language,
    ) -> Result<Vec<GroupView>, DeskError> {
        let answers = desk.explain_read(read, |_| true).await?;
        let group = |group: &Group| {
            let own = answers.iter().filter(|answer| answer.group == *group).cloned();
            let letters = own.map(|answer| EligibilityView::of(answer, &desk.studio.catalogue, language)).collect();
            GroupView { key: group.as_str(), title: group.title().get(language), letters }
        };
        Ok(Group::VARIANTS.iter().map(group).filter(|group| !group.letters.is_empty()).collect())
    }
}

/// One thing that calls for a letter.
#[derive(Serialize, utoipa::ToSchema)]
pub struct CallView {
    /// `event`: one asked for it, and it has not left; `follow-up`: one is due; `standing`: it happened, nobody asked for the letter,
    /// and none has told of it.
    pub by: &'static str,
    /// The id of the event or of the follow-up.
    pub id: String,
    /// Since when; of a follow-up, the day on which it is due.
    pub since: Day,
    /// What it is, in words.
    pub says: String,
    /// The letter that was made of it, where there is one.
    pub letter: Option<LetterId>,
}

impl EligibilityView {
    /// An answer in one language.
    pub(in crate::web) fn of(answer: Eligibility, catalogue: &Catalogue, language: Language) -> EligibilityView {
        let title = catalogue.types.get(&answer.letter_type).map(|letter| letter.description.title.get(language));
        EligibilityView {
            title: title.unwrap_or(&answer.letter_type).to_owned(),
            letter: answer.letter_type,
            person: answer.person,
            name: answer.name,
            group: answer.group.as_str(),
            called_for: answer.called_for.into_iter().map(|call| CallView::of(call, language)).collect(),
            may_go: answer.may_go,
            needs_approval: answer.needs_approval,
            from: answer.from.map(Day::from),
            reasons: answer.reasons.iter().map(|reason| ReasonView::of(reason, &answer.over, language)).collect(),
            notes: views(&answer.notes, language),
            event: answer.event,
        }
    }
}

impl ReasonView {
    fn of(reason: &Fault, over: &BTreeMap<String, NaiveDate>, language: Language) -> ReasonView {
        let FaultView { code, place, message } = reason.view(language);
        let remedy = guard(&code).and_then(|guard| guard.remedy()).map(|remedy| remedy.get(language).to_owned());
        ReasonView { until: over.get(&code).copied().map(Day::from), remedy, code, place, message }
    }
}

impl CallView {
    fn of(call: Call, language: Language) -> CallView {
        CallView {
            by: call.by.as_str(),
            id: call.id,
            since: call.since.into(),
            says: call.says.get(language).to_owned(),
            letter: call.letter,
        }
    }
}
