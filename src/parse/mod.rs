//! Reads configuration files into trees. A parser never fails: what it can't read becomes a
//! [`Problem`](tree::Problem), and the rest of the file is read.

pub mod tree;

pub use tree::{ConfigTree, Key, Node, NodeId, Scalar, Style, Value};

use crate::model::Format;

/// Reads a text in this notation.
pub fn parse(format: Format, text: &str) -> ConfigTree<'_> {
    let _ = (format, text);
    ConfigTree::default()
}
