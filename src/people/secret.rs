//! What somebody holds to be let in: the text of a session, of a one-time link, of a system's token.

use crate::case::{Sha256, hex};

/// 256 bits drawn by chance, as a text. The register has its hash alone: whoever reads the register cannot sign in with it. As it cannot
/// be guessed, SHA-256 is enough; a password's hash is slow because a password can.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Of bytes that were drawn by chance.
    pub fn of(bytes: &[u8; 32]) -> Secret {
        Secret(hex(bytes))
    }

    /// As somebody shows it; none where it cannot be one.
    pub fn shown(text: &str) -> Option<Secret> {
        let text = text.trim();
        let is_one =
            text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        is_one.then(|| Secret(text.to_owned()))
    }

    /// The text, to be handed out once.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// By which the register knows it.
    pub fn hash(&self) -> Sha256 {
        Sha256::of(self.0.as_bytes())
    }
}

impl std::fmt::Debug for Secret {
    /// Says nothing of it: logs are read by many.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret")
    }
}
