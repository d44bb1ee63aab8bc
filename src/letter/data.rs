//! The checked data of an event.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::Value;

use crate::case::party::write_out;
use crate::case::repertoire::Repertoire;
use crate::case::{Case, CaseEvent, Fault, Party, Place};

/// The data of an event after its check: `{case, party, facts}`, and `addressee` where the letter goes to somebody else than
/// the person whom it is about: a trustee, a representative, a member of parliament.
#[derive(Debug, Clone, Deserialize)]
pub struct Data {
    /// The debt file.
    pub case: Case,
    /// Whom the event and the letter are about: the party to the debt, `party` in the event's contract.
    #[serde(rename = "party")]
    pub person: Party,
    /// Whom the letter is addressed to: the addressee, or else the person.
    #[serde(skip)]
    pub addressee: Party,
    /// The letter type's own facts.
    pub facts: Value,
    /// All of it as JSON, as templates see it.
    #[serde(skip)]
    pub json: Value,
}

impl Data {
    /// Reads data that the schemas have allowed, names and addresses in the form in which letters have them.
    pub fn read(json: &Value) -> Result<Data, serde_json::Error> {
        let mut json = json.clone();
        for whom in ["party", "addressee"] {
            json.get_mut(whom).into_iter().for_each(write_out);
        }
        let mut data = Data::deserialize(&json)?;
        data.addressee = match json.get("addressee") {
            Some(addressee) => Party::deserialize(addressee)?,
            None => data.person.clone(),
        };
        data.json = json;
        Ok(data)
    }

    /// The addressee as JSON, as templates see it.
    pub fn addressee_json(&self) -> &Value {
        addressee(&self.json)
    }
}

/// To whom a letter of this data goes: the addressee, or else the person.
pub fn addressee(data: &Value) -> &Value {
    data.get("addressee").unwrap_or(&data["party"])
}

/// The same data in another language: `en`, `fr`, or `unknown` for both.
pub fn in_language(data: &mut Value, language: &str) {
    let whom = if data.get("addressee").is_some() { "addressee" } else { "party" };
    if let Some(whom) = data.get_mut(whom).and_then(Value::as_object_mut) {
        whom.insert("language".into(), language.into());
    }
}

/// Takes out of a sample the day that it is set for: its `dated`, or else the day of its `as_of` fact.
pub fn take_date(sample: &mut Value) -> Option<NaiveDate> {
    let dated = sample.as_object_mut().and_then(|sample| sample.shift_remove("dated"));
    dated.as_ref().and_then(Value::as_str).or(sample["facts"]["as_of"].as_str())?.parse().ok()
}

/// The facts of an event that are dated after the day on which it tells of them: a day of the past at one of these places.
pub fn future_facts<'p>(event: &CaseEvent, past_days: impl IntoIterator<Item = &'p Place>) -> Vec<Fault> {
    let told = event.day();
    let found = past_days.into_iter().flat_map(|place| place.values(&event.data["facts"]));
    let is_later =
        |day: &Value| day.as_str().and_then(|day| day.parse::<NaiveDate>().ok()).is_some_and(|day| day > told);
    // Schemas of several letters may have the same place.
    let later: BTreeSet<String> = found.filter(|(_, day)| is_later(day)).map(|(pointer, _)| pointer).collect();
    let fault = |pointer: String| {
        let name = pointer.trim_start_matches('/');
        Fault::new(
            "date-in-the-future",
            format!("/data/facts{pointer}"),
            format!("“{name}” is after {told}, the day of the event that tells of it. Send it when it has happened."),
            format!(
                "« {name} » est postérieur au {told}, le jour de l’événement qui le rapporte. Envoyez-le quand ce sera arrivé."
            ),
        )
    };
    later.into_iter().map(fault).collect()
}
