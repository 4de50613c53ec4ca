//! The notations in which data and configuration are written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A notation for data and configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Settings in a programming language: names, and the strings that they are assigned.
    Code,
    /// `user:hash:...`, one record a line, with `\` before a `:` that belongs to a field: `.pgpass`, `shadow`, `.htpasswd`.
    ColonSeparated,
    /// Fields between blanks, one record a line: `chap-secrets`, `sasl_passwd`.
    Columns,
    /// Comma-separated values with a header line.
    Csv,
    /// `name value` on each line, in blocks or not: `.msmtprc`, `redis.conf`, `sshd_config`.
    Directives,
    /// `NAME=value` as shells and loaders of `.env` files read it.
    Dotenv,
    /// HashiCorp's language: Terraform, Packer, Nomad.
    Hcl,
    /// Pages and templates of pages.
    Html,
    /// Sections of `name = value`, and their many relatives.
    Ini,
    /// JSON, with comments and trailing commas allowed.
    Json,
    /// Machines with logins, for `.netrc`.
    Netrc,
    /// Java properties.
    Properties,
    /// Rows that statements of SQL put into tables: dumps, seeds.
    Sql,
    /// TOML.
    Toml,
    /// The whole file is one value.
    Whole,
    /// XML.
    Xml,
    /// YAML, of one or more documents.
    Yaml,
}
