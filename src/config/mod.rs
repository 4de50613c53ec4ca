//! What a run was asked to do, checked.

pub mod options;

pub use options::{Options, Selector};
