//! Days and instants as they are stored: a day that cannot be read is an error, never another day.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use super::stored::stored_by_display;

/// A day of the calendar in Toronto, stored as `2026-11-17`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, format = Date)]
pub struct Day(NaiveDate);

/// An instant, stored in the one fixed-width UTC form `2026-11-17T19:45:00.000Z`, so that text order is time order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, utoipa::ToSchema)]
#[schema(value_type = String, format = DateTime)]
pub struct Stamp(DateTime<Utc>);

impl Day {
    /// The day of the calendar.
    pub fn date(self) -> NaiveDate {
        self.0
    }
}

impl Deref for Day {
    type Target = NaiveDate;

    fn deref(&self) -> &NaiveDate {
        &self.0
    }
}

impl From<NaiveDate> for Day {
    fn from(date: NaiveDate) -> Day {
        Day(date)
    }
}

impl PartialEq<NaiveDate> for Day {
    fn eq(&self, other: &NaiveDate) -> bool {
        self.0 == *other
    }
}

impl PartialOrd<NaiveDate> for Day {
    fn partial_cmp(&self, other: &NaiveDate) -> Option<std::cmp::Ordering> {
        self.0.partial_cmp(other)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Day {
    type Err = chrono::ParseError;

    fn from_str(text: &str) -> Result<Day, chrono::ParseError> {
        NaiveDate::from_str(text).map(Day)
    }
}

impl Stamp {
    /// The instant.
    pub fn instant(self) -> DateTime<Utc> {
        self.0
    }
}

impl From<DateTime<Utc>> for Stamp {
    fn from(instant: DateTime<Utc>) -> Stamp {
        Stamp(instant)
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl FromStr for Stamp {
    type Err = chrono::ParseError;

    fn from_str(text: &str) -> Result<Stamp, chrono::ParseError> {
        DateTime::parse_from_rfc3339(text).map(|instant| Stamp(instant.to_utc()))
    }
}

impl Serialize for Stamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'d> Deserialize<'d> for Stamp {
    fn deserialize<D: serde::Deserializer<'d>>(deserializer: D) -> Result<Stamp, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

stored_by_display!(Day);
stored_by_display!(Stamp);
