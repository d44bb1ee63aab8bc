//! How long a sign-in lasts.

use chrono::{DateTime, TimeDelta, Utc};

/// Minutes without a request after which a session is over (ITSG-33 AC-12, OWASP Session Management: 15 to 30 minutes where the data is
/// personal). An officer who reads a long letter is not thrown out.
const IDLE_MINUTES: i64 = 30;
/// Hours after which a session is over in any case: a working day.
const WHOLE_HOURS: i64 = 10;
/// Seconds after which a further request is noted: not each of them is written.
const NOTED_AFTER_SECONDS: i64 = 60;
/// Hours for which an invitation or a link to a new password can be used.
pub const LINK_HOURS: i64 = 72;

/// Whether a session is over that was made and last noted at these instants.
pub fn is_over(made: DateTime<Utc>, noted: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - noted >= TimeDelta::minutes(IDLE_MINUTES) || now - made >= TimeDelta::hours(WHOLE_HOURS)
}

/// Whether it is time to note that somebody or something is still there.
pub fn is_to_be_noted(noted: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - noted >= TimeDelta::seconds(NOTED_AFTER_SECONDS)
}
