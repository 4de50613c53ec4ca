//! The rules that `build.rs` checked and stored in the binary.

/// Rules and shared lists.
pub(super) static RULES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/rules.bin"));

/// The texts of the rules, one after another.
pub(super) static TEXTS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/texts.bin"));
