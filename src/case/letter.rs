//! A letter's identity and its states.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The identity of a letter: twelve characters in three groups, such as `7KQ2-M9XD-41TB`.
///
/// It is derived from what caused the letter (the event's source and id, the letter type, the party), so the same cause
/// always leads to the same letter, however often it is worked. Crockford's base 32, 60 bits: no I, L, O or U to misread
/// over the telephone. It says nothing of the person.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LetterId(pub String);

impl LetterId {
    /// The identity of the letter of one type to one party that one event calls for.
    pub fn derive(source: &str, event: &str, letter_type: &str, party: &str) -> LetterId {
        const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let mut hash = Sha256::new();
        for part in [source, event, letter_type, party] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        let digest = hash.finalize();
        let bits = u64::from_be_bytes(digest[..8].try_into().expect("a SHA-256 digest has 32 bytes"));
        let mut text = String::with_capacity(14);
        for place in 0..12 {
            if place > 0 && place % 4 == 0 {
                text.push('-');
            }
            text.push(ALPHABET[(bits >> (59 - 5 * place)) as usize & 31] as char);
        }
        LetterId(text)
    }

    /// The identity as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for LetterId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// How far a letter has come. Whether it was *sent* is its delivery's matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LetterState {
    /// Called for by an event and not yet worked, or to be looked at again because the case has changed.
    Due,
    /// Stopped by a rule, or by arithmetic that does not agree; looked at again when the case changes.
    Held,
    /// Waiting for somebody with the authority to approve it.
    AwaitingApproval,
    /// Cannot be made as asked: its faults say why.
    Refused,
    /// Its own ground is gone: the debt was paid, the plan replaced. It is looked at again when the case changes.
    Ended,
    /// Taken out by somebody of the unit, for ever.
    Withdrawn,
    /// Typeset, archived and registered. What was issued never changes; a letter that is taken back before it leaves becomes
    /// due again and gets a further issuance.
    Issued,
}

impl LetterState {
    /// Every state, in the order in which a letter passes through them.
    pub const ALL: [LetterState; 7] = [
        LetterState::Due,
        LetterState::Held,
        LetterState::AwaitingApproval,
        LetterState::Refused,
        LetterState::Ended,
        LetterState::Withdrawn,
        LetterState::Issued,
    ];

    /// The state as the register and the API write it.
    pub fn as_str(self) -> &'static str {
        match self {
            LetterState::Due => "due",
            LetterState::Held => "held",
            LetterState::AwaitingApproval => "awaiting-approval",
            LetterState::Refused => "refused",
            LetterState::Ended => "ended",
            LetterState::Withdrawn => "withdrawn",
            LetterState::Issued => "issued",
        }
    }

    /// Reads the state as the register writes it.
    pub fn parse(text: &str) -> Option<LetterState> {
        LetterState::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// A letter's words without its pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// One HTML document: headings, lists and tables as such, each part and passage in its language.
    pub html: String,
    /// The same as plain text; a table is read row by row, each figure after the name of its column.
    pub text: String,
}

/// The SHA-256 of some bytes, in lower-case hexadecimal: the hash by which archive and register agree.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes in lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
