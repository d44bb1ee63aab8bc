//! The nouns that all rooms share: event, case, party, address, language, money, letter, fault, calendar and clock.
//!
//! Nothing here reads a file, a database or the time of day: what a noun needs to know is handed to it.

pub mod address;
pub mod calendar;
pub mod clock;
pub mod entry;
pub mod event;
pub mod fault;
pub mod figures;

pub mod format;
pub mod interest;
pub mod language;
pub mod letter;
pub mod money;
pub mod party;
pub mod place;
pub mod policy;
pub mod repertoire;
pub mod schedule;

pub use clock::Clock;
pub use entry::{Entry, EntryKind};
pub use event::CaseEvent;
pub use fault::Fault;
pub use language::{Language, Text};
pub use letter::{LetterId, LetterState, Reading};
pub use party::{Case, Channel, Format, Party, PreferredLanguage};
pub use place::Place;
pub use policy::Policy;
