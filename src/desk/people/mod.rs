//! The unit's people and the systems that come with a token: who they are, how they sign in, and what is done about their accounts.
//! Each act of it stands in the audit trail.

mod accounts;
mod elsewhere;
mod sign_in;
mod tokens;

use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use self::accounts::PeopleError;
pub(super) use self::accounts::detail;
pub use self::sign_in::{Invited, Proof, SignInError};
use super::DeskError;
use tokio::sync::Semaphore;

use crate::case::TokenId;
use crate::people::{Account, BackOff, Particulars, Permission, Secret, SystemToken};
use crate::register::{AccountRow, RegisterError, TokenRow};

/// Attempts at one account before anybody waits: people mistype.
const ATTEMPTS_AT_ACCOUNT: u32 = 5;
/// Attempts from one address before it waits: an office may come from one.
const ATTEMPTS_FROM_ADDRESS: u32 = 50;

/// Passwords that are hashed at the same time.
const HASHED_AT_ONCE: usize = 4;

/// The attempts at signing in, as far as this process has seen them.
pub(super) struct Attempts {
    at_account: Mutex<BackOff>,
    from_address: Mutex<BackOff>,
    /// Passwords that are hashed at the same time: each takes 19 MiB, and anybody may send one. A turn is the task's own: it ends with
    /// the hashing, whether the request is still there or not.
    hashing: Arc<Semaphore>,
}

impl Default for Attempts {
    fn default() -> Attempts {
        Attempts {
            at_account: Mutex::new(BackOff::after(ATTEMPTS_AT_ACCOUNT)),
            from_address: Mutex::new(BackOff::after(ATTEMPTS_FROM_ADDRESS)),
            hashing: Arc::new(Semaphore::new(HASHED_AT_ONCE)),
        }
    }
}

/// What a lock holds. A panic while it was held has left nothing half done: each holder sets one value.
fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Bytes drawn by chance.
pub(super) fn drawn<const N: usize>() -> Result<[u8; N], DeskError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| DeskError::Io(std::io::Error::other(error)))?;
    Ok(bytes)
}

/// A secret drawn by chance.
fn new_secret() -> Result<Secret, DeskError> {
    Ok(Secret::of(&drawn()?))
}

/// An account as the register has it.
fn account(row: &AccountRow) -> Result<Account, RegisterError> {
    let is = Particulars {
        name: row.name.clone(),
        email: row.email.clone(),
        roles: read(&row.roles()?, "accounts", &row.id)?,
        programs: row.programs()?,
    };
    Ok(Account { id: row.id.clone(), is, state: row.state })
}

/// A token as the register has it.
fn system_token(row: &TokenRow) -> Result<SystemToken, RegisterError> {
    let permissions: Vec<Permission> = read(&row.permissions()?, "system_tokens", &row.id)?;
    Ok(SystemToken { id: TokenId::clone(&row.id), name: row.name.clone(), permissions })
}

/// Names as what they name. One that is none any more is an error, never another one's.
fn read<T: FromStr>(names: &[String], table: &'static str, row: &str) -> Result<Vec<T>, RegisterError> {
    let one = |name: &String| {
        let problem =
            || RegisterError::Inconsistent {
                table, row: row.to_owned(), problem: format!("“{name}” is not known")
            };
        name.parse().map_err(|_| problem())
    };
    names.iter().map(one).collect()
}
