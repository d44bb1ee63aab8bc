//! Passwords: what they must be, and how they are kept.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

use super::Particulars;
use crate::case::Fault;
use crate::case::texts::folded;

/// Characters of a password at least. Length alone counts (Canadian Centre for Cyber Security, ITSAP.30.032: passphrases of 15
/// characters or more; NIST SP 800-63B-4, section 3.1.1.2: 15 where nothing else proves who it is, and no rules of composition).
const SHORTEST: usize = 15;
/// Characters at most, so that nobody has a long text hashed.
const LONGEST: usize = 200;
/// Different characters at least: `aaaaaaaaaaaaaaa` is long and no password.
const FEWEST_DIFFERENT: usize = 6;

/// Why a text was not hashed.
#[derive(Debug, thiserror::Error)]
#[error("the password could not be hashed: {0}")]
pub struct PasswordError(String);

/// What is wrong with a password that somebody chooses.
pub fn is_password(password: &str, is: &Particulars) -> Result<(), Fault> {
    let length = password.chars().count();
    let mut different: Vec<char> = password.chars().collect();
    different.sort_unstable();
    different.dedup();
    let own = folded(password);
    let local = is.email.split('@').next().unwrap_or_default();
    let says_who = [is.name.as_str(), local].iter().any(|known| {
        let known = folded(known);
        known.chars().count() > 3 && own.replace(&known, "").trim().chars().count() < SHORTEST / 2
    });
    let fault = |en: String, fr: String| Err(Fault::new("password-weak", "password", en, fr));
    if length < SHORTEST {
        return fault(
            format!(
                "A password has {SHORTEST} characters or more. Four words that have nothing to do with each other make a good one."
            ),
            format!(
                "Un mot de passe a {SHORTEST} caractères ou plus. Quatre mots sans rapport entre eux en font un bon."
            ),
        );
    }
    if length > LONGEST {
        return fault(
            format!("A password has {LONGEST} characters at most."),
            format!("Un mot de passe a {LONGEST} caractères au plus."),
        );
    }
    if different.len() < FEWEST_DIFFERENT || says_who {
        return fault(
            "This is guessed easily: it repeats itself, or is your name. Take four words that have nothing to do with each other.".into(),
            "Il se devine facilement : il se répète, ou est votre nom. Prenez quatre mots sans rapport entre eux.".into(),
        );
    }
    Ok(())
}

/// A password as it is kept: Argon2id with the library's parameters, which are those that OWASP's Password Storage Cheat Sheet asks for
/// (19 MiB, two passes), under a salt of its own, in the PHC string format.
pub fn hashed(password: &str, salt: &[u8; 16]) -> Result<String, PasswordError> {
    let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), salt);
    hash.map(|hash| hash.to_string()).map_err(|error| PasswordError(error.to_string()))
}

/// Whether a password is the one that is kept. Where none is kept, as much time goes by as if one were: nobody learns by it who has an
/// account.
pub fn is_kept(password: &str, kept: Option<&str>) -> bool {
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5IQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    // What is longer was never taken, and costs nobody its hashing.
    if password.chars().count() > LONGEST {
        return false;
    }
    let Ok(hash) = PasswordHash::new(kept.unwrap_or(NOBODY)) else { return false };
    Argon2::default().verify_password(password.as_bytes(), &hash).is_ok() && kept.is_some()
}
