//! The nouns that all rooms share: event, case, party, address, language, money, letter, fault, calendar and clock.
//!
//! Nothing here reads a file, a database or the time of day: what a noun needs to know is handed to it.

mod actor;
pub mod address;
pub mod attributes;
pub mod bold;
pub mod calendar;
pub mod clock;
mod day;
pub mod elision;
pub mod entry;
pub mod envelope;
pub mod event;
pub mod fault;
pub mod figures;
pub mod format;
pub mod garbled;
mod identity;
pub mod insurance;
pub mod interest;
pub mod json;
pub mod language;
pub mod letter;
mod luhn;
pub mod mailbox;
pub mod money;
pub mod no_break;
pub mod party;
pub mod phone;
pub mod phrases;
pub mod place;
pub mod policy;
pub mod remittance;
pub mod repertoire;
pub mod role;
pub mod said;
pub mod schedule;
pub mod sheet;
pub mod states;
mod stored;
pub mod tells;
pub mod texts;
pub mod times;
pub mod traits;

pub use actor::{Actor, ActorKind};
pub use clock::Clock;
pub use day::{Day, Stamp};
pub use entry::{Entry, EntryKind, FiledEntry};
pub use event::CaseEvent;
pub use fault::Fault;
pub use identity::{
    AccountId, CaseRef, DraftId, FollowUpId, LetterId, MergeId, PersonId, RunId, Sha256, TokenId, WorkerId, hex,
};
pub use language::{Both, Language, Text, lack_language};
pub use letter::{CoveringMail, Reading};
pub use party::{Case, Channel, Format, Party, PreferredLanguage};
pub use phrases::Phrases;
pub use place::Place;
pub use policy::Policy;
pub use role::{Role, Title};
pub use states::{
    AccountState, AuditKind, DeliveryState, FollowUpState, LetterState, MergeState, PieceState, RunState,
};
pub use tells::{Step, Tells};
pub use times::{Given, SpentBy, Times};
pub use traits::{Trait, Traits};
