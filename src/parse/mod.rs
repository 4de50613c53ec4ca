//! Reads configuration files and source code into trees. A parser never fails: what it can't read becomes a
//! [`Problem`](tree::Problem), and the rest of the file is read.

pub mod code;
pub mod colon_separated;
pub mod columns;
pub mod csv;
pub mod directives;
pub mod dockerfile;
pub mod dotenv;
#[cfg(test)]
mod dump;
pub mod groovy;
pub mod hcl;
pub mod helm;
pub mod ini;
pub mod json;
mod lines;
pub mod netrc;
pub mod properties;
mod quoted;
pub mod shell;
pub mod source;
pub mod sql;
pub mod toml;
pub mod tree;
pub mod whole;
pub mod xml;
pub mod yaml;

pub use tree::{ConfigTree, Key, Node, NodeId, Scalar, Style, Value};

use crate::model::Format;

/// Reads a text in this notation.
pub fn parse(format: Format, text: &str) -> ConfigTree<'_> {
    match format {
        Format::Code => code::parse(text),
        Format::ColonSeparated => colon_separated::parse(text),
        Format::Columns => columns::parse(text),
        Format::Csv => csv::parse(text),
        Format::Directives => directives::parse(text),
        Format::Dotenv => dotenv::parse(text),
        Format::Hcl => hcl::parse(text),
        Format::Html => xml::parse_html(text),
        Format::Ini => ini::parse(text),
        Format::Netrc => netrc::parse(text),
        Format::Properties => properties::parse(text),
        Format::Whole => whole::parse(text),
        Format::Xml => xml::parse(text),
        Format::Json => json::parse(text),
        Format::Sql => sql::parse(text),
        Format::Toml => toml::parse(text),
        Format::Yaml => yaml::parse(text),
    }
}
