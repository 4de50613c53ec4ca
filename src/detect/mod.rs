//! Detectors: pure functions from a file to its findings.

mod date;
pub mod facts;
pub mod secrets;
