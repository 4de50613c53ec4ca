//! Marks findings that something in the file says to ignore.

pub mod inline;
