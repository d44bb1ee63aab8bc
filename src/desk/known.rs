//! What a form can have filled in, because the register knows it.

use serde_json::{Value, json};

use super::merge::{Known, fill_in_facts};
use super::{Desk, DeskError};
use crate::case::party::full_name_in;
use crate::case::{CaseRef, PersonId};
use crate::people::Who;

/// The people of a case whom somebody may write about, and what is known of the one who is meant.
#[derive(Debug, Clone)]
pub struct KnownCase {
    /// The program's key.
    pub program: String,
    /// Each person's key and name.
    pub people: Vec<(PersonId, String)>,
}

impl Desk {
    /// A case as far as somebody may work in it; none where it is not known, or of a program that they do not work in.
    pub async fn known_case(&self, by: &Who, case: &CaseRef) -> Result<Option<KnownCase>, DeskError> {
        let read = self.case(case).await?;
        let Some(program) = read.program().filter(|program| by.works_in(program)) else { return Ok(None) };
        let people = self.people(&read);
        let newest = people.known().into_iter().filter_map(|person| {
            let name = full_name_in(&people.newest(&person)?.data["party"]);
            Some((person, name))
        });
        Ok(Some(KnownCase { program, people: newest.collect() }))
    }

    /// `{case, party, facts}` as far as the register has them today: of a letter of one type about a person of a case, or, where no letter
    /// is meant, of any event about the person.
    pub async fn known_data(
        &self,
        by: &Who,
        letter_type: Option<&str>,
        case: &CaseRef,
        person: &PersonId,
    ) -> Result<Option<Value>, DeskError> {
        let read = self.case(case).await?;
        let people = self.people(&read);
        let Some(newest) = people.newest(person).filter(|newest| by.works_in(newest.program())) else {
            return Ok(None);
        };
        let known = Known::of(&read, &people, person, newest);
        let mut data = known.data.clone();
        data["facts"] = json!({});
        let letter = letter_type.and_then(|key| self.studio.catalogue.types.get(key));
        let today = self.clock.today();
        if let (Some(letter), Some((_, policy))) = (letter, self.program_and_policy(newest.program(), today)) {
            let own: Vec<_> = people.own_events().collect();
            fill_in_facts(&mut data["facts"], letter, &known, &own, policy, today);
        }
        Ok(Some(data))
    }
}
