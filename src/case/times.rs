//! Times that letters give: until when their reader may act, and what ends such a time before its day.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::stored::stored_by_display;

/// A time that a letter gave its reader, as it was printed. The unit keeps to it: nothing that goes further is sent before it is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Given {
    /// The name of its deadline in letter.toml; `by` where the letter's day to act is none of its deadlines.
    pub name: String,
    /// Its last day, which still counts.
    pub until: NaiveDate,
    /// What the person may do that leaves nothing to wait for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spent_by: Vec<SpentBy>,
    /// Dollars that the letter asks for, where a payment is one of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Decimal>,
}

/// What ends a time before its last day: what it was given for has been done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SpentBy {
    /// What the letter asks for came in.
    Payment,
    /// A plan was agreed on.
    Plan,
    /// The sponsor explained, and was told what was decided.
    Submission,
    /// A review was asked for, and the person was told what was decided.
    Review,
    /// An appeal was made, and decided.
    Appeal,
}

/// The times that a letter gave, as a row of the register keeps them: JSON.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Times(pub Vec<Given>);

impl Times {
    /// The last day of all of them.
    pub fn last(&self) -> Option<NaiveDate> {
        self.0.iter().map(|given| given.until).max()
    }
}

impl std::fmt::Display for Times {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&serde_json::to_string(&self.0).map_err(|_| std::fmt::Error)?)
    }
}

impl std::str::FromStr for Times {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> Result<Times, serde_json::Error> {
        serde_json::from_str(text).map(Times)
    }
}

stored_by_display!(Times);
