//! The letter types on disk: what each asks of its facts, and the words it makes of them.
//!
//! A letter type is a folder (`letter.toml`, `en.typ`, `fr.typ`, `samples/`, `facts.schema.json` where it asks more than its event
//! does, and `slip.en.typ`, `slip.fr.typ` where something of its own is cut off); none is known to Rust by name.
//! [`Catalogue::load`] reads them all, with the house (`_house/`), the programs (`_programs/`) and the schemas of the events
//! (`_events/`), one each; every path that a letter.toml names is resolved there. Then, for one letter:
//!
//! 1. [`Catalogue::check_event`] checks an event's data against the schemas and the fonts, and says every fault at once;
//! 2. [`Catalogue::draft`] derives values and deadlines and recomputes the arithmetic;
//! 3. [`Catalogue::write`] writes the typst sources in the party's language or languages.

mod addressed;
mod agree;
mod catalogue;
mod data;
mod deadline;
mod definitions;
mod derive;
mod described;
mod draft;
mod events;
mod filters;
mod hash;
mod house;
mod key_facts;
mod kind;
mod load;
mod must_say;
mod order;
mod path;
mod phones;
mod plan;
mod policy_names;
mod program;
mod read;
mod readability;
mod resolve;
mod saved_phrases;
mod schema;
mod schema_faults;
mod schema_file;
mod schema_words;
mod shape;
mod static_text;
mod template;
mod told;
mod versions;
mod words;

pub use catalogue::Catalogue;
pub use data::{Data, addressee, in_language, take_date};
pub use draft::{Draft, Source};
pub use filters::ELIDING;
pub use key_facts::KeyFacts;
pub use kind::{LetterType, OnRequest};
pub use must_say::MustSay;
pub use plan::faults_of as plan_faults_of;
pub use policy_names::unused_parameters;
pub use program::Program;
pub use readability::readability;
pub use saved_phrases::SavedPhrase;
pub use schema::{Schema, shape_faults};
pub use static_text::{tags_in, typst_texts};
pub use template::Writer;
