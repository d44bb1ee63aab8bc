//! What can be set for a desk.

use chrono::NaiveTime;
use lettre::message::Mailbox;
use serde::{Deserialize, Serialize};

use crate::dispatch::SmtpSettings;
use crate::openid::OpenIdSettings;

/// Whether letters are real.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// Every page says SPECIMEN and no mail leaves the machine. The default.
    #[default]
    Specimen,
    /// Letters are letters.
    Production,
}

impl Environment {
    /// The environment as the register writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Environment::Specimen => "specimen",
            Environment::Production => "production",
        }
    }
}

/// The settings of a desk, each with a default.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// `specimen` or `production`.
    pub environment: Environment,
    /// Toronto time after which a letter is promised to the next business day's print run.
    pub cut_off: NaiveTime,
    /// Attempts at making a letter before it is shown to a person.
    pub letter_attempts: i64,
    /// Attempts at sending an e-mail before it is shown to a person.
    pub email_attempts: i64,
    /// Seconds to the second attempt at sending an e-mail; each further one waits twice as long, six hours at most.
    pub email_retry_s: u32,
    /// The sender of e-mails. The part after @ also ends the Message-IDs.
    pub from: Mailbox,
    /// Where e-mail goes in production. In the specimen environment it goes into the outbox folder, always.
    pub smtp: Option<SmtpSettings>,
    /// Whether e-mail goes into the outbox folder in production too, where something else takes it from there.
    pub outbox: bool,
    /// The OpenID Connect provider at which people sign in, besides those who have a password here.
    pub openid: Option<OpenIdSettings>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            environment: Environment::Specimen,
            cut_off: NaiveTime::from_hms_opt(15, 0, 0).expect("three o'clock is a time"),
            letter_attempts: 6,
            email_attempts: 8,
            email_retry_s: 60,
            from: "Financial Services Unit <letters@fsu.example.ca>".parse().expect("the default sender is a mailbox"),
            smtp: None,
            outbox: false,
            openid: None,
        }
    }
}
