//! What the API and the pages show: letters, cases, follow-ups, runs and entries, in one language.

mod case;
mod debt;
mod eligibility;
mod follow_up;
mod letter;
mod merge;
mod party;
mod plan;
mod run;
mod search;
mod timeline;

pub(super) use case::CaseView;
use debt::DebtView;
pub(super) use eligibility::{EligibilityView, GroupView};
pub(super) use follow_up::{FollowUpView, MAX_FOLLOW_UPS};
pub(super) use letter::LetterView;
pub use merge::{LeftOutView, MergeCheckView, MergeView, QuestionView};
use party::{PartyView, SituationView};
use plan::PlanView;
pub(super) use run::RunView;
pub(super) use search::{cents_of, status_of};
pub(super) use timeline::{Timeline, Topic};

use serde::Serialize;
use serde_json::Value;

use crate::case::fault::{problem, views};
use crate::case::{Actor, Entry, EntryKind, Fault, FiledEntry, Language, LetterId, Stamp};
use crate::desk::{office, rule_words};
use crate::letter::Catalogue;

/// An entry of a case file, its reasons in one language.
#[derive(Serialize, utoipa::ToSchema)]
pub struct EntryView {
    /// Its place in the order of all entries.
    pub sequence: i64,
    /// When.
    pub at: Stamp,
    /// Who did it; absent in entries of before actors were recorded.
    pub actor: Option<Actor>,
    /// What was done.
    pub kind: EntryKind,
    /// The letter that it concerns.
    pub letter: Option<LetterId>,
    /// What belongs to it: reasons, seal, run, Message-ID; of an event, what happened in words (`says`);
    /// of a decision, the decider's role in words (`role_name`).
    pub detail: Value,
}

impl EntryView {
    /// An entry in one language.
    pub(super) fn of(filed: FiledEntry, catalogue: &Catalogue, language: Language) -> EntryView {
        let (kind, mut detail) = (filed.kind(), filed.detail());
        if let Some(event) = detail["type"].as_str() {
            detail["says"] = catalogue.happened(event).get(language).into();
        }
        // The words stand on the letter's page.
        if let Some(detail) = detail.as_object_mut() {
            detail.remove("words");
        }
        if let Some(role) = detail["role"].as_str().filter(|role| !role.is_empty()) {
            detail["role_name"] = office(role).get(language).into();
        }
        if let Entry::LetterOverridden(overridden) = &filed.entry {
            detail["finding"] = finding(&overridden.finding, language);
        }
        if let Ok(reasons) = serde_json::from_value::<Vec<Fault>>(detail["reasons"].take()) {
            detail["reasons"] = serde_json::json!(views(&reasons, language));
        } else if let Some(detail) = detail.as_object_mut() {
            detail.remove("reasons");
        }
        if let Some(kept) = detail["problem"].as_str() {
            detail["problem"] = problem(kept, language).into();
        }
        EntryView { sequence: filed.sequence, at: filed.at, actor: filed.actor, kind, letter: filed.letter, detail }
    }
}

/// What a manager let pass, with the words of its rule; in an entry of before findings were data, the words that were shown.
fn finding(finding: &Value, language: Language) -> Value {
    if let Ok(fault) = serde_json::from_value::<Fault>(finding.clone()) {
        return serde_json::json!(fault.view(language));
    }
    let guard = finding["guard"].as_str().unwrap_or_default();
    let says = rule_words(guard).map(|words| words.get(language).to_owned());
    let mut finding = finding.clone();
    (finding["code"], finding["place"]) = (guard.into(), "".into());
    finding["message"] = says.unwrap_or_else(|| guard.to_owned()).into();
    finding
}
