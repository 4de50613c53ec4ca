//! Reads configuration files into trees. A parser never fails: what it can't read becomes a
//! [`Problem`](tree::Problem), and the rest of the file is read.

#[cfg(test)]
mod dump;
pub mod helm;
pub mod json;
pub mod toml;
pub mod tree;
pub mod yaml;

pub use tree::{ConfigTree, Key, Node, NodeId, Scalar, Style, Value};

use crate::model::Format;

/// Reads a text in this notation.
pub fn parse(format: Format, text: &str) -> ConfigTree<'_> {
    match format {
        Format::Json => json::parse(text),
        Format::Toml => toml::parse(text),
        Format::Yaml => yaml::parse(text),
        _ => ConfigTree::default(),
    }
}
