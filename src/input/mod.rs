//! Where files come from: the walk over a folder, the reading of a file, the opening of an archive, and what kind of file it
//! is.

pub mod archive;
pub mod classify;
pub mod load;
pub mod rule_files;
pub mod walk;

pub use load::{Loaded, Loader, Skip};
