//! How issued letters leave: merged into print files, attached to e-mails, or bundled for an access request.

mod bundle;
mod file;
mod mail;
mod print;

pub use bundle::{Bundle, BundledFile};
pub use mail::{Attached, Message, Post, SendError, SmtpError, SmtpSettings};
pub use print::{Place, PrintError, PrintPiece, Totals, lay_out, write_run};
