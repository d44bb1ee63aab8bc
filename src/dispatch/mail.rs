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
use crate::case::fault::Reasons;
use crate::case::{Fault, Text, mailbox, said};

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

impl SmtpError {
    /// What is wrong, and what to do; what a library said is for the log.
    pub fn says(&self) -> Text {
        match self {
            SmtpError::File { file, error } => said::unreadable("smtp", file, error),
            SmtpError::Tls(_) => Text::new(
                "The mail server cannot be used as [smtp] has it. Check `host`, and that `ca_file` has certificates in PEM.",
                "Le serveur de courriel ne peut pas être employé tel que réglé dans [smtp]. Vérifiez `host`, et que `ca_file` contient des certificats en PEM.",
            ),
        }
    }
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
                written.map_err(|error| {
                    let why = said::io(&error);
                    let en = format!("The outbox folder cannot be written: {}.", why.en);
                    let fr = format!("Le dossier outbox ne peut pas être écrit : {}.", why.fr);
                    SendError::Retry(problem("outbox-unwritable", en, fr))
                })?;
            }
            Post::Smtp(transport) => {
                transport.send(mail).await.map_err(|error| {
                    let text = describe(&error);
                    // A 5xx answer about the letter is the server's last word. All else may pass: 4xx, a closed door, a
                    // time-out, and what speaks of our session and not of the letter, such as a wrong password.
                    let session = error.status().is_some_and(|code| SESSION.contains(&u16::from(code)));
                    // lettre itself says so where the server offers no SMTPUTF8 (RFC 6531); a wait changes nothing.
                    if !plain_name && error.is_client() {
                        return SendError::Mailbox(plain_names_only());
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
    let parsed = mailbox::for_servers(&address).and_then(|address| address.parse().ok());
    let address = parsed.ok_or_else(|| {
        problem(
            "email-malformed",
            format!("“{address}” is not an e-mail address that a server takes. Correct it in the case system."),
            format!("« {address} » n’est pas une adresse de courriel qu’un serveur accepte. Corrigez-la dans le système de dossiers."),
        )
    })?;
    // Fixed boundaries: the same letter makes the same mail.
    let words = MultiPart::alternative()
        .boundary(format!("words-{}-{}", message.letter, message.number))
        .singlepart(SinglePart::plain(message.text))
        .singlepart(SinglePart::html(message.html));
    let mut body =
        MultiPart::mixed().boundary(format!("letter-{}-{}", message.letter, message.number)).multipart(words);
    for file in message.files {
        let media_type = ContentType::parse(file.media_type).map_err(|_| not_built())?;
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
        .map_err(|_| not_built())
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// The server takes no mailbox names beyond ASCII.
fn plain_names_only() -> String {
    problem(
        "mailbox-not-taken",
        "The mail server cannot take the name of this mailbox, which has letters beyond ASCII (it offers no SMTPUTF8). Ask the person for another e-mail address.",
        "Le serveur de courriel ne peut pas accepter le nom de cette boîte, qui contient des lettres hors de l’ASCII (il n’offre pas SMTPUTF8). Demandez à la personne une autre adresse de courriel.",
    )
}

fn not_built() -> String {
    problem(
        "mail-not-built",
        "The mail could not be put together. Report it to those who maintain Recto.",
        "Le courriel n’a pas pu être composé. Signalez-le aux responsables de Recto.",
    )
}

/// What came of a mail server's answer, as a row keeps it: both languages, and the server's own words as a quotation. Without the
/// address: the case file has it, logs must not.
fn describe(error: &lettre::transport::smtp::Error) -> String {
    let (code, en, fr) = match error.status() {
        Some(status) => {
            let answer = std::error::Error::source(error).map_or_else(String::new, |answer| format!(" {answer}"));
            let answer = format!("{status}{answer}");
            (
                "mail-server-refused",
                format!("The mail server did not take the letter. It said: “{answer}”"),
                format!("Le serveur de courriel n’a pas pris la lettre. Il a dit : « {answer} »"),
            )
        }
        None if error.is_timeout() => (
            "mail-server-silent",
            "The mail server did not answer in time.".to_owned(),
            "Le serveur de courriel n’a pas répondu à temps.".to_owned(),
        ),
        None if error.is_tls() => (
            "mail-server-not-trusted",
            "The mail server's certificate cannot be trusted, or it does not encrypt. Check [smtp].".to_owned(),
            "Le certificat du serveur de courriel n’est pas fiable, ou il ne chiffre pas. Vérifiez [smtp].".to_owned(),
        ),
        None => (
            "mail-server-away",
            "The mail server cannot be reached, or broke off. Check [smtp] and the network.".to_owned(),
            "Le serveur de courriel est inaccessible ou s’est interrompu. Vérifiez [smtp] et le réseau.".to_owned(),
        ),
    };
    problem(code, en, fr)
}

/// A problem as a row keeps it.
fn problem(code: &str, en: impl Into<String>, fr: impl Into<String>) -> String {
    Reasons(vec![Fault::new(code, "", en, fr)]).to_string()
}
