//! Rules: the YAML they are written in, their checked form, and the set of them that a scan uses.

pub mod error;
pub mod fact;
pub mod file;
pub mod literals;
pub mod native;
pub mod rule;
pub mod set;
pub mod shared;
mod stored;
pub mod tables;
pub mod text;
mod variant;

pub use error::RuleError;
pub use fact::{FactEdit, FactPattern, FactScope, FactVariant, ValueTest};
pub use native::Native;
pub use rule::{Check, Companion, Matcher, Rule, SecretVariant};
pub use set::RuleSet;
pub use shared::Shared;
pub use text::{Example, Examples, RuleText};

/// The JSON schema of rule files, pretty-printed; `rules/schema.json` is a copy.
pub fn schema() -> String {
    let schema = schemars::schema_for!(file::RuleFile);
    // The value is built from strings, numbers and maps with string keys, which always serialise.
    serde_json::to_string_pretty(&schema).unwrap_or_default()
}
