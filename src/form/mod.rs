//! Forms made from JSON Schema: what somebody types into fields, and the value that it makes. One piece for every letter type and every
//! kind of event: whoever adds a fact to a schema has it on the form.
//!
//! A schema becomes [`Field`]s ([`fields`]). What is typed into them is [`Typed`]: one text for each path, such as
//! `facts.transactions.0.debit`, kept as it was typed, readable or not. From both come the [`Control`]s that a page shows, the value that is
//! sent ([`value`]), and, the other way, the texts of a value that is known already ([`type_out`]).
//!
//! | kind | of | typed as |
//! |---|---|---|
//! | group | an object | its fields |
//! | rows | a list of objects | `path.0`, `path.1` …: the row is there; its fields below it |
//! | lines | a list of texts or days | one text, a line each |
//! | both | an officer's text | `path.en`, `path.fr` |
//! | both-lines | a list of officer's texts | the same, a line each |
//! | letter-text | blocks of free correspondence | one text in the marks of [`blocks`] |
//! | text, long, email, amount, day, month, whole, choice, truth | a value | one text |

pub mod blocks;
mod control;
mod field;
mod read;
mod typed;
mod write;

pub use control::{Control, controls, nearest, were_sent};
pub use field::{Field, Kind, When, fields};
pub use read::{Reading, value};
pub use typed::{Change, MOST, Typed};
pub use write::type_out;
