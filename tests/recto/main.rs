//! The tests of Recto, in one binary because each binary links typst again. `tests/run` installs what they need and runs them.

mod api;
mod browser;
mod day;
mod decisions;
mod events;
mod faults;
mod fence;
mod formats;
mod house;
mod kill;
mod letter_paths;
mod letter_types;
mod mail;
mod model;
mod nouns;
mod pdf;
mod print_run;
mod proofs;
mod reload;
mod rules;
mod scenarios;
mod support;
mod values;
mod verify;
