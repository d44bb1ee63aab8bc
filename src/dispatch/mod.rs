//! How issued letters leave: merged into print files, or attached to e-mails.

mod file;
mod mail;
mod print;

pub use mail::{Attached, Message, Post, SendError, SmtpError, SmtpSettings};
pub use print::{Place, PrintError, PrintPiece, Totals, lay_out, write_run};
