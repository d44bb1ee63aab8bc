//! Who and what is meant: references, keys and hashes, each a type of its own.

use sha2::{Digest, Sha256 as Hasher};

use super::stored::text_identity;

text_identity! {
    /// A case's reference at the unit, such as `DR-2026-004512`.
    CaseRef;
    /// The case system's key of a person.
    PersonId;
    /// The identity of a letter: twelve characters in three groups, such as `7KQ2-M9XD-41TB`.
    ///
    /// It is derived from what caused the letter (the event's source and id, the letter type, the person), so the same cause
    /// always leads to the same letter, however often it is worked. Crockford's base 32, 60 bits: no I, L, O or U to misread
    /// over the telephone. It says nothing of the person.
    LetterId;
    /// The identity of a print run: its mailing date, with its number behind it where the date has more than one.
    RunId;
    /// The identity of a follow-up, made from its cause: the same cause is noticed once.
    FollowUpId;
    /// The identity of a mail merge: the beginning of the hash that was confirmed.
    MergeId;
    /// By which the register knows what somebody is writing.
    DraftId;
    /// By which the register knows the account of one of the unit's people.
    AccountId;
    /// By which the register knows the token of a system.
    TokenId;
    /// The name of a process that works, of its own for each start.
    WorkerId;
    /// A SHA-256 in lower-case hexadecimal: by it archive, register and case file agree.
    Sha256;
}

impl LetterId {
    /// The identity of the letter of one type about one person that one event calls for.
    pub fn derive(source: &str, event: &str, letter_type: &str, person: &PersonId) -> LetterId {
        const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let mut hash = Hasher::new();
        for part in [source, event, letter_type, person.as_str()] {
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
        LetterId::new(text)
    }
}

impl RunId {
    /// The identity of a date's run of this number, which begins at 1.
    pub fn of(date: super::Day, ordinal: i64) -> RunId {
        RunId::new(if ordinal == 1 { date.to_string() } else { format!("{date}-{ordinal}") })
    }
}

impl Sha256 {
    /// The hash of some bytes.
    pub fn of(bytes: &[u8]) -> Sha256 {
        Sha256::new(hex(&Hasher::digest(bytes)))
    }
}

/// Bytes in lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
