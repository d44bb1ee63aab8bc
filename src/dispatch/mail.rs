//! E-mail: multipart text and HTML in the party's language, the letter's PDF attached.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use serde::Deserialize;

use super::file::write_whole;
use crate::case::mailbox;

/// Answers that concern the session and not the letter (RFC 3463 and 4954): log in, encrypt, come back another time.
const SESSION: [u16; 7] = [421, 454, 521, 530, 534, 535, 538];
/// How long an SMTP server may take to answer.
const TIMEOUT: Duration = Duration::from_secs(60);

/// An e-mail with a letter.
pub struct Message {
    /// The letter's identity; the Message-ID and the file name are made from it, so that a retry is the same mail.
    pub letter: String,
    /// The number of the issuance; a letter set again is another mail.
    pub number: i64,
    /// The party's name and address.
    pub to: (String, String),
    /// The subject, which names nobody and no debt.
    pub subject: String,
    /// The plain-text alternative.
    pub text: String,
    /// The HTML alternative.
    pub html: String,
    /// The letter: the issued PDF first.
    pub files: Vec<Attached>,
    /// When it is sent.
    pub date: DateTime<Utc>,
}

/// A file of a message.
pub struct Attached {
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media_type: &'static str,
    /// Its contents.
    pub bytes: Vec<u8>,
}

/// Why a message was not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendError {
    /// A passing trouble: try again later.
    Retry(String),
    /// It will never go: a person must look.
    Fail(String),
    /// The server cannot take this mailbox's name, today or tomorrow: the letter must go another way.
    Mailbox(String),
}

/// Why a mail server cannot be used as it is set.
#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    /// A file that the settings name.
    #[error("{file} cannot be read: {error}")]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        error: std::io::Error,
    },
    /// The server's name or its certificate's authority.
    #[error("the mail server's settings: {0}")]
    Tls(#[from] lettre::transport::smtp::Error),
}

/// Where SMTP mail goes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpSettings {
    /// The server's name; its certificate must say the same.
    pub host: String,
    /// Its port.
    #[serde(default = "submission_port")]
    pub port: u16,
    /// Whether STARTTLS is required. Without it, letters travel in the clear: for a relay on this machine only.
    #[serde(default = "yes")]
    pub starttls: bool,
    /// A PEM file with the authority that signed the server's certificate, where the web's authorities did not.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// User name, where the server asks for one.
    #[serde(default)]
    pub username: Option<String>,
    /// A file with the password, so that it is in no configuration.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// Connections at a time.
    #[serde(default = "connections")]
    pub connections: u32,
}

fn submission_port() -> u16 {
    587
}

fn yes() -> bool {
    true
}

fn connections() -> u32 {
    4
}

/// Where e-mail is handed over.
#[derive(Clone)]
pub enum Post {
    /// A folder of `.eml` files: the default, and the only one in the specimen environment.
    Folder(PathBuf),
    /// An SMTP server.
    Smtp(Box<AsyncSmtpTransport<Tokio1Executor>>),
}

impl Post {
    /// A folder of `.eml` files, made where there is none.
    pub fn folder(folder: &Path) -> std::io::Result<Post> {
        std::fs::create_dir_all(folder)?;
        Ok(Post::Folder(folder.to_owned()))
    }

    /// A pool of connections to an SMTP server; nothing is connected yet.
    pub fn smtp(settings: &SmtpSettings) -> Result<Post, SmtpError> {
        let unreadable = |file: &PathBuf, error| SmtpError::File { file: file.clone(), error };
        let tls = if settings.starttls {
            let mut parameters = TlsParameters::builder(settings.host.clone());
            if let Some(file) = &settings.ca_file {
                let pem = std::fs::read(file).map_err(|error| unreadable(file, error))?;
                parameters = parameters.add_root_certificate(Certificate::from_pem(&pem)?);
            }
            Tls::Required(parameters.build()?)
        } else {
            Tls::None
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port)
            .tls(tls)
            .timeout(Some(TIMEOUT))
            .pool_config(PoolConfig::new().max_size(settings.connections));
        if let (Some(user), Some(file)) = (&settings.username, &settings.password_file) {
            let password =
                std::fs::read_to_string(file).map_err(|error| unreadable(file, error))?.trim_end().to_owned();
            transport = transport.credentials(Credentials::new(user.clone(), password));
        }
        Ok(Post::Smtp(Box::new(transport.build())))
    }

    /// Hands a message over and gives its Message-ID.
    pub async fn send(&self, from: &Mailbox, message: Message) -> Result<String, SendError> {
        let id = message_id(from, &message);
        let plain_name = mailbox::is_plain(&message.to.1);
        let file = format!("{}-{}.eml", message.letter, message.number);
        let mail = build(from, message, &id).map_err(SendError::Fail)?;
        match self {
            Post::Folder(folder) => {
                let written = write_whole(&folder.join(file), &mail.formatted());
                written.map_err(|error| SendError::Retry(format!("the outbox folder: {error}")))?;
            }
            Post::Smtp(transport) => {
                transport.send(mail).await.map_err(|error| {
                    let text = describe(&error);
                    // A 5xx answer about the letter is the server's last word. All else may pass: 4xx, a closed door, a
                    // time-out, and what speaks of our session and not of the letter, such as a wrong password.
                    let session = error.status().is_some_and(|code| SESSION.contains(&u16::from(code)));
                    // lettre itself says so where the server offers no SMTPUTF8 (RFC 6531); a wait changes nothing.
                    if !plain_name && error.is_client() {
                        return SendError::Mailbox(text);
                    }
                    if error.is_permanent() && !session { SendError::Fail(text) } else { SendError::Retry(text) }
                })?;
            }
        }
        Ok(id)
    }
}

fn message_id(from: &Mailbox, message: &Message) -> String {
    format!("<{}.{}@{}>", message.letter, message.number, from.email.domain())
}

fn build(from: &Mailbox, message: Message, id: &str) -> Result<lettre::Message, String> {
    let (name, address) = message.to;
    let address = mailbox::for_servers(&address).and_then(|address| address.parse().ok());
    let address = address.ok_or_else(|| "the person's e-mail address is none".to_owned())?;
    // Fixed boundaries: the same letter makes the same mail.
    let words = MultiPart::alternative()
        .boundary(format!("words-{}-{}", message.letter, message.number))
        .singlepart(SinglePart::plain(message.text))
        .singlepart(SinglePart::html(message.html));
    let mut body =
        MultiPart::mixed().boundary(format!("letter-{}-{}", message.letter, message.number)).multipart(words);
    for file in message.files {
        let media_type = ContentType::parse(file.media_type).map_err(|error| error.to_string())?;
        body = body.singlepart(Attachment::new(file.name).body(file.bytes, media_type));
    }
    lettre::Message::builder()
        .from(from.clone())
        .to(Mailbox::new(Some(name), address))
        .subject(message.subject)
        .message_id(Some(id.to_owned()))
        // No absence note answers what a program sends (RFC 3834), and Exchange asks for its own field.
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("X-Auto-Response-Suppress", "All"))
        .date(message.date.into())
        .multipart(body)
        .map_err(|error| error.to_string())
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// An error with its causes, without the address: the case file has it, logs must not.
fn describe(error: &lettre::transport::smtp::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}
