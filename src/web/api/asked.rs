//! Reading what a request gives, its body and its query; everything that is wrong with either is said at once.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::case::{Fault, Text, json as strict};
use crate::letter::shape_faults;
use crate::web::problem::Problem;

/// Reads a request's JSON, whatever it is.
pub(super) fn json(bytes: &[u8]) -> Result<Value, Problem> {
    strict::read(bytes).map_err(Problem::unreadable)
}

/// Reads a request's JSON by the schema of its type.
pub(super) fn body<T: DeserializeOwned + JsonSchema>(bytes: &[u8]) -> Result<T, Problem> {
    body_with(bytes, &[])
}

/// The same, where names have changed: each old one, and what it is called now.
pub(super) fn body_with<T: DeserializeOwned + JsonSchema>(
    bytes: &[u8],
    renamed: &[(&str, &str)],
) -> Result<T, Problem> {
    let mut value = json(bytes)?;
    for (old, new) in renamed {
        if let Some(members) = value.as_object_mut().filter(|members| !members.contains_key(*new))
            && let Some(kept) = members.shift_remove(*old)
        {
            members.insert((*new).to_owned(), kept);
        }
    }
    let faults = shape_faults::<T>(&value);
    if !faults.is_empty() {
        return Err(Problem::unfit(faults));
    }
    serde_json::from_value(value).map_err(|error| Problem::not_json(&error))
}

/// The parameters of an address, each read once. What is not understood is kept until all are read.
pub(super) struct Parameters {
    given: Vec<(String, String)>,
    faults: Vec<Fault>,
}

impl Parameters {
    /// The parameters of a query, of which only these are known.
    pub(super) fn of(given: Vec<(String, String)>, known: &[&str]) -> Parameters {
        let strange = given.iter().filter(|(name, _)| !known.contains(&name.as_str()));
        let faults = strange.map(|(name, _)| unknown(name, &known.join(", "))).collect();
        Parameters { given, faults }
    }

    /// A parameter, where it is given; `form` says what it must be, in English and French.
    pub(super) fn read<T>(&mut self, name: &str, form: impl Into<Text>, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let mut values = self.given.iter().filter(|(given, _)| given == name).map(|(_, value)| value);
        let (value, more) = (values.next()?, values.next());
        let read = read(value).filter(|_| more.is_none());
        if read.is_none() {
            self.faults.push(malformed(name, value, &form.into()));
        }
        read
    }

    /// The problem of what was not understood, if anything was not.
    pub(super) fn done(self) -> Result<(), Problem> {
        if self.faults.is_empty() { Ok(()) } else { Err(Problem::unfit(self.faults)) }
    }
}

fn unknown(name: &str, known: &str) -> Fault {
    Fault::new(
        "parameter-unknown",
        format!("?{name}"),
        format!("“{name}” is no parameter of this address. It takes: {known}."),
        format!("« {name} » n’est pas un paramètre de cette adresse. Elle accepte : {known}."),
    )
}

fn malformed(name: &str, value: &str, form: &Text) -> Fault {
    let shown: String = value.chars().take(80).collect();
    Fault::new(
        "parameter-malformed",
        format!("?{name}"),
        format!("“{name}” cannot be “{shown}”: give it once, as {}.", form.en),
        format!("« {name} » ne peut pas être « {shown} » : donnez-le une fois, comme {}.", form.fr),
    )
}
