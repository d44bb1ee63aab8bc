//! The letter types on disk: what each asks of its facts, and the words it makes of them.
//!
//! A letter type is a folder (`letter.toml`, `facts.schema.json`, `en.typ`, `fr.typ`, `samples/`); none is known to Rust by
//! name. [`Catalogue::load`] reads them all, with the house (`_house/`), the programs (`_programs/`) and the schemas of the
//! events that call for no letter (`_events/`); every path that a letter.toml names is resolved there. Then, for one letter:
//!
//! 1. [`Catalogue::check_event`] checks an event's data against the schemas and the fonts, and says every fault at once;
//! 2. [`Catalogue::draft`] derives values and deadlines and recomputes the arithmetic;
//! 3. [`Catalogue::write`] writes the typst source in the party's language or languages.

mod agree;
mod catalogue;
mod data;
mod deadline;
mod derive;
mod draft;
mod hash;
mod kind;
mod must_say;
mod order;
mod path;
mod program;
mod read;
mod readability;
mod resolve;
mod said;
mod schema;
mod shape;
mod template;
mod words;

pub use catalogue::Catalogue;
pub use data::{Data, addressee, in_language, take_date};
pub use draft::{Draft, Source};
pub use kind::LetterType;
pub use must_say::MustSay;
pub use program::Program;
pub use readability::readability;
pub use said::{tags, typst_texts};
pub use template::{EmailText, Writer};
