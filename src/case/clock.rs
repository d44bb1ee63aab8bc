//! The time of day, asked for and never taken.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::America::Toronto;

/// Where the service gets its time from.
#[derive(Debug, Clone, Copy)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands still: the sample day and the tests.
    Fixed(DateTime<Utc>),
}

impl Clock {
    /// The present instant.
    pub fn now(self) -> DateTime<Utc> {
        match self {
            #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
            Clock::System => Utc::now(),
            Clock::Fixed(instant) => instant,
        }
    }

    /// The present date in Toronto.
    pub fn today(self) -> NaiveDate {
        toronto(self.now()).date()
    }

    /// The instants at which the present day in Toronto begins and ends.
    pub fn day(self) -> (DateTime<Utc>, DateTime<Utc>) {
        let today = self.today();
        let midnight = |day: NaiveDate| {
            let local = day.and_time(NaiveTime::MIN).and_local_timezone(Toronto);
            local.earliest().map_or_else(|| day.and_time(NaiveTime::MIN).and_utc(), |instant| instant.to_utc())
        };
        (midnight(today), midnight(today + chrono::Days::new(1)))
    }

    /// The present time of day in Toronto.
    pub fn time_of_day(self) -> NaiveTime {
        toronto(self.now()).time()
    }
}

/// An instant as Toronto's calendar and wall clock show it.
pub fn toronto(instant: DateTime<Utc>) -> chrono::NaiveDateTime {
    instant.with_timezone(&Toronto).naive_local()
}
