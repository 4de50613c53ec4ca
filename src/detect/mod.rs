//! Detectors: pure functions from a file to its findings.

pub mod facts;
pub mod secrets;
