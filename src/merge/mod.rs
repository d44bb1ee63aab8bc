//! Mail merge: the officers' own spreadsheets, understood row by row as the events that call for letters. Nothing here has an effect,
//! and nothing is guessed: what can be understood in several ways is a question, what cannot be understood a fault of its cell, and what no
//! letter is made of is said.

mod amount;
mod ask;
mod column;
mod columns;
mod day;
mod field;
mod groups;
mod heading;
mod lines;
mod mapping;
mod reading;
mod row;
mod survey;
mod table;
mod value;
mod words;

pub use amount::{AmountText, read as read_amount};
pub use columns::{Column, LEAVE_OUT, TAKE};
pub use day::{DayText, month as read_month, read as read_day};
pub use field::{FULL_NAME, Field, FieldKind, LINES, REFERENCE, fields};
pub use heading::{Headings, Meaning, folded, is_own, is_same};
pub use lines::example_word;
pub use mapping::{Choice, LeftOut, Mapping, Question, What, form, letters, rows_said};
pub use reading::{Reading, read};
pub use row::{MergeRow, values_at};
pub use words::{ValueWords, truth_word};
