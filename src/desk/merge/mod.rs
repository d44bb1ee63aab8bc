//! Mail merge: a sheet is checked whole, confirmed as it was seen, made once, read back, and given back with what became of each row.

mod check;
mod complete;
mod faults;
mod known_facts;
mod make;
mod place;
mod read_back;
mod result;
mod template;
mod totals;
mod whole;
mod whose;

pub(super) use known_facts::fill as fill_in_facts;
pub(super) use read_back::{Owners, difference};

pub use check::{CheckedColumn, CheckedRow, MergeCheck, MergeRequest, Outlook};
pub(super) use make::SOURCE;
pub use make::{Merged, changed};
pub use result::MergeTally;
pub use totals::Totals;
pub(super) use whose::Known;
