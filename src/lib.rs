//! Recto: government correspondence in debt recovery.
pub mod archive;
pub mod case;
pub mod desk;
pub mod dispatch;
pub mod form;
pub mod intake;
pub mod letter;
pub mod merge;
pub mod openid;
pub mod people;
pub mod register;
pub mod rules;
pub mod spreadsheet;
pub mod studio;
pub mod typeset;
pub mod web;
pub mod work;
