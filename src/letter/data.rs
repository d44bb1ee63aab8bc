//! The checked data of an event.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::Value;

use super::schema::Schema;
use super::schema_words::part;
use crate::case::party::write_out;
use crate::case::{Case, CaseEvent, Fault, Party, Text, said};

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
pub fn future_facts(event: &CaseEvent, schemas: &[&Schema]) -> Vec<Fault> {
    let told = event.day();
    let past_days = schemas.iter().flat_map(|schema| schema.past_days.iter());
    let found = past_days.flat_map(|place| place.values(&event.data["facts"]));
    let is_later =
        |day: &Value| day.as_str().and_then(|day| day.parse::<NaiveDate>().ok()).is_some_and(|day| day > told);
    // Schemas of several letters may have the same place.
    let later: BTreeSet<String> = found.filter(|(_, day)| is_later(day)).map(|(pointer, _)| pointer).collect();
    let told = said::day(told);
    let fault = |pointer: String| {
        let name = schemas.iter().find_map(|schema| schema.label(&pointer)).unwrap_or_else(|| pointer.as_str().into());
        Fault::new(
            "date-in-the-future",
            format!("/data/facts{pointer}"),
            format!(
                "“{}” is after {}, the day of the event that tells of it. Send it when it has happened.",
                name.en, told.en
            ),
            format!(
                "« {} » est postérieur au {}, le jour de l’événement qui le rapporte. Envoyez-le quand ce sera arrivé.",
                name.fr, told.fr
            ),
        )
    };
    later.into_iter().map(fault).collect()
}

/// Data that its schemas allow and that cannot be read all the same.
pub(super) fn unreadable(error: &serde_json::Error) -> Fault {
    let problem = said::json(error);
    Fault::new(
        "data-unreadable",
        "",
        format!("The data cannot be read: {}. Compare it with the schemas of case, party and facts.", problem.en),
        format!(
            "Les données ne peuvent pas être lues : {}. Comparez-les aux schémas de case, party et facts.",
            problem.fr
        ),
    )
}

/// A part of the data that must be there.
pub(super) fn missing(name: &str) -> Fault {
    let Text { en, fr } = part(name);
    Fault::new(
        "fact-missing",
        format!("/{name}"),
        format!("“{en}” is required and missing. Add it as \"{name}\"."),
        format!("« {fr} » est obligatoire et manque. Ajoutez-le : \"{name}\"."),
    )
}

/// A part that no event has.
pub(super) fn unknown_part(name: &str) -> Fault {
    Fault::new(
        "fact-unknown",
        format!("/{name}"),
        format!("“{name}” is not part of an event's data, which is {{case, party, addressee, facts}}. Take it out."),
        format!(
            "« {name} » ne fait pas partie des données d’un événement, soit {{case, party, addressee, facts}}. Retirez-le."
        ),
    )
}
