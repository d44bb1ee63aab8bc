//! Who comes to Recto and what each may do: accounts, roles, the table of roles and permissions, passwords, the limits of a sign-in.
//! No input and no output.
//!
//! Three kinds come: a person who is signed in, a system with a token of its own, and whoever runs this machine. [`Who`] is one of
//! them; every act has one, and nobody says in a request who they are.

mod account;
mod back_off;
mod password;
mod role;
mod secret;
mod session;
mod token;
mod who;

pub use account::{Account, Particulars, is_name, look_alike};
pub use back_off::{BackOff, network};
pub use password::{PasswordError, hashed, is_kept, is_password};
pub use role::{PERMISSIONS, Permission, Role};
pub use secret::Secret;
pub use session::{LINK_HOURS, is_over, is_to_be_noted};
pub use token::SystemToken;
pub use who::Who;
